"""HTML to lines: cut the article out of the page, build one tree, walk it once.

Two trees can be walked: lxml's, which is the fast one, and BeautifulSoup's, which reads what lxml gives up on (lxml
cuts a tree silently at a depth of 255) and serves the tests as an independent opinion. Both drive the same
:class:`_Writer`.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import lxml.etree

from crawler.pages.lines import PLAIN, Line, LineBuilder, Markup

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_Kind = Literal["block", "heading", "item", "break", "bold", "link", "picture", "unseen"]
_KINDS: dict[str, _Kind] = {
    **dict.fromkeys(
        "p div section article ul ol dl dt dd blockquote pre hr table tr td th figure figcaption center header footer"
        " main aside form body".split(),
        "block",
    ),
    **dict.fromkeys(_HEADINGS, "heading"),
    "li": "item",
    "br": "break",
    "b": "bold",
    "strong": "bold",
    "a": "link",
    "img": "picture",
    **dict.fromkeys(
        "script style svg noscript template link meta head title iframe button textarea select object math".split(),
        "unseen",
    ),
}
"""What elements do to lines; those that are not named here do nothing but by their style."""
_ENDING_LINES = frozenset(("block", "heading", "item"))
# Boxes inside the article that are not the post's: the copyright line of 2018-19, the "read more" cover, line numbers
# of code, the doubled text of formulas.
_FOREIGN_CLASS = re.compile(r"(?:^|\s)(?:article-copyright|hide-article-box|hljs-ln-numbers|katex-mathml)(?:\s|$)")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_WEIGHT_STYLE = re.compile(r"font-weight\s*:\s*(?:(bold|[6-9]00)|(normal|[1-5]00))", re.IGNORECASE)

# A branch that begins with a set of letters is left out by a glance at the next one, at every tag but those meant here.
_BOX_TOKEN = re.compile(
    r"<(?:/(?:[dD][iI][vV]|[aA](?i:rticle))\b|[dD][iI][vV]\b|[aA](?i:rticle)\b"
    r"|!--.*?-->|[sS](?i:cript\b.*?</script\s*>|tyle\b.*?</style\s*>))",
    re.S,
)
_BOX_TAG = re.compile(r"<(?:div|article)\b[^>]*\bid\s*=\s*[\"']?", re.IGNORECASE)
_MAX_DEEP_NODES = 400_000
# lxml takes time by the square of a tag's attributes: 100,000 of them, under 1 MB, half a minute. A long tag alone is
# harmless (pictures as data: addresses).
_LONG_TAG_LENGTH = 20_000
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{_LONG_TAG_LENGTH},}}")
_MAX_ATTRIBUTES = 5_000


class DeepMarkup(ValueError):
    """The tree is deeper than lxml can read, or larger than any reader of it can be trusted with."""


class HostileMarkup(ValueError):
    """Markup that no editor writes and that would keep a reader busy for minutes."""


class _Attributes(Protocol):
    def get(self, name: str, /) -> str | None: ...


class _Writer(LineBuilder):
    """Turns a walk over a tree into lines: elements are entered and left, each with the markup around it.

    The innermost loop of every import: nothing is looked up twice.
    """

    __slots__ = ()

    def enter(
        self, kind: _Kind | None, names: Collection[str | bytes], of: _Attributes, around: Markup
    ) -> Markup | None:
        """The markup inside an element with attributes; ``None`` where its content is not to be seen.

        ``names`` are those of its attributes: asking lxml for one that is not there takes longer than a look at them.
        """
        if "class" in names and _is_foreign(of.get("class") or ""):
            return None
        inside = around
        if "style" in names and (look := _look(of.get("style") or "")) is not None:
            if look == "hidden":
                return None
            bold = look == "bold"
            inside = around if bold == around.bold else _bold(around, bold)
        if kind == "picture":
            address = _image_address(names, of)
            if address is not None:
                self.add_image(address)
            return around
        if kind == "link":
            return _linked(of.get("href"), around)
        return self.enter_bare(kind, around, inside)

    def enter_bare(self, kind: _Kind | None, around: Markup, inside: Markup) -> Markup | None:
        """The same for an element without attributes, as half of them are; ``inside`` it is what its style says."""
        if kind is None:
            return inside
        if kind == "block":
            self.break_line(around)
            return inside
        if kind == "bold":
            self.split_run()
            return around if around.bold else _bold(around)
        if kind == "heading" or kind == "item":
            self.break_line(around)
            return _inside_of(kind, inside)
        if kind == "break":
            self.break_line(around)
        return None if kind == "unseen" else around

    def leave(self, kind: _Kind | None, inside: Markup) -> None:
        """The end of an element that was entered."""
        if kind in _ENDING_LINES:
            self.break_line(inside)


# Editors repeat the same few styles and classes all over a page.
@lru_cache(maxsize=4096)
def _look(style: str) -> Literal["hidden", "bold", "plain"] | None:
    """What a style makes of a text; ``None``: nothing that is of use here, as most styles."""
    if _HIDDEN_STYLE.search(style):
        return "hidden"
    weight = _WEIGHT_STYLE.search(style)
    if weight is None:
        return None
    return "plain" if weight[1] is None else "bold"


@lru_cache(maxsize=4096)
def _is_foreign(names: str) -> bool:
    return _FOREIGN_CLASS.search(names) is not None


# All pages have the same few, but for those inside of links.
@lru_cache(maxsize=256)
def _bold(around: Markup, bold: bool = True) -> Markup:
    return replace(around, bold=bold)


@lru_cache(maxsize=256)
def _inside_of(kind: _Kind, around: Markup) -> Markup:
    return replace(around, heading=kind == "heading", item=kind == "item")


def _linked(href: str | None, around: Markup) -> Markup:
    # Anchors inside the page (#_4) and scripts lead nowhere.
    return replace(around, href=href) if href and not href.startswith(("#", "javascript:")) else around


def _image_address(names: Collection[str | bytes], of: _Attributes) -> str | None:
    """Where a picture lies: ``data-src`` on WeChat (``src`` is a placeholder there), ``src`` elsewhere.

    ``None`` for pictures without an address of their own, such as ``data:`` ones.
    """
    for name in ("data-src", "src"):
        if name in names:
            address = (of.get(name) or "").strip()
            if address and not address.startswith(("data:", "about:", "blob:")):
                return address
    return None


# --- lxml ------------------------------------------------------------------------------------------------------------


def lines_of_html(markup: str) -> list[Line]:
    """Lines of an article's markup (:func:`cut_box`).

    Raises :class:`DeepMarkup` where lxml would hand over only the beginning of the tree, :class:`HostileMarkup` where
    it would take minutes.
    """
    root, errors = parse_html(f"<html><body>{markup}</body></html>")
    if any(entry.level >= lxml.etree.ErrorLevels.FATAL for entry in errors):
        raise DeepMarkup("markup nested too deeply, or a text too long, for lxml")
    writer = _Writer()
    if root.text:
        writer.add_text(root.text, PLAIN)
    _walk_lxml(root, writer)
    return writer.finish()


# One for all pages: making a parser takes as long as parsing a third of an article.
_PARSER = lxml.etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)


def parse_html(markup: str) -> tuple[lxml.etree._Element, lxml.etree._ListErrorLog]:
    """The tree of a page that begins with ``<html``, without comments, and what the parser had to say about it.

    Raises :class:`HostileMarkup` where parsing would take minutes.
    """
    _refuse_hostile(markup)
    root = lxml.etree.fromstring(markup.encode("utf-8", "replace"), _PARSER)
    return root, _PARSER.error_log


def _refuse_hostile(markup: str) -> None:
    """Raise :class:`HostileMarkup` for a tag with thousands of attributes."""
    # A stretch without "<" as long as that covers one of these places: nothing else need be looked at.
    if all(_stretch(markup, at) < _LONG_TAG_LENGTH for at in range(0, len(markup), _LONG_TAG_LENGTH)):
        return
    for tag in _LONG_TAG.finditer(markup):
        if len(tag[0].split()) > _MAX_ATTRIBUTES or tag[0].count("=") > _MAX_ATTRIBUTES:
            raise HostileMarkup(f"a tag with more than {_MAX_ATTRIBUTES:,} attributes")


def _stretch(markup: str, at: int) -> int:
    """Length of the text round a place from one ``<`` to the next."""
    end = markup.find("<", at)
    return (len(markup) if end < 0 else end) - max(markup.rfind("<", 0, at), 0)


def _walk_lxml(root: lxml.etree._Element, writer: _Writer) -> None:
    """What is below the root, in document order, without recursion: an element is over when its last child is.

    lxml hands out the elements of a whole tree at a third of the time that the children of each would take. The line
    ends of the source between two blocks, and in front of the first inside another, may be half of all texts: they
    need not reach the writer, which would drop them, as no line has begun there.
    """
    around: Markup | None = PLAIN
    """Of the innermost element that is not over; ``None``: nothing in it is to be seen."""
    left = len(root)
    """Its children that are still to come."""
    outer: list[tuple[lxml.etree._Element, _Kind | None, int, Markup | None]] = []
    for element in root.iterdescendants():
        kind = _KINDS.get(element.tag)
        below = len(element)
        inside = around
        if around is not None:
            names = element.keys()
            inside = writer.enter(kind, names, element, around) if names else writer.enter_bare(kind, around, around)
        if inside is not None and (text := element.text) and (text != "\n" or kind not in _ENDING_LINES):
            if below or kind not in _ENDING_LINES:
                writer.add_text(text, inside)
            else:
                writer.add_line(text, inside)
                kind = None
        if below:
            outer.append((element, kind, left, around))
            around, left = inside, below
            continue
        while True:
            if inside is not None and kind in _ENDING_LINES:
                writer.break_line(inside)
            tail = element.tail
            if tail and around is not None and (tail != "\n" or inside is None or kind not in _ENDING_LINES):
                writer.add_text(tail, around)
            left -= 1
            if left or not outer:
                break
            inside = around
            element, kind, left, around = outer.pop()


# --- BeautifulSoup ---------------------------------------------------------------------------------------------------


def lines_of_html_with_soup(markup: str) -> list[Line]:
    """The same as :func:`lines_of_html`, slower, for any depth.

    Raises :class:`DeepMarkup` for a tree of more than 400,000 nodes.
    """
    # Imported here: hardly any page needs it, and it takes a tenth of a second.
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "html.parser")
    writer = _Writer()
    entered: list[tuple[_Kind | None, Markup]] = [(None, PLAIN)]
    for count, event in enumerate(_soup_events(soup)):
        if count > _MAX_DEEP_NODES:
            raise DeepMarkup(f"more than {_MAX_DEEP_NODES:,} nodes of markup")
        around = entered[-1][1]
        if event is None:
            kind, within = entered.pop()
            writer.leave(kind, within)
        elif isinstance(event, str):
            writer.add_text(event, around)
        else:
            kind = _KINDS.get(event.name)
            inside = writer.enter(kind, event.attrs, _SoupAttributes(event), around)
            entered.append((kind if inside else None, inside or around))
            if inside is None:
                event.clear()
    return writer.finish()


class _SoupAttributes:
    """Attributes of an element of BeautifulSoup, which divides some of them."""

    def __init__(self, tag: "Tag") -> None:
        self._tag = tag

    def get(self, name: str, /) -> str | None:
        value = self._tag.get(name)
        return " ".join(value) if isinstance(value, list) else value


def _soup_events(soup: "BeautifulSoup") -> "Iterator[Tag | str | None]":
    """Tags at their start, texts, and ``None`` at a tag's end, without recursion."""
    from bs4.element import NavigableString, PreformattedString, Tag

    stack: list[Iterator[object]] = [iter(list(soup.children))]
    while stack:
        for node in stack[-1]:
            if isinstance(node, Tag):
                yield node
                stack.append(iter(list(node.children)))
                break
            if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                yield str(node)
        else:
            stack.pop()
            if stack:
                yield None


# --- the article's part of the page ----------------------------------------------------------------------------------


BoxTag = tuple[int, int, bool]
"""The tag of an element that may be a box, or stand in one: where it begins, by how much it changes the depth (1 for a
start tag, -1 for an end tag), and whether it is an article's. Plain tuples, as a page has dozens.
"""


class Box(NamedTuple):
    """An element that was cut out of a page."""

    start: int
    """Where it begins in the page."""
    markup: str
    closed: bool
    tags: Sequence[BoxTag]
    """Those in its markup, its own included."""


def cut_box(page: str, id_: str, tags: Sequence[BoxTag] = ()) -> Box | None:
    """The element with that id, cut out of the page without building a tree.

    The matching ``</div>`` is found by counting; an ``</article>`` ends the box too, since what an editor left open
    must not let the page's own furniture in. ``None`` where no element has the id. ``tags`` are those of ``page``, if
    they are known, as they are of a box: looking for them takes longer than all else here.
    """
    start = _find_opening(page, id_)
    if start is None:
        return None
    inside: list[BoxTag] = []
    depth = articles = 0
    for at, change, is_article in _tags_from(page, start, tags):
        if is_article and at != start:
            # An article inside the box, as pasted pages bring along, is closed inside it.
            articles += change
            if articles < 0:
                return Box(start, page[start:at], closed=True, tags=inside)
        else:
            depth += change
        inside.append((at - start, change, is_article))
        if depth == 0:
            return Box(start, page[start:at] + "</div>", closed=True, tags=inside)
    return Box(start, page[start:], closed=False, tags=inside)


def _tags_from(page: str, start: int, known: Sequence[BoxTag]) -> Iterator[BoxTag]:
    """Tags of boxes from that of the box at ``start`` on, save those in comments and scripts."""
    rest = [tag for tag in known if tag[0] >= start]
    if rest and rest[0][0] == start:
        yield from rest
        return
    for token in _BOX_TOKEN.finditer(page, start):
        at = token.start()
        letter = page[at + 1]
        if letter == "/":
            yield at, -1, page[at + 2] in "aA"
        elif letter in "dDaA":
            yield at, 1, letter in "aA"


def _find_opening(page: str, id_: str) -> int | None:
    """Where the tag with that id begins. The id itself is looked for first: it is rare, tags are not."""
    at = page.find(id_)
    while at >= 0:
        start = page.rfind("<", 0, at)
        if start >= 0 and _BOX_TAG.fullmatch(page, start, at) and page[at + len(id_) : at + len(id_) + 1] in "\"' >":
            return start
        at = page.find(id_, at + 1)
    return None

"""HTML to lines: cut the article out of the page, build one tree, walk it once.

Two trees can be walked: lxml's, which is the fast one, and BeautifulSoup's, which reads what lxml gives up on (lxml
cuts a tree silently at a depth of 255) and serves the tests as an independent opinion. Both drive the same
:class:`_Writer`.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import lxml.etree
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from crawler.pages.lines import Line, LineBuilder

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = _HEADINGS | frozenset(
    "p div section article li ul ol dl dt dd blockquote pre hr table tr td th figure figcaption center header footer"
    " main aside form body".split()
)
_BOLD = frozenset(("b", "strong"))
_UNSEEN = frozenset(
    "script style svg noscript template link meta head title iframe button textarea select object math".split()
)
# Boxes inside the article that are not the post's: the copyright line of 2018-19, the "read more" cover, line numbers
# of code, the doubled text of formulas.
_FOREIGN_CLASS = re.compile(r"(?:^|\s)(?:article-copyright|hide-article-box|hljs-ln-numbers|katex-mathml)(?:\s|$)")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_WEIGHT_STYLE = re.compile(r"font-weight\s*:\s*(?:(bold|[6-9]00)|(normal|[1-5]00))", re.IGNORECASE)

_BOX_TOKEN = re.compile(r"<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>|<(/?)(div|article)\b", re.S | re.I)
_BOX_TAG = re.compile(r"<(?:div|article)\b[^>]*\bid\s*=\s*[\"']?", re.IGNORECASE)
_MAX_DEEP_NODES = 400_000
# lxml takes time by the square of a tag's attributes: 100,000 of them, under 1 MB, half a minute. A long tag alone is
# harmless (pictures as data: addresses).
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
_MAX_ATTRIBUTES = 5_000


class DeepMarkup(ValueError):
    """The tree is deeper than lxml can read, or larger than any reader of it can be trusted with."""


class HostileMarkup(ValueError):
    """Markup that no editor writes and that would keep a reader busy for minutes."""


class _Attributes(Protocol):
    def __call__(self, name: str, /) -> str | None: ...


class _Writer:
    """Turns the events of a walk over a tree (start, text, end) into lines."""

    __slots__ = ("_bold", "_builder", "_href", "_kinds")

    def __init__(self) -> None:
        self._builder = LineBuilder()
        self._bold = False
        self._href: str | None = None
        self._kinds: list[str] = []

    def lines(self) -> list[Line]:
        """All lines, when the walk is over."""
        self._break()
        return self._builder.lines

    def _break(self) -> None:
        kind = self._kinds[-1] if self._kinds else ""
        self._builder.break_line(heading=kind == "heading", item=kind == "item")

    def start(self, tag: str, get: _Attributes) -> Callable[[], None] | None:
        """An element begins. Returns what must be called at its end; ``None`` where its content is not to be seen."""
        if tag in _UNSEEN or _is_foreign(get):
            return None
        if tag == "br":
            self._break()
            return _nothing
        if tag == "img":
            address = image_address(get)
            if address:
                self._builder.add_image(address)
            return _nothing
        if tag in _BLOCKS:
            return self._start_block(tag, self._styled_bold(get))
        if tag in _BOLD:
            self._builder.split_run()
            return self._set_bold(True)
        if tag == "a":
            return self._set_href(get("href"))
        bold = self._styled_bold(get)
        return _nothing if bold is self._bold else self._set_bold(bold)

    def text(self, text: str) -> None:
        """Text between tags; the source's own line ends are spaces."""
        if text.isspace() and "\n" in text:
            text = " "
        self._builder.add_text(text, bold=self._bold, href=self._href)

    def _styled_bold(self, get: _Attributes) -> bool:
        style = get("style")
        found = _WEIGHT_STYLE.search(style) if style and "font-weight" in style else None
        return self._bold if found is None else found[1] is not None

    def _start_block(self, tag: str, bold: bool) -> Callable[[], None]:
        self._break()
        kind = "heading" if tag in _HEADINGS else "item" if tag == "li" else ""
        if kind:
            self._kinds.append(kind)
        before, self._bold = self._bold, bold

        def end() -> None:
            self._break()
            self._bold = before
            if kind:
                self._kinds.pop()

        return end

    def _set_bold(self, bold: bool) -> Callable[[], None]:
        before, self._bold = self._bold, bold

        def end() -> None:
            self._bold = before

        return end

    def _set_href(self, href: str | None) -> Callable[[], None]:
        before = self._href
        # Anchors inside the page (#_4) and scripts lead nowhere.
        if href and not href.startswith(("#", "javascript:")):
            self._href = href

        def end() -> None:
            self._href = before

        return end


def _nothing() -> None:
    """Nothing is to be done at the end of this element."""


def _is_foreign(get: _Attributes) -> bool:
    names, style = get("class"), get("style")
    return bool(
        (names and _FOREIGN_CLASS.search(names)) or (style and "display" in style and _HIDDEN_STYLE.search(style))
    )


def image_address(get: _Attributes) -> str | None:
    """Where a picture lies: ``data-src`` on WeChat (``src`` is a placeholder there), ``src`` elsewhere.

    ``None`` for pictures without an address of their own, such as ``data:`` ones.
    """
    for name in ("data-src", "src"):
        address = (get(name) or "").strip()
        if address and not address.startswith(("data:", "about:", "blob:")):
            return address
    return None


# --- lxml ------------------------------------------------------------------------------------------------------------


def lines_of_html(markup: str) -> list[Line]:
    """Lines of an article's markup (:func:`cut_box`).

    Raises :class:`DeepMarkup` where lxml would hand over only the beginning of the tree.
    """
    parser = lxml.etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    root = lxml.etree.fromstring(f"<html><body>{markup}</body></html>".encode("utf-8", "replace"), parser)
    if any(entry.level >= lxml.etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise DeepMarkup("markup nested too deeply, or a text too long, for lxml")
    writer = _Writer()
    _walk_lxml(root, writer)
    return writer.lines()


def refuse_hostile(markup: str) -> None:
    """Raise :class:`HostileMarkup` for a tag with thousands of attributes."""
    for tag in _LONG_TAG.finditer(markup):
        if len(tag[0].split()) > _MAX_ATTRIBUTES or tag[0].count("=") > _MAX_ATTRIBUTES:
            raise HostileMarkup(f"a tag with more than {_MAX_ATTRIBUTES:,} attributes")


def _walk_lxml(root: lxml.etree._Element, writer: _Writer) -> None:
    """Depth first; the tree is known to be at most 255 deep, so recursion is safe and the fastest way."""
    tag = root.tag
    end = writer.start(tag, root.get) if isinstance(tag, str) else None
    if end is not None:
        if root.text:
            writer.text(root.text)
        for child in root:
            _walk_lxml(child, writer)
        end()
    if root.tail:
        writer.text(root.tail)


# --- BeautifulSoup ---------------------------------------------------------------------------------------------------


def lines_of_html_with_soup(markup: str) -> list[Line]:
    """The same as :func:`lines_of_html`, slower, for any depth.

    Raises :class:`DeepMarkup` for a tree of more than 400,000 nodes.
    """
    soup = BeautifulSoup(markup, "html.parser")
    writer = _Writer()
    ends: list[Callable[[], None]] = []
    for count, event in enumerate(_soup_events(soup)):
        if count > _MAX_DEEP_NODES:
            raise DeepMarkup(f"more than {_MAX_DEEP_NODES:,} nodes of markup")
        if event is None:
            ends.pop()()
        elif isinstance(event, str):
            writer.text(event)
        else:
            end = writer.start(event.name, partial(_soup_attribute, event))
            ends.append(end or _nothing)
            if end is None:
                event.clear()
    return writer.lines()


def _soup_attribute(tag: Tag, name: str) -> str | None:
    value = tag.get(name)
    return " ".join(value) if isinstance(value, list) else value


def _soup_events(soup: BeautifulSoup) -> Iterator[Tag | str | None]:
    """Tags at their start, texts, and ``None`` at a tag's end, without recursion."""
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


def cut_box(page: str, id_: str) -> tuple[int, str, bool] | None:
    """The element with that id, cut out of the page without building a tree.

    Returns where it begins, its markup, and whether it was closed. The matching ``</div>`` is found by counting; an
    ``</article>`` ends the box too, since what an editor left open must not let the page's own furniture in. ``None``
    where no element has the id.
    """
    start = _find_opening(page, id_)
    if start is None:
        return None
    depth = 0
    for token in _BOX_TOKEN.finditer(page, start):
        if token[2] is None:
            continue
        if token[2].lower() == "article" and token.start() != start:
            if token[1] and depth > 0:
                return start, page[start : token.start()], True
            continue
        depth += -1 if token[1] else 1
        if depth == 0:
            return start, page[start : token.start()] + "</div>", True
    return start, page[start:], False


def _find_opening(page: str, id_: str) -> int | None:
    """Where the tag with that id begins. The id itself is looked for first: it is rare, tags are not."""
    at = page.find(id_)
    while at >= 0:
        start = page.rfind("<", 0, at)
        if start >= 0 and _BOX_TAG.fullmatch(page, start, at) and page[at + len(id_) : at + len(id_) + 1] in "\"' >":
            return start
        at = page.find(id_, at + 1)
    return None

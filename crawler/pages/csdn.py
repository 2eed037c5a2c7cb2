"""Article pages of CSDN, 2017 to 2026: where each layout keeps title, time, reads and address.

The markup before the article box is read with lxml, the script variables with patterns; nothing after the box is
looked at, since lists of other posts with titles and dates of their own stand there.
"""

import html
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache

import lxml.etree

from crawler.pages.html import BoxTag, cut_box, parse_html
from crawler.pages.times import parse_time
from normalize.model import Problem

BOX = "article_content"
_INNER_BOX = "content_views"

_CANONICAL = re.compile(r"<link\b[^>]*\brel\s*=\s*[\"']?canonical\b[^>]*>", re.IGNORECASE)
# SingleFile leaves out quotes where it can.
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s>]+)")
_ARTICLE_ADDRESS = re.compile(r"https?://[^/\s]*\bcsdn\.net/(?:[^?#\s]*/)?article/details/[0-9]+")
_VARIABLE = r"\bvar\s+{name}\s*=\s*(\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[0-9]+)"
_BEFORE_NAME = 100
"""Characters in front of a variable's name in which its ``var`` stands."""
_VARIABLES = {
    name: re.compile(_VARIABLE.format(name=name))
    for name in ("articleTitle", "articleDetailUrl", "curentUrl", "postTime", "nickName", "viewCountFormat", "username")
}
_JSON_LD_TIME = {name: re.compile(rf"\"{name}\"\s*:\s*\"([^\"]+)\"") for name in ("datePublished", "pubDate")}
_META = r"<meta\b[^>]*\b(?:property|name)\s*=\s*[\"']{name}[\"'][^>]*\bcontent\s*=\s*[\"']([^\"']*)"
_META_PUBLISHED = re.compile(_META.format(name="article:published_time"), re.IGNORECASE)
_META_AUTHOR = re.compile(_META.format(name="article:author"), re.IGNORECASE)

# Text of these boxes that is a time, but of another article: "newest recommended article of …" (2023-25).
_OTHER_ARTICLE = "最新推荐文章于"
_FIRST_PUBLISHED = re.compile(r"首次发布|首发|^\s*(?:于\s*)?发布于")
_FIRST_OF_TWO = re.compile(r"首发\s*[:：]?\s*(.+)")

# "X - Paper weekly - CSDN博客" (2018-19), "X_Paper weekly-CSDN博客" (2019-21), "X_NICK的博客-CSDN博客_keyword" (2022),
# "X-CSDN博客" (2023 on); saved tabs may begin with "(2条消息) ".
_TITLE_SUFFIX = re.compile(
    r"(?:\s+-\s+[^-]{1,40}?\s+-\s+(?:博客频道\s+-\s+)?CSDN\s?(?:博客|\.NET)"
    r"|_(?:Paper_weekly[^_-]{0,8}|[^_]{1,60})-CSDN\s?博客(?:_[^_]*)?"
    r"|\s*-\s*CSDN\s?博客)\s*\Z"
)
_TITLE_PREFIX = re.compile(r"\A\([0-9]+条消息\)\s*")
_COUNT = re.compile(r"([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)\s*([wWkK万千]?)")
_UNITS = {"w": 10_000, "万": 10_000, "k": 1_000, "千": 1_000}

_TITLES = (
    '//h1[contains(@class,"title-article")]',
    '//h1[contains(@class,"csdn_top")]',
    '//*[@id="article_details"]//*[contains(@class,"link_title")]//a',
)


_STRING = lxml.etree.XPath("string()")


_QUOTED = re.compile(r"\"([^\"]*)\"")


@cache
def _compiled(expression: str) -> tuple[lxml.etree.XPath, list[str]]:
    """An expression, and the names in it: where the markup lacks one of them, nothing can be found."""
    names = [quoted.strip() for quoted in _QUOTED.findall(expression)]
    return lxml.etree.XPath(expression), [name for name in names if name]


class Head:
    """What stands before the article box, parsed once."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._tree, _ = parse_html(f"<html>{markup}")

    def texts(self, *expressions: str) -> Iterator[str]:
        """Non-empty texts of the elements that each XPath expression finds, first expression first."""
        for expression in expressions:
            find, names = _compiled(expression)
            # A page is of one layout: most expressions are those of others.
            found = find(self._tree) if all(name in self._markup for name in names) else None
            for node in found if isinstance(found, list) else ():
                shown = _STRING(node) if isinstance(node, lxml.etree._Element) else node
                text = " ".join(str(shown).split())
                if text:
                    yield text

    def first(self, *expressions: str) -> str | None:
        """First of :meth:`texts`."""
        return next(self.texts(*expressions), None)

    def variable(self, name: str) -> str | None:
        """Value of a script variable."""
        # The name is rare; the pattern alone would be tried at every word.
        at = self._markup.find(name)
        found = _VARIABLES[name].search(self._markup, max(at - _BEFORE_NAME, 0)) if at >= 0 else None
        return _literal(found[1]) if found else None

    def pattern(self, pattern: re.Pattern[str]) -> str | None:
        """First group of a pattern over the markup, entities resolved."""
        found = pattern.search(self._markup)
        return html.unescape(found[1]) if found and found[1] else None

    def address(self) -> str | None:
        """The article's own address: the canonical one, else that of the script variables."""
        canonical = _CANONICAL.search(self._markup)
        href = _HREF.search(canonical[0]) if canonical else None
        if href and _ARTICLE_ADDRESS.match(href[1]):
            return html.unescape(href[1])
        named = (self.variable(name) for name in ("articleDetailUrl", "curentUrl"))
        return next((html.unescape(address) for address in named if address and _ARTICLE_ADDRESS.match(address)), None)


def _literal(source: str) -> str:
    """A script literal's value."""
    if source[0] == '"':
        try:
            return str(json.loads(source))
        except ValueError:
            pass
    return source.strip("\"'").replace("\\'", "'").replace('\\"', '"').replace("\\/", "/")


def title_of(head: Head) -> str | None:
    """The post's title: the heading, else the script's, else ``<title>`` without the site's suffix.

    ``<title>`` comes last because from 2024 on it may hold a title that a machine made up.
    """
    title = head.first(*_TITLES) or head.variable("articleTitle")
    if title is None:
        whole = head.first("//title")
        title = clean_title(whole) if whole else None
    return title


def clean_title(title: str) -> str:
    """A ``<title>`` without what the site adds to the post's.

    >>> clean_title("选对论文 - Paper weekly - CSDN博客")
    '选对论文'
    >>> clean_title("(2条消息) 选对论文_Paper weekly-CSDN博客")
    '选对论文'
    """
    return _TITLE_SUFFIX.sub("", _TITLE_PREFIX.sub("", title)).strip()


def published_of(head: Head) -> str | None:
    """When the post was first published, by the order of sources that was right on pages of all years."""
    return next((time for time in (parse_time(text) for text in _time_texts(head)) if time), None)


def _time_texts(head: Head) -> Iterator[str | None]:
    yield head.pattern(_META_PUBLISHED)
    yield head.pattern(_JSON_LD_TIME["datePublished"])
    yield head.pattern(_JSON_LD_TIME["pubDate"])
    for text in head.texts('//*[contains(concat(" ",@class," ")," up-time ")]'):
        if _OTHER_ARTICLE not in text and _FIRST_PUBLISHED.search(text):
            first = _FIRST_OF_TWO.search(text)
            yield first[1] if first else text
    yield head.variable("postTime")
    yield head.first('//*[contains(@class,"blog-postTime")]/@data-time')
    for text in head.texts('//*[contains(concat(" ",@class," ")," time ")]', '//*[contains(@class,"link_postdate")]'):
        if _OTHER_ARTICLE not in text:
            yield text


def reads_of(head: Head) -> tuple[int | None, bool]:
    """How often the post was read, and whether the page rounds it (``10w+``, ``2k``)."""
    exact = head.variable("viewCountFormat")
    if exact and exact.isdigit():
        return int(exact), False
    text = head.first(
        '//*[contains(concat(" ",@class," ")," read-count ") and not(@id)]',
        '//*[contains(@class,"link_view")]',
        '//*[contains(@class,"icon-read")]/following-sibling::*[contains(@class,"txt")]',
    )
    return read_count(text) if text else (None, False)


def read_count(text: str) -> tuple[int | None, bool]:
    """A printed count.

    >>> read_count("阅读数：23318"), read_count("阅读量1.3w"), read_count("10w+ 阅读")
    ((23318, False), (13000, True), (100000, True))
    """
    found = _COUNT.search(text)
    if found is None:
        return None, False
    unit = _UNITS.get(found[2].lower(), 1)
    return round(float(found[1].replace(",", "")) * unit), unit > 1


def author_of(head: Head) -> str | None:
    """Name of the account that published the post."""
    return (
        head.first('//a[contains(@class,"follow-nickName")]', '//*[@id="uid"]/@title')
        or head.pattern(_META_AUTHOR)
        or head.variable("nickName")
        or head.first('//*[@id="uid"]')
        or head.variable("username")
    )


def lock_problem(article: str) -> Problem | None:
    """The page says that the rest of the article is sold: such a copy is partial and never final."""
    if "解锁文章" in article and "lock.png" in article:
        return Problem(code="locked", message="The page shows only the beginning; the rest is for paying readers.")
    return None


def inner_markup(article: str, tags: Sequence[BoxTag] = ()) -> str:
    """The editor's part of the article box.

    ``#content_views`` exists from late 2018 on; before that the box itself holds the text. What stands beside it in
    the box (the author's card, advertisements) is the site's. ``tags`` are those of the article, if they are known.
    """
    found = cut_box(article, _INNER_BOX, tags)
    return found.markup if found and found.closed else article

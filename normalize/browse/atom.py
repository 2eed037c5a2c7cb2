"""Atom feeds (RFC 4287) as bytes of XML.

What a feed says comes from posts, so nothing of it is trusted: letters that XML cannot hold are dropped, addresses are
checked by the caller, and the XML is made by a library, not by joining texts.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"

_ATOM: Final = "http://www.w3.org/2005/Atom"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# All that XML 1.0 has no place for: control characters but tab and line ends, halves of pairs, two that are no letters.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES: Final = re.compile(r"\s+")

ET.register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A subject of an entry."""

    term: str
    """Id of the subject."""
    label: str
    """What people call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a feed. Addresses are absolute."""

    name: str
    """What the entry is about, the same for ever: ``paper/pw-2026``. Its id is made from this."""
    title: str
    url: str
    """Page of the entry."""
    published: datetime
    """With a time zone."""
    updated: datetime
    """With a time zone."""
    html: str
    """Content, as HTML in which all text is escaped."""
    authors: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    related: tuple[str, ...] = ()
    """Addresses elsewhere, such as that of the paper itself."""
    language: str = "zh-Hans"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed, the newest entry first. Addresses are absolute."""

    name: str
    """The same for ever: ``papers``."""
    title: str
    subtitle: str
    author: str
    """Of entries that name none."""
    url: str
    """Where the feed itself is."""
    page: str
    """The page that it is the feed of."""
    icon: str
    entries: Sequence[Entry]

    @property
    def updated(self) -> datetime:
        """When the entry that changed last did so; the beginning of 1970 for a feed without entries."""
        return max((entry.updated for entry in self.entries), default=datetime(1970, 1, 1, tzinfo=UTC))


def feed_xml(feed: Feed) -> bytes:
    """The document, in UTF-8 with its declaration."""
    root = ET.Element(_name("feed"), {_XML_LANG: "zh-Hans"})
    _add(root, "id", stable_id(feed.name))
    _add(root, "title", _line(feed.title))
    _add(root, "subtitle", _line(feed.subtitle))
    _add(root, "updated", timestamp(feed.updated))
    _add(_add(root, "author"), "name", _line(feed.author))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    _add(root, "icon", feed.icon)
    _add(root, "generator", "paperdigest")
    for entry in feed.entries:
        _add_entry(root, entry)
    ET.indent(root, space=" ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def stable_id(name: str) -> str:
    """An id that depends on nothing but the name: not on the host that the feed is served from.

    >>> stable_id("paper/pw-2026")
    'urn:uuid:a435c241-e4bf-5990-ae45-c2d437231c1e'
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, f"paperdigest:{clean_text(name)}").urn


def timestamp(moment: datetime) -> str:
    """A time as Atom writes it, with its zone. Raises :class:`ValueError` for a time without one.

    >>> timestamp(datetime.fromisoformat("2018-06-29T09:30:15+08:00")), timestamp(datetime(2018, 6, 29, tzinfo=UTC))
    ('2018-06-29T09:30:15+08:00', '2018-06-29T00:00:00Z')
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def clean_text(text: str) -> str:
    r"""The text without what XML cannot hold.

    >>> clean_text("a\x00b\ud800\uffff\tc")
    'ab\tc'
    """
    return _NOT_XML.sub("", text)


def _line(text: str) -> str:
    return _SPACES.sub(" ", clean_text(text)).strip()


def _name(tag: str) -> str:
    return f"{{{_ATOM}}}{tag}"


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _name(tag), attributes)
    element.text = text
    return element


def _add_entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, _name("entry"), {_XML_LANG: entry.language})
    _add(element, "id", stable_id(entry.name))
    _add(element, "title", _line(entry.title))
    _add(element, "published", timestamp(entry.published))
    _add(element, "updated", timestamp(entry.updated))
    for author in entry.authors:
        if name := _line(author):
            _add(_add(element, "author"), "name", name)
    _add(element, "link", rel="alternate", type="text/html", href=entry.url)
    for address in entry.related:
        _add(element, "link", rel="related", href=address)
    for category in entry.categories:
        if term := _line(category.term):
            _add(element, "category", term=term, label=_line(category.label))
    _add(element, "content", clean_text(entry.html), type="html")

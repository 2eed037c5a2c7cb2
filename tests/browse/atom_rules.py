"""What a validator of Atom feeds complains of (RFC 4287, and what readers of feeds stumble over)."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

ATOM: Final = "{http://www.w3.org/2005/Atom}"

_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
# An address in full, with a scheme, without a letter that an IRI does not have.
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?:[^\x00-\x20\x7f\"<>\\^`{|}%\[\]]|%[0-9A-Fa-f]{2})+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_ONCE: Final = ("id", "title", "updated", "published", "subtitle", "icon", "generator", "content", "summary", "rights")
_BOTH: Final = frozenset(("id", "title", "updated", "author", "link", "category", "rights"))
_KNOWN: Final = {
    "feed": _BOTH | {"subtitle", "icon", "generator", "entry"},
    "entry": _BOTH | {"published", "content", "summary"},
}


def faults(document: bytes, url: str) -> list[str]:
    """All that is wrong with a feed that was found at an address; empty for a valid one."""
    try:
        root = ET.fromstring(document)
    except ET.ParseError as error:
        return [f"no XML: {error}"]
    if root.tag != f"{ATOM}feed":
        return [f"root is {root.tag}"]
    found = [*_faults_of(root, "feed"), *_faults_of_feed(root, url)]
    entries = root.findall(f"{ATOM}entry")
    has_author = root.find(f"{ATOM}author") is not None
    for entry in entries:
        found.extend(_faults_of(entry, "entry"))
        found.extend(_faults_of_entry(entry, has_author=has_author))
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    found.extend(f"id {one} comes {count} times" for one, count in ids.items() if count > 1)
    return found


def _faults_of(element: ET.Element, kind: str) -> Iterator[str]:
    """What goes for feeds and entries alike."""
    counts = Counter(child.tag.removeprefix(ATOM) for child in element)
    yield from (f"{kind} without {name}" for name in ("id", "title", "updated") if not counts[name])
    yield from (f"{kind} with {counts[name]} of {name}" for name in _ONCE if counts[name] > 1)
    yield from (f"{kind} with unknown {name}" for name in counts.keys() - _KNOWN[kind])
    for name in ("id", "icon"):
        yield from _faults_of_address(element.findtext(f"{ATOM}{name}"), f"{kind} {name}")
    for name in ("updated", "published"):
        text = element.findtext(f"{ATOM}{name}")
        if text is not None and _moment(text) is None:
            yield f"{kind} {name}: {text!r} is no time"
    yield from _faults_of_names(element, kind)
    yield from _faults_of_links(element, kind)


def _faults_of_names(element: ET.Element, kind: str) -> Iterator[str]:
    if not (element.findtext(f"{ATOM}title") or "x").strip():
        yield f"{kind} with an empty title"
    for author in element.findall(f"{ATOM}author"):
        if len(author) != 1 or not (author.findtext(f"{ATOM}name") or "").strip():
            yield f"{kind} author without a name"
    if any(not category.get("term") for category in element.findall(f"{ATOM}category")):
        yield f"{kind} category without a term"
    language = element.get("{http://www.w3.org/XML/1998/namespace}lang")
    if language is not None and not _LANGUAGE.fullmatch(language):
        yield f"{kind} in language {language!r}"


def _faults_of_links(element: ET.Element, kind: str) -> Iterator[str]:
    alternates = []
    for link in element.findall(f"{ATOM}link"):
        yield from _faults_of_address(link.get("href") or "", f"{kind} link")
        if link.get("rel", "alternate") == "alternate":
            alternates.append((link.get("type"), link.get("hreflang")))
    if len(alternates) != len(set(alternates)):
        yield f"{kind} with two alternates of one type and language"


def _faults_of_feed(root: ET.Element, url: str) -> Iterator[str]:
    own = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if own != [url]:
        yield f"self is {own}, not {url}"
    newest = _moment(root.findtext(f"{ATOM}updated"))
    times = [_moment(entry.findtext(f"{ATOM}updated")) for entry in root.findall(f"{ATOM}entry")]
    if newest and any(time and newest < time for time in times):
        yield "feed is older than an entry"


def _faults_of_entry(entry: ET.Element, *, has_author: bool) -> Iterator[str]:
    if not has_author and entry.find(f"{ATOM}author") is None:
        yield "entry without an author"
    if entry.find(f"{ATOM}content") is None and not entry.findall(f"{ATOM}link"):
        yield "entry without content and link"
    published, updated = _moment(entry.findtext(f"{ATOM}published")), _moment(entry.findtext(f"{ATOM}updated"))
    if published and updated and updated < published:
        yield "entry updated before it was published"
    content = entry.find(f"{ATOM}content")
    if content is not None:
        if content.get("type", "text") not in ("text", "html") or len(content):
            yield "entry content is neither text nor html"
        for address in re.findall(r'(?:href|src)="([^"]*)"', content.text or ""):
            yield from _faults_of_address(address.replace("&amp;", "&").replace("&#x27;", "'"), "content link")


def _faults_of_address(address: str | None, place: str) -> Iterator[str]:
    if address is None:
        return
    if not _ADDRESS.fullmatch(address):
        yield f"{place}: {address!r} is no address in full"
    elif address.startswith("http") and not urlsplit(address).hostname:
        yield f"{place}: {address!r} has no host"


def _moment(text: str | None) -> datetime | None:
    """A time with its zone; ``None`` for what is none."""
    try:
        return datetime.fromisoformat(text) if text and _TIME.fullmatch(text) else None
    except ValueError:  # the 31st of June
        return None

"""What the copies of one post print differently: a link that was changed, a paper that was added, another spelling.

Pure. A copy's :class:`Content` is all of it that is compared; copies with equal contents say the same.
"""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from normalize.identifiers import identifier_id
from normalize.identity import IS_STRONG
from normalize.model import EntryRecord, PostRecord
from normalize.titles import are_plainly_unlike, title_key

DIGEST_LENGTH: Final = 16
"""Hexadecimal digits of a content's digest: copies of one post are told apart by it, and these are few."""

MAX_CANDIDATES: Final = 10
"""Entries with one identifier that an entry of another copy is compared with: no post has so many of one paper."""

_DAY_LENGTH: Final = len("2018-06-21")
# White space, which readers of pages fold each in its way, and what stands for letters that no file can hold.
_NOT_COMPARED = re.compile("[\\s\ufffd\ud800-\udfff]+")


class EntryContent(NamedTuple):
    """What a copy says of one entry."""

    position: int
    section: str | None
    title: str | None
    """``None``: a picture."""
    recommender: str | None
    tag: str | None
    summary: str
    links: tuple[str, ...]
    """Canonical addresses, sorted, each once."""
    images: tuple[str, ...]
    """Keys of pictures, sorted, each once."""
    identifiers: tuple[str, ...]
    """Strong ones, sorted: ``arxiv-1806.01234``."""


class Content(NamedTuple):
    """What a copy says."""

    title: str | None
    author: str | None
    published: str | None
    """As in :attr:`normalize.model.Post.published`."""
    series: str | None
    number: int | None
    entries: tuple[EntryContent, ...]
    """In their order."""


class Difference(NamedTuple):
    """One thing that another copy prints differently from the one that is shown."""

    position: int | None
    """Of the entry in the shown copy; ``None``: the post itself, or an entry that only the other copy has."""
    other_position: int | None
    """Of the entry in the other copy; ``None``: the post itself, or an entry that only the shown copy has."""
    field: str
    """``title``, ``author``, ``published``, ``series``, ``number``; of an entry ``section``, ``title``,
    ``recommender``, ``tag``, ``summary``, ``links``, ``images``; ``entry``: only one of the copies has it."""
    shown: str | None
    """What the shown copy prints; of links and pictures what only it has, a line each; ``None``: nothing."""
    other: str | None
    """The same for the other copy."""


def content_of(record: PostRecord, entries: Iterable[EntryRecord]) -> Content:
    """Give what a record says in those of its entries that count."""
    post = record.post
    return Content(post.title, post.author, post.published, post.series, post.number, tuple(map(_entry, entries)))


def _entry(record: EntryRecord) -> EntryContent:
    entry = record.entry
    return EntryContent(
        entry.position,
        entry.section,
        entry.title_raw,
        entry.recommender,
        entry.tag,
        entry.summary,
        tuple(sorted({link.url for link in record.links})),
        tuple(sorted({image.key for image in record.images})),
        tuple(sorted([identifier_id(one) for one in record.identifiers if IS_STRONG[one.scheme]])),
    )


def content_digest(content: Content) -> str:
    """Give a digest that is equal for equal contents: hexadecimal, of :data:`DIGEST_LENGTH`."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:DIGEST_LENGTH]


# --- differences -----------------------------------------------------------------------------------------------------


def differences(shown: Content, other: Content) -> Iterator[Difference]:
    """What another copy of a post prints differently from the shown one: the post first, then entry by entry.

    White space and the width of letters make no difference. Nor does what a copy does not say: a field that it lacks,
    the hour of a day, the links or pictures of a copy that has none at all.
    """
    yield from _texts(
        None,
        None,
        ("title", shown.title, other.title),
        ("author", shown.author, other.author),
        ("published", *_equally_precise(shown.published, other.published)),
        ("series", shown.series, other.series),
        ("number", shown.number, other.number),
    )
    have_links = _have(shown, other, lambda entry: entry.links)
    have_images = _have(shown, other, lambda entry: entry.images)
    for one, another in _aligned(shown.entries, other.entries):
        if one is None or another is None:
            yield _unmatched(one, another)
            continue
        yield from _texts(
            one.position,
            another.position,
            ("title", one.title, another.title),
            ("section", one.section, another.section),
            ("recommender", one.recommender, another.recommender),
            ("tag", one.tag, another.tag),
            ("summary", one.summary, another.summary),
        )
        if have_links:
            yield from _lists(one, another, "links", one.links, another.links)
        if have_images:
            yield from _lists(one, another, "images", one.images, another.images)


def _texts(
    position: int | None, other_position: int | None, *fields: tuple[str, str | int | None, str | int | None]
) -> Iterator[Difference]:
    for field, shown, other in fields:
        if shown in (None, "") or other in (None, "") or shown == other:
            continue
        if _compared(str(shown)) != _compared(str(other)):
            yield Difference(position, other_position, field, str(shown), str(other))


def _compared(text: str) -> str:
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", text))


def _equally_precise(shown: str | None, other: str | None) -> tuple[str | None, str | None]:
    """Two times; both as days if one of them is a day alone."""
    if shown and other and _DAY_LENGTH in (len(shown), len(other)):
        return shown[:_DAY_LENGTH], other[:_DAY_LENGTH]
    return shown, other


def _have(shown: Content, other: Content, part: Callable[[EntryContent], tuple[str, ...]]) -> bool:
    return all(any(part(entry) for entry in content.entries) for content in (shown, other))


def _lists(
    one: EntryContent, another: EntryContent, field: str, shown: tuple[str, ...], other: tuple[str, ...]
) -> Iterator[Difference]:
    if shown != other:
        only_shown, only_other = (
            "\n".join(sorted(set(items).difference(rest))) for items, rest in ((shown, other), (other, shown))
        )
        yield Difference(one.position, another.position, field, only_shown or None, only_other or None)


def _unmatched(one: EntryContent | None, another: EntryContent | None) -> Difference:
    """An entry that only one of the copies has, by its title; that of a picture title is empty."""
    return Difference(
        one and one.position,
        another and another.position,
        "entry",
        None if one is None else one.title or "",
        None if another is None else another.title or "",
    )


# --- which entries are one -------------------------------------------------------------------------------------------

_Keys = Callable[[EntryContent], Iterator[Hashable]]
_Pair = tuple[EntryContent | None, EntryContent | None]


def _aligned(shown: Iterable[EntryContent], other: Iterable[EntryContent]) -> list[_Pair]:
    """Entries of two copies side by side, in the order of the shown copy; those of the other copy alone at the end.

    The surest first: equal title and identifier, equal title (a link may have been put right), equal identifier (a
    title may have been), and last the same place; never such as have titles of two papers.
    """
    left, right = list(shown), list(other)
    partners: dict[int, EntryContent] = {}
    for keys_of in (_titles_and_identifiers, _titles, _identifiers, _places):
        taken = {entry.position for entry in partners.values()}
        free = [entry for entry in right if entry.position not in taken]
        _match([entry for entry in left if entry.position not in partners], free, keys_of, partners)
    taken = {entry.position for entry in partners.values()}
    pairs: list[_Pair] = [(entry, partners.get(entry.position)) for entry in left]
    return [*pairs, *((None, entry) for entry in right if entry.position not in taken)]


def _match(
    left: list[EntryContent], right: list[EntryContent], keys_of: _Keys, partners: dict[int, EntryContent]
) -> None:
    """Note for entries of one copy, by their positions, the first entry of the other that has one of their keys."""
    waiting: defaultdict[Hashable, dict[int, EntryContent]] = defaultdict(dict)
    for entry in right:
        for key in keys_of(entry):
            waiting[key][entry.position] = entry
    for entry in left:
        near = (one for key in keys_of(entry) for one in islice(waiting[key].values(), MAX_CANDIDATES))
        found = next((one for one in near if _may_be(entry.title, one.title)), None)
        if found is not None:
            partners[entry.position] = found
            for key in keys_of(found):
                waiting[key].pop(found.position, None)


def _titles_and_identifiers(entry: EntryContent) -> Iterator[Hashable]:
    title = title_key(entry.title)
    if title is not None:
        yield from ((title, identifier) for identifier in entry.identifiers)


def _titles(entry: EntryContent) -> Iterator[Hashable]:
    title = title_key(entry.title)
    if title is not None:
        yield title


def _identifiers(entry: EntryContent) -> Iterator[Hashable]:
    yield from entry.identifiers


def _places(entry: EntryContent) -> Iterator[Hashable]:
    yield entry.position


def _may_be(title: str | None, other: str | None) -> bool:
    return title is None or other is None or not are_plainly_unlike(title, other)

"""The versions of a post: what its captures print, and what differs between one and the next."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from crawler.captures import Capture, CaptureStore, DamagedBody
from crawler.changes import Outcome, compare
from crawler.lookup import KnownPost
from crawler.reading import read_capture
from normalize.model import Entry, Image, Link, PageClass, PastPost, Post
from normalize.text import HAN
from normalize.urls import canonical_url, post_keys

_POST_FIELDS: Final = ("kind", "title", "author", "published", "series", "number", "partial")
_ENTRY_FIELDS: Final = ("section", "title_raw", "recommender", "tag", "summary")
_CONTEXT: Final = 12  # words of a summary that are shown on either side of a change
_LATEST: Final = "9999"  # where no time is given: after all others
# 图, attention, 2018, or what stands between words
_WORD: Final = re.compile(rf"[{HAN}]|[^\W_{HAN}]+|\s+|.", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a post says, at one or more looks: everything but the number of reads is equal."""

    number: int
    """From 1, in the order first seen; those of files, which have no time, come last."""
    post: Post
    """As the first capture printed it."""
    first_seen: str | None
    """``2026-01-31T06:00:00Z``; ``None``: no capture tells its time."""
    last_seen: str | None
    captures: int
    places: tuple[tuple[str, int], ...]
    """Canonical addresses, or origins of files, with the number of captures each."""
    reads: tuple[int, int] | None
    """Lowest and highest number of reads seen with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two versions print differently."""

    field: str
    """``title``, ``summary``, ``links``; ``entry`` for one that is new or gone."""
    old: str | None
    """``None``: not there before."""
    new: str | None
    """``None``: not there any more."""
    entry: int | None = None
    """Position in the newer version, or in the older for an entry that is gone; ``None``: the post itself."""
    entry_title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one version to the next."""

    old: int
    new: int
    outcome: Outcome
    """As in :class:`crawler.changes.Change`."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that the captures know of a post."""

    versions: tuple[Version, ...]
    steps: tuple[Step, ...]
    others: tuple[tuple[PageClass, int, str | None], ...]
    """Answers that held no post: their class, how many, and when the last came."""


def history_of(post: KnownPost, store: CaptureStore) -> History:
    """Reads every capture of a post, with the present code."""
    prints: dict[Post, list[tuple[Capture, Post]]] = {}
    others: dict[PageClass, list[Capture]] = {}
    for capture, page_class, printed in _printed(post.capture_ids, store):
        if printed is None:
            others.setdefault(page_class, []).append(capture)
        else:
            prints.setdefault(_said(printed), []).append((capture, printed))
    groups = sorted((_in_time(group) for group in prints.values()), key=lambda group: _moment(group[0]))
    versions = tuple(_version(number, group) for number, group in enumerate(groups, start=1))
    return History(
        versions=versions,
        steps=tuple(_step(old, new) for old, new in pairwise(versions)),
        others=tuple((name, len(found), _last(found)) for name, found in sorted(others.items())),
    )


def differences(old: Post, new: Post) -> Iterator[Difference]:
    """What two posts print differently; entries are matched by their titles, so that a new one moves none."""
    for name in _POST_FIELDS:
        yield from _difference(name, getattr(old, name), getattr(new, name))
    yield from _difference("past posts", _past_lines(old.past_posts), _past_lines(new.past_posts))
    yield from _difference("address", _keys(old), _keys(new))
    matcher = difflib.SequenceMatcher(a=_names(old), b=_names(new), autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        before, after = old.entries[i1:i2], new.entries[j1:j2]
        if tag == "replace" and len(before) != len(after):
            yield from _unmatched(before, ())
            yield from _unmatched((), after)
            continue
        for one, other in zip(before, after, strict=False):
            yield from _entry_differences(one, other)
        yield from _unmatched(before[len(after) :], after[len(before) :])


def word_diff(old: str, new: str) -> list[str]:
    """How one text became the other, a line for each paragraph that differs: ``… 提出[-一-]{+两+}个 …``.

    >>> word_diff("We propose one model.", "We propose two models.")
    ['We propose [-one-]{+two+} [-model-]{+models+}.']
    """
    lines: list[str] = []
    before, after = old.split("\n"), new.split("\n")
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        lines += [_line_diff(one, other) for one, other in zip(before[i1:i2], after[j1:j2], strict=False)]
        lines += [f"[-{line}-]" for line in before[i1 + (j2 - j1) : i2] if line]
        lines += [f"{{+{line}+}}" for line in after[j1 + (i2 - i1) : j2] if line]
    return lines


def _printed(capture_ids: Iterable[str], store: CaptureStore) -> Iterator[tuple[Capture, PageClass, Post | None]]:
    for capture_id in capture_ids:
        capture = store.observation(capture_id)
        if capture is None:  # the archive was built from other captures
            continue
        try:
            reading = read_capture(capture, store.body(capture.body_sha256), kept=store.kept(capture))
        except (DamagedBody, KeyError):
            yield capture, "damaged", None
            continue
        yield capture, reading.page_class, None if reading.record is None else reading.record.post


def _said(post: Post) -> Post:
    """What a post says, whoever counts its readers and however its address is spelt."""
    return replace(post, site="unknown", url=_keys(post), reads=None, problems=())


def _keys(post: Post) -> str | None:
    return " ".join(post_keys(post.url)) or None if post.url else None


def _moment(item: tuple[Capture, Post]) -> tuple[str, str]:
    return item[0].fetched_at or _LATEST, item[0].capture_id


def _in_time(group: list[tuple[Capture, Post]]) -> list[tuple[Capture, Post]]:
    return sorted(group, key=_moment)


def _last(captures: Iterable[Capture]) -> str | None:
    return max((capture.fetched_at for capture in captures if capture.fetched_at is not None), default=None)


def _version(number: int, group: Sequence[tuple[Capture, Post]]) -> Version:
    times = [capture.fetched_at for capture, _ in group if capture.fetched_at is not None]
    reads = [post.reads for _, post in group if post.reads is not None]
    places = Counter(canonical_url(capture.address) if capture.address else capture.origin for capture, _ in group)
    return Version(
        number=number,
        post=group[0][1],
        first_seen=min(times, default=None),
        last_seen=max(times, default=None),
        captures=len(group),
        places=tuple(sorted(places.items())),
        reads=(min(reads), max(reads)) if reads else None,
    )


def _step(old: Version, new: Version) -> Step:
    return Step(
        old=old.number,
        new=new.number,
        outcome=compare(old.post, new.post).outcome,
        differences=tuple(differences(old.post, new.post)),
    )


def _difference(
    name: str, old: object, new: object, *, entry: int | None = None, title: str | None = None
) -> Iterator[Difference]:
    if old != new:
        yield Difference(field=name, old=_text(old), new=_text(new), entry=entry, entry_title=title)


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _names(post: Post) -> list[str]:
    """What entries are matched by: the title, or its picture."""
    return [
        entry.title_raw or next((one.url_raw for one in entry.images if one.role == "title"), "")
        for entry in post.entries
    ]


def _unmatched(before: Iterable[Entry], after: Iterable[Entry]) -> Iterator[Difference]:
    for entry in before:
        yield Difference(field="entry", old=entry.title_raw or "", new=None, entry=entry.position)
    for entry in after:
        yield Difference(field="entry", old=None, new=entry.title_raw or "", entry=entry.position)


def _entry_differences(old: Entry, new: Entry) -> Iterator[Difference]:
    at, title = new.position, new.title_raw
    for name in _ENTRY_FIELDS:
        label = "title" if name == "title_raw" else name
        yield from _difference(label, getattr(old, name), getattr(new, name), entry=at, title=title)
    yield from _difference("links", _link_lines(old.links), _link_lines(new.links), entry=at, title=title)
    yield from _difference("images", _image_lines(old.images), _image_lines(new.images), entry=at, title=title)


def _link_lines(links: Iterable[Link]) -> str:
    return "\n".join(f"{link.label} {link.url_raw}" for link in links)


def _image_lines(images: Iterable[Image]) -> str:
    return "\n".join(f"{image.role} {image.url_raw}" for image in images)


def _past_lines(posts: Iterable[PastPost]) -> str:
    return "\n".join(f"{past.title} {past.url_raw or ''}".rstrip() for past in posts)


def _line_diff(old: str, new: str) -> str:
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    parts: list[str] = []
    codes = matcher.get_opcodes()
    for number, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            parts.append(_context(before[i1:i2], is_first=number == 0, is_last=number == len(codes) - 1))
            continue
        parts.append(f"[-{''.join(before[i1:i2])}-]" if i2 > i1 else "")
        parts.append(f"{{+{''.join(after[j1:j2])}+}}" if j2 > j1 else "")
    return "".join(parts)


def _context(words: Sequence[str], *, is_first: bool, is_last: bool) -> str:
    """Equal words, of which only those near a change are shown."""
    head = 0 if is_first else _CONTEXT
    tail = 0 if is_last else _CONTEXT
    if len(words) <= head + tail:
        return "".join(words)
    return "".join(words[:head]) + "…" + "".join(words[len(words) - tail :])

"""Where each value that the archive shows of a paper came from: capture, line, rule, and the other values seen.

The archive keeps what is shown; everything else is read again, by the present code, from the captures of all posts that
recommend the paper.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from crawler.captures import CaptureStore, DamagedBody
from crawler.fields import FIELDS, Field, Reading, readings_of
from crawler.lookup import find_paper
from crawler.page_lines import PageLines, Source
from crawler.pages import UnreadablePage
from crawler.reading import page_of, read_capture
from normalize.archive import open_readonly
from normalize.archive_sql import select_in
from normalize.identifiers import identifier_id, scheme_of
from normalize.model import EntryRecord, Identifier, PostRecord
from normalize.titles import are_plainly_unlike

_OWN: Final = "each recommendation has its own, as the shown copy of its post prints it"
_CHOICE: Final[dict[Field, str]] = {
    "title": "the one most often printed, then the earliest, then the lowest",
    "venue": "the most specific mention: taken before only handed in, with a year, of the strongest status",
    "year": "that of the venue's mention",
    "status": "that of the venue's mention, and of all mentions that agree the most specific",
    "recommender": _OWN,
    "tag": _OWN,
    "section": _OWN,
    "summary": _OWN,
    "affiliations": _OWN,
    "links": _OWN,
    "code": _OWN,
    "figures": _OWN,
    "identity": "the first of: paper number of the blog, arXiv, DOI, further identifiers, the folded title",
}
_STALE: Final = "not read from any capture by this code: paperdigest rebuild brings the archive up to date"
_LATEST: Final = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A copy of a post that prints a value."""

    post_id: str
    position: int
    """Place of the recommendation in this copy."""
    is_shown: bool
    """The post is shown as this copy prints it."""
    capture_id: str
    place: str
    """Address that it was captured at, or the origin of a file."""
    captured_at: str | None
    captures: int
    """Captures of the post with the same bytes; the first of them is named."""
    source: Source | None
    """The line; ``None`` where it is not found again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of a field, with all copies that print it."""

    value: str
    is_shown: bool
    """The archive shows it; otherwise it is one of the others that were seen."""
    rule: str
    """How it was read."""
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that is known of a field; what is shown comes first."""

    field: Field
    chosen_by: str
    """By which rule the archive chooses among what is printed."""
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement about a recommendation of the paper and another one."""

    verdict: str
    rule: str
    evidence: str
    recommendations: tuple[str, str]
    """Post and place of both: ``csdn-80763567 3``."""
    other_paper: str | None
    """The paper of the other one, where it is not this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A problem of a recommendation of the paper, in the copy that is shown or beside others."""

    code: str
    message: str
    post_id: str
    position: int | None
    line: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a paper is shown as it is."""

    paper_id: str
    title: str | None
    aliases: tuple[str, ...]
    """Other ids that it is known by."""
    answers: tuple[Answer, ...]
    verdicts: tuple[Verdict, ...]
    """Those of the field ``identity``."""
    doubts: tuple[Doubt, ...]
    unread: int
    """Captures of its posts that the store lacks or cannot give."""


def explain(name: str, archive: Path, store: CaptureStore, *, fields: Sequence[Field] = FIELDS) -> Explanation:
    """Why the paper of a name is shown as it is.

    Args:
        name: id, alias, an address or identifier of it, or its title, whole: ``pw-2026``, ``Mask R-CNN``.
        archive: the archive's file.
        store: the captures that it was built from.
        fields: what is asked.

    Raises:
        UnknownPaper: none has the name, or several have; and what opening the archive raises.
    """
    with closing(open_readonly(archive)) as connection:
        paper = _Paper(connection, find_paper(name, connection))
    entries = _Entries(paper, store)
    return Explanation(
        paper_id=paper.paper_id,
        title=paper.title,
        aliases=paper.aliases,
        answers=tuple(_answer(field, paper, entries.found) for field in fields),
        verdicts=paper.verdicts if "identity" in fields else (),
        doubts=paper.doubts,
        unread=entries.unread,
    )


# --- the paper in the archive ----------------------------------------------------------------------------------------


class _Recommendation(NamedTuple):
    number: int
    post_id: str
    position: int
    shown_capture: str


class _Capture(NamedTuple):
    capture_id: str
    post_id: str
    place: str
    captured_at: str | None


class _Paper:
    """What the archive says of a paper and of the captures of its posts."""

    def __init__(self, connection: sqlite3.Connection, paper_id: str) -> None:
        self.paper_id = paper_id
        query = "SELECT title, venue_id, venue_year, venue_status FROM papers WHERE paper_id = ?"
        self.title, self._venue, self._year, self._status = connection.execute(query, (paper_id,)).fetchone()
        self.recommendations = [_Recommendation(*row) for row in connection.execute(_RECOMMENDATIONS, (paper_id,))]
        posts = sorted({one.post_id for one in self.recommendations})
        self.captures = [_Capture(*row) for row in select_in(connection, _CAPTURES, posts)]
        self.captures.sort(key=lambda one: (one.post_id, one.captured_at or _LATEST, one.capture_id))
        self.aliases = tuple(row[0] for row in connection.execute(_ALIASES, (paper_id,)))
        self.verdicts = tuple(_verdict(paper_id, row) for row in connection.execute(_VERDICTS, (paper_id,)))
        self.names = {
            name: {row[0]: row[1] for row in connection.execute(query, (paper_id,))} for name, query in _NAMES.items()
        }
        claims = (Identifier(scheme=scheme, value=value) for scheme, value in connection.execute(_CLAIMS, (paper_id,)))
        names = frozenset(identifier_id(claim) for claim in claims)
        titles = frozenset(one.evidence for one in self.verdicts if (one.verdict, one.rule) == ("same", "equal_title"))
        if not names:
            titles |= {row[0] for row in connection.execute(_TITLE_KEYS, (paper_id,))}
        self._identity = names | titles
        self.doubts = tuple(
            Doubt(code=row[0], message=row[1], post_id=row[2], position=row[3], line=row[4])
            for row in connection.execute(_DOUBTS, (paper_id,))
        )

    def shown(self, field: Field) -> frozenset[str] | None:
        """Values that the archive shows; ``None`` where each recommendation shows its own."""
        if field == "identity":
            return self._identity
        one = {"title": self.title, "venue": self._venue, "year": self._year, "status": self._status}
        if field not in one:
            return None
        return frozenset() if one[field] is None else frozenset([str(one[field])])


_RECOMMENDATIONS = """
SELECT recommendation_id, post_id, position, posts.capture_id FROM recommendations JOIN posts USING (post_id)
WHERE paper_id = ? ORDER BY published_on IS NULL, published_on, post_id, position"""
_CAPTURES = """
SELECT capture_id, post_id, coalesce(address, origin), captured_at FROM captures
WHERE post_id IN ({}) ORDER BY captured_at IS NULL, captured_at, capture_id"""
_ALIASES = "SELECT alias FROM paper_aliases WHERE paper_id = ? ORDER BY alias"
_DOUBTS = """
SELECT DISTINCT code, message, problems.post_id, problems.position, line
FROM problems JOIN recommendations AS r ON r.post_id = problems.post_id AND r.position = problems.position
JOIN posts ON posts.post_id = r.post_id
WHERE r.paper_id = ? AND (problems.capture_id IS NULL OR problems.capture_id = posts.capture_id)
ORDER BY 3, 4, 1, 2"""
_NAMES: Final[dict[Field, str]] = {
    "recommender": (
        "SELECT recommender_raw, name FROM recommendations JOIN recommenders USING (recommender_id) WHERE paper_id = ?"
    ),
    "tag": "SELECT tag_raw, name FROM recommendations JOIN tags USING (tag_id) WHERE paper_id = ?",
}
_CLAIMS = """
SELECT DISTINCT scheme, value FROM identifiers JOIN recommendations USING (recommendation_id)
WHERE paper_id = ? AND strong = 1 AND disputed = 0"""
_TITLE_KEYS = "SELECT title_key FROM recommendations WHERE paper_id = ? AND title_key IS NOT NULL"
_VERDICTS = """
SELECT verdict, rule, evidence, l.post_id, l.position, l.paper_id, r.post_id, r.position, r.paper_id
FROM judgements
JOIN recommendations AS l ON l.recommendation_id = left_id
JOIN recommendations AS r ON r.recommendation_id = right_id
WHERE ?1 IN (l.paper_id, r.paper_id)
ORDER BY verdict <> 'same', verdict, rule, evidence, left_id, right_id"""


def _verdict(paper_id: str, row: Sequence[str]) -> Verdict:
    verdict, rule, evidence, post, position, paper, other_post, other_position, other_paper = row
    return Verdict(
        verdict=verdict,
        rule=rule,
        evidence=evidence,
        recommendations=(f"{post} {position}", f"{other_post} {other_position}"),
        other_paper=next((one for one in (paper, other_paper) if one != paper_id), None),
    )


# --- the captures, read again ----------------------------------------------------------------------------------------


class _Copy(NamedTuple):
    """A copy of a post, as its page prints it."""

    first: _Capture
    """Of the captures with these bytes: that which the post is shown as, else the earliest."""
    captures: int
    is_shown: bool
    record: PostRecord
    lines: PageLines


class _Entries:
    """The recommendations of a paper in every copy of their posts."""

    def __init__(self, paper: _Paper, store: CaptureStore) -> None:
        self.found: list[tuple[_Copy, EntryRecord]] = []
        self.unread = 0
        self._store = store
        captures = {post: list(group) for post, group in groupby(paper.captures, key=lambda one: one.post_id)}
        copies = {
            post: self._copies(group, {one.shown_capture for one in paper.recommendations if one.post_id == post})
            for post, group in captures.items()
        }
        for recommendation in paper.recommendations:
            self._add(recommendation, copies[recommendation.post_id])

    def _copies(self, captures: Sequence[_Capture], shown: set[str]) -> list[_Copy]:
        """Every body once, the shown one first."""
        by_body: dict[str, list[_Capture]] = {}
        for capture in sorted(captures, key=lambda one: one.capture_id not in shown):
            stored = self._store.observation(capture.capture_id)
            if stored is None:
                self.unread += 1
            else:
                by_body.setdefault(stored.body_sha256, []).append(capture)
        copies = (self._copy(group, is_shown=group[0].capture_id in shown) for group in by_body.values())
        return [copy for copy in copies if copy is not None]

    def _copy(self, captures: Sequence[_Capture], *, is_shown: bool) -> _Copy | None:
        stored = self._store.observation(captures[0].capture_id)
        try:
            if stored is not None:
                body, kept = self._store.body(stored.body_sha256), self._store.kept(stored)
                record = read_capture(stored, body, kept=kept).post
                if record is not None:
                    lines = PageLines(page_of(stored, body, kept=kept).lines)
                    return _Copy(captures[0], len(captures), is_shown, record, lines)
        except (DamagedBody, KeyError, UnreadablePage):
            pass
        self.unread += len(captures)
        return None

    def _add(self, recommendation: _Recommendation, copies: Sequence[_Copy]) -> None:
        shown = next((copy for copy in copies if copy.is_shown), None)
        if shown is None:
            return
        wanted = next((one for one in shown.record.entries if one.entry.position == recommendation.position), None)
        for copy in copies:
            entry = wanted if copy is shown or wanted is None else _same_entry(wanted, copy.record)
            if entry is not None:
                self.found.append((copy, entry))


def _same_entry(wanted: EntryRecord, record: PostRecord) -> EntryRecord | None:
    """The entry of another copy that is the same recommendation: by title, by identifier, or by place."""

    def likeness(one: EntryRecord) -> tuple[bool, bool, bool]:
        return (
            wanted.title_key is not None and one.title_key == wanted.title_key,
            not _strong(wanted).isdisjoint(_strong(one)),
            one.entry.position == wanted.entry.position,
        )

    best = max(record.entries, key=likeness, default=None)
    if best is None or not any(likeness(best)):
        return None
    title, other = wanted.entry.title_raw, best.entry.title_raw
    return None if title is not None and other is not None and are_plainly_unlike(title, other) else best


def _strong(record: EntryRecord) -> frozenset[Identifier]:
    return frozenset(one for one in record.identifiers if scheme_of(one).strong)


# --- the answer ------------------------------------------------------------------------------------------------------


def _answer(field: Field, paper: _Paper, entries: Sequence[tuple[_Copy, EntryRecord]]) -> Answer:
    shown = paper.shown(field)
    found: dict[str, list[tuple[_Copy, EntryRecord, Reading]]] = {}
    for copy, entry in entries:
        for reading in readings_of(field, copy.record.post, entry, copy.lines):
            found.setdefault(reading.value, []).append((copy, entry, reading))
    names = paper.names.get(field, {})
    values = [_value(value, shown, names.get(value, value), group) for value, group in found.items()]
    lost = sorted((shown or frozenset()) - found.keys())
    values += [Value(value=value, is_shown=True, rule=_STALE, seen=()) for value in lost]
    # Those of the archive first; the others in the order in which their posts appeared.
    return Answer(field=field, chosen_by=_CHOICE[field], values=tuple(sorted(values, key=lambda one: not one.is_shown)))


def _value(
    value: str, shown: frozenset[str] | None, name: str, group: Sequence[tuple[_Copy, EntryRecord, Reading]]
) -> Value:
    is_shown = any(copy.is_shown for copy, _, _ in group) if shown is None else value in shown
    # One row holds all spellings of a person or a subject.
    spelt = "" if name == value else f"; with its other spellings it is called {name}"
    return Value(
        value=value,
        is_shown=is_shown,
        rule=group[0][2].rule + spelt,
        seen=tuple(_seen(copy, entry, reading) for copy, entry, reading in group),
    )


def _seen(copy: _Copy, entry: EntryRecord, reading: Reading) -> Seen:
    return Seen(
        post_id=copy.first.post_id,
        position=entry.entry.position,
        is_shown=copy.is_shown,
        capture_id=copy.first.capture_id,
        place=copy.first.place,
        captured_at=copy.first.captured_at,
        captures=copy.captures,
        source=reading.source,
    )

"""The half of the writer that knows captures and posts.

All posts that share a key, a title or bytes with a new copy are looked up, grouped anew by
:func:`normalize.identity.group_copies`, and written where they differ from what is stored.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from normalize.archive_batch import CaptureLost, Reread
from normalize.archive_rows import (
    CAPTURE_KEYS,
    CAPTURES,
    COPY_FACTS,
    POST_COPIES,
    POST_LINKS,
    POSTS,
    PROBLEMS,
    CaptureRow,
    CopyRow,
    FactsRow,
    FreshEntry,
    KeyRow,
    PostRow,
    capture_row,
    facts_row,
    fresh_entries,
    post_copy_rows,
    post_link_rows,
    post_row,
    problem_rows,
    recommendation_id,
)
from normalize.archive_sql import select_in, sync, write_difference, write_rows
from normalize.identity import group_copies
from normalize.model import PostRecord, Reading


def new_readings(connection: sqlite3.Connection, readings: Sequence[Reading]) -> dict[str, Reading]:
    """Give the readings of captures that the archive does not know, each once, by ``capture_id``."""
    given = {reading.capture_id: reading for reading in reversed(readings)}
    found = select_in(connection, "SELECT capture_id FROM captures WHERE capture_id IN ({})", given)
    known = {row[0] for row in found}
    return {capture_id: reading for capture_id, reading in given.items() if capture_id not in known}


def store_captures(connection: sqlite3.Connection, readings: Collection[Reading]) -> None:
    """Write what is known of captures by themselves: the rows that never change but for ``post_id``."""
    posts = [(reading, record) for reading in readings if (record := reading.post) is not None]
    write_rows(connection, CAPTURES.insert, [capture_row(reading) for reading in readings])
    write_rows(connection, COPY_FACTS.insert, [facts_row(reading, record) for reading, record in posts])
    keys = {KeyRow(reading.capture_id, key) for reading, record in posts for key in record.keys}
    write_rows(connection, CAPTURE_KEYS.insert, sorted(keys))
    write_rows(connection, PROBLEMS.insert, [row for reading in readings for row in problem_rows(reading)])


def closure_of_copies(connection: sqlite3.Connection, news: dict[str, Reading]) -> list[CopyRow]:
    """All copies that share key, title or bytes with new ones, directly or over others."""
    copies: dict[str, CopyRow] = {}
    asked: set[tuple[str, object]] = set()
    pending: Iterable[str] = [capture_id for capture_id, reading in news.items() if reading.post is not None]
    while pending := [capture_id for capture_id in pending if capture_id not in copies]:
        found = _load_copies(connection, pending)
        copies.update((copy.capture.capture_id, copy) for copy in found)
        near = {item for copy in found for item in _connections(copy)} - asked
        asked |= near
        pending = sorted(
            {row[0] for column, query in _COPIES_BY.items() for row in _by(connection, query, near, column)}
        )
    return [copies[capture_id] for capture_id in sorted(copies)]


_COPIES_BY = {
    "key": "SELECT capture_id FROM capture_keys WHERE key IN ({})",
    "title_key": "SELECT capture_id FROM copy_facts WHERE title_key IN ({})",
    "sha256": "SELECT capture_id FROM captures JOIN copy_facts USING (capture_id) WHERE sha256 IN ({})",
}


def _connections(copy: CopyRow) -> Iterator[tuple[str, object]]:
    yield "sha256", copy.capture.sha256
    yield from (("key", key) for key in copy.keys)
    if copy.facts.title_key is not None:
        yield "title_key", copy.facts.title_key


def _by(connection: sqlite3.Connection, query: str, items: Iterable[tuple[str, object]], column: str) -> Iterator[Any]:
    return select_in(connection, query, [value for name, value in items if name == column])


def _load_copies(connection: sqlite3.Connection, capture_ids: list[str]) -> list[CopyRow]:
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for row in select_in(connection, CAPTURE_KEYS.select("capture_id IN ({})"), capture_ids):
        keys[row[0]].append(row[1])
    found = select_in(connection, COPY_FACTS.select("capture_id IN ({})"), capture_ids)
    facts = {row[0]: FactsRow(*row) for row in found}
    captures = select_in(connection, CAPTURES.select("capture_id IN ({})"), capture_ids)
    return [CopyRow(CaptureRow(*row), facts[row[0]], tuple(sorted(keys[row[0]]))) for row in captures]


class Posts:
    """The posts that a batch touches, as they were and as they will be."""

    def __init__(self, connection: sqlite3.Connection, copies: list[CopyRow]) -> None:
        self._connection = connection
        self.copies = {copy.capture.capture_id: copy for copy in copies}
        self.groups = group_copies(copy.identity() for copy in copies)
        self.rows = {group.post_id: post_row(group, self.copies) for group in self.groups}
        before = {copy.capture.post_id for copy in copies if copy.capture.post_id is not None}
        old = select_in(connection, POSTS.select("post_id IN ({})"), sorted(before | self.rows.keys()))
        self.old: dict[str, PostRow] = {row[0]: PostRow(*row) for row in old}
        self.changed = 0
        self.records: dict[str, PostRecord] = {}

    @cached_property
    def new_ids(self) -> list[str]:
        """Posts that were not there."""
        return [post_id for post_id in self.rows if post_id not in self.old]

    @cached_property
    def removed_ids(self) -> list[str]:
        """Posts that are no more."""
        return [post_id for post_id in self.old if post_id not in self.rows]

    @cached_property
    def rebuilt_ids(self) -> list[str]:
        """Posts whose recommendations must be taken from a record: new ones, and those with another copy shown."""
        return [
            post_id
            for post_id, row in self.rows.items()
            if post_id not in self.old or self.old[post_id].capture_id != row.capture_id
        ]

    @cached_property
    def redated_ids(self) -> list[str]:
        """Posts with another day than before, by which papers choose between titles."""
        return [
            post_id
            for post_id, row in self.rows.items()
            if post_id in self.old and self.old[post_id].published_on != row.published_on
        ]

    def load_records(self, news: dict[str, Reading], reread: Reread) -> None:
        """Get the records of rebuilt posts, from the batch or from the captures."""
        for post_id in self.rebuilt_ids:
            capture_id = self.rows[post_id].capture_id
            record = news[capture_id].post if capture_id in news else reread(capture_id)
            if record is None or not record.entries:
                raise CaptureLost(f"capture {capture_id} of post {post_id} cannot be read again")
            self.records[post_id] = record

    def entries(self) -> Iterator[FreshEntry]:
        """Recommendations of rebuilt posts, in the order in which all that hangs on them lies in the file."""
        ordered = sorted(self.records, key=lambda post_id: recommendation_id(post_id, 0))
        return chain.from_iterable(fresh_entries(post_id, self.records[post_id]) for post_id in ordered)

    def write(self) -> None:
        """Write what recommendations stand on."""
        changed = write_difference(
            self._connection,
            POSTS,
            {(post_id,): row for post_id, row in self.old.items() if post_id in self.rows},
            {(post_id,): row for post_id, row in self.rows.items()},
        )
        self.changed = changed - len(self.new_ids)

    def finish(self) -> None:
        """Write what stands on posts, and delete posts that nothing stands on any more."""
        connection, touched = self._connection, [*self.rows, *self.removed_ids]
        places = [row for group in self.groups for row in post_copy_rows(group, self.copies)]
        sync(connection, POST_COPIES, places, scope="post_id", values=touched)
        self._claim_captures()
        rebuilt = [*self.rebuilt_ids, *self.removed_ids]
        lists = [row for post_id, record in self.records.items() for row in post_link_rows(post_id, record)]
        sync(connection, POST_LINKS, lists, scope="post_id", values=rebuilt)
        self._link_posts()
        write_rows(connection, POSTS.delete, [(post_id,) for post_id in self.removed_ids])

    def _claim_captures(self) -> None:
        """Note at each capture, and at its problems, which post it is a copy of."""
        moved = [
            (group.post_id, copy.capture_id)
            for group in self.groups
            for copy in group.copies
            if self.copies[copy.capture_id].capture.post_id != group.post_id
        ]
        write_rows(self._connection, "UPDATE captures SET post_id = ? WHERE capture_id = ?", moved)
        write_rows(self._connection, "UPDATE problems SET post_id = ? WHERE capture_id = ?", moved)

    def _link_posts(self) -> None:
        """Find the posts that lists of past posts mean: in the lists that are new, and to the posts that changed."""
        connection = self._connection
        keys = sorted({key for copy in self.copies.values() for key in copy.keys})
        titles = sorted({copy.facts.title_key for copy in self.copies.values() if copy.facts.title_key is not None})
        columns = "post_id, position, post_key, title_key, linked_post_id"
        links = {
            row[:2]: row
            for scope, values in (("post_id", self.rebuilt_ids), ("post_key", keys), ("title_key", titles))
            for row in select_in(connection, f"SELECT {columns} FROM post_links WHERE {scope} IN ({{}})", values)  # noqa: S608
        }
        targets = _Targets.of(connection, {row[2] for row in links.values()}, {row[3] for row in links.values()})
        wanted = [(targets.find(row[0], row[2], row[3]), *row) for row in links.values()]
        write_rows(
            connection,
            "UPDATE post_links SET linked_post_id = ? WHERE post_id = ? AND position = ?",
            [row[:3] for row in wanted if row[0] != row[5]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Targets:
    """Posts by key and by title."""

    by_key: dict[str, str]
    by_title: dict[str, set[str]]

    @classmethod
    def of(cls, connection: sqlite3.Connection, keys: set[str | None], titles: set[str | None]) -> "_Targets":
        by_key = dict(
            select_in(
                connection,
                "SELECT key, post_id FROM capture_keys JOIN captures USING (capture_id) WHERE key IN ({})",
                sorted(keys - {None}, key=str),
            )
        )
        by_title: defaultdict[str, set[str]] = defaultdict(set)
        query = "SELECT title_key, post_id FROM copy_facts JOIN captures USING (capture_id) WHERE title_key IN ({})"
        for title, post_id in select_in(connection, query, sorted(titles - {None}, key=str)):
            by_title[title].add(post_id)
        return cls(by_key=by_key, by_title=by_title)

    def find(self, post_id: str, key: str | None, title: str | None) -> str | None:
        """The post with a key, else the only other one with a title."""
        if key is not None and key in self.by_key:
            return self.by_key[key]
        others = self.by_title.get(title, set()) - {post_id} if title is not None else set()
        return next(iter(others)) if len(others) == 1 else None

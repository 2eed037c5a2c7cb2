"""The half of the writer that knows where the copies of a post disagree.

What :func:`normalize.copies.differences` finds is stored for each copy that does not say what the shown one says. It
depends on these two alone, so only copies are compared that are new, or whose post is now shown by a copy that says
something else. A post with one copy, and copies that say the same, cost nothing: they are told apart by the digests
of what they say (``copy_facts.content``).
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from normalize.archive_batch import CaptureLost, Reread
from normalize.archive_posts import Posts
from normalize.archive_rows import COPY_DIFFERENCES, CopyDifferenceRow, CopyRow, FactsRow, record_content
from normalize.archive_sql import select_in, sync
from normalize.copies import Content, EntryContent, differences
from normalize.identifiers import identifier_id
from normalize.model import Identifier, Reading

_LATEST = "9999"  # where no time is given: after all others


class _Compared(NamedTuple):
    """What a copy is compared with."""

    post_id: str
    shown: str
    """Digest of what the shown copy says."""


class CopyDifferences:
    """The differences that a batch brings or takes away. To be made before anything of its posts is written."""

    def __init__(self, connection: sqlite3.Connection, posts: Posts, news: dict[str, Reading], reread: Reread) -> None:
        self._connection = connection
        self._posts = posts
        self._news = news
        self._reread = reread
        before, after = dict(self._compared_before()), dict(self._compared_after())
        touched = {capture_id for capture_id in before | after if before.get(capture_id) != after.get(capture_id)}
        self._touched = sorted(touched)
        self._rows = list(self._new_rows({key: after[key] for key in self._touched if key in after}))

    def write(self) -> None:
        """Write what differs now, and only that."""
        sync(self._connection, COPY_DIFFERENCES, self._rows, scope="capture_id", values=self._touched)

    def _compared_before(self) -> Iterator[tuple[str, _Compared]]:
        members: defaultdict[str, list[CopyRow]] = defaultdict(list)
        if self._posts.old:
            for copy in self._posts.copies.values():
                if copy.capture.post_id is not None:
                    members[copy.capture.post_id].append(copy)
        for post_id, copies in members.items():
            yield from self._compared(post_id, copies, self._posts.old[post_id].capture_id)

    def _compared_after(self) -> Iterator[tuple[str, _Compared]]:
        for group in self._posts.groups:
            if len(group.copies) > 1:
                copies = [self._posts.copies[copy.capture_id] for copy in group.copies]
                yield from self._compared(group.post_id, copies, group.shown.capture_id)

    def _compared(self, post_id: str, copies: list[CopyRow], shown_id: str) -> Iterator[tuple[str, _Compared]]:
        """Copies that say something else; of those at one place that say the same, the earliest."""
        shown = self._said(shown_id)
        others = sorted((copy for copy in copies if copy.facts.content != shown), key=_age)
        first = {(copy.place, copy.facts.content): copy for copy in reversed(others)}
        yield from ((copy.capture.capture_id, _Compared(post_id, shown)) for copy in first.values())

    def _said(self, capture_id: str) -> str:
        return self._posts.copies[capture_id].facts.content

    def _new_rows(self, compared: dict[str, _Compared]) -> Iterator[CopyDifferenceRow]:
        # By digest: copies that say the same need be read but once.
        wanted = {self._said(capture_id): capture_id for capture_id in compared}
        wanted |= {one.shown: self._posts.rows[one.post_id].capture_id for one in compared.values()}
        contents = self._contents(wanted)
        for capture_id, (post_id, shown) in compared.items():
            found = differences(contents[shown], contents[self._said(capture_id)])
            for ordinal, difference in enumerate(found, start=1):
                yield CopyDifferenceRow(capture_id, ordinal, post_id, *difference)

    def _contents(self, wanted: dict[str, str]) -> dict[str, Content]:
        """What copies say, by its digest: from the batch, else from the archive's own rows, else read again."""
        if not wanted:
            return {}
        fresh = {self._said(key): reading.post for key, reading in self._news.items() if reading.post is not None}
        stored = {self._said(row.capture_id): post_id for post_id, row in self._posts.old.items()}
        contents = {said: record_content(fresh[said]) for said in wanted if said in fresh}
        said_by = {stored[said]: said for said in wanted if said in stored and said not in contents}
        contents |= {said_by[post_id]: content for post_id, content in self._stored(said_by)}
        return contents | {said: self._read_again(key) for said, key in wanted.items() if said not in contents}

    def _read_again(self, capture_id: str) -> Content:
        record = self._reread(capture_id)
        if record is None:
            raise CaptureLost(f"capture {capture_id} cannot be read again, to be compared with others of its post")
        return record_content(record)

    def _stored(self, post_ids: Iterable[str]) -> Iterator[tuple[str, Content]]:
        """What the shown copies of posts say, which the archive holds in full."""
        ids = sorted(post_ids)
        query = (
            "SELECT post_id, recommendation_id, position, section, title_raw, recommender_raw, tag_raw, summary "
            "FROM recommendations WHERE post_id IN ({}) ORDER BY recommendation_id"
        )
        rows = list(select_in(self._connection, query, ids))
        numbers = [row[1] for row in rows]
        links = self._lists("SELECT recommendation_id, url FROM links WHERE recommendation_id IN ({})", numbers)
        images = self._lists("SELECT recommendation_id, key FROM images WHERE recommendation_id IN ({})", numbers)
        identifiers = self._identifiers(numbers)
        entries: defaultdict[str, list[EntryContent]] = defaultdict(list)
        for post_id, number, *printed in rows:
            parts = (*printed, links[number], images[number], identifiers[number])
            entries[post_id].append(EntryContent._make(parts))
        for post_id in ids:
            yield post_id, _content(self._posts.copies[self._posts.old[post_id].capture_id].facts, entries[post_id])

    def _lists(self, query: str, numbers: list[int]) -> defaultdict[int, tuple[str, ...]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for number, value in select_in(self._connection, query, numbers):
            found[number].add(value)
        return defaultdict(tuple, ((number, tuple(sorted(values))) for number, values in found.items()))

    def _identifiers(self, numbers: list[int]) -> defaultdict[int, tuple[str, ...]]:
        query = "SELECT recommendation_id, scheme, value FROM identifiers WHERE recommendation_id IN ({}) AND strong"
        found: defaultdict[int, list[str]] = defaultdict(list)
        for number, scheme, value in select_in(self._connection, query, numbers):
            found[number].append(identifier_id(Identifier(scheme=scheme, value=value)))
        return defaultdict(tuple, ((number, tuple(sorted(names))) for number, names in found.items()))


def _age(copy: CopyRow) -> tuple[str, str, str]:
    """Sort key of captures, the earliest first, so that looking again at what says the same compares nothing anew."""
    return copy.capture.captured_at or _LATEST, copy.capture.sha256, copy.capture.capture_id


def _content(facts: FactsRow, entries: list[EntryContent]) -> Content:
    return Content(facts.title, facts.author, facts.published, facts.series, facts.number, tuple(entries))

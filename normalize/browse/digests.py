"""The page of a digest, and digests in lists."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from normalize.browse.parts import PostName, Recommendation, YearCount, first_column, read_recommendations, years

TITLES: Final = 5
"""Titles of papers that a digest in a list shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Recommendations of a digest below one heading."""

    heading: str | None
    recommendations: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A place that a digest was found at."""

    place: str
    """Address, or the name of a file."""
    site: str
    """csdn, wechat or unknown."""
    captures: int
    """Times that it was captured there."""
    first_seen_at: str | None
    last_seen_at: str | None
    shown: bool
    """Whether the digest is shown as this copy prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPost:
    """A past post that the tail of a digest lists."""

    title: str
    url: str | None
    post_id: str | None
    """Its page, where the archive has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPage:
    """A digest with its recommendations in order."""

    post: PostName
    kind: str
    """digest, note or list."""
    author: str | None
    url: str | None
    reads: int | None
    count: int
    """Number of recommendations."""
    sections: tuple[Section, ...]
    copies: tuple[Copy, ...]
    past: tuple[PastPost, ...]
    earlier: PostName | None
    """The digest before it in the archive."""
    later: PostName | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCard:
    """A digest in a list."""

    post: PostName
    kind: str
    count: int
    """Number of recommendations."""
    reads: int | None
    titles: tuple[str, ...]
    """Of its first papers."""
    tags: tuple[str, ...]
    """Subjects, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPage:
    """The digests of a year."""

    year: int | None
    """``None``: those whose day is not known."""
    years: tuple[YearCount, ...]
    """Digests a year."""
    undated: int
    """Digests whose day is not known."""
    digests: tuple[DigestCard, ...]
    """The newest first."""


_POST: Final = """
SELECT title, published_on, series, number, kind, author, url, reads, recommendations FROM posts WHERE post_id = ?
"""
_COPIES: Final = """
SELECT place, site, captures, first_seen_at, last_seen_at, shown FROM post_copies
WHERE post_id = ? ORDER BY shown DESC, site, place
"""
_PAST: Final = "SELECT title, url, linked_post_id FROM post_links WHERE post_id = ? ORDER BY position"
_NAME: Final = "SELECT post_id, title, published_on, series, number FROM posts"
_EARLIER: Final = f"{_NAME} WHERE (published_on, post_id) < (?, ?) ORDER BY published_on DESC, post_id DESC LIMIT 1"
_LATER: Final = f"{_NAME} WHERE (published_on, post_id) > (?, ?) ORDER BY published_on, post_id LIMIT 1"
_CARDS: Final = """
SELECT post_id, title, published_on, series, number, kind, recommendations, reads FROM posts
WHERE post_id IN (SELECT value FROM json_each(?))
"""
_CARD_PAPERS: Final = """
SELECT post_id, recommendations.title, tags.name FROM recommendations LEFT JOIN tags USING (tag_id)
WHERE post_id IN (SELECT value FROM json_each(?)) ORDER BY post_id, position
"""
_YEARS: Final = "SELECT CAST(substr(published_on, 1, 4) AS INTEGER), count(*) FROM posts GROUP BY 1"
_OF_YEAR: Final = """
SELECT post_id FROM posts WHERE substr(published_on, 1, 4) IS ? ORDER BY published_on DESC, post_id DESC
"""


def find_digest(connection: sqlite3.Connection, name: str) -> str | None:
    """The id of the post that has this id, or one of whose copies is known by this key; ``None`` where nobody is."""
    known = first_column(
        connection,
        "SELECT post_id FROM posts WHERE post_id = ?1 UNION ALL "
        "SELECT post_id FROM capture_keys JOIN captures USING (capture_id) WHERE key = ?1 AND post_id IS NOT NULL",
        name,
    )
    return known[0] if known else None


def read_digest(connection: sqlite3.Connection, post_id: str) -> DigestPage:
    """A digest.

    Raises:
        KeyError: the archive does not have it.
    """
    found = connection.execute(_POST, (post_id,)).fetchone()
    if found is None:
        raise KeyError(f"no post {post_id!r}")
    title, published_on, series, number, kind, author, url, reads, count = found
    of_post = "SELECT recommendation_id FROM recommendations WHERE post_id = ? ORDER BY position"
    recommendations = read_recommendations(connection, first_column(connection, of_post, post_id))
    return DigestPage(
        post=PostName(post_id=post_id, title=title, published_on=published_on, series=series, number=number),
        kind=kind,
        author=author,
        url=url,
        reads=reads,
        count=count,
        sections=_sections(recommendations),
        copies=tuple(
            Copy(place=place, site=site, captures=captures, first_seen_at=first, last_seen_at=last, shown=bool(shown))
            for place, site, captures, first, last, shown in connection.execute(_COPIES, (post_id,))
        ),
        past=tuple(
            PastPost(title=past, url=address, post_id=linked)
            for past, address, linked in connection.execute(_PAST, (post_id,))
        ),
        earlier=_neighbour(connection, _EARLIER, published_on, post_id),
        later=_neighbour(connection, _LATER, published_on, post_id),
    )


def read_digest_cards(connection: sqlite3.Connection, post_ids: Sequence[str]) -> tuple[DigestCard, ...]:
    """The posts with these ids, in this order; ids that the archive does not have are left out."""
    asked = (json.dumps(list(post_ids)),)
    papers = {
        post_id: list(rows)
        for post_id, rows in groupby(connection.execute(_CARD_PAPERS, asked), key=lambda row: row[0])
    }
    found = {
        post_id: DigestCard(
            post=PostName(post_id=post_id, title=title, published_on=published_on, series=series, number=number),
            kind=kind,
            count=count,
            reads=reads,
            titles=tuple([paper for _, paper, _ in papers.get(post_id, ()) if paper is not None][:TITLES]),
            tags=_by_frequency(tag for _, _, tag in papers.get(post_id, ()) if tag is not None),
        )
        for post_id, title, published_on, series, number, kind, count, reads in connection.execute(_CARDS, asked)
    }
    return tuple(found[one] for one in post_ids if one in found)


def latest_digests(connection: sqlite3.Connection, limit: int) -> tuple[DigestCard, ...]:
    """The newest posts, those without a day last."""
    newest = "SELECT post_id FROM posts ORDER BY published_on DESC, post_id DESC LIMIT ?"
    return read_digest_cards(connection, first_column(connection, newest, limit))


def read_year(connection: sqlite3.Connection, year: int | None = None) -> YearPage:
    """The digests of a year; without one, of the last year that has any; of year 0, those whose day is not known."""
    counts: dict[int | None, int] = dict(connection.execute(_YEARS).fetchall())
    if year is None:
        year = max((one for one in counts if one is not None), default=0)
    ids = first_column(connection, _OF_YEAR, f"{year:04d}" if year else None)
    return YearPage(
        year=year or None,
        years=years(counts.items()),
        undated=counts.get(None, 0),
        digests=read_digest_cards(connection, ids),
    )


def _sections(recommendations: Iterable[Recommendation]) -> tuple[Section, ...]:
    """Neighbours with the same heading together."""
    return tuple(
        Section(heading=heading, recommendations=tuple(group))
        for heading, group in groupby(recommendations, key=lambda one: one.section)
    )


def _by_frequency(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in Counter(names).most_common())


def _neighbour(connection: sqlite3.Connection, sql: str, published_on: str | None, post_id: str) -> PostName | None:
    """The post before or after; none for a post without a day."""
    found = connection.execute(sql, (published_on, post_id)).fetchone()
    if found is None:
        return None
    key, title, day, series, number = found
    return PostName(post_id=key, title=title, published_on=day, series=series, number=number)

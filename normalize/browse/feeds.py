"""What feeds tell: the newest papers and the newest digests."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from normalize.browse.parts import PaperCard, PostName, Recommendation, read_cards, read_recommendations

PAPERS: Final = 50
"""Papers in a feed."""
DIGESTS: Final = 20
"""Digests in a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPaper:
    """A paper, with the recommendation that it came with."""

    card: PaperCard
    first: Recommendation
    """The first that there is."""
    published: datetime
    """When it was first recommended."""
    updated: datetime
    """When it was last recommended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDigest:
    """A digest with its recommendations."""

    post: PostName
    author: str | None
    """Account that published it."""
    published: datetime
    recommendations: tuple[Recommendation, ...]


# When a post appeared; one that does not say is as old as its first capture. Days are days in Asia/Shanghai.
_WHEN: Final = """
SELECT post_id, coalesce(published_at, published_on || 'T00:00:00+08:00',
    (SELECT min(first_seen_at) FROM post_copies WHERE post_copies.post_id = posts.post_id)) AS at
FROM posts
"""
# Times of one zone sort as texts; a capture's, in UTC, may be off by hours, which moves a post by a place or two.
_PAPERS: Final = f"""
WITH times AS ({_WHEN}), firsts AS (
    SELECT paper_id, min(at) AS first_at, max(at) AS last_at FROM recommendations JOIN times USING (post_id)
    WHERE at IS NOT NULL GROUP BY paper_id ORDER BY first_at DESC, paper_id LIMIT ?
)
SELECT paper_id, first_at, last_at, (
    SELECT recommendation_id FROM recommendations JOIN times USING (post_id)
    WHERE recommendations.paper_id = firsts.paper_id AND at = first_at ORDER BY recommendation_id LIMIT 1)
FROM firsts ORDER BY first_at DESC, paper_id
"""  # noqa: S608 (own words)
_DIGESTS: Final = f"""
SELECT post_id, title, published_on, series, number, author, at FROM posts JOIN ({_WHEN}) USING (post_id)
WHERE at IS NOT NULL ORDER BY at DESC, post_id LIMIT ?
"""  # noqa: S608 (own words)
_OF_POST: Final = "SELECT recommendation_id FROM recommendations WHERE post_id = ? ORDER BY position"


def new_papers(connection: sqlite3.Connection, *, limit: int = PAPERS) -> tuple[NewPaper, ...]:
    """Papers, those that were first recommended last at the beginning."""
    rows = connection.execute(_PAPERS, (limit,)).fetchall()
    cards = {card.paper_id: card for card in read_cards(connection, [row[0] for row in rows])}
    firsts = {one.paper_id: one for one in read_recommendations(connection, [row[3] for row in rows])}
    return tuple(
        NewPaper(card=cards[paper_id], first=firsts[paper_id], published=_moment(first), updated=_moment(last))
        for paper_id, first, last, _ in rows
    )


def new_digests(connection: sqlite3.Connection, *, limit: int = DIGESTS) -> tuple[NewDigest, ...]:
    """Digests, the newest first."""
    return tuple(_digests(connection, connection.execute(_DIGESTS, (limit,)).fetchall()))


def _digests(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> Iterable[NewDigest]:
    for post_id, title, published_on, series, number, author, at in rows:
        ids = [row[0] for row in connection.execute(_OF_POST, (post_id,))]
        yield NewDigest(
            post=PostName(post_id=post_id, title=title, published_on=published_on, series=series, number=number),
            author=author,
            published=_moment(at),
            recommendations=read_recommendations(connection, ids),
        )


def _moment(text: str) -> datetime:
    """A time of the archive; all have their zone."""
    return datetime.fromisoformat(text)

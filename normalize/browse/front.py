"""The front page: a few numbers, the newest digests, and ways in."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from normalize.browse.digests import DigestCard, latest_digests
from normalize.browse.parts import Counted, PaperCard, YearCount, counted, first_column, read_cards, years

LATEST: Final = 6
"""Digests shown."""
MOST: Final = 16
"""Tags, venues and people named."""
FAVOURITES: Final = 8
"""Papers recommended most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """What the archive holds, at a glance."""

    papers: int
    recommendations: int
    posts: int
    recommenders: int
    with_code: int
    """Papers with a link to code."""
    first_on: str | None
    last_on: str | None
    years: tuple[YearCount, ...]
    """Recommendations a year."""
    latest: tuple[DigestCard, ...]
    favourites: tuple[PaperCard, ...]
    """Papers recommended more than once, the most often recommended first."""
    tags: tuple[Counted, ...]
    venues: tuple[Counted, ...]
    people: tuple[Counted, ...]


_NUMBERS: Final = """
SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM recommendations), count(*),
    (SELECT count(*) FROM recommenders),
    (SELECT count(DISTINCT paper_id) FROM links JOIN recommendations USING (recommendation_id) WHERE role = 'code'),
    min(published_on), max(published_on)
FROM posts
"""
_YEARS: Final = """
SELECT CAST(substr(published_on, 1, 4) AS INTEGER), sum(recommendations) FROM posts
WHERE published_on IS NOT NULL GROUP BY 1
"""
_FAVOURITES: Final = """
SELECT paper_id FROM recommendations GROUP BY paper_id HAVING count(*) > 1 ORDER BY count(*) DESC, paper_id LIMIT ?
"""
_TAGS: Final = """
SELECT tag_id, tags.name, n FROM (SELECT tag_id, count(*) AS n FROM recommendations GROUP BY tag_id)
JOIN tags USING (tag_id) ORDER BY n DESC, tag_id LIMIT ?
"""
_VENUES: Final = """
SELECT venue_id, venue_id, count(*) AS n FROM papers WHERE venue_id IS NOT NULL
GROUP BY venue_id ORDER BY n DESC, venue_id LIMIT ?
"""
_PEOPLE: Final = """
SELECT recommender_id, recommenders.name, n
FROM (SELECT recommender_id, count(*) AS n FROM recommendations GROUP BY recommender_id)
JOIN recommenders USING (recommender_id) ORDER BY n DESC, recommender_id LIMIT ?
"""


def read_front(connection: sqlite3.Connection) -> FrontPage:
    """The front page, of an empty archive too."""
    papers, recommendations, posts, recommenders, with_code, first_on, last_on = connection.execute(_NUMBERS).fetchone()
    return FrontPage(
        papers=papers,
        recommendations=recommendations,
        posts=posts,
        recommenders=recommenders,
        with_code=with_code,
        first_on=first_on,
        last_on=last_on,
        years=years(connection.execute(_YEARS)),
        latest=latest_digests(connection, LATEST),
        favourites=read_cards(connection, first_column(connection, _FAVOURITES, FAVOURITES)),
        tags=counted(connection, _TAGS, MOST),
        venues=counted(connection, _VENUES, MOST),
        people=counted(connection, _PEOPLE, MOST),
    )

"""The pages of a recommender and of a tag: whose, or about what, the recommendations are."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from normalize.browse.parts import (
    Counted,
    Recommendation,
    YearCount,
    counted,
    first_column,
    read_recommendations,
    years,
)

PAGE: Final = 20
"""Recommendations a page."""
MOST: Final = 12
"""Tags, venues and people named beside the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """Recommendations that have something in common, a page of them, and what they are about."""

    key: str
    name: str
    variants: tuple[str, ...]
    """Other spellings, the most frequent first."""
    recommendations: int
    papers: int
    posts: int
    first_on: str | None
    last_on: str | None
    years: tuple[YearCount, ...]
    """Recommendations a year."""
    tags: tuple[Counted, ...]
    """Most frequent tags; of a tag, those that its papers have too."""
    people: tuple[Counted, ...]
    """Who recommends the most; of a recommender, those who recommend the same papers."""
    venues: tuple[Counted, ...]
    """Most frequent venues, by papers."""
    shown: tuple[Recommendation, ...]
    """The page's recommendations, the newest first."""
    page: int
    """From 1."""
    pages: int


# {own} is recommender_id or tag_id: a name of ours, never a value.
_TOTALS: Final = """
SELECT count(*), count(DISTINCT paper_id), count(DISTINCT post_id), min(published_on), max(published_on)
FROM recommendations JOIN posts USING (post_id) WHERE {own} = ?
"""
_YEARS: Final = """
SELECT CAST(substr(published_on, 1, 4) AS INTEGER), count(*)
FROM recommendations JOIN posts USING (post_id) WHERE {own} = ? AND published_on IS NOT NULL GROUP BY 1
"""
_VENUES: Final = """
SELECT papers.venue_id, papers.venue_id, count(DISTINCT paper_id) AS n
FROM recommendations AS r JOIN papers USING (paper_id)
WHERE r.{own} = ? AND papers.venue_id IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?
"""
_SHOWN: Final = """
SELECT recommendation_id FROM recommendations JOIN posts USING (post_id)
WHERE {own} = ? ORDER BY published_on DESC, post_id DESC, position LIMIT ? OFFSET ?
"""
_TAGS_OF_PERSON: Final = """
SELECT tag_id, tags.name, count(*) AS n FROM recommendations JOIN tags USING (tag_id)
WHERE recommender_id = ? GROUP BY tag_id ORDER BY n DESC, tag_id LIMIT ?
"""
_PEOPLE_OF_TAG: Final = """
SELECT recommender_id, recommenders.name, count(*) AS n FROM recommendations JOIN recommenders USING (recommender_id)
WHERE tag_id = ? GROUP BY recommender_id ORDER BY n DESC, recommender_id LIMIT ?
"""
# CROSS JOIN keeps the order: first the own recommendations, then those of the same papers.
_PEOPLE_OF_PERSON: Final = """
SELECT other.recommender_id, recommenders.name, count(DISTINCT other.paper_id) AS n
FROM recommendations AS own CROSS JOIN recommendations AS other USING (paper_id)
JOIN recommenders ON recommenders.recommender_id = other.recommender_id
WHERE own.recommender_id = ?1 AND other.recommender_id <> ?1
GROUP BY other.recommender_id ORDER BY n DESC, other.recommender_id LIMIT ?2
"""
_TAGS_OF_TAG: Final = """
SELECT other.tag_id, tags.name, count(DISTINCT other.paper_id) AS n
FROM recommendations AS own CROSS JOIN recommendations AS other USING (paper_id)
JOIN tags ON tags.tag_id = other.tag_id
WHERE own.tag_id = ?1 AND other.tag_id <> ?1
GROUP BY other.tag_id ORDER BY n DESC, other.tag_id LIMIT ?2
"""


def read_recommender(connection: sqlite3.Connection, key: str, *, page: int = 1) -> GroupPage:
    """A recommender with a page of recommendations; a page beyond the last one is the last one.

    Raises:
        KeyError: the archive does not know the recommender.
    """
    name, variants = _named(connection, "recommenders", "recommender_id", key)
    tags = counted(connection, _TAGS_OF_PERSON, key, MOST)
    people = counted(connection, _PEOPLE_OF_PERSON, key, MOST)
    return _group(connection, "recommender_id", key, name, variants, tags, people, page)


def read_tag(connection: sqlite3.Connection, key: str, *, page: int = 1) -> GroupPage:
    """A tag with a page of recommendations; a page beyond the last one is the last one.

    Raises:
        KeyError: the archive does not know the tag.
    """
    name, variants = _named(connection, "tags", "tag_id", key)
    tags = counted(connection, _TAGS_OF_TAG, key, MOST)
    people = counted(connection, _PEOPLE_OF_TAG, key, MOST)
    return _group(connection, "tag_id", key, name, variants, tags, people, page)


def page_of(page: int, count: int, size: int) -> tuple[int, int]:
    """A page that there is, and how many there are.

    >>> page_of(9, 41, 20), page_of(-1, 0, 20)
    ((3, 3), (1, 1))
    """
    pages = max(1, -(-count // size))
    return min(max(1, page), pages), pages


def _named(connection: sqlite3.Connection, table: str, own: str, key: str) -> tuple[str, tuple[str, ...]]:
    """Name and other spellings of a recommender or tag."""
    found = connection.execute(f"SELECT name, variants FROM {table} WHERE {own} = ?", (key,)).fetchone()  # noqa: S608 (names of ours)
    if found is None:
        raise KeyError(f"no {own} {key!r}")
    return found[0], tuple(variant for variant in json.loads(found[1]) if variant != found[0])


def _group(
    connection: sqlite3.Connection,
    own: str,
    key: str,
    name: str,
    variants: tuple[str, ...],
    tags: tuple[Counted, ...],
    people: tuple[Counted, ...],
    page: int,
) -> GroupPage:
    count, papers, posts, first_on, last_on = connection.execute(_TOTALS.format(own=own), (key,)).fetchone()
    page, pages = page_of(page, count, PAGE)
    ids = first_column(connection, _SHOWN.format(own=own), key, PAGE, (page - 1) * PAGE)
    return GroupPage(
        key=key,
        name=name,
        variants=variants,
        recommendations=count,
        papers=papers,
        posts=posts,
        first_on=first_on,
        last_on=last_on,
        years=years(connection.execute(_YEARS.format(own=own), (key,))),
        tags=tags,
        people=people,
        venues=counted(connection, _VENUES.format(own=own), key, MOST),
        shown=read_recommendations(connection, ids),
        page=page,
        pages=pages,
    )

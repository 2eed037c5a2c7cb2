"""The page of a paper."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final
from urllib.parse import quote

from normalize.browse.parts import (
    Link,
    Name,
    PaperCard,
    Recommendation,
    VenueMention,
    first_column,
    mention,
    read_cards,
    read_recommendations,
)

SIMILAR: Final = 6
"""Similar papers shown."""

_ROLES: Final = ("paper", "code", "dataset", "project", "notes", "blog", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A name that the world knows a paper by."""

    scheme: str
    """arxiv, doi, github …: see :mod:`normalize.identifiers`."""
    value: str
    url: str | None
    """Where it leads; ``None`` for a scheme without one pattern of addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """A paper with all that posts say about it."""

    paper_id: str
    title: str | None
    venue: VenueMention | None
    venue_name: str | None
    """Full name."""
    ccf_rank: str | None
    """A, B or C."""
    recommendations: tuple[Recommendation, ...]
    """The earliest post first."""
    links: tuple[Link, ...]
    """Those of all recommendations, each address once, papers first and code next."""
    identifiers: tuple[Identifier, ...]
    affiliations: tuple[str, ...]
    similar: tuple[PaperCard, ...]

    @property
    def tags(self) -> tuple[Name, ...]:
        """Its tags, each once."""
        return tuple(dict.fromkeys(one.tag for one in self.recommendations if one.tag is not None))

    @property
    def people(self) -> tuple[Name, ...]:
        """Who recommends it, each once."""
        return tuple(dict.fromkeys(one.recommender for one in self.recommendations if one.recommender is not None))


# The address that a value of a scheme leads to. Here again, since normalize.identifiers needs w3lib, and where a
# published folder is served nothing but Datasette need be installed; those that are no simple pattern are left out.
_RESOLVERS: Final = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "openreview": "https://openreview.net/forum?id={}",
    "acl": "https://aclanthology.org/{}",
    "pmlr": "https://proceedings.mlr.press/{}.html",
    "openalex": "https://openalex.org/{}",
    "paperweekly": "https://www.paperweekly.site/papers/{}",
    "paperweekly-notes": "https://www.paperweekly.site/papers/{}",
    "github": "https://github.com/{}",
    "gitlab": "https://gitlab.com/{}",
    "gitee": "https://gitee.com/{}",
    "bitbucket": "https://bitbucket.org/{}",
    "huggingface": "https://huggingface.co/{}",
}

_PAPER: Final = """
SELECT papers.title, papers.venue_id, papers.venue_year, papers.venue_status, venues.full_name, venues.ccf_rank
FROM papers LEFT JOIN venues USING (venue_id) WHERE paper_id = ?
"""
_OF_PAPER: Final = """
SELECT recommendation_id FROM recommendations JOIN posts USING (post_id)
WHERE paper_id = ? ORDER BY published_on IS NULL, published_on, post_id, position
"""
_IDENTIFIERS: Final = """
SELECT DISTINCT scheme, value FROM identifiers JOIN recommendations USING (recommendation_id)
WHERE paper_id = ? AND NOT disputed ORDER BY strong DESC, scheme, value
"""
# A shared tag counts the more the rarer it is; then the same venue, then nearness in time.
_SIMILAR: Final = """
WITH own AS (
    SELECT DISTINCT tag_id FROM recommendations WHERE paper_id = :paper AND tag_id IS NOT NULL
), weights AS MATERIALIZED (
    SELECT tag_id, 1.0 / (SELECT count(*) FROM recommendations AS r WHERE r.tag_id = own.tag_id) AS weight FROM own
), place AS MATERIALIZED (
    SELECT papers.venue_id AS venue_id, min(julianday(published_on)) AS day
    FROM papers JOIN recommendations USING (paper_id) JOIN posts USING (post_id) WHERE paper_id = :paper
)
SELECT r.paper_id FROM weights CROSS JOIN recommendations AS r USING (tag_id)
JOIN posts USING (post_id) JOIN papers USING (paper_id), place
WHERE r.paper_id <> :paper
GROUP BY r.paper_id
ORDER BY sum(weight) DESC, papers.venue_id IS place.venue_id AND papers.venue_id IS NOT NULL DESC,
    min(abs(julianday(posts.published_on) - place.day)), r.paper_id
LIMIT :limit
"""


def find_paper(connection: sqlite3.Connection, name: str) -> str | None:
    """The id of the paper that has this id, or had it before it was merged; ``None`` where nobody knows it."""
    known = first_column(
        connection,
        "SELECT paper_id FROM papers WHERE paper_id = ?1 UNION ALL SELECT paper_id FROM paper_aliases WHERE alias = ?1",
        name,
    )
    return known[0] if known else None


def read_paper(connection: sqlite3.Connection, paper_id: str) -> PaperPage:
    """A paper.

    Raises:
        KeyError: the archive does not have it.
    """
    found = connection.execute(_PAPER, (paper_id,)).fetchone()
    if found is None:
        raise KeyError(f"no paper {paper_id!r}")
    title, venue_id, year, status, venue_name, ccf_rank = found
    recommendations = read_recommendations(connection, first_column(connection, _OF_PAPER, paper_id))
    return PaperPage(
        paper_id=paper_id,
        title=title,
        venue=mention(venue_id, year, status),
        venue_name=venue_name,
        ccf_rank=ccf_rank,
        recommendations=recommendations,
        links=tuple(_distinct_links(recommendations)),
        identifiers=tuple(_identifiers(connection.execute(_IDENTIFIERS, (paper_id,)))),
        affiliations=tuple(dict.fromkeys(chain.from_iterable(one.affiliations for one in recommendations))),
        similar=read_similar(connection, paper_id),
    )


def read_similar(connection: sqlite3.Connection, paper_id: str, *, limit: int = SIMILAR) -> tuple[PaperCard, ...]:
    """Other papers with the same tags: the more and the rarer the tags they share, the earlier."""
    ids = [row[0] for row in connection.execute(_SIMILAR, {"paper": paper_id, "limit": limit})]
    return read_cards(connection, ids)


def _distinct_links(recommendations: Iterable[Recommendation]) -> list[Link]:
    """Every address once, by role, then in the order printed."""
    links = {link.url: link for one in reversed(tuple(recommendations)) for link in reversed(one.links)}
    printed = list(reversed(links.values()))
    return sorted(printed, key=lambda link: _ROLES.index(link.role))


def _identifiers(rows: Iterable[tuple[str, str]]) -> Iterator[Identifier]:
    for scheme, value in rows:
        pattern = _RESOLVERS.get(scheme)
        url = None if pattern is None else pattern.format(quote(value, safe="/:;()+"))
        yield Identifier(scheme=scheme, value=value, url=url)

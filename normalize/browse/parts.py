"""Recommendations, papers and posts in lists: what several pages show."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

HINT: Final = 40
"""Letters of a summary that stand for a missing title."""

_MOST_YEARS: Final = 60
_EMPTY_LINE: Final = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A labelled link of a recommendation or paper."""

    role: str
    """paper, code, dataset, notes, project, blog or other."""
    label: str
    """As printed."""
    url: str
    """Canonical address, of whatever scheme the post gives."""

    @property
    def host(self) -> str:
        """The host without ``www.``; empty where there is none.

        >>> Link(role="code", label="代码链接", url="https://www.github.com/a/b").host
        'github.com'
        """
        try:
            return (urlsplit(self.url).hostname or "").removeprefix("www.")
        except ValueError:  # "http://["
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a recommendation."""

    role: str
    """title, figure or other; badges are never shown."""
    url: str
    """Address at the host."""
    key: str
    """Under which the store of pictures knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """Something with a page: its id and what it is called."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueMention:
    """Where a paper appeared, as far as is known."""

    venue_id: str
    year: int | None
    status: str | None
    """published, accepted, submitted, workshop, challenge, oral, spotlight, poster or best-paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostName:
    """A post as others point to it."""

    post_id: str
    title: str | None
    published_on: str | None
    """Day: ``2018-06-29``."""
    series: str | None
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A paper in a post, with all that the post says about it."""

    recommendation_id: int
    paper_id: str
    title: str | None
    post: PostName
    position: int
    """Place in the post, from 1."""
    section: str | None
    recommender: Name | None
    tag: Name | None
    paragraphs: tuple[str, ...]
    """Of the summary."""
    venue: VenueMention | None
    affiliations: tuple[str, ...]
    links: tuple[Link, ...]
    pictures: tuple[Picture, ...]
    """Figures and other pictures; the picture of the title only where no text of it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCard:
    """A paper in a list."""

    paper_id: str
    title: str | None
    venue: VenueMention | None
    first_on: str | None
    """Day of the first post that recommends it."""
    times: int
    """Number of its recommendations."""
    tags: tuple[Name, ...]
    has_code: bool
    hint: str | None
    """How its summary begins, where no text of its title is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something with a page and how often it occurs."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearCount:
    """How many there are of a year."""

    year: int
    count: int


_RECOMMENDATIONS: Final = """
SELECT r.recommendation_id, r.paper_id, r.title, r.post_id, posts.title, posts.published_on, posts.series, posts.number,
    r.position, r.section, r.recommender_id, recommenders.name, r.tag_id, tags.name, r.summary,
    r.venue_id, r.venue_year, r.venue_status
FROM recommendations AS r JOIN posts USING (post_id)
LEFT JOIN recommenders USING (recommender_id) LEFT JOIN tags USING (tag_id)
WHERE r.recommendation_id IN (SELECT value FROM json_each(?))
"""
_LINKS: Final = """
SELECT recommendation_id, role, label, url FROM links
WHERE recommendation_id IN (SELECT value FROM json_each(?)) ORDER BY recommendation_id, position
"""
_PICTURES: Final = """
SELECT recommendation_id, role, url, key FROM images
WHERE recommendation_id IN (SELECT value FROM json_each(?)) AND role <> 'badge' ORDER BY recommendation_id, position
"""
_AFFILIATIONS: Final = """
SELECT recommendation_id, name FROM affiliations
WHERE recommendation_id IN (SELECT value FROM json_each(?)) ORDER BY recommendation_id, position
"""
_CARDS: Final = """
SELECT papers.paper_id, papers.title, papers.venue_id, papers.venue_year, papers.venue_status,
    min(posts.published_on), count(*),
    max(EXISTS (SELECT 1 FROM links WHERE links.recommendation_id = r.recommendation_id AND links.role = 'code')),
    CASE WHEN papers.title IS NULL THEN max(r.summary) END
FROM papers JOIN recommendations AS r USING (paper_id) JOIN posts USING (post_id)
WHERE papers.paper_id IN (SELECT value FROM json_each(?)) GROUP BY papers.paper_id
"""
_CARD_TAGS: Final = """
SELECT DISTINCT r.paper_id, tags.tag_id, tags.name FROM recommendations AS r JOIN tags USING (tag_id)
WHERE r.paper_id IN (SELECT value FROM json_each(?)) ORDER BY r.paper_id, tags.name, tags.tag_id
"""


def read_recommendations(connection: sqlite3.Connection, ids: Sequence[int]) -> tuple[Recommendation, ...]:
    """The recommendations with these ids, in this order; ids that the archive does not have are left out."""
    asked = (json.dumps(list(ids)),)
    links, pictures, affiliations = (
        _grouped(connection.execute(sql, asked)) for sql in (_LINKS, _PICTURES, _AFFILIATIONS)
    )
    found = {
        row[0]: _recommendation(row, links[row[0]], pictures[row[0]], affiliations[row[0]])
        for row in map(tuple, connection.execute(_RECOMMENDATIONS, asked))
    }
    return tuple(found[one] for one in ids if one in found)


def read_cards(connection: sqlite3.Connection, paper_ids: Sequence[str]) -> tuple[PaperCard, ...]:
    """The papers with these ids, in this order; ids that the archive does not have are left out."""
    asked = (json.dumps(list(paper_ids)),)
    tags = _grouped(connection.execute(_CARD_TAGS, asked))
    found = {
        paper_id: PaperCard(
            paper_id=paper_id,
            title=title,
            venue=mention(venue_id, year, status),
            first_on=first_on,
            times=times,
            tags=tuple(Name(key=key, name=name) for key, name in tags[paper_id]),
            has_code=bool(has_code),
            hint=None if title is not None or not summary else " ".join(summary[:HINT].split()),
        )
        for paper_id, title, venue_id, year, status, first_on, times, has_code, summary in connection.execute(
            _CARDS, asked
        )
    }
    return tuple(found[one] for one in paper_ids if one in found)


def mention(venue_id: str | None, year: int | None, status: str | None) -> VenueMention | None:
    """A venue with its year and status; ``None`` where no venue is known."""
    return None if venue_id is None else VenueMention(venue_id=venue_id, year=year, status=status)


def paragraphs(text: str) -> tuple[str, ...]:
    r"""The paragraphs of a summary.

    >>> paragraphs("本文提出了一种方法。\n\n实验表明有效。")
    ('本文提出了一种方法。', '实验表明有效。')
    """
    return tuple(piece.strip() for piece in _EMPTY_LINE.split(text) if piece.strip())


def first_column(connection: sqlite3.Connection, sql: str, *asked: object) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in connection.execute(sql, asked)]


def counted(connection: sqlite3.Connection, sql: str, *asked: object) -> tuple[Counted, ...]:
    """Rows of a key, a name and a number."""
    return tuple(Counted(key=key, name=name, count=count) for key, name, count in connection.execute(sql, asked))


def years(rows: Iterable[tuple[int | None, int]]) -> tuple[YearCount, ...]:
    """Counts a year, with the empty years in between; rows without a year are left out.

    >>> [(one.year, one.count) for one in years([(2017, 3), (2019, 1), (None, 9)])]
    [(2017, 3), (2018, 0), (2019, 1)]
    """
    counts = {year: count for year, count in rows if year is not None}
    if counts and max(counts) - min(counts) < _MOST_YEARS:  # a misprinted year must not make thousands of empty ones
        counts = {year: counts.get(year, 0) for year in range(min(counts), max(counts) + 1)}
    return tuple(YearCount(year=year, count=count) for year, count in sorted(counts.items()))


def _grouped(rows: Iterable[Sequence[Any]]) -> defaultdict[Any, list[tuple[Any, ...]]]:
    """The rows by their first column, without it."""
    groups: defaultdict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in rows:
        groups[key].append(tuple(rest))
    return groups


def _recommendation(
    row: tuple[Any, ...],
    links: Iterable[tuple[Any, ...]],
    pictures: Iterable[tuple[Any, ...]],
    affiliations: Iterable[tuple[Any, ...]],
) -> Recommendation:
    (recommendation_id, paper_id, title, post_id, post_title, published_on, series, number, position, section) = row[
        :10
    ]
    recommender_id, recommender, tag_id, tag, summary, venue_id, venue_year, venue_status = row[10:]
    return Recommendation(
        recommendation_id=recommendation_id,
        paper_id=paper_id,
        title=title,
        post=PostName(post_id=post_id, title=post_title, published_on=published_on, series=series, number=number),
        position=position,
        section=section,
        recommender=None if recommender_id is None else Name(key=recommender_id, name=recommender),
        tag=None if tag_id is None else Name(key=tag_id, name=tag),
        paragraphs=paragraphs(summary),
        venue=mention(venue_id, venue_year, venue_status),
        affiliations=tuple(name for (name,) in affiliations),
        links=tuple(Link(role=role, label=label, url=url) for role, label, url in links),
        pictures=tuple(
            Picture(role=role, url=url, key=key) for role, url, key in pictures if role != "title" or title is None
        ),
    )

"""The page of a venue."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from normalize.browse.parts import Counted, PaperCard, YearCount, counted, first_column, read_cards, years
from normalize.browse.people import MOST, page_of

PAGE: Final = 30
"""Papers a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePage:
    """A venue with a page of its papers."""

    venue_id: str
    full_name: str | None
    kind: str | None
    """conference, journal or another one."""
    aliases: tuple[str, ...]
    ccf_rank: str | None
    """A, B or C."""
    dblp_key: str | None
    """``conf/nips``."""
    papers: int
    """Of all years."""
    undated: int
    """Papers whose year is not known."""
    years: tuple[YearCount, ...]
    """Papers a year."""
    tags: tuple[Counted, ...]
    """Most frequent subjects, by papers."""
    people: tuple[Counted, ...]
    """Who recommends the most, by papers."""
    year: int | None
    """The year that is shown alone; ``None``: all."""
    shown: tuple[PaperCard, ...]
    """The page's papers, the newest year first."""
    page: int
    """From 1."""
    pages: int


_VENUE: Final = "SELECT full_name, kind, aliases, ccf_rank, dblp_key FROM venues WHERE venue_id = ?"
_YEARS: Final = "SELECT venue_year, count(*) FROM papers WHERE venue_id = ? GROUP BY venue_year"
_TAGS: Final = """
SELECT tag_id, tags.name, count(DISTINCT paper_id) AS n
FROM papers CROSS JOIN recommendations USING (paper_id) JOIN tags USING (tag_id)
WHERE papers.venue_id = ? GROUP BY tag_id ORDER BY n DESC, tag_id LIMIT ?
"""
_PEOPLE: Final = """
SELECT recommender_id, recommenders.name, count(DISTINCT paper_id) AS n
FROM papers CROSS JOIN recommendations USING (paper_id) JOIN recommenders USING (recommender_id)
WHERE papers.venue_id = ? GROUP BY recommender_id ORDER BY n DESC, recommender_id LIMIT ?
"""
_SHOWN: Final = """
SELECT paper_id FROM papers WHERE venue_id = ?1 AND (?2 IS NULL OR venue_year = ?2)
ORDER BY venue_year DESC, title, paper_id LIMIT ?3 OFFSET ?4
"""


def find_venue(connection: sqlite3.Connection, name: str) -> str | None:
    """The id of the venue that is called so, in letters of any case; ``None`` where there is none."""
    known = first_column(
        connection,
        "SELECT venue_id FROM venues WHERE venue_id = ?1 COLLATE NOCASE "
        "OR EXISTS (SELECT 1 FROM json_each(aliases) WHERE value = ?1 COLLATE NOCASE) ORDER BY venue_id <> ?1",
        name,
    )
    return known[0] if known else None


def read_venue(connection: sqlite3.Connection, venue_id: str, *, year: int | None = None, page: int = 1) -> VenuePage:
    """A venue with a page of its papers, of all years or of one; a page beyond the last one is the last one.

    Raises:
        KeyError: the archive does not know the venue.
    """
    found = connection.execute(_VENUE, (venue_id,)).fetchone()
    if found is None:
        raise KeyError(f"no venue {venue_id!r}")
    full_name, kind, aliases, ccf_rank, dblp_key = found
    counts: dict[int | None, int] = dict(connection.execute(_YEARS, (venue_id,)).fetchall())
    total = sum(counts.values())
    page, pages = page_of(page, total if year is None else counts.get(year, 0), PAGE)
    ids = first_column(connection, _SHOWN, venue_id, year, PAGE, (page - 1) * PAGE)
    return VenuePage(
        venue_id=venue_id,
        full_name=full_name,
        kind=kind,
        aliases=tuple(json.loads(aliases)),
        ccf_rank=ccf_rank,
        dblp_key=dblp_key,
        papers=total,
        undated=counts.get(None, 0),
        years=years(counts.items()),
        tags=counted(connection, _TAGS, venue_id, MOST),
        people=counted(connection, _PEOPLE, venue_id, MOST),
        year=year,
        shown=read_cards(connection, ids),
        page=page,
        pages=pages,
    )

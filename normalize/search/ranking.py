"""Finding recommendations, the best first.

The order: recommendations whose title holds all wanted words stand before the others. In each of these two groups the
newest :data:`WINDOW` are ordered by relevance (how often the words stand in title, summary and other fields; a short
text before a long one), equals by day; all older ones follow by day, newest first. So a word that 90,000 summaries hold
is answered as fast as one that 90 hold, and the first page of it is the best of what is new.
"""

import sqlite3
from collections.abc import Collection, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

from normalize.archive_sql import select_in
from normalize.search.letters import fold
from normalize.search.query import Query, Term, Where, parse
from normalize.search.snippets import Snippet, snippet

WINDOW = 200
"""Number of the newest hits of a group that are ordered by relevance."""

# What a word weighs by the field it stands in; further mentions count ever less, the more so in long texts.
_TITLE, _OTHER, _SUMMARY = 4.0, 2.0, 1.0
_SATURATION = 1.2
_USUAL_LETTERS = 250
_SHARE_OF_LENGTH = 0.5

_TEXTS = "title, summary, tag_raw, recommender_raw, venue_id, venue_printed, section"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A recommendation that was found."""

    recommendation_id: int
    paper_id: str
    post_id: str
    position: int
    """Place in the post, from 1."""
    title: str | None
    published_on: str | None
    """Day of the post."""
    snippet: Snippet
    """The part of summary, title or another field that shows best why it was found."""


class _Texts(NamedTuple):
    """What of a recommendation is searched; empty what is not."""

    title: str
    summary: str
    others: tuple[str, ...]

    @classmethod
    def of(cls, columns: tuple[str | None, ...], where: Where) -> "_Texts":
        """Take them from columns as :data:`_TEXTS` has them."""
        title, summary, *others = columns
        return cls(
            title=title if title and where != "summary" else "",
            summary=summary if summary and where != "title" else "",
            others=tuple(other for other in others if other) if where == "all" else (),
        )


def search(
    connection: sqlite3.Connection, words: str, *, limit: int = 20, offset: int = 0, where: Where = "all"
) -> list[Hit]:
    """Find recommendations, the best first.

    All words must match; :func:`normalize.search.parse` tells what is understood. ``limit`` 0 gives all hits; ``where``
    restricts the search to titles or summaries. Raises :class:`ValueError` for words that cannot be looked for.
    """
    query = parse(words)
    with closing(ranked_ids(connection, query, where=where)) as ranked:
        found = list(islice(ranked, offset, offset + limit if limit else None))
    day = "(SELECT published_on FROM posts WHERE posts.post_id = recommendations.post_id)"
    columns = f"search_id, recommendation_id, paper_id, post_id, position, {day}, title, {_TEXTS}"
    sql = f"SELECT {columns} FROM recommendations WHERE search_id IN ({{}})"  # noqa: S608 - own names
    hits = {row[0]: _hit(row[1:7], _Texts.of(row[7:], where), query) for row in select_in(connection, sql, found)}
    return [hits[number] for number in found]


def _hit(facts: tuple[Any, ...], texts: _Texts, query: Query) -> Hit:
    recommendation_id, paper_id, post_id, position, published_on, title = facts
    return Hit(
        recommendation_id=recommendation_id,
        paper_id=paper_id,
        post_id=post_id,
        position=position,
        title=title,
        published_on=published_on,
        snippet=snippet((text for text in (texts.summary, texts.title, *texts.others) if text), query),
    )


def count_hits(connection: sqlite3.Connection, query: Query, *, where: Where = "all") -> int:
    """Count the recommendations that a query finds."""
    sql = "SELECT count(*) FROM search WHERE search MATCH ?"
    number: int = connection.execute(sql, (query.fts(where),)).fetchone()[0]
    return number


def ranked_ids(connection: sqlite3.Connection, query: Query, *, where: Where = "all") -> Generator[int, None, None]:
    """Give the ``search_id`` of all hits, the best first; hits that nobody asks for are not looked for."""
    with closing(_by_day(connection, query, where)) as hits:
        newest = list(islice(hits, WINDOW + 1))
        if where != "all":
            yield from _group(connection, query, where, chain(newest, hits))
        elif len(newest) <= WINDOW:
            yield from _by_relevance(connection, query, where, newest)
        else:
            seen: set[int] = set()
            with closing(_found(connection, query.fts_all_in_title())) as in_title:
                for number in _group(connection, query, where, in_title):
                    seen.add(number)
                    yield number
            others = (number for number in chain(newest, hits) if number not in seen)
            yield from _group(connection, query, where, others)


# --- by day ----------------------------------------------------------------------------------------------------------


def _by_day(connection: sqlite3.Connection, query: Query, where: Where) -> Generator[int, None, None]:
    """All hits, the newest first."""
    newest: list[int] = []
    last = -1
    if any(term.prefix and len(term.tokens) == len(term.tokens[0]) == 1 for term in query.wanted):
        # A single letter: SQLite would gather all hits of all tokens that begin so before it gives the first one.
        newest, last = _read_newest(connection, query, where)
    yield from newest
    yield from _found(connection, query.fts(where), after=last)


def _found(connection: sqlite3.Connection, expression: str, *, after: int = -1) -> Generator[int, None, None]:
    sql = "SELECT rowid FROM search WHERE search MATCH ? AND rowid > ? ORDER BY rowid"
    with closing(connection.execute(sql, (expression, after))) as rows:
        for row in rows:
            yield row[0]


def _read_newest(connection: sqlite3.Connection, query: Query, where: Where) -> tuple[list[int], int]:
    """Hits among the newest recommendations, found by reading these; and the last that was read.

    Reading ends where not even every tenth is a hit: then there are not too many for SQLite to gather.
    """
    hits: list[int] = []
    last = -1
    sql = f"SELECT search_id, {_TEXTS} FROM recommendations ORDER BY search_id"  # noqa: S608 - own names
    with closing(connection.execute(sql)) as rows:
        for read, row in enumerate(rows, start=1):
            last = row[0]
            texts = _Texts.of(row[1:], where)
            if query.matches(texts.title, texts.summary, *texts.others):
                hits.append(last)
            if len(hits) > WINDOW or (read >= WINDOW and 10 * len(hits) < read):
                break
    return hits, last


# --- by relevance ----------------------------------------------------------------------------------------------------


def _group(connection: sqlite3.Connection, query: Query, where: Where, hits: Iterator[int]) -> Iterator[int]:
    yield from _by_relevance(connection, query, where, list(islice(hits, WINDOW)))
    yield from hits


def _by_relevance(connection: sqlite3.Connection, query: Query, where: Where, found: list[int]) -> list[int]:
    """Order hits: first those with all words in the title, then by relevance, then by day."""
    sql = f"SELECT search_id, {_TEXTS} FROM recommendations WHERE search_id IN ({{}})"  # noqa: S608 - own names
    rows = select_in(connection, sql, found)
    ranks = {row[0]: (*_rank(query.wanted, _Texts.of(row[1:], where)), row[0]) for row in rows}
    return sorted(found, key=ranks.__getitem__)


def _rank(terms: Collection[Term], texts: _Texts) -> tuple[bool, float]:
    """Lower is better: whether a word is missing in the title, and relevance below zero."""
    title, summary, others = fold(texts.title), fold(texts.summary), [_fold_name(other) for other in texts.others]
    letters = len(title) + len(summary) + sum(map(len, others))
    half = _SATURATION * (1 - _SHARE_OF_LENGTH + _SHARE_OF_LENGTH * letters / _USUAL_LETTERS)
    all_in_title, relevance = True, 0.0
    for term in terms:
        in_title = term.count_in(title)
        all_in_title = all_in_title and in_title > 0
        in_others = sum(term.count_in(other) for other in others)
        weight = _TITLE * in_title + _SUMMARY * term.count_in(summary) + _OTHER * in_others
        relevance += weight / (weight + half)
    return not all_in_title, -relevance


# Subjects, people and venues come again and again.
_fold_name = lru_cache(maxsize=4_096)(fold)

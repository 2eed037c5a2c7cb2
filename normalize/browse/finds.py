"""The search page: papers, recommendations and posts that words are found in."""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, TypeVar

from normalize.archive_sql import chunks, select_in
from normalize.browse.parts import PaperCard, PostName, Recommendation, read_cards, read_recommendations
from normalize.search import Hit, Query, Snippet, Where, mark, parse, ranked_ids, snippet
from normalize.search import search as search_recommendations

Kind = Literal["papers", "recommendations", "posts"]
KINDS: Final[tuple[Kind, ...]] = ("papers", "recommendations", "posts")

PAGE: Final = 20
"""Finds a page."""
MOST_PAGES: Final = 50
"""Nobody looks further; who must, asks for tables."""
MOST_COUNTED: Final = 2_000
"""Recommendations that are counted; of more it is told that there are more."""

_Key = TypeVar("_Key", int, str)

_Piece = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A text with what was looked for marked in it."""

    pieces: tuple[_Piece, ...]
    """Parts of the text, each with whether it is a match."""

    @property
    def text(self) -> str:
        """The text without marks."""
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFind:
    """A paper that was found."""

    card: PaperCard
    title: Marked | None
    best: Recommendation
    """The recommendation in which it was found best."""
    snippet: Marked


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationFind:
    """A recommendation that was found."""

    recommendation: Recommendation
    title: Marked | None
    snippet: Marked


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFind:
    """A post that was found, by its title or by what it recommends."""

    post: PostName
    title: Marked | None
    count: int
    """Number of its recommendations."""
    found: tuple[RecommendationFind, ...]
    """Those in which the words stand, in the order of the post, a few of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindsPage:
    """What was found of one kind, a page of it, and how much there is of each."""

    words: str
    """As typed."""
    kind: Kind
    where: Where
    mistake: str | None = None
    """Why nothing could be looked for; then nothing is found."""
    counts: dict[Kind, int]
    """Of each kind; up to :data:`MOST_COUNTED` recommendations are counted."""
    is_all_counted: bool = True
    finds: Sequence[PaperFind | RecommendationFind | PostFind] = ()
    page: int = 1
    """From 1."""
    pages: int = 0

    @property
    def first(self) -> int:
        """Place of the page's first find among all, from 1."""
        return (self.page - 1) * PAGE + 1


_FOUND: Final = """
SELECT paper_id, post_id FROM recommendations
WHERE search_id IN (SELECT rowid FROM search WHERE search MATCH ? LIMIT ?)
"""
_TEXTS: Final = """
SELECT post_id, recommendation_id, title, summary, tag_raw, recommender_raw, venue_id, venue_printed, section
FROM recommendations WHERE post_id IN ({}) ORDER BY post_id, position
"""
_IDS: Final = "SELECT search_id, recommendation_id, paper_id, post_id FROM recommendations WHERE search_id IN ({})"
_POSTS: Final = """
SELECT post_id, title, published_on, series, number, recommendations FROM posts WHERE post_id IN ({})
"""
# Of one post a few are shown.
_FEW: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """A recommendation that was found, by all its names."""

    recommendation_id: int
    paper_id: str
    post_id: str


def read_finds(
    connection: sqlite3.Connection, words: str, *, kind: Kind = "papers", where: Where = "all", page: int = 1
) -> FindsPage:
    """Look for words; a page beyond the last one is the last one.

    Words that cannot be looked for find nothing, and the page says why.
    """
    counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    try:
        query = parse(words)
    except ValueError as error:
        return FindsPage(words=words, kind=kind, where=where, mistake=str(error), counts=counts)
    counted = [tuple(row) for row in connection.execute(_FOUND, (query.fts(where), MOST_COUNTED))]
    titled = posts_by_title(connection, query) if where != "summary" else []
    counts = {
        "papers": len({paper_id for paper_id, _ in counted}),
        "recommendations": len(counted),
        "posts": len({*titled, *(post_id for _, post_id in counted)}),
    }
    pages = min(-(-counts[kind] // PAGE), MOST_PAGES)
    page = max(1, min(page, pages))
    readers: dict[Kind, Callable[[], Sequence[PaperFind | RecommendationFind | PostFind]]] = {
        "papers": lambda: _paper_finds(connection, query, where, (page - 1) * PAGE),
        "recommendations": lambda: _recommendation_finds(connection, words, query, where, (page - 1) * PAGE),
        "posts": lambda: _post_finds(connection, query, where, titled, (page - 1) * PAGE),
    }
    return FindsPage(
        words=words,
        kind=kind,
        where=where,
        counts=counts,
        is_all_counted=len(counted) < MOST_COUNTED,
        finds=readers[kind](),
        page=page,
        pages=pages,
    )


def iter_found(connection: sqlite3.Connection, query: Query, where: Where = "all") -> Generator[Ids, None, None]:
    """The recommendations in which a query is found, the best first; what is not asked for is not looked for."""
    with closing(ranked_ids(connection, query, where=where)) as ranked:
        for chunk in chunks(ranked, 4 * PAGE):
            found = {row[0]: row[1:] for row in map(tuple, select_in(connection, _IDS, chunk))}
            for number in chunk:
                recommendation_id, paper_id, post_id = found[number]
                yield Ids(recommendation_id=recommendation_id, paper_id=paper_id, post_id=post_id)


def posts_by_title(connection: sqlite3.Connection, query: Query) -> list[str]:
    """Posts whose title matches, the newest first. Titles are read one by one: there are not so many posts."""
    rows = connection.execute("SELECT post_id, title FROM posts WHERE title IS NOT NULL ORDER BY published_on DESC")
    return [post_id for post_id, title in rows if query.matches(title)]


def _paper_finds(connection: sqlite3.Connection, query: Query, where: Where, offset: int) -> Sequence[PaperFind]:
    with closing(_first_of_each(iter_found(connection, query, where), lambda ids: ids.paper_id)) as best:
        shown = list(islice(best, offset, offset + PAGE))
    cards = {card.paper_id: card for card in read_cards(connection, [ids.paper_id for ids in shown])}
    read = read_recommendations(connection, [ids.recommendation_id for ids in shown])
    return [
        PaperFind(
            card=cards[one.paper_id],
            title=_marked_title(cards[one.paper_id].title, query, where),
            best=one,
            snippet=_snippet(one, query, where),
        )
        for one in read
    ]


def _recommendation_finds(
    connection: sqlite3.Connection, words: str, query: Query, where: Where, offset: int
) -> Sequence[RecommendationFind]:
    hits = search_recommendations(connection, words, limit=PAGE, offset=offset, where=where)
    return _finds_of(connection, [hit.recommendation_id for hit in hits], query, where, hits)


def _finds_of(
    connection: sqlite3.Connection, ids: Sequence[int], query: Query, where: Where, hits: Iterable[Hit] = ()
) -> list[RecommendationFind]:
    snippets = {hit.recommendation_id: _pieces(hit.snippet) for hit in hits}
    return [
        RecommendationFind(
            recommendation=one,
            title=_marked_title(one.title, query, where),
            snippet=snippets.get(one.recommendation_id) or _snippet(one, query, where),
        )
        for one in read_recommendations(connection, ids)
    ]


def _post_finds(
    connection: sqlite3.Connection, query: Query, where: Where, titled: Sequence[str], offset: int
) -> Sequence[PostFind]:
    """Posts with the words in their title first, then those with the best recommendations."""
    order = dict.fromkeys(titled)
    with closing(iter_found(connection, query, where)) as hits:
        while len(order) < offset + PAGE and (ids := next(hits, None)) is not None:
            order[ids.post_id] = None
    shown = list(islice(order, offset, offset + PAGE))
    posts = {row[0]: row for row in map(tuple, select_in(connection, _POSTS, shown))}
    # Their texts are few enough to be read; the index would be asked for each.
    found: dict[str, list[int]] = {post_id: [] for post_id in shown}
    for post_id, recommendation_id, title, summary, *others in select_in(connection, _TEXTS, shown):
        texts: dict[Where, Sequence[str | None]] = {
            "title": (title,),
            "summary": (summary,),
            "all": (title, summary, *others),
        }
        if query.matches(*texts[where]):
            found[post_id].append(recommendation_id)
    return [_post_find(connection, posts[post_id], found[post_id], query, where) for post_id in shown]


def _post_find(
    connection: sqlite3.Connection, row: tuple[Any, ...], found: Sequence[int], query: Query, where: Where
) -> PostFind:
    post_id, title, published_on, series, number, count = row
    return PostFind(
        post=PostName(post_id=post_id, title=title, published_on=published_on, series=series, number=number),
        title=None if title is None else _pieces(mark(title, query)),
        count=count,
        found=tuple(_finds_of(connection, found[:_FEW], query, where)),
    )


def _first_of_each(found: Generator[Ids, None, None], key: Callable[[Ids], _Key]) -> Generator[Ids, None, None]:
    seen: set[_Key] = set()
    with closing(found):
        for ids in found:
            if key(ids) not in seen:
                seen.add(key(ids))
                yield ids


def _marked_title(title: str | None, query: Query, where: Where) -> Marked | None:
    if title is None:
        return None
    return _pieces(mark(title, query) if where != "summary" else Snippet(text=title, spans=()))


def _snippet(one: Recommendation, query: Query, where: Where) -> Marked:
    """What shows best why a recommendation was found: its summary, else its other fields."""
    text = "\n\n".join(one.paragraphs)
    if where == "title":
        return _pieces(snippet([text], query) if not text else Snippet(text=snippet([text], query).text, spans=()))
    others = [one.tag and one.tag.name, one.recommender and one.recommender.name, one.venue and one.venue.venue_id]
    return _pieces(snippet([each for each in (text, *others, one.section) if each], query))


def _pieces(part: Snippet) -> Marked:
    pieces: list[_Piece] = []
    at = 0
    for start, end in part.spans:
        pieces += [(part.text[at:start], False), (part.text[start:end], True)]
        at = end
    pieces.append((part.text[at:], False))
    return Marked(pieces=tuple(piece for piece in pieces if piece[0]))

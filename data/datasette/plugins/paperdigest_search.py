"""Search that understands Chinese, in Datasette's tables and on a page of its own.

``_search`` on a table of papers, recommendations or posts finds what ``paperdigest search`` finds, and the overviews of
papers and recommendations show the best match first. In SQL, ``search_query(words)`` makes of the words that a reader
types the expression for ``MATCH`` on the table ``search``, and ``search_place`` tells where a row stands.
"""

import sqlite3
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import closing
from functools import lru_cache
from typing import Any, Final, Literal

from datasette import Response, hookimpl
from datasette.filters import FilterArguments
from datasette.utils.asgi import BadRequest

from normalize.browse.finds import KINDS, iter_found, read_finds
from normalize.browse.served import archive_name
from normalize.search import Where, parse

_Row = Literal["paper", "recommendation", "post"]

# Tables that are searched, with what a row of each is.
_TABLES: Final[dict[str, _Row]] = {
    "paper_overview": "paper",
    "papers": "paper",
    "recommendation_overview": "recommendation",
    "recommendations": "recommendation",
    "posts": "post",
}
_COLUMNS: Final[dict[_Row, str]] = {"paper": "paper_id", "recommendation": "recommendation_id", "post": "post_id"}
_ARGUMENTS: Final[dict[str, Where]] = {"_search": "all", "_search_title": "title", "_search_summary": "summary"}

# Views have no order of their own, so that one can be given; tables have that of their key or of the configuration.
_ORDERS: Final = {
    "paper_overview": "first_recommended_on DESC, paper_id",
    "recommendation_overview": "published_on DESC, post_id, position",
}

PLACES: Final = 1000
"""Rows that are ordered as the search ranks them; those beyond follow by day."""
_PLACES_KEPT: Final = 4
"""Searches whose order a connection remembers."""
_PLACES_SECONDS: Final = 5
"""How long it does where the archive may change."""


# --- in SQL ----------------------------------------------------------------------------------------------------------


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Any) -> None:
    """Give queries the functions ``search_query``, ``search_place`` and ``search_matches``."""
    if database != archive_name(datasette.databases):
        return
    places = _Places(conn, is_mutable=datasette.get_database(database).is_mutable)
    conn.create_function("search_query", 1, _search_query, deterministic=True)
    conn.create_function("search_query", 2, _search_query, deterministic=True)
    conn.create_function("search_place", 3, places.place)
    conn.create_function("search_place", 4, places.place)
    conn.create_function("search_matches", 2, _search_matches, deterministic=True)


def _search_query(words: str | None, where: Where = "all") -> str:
    """The expression for ``MATCH``; one that finds nothing where nothing can be looked for."""
    try:
        return parse(words or "").fts(where)
    except ValueError:
        return '""'


def _search_matches(words: str | None, text: str | None) -> bool:
    """Whether a text matches by itself."""
    return bool(words and text and _parsed(words).matches(text))


# Asked for every row.
_parsed = lru_cache(maxsize=64)(parse)


class _Places:
    """The order of what a search finds, for one connection."""

    def __init__(self, connection: sqlite3.Connection, *, is_mutable: bool) -> None:
        self._connection = connection
        self._seconds = _PLACES_SECONDS if is_mutable else float("inf")
        self._kept: OrderedDict[Hashable, tuple[float, dict[Any, int]]] = OrderedDict()

    def place(self, words: str, row: _Row, key: Any, where: Where = "all") -> int:
        """Place of a row among those found, from 0; of all that are not among the first, :data:`PLACES`."""
        asked = (words, row, where)
        read_at, places = self._kept.get(asked, (float("-inf"), {}))
        if time.monotonic() - read_at > self._seconds or asked not in self._kept:
            places = self._read(words, row, where)
            self._kept[asked] = time.monotonic(), places
            while len(self._kept) > _PLACES_KEPT:
                self._kept.popitem(last=False)
        return places.get(key, PLACES)

    def _read(self, words: str, row: _Row, where: Where) -> dict[Any, int]:
        places: dict[Any, int] = {}
        with closing(iter_found(self._connection, parse(words), where)) as found:
            for ids in found:
                places.setdefault(getattr(ids, _COLUMNS[row]), len(places))
                if len(places) == PLACES:
                    break
        return places


# --- in tables -------------------------------------------------------------------------------------------------------


@hookimpl(trylast=True)
def filters_from_request(request: Any, database: str, table: str, datasette: Any) -> FilterArguments | None:
    """Understand ``_search``, ``_search_title`` and ``_search_summary``, and order what is found."""
    if database != archive_name(datasette.databases) or table not in _TABLES:
        return None
    row = _TABLES[table]
    clauses: list[str] = []
    params: dict[str, str] = {}
    descriptions: list[str] = []
    best_first = ""
    for argument, where in reversed(_ARGUMENTS.items()):
        words = (request.args.get(argument) or "").strip()
        if not words:
            continue
        _check(words)
        name = argument.removeprefix("_")
        params[name] = words
        clauses.append(_clause(row, name, where))
        descriptions.append(f'{where if where != "all" else "search"} matches "{words}"')
        best_first = f"search_place(:{name}, '{row}', {_COLUMNS[row]}, '{where}'), "
    if table in _ORDERS and not (request.args.get("_sort") or request.args.get("_sort_desc")):
        # The last condition ends the query of a view: Datasette goes on with LIMIT.
        clauses.append(f"{clauses.pop() if clauses else 'TRUE'} ORDER BY {best_first}{_ORDERS[table]}")
    return FilterArguments(clauses, params, descriptions, {"supports_search": True})


@hookimpl
def extra_template_vars(view_name: str, request: Any) -> dict[str, str]:
    """Keep in the search box of a table what was typed; Datasette 1.0 forgets it."""
    return {"search": request.args.get("_search") or ""} if view_name == "table" and request is not None else {}


def _clause(row: _Row, name: str, where: Where) -> str:
    column = _COLUMNS[row]
    found = f"SELECT rowid FROM search WHERE search MATCH search_query(:{name}, '{where}')"  # noqa: S608 (own words)
    clause = f"{column} IN (SELECT {column} FROM recommendations WHERE search_id IN ({found}))"  # noqa: S608 (own words)
    return f"({clause} OR search_matches(:{name}, title))" if row == "post" and where != "summary" else clause


def _check(words: str) -> None:
    try:
        parse(words)
    except ValueError as error:
        raise BadRequest(str(error)) from error


# --- the page --------------------------------------------------------------------------------------------------------


async def search_page(datasette: Any, request: Any) -> Response:
    """What words are found in: papers, recommendations, posts."""
    words = (request.args.get("q") or "").strip()
    kind = next((one for one in KINDS if one == request.args.get("show")), KINDS[0])
    where: Where = next((one for one in _ARGUMENTS.values() if one == request.args.get("in")), "all")
    number = request.args.get("page") or "1"
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    found = None
    if words:
        database = datasette.get_database(archive_name(datasette.databases))
        found = await database.execute_fn(
            lambda connection: read_finds(connection, words, kind=kind, where=where, page=page)
        )
    body = await datasette.render_template("search.html", {"page": found, "words": words}, request=request)
    status = 400 if found is not None and found.mistake is not None else 200
    return Response.html(body, status=status, headers={"Vary": "Accept-Language"})


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """The address of the page."""
    return [(r"^/search$", search_page)]

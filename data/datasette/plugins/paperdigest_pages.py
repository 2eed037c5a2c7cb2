"""Pages: the front page, papers, digests, recommenders, tags and venues, and the pictures that they show."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, unquote

from datasette import Response, hookimpl

from normalize.browse import digests, front, papers, people, pictures, venues
from normalize.browse.parts import Recommendation
from normalize.browse.served import archive_name

FRONT_SECONDS: Final = 60
"""How long the front page of a file that may change is shown as it was read."""

_NAME: Final = "paperdigest_pages"
_PAGE_HEADERS: Final = {"Vary": "Accept-Language"}
# A picture is drawn and nothing else, whatever its bytes hold and however it is opened.
_PICTURE_HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_Page = TypeVar("_Page")
_fronts: dict[str, tuple[float, front.FrontPage]] = {}


# --- pages -----------------------------------------------------------------------------------------------------------


async def front_page(datasette: Any, request: Any) -> Response:
    """What the archive holds, and ways in."""
    database = datasette.get_database(archive_name(datasette.databases))
    read_at, page = _fronts.get(database.path, (float("-inf"), None))
    if page is None or (database.is_mutable and time.monotonic() - read_at > FRONT_SECONDS):
        page = await _read(datasette, front.read_front)
        _fronts[database.path] = (time.monotonic(), page)
    return await _shown(datasette, request, "front.html", page)


async def paper_page(datasette: Any, request: Any) -> Response:
    """A paper: what every post says about it."""
    name = _key(request)
    paper_id = await _read(datasette, lambda connection: papers.find_paper(connection, name))
    if paper_id is None:
        return await _missing(datasette, request)
    if paper_id != name:
        return _moved(datasette, "paper", paper_id)
    page = await _read(datasette, lambda connection: papers.read_paper(connection, paper_id))
    return await _shown(datasette, request, "paper.html", page, page.recommendations)


async def digest_page(datasette: Any, request: Any) -> Response:
    """A digest, in its own order."""
    name = _key(request)
    post_id = await _read(datasette, lambda connection: digests.find_digest(connection, name))
    if post_id is None:
        return await _missing(datasette, request)
    if post_id != name:
        return _moved(datasette, "digest", post_id)
    page = await _read(datasette, lambda connection: digests.read_digest(connection, post_id))
    shown = [one for section in page.sections for one in section.recommendations]
    return await _shown(datasette, request, "digest.html", page, shown)


async def digests_page(datasette: Any, request: Any) -> Response:
    """All digests of a year."""
    year = _number(request, "year")
    page = await _read(datasette, lambda connection: digests.read_year(connection, year))
    return await _shown(datasette, request, "digests.html", page)


async def recommender_page(datasette: Any, request: Any) -> Response:
    """A recommender: what he or she recommended."""
    return await _group_page(datasette, request, people.read_recommender, "recommender")


async def tag_page(datasette: Any, request: Any) -> Response:
    """A tag: what was recommended about it."""
    return await _group_page(datasette, request, people.read_tag, "tag")


async def venue_page(datasette: Any, request: Any) -> Response:
    """A venue: papers that appeared there."""
    name, year, number = _key(request), _number(request, "year"), _number(request, "page") or 1
    venue_id = await _read(datasette, lambda connection: venues.find_venue(connection, name))
    if venue_id is None:
        return await _missing(datasette, request)
    if venue_id != name:
        return _moved(datasette, "venue", venue_id)
    page = await _read(datasette, lambda connection: venues.read_venue(connection, venue_id, year=year, page=number))
    return await _shown(datasette, request, "venue.html", page)


async def picture(datasette: Any, request: Any) -> Response:
    """A picture that was fetched, under the type that its bytes have."""
    found = await asyncio.to_thread(pictures.read_picture, _images(datasette), _key(request))
    if found is None:
        return Response.text("There is no such picture.\n", status=404)
    headers = {**_PICTURE_HEADERS, "ETag": f'"{found.sha256}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(body="", status=304, headers=headers, content_type=found.type)
    return Response(body=found.body, headers=headers, content_type=found.type)


_ROUTES: Final[dict[str, Callable[..., Awaitable[Response]]]] = {
    r"^/$": front_page,
    r"^/paper/(?P<key>[^/]+)$": paper_page,
    r"^/digests$": digests_page,
    r"^/digest/(?P<key>[^/]+)$": digest_page,
    r"^/recommender/(?P<key>[^/]+)$": recommender_page,
    r"^/tag/(?P<key>[^/]+)$": tag_page,
    r"^/venue/(?P<key>[^/]+)$": venue_page,
    r"^/picture/(?P<key>[^/]+)$": picture,
}


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """The addresses of the pages."""
    return list(_ROUTES.items())


# --- reading and showing ---------------------------------------------------------------------------------------------


async def _group_page(datasette: Any, request: Any, read: Callable[..., people.GroupPage], kind: str) -> Response:
    name, number = _key(request), _number(request, "page") or 1
    try:
        page = await _read(datasette, lambda connection: read(connection, name, page=number))
    except KeyError:
        return await _missing(datasette, request)
    return await _shown(datasette, request, "group.html", page, page.shown, kind=kind)


async def _shown(
    datasette: Any,
    request: Any,
    template: str,
    page: object,
    recommendations: Iterable[Recommendation] = (),
    **more: object,
) -> Response:
    """A page in its template, with the sizes of those of its pictures that were fetched."""
    keys = {one.key for recommendation in recommendations for one in recommendation.pictures}
    sizes = await asyncio.to_thread(pictures.read_sizes, _images(datasette), keys) if keys else {}
    body = await datasette.render_template(template, {"page": page, "sizes": sizes, **more}, request=request)
    return Response.html(body, headers=_PAGE_HEADERS)


async def _missing(datasette: Any, request: Any) -> Response:
    # Raising NotFound would not do: Datasette sends addresses with a percent sign elsewhere first.
    body = await datasette.render_template("404.html", {"status": 404}, request=request)
    return Response.html(body, status=404, headers=_PAGE_HEADERS)


def _moved(datasette: Any, kind: str, key: str) -> Response:
    """Another name of the same thing: its own page has the one name that lasts."""
    return Response.redirect(datasette.urls.path(f"/{kind}/{quote(key, safe='')}"), status=301)


async def _read(datasette: Any, read: Callable[[sqlite3.Connection], _Page]) -> _Page:
    page: _Page = await datasette.get_database(archive_name(datasette.databases)).execute_fn(read)
    return page


def _images(datasette: Any) -> Path:
    """The store of pictures: as configured (``images`` of this plugin, from the archive's folder), else beside it."""
    archive = Path(datasette.get_database(archive_name(datasette.databases)).path)
    configured = (datasette.plugin_config(_NAME) or {}).get("images")
    named = archive.parent / configured if configured else None
    return named if named is not None and named.is_file() else pictures.images_path(archive)


def _key(request: Any) -> str:
    return unquote(request.url_vars["key"])


def _number(request: Any, name: str) -> int | None:
    """A number of the address; one that is none counts as not given."""
    text = request.args.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None

"""Dashboards of what the archive holds, drawn on the server: no script is needed to see them."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from datasette import Response, hookimpl

from normalize.browse import dashboards
from normalize.browse.plots import draw
from normalize.browse.served import archive_name

KEPT_SECONDS: Final = 60
"""How long a dashboard of a file that may change is shown as it was read."""

_MOST_KEPT: Final = 100
_HEADERS: Final = {"Vary": "Accept-Language"}

_Read = TypeVar("_Read")
_kept: OrderedDict[tuple[object, ...], tuple[float, Any]] = OrderedDict()


async def gallery(datasette: Any, request: Any) -> Response:
    """All dashboards, with a chart of each."""
    boards = await _read(datasette, "", dashboards.read_gallery)
    return await _shown(datasette, request, "dashboards.html", boards=boards)


async def dashboard(datasette: Any, request: Any) -> Response:
    """A dashboard, of all posts or those of a year."""
    name, year = unquote(request.url_vars["name"]), _year(request)
    if name not in [about.name for about in dashboards.DASHBOARDS]:
        # Raising NotFound would not do: Datasette sends addresses with a percent sign elsewhere first.
        return await _shown(datasette, request, "404.html", status=404)
    page = await _read(datasette, name, lambda connection: dashboards.read_dashboard(connection, name, year=year), year)
    return await _shown(datasette, request, "dashboard.html", page=page, all=dashboards.DASHBOARDS)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """The addresses of the dashboards."""
    return [(r"^/dashboards$", gallery), (r"^/dashboards/(?P<name>[^/]+)$", dashboard)]


async def _shown(datasette: Any, request: Any, template: str, status: int = 200, **context: object) -> Response:
    body = await datasette.render_template(template, {"status": status, "draw": draw, **context}, request=request)
    return Response.html(body, status=status, headers=_HEADERS)


async def _read(datasette: Any, name: str, read: Callable[..., _Read], year: int | None = None) -> _Read:
    """What is read from the archive, or was a moment ago; a file that never changes is read once."""
    database = datasette.get_database(archive_name(datasette.databases))
    key = (database.path, name, year)
    if key in _kept and (not database.is_mutable or time.monotonic() - _kept[key][0] <= KEPT_SECONDS):
        _kept.move_to_end(key)
        kept: _Read = _kept[key][1]
        return kept
    page: _Read = await database.execute_fn(read)
    _kept[key] = (time.monotonic(), page)
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return page


def _year(request: Any) -> int | None:
    """The year of the address; one that is none counts as not given."""
    text = request.args.get("year") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None

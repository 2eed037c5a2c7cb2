"""What makes the archive safe to publish: nothing that a post says is ever run, and no query of a stranger hurts.

Time and rows are limited by settings of Datasette; here come memory, the number of queries of strangers at a time, the
headers that tell browsers what a page may do, and cells of CSV files that a spreadsheet would take for formulas.
"""

import asyncio
import base64
import csv
import hashlib
import io
import re
import secrets
import sqlite3
import sys
import weakref
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import parse_qsl

from datasette import Response, hookimpl
from datasette.handle_exception import handle_exception as shown_error
from datasette.views.base import DatasetteError
from jinja2 import BaseLoader, Environment

MAX_VALUE: Final = 200_000
"""Bytes of a text in a query. No function runs long over one: looking for one in another takes 0.2 s at worst."""
MAX_RESULT: Final = 20_000_000
"""Bytes of all rows of a result."""
MAX_MEMORY: Final = 96 * 1024 * 1024
"""Bytes that SQLite may take for all queries together. Tables made of tables made of tables, which no limit of time
ends before the query runs, come to their end here, within a second."""
MAX_STRANGERS: Final = 2
"""Queries written by readers that run at a time; threads are left for the pages."""
MAX_WAIT: Final = 10.0
"""Seconds that such a query waits for its turn."""
MAX_WORDS: Final = 40
"""Letters of an argument that count as no query: a search for 20 words takes a second in a large archive, and SQLite
cannot end it before."""
MAX_ARGUMENTS: Final = 60
"""Parts of a query string; the longest form of Datasette has half as many."""
MAX_ARGUMENT: Final = 8_000
"""Letters of such a part."""

_SQLITE_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

# Repeats a letter as often as it is told to, even when the text has long been too large.
_ENDLESS: Final = ("printf", "format")

# <script>, <script src=…>, <script{% if … %}
_SCRIPT: Final = re.compile(r"<script(?=[\s>{])")
# Written into a page of Datasette 1.0 as onclick="…".
_HANDLERS: Final = ("openColumnChooser()",)
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠|]|[\t\r\n]")
# -12, -0.5, +3e-07: numbers, which stay as they are.
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[MutableMapping[str, Any], _Receive, _Send], Awaitable[None]]

_nonce: ContextVar[str] = ContextVar("paperdigest_nonce", default="")

# Plain numbers up to the longest summary are read without end by the csv module only when it is told so.
csv.field_size_limit(sys.maxsize)


# --- memory ----------------------------------------------------------------------------------------------------------


class TooMuch(sqlite3.OperationalError):
    """A result is larger than anybody reads; Datasette shows it as it shows an error in a query."""


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Limit what the queries of a connection may take."""
    for limit, value in _SQLITE_LIMITS.items():
        conn.setlimit(limit, value)
    # What is sorted stays in memory, where it is limited, rather than filling the disk.
    conn.execute("PRAGMA temp_store = MEMORY")
    conn.execute(f"PRAGMA hard_heap_limit = {MAX_MEMORY}")
    for name in _ENDLESS:
        conn.create_function(name, -1, _refused)
    conn.row_factory = _counting_rows()


def _refused(*_values: object) -> str:
    return "(this function is not available here)"


def _counting_rows() -> type[sqlite3.Row]:
    """A row that counts the bytes of its result, for one connection; raises :class:`TooMuch`."""
    current: Callable[[], sqlite3.Cursor | None] = lambda: None  # noqa: E731 (as a dead reference)
    total = 0

    class Row(sqlite3.Row):
        def __new__(cls, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> "Row":
            nonlocal current, total
            if current() is not cursor:
                # Weak, since a cursor that is kept keeps its query open.
                current, total = weakref.ref(cursor), 0
            total += sum(len(value) for value in values if isinstance(value, str | bytes))
            if total > MAX_RESULT:
                raise TooMuch(f"the result is larger than {MAX_RESULT:,} bytes")
            return super().__new__(cls, cursor, values)

    return Row


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """A query that would take too much is the asker's mistake (status 400), not the server's."""
    if isinstance(exception, MemoryError | sqlite3.DataError):
        message = str(exception) or "the query needs too much memory"
        return shown_error(datasette, request, DatasetteError(message, title="Too much", status=400))
    return None


# --- what browsers may do --------------------------------------------------------------------------------------------


class NonceLoader(BaseLoader):
    """Marks the scripts that stand in templates, so that browsers run them and no others.

    The mark is written into the source of a template, never into a finished page: a script that came with the data
    could not get one.
    """

    def __init__(self, inner: BaseLoader) -> None:
        self.inner = inner

    def get_source(self, environment: Environment, template: str) -> Any:
        """The source, with a mark in each script; raises :class:`jinja2.TemplateNotFound`."""
        source, name, is_current = self.inner.get_source(environment, template)
        return _SCRIPT.sub('<script nonce="{{ csp_nonce() }}"', source), name, is_current

    def list_templates(self) -> list[str]:
        """Names of all templates."""
        return self.inner.list_templates()


@hookimpl(trylast=True)
def prepare_jinja2_environment(env: Environment) -> None:
    """Let templates mark their scripts."""
    if env.loader is not None:
        env.loader = NonceLoader(env.loader)
    env.globals["csp_nonce"] = _nonce.get


def policy(path: str, nonce: str) -> str:
    """The content-security policy of a page: pages of the project get the strictest, Datasette's own what they need."""
    is_own = not re.match(r"/(archive|-|_memory|_internal)([/.?]|$)", path)
    script = f"'self' 'nonce-{nonce}'"
    style, image = "'self'", "'self' https:"
    if not is_own:
        hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in _HANDLERS)
        script = " ".join([script, "'unsafe-hashes'", *(f"'sha256-{one}'" for one in hashes)])
        # Its templates have style attributes, and its editor makes style sheets as it goes.
        style, image = "'self' 'unsafe-inline'", "'self' https: data:"
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src {image}; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_POLICY_OF_DATA: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


def guarded_headers(headers: Iterable[tuple[bytes, bytes]], path: str, nonce: str) -> list[tuple[bytes, bytes]]:
    """Headers of an answer with those that guard it; a policy that it has already stays."""
    kept = [(name.lower(), value) for name, value in headers]
    present = {name for name, _ in kept}
    is_page = dict(kept).get(b"content-type", b"").split(b";")[0].strip() in (b"text/html", b"application/xhtml+xml")
    wanted = {**_HEADERS, "content-security-policy": policy(path, nonce) if is_page else _POLICY_OF_DATA}
    return kept + [(name.encode(), text.encode()) for name, text in wanted.items() if name.encode() not in present]


# --- CSV -------------------------------------------------------------------------------------------------------------


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before it. Numbers stay.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell("-0.5"), safe_cell("BERT")
    ("'=HYPERLINK(1)", '-0.5', 'BERT')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


class SafeCsv:
    """Makes the cells of a CSV file safe that comes in pieces, cut anywhere."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._quotes = 0

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        """Take a piece, and give the rows that are whole."""
        self._pieces.append(piece)
        self._quotes += piece.count(b'"')
        # A row ends where a line does, unless a quoted cell is open.
        if not is_last and (self._quotes % 2 or not piece.endswith(b"\n")):
            return b""
        text = b"".join(self._pieces).decode("utf-8", "replace")
        self._pieces.clear()
        self._quotes = 0
        safe = io.StringIO()
        rows = csv.reader(io.StringIO(text, newline=""))
        csv.writer(safe).writerows([safe_cell(cell) for cell in row] for row in rows)
        return safe.getvalue().encode()


def _is_csv(scope: MutableMapping[str, Any], content_type: bytes) -> bool:
    # Without _dl= Datasette calls its CSV plain text, for browsers to show.
    asked = scope["path"].endswith(".csv") or b"_format=csv" in scope.get("query_string", b"")
    return content_type.startswith(b"text/csv") or (asked and content_type.startswith(b"text/plain"))


# --- every request ---------------------------------------------------------------------------------------------------


@hookimpl(trylast=True)
def asgi_wrapper(datasette: Any) -> Callable[[_App], _App]:
    """Look at every request before Datasette does, and at every answer after it."""
    return lambda app: _Guard(app, base_url=datasette.setting("base_url"))


class _Guard:
    """The ASGI application around all others."""

    def __init__(self, app: _App, *, base_url: str) -> None:
        self._app = app
        self._base_url = base_url.rstrip("/")
        self._strangers = asyncio.Semaphore(MAX_STRANGERS)

    async def __call__(self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(self._base_url)
        nonce = secrets.token_urlsafe(16)
        _nonce.set(nonce)
        guarded = _Answer(scope, send, path=path, nonce=nonce)
        arguments = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        if len(arguments) > MAX_ARGUMENTS or any(len(value) > MAX_ARGUMENT for _, value in arguments):
            await Response.text("The address is too long.\n", status=400).asgi_send(guarded)
        elif scope["method"] == "POST" or any(_is_query(name, value) for name, value in arguments):
            await self._in_turn(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)

    async def _in_turn(self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send) -> None:
        try:
            await asyncio.wait_for(self._strangers.acquire(), MAX_WAIT)
        except TimeoutError:
            busy = Response.text("Too many queries at a time.\n", status=503, headers={"Retry-After": "5"})
            await busy.asgi_send(send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._strangers.release()


def _is_query(name: str, value: str) -> bool:
    """Whether an argument may keep SQLite busy for long."""
    return name in ("sql", "_where") or len(value) > MAX_WORDS


class _Answer:
    """Sends what Datasette sends, guarded."""

    def __init__(self, scope: MutableMapping[str, Any], send: _Send, *, path: str, nonce: str) -> None:
        self._scope = scope
        self._send = send
        self._path = path
        self._nonce = nonce
        self._csv: SafeCsv | None = None

    async def __call__(self, message: _Message) -> None:
        if message["type"] == "http.response.start":
            headers = guarded_headers(message.get("headers", ()), self._path, self._nonce)
            if _is_csv(self._scope, dict(headers).get(b"content-type", b"")):
                self._csv = SafeCsv()
                headers = [one for one in headers if one[0] != b"content-length"]
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body" and self._csv is not None:
            more = message.get("more_body", False)
            message = {**message, "body": self._csv.feed(message.get("body", b""), is_last=not more)}
        await self._send(message)

"""A server on loopback, in its own process, that plays the site: well, or with every bad manner that a server can have.

A test starts it with ``with FaultServer() as site``, says with :meth:`FaultServer.play` what the blog holds and what
goes wrong, and reads afterwards what was asked. Beside the site's port there are a *trap*, where nobody has any
business (redirects and lists lead there), and a port that takes orders, one JSON object a line.
"""

import asyncio
import base64
import fnmatch
import gzip
import hashlib
import json
import re
import socket
import struct
import subprocess
import sys
import time
import zlib
from dataclasses import asdict, dataclass, field, replace
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import brotli
import zstandard

from tests.crawler.faultpages import (
    CATEGORIES,
    GONE,
    LIST_PATH,
    USER,
    Post,
    article,
    category_page,
    feed,
    list_answer,
    list_page,
)

ROOT: Final = Path(__file__).parents[2]
HTML: Final = "text/html; charset=utf-8"
_LIMIT: Final = 1 << 28  # bytes of an order
_PIECES: Final = 8  # of a slow body
_SPOILS: Final = ("cut", "flip", "length", "wait", "pause", "reset_after", "endless")
_ENDLESS_PIECE: Final = b"<p>" + b"more " * 13_000 + b"</p>"

_ARTICLE: Final = re.compile(r"/(?:[A-Za-z0-9_.-]+/)?article/details/([0-9]+)")
# the site does not mind the case of a user's name
_FEED: Final = re.compile(rf"/{USER}/rss/(?:list|map)", re.IGNORECASE)
_LIST_PAGE: Final = re.compile(rf"/{USER}(?:/|/article/list/([0-9]+))?", re.IGNORECASE)
_CATEGORY: Final = re.compile(rf"/{USER}/category_([0-9]+)(?:_([0-9]+))?\.html", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server says to a request."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    ordinary: bool = False
    """Body and status are those that the blog would give; the rest says how they are spoilt."""
    pack: str = ""
    """Content encoding: ``gzip``, ``br`` or ``zstd``."""
    cut: float | None = None
    """Part of the (packed) body that is sent, announced as if it were all."""
    flip: bool = False
    """A byte in the middle of the (packed) body is another one."""
    length: int | None = None
    """Announced length, where it is not the real one."""
    wait: float = 0.0
    """Seconds before the answer."""
    pause: float = 0.0
    """Seconds between the eight pieces in which the body is sent."""
    reset_after: int | None = None
    """Bytes of the body after which the connection is reset."""
    endless: bool = False
    """The body goes on until the other side has had enough."""
    raw: bytes | None = None
    """All that is sent, instead of an answer; the connection is closed after it."""


ORDINARY: Final = Answer(ordinary=True)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What the server plays."""

    posts: list[Post] = field(default_factory=list)
    robots: Answer = field(default_factory=lambda: Answer(body=b"User-agent: *\nAllow: /\n"))
    routes: dict[str, list[Answer]] = field(default_factory=dict)
    """Answers by path, with or without its query; ``*`` stands for anything. Each request takes one, the last stays."""
    wait: float = 0.0
    """Seconds before each answer."""
    validators: str = "both"
    """Of pages: ``etag``, ``date``, ``both`` or ``none``."""
    pack: str = "gzip"
    """Content encoding of ordinary answers, for who takes it."""
    list_layout: str = "2020"
    """See :func:`tests.crawler.faultpages.list_page`."""
    list_size: int = 100
    """Most posts that the JSON list names at a time, whatever is asked for."""
    folder: str = ""
    """Folder of article pages, ``80000001.html.gz``, that are sent as they are (for benchmarks)."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request that came in."""

    target: str
    """Path and query."""
    headers: dict[str, str]
    """Names in lower case."""
    came: float
    """Seconds on the clock of :func:`time.monotonic`, which all processes share."""
    status: int
    """What it was answered; 0 for a raw answer."""
    left: float
    """When the last byte of the answer was given away; 0: not yet."""
    sent: int
    """Bytes of the answer's body."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def number(self) -> int | None:
        """Number of the post asked for."""
        found = _ARTICLE.fullmatch(self.path)
        return int(found[1]) if found else None


# --- the site of a test ----------------------------------------------------------------------------------------------


class FaultServer:
    """Starts the server and speaks to it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crawler.faultserver"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{ports['site']}"
        self.trap: int = ports["trap"]
        self._orders = socket.create_connection(("127.0.0.1", ports["orders"]))
        self._answers = self._orders.makefile("rb")
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._orders.close()
        assert self._process.stdin is not None
        self._process.stdin.close()  # at which it ends
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def play(self, **scenario: Any) -> None:
        """Play another :class:`Scenario` from now on, and forget what was asked."""
        self._order("play", scenario=asdict(Scenario(**scenario)))

    def seen(self) -> list[Seen]:
        """All requests since the last :meth:`play` or :meth:`forget`, in the order in which they came."""
        return [Seen(**request) for request in self._order("seen")]

    def paths(self) -> list[str]:
        """Their paths."""
        return [request.path for request in self.seen()]

    def posts_asked(self) -> list[int]:
        """Numbers of the posts asked for, as often as they were."""
        return [request.number for request in self.seen() if request.number is not None]

    def forget(self) -> None:
        self._order("forget")

    def trapped(self) -> list[str]:
        """What came in at the trap since the server was started: must be nothing."""
        found: list[str] = self._order("trapped")
        return found

    def _order(self, what: str, **more: Any) -> Any:
        self._orders.sendall(json.dumps({"do": what, **more}, default=_to_base64).encode() + b"\n")
        return json.loads(self._answers.readline())


def _to_base64(value: Any) -> dict[str, str]:
    assert isinstance(value, bytes), value
    return {"base64": base64.b64encode(value).decode()}


def _from_base64(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


def _scenario(values: dict[str, Any]) -> Scenario:
    """The scenario that :meth:`FaultServer.play` has taken apart."""
    posts = [Post(**{**post, "past": tuple(post["past"])}) for post in values.pop("posts")]
    robots = Answer(**values.pop("robots"))
    routes = {path: [Answer(**answer) for answer in answers] for path, answers in values.pop("routes").items()}
    return Scenario(posts=posts, robots=robots, routes=routes, **values)


def pack(body: bytes, encoding: str) -> bytes:
    """A body as a content encoding has it."""
    if encoding == "gzip":
        return gzip.compress(body, 1, mtime=0)
    if encoding == "br":
        return brotli.compress(body, quality=4)
    return zstandard.ZstdCompressor(write_checksum=True).compress(body) if encoding == "zstd" else body


# --- the server's process --------------------------------------------------------------------------------------------


@dataclass
class _Request:
    target: str
    headers: dict[str, str]
    came: float
    status: int = 0
    left: float = 0.0
    sent: int = 0


class _Site:
    """What is played, and what was asked."""

    def __init__(self) -> None:
        self.trapped: list[str] = []
        self.play(Scenario())

    def play(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.requests: list[_Request] = []
        self._posts = {post.number: post for post in scenario.posts}
        self._routes = {path: list(answers) for path, answers in scenario.routes.items()}
        self._rendered: dict[tuple[str, str], Answer] = {}

    def answer(self, request: _Request) -> Answer:
        """What to say; an ordinary answer with the blog's body put in."""
        found = self._route(request.target)
        if found is not None and not found.ordinary:
            return found
        plain = self._blog(request)
        if found is None:
            return plain
        spoilt = {name: getattr(found, name) for name in _SPOILS}
        return replace(plain, **spoilt, pack=found.pack or plain.pack, headers={**plain.headers, **found.headers})

    def _route(self, target: str) -> Answer | None:
        path = urlsplit(target).path
        for name in (target, path):
            if name in self._routes:
                return self._next(name)
        patterns = (name for name in self._routes if "*" in name and fnmatch.fnmatchcase(target, name))
        pattern = next(patterns, None)
        return None if pattern is None else self._next(pattern)

    def _next(self, name: str) -> Answer:
        answers = self._routes[name]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _blog(self, request: _Request) -> Answer:
        """What the blog says when all is well, with the request's own conditions considered."""
        key = (request.target, self._packing(request))
        plain = self._rendered.get(key)
        if plain is None:
            plain = self._rendered[key] = self._render(request)
        kept = {name: value for name, value in plain.headers.items() if name in ("ETag", "Last-Modified")}
        asked = request.headers.get("if-none-match", request.headers.get("if-modified-since"))
        return Answer(status=304, headers=kept) if asked in kept.values() else plain

    def _render(self, request: _Request) -> Answer:
        address = urlsplit(request.target)
        if address.path == "/robots.txt":
            return self.scenario.robots
        number = _ARTICLE.fullmatch(address.path)
        if number is not None and self.scenario.folder:
            path = Path(self.scenario.folder, f"{number[1]}.html.gz")
            return Answer(body=path.read_bytes(), headers={"Content-Encoding": "gzip", "Content-Type": HTML})
        body = self._body(address.path, parse_qs(address.query), number)
        if body is None:
            return Answer(status=404, body=GONE, headers={"Content-Type": HTML}, pack=self._packing(request))
        headers = {"Content-Type": "application/json" if address.path == LIST_PATH else HTML}
        if number is not None:
            headers |= self._validators(body)
        return Answer(body=body, headers=headers, pack=self._packing(request))

    def _packing(self, request: _Request) -> str:
        return self.scenario.pack if self.scenario.pack in request.headers.get("accept-encoding", "") else ""

    def _body(self, path: str, query: dict[str, list[str]], number: re.Match[str] | None) -> bytes | None:
        posts = self.scenario.posts
        if number is not None:
            post = self._posts.get(int(number[1]))
            return None if post is None else article(post)
        if path == LIST_PATH:
            size = min(int(query["size"][0]), self.scenario.list_size)
            return list_answer(posts, page=int(query["page"][0]), size=size)
        if _FEED.fullmatch(path) is not None:
            return feed(posts)
        page = _LIST_PAGE.fullmatch(path)
        if page is not None:
            return list_page(posts, page=int(page[1] or 1), layout=self.scenario.list_layout)
        category = _CATEGORY.fullmatch(path)
        if category is not None and int(category[1]) in CATEGORIES:
            return category_page(posts, int(category[1]), page=int(category[2] or 1))
        return None

    def _validators(self, body: bytes) -> dict[str, str]:
        validators = {
            "ETag": f'W/"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": formatdate(1_600_000_000 + zlib.crc32(body) % 10**8, usegmt=True),
        }
        wanted = {"both": ("ETag", "Last-Modified"), "etag": ("ETag",), "date": ("Last-Modified",)}
        return {name: validators[name] for name in wanted.get(self.scenario.validators, ())}


class _Connection(asyncio.Protocol):
    """A connection of the site's port; requests are answered one after the other."""

    def __init__(self, site: _Site) -> None:
        self._site = site
        self._buffer = b""
        self._waiting: list[_Request] = []
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, error: Exception | None) -> None:
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            request = _Request(target=first.split(" ")[1], headers=headers, came=time.monotonic())
            self._site.requests.append(request)
            self._waiting.append(request)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and (self._task is None or self._task.done()):
            request = self._waiting.pop(0)
            answer = self._site.answer(request)
            wait = self._site.scenario.wait + answer.wait
            is_plain = (answer.raw, answer.reset_after) == (None, None) and not (wait or answer.pause or answer.endless)
            if is_plain:
                self._send(request, answer)
            else:
                self._task = asyncio.get_running_loop().create_task(self._play(request, answer, wait))

    def _send(self, request: _Request, answer: Answer) -> None:
        head, body = _bytes_of(answer)
        request.status, request.sent = answer.status, len(body)
        self._transport.write(head + body)
        request.left = time.monotonic()
        if answer.length is not None:
            self._transport.close()

    async def _play(self, request: _Request, answer: Answer, wait: float) -> None:
        await asyncio.sleep(wait)
        if answer.raw is not None:
            self._transport.write(answer.raw)
            self._transport.close()
        elif answer.endless:
            await self._send_without_end(request, answer)
        elif answer.reset_after is not None:
            await self._send_and_reset(request, answer, answer.reset_after)
        elif answer.pause:
            await self._send_slowly(request, answer)
        else:
            self._send(request, answer)
        request.left = time.monotonic()
        asyncio.get_running_loop().call_soon(self._go_on)

    async def _send_slowly(self, request: _Request, answer: Answer) -> None:
        head, body = _bytes_of(answer)
        request.status = answer.status
        self._transport.write(head)
        size = -(-len(body) // _PIECES)
        for start in range(0, len(body), size):
            await asyncio.sleep(answer.pause)
            self._transport.write(body[start : start + size])
            request.sent = min(len(body), start + size)

    async def _send_and_reset(self, request: _Request, answer: Answer, count: int) -> None:
        head, body = _bytes_of(answer)
        request.status, request.sent = answer.status, count
        self._transport.write(head + body[:count])
        await asyncio.sleep(0.02)  # lets the other side read it
        linger = struct.pack("ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    async def _send_without_end(self, request: _Request, answer: Answer) -> None:
        request.status = answer.status
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n%b\r\n" % (len(_ENDLESS_PIECE), _ENDLESS_PIECE)
        while not self._transport.is_closing():
            self._transport.write(chunk)
            request.sent += len(_ENDLESS_PIECE)
            await asyncio.sleep(0.001)


def _bytes_of(answer: Answer) -> tuple[bytes, bytes]:
    """Head and body on the wire."""
    body = pack(answer.body, answer.pack)
    if answer.flip:
        middle = len(body) // 2
        body = body[:middle] + bytes([body[middle] ^ 0xFF]) + body[middle + 1 :]
    if answer.cut is not None:
        body = body[: int(len(body) * answer.cut)]
    headers = {"Server": "openresty", "Content-Type": HTML, **answer.headers}
    if answer.pack:
        headers["Content-Encoding"] = answer.pack
    if answer.status != 304:
        headers["Content-Length"] = str(len(body) if answer.length is None else answer.length)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} X\r\n{lines}\r\n".encode("latin-1"), body


class _Trap(asyncio.Protocol):
    """A connection where none should come."""

    def __init__(self, site: _Site) -> None:
        self._site = site

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._at = len(self._site.trapped)
        self._site.trapped.append("connected")

    def data_received(self, data: bytes) -> None:
        self._site.trapped[self._at] = data.decode("latin-1")
        self._transport.close()


async def _take_orders(site: _Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        order = json.loads(line, object_hook=_from_base64)
        answer: Any = None
        if order["do"] == "play":
            site.play(_scenario(order["scenario"]))
        elif order["do"] == "seen":
            answer = [asdict(request) for request in site.requests]
        elif order["do"] == "forget":
            site.requests.clear()
        elif order["do"] == "trapped":
            answer = site.trapped
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
    writer.close()


def _trap_sockets() -> list[socket.socket]:
    """The same port on both loopback addresses, where the machine has both."""
    first = socket.create_server(("127.0.0.1", 0))
    try:
        return [first, socket.create_server(("::1", first.getsockname()[1]), family=socket.AF_INET6)]
    except OSError:
        return [first]


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    site = _Site()
    server = await loop.create_server(lambda: _Connection(site), "127.0.0.1", 0)
    traps = [await loop.create_server(lambda: _Trap(site), sock=sock) for sock in _trap_sockets()]
    orders = await asyncio.start_server(lambda r, w: _take_orders(site, r, w), "127.0.0.1", 0, limit=_LIMIT)
    ports = {"site": server, "trap": traps[0], "orders": orders}
    print(json.dumps({name: each.sockets[0].getsockname()[1] for name, each in ports.items()}), flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)  # until whoever started us closes it, or dies


if __name__ == "__main__":
    asyncio.run(_serve())

"""A blog on loopback, with the list API of the real site and every bad manner a server can have; and crawls of it."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]
LIST_PATH = "/community/home-api/v1/get-business-list"
USER = "Reader_1"
CHALLENGE = "<html><head><title>请进行安全验证(Security Verification)</title></head><body></body></html>".encode()

_CRAWL = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from crawler.run import crawl
arguments = json.loads(sys.argv[1])
PRELUDE
report = crawl("csdn", store_path=Path(arguments.pop("store_path")), **arguments)
problems = [f"{problem.address or ''} {problem.message}" for problem in report.problems]
codes = [problem.code for problem in report.problems]
print(json.dumps({**asdict(report), "problems": problems, "codes": codes}))
"""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server says to one request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    """Announced length, where it is not the real one."""


def page(number: int, text: str = "") -> bytes:
    """A tiny article page."""
    return (
        f"<html><head><title>Post {number}</title></head><body><h1>Post {number}</h1>"
        f'<div id="article_content">Text of {number}. {text}</div></body></html>'
    ).encode()


def path_of(number: int) -> str:
    return f"/{USER}/article/details/{number}"


def item(number: int, **more: Any) -> dict[str, Any]:
    """A post as the list names it; a higher number is newer."""
    return {
        "articleId": number,
        "title": f"Post {number}",
        "url": f"https://blog.csdn.net{path_of(number)}",
        "top": False,
        "postTime": f"2024-{number // 28 + 1:02}-{number % 28 + 1:02} 10:00:00",
        "formatTime": "20 小时前",
        **more,
    }


class BlogServer:
    """Serves until the ``with`` block ends. Set ``routes``, ``items``, ``robots`` before the crawl begins."""

    def __init__(self, *, items: list[dict[str, Any]] | None = None, page_size: int = 3, wait: float = 0.0) -> None:
        self.items = [] if items is None else items
        self.page_size = page_size
        self.wait = wait
        """Seconds before each answer."""
        self.routes: dict[str, Answer | list[Answer] | Callable[[], Answer]] = {}
        """By path; of a list each request takes one, the last stays."""
        self.robots: Answer = Answer(status=404)
        self.end_of_list: Any = None
        """What stands for the list after its last page."""
        self.requests: list[str] = []
        """Paths in the order asked, with the query."""
        self.times: list[float] = []
        self.agents: set[str] = set()
        self.conditions: dict[str, str] = {}
        """What each path was asked with as ``If-None-Match`` last."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(urlsplit(request).path == path for request in self.requests)

    def posts_asked(self) -> list[str]:
        return [request for request in self.requests if "/article/details/" in request]

    def _answer(self, target: str) -> Answer:
        path = urlsplit(target).path
        route = self.routes.get(path)
        if isinstance(route, list):
            return route.pop(0) if len(route) > 1 else route[0]
        if isinstance(route, Answer):
            return route
        if route is not None:
            return route()
        if path == "/robots.txt":
            return self.robots
        if path == LIST_PATH:
            return self._list(parse_qs(urlsplit(target).query))
        number = path.rpartition("/article/details/")[2]
        return Answer(body=page(int(number))) if number.isdecimal() else Answer(status=404, body=b"nothing here")

    def _list(self, query: dict[str, list[str]]) -> Answer:
        first = (int(query["page"][0]) - 1) * self.page_size
        items = self.items[first : first + self.page_size] or self.end_of_list
        total = len({entry["articleId"] for entry in self.items})
        answer = {"code": 200, "message": "success", "data": {"list": items, "total": total}}
        return Answer(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"})

    def _handler(blog: "BlogServer") -> type[BaseHTTPRequestHandler]:  # noqa: N805 (`self` is the handler's below)
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement

            def do_GET(self) -> None:
                blog.requests.append(self.path)
                blog.times.append(time.monotonic())
                blog.agents.add(self.headers["User-Agent"])
                time.sleep(blog.wait)
                answer = blog._answer(self.path)
                condition = self.headers["If-None-Match"]
                if condition is not None:
                    blog.conditions[self.path] = condition
                    if condition == answer.headers.get("ETag"):
                        answer = Answer(status=304, headers={"ETag": condition})
                self.send_response(answer.status)
                headers = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
                self.end_headers()
                self.wfile.write(answer.body)
                if answer.length is not None:
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler


def start_crawl(store: Path, *, prelude: str = "", **options: Any) -> subprocess.Popen[str]:
    """Starts a crawl in its own process, since Scrapy's reactor runs only once in each."""
    own = {name: options.pop(name) for name in ("user", "limit", "feed", "full") if name in options}
    given = {"contact": None, "delay": 0, "store_path": str(store), "arguments": {"user": USER, **own}, **options}
    code = _CRAWL.replace("PRELUDE", prelude)
    return subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(given)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_crawl(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The report of a crawl that ends well; its standard error must be empty."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    report: dict[str, Any] = json.loads(out)
    return {**report, "stderr": err}

"""What every source must keep to, so that adding one is a page class, a spider and a case folder.

A new spider is held to all of this as soon as its file lies in ``crawler/spiders``; ``ARGUMENTS`` here needs a line.
"""

import ast
import asyncio
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import HtmlResponse, Request, Response
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

import crawler.spiders
from crawler import settings
from crawler.captures import NewCapture
from crawler.frontier import FoundPost, Task
from crawler.hosts import HostRules, private_reason, refusal
from crawler.middlewares import HostGuard, flag
from crawler.pages import read_page
from crawler.settings import MIN_DELAY
from crawler.spiders.base import CaptureSpider, Look
from crawler.spiders.wechat import article_at
from tests.crawler.standin import CHALLENGE, csdn_page, wechat_page

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
SAMPLE = ROOT / "data" / "sample"
SHORT = "https://mp.weixin.qq.com/s/1bJ3QVbXQW7B9wV2sQ2HzA"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "csdn": {"user": "Reader_1"},
    "wayback": {"user": "Reader_1"},
    "wechat": {"posts": [article_at(SHORT, way="given")]},
}
"""What a spider needs to begin."""


def _modules() -> list[str]:
    names = [module.name for module in pkgutil.iter_modules(crawler.spiders.__path__)]
    return sorted(name for name in names if name != "base")


def _spider_class(name: str) -> type[CaptureSpider]:
    """The spider of a module: exactly one, of its name."""
    module = importlib.import_module(f"crawler.spiders.{name}")
    [found] = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, CaptureSpider) and one.__module__ == module.__name__
    ]
    return found


SPIDERS = {name: _spider_class(name) for name in _modules()}
sources = pytest.mark.parametrize("source", SPIDERS)


def _made(source: str, **more: Any) -> CaptureSpider:
    """The spider as a crawl of the live site makes it; it remembers in memory what it finds."""
    merged = Settings()
    merged.setmodule(settings, priority="project")
    merged.set("PAPERDIGEST_CONTACT", "me@example.org", priority="cmdline")
    made = Crawler(SPIDERS[source], merged)
    made.stats = MemoryStatsCollector(made)
    found: dict[str, FoundPost] = {}

    def take(posts: Iterable[FoundPost]) -> None:
        found.update({post.key: post for post in posts})

    def tasks() -> list[Task]:
        return [Task(key=post.key, address=post.address, last=None) for post in found.values()]

    made.spider = made._create_spider(**ARGUMENTS[source], found=take, tasks=tasks, **more)
    assert isinstance(made.spider, CaptureSpider)
    return made.spider


def _first_requests(spider: CaptureSpider) -> list[Request]:
    async def collect() -> list[Request]:
        return [request async for request in spider.start()]

    return asyncio.run(collect())


# --- what a source is made of ----------------------------------------------------------------------------------------


def test_scrapy_finds_every_source_and_nothing_else() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert listed.stdout.split() == list(SPIDERS)
    assert set(ARGUMENTS) == set(SPIDERS)


@sources
def test_source_has_the_name_of_its_file(source: str) -> None:
    assert SPIDERS[source].name == source
    assert re.fullmatch(r"[a-z][a-z0-9_]*", source)
    assert SPIDERS[source].__doc__


@sources
def test_source_has_a_reader_and_a_case(source: str) -> None:
    site = SPIDERS[source].site
    reader = importlib.import_module(f"crawler.pages.{site}")
    assert reader.BOX
    assert _case_of(site), f"no folder of tests/cases has a page of {site}"


def _case_of(site: str) -> str | None:
    """A case whose page is read as a post of a site, and that says what must come out."""
    for folder in sorted(CASES.iterdir()):
        for path in folder.glob("page.*"):
            page = SAMPLE / path.read_text("utf-8").strip() if path.suffix == ".txt" else path
            expected = json.loads(folder.joinpath("expected.json").read_text("utf-8"))
            if page.suffix == ".html" and expected["entries"] and read_page(page.read_bytes()).site == site:
                return folder.name
    return None


@sources
def test_source_is_described(source: str) -> None:
    """A row of the table in CONTRIBUTING: name, hosts, pages."""
    text = ROOT.joinpath("CONTRIBUTING.md").read_text("utf-8").partition("## Add a source")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    [row] = [row for row in rows if row[0] == f"`{source}`"]
    assert [host.strip(" `") for host in row[1].split(",")] == list(SPIDERS[source].host_patterns)
    assert row[2] == f"`{SPIDERS[source].site}`"


@sources
def test_source_has_a_command(source: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "crawl", source, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    for option in ("--contact", "--delay", "--limit", "--refetch", "--site-url", "--json"):
        assert option in shown


@sources
def test_source_never_opens_the_store(source: str) -> None:
    tree = ast.parse(Path(str(importlib.import_module(f"crawler.spiders.{source}").__file__)).read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert not names & {"CaptureStore", "Frontier", "Runs", "Archive"}


# --- whom it asks ----------------------------------------------------------------------------------------------------


@sources
def test_source_asks_its_own_hosts_alone(source: str) -> None:
    spider = _made(source)
    rules = spider.host_rules
    assert rules == HostRules(patterns=SPIDERS[source].host_patterns, only=None)
    assert rules.patterns
    for pattern in rules.patterns:
        assert private_reason(pattern.removeprefix("*.")) is None
        assert pattern.removeprefix("*.").count(".") >= 2, f"{pattern} is too wide"
    guard = HostGuard(rules)
    first = _first_requests(spider)
    assert first
    for request in first:
        guard.process_request(request)
    for address in ("https://example.org/", "http://127.0.0.1/", "file:///etc/passwd", f"http://{rules.patterns[0]}/"):
        with pytest.raises(IgnoreRequest):
            guard.process_request(spider.request(address, spider.on_error))


@sources
def test_source_goes_through_its_stand_in_alone(source: str) -> None:
    stand_in = "http://127.0.0.1:8123"
    spider = _made(source, site_url=stand_in)
    assert spider.origin == f"{source} via {stand_in}"
    for request in _first_requests(spider):
        assert request.url.startswith(f"{stand_in}/")
        assert refusal(request.meta["address"], HostRules(patterns=SPIDERS[source].host_patterns)) is None


@sources
def test_source_is_polite(source: str) -> None:
    own = _made(source).crawler.settings
    assert own.getfloat("DOWNLOAD_DELAY") >= MIN_DELAY
    assert all(
        slot["delay"] >= MIN_DELAY and slot["concurrency"] == 1 for slot in own.getdict("DOWNLOAD_SLOTS").values()
    )
    assert own.getint("CONCURRENT_REQUESTS") == 1
    assert own.getbool("ROBOTSTXT_OBEY")
    assert "me@example.org" in own["USER_AGENT"]
    assert not {401, 403, 404, 410, 521} & {int(code) for code in own.getlist("RETRY_HTTP_CODES")}


# --- what it hands out -----------------------------------------------------------------------------------------------

_BODIES = {
    "post": csdn_page(1),
    "article": wechat_page(1),
    "challenge": CHALLENGE,
    "cut": csdn_page(1)[:-30],
    "empty": b"",
    "json": b'{"code": 400, "message": "error", "data": null}',
    "null": b'{"code": 200, "message": "success", "data": {"list": null, "total": 0}}',
    "table": b'[["timestamp","original","statuscode","digest"]]',
    "feed": b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>',
    "text": "文".encode("gb18030"),
    "binary": bytes(range(256)),
}


def _answers(spider: CaptureSpider, request: Request) -> Iterator[Response]:
    for status in (200, 204, 302, 304, 403, 404, 410, 429, 500, 521):
        for body in _BODIES.values():
            headers = {"Content-Type": "text/html", "Set-Cookie": "session=1", "Location": "https://evil.example/"}
            plain = HtmlResponse(request.url, status=status, body=body, headers=headers, request=request)
            refused = spider.refusal_in(plain)
            yield plain if refused is None else flag(plain, "x-paperdigest-blocked", refused)
    yield flag(HtmlResponse(request.url, body=b"half", request=request), "x-paperdigest-damaged", "gzip: ends early")
    yield flag(HtmlResponse(request.url, status=302, request=request), "x-paperdigest-refused", "evil.example")


def _handed_out(callback: Callable[[Response], Iterable[Any]], response: Response) -> list[Any]:
    out: list[Any] = []
    try:
        for item in callback(response):
            out.append(item)
    except CloseSpider:
        pass
    return out


@sources
def test_source_hands_out_a_capture_of_every_answer_and_requests(source: str) -> None:
    number = len(list(_answers(_made(source), Request("https://example.org/"))))
    for at in range(number):
        spider = _made(source)  # anew, for a spider remembers what it was answered
        request = _first_requests(spider)[0]
        response = list(_answers(spider, request))[at]
        handed_out = _handed_out(request.callback, response)
        captures = [
            item.capture if isinstance(item, Look) else item for item in handed_out if not isinstance(item, Request)
        ]
        assert [type(capture) for capture in captures] == [NewCapture], response
        [capture] = captures
        assert (capture.body, capture.status, capture.origin) == (response.body, response.status, source)
        assert capture.address == request.meta["address"]
        assert capture.fetched_at is not None
        assert datetime.now(UTC) - datetime.fromisoformat(capture.fetched_at) < timedelta(minutes=1)
        assert "set-cookie" not in (capture.headers or {})
        for other in handed_out:
            if isinstance(other, Request):
                assert refusal(other.url, spider.host_rules) is None


@sources
def test_refusal_is_a_refusal_at_every_source(source: str) -> None:
    spider = _made(source)
    request = _first_requests(spider)[0]
    for status in (403, 429, 521):
        response = HtmlResponse(request.url, status=status, body=b"no", request=request)
        reason = spider.refusal_in(response)
        assert reason is not None
        assert str(status) in reason
    assert spider.refusal_in(HtmlResponse(request.url, status=404, body=b"gone", request=request)) is None

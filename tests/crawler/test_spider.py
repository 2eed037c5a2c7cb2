"""Real crawls of a real server on loopback, each in its own process, and the pure parts of the spider."""

import gzip
import json
import random
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawler import settings
from crawler.captures import Capture, CaptureStore
from crawler.hosts import parse_site_url
from crawler.middlewares import TooLarge, blocked_reason, parse_retry_after, unpack
from crawler.run import crawl
from crawler.settings import run_settings, user_agent
from crawler.spiders.csdn import CsdnSpider
from tests.crawler.blogserver import (
    CHALLENGE,
    LIST_PATH,
    ROOT,
    USER,
    Answer,
    BlogServer,
    end_crawl,
    item,
    page,
    path_of,
    start_crawl,
)

BIG = page(1, "论文 " * 3000)
PACKED = {
    "gzip": gzip.compress(BIG, mtime=0),
    "deflate": zlib.compress(BIG),
    "br": brotli.compress(BIG),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress(BIG),
}


# --- whole crawls ----------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Scene:
    """A server, a crawl of it, and what came of both."""

    server: BlogServer
    store_path: Path
    process: subprocess.Popen[str]
    extra: dict[str, Any] = field(default_factory=dict)
    _report: dict[str, Any] | None = None

    @property
    def report(self) -> dict[str, Any]:
        if self._report is None:
            self._report = end_crawl(self.process)
        return self._report

    def captures(self) -> list[Capture]:
        assert self.report is not None
        with CaptureStore.open(self.store_path, readonly=True) as store:
            assert list(store.iter_damage()) == []
            return list(store.observations())

    def capture(self, number: int) -> Capture:
        [found] = [c for c in self.captures() if c.address is not None and c.address.endswith(f"/details/{number}")]
        return found

    def body(self, number: int) -> bytes:
        sha256 = self.capture(number).sha256  # waits for the crawl to end
        with CaptureStore.open(self.store_path, readonly=True) as store:
            return store.body(sha256)

    def problem(self, *words: str) -> str:
        [found] = [text for text in self.report["problems"] if all(word in text for word in words)]
        return str(found)


def _bad_manners(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    """Posts 20 to 1, newest first but for a pinned one, each with its own trouble."""
    elsewhere = stack.enter_context(BlogServer())
    extra["elsewhere"] = elsewhere
    server.items = [item(5, top=True), *(item(number) for number in range(20, 0, -1))]
    server.items[3] = item(18, url="https://reader.blog.csdn.net/article/details/18?spm=1001.2014#comments")
    server.items[4] = item(17, url="https://evil.example/article/details/17")
    server.items[5] = item(16, url=f"http://127.0.0.1:{elsewhere.port}/article/details/16")
    server.items.insert(6, {"articleId": None, "title": "broken"})
    server.end_of_list = []
    routes = server.routes
    routes[path_of(15)] = Answer(status=404, body=b"gone")
    routes[path_of(14)] = Answer(status=302, headers={"Location": f"{elsewhere.url}/article/details/14"})
    routes[path_of(13)] = Answer(status=301, headers={"Location": "/u2/article/details/13"})
    routes[path_of(12)] = Answer(status=302, headers={"Location": "https://passport.csdn.net/login"})
    routes[path_of(11)] = [Answer(status=429, headers={"Retry-After": "1"}, body=b"slow"), Answer(body=page(11))]
    routes[path_of(10)] = Answer(body=PACKED["gzip"][:-20], headers={"Content-Encoding": "gzip"})
    routes[path_of(9)] = Answer(body=page(9), length=len(page(9)) + 100)
    routes[path_of(8)] = Answer(body=PACKED["br"], headers={"Content-Encoding": "br"})
    routes[path_of(7)] = [
        Answer(body=PACKED["zstd"][:-9], headers={"Content-Encoding": "zstd"}),
        Answer(body=PACKED["zstd"], headers={"Content-Encoding": "zstd", "Set-Cookie": "session=1"}),
    ]
    routes[path_of(6)] = Answer(status=521, body=CHALLENGE)
    routes[path_of(4)] = Answer(body=CHALLENGE)
    routes[path_of(3)] = Answer(status=302, headers={"Location": "/"})
    routes["/"] = Answer(body=b"<html>home</html>")
    routes[path_of(2)] = Answer(body=gzip.compress(bytes(20_000_000)), headers={"Content-Encoding": "gzip"})
    routes[path_of(1)] = Answer(status=500, body=b"sorry")


def _pinned(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.items = [item(2, top=True), item(9), item(8), item(7), item(6), item(5), item(4), item(3), item(2), item(1)]


def _slow(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    """So slow that each answer is committed before the next one comes, and of some size."""
    server.items = [item(number) for number in range(9, 0, -1)]
    server.wait = 0.25
    for number in range(1, 10):
        server.routes[path_of(number)] = Answer(body=page(number, random.Random(number).randbytes(8000).hex()))


def _challenged(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.items = [item(number) for number in range(12, 0, -1)]
    for number in range(1, 11):
        server.routes[path_of(number)] = Answer(status=521, body=CHALLENGE)


def _forbidding(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.items = [item(2), item(1)]
    rules = f"User-agent: *\nDisallow: /\n\nUser-agent: paperdigest\nAllow: /community/\nDisallow: {path_of(2)}\n"
    server.robots = Answer(body=rules.encode())


def _null_list(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.items = [item(number) for number in range(6, 0, -1)]
    server.routes[LIST_PATH] = lambda: _without_total(server)


def _without_total(server: BlogServer) -> Answer:
    answer = json.loads(server._list({"page": [str(server.asked(LIST_PATH))]}).body)
    del answer["data"]["total"]
    return Answer(body=json.dumps(answer).encode())


def _html_list(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.items = [item(number) for number in range(6, 0, -1)]
    first = server._list({"page": ["1"]})
    server.routes[LIST_PATH] = [first, Answer(body=CHALLENGE)]


def _long_wait(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.routes[LIST_PATH] = Answer(status=503, headers={"Retry-After": "3600"})


def _robots_down(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.items = [item(1)]
    server.robots = Answer(status=503)


def _circle(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    server.items = [item(3), item(2), item(1)]
    answer = json.loads(server._list({"page": ["1"]}).body)
    answer["data"]["total"] = 99
    server.routes[LIST_PATH] = Answer(body=json.dumps(answer).encode())


_LIVE = """
import socket
from twisted.internet import tcp
arguments["site_url"] = None
socket.gethostbyname = lambda name: "127.0.0.1"
connected = []
real = socket.socket.connect_ex
class Watched(socket.socket):
    def connect_ex(self, address):
        connected.append(address)
        return real(self, address)
tcp.socket.socket = Watched
import atexit
atexit.register(lambda: print("connected", connected, file=sys.stderr))
"""


def _nothing(server: BlogServer, extra: dict[str, Any], stack: ExitStack) -> None:
    pass


SCENES: dict[str, tuple[Callable[[BlogServer, dict[str, Any], ExitStack], None], dict[str, Any]]] = {
    "name that leads home": (_nothing, {"prelude": _LIVE, "delay": 1, "contact": "me@example.org"}),
    "bad manners": (_bad_manners, {"contact": "me@example.org"}),
    "pinned": (_pinned, {"limit": 3}),
    "challenged": (_challenged, {}),
    "forbidding": (_forbidding, {}),
    "null list": (_null_list, {}),
    "html list": (_html_list, {}),
    "long wait": (_long_wait, {}),
    "robots down": (_robots_down, {}),
    "circle": (_circle, {}),
    "own error": (_pinned, {"prelude": "arguments['arguments']['known'] = lambda keys: 1 / 0"}),
    "disk full": (
        _slow,
        {"prelude": "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (110_000, 110_000))"},
    ),
}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    """All crawls, started side by side: each spends most of its second starting Python."""
    folder = tmp_path_factory.mktemp("scenes")
    with ExitStack() as stack:
        found: dict[str, Scene] = {}
        for name, (prepare, arguments) in SCENES.items():
            server = stack.enter_context(BlogServer())
            extra: dict[str, Any] = {}
            prepare(server, extra, stack)
            store = folder / f"{name}.captures.db"
            process = start_crawl(store, site_url=server.url, **arguments)
            stack.callback(process.kill)
            found[name] = Scene(server=server, store_path=store, process=process, extra=extra)
        yield found


@pytest.fixture
def bad(scenes: dict[str, Scene]) -> Scene:
    return scenes["bad manners"]


def test_counts_of_a_crawl(bad: Scene) -> None:
    counts = {
        name: bad.report[name] for name in ("found", "skipped", "fetched", "blocked", "gone", "damaged", "failed")
    }
    assert counts == {"found": 18, "skipped": 0, "fetched": 8, "blocked": 2, "gone": 1, "damaged": 2, "failed": 3}
    assert bad.report["refused"] == 2
    # two posts of the list lead off the site, and one item is none at all
    assert bad.report["codes"].count("list_item") == 3
    assert (bad.report["finish_reason"], bad.report["list_complete"]) == ("finished", True)
    # nine pages of the list, and each post but those not asked for (17, 16) and the bomb (2)
    assert (bad.report["stored_new"], bad.report["new"], bad.report["unchanged"]) == (9 + 17, 8, 0)
    assert len(bad.captures()) == 9 + 17


def test_nobody_else_was_asked(bad: Scene) -> None:
    assert bad.report["finish_reason"] == "finished"
    assert bad.extra["elsewhere"].requests == []


def test_posts_are_fetched_newest_first_and_once(bad: Scene) -> None:
    assert bad.report["found"] == 18
    asked = [int(request.rpartition("/")[2]) for request in bad.server.posts_asked()]
    firsts = list(dict.fromkeys(asked))
    assert firsts == [20, 19, 18, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    again = {number: times for number, times in Counter(asked).items() if times > 1}
    # 13 was redirected, 11 was told to wait, 10 and 9 came broken three times, 7 once, 1 is an error that may pass
    assert again == {13: 2, 11: 2, 10: 3, 9: 3, 7: 2, 1: 3}


def test_request_to_stand_in_keeps_path_and_query(bad: Scene) -> None:
    assert bad.report["found"] == 18
    pages = [request for request in bad.server.requests if request.startswith(LIST_PATH)]
    query = "size=100&businessType=blog&orderby=&noMore=false&year=&month=&username="
    assert pages == [f"{LIST_PATH}?page={number}&{query}{USER}" for number in range(1, 10)]
    assert bad.server.agents == {"paperdigest/0.1.0 (+me@example.org)"}


def test_capture_has_the_address_of_the_real_site(bad: Scene) -> None:
    assert bad.capture(20).address == f"https://blog.csdn.net/{USER}/article/details/20"
    assert bad.capture(18).address == "https://reader.blog.csdn.net/article/details/18"
    assert {capture.origin for capture in bad.captures()} == {f"csdn via {bad.server.url}"}
    lists = [capture for capture in bad.captures() if LIST_PATH in (capture.address or "")]
    assert len(lists) == 9
    assert all((capture.address or "").startswith("https://blog.csdn.net/") for capture in lists)


def test_capture_has_time_status_and_headers(bad: Scene) -> None:
    capture = bad.capture(20)
    assert capture.status == 200
    assert capture.headers is not None
    assert capture.headers["content-type"] == "text/html; charset=utf-8"
    assert capture.fetched_at is not None
    assert abs((datetime.now(UTC) - datetime.fromisoformat(capture.fetched_at)).total_seconds()) < 60
    assert bad.body(20) == page(20)


def test_error_pages_are_kept(bad: Scene) -> None:
    assert (bad.capture(15).status, bad.body(15)) == (404, b"gone")
    assert (bad.capture(1).status, bad.body(1)) == (500, b"sorry")
    assert (bad.capture(6).status, bad.body(6)) == (521, CHALLENGE)
    assert bad.problem("/1 ", "status 500")


def test_challenge_is_flagged_whatever_its_status(bad: Scene) -> None:
    assert bad.capture(6).blocked == "status 521, challenge"
    assert bad.capture(4).blocked == "status 200, page of a security check"
    assert not bad.capture(4).is_whole_answer
    assert bad.problem("/4 ", "security check")


def test_redirect_within_the_site_is_followed(bad: Scene) -> None:
    capture = bad.capture(13)
    assert capture.address == "https://blog.csdn.net/u2/article/details/13"
    assert capture.headers is not None
    assert capture.headers["x-paperdigest-redirected-from"] == f"https://blog.csdn.net{path_of(13)}"


def test_redirect_off_the_list_is_kept_but_not_followed(bad: Scene) -> None:
    for number, host in ((14, bad.extra["elsewhere"].url), (12, "https://passport.csdn.net")):
        capture = bad.capture(number)
        assert capture.status == 302
        assert capture.headers is not None
        assert host in capture.headers["x-paperdigest-refused"]
        assert bad.problem(f"/{number} ", host)


def test_redirect_to_another_page_is_a_problem(bad: Scene) -> None:
    assert bad.problem(path_of(3), "another page")


def test_listed_address_off_the_site_is_a_problem(bad: Scene) -> None:
    assert bad.problem("evil.example")
    assert bad.problem("http://127.0.0.1", "/article/details/16", "not on CSDN")
    assert bad.problem("articleId None")


def test_wait_is_as_long_as_asked(bad: Scene) -> None:
    assert bad.body(11) == page(11)
    first, second = [
        at for request, at in zip(bad.server.requests, bad.server.times, strict=True) if request == path_of(11)
    ]
    assert 0.95 < second - first < 3


def test_half_a_page_is_kept_and_flagged(bad: Scene) -> None:
    assert bad.capture(10).damaged == "gzip: ends before its end mark"
    assert BIG.startswith(bad.body(10))
    assert len(bad.body(10)) > 0.5 * len(BIG)
    assert bad.capture(9).damaged == "the connection broke off before the announced end"
    assert bad.body(9) == page(9)
    assert bad.problem("/10 ", "damaged")


def test_page_that_broke_off_once_is_fetched_again(bad: Scene) -> None:
    capture = bad.capture(7)
    assert capture.damaged is None
    assert bad.body(7) == BIG
    assert capture.headers is not None
    assert "set-cookie" not in capture.headers


def test_compressed_page_is_stored_unpacked(bad: Scene) -> None:
    assert bad.body(8) == BIG


def test_bomb_is_refused(bad: Scene) -> None:
    assert bad.problem("/2 ", "TooLarge")
    assert not any((capture.address or "").endswith("/details/2") for capture in bad.captures())


def test_newest_are_chosen_by_date_not_by_place(scenes: dict[str, Scene]) -> None:
    scene = scenes["pinned"]
    assert (scene.report["found"], scene.report["fetched"]) == (6, 3)
    assert scene.server.posts_asked() == [path_of(9), path_of(8), path_of(7)]
    assert scene.report["problems"] == []


def test_crawl_ends_after_three_refusals_in_a_row(scenes: dict[str, Scene]) -> None:
    scene = scenes["challenged"]
    assert scene.report["finish_reason"] == "blocked"
    assert (scene.report["fetched"], scene.report["blocked"], scene.report["failed"]) == (2, 3, 0)
    assert len(scene.server.posts_asked()) == 5
    assert len(scene.captures()) == 4 + 5


def test_robots_txt_is_obeyed(scenes: dict[str, Scene]) -> None:
    scene = scenes["forbidding"]
    assert (scene.report["fetched"], scene.report["refused"]) == (1, 1)
    assert scene.server.posts_asked() == [path_of(1)]
    assert scene.problem(path_of(2), "robots.txt")


def test_without_robots_txt_nothing_is_asked(scenes: dict[str, Scene]) -> None:
    scene = scenes["robots down"]
    assert set(scene.server.requests) == {"/robots.txt"}
    assert (scene.report["finish_reason"], scene.report["list_complete"]) == ("list_failed", False)
    assert scene.problem("robots.txt", "status 503")
    assert {scene.report["ways"][way] for way in ("list_api", "list_page")} == {"forbidden by robots.txt"}


def test_list_ends_with_null(scenes: dict[str, Scene]) -> None:
    scene = scenes["null list"]
    assert (scene.report["found"], scene.report["fetched"], scene.report["list_complete"]) == (6, 6, True)
    assert scene.server.asked(LIST_PATH) == 3


def test_html_in_place_of_the_list_is_a_refusal(scenes: dict[str, Scene]) -> None:
    scene = scenes["html list"]
    assert (scene.report["fetched"], scene.report["blocked"], scene.report["list_complete"]) == (3, 1, False)
    assert scene.problem("not read to its end")
    assert scene.report["ways"]["list_api"] == "blocked: status 200, page of a security check"
    assert scene.report["ways"]["list_page"] == "failed: status 404"
    assert sum(capture.blocked is not None for capture in scene.captures()) == 1


def test_wait_of_an_hour_is_a_refusal(scenes: dict[str, Scene]) -> None:
    scene = scenes["long wait"]
    assert (scene.report["finish_reason"], scene.report["blocked"]) == ("blocked", 1)
    assert scene.server.asked(LIST_PATH) == 1
    assert scene.problem("asks to wait 3600 s")


def test_list_that_runs_in_a_circle_ends(scenes: dict[str, Scene]) -> None:
    scene = scenes["circle"]
    assert (scene.report["found"], scene.report["fetched"], scene.report["list_complete"]) == (3, 3, False)
    assert scene.problem("circle")


def test_error_of_our_own_is_reported(scenes: dict[str, Scene]) -> None:
    scene = scenes["own error"]
    assert scene.report["failed"] == 1
    assert scene.problem("ZeroDivisionError")
    assert "Traceback" in scene.report["stderr"]


def test_no_crawl_but_that_says_anything_on_stderr(scenes: dict[str, Scene]) -> None:
    for name in scenes.keys() - {"own error", "disk full", "name that leads home"}:
        assert scenes[name].report["stderr"] == ""


def test_crawl_ends_when_the_disk_is_full(scenes: dict[str, Scene]) -> None:
    scene = scenes["disk full"]
    _, err = scene.process.communicate(timeout=60)
    assert scene.process.returncode == 1
    assert "sqlite3.OperationalError" in err
    assert 0 < len(scene.server.posts_asked()) < 9
    with CaptureStore.open(scene.store_path, readonly=True) as store:
        assert list(store.iter_damage()) == []
        stored = sum(path_of(0)[:-1] in (capture.address or "") for capture in store.observations())
    assert 0 < stored < len(scene.server.posts_asked())


def test_name_that_leads_home_is_not_connected_to(scenes: dict[str, Scene]) -> None:
    report = scenes["name that leads home"].report
    assert (report["finish_reason"], report["fetched"]) == ("list_failed", 0)
    assert any("CannotResolveHostError" in text for text in report["problems"])
    assert report["stderr"] == "connected []\n"


# --- what is refused before a request is made ------------------------------------------------------------------------


def test_live_crawl_needs_a_contact() -> None:
    with pytest.raises(ValueError, match="contact"):
        run_settings(contact=None, site=None, delay=None)


@pytest.mark.parametrize(
    "contact", ["", "me", "me@", "a b@example.org", "me@example.org)\r\nX: y", "http://x", "(a@b.c)"]
)
def test_contact_must_be_one(contact: str) -> None:
    with pytest.raises(ValueError, match="contact"):
        user_agent(contact)


def test_user_agent_names_program_version_and_contact() -> None:
    assert re.fullmatch(r"paperdigest/[0-9.]+ \(\+me@example\.org\)", user_agent("me@example.org"))


@pytest.mark.parametrize(
    ("site", "delay", "is_fine"),
    [
        (None, None, True),
        (None, 1.0, True),
        (None, 0.99, False),
        ("http://127.0.0.1:1", 0.0, True),
        ("http://[::1]:1", 0.0, True),
        ("http://192.168.0.2", 0.5, False),
        ("http://mirror.example", 0.5, False),
        (None, -1.0, False),
        ("http://127.0.0.1:1", -1.0, False),
        (None, float("nan"), False),
        (None, float("inf"), False),
    ],
)
def test_delay(site: str | None, delay: float | None, is_fine: bool) -> None:
    endpoint = None if site is None else parse_site_url(site)
    if is_fine:
        made = run_settings(contact="me@example.org", site=endpoint, delay=delay)
        assert made["DOWNLOAD_DELAY"] == (2.0 if delay is None else delay)
    else:
        with pytest.raises(ValueError, match="delay"):
            run_settings(contact="me@example.org", site=endpoint, delay=delay)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("csdn", {"contact": None}, "contact"),
        ("csdn", {"contact": "me@example.org", "delay": 0.1}, "delay"),
        ("csdn", {"contact": None, "site_url": "http://127.0.0.1:1/x"}, "path"),
        ("nosuch", {"contact": "me@example.org"}, "nosuch"),
    ],
)
def test_crawl_refuses(tmp_path: Path, name: str, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        crawl(name, store_path=tmp_path / "x.captures.db", arguments={"user": USER}, **arguments)


@pytest.mark.parametrize("arguments", [{"user": "a/b"}, {"user": ""}, {"limit": 0}, {"limit": "many"}])
def test_spider_refuses(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"user|limit|invalid literal"):
        CsdnSpider(**{"user": USER, **arguments})


def test_settings_are_safe() -> None:
    chosen = {
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": 1,
        "DOWNLOAD_DELAY": 2.0,
        "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "REFERER_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
    }
    assert {name: getattr(settings, name) for name in chosen} == chosen
    assert not {403, 404, 521} & set(settings.RETRY_HTTP_CODES)


def test_scrapy_finds_the_spiders() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert "csdn" in found.stdout.split()


# --- pure parts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("Wed, 21 Oct 2026 07:28:30 -0000", 30),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("99999999999", 99999999999),
        ("9" * 400, float("inf")),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, now=datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == seconds


@given(st.text())
def test_retry_after_takes_any_text(value: str) -> None:
    wait = parse_retry_after(value, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert wait is None or wait >= 0


@pytest.mark.parametrize("encoding", PACKED)
def test_whole_body_is_unpacked(encoding: str) -> None:
    assert unpack(PACKED[encoding], [encoding], max_size=10**6) == (BIG, None)


@pytest.mark.parametrize("encoding", PACKED)
def test_every_cut_is_noticed(encoding: str) -> None:
    packed = PACKED[encoding]
    for end in range(1, len(packed)):
        body, damage = unpack(packed[:end], [encoding], max_size=10**6)
        assert damage is not None
        assert damage.startswith(encoding)
        assert BIG.startswith(body)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_changed_bytes_are_noticed(encoding: str) -> None:
    packed = PACKED[encoding]
    for place in range(20, len(packed)):
        body, damage = unpack(
            packed[:place] + bytes([packed[place] ^ 0x55]) + packed[place + 1 :], [encoding], max_size=10**6
        )
        assert damage is not None or body == BIG


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(30_000_000))),
        ("deflate", zlib.compress(bytes(30_000_000))),
        ("br", brotli.compress(bytes(30_000_000))),
        ("zstd", zstandard.ZstdCompressor().compress(bytes(30_000_000))),
        ("gzip", gzip.compress(b"") * 100 + gzip.compress(bytes(9_000_000))),
    ],
)
def test_bombs(encoding: str, bomb: bytes) -> None:
    with pytest.raises(TooLarge):
        unpack(bomb, [encoding], max_size=8 * 1024 * 1024)


def test_forms_of_compression() -> None:
    raw = zlib.compressobj(wbits=-15)
    assert unpack(raw.compress(BIG) + raw.flush(), ["deflate"], max_size=10**6) == (BIG, None)
    half = len(BIG) // 2
    members = gzip.compress(BIG[:half]) + gzip.compress(BIG[half:]) + bytes(700)
    assert unpack(members, ["x-gzip"], max_size=10**6) == (BIG, None)
    frames = zstandard.compress(BIG[:half]) + zstandard.compress(BIG[half:])
    assert unpack(frames, ["zstd"], max_size=10**6) == (BIG, None)
    assert unpack(gzip.compress(PACKED["br"]), ["br", "gzip"], max_size=10**6) == (BIG, None)
    assert unpack(BIG, ["identity", ""], max_size=1) == (BIG, None)
    assert unpack(b"", ["gzip"], max_size=1) == (b"", None)
    assert unpack(BIG, ["compress"], max_size=10**6) == (BIG, "unknown content encoding 'compress'")


@given(st.binary(max_size=300), st.sampled_from(sorted(PACKED)))
def test_any_bytes_are_unpacked_or_flagged(body: bytes, encoding: str) -> None:
    unpack(body, [encoding], max_size=10**7)


@pytest.mark.parametrize(
    ("status", "body", "is_blocked"),
    [
        (521, b"", True),
        (403, b"", True),
        (429, b"", True),
        (404, b"", False),
        (500, b"", False),
        (200, CHALLENGE, True),
        (200, "<p>当前访问人数过多，请完成安全认证后继续访问</p>".encode(), True),
        (200, page(1), False),
        (200, page(1, "请完成安全认证后继续访问"), False),
        (200, b"<title>" + "安全验证".encode() + b"</title><div id='article_content'>", False),
    ],
)
def test_refusals(status: int, body: bytes, is_blocked: bool) -> None:
    assert (blocked_reason(status, body) is not None) is is_blocked

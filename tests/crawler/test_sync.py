"""Finding posts in every way, looking again, and the command ``sync``: real crawls of servers on loopback."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.captures import Capture, CaptureStore
from crawler.commands.crawl import news_line, status_of
from crawler.commands.sync import FULL_LIST_EVERY, _arguments
from crawler.exits import Exit
from crawler.run import CrawlReport
from crawler.runs import Runs
from crawler.sample import SampleBlog
from crawler.spiders.base import LAYOUT_HEADER
from normalize.archive import Summary
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

SAMPLE = ROOT / "data" / "sample" / "csdn"
FEED = f"/{USER}/rss/list"
OTHER_FEED = f"/{USER}/rss/map"
REFUSED = Answer(status=521, body=CHALLENGE)
MISSING = Answer(status=404, body=b"nothing here")


def digest(number: int, text: str = "") -> bytes:
    """An article with seven papers; ``text`` stands behind the article box."""
    whole = (SAMPLE / "2020-11_blogv2.html").read_text("utf-8")
    own = re.sub(r"c9Yv2cf9I06K2A9E/article/details/[0-9]+", f"{USER}/article/details/{number}", whole, flags=re.I)
    return own.replace("</body>", f"{text}</body>").encode()


def feed(*numbers: int) -> Answer:
    items = "".join(f"<item><link>https://blog.csdn.net{path_of(number)}</link></item>" for number in numbers)
    return Answer(body=f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode())


def html_list(server: BlogServer, *numbers: int, size: int = 2, address: str = "article/list/{}") -> None:
    """Pages of an HTML list, and an empty one behind them."""
    for start in range(0, len(numbers) + size, size):
        boxes = "".join(
            f'<div class="article-item-box"><h4><a href="https://blog.csdn.net{path_of(number)}">T</a></h4></div>'
            for number in numbers[start : start + size]
        )
        text = f'<!DOCTYPE html><html><body><div class="article-list">{boxes}</div></body></html>'
        server.routes[f"/{USER}/{address.format(start // size + 1)}"] = Answer(body=text.encode())


# --- ways of finding posts -------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Scene:
    """A server and a crawl of it, which ends when its report is asked for."""

    server: BlogServer
    path: Path
    process: subprocess.Popen[str]
    _report: dict[str, Any] | None = None

    @property
    def report(self) -> dict[str, Any]:
        if self._report is None:
            self._report = end_crawl(self.process)
            assert self._report["stderr"] == ""
        return self._report

    @property
    def ways(self) -> dict[str, str]:
        ways: dict[str, str] = self.report["ways"]
        return {way: word for way, word in ways.items() if word != "not asked"}

    def asked(self) -> list[int]:
        assert self.report
        return [int(request.rpartition("/")[2]) for request in self.server.posts_asked()]

    def problems(self, code: str) -> list[str]:
        pairs = zip(self.report["codes"], self.report["problems"], strict=True)
        return [text for found, text in pairs if found == code]


def _all_served(server: BlogServer) -> None:
    server.items = [item(5, top=True), *(item(number) for number in range(9, 4, -1))]
    server.routes[FEED] = feed(9, 8, 3)


def _only_html(server: BlogServer) -> None:
    server.routes[FEED] = REFUSED
    server.routes[LIST_PATH] = Answer(body=CHALLENGE)
    html_list(server, 9, 8, 7)


def _other_feed(server: BlogServer) -> None:
    server.items = [item(9)]
    server.routes[OTHER_FEED] = feed(9)


def _forbidden(server: BlogServer) -> None:
    server.robots = Answer(body=b"User-agent: *\nDisallow: /community/\nDisallow: /*/rss/\n")
    html_list(server, 9, 8)


def _categories(server: BlogServer) -> None:
    """The lists are no more; the post that the feed names links to a category, and that to another one."""
    server.routes[FEED] = feed(9)
    server.routes[LIST_PATH] = Answer(status=500, body=b"sorry")
    links = '<a href="/{0}/category_1.html">A</a><a href="https://blog.csdn.net/other/category_3.html">no</a>'
    server.routes[path_of(9)] = Answer(body=page(9, links.format(USER)))
    for name, numbers in {"category_1": (9, 8), "category_1_2": (7,), "category_1_3": (), "category_2": (6,)}.items():
        items = "".join(f'<li><a href="https://blog.csdn.net{path_of(number)}">T</a></li>' for number in numbers)
        link = f'<a href="/{USER}/category_2.html">B</a>'
        text = f'<html><body>{link}<ul class="column_article_list">{items}</ul></body></html>'
        server.routes[f"/{USER}/{name}.html"] = Answer(body=text.encode())
    server.routes[f"/{USER}/category_2_2.html"] = MISSING


def _past_posts(server: BlogServer) -> None:
    server.items = [item(9), item(8)]
    whole = digest(9).decode()
    past = re.search(
        r"https?://(?:blog\.csdn\.net|mp\.weixin\.qq\.com)/[^\"'<\s]+(?=[^<]*</a>)", whole[whole.index("往期") :]
    )
    assert past is not None
    server.routes[path_of(9)] = Answer(body=whole.replace(past[0], f"https://blog.csdn.net{path_of(3)}").encode())
    # in the list beside the text, of the same user: no past post
    server.routes[path_of(8)] = Answer(body=digest(8, f'<a href="https://blog.csdn.net{path_of(2)}">hot</a>'))


def _nothing_served(server: BlogServer) -> None:
    for path in (FEED, OTHER_FEED, LIST_PATH, f"/{USER}/article/list/1"):
        server.routes[path] = REFUSED


def _all_missing(server: BlogServer) -> None:
    server.routes[LIST_PATH] = MISSING


def _odd_pages(server: BlogServer) -> None:
    server.items = [item(number) for number in range(9, 0, -1)]
    routes = server.routes
    routes[path_of(9)] = Answer(body=digest(7))  # says that it is another post
    routes[path_of(8)] = Answer(body=digest(8)[:9000])
    routes[path_of(7)] = Answer(body=b"<!DOCTYPE html><html><body><p>csdnimg.cn/ new layout</p></body></html>")
    routes[path_of(6)] = Answer(body=b'{"code":200,"data":null}')
    login = '<html><body><div class="passport-login-container"></div><div id="article_content"></div></body></html>'
    routes[path_of(5)] = Answer(body=login.encode())
    routes[path_of(4)] = Answer(body=b"")
    routes[path_of(3)] = Answer(body=b'<html><body><div id="article_content"> &nbsp; </div></body></html>')


SCENES: dict[str, tuple[Callable[[BlogServer], None], dict[str, Any]]] = {
    "all served": (_all_served, {}),
    "only html": (_only_html, {}),
    "other feed": (_other_feed, {}),
    "forbidden": (_forbidden, {}),
    "categories": (_categories, {}),
    "past posts": (_past_posts, {"feed": False}),
    "nothing served": (_nothing_served, {}),
    "all missing": (_all_missing, {}),
    "odd pages": (_odd_pages, {"feed": False}),
    "limit": (_all_served, {"limit": 2}),
}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    """All crawls, started side by side: each spends most of its second starting Python."""
    folder = tmp_path_factory.mktemp("scenes")
    with ExitStack() as stack:
        found: dict[str, Scene] = {}
        for name, (prepare, arguments) in SCENES.items():
            server = stack.enter_context(BlogServer())
            prepare(server)
            path = folder / f"{name}.captures.db"
            process = start_crawl(path, site_url=server.url, **{"feed": True, "full": False, **arguments})
            stack.callback(process.kill)
            found[name] = Scene(server=server, path=path, process=process)
        yield found


def test_feed_and_list_are_merged_by_number(scenes: dict[str, Scene]) -> None:
    scene = scenes["all served"]
    assert scene.ways == {"feed": "served", "list_api": "served"}
    assert (scene.report["full_list"], scene.report["list_complete"]) == (True, True)
    assert (scene.report["found"], scene.report["fetched"], scene.report["problems"]) == (6, 6, [])
    assert scene.asked() == [9, 8, 7, 6, 5, 3]


def test_next_way_is_tried_where_one_is_refused(scenes: dict[str, Scene]) -> None:
    scene = scenes["only html"]
    assert scene.ways == {
        "feed": "blocked: status 521, challenge",
        "list_api": "blocked: status 200, page of a security check",
        "list_page": "served",
    }
    assert scene.asked() == [9, 8, 7]
    assert (scene.report["full_list"], scene.report["blocked"], scene.report["posts_blocked"]) == (True, 2, 0)
    assert scene.report["finish_reason"] == "finished"


def test_feed_has_two_places(scenes: dict[str, Scene]) -> None:
    scene = scenes["other feed"]
    assert scene.ways["feed"] == "served"
    assert [scene.server.asked(path) for path in (FEED, OTHER_FEED)] == [1, 1]


def test_what_robots_txt_forbids_is_not_asked(scenes: dict[str, Scene]) -> None:
    scene = scenes["forbidden"]
    assert scene.ways == {
        "feed": "forbidden by robots.txt",
        "list_api": "forbidden by robots.txt",
        "list_page": "served",
    }
    assert scene.asked() == [9, 8]
    assert [scene.server.asked(path) for path in (FEED, OTHER_FEED, LIST_PATH)] == [0, 0, 0]


def test_categories_are_the_last_way(scenes: dict[str, Scene]) -> None:
    scene = scenes["categories"]
    assert scene.ways["list_api"] == "failed: status 500"
    assert scene.ways["list_page"] == "failed: status 404"
    assert sorted(scene.asked()) == [6, 7, 8, 9]
    assert scene.server.asked("/other/category_3.html") == 0
    assert scene.report["full_list"] is False


def test_past_posts_of_the_blog_are_followed(scenes: dict[str, Scene]) -> None:
    scene = scenes["past posts"]
    assert scene.asked() == [9, 8, 3]
    assert scene.ways == {"list_api": "served", "past_posts": "served"}


def test_where_no_way_serves_the_run_is_blocked(scenes: dict[str, Scene]) -> None:
    scene = scenes["nothing served"]
    assert {way: word.partition(":")[0] for way, word in scene.ways.items()} == dict.fromkeys(
        ("feed", "list_api", "list_page"), "blocked"
    )
    assert (scene.report["finish_reason"], scene.report["list_complete"]) == ("blocked", False)
    assert len(scene.server.requests) == 5  # robots.txt and one of each
    assert scene.report["requests"] == 5


def test_where_no_way_works_the_run_failed(scenes: dict[str, Scene]) -> None:
    scene = scenes["all missing"]
    assert set(scene.ways.values()) == {"failed: status 404"}
    assert (scene.report["finish_reason"], scene.report["list_complete"]) == ("list_failed", False)


def is_post(address: str | None) -> bool:
    return "/article/details/" in (address or "")


def test_pages_that_are_no_post(scenes: dict[str, Scene]) -> None:
    scene = scenes["odd pages"]
    counts = {name: scene.report[name] for name in ("layout_changed", "damaged", "blocked", "login", "fetched")}
    assert counts == {"layout_changed": 3, "damaged": 3, "blocked": 2, "login": 1, "fetched": 4}
    assert [text.split()[0].rpartition("/")[2] for text in scene.problems("layout_changed")] == ["9", "7", "3"]
    assert "says that it is post 7" in scene.problems("layout_changed")[0]
    [json_shell] = scene.problems("blocked")
    assert "JSON where a page was expected" in json_shell
    assert len(scene.problems("login")) == 1
    with CaptureStore.open(scene.path, readonly=True) as store:
        answers = {capture.address: capture.answer for capture in store.observations()}
    seen = {int((address or "").rpartition("/")[2]): answer for address, answer in answers.items() if is_post(address)}
    assert {number for number, answer in seen.items() if answer == "whole"} == {2, 1}
    assert {number for number, answer in seen.items() if answer == "strange"} == {7, 3}


def test_limit_is_on_what_is_fetched(scenes: dict[str, Scene]) -> None:
    scene = scenes["limit"]
    assert scene.asked() == [9, 8]
    assert scene.report["full_list"] is False


# --- looking again ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def visits(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[list[dict[str, Any]], list[Capture], BlogServer]]:
    """Three visits of nine posts: first as they are, then with what happens to pages, then as they were."""
    path = tmp_path_factory.mktemp("visits") / "a.captures.db"
    with BlogServer(items=[item(number) for number in range(9, 0, -1)], page_size=20) as server:

        def serve(pages: dict[int, Answer]) -> dict[str, Any]:
            server.routes.update({path_of(number): answer for number, answer in pages.items()})
            report = end_crawl(start_crawl(path, site_url=server.url, refetch=True))
            time.sleep(1)  # looks within one second are one
            return report

        def tagged(number: int, body: bytes) -> Answer:
            return Answer(body=body, headers={"ETag": f'"{number}"'})

        originals = {number: Answer(body=digest(number)) for number in range(1, 9)}
        originals[1] = tagged(1, digest(1))
        originals[8] = tagged(8, digest(8))
        originals[9] = Answer(body=page(9))
        head, box, body = digest(4).decode().partition('id="content_views"')
        changes = {
            3: Answer(body=digest(3, "<div>another advert</div>").replace(b"read-count", b"read-count ")),
            4: Answer(body=(head + box + body.replace("的", "地", 3)).encode()),
            5: Answer(body=re.sub(r"@[^<\s]+", "somebody", digest(5).decode()).encode()),
            6: MISSING,
            7: Answer(body=digest(7)[:9000]),
            8: Answer(body=re.sub(r"@[^<\s]+", "somebody", digest(8).decode()).encode(), headers={"ETag": '"8b"'}),
        }
        reports = [serve(originals), serve(changes), serve({5: originals[5], 6: originals[6], 7: originals[7]})]
        with CaptureStore.open(path, readonly=True) as store:
            assert list(store.iter_damage()) == []
            yield reports, list(store.observations()), server


def looks(captures: list[Capture], number: int) -> list[Capture]:
    """Looks at a post, the oldest first."""
    found = [capture for capture in captures if (capture.address or "").endswith(f"/details/{number}")]
    return sorted(found, key=lambda capture: capture.fetched_at or "")


def test_what_a_second_visit_shows(visits: tuple[list[dict[str, Any]], list[Capture], BlogServer]) -> None:
    (first, second, third), captures, _ = visits
    assert (first["new"], first["fetched"]) == (9, 9)
    names = ("new", "fetched", "unchanged", "changed", "layout_changed", "gone", "damaged")
    assert [second[name] for name in names] == [0, 7, 4, 1, 2, 1, 1]
    assert second["changed_keys"] == ["csdn-4"]
    assert [third[name] for name in names] == [0, 9, 8, 0, 1, 0, 0]
    # the list is stored once, since it never differed
    assert sum("get-business-list" in (capture.address or "") for capture in captures) == 1


def test_not_modified_is_a_look_without_bytes(visits: tuple[list[dict[str, Any]], list[Capture], BlogServer]) -> None:
    _, captures, server = visits
    first, second, third = looks(captures, 1)
    assert [look.status for look in (first, second, third)] == [200, 304, 304]
    assert {look.body_sha256 for look in (first, second, third)} == {first.sha256}
    assert [look.answer for look in (first, second, third)] == ["whole"] * 3
    # the third visit still knows what to ask with
    assert server.conditions[path_of(1)] == '"1"'


def test_equal_bytes_and_equal_records_keep_one_body(
    visits: tuple[list[dict[str, Any]], list[Capture], BlogServer],
) -> None:
    _, captures, _ = visits
    assert len({look.sha256 for look in looks(captures, 2)}) == 1
    first, second, _ = looks(captures, 3)
    assert second.sha256 != first.sha256
    assert second.body_sha256 == first.sha256
    assert second.reads is not None


def test_an_edited_post_is_kept_as_a_new_version(
    visits: tuple[list[dict[str, Any]], list[Capture], BlogServer],
) -> None:
    _, captures, _ = visits
    first, second, third = looks(captures, 4)
    assert second.body_sha256 == second.sha256 != first.sha256
    assert third.sha256 == second.sha256


def test_a_page_of_a_new_layout_is_kept_and_flagged(
    visits: tuple[list[dict[str, Any]], list[Capture], BlogServer],
) -> None:
    _, captures, server = visits
    first, second, third = looks(captures, 5)
    assert second.headers is not None
    assert "no recommenders" in second.headers[LAYOUT_HEADER] or "papers" in second.headers[LAYOUT_HEADER]
    assert second.body_sha256 == second.sha256
    # back in the old layout, it is what it was
    assert third.sha256 == first.sha256
    # what could not be read is nothing to compare with, nor to ask the server about
    assert [look.status for look in looks(captures, 8)] == [200, 200, 200]
    assert [look.answer for look in looks(captures, 8)] == ["whole", "strange", "strange"]
    assert server.conditions[path_of(8)] == '"8"'


# --- what it means ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "status"),
    [
        ({}, Exit.OK),
        ({"finish_reason": "shutdown", "posts_blocked": 1, "layout_changed": 1}, Exit.INTERRUPTED),
        ({"finish_reason": "blocked", "layout_changed": 1}, Exit.BLOCKED),
        ({"posts_blocked": 1, "layout_changed": 1, "posts_missed": 1}, Exit.BLOCKED),
        ({"blocked": 2, "ways": {"feed": "blocked: status 521", "list_api": "served"}}, Exit.OK),
        ({"list_complete": False, "ways": {"feed": "forbidden by robots.txt", "list_api": "failed: x"}}, Exit.BLOCKED),
        ({"list_complete": False, "ways": {"feed": "failed: x", "list_api": "failed: x"}}, Exit.FAILED),
        ({"layout_changed": 1, "posts_missed": 1}, Exit.LAYOUT_CHANGED),
        ({"posts_missed": 1}, Exit.FAILED),
        ({"finish_reason": "memusage_exceeded"}, Exit.FAILED),
    ],
)
def test_exit_status(report: dict[str, Any], status: Exit) -> None:
    assert status_of(CrawlReport(**{"finish_reason": "finished", "list_complete": True, **report})) == status


def test_last_line_says_what_changed() -> None:
    report = CrawlReport(
        unchanged=3,
        changed_keys=("csdn-1",),
        layout_changed=1,
        ways={"feed": "blocked: status 521", "list_api": "served", "category": "not asked"},
    )
    line = news_line(report, Summary(new_posts=2, new_papers=9, recommendations=14, changed_posts=5))
    assert line == (
        "2 new posts with 14 recommendations, 9 new papers; 1 post changed (see paperdigest history csdn-1); "
        "3 looked at again, unchanged; layout changed: 1 (what was read before stays); "
        "discovery: list_api; feed blocked: status 521"
    )


@pytest.mark.parametrize(
    ("age", "asked", "full"),
    [
        (None, False, True),
        (timedelta(days=1), False, False),
        (timedelta(days=1), True, True),
        (FULL_LIST_EVERY, False, True),
    ],
)
def test_when_the_whole_list_is_read(tmp_path: Path, age: timedelta | None, asked: bool, full: bool) -> None:
    with CaptureStore.open(tmp_path / "a.captures.db") as store:
        if age is not None:
            runs, moment = Runs(store), datetime.now(UTC) - age - timedelta(minutes=1)
            number = runs.begin("sync", source="csdn", asked={"user": USER}, now=moment)
            runs.end(number, Exit.OK, full_list=True, now=moment)
        arguments = _arguments(store, user=USER, source="csdn", limit=None, full=asked)
    assert arguments == {"user": USER, "limit": None, "feed": True, "full": full}


# --- the command -----------------------------------------------------------------------------------------------------


def run_row(captures: Path) -> dict[str, Any]:
    """The last row of the book of runs."""
    with sqlite3.connect(captures) as connection:
        connection.row_factory = sqlite3.Row
        return dict(connection.execute("SELECT * FROM runs ORDER BY run_id DESC LIMIT 1").fetchone())


def test_sync_of_the_sample(paperdigest, tmp_path):
    with SampleBlog() as blog:
        (tmp_path / "paperdigest.toml").write_text(f'user = "{blog.user}"\narchive = "a.db"\ndelay = 0\n')
        first = json.loads(paperdigest("sync", "--site-url", blog.url, "--json", status=4).stdout)
        assert (first["new_posts"], first["crawl"]["new"], first["crawl"]["gone"]) == (13, 14, 1)
        assert first["crawl"]["ways"]["feed"] == first["crawl"]["ways"]["list_api"] == "served"
        row = run_row(tmp_path / "a.captures.db")
        assert (row["command"], row["outcome"], row["full_list"], row["new"]) == ("sync", "blocked", 1, 14)
        assert (row["requests"], row["exit_status"], row["run_id"]) == (len(blog.requests), 4, first["run"])
        assert json.loads(row["archive"])["new_posts"] == 13
        asked = len(blog.requests)
        done = paperdigest("sync", "--site-url", blog.url, status=4)
        # robots.txt, the feed, and the post that was refused
        assert blog.requests[asked:][1:] == [f"/{blog.user}/rss/list", f"/{blog.user}/article/details/99000015"]
        assert "whether there is anything new is not known; discovery: feed" in done.stdout
        assert "security" in done.stderr or "challenge" in done.stderr
        assert run_row(tmp_path / "a.captures.db")["full_list"] == 0


def test_nothing_due_means_two_requests_and_no_writing_to_the_archive(paperdigest, tmp_path):
    with BlogServer(items=[item(2), item(1)]) as server:
        server.routes[FEED] = feed(2, 1)
        for number in (1, 2):
            server.routes[path_of(number)] = Answer(body=digest(number))
        options = ("sync", "--user", USER, "--site-url", server.url, "--delay", "0", "--archive", "a.db")
        paperdigest(*options)
        before = (tmp_path / "a.db").read_bytes()
        server.requests.clear()
        done = paperdigest(*options)
        assert server.requests == ["/robots.txt", FEED]
        assert (tmp_path / "a.db").read_bytes() == before
        assert done.stderr == ""
        server.requests.clear()
        paperdigest(*options, "--full")
        assert [request.partition("?")[0] for request in server.requests] == ["/robots.txt", FEED, LIST_PATH]


def test_layout_change_has_its_own_status_and_old_rows_stay(paperdigest, tmp_path):
    with BlogServer(items=[item(1)]) as server:
        server.routes[path_of(1)] = Answer(body=digest(1))
        options = ("crawl", "csdn", "--user", USER, "--site-url", server.url, "--delay", "0", "--archive", "a.db")
        paperdigest(*options)
        with sqlite3.connect(tmp_path / "a.db") as connection:
            before = connection.execute("SELECT title, summary FROM recommendations ORDER BY 1, 2").fetchall()
        server.routes[path_of(1)] = Answer(body=b"<!DOCTYPE html><html><body>csdnimg.cn/ all is new</body></html>")
        time.sleep(1)
        done = paperdigest(*options, "--refetch", status=5)
        assert "layout changed" in done.stderr
        with sqlite3.connect(tmp_path / "a.db") as connection:
            assert connection.execute("SELECT title, summary FROM recommendations ORDER BY 1, 2").fetchall() == before
        assert run_row(tmp_path / "a.captures.db")["outcome"] == "layout changed"


def test_empty_box_of_a_new_post_is_a_layout_change(paperdigest, tmp_path):
    with BlogServer(items=[item(2), item(1)]) as server:
        server.routes[path_of(2)] = Answer(body=b'<html><body><div id="article_content">  </div></body></html>')
        options = ("crawl", "csdn", "--user", USER, "--site-url", server.url, "--delay", "0", "--archive", "a.db")
        done = paperdigest(*options, "--json", status=5)
        assert json.loads(done.stdout)["crawl"]["layout_changed"] == 1
        assert "holds nothing" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--user", "a/b", "--contact", "me@example.org"), ("--user", "a")])
def test_sync_that_nobody_should_begin(paperdigest, arguments):
    paperdigest("sync", *arguments, status=2)


def test_second_sync_leaves_and_an_interrupted_one_goes_on(tmp_path, paperdigest):
    with BlogServer(items=[item(number) for number in range(6, 0, -1)], wait=0.3) as server:
        server.routes[FEED] = feed(6, 5)
        options = ["sync", "--user", USER, "--site-url", server.url, "--delay", "0", "--archive", "a.db"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        first = subprocess.Popen(
            [sys.executable, "-m", "crawler.cli", *options],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while len(server.posts_asked()) < 2:
            assert first.poll() is None
            time.sleep(0.02)
        assert "under way" in paperdigest(*options, status=9).stderr
        first.send_signal(signal.SIGTERM)
        _, err = first.communicate(timeout=30)
        assert (first.returncode, "Traceback" in err) == (130, False)
        asked = server.posts_asked()
        assert run_row(tmp_path / "a.captures.db")["outcome"] == "interrupted"
        server.wait = 0
        paperdigest(*options)
        assert sorted(server.posts_asked()) == sorted(path_of(number) for number in range(1, 7))
        assert len(asked) < 6

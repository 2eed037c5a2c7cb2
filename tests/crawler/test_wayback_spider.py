"""Crawls of a server on loopback that plays the Wayback Machine, each by the real command in its own process."""

import base64
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.captures import Capture, CaptureStore, NewCapture
from crawler.commands.wayback import digests_of_bodies, known_posts
from crawler.mementos import DIGEST_HEADER, index_address
from crawler.runs import Runs
from crawler.settings import DOWNLOAD_DELAY
from crawler.spiders.base import slot_pause, slot_settings
from crawler.spiders.wayback import WaybackSpider
from tests.crawler.standin import CHALLENGE, Answer, StandIn, csdn_page

ROOT = Path(__file__).parents[2]
USER = "Reader_1"
NAMES = ["timestamp", "original", "mimetype", "statuscode", "digest", "length"]
INDEX = urlsplit(index_address(USER))
FIRST_PAGE = f"{INDEX.path}?{INDEX.query}"
EXCLUDED = {"X-Archive-Wayback-Runtime-Error": "AdministrativeAccessControlException: Blocked Site Error"}
SAME = base64.b32encode(hashlib.sha1(csdn_page(9)).digest()).decode()
"""Digest of post 9 as the blog still shows it."""
ARCHIVED = {"Memento-Datetime": "Tue, 12 Feb 2019 06:03:32 GMT"}


def original(number: int) -> str:
    return f"http://blog.csdn.net:80/{USER}/article/details/{number}"


def row(number: int, timestamp: str, digest: str) -> list[str]:
    return [timestamp, original(number), "text/html", "200", (digest * 32)[:32], "31415"]


def index(*rows: list[str]) -> Answer:
    return Answer(
        body=json.dumps([NAMES, *rows] if rows else []).encode(), headers={"Content-Type": "application/json"}
    )


def page_after(resume_key: str) -> str:
    parts = urlsplit(index_address(USER, resume_key=resume_key))
    return f"{parts.path}?{parts.query}"


def memento(number: int, timestamp: str) -> str:
    """Path of a snapshot at the archive."""
    return f"/web/{timestamp}id_/{original(number)}"


def snapshot(number: int, **more: str) -> Answer:
    return Answer(body=csdn_page(number, **more), headers=ARCHIVED)


@dataclass(kw_only=True)
class Scene:
    """A server, a crawl of it, and what came of both."""

    server: StandIn
    archive: Path
    process: subprocess.Popen[str]
    _ended: tuple[int, str, str] | None = None

    def end(self) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        if self._ended is None:
            out, err = self.process.communicate(timeout=60)
            self._ended = self.process.returncode, out, err
        return self._ended

    def captures(self) -> list[Capture]:
        self.end()
        with CaptureStore.open(self.archive.with_suffix(".captures.db"), readonly=True) as store:
            return list(store.observations())

    def capture(self, path: str) -> Capture:
        [found] = [one for one in self.captures() if one.address == f"https://web.archive.org{path}"]
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        self.end()
        with closing(sqlite3.connect(self.archive)) as connection:
            return connection.execute(sql).fetchall()


def start(server: StandIn, archive: Path, *options: object) -> Scene:
    command = [sys.executable, "-m", "crawler.cli", "crawl", "wayback", "--user", USER, "--site-url", server.url]
    process = subprocess.Popen(
        [*command, "--archive", str(archive), "--delay", "0", *map(str, options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    return Scene(server=server, archive=archive, process=process)


def store_looks(archive: Path) -> None:
    """What a crawl of the blog itself left: post 2 gone, posts 3 and 9 whole, post 7 forgotten."""
    looks = [
        (2, 200, csdn_page(2), "2020-01-01"),
        (2, 404, b"gone", "2020-02-01"),
        (3, 200, csdn_page(3), "2020-01-01"),
        (9, 200, csdn_page(9), "2020-01-01"),
    ]
    with CaptureStore.open(archive.with_suffix(".captures.db")) as store:
        store.add(
            NewCapture(
                body=body,
                origin="csdn",
                address=f"https://blog.csdn.net/{USER}/article/details/{number}",
                fetched_at=f"{day}T00:00:00Z",
                status=status,
            )
            for number, status, body, day in looks
        )
        with store.transaction():
            store.connection.execute("INSERT INTO tombstones VALUES ('key', 'csdn-7', '2020-01-01T00:00:00Z')")


def _many(server: StandIn, archive: Path) -> None:
    """Two pages of the index; posts gone, held, never had, forgotten; snapshots with all that can be in them."""
    store_looks(archive)
    server.answers[FIRST_PAGE] = index(
        row(3, "20180303000000", "A"), row(2, "20180202000000", "B"), row(1, "20180101000000", "C"), [], ["next +/ one"]
    )
    server.answers[page_after("next +/ one")] = index(
        row(1, "20190101000000", "D"), row(4, "20180404000000", "E"), row(5, "20180505000000", "F"),
        row(6, "20180606000000", "G"), row(7, "20180707000000", "H"), row(1, "20200101000000", "C"),
        row(9, "20180909000000", SAME),
    )  # fmt: skip
    answers = server.answers
    answers[memento(3, "20180303000000")] = snapshot(3, summary="模型先前很大。")
    answers[memento(2, "20180202000000")] = snapshot(2)
    answers[memento(1, "20180101000000")] = snapshot(1)
    answers[memento(1, "20190101000000")] = Answer(body=CHALLENGE, headers=ARCHIVED)
    moved = {"Location": memento(4, "20180404000001")}
    answers[memento(4, "20180404000000")] = Answer(status=302, headers=moved)
    answers[memento(4, "20180404000001")] = snapshot(4)
    answers[memento(5, "20180505000000")] = Answer(body=csdn_page(5)[:-40], headers=ARCHIVED)
    # 6 stands in the index, but is not in the archive; of 9 the bytes are stored


def _throttled(server: StandIn, archive: Path) -> None:
    server.answers[FIRST_PAGE] = [
        Answer(status=429, body=b"slow down"),
        index(row(1, "20180101000000", "A"), [], ["x"]),
    ]
    server.answers[page_after("x")] = index(row(2, "20180202000000", "B"))
    for number, timestamp in ((1, "20180101000000"), (2, "20180202000000")):
        server.answers[memento(number, timestamp)] = snapshot(number)


def _excluded(server: StandIn, archive: Path) -> None:
    server.answers[FIRST_PAGE] = Answer(status=403, headers=EXCLUDED, body=b"Blocked Site Error")


def _excluded_posts(server: StandIn, archive: Path) -> None:
    server.answers[FIRST_PAGE] = index(
        *(row(number, f"2018010{number}000000", chr(64 + number)) for number in range(1, 7))
    )
    for number in range(1, 7):
        server.answers[memento(number, f"2018010{number}000000")] = Answer(status=403, headers=EXCLUDED)


def _silent(server: StandIn, archive: Path) -> None:
    numbers = range(10, 60)
    rows = [row(number, f"201801{number}000000", chr(64 + number // 10) + chr(65 + number % 10)) for number in numbers]
    server.answers[FIRST_PAGE] = index(*rows)
    for number in numbers:
        server.answers[memento(number, f"201801{number}000000")] = Answer(hangs_up=True)


def _circle(server: StandIn, archive: Path) -> None:
    server.answers[FIRST_PAGE] = index(row(1, "20180101000000", "A"), [], ["x"])
    server.answers[page_after("x")] = index(row(1, "20180101000000", "A"), [], ["x"])
    server.answers[memento(1, "20180101000000")] = snapshot(1)


def _error_page(server: StandIn, archive: Path) -> None:
    server.answers[FIRST_PAGE] = Answer(body=b"<html><body>Temporarily Offline</body></html>")


def _forbidden(server: StandIn, archive: Path) -> None:
    server.answers["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /cdx/\n")


def _only_lost(server: StandIn, archive: Path) -> None:
    store_looks(archive)
    server.answers[FIRST_PAGE] = index(
        *(row(number, f"2018010{number}000000", chr(64 + number)) for number in (1, 2, 3))
    )
    for number in (1, 2, 3):
        server.answers[memento(number, f"2018010{number}000000")] = snapshot(number)


SCENES: dict[str, tuple[Callable[[StandIn, Path], None], tuple[object, ...]]] = {
    "many": (_many, ()),
    "throttled": (_throttled, ("--delay", 0.06)),
    "excluded": (_excluded, ()),
    "excluded posts": (_excluded_posts, ()),
    "silent": (_silent, ()),
    "circle": (_circle, ()),
    "error page": (_error_page, ()),
    "forbidden": (_forbidden, ()),
    "only lost": (_only_lost, ("--only-lost", "--limit", 1)),
}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    """All crawls, started side by side: each spends most of its time starting Python."""
    folder = tmp_path_factory.mktemp("wayback")
    with ExitStack() as stack:
        found: dict[str, Scene] = {}
        for name, (prepare, options) in SCENES.items():
            server = stack.enter_context(StandIn())
            archive = folder / f"{name}.db"
            prepare(server, archive)
            found[name] = start(server, archive, *options)
            stack.callback(found[name].process.kill)
        yield found


# --- a whole crawl ---------------------------------------------------------------------------------------------------


def test_index_first_then_lost_posts_then_the_others(scenes: dict[str, Scene]) -> None:
    scene = scenes["many"]
    status, out, err = scene.end()
    assert status == 0, err + out
    assert scene.server.asked() == [
        FIRST_PAGE,
        page_after("next +/ one"),
        memento(2, "20180202000000"),
        memento(6, "20180606000000"),
        memento(5, "20180505000000"),
        memento(4, "20180404000000"),
        memento(4, "20180404000001"),
        memento(1, "20190101000000"),
        memento(3, "20180303000000"),
        memento(1, "20180101000000"),
    ]


def test_posts_are_in_the_archive_with_the_time_of_their_snapshots(scenes: dict[str, Scene]) -> None:
    scene = scenes["many"]
    posts = dict(scene.rows("SELECT post_id, capture_id FROM posts ORDER BY post_id"))
    assert list(posts) == ["csdn-1", "csdn-2", "csdn-3", "csdn-4", "csdn-9"]
    assert scene.rows("SELECT captured_at FROM captures WHERE address LIKE '%20180101000000id_/%'") == [
        ("2018-01-01T00:00:00Z",)
    ]
    # the snapshot is a copy at the post's own place, older than the live one, and stands behind it
    [place] = scene.rows("SELECT captures, first_seen_at, last_seen_at FROM post_copies WHERE post_id = 'csdn-3'")
    assert place == (2, "2018-03-03T00:00:00Z", "2020-01-01T00:00:00Z")
    assert scene.rows("SELECT summary FROM recommendations WHERE post_id = 'csdn-3' AND summary LIKE '%先前%'") == []
    assert dict(scene.rows("SELECT origin, distance FROM captures JOIN copy_facts USING (capture_id)")) == {
        "csdn": 0,
        f"wayback via {scene.server.url}": 1,
    }


def test_capture_names_the_snapshot_and_when_it_was_fetched(scenes: dict[str, Scene]) -> None:
    capture = scenes["many"].capture(memento(2, "20180202000000"))
    assert capture.status == 200
    assert capture.headers is not None
    assert capture.headers[DIGEST_HEADER] == "B" * 32
    assert capture.headers["memento-datetime"] == "Tue, 12 Feb 2019 06:03:32 GMT"
    assert capture.fetched_at is not None
    assert capture.fetched_at > "2020"
    moved = scenes["many"].capture(memento(4, "20180404000001"))
    assert moved.headers is not None
    assert moved.headers["x-paperdigest-redirected-from"].endswith(memento(4, "20180404000000"))


def test_snapshot_of_a_challenge_is_no_post_and_no_refusal(scenes: dict[str, Scene]) -> None:
    scene = scenes["many"]
    capture = scene.capture(memento(1, "20190101000000"))
    assert capture.blocked is not None
    assert capture.answer is None
    assert scene.rows("SELECT page_class FROM captures WHERE address LIKE '%20190101000000id_/%'") == [("blocked",)]
    assert "20190101000000id_" in scene.end()[2]
    assert scene.capture(memento(5, "20180505000000")).damaged is not None
    assert "20180606000000id_" in scene.end()[2]


def test_index_is_kept_as_a_list(scenes: dict[str, Scene]) -> None:
    assert scenes["throttled"].rows("SELECT count(*) FROM captures WHERE page_class = 'list'") == [(2,)]


def test_forgotten_post_is_neither_asked_for_nor_kept_in_a_list(scenes: dict[str, Scene]) -> None:
    scene = scenes["many"]
    assert not any("details/7" in request for request in scene.server.asked())
    assert scene.rows("SELECT count(*) FROM captures WHERE page_class = 'list'") == [(1,)]


def test_run_is_in_the_book(scenes: dict[str, Scene]) -> None:
    scene = scenes["many"]
    scene.end()
    with CaptureStore.open(scene.archive.with_suffix(".captures.db"), readonly=True) as store:
        [run] = Runs(store).latest()
        problems = Runs(store).problems(run.run_id)
    assert (run.command, run.source, run.asked["user"]) == ("crawl wayback", f"wayback via {scene.server.url}", USER)
    assert (run.exit_status, run.ways, run.full_list) == (0, {"cdx": "served"}, True)
    assert (run.counts.found, run.counts.fetched, run.counts.new) == (7, 4, 2)
    assert {problem.code for problem in problems} == {"no_post"}


def test_report_in_plain_words(scenes: dict[str, Scene]) -> None:
    out = scenes["many"].end()[1]
    assert "7 posts listed, 1 stored before" in out
    words = "1 gone from the blog, 4 never had, 1 stored with other bytes"
    assert f"the archive's index names 7 posts; 7 new snapshots of 6 posts: {words}" in out
    assert "4 snapshots with the post that was looked for, 3 without" in out
    assert "no new snapshots" not in out


# --- limits of the archive -------------------------------------------------------------------------------------------


def test_limits_on_the_live_archive() -> None:
    slots = WaybackSpider.slots
    for delay in (1.0, DOWNLOAD_DELAY):
        seconds = slot_settings(slots["index"], delay, live=True)["delay"]
        assert 60 / seconds < 24
        assert slot_settings(slots["index"], delay, live=True)["jitter"] == 0
        assert slot_settings(slots["memento"], delay, live=True)["delay"] >= 1
        assert {slot_pause(slot, delay, live=True) for slot in slots.values()} == {60.0}
    assert slot_settings(slots["index"], 10.0, live=True)["delay"] == 10.0


def test_limits_are_kept(scenes: dict[str, Scene]) -> None:
    scene = scenes["throttled"]
    status, out, err = scene.end()
    assert status == 0, err + out
    times = [
        at
        for request, at in zip(scene.server.requests, scene.server.times, strict=True)
        if request.startswith(INDEX.path)
    ]
    waits = [later - earlier for earlier, later in pairwise(times)]
    # on this machine the waits shrink with the delay: 0.06 s instead of 2 s
    assert len(waits) == 2
    assert 60 * 0.03 <= waits[0] < 60 * 0.03 + 2
    # seen at the server, where a request that arrives late brings the next one nearer; the delay itself, 2.6 s without
    # jitter, is asserted above
    assert waits[1] >= 2.6 * 0.03 / 2


def test_exclusion_is_reported(scenes: dict[str, Scene]) -> None:
    scene = scenes["excluded"]
    status, _, err = scene.end()
    assert status == 4
    assert "excluded from the Wayback Machine (AdministrativeAccessControlException)" in err
    assert scene.server.asked() == [FIRST_PAGE]


def test_excluded_snapshots_end_the_crawl(scenes: dict[str, Scene]) -> None:
    scene = scenes["excluded posts"]
    status, _, err = scene.end()
    assert status == 4
    assert "excluded from the Wayback Machine" in err
    assert len(scene.server.asked()) == 1 + 3


def test_archive_that_turns_us_away_is_left_alone(scenes: dict[str, Scene]) -> None:
    scene = scenes["silent"]
    status, _, err = scene.end()
    assert status == 4
    assert "left alone" in err
    # each of three is asked three times, and a few others were on their way meanwhile; there are fifty
    assert 1 + 9 <= len(scene.server.asked()) < 20


def test_index_that_runs_in_a_circle_ends(scenes: dict[str, Scene]) -> None:
    scene = scenes["circle"]
    status, _, err = scene.end()
    assert status == 1
    assert "circle" in err
    assert scene.server.asked() == [FIRST_PAGE, page_after("x"), memento(1, "20180101000000")]
    assert scene.rows("SELECT post_id FROM posts") == [("csdn-1",)]


def test_second_crawl_fetches_no_stored_snapshot(scenes: dict[str, Scene]) -> None:
    scene = scenes["circle"]
    before = len(scene.captures())
    asked = len(scene.server.asked())
    again = start(scene.server, scene.archive)
    assert again.end()[0] == 1
    assert scene.server.asked()[asked:] == [FIRST_PAGE, page_after("x")]
    assert len(again.captures()) == before


def test_error_in_place_of_the_index_is_never_nothing_new(scenes: dict[str, Scene]) -> None:
    scene = scenes["error page"]
    status, _, err = scene.end()
    assert status == 1
    assert "Temporarily Offline" in err
    assert scene.server.asked() == [FIRST_PAGE]


def test_robots_txt_is_obeyed(scenes: dict[str, Scene]) -> None:
    scene = scenes["forbidden"]
    status, _, err = scene.end()
    assert status == 4
    assert "robots.txt" in err
    assert scene.server.asked() == []


def test_only_lost_posts_up_to_the_limit(scenes: dict[str, Scene]) -> None:
    scene = scenes["only lost"]
    assert scene.end()[0] == 0
    assert scene.server.asked() == [FIRST_PAGE, memento(2, "20180102000000")]


def test_killed_crawl_goes_on_where_it_was(tmp_path: Path) -> None:
    numbers = range(10, 30)
    rows = [row(number, f"201801{number}000000", chr(64 + number // 10) + chr(65 + number % 10)) for number in numbers]
    with StandIn() as server:
        server.answers[FIRST_PAGE] = index(*rows)
        for number in numbers:
            server.answers[memento(number, f"201801{number}000000")] = snapshot(number)
        killed = start(server, tmp_path / "a.db", "--delay", 0.1)
        while len(server.asked()) < 12:
            time.sleep(0.02)
        os.kill(killed.process.pid, signal.SIGKILL)
        killed.process.communicate()
        with CaptureStore.open(tmp_path / "a.captures.db", readonly=True) as store:
            stored = {one.address for one in store.observations() if one.address and "/web/" in one.address}
        assert 0 < len(stored) < 20
        before = len(server.asked())
        again = start(server, tmp_path / "a.db")
        assert again.end()[0] == 0
        asked = {f"https://web.archive.org{request}" for request in server.asked()[before:]}
        assert not asked & stored
        assert again.rows("SELECT count(*) FROM posts") == [(20,)]


def test_request_asks_for_posts_below_the_users_name() -> None:
    query = parse_qs(INDEX.query)
    assert query["url"] == [f"blog.csdn.net/{USER}/"]
    assert "statuscode:200" in query["filter"]


# --- what is known ---------------------------------------------------------------------------------------------------


def test_what_is_known_of_the_posts(tmp_path: Path) -> None:
    archive = tmp_path / "a.db"
    store_looks(archive)
    with CaptureStore.open(archive.with_suffix(".captures.db")) as store:
        for origin, digest in (("wayback", "A" * 32), ("wayback via http://127.0.0.1:1", "B" * 32)):
            capture = NewCapture(
                body=b"x",
                origin=origin,
                address=f"https://web.archive.org{memento(8, '20180101000000')}",
                fetched_at="2020-01-01T00:00:00Z",
                status=200,
                headers={DIGEST_HEADER: digest},
            )
            store.add([capture])
        known = known_posts(store, archive, origin="wayback")
        digests = digests_of_bodies(store.path, {"csdn-9", "csdn-99"})
    assert digests == {SAME}
    assert known.held == {"csdn-2", "csdn-3", "csdn-9"}
    assert known.gone == {"csdn-2"}
    assert known.forgotten == {"csdn-7"}
    assert known.digests == {"A" * 32}

"""kill -9 at random moments of ``sync``: nothing that was stored is lost or fetched again, and the end is the same.

An archive is killed several times on its way: each run is killed at a random moment and the next one goes on, until one
comes to its end. ``PAPERDIGEST_KILLS=200`` kills more often.
"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.faultpages import FEED_PATH, Post, article_path
from tests.crawler.faultserver import Answer, FaultServer
from tests.crawler.syncruns import Home, timeless

KILLS = int(os.environ.get("PAPERDIGEST_KILLS", "40"))
KILLS_A_TEST = 5
POSTS = 16
WAIT = 0.03  # seconds that the server takes for an answer, so that there are moments to kill at
FIRST = 80_000_000
INTERRUPTED, ANOTHER_RUN = 130, 9
BLOG = [Post(number=FIRST + at, past=(FIRST,) if at == POSTS else ()) for at in range(1, POSTS + 1)]
HIDDEN = Post(number=FIRST, named_by=())  # named by a past-post link alone
NUMBERS = {post.number for post in (*BLOG, HIDDEN)}


@pytest.fixture(scope="module")
def site() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, site: FaultServer) -> Home:
    site.play(posts=[*BLOG, HIDDEN], wait=WAIT, list_size=5)
    return Home(tmp_path, site)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What an uninterrupted run does, and leaves behind."""

    rows: dict[str, list[tuple[object, ...]]]
    requests: int
    start: float
    """Seconds from the start of the process to its first request."""
    archiving: float
    """Seconds from the last one to its end."""


def sync_to_the_end(home: Home) -> None:
    """Until everything is there: what past-post links name may be left for the next run."""
    for _ in range(3):
        if home.archive.exists() and home.posts() == NUMBERS:
            return
        home.sync()


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, site: FaultServer) -> Reference:
    home = Home(tmp_path_factory.mktemp("whole"), site)
    site.play(posts=[*BLOG, HIDDEN], wait=WAIT, list_size=5)
    begun = time.monotonic()
    home.sync()
    ended, seen = time.monotonic(), site.seen()
    sync_to_the_end(home)
    assert home.posts() == NUMBERS
    return Reference(
        rows=timeless(home.archive),
        requests=len(seen),
        start=seen[0].came - begun,
        archiving=ended - seen[-1].came,
    )


def is_killed(home: Home, reference: Reference, rng: random.Random, stored: int) -> bool:
    """Starts a run and kills it at a random moment; ``False``: it came to its end before.

    While it fetches, moments are counted in requests: then the pace of the machine does not matter. Of its start, most
    is Python's own and not worth a kill.
    """
    home.site.forget()
    process = home.start()
    requests = max(2, reference.requests - stored)
    phase = rng.choices(("start", "fetching", "archiving"), (1, 6, 3))[0]
    if phase == "start":
        wait_for_requests(home, process, 0, rng.uniform(0.7, 1.0) * reference.start)
    elif phase == "fetching":
        wait_for_requests(home, process, rng.randint(1, requests), rng.uniform(0, 2 * WAIT))
    else:
        wait_for_requests(home, process, requests, rng.uniform(0, reference.archiving))
    if process.poll() is None:
        home.kill(process)
    else:
        home.end(process, status=None)
    return process.returncode == -signal.SIGKILL


def wait_for_requests(home: Home, process: subprocess.Popen[str], count: int, seconds: float) -> None:
    """Until the process has made so many requests and some time has passed, or it has ended."""
    while len(home.site.paths()) < count and process.poll() is None:
        time.sleep(0.002)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


@pytest.mark.parametrize("seed", range(-(-KILLS // KILLS_A_TEST)))
def test_killed_runs_end_as_one_that_was_not(home: Home, site: FaultServer, reference: Reference, seed: int) -> None:
    rng = random.Random(seed)
    kills, before = 0, set[int]()
    while kills < KILLS_A_TEST:
        kills += is_killed(home, reference, rng, len(before))
        assert before.isdisjoint(site.posts_asked())
        if home.captures.exists():
            home.check()
            before = home.whole()
        if before == NUMBERS:  # little is left to be killed at: the next kills are for a new archive
            finish(home, before, reference)
            home, before = Home(home.folder / "next", site), set()
            home.folder.mkdir()
    finish(home, before, reference)


def finish(home: Home, before: set[int], reference: Reference) -> None:
    """Goes on to the end, which must be that of a run that nobody interrupted."""
    home.sync()
    assert before.isdisjoint(home.site.posts_asked())
    sync_to_the_end(home)
    home.check()
    assert timeless(home.archive) == reference.rows
    looks = home.rows("SELECT post_key FROM observations WHERE post_key IS NOT NULL", captures=True)
    assert len(looks) == len(NUMBERS)  # each post was stored once
    assert home.run()["exit_status"] == 0


def test_killed_polite_run_has_stored_all_but_what_was_under_way(home: Home, site: FaultServer) -> None:
    process = home.start("--delay", "0.4")
    home.wait_for(process, 5, "*/article/details/*")
    home.kill(process)
    *answered, _under_way = site.posts_asked()
    assert home.whole() >= set(answered)


def test_killed_run_shows_as_one_that_did_not_end(home: Home, site: FaultServer) -> None:
    process = home.start()
    home.wait_for(process, 4, "*/article/details/*")
    home.kill(process)
    assert home.run()["ended_at"] is None
    assert "did not end" in home.end(home.start(command="runs")).out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_keeps_what_it_has_and_goes_on(
    home: Home, site: FaultServer, reference: Reference, number: signal.Signals
) -> None:
    process = home.start()
    home.wait_for(process, 5, "*/article/details/*")
    process.send_signal(number)
    home.end(process, status=INTERRUPTED)
    stored = home.whole()
    asked = set(site.posts_asked())
    assert stored == asked  # also the one under way
    assert 5 <= len(asked) < POSTS
    assert home.posts() == stored
    assert (home.run()["exit_status"], home.run()["fetched"]) == (INTERRUPTED, len(stored))
    sync_to_the_end(home)
    assert stored.isdisjoint(site.posts_asked())
    assert timeless(home.archive) == reference.rows


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("path", [FEED_PATH, "/robots.txt"])
def test_interrupt_at_the_beginning(home: Home, site: FaultServer, number: signal.Signals, path: str) -> None:
    site.play(posts=BLOG, routes={path: [Answer(ordinary=True, wait=1.0)]})
    process = home.start()
    home.wait_for(process, 1, path)
    begun = time.monotonic()
    process.send_signal(number)
    home.end(process, status=INTERRUPTED)
    assert time.monotonic() - begun < 5
    assert site.posts_asked() == []


def test_interrupt_ends_a_long_wait(home: Home, site: FaultServer) -> None:
    wait = Answer(status=503, headers={"Retry-After": "100"}, body=b"later")
    site.play(posts=BLOG, routes={article_path(BLOG[-1].number): [wait]})
    process = home.start()
    home.wait_for(process, 1, "*/article/details/*")
    time.sleep(0.2)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    home.end(process, status=INTERRUPTED)
    assert time.monotonic() - begun < 5


def test_second_signal_ends_it_at_once(home: Home, site: FaultServer) -> None:
    site.play(posts=BLOG, routes={article_path(BLOG[-1].number): [Answer(ordinary=True, wait=20.0)]})
    process = home.start()
    home.wait_for(process, 1, "*/article/details/*")
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    home.end(process, status=INTERRUPTED)
    assert time.monotonic() - begun < 5
    home.check()


def test_second_run_says_so_and_leaves(home: Home, site: FaultServer) -> None:
    site.play(posts=BLOG, routes={article_path(BLOG[-1].number): [Answer(ordinary=True, wait=2.5)]})
    first = home.start()
    home.wait_for(first, 1, "*/article/details/*")
    asked = len(site.seen())
    second = home.end(home.start(), status=ANOTHER_RUN)
    assert "another" in second.err
    assert first.poll() is None
    assert len(site.seen()) == asked
    home.end(first)
    assert home.posts() == {post.number for post in BLOG}


def test_stale_lock_never_blocks(home: Home, site: FaultServer) -> None:
    process = home.start()
    home.wait_for(process, 3, "*/article/details/*")
    home.kill(process)
    locks = list(home.folder.glob("*.lock"))
    assert locks
    for lock in locks:
        lock.write_text("1\n")  # a process that lives, as others write into theirs
    home.sync()
    assert home.posts() >= {post.number for post in BLOG}


def test_import_during_a_run_waits_and_loses_nothing(home: Home, site: FaultServer, sample: Path) -> None:
    process = home.start()
    home.wait_for(process, 3, "*/article/details/*")
    home.end(home.start(str(sample / "wechat"), command="import"))
    home.end(process)
    sync_to_the_end(home)
    found: list[dict[str, Any]] = home.rows("SELECT site, count(*) AS n FROM post_copies GROUP BY site ORDER BY site")
    assert found == [{"site": "csdn", "n": len(NUMBERS)}, {"site": "wechat", "n": 1}]

"""A crawl that is killed loses nothing that it fetched; one that is interrupted ends in order."""

import hashlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.captures import CaptureStore
from crawler.pipelines import GROUP_SECONDS
from tests.crawler.blogserver import Answer, BlogServer, end_crawl, item, page, path_of, start_crawl

POSTS = 10
LISTS = 3  # pages of the list
WAIT = 0.03  # seconds that the server takes for an answer, so that there are moments to kill at
LONG_WAIT = GROUP_SECONDS + 0.02  # captures that come so slowly are committed one by one


@pytest.fixture
def server() -> Iterator[BlogServer]:
    with BlogServer(items=[item(number) for number in range(POSTS, 0, -1)], page_size=4, wait=WAIT) as running:
        yield running


def wait_until_asked(server: BlogServer, number_of_posts: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while len(server.posts_asked()) < number_of_posts:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def stored(path: Path) -> dict[str, str]:
    """Address and SHA-256 of the posts in a store that is in order."""
    with CaptureStore.open(path, readonly=True) as store:
        assert list(store.iter_damage()) == []
        found = [c for c in store.observations() if "/article/details/" in (c.address or "")]
    posts = {capture.address or "": capture.sha256 for capture in found}
    assert len(posts) == len(found)
    return posts


def test_killed_crawl_goes_on_where_it_was(server: BlogServer, tmp_path: Path) -> None:
    path = tmp_path / "killed.captures.db"
    server.wait = LONG_WAIT
    before: dict[str, str] = {}
    # between a request and its answer, about when an answer comes and is stored, and just after
    for asked, later in ((1, 0.0), (4, LONG_WAIT), (7, LONG_WAIT * 1.1)):
        begun = len(server.posts_asked())
        process = start_crawl(path, site_url=server.url)
        try:
            wait_until_asked(server, asked, process)
            time.sleep(later)
        finally:
            process.kill()
            process.communicate()
        asked_now = [f"https://blog.csdn.net{request}" for request in server.posts_asked()[begun:]]
        assert not before.keys() & set(asked_now)
        before = stored(path)
        # the last one was under way, and the one before it perhaps just about to be stored
        assert before.keys() >= set(asked_now[:-2])
    server.wait = 0
    report = end_crawl(start_crawl(path, site_url=server.url))
    assert (report["found"], report["skipped"], report["fetched"]) == (POSTS, len(before), POSTS - len(before))
    assert stored(path) == {
        f"https://blog.csdn.net{path_of(number)}": hashlib.sha256(page(number)).hexdigest()
        for number in range(1, POSTS + 1)
    }


def test_what_came_is_stored_while_the_crawl_waits_for_more(server: BlogServer, tmp_path: Path) -> None:
    """Captures that come fast are committed together, but not only with the next one, nor at the end of the crawl."""
    path = tmp_path / "killed.captures.db"
    came = {f"https://blog.csdn.net{path_of(number)}" for number in range(2, POSTS + 1)}
    is_over = threading.Event()
    server.routes[path_of(1)] = lambda: Answer(body=page(1)) if is_over.wait(60) else Answer(status=500)
    process = start_crawl(path, site_url=server.url)
    try:
        wait_until_asked(server, POSTS, process)
        deadline = time.monotonic() + 30
        while stored(path).keys() != came and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        process.kill()
        process.communicate()
        is_over.set()
    assert stored(path).keys() == came


def test_stored_posts_are_not_fetched_again_and_nothing_is_written(server: BlogServer, tmp_path: Path) -> None:
    server.wait = 0
    server.routes[path_of(3)] = [Answer(status=521, body=b"not now"), Answer(body=page(3))]
    path = tmp_path / "a.captures.db"
    first = end_crawl(start_crawl(path, site_url=server.url))
    assert (first["fetched"], first["blocked"], first["stored_new"]) == (POSTS - 1, 1, LISTS + POSTS)
    server.requests.clear()
    second = end_crawl(start_crawl(path, site_url=server.url))
    # what was blocked is not stored: it is asked for again
    assert server.posts_asked() == [path_of(3)]
    assert (second["skipped"], second["fetched"], second["stored_new"], second["new"]) == (POSTS - 1, 1, 1, 1)
    content, modified = path.read_bytes(), path.stat().st_mtime_ns
    server.requests.clear()
    third = end_crawl(start_crawl(path, site_url=server.url))
    assert server.posts_asked() == []
    assert (third["skipped"], third["fetched"], third["stored_new"]) == (POSTS, 0, 0)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (content, modified)


def test_every_look_is_noted_and_no_body_twice(server: BlogServer, tmp_path: Path) -> None:
    server.wait = 0
    path = tmp_path / "a.captures.db"
    first = end_crawl(start_crawl(path, site_url=server.url))
    bodies = set(stored(path).values())
    time.sleep(1)  # looks within one second are one
    again = end_crawl(start_crawl(path, site_url=server.url, refetch=True))
    assert (first["new"], again["new"], again["fetched"], again["unchanged"]) == (POSTS, 0, POSTS, POSTS)
    assert (first["stored_new"], again["stored_new"]) == (LISTS + POSTS, POSTS)
    with CaptureStore.open(path, readonly=True) as store:
        assert list(store.iter_damage()) == []
        posts = [c for c in store.observations() if "/article/details/" in (c.address or "")]
    assert len(posts) == 2 * POSTS
    assert {capture.body_sha256 for capture in posts} == bodies


def test_interrupted_crawl_stores_what_is_under_way(server: BlogServer, tmp_path: Path) -> None:
    path = tmp_path / "a.captures.db"
    process = start_crawl(path, site_url=server.url)
    wait_until_asked(server, 3, process)
    process.send_signal(signal.SIGINT)
    report = end_crawl(process)
    assert report["finish_reason"] == "shutdown"
    assert report["stderr"] == ""
    asked = len(server.posts_asked())
    assert asked < POSTS
    assert len(stored(path)) == report["fetched"] == asked


def test_interrupt_ends_a_long_wait(server: BlogServer, tmp_path: Path) -> None:
    server.routes[path_of(POSTS)] = Answer(status=503, headers={"Retry-After": "100"}, body=b"later")
    path = tmp_path / "a.captures.db"
    process = start_crawl(path, site_url=server.url)
    wait_until_asked(server, 1, process)
    time.sleep(3 * WAIT)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    report = end_crawl(process)
    assert time.monotonic() - began < 5
    assert report["finish_reason"] == "shutdown"
    assert len(server.posts_asked()) == 1
    assert len(stored(path)) == 1


_SECOND = """
from crawler import run
import signal, threading
before = signal.getsignal(signal.SIGINT)
for attempt in ("user", "second"):
    try:
        where = {"store_path": Path(arguments["store_path"]), "site_url": arguments["site_url"]}
        crawl("csdn", arguments={"user": "a/b"}, contact=None, **where)
    except (ValueError, RuntimeError) as error:
        print(attempt, error, file=sys.stderr)
assert signal.getsignal(signal.SIGINT) is before
sys.exit()
"""


def test_spider_that_cannot_begin_and_second_crawl(server: BlogServer, tmp_path: Path) -> None:
    process = start_crawl(tmp_path / "a.captures.db", site_url=server.url, prelude=_SECOND)
    _, err = process.communicate(timeout=30)
    user, second = err.splitlines()
    assert user == "user user 'a/b' cannot be the name of a user"
    assert second == "second only one crawl can run in the life of a process"
    assert server.requests == []

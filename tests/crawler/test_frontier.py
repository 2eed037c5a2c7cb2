"""What is to be fetched: found posts, the widening schedule, and what counts as a look."""

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER, CaptureStore, NewCapture, utc_text
from crawler.captures_schema import LAYOUT_HEADER
from crawler.exits import Exit
from crawler.frontier import EARLY, EVERY, SCHEDULE, FoundPost, Frontier, next_look
from crawler.runs import Runs

FIRST = datetime(2026, 1, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = "csdn via http://127.0.0.1:8123"


def address(number: int) -> str:
    return f"https://blog.csdn.net/u/article/details/{number}"


def post(number: int, **more: Any) -> FoundPost:
    return FoundPost(**{"key": f"csdn-{number}", "address": address(number), "way": "feed", **more})


def seen(number: int, when: datetime = FIRST, status: int | None = 200, **more: Any) -> NewCapture:
    body = f"{number} {when} {status}".encode()
    fields = {"origin": SOURCE, "address": address(number), "fetched_at": utc_text(when), "status": status}
    return NewCapture(**{"body": body, **fields, **more})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CaptureStore]:
    with CaptureStore.open(tmp_path / "a.captures.db") as opened:
        yield opened


@pytest.fixture
def frontier(store: CaptureStore) -> Frontier:
    return Frontier(store, SOURCE)


def keys(frontier: Frontier, now: datetime = FIRST) -> list[str]:
    return [task.key for task in frontier.tasks(now)]


# --- the schedule ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (0, 1),
        (0.5, 1),
        (0.99, 7),  # minutes before its time: the look of that day
        (1, 7),
        (2, 7),
        (6.9, 7),
        (7, 30),
        (29, 30),
        (30, 180),
        (179, 180),
        (180, 360),
        (200, 360),
        (360, 540),
        (1000, 1080),
        (3600, 3780),
    ],
)
def test_days_after_the_first_look(last: float, due: int) -> None:
    assert next_look(FIRST, FIRST + last * DAY) == FIRST + due * DAY


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.timedeltas(timedelta(0), timedelta(days=40_000)))  # noqa: DTZ001
def test_next_look_is_later_and_on_the_schedule(moment: datetime, passed: timedelta) -> None:
    first = moment.replace(tzinfo=UTC)
    due = next_look(first, first + passed)
    assert due > first + passed
    distance = due - first
    assert distance in [days * DAY for days in SCHEDULE] or distance % (EVERY * DAY) == timedelta(0)
    assert next_look(first, due) > due  # each time is served once


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=100)), min_size=1, max_size=30))
def test_looks_widen(pauses: list[timedelta]) -> None:
    now, last, looks = FIRST, FIRST, 1
    for pause in pauses:
        now += pause
        if now >= next_look(FIRST, last) - EARLY:
            last, looks = now, looks + 1
    days = (now - FIRST + EARLY) / DAY
    assert looks <= 1 + sum(days >= after for after in SCHEDULE) + max(0, days // EVERY - 1)


# --- found posts -----------------------------------------------------------------------------------------------------


def test_new_posts_are_counted_once(frontier: Frontier) -> None:
    assert frontier.add([post(1), post(2), post(1, way="list_api")]) == 2
    assert frontier.add([post(2), post(3)]) == 1
    assert keys(frontier) == ["csdn-3", "csdn-2", "csdn-1"]


def test_many_posts_at_once(frontier: Frontier) -> None:
    assert frontier.add(post(n) for n in range(1, 1801)) == 1800
    assert keys(frontier)[:2] == ["csdn-1800", "csdn-1799"]
    assert frontier.add(post(n) for n in range(1, 1802)) == 1


def test_what_is_known_writes_nothing(frontier: Frontier, store: CaptureStore) -> None:
    frontier.add([post(1)])
    before = store.path.read_bytes()
    assert frontier.add([post(1), post(1, way="list_page")]) == 0
    assert frontier.add([]) == 0
    assert store.path.read_bytes() == before


@pytest.mark.parametrize(
    ("later", "stays"),
    [
        ("https://blog.csdn.net/U/article/details/1", True),
        ("http://blog.csdn.net/u/article/details/1?spm=1001", True),
        ("https://u.blog.csdn.net/article/details/1", False),
        ("https://blog.csdn.net/other/article/details/1", False),
    ],
)
def test_the_first_address_stays_unless_the_post_moved(frontier: Frontier, later: str, stays: bool) -> None:
    frontier.add([post(1)])
    assert frontier.add([post(1, address=later)]) == 0
    assert [task.address for task in frontier.tasks(FIRST)] == [address(1) if stays else later]


def test_sources_do_not_mix(frontier: Frontier, store: CaptureStore) -> None:
    frontier.add([post(1)])
    other = Frontier(store, "csdn")
    store.add([seen(1)])
    assert keys(other) == []
    assert other.add([post(1)]) == 1
    assert keys(other) == ["csdn-1"]
    assert keys(frontier) == []
    assert other.known(["csdn-1"]) == frozenset()


def test_wechat_posts_come_by_number(frontier: Frontier) -> None:
    names = ["wechat-MzI-2247489270-1", "wechat-MzI-2247489271-2", "wechat-MzI-999-1"]
    frontier.add([FoundPost(key=key, address=f"https://mp.weixin.qq.com/s?{key}", way="past_posts") for key in names])
    assert keys(frontier) == ["wechat-MzI-2247489271-2", "wechat-MzI-2247489270-1", "wechat-MzI-999-1"]


# --- looks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "is_look"),
    [
        ({"status": 200}, True),
        ({"status": 404}, True),
        ({"status": 410}, True),
        ({"status": 200, "headers": {LAYOUT_HEADER: "no date"}}, True),
        ({"status": 200, "headers": {DAMAGED_HEADER: "gzip ends early"}}, False),
        ({"status": 200, "headers": {BLOCKED_HEADER: "challenge"}}, False),
        ({"status": 403}, False),
        ({"status": 429}, False),
        ({"status": 521}, False),
        ({"status": 500}, False),
        ({"status": 302}, False),
        ({"status": 304, "body": b""}, False),
    ],
)
def test_what_counts_as_a_look(frontier: Frontier, store: CaptureStore, more: dict[str, Any], is_look: bool) -> None:
    frontier.add([post(1)])
    store.add([seen(1, **more)])
    assert keys(frontier) == ([] if is_look else ["csdn-1"])
    assert frontier.known(["csdn-1", "csdn-2"]) == (frozenset(["csdn-1"]) if is_look else frozenset())


def test_an_imported_copy_is_no_look(frontier: Frontier, store: CaptureStore) -> None:
    frontier.add([post(1)])
    store.add([seen(1, origin="file:1.html", fetched_at=None, status=None)])
    assert keys(frontier) == ["csdn-1"]


def test_never_answered_first_then_the_longest_overdue(frontier: Frontier, store: CaptureStore) -> None:
    store.add([seen(1, FIRST - 9 * DAY), seen(2, FIRST - 2 * DAY), seen(3, FIRST - timedelta(hours=2))])
    frontier.add([post(n) for n in (1, 2, 3, 4, 50)])
    assert keys(frontier) == ["csdn-50", "csdn-4", "csdn-1", "csdn-2"]
    assert keys(frontier, FIRST + DAY)[-1] == "csdn-3"


def test_what_was_asked_for_in_vain_comes_last(frontier: Frontier, store: CaptureStore) -> None:
    frontier.add([post(n) for n in (1, 2, 3, 4, 5)])
    store.add(
        [seen(5, FIRST - DAY, 403), seen(4, FIRST - 2 * DAY, 500), seen(1, FIRST - 9 * DAY), seen(2, FIRST - 9 * DAY)]
    )
    store.add([seen(2, FIRST - DAY, 403)])
    assert keys(frontier) == ["csdn-3", "csdn-1", "csdn-4", "csdn-5", "csdn-2"]
    store.add([seen(4, FIRST), seen(2, FIRST)])
    assert keys(frontier, FIRST + DAY) == ["csdn-3", "csdn-1", "csdn-4", "csdn-5"]


def test_due_at_the_same_hour_of_the_next_day(frontier: Frontier, store: CaptureStore) -> None:
    store.add([seen(1, FIRST + timedelta(minutes=40))])
    assert keys(frontier, FIRST + timedelta(hours=22)) == []
    assert keys(frontier, FIRST + DAY) == ["csdn-1"]
    store.add([seen(1, FIRST + DAY)])
    assert keys(frontier, FIRST + 2 * DAY) == []
    assert keys(frontier, FIRST + 7 * DAY) == ["csdn-1"]


def test_a_task_holds_the_last_whole_look(frontier: Frontier, store: CaptureStore) -> None:
    whole = seen(1, FIRST, headers={"etag": '"a"'})
    store.add([whole, seen(1, FIRST + DAY, 404), seen(1, FIRST + 2 * DAY, headers={LAYOUT_HEADER: "no date"})])
    [task] = frontier.tasks(FIRST + 9 * DAY)
    assert task.address == address(1)  # of a post that was stored before the table of found ones
    assert task.last is not None
    assert (task.last.fetched_at, task.last.headers) == (utc_text(FIRST), {"etag": '"a"'})
    assert store.body(task.last.body_sha256) == whole.body


def test_not_modified_is_the_last_whole_look(frontier: Frontier, store: CaptureStore) -> None:
    first = seen(1)
    sha256 = hashlib.sha256(first.body).hexdigest()
    store.add([first, seen(1, FIRST + DAY, 304, body=b"", same_as=sha256, headers={"etag": '"b"'})])
    assert keys(frontier, FIRST + 6 * DAY) == []
    [task] = frontier.tasks(FIRST + 7 * DAY)
    assert task.last is not None
    assert (task.last.headers, task.last.body_sha256) == ({"etag": '"b"'}, sha256)


def test_a_post_that_was_always_gone_is_looked_at_again(frontier: Frontier, store: CaptureStore) -> None:
    frontier.add([post(1)])
    store.add([seen(1, status=404)])
    [task] = frontier.tasks(FIRST + DAY)
    assert (task.key, task.address, task.last) == ("csdn-1", address(1), None)


def test_two_answers_within_a_second(frontier: Frontier, store: CaptureStore) -> None:
    store.add([seen(1), seen(1, body=b"other"), seen(1, status=404)])
    [task] = frontier.tasks(FIRST + DAY)
    assert task.last is not None
    assert task.last.status == 200


# --- forgotten posts -------------------------------------------------------------------------------------------------


def test_a_clock_that_was_ahead_puts_nothing_off(frontier: Frontier, store: CaptureStore) -> None:
    """One look of a clock that was two years ahead, and no other would have been due for two years."""
    store.add([seen(1, FIRST + 730 * DAY)])
    [task] = frontier.tasks(FIRST)
    assert (task.key, task.last is not None) == ("csdn-1", True)
    store.add([seen(1, FIRST)])
    assert keys(frontier, FIRST + DAY / 2) == []
    assert keys(frontier, FIRST + DAY) == ["csdn-1"]


def test_forgotten_posts_stay_away(frontier: Frontier, store: CaptureStore) -> None:
    frontier.add([post(1), post(2)])
    store.connection.execute("INSERT INTO tombstones VALUES ('key', 'csdn-1', '2026-01-01T00:00:00Z')")
    assert keys(frontier) == ["csdn-2"]
    assert frontier.add([post(1, address="https://u.blog.csdn.net/article/details/1")]) == 0
    assert frontier.known(["csdn-1"]) == frozenset(["csdn-1"])  # no reason to look for more
    assert store.add([seen(1), seen(2)]) != []
    assert [capture.address for capture in store.observations()] == [address(2)]


# --- the full list ---------------------------------------------------------------------------------------------------


def test_last_run_that_read_the_full_list(frontier: Frontier, store: CaptureStore) -> None:
    assert frontier.last_full() is None
    runs = Runs(store)
    for day, (source, user, full) in enumerate(
        [(SOURCE, "a", True), (SOURCE, "B", True), (SOURCE, "a", False), ("csdn", "a", True)], start=1
    ):
        number = runs.begin("sync", source=source, asked={"user": user}, now=FIRST + day * DAY)
        runs.end(number, Exit.OK, full_list=full, now=FIRST + day * DAY)
    runs.begin("sync", source=SOURCE, now=FIRST + 9 * DAY)
    assert frontier.last_full() == FIRST + 2 * DAY
    assert frontier.last_full("a") == FIRST + DAY
    assert frontier.last_full("b") == FIRST + 2 * DAY
    assert frontier.last_full("c") is None
    assert frontier.last_full(now=FIRST) == FIRST + DAY  # less than a day ahead
    assert frontier.last_full("b", now=FIRST) is None


# --- speed -----------------------------------------------------------------------------------------------------------


def test_looks_are_found_without_reading_rows(frontier: Frontier, store: CaptureStore) -> None:
    statements: list[str] = []
    store.connection.set_trace_callback(statements.append)
    store.add([seen(1)])
    statements.clear()
    frontier.tasks(FIRST)
    store.connection.set_trace_callback(None)
    assert len(statements) == 4
    looks, in_vain = [sql for sql in statements if "observations" in sql]
    for query, index in ((looks, "COVERING INDEX observations_by_look"), (in_vain, "INDEX observations_by_post")):
        plan = " ".join(row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {query}"))
        assert index in plan
        assert "TEMP B-TREE" not in plan


def test_thousands_of_posts_take_no_time(frontier: Frontier, store: CaptureStore) -> None:
    store.add([seen(n, FIRST + days * DAY, body=b"x") for n in range(1, 2001) for days in (0, 1, 7)])
    begun = time.perf_counter()
    assert frontier.tasks(FIRST + 8 * DAY) == []
    assert time.perf_counter() - begun < 1
    assert len(frontier.tasks(FIRST + 31 * DAY)) == 2000

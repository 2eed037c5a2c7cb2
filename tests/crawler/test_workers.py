"""Work shared by processes: the order of results, and work begun ahead."""

import os
import sys
import threading
import time
from itertools import chain

import pytest

from crawler.workers import WORTH_IT, Workers, _context


def double(number: int) -> int:
    return 2 * number


def test_few_items_are_done_in_this_process():
    with Workers(double, int) as workers:
        workers.expect(WORTH_IT - 1)
        workers.begin([1, 2])
        assert workers.begun == ()
        assert list(workers.map([1, 2, 3])) == [[2], [4], [6]]


def test_every_item_is_done_once_whoever_does_it():
    with Workers(double, int) as workers:
        workers.expect(WORTH_IT)
        workers.begin([7, 3])
        assert workers.begun == (7, 3)
        assert sorted(chain.from_iterable(workers.map([3, *range(100, 200), 7]))) == [6, 14, *range(200, 400, 2)]
        assert workers.begun == ()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_a_process_with_other_threads_is_not_forked():
    assert _context().get_start_method() == "fork"
    done = threading.Event()
    threading.Thread(target=done.wait, daemon=True).start()
    try:
        assert _context().get_start_method() == "spawn"
        with Workers(double, int) as workers:
            workers.expect(WORTH_IT)
            assert sorted(chain.from_iterable(workers.map(range(100)))) == [*range(0, 200, 2)]
    finally:
        done.set()


def process_of(number: int) -> tuple[int, int]:
    time.sleep(0.02)
    return number, os.getpid()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: no other process is started")
def test_the_work_is_shared_with_this_process():
    with Workers(process_of, int) as workers:
        workers.expect(WORTH_IT)
        results = list(chain.from_iterable(workers.map(range(60))))
    assert sorted(number for number, _ in results) == list(range(60))
    processes = {process for _, process in results}
    assert os.getpid() in processes
    assert len(processes) > 1


def test_no_more_is_begun_than_there_is_room_for():
    with Workers(double, int) as workers:
        workers.expect(WORTH_IT)
        workers.begin(range(1000))
        assert 0 < len(workers.begun) < 100

"""Work shared by processes: every item is worked on once, whoever does it, and what came of it is added up."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

import pytest

from crawler.workers import WORTH_IT, WorkerDied, Workers, _context, _Shared

ITEMS = [str(number) for number in range(1000)]
alone = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: no other process is started")


class Count:
    """Counts and adds up its items; may find that another process writes."""

    is_busy = False

    def __init__(self) -> None:
        self.items: list[str] = []
        self.result: Counter[str] = Counter()

    @property
    def held(self) -> int:
        return len(self.items)

    def read(self, batch: Sequence[str]) -> None:
        self.items += batch

    def write(self, *, wait: bool) -> None:
        if wait or not self.is_busy:
            items, self.items = self.items, []
            self.result += Counter(items=len(items), total=sum(map(int, items)))


class Busy(Count):
    """Another process always writes."""

    is_busy = True


class Note(Count):
    """Leaves a file with the items of a batch, named by the process."""

    def read(self, batch: Sequence[str]) -> None:
        super().read(batch)
        Path(os.environ["NOTES"], f"{os.getpid()}.{time.monotonic_ns()}").write_text(" ".join(batch), "utf-8")
        time.sleep(0.05)


class Fail(Count):
    """Stumbles over item 7."""

    def read(self, batch: Sequence[str]) -> None:
        if "7" in batch:
            raise ValueError("item 7 is bad")
        super().read(batch)


def nothing() -> None:
    pass


@pytest.mark.parametrize("work", [Count, Busy])
def test_what_all_of_them_changed_is_added_up(work: type[Count]) -> None:
    with Workers(work, nothing) as workers:
        workers.begin()
        workers.add(ITEMS[:300])
        workers.add(ITEMS[300:])
        assert workers.finish() == Counter(items=1000, total=sum(range(1000)))


def test_few_items_are_worked_on_by_this_process_alone() -> None:
    with Workers(Count, nothing) as workers:
        workers.add(ITEMS[:WORTH_IT])
        assert workers.finish()["items"] == WORTH_IT
        assert not workers.is_begun


def test_without_other_processes_this_one_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.workers._processors", lambda: 1)
    with Workers(Count, nothing) as workers:
        workers.add(ITEMS)
        assert workers.finish()["items"] == 1000


@alone
def test_the_work_is_shared_with_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES", str(tmp_path))
    with Workers(Note, nothing) as workers:
        workers.begin()
        workers.add(ITEMS)
        assert workers.finish()["items"] == 1000
    notes = list(tmp_path.iterdir())
    assert sorted(" ".join(path.read_text("utf-8") for path in notes).split()) == sorted(ITEMS)
    processes = {path.name.partition(".")[0] for path in notes}
    assert str(os.getpid()) in processes
    assert len(processes) > 1


@alone
def test_others_are_started_where_much_is_left_to_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES", str(tmp_path))
    with Workers(Note, nothing) as workers:
        workers.add(ITEMS)
        assert workers.finish()["items"] == 1000
    assert len({path.name.partition(".")[0] for path in tmp_path.iterdir()}) > 1


class Known(Count):
    """Nothing of it is to be written."""

    def read(self, batch: Sequence[str]) -> None:
        self.result += Counter(known=len(batch))


def test_where_nothing_is_to_be_written_no_other_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workers, "begin", None)
    told: list[tuple[int, int]] = []
    with Workers(Known, nothing) as workers:
        workers.add(ITEMS)
        assert workers.finish(lambda done, of: told.append((done, of))) == Counter(known=1000)
    assert told[-1] == (1000, 1000)


@pytest.mark.parametrize(
    ("given", "taken", "enough"),
    [
        (0, (900, 900), 200),  # more may come
        (2000, (100, 100), 200),
        (2000, (900, 900), 100),
        (2000, (1000, 1000), 50),
    ],
)
def test_the_fewer_are_left_the_sooner_they_are_written(given: int, taken: tuple[int, ...], enough: int) -> None:
    shared = _Shared(queue=None, taken=taken, given=RawValue("q", given), stop=None)  # type: ignore[arg-type]
    assert shared.enough() == enough


@alone
def test_others_work_before_anybody_asks_for_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES", str(tmp_path))
    with Workers(Note, nothing) as workers:
        workers.begin()
        workers.add(ITEMS[:60])
        end = time.monotonic() + 20
        while not list(tmp_path.iterdir()) and time.monotonic() < end:
            time.sleep(0.01)
        assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} - {str(os.getpid())}


@pytest.mark.parametrize("begun", [False, True])
def test_an_error_of_the_work_is_raised(begun: bool) -> None:
    with Workers(Fail, nothing) as workers:
        if begun:
            workers.begin()
        workers.add(ITEMS[:100])
        with pytest.raises(ValueError, match="item 7 is bad"):
            workers.finish()


@alone
@pytest.mark.parametrize("more", [1_000, 20_000])
def test_a_process_that_was_killed_is_noticed(more: int) -> None:
    """Also while it waits with its hand in the queue, and with more in that than a pipe takes."""
    with Workers(Count, nothing) as workers:
        workers.begin()
        workers.add(ITEMS[:50])
        time.sleep(0.5)  # until it waits for more
        for child in multiprocessing.active_children():
            os.kill(child.pid or 0, signal.SIGKILL)
        workers.add([f"{number:024}" for number in range(more)])
        with pytest.raises(WorkerDied, match="goes on from there"):
            workers.finish()
    assert not multiprocessing.active_children()


class Stuck(Count):
    """Waits for a turn that never comes."""

    def write(self, *, wait: bool) -> None:
        time.sleep(60)


@alone
def test_a_process_that_is_stuck_is_ended() -> None:
    begun = time.monotonic()
    with Workers(Stuck, nothing) as workers:
        workers.begin()
        workers.add(ITEMS)
        time.sleep(0.5)
    assert not multiprocessing.active_children()
    assert time.monotonic() - begun < 30


def test_progress_is_told_of_all_that_was_given() -> None:
    told: list[tuple[int, int]] = []
    with Workers(Count, nothing) as workers:
        workers.begin()
        workers.add(ITEMS)
        workers.finish(lambda done, of: told.append((done, of)))
    assert told[-1] == (1000, 1000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def interrupted() -> None:
    with Workers(Note, nothing) as workers:
        workers.begin()
        workers.add([str(number) for number in range(10_000)])  # 20 s of work
        raise KeyboardInterrupt


def test_an_interrupt_leaves_what_nobody_has_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES", str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(list(tmp_path.iterdir())) < 20


def how_processes_start(*, beside_a_thread: bool) -> str:
    done = threading.Event()
    if beside_a_thread:
        threading.Thread(target=done.wait, daemon=True).start()
    method = _context().get_start_method()
    with Workers(Count, nothing) as workers:
        workers.begin()
        workers.add(ITEMS)
        assert workers.finish()["items"] == 1000
    done.set()
    return str(method)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
@pytest.mark.parametrize(("beside_a_thread", "method"), [(False, "fork"), (True, "spawn")])
def test_a_process_with_other_threads_is_not_forked(beside_a_thread: bool, method: str) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(how_processes_start, beside_a_thread=beside_a_thread).result() == method


INTERRUPTED_START = """
import multiprocessing, os, signal, sys, threading
from crawler.workers import Workers
from test_workers import Count, nothing

beside_a_thread, number = sys.argv[1] == "thread", int(sys.argv[2])
if beside_a_thread:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
start = Workers._start

def interrupted(*arguments):
    os.kill(os.getpid(), number)
    return start(*arguments)

Workers._start = interrupted
signal.signal(number, signal.default_int_handler)
workers = Workers(Count, nothing)
try:
    workers.begin()
except KeyboardInterrupt:
    print(len(workers._processes) - workers._others, "processes are not known")
workers.close()
print(multiprocessing.active_children())
"""


@alone
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
@pytest.mark.parametrize("beside", ["nothing", "thread"])
def test_an_interrupt_while_processes_start_is_heard_when_they_have(beside: str, number: signal.Signals) -> None:
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(Path(__file__).parent)])
    command = [sys.executable, "-c", INTERRUPTED_START, beside, str(int(number))]
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.stdout, ended.stderr) == ("0 processes are not known\n[]\n", "")

"""Processes that bring captures into an archive beside this one.

All take batches of captures from one queue. Each reads what it took, and writes what it has read when no other does, so
that nothing but ids and counts goes from one to the other. They start while captures are still coming in, so that their
own start costs no time.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.context import BaseContext
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from queue import Empty
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from normalize.archive import Summary

WORTH_IT = 150
"""Fewer captures than this are read sooner in one process than others are started."""
_MOST_PROCESSES = 4
"""Only one writes at a time, and writing is a third of the work."""
_BATCH = 25
"""Captures that are taken and read at a time."""
_LOOK_SECONDS = 0.2
"""From a queue from which nothing came for so long nothing more may come."""
_LEAST, _MOST = 150, 400
"""Captures that are written together: fewer take longer; with more than the second, a process waits for its turn."""

Batch = tuple[str, ...]
"""Ids of captures."""
Progress = Callable[[int, int], None]
"""Called with the number of captures taken so far and of all."""


class Work(Protocol):
    """What is done with batches: what was read is held until it can be written."""

    @property
    def held(self) -> int:
        """Number of captures that were read and not written."""
        ...

    def read(self, batch: Batch, /) -> None:
        """Read a batch."""

    def write(self, *, wait: bool) -> Summary:
        """Write all that is held, and return what that changed; unless told to wait, nothing if another writes now."""


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Names of glibc's ``malloc.h``."""
_KEPT_BYTES = 128 * 1024 * 1024
"""Free memory that a process may keep; a page of 8 MiB, the largest allowed, takes a fraction of it."""
_COLLECT_AFTER = 200_000
"""Objects; Python's own 700 costs a third of the time of a large import."""


def prepare_memory() -> None:
    """Make a process ready to read or write many pages.

    The collector of cycles runs seldom: records hold none, and it would walk over hundreds of thousands. And what a
    page took stays with the process for the next one: the C library would give it back to the system and ask for it
    again, page after page.
    """
    gc.set_threshold(_COLLECT_AFTER)
    with suppress(OSError, AttributeError):  # a system with another C library does as it likes
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES // 4)


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Processes that start here ignore Ctrl-C from their first instant: it is for the one that has the others."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def begin_process() -> None:
    """What a process that works for this one does first."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare_memory()


def _end_with_parent() -> None:
    """A process that was killed ends nobody; those that worked for it must see it for themselves."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _context() -> BaseContext:
    """How processes start: forked, with all that this one has loaded, where that is safe.

    It is not beside other threads (a progress bar has one), which may hold locks that nobody would ever release in the
    copy, nor outside Linux, where system libraries start threads of their own.
    """
    alone = threading.active_count() == 1 and sys.platform == "linux"
    return get_context("fork" if alone else "spawn")


# --- one process -----------------------------------------------------------------------------------------------------


class _Shared(NamedTuple):
    """What the processes have in common."""

    queue: "Queue[Batch | None]"
    """Batches to be worked on; ``None`` for each process at the end."""
    taken: "Synchronized[int]"
    """Number of captures that were taken and read."""
    stop: Event
    """Set where what is left in the queue is not wanted any more."""


_shared: list[_Shared] = []
"""Of a process that works for another one; it cannot be handed over with the work."""


def _begin_work(shared: _Shared) -> None:
    _shared.append(shared)
    begin_process()


def _work_on_queue(make: Callable[[], Work]) -> Summary:
    """Work on the batches of the queue until it ends; returns what that changed."""
    [shared] = _shared
    work, summary = make(), Summary()
    while (batch := shared.queue.get()) is not None and not shared.stop.is_set():
        summary += _step(work, batch)
        _count(shared, batch)
    return summary + work.write(wait=True)


def _step(work: Work, batch: Batch) -> Summary:
    """Read a batch, and write what is held if it is enough and nobody else writes."""
    work.read(batch)
    return work.write(wait=work.held >= _MOST) if work.held >= _LEAST else Summary()


def _count(shared: _Shared, batch: Batch) -> None:
    with shared.taken.get_lock():
        shared.taken.value += len(batch)


# --- all of them -----------------------------------------------------------------------------------------------------


class Workers:
    """This process and others, which share the captures that they are given; a context manager that ends them.

    Where other processes were begun, these work at once; this one, which has other work until then, does its share in
    :meth:`finish`.
    """

    def __init__(self, work: Callable[[], Work], warm_up: Callable[[], object]) -> None:
        """``work`` makes what a process does, ``warm_up`` loads what that needs; both are pickled."""
        self._work = work
        self._warm_up = warm_up
        self._others = min(os.cpu_count() or 1, _MOST_PROCESSES) - 1
        self._waiting: list[str] = []
        self._given = 0
        self._shared: _Shared | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._running: list[Future[Summary]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shared is None or self._pool is None:
            return
        queue = self._shared.queue
        self._shared.stop.set()
        self._end(queue)
        # What others have taken is waited for, not called off: a pool whose processes were killed stumbles over that.
        self._pool.shutdown(wait=True)
        with suppress(Empty):
            while error is not None:  # the thread that fills the queue ends when there is room for all
                queue.get(timeout=_LOOK_SECONDS)
        queue.close()

    @property
    def is_begun(self) -> bool:
        """Whether there are other processes."""
        return self._pool is not None

    def begin(self) -> None:
        """Start the other processes, if the machine has processors for them."""
        prepare_memory()
        if self._pool is not None or not self._others:
            return
        context = _context()
        if context.get_start_method() == "fork":
            self._warm_up()
        self._shared = _Shared(context.Queue(), context.Value("i", 0), context.Event())
        self._pool = ProcessPoolExecutor(self._others, context, initializer=_begin_work, initargs=(self._shared,))
        with interrupts_ignored():
            self._running = [self._pool.submit(_work_on_queue, self._work) for _ in range(self._others)]

    def add(self, capture_ids: Iterable[str]) -> None:
        """Give captures to be worked on."""
        before = len(self._waiting)
        self._waiting.extend(capture_ids)
        self._given += len(self._waiting) - before
        while self._shared is not None and len(self._waiting) >= _BATCH:
            self._shared.queue.put(self._take())

    def finish(self, progress: Progress | None = None) -> Summary:
        """Do what is left, with the others; returns what all of it changed.

        Raises what the work raises.
        """
        work, summary = self._work(), Summary()
        for batch, taken in self._rest():
            summary += _step(work, batch)
            if progress is not None:
                progress(taken, self._given)
        summary += work.write(wait=True)
        return sum((future.result() for future in self._running), summary)

    def _rest(self) -> Iterator[tuple[Batch, int]]:
        """Batches that nobody has taken, with the number of captures taken; ends when another process has failed."""
        if self._shared is None:
            while self._waiting:
                yield self._take(), self._given - len(self._waiting)
            return
        queue = self._shared.queue
        if self._waiting:
            queue.put(self._take())
        self._end(queue)
        while True:
            try:
                batch = queue.get(timeout=_LOOK_SECONDS)
            except Empty:  # another process works on the last ones, or was killed with its hand in the queue
                if self._has_failed():
                    return
                continue
            if batch is None or self._has_failed():
                return
            _count(self._shared, batch)
            yield batch, self._shared.taken.value

    def _has_failed(self) -> bool:
        return any(future.done() and future.exception() is not None for future in self._running)

    def _end(self, queue: "Queue[Batch | None]") -> None:
        """Tell every process that there is no more."""
        for _ in range(1 + self._others):
            queue.put(None)

    def _take(self) -> Batch:
        batch, self._waiting = tuple(self._waiting[:_BATCH]), self._waiting[_BATCH:]
        return batch

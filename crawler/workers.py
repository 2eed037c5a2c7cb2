"""Processes that bring captures into an archive beside this one.

Each takes a batch, reads its pages by itself, and waits for its turn to write them: so nothing but ids and counts goes
from one to the other. They start while captures are still coming in, so that their own start costs no time.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Self

from normalize.archive import Summary

WORTH_IT = 150
"""Fewer captures than this are read sooner in one process than others are started."""
_MOST_PROCESSES = 4
"""Only one writes at a time, and writing is a third of the work."""
_FEWEST, _MOST = 50, 200
"""Captures of a batch. Many save time; few keep one process from waiting long for another's last."""
_SHARE = 2
"""So many batches for each process are made of what waits, within these bounds: the last ones are small."""
_AHEAD = 2
"""Batches given to a process at a time, so that it never waits for the next one."""

Batch = tuple[str, ...]
"""Ids of captures."""
Progress = Callable[[int, int], None]
"""Called with the number of captures done so far and of all."""

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


class Workers:
    """This process and others, which do one kind of work; a context manager that ends them.

    Captures may be given as they come (:meth:`add`). Where other processes were begun, these work at once; this one,
    which has other work until then, does its share in :meth:`finish`.
    """

    def __init__(self, work: Callable[[Batch], Summary], warm_up: Callable[[], object]) -> None:
        """``work`` does a batch, ``warm_up`` loads what it needs; both go to other processes, so they must pickle."""
        self._work = work
        self._warm_up = warm_up
        self._others = min(os.cpu_count() or 1, _MOST_PROCESSES) - 1
        self._waiting: deque[str] = deque()
        self._running: dict[Future[Summary], int] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._summary = Summary()
        self._given = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            # What is under way is waited for, not called off: a pool whose processes were killed stumbles over that.
            self._pool.shutdown(wait=True, cancel_futures=True)

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
        self._pool = ProcessPoolExecutor(self._others, context, initializer=begin_process)
        with interrupts_ignored():
            for _ in range(self._others):
                self._pool.submit(self._warm_up)
        self._feed()

    def add(self, capture_ids: Iterable[str]) -> None:
        """Give captures to be worked on."""
        before = len(self._waiting)
        self._waiting.extend(capture_ids)
        self._given += len(self._waiting) - before
        self._feed()

    def finish(self, progress: Progress | None = None) -> Summary:
        """Do what is left, with the others; returns what all batches changed.

        Raises what the work raises.
        """
        while self._waiting or self._running:
            self._feed()
            if self._waiting:
                self._summary += self._work(self._batch())
            else:
                wait(self._running, return_when=FIRST_COMPLETED)
            if progress is not None:
                progress(self._given - len(self._waiting) - sum(self._running.values()), self._given)
        return self._summary

    def _feed(self) -> None:
        """Take the results that are there, and keep the other processes busy."""
        for future in [one for one in self._running if one.done()]:
            del self._running[future]
            self._summary += future.result()
        with interrupts_ignored():
            while self._pool is not None and self._waiting and len(self._running) < _AHEAD * self._others:
                batch = self._batch()
                self._running[self._pool.submit(self._work, batch)] = len(batch)

    def _batch(self) -> Batch:
        size = len(self._waiting) // (_SHARE * (1 + self._others))
        size = min(max(size, _FEWEST), _MOST, len(self._waiting))
        return tuple(self._waiting.popleft() for _ in range(size))

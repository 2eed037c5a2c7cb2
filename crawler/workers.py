"""Processes that read captures: reading is most of the work of an import, and every page is read by itself.

They start while files are still being stored, so that their own start costs no time.
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
from typing import Generic, Self, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

WORTH_IT = 150
"""Fewer captures than this are read sooner in one process than others are started."""
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


class Workers(Generic[_T, _R]):
    """Processes that do one kind of work; a context manager that ends them.

    They start when it is known that there is enough to do (:meth:`expect`), and may be given the first items before
    anybody asks for the results (:meth:`begin`). One processor is left to this process, which has work of its own and
    takes its share of theirs when it has none.
    """

    def __init__(self, work: Callable[[_T], _R], warm_up: Callable[[], object]) -> None:
        self._work = work
        self._warm_up = warm_up
        self._count = (os.cpu_count() or 1) - 1
        # Enough that nobody runs dry while this process writes, and no more results than memory has room for.
        self._most = 2 + 4 * self._count
        self._pool: ProcessPoolExecutor | None = None
        self._begun: dict[_T, Future[_R]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is not None:
            # What is under way is waited for, not called off: a pool whose processes were killed stumbles over that.
            self._pool.shutdown(wait=True)

    def expect(self, captures: int) -> None:
        """Say how many captures are coming; for enough of them the processes start."""
        if self._pool is None and captures >= WORTH_IT and self._count:
            self._warm_up()
            self._pool = ProcessPoolExecutor(self._count, _context(), initializer=begin_process)
            with interrupts_ignored():
                for _ in range(self._count):
                    self._pool.submit(self._warm_up)

    def begin(self, items: Iterable[_T]) -> None:
        """Begin on the first items that there is room for; the others are left to :meth:`map`."""
        for item in items:
            if self._pool is not None and len(self._begun) < self._most:
                self._begun[item] = self._pool.submit(self._work, item)

    @property
    def begun(self) -> tuple[_T, ...]:
        """Items that :meth:`begin` took and :meth:`map` has not asked for."""
        return tuple(self._begun)

    def map(self, items: Iterable[_T]) -> Iterator[list[_R]]:
        """Results as they come, those together that are ready; in the order of the items only without processes.

        An empty list says that all that is left is under way elsewhere: a good time for other work.
        """
        if self._pool is None:
            yield from ([self._work(item)] for item in items)
            return
        # What was begun comes first, so that it is never begun again.
        rest = deque(sorted(items, key=lambda item: item not in self._begun))
        running: set[Future[_R]] = set()
        while rest or running:
            while rest and len(running) < self._most:
                item = rest.popleft()
                running.add(self._begun.pop(item) if item in self._begun else self._pool.submit(self._work, item))
            done = {future for future in running if future.done()}
            if not done and rest:
                yield [self._work(rest.pop())]
                continue
            if not done:
                yield []
                done = wait(running, return_when=FIRST_COMPLETED).done
            running -= done
            yield [future.result() for future in done]

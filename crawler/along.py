"""Reads captures into the archive while more of them are being fetched, where they come fast.

A polite crawl waits more than it works, and what it fetched is read at its end in a moment. One that need not be
polite keeps one processor busy with fetching; a process of its own reads on another one meanwhile, and at the end both
read what is left. Which captures are read when, and by whom, makes no difference to the archive.
"""

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from types import TracebackType
from typing import Final, Self

from crawler.ingest import Paths, archive_batch, is_extendable
from crawler.workers import begin_process, interrupts_ignored, prepare_memory
from normalize.archive import Summary

_TOGETHER: Final = 50
"""Captures read and written at a time: as long as that, one process waits for the other to end its last batch."""
_AHEAD: Final = 2
"""Batches given to the process at a time, so that it never waits."""
_FAST: Final = 5.0
"""Captures a second from which on it is worth it."""
_ENOUGH: Final = 40
"""Captures that have come so fast before it is believed that many more are to come."""


class Along:
    """Brings an archive up to date with captures as they come; a context manager that ends its process."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._waiting: deque[str] = deque()
        self._running: set[Future[Summary]] = set()
        self._pool: ProcessPoolExecutor | None = None
        self._summary = Summary()
        self._first: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def stored(self, capture_ids: Sequence[str]) -> None:
        """Take note of captures that were just stored; begins to read them where they come fast enough."""
        now = time.monotonic()
        self._first = now if self._first is None else self._first
        self._waiting.extend(capture_ids)
        if self._pool is None:
            is_fast = len(self._waiting) >= max(_ENOUGH, _FAST * (now - self._first))
            if not is_fast or not is_extendable(self._paths):
                return
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=begin_process)
        self._feed()

    def finish(self) -> Summary:
        """Read what is left, in both processes; returns what changed in the archive so far.

        Raises what :func:`crawler.ingest.archive_batch` raises. Where nothing was begun, nothing is read.
        """
        if self._pool is None:
            return self._summary
        prepare_memory()
        while self._waiting or self._running:
            self._feed()
            if self._waiting:
                self._summary += archive_batch(self._paths, self._batch())
            else:
                wait(self._running, return_when=FIRST_COMPLETED)
        return self._summary

    def _feed(self) -> None:
        """Take the results that are there, and keep the process busy."""
        for future in [one for one in self._running if one.done()]:
            self._running.remove(future)
            self._summary += future.result()
        with interrupts_ignored():
            while self._pool is not None and self._waiting and len(self._running) < _AHEAD:
                self._running.add(self._pool.submit(archive_batch, self._paths, self._batch()))

    def _batch(self) -> tuple[str, ...]:
        return tuple(self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting))))

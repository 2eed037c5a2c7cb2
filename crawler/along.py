"""Reads captures into the archive while a crawl brings more of them, where they come fast.

A polite crawl waits more than it works, and what it fetched is read at its end in a moment. A crawl that need not be
polite keeps one processor busy with fetching and storing; other processes read meanwhile, and at the end all read what
is left. Which captures are read when, and by whom, makes no difference to the archive.
"""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from crawler.ingest import Paths, is_extendable, workers
from crawler.workers import Progress
from normalize.archive import Summary

_FAST: Final = 5.0
"""Captures a second from which on it is worth it."""
_ENOUGH: Final = 40
"""Captures that have come so fast before it is believed that many more are to come."""


class Along:
    """Brings an archive up to date with captures as they come; a context manager that ends its processes.

    Where the archive must be built anew, or few captures came, nothing is read: that is left to
    :func:`crawler.ingest.update_archive`, which is to be called afterwards in any case.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._workers = workers(paths)
        self._count = 0
        self._first: float | None = None
        self._is_asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workers.close()

    def stored(self, capture_ids: Sequence[str]) -> None:
        """Take note of captures that were just stored."""
        now = time.monotonic()
        self._first = now if self._first is None else self._first
        self._count += len(capture_ids)
        self._workers.add(capture_ids)
        if self._count >= max(_ENOUGH, _FAST * (now - self._first)):
            self.begin()

    def finish(self, progress: Progress | None = None) -> Summary:
        """Read what is left, in all processes; returns what changed in the archive so far.

        Where no other process was begun, nothing is read. Raises what :func:`crawler.ingest.update_archive` raises.
        """
        return self._workers.finish(progress) if self._workers.is_begun else Summary()

    def begin(self) -> None:
        """Start the other processes, where the archive need not be built anew.

        Best called before anything else runs beside this process, if it is known that captures will come fast.
        """
        if not self._is_asked:
            self._is_asked = True
            if is_extendable(self._paths):
                self._workers.begin()

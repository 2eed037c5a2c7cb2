"""Locks between processes. They are the kernel's: a lock ends with its process, so that a stale one never blocks."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AnotherRun(RuntimeError):
    """Another process is doing what can only be done by one at a time."""


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a file, waiting for whoever holds it now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def sole_lock(path: Path, what: str) -> Iterator[None]:
    """The same without waiting. Raises :class:`AnotherRun` saying that ``what`` is under way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnotherRun(f"another {what} is under way (it holds {path}); this one leaves") from error
        yield

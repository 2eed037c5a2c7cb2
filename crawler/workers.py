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
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from queue import Empty
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from normalize.archive import Summary

WORTH_IT = 150
"""Fewer captures than this are read sooner in one process than others are started."""
_MOST_PROCESSES = 4
"""Only one writes at a time, and writing is more than a third of the work."""
_BATCH = 25
"""Captures that are taken and read at a time."""
_LOOK_SECONDS = 0.2
"""When nothing came out of the queue for so long, it is looked whether the others live."""
_GRACE_SECONDS = 3.0
"""How long a process may take to end what it does when all is called off."""
_LEAST, _MOST = 150, 200
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


def _prepare_memory() -> None:
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
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: it is for this one alone, and must neither be lost nor end the others."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_process() -> None:
    """What a process that works for this one does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _prepare_memory()


def _end_with_parent() -> None:
    """A process that was killed ends nobody; those that worked for it must see it for themselves."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _context() -> BaseContext:
    """How processes start: forked, with all that this one has loaded, where that is safe.

    It is not beside other threads (a progress bar has one), which may hold locks that nobody would ever release in the
    copy, nor beside a reactor with its sockets, nor outside Linux, where system libraries start threads of their own.
    """
    alone = threading.active_count() == 1 and "twisted.internet.reactor" not in sys.modules
    return get_context("fork" if alone and sys.platform == "linux" else "spawn")


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


# --- one process -----------------------------------------------------------------------------------------------------


class WorkerDied(RuntimeError):
    """A process that worked for this one ended without a word: it was killed, or memory was short."""


class _Shared(NamedTuple):
    """What the processes have in common. No lock but the queue's: one that is killed would keep it for ever."""

    queue: "Queue[Batch | None]"
    """Batches to be worked on; ``None`` for each process at the end."""
    taken: Any
    """Number of captures that each process has taken, an array."""
    stop: Any
    """1 where what is left in the queue is not wanted any more."""


def _serve(shared: _Shared, number: int, make: Callable[[], Work], answer: Connection) -> None:
    """Work for another process, and answer with what that changed, or with what went wrong."""
    _begin_process()
    try:
        found: Summary | Exception = _work_on_queue(shared, number, make())
    except Exception as error:
        found = error
    answer.send(found)


def _work_on_queue(shared: _Shared, number: int, work: Work) -> Summary:
    summary = Summary()
    while (batch := shared.queue.get()) is not None and not shared.stop.value:
        shared.taken[number] += len(batch)
        summary += _step(work, batch)
    # What is not written is read again by the next command.
    return summary if shared.stop.value else summary + work.write(wait=True)


def _step(work: Work, batch: Batch) -> Summary:
    """Read a batch, and write what is held if it is enough and nobody else writes."""
    work.read(batch)
    return work.write(wait=work.held >= _MOST) if work.held >= _LEAST else Summary()


class _Process(NamedTuple):
    """A process that works for this one."""

    process: BaseProcess
    answer: Connection
    """Where its answer comes."""

    def is_over(self) -> bool:
        """It has done its work, or something went wrong with it."""
        return self.answer.poll() or not self.process.is_alive()

    def result(self) -> Summary:
        """Wait for its answer. Raises what its work raised, and :class:`WorkerDied`."""
        try:
            found: Summary | Exception = self.answer.recv()
        except EOFError:
            message = "a process that read captures was ended from outside, or memory was short; what was committed is"
            raise WorkerDied(f"{message} whole, and the same command goes on from there") from None
        if isinstance(found, Exception):
            raise found
        return found


# --- all of them -----------------------------------------------------------------------------------------------------


class Workers:
    """This process and others, which share the captures that they are given; a context manager that ends them.

    Where other processes were begun, these work at once; this one, which has other work until then, does its share in
    :meth:`finish`.
    """

    def __init__(self, work: Callable[[], Work], warm_up: Callable[[], object]) -> None:
        """``work`` makes what a process does, ``warm_up`` loads what that needs; the first is pickled."""
        self._work = work
        self._warm_up = warm_up
        self._others = min(_processors(), _MOST_PROCESSES) - 1
        self._waiting: deque[str] = deque()
        self._given = 0
        self._shared: _Shared | None = None
        self._processes: list[_Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the other processes; what they have not written is left."""
        if self._shared is None:
            return
        self._shared.stop.value = 1
        self._end(self._shared.queue)
        for process, _ in self._processes:
            process.join(_GRACE_SECONDS)
            process.terminate()
            process.join()
        self._shared.queue.close()
        self._shared, self._processes = None, []

    @property
    def is_begun(self) -> bool:
        """Whether there are other processes."""
        return self._shared is not None

    def begin(self) -> None:
        """Start the other processes, if the machine has processors for them."""
        if self._shared is not None or not self._others:
            return
        context = _context()
        if context.get_start_method() == "fork":
            self._warm_up()
        queue = context.Queue()
        queue.cancel_join_thread()  # nothing that is left in it is wanted when this process ends
        self._shared = _Shared(queue, context.RawArray("q", self._others), context.RawValue("b", 0))
        with _interrupts_held():
            self._processes = [self._start(context, self._shared, number) for number in range(self._others)]
        self.add(())

    def _start(self, context: Any, shared: _Shared, number: int) -> _Process:
        answer, told = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(shared, number, self._work, told), daemon=True)
        process.start()
        told.close()  # so that it is noticed when the other end is gone
        return _Process(process, answer)

    def add(self, capture_ids: Iterable[str]) -> None:
        """Give captures to be worked on."""
        before = len(self._waiting)
        self._waiting.extend(capture_ids)
        self._given += len(self._waiting) - before
        while self._shared is not None and len(self._waiting) >= _BATCH:
            self._shared.queue.put(self._take())

    def finish(self, progress: Progress | None = None) -> Summary:
        """Do what is left, with the others, which end; returns what all of it changed.

        Raises what the work raises, and :class:`WorkerDied`.
        """
        _prepare_memory()
        work, summary = self._work(), Summary()
        for batch, taken in self._rest():
            summary += _step(work, batch)
            if progress is not None:
                progress(taken, self._given)
        summary += work.write(wait=True)
        summary = sum((process.result() for process in self._processes), summary)
        self.close()
        return summary

    def _rest(self) -> Iterator[tuple[Batch, int]]:
        """Batches that nobody has taken, with the number of captures taken; ends when another process has ended.

        Others end when nothing is left, or by an error.
        """
        if self._shared is None:
            while self._waiting:
                yield self._take(), self._given - len(self._waiting)
            return
        shared = self._shared
        if self._waiting:
            shared.queue.put(self._take())
        self._end(shared.queue)
        own = 0
        while not any(process.is_over() for process in self._processes):
            # Not for ever: a process may have been killed with its hand in the queue.
            with suppress(Empty):
                batch = shared.queue.get(timeout=_LOOK_SECONDS)
                if batch is None:
                    return
                own += len(batch)
                yield batch, own + sum(shared.taken)

    def _end(self, queue: "Queue[Batch | None]") -> None:
        """Tell every process that there is no more."""
        for _ in range(1 + self._others):
            queue.put(None)

    def _take(self) -> Batch:
        return tuple(self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting))))

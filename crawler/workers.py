"""Work on many items, shared by this process and others beside it.

All take batches of items (files, ids of captures) from one queue. Each reads what it took, and writes what it has read
when no other does, so that nothing but names and counts goes from one to the other. Others are started where it is
worth it: beside a fast crawl while captures are still coming in, else once this process has met something to be written
and much more is waiting.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from queue import Empty
from types import FrameType, TracebackType
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

from crawler.interrupts import INTERRUPTS

WORTH_IT = 150
"""Fewer items than this are read sooner in one process than others are started."""
_MOST_PROCESSES = 4
"""Only one writes at a time, and writing is more than a third of the work."""
_BATCH = 25
"""Items that are taken and read at a time."""
_LOOK_SECONDS = 0.2
"""When nothing came out of the queue for so long, it is looked whether the others live."""
_GRACE_SECONDS = 3.0
"""How long a process may take to end what it does when all is called off."""
_LEAST = 200
"""Items that are written together; fewer take longer."""
_LEAST_AT_END = 50
"""The same when hardly any are left: what all hold in the end is written by one after the other, while others wait."""
_MORE = 100
"""So many more than the least are held while another process writes; then its turn is waited for."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result", bound="Addable")
_ItemRead = TypeVar("_ItemRead", contravariant=True)
_ResultMade = TypeVar("_ResultMade", bound="Addable", covariant=True)

Progress = Callable[[int, int], None]
"""Called with the number of items taken so far and of all."""


class Addable(Protocol):
    """What came of a part of the work."""

    def __add__(self, other: Any, /) -> Any:
        """What came of both parts."""
        ...


class Work(Protocol[_ItemRead, _ResultMade]):
    """What one process does with batches: what it has read is held until it can be written."""

    @property
    def held(self) -> int:
        """Size of what was read and not written: a number of items of the usual size."""
        ...

    @property
    def result(self) -> _ResultMade:
        """What came of all that was read and written."""
        ...

    def read(self, batch: Sequence[_ItemRead], /) -> None:
        """Read a batch."""

    def write(self, *, wait: bool) -> None:
        """Write all that is held; unless told to wait, nothing if another process writes now."""


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


_Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold interrupts back while processes start: none is lost, leaves one half begun, or ends them before they listen.

    They inherit the mask. This process needs more: what one thread does not take another does, that of a progress bar
    for example, and Python's handler then runs in the main thread all the same.
    """
    came: list[int] = []
    handlers: dict[int, _Handler] = {}
    if threading.current_thread() is threading.main_thread():  # no other can have handlers
        for number in INTERRUPTS:
            if callable(handler := signal.getsignal(number)):
                handlers[number] = handler
                signal.signal(number, lambda number, _frame: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for held, handler in handlers.items():
            signal.signal(held, handler)
        if came:
            handlers[came[0]](came[0], None)


def _begin_process() -> None:
    """What a process that works for this one does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
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

    queue: "Queue[tuple[Any, ...] | None]"
    """Batches to be worked on; ``None`` for each process at the end."""
    taken: Any
    """Number of items that each process has taken, an array; this one's come last."""
    given: Any
    """Number of all items, once no more are coming; 0 until then."""
    stop: Any
    """1 where what is left in the queue is not wanted any more."""

    def enough(self) -> int:
        """How much is worth being written: less towards the end, when nobody will have more."""
        if not self.given.value:
            return _LEAST
        left: int = self.given.value - sum(self.taken)
        return min(max(left // len(self.taken), _LEAST_AT_END), _LEAST)


def _serve(
    shared: _Shared, number: int, make: Callable[[], Work[_Item, _Result]], answer: "Connection[Any, Any]"
) -> None:
    """Work for another process, and answer with what came of it, or with what went wrong."""
    _begin_process()
    try:
        found: _Result | Exception = _work_on_queue(shared, number, make())
    except Exception as error:
        found = error
    answer.send(found)


def _work_on_queue(shared: _Shared, number: int, work: Work[_Item, _Result]) -> _Result:
    while (batch := shared.queue.get()) is not None and not shared.stop.value:
        shared.taken[number] += len(batch)
        _step(work, batch, shared)
    if not shared.stop.value:  # what is not written is read again by the next command
        work.write(wait=True)
    return work.result


def _step(work: Work[_Item, _Result], batch: Sequence[_Item], shared: _Shared | None) -> None:
    """Read a batch, and write what is held if it is enough and nobody else writes."""
    work.read(batch)
    enough = _LEAST if shared is None else shared.enough()
    if work.held >= enough:
        work.write(wait=work.held >= enough + _MORE)


class _Process(Generic[_Result]):
    """A process that works for this one."""

    def __init__(self, process: BaseProcess, answer: "Connection[Any, Any]") -> None:
        """``answer``: where its answer comes."""
        self._process = process
        self._answer = answer

    def is_over(self) -> bool:
        """It has done its work, or something went wrong with it."""
        return self._answer.poll() or not self._process.is_alive()

    def result(self) -> _Result:
        """Wait for its answer. Raises what its work raised, and :class:`WorkerDied`."""
        try:
            found: _Result | Exception = self._answer.recv()
        except EOFError:
            message = "a process that read captures was ended from outside, or memory was short; what was committed is"
            raise WorkerDied(f"{message} whole, and the same command goes on from there") from None
        if isinstance(found, Exception):
            raise found
        return found

    def end(self) -> None:
        """Wait for its end, and bring it about where it takes too long."""
        self._process.join(_GRACE_SECONDS)
        self._process.terminate()
        self._process.join()


# --- all of them -----------------------------------------------------------------------------------------------------


class Workers(Generic[_Item, _Result]):
    """This process and others, which share the items that they are given; a context manager that ends them.

    Where other processes were begun, these work at once; this one, which has other work until then, does its share in
    :meth:`finish`.
    """

    def __init__(self, work: Callable[[], Work[_Item, _Result]], warm_up: Callable[[], object]) -> None:
        """``work`` makes what a process does, ``warm_up`` loads what that needs; the first is pickled."""
        self._work = work
        self._warm_up = warm_up
        self._others = min(_processors(), _MOST_PROCESSES) - 1
        self._waiting: deque[_Item] = deque()
        self._given = 0
        self._taken = 0
        self._shared: _Shared | None = None
        self._processes: list[_Process[_Result]] = []

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
        self._announce_end(self._shared)
        for process in self._processes:
            process.end()
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
        if self._waiting and context.get_start_method() == "fork":
            self._warm_up()  # once for all; with no work yet, each loads what it needs when there is some
        queue = context.Queue()
        queue.cancel_join_thread()  # nothing that is left in it is wanted when this process ends
        taken = context.RawArray("q", 1 + self._others)
        taken[-1] = self._taken
        self._shared = _Shared(queue, taken, context.RawValue("q", 0), context.RawValue("b", 0))
        with _interrupts_held():
            self._processes = [self._start(context, self._shared, number) for number in range(self._others)]
        self.add(())

    def _start(self, context: Any, shared: _Shared, number: int) -> _Process[_Result]:
        answer, told = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(shared, number, self._work, told), daemon=True)
        process.start()
        told.close()  # so that it is noticed when the other end is gone
        return _Process(process, answer)

    def add(self, items: Iterable[_Item]) -> None:
        """Give items to be worked on."""
        before = len(self._waiting)
        self._waiting.extend(items)
        self._given += len(self._waiting) - before
        while self._shared is not None and len(self._waiting) >= _BATCH:
            self._shared.queue.put(self._take(_BATCH))

    def finish(self, progress: Progress | None = None) -> _Result:
        """Do what is left, with the others, which end; returns what came of all of it.

        Others are started where that is worth it. Raises what the work raises, and :class:`WorkerDied`.
        """
        _prepare_memory()
        work = self._work()
        size = 1  # one item tells whether there is anything to be written
        while self._shared is None and self._waiting:
            batch = self._take(size)
            self._taken += len(batch)
            _step(work, batch, None)
            if progress is not None:
                progress(self._taken, self._given)
            if work.held and len(self._waiting) >= WORTH_IT:
                self.begin()
            size = _BATCH
        if self._shared is not None:
            self._share(self._shared, work, progress)
        work.write(wait=True)
        result = work.result
        for process in self._processes:
            result = result + process.result()
        self.close()
        return result

    def _share(self, shared: _Shared, work: Work[_Item, _Result], progress: Progress | None) -> None:
        """Work on what nobody has taken, until nothing is left, or until another process has ended.

        Others end when nothing is left, or by an error.
        """
        if self._waiting:
            shared.queue.put(self._take(len(self._waiting)))
        shared.given.value = self._given
        self._announce_end(shared)
        while not any(process.is_over() for process in self._processes):
            # Not for ever: a process may have been killed with its hand in the queue.
            with suppress(Empty):
                batch = shared.queue.get(timeout=_LOOK_SECONDS)
                if batch is None:
                    return
                shared.taken[-1] += len(batch)
                _step(work, batch, shared)
                if progress is not None:
                    progress(sum(shared.taken), self._given)

    def _announce_end(self, shared: _Shared) -> None:
        """Tell every process that there is no more."""
        for _ in range(1 + self._others):
            shared.queue.put(None)

    def _take(self, most: int) -> tuple[_Item, ...]:
        return tuple(self._waiting.popleft() for _ in range(min(most, len(self._waiting))))

"""The one build path: captures that the archive has not seen become rows.

A live crawl, an import and a rebuild differ in how captures get into the store. Each capture is read by
:mod:`crawler.reading` and written by :func:`add_readings`, and every command ends with :func:`update_archive`. So the
archive never depends on the way or the order in which a page came in, and what a command left undone when it was
stopped between the two files is made good by the next one.

Readers of pages are imported where something is read: mostly a command finds nothing new.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from crawler.captures import Capture, CaptureStore, DamagedBody, NotACaptureStore, captures_path
from crawler.locks import AnotherRun, sole_lock, waiting_lock
from crawler.tombstones import forgotten_captures
from crawler.workers import Progress, Workers
from normalize import __version__
from normalize.archive import Archive, ArchiveStale, Summary, open_readonly
from normalize.decisions import Decisions, decisions_path, load_decisions
from normalize.model import PostRecord, Reading
from normalize.rules import rules_digest

_WAY_OUT: Final = "give the right ones with --captures, or remove the archive first"


class CapturesMissing(ValueError):
    """The captures given are not those that the archive was built from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The two files of an archive."""

    archive: Path
    captures: Path

    @classmethod
    def of(cls, archive: Path, captures: Path | None = None) -> "Paths":
        """Those of an archive; the captures lie beside it unless another place is given."""
        return cls(archive=archive, captures=captures or captures_path(archive))

    @property
    def decisions(self) -> Path:
        """The decisions by hand about this archive; mostly there is no such file."""
        return decisions_path(self.archive)


def workers(paths: Paths) -> Workers[str, Summary]:
    """Processes that read captures into an archive while more are coming in; :func:`update_archive` goes on with it.

    Where somebody has made decisions meanwhile, captures are left to that function, which builds the archive anew.
    """
    return Workers(partial(_Captures, paths, paths.archive, stale_is_left=True), warm_up)


def update_archive(paths: Paths, progress: Progress | None = None) -> Summary:
    """Bring the archive up to date with its captures; returns what changed.

    An archive that was built with other rules, code or decisions is built anew first, since its rows could not be had
    from these; so is one that still holds what was forgotten. Raises what :class:`~normalize.archive.Archive`,
    :func:`~normalize.decisions.load_decisions` and :class:`~crawler.captures.CaptureStore` raise; every transaction
    before stays.
    """
    with building(paths.archive):
        if not is_extendable(paths):
            return _rebuild(paths, progress)
        pending = _pending(paths, paths.archive)
    try:
        return _add(partial(_Captures, paths, paths.archive), pending, progress)
    except ArchiveStale:  # somebody has made decisions meanwhile
        with building(paths.archive):
            return _rebuild(paths, progress)


def is_extendable(paths: Paths) -> bool:
    """Whether the archive, if there is one, is as the present rules, code and decisions build it."""
    return not paths.archive.exists() or (_is_current(paths) and not _holds_forgotten(paths))


def rebuild_archive(paths: Paths, progress: Progress | None = None) -> Summary:
    """Build the archive anew from its captures alone; the old one stays until the new one is complete.

    Raises :class:`CapturesMissing` where the captures are not those of the archive.
    """
    check_files(paths)
    if not paths.captures.exists():
        raise NotACaptureStore(f"there are no captures at {paths.captures}")
    with building(paths.archive):
        return _rebuild(paths, progress)


def check_files(paths: Paths) -> None:
    """Refuse files that are something else, or of a newer version, or decisions that are not understood, before
    anything is fetched, stored or written.

    Raises what opening them raises.
    """
    load_decisions(paths.decisions)
    if paths.archive.exists():
        open_readonly(paths.archive).close()
    if paths.captures.exists():
        CaptureStore.open(paths.captures, readonly=True).close()


def refuse_missing_captures(paths: Paths) -> None:
    """Refuse to begin new captures beside an archive that was built from others: all would be fetched again, and the
    archive could never be built anew. Raises :class:`CapturesMissing`.
    """
    if paths.captures.exists() or not paths.archive.exists():
        return
    with closing(open_readonly(paths.archive)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM captures").fetchone()
    if count:
        message = f"there are no captures at {paths.captures}, and {paths.archive} was built from {count:,}"
        raise CapturesMissing(f"{message}; {_WAY_OUT}")


def _refuse_loss(paths: Paths) -> None:
    """A rebuilt archive must not lack what the old one has: then the captures are those of another archive."""
    if not paths.archive.exists():
        return
    with closing(open_readonly(paths.archive)) as connection:
        processed = {row[0] for row in connection.execute("SELECT capture_id FROM captures")}
    with CaptureStore.open(paths.captures, readonly=True) as store:
        missing = processed.difference(store.capture_ids()) - forgotten_captures(store.connection)
    if missing:
        message = f"{paths.captures} lacks {len(missing):,} captures that {paths.archive} was built from"
        raise CapturesMissing(f"{message}; {_WAY_OUT}")


def _holds_forgotten(paths: Paths) -> bool:
    """Whether the archive was built from captures that were removed for good since."""
    if not paths.captures.exists():
        return False
    with CaptureStore.open(paths.captures, readonly=True) as store:
        forgotten = forgotten_captures(store.connection)
    if not forgotten:
        return False
    with _open(paths, paths.archive) as archive:
        return not forgotten.isdisjoint(archive.known_captures())


def _rebuild(paths: Paths, progress: Progress | None) -> Summary:
    archive = paths.archive.resolve()  # a link stays one: what it leads to is what must go
    fresh = archive.with_name(archive.name + ".new")
    _refuse_loss(paths)
    remove_database(fresh)
    try:
        # One set of decisions for the whole archive, whatever is decided meanwhile: the next command sees that.
        decisions = load_decisions(paths.decisions)
        work = partial(_Captures, paths, fresh, decisions=decisions)
        summary = _add(work, _pending(paths, fresh, decisions), progress)
        fresh.replace(archive)
    finally:
        remove_database(fresh)
        _lock_path(fresh).unlink(missing_ok=True)
    _sync_folder(archive.parent)
    return summary


def remove_database(path: Path) -> None:
    """Remove an SQLite file, with the journal that a killed process may have left: a new file must not meet it."""
    path.with_name(path.name + "-journal").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


@cache
def code_version() -> str:
    """Version of the code that decides what the rows are: ``0.1.0+3f2a…``, the digest of its sources behind the plus.

    An archive that other code has built is built anew, also between releases.
    """
    digest = hashlib.sha256()
    crawler = files("crawler")  # the rooms below it are only looked at, not imported
    for room in (crawler / "pages", crawler / "digest", files("normalize")):
        for source in _sources(room):
            digest.update(source.read_bytes().replace(b"\r\n", b"\n"))
    return f"{__version__}+{digest.hexdigest()[:12]}"


_READERS_OF_ARCHIVES = "browse"
"""Code of ``normalize`` that looks at archives and has no part in what they hold."""


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != _READERS_OF_ARCHIVES:
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".sql")):
            yield entry


def _open(paths: Paths, path: Path, decisions: Decisions | None = None) -> Archive:
    """The archive at ``path``, or the one that is going to take its place there."""
    decisions = load_decisions(paths.decisions) if decisions is None else decisions
    return Archive.open(path, rules_digest=rules_digest(), code_version=code_version(), decisions=decisions)


def _is_current(paths: Paths) -> bool:
    with _open(paths, paths.archive) as archive:
        return archive.is_current()


def _pending(paths: Paths, path: Path, decisions: Decisions | None = None) -> list[str]:
    """Captures that an archive has not seen."""
    with CaptureStore.open(paths.captures, readonly=True) as store, _open(paths, path, decisions) as archive:
        known = archive.known_captures()
        return [capture_id for capture_id in store.capture_ids() if capture_id not in known]


class _Captures:
    """What one process does with ids of stored captures: see :class:`crawler.workers.Work`."""

    def __init__(
        self, paths: Paths, path: Path, *, decisions: Decisions | None = None, stale_is_left: bool = False
    ) -> None:
        """``path``: the archive, or the one that is going to take its place; else as :func:`add_readings`."""
        self._paths = paths
        self._path = path
        self._decisions = decisions
        self._stale_is_left = stale_is_left
        self._readings: dict[str, Reading] = {}
        self.result = Summary()

    @property
    def held(self) -> int:
        return len(self._readings)

    def read(self, batch: Sequence[str]) -> None:
        with CaptureStore.open(self._paths.captures, readonly=True) as store:
            self._readings |= {reading.capture_id: reading for reading in _read_stored(store, batch)}

    def write(self, *, wait: bool) -> None:
        if not self._readings:
            return
        with turn_to_write(self._path, wait=wait) as is_ours:
            if is_ours:
                readings, self._readings = self._readings, {}
                self.result += add_readings(
                    self._paths,
                    readings.values(),
                    path=self._path,
                    decisions=self._decisions,
                    stale_is_left=self._stale_is_left,
                )


def add_readings(
    paths: Paths,
    readings: Collection[Reading],
    *,
    path: Path | None = None,
    decisions: Decisions | None = None,
    stale_is_left: bool = False,
) -> Summary:
    """Write readings of stored captures into the archive; to be called when it is this process's turn.

    Args:
        paths: archive and captures.
        readings: what was forgotten since it was read is passed over.
        path: the archive that is going to take the place of the present one; ``None``: the present one.
        decisions: those to obey, whatever the file says by then; ``None``: those of the file.
        stale_is_left: do nothing where the archive must be built anew, instead of raising.

    Raises:
        ArchiveStale: the archive was built with other rules, code or decisions.
    """
    with (
        CaptureStore.open(paths.captures, readonly=True) as store,
        _open(paths, path or paths.archive, decisions) as archive,
    ):
        if stale_is_left and not archive.is_current():
            return Summary()
        by_id = {reading.capture_id: reading for reading in readings}
        # What was forgotten meanwhile must not come back.
        kept = [by_id[capture_id] for capture_id in store.present(by_id)]
        return archive.add(kept, reread=partial(_reread, store))


def _add(work: Callable[[], _Captures], pending: Sequence[str], progress: Progress | None) -> Summary:
    if not pending:
        return Summary()
    with Workers(work, warm_up) as crew:
        crew.add(pending)
        return crew.finish(progress)


def warm_up() -> None:
    """Load the readers of pages and their rules, before processes that need them are forked."""
    from crawler import reading

    reading.warm_up()


def _read_stored(store: CaptureStore, capture_ids: Iterable[str]) -> Iterator[Reading]:
    """Read captures by their ids; one that is no longer there is passed over."""
    for capture_id in capture_ids:
        capture = store.observation(capture_id)
        reading = None if capture is None else _read_body(store, capture)
        if reading is not None:
            yield reading


def _read_body(store: CaptureStore, capture: Capture) -> Reading | None:
    """``None`` where the capture was forgotten while it was read."""
    from crawler.reading import read_capture, unreadable

    try:
        body = store.body(capture.body_sha256)
    except DamagedBody as error:
        return unreadable(capture, "damaged_body", f"The stored bytes are damaged: {error}")
    except KeyError as error:
        if not store.present([capture.capture_id]):
            return None
        return unreadable(capture, "damaged_body", f"The stored bytes are missing: {error.args[0]}")
    return read_capture(capture, body, kept=store.kept(capture))


def _reread(store: CaptureStore, capture_id: str) -> PostRecord | None:
    return next((reading.record for reading in _read_stored(store, (capture_id,))), None)


@contextmanager
def turn_to_write(archive: Path, *, wait: bool) -> Iterator[bool]:
    """Whether this process may write the archive now; where it waits for its turn, it may."""
    with ExitStack() as held:
        is_ours = True
        try:
            held.enter_context(building(archive) if wait else sole_lock(_lock_path(archive), "writer"))
        except AnotherRun:
            is_ours = False
        yield is_ours


def building(archive: Path) -> AbstractContextManager[None]:
    """Wait until no other process builds this archive, and keep others waiting."""
    return waiting_lock(_lock_path(archive))


def _lock_path(archive: Path) -> Path:
    return archive.with_name(archive.name + ".lock")


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

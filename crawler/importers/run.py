"""Files into the capture store, and on into the archive.

A file is read once: while its bytes are at hand they are packed for the store and read for the archive, by whichever
process took the file. A process that has some together stores their captures, and writes what they say when no other
process writes the archive; a command that is stopped in between leaves captures that the next one reads.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from crawler.captures import CaptureStore, NewCapture, PackedCapture, pack
from crawler.importers.files import RefusedPath, SkippedFiles, SourceFile, capture_of, find_files
from crawler.ingest import Paths, add_readings, is_extendable, turn_to_write, warm_up
from crawler.tombstones import has_tombstones, when_forgotten
from crawler.workers import Progress, Workers
from normalize.archive import Summary
from normalize.model import Reading

_USUAL_BYTES = 240_000
"""Of a page; a larger one counts for several, so that memory stays flat whatever the files' size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenFile:
    """A copy of a post that somebody asked to forget."""

    path: Path
    forgotten_at: str
    """``2026-01-31T06:00:00Z``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of files. Reports can be added."""

    files: int = 0
    new: tuple[str, ...] = ()
    """Ids of the captures that were not known before."""
    known: int = 0
    """Files that the store held already."""
    refused: tuple[RefusedPath, ...] = ()
    skipped: tuple[SkippedFiles, ...] = ()
    forgotten: tuple[ForgottenFile, ...] = ()
    """Files that were passed over."""
    summary: Summary = field(default_factory=Summary)
    """What changed in the archive."""

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(**{name: getattr(self, name) + getattr(other, name) for name in ImportReport.__slots__})


def import_files(paths: Sequence[Path], into: Paths, progress: Progress | None = None) -> ImportReport:
    """Store what the files hold, and bring it into the archive; those that cannot be read leave no trace.

    Neither file is made before there is something to put into it. Where the archive must be built anew, captures are
    only stored: that, and what commands before this one left undone, is for :func:`crawler.ingest.update_archive`.

    Raises what that raises.
    """
    found = list(find_files(paths))
    files = [item for item in found if isinstance(item, SourceFile)]
    with Workers(partial(_Files, into), warm_up) as crew:
        crew.add(files)
        report = crew.finish(progress)
    return replace(
        report,
        files=len(files),
        refused=_in_order(found, report.refused),
        skipped=tuple(item for item in found if isinstance(item, SkippedFiles)),
        forgotten=tuple(sorted(report.forgotten, key=lambda file: file.path)),
    )


def _in_order(
    found: Iterable[SourceFile | RefusedPath | SkippedFiles], unread: Iterable[RefusedPath]
) -> tuple[RefusedPath, ...]:
    """All that was refused, at once or when it was read, in the order in which it was found."""
    by_path = {refused.path: refused for refused in unread}
    refused = (
        item if isinstance(item, RefusedPath) else by_path.get(item.path)
        for item in found
        if not isinstance(item, SkippedFiles)
    )
    return tuple(item for item in refused if item is not None)


class _Files:
    """What one process does with files: see :class:`crawler.workers.Work`."""

    def __init__(self, into: Paths) -> None:
        self._into = into
        self._packed: dict[str, PackedCapture] = {}
        """Not stored yet."""
        self._readings: dict[str, Reading] = {}
        """Not archived yet."""
        self._held_bytes = 0
        self._new: list[str] = []
        self._known = 0
        self._refused: list[RefusedPath] = []
        self._forgotten: list[ForgottenFile] = []
        self._summary = Summary()

    @property
    def held(self) -> int:
        return max(len(self._readings), self._held_bytes // _USUAL_BYTES)

    @property
    def result(self) -> ImportReport:
        return ImportReport(
            new=tuple(self._new),
            known=self._known,
            refused=tuple(self._refused),
            forgotten=tuple(self._forgotten),
            summary=self._summary,
        )

    @cached_property
    def _is_archived(self) -> bool:
        """What is stored is also brought into the archive; asked when there is something."""
        return is_extendable(self._into)

    def read(self, batch: Sequence[SourceFile]) -> None:
        with _existing(self._into.captures) as store:
            for source in batch:
                try:
                    body = source.read()
                except OSError as error:
                    self._refuse(source, f"it cannot be read: {error.strerror}")
                else:
                    self._read(source, body, store)

    def _read(self, source: SourceFile, body: bytes, store: CaptureStore | None) -> None:
        """What is known is not looked at again; what is new must be a readable page, of a post not forgotten."""
        item = capture_of(source, body)
        if store is not None and (moment := _when_forgotten(store, item)) is not None:
            self._forgotten.append(ForgottenFile(path=source.path, forgotten_at=moment))
        elif store is not None and store.known(item):
            self._known += 1
        else:
            self._hold(source, item)

    def _hold(self, source: SourceFile, item: NewCapture) -> None:
        # Imported here: mostly nothing is new, and the readers of pages and their rules take a tenth of a second.
        from crawler.pages import UnreadablePage
        from crawler.reading import read_file

        packed = pack(item)
        try:
            reading = read_file(packed.capture, item.body)
        except UnreadablePage as error:
            self._refuse(source, str(error))
            return
        if reading.capture_id in self._readings:
            self._known += 1
            return
        self._packed[reading.capture_id] = packed
        self._readings[reading.capture_id] = reading
        self._held_bytes += packed.size

    def _refuse(self, source: SourceFile, reason: str) -> None:
        self._refused.append(RefusedPath(path=source.path, reason=reason))

    def write(self, *, wait: bool) -> None:
        if self._packed:
            self._store()
        if self._readings:
            with turn_to_write(self._into.archive, wait=wait) as is_ours:
                if is_ours:
                    readings, self._readings, self._held_bytes = self._readings, {}, 0
                    self._summary += add_readings(self._into, readings.values(), stale_is_left=True)

    def _store(self) -> None:
        """Captures are stored whoever writes the archive; of what is known by now nothing is to be written there."""
        packed, self._packed = self._packed, {}
        with CaptureStore.open(self._into.captures) as store:
            new = store.add_packed(packed.values())
        self._new += new
        self._known += len(packed) - len(new)
        for capture_id in packed.keys() - set(new):
            del self._readings[capture_id]
        if not self._is_archived:
            self._readings, self._held_bytes = {}, 0


def _when_forgotten(store: CaptureStore, item: NewCapture) -> str | None:
    """When the post in a file was forgotten. What is in the store was not; only what is not has to be read."""
    if not has_tombstones(store.connection):
        return None  # as mostly: nothing else need be asked
    return store.forgotten(item) or (None if store.known(item) else when_forgotten(store, item))


def _existing(path: Path) -> AbstractContextManager[CaptureStore | None]:
    """The store, for reading; none where there is no file yet: refused files alone make none."""
    return CaptureStore.open(path, readonly=True) if path.exists() else nullcontext()

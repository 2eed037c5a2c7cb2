"""Files into the capture store."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from crawler.captures import CaptureStore, NewCapture
from crawler.importers.files import RefusedPath, SkippedFiles, SourceFile, capture_of, find_files
from crawler.pages import UnreadablePage, check_page
from crawler.tombstones import has_tombstones, when_forgotten

_FIRST_CHUNK_FILES = 25
"""Few, so that those who read captures need not wait for long."""
_CHUNK_FILES = 200
_CHUNK_BYTES = 48 * 1024 * 1024
"""A transaction holds whichever comes first, so that memory stays flat whatever the files' size."""

_Input = tuple[Path, NewCapture]

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenFile:
    """A copy of a post that somebody asked to forget."""

    path: Path
    forgotten_at: str
    """``2026-01-31T06:00:00Z``."""


@dataclass(slots=True)
class ImportReport:
    """What became of the files."""

    files: int = 0
    new: list[str] = field(default_factory=list)
    """Ids of the captures that were not known before."""
    known: int = 0
    """Files that the store held already."""
    refused: list[RefusedPath] = field(default_factory=list)
    skipped: list[SkippedFiles] = field(default_factory=list)
    forgotten: list[ForgottenFile] = field(default_factory=list)
    """Files that were passed over."""


def import_files(
    paths: Sequence[Path],
    store: Path,
    progress: Progress | None = None,
    *,
    expect: Callable[[int], None] = lambda _captures: None,
    stored: Callable[[list[str]], None] = lambda _capture_ids: None,
) -> ImportReport:
    """Store what the files hold; those that cannot be read are reported and leave no trace.

    A store is only made once there is something to put into it. ``expect`` is told, as soon as something new is met,
    how many captures there may be, ``stored`` the ids of the new ones after each transaction.
    """
    report = ImportReport()
    found = list(find_files(paths))
    files = [item for item in found if isinstance(item, SourceFile)]
    report.files = len(files)
    report.refused += [item for item in found if isinstance(item, RefusedPath)]
    report.skipped += [item for item in found if isinstance(item, SkippedFiles)]
    done = 0
    for chunk, size in _chunks(files, report):
        done += size
        if chunk:
            stored(_store(chunk, store, report, lambda: expect(len(files))))
        if progress is not None:
            progress(done, len(files))
    return report


def _chunks(files: Sequence[SourceFile], report: ImportReport) -> Iterator[tuple[list[_Input], int]]:
    chunk: list[_Input] = []
    held = size = 0
    most = _FIRST_CHUNK_FILES
    for source in files:
        capture = _read(source, report)
        size += 1
        if capture is not None:
            chunk.append((source.path, capture))
            held += len(capture.body)
        if size >= most or held >= _CHUNK_BYTES:
            yield chunk, size
            chunk, held, size, most = [], 0, 0, _CHUNK_FILES
    if size:
        yield chunk, size


def _read(source: SourceFile, report: ImportReport) -> NewCapture | None:
    try:
        return capture_of(source, source.read())
    except OSError as error:
        report.refused.append(RefusedPath(path=source.path, reason=f"it cannot be read: {error.strerror}"))
        return None


def _store(chunk: list[_Input], path: Path, report: ImportReport, announce: Callable[[], None]) -> list[str]:
    """What is known is not looked at again; what is new must be a readable page, of a post that was not forgotten."""
    with _existing(path) as store:
        if store is not None and has_tombstones(store.connection):
            chunk = _without_forgotten(chunk, store, report)
        fresh = [item for item in chunk if store is None or not store.known(item[1])]
    if fresh:
        announce()
    readable = [capture for source, capture in fresh if _is_readable(source, capture, report)]
    if not readable:
        report.known += len(chunk) - len(fresh)
        return []
    with CaptureStore.open(path) as store:
        report.known += len(chunk) - len(fresh)
        new = store.add(readable)
        report.new += new
        report.known += len(readable) - len(new)
        return new


def _without_forgotten(chunk: list[_Input], store: CaptureStore, report: ImportReport) -> list[_Input]:
    """Those that may come in, or are in. Only what is not known has to be read."""
    left: list[_Input] = []
    for source, capture in chunk:
        moment = store.forgotten(capture)
        if moment is None and not store.known(capture):
            moment = when_forgotten(store, capture)
        if moment is None:
            left.append((source, capture))
        else:
            report.forgotten.append(ForgottenFile(path=source, forgotten_at=moment))
    return left


def _existing(path: Path) -> AbstractContextManager[CaptureStore | None]:
    """The store, for reading; none where there is no file yet: refused files alone make none."""
    return CaptureStore.open(path, readonly=True) if path.exists() else nullcontext()


def _is_readable(path: Path, capture: NewCapture, report: ImportReport) -> bool:
    try:
        check_page(capture.body, name=path.name)
    except UnreadablePage as error:
        report.refused.append(RefusedPath(path=path, reason=str(error)))
        return False
    return True

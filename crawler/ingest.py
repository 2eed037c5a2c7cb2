"""The one build path: captures that the archive has not seen become rows.

A live crawl, an import and a rebuild differ in how captures get into the store; from there all of them call
:func:`update_archive`. So the archive never depends on the way or the order in which a page came in, and what a
command left undone when it was stopped between the two files is made good by the next one.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import urlsplit

from crawler.captures import Capture, CaptureStore, DamagedBody, NotACaptureStore, captures_path
from crawler.digest import read_post
from crawler.importers.files import file_name
from crawler.locks import AnotherRun, sole_lock, waiting_lock
from crawler.mementos import INDEX_PATH, memento_time
from crawler.pages import Page, UnreadablePage, read_page
from crawler.tombstones import forgotten_captures
from crawler.workers import WORTH_IT, Batch, Progress, Workers
from normalize import __version__
from normalize.archive import Archive, ArchiveStale, Reading, Summary, open_readonly
from normalize.decisions import Decisions, decisions_path, load_decisions
from normalize.model import PageClass, PostRecord, Problem
from normalize.records import normalize_post
from normalize.rules import rules_digest
from normalize.urls import canonical_url

_LIST_PATHS = ("/get-business-list", "/rss/list", "/rss/map", INDEX_PATH)
"""Ends of addresses at which there are lists of posts in JSON, or feeds."""
LOGIN_WANTED = "login: "
"""Begin of the reason of a refusal that asks for a login."""


# --- one capture -----------------------------------------------------------------------------------------------------


def read_capture(capture: Capture, body: bytes, *, kept: Capture | None = None) -> Reading:
    """What a capture is, and the record of the post that it holds, if it holds one. Never raises for a page.

    ``kept`` is the observation that the body came with, where the capture's own bytes were not kept because they say
    the same (or nothing, as status 304 does); of those only the number of reads counts.
    """
    known = _class_without_reading(capture)
    if known is not None:
        return _reading(capture, *known)
    try:
        page = page_of(capture, body, kept=kept)
    except UnreadablePage as error:
        problem = Problem(code=error.code, message=f"The page cannot be read: {error}", severity="error")
        return _reading(capture, "damaged", (problem,))
    if page.page_class != "post":
        return _reading(capture, page.page_class, page.problems)
    address = page.url or capture.address
    post = read_post(replace(page, url=canonical_url(address) if address else None))
    if post.kind == "other":
        problem = Problem(code="no_blocks", message="An article without paper blocks.", severity="info")
        return _reading(capture, "not_digest", (*post.problems, problem))
    post = post if capture.reads is None else replace(post, reads=capture.reads)
    return _reading(capture, "post", record=normalize_post(post))


def page_of(capture: Capture, body: bytes, *, kept: Capture | None = None) -> Page:
    """The page that a capture holds, as :func:`read_capture` reads it. Raises :class:`UnreadablePage`."""
    source = kept or capture
    status = 200 if capture.stands_for_body else capture.status
    return read_page(body, name=file_name(source.origin), status=status, charset=_charset(source))


def _class_without_reading(capture: Capture) -> tuple[PageClass, tuple[Problem, ...]] | None:
    """Class of an answer that was seen to be no page when it came in."""
    if capture.damaged is not None:
        message = f"The answer did not arrive whole: {capture.damaged}"
        return "damaged", (Problem(code="damaged", message=message, severity="error"),)
    if capture.blocked is not None:
        page_class: PageClass = "login" if capture.blocked.startswith(LOGIN_WANTED) else "blocked"
        return page_class, (Problem(code=page_class, message=f"The site refused to answer: {capture.blocked}"),)
    if capture.address is not None and urlsplit(capture.address).path.endswith(_LIST_PATHS):
        return "list", ()
    return None


def _charset(capture: Capture) -> str | None:
    content_type = (capture.headers or {}).get("content-type", "")
    _, found, charset = content_type.partition("charset=")
    return charset.split(";")[0].strip(" \"'") or None if found else None


def _reading(
    capture: Capture, page_class: PageClass, problems: tuple[Problem, ...] = (), record: PostRecord | None = None
) -> Reading:
    return Reading(
        capture_id=capture.capture_id,
        sha256=capture.sha256,
        address=capture.address,
        origin=capture.origin,
        status=capture.status,
        captured_at=memento_time(capture.address or "") or capture.fetched_at,
        page_class=page_class,
        record=record,
        problems=problems,
    )


# --- all that is new -------------------------------------------------------------------------------------------------


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


def workers(paths: Paths) -> Workers:
    """Processes that read captures into an archive while more are coming in; :func:`update_archive` goes on with it.

    Where somebody has made decisions meanwhile, captures are left to that function, which builds the archive anew.
    """
    return Workers(partial(_Batches, paths, paths.archive, stale_is_left=True), _warm_up)


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
        return _add(partial(_Batches, paths, paths.archive), pending, progress)
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
        raise CapturesMissing(f"{message}; give the right ones with --captures, or remove the archive first")


def _holds_forgotten(paths: Paths) -> bool:
    """Whether the archive was built from captures that were removed for good since."""
    with CaptureStore.open(paths.captures, readonly=True) as store:
        forgotten = forgotten_captures(store.connection)
    if not forgotten:
        return False
    with _open(paths, paths.archive) as archive:
        return not forgotten.isdisjoint(archive.known_captures())


def _rebuild(paths: Paths, progress: Progress | None) -> Summary:
    fresh = paths.archive.with_name(paths.archive.name + ".new")
    _refuse_loss(paths)
    remove_database(fresh)
    try:
        # One set of decisions for the whole archive, whatever is decided meanwhile: the next command sees that.
        decisions = load_decisions(paths.decisions)
        work = partial(_Batches, paths, fresh, decisions=decisions)
        summary = _add(work, _pending(paths, fresh, decisions), progress)
        fresh.replace(paths.archive)
    finally:
        remove_database(fresh)
        _lock_path(fresh).unlink(missing_ok=True)
    _sync_folder(paths.archive.parent)
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
    for package in ("crawler.pages", "crawler.digest", "normalize"):
        for source in _sources(files(package)):
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


class _Batches:
    """What one process reads, and holds until it is its turn to write: see :class:`crawler.workers.Work`."""

    def __init__(
        self, paths: Paths, path: Path, *, decisions: Decisions | None = None, stale_is_left: bool = False
    ) -> None:
        """``decisions``: those to obey, whatever the file says by then."""
        self._paths = paths
        self._path = path
        self._decisions = decisions
        self._stale_is_left = stale_is_left
        self._readings: dict[str, Reading] = {}

    @property
    def held(self) -> int:
        return len(self._readings)

    def read(self, batch: Batch) -> None:
        with self._store() as store:
            self._readings |= {reading.capture_id: reading for reading in _read_stored(store, batch)}

    def write(self, *, wait: bool) -> Summary:
        if not self._readings:
            return Summary()
        with ExitStack() as held:
            try:
                held.enter_context(building(self._path) if wait else sole_lock(_lock_path(self._path), "writer"))
            except AnotherRun:
                return Summary()
            return self._write()

    def _write(self) -> Summary:
        """Raises :class:`~normalize.archive.ArchiveStale`."""
        readings, self._readings = self._readings, {}
        with self._store() as store, _open(self._paths, self._path, self._decisions) as archive:
            if self._stale_is_left and not archive.is_current():
                return Summary()
            # What was forgotten meanwhile must not come back.
            kept = [readings[capture_id] for capture_id in store.present(readings)]
            return archive.add(kept, reread=partial(_reread, store))

    def _store(self) -> CaptureStore:
        return CaptureStore.open(self._paths.captures, readonly=True)


def _add(work: Callable[[], _Batches], pending: Sequence[str], progress: Progress | None) -> Summary:
    with Workers(work, _warm_up) as crew:
        if len(pending) >= WORTH_IT:
            crew.begin()
        crew.add(pending)
        return crew.finish(progress)


def _warm_up() -> None:
    """Read a small post, so that all rules are loaded before the first real one."""
    post = "**T**\n\n**@x 推荐**\n\n#t\n\n本文是清华大学发表于 ACL 2018 的工作。\n\n论文链接\n\nhttps://arxiv.org/abs/1806.00001\n"
    normalize_post(read_post(read_page(post.encode(), name="x.md")))


def _read_stored(store: CaptureStore, capture_ids: Iterable[str]) -> Iterator[Reading]:
    """Read captures by their ids; one that is no longer there is passed over."""
    for capture_id in capture_ids:
        capture = store.observation(capture_id)
        try:
            if capture is not None:
                yield _read_body(store, capture)
        except KeyError:
            if store.present([capture_id]):
                raise


def _read_body(store: CaptureStore, capture: Capture) -> Reading:
    try:
        body = store.body(capture.body_sha256)
    except DamagedBody as error:
        problem = Problem(code="damaged_body", message=f"The stored bytes are damaged: {error}", severity="error")
        return _reading(capture, "damaged", (problem,))
    return read_capture(capture, body, kept=store.kept(capture))


def _reread(store: CaptureStore, capture_id: str) -> PostRecord | None:
    return next((reading.record for reading in _read_stored(store, (capture_id,))), None)


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

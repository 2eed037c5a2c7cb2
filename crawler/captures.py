"""The capture store: everything that ever came in, byte for byte, beside the archive.

One SQLite file. A *body* is a distinct run of bytes, kept once, compressed, under its SHA-256. An *observation* says
that these bytes were seen: at which address, when, with which status and headers, and where they came from; where they
say the same of a post as a stored body, it names that body, and its own bytes are not kept. Both are only ever added,
unless somebody asks to forget a post (:mod:`crawler.forget`). The archive can be deleted and built again from this file
alone.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, Self, TypeVar

import zstandard

from crawler.captures_schema import (
    BLOCKED_HEADER,
    DAMAGED_HEADER,
    FILE_ORIGIN,
    SCHEMA,
    SCHEMA_VERSION,
    Answer,
    answer_of,
    mentions_of,
    migrate_from_1,
    post_key_of,
    show_as_2,
)
from normalize.archive_sql import select_in, transaction

__all__ = [
    "BLOCKED_HEADER",
    "DAMAGED_HEADER",
    "SCHEMA_VERSION",
    "Capture",
    "CaptureStore",
    "CaptureStoreError",
    "DamagedBody",
    "NewCapture",
    "NotACaptureStore",
    "PackedCapture",
    "StoreTooNew",
    "UnknownBody",
    "captures_path",
    "crawl_lock_path",
    "pack",
    "utc_text",
]

_APPLICATION_ID: Final = 0x50444350  # "PDCP" in the file's header: `file X.captures.db` and we know the file by it
_ZSTD_LEVEL: Final = 1  # 3,600 pages a second, a fifth of the size; level 3 takes half as long again and saves 7 %
_BUSY_TIMEOUT: Final = 60.0  # seconds that a writer waits for another one
_CHUNK: Final = 1000  # rows read at a time
_OK: Final = 200
_NOT_MODIFIED: Final = 304

# "https://blog.csdn.net/u/article/details/1\x00" would cut SQL's length(); "\ud800" cannot be bound at all
_UNFIT_TEXT: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

_SHA256: Final = re.compile("[0-9a-f]{64}")

_SEEN: Final = "sha256, address, origin, fetched_at, status, headers, body_sha256, reads"
_FIELDS: Final = f"capture_id, {_SEEN}"
_COLUMNS: Final = f"{_FIELDS}, post_key, answer, checksum"


class CaptureStoreError(ValueError):
    """Something is wrong with the file itself, not with SQLite or the disk."""


class NotACaptureStore(CaptureStoreError):
    """The file is missing, no SQLite file, or the database of something else."""


class StoreTooNew(CaptureStoreError):
    """The file was written by a later version of this software."""


class UnknownBody(ValueError):
    """A capture names a stored body that is not there."""


class DamagedBody(CaptureStoreError):
    """The bytes under a SHA-256 are no longer those that were stored."""


def captures_path(archive_path: Path) -> Path:
    """Where the captures of an archive live: ``data/archive.db`` → ``data/archive.captures.db``.

    Raises:
        ValueError: the path is that of a capture store already.
    """
    if archive_path.name.endswith(".captures.db"):
        raise ValueError(f"{archive_path} names a capture store; give the archive that it belongs to")
    return archive_path.with_name(archive_path.name.removesuffix(".db") + ".captures.db")


def crawl_lock_path(captures: Path) -> Path:
    """The lock that a crawl into a store holds, and whoever takes something out of it."""
    return captures.with_name(captures.name + ".crawl.lock")


def utc_text(moment: datetime) -> str:
    """A moment as the store writes it: ``2019-02-12T06:03:32Z``, whole seconds, so that text sorts as time does.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone, so it names no moment")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCapture:
    """Bytes that just came in, before they are stored."""

    body: bytes = field(repr=False)
    """As the sender meant them: content and transfer encodings undone, the character encoding untouched."""
    origin: str
    """Where they came from: ``csdn``, ``csdn via http://127.0.0.1:8123``, ``import``."""
    address: str | None = None
    """``None`` for a file that does not say which address it was saved from."""
    fetched_at: str | None = None
    """ISO 8601 with a zone, kept in UTC: ``2019-02-12T06:03:32Z``. ``None``: nothing says when."""
    status: int | None = None
    """HTTP status."""
    headers: Mapping[str, str] | None = None
    """Names in lower case."""
    live: bool = False
    """Fetched just now, so that the time is the clock's and not the input's: seeing again what was seen last at this
    address is no news. Otherwise the time is part of the input, and only an equal time makes an equal capture."""
    same_as: str | None = None
    """SHA-256 of a stored body that says the same of a post, so that these bytes need not be kept. Where no bytes came
    (status 304), they count as those of that body."""
    reads: int | None = None
    """Times that the post had been read, as these bytes say."""
    sha256: str = field(init=False, repr=False)
    """Of the body."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.body).hexdigest())
        for name, text in (("address", self.address), ("origin", self.origin)):
            if text is not None and (not text or _UNFIT_TEXT.search(text) is not None):
                raise ValueError(f"{name} {text!r} is empty or holds characters that no {name} can hold")
        if self.fetched_at is not None:
            object.__setattr__(self, "fetched_at", _canonical_time(self.fetched_at))
        if self.same_as is not None and _SHA256.fullmatch(self.same_as) is None:
            raise ValueError(f"same_as {self.same_as!r} is no SHA-256 in hexadecimal")
        if self.same_as is not None and self.status not in (None, _OK, _NOT_MODIFIED):
            raise ValueError(f"an answer with status {self.status} says nothing of a post, so it is the same as none")
        if self.reads is not None and self.reads < 0:
            raise ValueError(f"reads {self.reads} is below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One stored observation. Its body is read with :meth:`CaptureStore.body`."""

    capture_id: str
    """24 hexadecimal digits, made from body, address, origin and time: equal in every store that holds it."""
    sha256: str
    """Of the bytes that came in."""
    body_sha256: str = ""
    """Of the stored body that stands for them; mostly the same."""
    address: str | None
    origin: str
    fetched_at: str | None
    status: int | None
    headers: Mapping[str, str] | None
    reads: int | None = None
    """Times that the post had been read; ``None``: as the stored body says."""

    def __post_init__(self) -> None:
        if not self.body_sha256:
            object.__setattr__(self, "body_sha256", self.sha256)

    @property
    def answer(self) -> Answer | None:
        """What a fetched page says of the post at its address; ``None`` for a file, and for no answer to that."""
        headers = None if self.headers is None else json.dumps(dict(self.headers))
        return answer_of(self.status, headers, self.sha256)

    @property
    def stands_for_body(self) -> bool:
        """Whether these bytes were not kept, since the body that is named says the same."""
        return self.sha256 != self.body_sha256 or (self.status == _NOT_MODIFIED and self.answer == "whole")

    @property
    def damaged(self) -> str | None:
        """What is wrong with the bytes; ``None`` where they came whole as far as can be told."""
        return None if self.headers is None else self.headers.get(DAMAGED_HEADER)

    @property
    def blocked(self) -> str | None:
        """How it was seen that the site refused to answer; ``None`` where it did not."""
        return None if self.headers is None else self.headers.get(BLOCKED_HEADER)

    @property
    def is_whole_answer(self) -> bool:
        """Whether the bytes can be what was asked for: a file, or status 200 (or 304 for what is stored), neither
        damaged nor blocked.
        """
        return (self.status is None or self.answer == "whole") and self.damaged is None and self.blocked is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """An observation as the table holds it."""

    capture_id: str
    sha256: str
    body_sha256: str
    address: str | None
    origin: str
    fetched_at: str | None
    status: int | None
    headers: str | None
    reads: int | None
    is_kept: bool
    """Whether the bytes themselves are to be stored."""
    live: bool

    @property
    def post_key(self) -> str | None:
        return post_key_of(self.address)

    def fields(self) -> tuple[str | int | None, ...]:
        """In the order of ``_FIELDS``."""
        seen = (self.sha256, self.address, self.origin, self.fetched_at, self.status, self.headers)
        return (self.capture_id, *seen, self.body_sha256, self.reads)

    def values(self) -> tuple[str | int | None, ...]:
        """In the order of ``_COLUMNS``."""
        fields = self.fields()
        answer = answer_of(self.status, self.headers, self.sha256)
        return (*fields, self.post_key, answer, _checksum(fields[1:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedCapture:
    """A capture whose bytes are packed: what takes time is done before the store is asked to keep others waiting."""

    row: _Row
    size: int
    """Of the bytes themselves."""
    zstd: bytes = field(repr=False)

    @property
    def capture(self) -> Capture:
        """The observation that it is going to be."""
        return _capture(self.row.fields())

    def body(self) -> bytes:
        """The bytes themselves."""
        return zstandard.ZstdDecompressor().decompress(self.zstd)


def pack(item: NewCapture) -> PackedCapture:
    """Packs the bytes of a capture, for :meth:`CaptureStore.add_packed`."""
    return _packed(_row(item), item.body)


def _packed(row: _Row, body: bytes) -> PackedCapture:
    packed = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compress(body)
    return PackedCapture(row=row, size=len(body), zstd=packed)


class _Given(NamedTuple):
    """A capture that is not packed yet."""

    row: _Row
    content: bytes

    def body(self) -> bytes:
        return self.content


class _HasRow(Protocol):
    @property
    def row(self) -> _Row: ...

    def body(self) -> bytes: ...


_WithRow = TypeVar("_WithRow", bound=_HasRow)


class CaptureStore:
    """An open capture store; use it as a context manager.

    Made for power cuts and ``kill -9``: rollback journal, every commit synced. Several processes may write at once.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False) -> Self:
        """Opens a store; a writer makes a missing one, a reader cannot write.

        Raises:
            NotACaptureStore: another kind of file, or (for a reader) none.
            StoreTooNew: written by a later version.
        """
        if readonly:
            return cls(_open_reader(path), path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(_open_writer(path), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; closing twice does no harm."""
        self._connection.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """For the modules that keep what they remember in this file too."""
        return self._connection

    def transaction(self) -> AbstractContextManager[None]:
        """A block that is written whole or not at all, after every other writer is done."""
        return transaction(self._connection)

    def add(self, items: Iterable[NewCapture]) -> list[str]:
        """Stores what is new in one transaction; returns the new capture ids, in the order given.

        Where nothing is new, no transaction begins and the file stays as it was, byte for byte. What was forgotten
        (see :meth:`forgotten`) is passed over.

        Raises:
            UnknownBody: ``same_as`` names no stored body; nothing of this call is stored.
            sqlite3.Error: disk full, not writable, locked for over 60 seconds; then nothing of this call is stored.
        """
        news = self._news(_Given(_row(item), item.body) for item in items)
        return self._write([_packed(row, body) for row, body in news])

    def add_packed(self, items: Iterable[PackedCapture]) -> list[str]:
        """The same for captures that are packed already."""
        return self._write(self._news(items))

    def _write(self, packed: Sequence[PackedCapture]) -> list[str]:
        if not packed:
            return []
        with transaction(self._connection):
            news = self._news(packed)  # another process may have been quicker
            rows = [one.row for one in news]
            self._connection.executemany(
                "INSERT INTO bodies (sha256, size, zstd) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(one.row.sha256, one.size, one.zstd) for one in news if one.row.is_kept],
            )
            self._refuse_unknown_bodies(rows)
            self._connection.executemany(
                f"INSERT INTO observations ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                [row.values() for row in rows],
            )
        return [row.capture_id for row in rows]

    def known(self, item: NewCapture) -> bool:
        """Whether :meth:`add` would write nothing for this capture."""
        return not self._news([_Given(_row(item), item.body)])

    def forgotten(self, item: NewCapture) -> str | None:
        """When the post at this address, or of these bytes, or one that a fetched list names, was forgotten
        (``2026-01-31T06:00:00Z``); :meth:`add` passes over it then. ``None``: it was not.
        """
        return self._forgotten(_Given(_row(item), item.body))

    def capture_ids(self) -> list[str]:
        """Ids of all observations, in the order of :meth:`observations`."""
        return [row[0] for row in self._connection.execute("SELECT capture_id FROM observations ORDER BY capture_id")]

    def present(self, capture_ids: Iterable[str]) -> list[str]:
        """Those of some ids whose observations are there, in no order that means anything."""
        query = "SELECT capture_id FROM observations WHERE capture_id IN ({})"
        return [row[0] for row in select_in(self._connection, query, capture_ids)]

    def observations(self) -> Iterator[Capture]:
        """All observations by rising ``capture_id``, an order that has nothing to do with that of their arrival."""
        sql = f"SELECT {_FIELDS} FROM observations WHERE capture_id > ? ORDER BY capture_id LIMIT {_CHUNK}"  # noqa: S608
        chunk = self._connection.execute(sql, ("",)).fetchall()
        while chunk:  # by chunks, for an open query would keep every writer waiting
            yield from map(_capture, chunk)
            chunk = self._connection.execute(sql, (chunk[-1][0],)).fetchall()

    def observation(self, capture_id: str) -> Capture | None:
        """One observation; ``None`` where there is none of this id."""
        sql = f"SELECT {_FIELDS} FROM observations WHERE capture_id = ?"  # noqa: S608
        values = self._connection.execute(sql, (capture_id,)).fetchone()
        return None if values is None else _capture(values)

    def look(self, origin: str, post_key: str, fetched_at: str) -> Capture | None:
        """The whole answer about a post that came at a moment; ``None`` where there is none, or its body is lost."""
        found = self._connection.execute(
            f"SELECT {_FIELDS} FROM observations WHERE origin = ? AND post_key = ? AND fetched_at = ? "  # noqa: S608
            "AND answer = 'whole' AND body_sha256 IN (SELECT sha256 FROM bodies) ORDER BY capture_id LIMIT 1",
            (origin, post_key, fetched_at),
        ).fetchone()
        return None if found is None else _capture(found)

    def kept(self, capture: Capture) -> Capture:
        """The observation whose bytes are kept, of those that a capture names: itself, or one before it, at the same
        address where there is one.
        """
        if not capture.stands_for_body:
            return capture
        found = self._connection.execute(
            f"SELECT {_FIELDS} FROM observations WHERE body_sha256 = ?1 AND sha256 = ?1 AND status IS NOT ?2 "  # noqa: S608
            "ORDER BY address IS NOT ?3, origin IS NOT ?4, capture_id LIMIT 1",
            (capture.body_sha256, _NOT_MODIFIED, capture.address, capture.origin),
        ).fetchone()
        return capture if found is None else _capture(found)

    def body(self, sha256: str) -> bytes:
        """The bytes with this SHA-256, checked.

        Raises:
            KeyError: no such body.
            DamagedBody: the file was damaged since they were stored.
        """
        found = self._connection.execute("SELECT size, zstd FROM bodies WHERE sha256 = ?", (sha256,)).fetchone()
        if found is None:
            raise KeyError(f"no body {sha256} in {self.path}")
        size, packed = found
        try:
            # the frame is asked for its size first: a flipped bit there must not make us ask for all the memory
            if zstandard.get_frame_parameters(packed).content_size != size:
                raise DamagedBody(f"body {sha256} in {self.path}: its size is not the {size} bytes that were stored")
            body = zstandard.ZstdDecompressor().decompress(packed)
        except (zstandard.ZstdError, MemoryError) as error:
            raise DamagedBody(f"body {sha256} in {self.path} cannot be unpacked: {error}") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise DamagedBody(f"body {sha256} in {self.path}: the bytes do not have this SHA-256 any more")
        return body

    def known_addresses(self, *, origin: str | None = None) -> frozenset[str]:
        """Addresses of which a whole answer is stored (see :attr:`Capture.is_whole_answer`).

        Args:
            origin: only what came from there; ``None``: from anywhere.
        """
        return frozenset(
            capture.address
            for capture in self.observations()
            if capture.address is not None and capture.is_whole_answer and origin in (None, capture.origin)
        )

    def iter_damage(self) -> Iterator[str]:
        """Reads everything and says what is no longer as it was stored, a sentence each; nothing: all is well."""
        for (finding,) in self._connection.execute("PRAGMA integrity_check"):
            if finding != "ok":
                yield f"{self.path}: {finding}"
        for (sha256,) in self._connection.execute("SELECT sha256 FROM bodies ORDER BY sha256"):
            try:
                self.body(sha256)
            except DamagedBody as error:
                yield str(error)
        yield from self._iter_damaged_observations()

    def _iter_damaged_observations(self) -> Iterator[str]:
        sql = f"SELECT {_COLUMNS}, body_sha256 IN (SELECT sha256 FROM bodies) FROM observations"  # noqa: S608
        for capture_id, *seen, post_key, answer, checksum, has_body in self._connection.execute(sql):
            sha256, address, _, _, status, headers, body_sha256, _ = seen
            if not has_body:
                yield f"observation {capture_id} in {self.path}: its body {body_sha256} is missing"
            if checksum != _checksum(tuple(seen)) or capture_id != _capture_id(*seen[:4]):
                yield f"observation {capture_id} in {self.path}: it was changed since it was stored"
            elif (post_key, answer) != (post_key_of(address), answer_of(status, headers, sha256)):
                yield f"observation {capture_id} in {self.path}: it is filed under {post_key}, {answer}: that is wrong"

    def _has_body(self, sha256: str) -> bool:
        return self._connection.execute("SELECT 1 FROM bodies WHERE sha256 = ?", (sha256,)).fetchone() is not None

    def _refuse_unknown_bodies(self, rows: Iterable[_Row]) -> None:
        for row in rows:
            if not self._has_body(row.body_sha256):
                place = row.address or row.origin
                raise UnknownBody(
                    f"{place} is said to be the same as body {row.body_sha256}, not stored in {self.path}"
                )

    def _forgotten(self, item: _HasRow) -> str | None:
        row = item.row
        found = self._connection.execute(
            "SELECT max(forgotten_at) FROM tombstones "
            "WHERE kind = 'key' AND value = ? OR kind = 'sha256' AND value IN (?, ?)",
            (row.post_key, row.sha256, row.body_sha256),
        ).fetchone()
        moment: str | None = found[0]
        if moment is not None or row.post_key is not None or row.origin.startswith(FILE_ORIGIN):
            return moment
        # lists and feeds quote the posts that they name
        forgotten = dict(
            self._connection.execute("SELECT value, forgotten_at FROM tombstones WHERE kind = 'key'").fetchall()
        )
        mentions = mentions_of(forgotten)
        return None if mentions is None or mentions.search(item.body()) is None else max(forgotten.values())

    def _news(self, items: Iterable[_WithRow]) -> list[_WithRow]:
        """Those that :meth:`add` has to write, judged one after the other."""
        news: list[_WithRow] = []
        ids: set[str] = set()
        last: dict[tuple[str | None, str], frozenset[str]] = {}
        some_forgotten = self._connection.execute("SELECT 1 FROM tombstones LIMIT 1").fetchone() is not None
        for item in items:
            row = item.row
            place = (row.address, row.origin)
            if row.live and place not in last:
                last[place] = self._last_seen(*place)
            if (row.live and row.sha256 in last[place]) or row.capture_id in ids:
                continue
            if not self._has_observation(row.capture_id) and not (some_forgotten and self._forgotten(item)):
                news.append(item)
                ids.add(row.capture_id)
                last[place] = frozenset((row.sha256,))
        return news

    def _has_observation(self, capture_id: str) -> bool:
        query = "SELECT 1 FROM observations WHERE capture_id = ?"
        return self._connection.execute(query, (capture_id,)).fetchone() is not None

    def _last_seen(self, address: str | None, origin: str) -> frozenset[str]:
        """SHA-256 of what was seen last at a place: a page that changes back to what it once was is news.

        More than one where several answers came within the last one's second.
        """
        found = self._connection.execute(
            "SELECT sha256 FROM observations WHERE address IS :address AND origin = :origin AND fetched_at IS "
            "(SELECT max(fetched_at) FROM observations WHERE address IS :address AND origin = :origin)",
            {"address": address, "origin": origin},
        )
        return frozenset(sha256 for (sha256,) in found)


def _canonical_time(text: str) -> str:
    try:
        return utc_text(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"fetched_at {text!r} is no ISO 8601 time with a zone: {error}") from error


def _checksum(seen: tuple[str | int | None, ...]) -> str:
    """Of what was seen, in the order of ``_SEEN``; without the last two where they say nothing, as in schema 1."""
    *older, body_sha256, reads = seen
    return _digest(*older) if (body_sha256, reads) == (older[0], None) else _digest(*seen)


def _digest(*values: str | int | None) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _capture_id(*key: str | int | None) -> str:
    """From body, address, origin and time. Status and headers stay out: a reader that keeps more of them is no news."""
    return _digest(*key)[:24]


def _row(item: NewCapture) -> _Row:
    sha256 = item.sha256 if item.body or item.same_as is None else item.same_as
    return _Row(
        capture_id=_capture_id(sha256, item.address, item.origin, item.fetched_at),
        sha256=sha256,
        body_sha256=item.same_as or sha256,
        address=item.address,
        origin=item.origin,
        fetched_at=item.fetched_at,
        status=item.status,
        headers=None if item.headers is None else json.dumps(dict(item.headers), sort_keys=True),
        reads=item.reads,
        is_kept=item.same_as in (None, item.sha256),
        live=item.live,
    )


def _capture(values: Sequence[Any]) -> Capture:
    """From a row of ``_FIELDS``."""
    capture_id, sha256, address, origin, fetched_at, status, headers, body_sha256, reads = values
    return Capture(
        capture_id=capture_id,
        sha256=sha256,
        body_sha256=body_sha256,
        address=address,
        origin=origin,
        fetched_at=fetched_at,
        status=status,
        headers=None if headers is None else json.loads(headers),
        reads=reads,
    )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _open_writer(path: Path) -> sqlite3.Connection:
    try:
        connection = _connect(path, "rwc")
    except sqlite3.OperationalError as error:
        raise NotACaptureStore(f"{path} cannot be opened: {error}") from error
    try:
        made = _is_made(connection, path)
        # write-ahead logging is faster, but SQLite up to 3.51.2 can lose data with it
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = FULL")
        if not made:
            _create(connection, path)
        elif _version(connection) < SCHEMA_VERSION:
            _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_reader(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise NotACaptureStore(f"there is no capture store at {path}")
    connection = _connect(path, "ro")
    try:
        try:
            made = _is_made(connection, path)
        except sqlite3.OperationalError:
            # a writer was killed in the middle of a transaction: only one that may write can undo the half of it
            with closing(_connect(path, "rw")) as writer:
                writer.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            connection.close()
            connection = _connect(path, "ro")
            made = _is_made(connection, path)
        if not made:
            # its maker was killed, or has only begun: what it would have made is made here
            connection.close()
            _open_writer(path).close()
            connection = _connect(path, "ro")
        if _version(connection) < SCHEMA_VERSION:
            connection = _reader_of_old(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _reader_of_old(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A reader of a file of schema 1, which is brought to the present schema where it may be written."""
    try:
        _open_writer(path).close()
    except (sqlite3.OperationalError, NotACaptureStore):  # a folder of somebody else, a disk for reading only
        show_as_2(connection)
        return connection
    connection.close()
    return _connect(path, "ro")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    """Brings a file of schema 1 to the present one, or leaves it as it is."""
    connection.execute("PRAGMA foreign_keys = OFF")  # see migrate_from_1; inside a transaction it would do nothing
    with transaction(connection):
        if _version(connection) < SCHEMA_VERSION:  # another process may have been quicker
            migrate_from_1(connection)
    connection.execute("PRAGMA foreign_keys = ON")


def _is_made(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is a store that this version understands; not yet where it is an empty file. Raises else."""
    try:
        # one question: another process may be making the store
        mark, tables = connection.execute(
            "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id"
        ).fetchone()
        if mark == 0 and tables == 0:
            return False
        if mark != _APPLICATION_ID:
            raise NotACaptureStore(f"{path} is a database, but no capture store")
        (version,) = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, TypeError) as error:
        raise NotACaptureStore(f"{path} is no capture store: {error}") from error
    if not version.isdecimal() or int(version) > SCHEMA_VERSION:
        raise StoreTooNew(f"{path} has schema {version}, this version knows up to {SCHEMA_VERSION}: please upgrade")
    return True


def _create(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables in one transaction, so that no other process ever sees half a store."""
    with transaction(connection):
        if _is_made(connection, path):  # another process was quicker
            return
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO meta (key, value) VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")

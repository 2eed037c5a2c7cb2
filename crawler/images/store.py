"""The pictures themselves: one SQLite file ``X.images.db`` beside the archive ``X.db``.

A *body* is a distinct run of bytes, kept once under its SHA-256 with what it is: type and size, read from the bytes. A
*picture* is a key of the archive's table ``images`` with the body that was found for it, and where and when. A
*failure* is a try that brought none, and why. The file can be deleted: the next runs fetch all pictures again.

The type says how a body begins and ends, no more: a valid picture can hold anything in its comments or behind its end.
Whoever hands bodies on must name their type and forbid guessing another one.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from crawler.captures import utc_text
from crawler.images.kinds import Kind
from normalize.archive_sql import connect, connect_readonly, make_durable, transaction

SCHEMA_VERSION: Final = 1
"""``user_version`` of the present schema."""

_APPLICATION_ID: Final = 0x5044494D  # "PDIM" in the file's header

Code = Literal["gone", "refused", "too_large", "blocked", "damaged", "failed"]
"""Why a try brought no picture.

``gone``: status 404 or 410. ``refused``: what came is no picture that is kept. ``too_large``: more bytes than are
taken. ``blocked``: the host refused to answer. ``damaged``: it did not arrive whole. ``failed``: no answer, or another
status.
"""

_SCHEMA: Final = (
    """CREATE TABLE bodies (
        sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
        size INTEGER NOT NULL CHECK (size > 0),
        type TEXT NOT NULL CHECK (type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp')),
        width INTEGER NOT NULL CHECK (width > 0),
        height INTEGER NOT NULL CHECK (height > 0),
        body BLOB NOT NULL CHECK (length(body) = size)
    ) STRICT""",
    """CREATE TABLE pictures (
        key TEXT NOT NULL PRIMARY KEY,
        sha256 TEXT NOT NULL REFERENCES bodies (sha256),
        address TEXT NOT NULL,
        fetched_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX pictures_by_body ON pictures (sha256)",
    """CREATE TABLE failures (
        key TEXT NOT NULL,
        number INTEGER NOT NULL CHECK (number > 0),
        address TEXT NOT NULL,
        failed_at TEXT NOT NULL,
        code TEXT NOT NULL CHECK (code IN ('gone', 'refused', 'too_large', 'blocked', 'damaged', 'failed')),
        status INTEGER,
        reason TEXT NOT NULL,
        PRIMARY KEY (key, number)
    ) STRICT, WITHOUT ROWID""",
)


class NotAnImageStore(ValueError):
    """The file is missing, no SQLite file, or the database of something else."""


class ImageStoreTooNew(ValueError):
    """The file was written by a later version of this program."""


class DamagedPicture(ValueError):
    """The bytes under a SHA-256 are no longer those that were stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture that is there."""

    key: str
    sha256: str
    address: str
    """That it was asked for; redirects may have led elsewhere."""
    fetched_at: str
    """``2026-10-01T08:00:00Z``."""
    kind: Kind
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A try that brought no picture."""

    address: str
    failed_at: str
    code: Code
    status: int | None
    """HTTP status; ``None`` where no answer came."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often a picture was asked for in vain, and when last."""

    number: int
    last_at: str


def images_path(archive_path: Path) -> Path:
    """Where the pictures of an archive live: ``data/archive.db`` → ``data/archive.images.db``."""
    return archive_path.with_name(archive_path.name.removesuffix(".db") + ".images.db")


class ImageStore:
    """An open store of pictures; use it as a context manager.

    Made for power cuts and ``kill -9``: rollback journal, every commit synced, one transaction a picture.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False) -> Self:
        """Opens a store; a writer makes a missing one, a reader cannot write.

        Raises:
            NotAnImageStore: another kind of file, or (for a reader) none.
            ImageStoreTooNew: written by a later version.
            sqlite3.Error: not writable, disk full.
        """
        if readonly and not path.is_file():
            raise NotAnImageStore(f"there is no store of pictures at {path}")
        try:
            connection = _reader(path) if readonly else connect(path)
        except sqlite3.OperationalError as error:
            raise NotAnImageStore(f"{path} cannot be opened: {error}") from error
        try:
            made = _is_made(connection, path)
            if not readonly:
                _prepare(connection)
                if not made:
                    _create(connection, path)
        except BaseException:
            connection.close()
            raise
        if readonly and not made:
            # its maker was killed, or has only begun: what it would have made is made here
            connection.close()
            cls.open(path).close()
            connection = connect_readonly(path)
        return cls(connection, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; closing twice does no harm."""
        self._connection.close()

    # --- writing -----------------------------------------------------------------------------------------------------

    def keep(self, key: str, body: bytes, kind: Kind, *, address: str, fetched_at: datetime) -> bool:
        """Stores a picture in one transaction; its body only where no other picture has the same.

        Args:
            key: as in the archive's table ``images``; a picture that is there already stays as it is.
            body: all of its bytes.
            kind: what they are, from :func:`crawler.images.kinds.read_kind`.
            address: that was asked.
            fetched_at: with a time zone.

        Returns:
            Whether the body is new.

        Raises:
            sqlite3.Error: disk full, not writable; then nothing of this call is stored.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        with transaction(self._connection):
            stored = self._connection.execute(
                "INSERT INTO bodies (sha256, size, type, width, height, body) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (sha256, len(body), kind.type, kind.width, kind.height, body),
            )
            is_new = stored.rowcount > 0
            self._connection.execute(
                "INSERT INTO pictures (key, sha256, address, fetched_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, sha256, address, utc_text(fetched_at)),
            )
        return is_new

    def note_failure(self, key: str, failure: Failure) -> None:
        """Stores that a try brought no picture, in one transaction.

        Raises:
            sqlite3.Error: disk full, not writable.
        """
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO failures (key, number, address, failed_at, code, status, reason) "
                "SELECT ?, ifnull(max(number), 0) + 1, ?, ?, ?, ?, ? FROM failures WHERE key = ?",
                (key, failure.address, failure.failed_at, failure.code, failure.status, failure.reason, key),
            )

    def forget(self, keys: Iterable[str]) -> int:
        """Removes pictures, their failures, and bodies that no other picture has, for good: the bytes are overwritten.

        Returns the number of pictures removed. Raises :class:`sqlite3.Error`.
        """
        self._connection.execute("PRAGMA secure_delete = ON")
        removed = 0
        with transaction(self._connection):
            for key in keys:
                self._connection.execute("DELETE FROM failures WHERE key = ?", (key,))
                removed += self._connection.execute("DELETE FROM pictures WHERE key = ?", (key,)).rowcount
            self._connection.execute("DELETE FROM bodies WHERE sha256 NOT IN (SELECT sha256 FROM pictures)")
        self._connection.execute("VACUUM")
        return removed

    # --- reading -----------------------------------------------------------------------------------------------------

    def keys(self) -> frozenset[str]:
        """Keys of all pictures that are there."""
        return frozenset(key for (key,) in self._connection.execute("SELECT key FROM pictures"))

    def tries(self) -> dict[str, Tries]:
        """Tries in vain, by key."""
        rows = self._connection.execute("SELECT key, count(*), max(failed_at) FROM failures GROUP BY key")
        return {key: Tries(number=number, last_at=last_at) for key, number, last_at in rows}

    def picture(self, key: str) -> StoredPicture | None:
        """A picture; ``None`` where it is not there."""
        found = self._connection.execute(
            "SELECT sha256, address, fetched_at, type, width, height, size FROM pictures JOIN bodies USING (sha256) "
            "WHERE key = ?",
            (key,),
        ).fetchone()
        if found is None:
            return None
        sha256, address, fetched_at, name, width, height, size = found
        kind = Kind(type=name, width=width, height=height)
        return StoredPicture(key=key, sha256=sha256, address=address, fetched_at=fetched_at, kind=kind, size=size)

    def failures(self, key: str) -> tuple[Failure, ...]:
        """Tries in vain of one picture, the first one first."""
        rows = self._connection.execute(
            "SELECT address, failed_at, code, status, reason FROM failures WHERE key = ? ORDER BY number", (key,)
        )
        return tuple(
            Failure(address=address, failed_at=failed_at, code=code, status=status, reason=reason)
            for address, failed_at, code, status, reason in rows
        )

    def body(self, sha256: str) -> bytes:
        """The bytes with this SHA-256, checked.

        Raises:
            KeyError: no such body.
            DamagedPicture: the file was damaged since they were stored.
        """
        found = self._connection.execute("SELECT body FROM bodies WHERE sha256 = ?", (sha256,)).fetchone()
        if found is None:
            raise KeyError(f"no body {sha256} in {self.path}")
        body: bytes = found[0]
        if hashlib.sha256(body).hexdigest() != sha256:
            raise DamagedPicture(f"body {sha256} in {self.path}: the bytes do not have this SHA-256 any more")
        return body

    def iter_damage(self) -> Iterator[str]:
        """Reads everything and says what is no longer as it was stored, a sentence each; nothing: all is well."""
        for (finding,) in self._connection.execute("PRAGMA integrity_check"):
            if finding != "ok":
                yield f"{self.path}: {finding}"
        for (sha256,) in self._connection.execute("SELECT sha256 FROM bodies ORDER BY sha256").fetchall():
            try:
                self.body(sha256)
            except DamagedPicture as error:
                yield str(error)
        lost = "SELECT key, sha256 FROM pictures WHERE sha256 NOT IN (SELECT sha256 FROM bodies)"
        for key, sha256 in self._connection.execute(lost):
            yield f"picture {key} in {self.path}: its body {sha256} is missing"


def _reader(path: Path) -> sqlite3.Connection:
    connection = connect_readonly(path)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        # a writer was killed in the middle of a transaction: only one that may write can undo the half of it
        connection.close()
        with closing(connect(path)) as writer:
            writer.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return connect_readonly(path)
    except sqlite3.DatabaseError:  # no database: the check that follows says so
        pass
    return connection


def _is_made(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is a store that this version understands; not yet where it is an empty file. Raises else."""
    try:
        # one question: another process may be making the store
        mark, version, tables = connection.execute(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) "
            "FROM pragma_application_id, pragma_user_version"
        ).fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise NotAnImageStore(f"{path} is no store of pictures: {error}") from error
    if mark == 0 and tables == 0:
        return False
    if mark != _APPLICATION_ID:
        raise NotAnImageStore(f"{path} is a database, but no store of pictures")
    if version > SCHEMA_VERSION:
        known = f"this version knows up to {SCHEMA_VERSION}"
        raise ImageStoreTooNew(f"{path} has schema {version}, {known}: please upgrade")
    return True


def _prepare(connection: sqlite3.Connection) -> None:
    make_durable(connection)
    # what is written is not looked at again: the cache that the archive needs would only fill with pictures
    connection.execute("PRAGMA cache_size = -2048")


def _create(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables in one transaction, so that no other process ever sees half a store."""
    with transaction(connection):
        if _is_made(connection, path):  # another process was quicker
            return
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

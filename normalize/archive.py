"""The archive: a SQLite file that is a function of captures, code and rules.

:class:`Archive` writes it, :func:`open_readonly` reads it. What a batch of readings can change is bounded, looked up
whole, decided anew and written where it differs (:mod:`normalize.archive_write`). So any order of readings, and any
division into batches, gives the same rows, and a batch that brings nothing new leaves the file as it is, byte for byte.

The writer is imported where something is written: mostly a command finds nothing new.
"""

import gc
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from normalize.archive_batch import CaptureLost, Reread, Summary
from normalize.archive_sql import (
    APPLICATION_ID,
    PAGE_BYTES,
    SCHEMA_VERSION,
    connect,
    connect_readonly,
    make_durable,
    transaction,
    write_rows,
)
from normalize.decisions import Decisions
from normalize.model import Reading

__all__ = [
    "Archive",
    "ArchiveStale",
    "ArchiveTooNew",
    "CaptureLost",
    "NotAnArchive",
    "Reread",
    "Summary",
    "open_readonly",
]

_NO_DECISIONS = Decisions()
_COUNTED = (
    "captures", "posts", "recommendations", "papers", "recommenders", "tags", "venues", "links", "images", "problems"
)  # fmt: skip


class ArchiveTooNew(RuntimeError):
    """The archive was written by a later version of this program."""


class ArchiveStale(RuntimeError):
    """The archive was built with other rules, code or decisions, so that rows of now do not fit those in it."""


class NotAnArchive(ValueError):
    """The file is something else."""


class Archive:
    """An archive that is open for writing; a context manager that closes it."""

    def __init__(
        self, connection: sqlite3.Connection, *, rules_digest: str, code_version: str, decisions: Decisions
    ) -> None:
        self._connection = connection
        self._decisions = decisions
        self._built_with = {
            "rules_digest": rules_digest,
            "code_version": code_version,
            "decisions_digest": decisions.digest,
        }

    @classmethod
    def open(cls, path: Path, *, rules_digest: str, code_version: str, decisions: Decisions = _NO_DECISIONS) -> Self:
        """Open an archive, which is created where there is no file or an empty one, and brought to the present schema.

        What is added to it obeys ``decisions``, see :func:`normalize.decisions.load_decisions`.

        Raises :class:`NotAnArchive`, :class:`ArchiveTooNew`, :class:`FileNotFoundError` for a missing folder, and
        :class:`sqlite3.Error`.
        """
        if not path.parent.is_dir():
            raise FileNotFoundError(f"no folder {path.parent} for the archive {path.name}")
        connection = _checked(connect, path)
        make_durable(connection)
        archive = cls(connection, rules_digest=rules_digest, code_version=code_version, decisions=decisions)
        try:
            _migrate(connection)
            archive._sign()
        except BaseException:
            connection.close()
            raise
        return archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, batch: Sequence[Reading], *, reread: Reread) -> Summary:
        """Add readings in one transaction; those of known captures are passed over.

        ``reread`` gives the record of a capture that is in the archive already: the archive keeps the fields of shown
        copies only, and another copy may come to be shown. Raises :class:`CaptureLost` where it gives none,
        :class:`ArchiveStale`, and :class:`sqlite3.Error`; nothing of the batch stays then.
        """
        if not self.is_current():
            raise ArchiveStale(f"the archive was built with {self.meta()}, not {self._built_with}: build it anew")
        from normalize.archive_write import write_batch

        with transaction(self._connection), _no_garbage_collection():
            return write_batch(self._connection, batch, reread=reread, decisions=self._decisions)

    def known_captures(self) -> frozenset[str]:
        """Ids of all captures that were processed."""
        return frozenset(row[0] for row in self._connection.execute("SELECT capture_id FROM captures"))

    def counts(self) -> dict[str, int]:
        """Number of rows of the main tables."""
        query = "SELECT count(*) FROM {}"
        return {name: self._connection.execute(query.format(name)).fetchone()[0] for name in _COUNTED}

    def meta(self) -> dict[str, str]:
        """Facts about the archive: ``schema_version``, ``rules_digest``, ``code_version``, ``decisions_digest``."""
        return dict(self._connection.execute("SELECT key, value FROM meta ORDER BY key"))

    def is_current(self) -> bool:
        """Whether the rows were made with the rules, code and decisions that the archive was opened with."""
        return self._built_with.items() <= self.meta().items()

    def _sign(self) -> None:
        """Note in an archive that holds nothing yet with what it is going to be built."""
        if not self._built_with.keys() <= self.meta().keys():
            from normalize.archive_rows import CHECKS, check_row
            from normalize.checks import load_checks

            with transaction(self._connection):
                self._connection.executemany(
                    "INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", self._built_with.items()
                )
                write_rows(self._connection, CHECKS.upsert, [check_row(check) for check in load_checks()])


def open_readonly(path: Path) -> sqlite3.Connection:
    """Open an archive for reading: nothing can be written through the connection.

    Raises :class:`FileNotFoundError`, :class:`NotAnArchive`, :class:`ArchiveTooNew` and :class:`sqlite3.Error`.
    """
    if not path.exists():
        raise FileNotFoundError(f"no archive {path}")
    connection = _checked(connect_readonly, path)
    if _schema_version(connection) > 0:
        return connection
    # An empty file: its maker was killed, or has only begun. The tables it would have made are made here.
    connection.close()
    with closing(_checked(connect, path)) as maker:
        make_durable(maker)
        _migrate(maker)
    return connect_readonly(path)


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring a file to the present schema; one that has it is left alone."""
    if _schema_version(connection) >= SCHEMA_VERSION:
        return
    # Imported here: sqlite-utils takes 0.1 s, and is not needed to go on with an archive.
    from sqlite_utils import Database

    from normalize.migrations import migrate

    # Only a file that is empty still takes it.
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    with transaction(connection):
        # Another process may have been faster.
        if _schema_version(connection) < SCHEMA_VERSION:
            migrate(Database(connection, execute_plugins=False))
            connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),)
            )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Keep Python from looking for cycles: rows hold none, and going through a batch again and again takes a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _checked(opened: Callable[[Path], sqlite3.Connection], path: Path) -> sqlite3.Connection:
    """Open a file and refuse what is no archive or a later one. Nothing is written, not even to its header."""
    connection = opened(path)
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


# One question: between two of them another process may make the archive.
_WHAT_IT_IS = (
    "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) "
    "FROM pragma_user_version, pragma_application_id"
)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        version, application, tables = connection.execute(_WHAT_IT_IS).fetchone()
    except sqlite3.OperationalError:  # locked, unreadable: nothing is known of what it is
        raise
    except sqlite3.DatabaseError as error:
        raise NotAnArchive(f"{path} is no SQLite file: {error}") from error
    if tables and application != APPLICATION_ID:
        raise NotAnArchive(f"{path} is an SQLite file, but no archive of this program")
    if version > SCHEMA_VERSION:
        raise ArchiveTooNew(f"{path} has schema {version}; this program knows {SCHEMA_VERSION}: update the program")


def _schema_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version

"""What the writer of the archive needs of SQLite: connections, transactions, long lists, sparing writes."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

APPLICATION_ID = 0x50444947
"""Stands in the header of every archive file (``PDIG``), so that another SQLite file is not taken for one."""

SCHEMA_VERSION = 1
"""``user_version`` of the present schema: the number of steps in :mod:`normalize.migrations`."""

MAX_PARAMETERS = 500
"""Values in one list of a query; SQLite's own limit was 999 for long."""

BUSY_SECONDS = 60
"""How long a connection waits for another process's transaction."""

PAGE_BYTES = 8_192
"""Size of pages of a new archive: half as many as with SQLite's 4 KB are split, noted in the journal and written."""

CACHE_KIB = 32_768
"""Memory for pages of the file, in KiB."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the writer sees it."""

    name: str
    columns: tuple[str, ...]
    key: int
    """Number of leading columns that are the primary key."""

    @classmethod
    def of(cls, name: str, row: type[NamedTuple], *, key: int = 1) -> "Table":
        """Give the table whose rows are of a type."""
        return cls(name, row._fields, key)

    @property
    def upsert(self) -> str:
        """Statement that writes a row over the one with its key, if there is one."""
        keys, rest = self.columns[: self.key], self.columns[self.key :]
        action = "UPDATE SET " + ", ".join(f"{column} = excluded.{column}" for column in rest) if rest else "NOTHING"
        return f"{self.insert} ON CONFLICT ({', '.join(keys)}) DO {action}"

    @property
    def insert(self) -> str:
        """Statement that writes a row whose key is new."""
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608 - own names

    @property
    def delete(self) -> str:
        """Statement that deletes the row with a key."""
        condition = " AND ".join(f"{column} = ?" for column in self.columns[: self.key])
        return f"DELETE FROM {self.name} WHERE {condition}"  # noqa: S608 - own names

    def select(self, condition: str = "TRUE") -> str:
        """Query of whole rows; the condition is SQL of this package, never of a user."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name} WHERE {condition}"  # noqa: S608 - own names


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for writing. Raises :class:`sqlite3.Error`."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)


def make_durable(connection: sqlite3.Connection) -> None:
    """Make writing as safe as SQLite can: after a commit returns, no power cut loses it."""
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A batch touches more pages than SQLite's 2 MB hold: without this they are written and read again and again.
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def connect_readonly(path: Path) -> sqlite3.Connection:
    """Open a file for reading only. Raises :class:`sqlite3.Error`."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one transaction that waits for its turn at the beginning, never in the middle.

    After an error nothing of the block stays. Where SQLite itself has ended the transaction (a full disk), nothing is
    left to undo.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def chunks(items: Iterable[_Item], size: int = MAX_PARAMETERS) -> Iterator[list[_Item]]:
    """Split items into lists of at most ``size``."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def select_in(connection: sqlite3.Connection, query: str, values: Iterable[object]) -> Iterator[Any]:
    """Give the rows of a query for any number of values; ``{}`` in the query stands for the list of their marks."""
    for chunk in chunks(values):
        # All at once: a query left open half-way would outlive an interrupted transaction.
        yield from connection.execute(query.replace("{}", ", ".join("?" * len(chunk))), chunk).fetchall()


def write_rows(connection: sqlite3.Connection, statement: str, rows: Collection[Sequence[Any]]) -> None:
    """Run a statement for each row. Lone surrogates, which no file can hold, become U+FFFD."""
    if not rows:
        return
    connection.execute("SAVEPOINT rows")
    try:
        connection.executemany(statement, rows)
    except UnicodeEncodeError:
        # Only from here is it known that looking at every value is worth the time.
        connection.execute("ROLLBACK TO rows")
        connection.executemany(statement, [[_storable(value) for value in row] for row in rows])
    connection.execute("RELEASE rows")


def sync(
    connection: sqlite3.Connection,
    table: Table,
    rows: Collection[tuple[Any, ...]],
    *,
    scope: str,
    values: Iterable[object],
) -> None:
    """Make ``rows`` the only rows of a table whose column ``scope`` has one of ``values``; write differences only."""
    old = {row[: table.key]: row for row in select_in(connection, table.select(f"{scope} IN ({{}})"), values)}
    if old:
        write_difference(connection, table, old, {row[: table.key]: row for row in rows})
    else:
        write_rows(connection, table.insert, rows)


def write_difference(
    connection: sqlite3.Connection, table: Table, old: Mapping[Any, tuple[Any, ...]], new: Mapping[Any, tuple[Any, ...]]
) -> int:
    """Replace the rows ``old`` by the rows ``new``, both by key; returns the number of rows that are new or changed.

    Written in the order of their keys, in which they lie in the file: each of its pages is then touched once.
    """
    changed = [key for key in old.keys() & new.keys() if old[key] != new[key]]
    come = new.keys() - old.keys() if old else new
    write_rows(connection, table.delete, [key for key in old if key not in new])
    write_rows(connection, table.upsert, [new[key] for key in sorted(changed)])
    write_rows(connection, table.insert, [new[key] for key in sorted(come)])
    return len(changed) + len(come)


def _storable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value

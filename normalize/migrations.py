"""Steps that bring an archive file from any earlier state to the present schema.

The steps are kept by sqlite-utils, which notes in the file which of them were done. A released step is never changed:
a new schema is a new step and a higher :data:`~normalize.archive_sql.SCHEMA_VERSION`, with ``schema.sql`` holding the
result.
"""

import sqlite3
from collections.abc import Iterator
from importlib import resources

from sqlite_utils import Database, Migrations

from normalize.archive_sql import APPLICATION_ID, SCHEMA_VERSION

migrations = Migrations("paperdigest")


def schema_sql() -> str:
    """Give the text of the present schema."""
    return resources.files("normalize").joinpath("schema.sql").read_text("utf-8")


@migrations()
def create(db: Database) -> None:
    """Create all tables and views of the first schema."""
    for statement in iter_statements(schema_sql()):
        db.conn.execute(statement)


def migrate(db: Database) -> None:
    """Do the steps that the file lacks. To be called inside a transaction."""
    migrations.apply(db)
    # The time of each step would be the only thing in the file that the captures do not determine.
    db.conn.execute(f"UPDATE {Migrations.migrations_table} SET applied_at = ''")  # noqa: S608 - a constant
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def iter_statements(script: str) -> Iterator[str]:
    """Split a script into its statements, with their comments: ``executescript`` would end the transaction.

    >>> list(iter_statements("CREATE TABLE a (b); -- c;\\nCREATE TABLE d (e);"))
    ['CREATE TABLE a (b); -- c;', 'CREATE TABLE d (e);']
    """
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines).strip()
            lines.clear()

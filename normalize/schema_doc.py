"""``docs/schema.md``, made from the sentences in ``schema.sql``.

``python -m normalize.schema_doc docs/schema.md`` writes it. SQLite itself tells which tables, views and columns there
are, so that none can be left out.
"""

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from normalize.migrations import iter_statements, schema_sql

_HEAD = """# The archive's tables and views

Made from `normalize/schema.sql` by `python -m normalize.schema_doc docs/schema.md`: change it there.

Every id is a function of content, so the same captures give the same rows in whatever order they came in. Times in
columns named `…_at` are ISO 8601 in UTC unless said otherwise, days in columns named `…_on` are those of Asia/Shanghai.
"""

# CREATE TABLE posts (, CREATE VIRTUAL TABLE search USING fts5 (…, CREATE VIEW tag_trend AS
_CREATE = re.compile(r"^CREATE (?:VIRTUAL )?(TABLE|VIEW) (\w+)", re.MULTILINE)
# "    title TEXT, -- Its title.", "    tags.name AS tag, -- Its subject." and, over a virtual table, "-- title: Title."
_TABLE_COLUMN = re.compile(r"^    (\w+) .*?-- (.+)$", re.MULTILINE)
_VIEW_COLUMN = re.compile(r"\bAS (\w+),? -- (.+)$", re.MULTILINE)
_HEAD_COLUMN = re.compile(r"^-- ([a-z_]+): (.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A table or view with what schema.sql says of it."""

    name: str
    kind: str
    """``table`` or ``view``."""
    sentence: str
    columns: dict[str, str]
    """Sentence of each column, in the order of the columns."""


class MissingSentence(ValueError):
    """A table, view or column of the schema has no sentence."""


def describe(script: str) -> list[Described]:
    """Give all tables and views of a schema with their sentences, in its order.

    Raises :class:`MissingSentence` naming what has none, and :class:`sqlite3.Error` for a script that is no SQL.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        return [
            _described(connection, statement, found)
            for statement in iter_statements(script)
            if (found := _CREATE.search(statement)) is not None
        ]


def markdown(described: list[Described]) -> str:
    """Give the text of ``docs/schema.md``."""
    return "\n".join([_HEAD, *_lines("Tables", "table", described), *_lines("Views", "view", described)])


def _described(connection: sqlite3.Connection, statement: str, found: re.Match[str]) -> Described:
    kind, name = found[1].lower(), found[2]
    head = statement[: found.start()].strip().split("\n\n")[-1].splitlines()
    own = [line.removeprefix("-- ") for line in head if not _HEAD_COLUMN.match(line)]
    if not own:
        raise MissingSentence(f"{kind} {name} has no sentence before it")
    sentences = {column[1]: column[2] for line in head if (column := _HEAD_COLUMN.match(line)) is not None}
    body = statement[found.end() :]
    sentences.update((_VIEW_COLUMN if kind == "view" else _TABLE_COLUMN).findall(body))
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
    for column in columns:
        if column not in sentences:
            raise MissingSentence(f"column {column} of {kind} {name} has no sentence")
    return Described(
        name=name, kind=kind, sentence=" ".join(own), columns={column: sentences[column] for column in columns}
    )


def _lines(title: str, kind: str, described: list[Described]) -> Iterator[str]:
    yield f"## {title}\n"
    for one in described:
        if one.kind == kind:
            yield f"### `{one.name}`\n\n{one.sentence}\n\n| column | meaning |\n| --- | --- |"
            for column, sentence in one.columns.items():
                yield f"| `{column}` | {sentence.replace('|', '&#124;')} |"
            yield ""


def main(arguments: list[str]) -> None:
    """Write the document to the path given."""
    if len(arguments) != 1:
        sys.exit("usage: python -m normalize.schema_doc docs/schema.md")
    Path(arguments[0]).write_text(markdown(describe(schema_sql())), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

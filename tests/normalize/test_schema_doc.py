"""The document of the schema is complete and current."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from normalize.migrations import schema_sql
from normalize.schema_doc import MissingSentence, describe, markdown

ROOT = Path(__file__).parents[2]
PROMISED_TABLES = {
    "posts", "post_copies", "papers", "paper_aliases", "recommendations", "recommenders", "tags", "venues", "links",
    "images", "identifiers", "affiliations", "post_links", "captures", "judgements", "problems", "meta", "search",
}  # fmt: skip
PROMISED_VIEWS = {
    "paper_overview", "recommendation_overview", "venue_year", "recommender_activity", "tag_trend", "data_quality",
}  # fmt: skip


def test_the_document_is_current() -> None:
    expected = markdown(describe(schema_sql()))
    found = (ROOT / "docs" / "schema.md").read_text("utf-8")
    assert found == expected, "run: python -m normalize.schema_doc docs/schema.md"


def test_every_table_and_view_is_described() -> None:
    described = {one.name: one.kind for one in describe(schema_sql())}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema_sql())
        found = dict(
            connection.execute(
                "SELECT name, type FROM pragma_table_list WHERE schema = 'main' "
                "AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite_%'"
            )
        )
    assert {name: "table" if kind == "virtual" else kind for name, kind in found.items()} == described
    assert {name for name, kind in described.items() if kind == "table"} >= PROMISED_TABLES
    assert {name for name, kind in described.items() if kind == "view"} >= PROMISED_VIEWS


def test_sentences_are_sentences() -> None:
    for one in describe(schema_sql()):
        for sentence in (one.sentence, *one.columns.values()):
            assert sentence.endswith("."), sentence
            assert len(sentence) > len("Its day"), sentence


def test_the_command_writes_the_document(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "normalize.schema_doc", tmp_path / "schema.md"], check=True, cwd=ROOT)
    assert (tmp_path / "schema.md").read_bytes() == (ROOT / "docs" / "schema.md").read_bytes()


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("-- Things.\nCREATE TABLE a (\n    b TEXT -- The b.\n);\nCREATE TABLE c (d TEXT);", "table c"),
        ("-- Things.\nCREATE TABLE a (\n    b TEXT, -- The b.\n    c TEXT\n);", "column c of table a"),
        ("-- Things.\nCREATE VIEW v AS\nSELECT\n    1 AS a, -- One.\n    2 AS b;", "column b of view v"),
    ],
)
def test_what_has_no_sentence_is_named(script: str, named: str) -> None:
    with pytest.raises(MissingSentence, match=named):
        describe(script)

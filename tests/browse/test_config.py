"""The configurations of Datasette: made from browse.yaml, true to the schema, understood by both versions."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.browse.config import BadBrowseFile, browse_folder, load_configuration
from crawler.browse.serve import Server
from crawler.browse.snapshot import ARCHIVE_FILE, make_snapshot
from crawler.ingest import Paths
from normalize.migrations import schema_sql
from normalize.schema_doc import describe
from tests.browse.servers import fetch, fetch_json

HAN = re.compile("[一-鿿]")
# What a reader would type into the parameters of a query.
PARAMETERS = {
    "papers_of_a_venue": {"venue": "CVPR", "year": "2018"},
    "full_text": {"words": "注意力"},
    "rising_tags": {"quarter": "2018-Q2"},
    "who_recommends_what": {"recommender": "linxi"},
    "institutions": {"institution": "清华"},
    "experts_on_a_subject": {"tag": "Detection"},
}
# Nothing in the sample blog answers these.
UNANSWERED = {"papers_with_notes", "code_links_gone"}

SOURCE: dict[str, Any] = yaml.safe_load((browse_folder() / "browse.yaml").read_text("utf-8"))
QUERIES: dict[str, dict[str, str]] = load_configuration().config["databases"]["archive"]["queries"]
TABLES: dict[str, dict[str, Any]] = load_configuration().metadata["databases"]["archive"]["tables"]


# --- browse.yaml -----------------------------------------------------------------------------------------------------


def test_every_table_and_column_is_described() -> None:
    for one in describe(schema_sql()):
        assert TABLES[one.name]["columns"].keys() == one.columns.keys()
        assert all(TABLES[one.name]["columns"].values())
        assert one.sentence in TABLES[one.name]["description"]


def test_columns_of_tables_that_are_seen_have_chinese_words() -> None:
    without = {
        f"{name}.{column}"
        for name, table in TABLES.items()
        if not table.get("hidden")
        for column, text in table["columns"].items()
        if not HAN.search(text)
    }
    assert without == set(), "add them to `words` in data/datasette/browse.yaml"


def test_units_are_said_in_words() -> None:
    assert TABLES["posts"]["columns"]["reads"].endswith("(次 · times)")


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_queries_have_titles_in_both_languages(name: str) -> None:
    chinese, _, english = QUERIES[name]["title"].partition(" · ")
    assert HAN.search(chinese)
    assert english
    assert not HAN.search(english)
    assert HAN.search(QUERIES[name]["description"])


def test_there_are_about_twenty_queries() -> None:
    assert len(QUERIES) >= 20


def broken(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    source: dict[str, Any] = yaml.safe_load((browse_folder() / "browse.yaml").read_text("utf-8"))
    change(source)
    return source


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: one.pop("settings"), "settings is missing"),
        (lambda one: one.update(colour="red"), "'colour' is not known"),
        (lambda one: one["tables"].pop("papers"), "table papers: nothing is said of it"),
        (lambda one: one["tables"].update(authors={"title": "作者"}), "table authors: not in the schema"),
        (lambda one: one["tables"]["papers"].update(facets=["colour"]), "table papers: it has no column colour"),
        (lambda one: one["tables"]["papers"].update(label="name"), "table papers: it has no column name"),
        (lambda one: one["tables"]["papers"].pop("title"), "table papers: title is missing"),
        (lambda one: one["tables"]["papers"].update(color=1), "table papers: 'color' is not known"),
        (lambda one: one["words"].update(colour="颜色"), "words: no table has a column colour"),
        (lambda one: one["added"]["runs"].pop("sentence"), "table runs: sentence or columns are missing"),
        (lambda one: one["queries"].update({"Bad Name": {}}), "query Bad Name: a name is made of"),
        (lambda one: one["queries"]["read_most"].pop("title"), "query read_most: title is missing"),
        (lambda one: one.update(queries=[]), "queries: [] is no mapping"),
    ],
)
def test_a_mistake_is_named(change: Callable[[dict[str, Any]], object], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "browse.yaml"
    path.write_text(yaml.safe_dump(broken(change), allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadBrowseFile, match=re.escape(f"{path}: ") + ".*" + re.escape(reason)):
        load_configuration(path)


def test_what_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "browse.yaml").write_text("title: [", encoding="utf-8")
    with pytest.raises(BadBrowseFile, match="is no YAML"):
        load_configuration(tmp_path / "browse.yaml")


# --- the files -------------------------------------------------------------------------------------------------------


def test_both_configurations_say_the_same(tmp_path: Path) -> None:
    load_configuration().save(tmp_path)
    metadata = json.loads((tmp_path / "metadata.json").read_text("utf-8"))
    config = json.loads((tmp_path / "datasette.json").read_text("utf-8"))
    settings = json.loads((tmp_path / "settings.json").read_text("utf-8"))
    assert config["settings"] == settings == SOURCE["settings"]
    old, new = metadata["databases"]["archive"], config["databases"]["archive"]
    assert old["queries"] == new["queries"]
    for name, table in new["tables"].items():
        assert table.items() <= old["tables"][name].items()
    assert "注意力" not in (tmp_path / "metadata.json").read_text("ascii", "replace")


# --- the copy that is read -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def snapshot(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snapshot")
    make_snapshot(Paths.of(archive), folder)
    return folder / ARCHIVE_FILE


def test_what_is_configured_is_in_the_copy(snapshot: Path) -> None:
    with closing(sqlite3.connect(snapshot)) as connection:
        for name, table in TABLES.items():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            assert columns, name
            assert set(table.get("columns", ())) <= set(columns), name
            sorts = {table[key] for key in ("sort", "sort_desc", "label_column") if key in table}
            assert {*table.get("facets", ()), *sorts} <= set(columns), name


def test_tables_that_are_listed_have_titles(snapshot: Path) -> None:
    with closing(sqlite3.connect(snapshot)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        ]
    shadows = ("sqlite_", "search_")
    assert {name for name in names if not name.startswith(shadows)} <= TABLES.keys()


# --- real servers ----------------------------------------------------------------------------------------------------


def test_hidden_tables_are_not_listed(server: Server) -> None:
    found = fetch_json(server, "/archive.json")["tables"]
    hidden = {table["name"] for table in found if table["hidden"]}
    seen = {table["name"] for table in found if not table["hidden"]}
    assert {"search", "search_data", "meta", "_sqlite_migrations", "paper_overview_rows", "copy_facts"} <= hidden
    assert {"papers", "posts", "recommendations", "tags", "venues", "links", "images", "problems", "runs"} <= seen
    assert seen <= {name for name, table in TABLES.items() if not table.get("hidden")}


@pytest.mark.parametrize("name", sorted(name for name, table in TABLES.items() if not table.get("hidden")))
def test_every_table_is_shown_as_configured(server: Server, name: str) -> None:
    table = TABLES[name]
    page = fetch(server, f"/archive/{name}").text
    assert table["title"] in page
    found = fetch_json(server, f"/archive/{name}.json?_extra=facet_results,human_description_en&_size=5")
    facets = found["facet_results"].get("results", found["facet_results"])
    assert set(facets) == set(table.get("facets", ()))


def test_descriptions_of_columns_are_on_the_page(server: Server) -> None:
    page = fetch(server, "/archive/posts").text
    assert "阅读量 · Times read: the highest number that any copy shows. (次 · times)" in page


def test_foreign_keys_are_shown_by_label(server: Server) -> None:
    page = fetch(server, "/archive/recommendations?_size=5").text
    assert re.search(r'href="/archive/papers/[^"]+">[^<]{10,}</a>', page) or "/paper/" in page


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_every_query_answers(server: Server, name: str) -> None:
    arguments = "&".join(f"{key}={value}" for key, value in PARAMETERS.get(name, {}).items())
    rows = fetch_json(server, f"/archive/{name}.json?_shape=array&{arguments}")
    assert isinstance(rows, list)
    assert rows or name in UNANSWERED
    empty = fetch_json(server, f"/archive/{name}.json?_shape=array")
    assert len(empty) >= len(rows) or name == "full_text"
    assert QUERIES[name]["title"] in fetch(server, f"/archive/{name}?{arguments}").text


def test_rising_subjects_rise(server: Server) -> None:
    rows = fetch_json(server, "/archive/rising_tags.json?_shape=array")
    assert rows
    assert all(row["rise"] > 0 for row in rows)


def test_names_are_found_in_letters_of_any_case(server: Server) -> None:
    small = fetch_json(server, "/archive/papers_of_a_venue.json?_shape=array&venue=cvpr&year=2018")
    assert small
    assert small == fetch_json(server, "/archive/papers_of_a_venue.json?_shape=array&venue=CVPR&year=2018")
    assert fetch_json(server, "/archive/who_recommends_what.json?_shape=array&recommender=LINXI")


def test_queries_take_little_time(snapshot: Path) -> None:
    """A second at 100,000 recommendations is a millisecond or so here; what takes longer joins without an index."""
    with closing(sqlite3.connect(snapshot)) as connection:
        connection.create_function("search_query", 1, lambda words: '"注" *')
        connection.create_function("search_place", 3, lambda words, row, key: 0)
        for name, query in QUERIES.items():
            steps = 0

            def count() -> None:
                nonlocal steps
                steps += 1

            connection.set_progress_handler(count, 1000)
            connection.execute(query["sql"], dict.fromkeys(re.findall(r":([a-z]+)", query["sql"]), "")).fetchall()
            assert steps < 200, name

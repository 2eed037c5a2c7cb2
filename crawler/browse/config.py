"""The configurations of Datasette, all made from ``browse.yaml`` and the sentences of the schema.

Datasette 0.65 reads ``metadata.json`` and ``settings.json``; 1.0 reads ``datasette.json``, and from ``metadata.json``
what it calls metadata: titles and descriptions.
"""

import json
import re
import sysconfig
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from crawler.browse.snapshot import DATABASE, PICTURES_FILE, STORED_TABLES
from normalize.migrations import schema_sql
from normalize.schema_doc import Described, describe

METADATA_FILE: Final = "metadata.json"
SETTINGS_FILE: Final = "settings.json"
CONFIG_FILE: Final = "datasette.json"

_SOURCE: Final = "browse.yaml"
_KEYS: Final = {"title", "description", "database", "settings", "tables", "added", "words", "queries"}
_TABLE_KEYS: Final = {"title", "label", "sort", "sort_desc", "facets", "hidden", "units"}
_ADDED_KEYS: Final = {*_TABLE_KEYS, "sentence", "columns"}
_QUERY_KEYS: Final = ("title", "description", "sql")
# Of no interest to readers; the first has the notes of sqlite-utils on which steps of the schema were done.
_PLUMBING: Final = ("_sqlite_migrations", *STORED_TABLES)
# papers_of_a_venue
_QUERY_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_CSS: Final = ("/static/paperdigest.css",)
_PLUGINS: Final = {"paperdigest_pages": {"images": PICTURES_FILE}}


class BadBrowseFile(ValueError):
    """``browse.yaml`` is not what it should be; the message names the place in it and the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What Datasette is told, in its own words."""

    metadata: dict[str, Any]
    """``metadata.json``: all that 0.65 is told but for settings; 1.0 takes titles and descriptions from it."""
    config: dict[str, Any]
    """``datasette.json``: settings, tables and queries for 1.0."""
    settings: dict[str, int | bool | str]
    """``settings.json``, for 0.65."""

    def save(self, folder: Path) -> None:
        """Write the three files into a folder, under the names by which ``datasette FOLDER`` finds them."""
        files = {METADATA_FILE: self.metadata, CONFIG_FILE: self.config, SETTINGS_FILE: self.settings}
        for name, value in files.items():
            text = json.dumps(value, ensure_ascii=False, indent=2)
            (folder / name).write_text(f"{text}\n", encoding="utf-8")


def browse_folder() -> Path:
    """Folder of what Datasette loads: beside the package in a checkout, else where ``pip install`` has put it.

    Raises :class:`FileNotFoundError`, naming both places, where neither holds ``browse.yaml``.
    """
    checkout = Path(__file__).resolve().parents[2] / "data" / "datasette"
    installed = Path(sysconfig.get_path("data")) / "share" / "paperdigest" / "datasette"
    for folder in (checkout, installed):
        if (folder / _SOURCE).is_file():
            return folder
    raise FileNotFoundError(f"what Datasette needs is missing: no {_SOURCE} in {checkout} or {installed}")


def load_configuration(path: Path | None = None) -> Configuration:
    """The configuration that a ``browse.yaml`` describes; without a path, that of the project.

    Raises :class:`BadBrowseFile`, and :class:`OSError` for a file that cannot be read.
    """
    path = path or browse_folder() / _SOURCE
    try:
        source = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadBrowseFile(f"{path} is no YAML: {error}") from error
    try:
        return _configuration(source)
    except BadBrowseFile as error:
        raise BadBrowseFile(f"{path}: {error}") from error


def _configuration(source: object) -> Configuration:
    browse = _mapping("the file", source, _KEYS)
    for key in sorted(_KEYS - browse.keys()):
        raise BadBrowseFile(f"{key} is missing")
    described = {one.name: one for one in describe(schema_sql())} | dict(_added(browse["added"]))
    own = {**browse["tables"], **browse["added"]}
    for name in own.keys() ^ described.keys():
        raise BadBrowseFile(f"table {name}: {'not in the schema' if name in own else 'nothing is said of it'}")
    _check_words(browse["words"], described.values())
    tables = {name: _table(name, own[name], one, browse["words"]) for name, one in described.items()}
    tables |= {name: _Table(metadata={}, config={"hidden": True}) for name in _PLUMBING}
    queries = dict(_queries(browse["queries"]))
    settings = browse["settings"]
    database = {
        "tables": {name: {**table.metadata, **table.config} for name, table in tables.items()},
        "queries": queries,
    }
    return Configuration(
        metadata={
            "title": browse["title"],
            "description": browse["description"],
            "extra_css_urls": list(_CSS),
            "plugins": _PLUGINS,
            "databases": {DATABASE: {**browse["database"], **database}},
        },
        config={
            "settings": settings,
            "extra_css_urls": list(_CSS),
            "plugins": _PLUGINS,
            "databases": {
                DATABASE: {"tables": {name: table.config for name, table in tables.items()}, "queries": queries}
            },
        },
        settings=settings,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What is said of a table."""

    metadata: dict[str, Any]
    """What people read: title, description, columns."""
    config: dict[str, Any]
    """What Datasette does: sorts, facets, labels, hiding."""


def _table(name: str, own: Mapping[str, Any], described: Described, words: Mapping[str, str]) -> _Table:
    place = f"table {name}"
    _mapping(place, own, _ADDED_KEYS if "columns" in own else _TABLE_KEYS)
    if "title" not in own:
        raise BadBrowseFile(f"{place}: title is missing")
    units = own.get("units", {})
    named = [own[key] for key in ("label", "sort", "sort_desc") if key in own]
    for column in (*named, *own.get("facets", ()), *units):
        if column not in described.columns:
            raise BadBrowseFile(f"{place}: it has no column {column}")
    columns = {
        column: _column_description(sentence, words.get(column), units.get(column))
        for column, sentence in described.columns.items()
    }
    config = {key: own[key] for key in ("sort", "sort_desc", "facets", "hidden") if key in own}
    if "label" in own:
        config["label_column"] = own["label"]
    metadata = {"title": own["title"], "description": described.sentence, "columns": columns}
    return _Table(metadata=metadata, config=config)


def _column_description(sentence: str, word: str | None, unit: str | None) -> str:
    """``阅读量 · Times read: the highest number that any copy shows. (次 · times)``."""
    return " ".join(part for part in (f"{word} ·" if word else "", sentence, f"({unit})" if unit else "") if part)


def _added(source: object) -> Iterator[tuple[str, Described]]:
    """Tables that the schema does not know, as if it did."""
    for name, own in _mapping("added", source).items():
        sentence, columns = own.get("sentence"), own.get("columns")
        if not sentence or not columns:
            raise BadBrowseFile(f"table {name}: sentence or columns are missing")
        yield name, Described(name=name, kind="table", sentence=sentence, columns=columns)


def _check_words(words: Mapping[str, str], described: Collection[Described]) -> None:
    known = {column for one in described for column in one.columns}
    for word in sorted(words.keys() - known):
        raise BadBrowseFile(f"words: no table has a column {word}")


def _queries(source: object) -> Iterator[tuple[str, dict[str, str]]]:
    for name, query in _mapping("queries", source).items():
        place = f"query {name}"
        if not _QUERY_NAME.fullmatch(name):
            raise BadBrowseFile(f"{place}: a name is made of a-z, 0-9 and _")
        _mapping(place, query, set(_QUERY_KEYS))
        for key in _QUERY_KEYS:
            if not query.get(key):
                raise BadBrowseFile(f"{place}: {key} is missing")
        yield name, dict(query)


def _mapping(place: str, value: object, known: Collection[str] | None = None) -> dict[str, Any]:
    """The value, which must be a mapping, with known keys only."""
    if not isinstance(value, dict):
        raise BadBrowseFile(f"{place}: {value!r} is no mapping")
    for key in value:
        if known is not None and key not in known:
            raise BadBrowseFile(f"{place}: {key!r} is not known; known are {', '.join(sorted(known))}")
    return value

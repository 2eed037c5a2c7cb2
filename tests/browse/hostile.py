"""An archive in which every text does harm where it is taken for more than text."""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from normalize.search import segment
from tests.browse.payloads import PAYLOADS

EVERYTHING: Final = "everything"
"""Id of a digest that recommends all papers."""

_ROLES: Final = ("paper", "code", "dataset", "notes", "project", "blog", "other")
_PICTURES: Final = ("badge", "title", "figure", "other")
_KEPT: Final = ("meta", "checks")
"""Tables that no post writes."""

_Row = tuple[str, Mapping[str, object]]


def key_of(number: int) -> str:
    """The id of all that is made of a payload: as hostile as it is, and another for each."""
    return f"{PAYLOADS[number]} {number}"


def hostile_archive(sample: Path, folder: Path) -> Path:
    """Make the archive in a folder: a post, paper, venue, tag, person and all the rest of each payload, in all fields.

    Beyond them it holds what no post decides: numbers, days, and words that the schema restricts. ``sample`` is an
    archive whose schema is taken.
    """
    archive = folder / "hostile.db"
    shutil.copyfile(sample, archive)
    with closing(sqlite3.connect(archive)) as connection, connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not name.startswith(("sqlite_", "_sqlite_", "search")) and name not in _KEPT
        ]
        for table in tables:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        filled = set()
        for table, row in _rows():
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
            filled.add(table)
        _check_filled(connection, set(tables) - filled)
    return archive


def _check_filled(connection: sqlite3.Connection, empty: set[str]) -> None:
    """A table or column that the schema gets one day is to be attacked too."""
    assert not empty, f"no payload in {empty}"
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if table.startswith(("sqlite_", "_sqlite_", "search")) or table in _KEPT:
            continue
        for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            known = connection.execute(f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL").fetchone()[0]
            assert known, f"nothing in {table}.{column}"


def _rows() -> Iterator[_Row]:
    yield from _post_rows(EVERYTHING, EVERYTHING, len(PAYLOADS))
    for number, text in enumerate(PAYLOADS):
        key = key_of(number)
        yield from _post_rows(key, text, number)
        yield from _named_rows(key, text, number)
        yield from _recommendation_rows(1_000_000 + number, key, 1, number)
        yield from _recommendation_rows(2_000_000 + number, EVERYTHING, number + 1, number)


def _post_rows(key: str, text: str, number: int) -> Iterator[_Row]:
    capture = {"capture_id": key, "sha256": text, "address": text, "origin": text, "status": 200}
    yield "captures", {**capture, "captured_at": text, "page_class": "post", "post_id": key}
    yield (
        "copy_facts",
        {
            "capture_id": key,
            "site": "csdn",
            "kind": "digest",
            "title": text,
            "title_key": text,
            "author": text,
            "published": text,
            "series": text,
            "number": number,
            "reads": number,
            "url": text,
            "entries": 1,
            "partial": 0,
            "has_links": 1,
            "has_images": 1,
            "lacks": 0,
            "distance": 0,
            "content": text,
        },
    )
    yield "capture_keys", {"capture_id": key, "key": text}
    yield (
        "posts",
        {
            "post_id": key,
            "title": text,
            "kind": "digest",
            "series": text,
            "number": number,
            "published_on": f"20{10 + number % 9}-{1 + number % 12:02}-{1 + number % 28:02}",
            "published_at": f"20{10 + number % 9}-{1 + number % 12:02}-{1 + number % 28:02}T09:30:15+08:00",
            "reads": number,
            "author": text,
            "url": text,
            "recommendations": 1,
            "capture_id": key,
        },
    )
    copy = {"post_id": key, "place": text, "site": text, "captures": 1, "reads": 1, "sha256": text}
    yield "post_copies", {**copy, "first_seen_at": text, "last_seen_at": text, "shown": 1}
    link = {"post_id": key, "position": 1, "title": text, "url_raw": text, "url": text, "post_key": text}
    yield "post_links", {**link, "title_key": text, "linked_post_id": None}
    yield "post_links", {**link, "title_key": text, "position": 2, "linked_post_id": key}
    difference = {"capture_id": key, "ordinal": 1, "post_id": key, "position": 1, "other_position": 1}
    yield "copy_differences", {**difference, "field": text, "shown": text, "other": text}


def _named_rows(key: str, text: str, number: int) -> Iterator[_Row]:
    variants = json.dumps([text, f"{text}!"])
    yield (
        "venues",
        {
            "venue_id": key,
            "full_name": text,
            "kind": text,
            "aliases": variants,
            "ccf_rank": text,
            "dblp_key": text,
            "first_year": 1999,
            "last_year": 2030,
        },
    )
    yield "papers", {"paper_id": key, "title": text, "venue_id": key, "venue_year": 2018, "venue_status": text}
    yield "paper_aliases", {"alias": f"{key}!", "paper_id": key}
    yield "recommenders", {"recommender_id": key, "name": text, "variants": variants}
    yield "tags", {"tag_id": key, "name": text, "variants": variants}


def _recommendation_rows(rowid: int, post: str, position: int, number: int) -> Iterator[_Row]:
    key, text = key_of(number), PAYLOADS[number]
    own = {"recommendation_id": rowid}
    # Every third has a picture for a title.
    title = None if number % 3 == 2 else text
    yield (
        "recommendations",
        {
            **own,
            "search_id": rowid,
            "post_id": post,
            "position": position,
            "paper_id": key,
            "section": text,
            "title_raw": title,
            "title": title,
            "title_source": title and "printed",
            "title_key": text,
            "recommender_id": key,
            "recommender_raw": text,
            "tag_id": key,
            "tag_raw": text,
            "summary": f"{text}\n\n{text}",
            "venue_id": key,
            "venue_year": 2018,
            "venue_status": text,
            "venue_printed": text,
            "venue_sentence": text,
            "venue_start": 0,
            "venue_end": 1,
        },
    )
    yield "search", {"rowid": rowid, "title": segment(text), "summary": segment(text), "other": segment(text)}
    for place, role in enumerate(_ROLES, start=1):
        yield "links", {**own, "position": place, "role": role, "label": text, "url_raw": text, "url": text}
    for place, role in enumerate(_PICTURES, start=1):
        yield "images", {**own, "position": place, "role": role, "url_raw": text, "url": text, "key": key}
    for scheme in (text, "arxiv", "github"):
        yield "identifiers", {**own, "scheme": scheme, "value": text, "strong": 1, "disputed": 0}
    yield "affiliations", {**own, "position": 1, "name": text}
    yield "decided", {**own, "decision": text, "name": text}
    if rowid >= 2_000_000:  # the other recommendation of the paper stands already
        pair = {"left_id": rowid - 1_000_000, "right_id": rowid}
        yield "judgements", {**pair, "rule": text, "evidence": text, "verdict": "same"}
    problem = {"problem_id": f"{key} {rowid}", "code": text, "severity": "warning", "message": text, "line": text}
    yield "problems", {**problem, "capture_id": post, "post_id": post, **own, "position": position}

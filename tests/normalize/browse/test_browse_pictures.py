"""Pictures that were fetched, handed on only as what they are."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.images.kinds import Kind
from crawler.images.store import ImageStore
from crawler.images.store import images_path as path_of_the_store
from normalize.browse.pictures import SIGNATURES, images_path, read_picture, read_sizes

PNG = b"\x89PNG\r\n\x1a\n" + b"rest"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "a.images.db"
    kind = Kind(type="image/png", width=640, height=480)
    with ImageStore.open(path) as images:
        images.keep("key/with?marks", PNG, kind, address="https://example.org/", fetched_at=datetime.now(UTC))
    return path


def test_the_place_is_the_one_where_pictures_are_stored(tmp_path: Path) -> None:
    assert images_path(tmp_path / "archive.db") == path_of_the_store(tmp_path / "archive.db")


def test_a_stored_picture_is_given_with_its_type_and_size(store: Path) -> None:
    found = read_picture(store, "key/with?marks")
    assert found is not None
    assert (found.type, found.body) == ("image/png", PNG)
    sizes = read_sizes(store, ["key/with?marks", "other"])
    assert {key: (size.width, size.height) for key, size in sizes.items()} == {"key/with?marks": (640, 480)}


def test_an_unknown_picture_is_none(store: Path) -> None:
    assert read_picture(store, "other") is None


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_without_a_store_there_is_no_picture(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "none.db"
    if content is not None:
        path.write_bytes(content)
    assert (read_picture(path, "x"), read_sizes(path, ["x"])) == (None, {})


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='pwn()'/>"),
        ("text/html", b"<script>pwn()</script>"),
        ("image/png", b"<script>pwn()</script>"),
        ("image/webp", b"RIFF\x00\x00\x00\x00AVI "),
        ("image/gif", b"GI"),
    ],
)
def test_what_is_not_what_it_is_called_is_never_given(tmp_path: Path, name: str, body: bytes) -> None:
    path = tmp_path / "hostile.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bodies (sha256, type, body, width, height)")
        connection.execute("CREATE TABLE pictures (key, sha256)")
        connection.execute("INSERT INTO bodies VALUES ('a', ?, ?, 1, 1)", (name, body))
        connection.execute("INSERT INTO pictures VALUES ('x', 'a')")
        connection.commit()
    assert read_picture(path, "x") is None


def test_no_type_that_can_hold_a_script_is_handed_on() -> None:
    assert not {"image/svg+xml", "text/html", "application/xhtml+xml", "text/xml"} & set(SIGNATURES)

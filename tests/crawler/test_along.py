"""Reading beside a fast crawl: the archive is the one that reading afterwards gives."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.along import Along
from crawler.captures import CaptureStore, NewCapture
from crawler.ingest import Paths, update_archive

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from posts import write_posts

Dump = Callable[[Path], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, list[str]]:
    """Captures of 130 posts, and their ids."""
    path = tmp_path / "x.captures.db"
    pages = write_posts(tmp_path / "pages", 130, layouts=("2018",), page_bytes=20_000)
    with CaptureStore.open(path) as store:
        return path, store.add([NewCapture(body=page.read_bytes(), origin="file:" + page.name) for page in pages])


def test_captures_that_come_fast_give_the_same_archive(
    tmp_path: Path, stored: tuple[Path, list[str]], dump: Dump
) -> None:
    captures, ids = stored
    paths = Paths.of(tmp_path / "along.db", captures)
    with Along(paths) as along:
        for start in range(0, len(ids), 30):
            along.stored(ids[start : start + 30])
        summary = along.finish()
    # All of it was read before anybody asked for the rest.
    assert (summary.new_captures, summary.new_posts) == (130, 130)
    assert update_archive(paths).new_captures == 0
    after = Paths.of(tmp_path / "after.db", captures)
    update_archive(after)
    assert dump(paths.archive) == dump(after.archive)


def test_where_it_is_known_that_they_come_fast_even_few_are_read_as_they_come(
    tmp_path: Path, stored: tuple[Path, list[str]], dump: Dump
) -> None:
    captures, ids = stored
    paths = Paths.of(tmp_path / "along.db", captures)
    with Along(paths) as along:
        along.begin()
        along.stored(ids[:5])
        assert along.finish().new_captures == 5
    update_archive(paths)
    after = Paths.of(tmp_path / "after.db", captures)
    update_archive(after)
    assert dump(paths.archive) == dump(after.archive)


def test_an_archive_of_other_decisions_is_left_to_be_built_anew(tmp_path: Path, stored: tuple[Path, list[str]]) -> None:
    captures, ids = stored
    paths = Paths.of(tmp_path / "along.db", captures)
    update_archive(paths)
    paths.decisions.write_text('[[recommenders]]\nsame = ["user1", "user2"]\n', "utf-8")
    with Along(paths) as along:
        along.stored(ids)
        assert along.finish().new_captures == 0
    assert update_archive(paths).new_captures == 130


def test_a_few_captures_are_left_to_the_end(tmp_path: Path, stored: tuple[Path, list[str]]) -> None:
    captures, ids = stored
    paths = Paths.of(tmp_path / "along.db", captures)
    with Along(paths) as along:
        along.stored(ids[:10])
        assert along.finish().new_captures == 0
    assert not paths.archive.exists()
    assert update_archive(paths).new_captures == 130

"""Captures to readings, and the build path that import, crawl and rebuild share."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from crawler import ingest
from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER, Capture, CaptureStore, NewCapture
from crawler.ingest import CapturesMissing, Paths, rebuild_archive, update_archive
from crawler.reading import read_capture
from normalize.model import Reading

ADDRESS = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/99000004"


def capture(
    *,
    address: str | None = ADDRESS,
    status: int | None = 200,
    origin: str = "csdn",
    headers: dict[str, str] | None = None,
) -> Capture:
    return Capture(
        capture_id="0" * 24,
        sha256="0" * 64,
        address=address,
        origin=origin,
        fetched_at="2026-01-02T03:04:05Z",
        status=status,
        headers=headers,
    )


@pytest.fixture
def page(sample: Path) -> bytes:
    return (sample / "csdn" / "2018-05_phoenix.html").read_bytes()


def test_a_post_has_a_record(page):
    reading = read_capture(capture(), page)
    assert (reading.page_class, len(reading.record.entries)) == ("post", 8)
    assert reading.captured_at == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("given", "page_class", "code"),
    [
        ({"status": 404}, "gone", "gone"),
        ({"status": 521}, "blocked", "blocked"),
        ({"status": 503}, "damaged", "damaged"),
        ({"headers": {DAMAGED_HEADER: "gzip ends early"}}, "damaged", "damaged"),
        ({"headers": {BLOCKED_HEADER: "challenge"}}, "blocked", "blocked"),
    ],
)
def test_an_answer_that_is_no_post_is_not_parsed(page, given, page_class, code):
    reading = read_capture(capture(**given), page)
    assert (reading.page_class, reading.record) == (page_class, None)
    assert [problem.code for problem in reading.problems] == [code]


def test_answers_of_the_list_are_lists():
    address = "https://blog.csdn.net/community/home-api/v1/get-business-list?page=1"
    assert read_capture(capture(address=address), b'{"code":200}').page_class == "list"


def test_what_cannot_be_read_is_damaged_and_says_why(page):
    reading = read_capture(capture(), page[: len(page) // 2])
    assert reading.page_class == "damaged"
    assert "breaks off" in reading.problems[0].message


def test_the_header_names_the_character_set(page):
    body = page.decode().encode("gb18030")
    reading = read_capture(capture(headers={"content-type": "text/html; charset=GBK"}), body)
    assert reading.record.post.title.startswith("八篇图网络")


def test_a_file_is_known_by_its_name():
    assert (
        read_capture(capture(address=None, status=None, origin="file:x.md"), b"plain words").page_class == "not_digest"
    )
    assert read_capture(capture(address=None, status=None, origin="file:x.bin"), b"plain words").page_class == "damaged"


def fill(paths: Paths, *items: NewCapture) -> None:
    with CaptureStore.open(paths.captures) as store:
        store.add(items)


def test_a_command_that_was_stopped_between_the_files_is_made_good(tmp_path, page, dump):
    paths = Paths.of(tmp_path / "a.db")
    fill(paths, NewCapture(body=page, origin="file:a.html"))
    assert update_archive(paths).new_posts == 1
    before = paths.archive.read_bytes()
    assert update_archive(paths).new_posts == 0
    assert paths.archive.read_bytes() == before
    rows = dump(paths.archive)
    rebuild_archive(paths)
    assert dump(paths.archive) == rows


def test_damaged_bytes_are_a_problem_and_spare_the_rest(tmp_path, page):
    paths = Paths.of(tmp_path / "a.db")
    fill(paths, NewCapture(body=page, origin="file:a.html"), NewCapture(body=page + b" ", origin="file:b.html"))
    with sqlite3.connect(paths.captures) as connection:
        connection.execute("UPDATE bodies SET zstd = x'00' WHERE sha256 = (SELECT min(sha256) FROM bodies)")
    assert update_archive(paths).new_posts == 1
    with sqlite3.connect(paths.archive) as connection:
        codes = [code for (code,) in connection.execute("SELECT code FROM problems WHERE severity = 'error'")]
    assert codes == ["damaged_body"]


def once_read(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between the reading of the first batch and its turn to be written."""
    read, left = ingest._read_stored, [happens]

    def reading(store: CaptureStore, capture_ids: Iterable[str]) -> Iterator[Reading]:
        yield from read(store, capture_ids)
        if left:
            left.pop()()

    monkeypatch.setattr(ingest, "_read_stored", reading)


def test_what_is_forgotten_while_it_is_read_stays_away(tmp_path, page, monkeypatch):
    paths = Paths.of(tmp_path / "a.db")
    fill(paths, NewCapture(body=page, origin="file:a.html"), NewCapture(body=b"# x\n", origin="file:b.md"))
    once_read(monkeypatch, lambda: forget_all(paths, "file:a.html"))
    assert (update_archive(paths).new_captures, update_archive(paths).new_captures) == (1, 0)


def forget_all(paths: Paths, origin: str) -> None:
    with sqlite3.connect(paths.captures) as connection:
        connection.execute("DELETE FROM observations WHERE origin = ?", (origin,))


def test_decisions_made_while_captures_are_read_are_obeyed(tmp_path, page, monkeypatch, dump):
    paths = Paths.of(tmp_path / "a.db")
    fill(paths, NewCapture(body=page, origin="file:a.html"))
    said = '[[recommenders]]\nsame = ["paperweekly", "xiaoming"]\n'
    once_read(monkeypatch, lambda: paths.decisions.write_text(said, "utf-8"))
    assert update_archive(paths).new_posts == 1
    rows = dump(paths.archive)
    rebuild_archive(paths)
    assert dump(paths.archive) == rows


def test_decisions_made_during_a_rebuild_are_left_to_the_next_command(tmp_path, page, monkeypatch):
    paths = Paths.of(tmp_path / "a.db")
    fill(paths, NewCapture(body=page, origin="file:a.html"))
    said = '[[recommenders]]\nsame = ["paperweekly", "xiaoming"]\n'
    once_read(monkeypatch, lambda: paths.decisions.write_text(said, "utf-8"))
    assert rebuild_archive(paths).new_posts == 1
    # Built anew, for the decisions are others by now.
    assert (update_archive(paths).new_posts, update_archive(paths).new_posts) == (1, 0)


def test_a_rebuild_leaves_nothing_beside_the_archive(tmp_path, page):
    paths = Paths.of(tmp_path / "a.db")
    fill(paths, NewCapture(body=page, origin="file:a.html"))
    rebuild_archive(paths)
    assert {path.name for path in tmp_path.iterdir()} == {"a.db", "a.db.lock", "a.captures.db"}


def test_a_rebuild_never_loses_captures_in_silence(tmp_path, page):
    paths = Paths.of(tmp_path / "a.db")
    fill(paths, NewCapture(body=page, origin="file:a.html"))
    update_archive(paths)
    paths.captures.unlink()
    fill(paths, NewCapture(body=b"# x\n", origin="file:b.md"))
    with pytest.raises(CapturesMissing, match="lacks 1 captures"):
        rebuild_archive(paths)

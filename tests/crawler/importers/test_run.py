"""Files through the store into the archive: each is read once, and what cannot be read leaves no trace."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.captures import CaptureStore
from crawler.importers.files import RefusedPath, SourceFile
from crawler.importers.run import _USUAL_BYTES, _Files, import_files
from crawler.ingest import Paths, is_extendable, rebuild_archive, turn_to_write, update_archive
from crawler.pages.html import _MAX_ATTRIBUTES

Dump = Callable[[Path], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def into(tmp_path: Path) -> Paths:
    return Paths.of(tmp_path / "a.db")


@pytest.fixture
def page(sample: Path) -> bytes:
    return (sample / "csdn" / "2018-05_phoenix.html").read_bytes()


def write(folder: Path, **bodies: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, body in bodies.items():
        (folder / f"{name}.html").write_bytes(body)
    return folder


def test_what_files_hold_is_stored_and_archived_at_once(into: Paths, sample: Path, dump: Dump) -> None:
    report = import_files([sample / "csdn"], into)
    with CaptureStore.open(into.captures, readonly=True) as store:
        assert sorted(report.new) == store.capture_ids()
    assert (report.files, report.known, report.refused) == (len(report.new), 0, ())
    assert report.summary.new_captures == len(report.new)
    before = dump(into.archive)
    assert update_archive(into).new_captures == 0
    rebuild_archive(into)
    assert dump(into.archive) == before


def test_files_that_are_known_change_no_byte(into: Paths, sample: Path) -> None:
    first = import_files([sample / "csdn"], into)
    before = into.archive.read_bytes(), into.captures.read_bytes()
    again = import_files([sample / "csdn"], into)
    assert (again.new, again.known, again.summary.new_captures) == ((), first.files, 0)
    assert (into.archive.read_bytes(), into.captures.read_bytes()) == before


def test_what_cannot_be_read_is_named_in_the_order_found_and_leaves_no_trace(
    into: Paths, tmp_path: Path, page: bytes
) -> None:
    folder = write(tmp_path / "in", a=b"", b=page[: len(page) // 2], c=b"\x89PNG\0\0")
    report = import_files([tmp_path / "missing.html", folder, tmp_path / "gone.html"], into)
    assert report.refused == (
        RefusedPath(path=tmp_path / "missing.html", reason="there is no such file or folder"),
        RefusedPath(path=folder / "a.html", reason="it is empty"),
        RefusedPath(path=folder / "b.html", reason="it breaks off: the page's closing tags are missing"),
        RefusedPath(path=folder / "c.html", reason="it is a PNG picture, not a text"),
        RefusedPath(path=tmp_path / "gone.html", reason="there is no such file or folder"),
    )
    assert not into.captures.exists()
    assert not into.archive.exists()


def test_equal_files_of_one_name_are_one_capture(into: Paths, tmp_path: Path, page: bytes) -> None:
    folders = [write(tmp_path / name, post=page) for name in "xyz"]
    report = import_files(folders, into)
    assert (len(report.new), report.known, report.summary.new_posts) == (1, 2, 1)


def test_what_another_process_has_stored_meanwhile_is_known(into: Paths, tmp_path: Path, page: bytes) -> None:
    source = SourceFile(path=write(tmp_path / "in", post=page) / "post.html")
    slow, quick = (_Files(into) for _ in range(2))
    for work in (slow, quick):
        work.read([source])
    quick.write(wait=True)
    slow.write(wait=True)
    assert (len(quick.result.new), quick.result.known) == (1, 0)
    assert (len(slow.result.new), slow.result.known) == (0, 1)
    assert quick.result.summary.new_posts == 1


def test_captures_are_stored_while_another_process_writes_the_archive(into: Paths, tmp_path: Path, page: bytes) -> None:
    work = _Files(into)
    work.read([SourceFile(path=write(tmp_path / "in", post=page) / "post.html")])
    with turn_to_write(into.archive, wait=True):
        work.write(wait=False)
        assert (len(work.result.new), work.held, into.archive.exists()) == (1, 1, False)
    work.write(wait=False)
    assert (work.result.summary.new_posts, work.held) == (1, 0)


def test_hostile_markup_of_a_whole_page_is_kept_for_another_version(into: Paths, tmp_path: Path, page: bytes) -> None:
    attributes = b"".join(b' a%d=""' % number for number in range(_MAX_ATTRIBUTES + 1))
    folder = write(tmp_path / "in", post=page.replace(b"<p", b"<p" + attributes, 1))
    report = import_files([folder], into)
    assert (len(report.new), report.refused, report.summary.new_posts) == (1, (), 0)


def test_into_an_archive_of_other_decisions_files_are_only_stored(into: Paths, sample: Path, dump: Dump) -> None:
    import_files([sample / "csdn"], into)
    into.decisions.write_text('[[recommenders]]\nsame = ["linxi", "zhou_q"]\n', "utf-8")
    assert not is_extendable(into)
    before = dump(into.archive)
    report = import_files([sample / "wechat"], into)
    assert (len(report.new), report.summary.new_captures) == (1, 0)
    assert dump(into.archive) == before
    assert update_archive(into).new_captures > 1


def test_a_large_page_counts_for_several(into: Paths, tmp_path: Path, page: bytes) -> None:
    padding = b"<!--" + b"x" * (5 * _USUAL_BYTES) + b"-->"
    folder = write(tmp_path / "in", large=page.replace(b"</body>", padding + b"</body>"))
    work = _Files(into)
    work.read([SourceFile(path=folder / "large.html")])
    assert work.held == 5
    work.write(wait=True)
    assert work.held == 0

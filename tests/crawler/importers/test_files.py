import os
from pathlib import Path

import pytest

from crawler.importers.files import RefusedPath, SkippedFiles, SourceFile, capture_of, file_name, find_files
from crawler.importers.html import saved_address
from crawler.limits import MAX_BYTES


def touch(root: Path, *names: str) -> None:
    for name in names:
        root.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        root.joinpath(name).write_text("x")


def names(root: Path) -> list[str]:
    return [item.path.relative_to(root).as_posix() for item in find_files([root]) if isinstance(item, SourceFile)]


def test_folders_are_searched_in_a_stable_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.html", "a.MD", "z/c.htm", "m/d.xhtml", "m/a.markdown")
    assert names(tmp_path) == ["a.MD", "b.html", "m/a.markdown", "m/d.xhtml", "z/c.htm"]


def test_what_is_left_out_of_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a.html", "a_files/ad.html", ".git/x.html", ".hidden.html", "b.png", "c.PNG", "README")
    found = list(find_files([tmp_path]))
    assert [item.path.name for item in found if isinstance(item, SourceFile)] == ["a.html"]
    assert [item for item in found if isinstance(item, SkippedFiles)] == [
        SkippedFiles(folder=tmp_path, suffixes=(".png", "no ending"), count=3)
    ]


def test_a_file_that_is_named_is_always_tried(tmp_path: Path) -> None:
    touch(tmp_path, "page.dat")
    assert list(find_files([tmp_path / "page.dat"])) == [SourceFile(path=tmp_path / "page.dat")]


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    os.mkfifo(tmp_path / "pipe")
    found = list(find_files([tmp_path / "missing.md", empty, tmp_path / "pipe"]))
    assert [(item.path.name, item.reason) for item in found if isinstance(item, RefusedPath)] == [
        ("missing.md", "there is no such file or folder"),
        ("empty", "the folder holds no page (.html, .md)"),
        ("pipe", "it is neither a file nor a folder"),
    ]
    assert len(found) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    touch(tmp_path, "a.md", "locked/b.md")
    tmp_path.joinpath("locked").chmod(0)
    try:
        found = list(find_files([tmp_path]))
    finally:
        tmp_path.joinpath("locked").chmod(0o755)
    assert [item.reason for item in found if isinstance(item, RefusedPath)] == [
        "the folder cannot be read: Permission denied"
    ]


def test_no_more_is_read_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 2)
    assert len(SourceFile(path=path).read()) == MAX_BYTES + 1


def test_capture_of_a_file_keeps_its_name_alone(tmp_path: Path) -> None:
    source = SourceFile(path=tmp_path / "deep" / "帖子.html")
    body = b"<!-- saved from url=(0048)https://blog.csdn.net/u/article/details/80763567 -->\n<html></html>"
    capture = capture_of(source, body)
    assert (capture.origin, capture.address) == ("file:帖子.html", "https://blog.csdn.net/u/article/details/80763567")
    assert capture.body == body
    assert file_name(capture.origin) == "帖子.html"
    assert file_name("fetch") is None


def test_name_that_is_no_utf8(tmp_path: Path) -> None:
    source = SourceFile(path=tmp_path / os.fsdecode(b"\xff.html"))
    capture_of(source, b"x").origin.encode("utf-8")


ADDRESS = b"https://blog.csdn.net/u/article/details/80763567"


@pytest.mark.parametrize(
    ("head", "address"),
    [
        (b"<!DOCTYPE html>\n<!-- saved from url=(0048)%s -->\n<html>" % ADDRESS, ADDRESS),
        (b"<html><!--\n Page saved with SingleFile \n url: %s \n saved date: Tue Jun 02 2026\n-->" % ADDRESS, ADDRESS),
        (b"<html><!--\n Archive processed by SingleFile \n url: %s\n-->" % ADDRESS, ADDRESS),
        (
            b"<!-- Mirrored from blog.csdn.net/u/article/details/80763567 by HTTrack Website Copier/3.x, Tue -->",
            ADDRESS,
        ),
        (b"<html><!-- saved from somewhere -->", None),
        (b"<html>" + b" " * 9000 + b"<!-- saved from url=(0048)%s -->" % ADDRESS, None),
        (b"", None),
    ],
)
def test_address_that_a_tool_wrote_down(head: bytes, address: bytes | None) -> None:
    assert saved_address(head) == (address.decode() if address else None)

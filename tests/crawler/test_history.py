"""Versions of a post and their differences, from captures to the command."""

import hashlib
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.captures import CaptureStore, NewCapture
from crawler.changes import read_printed
from crawler.history import History, differences, history_of, word_diff
from crawler.ingest import Paths, update_archive
from crawler.lookup import find_post
from normalize.model import Entry, Link, Post

KEY = "csdn-99000005"
ADDRESS = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/99000005"


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def look(body: bytes, day: int, **more) -> NewCapture:
    fields = {"origin": "csdn", "address": ADDRESS, "fetched_at": f"2026-01-{day:02}T06:00:00Z", "status": 200}
    return NewCapture(**{"body": body, **fields, **more})


@pytest.fixture
def page(sample: Path) -> bytes:
    return (sample / "csdn" / "2018-06_phoenix.html").read_bytes()


@pytest.fixture
def edited(page: bytes) -> bytes:
    """The same with another title of a paper."""
    post = read_printed(page).post
    assert post is not None
    title = post.entries[2].title_raw.encode()
    assert page.count(title) == 1
    return page.replace(title, b"Another Title Altogether")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of(tmp_path / "a.db")


def history(paths: Paths, *captures: NewCapture) -> History:
    with CaptureStore.open(paths.captures) as store:
        store.add(captures)
    update_archive(paths)
    with CaptureStore.open(paths.captures, readonly=True) as store:
        return history_of(find_post(KEY, paths.archive, store), store)


# --- versions --------------------------------------------------------------------------------------------------------


def test_looks_that_say_the_same_are_one_version(paths, page):
    found = history(
        paths,
        look(page, 1),
        look(b"other bytes", 2, same_as=sha(page), reads=700),
        look(b"", 9, status=304, same_as=sha(page)),
        look(page.replace(b"</body>", b"<i>ad</i></body>"), 4, origin="wayback"),
    )
    [version] = found.versions
    assert (version.first_seen, version.last_seen) == ("2026-01-01T06:00:00Z", "2026-01-09T06:00:00Z")
    assert (version.captures, version.reads, found.steps) == (4, (612, 700), ())
    assert version.places == ((ADDRESS.replace("c9Yv2cf9I06K2A9E", "c9yv2cf9i06k2a9e"), 4),)


def test_an_edit_makes_a_version(paths, page, edited):
    found = history(paths, look(page, 1), look(edited, 2), look(edited, 3), look(b"gone", 5, status=404))
    assert [(one.number, one.first_seen[:10], one.last_seen[:10], one.captures) for one in found.versions] == [
        (1, "2026-01-01", "2026-01-01", 1),
        (2, "2026-01-02", "2026-01-03", 2),
    ]
    [step] = found.steps
    [difference] = step.differences
    assert (step.old, step.new, step.outcome) == (1, 2, "changed")
    assert (difference.field, difference.entry, difference.new) == ("title", 3, "Another Title Altogether")
    assert found.others == (("gone", 1, "2026-01-05T06:00:00Z"),)


def test_an_edit_that_was_taken_back(paths, page, edited):
    found = history(paths, look(page, 1), look(edited, 2), look(page, 3))
    assert [(one.first_seen[8:10], one.last_seen[8:10]) for one in found.versions] == [("01", "03"), ("02", "02")]


def test_files_come_last(paths, page, edited):
    found = history(paths, look(edited, 1, origin="file:x.html", fetched_at=None, status=None), look(page, 2))
    assert [one.first_seen for one in found.versions] == ["2026-01-02T06:00:00Z", None]


def test_a_post_that_was_only_blocked(paths, page):
    found = history(paths, look(b"<html>521</html>", 1, status=521), look(b"", 2, status=403))
    assert (found.versions, found.steps) == ((), ())
    assert found.others == (("blocked", 2, "2026-01-02T06:00:00Z"),)


# --- the reading of looks whose bytes were not kept ------------------------------------------------------------------


def test_reads_of_a_look_reach_the_archive(paths, page):
    history(paths, look(page, 1), look(b"other bytes", 2, same_as=sha(page), reads=700))
    with CaptureStore.open(paths.captures, readonly=True) as store:
        post = find_post(KEY, paths.archive, store)
    assert len(post.capture_ids) == 2
    with sqlite3.connect(paths.archive) as connection:
        assert connection.execute("SELECT reads, recommendations FROM posts").fetchall() == [(700, 8)]
        copies = connection.execute("SELECT captures, reads, first_seen_at, last_seen_at FROM post_copies").fetchall()
        assert copies == [(2, 700, "2026-01-01T06:00:00Z", "2026-01-02T06:00:00Z")]
        classes = connection.execute("SELECT page_class, sha256 FROM captures ORDER BY captured_at").fetchall()
        assert classes == [("post", sha(page)), ("post", sha(b"other bytes"))]


def test_not_modified_is_read_in_the_character_set_of_its_body(paths, page):
    body = page.decode().encode("gb18030")
    headers = {"content-type": "text/html; charset=GBK"}
    found = history(
        paths, look(body, 1, headers=headers), look(b"", 2, status=304, same_as=sha(body), headers={"etag": '"a"'})
    )
    [version] = found.versions
    assert version.captures == 2
    assert version.post.title == read_printed(page).post.title


def test_not_modified_without_a_body_is_no_post(paths, page):
    found = history(paths, look(page, 1), look(b"", 2, status=304))
    assert [version.captures for version in found.versions] == [1]
    assert [name for name, _, _ in found.others] == ["damaged"]


# --- differences -----------------------------------------------------------------------------------------------------


def entry(position: int, title: str | None, **more) -> Entry:
    fields = {"section": None, "recommender": "a", "tag": "t", "summary": f"About {title}."}
    return Entry(position=position, title_raw=title, **{**fields, **more})


def post(*titles: str, **more) -> Post:
    fields = {"site": "csdn", "url": ADDRESS, "kind": "digest", "title": "T", "author": "A", "published": "2026-01-01"}
    entries = tuple(entry(position, title) for position, title in enumerate(titles, start=1))
    return Post(**{**fields, "reads": 1, "series": None, "number": None, "entries": entries, **more})


def changes(old: Post, new: Post) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(one.field, one.entry, one.old, one.new) for one in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (post("a", "b"), post("a", "b"), []),
        (post("a"), post("a", reads=99, url=ADDRESS.lower()), []),
        (post("a"), post("a", title="U"), [("title", None, "T", "U")]),
        (post("a"), post("a", number=7), [("number", None, None, "7")]),
        (post("b", "c"), post("a", "b", "c"), [("entry", 1, None, "a")]),
        (post("a", "b", "c"), post("a", "c"), [("entry", 2, "b", None)]),
        (post("a", "b"), post("b", "a"), [("entry", 1, None, "b"), ("entry", 2, "b", None)]),
    ],
)
def test_what_differs(old: Post, new: Post, expected: list) -> None:
    assert changes(old, new) == expected


def test_fields_of_an_entry_differ_by_themselves():
    old = post("a", "b")
    links = (Link("论文链接", "https://arxiv.org/abs/1806.00001"),)
    new = replace(old, entries=(old.entries[0], old.entries[1]._replace(tag="u", recommender=None, links=links)))
    assert changes(old, new) == [
        ("recommender", 2, "a", None),
        ("tag", 2, "t", "u"),
        ("links", 2, None, "论文链接 https://arxiv.org/abs/1806.00001"),
    ]


@given(st.lists(st.sampled_from("abcdef"), max_size=8), st.lists(st.sampled_from("abcdef"), max_size=8))
def test_no_entry_is_lost_in_a_comparison(old: list[str], new: list[str]) -> None:
    found = list(differences(post(*old), post(*new)))
    assert (found == []) == (old == new)
    gained = sum(one.field == "entry" and one.old is None for one in found)
    lost = sum(one.field == "entry" and one.new is None for one in found)
    assert len(old) - lost + gained == len(new)


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("同一句话", "同一句话", []),
        ("本文提出一个模型", "本文提出两个模型", ["本文提出[-一-]{+两+}个模型"]),
        ("We propose one model.", "We propose two models.", ["We propose [-one-]{+two+} [-model-]{+models+}."]),
        ("a\n\nb", "a\n\nb\n\nc", ["{+c+}"]),
        ("a\n\nb", "a", ["[-b-]"]),
        ("前" * 50 + "甲" + "后" * 50, "前" * 50 + "乙" + "后" * 50, [f"…{'前' * 12}[-甲-]{{+乙+}}{'后' * 12}…"]),
    ],
)
def test_summaries_are_compared_word_by_word(old: str, new: str, lines: list[str]) -> None:
    assert word_diff(old, new) == lines


@given(st.text("ab 图网\n"), st.text("ab 图网\n"))
def test_equal_summaries_and_no_others_have_no_difference(old: str, new: str) -> None:
    assert (word_diff(old, new) == []) <= (old.replace("\n", "") == new.replace("\n", ""))
    assert word_diff(old, old) == []


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_shows_versions_and_differences(paperdigest, paths, page, edited):
    history(paths, look(page, 1), look(edited, 2), look(b"gone", 5, status=404))
    text = paperdigest("history", ADDRESS, "--archive", paths.archive).stdout
    assert "version 1: 2026-01-01T06:00:00Z to 2026-01-01T06:00:00Z, 1 capture, 8 papers, reads 612" in text
    assert "from version 1 to 2: changed" in text
    assert "entry 3 (Another Title Altogether), title: “" in text
    assert "1 answers without the post: gone, the last on 2026-01-05T06:00:00Z" in text
    shown = json.loads(paperdigest("history", KEY, "--archive", paths.archive, "--json").stdout)
    assert [version["entries"] for version in shown["versions"]] == [8, 8]
    assert shown["steps"][0]["differences"][0]["field"] == "title"


def test_the_command_refuses_what_it_does_not_know(paperdigest, paths, page):
    history(paths, look(page, 1))
    assert "csdn-1" in paperdigest("history", "csdn-1", "--archive", paths.archive, status=3).stderr
    paperdigest("history", "csdn-1", "--archive", "none.db", status=8)

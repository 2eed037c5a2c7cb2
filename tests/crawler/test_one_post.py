"""One post, however many copies: as its page on CSDN, in the Wayback Machine, on WeChat and as an export."""

import importlib.util
import json
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from crawler.captures import CaptureStore, NewCapture
from crawler.ingest import Paths, rebuild_archive, update_archive
from normalize.archive import open_readonly

Dumped = Callable[[Path], dict[str, list[tuple[object, ...]]]]

ADDRESS = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{}"
PLACE = ADDRESS.lower()
MEMENTO = "https://web.archive.org/web/{}id_/" + ADDRESS
RIGHT = "https://github.com/facebookresearch/vggt"
FIELDS = "SELECT position, other_position, field, shown, other FROM copy_differences ORDER BY capture_id, ordinal"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of(tmp_path / "a.db")


def page(sample: Path, name: str, number: int | None = None, *, at: str = "2019-03-01T00:00:00Z") -> NewCapture:
    """A page of the sample, fetched from its address."""
    body = (sample / name).read_bytes()
    if number is None:
        return NewCapture(body=body, origin=f"file:{Path(name).name}")
    return NewCapture(
        body=body, address=ADDRESS.format(number), origin="csdn", status=200, headers={}, fetched_at=at
    )  # fmt: skip


def memento(body: bytes, number: int, moment: str) -> NewCapture:
    address = MEMENTO.format(moment, number)
    return NewCapture(
        body=body, address=address, origin="wayback", status=200, headers={}, fetched_at="2026-01-01T00:00:00Z"
    )  # fmt: skip


def archive(paths: Paths, *items: NewCapture) -> None:
    with CaptureStore.open(paths.captures) as store:
        store.add(items)
    update_archive(paths)


def rows(paths: Paths, sql: str) -> list[tuple[Any, ...]]:
    with closing(open_readonly(paths.archive)) as connection:
        return connection.execute(sql).fetchall()


def test_a_page_its_memento_and_its_export_are_one_post(paths: Paths, sample: Path) -> None:
    living = page(sample, "csdn/2018-06_phoenix.html", 99000005)
    archived = memento(living.body.replace("阅读数：612".encode(), "阅读数：40".encode()), 99000005, "20180801120000")
    export = page(sample, "markdown/2018-06.md")
    archive(paths, export, archived, living)
    assert rows(paths, "SELECT post_id, captures FROM posts JOIN (SELECT post_id, count(*) AS captures FROM captures "
                       "GROUP BY post_id) USING (post_id)") == [("csdn-99000005", 3)]  # fmt: skip
    shown = "SELECT origin FROM posts JOIN captures USING (capture_id)"
    assert rows(paths, shown) == [("csdn",)]
    assert rows(paths, "SELECT place, site, captures, shown FROM post_copies ORDER BY place") == [
        ("file:2018-06.md", "csdn", 1, 0),
        (PLACE.format(99000005), "csdn", 2, 1),
    ]
    # Each number of reads is kept, and the highest shown.
    assert {40, 612} <= {reads for (reads,) in rows(paths, "SELECT reads FROM copy_facts")}
    assert rows(paths, "SELECT reads FROM posts") == [(612,)]
    # What an export does not say is no disagreement.
    assert rows(paths, FIELDS) == []


def test_without_the_living_page_the_memento_is_shown_and_then_the_export(paths: Paths, sample: Path) -> None:
    export = page(sample, "markdown/2018-06.md")
    archive(paths, export)
    query = "SELECT origin FROM posts JOIN captures USING (capture_id)"
    assert rows(paths, query) == [("file:2018-06.md",)]
    body = (sample / "csdn" / "2018-06_phoenix.html").read_bytes()
    archive(paths, memento(body, 99000005, "20180801120000"))
    assert rows(paths, query) == [("wayback",)]
    archive(paths, page(sample, "csdn/2018-06_phoenix.html", 99000005, at="2018-07-01T00:00:00Z"))
    assert rows(paths, query) == [("csdn",)]


def test_a_post_on_both_sites_is_one(paths: Paths, sample: Path) -> None:
    archive(paths, page(sample, "wechat/2020-11.html"))
    archive(paths, page(sample, "csdn/2020-11_blogv2.html", 99000008))
    assert rows(paths, "SELECT post_id, recommendations FROM posts") == [("csdn-99000008", 7)]
    assert rows(paths, "SELECT site, shown FROM post_copies ORDER BY site") == [("csdn", 1), ("wechat", 0)]
    fields = {row[2] for row in rows(paths, FIELDS)}
    # The two accounts have different names; the papers with their links and pictures are the same.
    assert fields <= {"author", "published"}
    assert "author" in fields


def test_a_changed_link_and_a_paper_more_stand_beside_what_is_shown(paths: Paths, sample: Path) -> None:
    archive(paths, page(sample, "csdn/2025-05_blogv2_version1.html", 99000011, at="2025-05-24T00:00:00Z"))
    archive(paths, page(sample, "csdn/2025-05_blogv2_version2.html", 99000011, at="2025-06-24T00:00:00Z"))
    assert rows(paths, "SELECT count(*), max(position) FROM recommendations") == [(7, 7)]
    differences = rows(paths, FIELDS)
    links = [row for row in differences if row[2] == "links"]
    assert len(links) == 1
    assert links[0][3] == RIGHT
    assert links[0][4] not in (None, RIGHT)
    assert [(row[1], row[4]) for row in differences if row[2] == "entry"] == [(None, None)]


def test_no_order_of_copies_changes_anything(tmp_path: Path, sample: Path, dump: Dumped) -> None:
    items = [
        page(sample, "csdn/2025-05_blogv2_version1.html", 99000011, at="2025-05-24T00:00:00Z"),
        page(sample, "csdn/2025-05_blogv2_version2.html", 99000011, at="2025-06-24T00:00:00Z"),
        memento((sample / "csdn" / "2025-05_blogv2_version1.html").read_bytes(), 99000011, "20250601000000"),
    ]
    expected = None
    for number, order in enumerate(permutations(items)):
        paths = Paths.of(tmp_path / f"{number}.db")
        for item in order:
            archive(paths, item)
        found = dump(paths.archive)
        expected = expected or found
        assert found == expected
    rebuild_archive(paths)
    assert dump(paths.archive) == expected
    assert len(expected["copy_differences"]) >= 2


# --- real posts ------------------------------------------------------------------------------------------------------


def test_real_posts_in_the_layouts_of_all_years_are_one_post_each(shared: Path, paths: Paths) -> None:
    tool = _tool(shared)
    shells = sorted((shared / "pages" / "shells").glob("*.html"))
    posts = sorted(path for path in (shared / "corpus").glob("*.md") if _has_papers(path))[::4]
    assert len(posts) >= 3
    archive(paths, *(item for post in posts for item in _copies(tool, post, shells)))
    sites = "SELECT count(*), count(DISTINCT site), sum(captures) FROM post_copies GROUP BY post_id"
    assert rows(paths, sites) == [(4, 2, len(shells) + 1)] * len(posts)
    assert rows(paths, "SELECT DISTINCT field FROM copy_differences") == [("author",)]


def _tool(shared: Path) -> Any:
    spec = importlib.util.spec_from_file_location("compose_pages", shared / "tools" / "compose_pages.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def _has_papers(post: Path) -> bool:
    gold = json.loads(post.with_suffix(".gold.json").read_text("utf-8"))
    # One post was exported twice, under two numbers.
    return bool(gold["entries"]) and post.stem != "34768230081"


def _copies(tool: Any, post: Path, shells: Sequence[Path]) -> list[NewCapture]:
    """A post as its export and as a page in the layout of each year: of CSDN two living ones, the others mementos."""
    number = 70_000_000 + zlib.crc32(post.stem.encode()) % 9_000_000
    gold = json.loads(post.with_suffix(".gold.json").read_text("utf-8"))
    items = [NewCapture(body=post.read_bytes(), origin=f"file:{post.name}")]
    for shell in shells:
        markup = tool.compose(
            post.read_text("utf-8"), gold, shell.read_text("utf-8", "replace"), shell.name, 0, str(number)
        )
        body, (site, year) = markup.encode(), shell.stem.split("_")[:2]
        if site == "wechat":
            items.append(NewCapture(body=body, origin=f"file:{post.stem}.{shell.name}"))
        elif year >= "2025":
            moment = f"{year}-09-01T00:00:00Z"
            address = ADDRESS.format(number)
            items.append(
                NewCapture(body=body, address=address, origin="csdn", status=200, headers={}, fetched_at=moment)
            )
        else:
            items.append(memento(body, number, f"{year}0901000000"))
    return items

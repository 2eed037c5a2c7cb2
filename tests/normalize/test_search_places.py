"""Ids of recommendations in the search index: newest first, small, and a function of content."""

import doctest
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize import archive_search
from normalize.archive import Archive, open_readonly
from normalize.archive_rows import POSITIONS, recommendation_id
from normalize.archive_search import DAY_SLOTS, SLOT, UNDATED_SLOTS, Place, places_of_day
from normalize.model import PostRecord, Reading
from tests.normalize.builders import entry, post, reading

CSDN = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{}"


def test_doctests() -> None:
    assert doctest.testmod(archive_search).failed == 0


# --- the places of a day ---------------------------------------------------------------------------------------------

POSTS = st.dictionaries(st.from_regex("csdn-[0-9]{1,3}", fullmatch=True), st.integers(1, 999), max_size=50)


@settings(max_examples=200, deadline=None)
@given(day=st.sampled_from(["2018-06-21", "1000-01-01", "9999-12-31", None]), posts=POSTS)
def test_no_two_recommendations_have_one_id(day: str | None, posts: dict[str, int]) -> None:
    places = places_of_day(day, posts)
    ids = [
        places[post_id].search_id(recommendation_id(post_id, position), position)
        for post_id, count in posts.items()
        for position in {1, count, min(count + 1, POSITIONS - 1), POSITIONS - 1}
    ]
    assert len(ids) == len(set(ids))
    assert all(0 < number < 2**63 for number in ids)


@settings(max_examples=200, deadline=None)
@given(posts=POSTS, seed=st.integers())
def test_places_are_a_function_of_the_posts(posts: dict[str, int], seed: int) -> None:
    mixed = list(posts.items())
    random.Random(seed).shuffle(mixed)
    assert places_of_day("2018-06-21", dict(mixed)) == places_of_day("2018-06-21", posts)


def test_later_days_come_first_and_no_day_last() -> None:
    days = ["2031-01-01", "2018-06-22", "2018-06-21", "2001-12-31", None]
    firsts = [places_of_day(day, {"csdn-1": 14})["csdn-1"].first for day in days]
    assert firsts == sorted(firsts)
    assert firsts[-1] < 1 << 29, "ids are small"


def test_a_day_is_as_long_as_its_slots() -> None:
    posts = {f"csdn-{number}": 1 for number in range(DAY_SLOTS)}
    firsts = sorted(place.first for place in places_of_day("2018-06-21", posts).values())
    before = places_of_day("2018-06-20", {"csdn-1": 1})["csdn-1"].first
    assert len(firsts) == DAY_SLOTS
    assert firsts[-1] - firsts[0] < DAY_SLOTS * SLOT
    assert firsts[-1] < before


def test_a_crowded_day_loses_nothing() -> None:
    posts = {f"csdn-{number}": 14 for number in range(DAY_SLOTS + 10)}
    places = places_of_day("2018-06-21", posts)
    crowded = {post_id for post_id, place in places.items() if place.room == POSITIONS}
    assert len(crowded) == 10
    assert all(places[post_id].search_id(recommendation_id(post_id, 3), 3) > 1 << 58 for post_id in crowded)


def test_a_long_post_takes_several_slots() -> None:
    places = places_of_day("2018-06-21", {"csdn-1": 100, "csdn-2": 14})
    assert places["csdn-1"].room == 112
    long, short = (set(range(place.first, place.first + place.room)) for place in places.values())
    assert not long & short


def test_a_recommendation_beyond_the_room_of_its_post_has_an_id_too() -> None:
    place = Place(1600, 16)
    assert place.search_id(recommendation_id("csdn-1", 15), 15) == 1615
    assert place.search_id(recommendation_id("csdn-1", 16), 16) == (1 << 58) + recommendation_id("csdn-1", 16)


def test_undated_posts_have_room_for_years() -> None:
    places = places_of_day(None, {f"import-{number}": 14 for number in range(3000)})
    assert max(place.room for place in places.values()) == SLOT
    assert max(place.first for place in places.values()) < (1 << 25) + UNDATED_SLOTS * SLOT


# --- in the archive --------------------------------------------------------------------------------------------------


def copies(count: int) -> list[Reading]:
    """Posts of three days and of none, whose papers have several recommendations; some posts have two copies."""
    readings = []
    for number in range(count):
        day = [None, "2018-06-21", "2018-06-21", "2018-06-22"][number % 4]
        entries = [
            entry(place, f"A Title of Some Paper {(number + place) % 9}", summary=f"图网络模型 {number}")
            for place in range(1, 4)
        ]
        record = post(entries, url=CSDN.format(80_000_000 + number), title=f"第 {number} 篇文章的标题", published=day)
        readings.append(reading(f"{number:03}", record, address=CSDN.format(80_000_000 + number)))
    return readings


def contents(path: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Ids, and every token in the index with its place."""
    with closing(open_readonly(path)) as connection:
        ids = connection.execute("SELECT recommendation_id, search_id FROM recommendations ORDER BY 1").fetchall()
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search, instance)")
        tokens = sorted(connection.execute("SELECT * FROM terms"))
        assert {row[1] for row in tokens} == {row[1] for row in ids}
        assert len(ids) == len({row[1] for row in ids})
        return ids, tokens


def write(path: Path, readings: list[Reading], sizes: list[int]) -> None:
    records: dict[str, PostRecord | None] = {one.capture_id: one.record for one in readings}
    with Archive.open(path, rules_digest="rules", code_version="1") as archive:
        while readings:
            size = sizes[len(readings) % len(sizes)]
            archive.add(readings[:size], reread=records.__getitem__)
            readings = readings[size:]


@pytest.mark.parametrize("slots", [2, 8, 32])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_gives_the_same_ids_and_the_same_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slots: int, seed: int
) -> None:
    """With few slots a day posts displace each other, or find none."""
    monkeypatch.setattr(archive_search, "DAY_SLOTS", slots)
    monkeypatch.setattr(archive_search, "UNDATED_SLOTS", slots)
    readings = copies(24)
    write(tmp_path / "a.db", readings, [24])
    mixed = readings.copy()
    random.Random(seed).shuffle(mixed)
    write(tmp_path / "b.db", mixed, [1, 3, 7])
    assert contents(tmp_path / "a.db") == contents(tmp_path / "b.db")


def test_a_post_that_gets_a_day_moves(tmp_path: Path) -> None:
    undated = reading("a", post([entry()], url=CSDN.format(1), published=None), address=CSDN.format(1))
    dated = reading(
        "b", post([entry()], url=CSDN.format(1), published="2018-06-21"), address=CSDN.format(1), origin="x"
    )
    write(tmp_path / "a.db", [undated], [1])
    before = contents(tmp_path / "a.db")
    write(tmp_path / "a.db", [undated, dated], [1])
    write(tmp_path / "b.db", [undated, dated], [2])
    assert contents(tmp_path / "a.db") == contents(tmp_path / "b.db") != before


def test_a_post_of_which_another_copy_is_shown_keeps_its_place(tmp_path: Path) -> None:
    partial = reading("a", post([entry()], url=CSDN.format(1), partial=True), address=CSDN.format(1))
    whole = reading("b", post([entry(summary="别的文字")], url=CSDN.format(1)), address=CSDN.format(1))
    write(tmp_path / "a.db", [partial], [1])
    before = contents(tmp_path / "a.db")
    write(tmp_path / "a.db", [partial, whole], [2])
    after = contents(tmp_path / "a.db")
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_looking_by_search_id_needs_no_scan(tmp_path: Path) -> None:
    write(tmp_path / "a.db", copies(2), [2])
    with closing(open_readonly(tmp_path / "a.db")) as connection:
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT title FROM recommendations WHERE search_id = 1").fetchall()
        assert "USING INDEX recommendations_by_search" in plan[0][3]
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM search")

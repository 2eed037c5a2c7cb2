"""Dashboards count what is in the archive, with and without a year, and are read without a script."""

import re
import shutil
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from crawler.browse.serve import Server
from normalize.browse.charts import GridChart, RankChart, TimeChart
from normalize.browse.dashboards import DASHBOARDS, read_dashboard, read_gallery

NAMES = tuple(about.name for about in DASHBOARDS)


@pytest.fixture
def connection(archive: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(archive)) as one:
        yield one


@pytest.fixture
def empty(archive: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An archive without a post."""
    shutil.copyfile(archive, tmp_path / "empty.db")
    with closing(sqlite3.connect(tmp_path / "empty.db")) as one:
        tables = [
            row[0]
            for row in one.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'")
            if not row[0].startswith(("sqlite_", "_"))
        ]
        for table in tables:
            one.execute(f"DELETE FROM {table}")
        yield one


def one(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def total(chart: TimeChart) -> float:
    return sum(value or 0 for series in chart.series for value in series.values)


# --- counts ----------------------------------------------------------------------------------------------------------


def test_time_counts_every_post_recommendation_and_paper(connection: sqlite3.Connection) -> None:
    posts, papers, growth = read_dashboard(connection, "time").charts
    assert isinstance(posts, TimeChart)
    assert isinstance(papers, TimeChart)
    assert isinstance(growth, TimeChart)
    assert total(posts) == one(connection, "SELECT count(*) FROM posts WHERE published_on IS NOT NULL")
    assert total(papers) == one(connection, "SELECT count(*) FROM recommendations")
    assert sum(value or 0 for value in papers.series[0].values) == one(connection, "SELECT count(*) FROM papers")
    assert growth.series[0].values[-1] == one(connection, "SELECT count(*) FROM papers")
    assert list(growth.series[0].values) == sorted(value or 0 for value in growth.series[0].values)


def test_a_year_counts_its_own_posts(connection: sqlite3.Connection) -> None:
    posts = read_dashboard(connection, "time", year=2018).charts[0]
    assert isinstance(posts, TimeChart)
    assert {label[:4] for label in posts.labels} == {"2018"}
    assert total(posts) == one(connection, "SELECT count(*) FROM posts WHERE published_on LIKE '2018-%'")


def test_years_add_up(connection: sqlite3.Connection) -> None:
    whole = read_dashboard(connection, "time")
    parts = [read_dashboard(connection, "time", year=year).charts[1] for year in whole.years]
    assert sum(total(part) for part in parts if isinstance(part, TimeChart)) == one(
        connection, "SELECT count(*) FROM recommendations"
    )


def test_a_year_without_posts_is_none(connection: sqlite3.Connection) -> None:
    assert read_dashboard(connection, "tags", year=1066) == read_dashboard(connection, "tags")


def test_an_unknown_dashboard_is_a_key_error(connection: sqlite3.Connection) -> None:
    with pytest.raises(KeyError, match="weather"):
        read_dashboard(connection, "weather")


@pytest.mark.parametrize(
    ("name", "place", "sql"),
    [
        ("venues", 0, "SELECT venue_id, count(*) FROM papers WHERE venue_year IS NOT NULL AND venue_id IS NOT NULL"),
        ("tags", 1, "SELECT tag_id, count(*) FROM recommendations WHERE tag_id IS NOT NULL"),
        ("recommenders", 1, "SELECT recommender_id, count(*) FROM recommendations WHERE recommender_id IS NOT NULL"),
    ],
)
def test_grids_show_the_most_frequent(connection: sqlite3.Connection, name: str, place: int, sql: str) -> None:
    grid = read_dashboard(connection, name).charts[place]
    assert isinstance(grid, GridChart)
    expected = connection.execute(f"{sql} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20").fetchall()
    assert [(row.target.key if row.target else None, row.total) for row in grid.rows] == expected
    assert all(row.total == sum(cell.count for cell in row.cells) for row in grid.rows)


def test_ranks_come_in_order_and_what_has_none_last(connection: sqlite3.Connection) -> None:
    ranks = read_dashboard(connection, "venues").charts[1]
    assert isinstance(ranks, RankChart)
    assert [row.name.en for row in ranks.rows] == ["CCF A", "CCF B", "not listed"]
    assert sum(row.count for row in ranks.rows) == one(connection, "SELECT count(venue_id) FROM papers")


def test_code_is_a_share_of_papers(connection: sqlite3.Connection) -> None:
    venues = read_dashboard(connection, "code").charts[1]
    assert isinstance(venues, RankChart)
    for row in venues.rows:
        assert row.of is not None
        assert 0 <= row.count <= row.of
        papers = f"SELECT count(*) FROM papers WHERE venue_id = '{row.name.en}'"
        assert row.of == one(connection, papers)
    assert [row.share for row in venues.rows] == sorted((row.share for row in venues.rows), reverse=True)


def test_quality_counts_what_is_missing(connection: sqlite3.Connection) -> None:
    calendar, complete, _, _, problems = read_dashboard(connection, "quality").charts
    assert isinstance(calendar, GridChart)
    assert isinstance(complete, RankChart)
    assert isinstance(problems, RankChart)
    assert sum(row.total for row in calendar.rows) == one(connection, "SELECT count(*) FROM posts")
    assert complete.rows[0].count == one(connection, "SELECT count(title) FROM recommendations")
    assert sum(row.count for row in problems.rows) == one(connection, "SELECT count(*) FROM problems")


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_archive_has_empty_dashboards(empty: sqlite3.Connection, name: str) -> None:
    assert all(chart.is_empty for chart in read_dashboard(empty, name).charts)


def test_the_gallery_shows_a_chart_of_each(connection: sqlite3.Connection, empty: sqlite3.Connection) -> None:
    assert [(board.about.name, len(board.charts)) for board in read_gallery(connection)] == [
        (name, 1) for name in NAMES
    ]
    assert [len(board.charts) for board in read_gallery(empty)] == [0] * len(NAMES)


# --- pages -----------------------------------------------------------------------------------------------------------


def page(server: Server, path: str, language: str = "en") -> tuple[int, str]:
    request = urllib.request.Request(f"{server.url}{path}", headers={"Accept-Language": language})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_page_in_both_languages(server: Server, name: str) -> None:
    about = next(about for about in DASHBOARDS if about.name == name)
    for language, title in (("zh-CN", about.title.zh), ("en", about.title.en)):
        status, text = page(server, f"/dashboards/{name}", language)
        assert status == 200
        assert f"<h1>{title}</h1>" in text
        assert "style=" not in text


def test_the_gallery_leads_to_each(server: Server) -> None:
    _, text = page(server, "/dashboards")
    assert [name for name in NAMES if f'href="/dashboards/{name}"' in text] == list(NAMES)


@pytest.mark.parametrize("path", ["/dashboards/weather", "/dashboards/%2e%2e", "/dashboards/time%00"])
def test_an_unknown_one_is_a_page_that_says_so(server: Server, path: str) -> None:
    status, text = page(server, path)
    assert status == 404
    assert "There is no such page" in text


@pytest.mark.parametrize("year", ["1066", "x", "２０１８", "-1", "99999", "2018%27"])
def test_a_year_that_is_none_is_not_there(server: Server, year: str) -> None:
    status, text = page(server, f"/dashboards/time?year={quote(year, safe='%')}")
    assert status == 200
    assert "<h1>Posts and papers</h1>" in text


def test_a_name_leads_to_its_page_and_a_problem_to_its_rows(server: Server) -> None:
    for name in ("venues", "tags", "recommenders", "code", "quality"):
        _, text = page(server, f"/dashboards/{name}")
        main = text[text.index("<main") : text.index("</main>")]
        links = re.findall(r'<th scope="row"><a href="([^"]+)"', main)
        assert links
        for link in {links[0], links[-1]}:
            assert page(server, link.replace("&amp;", "&"))[0] == 200

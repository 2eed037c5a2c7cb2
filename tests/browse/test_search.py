"""Search in Datasette's tables, in its JSON API, in SQL and on its own page: the same finds everywhere, best first."""

import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from crawler.browse.serve import Server
from normalize.browse.finds import KINDS, MOST_PAGES, PAGE, PostFind, iter_found, posts_by_title, read_finds
from normalize.search import parse, search
from tests.browse.servers import fetch, fetch_json

# Han of one, two and more letters; Latin words, beginnings, mixtures; phrases, exclusions; other widths; nothing.
WORDS = (
    "图", "注意力", "图网络", "神经网络", "attention", "transform*", "BERT 模型", '"machine translation"', "注意力 -图",
    "ＢＥＲＴ", "attention -bert", "⼈脸", "“注意力”", "no-such-word", "CVPR", "linxi",
)  # fmt: skip


def rows_of(server: Server, table: str, **arguments: object) -> list[dict[str, Any]]:
    query = urlencode({"_shape": "objects", "_size": "max", **arguments})
    rows: list[dict[str, Any]] = fetch_json(server, f"/archive/{table}.json?{query}")["rows"]
    return rows


def keys(rows: Sequence[dict[str, Any]], column: str) -> list[Any]:
    return [row[column] for row in rows]


def scanned(archive: Path, words: str, where: str = "all") -> list[dict[str, Any]]:
    """Recommendations that match, found by reading all of them."""
    fields = {"all": ("title", "summary", "tag_raw", "recommender_raw", "venue_id", "venue_printed", "section"),
              "title": ("title",), "summary": ("summary",)}[where]  # fmt: skip
    query = parse(words)
    with closing(sqlite3.connect(archive)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM recommendations")]
    return [row for row in rows if query.matches(*(row[field] for field in fields))]


# --- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", WORDS)
def test_tables_find_what_reading_finds(server: Server, archive: Path, words: str) -> None:
    expected = scanned(archive, words)
    for table, column in (
        ("recommendations", "recommendation_id"), ("recommendation_overview", "recommendation_id"),
        ("papers", "paper_id"), ("paper_overview", "paper_id"),
    ):  # fmt: skip
        found = keys(rows_of(server, table, _search=words), column)
        assert len(found) == len(set(found))
        assert set(found) == {row[column] for row in expected}, table


@pytest.mark.parametrize("where", ["title", "summary"])
@pytest.mark.parametrize("words", ["attention", "图网络", "注意力"])
def test_tables_search_titles_or_summaries_alone(server: Server, archive: Path, words: str, where: str) -> None:
    found = rows_of(server, "recommendations", **{f"_search_{where}": words})
    expected = keys(scanned(archive, words, where), "recommendation_id")
    assert sorted(keys(found, "recommendation_id")) == sorted(expected)


def test_posts_are_found_by_title_and_by_what_they_recommend(server: Server, archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection:
        titled = set(posts_by_title(connection, parse("周末")))
    assert titled
    assert set(keys(rows_of(server, "posts", _search="周末"), "post_id")) == titled
    recommending = {row["post_id"] for row in scanned(archive, "transformers")}
    assert set(keys(rows_of(server, "posts", _search="transformers"), "post_id")) == recommending != set()


@pytest.mark.parametrize("words", ["注意力", "attention", "图"])
def test_overviews_show_the_best_first(server: Server, archive: Path, words: str) -> None:
    with closing(sqlite3.connect(archive)) as connection:
        found = list(iter_found(connection, parse(words)))
        assert [one.recommendation_id for one in found] == [
            hit.recommendation_id for hit in search(connection, words, limit=0)
        ]
    recommendations = keys(rows_of(server, "recommendation_overview", _search=words), "recommendation_id")
    assert recommendations == [one.recommendation_id for one in found]
    papers = keys(rows_of(server, "paper_overview", _search=words), "paper_id")
    assert papers == list(dict.fromkeys(one.paper_id for one in found))


def test_titles_come_before_summaries(server: Server) -> None:
    titles = keys(rows_of(server, "recommendation_overview", _search="attention"), "title")
    holds = [re.search(r"(?i)\battention\b", title or "") is not None for title in titles]
    assert any(holds)
    assert holds == sorted(holds, reverse=True)


def test_without_a_search_the_newest_come_first(server: Server) -> None:
    days = keys(rows_of(server, "recommendation_overview"), "published_on")
    assert days == sorted(days, reverse=True)
    days = keys(rows_of(server, "paper_overview"), "first_recommended_on")
    assert days == sorted(days, reverse=True)


def test_readers_sort_what_is_found_as_they_like(server: Server) -> None:
    found = keys(rows_of(server, "paper_overview", _search="图", _sort_desc="paper_id"), "paper_id")
    assert len(found) > 2
    assert found == sorted(found, reverse=True)


def test_pages_follow_each_other(server: Server) -> None:
    whole = keys(rows_of(server, "paper_overview", _search="图"), "paper_id")
    assert len(whole) > 6
    first = fetch_json(server, f"/archive/paper_overview.json?_shape=objects&_search={quote('图')}&_size=3")
    second = rows_of(server, "paper_overview", _search="图", _size=3, _next=first["next"])
    assert keys(first["rows"], "paper_id") + keys(second, "paper_id") == whole[:6]


def test_searches_can_be_counted_filtered_and_exported(server: Server) -> None:
    path = f"/archive/paper_overview.json?_search={quote('图')}&_extra=count,facet_results&_size=2"
    whole = rows_of(server, "paper_overview", _search="图")
    answer = fetch_json(server, path)
    assert answer.get("filtered_table_rows_count", answer.get("count")) == len(whole)
    facets = answer["facet_results"].get("results", answer["facet_results"])
    assert sum(one["count"] for one in facets["venue"]["results"]) == sum(row["venue"] is not None for row in whole)
    venue = next(row["venue"] for row in whole if row["venue"])
    some = rows_of(server, "paper_overview", _search="图", venue=venue)
    assert keys(some, "paper_id") == [row["paper_id"] for row in whole if row["venue"] == venue]
    lines = fetch(server, f"/archive/paper_overview.csv?_search={quote('图')}&_size=max").text.splitlines()
    assert len(lines) > len(whole)


@pytest.mark.parametrize("table", ["paper_overview", "recommendation_overview", "papers", "recommendations", "posts"])
def test_pages_of_tables_have_a_search_box_that_keeps_its_words(server: Server, table: str) -> None:
    page = fetch(server, f"/archive/{table}?_search={quote('注意力 -图')}")
    assert page.status == 200
    box = re.search(r'<input[^>]*name="_search"[^>]*>', page.text)
    assert box is not None
    assert 'value="注意力 -图"' in box[0]
    assert 'search matches "注意力 -图"' in page.text


@pytest.mark.parametrize("words", ["，。", "-图", " ".join(["字"] * 3 + [f"w{n}" for n in range(70)])])
def test_what_cannot_be_looked_for_is_explained(server: Server, words: str) -> None:
    answer = fetch(server, f"/archive/papers.json?_search={quote(words)}")
    assert answer.status == 400
    assert re.search("nothing to look for|only excluded|too many", answer.text)


@pytest.mark.parametrize(
    "words", ['"', '""', "AND", "OR NOT", "title:x", "{title} : x", "^a", "a + b", "NEAR(a b)", "*", "'"]
)
def test_no_words_are_a_mistake_in_the_query(server: Server, words: str) -> None:
    assert fetch(server, f"/archive/papers.json?_search={quote(words, safe='')}").status in (200, 400)
    assert fetch(server, f"/search?q={quote(words, safe='')}").status in (200, 400)


def test_sql_can_search_too(server: Server, archive: Path) -> None:
    rows = fetch_json(server, f"/archive/full_text.json?_shape=array&words={quote('注意力')}")
    with closing(sqlite3.connect(archive)) as connection:
        assert keys(rows, "recommendation_id") == [
            hit.recommendation_id for hit in search(connection, "注意力", limit=0)
        ]
    assert fetch_json(server, "/archive/full_text.json?_shape=array&words=") == []


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", WORDS)
def test_all_pages_together_show_all_that_is_found(archive: Path, words: str, kind: str) -> None:
    expected = scanned(archive, words)
    with closing(sqlite3.connect(archive)) as connection:
        first = read_finds(connection, words, kind=kind)  # type: ignore[arg-type]
        pages = [read_finds(connection, words, kind=kind, page=page + 1) for page in range(first.pages)]  # type: ignore[arg-type]
        titled = posts_by_title(connection, parse(words))
    shown = [find for page in pages for find in page.finds]
    if kind == "papers":
        found = [find.card.paper_id for find in shown]  # type: ignore[union-attr]
        assert set(found) == {row["paper_id"] for row in expected}
    elif kind == "recommendations":
        found = [find.recommendation.recommendation_id for find in shown]  # type: ignore[union-attr]
        assert set(found) == {row["recommendation_id"] for row in expected}
    else:
        found = [find.post.post_id for find in shown]  # type: ignore[union-attr]
        assert set(found) == {row["post_id"] for row in expected} | set(titled)
        assert found[: len(titled)] == titled
    assert len(found) == len(set(found)) == first.counts[first.kind]
    assert all(len(page.finds) == PAGE for page in pages[:-1])


def test_pages_end(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection:
        last = read_finds(connection, "的", page=10**6)
        assert last.page == last.pages <= MOST_PAGES
        assert last.finds
        nothing = read_finds(connection, "no-such-word", page=3)
    assert (list(nothing.finds), nothing.pages) == ([], 0)


def test_matches_are_marked_and_nothing_else(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection:
        page = read_finds(connection, "模型 transform* -图", kind="recommendations")
    assert page.finds
    for find in page.finds:
        assert not isinstance(find, PostFind)
        marked = [text for part in (find.title, find.snippet) if part for text, hit in part.pieces if hit]
        assert marked
        assert all(text == "模型" or text.casefold().startswith("transform") for text in marked)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_shows_what_is_found(server: Server, archive: Path, kind: str) -> None:
    page = fetch(server, f"/search?q={quote('注意力')}&show={kind}")
    assert page.status == 200
    assert "<mark>注意力</mark>" in page.text
    assert 'value="注意力"' in page.text
    with closing(sqlite3.connect(archive)) as connection:
        found = read_finds(connection, "注意力", kind=kind)  # type: ignore[arg-type]
    assert page.text.count('class="entry"') == len(found.finds)


def test_the_page_explains_and_asks(server: Server) -> None:
    mistake = fetch(server, f"/search?q={quote('，')}")
    assert mistake.status == 400
    assert "nothing to look for" in mistake.text
    request = urllib.request.Request(f"{server.url}/search?q=-a", headers={"Accept-Language": "zh-CN"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert "至少要有一个不排除的词" in answer.read().decode()
    assert fetch(server, "/search").status == 200
    empty = fetch(server, "/search?q=no-such-word")
    assert empty.status == 200
    assert "Nothing was found" in empty.text


def test_where_to_look_stays_from_page_to_page(server: Server) -> None:
    page = fetch(server, "/search?q=a*&in=title")
    links = re.findall(r'href="(/search\?[^"]*show=[^"]*)"', page.text)
    assert len(links) > 3
    assert all("in=title" in link for link in links)
    assert "in=" not in fetch(server, "/search?q=a*").text


def test_words_are_text_on_the_page(server: Server) -> None:
    page = fetch(server, "/search?q=" + quote('"><script>alert(1)</script>', safe=""))
    assert "<script>alert" not in page.body.decode()

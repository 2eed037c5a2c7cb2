"""What the front page and the pages of recommenders, tags and venues show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.browse.front import read_front
from normalize.browse.people import PAGE, page_of, read_recommender, read_tag
from normalize.browse.venues import find_venue, read_venue
from tests.normalize.browse.small import Small


def test_a_recommender_has_recommendations_from_the_newest_on(small: Small) -> None:
    for key, day in (("old", "2017-05-01"), ("new", "2019-05-01")):
        small.post(key, day)
        small.recommend(key, f"pw-{key}", person="Linxi", tag="CV", venue="ACL")
    page = read_recommender(small.connection, "linxi")
    assert [one.post.post_id for one in page.shown] == ["new", "old"]
    assert (page.name, page.variants) == ("Linxi", ("LINXI",))
    assert (page.recommendations, page.papers, page.posts) == (2, 2, 2)
    assert (page.first_on, page.last_on) == ("2017-05-01", "2019-05-01")
    assert [(one.year, one.count) for one in page.years] == [(2017, 1), (2018, 0), (2019, 1)]
    assert [(one.name, one.count) for one in page.tags] == [("CV", 2)]
    assert [(one.name, one.count) for one in page.venues] == [("ACL", 2)]


def test_people_beside_a_recommender_are_those_of_the_same_papers(small: Small) -> None:
    small.post("a")
    for person, papers in (("A", (1, 2, 3)), ("B", (1, 2)), ("C", (3,)), ("D", (4,))):
        for number in papers:
            small.recommend("a", f"pw-{number}", person=person)
    page = read_recommender(small.connection, "a")
    assert [(one.name, one.count) for one in page.people] == [("B", 2), ("C", 1)]


def test_a_tag_names_its_people_and_the_other_tags_of_its_papers(small: Small) -> None:
    small.post("a")
    small.recommend("a", "pw-1", tag="NLP", person="A")
    small.recommend("a", "pw-1", tag="BERT", person="B")
    page = read_tag(small.connection, "nlp")
    assert [one.name for one in page.people] == ["A"]
    assert [one.name for one in page.tags] == ["BERT"]


def test_pages_part_the_list_and_one_too_many_is_the_last(small: Small) -> None:
    small.post("a")
    for number in range(PAGE + 1):
        small.recommend("a", f"pw-{number}", person="A")
    pages = [read_recommender(small.connection, "a", page=number) for number in (1, 2, 99, -3)]
    assert [(page.page, page.pages, len(page.shown)) for page in pages] == [
        (1, 2, PAGE), (2, 2, 1), (2, 2, 1), (1, 2, PAGE)
    ]  # fmt: skip
    seen = {one.paper_id for page in pages[:2] for one in page.shown}
    assert len(seen) == PAGE + 1


@given(st.integers(-10, 10_000), st.integers(0, 5_000), st.integers(1, 50))
def test_a_page_is_always_one_of_those_there_are(page: int, count: int, size: int) -> None:
    number, pages = page_of(page, count, size)
    assert 1 <= number <= pages
    assert (pages - 1) * size <= max(count, 0) <= pages * size


@pytest.mark.parametrize("read", [read_recommender, read_tag, read_venue])
def test_what_nobody_knows_is_named(small: Small, read: object) -> None:
    assert callable(read)
    with pytest.raises(KeyError, match="nobody"):
        read(small.connection, "nobody")


def test_a_venue_shows_all_years_or_one(small: Small) -> None:
    small.post("a")
    for number, year in enumerate((2017, 2018, 2018, None)):
        small.recommend("a", f"pw-{number}", venue="ACL", year=year, tag="NLP", person="A")
    everything, one_year = read_venue(small.connection, "ACL"), read_venue(small.connection, "ACL", year=2018)
    assert [card.paper_id for card in everything.shown] == ["pw-1", "pw-2", "pw-0", "pw-3"]
    assert [card.paper_id for card in one_year.shown] == ["pw-1", "pw-2"]
    assert (everything.papers, everything.undated, one_year.papers) == (4, 1, 4)
    assert [(one.year, one.count) for one in one_year.years] == [(2017, 1), (2018, 2)]
    assert [one.count for one in everything.tags + everything.people] == [4, 4]


def test_a_venue_is_found_by_its_other_names_in_any_case(small: Small) -> None:
    small.put("venues", venue_id="NeurIPS", aliases='["NIPS"]')
    assert [find_venue(small.connection, name) for name in ("NeurIPS", "neurips", "nips", "ICML")] == [
        "NeurIPS", "NeurIPS", "NeurIPS", None
    ]  # fmt: skip


def test_the_front_page_counts_what_there_is(small: Small) -> None:
    small.post("a", "2017-01-01")
    small.post("b", "2018-01-01")
    code = [("code", "https://github.com/a/b"), ("code", "https://github.com/c/d")]
    small.recommend("a", "pw-1", person="A", tag="NLP", venue="ACL", links=code)
    small.recommend("b", "pw-1", person="B", tag="NLP")
    small.recommend("b", "pw-2")
    page = read_front(small.connection)
    assert (page.papers, page.recommendations, page.posts, page.recommenders, page.with_code) == (2, 3, 2, 2, 1)
    assert [card.paper_id for card in page.favourites] == ["pw-1"]
    assert [(one.year, one.count) for one in page.years] == [(2017, 1), (2018, 2)]
    assert [(one.name, one.count) for one in page.tags] == [("NLP", 2)]
    assert [card.post.post_id for card in page.latest] == ["b", "a"]


def test_the_front_page_of_an_empty_archive_is_empty(small: Small) -> None:
    page = read_front(small.connection)
    assert (page.papers, page.with_code, page.first_on, page.latest, page.favourites) == (0, 0, None, (), ())

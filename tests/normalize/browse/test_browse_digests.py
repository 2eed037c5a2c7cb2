"""What the pages of digests show."""

import pytest

from normalize.browse.digests import TITLES, find_digest, latest_digests, read_digest, read_digest_cards, read_year
from tests.normalize.browse.small import Small


def test_a_digest_keeps_its_order_and_its_headings(small: Small) -> None:
    small.post("a")
    for number, section in enumerate(["NLP", "NLP", "CV", "NLP"]):
        small.recommend("a", f"pw-{number}", section=section)
    page = read_digest(small.connection, "a")
    shown = [(section.heading, [one.position for one in section.recommendations]) for section in page.sections]
    assert shown == [("NLP", [1, 2]), ("CV", [3]), ("NLP", [4])]
    assert page.count == 4


def test_neighbours_are_the_posts_before_and_after(small: Small) -> None:
    for key, day in (("c", "2018-03-01"), ("a", "2018-01-01"), ("b", "2018-03-01"), ("none", None)):
        small.post(key, day)
    page = read_digest(small.connection, "b")
    assert page.earlier is not None
    assert page.later is not None
    assert (page.earlier.post_id, page.later.post_id) == ("a", "c")


@pytest.mark.parametrize(("key", "day"), [("only", "2018-01-01"), ("only", None)])
def test_a_single_post_has_no_neighbours(small: Small, key: str, day: str | None) -> None:
    small.post(key, day)
    page = read_digest(small.connection, key)
    assert (page.earlier, page.later) == (None, None)


def test_copies_and_past_posts_are_shown(small: Small) -> None:
    small.post("a")
    for place, shown in (("https://blog.csdn.net/1", 0), ("file:a.md", 1)):
        small.put("post_copies", post_id="a", place=place, site="csdn", captures=1, sha256="0", shown=shown)
    small.put("post_links", post_id="a", position=1, title="An older one", linked_post_id="z")
    page = read_digest(small.connection, "a")
    assert [(copy.place, copy.shown) for copy in page.copies] == [
        ("file:a.md", True),
        ("https://blog.csdn.net/1", False),
    ]
    assert [(past.title, past.post_id) for past in page.past] == [("An older one", "z")]


def test_a_post_is_found_by_the_key_of_any_copy(small: Small) -> None:
    small.post("csdn-1")
    small.put("captures", capture_id="x", sha256="0", origin="o", page_class="post", post_id="csdn-1")
    small.put("capture_keys", capture_id="x", key="wechat-s-AbC")
    assert find_digest(small.connection, "csdn-1") == "csdn-1"
    assert find_digest(small.connection, "wechat-s-AbC") == "csdn-1"
    assert find_digest(small.connection, "csdn-2") is None


def test_an_unknown_post_is_named(small: Small) -> None:
    with pytest.raises(KeyError, match="csdn-404"):
        read_digest(small.connection, "csdn-404")


def test_a_card_has_the_first_titles_and_the_most_frequent_subjects(small: Small) -> None:
    small.post("a")
    for number in range(TITLES + 2):
        small.recommend(
            "a", f"pw-{number}", title=None if number == 0 else f"T{number}", tag="CV" if number % 2 else "NLP"
        )
    (card,) = read_digest_cards(small.connection, ["a"])
    assert card.titles == tuple(f"T{number}" for number in range(1, TITLES + 1))
    assert card.tags == ("NLP", "CV")
    assert card.count == TITLES + 2


def test_the_latest_come_first_and_those_without_a_day_last(small: Small) -> None:
    for key, day in (("none", None), ("old", "2017-01-01"), ("new", "2026-01-01")):
        small.post(key, day)
    assert [card.post.post_id for card in latest_digests(small.connection, 9)] == ["new", "old", "none"]


def test_a_year_shows_its_digests_and_the_last_one_where_none_is_asked_for(small: Small) -> None:
    for key, day in (("none", None), ("a", "2017-01-01"), ("b", "2019-05-01"), ("c", "2019-06-01")):
        small.post(key, day)

    def shown(year: int | None) -> list[str]:
        return [card.post.post_id for card in read_year(small.connection, year).digests]

    assert (shown(None), shown(2017), shown(2018), shown(0)) == (["c", "b"], ["a"], [], ["none"])
    page = read_year(small.connection)
    assert [(one.year, one.count) for one in page.years] == [(2017, 1), (2018, 0), (2019, 2)]
    assert page.undated == 1


def test_an_empty_archive_has_an_empty_year(small: Small) -> None:
    assert (read_year(small.connection).digests, latest_digests(small.connection, 5)) == ((), ())

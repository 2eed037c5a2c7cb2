"""What the page of a paper shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.browse.papers import find_paper, read_paper, read_similar
from normalize.browse.parts import HINT, paragraphs, read_cards, read_recommendations, years
from normalize.identifiers import scheme_of
from normalize.model import Identifier
from tests.normalize.browse.small import Small


def test_recommendations_stand_from_the_earliest_post_on_and_those_without_a_day_last(small: Small) -> None:
    for key, day in (("late", "2020-01-01"), ("unknown", None), ("early", "2017-01-01")):
        small.post(key, day)
        small.recommend(key, "pw-1", person=key)
    page = read_paper(small.connection, "pw-1")
    assert [one.post.post_id for one in page.recommendations] == ["early", "late", "unknown"]
    assert [one.name for one in page.people] == ["early", "late", "unknown"]


def test_each_link_stands_once_papers_first(small: Small) -> None:
    small.post("a")
    links = [("code", "https://github.com/a/b"), ("paper", "https://arxiv.org/abs/1706.03762")]
    small.recommend("a", "pw-1", links=[*links, ("blog", "https://example.org/")])
    small.recommend("a", "pw-1", links=links)
    page = read_paper(small.connection, "pw-1")
    assert [link.role for link in page.links] == ["paper", "code", "blog"]
    assert [link.host for link in page.links] == ["arxiv.org", "github.com", "example.org"]


def test_the_picture_of_a_title_shows_only_where_its_text_is_unknown(small: Small) -> None:
    small.post("a")
    pictures = [("badge", "number"), ("title", "title"), ("figure", "figure")]
    known = small.recommend("a", "pw-1", pictures=pictures)
    unknown = small.recommend("a", "pw-2", title=None, pictures=pictures)
    shown = read_recommendations(small.connection, [known, unknown])
    assert [[one.key for one in each.pictures] for each in shown] == [["figure"], ["title", "figure"]]


def test_recommendations_come_in_the_order_asked_for(small: Small) -> None:
    small.post("a")
    ids = [small.recommend("a", f"pw-{number}") for number in range(4)]
    wanted = [ids[2], 999_999, ids[0]]
    assert [one.recommendation_id for one in read_recommendations(small.connection, wanted)] == [ids[2], ids[0]]


def test_similar_papers_share_tags_the_rarer_the_better(small: Small) -> None:
    small.post("a")
    small.recommend("a", "pw-own", tag="Rare")
    small.recommend("a", "pw-own", tag="Common")
    for number in range(5):
        small.recommend("a", f"pw-common-{number}", tag="Common")
    small.recommend("a", "pw-rare", tag="Rare")
    small.recommend("a", "pw-other", tag="Other")
    similar = [card.paper_id for card in read_similar(small.connection, "pw-own", limit=3)]
    assert similar == ["pw-rare", "pw-common-0", "pw-common-1"]


def test_among_papers_that_share_as_much_venue_and_then_nearness_decide(small: Small) -> None:
    for key, day in (("own", "2018-06-01"), ("near", "2018-07-01"), ("far", "2022-01-01")):
        small.post(key, day)
    small.recommend("own", "pw-own", tag="T", venue="ACL")
    small.recommend("far", "pw-far", tag="T")
    small.recommend("far", "pw-far-acl", tag="T", venue="ACL")
    small.recommend("near", "pw-near", tag="T")
    similar = [card.paper_id for card in read_similar(small.connection, "pw-own")]
    assert similar == ["pw-far-acl", "pw-near", "pw-far"]


def test_a_paper_without_tags_has_no_similar_ones(small: Small) -> None:
    small.post("a")
    small.recommend("a", "pw-1")
    small.recommend("a", "pw-2")
    assert read_similar(small.connection, "pw-1") == ()


def test_a_paper_is_found_by_the_id_that_it_had(small: Small) -> None:
    small.post("a")
    small.recommend("a", "pw-1")
    small.put("paper_aliases", alias="title-0f3a", paper_id="pw-1")
    assert find_paper(small.connection, "pw-1") == "pw-1"
    assert find_paper(small.connection, "title-0f3a") == "pw-1"
    assert find_paper(small.connection, "pw-2") is None


def test_an_unknown_paper_is_named(small: Small) -> None:
    with pytest.raises(KeyError, match="pw-404"):
        read_paper(small.connection, "pw-404")


def test_identifiers_lead_somewhere_and_disputed_ones_are_left_out(small: Small) -> None:
    small.post("a")
    one = small.recommend("a", "pw-1")
    small.put("identifiers", recommendation_id=one, scheme="arxiv", value="1706.03762", strong=1, disputed=0)
    small.put("identifiers", recommendation_id=one, scheme="doi", value="10.1/a b", strong=1, disputed=1)
    small.put("identifiers", recommendation_id=one, scheme="new", value="x", strong=0, disputed=0)
    page = read_paper(small.connection, "pw-1")
    assert [(each.scheme, each.url) for each in page.identifiers] == [
        ("arxiv", "https://arxiv.org/abs/1706.03762"),
        ("new", None),
    ]


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("arxiv", "cs/0112017"), ("doi", "10.1016/j.neunet.(2018)05:012"), ("openreview", "HkAClQgA-"),
        ("acl", "2020.acl-main.1"), ("pmlr", "v70/finn17a"), ("openalex", "W2741809807"), ("paperweekly", "2026"),
        ("paperweekly-notes", "notes/397"), ("github", "a/b"), ("gitlab", "a/b"), ("gitee", "a/b"),
        ("bitbucket", "a/b"), ("huggingface", "datasets/a/b"),
    ],
)  # fmt: skip
def test_identifiers_lead_where_their_scheme_says(small: Small, scheme: str, value: str) -> None:
    small.post("a")
    one = small.recommend("a", "pw-1")
    small.put("identifiers", recommendation_id=one, scheme=scheme, value=value, strong=0, disputed=0)
    url = scheme_of(Identifier(scheme=scheme, value=value)).address(value)
    assert [each.url for each in read_paper(small.connection, "pw-1").identifiers] == [url]


def test_a_card_without_a_title_has_the_beginning_of_the_summary(small: Small) -> None:
    small.post("a")
    small.recommend("a", "pw-1", title=None, summary="图" * 100)
    small.recommend("a", "pw-2", summary="图" * 100)
    hints = [card.hint for card in read_cards(small.connection, ["pw-1", "pw-2"])]
    assert hints == ["图" * HINT, None]


def test_a_card_tells_of_code_and_of_the_first_day(small: Small) -> None:
    small.post("b", "2019-01-01")
    small.post("a", "2018-01-01")
    small.recommend("b", "pw-1", tag="B")
    small.recommend("a", "pw-1", tag="A", links=[("code", "https://github.com/a/b")])
    (card,) = read_cards(small.connection, ["pw-1"])
    assert (card.first_on, card.times, card.has_code) == ("2018-01-01", 2, True)
    assert [tag.name for tag in card.tags] == ["A", "B"]


@given(st.lists(st.text(alphabet="文a ", min_size=1).filter(str.strip), max_size=5))
def test_paragraphs_are_what_was_joined(texts: list[str]) -> None:
    assert paragraphs("\n\n".join(texts)) == tuple(text.strip() for text in texts)


@given(st.dictionaries(st.integers(1990, 2030), st.integers(1, 99)))
def test_years_leave_no_gap_and_lose_nothing(counts: dict[int, int]) -> None:
    given_years = years(counts.items())
    assert sum(one.count for one in given_years) == sum(counts.values())
    assert [one.year for one in given_years] == (list(range(min(counts), max(counts) + 1)) if counts else [])


def test_a_misprinted_year_does_not_make_thousands_of_empty_ones() -> None:
    assert [one.year for one in years([(18, 1), (2018, 3)])] == [18, 2018]

"""What copies of a post print differently, and what is no difference."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.archive_rows import record_content
from normalize.copies import DIGEST_LENGTH, Content, Difference, content_digest, differences
from normalize.model import EntryRecord, PostRecord
from tests.normalize.builders import MMBIZ, PAPER, entry, post

ARXIV = "https://arxiv.org/abs/{}"
CODE = "https://github.com/openai/{}"
EVENTS = "Constructing Narrative Event Evolutionary Graph"
COMPLEX = "Deep Complex Networks of Waves"
NESTED = "Nested LSTM Cells for Language"
LAMB = "Large Batch Optimization in Minutes"


def content(entries: Sequence[EntryRecord] = (), **fields: Any) -> Content:
    return record_content(post(entries or [entry()], **fields))


def found(shown: Content, other: Content) -> list[Difference]:
    return list(differences(shown, other))


def of_entries(shown: Sequence[EntryRecord], other: Sequence[EntryRecord]) -> list[Difference]:
    return found(content(shown), content(other))


# --- the post --------------------------------------------------------------------------------------------------------


def test_copies_that_say_the_same_do_not_differ() -> None:
    assert found(content(), content(reads=7000, site="wechat", url=None)) == []


@pytest.mark.parametrize(
    ("field", "shown", "other"),
    [
        ("title", "顶会论文轮番炸场，本周哪些论文最值得读？", "本周哪些论文最值得读？"),
        ("published", "2018-06-21T14:06:37+08:00", "2018-06-20T20:00:00+08:00"),
        ("series", "PaperDaily", "论文集精选"),
        ("number", 83, 84),
    ],
)
def test_fields_of_the_post(field: str, shown: object, other: object) -> None:
    ours: dict[str, Any] = {field: shown}
    its: dict[str, Any] = {field: other}
    said = found(content(**ours), content(**its))
    assert said == [Difference(None, None, field, str(shown), str(other))]


def test_the_account_that_published_it() -> None:
    other = content()._replace(author="PaperWeekly")
    assert found(content(), other) == [Difference(None, None, "author", "Paper_weekly", "PaperWeekly")]


@pytest.mark.parametrize(
    ("shown", "other"),
    [
        ({"title": "本周值得读的 10 篇论文"}, {"title": "本周值得读的10篇论文"}),  # an export folds spaces
        ({"title": "顶会论文，本周值得读？"}, {"title": "顶会论文,本周值得读?"}),  # width
        ({"published": "2018-06-21T14:06:37+08:00"}, {"published": "2018-06-21"}),  # the hour is not said
        ({"published": None}, {"published": "2018-06-21"}),
        ({"number": 83}, {"number": None}),
        ({"series": None}, {"series": "PaperDaily"}),
        ({"title": None}, {"title": "顶会论文"}),
    ],
)
def test_what_is_no_difference(shown: dict[str, Any], other: dict[str, Any]) -> None:
    assert found(content(**shown), content(**other)) == []
    assert found(content(**other), content(**shown)) == []


def test_a_bare_day_may_be_another() -> None:
    said = found(content(published="2018-06-21T14:06:37+08:00"), content(published="2018-06-20"))
    assert said == [Difference(None, None, "published", "2018-06-21", "2018-06-20")]


# --- entries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "shown", "other"),
    [
        ("recommender", "paperweekly", "paperweely"),
        ("tag", "Script Event Prediction", "Event Prediction"),
        ("summary", "本文提出了一个模型。", "本文提出了两个模型。"),
        ("section", "自然语言处理", "机器学习"),
    ],
)
def test_fields_of_an_entry(field: str, shown: str, other: str) -> None:
    said = of_entries([entry(3, **{field: shown})], [entry(3, **{field: other})])  # type: ignore[arg-type]
    assert said == [Difference(3, 3, field, shown, other)]


def test_a_title_put_right() -> None:
    said = of_entries([entry(1, EVENTS, paper=PAPER.format(1))], [entry(2, EVENTS[:-3], paper=PAPER.format(1))])
    assert said == [Difference(1, 2, "title", EVENTS, EVENTS[:-3])]


def test_a_changed_link() -> None:
    shown = entry(paper=PAPER.format(1), links=[("源码", CODE.format("baselines"))])
    other = entry(paper=PAPER.format(1), links=[("源码", CODE.format("gym")), ("源码", CODE.format("retro"))])
    said = of_entries([shown], [other])
    both = f"{CODE.format('gym')}\n{CODE.format('retro')}"
    assert said == [Difference(1, 1, "links", CODE.format("baselines"), both)]


def test_a_link_that_only_one_copy_has() -> None:
    more = entry(paper=PAPER.format(1), links=[("源码", CODE.format("gym"))])
    said = of_entries([entry(paper=PAPER.format(1))], [more])
    assert said == [Difference(1, 1, "links", None, CODE.format("gym"))]


def test_a_copy_without_any_link_or_picture_says_nothing_of_them() -> None:
    rich = [
        entry(1, EVENTS, paper=PAPER.format(1), images=[MMBIZ.format("KEYKEYKEY")]),
        entry(2, COMPLEX, paper=PAPER.format(2)),
    ]
    bare = [entry(1, EVENTS), entry(2, COMPLEX)]
    assert of_entries(rich, bare) == []
    half = [entry(1, EVENTS), entry(2, COMPLEX, paper=PAPER.format(2))]
    assert [one.field for one in of_entries(rich, half)] == ["links"]


def test_one_picture_on_two_sites_is_one() -> None:
    csdn = entry(images=["https://ss.csdn.net/p?" + MMBIZ.format("KEYKEYKEY")])
    wechat = entry(images=[MMBIZ.format("KEYKEYKEY")])
    assert of_entries([csdn], [wechat]) == []
    other = entry(images=[MMBIZ.format("OTHEROTHER")])
    assert of_entries([csdn], [other]) == [Difference(1, 1, "images", "KEYKEYKEY", "OTHEROTHER")]


def test_an_entry_more_moves_no_other() -> None:
    shown = [entry(1, EVENTS), entry(2, COMPLEX), entry(3, NESTED)]
    other = [entry(1, EVENTS), entry(2, LAMB), entry(3, COMPLEX), entry(4, NESTED)]
    assert of_entries(shown, other) == [Difference(None, 2, "entry", None, LAMB)]
    assert of_entries(other, shown) == [Difference(2, None, "entry", LAMB, None)]


def test_another_paper_at_a_place_is_another_entry() -> None:
    assert of_entries([entry(1, EVENTS)], [entry(1, COMPLEX)]) == [
        Difference(1, None, "entry", EVENTS, None),
        Difference(None, 1, "entry", None, COMPLEX),
    ]


def test_a_picture_title_is_found_by_its_place() -> None:
    said = of_entries([entry(1, None), entry(2, None, tag="A")], [entry(1, EVENTS), entry(2, COMPLEX, tag="B")])
    assert said == [Difference(2, 2, "tag", "A", "B")]


def test_swapped_links_are_links_that_changed() -> None:
    shown = [entry(1, EVENTS, paper=ARXIV.format("1806.00001")), entry(2, COMPLEX, paper=ARXIV.format("1806.00002"))]
    other = [entry(1, EVENTS, paper=ARXIV.format("1806.00002")), entry(2, COMPLEX, paper=ARXIV.format("1806.00001"))]
    assert [(one.position, one.other_position, one.field) for one in of_entries(shown, other)] == [
        (1, 1, "links"),
        (2, 2, "links"),
    ]


def test_a_paper_that_stands_twice_is_matched_twice() -> None:
    twice = [entry(1, EVENTS, paper=PAPER.format(1)), entry(2, EVENTS, paper=PAPER.format(1), tag="B")]
    assert of_entries(twice, twice) == []
    assert of_entries(twice, twice[:1]) == [Difference(2, None, "entry", EVENTS, None)]


def test_letters_that_no_file_can_hold_are_not_compared() -> None:
    assert of_entries([entry(summary="好\ud800的")], [entry(summary="好\ufffd的")]) == []
    assert len(content_digest(content([entry(summary="好\ud800的")]))) == DIGEST_LENGTH


def test_many_entries_of_one_link_are_compared_quickly() -> None:
    shown = [entry(place, f"{EVENTS} {place}", paper=PAPER.format(1)) for place in range(1, 400)]
    other = [entry(place, f"{COMPLEX} {place}", paper=PAPER.format(1)) for place in range(1, 400)]
    assert len(of_entries(shown, other)) == 2 * 399


# --- digests ---------------------------------------------------------------------------------------------------------


def test_the_digest_tells_apart_what_is_compared() -> None:
    base = content([entry(paper=PAPER.format(1), images=[MMBIZ.format("KEYKEYKEY")])])
    others = [
        content([entry(paper=PAPER.format(2), images=[MMBIZ.format("KEYKEYKEY")])]),
        content([entry(paper=PAPER.format(1), images=[MMBIZ.format("OTHEROTHER")])]),
        content([entry(2, paper=PAPER.format(1), images=[MMBIZ.format("KEYKEYKEY")])]),
        base._replace(title=None),
        base._replace(author=None),
        base._replace(published=None),
        base._replace(series=None),
        base._replace(number=None),
    ]
    digests = {content_digest(one) for one in [base, *others]}
    assert len(digests) == 1 + len(others)
    assert {len(digest) for digest in digests} == {DIGEST_LENGTH}


def test_the_order_of_links_is_not_compared() -> None:
    links = [("源码", CODE.format("gym")), ("源码", CODE.format("baselines"))]
    assert content([entry(links=links)]) == content([entry(links=links[::-1])])


TITLES = st.sampled_from([EVENTS, EVENTS.upper(), COMPLEX, NESTED, "ResNet", None])


@st.composite
def records(draw: st.DrawFn) -> PostRecord:
    entries = [
        entry(
            place,
            draw(TITLES),
            paper=draw(st.sampled_from([None, PAPER.format(1), PAPER.format(2), ARXIV.format("1806.00001")])),
            images=draw(st.sampled_from([(), (MMBIZ.format("KEYKEYKEY"),)])),
            tag=draw(st.sampled_from(["GAN", "ＧＡＮ", None, "NMT"])),
        )
        for place in range(1, draw(st.integers(1, 4)) + 1)
    ]
    return post(entries, published=draw(st.sampled_from([None, "2018-06-21", "2018-06-21T14:06:37+08:00"])))


@settings(max_examples=150)
@given(one=records(), another=records())
def test_what_holds_of_all_differences(one: PostRecord, another: PostRecord) -> None:
    shown, other = record_content(one), record_content(another)
    said = found(shown, other)
    assert found(shown, shown) == []
    if content_digest(shown) == content_digest(other):
        assert said == []
    # Each entry of either copy is named once at most for each field, and those left alone are told.
    keys = [(each.position, each.other_position, each.field) for each in said]
    assert len(keys) == len(set(keys))
    alone = sum(each.other is None for each in said if each.field == "entry")
    added = sum(each.shown is None for each in said if each.field == "entry")
    assert len(shown.entries) - alone == len(other.entries) - added
    assert all(each.shown is not None or each.other is not None for each in said)

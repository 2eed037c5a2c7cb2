"""Which copies are one post, which recommendations are one paper."""

import doctest
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.decisions import PaperDecision
from normalize.identity import (
    Copy,
    Decided,
    PaperEntry,
    Resolution,
    components,
    copy_rank,
    group_copies,
    paper_names,
    papers,
    resolve,
    sets,
)
from normalize.identity.papers import _Resolver
from normalize.model import VenueStatus
from tests.normalize.builders import copy, ids, paper_entry, venue

NESTED = "Nested LSTM Cells for Language"
COMPLEX = "Deep Complex Networks of Waves"


@pytest.mark.parametrize("module", [papers, sets])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


# --- posts -----------------------------------------------------------------------------------------------------------


def posts_of(*copies: Copy) -> dict[str, set[str]]:
    return {group.post_id: {one.capture_id for one in group.copies} for group in group_copies(copies)}


def names_of(*copies: Copy) -> list[set[str]]:
    return sorted(posts_of(*copies).values(), key=sorted)


def test_copies_with_one_key_are_one_post_named_by_the_lowest_csdn_number() -> None:
    copies = [copy("a", "csdn-1000", title="x"), copy("b", "csdn-1000", "csdn-999", title="y"), copy("c", "csdn-7")]
    assert posts_of(*copies) == {"csdn-999": {"a", "b"}, "csdn-7": {"c"}}


def test_copies_with_equal_bytes_are_one_post() -> None:
    first, second = copy("a", title=None, published=None), copy("b", title=None, published=None)
    again = replace(second, sha256=first.sha256)
    (only,) = posts_of(first, again).items()
    assert only == (f"file-{first.sha256[:12]}", {"a", "b"})


def test_csdn_names_a_post_before_wechat_and_long_wechat_keys_before_short() -> None:
    keys = ["wechat-s-AAA", "wechat-MzIw-2-1"]
    assert posts_of(copy("a", *keys)) == {"wechat-MzIw-2-1": {"a"}}
    assert posts_of(copy("a", *keys, "csdn-5")) == {"csdn-5": {"a"}}


def test_equal_titles_within_thirty_days_of_the_earliest_copy_are_one_post() -> None:
    first, near, far = (
        copy("a", published="2018-06-01"),
        copy("b", published="2018-07-01"),
        copy("c", published="2018-07-02"),
    )
    assert names_of(first, near, far) == [{"a", "b"}, {"c"}]


@pytest.mark.parametrize(("field", "values"), [("number", (83, 84)), ("series", ("PaperDaily", "论文集精选"))])
def test_posts_that_print_another_number_or_series_stay_apart(field: str, values: tuple[object, object]) -> None:
    first, second = (copy(name, **{field: value}) for name, value in zip("ab", values, strict=True))  # type: ignore[arg-type]
    assert names_of(first, second) == [{"a"}, {"b"}]
    assert names_of(first, copy("c")) == [{"a", "c"}]


def test_a_copy_without_date_joins_the_one_post_with_its_title() -> None:
    assert names_of(copy("a"), copy("b", published=None)) == [{"a", "b"}]


def test_a_copy_without_date_joins_none_of_two_posts_with_its_title() -> None:
    first, second = copy("a", published="2017-01-01"), copy("b", published="2018-01-01")
    assert names_of(first, second, copy("c", published=None)) == [{"a"}, {"b"}, {"c"}]


def test_a_number_tells_which_of_two_posts_a_copy_without_date_belongs_to() -> None:
    first, second = copy("a", published="2017-01-01", number=1), copy("b", published="2018-01-01", number=2)
    assert names_of(first, second, copy("c", published=None, number=2)) == [{"a"}, {"b", "c"}]


def test_copies_without_date_are_one_post_among_themselves() -> None:
    posts = posts_of(copy("a", published=None), copy("b", published=None))
    assert list(posts.values()) == [{"a", "b"}]
    assert next(iter(posts)).endswith("-undated")


def test_copies_without_date_that_disagree_do_not_draw_a_post_together() -> None:
    guests = [copy("b", published=None, number=1), copy("c", published=None, number=2)]
    assert names_of(copy("a"), *guests) == [{"a"}, {"b"}, {"c"}]


def test_short_titles_join_nothing() -> None:
    assert names_of(copy("a", title="nobug"), copy("b", title="nobug")) == [{"a"}, {"b"}]


def test_the_shown_copy_is_the_best_by_each_rule_in_turn() -> None:
    best_last = [
        copy("a", "csdn-1", partial=True),
        copy("aa", "csdn-1", entries=4, captured_at="2026-01-01T00:00:00Z"),
        copy("b", "csdn-1", has_links=False),
        copy("c", "csdn-1", has_images=False),
        copy("ca", "csdn-1", lacks=2, captured_at="2025-01-01T00:00:00Z"),
        copy("cb", "csdn-1", lacks=1),
        copy("d", "csdn-1", distance=2, captured_at="2020-01-01T00:00:00Z"),
        copy("e", "csdn-1", distance=1, captured_at="2020-01-01T00:00:00Z"),
        copy("f", "csdn-1"),
        copy("g", "csdn-1", captured_at="2018-01-01T00:00:00Z"),
        copy("h", "csdn-1", captured_at="2019-01-01T00:00:00+08:00"),
        copy("i", "csdn-1", captured_at="2019-01-01T00:00:00Z"),
    ]
    for end in range(2, len(best_last) + 1):
        (group,) = group_copies(best_last[:end])
        assert group.shown.capture_id == best_last[end - 1].capture_id


def test_a_later_page_with_half_of_the_recommendations_is_shown_and_with_fewer_is_not() -> None:
    before, half, fewer = (
        copy(name, "csdn-1", entries=entries, captured_at=f"201{year}-01-01T00:00:00Z")
        for name, entries, year in (("a", 10, 7), ("b", 5, 8), ("c", 4, 9))
    )
    (group,) = group_copies([before, half, fewer])
    assert [one.capture_id for one in group.copies] == ["b", "a", "c"]


def test_the_lowest_hash_decides_between_equal_copies() -> None:
    (group,) = group_copies([copy(name, "csdn-1") for name in "abcdef"])
    assert group.shown.sha256 == min(one.sha256 for one in group.copies)


COPIES = st.lists(
    st.builds(
        copy,
        st.uuids().map(str),
        title=st.sampled_from([None, "本周有哪些值得读的论文", "顶会论文轮番炸场本周", "近期大热的领域论文"]),
        published=st.one_of(
            st.none(), st.integers(0, 90).map(lambda days: str(date(2018, 1, 1) + timedelta(days=days)))
        ),
        series=st.sampled_from([None, "PaperDaily"]),
        number=st.sampled_from([None, None, 1, 2]),
        distance=st.integers(0, 2),
        entries=st.integers(1, 12),
        lacks=st.integers(0, 4),
    ),
    max_size=9,
    unique_by=lambda one: one.capture_id,
)


@st.composite
def keyed_copies(draw: st.DrawFn) -> tuple[Copy, ...]:
    keys = st.lists(st.sampled_from(["csdn-1", "csdn-2", "wechat-Mz-1-1", "wechat-s-abc"]), max_size=1)
    return tuple(replace(one, keys=tuple(draw(keys))) for one in draw(COPIES))


@given(keyed_copies(), st.randoms(use_true_random=False))
def test_posts_do_not_depend_on_order_and_have_ids_of_their_own(copies: tuple[Copy, ...], random: object) -> None:
    groups = group_copies(copies)
    shuffled = list(copies)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert group_copies(shuffled) == groups
    assert len({group.post_id for group in groups}) == len(groups)
    assert sorted(one.capture_id for group in groups for one in group.copies) == sorted(c.capture_id for c in copies)
    for group in groups:
        most = max(one.entries for one in group.copies)
        assert group.shown == min(group.copies, key=lambda one: copy_rank(one, most))
    keys = [key for group in groups for key in {key for one in group.copies for key in one.keys}]
    assert len(keys) == len(set(keys))


@given(keyed_copies())
def test_posts_are_local(copies: tuple[Copy, ...]) -> None:
    stranger = copy("stranger", "csdn-77", title="完全不同的一篇文章标题")
    groups = group_copies(copies)
    assert [group for group in group_copies([*copies, stranger]) if group.post_id != "csdn-77"] == groups


# --- papers ----------------------------------------------------------------------------------------------------------


def papers_of(*entries: PaperEntry) -> dict[str, tuple[int, ...]]:
    return {paper.paper_id: paper.entry_ids for paper in resolve(entries).papers}


def codes_of(resolution: Resolution) -> set[tuple[int, str]]:
    return {(entry_id, problem.code) for entry_id, problem in resolution.problems}


def test_an_equal_identifier_joins() -> None:
    entries = [
        paper_entry(1, NESTED, "paperweekly:2026"),
        paper_entry(2, NESTED.upper(), "paperweekly:2026", "arxiv:1806.01234"),
        paper_entry(3, None, "arxiv:1806.01234"),
    ]
    assert papers_of(*entries) == {"pw-2026": (1, 2, 3)}


def test_equal_titles_join() -> None:
    assert papers_of(paper_entry(1, NESTED, "paperweekly:7"), paper_entry(2, NESTED + "!")) == {"pw-7": (1, 2)}


def test_a_shared_notes_link_proves_nothing() -> None:
    notes = "paperweekly-notes:notes/3"
    assert len(papers_of(paper_entry(1, NESTED, notes), paper_entry(2, COMPLEX, notes))) == 2


def test_short_titles_do_not_join() -> None:
    papers = papers_of(paper_entry(1, "ResNet"), paper_entry(2, "ResNet"))
    assert len(papers) == 2
    assert all(paper_id.startswith("entry-") for paper_id in papers)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["arxiv:1806.01234", "paperweekly:2026", "doi:10.1/x"], "pw-2026"),
        (["doi:10.1145/x", "arxiv:cs/0112017"], "arxiv-cs/0112017"),
        (["openreview:rJXMpikCZ", "doi:10.1145/x"], "doi-10.1145/x"),
        (["acl:P18-1001", "openreview:rJXMpikCZ"], "openreview-rJXMpikCZ"),
        (["acl:P18-1001"], "acl-P18-1001"),
        (["paperweekly:1000", "paperweekly:999"], "pw-999"),
        ([], "title-"),
    ],
)
def test_the_strongest_identifier_names_a_paper(names: list[str], expected: str) -> None:
    assert next(iter(papers_of(paper_entry(1, NESTED, *names)))).startswith(expected)


def test_ids_that_recommendations_would_have_had_alone_are_aliases() -> None:
    entries = [
        paper_entry(1, NESTED, "arxiv:1806.01234"),
        paper_entry(2, NESTED, "paperweekly:9"),
        paper_entry(3, NESTED),
    ]
    (paper,) = resolve(entries).papers
    alone = [resolve([one]).papers[0].paper_id for one in entries]
    assert paper.paper_id == "pw-9"
    assert set(paper.aliases) == set(alone) - {"pw-9"}


def test_a_wrong_link_does_not_join_and_is_reported() -> None:
    entries = [
        paper_entry(1, NESTED, "paperweekly:5"),
        paper_entry(2, NESTED, "paperweekly:5"),
        paper_entry(3, COMPLEX, "paperweekly:5", "arxiv:1705.09792", published_on="2017-01-01"),
    ]
    result = resolve(entries)
    assert papers_of(*entries) == {"pw-5": (1, 2), "arxiv-1705.09792": (3,)}
    assert codes_of(result) == {(3, "identifier_conflict")}
    assert result.disputed == {(3, ids("paperweekly:5")[0])}
    assert [(j.left_id, j.right_id, j.verdict) for j in result.judgements if j.rule == "identifier_conflict"] == [
        (1, 3, "unsure")
    ]


def test_of_equally_many_the_earliest_keeps_the_identifier_then_the_lowest_title() -> None:
    early = paper_entry(2, NESTED, "paperweekly:5", published_on="2017-01-01")
    assert papers_of(paper_entry(1, COMPLEX, "paperweekly:5"), early)["pw-5"] == (2,)
    assert papers_of(paper_entry(2, COMPLEX, "paperweekly:5"), paper_entry(1, NESTED, "paperweekly:5"))["pw-5"] == (2,)


def test_a_picture_title_goes_with_those_who_keep_the_identifier() -> None:
    entries = [
        paper_entry(1, COMPLEX, "paperweekly:5"),
        paper_entry(2, None, "paperweekly:5"),
        paper_entry(3, NESTED, "paperweekly:5"),
        paper_entry(4, NESTED, "paperweekly:5"),
    ]
    assert papers_of(*entries)["pw-5"] == (2, 3, 4)


def test_different_arxiv_numbers_are_different_papers_whatever_else_is_equal() -> None:
    entries = [
        paper_entry(1, NESTED, "paperweekly:5", "arxiv:1806.00001"),
        paper_entry(2, NESTED, "paperweekly:5", "arxiv:1806.00002"),
    ]
    result = resolve(entries)
    assert papers_of(*entries) == {"pw-5": (1,), "arxiv-1806.00002": (2,)}
    assert codes_of(result) == {(2, "identifier_conflict"), (1, "title_conflict"), (2, "title_conflict")}
    assert {judgement.verdict for judgement in result.judgements} == {"different"}


def test_where_titles_would_join_contradicting_papers_none_is_joined() -> None:
    entries = [
        paper_entry(1, NESTED, "arxiv:1806.00001"),
        paper_entry(2, NESTED, "arxiv:1806.00002"),
        paper_entry(3, NESTED),
        paper_entry(4, NESTED),
    ]
    papers = papers_of(*entries)
    assert sorted(papers.values()) == [(1,), (2,), (3,), (4,)]
    assert codes_of(resolve(entries)) == {(number, "title_conflict") for number in (1, 2, 3, 4)}


def test_different_paperweekly_numbers_are_no_contradiction() -> None:
    entries = [paper_entry(1, NESTED, "paperweekly:8"), paper_entry(2, NESTED, "paperweekly:9")]
    assert papers_of(*entries) == {"pw-8": (1, 2)}


def test_different_dois_of_one_publisher_are_different_papers_and_of_two_are_not() -> None:
    acm, springer = paper_entry(1, NESTED, "doi:10.1145/1"), paper_entry(2, NESTED, "doi:10.1007/2")
    assert papers_of(acm, springer) == {"doi-10.1007/2": (1, 2)}
    again = paper_entry(3, NESTED, "doi:10.1145/3")
    assert sorted(papers_of(acm, again).values()) == [(1,), (3,)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("YOLOv2", "YOLOv3"),
        ("Deep Sets, Part I", "Deep Sets, Part II"),
        ("PointNet", "PointNet++"),
        ("World v2", "World v3"),
    ],
)
def test_numbers_keep_apart_what_a_wrong_link_would_join(first: str, second: str) -> None:
    entries = [paper_entry(1, first, "arxiv:1612.08242"), paper_entry(2, second, "arxiv:1612.08242")]
    assert len(papers_of(*entries)) == 2
    assert codes_of(resolve(entries)) == {(2, "identifier_conflict")}


def test_a_title_that_many_papers_bear_is_reported_in_few_words() -> None:
    entries = [paper_entry(n, NESTED, f"arxiv:1806.0000{n}") for n in range(1, 9)]
    (message, *_) = {problem.message for _, problem in resolve(entries).problems}
    assert "arxiv-1806.00005 and 3 more" in message


def test_a_recommendation_with_two_arxiv_links_is_known_by_the_lower() -> None:
    both = paper_entry(1, NESTED, "arxiv:1806.00001", "arxiv:1806.00002")
    higher = paper_entry(2, None, "arxiv:1806.00002")
    assert papers_of(both, higher) == {"arxiv-1806.00001": (1,), "arxiv-1806.00002": (2,)}


def test_the_title_is_the_one_most_often_printed_then_earliest_then_lowest() -> None:
    def title(*entries: PaperEntry) -> str | None:
        return resolve(entries).papers[0].title

    first = paper_entry(1, "Nested LSTM cells for language", "paperweekly:5", published_on="2017-01-01")
    second = paper_entry(2, NESTED, "paperweekly:5")
    third = paper_entry(3, NESTED, "paperweekly:5", published_on=None)
    assert title(first, second, third) == NESTED
    assert title(first, second) == first.title
    assert title(paper_entry(1, NESTED.lower(), "paperweekly:5"), second) == NESTED
    assert title(paper_entry(1, None, "paperweekly:5")) is None


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        (("ACL", 2018, "submitted"), ("ACL", None, "accepted")),
        (("ACL", None, "oral"), ("ACL", 2018, "published")),
        (("ACL", 2018, "accepted"), ("ACL", 2018, "published")),
        (("ACL", 2018, "published"), ("ACL", 2018, "best-paper")),
        (("ACL", 2018, "challenge"), ("ACL", 2018, "workshop")),
    ],
)
def test_the_most_specific_venue_is_taken(
    weaker: tuple[str, int | None, VenueStatus], stronger: tuple[str, int | None, VenueStatus]
) -> None:
    entries = [
        paper_entry(1, NESTED, mention=venue(*weaker), published_on="2017-01-01"),
        paper_entry(2, NESTED, mention=venue(*weaker), published_on="2017-01-01"),
        paper_entry(3, NESTED, mention=venue(*stronger)),
        paper_entry(4, NESTED),
    ]
    assert resolve(entries).papers[0].venue == venue(*stronger)


MIXED = "Mixed Precision Training"
TITLES = st.sampled_from([None, "ResNet", NESTED, NESTED.lower(), NESTED + " Models", COMPLEX, MIXED])
NAMES = st.lists(
    st.sampled_from(
        ["paperweekly:1", "paperweekly:2", "arxiv:1806.00001", "arxiv:1806.00002", "doi:10.1145/1", "acl:P18-1001",
         "paperweekly-notes:notes/1"]
    ),
    max_size=3,
    unique=True,
)  # fmt: skip
DAYS = st.sampled_from([None, "2017-01-01", "2018-01-01", "2018-06-21"])


@st.composite
def entry_lists(draw: st.DrawFn) -> list[PaperEntry]:
    drawn = draw(st.lists(st.tuples(TITLES, NAMES, DAYS), max_size=10))
    return [paper_entry(n, title, *names, published_on=day) for n, (title, names, day) in enumerate(drawn, start=1)]


@given(entry_lists(), st.randoms(use_true_random=False))
def test_papers_do_not_depend_on_order(entries: list[PaperEntry], random: object) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(shuffled) == resolve(entries)


@given(entry_lists())
def test_papers_are_local(entries: list[PaperEntry]) -> None:
    whole = resolve(entries)
    parts = [resolve(component) for component in components(entries)]
    assert sorted(whole.papers, key=lambda p: p.paper_id) == sorted(
        (paper for part in parts for paper in part.papers), key=lambda p: p.paper_id
    )
    assert set(whole.judgements) == {judgement for part in parts for judgement in part.judgements}
    assert whole.disputed == frozenset().union(*(part.disputed for part in parts))
    stranger = paper_entry(99, "Something Entirely Unrelated To Them", "paperweekly:77")
    with_stranger = resolve([stranger, *entries])
    assert [paper for paper in with_stranger.papers if paper.paper_id != "pw-77"] == list(whole.papers)


@given(entry_lists())
def test_what_stands_alone_is_resolved_as_if_it_were_compared(entries: list[PaperEntry]) -> None:
    """The short way for recommendations that nothing connects gives what the general one would."""
    decided = Decided(())
    resolvers = [_Resolver(found, decided) for found in components(entries)]
    compared = (paper for resolver in resolvers for paper in resolver.papers())
    resolution = resolve(entries)
    assert list(resolution.papers) == sorted(compared, key=lambda paper: paper.paper_id)
    assert set(resolution.judgements) == {judgement for one in resolvers for judgement in one.judgements}


@given(entry_lists())
def test_what_always_holds_of_papers(entries: list[PaperEntry]) -> None:
    result = resolve(entries)
    assert sorted(entry_id for paper in result.papers for entry_id in paper.entry_ids) == [e.entry_id for e in entries]
    paper_ids = [paper.paper_id for paper in result.papers]
    aliases = [alias for paper in result.papers for alias in paper.aliases]
    assert len(set(paper_ids + aliases)) == len(paper_ids + aliases)
    home = {entry_id: paper.paper_id for paper in result.papers for entry_id in paper.entry_ids}
    conflicts = codes_of(result)
    lowest = {e.entry_id: min((i for i in e.identifiers if i.scheme == "arxiv"), default=None) for e in entries}
    for first, second in combinations(entries, 2):
        together = home[first.entry_id] == home[second.entry_id]
        numbers = {
            lowest[e.entry_id] for e in (first, second) if (e.entry_id, lowest[e.entry_id]) not in result.disputed
        } - {None}
        if together:
            assert len(numbers) < 2
        elif first.title_key is not None and first.title_key == second.title_key:
            assert {(first.entry_id, "title_conflict"), (second.entry_id, "title_conflict")} <= conflicts
    for judgement in result.judgements:
        assert judgement.left_id < judgement.right_id
        if judgement.verdict == "same":
            assert home[judgement.left_id] == home[judgement.right_id]


# --- decisions -------------------------------------------------------------------------------------------------------


def same(*names: str) -> PaperDecision:
    return PaperDecision(same=True, ids=tuple(sorted(names)))


def different(*names: str) -> PaperDecision:
    return PaperDecision(same=False, ids=tuple(sorted(names)))


def title_name(title: str) -> str:
    return resolve([paper_entry(1, title)]).papers[0].paper_id


def place_name(entry: PaperEntry) -> str:
    return next(paper_names(entry))


def decided_papers(entries: list[PaperEntry], *decisions: PaperDecision) -> dict[str, tuple[int, ...]]:
    return {paper.paper_id: paper.entry_ids for paper in resolve(entries, decisions).papers}


def test_a_decision_joins_what_contradicts_itself_and_says_so() -> None:
    entries = [
        paper_entry(1, NESTED, "arxiv:1806.00001"),
        paper_entry(2, COMPLEX, "arxiv:1806.00002"),
        paper_entry(3, COMPLEX),
    ]
    decision = same("arxiv-1806.00001", "arxiv-1806.00002")
    result = resolve(entries, [decision])
    assert [paper.entry_ids for paper in result.papers] == [(1, 2, 3)]
    assert result.papers[0].aliases == (
        min("arxiv-1806.00002", title_name(COMPLEX)),
        max("arxiv-1806.00002", title_name(COMPLEX)),
    )
    (judged,) = (judgement for judgement in result.judgements if judgement.rule == "decision")
    assert (judged.left_id, judged.right_id, judged.verdict) == (1, 2, "same")
    assert judged.evidence == "arxiv-1806.00001 = arxiv-1806.00002"
    assert result.problems == ()


def test_a_decision_joins_short_titles_by_their_places() -> None:
    entries = [paper_entry(1, "ResNet"), paper_entry(2, "ResNet"), paper_entry(3, "ResNet")]
    decision = same(place_name(entries[0]), place_name(entries[2]))
    assert sorted(decided_papers(entries, decision).values()) == [(1, 3), (2,)]


def test_ids_that_a_decision_makes_one_live_on() -> None:
    entries = [paper_entry(1, NESTED, "paperweekly:5"), paper_entry(2, COMPLEX, "paperweekly:5")]
    assert set(decided_papers(entries)) == {"pw-5", title_name(NESTED)}
    (paper,) = resolve(entries, [same("pw-5", title_name(NESTED))]).papers
    assert (paper.paper_id, paper.aliases) == ("pw-5", (title_name(NESTED),))


def test_a_decision_takes_a_wrong_link_from_a_title() -> None:
    entries = [
        paper_entry(1, NESTED, "paperweekly:5"),
        paper_entry(2, NESTED + " Models", "paperweekly:5"),
        paper_entry(3, None, "paperweekly:5"),
    ]
    assert decided_papers(entries) == {"pw-5": (1, 2, 3)}
    decision = different("pw-5", title_name(NESTED + " Models"))
    result = resolve(entries, [decision])
    assert decided_papers(entries, decision) == {"pw-5": (1, 3), title_name(NESTED + " Models"): (2,)}
    assert codes_of(result) == {(2, "identifier_conflict")}
    assert result.disputed == {(2, ids("paperweekly:5")[0])}
    assert {(j.left_id, j.right_id, j.verdict) for j in result.judgements if j.rule == "decision"} == {
        (1, 2, "different")
    }


def test_a_wrong_link_is_taken_also_from_what_stands_alone() -> None:
    (paper,) = resolve([paper_entry(1, NESTED, "paperweekly:5")], [different("pw-5", title_name(NESTED))]).papers
    assert paper.paper_id == title_name(NESTED)
    assert paper.aliases == ()


def test_a_decision_tells_two_works_with_one_title_apart() -> None:
    entries = [paper_entry(1, NESTED), paper_entry(2, NESTED), paper_entry(3, NESTED, "paperweekly:7")]
    decision = different(place_name(entries[1]), title_name(NESTED))
    assert decided_papers(entries, decision) == {"pw-7": (1, 3), place_name(entries[1]): (2,)}


def test_of_two_identifiers_set_apart_the_one_that_fits_is_kept() -> None:
    entries = [
        paper_entry(1, NESTED, "paperweekly:5", "arxiv:1806.00009"),
        paper_entry(2, NESTED, "paperweekly:5"),
        paper_entry(3, COMPLEX, "arxiv:1806.00009"),
        paper_entry(4, COMPLEX, "arxiv:1806.00009"),
    ]
    assert decided_papers(entries, different("pw-5", "arxiv-1806.00009")) == {
        "pw-5": (1, 2),
        "arxiv-1806.00009": (3, 4),
    }


def test_who_is_meant_by_an_identifier_keeps_it_though_fewer_print_it() -> None:
    entries = [
        paper_entry(1, NESTED, "paperweekly:5", "arxiv:1806.00009"),
        paper_entry(2, NESTED, "arxiv:1806.00009"),
        paper_entry(3, NESTED, "paperweekly:5"),
    ]
    found = decided_papers(entries, different("pw-5", "arxiv-1806.00009"))
    assert found["pw-5"] == (3,)
    assert found["arxiv-1806.00009"] == (1, 2)


def test_decisions_that_contradict_each_other_only_by_what_came_join_nothing() -> None:
    one, other = paper_entry(1, NESTED, "paperweekly:1"), paper_entry(2, COMPLEX, "arxiv:1806.00001")
    decisions = [same("pw-1", title_name(COMPLEX)), different("pw-1", "arxiv-1806.00001")]
    result = resolve([one, other], decisions)
    assert [paper.entry_ids for paper in result.papers] == [(2,), (1,)]
    assert codes_of(result) == {(2, "decision_conflict")}


def test_a_decision_about_papers_that_are_not_there_changes_nothing() -> None:
    entries = [paper_entry(1, NESTED, "paperweekly:1"), paper_entry(2, COMPLEX)]
    assert resolve(entries, [same("pw-8", "pw-9"), different("pw-1", "pw-9")]) == resolve(entries)


DECIDABLE = [
    "pw-1", "pw-2", "arxiv-1806.00001", "arxiv-1806.00002", "acl-P18-1001",
    *(title_name(title) for title in (NESTED, COMPLEX, MIXED)),
    *(place_name(paper_entry(number)) for number in (1, 2, 3)),
]  # fmt: skip
DECISIONS = st.lists(
    st.builds(
        lambda is_same, names: PaperDecision(same=is_same, ids=tuple(sorted(names))),
        st.booleans(),
        st.lists(st.sampled_from(DECIDABLE), min_size=2, max_size=3, unique=True),
    ),
    max_size=3,
    unique=True,
)


@given(entry_lists(), DECISIONS, st.randoms(use_true_random=False))
def test_decided_papers_do_not_depend_on_order(
    entries: list[PaperEntry], decisions: list[PaperDecision], random: object
) -> None:
    shuffled, later = list(entries), list(decisions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(later)  # type: ignore[attr-defined]
    assert resolve(shuffled, later) == resolve(entries, decisions)


@given(entry_lists(), DECISIONS)
def test_decided_papers_are_local(entries: list[PaperEntry], decisions: list[PaperDecision]) -> None:
    whole = resolve(entries, decisions)
    parts = [resolve(component, decisions) for component in components(entries, decisions)]
    assert set(whole.papers) == {paper for part in parts for paper in part.papers}
    assert set(whole.judgements) == {judgement for part in parts for judgement in part.judgements}
    assert set(whole.problems) == {problem for part in parts for problem in part.problems}
    assert whole.disputed == frozenset().union(*(part.disputed for part in parts))


@given(entry_lists(), DECISIONS)
def test_what_always_holds_of_decided_papers(entries: list[PaperEntry], decisions: list[PaperDecision]) -> None:
    result = resolve(entries, decisions)
    assert sorted(number for paper in result.papers for number in paper.entry_ids) == [e.entry_id for e in entries]
    names = [name for paper in result.papers for name in (paper.paper_id, *paper.aliases)]
    assert len(set(names)) == len(names)
    home = {number: paper.paper_id for paper in result.papers for number in paper.entry_ids}
    refused = {number for number, code in codes_of(result) if code == "decision_conflict"}
    for decision in decisions:
        meant = {
            entry.entry_id: found for entry in entries if (found := Decided([decision]).meaning(entry).get(decision))
        }
        for first, second in combinations(meant, 2):
            if decision.same and len(decisions) == 1:
                assert home[first] == home[second]
            elif not decision.same and len(meant[first]) == len(meant[second]) == 1 and meant[first] != meant[second]:
                assert home[first] != home[second] or len(decisions) > 1
    assert len(decisions) > 1 or not refused

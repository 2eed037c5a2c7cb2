"""Full-text search: what is understood, found and shown, and in which order."""

import doctest
import html
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from normalize.archive import Archive, open_readonly
from normalize.search import (
    MAX_TERMS,
    Hit,
    Snippet,
    Where,
    count_hits,
    index,
    letters,
    mark,
    parse,
    query,
    ranked_ids,
    ranking,
    search,
    segment,
    snippet,
    snippets,
)
from normalize.search.letters import fold, fold_with_places
from tests.normalize.builders import entry, post, reading, venue

TITLES = ["Nested LSTM Cells", "Deep Complex Networks", None, "图神经网络综述", "Network, Net and Networking"]
SUMMARIES = [
    "本文是 CMU 的工作，提出了图神经网络模型。\n\n网络。络网",
    "将 self-attention 用于神经 网络；BERT模型与 BERT 模型。",
    "该论⽂所引⼊的ＬＳＴＭ方法，取得了 SOTA 的结果。⻓短期",
    "",
    "A network of LSTM cells: deep, complex；深度学习。",
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("search") / "archive.db"
    entries = [
        entry(
            place,
            title,
            summary=summary,
            recommender=f"user_{place}",
            tag="Graph" if place == 1 else "图像生成",
            section="自然语言处理",
            mention=venue("NeurIPS", 2018, printed="NIPS 2018") if place == 2 else None,
        )
        for place, (title, summary) in enumerate(zip(TITLES, SUMMARIES, strict=True), start=1)
    ]
    with Archive.open(path, rules_digest="rules", code_version="1") as archive:
        archive.add([reading("a", post(entries))], reread=lambda _: None)
    with closing(open_readonly(path)) as opened:
        yield opened


def places(connection: sqlite3.Connection, words: str, where: Where = "all") -> set[int]:
    found = {hit.position for hit in search(connection, words, limit=0, where=where)}
    assert count_hits(connection, parse(words), where=where) == len(found)
    return found


def only(connection: sqlite3.Connection, words: str, where: Where = "all") -> Hit:
    (hit,) = search(connection, words, limit=0, where=where)
    return hit


@pytest.mark.parametrize("module", [index, letters, query, ranking, snippets])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


# --- what is found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("网", {1, 2, 4}),
        ("网络", {1, 2, 4}),
        ("神经网络", {1, 4}),
        ("图神经网络", {1, 4}),
        ("络网", {1}),
        ("工作提出", set()),
        ("作", {1}),
        ("综述", {4}),
        ("lstm", {1, 3, 5}),
        ("ＬＳＴＭ", {1, 3, 5}),
        ("BERT模型", {2}),
        ("bert 模型", {2}),
        ('"bert 模型"', {2}),
        ("神经网络；bert", set()),
        ("网络bert", set()),
        ('"网络；bert"', {2}),
        ("self attention", {2}),
        ('"self attention"', {2}),
        ("self-attention", {2}),
        ("self-att*", {2}),
        ('"attention self"', set()),
        ("论文", {3}),
        ("论⽂", {3}),
        ("引入的", {3}),
        ("长短期", {3}),
        ("⻓短", {3}),
        ("network", {5}),
        ("net", {5}),
        ("net*", {2, 5}),
        ("net＊", {2, 5}),
        ("网络*", {1, 2, 4}),
        ("lstm -nested", {3, 5}),
        ('lstm -"nested lstm"', {3, 5}),
        ("lstm －nested", {3, 5}),
        ("lstm -网络", {3, 5}),
        ("lstm -net*", {1, 3}),
        ("deep complex", {2, 5}),
        ('"complex deep"', set()),
        ("“complex networks”", {2}),
        ("「深度学习」", {5}),
        ("neurips", {2}),
        ("nips", {2}),
        ("user_3", {3}),
        ("图像", {2, 3, 4, 5}),
        ("处理", {1, 2, 3, 4, 5}),
        ("生成user", set()),
        ("自然 lstm", {1, 3, 5}),
        ("???网络!!!", {1, 2, 4}),
        ("NOT lstm", set()),
        ("lstm OR", set()),
        ('unclosed "lstm cells', set()),
        ('cells "lstm', {1, 5}),
    ],
)
def test_what_is_found(connection: sqlite3.Connection, words: str, expected: set[int]) -> None:
    assert places(connection, words) == expected


@pytest.mark.parametrize(("where", "expected"), [("all", {1, 3, 5}), ("title", {1}), ("summary", {3, 5})])
def test_where(connection: sqlite3.Connection, where: Where, expected: set[int]) -> None:
    assert places(connection, "lstm", where) == expected
    assert places(connection, "lstm -nothing", where) == expected


def test_what_is_excluded_is_excluded_where_it_is_searched(connection: sqlite3.Connection) -> None:
    assert places(connection, "networks -网络", "all") == set()
    assert places(connection, "networks -网络", "title") == {2}


@pytest.mark.parametrize("words", ["", "   ", "???", '""', "-", "*", "（，）", '"-"', "\u200b"])
def test_nothing_to_look_for_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="nothing to look for"):
        parse(words)


def test_excluded_words_alone_are_refused() -> None:
    with pytest.raises(ValueError, match="only excluded words in '-lstm'"):
        parse("-lstm")


def test_too_many_words_are_refused(connection: sqlite3.Connection) -> None:
    words = [f"-none{number}" for number in range(MAX_TERMS)]
    assert places(connection, " ".join(["lstm", *words[1:]])) == {1, 3, 5}
    assert places(connection, "lstm " * (MAX_TERMS + 1)) == {1, 3, 5}
    with pytest.raises(ValueError, match="65 words are too many"):
        parse(" ".join(["lstm", *words]))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet="网络ab\"*-:^(){}+,. NEARORAND\x00'", max_size=40)))
@example('"')
@example("NEAR(a b)")
@example("title:x")
@example("{title} : x")
@example("\ud800网")
@example("a" * 5000)
@example("网" * 3000)
def test_no_words_give_an_error_of_sql(connection: sqlite3.Connection, words: str) -> None:
    try:
        search(connection, words)
    except ValueError as error:
        assert "look for" in str(error) or "excluded" in str(error)  # noqa: PT017 - other errors are failures


# --- the order -------------------------------------------------------------------------------------------------------


def written(folder: Path, *texts: tuple[str | None, str, str]) -> sqlite3.Connection:
    """An archive with a post for each title, summary and day; the position in a hit's post_id tells which."""
    with Archive.open(folder / "a.db", rules_digest="rules", code_version="1") as archive:
        for number, (title, summary, day) in enumerate(texts):
            address = f"https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{80_000_000 + number}"
            record = post(
                [entry(1, title, summary=summary, tag=None)],
                url=address,
                title=f"第 {number} 篇文章的标题",
                published=day,
            )
            archive.add([reading(str(number), record)], reread=lambda _: None)
    return open_readonly(folder / "a.db")


def order(connection: sqlite3.Connection, words: str, where: Where = "all", limit: int = 0) -> list[int]:
    return [int(hit.post_id[-4:]) for hit in search(connection, words, where=where, limit=limit)]


def test_titles_stand_above_summaries(tmp_path: Path) -> None:
    often = "LSTM " * 20
    texts = (
        ("Cells of many kinds", often, "2020-01-02"),
        ("Nested LSTM Cells", "", "2010-01-01"),
        (None, often, "2020-01-01"),
    )
    with closing(written(tmp_path, *texts)) as connection:
        assert order(connection, "lstm")[0] == 1
        assert order(connection, "cells lstm") == [1, 0]


def test_more_mentions_in_a_shorter_text_stand_higher(tmp_path: Path) -> None:
    texts = [
        (None, "网络。" + "很长的文字。" * 30, "2020-01-01"),
        (None, "网络，网络，网络。", "2015-01-01"),
        (None, "网络，一次。", "2016-01-01"),
    ]
    with closing(written(tmp_path, *texts)) as connection:
        assert order(connection, "网络") == [1, 2, 0]


def test_equals_stand_by_day_the_newest_first_and_those_without_last(tmp_path: Path) -> None:
    days = ["2018-06-21", "2020-01-01", None, "1999-12-31"]
    texts = [(f"Nested LSTM Cells {'ABCD'[number]}", "", day) for number, day in enumerate(days)]
    with closing(written(tmp_path, *texts)) as connection:
        assert order(connection, "lstm") == [1, 0, 3, 2]


def test_every_page_is_part_of_the_whole(connection: sqlite3.Connection) -> None:
    whole = search(connection, "网", limit=0)
    assert [search(connection, "网", limit=1, offset=at)[0] for at in range(len(whole))] == whole
    assert search(connection, "网", limit=2) == whole[:2]


@pytest.mark.parametrize("window", [1, 3, 8, 200])
@pytest.mark.parametrize("words", ["网", "网络", "a", "a*", "网络 a", "网 -a", "络*"])
@pytest.mark.parametrize("where", ["all", "title", "summary"])
def test_the_order_is_the_one_that_is_stated(
    many: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, window: int, words: str, where: Where
) -> None:
    monkeypatch.setattr(ranking, "WINDOW", window)
    looked_for = parse(words)
    found = []
    for row in many.execute(f"SELECT search_id, {ranking._TEXTS} FROM recommendations ORDER BY search_id"):
        texts = ranking._Texts.of(row[1:], where)
        if looked_for.matches(texts.title, texts.summary, *texts.others):
            found.append((*ranking._rank(looked_for.wanted, texts), row[0]))
    expected = []
    for group in ([hit for hit in found if not hit[0]], [hit for hit in found if hit[0]]):
        expected += sorted(group[:window]) + group[window:]
    ranked = list(ranked_ids(many, looked_for, where=where))
    assert ranked == [number for *_, number in expected]
    assert ranked


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """60 recommendations in which everything stands everywhere."""
    parts = ["网络", "网", "a", "络b", "ab", "图网络", "，"]
    texts = [
        (
            f"{parts[number % 7]}{parts[number // 7 % 7]} {number}",
            parts[number % 5] * (number % 3) + parts[number % 4],
            f"20{number % 20:02}-01-01",
        )
        for number in range(60)
    ]
    with closing(written(tmp_path_factory.mktemp("many"), *texts)) as opened:
        yield opened


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_hit_tells_what_it_is(connection: sqlite3.Connection) -> None:
    hit = only(connection, "nested")
    assert (hit.post_id, hit.title, hit.published_on) == ("csdn-80763567", "Nested LSTM Cells", "2018-06-21")
    assert hit.paper_id.startswith("title-")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("工作", "本文是 CMU 的[工作]，提出了图神经网络模型。 网络。络网"),
        ("cmu 模型", "本文是 [CMU] 的工作，提出了图神经网络[模型]。 网络。络网"),
        ("引入 论文", "该[论⽂]所[引⼊]的ＬＳＴＭ方法，取得了 SOTA 的结果。⻓短期"),
        ("长短", "该论⽂所引⼊的ＬＳＴＭ方法，取得了 SOTA 的结果。[⻓短]期"),
        ("nested", "[Nested] LSTM Cells"),
        ("attention*", "将 self-[attention] 用于神经 网络；BERT模型与 BERT 模型。"),
        ("bert模型", "将 self-attention 用于神经 网络；[BERT模型]与 [BERT 模型]。"),
        ("user_5", "[user_5]"),
        ("neurips", "[NeurIPS]"),
    ],
)
def test_snippets_are_the_text_as_shown_with_the_matches_marked(
    connection: sqlite3.Connection, words: str, expected: str
) -> None:
    assert only(connection, words).snippet.marked() == expected


@pytest.mark.parametrize("words", ["关键的词语", "词语 后文"])
def test_a_snippet_of_a_long_text_is_cut_round_the_match(words: str) -> None:
    shown = snippet(["很长的前文。" * 40 + "关键的词语" + "很长的后文。" * 40], parse(words))
    assert "词语" in shown.marked("<b>", "</b>")
    assert shown.text.startswith("…")
    assert shown.text.endswith("…")
    assert len(shown.text) == snippets.SNIPPET_LETTERS + 2
    assert all(0 < start < end < len(shown.text) for start, end in shown.spans)


def test_a_snippet_shows_the_part_with_the_most_words() -> None:
    text = "图像。" + "其它的文字。" * 30 + "图像与网络" + "其它的文字。" * 30
    assert "[图像]与[网络]" in snippet([text], parse("网络 图像")).marked()


def test_a_snippet_cuts_no_latin_word() -> None:
    text = "segmentation " * 30 + "网络" + " translation" * 30
    words = snippet([text], parse("网络")).text.strip("…").split()
    assert set(words) == {"segmentation", "网络", "translation"}


def test_without_a_match_a_snippet_is_how_the_first_text_begins() -> None:
    assert snippet(["一些文字", "网络"], parse("别的")) == Snippet(text="一些文字", spans=())
    assert snippet([], parse("别的")) == Snippet(text="", spans=())


def test_a_whole_text_is_marked_and_escaped() -> None:
    marked = mark("Graph <b> & 网络\n网络模型 图", parse("网络 络模 -图")).marked(
        "<mark>", "</mark>", escape=html.escape
    )
    assert marked == "Graph &lt;b&gt; &amp; <mark>网络</mark> <mark>网络模</mark>型 图"


# --- folding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＢＥＲＴ：Ｆｕｌｌ", "bert:full"),
        ("该论⽂所引⼊", "该论文所引入"),
        ("⻓短期⻅⻚⻋⻔⻢", "长短期见页车门马"),
        ("ｶﾞﾝ", "ガン"),
        ("cafe\u0301", "café"),
        ("网\u200b络\ufeff的so\u00adft", "网络的soft"),
        ("Straße", "strasse"),
        ("①²", "12"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=40))
def test_plain_letters_are_folded_and_cut_like_all_others(text: str) -> None:
    """The short ways of a text in ASCII give what the general ones would, which any other letter makes them take."""
    assert fold(text) == unicodedata.normalize("NFKC", text).casefold()
    assert fold(f"{text} é") == f"{fold(text)} é"
    assert segment(f"{text}\nTitle é").split() == [*segment(text).split(), "title", "é"]


@given(st.one_of(st.text(max_size=20), st.text(alphabet="网⽂⻓，。 aＡßé\u0301\u200bｶﾞ½ﬁ", max_size=20)))
def test_places_lead_back_to_the_text(text: str) -> None:
    folded, places = fold_with_places(text)
    assert len(places) == len(folded) + 1
    assert list(places) == sorted(places)
    assert places[-1] == len(text)
    if folded == fold(text):
        for number in range(len(folded)):
            assert folded[number] in fold(text[places[number] :][:8])


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(alphabet="网络学⻓aBc1 \n，。-ＡＢé⽂_カ", max_size=14),
    words=st.text(alphabet="网络长aBc1文 ", min_size=1, max_size=5),
)
def test_what_matches_is_marked(text: str, words: str) -> None:
    assume(words.strip())
    looked_for = parse(words)
    shown = snippet([text], looked_for)
    assert shown.text == " ".join(text.split())
    assert bool(shown.spans) == any(term.count_in(fold(text)) for term in looked_for.wanted)
    assert shown.marked("", "") == shown.text

"""Full-text search, held against a plain scan of the folded text."""

import doctest
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from normalize import search as module
from normalize.archive import Archive, open_readonly
from normalize.search import MAX_TERMS, Hit, Where, _fold, _tokens_with_places, search, segment
from tests.normalize.builders import entry, post, reading, venue

TITLES = ["Nested LSTM Cells", "Deep Complex Networks", None, "图神经网络综述", "Network, Net and Networking"]
SUMMARIES = [
    "本文是 CMU 的工作，提出了图神经网络模型。\n\n网络。络网",
    "将 self-attention 用于神经 网络；BERT模型与 BERT 模型。",
    "该论⽂所引⼊的ＬＳＴＭ方法，取得了 SOTA 的结果。",
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
    return {hit.position for hit in search(connection, words, limit=0, where=where)}


def only(connection: sqlite3.Connection, words: str, where: Where = "all") -> Hit:
    (hit,) = search(connection, words, limit=0, where=where)
    return hit


def test_doctests() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("网", {1, 2, 4}),
        ("网络", {1, 2, 4}),
        ("神经网络", {1, 4}),
        ("图神经网络", {1, 4}),
        ("络网", {1}),
        ("工作提出", set()),
        ("lstm", {1, 3, 5}),
        ("ＬＳＴＭ", {1, 3, 5}),
        ("BERT模型", {2}),
        ("bert 模型", {2}),
        ('"bert 模型"', {2}),
        ("self attention", {2}),
        ('"self attention"', {2}),
        ("self-attention", {2}),
        ('"attention self"', set()),
        ("论文", {3}),
        ("引入的", {3}),
        ("network", {5}),
        ("net", {5}),
        ("net*", {2, 5}),
        ("lstm -nested", {3, 5}),
        ('lstm -"nested lstm"', {3, 5}),
        ("lstm -网络", {3, 5}),
        ("deep complex", {2, 5}),
        ('"complex deep"', set()),
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


def test_a_match_in_the_title_comes_first_and_the_limit_cuts_the_rest(connection: sqlite3.Connection) -> None:
    hits = search(connection, "lstm", limit=0)
    assert hits[0].position == 1
    assert [hit.score for hit in hits] == sorted(hit.score for hit in hits)
    assert search(connection, "lstm", limit=2) == hits[:2]


def test_a_hit_tells_what_it_is(connection: sqlite3.Connection) -> None:
    hit = only(connection, "nested")
    assert (hit.post_id, hit.title, hit.published_on) == ("csdn-80763567", "Nested LSTM Cells", "2018-06-21")
    assert hit.paper_id.startswith("title-")


@pytest.mark.parametrize(
    ("words", "snippet"),
    [
        ("工作", "本文是 CMU 的[工作]，提出了图神经网络模型。 网络。络网"),
        ("cmu 模型", "本文是 [CMU] 的工作，提出了图神经网络[模型]。 网络。络网"),
        ("引入 论文", "该[论⽂]所[引⼊]的ＬＳＴＭ方法，取得了 SOTA 的结果。"),
        ("nested", "[Nested] LSTM Cells"),
        ("attention*", "将 self-[attention] 用于神经 网络；BERT模型与 BERT 模型。"),
        ("bert模型", "将 self-attention 用于神经 网络；[BERT模型]与 [BERT 模型]。"),
        ("user_5", "[user_5]"),
    ],
)
def test_snippets_are_the_text_as_shown_with_the_matches_marked(
    connection: sqlite3.Connection, words: str, snippet: str
) -> None:
    assert only(connection, words).snippet == snippet


def test_a_snippet_of_a_long_text_is_cut_round_the_match(tmp_path: Path) -> None:
    summary = "很长的前文。" * 40 + "关键的词语" + "很长的后文。" * 40
    with Archive.open(tmp_path / "a.db", rules_digest="rules", code_version="1") as archive:
        archive.add([reading("a", post([entry(summary=summary)]))], reread=lambda _: None)
    with closing(open_readonly(tmp_path / "a.db")) as connection:
        (hit,) = search(connection, "关键的词语", marks=("<b>", "</b>"))
    assert "<b>关键的词语</b>" in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) < 100


@pytest.mark.parametrize("words", ["", "   ", "???", '""', "-", "*", "（，）", '"-"'])
def test_nothing_to_look_for_is_refused(connection: sqlite3.Connection, words: str) -> None:
    with pytest.raises(ValueError, match="nothing to look for"):
        search(connection, words)


def test_excluded_words_alone_are_refused(connection: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="only excluded words in '-lstm'"):
        search(connection, "-lstm")


def test_too_many_words_are_refused(connection: sqlite3.Connection) -> None:
    assert places(connection, "lstm " * MAX_TERMS) == {1, 3, 5}
    with pytest.raises(ValueError, match="65 words are too many"):
        search(connection, "lstm " * (MAX_TERMS + 1))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet="网络ab\"*-:^(){}+,. NEARORAND\x00'", max_size=40)))
@example('"')
@example("NEAR(a b)")
@example("title:x")
@example("{title} : x")
@example("a" * 5000)
@example("网" * 3000)
def test_no_words_give_an_error_of_sql(connection: sqlite3.Connection, words: str) -> None:
    try:
        search(connection, words)
    except ValueError as error:
        assert "look for" in str(error) or "excluded" in str(error)  # noqa: PT017 - other errors are failures


# --- against a plain scan --------------------------------------------------------------------------------------------

TEXTS = st.text(alphabet="网络学习图的aBc1 \n，。-ＡＢé⽂_カ", max_size=14)


@pytest.fixture(scope="module")
def scratch() -> Iterator[sqlite3.Connection]:
    """The search table alone, with what :func:`search` joins to it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE VIRTUAL TABLE search USING fts5 (title, summary, other, tokenize='unicode61 remove_diacritics 0');"
            "CREATE TABLE posts (post_id, published_on);"
            "INSERT INTO posts VALUES ('p', NULL);"
            "CREATE TABLE recommendations (recommendation_id INTEGER PRIMARY KEY, paper_id, post_id, position, title, "
            "summary, tag_raw, recommender_raw, venue_printed, section);"
        )
        yield connection


def fill(connection: sqlite3.Connection, texts: list[str]) -> None:
    connection.execute("DELETE FROM search")
    connection.execute("DELETE FROM recommendations")
    connection.executemany(
        "INSERT INTO recommendations VALUES (?, '', 'p', ?, NULL, ?, NULL, NULL, NULL, NULL)",
        [(number, number, text) for number, text in enumerate(texts)],
    )
    connection.executemany(
        "INSERT INTO search (rowid, title, summary, other) VALUES (?, '', ?, '')",
        [(number, segment(text)) for number, text in enumerate(texts)],
    )


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=6), query=st.text(alphabet="网络学习图的文", min_size=1, max_size=4))
@example(texts=["网，络", "网 络", "网络"], query="网络")
def test_han_queries_find_what_a_scan_of_the_folded_text_finds(
    scratch: sqlite3.Connection, texts: list[str], query: str
) -> None:
    fill(scratch, texts)
    assert places(scratch, query) == {number for number, text in enumerate(texts) if query in _fold(text)}


HAN = "网络学习图的文カ"


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=6), query=st.sampled_from(["a", "abc", "aé", "1", "b1", "c"]))
def test_words_of_letters_are_found_whole(scratch: sqlite3.Connection, texts: list[str], query: str) -> None:
    fill(scratch, texts)
    words = [re.findall(rf"[^\W_{HAN}]+", unicodedata.normalize("NFKC", text).casefold()) for text in texts]
    assert places(scratch, query) == {number for number, found in enumerate(words) if query in found}
    begun = {number for number, found in enumerate(words) if any(word.startswith(query) for word in found)}
    assert places(scratch, query + "*") == begun


@settings(max_examples=200, deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=20)))
def test_places_of_tokens_lead_back_to_the_text(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    tokens = list(_tokens_with_places(text))
    folded = "".join(map(_fold, text))
    if folded == _fold(text):
        assert [token for token, _, _ in tokens if token != module._BREAK] == [
            token for token in segment(text).split() if token != module._BREAK
        ]
    for token, start, end in tokens:
        assert 0 <= start <= end <= len(text)
        if token != module._BREAK:
            assert token in "".join(map(_fold, text[start:end]))
    assert [start for _, start, _ in tokens] == sorted(start for _, start, _ in tokens)


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, query=st.text(alphabet="网络学习图的aBc1 ", min_size=1, max_size=5))
def test_what_is_found_is_marked(scratch: sqlite3.Connection, text: str, query: str) -> None:
    if not segment(query):
        return
    fill(scratch, [text])
    for hit in search(scratch, query):
        assert "[" in hit.snippet
        assert hit.snippet.replace("[", "").replace("]", "") == " ".join(text.split())

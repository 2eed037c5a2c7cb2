"""What the readers of venues and institutions share: letters, names, sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.prose import Names, Signs, fold_letters, sentence_spans, text_start
from tests.normalize.names_pattern import pattern_of


@given(st.text(max_size=60))
def test_folding_keeps_places(text: str) -> None:
    assert len(fold_letters(text)) == len(text)
    assert fold_letters(fold_letters(text)) == fold_letters(text)


def found(names: list[str], text: str) -> list[str]:
    return [text[start:end] for start, end in Names(names).spans_in(text)]


def test_the_longest_name_wins() -> None:
    names = ["Nature", "Nature Methods", "ACL", "ACL-IJCNLP"]
    assert found(names, "Nature Methods, Nature, ACL-IJCNLP 2021") == ["Nature Methods", "Nature", "ACL-IJCNLP"]


@pytest.mark.parametrize("text", ["NAACLs", "XACL", "ACL-based", "my_ACL", "acl", "ACLU", "ACL_based", "pre-ACL"])
def test_no_name_inside_a_word(text: str) -> None:
    assert found(["ACL", "AAAI"], text) == []


@pytest.mark.parametrize("text", ["ACL2018", "2018ACL", "ACL_2018", "在ACL上", "ACL-18", "(ACL)"])
def test_a_name_beside_digits_signs_and_chinese(text: str) -> None:
    assert found(["ACL", "AAAI"], text) == ["ACL"]


KNOWN = ["ACL", "ACL-IJCNLP", "A*STAR", "MIT Media Lab", "MIT", "清华", "清华大学", "360", "xAI"]
AMONG_NAMES = st.lists(
    st.one_of(st.sampled_from(KNOWN), st.sampled_from(["s", "_", "-", " ", "，", "的", "7", "清"])), max_size=6
).map("".join)


@given(AMONG_NAMES, st.integers(0, 40), st.integers(0, 40))
def test_names_are_looked_up_as_their_pattern_finds_them(text: str, start: int, stop: int) -> None:
    names, pattern = Names(KNOWN), pattern_of(KNOWN)
    match = pattern.match(text, start, stop)
    assert names.end_at(text, start, stop) == (0 if match is None else match.end())
    assert names.stand_in(text, start, stop) == (pattern.search(text, start, stop) is not None)
    spans = list(names.spans_in(text))
    assert spans == [match.span() for place in range(len(text)) if (match := pattern.match(text, place)) is not None]


WORDS = ["来自", "来源于", "自来", "投", "投稿", ", 来自", "oral"]


@given(st.lists(st.sampled_from([*WORDS, *"来自源于投稿, oral的"]), max_size=6).map("".join))
def test_a_word_in_the_text_is_found_by_its_sign(text: str) -> None:
    found = Signs(WORDS).found_in(text)
    assert found == {word[0] for word in WORDS if word in text}
    assert all(not found.isdisjoint(Signs.of([word])) for word in WORDS if word in text)


def test_sentences() -> None:
    text = "效果好.本文算法！et al. 2017；完\n新段"
    assert [text[slice(*span)] for span in sentence_spans(text)] == ["效果好", "本文算法", "et al. 2017", "完", "新段"]


def test_the_lead_of_a_note_is_passed_over() -> None:
    text = "本期推荐的论文笔记来自 PaperWeekly 社区用户 @x。本文提出"
    assert text[text_start(text) :] == "本文提出"
    assert text_start("本文提出") == 0

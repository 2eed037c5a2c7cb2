"""What the readers of venues and institutions share: letters, names, sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.prose import compile_names, fold_letters, has_any, sentence_spans, text_start


@given(st.text(max_size=60))
def test_folding_keeps_places(text: str) -> None:
    assert len(fold_letters(text)) == len(text)
    assert fold_letters(fold_letters(text)) == fold_letters(text)


def test_the_longest_name_wins() -> None:
    names = compile_names(["Nature", "Nature Methods", "ACL", "ACL-IJCNLP"])
    assert names.findall("Nature Methods, Nature, ACL-IJCNLP 2021") == ["Nature Methods", "Nature", "ACL-IJCNLP"]


@pytest.mark.parametrize("text", ["NAACLs", "XACL", "ACL-based", "my_ACL", "acl", "ACLU", "ACL_based", "pre-ACL"])
def test_no_name_inside_a_word(text: str) -> None:
    assert compile_names(["ACL", "AAAI"]).search(text) is None


@pytest.mark.parametrize("text", ["ACL2018", "2018ACL", "ACL_2018", "在ACL上", "ACL-18", "(ACL)"])
def test_a_name_beside_digits_signs_and_chinese(text: str) -> None:
    assert compile_names(["ACL", "AAAI"]).findall(text) == ["ACL"]


def test_has_any() -> None:
    assert has_any("本文来自微软", ["出自", "来自"])
    assert not has_any("本文来自微软", [])


def test_sentences() -> None:
    text = "效果好.本文算法！et al. 2017；完\n新段"
    assert [text[slice(*span)] for span in sentence_spans(text)] == ["效果好", "本文算法", "et al. 2017", "完", "新段"]


def test_the_lead_of_a_note_is_passed_over() -> None:
    text = "本期推荐的论文笔记来自 PaperWeekly 社区用户 @x。本文提出"
    assert text[text_start(text) :] == "本文提出"
    assert text_start("本文提出") == 0

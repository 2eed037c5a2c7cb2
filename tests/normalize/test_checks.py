"""What makes an entry suspicious, misprints among tags, and the table of assertions."""

import doctest
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import checks
from normalize.checks import (
    ENOUGH,
    RARE,
    TagWords,
    entry_doubts,
    is_slip,
    link_doubt,
    load_checks,
    tag_doubt,
    tag_words,
)
from normalize.labels import link_role
from normalize.migrations import schema_sql
from normalize.model import Link, ResolvedLink
from normalize.records import normalize_post
from normalize.rules import load_rules
from normalize.urls import canonical_url
from tests.normalize.builders import PAPER, entry, post


def test_doctests() -> None:
    assert doctest.testmod(checks).failed == 0


# --- links -----------------------------------------------------------------------------------------------------------


def doubt(label: str, url: str) -> str | None:
    return link_doubt(ResolvedLink(link_role(label), label, url, canonical_url(url)))


@pytest.mark.parametrize(
    ("label", "url", "says"),
    [
        ("论文链接", "https://github.com/tensorflow/models", "a code host"),
        ("论文链接", "http://www.github.com/tensorflow/models/tree/master/research", "a code host"),
        ("论文", "https://gitee.com/mindspore/models", "a code host"),
        ("Paper", "https://huggingface.co/bert-base-chinese", "a code host"),
        ("arXiv", "https://gist.github.com/karpathy/d4dee566867f8291f086", "a code host"),
        ("论文地址", "https://mp.weixin.qq.com/s/abcDEF", "an article of a blog"),
        ("论文链接", "https://mmbiz.qpic.cn/mmbiz_png/abc/640", "a picture"),
        ("论文链接", "https://example.org/figure.PNG?raw=true", "a picture"),
        ("论文链接", "https://www.youtube.com/watch?v=abc", "a video"),
        ("代码链接", "https://arxiv.org/abs/1806.01234", "a paper"),
        ("源码", "http://cn.arxiv.org/pdf/1806.01234v2.pdf", "a paper"),
        ("源码链接", PAPER.format(2026), "a paper"),
        ("代码链接", "https://openreview.net/forum?id=Hk2aImxAb", "a paper"),
        ("GitHub", "https://doi.org/10.1145/3219819.3219890", "a paper"),
        ("源码链接", "https://example.org/~x/paper.pdf", "a paper"),
        ("开源代码", "https://huggingface.co/papers/1806.01234", "a paper"),
    ],
)
def test_an_address_of_the_wrong_kind(label: str, url: str, says: str) -> None:
    found = doubt(label, url)
    assert found is not None
    assert found.endswith(f"the address is that of {says}.")


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("论文链接", PAPER.format(2026)),
        ("论文链接", "https://arxiv.org/abs/1806.01234"),
        ("论文链接", "https://github.com/x/y/blob/master/paper.pdf"),
        ("论文链接", "https://x.github.io/paper/"),
        ("论文链接", "https://example.org/"),
        ("论文链接", "no address at all"),
        ("论文链接", ""),
        ("论文", "https://notgithub.com/x/y"),
        # these promise nothing
        ("链接", "https://github.com/x/y"),
        ("原文链接", "https://mp.weixin.qq.com/s/abcDEF"),
        ("视频链接", "https://arxiv.org/abs/1806.01234"),
        ("数据集链接", "https://arxiv.org/abs/1806.01234"),
        ("论文笔记", "https://mp.weixin.qq.com/s/abcDEF"),
        ("项目主页", "https://github.com/x/y"),
        # code that is handed over where papers are
        ("代码链接", "https://doi.org/10.5281/zenodo.1234567"),
        ("代码链接", "https://openreview.net/attachment?id=Hk2aImxAb&name=supplementary_material"),
        ("代码链接", "https://proceedings.mlr.press/v70/finn17a/finn17a-supp.zip"),
        ("代码链接", "https://arxiv.org/src/1806.01234v1/anc/code.tar.gz"),
        ("代码链接", "https://www.paperweekly.site/about"),
        ("代码链接", "https://github.com/x/y"),
        ("代码链接", "http://dm.nankai.edu.cn/code/x.rar"),
    ],
)
def test_an_address_that_may_well_be_meant(label: str, url: str) -> None:
    assert doubt(label, url) is None


def test_the_examples_of_the_table() -> None:
    rows = load_rules("link_kinds")["label"]
    assert rows
    for row in rows:
        label, _, url = row["example"].partition(" ")
        found = doubt(label, url)
        assert found is not None, row["example"]
        assert f"promises {row['says']}," in found


def test_no_host_or_ending_stands_in_two_rows_and_labels_name_known_kinds() -> None:
    table = load_rules("link_kinds")
    for column in ("hosts", "ends"):
        counts = Counter(value for row in table["address"] for value in row[column])
        assert [value for value, count in counts.items() if count > 1] == []
        assert all(value == value.lower() for value in counts)
    kinds = {row["kind"] for row in table["address"]}
    assert all(kinds.issuperset(row["wrong"]) for row in table["label"])


@given(st.text())
def test_no_address_stops_it(url: str) -> None:
    for role in ("paper", "code"):
        assert link_doubt(ResolvedLink(role, "论文", url, url)) in {None} | {
            f"The label 论文 promises {row['says']}, the address is that of {kind['says']}."
            for row in load_rules("link_kinds")["label"]
            for kind in load_rules("link_kinds")["address"]
        }


# --- entries ---------------------------------------------------------------------------------------------------------


def test_an_entry_is_told_with_place_and_line() -> None:
    record = entry(3, links=[("代码", "https://arxiv.org/abs/1806.01234")], tag="本文提出了一种新方法。")
    link, tag = entry_doubts(record)
    assert (link.code, link.position, link.line) == ("wrong_kind_of_link", 3, "代码 https://arxiv.org/abs/1806.01234")
    assert (tag.code, tag.position, tag.line, tag.severity) == ("odd_tag", 3, "本文提出了一种新方法。", "warning")


def test_nothing_is_repaired() -> None:
    printed = entry(1).entry
    wrong = printed._replace(links=(Link(label="代码", url_raw="https://arxiv.org/abs/1806.01234"),), tag="2018")
    record = normalize_post(replace(post().post, kind="digest", entries=(printed, wrong)))
    assert [problem.code for problem in record.problems] == ["wrong_kind_of_link", "odd_tag"]
    assert [problem.position for problem in record.problems] == [1, 1]
    assert record.entries[1].entry == wrong
    assert record.entries[1].links[0].role == "code"


@pytest.mark.parametrize(
    "tag",
    [
        "本文提出了一种新方法。",
        "这是什么？",
        "a method that learns to see the world as it is now",
        "https://arxiv.org/abs/1806.01234",
        "www.paperweekly.site",
        "@zhangjun",
        "2018",
        "…",
        "基于深度学习的图像超分辨率重建方法综述以及它的种种应用",
    ],
)
def test_a_tag_that_is_none(tag: str) -> None:
    assert tag_doubt(tag) is not None


@pytest.mark.parametrize(
    "tag",
    [
        "GAN", "3D", "QA", "R", "C++", "Neural Machine Translation", "Goal-Oriented Dialog", "神经机器翻译", "Émotion",
        "Zero-Shot, Few-Shot & Meta Learning", "Text-to-Speech (TTS)", "NLP / CV", "基于知识图谱的多轮对话系统",
        "Multi-Agent Deep Reinforcement Learning for Traffic Control", "Yahoo! Answers",
    ],
)  # fmt: skip
def test_a_tag_that_may_be_one(tag: str) -> None:
    assert tag_doubt(tag) is None


@given(st.text(alphabet="aé神१_² .;@", max_size=30))
def test_a_tag_of_letters_alone_holds_a_word_and_no_marks(tag: str) -> None:
    if tag.replace(" ", "").isalpha():
        assert checks._LETTER.search(tag)
        assert not checks._PROSE.search(tag)


# --- misprints -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("sentimant", "sentiment"),
        ("clasification", "classification"),
        ("recomendation", "recommendation"),
        ("recommmendation", "recommendation"),
        ("netwrok", "network"),
        ("reinforcment", "reinforcement"),
        ("lerning", "learning"),
        ("embeding", "embedding"),
        ("sumarization", "summarization"),
        ("represenation", "representation"),
    ],
)
def test_slips_of_the_pen(word: str, right: str) -> None:
    assert is_slip(word, right)
    assert is_slip(right, word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("network", "network"),
        ("network", "networks"),
        ("symmetric", "asymmetric"),
        ("labeler", "labeled"),
        ("modeling", "modelling"),
        ("labeled", "labelled"),
        ("optimization", "optimisation"),
        ("behavior", "behaviour"),
        ("judgment", "judgement"),
        ("contest", "context"),
        ("consent", "content"),
        ("semantic", "syntactic"),
        ("dialog", "dialogue"),
        ("translation", "transition"),
        ("supervised", "unsupervised"),
        ("training", "draining"),
    ],
)
def test_words_that_are_others(word: str, other: str) -> None:
    assert not is_slip(word, other)
    assert not is_slip(other, word)


def test_established_words_of_the_field_are_no_slips_of_each_other() -> None:
    names = """
    adaptation adversarial agents alignment analysis annotation answering architecture attention attribute
    augmentation autoencoder automatic bayesian captioning causality chatbot classification classifier clustering
    collaborative commonsense comprehension compression computation contextual contrastive convolution convolutional
    coreference correction correlation counting dataset decoding deduction deep denoising depth detection dialog
    dialogue diffusion discourse discovery distillation document domain embedding embeddings emotion encoder
    ensemble entity estimation evaluation evolution expression extraction factorization feature federated filtering
    forecasting generation generative gradient grammar graph graphical grounding hashing hierarchical hyperparameter
    hypergraph
    imitation induction inference inpainting instance instruction interaction interpretability knowledge labeling
    language lifelong linking localization machine matching medical memory metric modality model modeling multilingual
    multimodal navigation network networks neural normalization object ontology optical optimization parsing perception
    planning pooling prediction privacy probabilistic processing prompting pruning quantization question ranking
    reading reasoning recognition recommendation recommender reconstruction recurrent recursive regression
    regularization reinforcement relation relational reranking representation resolution restoration retrieval
    robotics robustness saliency sampling search segmentation semantic semantics sentence sentiment sequence sequential
    session similarity simulation speaker speech sparse spatial stance structure stylization summarization supervised
    synthesis system tagging temporal tensor text tracking training transfer transformer translation understanding
    unsupervised variational verification video vision visual visualization vocabulary
    """.split()
    assert [pair for pair in combinations(names, 2) if is_slip(*pair)] == []


@given(st.text("abcde", min_size=2, max_size=9), st.text("abcde", min_size=2, max_size=9))
def test_a_slip_goes_both_ways_and_only_changes_the_inside(word: str, other: str) -> None:
    assert is_slip(word, other) == is_slip(other, word)
    if is_slip(word, other):
        assert (word[0], word[-1]) == (other[0], other[-1])
        assert abs(len(word) - len(other)) <= 1
        assert word != other


def test_words_of_a_tag() -> None:
    assert tag_words("Ｎeural Machine-Translation 与 BERT") == {"neural", "machine", "translation"}


def slips(tags: dict[str, int]) -> dict[str, tuple[str, str] | None]:
    """Every tag with its use, judged."""
    words = TagWords((name, name) for name in tags)
    return {name: words.slip(name, tags.__getitem__) for name in tags if words.slip(name, tags.__getitem__)}


def test_a_rare_word_beside_a_frequent_one() -> None:
    assert slips({"Sentimant Classification": 1, "Sentiment Analysis": 3}) == {
        "Sentimant Classification": ("sentimant", "sentiment")
    }
    # over several tags
    assert slips({"Sentimant Analysis": 2, "Sentiment Analysis": 3, "Sentiment Classification": 3}) == {
        "Sentimant Analysis": ("sentimant", "sentiment")
    }


@pytest.mark.parametrize(
    "tags",
    [
        {"Sentimant Classification": 1, "Sentiment Analysis": 2},
        {"Sentimant Classification": 2, "Sentiment Analysis": 5},
        {"Sentimant Classification": 3, "Sentiment Analysis": 500},
        {"Sentimant Classification": 1, "Sentimant Analysis": 2, "Sentiment Analysis": 500},
        {"Quantum Chromodynamics": 1, "Sentiment Analysis": 500},
        {"Casual Inference": 1, "Causal Inference": 500},
        {"机器翻绎": 1, "机器翻译": 500},
    ],
)
def test_words_that_are_not_doubted(tags: dict[str, int]) -> None:
    assert slips(tags) == {}


WORDS = st.sampled_from("sentiment sentimant sentiment sentment analysis analisys network netwrok 图像 GAN".split())
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


@given(st.dictionaries(NAMES, st.integers(1, 9), max_size=8), st.dictionaries(NAMES, st.integers(0, 9), max_size=3))
def test_what_a_change_touches_is_all_that_becomes_another(before: dict[str, int], changes: dict[str, int]) -> None:
    after = {name: count for name, count in (before | changes).items() if count}
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    words = TagWords((name, name) for name in after)
    touched = words.touched_by(changed, {word for name in changed for word in tag_words(name)})
    old, new = slips(before), slips(after)
    assert {name for name in before | after if old.get(name) != new.get(name)} <= touched | changed
    # nor need more be known than what is asked for
    partners = words.partners(touched)
    capped = {name: min(count, ENOUGH) for name, count in after.items() if name in partners}
    for name in touched & after.keys():
        if after[name] <= RARE:
            assert words.slip(name, lambda tag: capped.get(tag, 0)) == new.get(name)


# --- assertions ------------------------------------------------------------------------------------------------------


def test_assertions_are_named_once_and_say_what_holds() -> None:
    names = [check.name for check in load_checks()]
    assert len(names) == len(set(names)) > 10
    for check in load_checks():
        assert check.name.replace("_", "").isalpha()
        assert check.severity in ("error", "warning", "info")
        assert check.sentence[0].isupper()
        assert check.sentence.endswith(".")
    assert {check.severity for check in load_checks()} == {"error", "warning", "info"}


@pytest.mark.parametrize("check", load_checks(), ids=lambda check: check.name)
def test_an_assertion_can_be_asked_of_the_schema_and_holds_of_nothing(check: checks.Check) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema_sql())
        assert connection.execute(check.query).fetchall() == []
        assert connection.execute(f"SELECT count(*) FROM ({check.query})").fetchone() == (0,)

"""Names: which spellings of recommenders and tags are one, and which are only proposed."""

import doctest
import json
import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize import names
from normalize.names import NameProposal, NameUse, proposals, recommender_key, tag_key
from normalize.rules import load_rules

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def test_doctests() -> None:
    assert doctest.testmod(names).failed == 0


# --- recommenders ----------------------------------------------------------------------------------------------------

# Each row: spellings of one person. The first ones are printed in the posts, the others in pages that were retyped.
ONE_PERSON = [
    (
        "zhangjun",
        "ZhangJun",
        "Zhang Jun",
        "ＺｈａｎｇＪｕｎ",
        "@zhangjun",
        "＠ zhangjun",
        "zhangjun：",
        "zhangjun,",
        "zhang\u200bjun",
    ),
    ("CYRYOU", "cyryou", "Cyryou。", " CYRYOU "),
    ("机器之心", "@机器之心", "机器 之心", "机器之心！"),
    ("Drin_Peng", "drin_peng", "@Drin_Peng"),
    ("993917172", "９９３９１７１７２", "@993917172、"),
    ("paperweekly", "PaperWeekly", "paper\u00a0weekly", "\u200epaperweekly\u00ad"),
]


@pytest.mark.parametrize("spellings", ONE_PERSON, ids=lambda spellings: spellings[0])
def test_trifles_do_not_make_another_person(spellings: tuple[str, ...]) -> None:
    assert len({recommender_key(spelling) for spelling in spellings}) == 1


TWO_PEOPLE = [
    ("paperweely", "paperweekly"),
    ("Drin_Peng", "DrinPeng"),
    ("chlr1995", "chlr1996"),
    ("c0de", "code"),
    ("xiaolu", "xiaoluo"),
    ("机器之心", "机器之芯"),
    ("zhang-jun", "zhangjun"),
    ("a.b", "ab"),
    ("x_", "x"),
]


@pytest.mark.parametrize(("one", "another"), TWO_PEOPLE)
def test_everything_else_does(one: str, another: str) -> None:
    assert recommender_key(one) != recommender_key(another)


@pytest.mark.parametrize("key", [recommender_key, tag_key])
def test_no_name_has_no_key(key: object) -> None:
    assert callable(key)
    assert [key(nothing) for nothing in (None, "", " ", "\u200b")] == [None] * 4


def test_a_name_of_marks_keeps_them() -> None:
    assert recommender_key("…") == "..."
    assert tag_key("#") == "#"
    assert tag_key("--") == "--"


def test_what_people_decided_leads_on() -> None:
    same = {"paperweely": "paperweekly"}
    assert recommender_key("＠PaperWeely", same) == "paperweekly"
    assert recommender_key("zhangjun", same) == "zhangjun"
    assert tag_key("NMT", {"neuralmachinetranslation": "machinetranslation"}) == "machinetranslation"


NAMES = st.text(st.sampled_from("aBzñß 019+.#@：。（）()机器翻译ＡＩｘ\u00a0\u200b，·"), max_size=12)


@given(name=NAMES)
def test_a_key_is_its_own_key(name: str) -> None:
    for key_of in (recommender_key, tag_key):
        key = key_of(name)
        assert key is None or (key and key_of(key) == key)


@given(name=NAMES)
def test_width_and_case_never_matter(name: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name)
    for key_of in (recommender_key, tag_key):
        assert key_of(name) == key_of(wide) == key_of(f" {name} ")
        assert name.upper().lower() != name.lower() or key_of(name) == key_of(name.lower())


# --- tags ------------------------------------------------------------------------------------------------------------

ONE_SUBJECT = [
    (
        "Neural Machine Translation",
        "NMT",
        "神经机器翻译",
        "neural machine translation",
        "＃NMT",
        "NMT。",
        "Neural Machine Translation (NMT)",
        "NMT（神经机器翻译）",
    ),
    ("Zero-Shot Learning", "Zero-shot learning", "zero shot learning", "Zero–Shot Learning", "零样本学习"),
    ("Multi-task Learning", "Multitask Learning", "multi_task learning", "MTL"),
    ("Image Captioning", "image captioning", "Image Caption", "Image Captioning#", "图像描述"),
    ("Recurrent Neural Network", "recurrent neural networks", "RNN", "RNNs", "循环神经网络"),
    ("Dialog Systems", "Dialog System", "Dialogue System", "dialogue systems", "对话系统"),
    ("Recommender System", "Recommender Systems", "Recommendation Systems", "推荐系统"),
    (
        "Generative Adversarial Networks",
        "GAN",
        "GANs",
        "Generative Adversarial Nets",
        "生成对抗网络",
        "GAN (Generative Adversarial Networks)",
    ),
    ("Question Answering", "question-answering", "QA", "问答"),
    ("Matrix Factorisation", "matrix factorization", "矩阵分解"),
    ("GPT-2", "GPT2", "gpt 2"),
]


@pytest.mark.parametrize("tags", ONE_SUBJECT, ids=lambda tags: tags[0])
def test_one_subject(tags: tuple[str, ...]) -> None:
    assert len({tag_key(tag) for tag in tags}) == 1


TWO_SUBJECTS = [
    ("Machine Translation", "Neural Machine Translation"),
    ("Attention Model", "Attention Mechanism"),
    ("Network Embedding", "Graph Embedding"),
    ("Visual Question Answering", "Question Answering"),
    ("Sentiment Analysis", "Sentiment Classification"),
    ("情感分析", "情感分类"),
    ("Semi-supervised Learning", "Self-supervised Learning"),
    ("Reading Comprehension", "Machine Reading Comprehension"),
    ("Speech Synthesis", "Text-to-Speech"),
    ("C", "C++"),
    ("C", "C#"),
    ("C#", "C++"),
    ("YOLOv2", "YOLOv3"),
    ("GPT-2", "GPT-3"),
    ("IR", "Information Retrieval"),
    ("DA", "Domain Adaptation"),
    ("Attention (Machine Learning)", "Machine Learning"),
    ("Image Ranking", "Image Retrieval"),
    ("Dialog Generation", "Dialog System"),
    ("Natural Language Inference", "Textual Entailment"),
    ("Image Restoration", "Image Super-Resolution"),
]


@pytest.mark.parametrize(("one", "another"), TWO_SUBJECTS)
def test_two_subjects(one: str, another: str) -> None:
    assert tag_key(one) != tag_key(another)


def test_every_spelling_leads_to_one_subject_only() -> None:
    homes = defaultdict(set)
    for row in load_rules("tags")["tag"]:
        for tag in [row["name"], *row["others"]]:
            homes[tag_key(tag)].add(row["name"])
            assert tag_key(tag) == tag_key(row["name"]), tag
    assert {key: found for key, found in homes.items() if len(found) > 1} == {}


def test_no_row_is_idle() -> None:
    """What width, case, spaces, hyphens and the table of words fold anyway need not stand in a row."""
    for row in load_rules("tags")["tag"]:
        assert row["others"], row["name"]
        plain = [names._joined(names._folded(tag)) for tag in [row["name"], *row["others"]]]
        assert len(set(plain)) == len(plain), row


@pytest.mark.parametrize("row", load_rules("tags")["word"], ids=lambda row: row["word"])
def test_examples_of_words(row: dict[str, object]) -> None:
    printed, _, spelt = str(row["example"]).partition(" = ")
    assert tag_key(printed) == tag_key(spelt)
    others = row["others"]
    assert isinstance(others, list)
    assert any(other in names._LATIN_WORD.findall(printed.lower()) for other in others)


def test_a_word_has_one_spelling_only() -> None:
    rows = load_rules("tags")["word"]
    others = [other for row in rows for other in row["others"]]
    assert len(others) == len(set(others))
    assert not set(others) & {row["word"] for row in rows}


# --- proposals -------------------------------------------------------------------------------------------------------


def used(**uses: int) -> list[NameUse]:
    return [NameUse(str(recommender_key(name)), name, count) for name, count in uses.items()]


def tags_used(uses: dict[str, int]) -> list[NameUse]:
    return [NameUse(str(tag_key(name)), name, count) for name, count in uses.items()]


def told(found: list[NameProposal]) -> list[tuple[str, str, str]]:
    return [(one.main.name, one.other.name, one.reason) for one in found]


@pytest.mark.parametrize(
    ("main", "other", "reason"),
    [
        ("paperweekly", "paperweely", "letters"),  # a letter is missing; printed in 2018
        ("lizhongyang2011", "lizhogyang2011", "letters"),
        ("paperweekly", "papreweekly", "letters"),  # two swapped
        ("valyriansteel", "valyrainsteal", "letters"),  # a long one, two letters
        ("Drin_Peng", "DrinPeng", "marks"),
        ("c0de", "code", "lookalike"),
        ("liria", "1iria", "lookalike"),
        ("机器之心", "机器之芯", "letters"),
    ],
)
def test_misspelt_handles_are_proposed(main: str, other: str, reason: str) -> None:
    assert told(proposals("recommender", used(**{main: 12, other: 1, "somebody": 2}))) == [(main, other, reason)]


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("chlr1995", "chlr1996"),  # numbers are not misspelt
        ("xaj", "xbj"),  # too short
        ("hsu", "hsi"),
        ("somtian", "tomsian"),  # two letters of a short one
        ("王小明", "王小朋"),  # a syllable of three
        ("zuri", "zsank"),
    ],
)
def test_other_people_are_not(one: str, another: str) -> None:
    assert proposals("recommender", used(**{one: 12, another: 1})) == []


def test_names_that_are_both_used_often_stand_for_themselves() -> None:
    assert proposals("recommender", used(zhangjun=15, zhangjin=3)) == []
    assert told(proposals("recommender", used(zhangjun=15, zhangjin=2))) == [("zhangjun", "zhangjin", "letters")]


@pytest.mark.parametrize(
    ("main", "other"),
    [
        ("Reinforcement Learning", "Reinforcment Learning"),
        ("Image Recognition", "Image Recogniton"),
        ("Convolutional Neural Network", "Convolutinal Neural Networks"),
        ("Transfer Learning", "Transfer Leanring"),
        ("Summarization", "Sumarizaton"),
    ],
)
def test_misspelt_tags_are_proposed(main: str, other: str) -> None:
    assert told(proposals("tag", tags_used({main: 9, other: 1, "Chatbot": 3}))) == [(main, other, "letters")]


def test_tags_of_known_words_are_not() -> None:
    tags = {
        "Supervised Learning": 4,
        "Unsupervised Learning": 1,
        "Semi-supervised Learning": 3,
        "Self-supervised Learning": 1,
        "Object Detection": 9,
        "Object Selection": 1,
        "GPT-2": 2,
        "GPT-3": 1,
        "情感分析": 5,
        "情感分类": 1,
        "Text Mining": 5,
        "Text Mixing": 3,
        "Image Mixing": 1,
    }
    assert proposals("tag", tags_used(tags)) == []


def test_the_order_of_rows_does_not_matter() -> None:
    rows = used(paperweekly=19, paperweely=1, paperweekley=1, Drin_Peng=1, DrinPeng=1, c0de=2, code=2)
    expected = proposals("recommender", rows)
    assert len(expected) >= 4
    for seed in range(5):
        assert proposals("recommender", random.Random(seed).sample(rows, len(rows))) == expected


@settings(max_examples=50)
@given(rows=st.dictionaries(st.text("abk_01心", min_size=1, max_size=8), st.integers(1, 4), max_size=8))
def test_proposals_are_of_different_names_each_pair_once(rows: dict[str, int]) -> None:
    uses = [NameUse(key, key, count) for key, count in rows.items()]
    for kind in ("recommender", "tag"):
        found = proposals(kind, uses)
        pairs = [frozenset((one.main.key, one.other.key)) for one in found]
        assert all(len(pair) == 2 for pair in pairs)
        assert len(pairs) == len(set(pairs))
        assert all(one.main.uses >= one.other.uses for one in found)


def test_names_of_the_real_posts() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}")
    labelled = [json.loads(path.read_text("utf-8")) for path in sorted(CORPUS.glob("*.gold.json"))]
    entries = [entry for post in labelled for entry in post["entries"]]
    uses: dict[str, dict[str, int]] = {"recommender": defaultdict(int), "tag": defaultdict(int)}
    for entry in entries:
        for kind, key_of in (("recommender", recommender_key), ("tag", tag_key)):
            key = key_of(entry[kind])
            if key is not None:
                uses[kind][key] += 1
    assert uses["tag"]["neuralmachinetranslation"] == 3
    assert uses["tag"]["dialoguesystem"] == 7
    people = [NameUse(key, key, count) for key, count in uses["recommender"].items()]
    assert told(proposals("recommender", people)) == [("paperweekly", "paperweely", "letters")]
    subjects = [NameUse(key, key, count) for key, count in uses["tag"].items()]
    assert proposals("tag", subjects) == []


def test_only_proposals_need_rapidfuzz() -> None:
    code = "import sys; from normalize.names import tag_key; tag_key('NMT'); sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0

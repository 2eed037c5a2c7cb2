"""Title keys and plain unlikeness."""

import doctest
import itertools
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import titles
from normalize.titles import (
    are_comparable,
    are_plainly_unlike,
    comparable_key,
    post_title_key,
    telling_words,
    title_key,
)

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def test_doctests() -> None:
    assert doctest.testmod(titles).failed == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Nested LSTM cells", "nested lstm cells"),
        ("Ｎested　LSTM　cells", "Nested LSTM cells"),
        ("BBQ-Networks: Efficient Exploration", "BBQ-Networks:EfficientExploration"),
        ("What’s in a Question: Using Visual Questions", "What's in a question — using visual questions"),
        ("Graph + Text for Ranking", "Graph+Text for Ranking"),
        ("Program Induction by Rationale Generation : Learning", "Program Induction by Rationale Generation: Learning"),
        ("Learning Part Ⅱ", "Learning Part II"),
        ("Poincaré Embeddings", "Poincare Embeddings"),
        ("β-VAE: Learning Concepts", "Beta-VAE: Learning Concepts"),
        ("Deep & Cross Network", "Deep and Cross Network"),
        ("Training 1,000 Layers", "Training 1000 Layers"),
        ("Worth 16×16 Words", "Worth 16x16 words"),
        ("该论⽂所引⼊的方法", "该论文所引入的方法"),
    ],
)
def test_spellings_of_one_title_have_one_key(first: str, second: str) -> None:
    assert title_key(first) == title_key(second) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("YOLOv2 object detection", "YOLOv3 object detection"),
        ("Learning to Rank, Part I", "Learning to Rank, Part II"),
        ("PointNet: Deep Hierarchies", "PointNet++: Deep Hierarchies"),
        ("Qwen-VL Technical Report", "Qwen2-VL Technical Report"),
        ("Qwen2-VL Technical Report", "Qwen2.5-VL Technical Report"),
        ("Squeeze and Excite 2017", "Squeeze and Excite 2018"),
        ("GPT-3.5 and its Prompts", "GPT-35 and its Prompts"),
        ("Task 1 2D Landmarks", "Task 12 D Landmarks"),
        ("がんの検出について学ぶ", "かんの検出について学ぶ"),
    ],
)
def test_what_tells_titles_apart_stays(first: str, second: str) -> None:
    assert title_key(first) != title_key(second)


@pytest.mark.parametrize(
    "title",
    [None, "", " ", "?!", "ResNet", "Mask R-CNN", "Introduction", "Deep  Learning", "RELATED WORK", "1234567890 1"],
)
def test_short_and_generic_titles_have_no_key(title: str | None) -> None:
    assert title_key(title) is None


@pytest.mark.parametrize("title", ["Genetic CNN", "Nested LSTMs", "机器学习综述", "Attention Is All You Need"])
def test_shortest_titles_that_identify(title: str) -> None:
    assert title_key(title) is not None


def test_a_short_title_can_be_compared_and_a_generic_one_cannot() -> None:
    assert comparable_key("ResNet") == "resnet"
    assert comparable_key("Object Detection") is comparable_key("?!") is None
    assert telling_words("A Survey of 3D Methods: the Methods") == ["3d"]
    assert are_comparable("YOLO", "ResNet")
    assert not are_comparable("YOLO", "目标检测")


def test_post_titles_keep_han_and_the_number_of_the_issue() -> None:
    first = "大家心目中的这些「优质」论文，你读过几篇？| PaperDaily #01"
    assert post_title_key(first) == "大家心目中的这些优质论文你读过几篇paperdaily01"
    assert post_title_key(first) == post_title_key("大家心目中的这些「优质」论文，你读过几篇？ ｜ PaperDaily ＃01")
    assert post_title_key(first) != post_title_key(first.replace("01", "02"))
    assert post_title_key("nobug") is post_title_key(None) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("BERT", "BERT: Pre-training of Deep Bidirectional Transformers"),
        ("Efficent Exploraton in Deep RL", "Efficient Exploration in Deep RL"),
        ("Constructing Narrative Event Evolutionary Gra", "Constructing Narrative Event Evolutionary Graph for Script"),
        ("Script Event Prediction with Graphs", "Graphs for Script Event Prediction"),
        ("注意力就是你所需要的一切", "Attention Is All You Need"),
        ("???", "Attention Is All You Need"),
        ("MAML", "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks"),
        ("Deep Learning on Point Sets", "PointNet: Deep Learning on Point Sets"),
        ("Training Wasserstein GANs", "Training Wasserstein Generative Adversarial Networks"),
        ("Fast MetaLearning with Graphs of Concepts", "Fast Meta-Learning with Graphs of Concepts"),
        ("Sim2Real Transfer of Robotic Control", "Sim-to-Real Transfer of Robotic Control"),
        ("Multi-Person 2D Pose Estimation", "Multi-Person 2-D Pose Estimation"),
        ("Deep Sets of Things, Part 1", "Deep Sets of Things, Part I"),
        ("Reading Text with ImageNet-2012", "Reading Text with ImageNet"),
        ("1-2 step methods of learning", "1 2 step methods of learning"),
    ],
)
def test_alike(first: str, second: str) -> None:
    assert not are_plainly_unlike(first, second)
    assert not are_plainly_unlike(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Nested LSTMs", "Deep Complex Networks"),
        ("A Deep Reinforcement Learning Chatbot", "Deep Active Learning for Named Entity Recognition"),
        ("Deep Complex Networks", "Evolving Deep Neural Networks"),
        ("Group Normalization", "DiSAN: Directional Self-Attention Network"),
        ("基于图神经网络的文本分类", "强化学习对话系统综述"),
        ("基于深度学习的图像分割综述", "基于深度学习的文本分类综述"),
        ("YOLOv2", "YOLOv3"),
        ("YOLO", "YOLOv3"),
        ("YOLOv4 的改进", "YOLOv3"),
        ("PointNet", "PointNet++"),
        ("Deformable ConvNets", "Deformable ConvNets v2"),
        ("Deep Sets, Part I", "Deep Sets, Part II"),
        ("World Models", "World Models II"),
        ("2D Pose Estimation in Videos", "3D Pose Estimation in Videos"),
        ("注意力机制综述（上）", "注意力机制综述（下）"),
        ("Neural Collaborative Filtering", "Neural Graph Collaborative Filtering"),
        ("Supervised Learning of Sentence Representations", "Unsupervised Learning of Sentence Representations"),
        ("GAN", "GANimation: Anatomically-aware Facial Animation"),
        ("Graph Attention Networks", "GraphSAGE"),
    ],
)
def test_plainly_unlike(first: str, second: str) -> None:
    assert are_plainly_unlike(first, second)
    assert are_plainly_unlike(second, first)


def test_few_pairs_of_real_titles_are_taken_for_alike() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus of labelled posts at {CORPUS}")
    labels = [json.loads(path.read_text("utf-8")) for path in sorted(CORPUS.glob("*.gold.json"))]
    real = sorted({entry["title"] for label in labels for entry in label["entries"] if entry["title"]})
    assert len({title_key(title) for title in real}) == len(real)
    pairs = list(itertools.combinations(real, 2))
    assert sum(not are_plainly_unlike(*pair) for pair in pairs) <= 0.005 * len(pairs)


@given(st.text(max_size=80))
def test_a_key_is_its_own_key_and_unchanged_by_width_case_and_spaces(title: str) -> None:
    key = titles._folded(title)
    # A plus inside a key stood at the end of a word in the title, so that it would be read another way.
    if key is not None and "+" not in key and unicodedata.is_normalized("NFKC", key):
        assert titles._folded(key) == key
        assert titles._folded(f" {key} ") == key
    assert title_key(title) in (None, key)


@given(st.text(alphabet="aB é文1２+-,._", max_size=30))
def test_the_short_cuts_for_numbers_and_letters_give_what_reading_all_gives(title: str) -> None:
    parts = titles._BETWEEN_DIGITS.split(titles._THOUSANDS.sub("", titles._plain(title)))
    key = ".".join(map(titles._letters_and_digits, parts))
    assert titles._folded(title) == (key or None)
    letters = sum(letter.isalpha() for letter in key) + key.count("文")
    assert titles._is_long(key) == (letters >= titles.MIN_LETTERS)


@given(st.text(alphabet="aBc é文字1２+-", max_size=30), st.text(alphabet="aBc é文字1２+-", max_size=30))
def test_unlikeness_is_symmetric_and_never_holds_for_equal_keys(first: str, second: str) -> None:
    assert are_plainly_unlike(first, second) == are_plainly_unlike(second, first)
    if titles._folded(first) == titles._folded(second):
        assert not are_plainly_unlike(first, second)

"""Papers that are proposed for people to compare."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.identity import proposals
from normalize.identity.proposals import MOST_IN_BLOCK, TitledPaper, near_titles
from tests.normalize.builders import ids


def paper(paper_id: str, title: str, *identifiers: str) -> TitledPaper:
    return TitledPaper(paper_id=paper_id, title=title, identifiers=ids(*identifiers))


def test_doctests() -> None:
    assert doctest.testmod(proposals).failed == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Neural Response Generation with Dynamic Vocabularies", "Neural Response Generation with Dynamic Vocabularys"),
        ("Hierarchical Representations for Architecture Search", "Hierarchical Representation for Architecture Search"),
        ("Look Closer to See Better", "Look Closer to See Better: Recurrent Attention for Fine-grained Recognition"),
        ("ResNet", "ResNet"),
        ("基于图神经网络的推荐系统研究进展综述文章", "基于图神经网络的推荐系统研究进程综述文章"),
    ],
)
def test_near_titles_are_proposed(first: str, second: str) -> None:
    (found,) = near_titles([paper("pw-2", first), paper("pw-1", second)])
    assert (found.left_id, found.right_id) == ("pw-1", "pw-2")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("YOLOv2 Object Detection", "YOLOv3 Object Detection"),
        ("Learning to Rank, Part I", "Learning to Rank, Part II"),
        ("Nested LSTMs", "Deep Complex Networks"),
        ("Supervised Learning of Sentence Representations", "Unsupervised Learning of Sentence Representations"),
        ("ResNet", "ResNeXt"),
        ("Object Detection", "Object Detection"),
        ("Semantic Image Synthesis with Models", "Semantic Image Segmentation with Models"),
    ],
)
def test_others_are_not(first: str, second: str) -> None:
    assert near_titles([paper("pw-1", first), paper("pw-2", second)]) == []


def test_papers_with_different_arxiv_numbers_are_not_proposed() -> None:
    title = "Fully Convolutional Networks for Semantic Segmentation"
    first, second = paper("a", title, "arxiv:1411.4038"), paper("b", title + "s", "arxiv:1605.06211")
    assert near_titles([first, second]) == []
    assert len(near_titles([first, paper("b", title + "s", "paperweekly:7")])) == 1


def test_the_nearest_come_first() -> None:
    title = "Constructing Narrative Event Evolutionary Graph"
    near = [paper("c", title), paper("a", title + "s"), paper("b", title + " for Script Event Prediction")]
    found = near_titles(near)
    assert [(one.left_id, one.right_id) for one in found] == [("a", "c"), ("b", "c")]
    assert found[0].likeness > found[1].likeness


def test_titles_that_very_many_share_are_left_out() -> None:
    assert near_titles(paper(f"pw-{number}", "ResNet") for number in range(MOST_IN_BLOCK + 1)) == []


TITLES = ["Nested LSTM Cells", "Nested LSTM Cell", "Nested LSTM Cells for Language", "ResNet", "Deep Complex Networks"]


@given(st.lists(st.sampled_from(TITLES), max_size=6), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(titles: list[str], random: object) -> None:
    papers = [paper(f"pw-{number}", title) for number, title in enumerate(titles)]
    found = near_titles(papers)
    random.shuffle(papers)  # type: ignore[attr-defined]
    assert near_titles(papers) == found
    assert all(one.left_id < one.right_id for one in found)

"""The labelled set: which pairs of recommendations are one paper, measured."""

import tomllib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from normalize.identifiers import identifiers_of
from normalize.identity import PaperEntry, resolve
from normalize.titles import title_key

CASES = Path(__file__).parent / "cases" / "pairs.toml"
PRECISION = 1.0
RECALL = 0.97
"""Gates: lowering one is a decision of its own, never a way to make a change pass."""


class Pair(NamedTuple):
    """Two recommendations, and whether they are of one paper."""

    same: bool
    missed: bool
    why: str
    left: PaperEntry
    right: PaperEntry


def themes() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(CASES.read_text("utf-8"))["theme"]
    return found


def pairs() -> Iterator[Pair]:
    numbers = count(1)
    for theme in themes():
        for left, right in theme["pairs"]:
            entries = (recommendation(text, next(numbers)) for text in (left, right))
            yield Pair(theme["same"], theme.get("missed", False), theme["why"], *entries)


def recommendation(text: str, number: int) -> PaperEntry:
    printed, links = text.rsplit("|", 1)
    title = printed.strip() or None
    return PaperEntry(
        entry_id=number,
        post_id=f"csdn-{number}",
        position=1,
        title=title,
        title_key=title_key(title),
        identifiers=identifiers_of(links.split()),
        published_on=f"2018-{number % 12 + 1:02}-01",
    )


def are_joined(left: PaperEntry, right: PaperEntry) -> bool:
    return len(resolve([left, right]).papers) == 1


PAIRS = list(pairs())


def test_there_are_enough_pairs_of_both_kinds_and_none_twice() -> None:
    assert len(PAIRS) >= 300
    assert min(sum(pair.same for pair in PAIRS), sum(not pair.same for pair in PAIRS)) >= 120
    texts = [frozenset(two) for theme in themes() for two in theme["pairs"]]
    assert [sorted(text) for text in texts if texts.count(text) > 1 and len(text) == 2] == []


def test_no_two_papers_are_joined() -> None:
    wrong = [pair for pair in PAIRS if not pair.same and are_joined(pair.left, pair.right)]
    assert wrong == []


def test_recall() -> None:
    of_one = [pair for pair in PAIRS if pair.same]
    missed = [pair for pair in of_one if not are_joined(pair.left, pair.right)]
    assert [pair for pair in missed if not pair.missed] == []
    assert 1 - len(missed) / len(of_one) >= RECALL


def test_what_is_known_to_be_missed_is_still_missed() -> None:
    found = [pair for pair in PAIRS if pair.missed and are_joined(pair.left, pair.right)]
    assert found == [], "now found: move them to another theme"


def test_joining_does_not_depend_on_which_comes_first_or_is_older() -> None:
    for pair in PAIRS:
        swapped = (
            pair.left._replace(entry_id=pair.right.entry_id, published_on=pair.right.published_on),
            pair.right._replace(entry_id=pair.left.entry_id, published_on=pair.left.published_on),
        )
        assert are_joined(*swapped) == are_joined(pair.left, pair.right), pair


@pytest.fixture(scope="module")
def homes() -> dict[int, str]:
    """Papers of all recommendations of the set, resolved together."""
    entries = [entry for pair in PAIRS for entry in (pair.left, pair.right)]
    return {number: paper.paper_id for paper in resolve(entries).papers for number in paper.entry_ids}


def test_no_two_papers_are_joined_by_what_others_print(homes: dict[int, str]) -> None:
    wrong = [pair for pair in PAIRS if not pair.same and homes[pair.left.entry_id] == homes[pair.right.entry_id]]
    assert wrong == []


def test_wrong_links_of_others_hardly_tear_papers_apart(homes: dict[int, str]) -> None:
    of_one = [pair for pair in PAIRS if pair.same]
    torn = [pair for pair in of_one if homes[pair.left.entry_id] != homes[pair.right.entry_id]]
    assert 1 - len(torn) / len(of_one) >= RECALL, torn

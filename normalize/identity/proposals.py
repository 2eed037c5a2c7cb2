"""Which papers may be one after all: pairs of titles that are near each other, for people to decide.

Nothing is joined here. The comparison is the only user of rapidfuzz, which is imported when it is asked for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from normalize.identity.papers import differ, numbers_of
from normalize.model import Identifier
from normalize.titles import MIN_LETTERS, are_plainly_unlike, comparable_key, telling_words

LIKENESS = 0.85
"""Ratio of equal letters from which on titles are near each other."""

CUT_LETTERS = 20
"""A title that another one begins with is near it from so many letters on: a cut title, an added subtitle."""

MOST_IN_BLOCK = 30
"""Titles with one rare word or one beginning that are compared with each other; what more have, tells nothing apart."""

_END_LETTERS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledPaper:
    """A paper, with what tells whether another one may be the same."""

    paper_id: str
    title: str
    identifiers: tuple[Identifier, ...]
    """Strong ones that are not disputed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTitles:
    """Two papers that may be one."""

    left_id: str
    right_id: str
    """Higher than ``left_id``."""
    likeness: float
    """From :data:`LIKENESS` to 1, for equal titles; lower for one that begins the other."""


def near_titles(papers: Iterable[TitledPaper]) -> list[NearTitles]:
    """Find pairs of papers with titles near each other that nothing else sets apart, the nearest first.

    Titles with different numbers are not near (``YOLOv2``, ``YOLOv3``), nor are those that
    :func:`normalize.titles.are_plainly_unlike`; papers with different arXiv numbers differ. Titles too short to
    identify a paper are near if they are equal. The order of the papers does not matter.
    """
    keyed = {paper.paper_id: (paper, key) for paper in papers if (key := comparable_key(paper.title)) is not None}
    found = {pair for block in _blocks(keyed) for pair in combinations(sorted(block), 2)}
    near = (_near(*keyed[left], *keyed[right]) for left, right in found)
    return sorted((pair for pair in near if pair is not None), key=lambda it: (-it.likeness, it.left_id, it.right_id))


def _blocks(keyed: dict[str, tuple[TitledPaper, str]]) -> Iterator[Collection[str]]:
    """Papers that can be near each other: near titles share a rare word, their beginning or their end."""
    blocks: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for paper_id, (paper, key) in keyed.items():
        blocks["begin", key[:_END_LETTERS]].add(paper_id)
        blocks["end", key[-_END_LETTERS:]].add(paper_id)
        for word in telling_words(paper.title):
            blocks["word", word].add(paper_id)
    return (block for block in blocks.values() if 1 < len(block) <= MOST_IN_BLOCK)


def _near(left: TitledPaper, key: str, right: TitledPaper, other: str) -> NearTitles | None:
    from rapidfuzz.distance import Indel

    likeness = Indel.normalized_similarity(key, other)
    if likeness < LIKENESS and not _begins(key, other):
        return None
    if key != other and min(len(key), len(other)) < MIN_LETTERS:
        return None
    if differ(numbers_of(left.identifiers), numbers_of(right.identifiers)):
        return None
    if are_plainly_unlike(left.title, right.title):
        return None
    return NearTitles(left_id=left.paper_id, right_id=right.paper_id, likeness=round(likeness, 3))


def _begins(key: str, other: str) -> bool:
    shorter, longer = sorted((key, other), key=len)
    return len(shorter) >= CUT_LETTERS and longer.startswith(shorter)

"""Titles of papers and posts: keys by which equal ones are found, and a measure of plain unlikeness."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

from normalize.text import HAN

MIN_LETTERS = 10
"""A shorter title never identifies a paper alone: ``ResNet``, ``Deep Sets``. A Han character counts as two letters."""

UNLIKE_WORDS = 0.6
"""Share of the shorter title's words below which two titles may be plainly unlike."""

UNLIKE_LETTERS = 0.7
"""Ratio of matching letters (:mod:`difflib`) below which two titles may be plainly unlike."""

# Keys of titles that many works bear, or that are no titles: they never identify alone, whatever their length.
_GENERIC = frozenset({
    "acknowledgements", "acknowledgments", "bibliography", "computervision", "conclusions", "contributions",
    "deeplearning", "discussion", "experiments", "introduction", "machinelearning", "naturallanguageprocessing",
    "neuralnetworks", "referencepapers", "references", "reinforcementlearning", "relatedwork", "relatedworks",
    "representationlearning", "supplementarymaterial", "supplementarymaterials", "technicalreport",
    "transferlearning", "untitledpaper",
})  # fmt: skip
# Words that every other title of this field has; the rest tells titles apart.
_COMMON_WORDS = frozenset({
    "a", "an", "and", "approach", "are", "as", "at", "based", "by", "can", "deep", "do", "for", "framework", "from",
    "how", "in", "into", "is", "its", "learning", "method", "methods", "model", "models", "network", "networks",
    "neural", "of", "on", "or", "s", "survey", "system", "systems", "the", "to", "toward", "towards", "using", "via",
    "what", "when", "where", "why", "with", "without",
})  # fmt: skip
# The plus of PointNet++ belongs to the name and stays; that of "Paper + Code" and of "Graph+Text" joins words.
_NOT_IN_KEY = re.compile(r"(?:[^\w+]|_|(?<![^\W_])(?<!\+)\++|\++(?=[^\W_]))+")
_WORD = re.compile(rf"[{HAN}]|(?:(?![{HAN}])[^\W_])+")
_HAN = re.compile(f"[{HAN}]")


def title_key(title: str | None) -> str | None:
    """Give the key of a paper's title: equal keys, equal titles.

    Width, case, punctuation and spaces are folded away; digits, roman numerals and the plus of a name stay. ``None``
    for no title and for one that many papers could bear: with fewer than :data:`MIN_LETTERS` letters, or generic.

    >>> title_key("BBQ-Networks: Efficient Exploration") == title_key("BBQ-NETWORKS： EfficientExploration")
    True
    >>> title_key("PointNet++: Deep Learning"), title_key("Mask R-CNN"), title_key("Introduction")
    ('pointnet++deeplearning', None, None)
    """
    key = _folded(title)
    return None if key is None or key in _GENERIC or _weight(key) < MIN_LETTERS else key


def post_title_key(title: str | None) -> str | None:
    """Give the key of a post's title, folded like a paper's.

    The suffix of the series (``| PaperDaily #26``) stays: every copy of a post prints it, and it tells issues with the
    same headline apart.

    >>> post_title_key("开源代码上新！6 份最新「Paper + Code」 | PaperDaily #17")
    '开源代码上新6份最新papercodepaperdaily17'
    """
    key = _folded(title)
    return None if key is None or _weight(key) < MIN_LETTERS else key


@lru_cache(maxsize=65_536)
def are_plainly_unlike(first: str, second: str) -> bool:
    """Whether two titles cannot be spellings of one.

    They are alike where one key begins the other (a cut title, an added subtitle), where they share most of
    the shorter one's telling words, or where most letters match (misspellings). Titles in different scripts cannot be
    compared and are not *plainly* unlike: one may translate the other.

    >>> are_plainly_unlike("Nested LSTMs", "Deep Complex Networks")
    True
    >>> are_plainly_unlike("Efficent Exploraton in RL", "Efficient Exploration in RL")
    False
    """
    key, other = _folded(first), _folded(second)
    if key is None or other is None or bool(_HAN.search(key)) != bool(_HAN.search(other)):
        return False
    if key.startswith(other) or other.startswith(key):
        return False
    words, others = _telling_words(first), _telling_words(second)
    if words and others and len(words & others) >= UNLIKE_WORDS * min(len(words), len(others)):
        return False
    matcher = SequenceMatcher(None, min(key, other), max(key, other), autojunk=False)
    # The quick ratios are never below the real one and much cheaper.
    return any(ratio() < UNLIKE_LETTERS for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio))


@lru_cache(maxsize=4_096)
def _folded(title: str | None) -> str | None:
    if title is None:
        return None
    return _NOT_IN_KEY.sub("", unicodedata.normalize("NFKC", title).casefold()) or None


def _weight(key: str) -> int:
    """Letters in a key, a Han character counting as two; digits are none."""
    return sum(character.isalpha() for character in key) + len(_HAN.findall(key))


@lru_cache(maxsize=4_096)
def _telling_words(title: str) -> frozenset[str]:
    words = _WORD.findall(unicodedata.normalize("NFKC", title).casefold())
    return frozenset(words) - _COMMON_WORDS

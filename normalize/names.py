"""Names of recommenders and tags: which spellings are one name, and which pairs look like misspellings.

A *key* is equal for spellings that differ in trifles only (width, case, spaces, a sign before or a full stop behind);
recommendations with equal keys have one recommender, or one tag. For tags the table ``rules/tags.toml`` adds words and
whole tags that mean the same: ``NMT`` and ``Neural Machine Translation``. Anything less certain is only *proposed*,
for people to decide.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from normalize.rules import load_rules
from normalize.text import fold, has_han

NameKind = Literal["recommender", "tag"]
Reason = Literal["marks", "lookalike", "letters"]
"""Why two names are proposed: they differ in marks only (``Drin_Peng``, ``DrinPeng``), in characters that look alike
(``c0de``, ``code``), or in one or two letters (``paperweely``, ``paperweekly``)."""

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

# Never seen, so never meant: soft hyphens, marks of direction, selectors of an emoji's colour.
_UNSEEN = re.compile("[\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\ufe00-\ufe0f]")
# "@ zhangjun" and "#GAN", where a reader left the sign.
_BEFORE = "@# "
# "zhangjun：" and "Image Captioning。", folded; "Image Captioning#" ends with the second of two signs, "C#" does not.
_BEHIND = " .,:;!?、。…·丨|~"
_SECOND_SIGN = re.compile("(?<=..)#+$")
# What stands between the words of a tag: "Zero-shot Learning", "zero_shot learning", "Zero–Shot Learning".
_BETWEEN_WORDS = re.compile("[-_\u2010-\u2015\u2212 ]+")
_LATIN_WORD = re.compile("[a-z]+")
# "Generative Adversarial Network (GAN)"
_GLOSSED = re.compile(r"(?P<name>[^()]+)\((?P<gloss>[^()]+)\)")


# --- keys ------------------------------------------------------------------------------------------------------------


def recommender_key(name: str | None, same: Mapping[str, str] = NOTHING) -> str | None:
    """Give the key of a recommender; ``same`` leads from keys to the keys that people decided they stand for.

    >>> recommender_key("＠Zhang Jun："), recommender_key("paperweely", {"paperweely": "paperweekly"})
    ('zhangjun', 'paperweekly')
    """
    key = name and _folded(name).replace(" ", "")
    return same.get(key, key) if key else None


def tag_key(tag: str | None, same: Mapping[str, str] = NOTHING) -> str | None:
    """Give the key of a tag; ``same`` as for :func:`recommender_key`.

    >>> tag_key("#NMT"), tag_key("神经机器翻译"), tag_key("Zero-Shot Learning")
    ('neuralmachinetranslation', 'neuralmachinetranslation', 'zeroshotlearning')
    """
    key = tag and _tag_key(_folded(tag))
    return same.get(key, key) if key else None


@lru_cache(maxsize=8_192)
def _folded(name: str) -> str:
    """A name without what stands around it, folded; of a name of marks alone nothing is taken away."""
    # Twice: a few letters fold into such as fold again.
    whole = fold(fold(_UNSEEN.sub("", name)))
    return _SECOND_SIGN.sub("", whole.lstrip(_BEFORE).rstrip(_BEHIND)).rstrip(_BEHIND) or whole


@lru_cache(maxsize=8_192)
def _tag_key(folded: str) -> str:
    found = _GLOSSED.fullmatch(folded)
    if found is None:
        return _subject(folded)
    # The words in brackets say the same again, or belong to the name: "Attention (Machine Learning)".
    name, gloss = _subject(found["name"]), _subject(found["gloss"])
    return name if name == gloss else _subject(folded)


def _subject(folded: str) -> str:
    """Key of folded words: first each by itself, then all of them."""
    key = _joined(folded)
    return _subjects().get(key, key)


def _joined(folded: str) -> str:
    return _BETWEEN_WORDS.sub("", _spelt(folded)) or folded


def _spelt(folded: str) -> str:
    """Folded words, each in the spelling that keys hold."""
    words = _words()
    return _LATIN_WORD.sub(lambda found: words.get(found[0], found[0]), folded)


@cache
def _words() -> dict[str, str]:
    """Other spellings of words, with the spelling that keys hold: ``networks`` → ``network``."""
    return {other: row["word"] for row in load_rules("tags")["word"] for other in row["others"]}


@cache
def _subjects() -> dict[str, str]:
    """Keys of other names of a subject, with the key of its name: ``nmt`` → ``neuralmachinetranslation``."""
    rows = load_rules("tags")["tag"]
    return {_joined(_folded(other)): _joined(_folded(row["name"])) for row in rows for other in row["others"]}


# --- proposals -------------------------------------------------------------------------------------------------------


class NameUse(NamedTuple):
    """A recommender or tag of the archive."""

    key: str
    """``recommender_id`` or ``tag_id``."""
    name: str
    """As most often printed."""
    uses: int
    """Recommendations with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameProposal:
    """Two names that may be one, for people to decide."""

    kind: NameKind
    main: NameUse
    """The one more often used, of equals the lower key."""
    other: NameUse
    """The one that is perhaps misspelt."""
    reason: Reason
    distance: int
    """Letters to add, drop, change or swap to make one key of the other."""


SHORT: Final = 5
"""Words with fewer letters are no misspellings of each other: too many names lie one letter apart."""
SHORT_HAN: Final = 4
"""The same for handles with Han characters, each as much as a syllable: 王小明 and 王小朋 are two people."""
LONG: Final = 10
"""From here on two letters may differ, though not the first: 'detection' and 'selection' are two words."""
OFTEN: Final = 3
"""A word used so often was not misspelt each time: it stands for itself."""

_MOST_APART = 2
_DIGITS = re.compile("[0-9]+")
_MARKS = re.compile(r"[\W_]+")
# c0de and code, 1iria and liria
_LOOKALIKE = str.maketrans("01l", "oii")


def proposals(kind: NameKind, rows: Iterable[NameUse]) -> list[NameProposal]:
    """Pairs of names that may be spellings of one, the likeliest first; nothing is decided here.

    Names that differ in a number are none, nor such as are both used often. The order of rows does not matter.
    """
    names = {row.key: row for row in rows}
    compare = _compare_handles if kind == "recommender" else _Tags(names.values()).compare
    found: list[NameProposal] = []
    for one, another in _near(names):
        main, other = sorted((names[one], names[another]), key=lambda row: (-row.uses, row.key))
        judged = compare(main, other)
        if judged is not None:
            reason, distance = judged
            found.append(NameProposal(kind=kind, main=main, other=other, reason=reason, distance=distance))
    return sorted(found, key=lambda one: (one.distance, -one.main.uses, one.main.key, one.other.key))


def _near(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of different keys that few letters tell apart."""
    # Imported here: only who asks for proposals needs it.
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract_iter

    by_length: defaultdict[int, list[str]] = defaultdict(list)
    for key in sorted(keys, key=len, reverse=True):
        # Those seen before are as long or longer.
        for length in range(len(key), len(key) + _MOST_APART + 1):
            longer = by_length.get(length, ())
            for other, _, _ in extract_iter(key, longer, scorer=OSA.distance, score_cutoff=_MOST_APART):
                yield key, other
        by_length[len(key)].append(key)


def _distance(one: str, another: str) -> int:
    from rapidfuzz.distance import OSA

    return OSA.distance(one, another)


def _compare_handles(main: NameUse, other: NameUse) -> tuple[Reason, int] | None:
    one, another = main.key, other.key
    distance = _distance(one, another)
    letters = _MARKS.sub("", one)
    if letters and letters == _MARKS.sub("", another):
        return "marks", distance
    if one.translate(_LOOKALIKE) == another.translate(_LOOKALIKE):
        return "lookalike", distance
    is_short = min(len(one), len(another)) < (SHORT_HAN if has_han(one + another) else SHORT)
    if is_short or other.uses >= OFTEN or not _is_misspelling(one, another, distance):
        return None
    return "letters", distance


def _is_misspelling(one: str, another: str, distance: int) -> bool:
    """Whether one word may be the other misspelt: numbers are not misspelt, nor is the first letter of a long word."""
    if _DIGITS.findall(one) != _DIGITS.findall(another):
        return False
    return distance == 1 or (min(len(one), len(another)) >= LONG and one[0] == another[0])


class _Tags:
    """Tags that are compared word by word: a misspelt word is one that hardly any tag has."""

    def __init__(self, rows: Iterable[NameUse]) -> None:
        self._uses: Counter[str] = Counter()
        for row in rows:
            self._uses.update(dict.fromkeys(self._words(row), row.uses))

    def compare(self, main: NameUse, other: NameUse) -> tuple[Reason, int] | None:
        """Why the second tag may be a misspelling of the first, and by how many letters."""
        words, others = self._words(main), self._words(other)
        if len(words) != len(others):
            words, others = [main.key], [other.key]
        differing = [(one, another) for one, another in zip(words, others, strict=True) if one != another]
        # In Chinese one character makes another subject: 情感分析, 情感分类.
        if len(differing) != 1 or has_han(main.key + other.key):
            return None
        one, another = differing[0]
        distance = _distance(one, another)
        is_known = min(len(one), len(another)) < SHORT or self._uses.get(another, other.uses) >= OFTEN
        return None if is_known or not _is_misspelling(one, another, distance) else ("letters", distance)

    @staticmethod
    def _words(row: NameUse) -> list[str]:
        return _BETWEEN_WORDS.split(_spelt(_folded(row.name)))

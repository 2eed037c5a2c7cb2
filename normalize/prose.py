"""Reading Chinese prose with Latin names in it: what the readers of venues and of institutions share."""

import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from string import ascii_letters

from normalize.text import HAN

# Full-width letters and digits, blanks of all kinds, curly apostrophes, hyphens, Kangxi radicals: "ＣＶＰＲ　’17".
_FOLDABLE = re.compile(
    "[\xa0\u2000-\u200a\u202f\u3000\uff06\uff07\uff10-\uff19\uff21-\uff3a\uff41-\uff5a‘’´`′\u2010\u2011\u2212\uff0d⼀-⿟]"
)
_APOSTROPHES = frozenset("‘’´`′")
_HYPHENS = frozenset("\u2010\u2011\u2212\uff0d")


# Venue and institutions are read out of one summary in a row.
@lru_cache(maxsize=2)
def fold_letters(text: str) -> str:
    """Letters, digits, blanks, apostrophes and hyphens in their plain forms, one for one: places in a text stay.

    >>> fold_letters("ＣＶＰＲ\\xa0’17：⽤")
    "CVPR '17：用"
    """
    return _FOLDABLE.sub(_fold_letter, text)


def _fold_letter(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in _APOSTROPHES:
        return "'"
    if letter in _HYPHENS:
        return "-"
    return unicodedata.normalize("NFKC", letter)


class Signs:
    """Words of which some text must hold one, looked for all at once: cheap, so that costly searches can be saved.

    >>> signs = Signs(["来自", "出自", "作者"])
    >>> sorted(signs.found_in("本文来自微软，一作者")), signs.found_in("出产"), sorted(signs.of(["来自", "出自"]))
    (['作', '来'], frozenset(), ['出', '来'])
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._pattern = re.compile(_first_letters_of(words))

    @staticmethod
    def of(words: Iterable[str]) -> frozenset[str]:
        """The signs of some words: where none is in the text, none of the words is."""
        return frozenset(word[0] for word in words)

    def found_in(self, text: str) -> frozenset[str]:
        """First letters of the words that stand in a text."""
        return frozenset(self._pattern.findall(text))


def _first_letters_of(words: Iterable[str]) -> str:
    """A pattern that finds the first letter of each word: none hides another that begins inside it."""
    endings: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        endings[word[0]].append(re.escape(word[1:]))
    return "|".join(
        re.escape(letter) + ("" if "" in rest else f"(?={'|'.join(rest)})") for letter, rest in endings.items()
    )


# --- names -----------------------------------------------------------------------------------------------------------

LATIN = frozenset(f"{ascii_letters}_-")
"""A name is not inside a Latin word, nor behind one: ``NAACL``, ``my_ACL``, ``pre-ACL``."""
NAME_END = "(?![_-]?[A-Za-z])"
"""A name ends where no Latin letter follows: ``ACL`` is not in ``ACLs`` or ``ACL-based``, but in ``ACL2018``."""
_NAME_END = re.compile(NAME_END)
_TOLD_APART = 4
"""Letters of a name that other words hardly begin with: 自然语言 is frequent, 自然机器 is not."""


class Names:
    """Names of two letters or more, each found whole: none stands inside a longer Latin word.

    They are looked up by their first two letters: a pattern of all names does the same, but takes longer to compile
    than a hundred posts to read.

    >>> names = Names(["ACL", "ACL-IJCNLP", "清华"])
    >>> names.end_at("ACL-IJCNLP 2018"), names.end_at("ACLs"), names.end_at("在清华", 1), names.stand_in("NAACL", 0, 5)
    (10, 0, 3, False)
    """

    def __init__(self, names: Iterable[str]) -> None:
        by_head: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(names, key=len, reverse=True):
            by_head[name[:2]].append(name)
        self._by_head = {head: tuple(found) for head, found in by_head.items()}

    def end_at(self, text: str, start: int = 0, stop: int = sys.maxsize) -> int:
        """Where the longest name ends that begins at a place and ends before another; 0 where none does."""
        head = text[start : start + 2]
        if head not in self._by_head or (start and text[start - 1] in LATIN and head[0].isascii()):
            return 0
        for name in self._by_head[head]:
            if text.startswith(name, start, stop) and _NAME_END.match(text, start + len(name), stop):
                return start + len(name)
        return 0

    def spans_in(self, text: str) -> list[tuple[int, int]]:
        """Where the names in a text begin and end, the longest where several begin at one place."""
        beginnings = self._beginnings.finditer(text)
        return [(start, end) for match in beginnings if (end := self.end_at(text, start := match.start()))]

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        beginnings = {name[:_TOLD_APART] for names in self._by_head.values() for name in names}
        return re.compile(_first_letters_of(sorted(beginnings)))

    def stand_in(self, text: str, start: int, stop: int) -> bool:
        """Whether one of the names stands between two places."""
        for place in range(start, stop - 1):
            if text[place : place + 2] in self._by_head and self.end_at(text, place, stop):
                return True
        return False


# --- sentences -------------------------------------------------------------------------------------------------------

# "。", "！", a line end; a full stop only after Chinese: "效果.本文", not "et al. 2017".
_SENTENCE_END = re.compile(rf"[。！？!?；;\n.](?<![^{HAN}）)]\.)")
# The standing sentence in front of a note: "本期推荐的论文笔记来自 PaperWeekly 社区用户 @chenhong。"
_NOTE_LEAD = re.compile(r"\s*本期推荐的论文笔记来自[^。\n]*[。\n]?\s*")


def text_start(text: str) -> int:
    """Where the words on the paper begin: behind the standing sentence that names the writer of a note.

    >>> text_start("本期推荐的论文笔记来自 PaperWeekly 社区用户 @x。本文提出")
    32
    """
    lead = _NOTE_LEAD.match(text)
    return lead.end() if lead else 0


def sentence_spans(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """First and last place of each sentence of a folded text, the sign at its end left out."""
    for match in _SENTENCE_END.finditer(text, start):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)

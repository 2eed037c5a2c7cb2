"""Reading Chinese prose with Latin names in it: what the readers of venues and of institutions share."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from normalize.text import HAN

# Full-width letters and digits, blanks of all kinds, curly apostrophes, hyphens, Kangxi radicals: "ＣＶＰＲ　’17".
_FOLDABLE = re.compile(
    "[\xa0\u2000-\u200a\u202f\u3000\uff06\uff07\uff10-\uff19\uff21-\uff3a\uff41-\uff5a‘’´`′\u2010\u2011\u2212\uff0d⼀-⿟]"
)
_APOSTROPHES = frozenset("‘’´`′")
_HYPHENS = frozenset("\u2010\u2011\u2212\uff0d")


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


def has_any(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the text: cheap, so that a costly search can be saved.

    >>> has_any("本文来自微软", ["出自", "来自"])
    True
    """
    for word in words:  # noqa: SIM110 - any() with a generator takes three times as long, and this is the innermost loop
        if word in text:
            return True
    return False


NAME_END = "(?![_-]?[A-Za-z])"
"""A name ends where no Latin letter follows: ``ACL`` is not in ``ACLs`` or ``ACL-based``, but in ``ACL2018``."""


def compile_names(names: Iterable[str]) -> re.Pattern[str]:
    """One pattern that finds the longest of many names, none of them inside a longer Latin word.

    It is a tree of letters, so that a text is read once however many names there are; its first letters stand before
    any other condition, which lets the engine skip everything else.

    >>> compile_names(["ACL", "AAAI", "ACL-IJCNLP"]).findall("ACL-IJCNLP、NAACL 和2018AAAI2019")
    ['ACL-IJCNLP', 'AAAI']
    """
    tree: dict[str, Any] = {}
    for name in names:
        node = tree
        for letter in name:
            node = node.setdefault(letter, {})
        node[""] = {}
    heads = (
        re.escape(head) + (f"(?<![A-Za-z_-]{re.escape(head)})" if head.isascii() else "") + _tree_pattern(node)
        for head, node in sorted(tree.items())
    )
    return re.compile(f"(?:{'|'.join(heads)})")


def _tree_pattern(node: dict[str, Any]) -> str:
    branches = [re.escape(letter) + _tree_pattern(child) for letter, child in sorted(node.items()) if letter]
    if "" in node:
        branches.append(NAME_END)
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


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

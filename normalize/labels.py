"""Labels of links: which words are labels, and what role they give."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from normalize.model import LinkRole
from normalize.rules import load_rules
from normalize.text import fold


class Label(NamedTuple):
    """A label of the table."""

    role: LinkRole
    firm: bool
    """A line of its own with this label is one even where no address follows."""


_MARKS = " \t■▪●◆▶►👉：:|丨｜"
_UNKNOWN = re.compile(r"[^\s，。；！？、,;!?]{1,10}")
# 代码链接（PyTorch） | 论文链接2
_ADDITION = re.compile(r"(?:\s?[（(][^（）()]{1,20}[)）]|\s?[0-9]{1,2})\Z")


@cache
def _labels() -> dict[str, Label]:
    return {
        fold(text): Label(row["role"], row["firm"]) for row in load_rules("labels")["role"] for text in row["labels"]
    }


@cache
def _details() -> frozenset[str]:
    return frozenset(map(fold, load_rules("labels")["details"]))


@cache
def _suffixes() -> tuple[str, ...]:
    return tuple(sorted(load_rules("labels")["suffixes"], key=len, reverse=True))


def clean_label(text: str) -> str:
    """A label without what stands around it.

    >>> clean_label("■ 源码 |")
    '源码'
    """
    return text.strip(_MARKS).replace(" ", "") if not text.isascii() else text.strip(_MARKS)


@lru_cache(maxsize=4096)
def find_label(text: str) -> Label | None:
    """The label that a text is, known or (with one of the suffixes) unknown; ``None`` where it is none.

    >>> find_label("源码链接")
    Label(role='code', firm=True)
    >>> find_label("视频链接")
    Label(role='other', firm=False)
    """
    label = _ADDITION.sub("", clean_label(text))
    known = _labels().get(fold(label))
    if known is not None:
        return known
    suffix = next((suffix for suffix in _suffixes() if label.endswith(suffix) and label != suffix), None)
    if suffix is None or not _UNKNOWN.fullmatch(label):
        return None
    stem = _labels().get(fold(label.removesuffix(suffix)))
    return Label(stem.role if stem else "other", firm=stem is not None)


def is_general(text: str) -> bool:
    """Whether a label says that an address follows, and not of what.

    >>> is_general("链接："), is_general("代码链接")
    (True, False)
    """
    return fold(clean_label(text)) in _suffixes()


def is_detail(text: str) -> bool:
    """Whether a field says something of a paper that is no link.

    >>> is_detail("收录会议："), is_detail("代码链接：")
    (True, False)
    """
    return fold(clean_label(text)) in _details()


def link_role(label: str) -> LinkRole:
    """Role of a link by its label; an unknown label is ``other``."""
    found = find_label(label)
    return found.role if found else "other"

"""What both halves of identity need: connected sets, and short hashes for ids."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def partition(items: Sequence[_T], keys_of: Callable[[_T], Iterable[Hashable]]) -> list[list[_T]]:
    """Split items into the sets that are connected by equal keys; order of items is kept inside a set.

    >>> partition(["ab", "cd", "bc", "x"], list)
    [['ab', 'cd', 'bc'], ['x']]
    """
    parent = list(range(len(items)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_with: dict[Hashable, int] = {}
    for index, item in enumerate(items):
        for key in keys_of(item):
            parent[root(index)] = root(first_with.setdefault(key, index))
    sets: defaultdict[int, list[_T]] = defaultdict(list)
    for index, item in enumerate(items):
        sets[root(index)].append(item)
    return list(sets.values())


def short_hash(text: str) -> str:
    """First twelve digits of the SHA-256 of a text: enough for ids that are told apart within one blog.

    >>> short_hash("nestedlstms")
    'a33fbedf7433'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:12]

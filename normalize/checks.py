"""What makes data suspicious, and what must hold of an archive. Nothing here repairs anything.

Suspicious is what the page itself seems to have got wrong: an address of the wrong kind for its label, a tag that is no
tag. Those that one entry shows are found while it is read (:func:`entry_doubts`); those that only show beside other
recommendations are found by :mod:`normalize.archive_checks` with the pure half that stands here (:class:`TagWords`).
The assertions of :func:`load_checks` are asked of a whole archive by ``paperdigest check``.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from normalize.model import EntryRecord, LinkRole, Problem, ResolvedLink, Severity
from normalize.rules import load_rules
from normalize.text import HAN, fold

# --- one entry -------------------------------------------------------------------------------------------------------


def entry_doubts(record: EntryRecord) -> Iterator[Problem]:
    """What an entry prints that cannot be meant so: ``wrong_kind_of_link`` and ``odd_tag``."""
    at = record.entry.position
    for link in record.links:
        doubt = link_doubt(link)
        if doubt is not None:
            line = f"{link.label} {link.url_raw}"
            yield Problem(code="wrong_kind_of_link", message=doubt, position=at, line=line)
    tag = record.entry.tag
    doubt = None if tag is None else tag_doubt(tag)
    if doubt is not None:
        yield Problem(code="odd_tag", message=doubt, position=at, line=tag)


class _Kind(NamedTuple):
    name: str
    says: str
    besides: tuple[str, ...]


class _Promise(NamedTuple):
    words: tuple[str, ...]
    says: str
    wrong: frozenset[str]


@cache
def _kinds_by_host() -> dict[str, _Kind]:
    return {host: kind for kind, row in _kinds() for host in row["hosts"]}


@cache
def _kinds_by_end() -> dict[str, _Kind]:
    return {end: kind for kind, row in _kinds() for end in row["ends"]}


def _kinds() -> list[tuple[_Kind, dict[str, list[str]]]]:
    rows = load_rules("link_kinds")["address"]
    return [(_Kind(row["kind"], row["says"], tuple(row["besides"])), row) for row in rows]


@cache
def _promises() -> dict[LinkRole, _Promise]:
    rows = load_rules("link_kinds")["label"]
    return {row["role"]: _Promise(tuple(row["words"]), row["says"], frozenset(row["wrong"])) for row in rows}


def link_doubt(link: ResolvedLink) -> str | None:
    """Why a link is of the wrong kind for its label; ``None`` where nothing speaks against it.

    >>> url = "https://arxiv.org/abs/1806.01234"
    >>> link_doubt(ResolvedLink("code", "源码链接", url, url))
    'The label 源码链接 promises code, the address is that of a paper.'
    >>> link_doubt(ResolvedLink("paper", "论文链接", url, url)) is None
    True
    """
    promise = _promises().get(link.role)
    if promise is None:
        return None
    kind = _kind_of(link.url)
    if kind is None or kind.name not in promise.wrong or any(part in link.url for part in kind.besides):
        return None
    if promise.words:
        label = fold(link.label)
        if not any(word in label for word in promise.words):
            return None
    return f"The label {link.label} promises {promise.says}, the address is that of {kind.says}."


def _kind_of(url: str) -> _Kind | None:
    """Kind of a canonical address by its host and end."""
    _, _, rest = url.partition("://")
    host, _, tail = rest.partition("/")
    path = tail.partition("?")[0].partition("#")[0]
    dot = path.rfind(".", -5)
    kind = _kinds_by_end().get(path[dot:].lower()) if dot > 0 else None
    return kind or _kind_of_host(host, path.partition("/")[0])


def _kind_of_host(host: str, first: str) -> _Kind | None:
    """By the host or one that it belongs to: ``cn.arxiv.org`` is of ``arxiv.org``."""
    kinds = _kinds_by_host()
    while "." in host:
        kind = kinds.get(f"{host}/{first}") or kinds.get(host)
        if kind is not None:
            return kind
        host = host.partition(".")[2]
    return None


MOST_TAG_WORDS = 8
"""A tag with more Latin words is a sentence; the longest of the blog's have five."""
MOST_TAG_HAN = 20
"""A tag with more Han characters is a sentence."""
# 本文提出了一种新方法。 | https://… | @x 推荐
_PROSE = re.compile(r"[。！？；?;]|https?://|www\.|[@＠]")
_LETTER = re.compile(r"[^\W\d_]")
_ONE_HAN = re.compile(f"[{HAN}]")


def tag_doubt(tag: str) -> str | None:
    """Why a tag is none by its mere form; ``None`` where it may be one.

    >>> tag_doubt("Neural Machine Translation"), tag_doubt("2018")
    (None, 'The tag holds no word.')
    """
    # Most tags are nothing but letters and blanks: these need no search.
    plain = tag.replace(" ", "").isalpha()
    if not plain and _LETTER.search(tag) is None:
        return "The tag holds no word."
    if tag.count(" ") >= MOST_TAG_WORDS or (not plain and _PROSE.search(tag)):
        return "The tag reads like a sentence."
    # The letters of a short one need no counting.
    is_long = len(tag) > MOST_TAG_HAN and len(_ONE_HAN.findall(tag)) > MOST_TAG_HAN
    return "The tag reads like a sentence." if is_long else None


# --- tags beside each other ------------------------------------------------------------------------------------------

RARE = 2
"""A misprinted word is used so often at most."""
TIMES = 3
"""The right word is used so many times as often."""
ENOUGH = RARE * TIMES
"""Uses beyond this number change nothing."""
_SHORTEST = 6
_SHORTEST_RIGHT = 7
"""Among shorter words one letter too often makes another: ``casual`` and ``causal``, ``neural`` and ``neutral``."""
_SHORTEST_CHANGED = 9
"""And among these a wrong letter: ``contest`` and ``context``, ``accented`` and ``accepted``."""
_WORD = re.compile(rf"[a-z]{{{_SHORTEST},}}")
_NONE: frozenset[str] = frozenset()


def tag_words(name: str) -> set[str]:
    """Words of a tag that are long enough to tell a misprint: Latin, folded.

    >>> sorted(tag_words("Neural Machine Translation"))
    ['machine', 'neural', 'translation']
    """
    return set(_WORD.findall(name.casefold() if name.isascii() else fold(name)))


def is_slip(word: str, other: str) -> bool:
    """Whether a slip of the pen makes one word of the other: an inner letter lacks, is too much, wrong or swapped.

    Endings and beginnings tell words apart (``network`` and ``networks``, ``symmetric`` and ``asymmetric``), and some
    words have two spellings (``modelling``, ``optimisation``, ``behaviour``).

    >>> is_slip("sentimant", "sentiment"), is_slip("recomendation", "recommendation"), is_slip("netwrok", "network")
    (True, True, True)
    >>> is_slip("networks", "network"), is_slip("modelling", "modeling"), is_slip("semantic", "syntactic")
    (False, False, False)
    """
    short, long = sorted((word, other), key=len)
    if short[0] != long[0] or short[-1] != long[-1] or short == long:
        return False
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :] and not _is_spelt_both_ways(long, at)
    if short[at + 1 :] == long[at + 1 :]:
        return len(long) >= _SHORTEST_CHANGED and {short[at], long[at]} != {"s", "z"}
    return short[at : at + 2] == long[at + 1] + long[at] and short[at + 2 :] == long[at + 2 :]


def _is_spelt_both_ways(long: str, at: int) -> bool:
    """British English has the letter that American English leaves out: labelling, behaviour, judgement."""
    around = long[at - 1 : at + 2]
    return (long[at] == "l" and around.count("l") > 1) or around == "our" or long[at - 2 : at + 2] == "dgem"


class TagWords:
    """The words of all tags, to find misprints among them."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """``names``: id and name of every tag."""
        self._words: dict[str, Collection[str]] = {}
        self._tags: defaultdict[str, set[str]] = defaultdict(set)
        self._shapes: defaultdict[tuple[str, str, int], list[str]] = defaultdict(list)
        for tag_id, name in names:
            self._words[tag_id] = tag_words(name)
            for word in self._words[tag_id]:
                self._tags[word].add(tag_id)
        for word in self._tags:
            self._shapes[word[0], word[-1], len(word)].append(word)

    def near(self, word: str) -> list[str]:
        """Words that a slip of the pen parts from a word."""
        lengths = range(len(word) - 1, len(word) + 2)
        shapes = (self._shapes.get((word[0], word[-1], length), ()) for length in lengths)
        return [other for shape in shapes for other in shape if is_slip(word, other)]

    def touched_by(self, changed: Collection[str], words: Collection[str]) -> set[str]:
        """Tags whose oddness may be another since some tags changed: these, and those near one of their words.

        ``words`` are those of the changed tags, as they were called and as they are.
        """
        near = {other for word in words for other in self.near(word)}
        touched = set(changed)
        for word in near.union(words):
            others = self._tags.get(word, _NONE).difference(changed)
            # With more of them the word is not rare, and was not.
            if len(others) <= RARE:
                touched |= others
        return touched

    def partners(self, tag_ids: Iterable[str]) -> set[str]:
        """Tags whose uses must be known to judge about some."""
        words = {word for tag_id in tag_ids for word in self._words.get(tag_id, _NONE)}
        rare = {word for word in words if len(self._tags[word]) <= RARE}
        near = {other for word in rare for other in self.near(word)}
        return {tag for word in rare | near for tag in self._some_tags(word)}

    def _some_tags(self, word: str) -> list[str]:
        return sorted(self._tags[word])[:ENOUGH]

    def slip(self, tag_id: str, uses: Callable[[str], int]) -> tuple[str, str] | None:
        """A word of a tag that seems misprinted, with the right one; ``None`` where none does.

        ``uses`` gives how many recommendations have a tag.
        """
        for word in sorted(self._words.get(tag_id, _NONE)):
            if len(self._tags[word]) > RARE:
                continue
            count = self._uses(word, uses)
            if count <= RARE:
                others = (other for other in self.near(word) if len(other) >= _SHORTEST_RIGHT)
                right = min((other for other in others if self._uses(other, uses) >= TIMES * count), default=None)
                if right is not None:
                    return word, right
        return None

    def _uses(self, word: str, uses: Callable[[str], int]) -> int:
        return sum(uses(tag) for tag in self._some_tags(word))


# --- what must hold --------------------------------------------------------------------------------------------------


class Check(NamedTuple):
    """An assertion about an archive."""

    name: str
    """Snake case and stable."""
    severity: Severity
    """``error``: the archive contradicts itself; ``warning``: something is doubtful; ``info``: something is missing."""
    sentence: str
    """What holds, in English."""
    query: str
    """SQL that gives a row for each case in which it does not hold; its first column names the case."""


@cache
def load_checks() -> tuple[Check, ...]:
    """The assertions of ``rules/checks.toml``, in the order of the table."""
    return tuple(Check(**row) for row in load_rules("checks")["check"])

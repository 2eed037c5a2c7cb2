"""Every mention of a venue in a text, with the year that belongs to it, whatever it is named for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from normalize.prose import LATIN, NAME_END, Names
from normalize.rules import load_rules
from normalize.venues.register import VenueKind, find_listed, load_venues, spellings_of


class Mention(NamedTuple):
    """A name of a venue in a text, with the year that belongs to it, whatever it is named for."""

    name: str
    """Canonical."""
    kind: VenueKind
    ordinary: bool
    """The spelling also means something else: ``Nature``."""
    year: int | None
    start: int
    """First character of name and year, in the whole text."""
    end: int
    mask: tuple[int, int]
    """The same without a year that other words part from the name (``2017 年发表在 NIPS``)."""


class Spelling(NamedTuple):
    """A way to write the name of a venue."""

    name: str
    """Canonical."""
    kind: VenueKind
    ordinary: bool
    """It also means something else."""
    stands_alone: bool = False
    """It does not count beside another Latin word: ``Computer Science``."""
    needs_year: bool = False
    """It counts only with a year right at it: ``Cvpr2018``, ``cvpr 2018``."""


# --- names -----------------------------------------------------------------------------------------------------------


class _Index(NamedTuple):
    """Spellings by their first word, so that one look at a text's words tells whether a name can stand in it at all.

    A pattern of all names finds them as fast, but takes longer to compile than a hundred posts to read.
    """

    exact: dict[str, Spelling]
    """As the table writes them."""
    folded: dict[str, Spelling]
    """In small letters, without those that are ordinary."""
    lengths: dict[str, tuple[int, ...]]
    """Lengths of the spellings that begin with this word, longest first."""
    others: Names
    """Those that do not begin with a capital: ``3DV``, ``eLife``, ``国际机器学习大会``."""


# First word of a name: "ACL" of "ACL-IJCNLP 2018", "S" of "S&P".
_CAPITALISED = re.compile("[A-Z][A-Za-z]*")
_WORD = re.compile("[A-Za-z]+")
_NAME_END = re.compile(NAME_END)
_SHORTEST_FOLDED = 3


@cache
def _index() -> _Index:
    exact: dict[str, Spelling] = {}
    folded: dict[str, Spelling] = {}
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    others = []
    for text, spelling in _spellings():
        exact[text] = spelling
        word = _CAPITALISED.match(text)
        if word is None:
            others.append(text)
            continue
        head = word[0]
        lengths[head].add(len(text))
        if not spelling.ordinary and len(text) >= _SHORTEST_FOLDED:
            one_word = " " not in text
            folded[text.lower()] = _in_need_of_a_year(spelling) if one_word else spelling
            for other_case in (head.capitalize(), head.upper(), head.lower()) if one_word else ():
                lengths[other_case].add(len(text))
    longest_first = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}
    return _Index(exact, folded, longest_first, Names(others))


def _spellings() -> Iterator[tuple[str, Spelling]]:
    for venue in load_venues():
        plain, ordinary = (Spelling(venue.name, venue.kind, is_word, is_word) for is_word in (False, True))
        for text in spellings_of(venue):
            if text in venue.ordinary or text.replace(" & ", " and ") in venue.ordinary:
                yield text, ordinary
            else:
                yield text, plain._replace(stands_alone=True) if text in venue.within else plain


def _in_need_of_a_year(spelling: Spelling) -> Spelling:
    # A third of the time that _replace takes, for every other spelling.
    return Spelling(spelling.name, spelling.kind, spelling.ordinary, spelling.stands_alone, needs_year=True)


def is_spelling(name: str) -> bool:
    """Whether the register has this spelling, letter by letter.

    >>> is_spelling("NIPS"), is_spelling("nips")
    (True, False)
    """
    return name in _index().exact


def _names_in(text: str) -> list[tuple[int, int, Spelling]]:
    """Place and spelling of every name, in order, the longest where several begin at one place."""
    index = _index()
    # Small letters need a year, which saves most texts the search for them: "cvpr2018".
    words = (_WORD if "20" in text else _CAPITALISED).findall(text)
    found: list[tuple[int, int, Spelling]] = []
    if not index.lengths.keys().isdisjoint(words):
        for head in index.lengths.keys() & set(words):
            found += _named_by(text, head, index)
    found += [(start, end, index.exact[text[start:end]]) for start, end in index.others.spans_in(text)]
    return list(_apart(sorted(found))) if len(found) > 1 else found


def _apart(places: Iterable[tuple[int, int, Spelling]]) -> Iterator[tuple[int, int, Spelling]]:
    """Of places that overlap the first."""
    stop = 0
    for place in places:
        if place[0] >= stop:
            stop = place[1]
            yield place


def _named_by(text: str, head: str, index: _Index) -> Iterator[tuple[int, int, Spelling]]:
    """The names in a text that begin with a word."""
    start = text.find(head)
    while start >= 0:
        if start == 0 or text[start - 1] not in LATIN:
            for length in index.lengths[head]:
                words = text[start : start + length]
                spelling = index.exact.get(words) or index.folded.get(words.lower())
                if spelling is not None and _NAME_END.match(text, start + len(words)):
                    yield start, start + len(words), spelling
                    break
        start = text.find(head, start + len(head))


# "Computer Science", "Nature Inspired": the word belongs to a longer English phrase.
_PHRASE_BEFORE = re.compile(r"[A-Za-z]\s$")
_PHRASE_AFTER = re.compile(r"\s?[A-Za-z](?!ral|RAL|otlight|oster|orkshop|est |ull|ong|hort|aper)")


def _in_phrase(text: str, start: int, end: int) -> bool:
    before = _PHRASE_BEFORE.search(text, max(0, start - 2), start) is not None and not text.endswith("IEEE ", 0, start)
    return before or _PHRASE_AFTER.match(text, end) is not None


# --- years -----------------------------------------------------------------------------------------------------------

# What makes a count of a number ("ACL 30 篇"), but not a word that only begins like it: "CVPR 2018 多人姿态".
_COUNTED = (
    "(?!\\s*(?:[0-9](?!D)|\\.[0-9]|篇|届|倍|月|万|余(?!弦)|页(?!面)|个(?![性体人])|项(?!目)|类(?![别似比型])|种(?![子群类])"
    "|分(?![割类词布析层子辨组段解离支享块治])|日(?![志常])|层(?![次级])|名(?!称)|位(?![姿置])|多(?=[篇个项类种页届倍名位万余年])"
    "|年[前来间内]|%|％|(?:k|K|M|GB)(?![A-Za-z])))"
)
# Blanks, but no new paragraph.
_B = r"[^\S\n]*"
# The volume of a journal is no year: "TIP 29, 2020", "TIP 29(3)", "TIP 29:123".
_VOLUME = "(?!:[0-9]|\\s*(?:[(（]\\s*[0-9]|[,，]\\s*(?:19|20)[0-9]{2}))"
_TRACK = "(?:Datasets? (?:and|&) Benchmarks?|D&B|(?:System )?Demo(?:nstration)?s?|Industry)(?: Track)?"
# " 2018", "'17", " ’18", "-17", "_2018", "（2018）", " 21 (2020)", ", 2018", " 18", " 会议 2018 年", " Workshop 2017"
_YEAR_AFTER = re.compile(
    rf"{_B}(?:会议|大会|主会|年会|期刊|[Ww]orkshops?(?:{_B}[Tt]rack)?|[Cc]onference|{_TRACK})?{_B}"
    rf"(?:(?:[0-9]{{1,3}}{_B})?[（(]{_B}(?P<bracket>(?:19|20)[0-9]{{2}}){_B}年?{_B}[）)]"
    rf"|[,，]?{_B}['–—_-]?{_B}(?P<full>(?:19|20)[0-9]{{2}}){_COUNTED}"
    rf"|(?:{_B}['–—_-]{_B})?(?P<short>[019][0-9]|[23][0-9]){_COUNTED}{_VOLUME})"
)
# "2016KDD", "2016 年 KDD", "16 年的 KDD", "'17 NIPS"
_YEAR_BEFORE = re.compile(
    r"(?<![0-9.A-Za-z-])"
    r"((?:19|20)[0-9]{2}(?:\s*年)?|'?[0-9]{2}\s*年|'[0-9]{2}|(?P<bare>[0-9]{2})(?!\s))度?\s*的?\s*$"
)
_NO_DIGIT = re.compile("[^0-9]+")
_BEFORE = 40
"""Characters in front of a name in which its year is looked for."""


@cache
def _year_apart() -> re.Pattern[str]:
    """A year that only words of publishing part from the name behind it: ``2018 年 6 月发表在 IEEE TIP``."""
    words = "|".join(load_rules("venue_phrases")["year_gap"])
    month = r"(?:\s*[0-9]{1,2}\s*月(?:份|底|初)?(?:\s*[0-9]{1,2}\s*日)?)?"
    return re.compile(rf"(?<![0-9.])((?:19|20)?[0-9]{{2}})\s*年(?:度|底|初)?{month}(?:\s|{words})*$")


def full_year(digits: str) -> int:
    """A year of two or four digits.

    >>> full_year("17"), full_year("98"), full_year("2016")
    (2017, 1998, 2016)
    """
    year = int(digits)
    if len(digits) > 2:
        return year
    return 1900 + year if year >= 60 else 2000 + year


def with_year(text: str, start: int, end: int, spelling: Spelling) -> Mention | None:
    """The mention of a name that stands at this place, with its year; ``None`` where a number makes it another name."""
    after = _YEAR_AFTER.match(text, end)
    if after is not None and _plausible(text, end, after, spelling):
        group = after.lastgroup or "full"
        mask = (start, max(after.end(group), after.end()))
        return _mention(spelling, full_year(after[group]), (start, after.end(group)), mask)
    # "DSTC2", "KDD99": a number of something else is part of the name.
    if text[end : end + 1].isdigit():
        return None
    window = text[max(0, start - _BEFORE) : start]
    before = _YEAR_BEFORE.search(window)
    if before is not None and not (spelling.ordinary and before["bare"]):
        begin = start - len(window) + before.start(1)
        return _mention(spelling, full_year(_NO_DIGIT.sub("", before[1])), (begin, end), (begin, end))
    apart = _year_apart().search(window)
    if apart is not None:
        begin = start - len(window) + apart.start(1)
        return _mention(spelling, full_year(apart[1]), (begin, end), (start, end))
    return _mention(spelling, None, (start, end), (start, end))


def _plausible(text: str, end: int, match: re.Match[str], spelling: Spelling) -> bool:
    """Whether two digits after a blank are a year: "WWW 18", not "ACL 50", and never after a word: "RAID 10"."""
    short = match["short"]
    if short is None or text[end] in "'–—-_" or not text[end].isspace() or "'" in match[0]:
        return True
    return not spelling.ordinary and 10 <= int(short) <= 35


def _mention(spelling: Spelling, year: int | None, span: tuple[int, int], mask: tuple[int, int]) -> Mention:
    return Mention(spelling.name, spelling.kind, spelling.ordinary, year, *span, mask)


# --- mentions --------------------------------------------------------------------------------------------------------


def find_mentions(text: str) -> Iterator[Mention]:
    """Every mention of a listed venue in a folded text, in order.

    >>> [(mention.name, mention.year) for mention in find_mentions("国际机器学习大会（ICML 2018）和 16 年的 KDD")]
    [('ICML', 2018), ('KDD', 2016)]
    """
    previous: Mention | None = None
    for start, end, spelling in _names_in(text):
        if spelling.stands_alone and _in_phrase(text, start, end):
            continue
        mention = with_year(text, start, end, spelling)
        if mention is None or (spelling.needs_year and mention.mask == (start, end)):
            continue
        mention = _second_volume(text, mention)
        if previous is not None:
            joined = _joined(text, previous, mention)
            if joined is not None:
                previous = joined
                continue
            yield previous
        previous = mention
    if previous is not None:
        yield previous


_FINDINGS = re.compile(rf"\s*(?:Findings{NAME_END}|[（(]\s*Findings\s*[)）])")


def _second_volume(text: str, mention: Mention) -> Mention:
    """``ACL 2022 Findings``, ``EMNLP 2021 (Findings)``: a venue of its own, with the year inside its name."""
    findings = _FINDINGS.match(text, mention.mask[1])
    venue = find_listed(f"Findings of {mention.name}") if findings else None
    if findings is None or venue is None:
        return mention
    return mention._replace(name=venue.name, end=findings.end(), mask=(mention.mask[0], findings.end()))


# Between two names of one venue: "国际机器学习大会（ICML 2018）", "NIPS/NeurIPS 2018", "国际机器学习大会 ICML 2018".
_TWICE = re.compile(r"\s*(?:人工智能)?(?:大会|会议|年会)?\s*(?:(?P<open>[（(])|/)?\s*")
_TWICE_END = re.compile(r"\s*[）)]")


def _joined(text: str, first: Mention, second: Mention) -> Mention | None:
    """One mention for a venue that is named twice in a row."""
    if first.name != second.name or (first.year is not None and second.year not in (None, first.year)):
        return None
    between = _TWICE.fullmatch(text, first.mask[1], second.mask[0])
    if between is None:
        return None
    closed = _TWICE_END.match(text, second.mask[1]) if between["open"] else None
    if between["open"] and closed is None:
        return None
    end = closed.end() if closed else second.end
    known = Spelling(first.name, first.kind, first.ordinary and second.ordinary)
    if first.year is None and second.year is None:
        return with_year(text, first.mask[0], end, known)
    start = min(first.start, first.mask[0])
    return _mention(known, first.year or second.year, (start, end), (first.mask[0], max(end, second.mask[1])))

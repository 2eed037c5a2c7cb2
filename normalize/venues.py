"""Reading the venue of a paper out of the Chinese prose of its summary.

Three steps. Mentions: every name of the register (``rules/venues.toml``) with the year that belongs to it. Judgement:
the sentence round each mention is held against the phrases of ``rules/venue_phrases.toml``, some of which say that the
paper appeared there, others that the venue is that of a compared work, a data set or a contest. Choice: the strongest
accepted mention, and of equals the first.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Literal

from normalize.model import VenueMention, VenueStatus
from normalize.rules import load_rules
from normalize.text import HAN, clean_text

VenueKind = Literal["conference", "journal", "workshop", "challenge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A row of the register."""

    name: str
    """Canonical short name: ``NeurIPS``, ``IEEE TIP``."""
    full_name: str | None
    """In English; ``None`` where the short name is the full one."""
    kind: VenueKind
    aliases: tuple[str, ...]
    """Other spellings that lead here, without the name and the full name."""
    ccf_rank: Literal["A", "B", "C"] | None
    """Rank in the 2022 catalogue of the China Computer Federation; ``None``: not in it, or not known."""
    dblp_key: str | None
    """``conf/nips``."""


@cache
def load_venues() -> tuple[Venue, ...]:
    """The register of venues, in the order of the table."""
    return tuple(
        Venue(
            name=row["name"],
            full_name=row.get("full"),
            kind=row["kind"],
            aliases=tuple(row.get("aliases", ())),
            ccf_rank=row.get("rank"),
            dblp_key=row.get("dblp"),
        )
        for row in load_rules("venues")["venue"]
    )


# --- letters ---------------------------------------------------------------------------------------------------------

# Full-width letters and digits, blanks of all kinds, curly apostrophes, Kangxi radicals, in "ＣＶＰＲ　’17".
_FOLDABLE = re.compile("[\xa0\u2000-\u200a\u202f\u3000\uff10-\uff19\uff21-\uff3a\uff41-\uff5a‘’´`′⼀-⿟]")


def fold_letters(text: str) -> str:
    """Letters, digits, blanks and apostrophes in their plain forms, one for one: places in the text stay the same.

    >>> fold_letters("ＣＶＰＲ\\xa0’17：⽤")
    "CVPR '17：用"
    """
    return _FOLDABLE.sub(_fold_letter, text)


def _fold_letter(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in "‘’´`′":
        return "'"
    return unicodedata.normalize("NFKC", letter)


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
    # A name ends where no Latin letter follows: "ACL" is not in "ACLs" or "ACL-based", but in "ACL2018" and "ACL 上".
    if "" in node:
        branches.append("(?!-?[A-Za-z_])")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


# --- mentions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
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


@dataclass(frozen=True, slots=True)
class _Spelling:
    name: str
    kind: VenueKind
    ordinary: bool


@cache
def _spellings() -> dict[str, _Spelling]:
    ordinary = {spelling for row in load_rules("venues")["venue"] for spelling in row.get("ordinary", ())}
    return {
        spelling: _Spelling(venue.name, venue.kind, spelling in ordinary)
        for venue in load_venues()
        for spelling in (venue.name, *([venue.full_name] if venue.full_name else ()), *venue.aliases)
    }


@cache
def _names() -> re.Pattern[str]:
    return compile_names(_spellings())


_COUNTED = "(?!\\s*(?:[0-9.]|篇|个|项|类|种|页|届|倍|分|月|日|层|名|位|万|多|余|年[前来间内]|%|％|k|K|M|GB))"
# " 2018", "'17", " ’18", "-17", "（2018）", ", 2018", " 18", " 会议 2018 年", " Workshop 2017"
_YEAR_AFTER = re.compile(
    r"\s*(?:会议|大会|主会|年会|期刊|[Ww]orkshops?|[Cc]onference)?\s*"
    rf"(?:[（(]\s*(?P<bracket>(?:19|20)[0-9]{{2}})\s*年?\s*[）)]"
    rf"|[,，]?\s*['–—-]?\s*(?P<full>(?:19|20)[0-9]{{2}}){_COUNTED}"
    rf"|(?:\s*['–—-]\s*)?(?P<short>[019][0-9]|[23][0-9]){_COUNTED})"
)
# "2016KDD", "2016 年 KDD", "16 年的 KDD", "'17 NIPS"
_YEAR_BEFORE = re.compile(
    r"(?<![0-9.A-Za-z-])((?:19|20)[0-9]{2}(?:\s*年)?|'?[0-9]{2}\s*年|'[0-9]{2}|[0-9]{2}(?!\s))度?\s*的?\s*$"
)


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


def find_mentions(text: str) -> Iterator[Mention]:
    """Every mention of a listed venue in a folded text, in order."""
    for match in _names().finditer(text):
        spelling = _spellings()[match[0]]
        if not (spelling.ordinary and _in_phrase(text, match.start(), match.end())):
            mention = _with_year(text, match.start(), match.end(), spelling)
            if mention is not None:
                yield mention


# "Computer Science", "Nature Inspired": the word belongs to a longer English phrase.
_PHRASE_BEFORE = re.compile(r"[A-Za-z]\s$")
_PHRASE_AFTER = re.compile(r"\s?[A-Za-z](?!ral|RAL|otlight|oster|orkshop|est |ull|ong|hort|aper)")


def _in_phrase(text: str, start: int, end: int) -> bool:
    before = _PHRASE_BEFORE.search(text, max(0, start - 2), start) is not None and not text.endswith("IEEE ", 0, start)
    return before or _PHRASE_AFTER.match(text, end) is not None


def _with_year(text: str, start: int, end: int, spelling: _Spelling) -> Mention | None:
    after = _YEAR_AFTER.match(text, end)
    if after is not None and _plausible(text, end, after):
        digits, stop = after[after.lastindex or 0], after.end(after.lastindex or 0)
        mask = (start, max(stop, after.end()))
        return _mention(spelling, full_year(digits), (start, stop), mask)
    # "DSTC2", "KDD99": a number of something else is part of the name.
    if text[end : end + 1].isdigit():
        return None
    window = text[max(0, start - 40) : start]
    before = _YEAR_BEFORE.search(window)
    if before is not None:
        begin = start - len(window) + before.start(1)
        return _mention(spelling, full_year(re.sub("[^0-9]", "", before[1])), (begin, end), (begin, end))
    apart = _year_apart().search(window)
    if apart is not None:
        begin = start - len(window) + apart.start(1)
        return _mention(spelling, full_year(apart[1]), (begin, end), (start, end))
    return _mention(spelling, None, (start, end), (start, end))


def _plausible(text: str, end: int, match: re.Match[str]) -> bool:
    """Two digits after a blank are a year only from 10 to 35: "WWW 18", not "ACL 50"."""
    short = match["short"]
    return short is None or text[end] in "'–—-" or not text[end].isspace() or "'" in match[0] or 10 <= int(short) <= 35


def _mention(spelling: _Spelling, year: int | None, span: tuple[int, int], mask: tuple[int, int]) -> Mention:
    return Mention(
        name=spelling.name,
        kind=spelling.kind,
        ordinary=spelling.ordinary,
        year=year,
        start=span[0],
        end=span[1],
        mask=mask,
    )


# --- judgement -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cue:
    pattern: re.Pattern[str]
    strength: int
    needs_year: bool
    status: VenueStatus | None


def compile_phrase(pattern: str) -> re.Pattern[str]:
    """A pattern of ``rules/venue_phrases.toml`` with its fragments put in.

    >>> bool(compile_phrase("{publish}◇").search("发表于 ◇ 的工作"))
    True
    """
    fragments: dict[str, str] = load_rules("venue_phrases")["fragment"]
    while True:
        filled = _FRAGMENT.sub(lambda match: fragments[match[1]], pattern)
        if filled == pattern:
            return re.compile(pattern)
        pattern = filled


_FRAGMENT = re.compile(r"\{([a-z]+)\}")


@cache
def _cues() -> tuple[_Cue, ...]:
    rows = load_rules("venue_phrases")["cue"]
    cues = (
        _Cue(compile_phrase(row["pattern"]), row["strength"], row.get("year", False), row.get("status")) for row in rows
    )
    return tuple(sorted(cues, key=lambda cue: -cue.strength))


@cache
def _vetoes(strength: int) -> tuple[re.Pattern[str], ...]:
    """Those that overrule a cue of this strength."""
    rows = load_rules("venue_phrases")["veto"]
    return tuple(compile_phrase(row["pattern"]) for row in rows if row["over"] >= strength)


@dataclass(frozen=True, slots=True)
class _StatusRow:
    status: VenueStatus
    pattern: re.Pattern[str]
    needs: tuple[str, ...]


@cache
def _statuses(table: Literal["status", "award"]) -> tuple[_StatusRow, ...]:
    rows = load_rules("venue_phrases")[table]
    return tuple(_StatusRow(row["status"], compile_phrase(row["pattern"]), tuple(row["needs"])) for row in rows)


def has_any(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the text: cheap, so that a costly search can be saved.

    >>> has_any("本文来自微软", ["出自", "来自"])
    True
    """
    for word in words:  # noqa: SIM110 - any() with a generator takes three times as long, and this is the innermost loop
        if word in text:
            return True
    return False


_STATUS_ORDER: tuple[VenueStatus, ...] = (
    "best-paper", "challenge", "workshop", "oral", "spotlight", "poster", "submitted", "accepted", "published",
)  # fmt: skip
"""Most specific first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    mention: Mention
    strength: int
    status: VenueStatus
    sentence: tuple[int, int]


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


# Characters looked at on either side of a mention: far longer than any phrase, far shorter than a runaway line.
_REACH = 200
# A summary names a handful of venues; a page that was read wrongly may name thousands.
_MOST_MENTIONS = 60


def _judge(text: str, mentions: list[Mention]) -> Iterator[_Verdict]:
    first = text_start(text)
    last = mentions[-1].mask[0] if mentions else -1
    for begin, end in sentence_spans(text, first):
        if begin > last:
            return
        here = [mention for mention in mentions if begin <= mention.mask[0] < end]
        for mention in here:
            near = (max(begin, mention.mask[0] - _REACH), min(end, mention.mask[1] + _REACH))
            context = _context(text, near, mention, here)
            verdict = _verdict(("¶" if near[0] == first else "") + context, mention, (begin, end))
            if verdict is not None:
                yield verdict


# "NIPS Workshop 2017", "CVPRW 2018"
_WORKSHOP = re.compile(r"[Ww]orkshop|(?<=[A-Z]{4})W(?![A-Z])")


def _context(text: str, span: tuple[int, int], mention: Mention, others: list[Mention]) -> str:
    """The sentence with the mention under judgement as ``◇`` and the others as ``◆``."""
    parts, place = [], span[0]
    for other in others:
        if other.mask[0] < place or other.mask[1] > span[1]:
            continue
        sign = "◇" if other is mention else "◆"
        parts += [text[place : other.mask[0]], f"{sign} workshop" if _WORKSHOP.search(text, *other.mask) else sign]
        place = other.mask[1]
    return "".join((*parts, text[place : span[1]])).strip()


def _verdict(context: str, mention: Mention, span: tuple[int, int]) -> _Verdict | None:
    cue = _strongest_cue(context, mention)
    if cue is None or any(veto.search(context) for veto in _vetoes(cue.strength)):
        return None
    return _Verdict(mention=mention, strength=cue.strength, status=_status(context, cue.status), sentence=span)


def _strongest_cue(context: str, mention: Mention) -> _Cue | None:
    least, dated = _least_strength(mention), mention.year is not None
    for cue in _cues():
        if cue.strength < least:
            return None
        if (dated or not cue.needs_year) and cue.pattern.search(context):
            return cue
    return None


def _least_strength(mention: Mention) -> int:
    """How strong a phrase must be: a name that is also a word, or a contest, is believed only when said outright."""
    return 3 if mention.kind == "challenge" or (mention.ordinary and mention.year is None) else 2


def _status(context: str, known: VenueStatus | None) -> VenueStatus:
    return _most_specific((*_statuses_in(context, "status"), known or "published"))


def _statuses_in(text: str, table: Literal["status", "award"]) -> list[VenueStatus]:
    return [row.status for row in _statuses(table) if has_any(text, row.needs) and row.pattern.search(text)]


def _most_specific(statuses: Iterable[VenueStatus]) -> VenueStatus:
    return min(statuses, key=_STATUS_ORDER.index)


# --- choice ----------------------------------------------------------------------------------------------------------


def find_venue(summary: str, *, section: str | None = None) -> VenueMention | None:
    """The venue of the paper that a summary recommends; ``None`` where neither it nor the section heading names one.

    >>> find_venue("本文是哈工大发表于 IJCAI 2018 的工作。").printed
    'IJCAI 2018'
    >>> find_venue("结果相比 AAAI17 的 seqGAN 有大幅度的提升。") is None
    True
    >>> find_venue("提出一种方法。", section="TKDE").name
    'IEEE TKDE'
    """
    text = fold_letters(summary)
    mentions = list(islice(find_mentions(text), _MOST_MENTIONS))
    verdicts = list(_judge(text, mentions)) if mentions else []
    if not verdicts and has_any(text, _PUBLISHED):
        verdicts = list(_judge(text, list(islice(_unlisted(text), _MOST_MENTIONS))))
    if verdicts:
        return _choose(summary, text, verdicts)
    return _section_venue(section) if section else None


def _choose(summary: str, text: str, verdicts: list[_Verdict]) -> VenueMention:
    strongest = max(verdicts, key=lambda verdict: verdict.strength)
    same = [verdict for verdict in verdicts if verdict.mention.name == strongest.mention.name]
    dated = [verdict for verdict in same if verdict.mention.year is not None]
    best = strongest if strongest.mention.year is not None or not dated else dated[0]
    agreeing = [verdict for verdict in same if verdict.mention.year in (None, best.mention.year)]
    return VenueMention(
        name=best.mention.name,
        year=best.mention.year,
        status=_most_specific((*(verdict.status for verdict in agreeing), *_statuses_in(text, "award"))),
        printed=summary[best.mention.start : best.mention.end],
        sentence=clean_text(summary[slice(*best.sentence)]),
    )


def _section_venue(section: str) -> VenueMention | None:
    """A heading that is nothing but a venue: ``TKDE``, ``IJCAI 2017``."""
    text = fold_letters(section).strip()
    mention = next(find_mentions(text), None)
    if mention is None or mention.mask != (0, len(text)) or (mention.ordinary and mention.year is None):
        return None
    heading = clean_text(section)
    return VenueMention(name=mention.name, year=mention.year, status="published", printed=heading, sentence=heading)


_PUBLISHED = ("发表", "刊登", "接收", "录用", "收录", "投稿", "被")
# "发表于 ICXYZ 2018 的工作", "发表在《Journal of Sound》上": not in the register, but said outright.
_UNLISTED = re.compile(
    r"(?:发表|刊登|接收|录用|收录|投稿|被)\s*(?:于|在|到|至)?\s*"
    r"(?:(?P<short>[A-Z][A-Za-z]*[A-Z][A-Za-z]*)[\s'-]*(?:19|20)[0-9]{2}(?![0-9])|《(?P<long>[A-Z][A-Za-z&:.\s-]{3,60})》)"
)
_NO_VENUE = re.compile(
    "arXiv|ArXiv|CoRR|GitHub|OpenReview|SSRN|bioRxiv|medRxiv|PaperWeekly|ImageNet|MNIST|CIFAR", re.IGNORECASE
)


def _unlisted(text: str) -> Iterator[Mention]:
    for match in _UNLISTED.finditer(text):
        group = "short" if match["short"] else "long"
        name = match[group].strip()
        if not _NO_VENUE.search(name) and name not in _spellings():
            kind: VenueKind = "conference" if match["short"] else "journal"
            mention = _with_year(text, match.start(group), match.end(group), _Spelling(name, kind, True))
            if mention is not None:
                yield mention

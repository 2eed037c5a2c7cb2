"""Whether a mention of a venue says where the paper appeared: by the phrases of ``rules/venue_phrases.toml``."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any, Literal, NamedTuple

from normalize.model import VenueStatus
from normalize.prose import Signs, sentence_spans, text_start
from normalize.rules import load_rules
from normalize.venues.mentions import Mention
from normalize.venues.register import VenueKind


class Verdict(NamedTuple):
    """A mention that says where the paper appeared."""

    mention: Mention
    strength: int
    """Of the phrase, from 2 to 4."""
    status: VenueStatus
    sentence: tuple[int, int]
    """First and last place of the sentence in the text."""


# --- phrases ---------------------------------------------------------------------------------------------------------


@cache
def compile_phrase(pattern: str) -> re.Pattern[str]:
    """A pattern of ``rules/venue_phrases.toml`` with its fragments put in.

    >>> bool(compile_phrase("{publish}◇").search("发表于 ◇ 的工作"))
    True
    """
    fragments: dict[str, str] = load_rules("venue_phrases")["fragment"]
    while (filled := _FRAGMENT.sub(lambda match: fragments[match[1]], pattern)) != pattern:
        pattern = filled
    return re.compile(pattern)


_FRAGMENT = re.compile(r"\{([a-z]+)\}")


class Place:
    """What stands round a mention where a phrase holds: a pattern parted at its ``◇``.

    Each half is tried only where it can hold, and compiled when it is tried for the first time: most texts need few.

    >>> place = Place("{publish}◇")
    >>> place.holds("¶本文发表于 ", " 的工作"), place.holds("¶本文提出 ", " 的工作")
    (True, False)
    """

    def __init__(self, pattern: str) -> None:
        before, _, after = pattern.partition("◇")
        self._before_pattern = rf"(?:{before})\Z" if before else None
        self._after_pattern = after or None

    def holds(self, before: str, after: str) -> bool:
        """Whether a mention stands in such a place."""
        if self._before_pattern is not None and self._before.search(before) is None:
            return False
        return self._after_pattern is None or self._after.match(after) is not None

    @cached_property
    def _before(self) -> re.Pattern[str]:
        return compile_phrase(self._before_pattern or "")

    @cached_property
    def _after(self) -> re.Pattern[str]:
        return compile_phrase(self._after_pattern or "")


def pattern_in(row: dict[str, Any]) -> str:
    """The pattern of a row of ``rules/venue_phrases.toml`` with the row's own words put in."""
    pattern: str = row["pattern"]
    return pattern.replace("{needs}", f"(?:{'|'.join(row.get('needs', ()))})")


class _Cue(NamedTuple):
    place: Place
    strength: int
    needs_year: bool
    publishes: bool
    status: VenueStatus | None


_STRONGEST = 4


@cache
def _cues() -> tuple[_Cue, ...]:
    """All of them, the strongest first."""
    rows = load_rules("venue_phrases")["cue"]
    cues = (
        _Cue(
            place=Place(row["pattern"]),
            strength=row["strength"],
            needs_year=row.get("year", False),
            publishes=row.get("publishes", False),
            status=row.get("status"),
        )
        for row in rows
    )
    return tuple(sorted(cues, key=lambda cue: -cue.strength))


@cache
def _cues_for(kind: VenueKind, *, ordinary: bool, dated: bool) -> tuple[_Cue, ...]:
    """Those that hold for such a mention."""
    # A contest is believed only when it is said outright, a word only when publishing is spoken of.
    least = 3 if kind == "challenge" else 2
    is_word = ordinary and not dated
    return tuple(
        cue
        for cue in _cues()
        if cue.strength >= least and (dated or not cue.needs_year) and (cue.publishes or not is_word)
    )


def _veto_rows(*, behind: bool) -> list[dict[str, Any]]:
    """Those that look only behind the mention, or all others."""
    return [row for row in load_rules("venue_phrases")["veto"] if row["pattern"].startswith("◇") == behind]


@cache
def _vetoes_behind(strength: int) -> tuple[Place, ...]:
    """Those that overrule a cue of this strength by what stands behind the mention, one for each strength of vetoes."""
    if strength > _STRONGEST:
        return ()
    patterns = [row["pattern"][1:] for row in _veto_rows(behind=True) if row["over"] == strength]
    own = (Place(f"◇(?:{'|'.join(patterns)})"),) if patterns else ()
    return (*own, *_vetoes_behind(strength + 1))


@cache
def _other_vetoes() -> tuple[tuple[int, frozenset[str], Place], ...]:
    """The others: the strength that they overrule, the signs of what they need before the mention, and the place."""
    rows = _veto_rows(behind=False)
    return tuple((row["over"], Signs.of(row["needs"]), Place(pattern_in(row))) for row in rows)


@lru_cache(maxsize=1024)
def _vetoes_with(signs: frozenset[str], strength: int) -> tuple[Place, ...]:
    """Those for which signs stand before the mention, of the others that overrule a cue of this strength."""
    return tuple(place for over, needed, place in _other_vetoes() if over >= strength and not signs.isdisjoint(needed))


@cache
def _veto_signs() -> Signs:
    return Signs(word for row in _veto_rows(behind=False) for word in row["needs"])


# --- statuses --------------------------------------------------------------------------------------------------------

_STATUS_ORDER: tuple[VenueStatus, ...] = (
    "best-paper", "challenge", "workshop", "oral", "spotlight", "poster", "submitted", "accepted", "published",
)  # fmt: skip
"""Most specific first."""


@cache
def _status_signs(table: Literal["status", "award"]) -> Signs:
    return Signs(word for row in load_rules("venue_phrases")[table] for word in row["needs"])


def statuses_in(text: str, table: Literal["status", "award"]) -> list[VenueStatus]:
    """The statuses that the phrases of a table tell of; most texts need no pattern, so each is compiled when it is."""
    signs = _status_signs(table).found_in(text)
    if not signs:
        return []
    return [row["status"] for row in _rows_with(signs, table) if compile_phrase(row["pattern"]).search(text)]


@lru_cache(maxsize=1024)
def _rows_with(signs: frozenset[str], table: Literal["status", "award"]) -> tuple[dict[str, Any], ...]:
    """Those rows of a table of statuses for which a text has signs."""
    rows = load_rules("venue_phrases")[table]
    return tuple(row for row in rows if not signs.isdisjoint(Signs.of(row["needs"])))


def most_specific(statuses: Iterable[VenueStatus]) -> VenueStatus:
    """Of several statuses the one that says most.

    >>> most_specific(["accepted", "oral", "published"])
    'oral'
    """
    return min(statuses, key=_STATUS_ORDER.index)


# --- judgement -------------------------------------------------------------------------------------------------------

# Characters looked at on either side of a mention: far longer than any phrase, far shorter than a runaway line.
_REACH = 200


def judge(text: str, mentions: Sequence[Mention]) -> Iterator[Verdict]:
    """Those of the mentions, in the order of the text, that say where the paper appeared."""
    first = text_start(text)
    last = mentions[-1].mask[0] if mentions else -1
    for begin, end in sentence_spans(text, first):
        if begin > last:
            return
        here = [mention for mention in mentions if begin <= mention.mask[0] < end]
        for mention in here:
            near = (max(begin, mention.mask[0] - _REACH), min(end, mention.mask[1] + _REACH))
            context = _context(text, near, mention, here, "¶" if near[0] == first else "")
            verdict = None if context is None else _verdict(context, mention, (begin, end))
            if verdict is not None:
                yield verdict


class _Context(NamedTuple):
    """The sentence round the mention under judgement, the others as ``◆``."""

    before: str
    """What stands before the mention; it begins with ``¶`` where the text does."""
    after: str
    """What stands behind it, after the word ``workshop`` where the mention is of one."""


# "NIPS Workshop 2017", "CVPRW 2018"
_WORKSHOP = re.compile(r"[Ww]orkshop|(?<=[A-Z]{4})W(?![A-Z])")


def _context(
    text: str, span: tuple[int, int], mention: Mention, others: Iterable[Mention], opening: str
) -> _Context | None:
    """``None`` where the mention shares a year with the one before it, or runs on behind the sentence."""
    before: str | None = None
    parts, place = [], span[0]
    for other in others:
        if other.mask[0] < place or other.mask[1] > span[1]:
            continue
        parts.append(text[place : other.mask[0]])
        if other is mention:
            before, parts = "".join(parts), []
        else:
            parts.append("◆")
        if _WORKSHOP.search(text, *other.mask):
            parts.append(" workshop")
        place = other.mask[1]
    if before is None:
        return None
    parts.append(text[place : span[1]])
    return _Context(opening + before.lstrip(), "".join(parts).rstrip())


def _verdict(context: _Context, mention: Mention, sentence: tuple[int, int]) -> Verdict | None:
    cue = _strongest_cue(context, mention)
    if cue is None or _is_vetoed(context, cue.strength):
        return None
    status = most_specific((*statuses_in("◇".join(context), "status"), cue.status or "published"))
    return Verdict(mention=mention, strength=cue.strength, status=status, sentence=sentence)


def _is_vetoed(context: _Context, strength: int) -> bool:
    before, after = context
    for place in _vetoes_behind(strength):
        if place.holds(before, after):
            return True
    signs = _veto_signs().found_in(before)
    return bool(signs) and any(place.holds(before, after) for place in _vetoes_with(signs, strength))


def _strongest_cue(context: _Context, mention: Mention) -> _Cue | None:
    before, after = context
    for cue in _cues_for(mention.kind, ordinary=mention.ordinary, dated=mention.year is not None):
        if cue.place.holds(before, after):
            return cue
    return None

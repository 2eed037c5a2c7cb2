"""The register of venues (``rules/venues.toml``): what is known of each, and in which years it was held."""

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from normalize.rules import load_rules

VenueKind = Literal["conference", "journal", "workshop", "challenge"]


class Venue(NamedTuple):
    """A row of the register."""

    name: str
    """Canonical short name: ``NeurIPS``, ``IEEE TIP``."""
    full_name: str | None
    """In English; ``None`` where the short name is the full one."""
    kind: VenueKind
    aliases: tuple[str, ...]
    """Other spellings that lead here, slips of authors among them, without the name and the full name."""
    ordinary: frozenset[str]
    """Those of the spellings that also mean something else: ``MM``, ``Machine Learning``."""
    within: frozenset[str]
    """Those that also stand in other English phrases: ``Science``."""
    ccf_rank: Literal["A", "B", "C"] | None
    """Rank in the 2022 catalogue of the China Computer Federation; ``None``: not in it, or not known."""
    dblp_key: str | None
    """``conf/nips``."""
    held: str | None
    """Years in the notation of the table: ``1987-``; ``None``: not known."""

    @property
    def first_year(self) -> int | None:
        """Year in which it was first held or first appeared; ``None``: not known."""
        years = _years(self.held) if self.held else None
        return years.spans[0].start if years and years.from_the_first else None

    @property
    def last_year(self) -> int | None:
        """Year in which it was held for the last time; ``None``: it goes on, or that is not known."""
        years = _years(self.held) if self.held else None
        return years.spans[-1][-1] if years and years.to_the_last and years.spans[-1].stop != _NEVER else None

    def was_held(self, year: int) -> bool | None:
        """Whether it was held in a year; ``None``: not known.

        A journal accepts papers in the year before its first volume.

        >>> [find_listed("ICCV").was_held(year) for year in (1986, 1988, 2018, 2019)]
        [False, True, False, True]
        >>> find_listed("NAACL").was_held(2030) is None
        True
        """
        if self.held is None:
            return None
        if self.kind == "journal" and self.first_year == year + 1:
            return None
        return _years(self.held).contain(year)


# --- years -----------------------------------------------------------------------------------------------------------

_NEVER = 10_000
"""Where the years of a venue end that goes on."""


class _Years(NamedTuple):
    spans: tuple[range, ...]
    from_the_first: bool
    to_the_last: bool

    def contain(self, year: int) -> bool | None:
        """Whether the year is one of them; ``None`` where they are not known so far."""
        for span in self.spans:
            if year in span:
                return True
        known = (self.from_the_first or year >= self.spans[0].start) and (
            self.to_the_last or year < self.spans[-1].stop
        )
        return False if known else None


# "1990", "1996-2001", "1969-2015/2", "2016-", "1999-/2"
_SPAN = re.compile("([0-9]{4})(?:(-)([0-9]{4})?(?:/([0-9]))?)?")


@lru_cache(maxsize=1024)
def _years(notation: str) -> _Years:
    words = notation.split()
    return _Years(
        spans=tuple(_span(word) for word in words if word != "?"),
        from_the_first=words[0] != "?",
        to_the_last=words[-1] != "?",
    )


def _span(word: str) -> range:
    match = _SPAN.fullmatch(word)
    if match is None:
        raise ValueError(f"venues.toml: {word!r} are no years")
    first, goes_on, last, step = match.groups()
    if not goes_on:
        return range(int(first), int(first) + 1)
    return range(int(first), int(last) + 1 if last else _NEVER, int(step or 1))


# --- the table -------------------------------------------------------------------------------------------------------


@cache
def load_venues() -> tuple[Venue, ...]:
    """The register of venues, in the order of the table."""
    return tuple(
        Venue(
            name=row["name"],
            full_name=row.get("full"),
            kind=row["kind"],
            aliases=(*row.get("aliases", ()), *row.get("misprints", ())),
            ordinary=frozenset(row.get("ordinary", ())),
            within=frozenset(row.get("within", ())),
            ccf_rank=row.get("rank"),
            dblp_key=row.get("dblp"),
            held=row.get("held"),
        )
        for row in load_rules("venues")["venue"]
    )


@cache
def _by_name() -> dict[str, Venue]:
    return {venue.name: venue for venue in load_venues()}


def find_listed(name: str) -> Venue | None:
    """The row of a canonical name; ``None`` for a venue that is not in the register.

    >>> find_listed("NeurIPS").dblp_key
    'conf/nips'
    """
    return _by_name().get(name)


# What may be left out at the beginning of a full name: "Transactions on Multimedia", "Conference on Computer Vision …".
_PUBLISHER = re.compile(
    r"(?:(?:ACM|IEEE|CVF|RSJ|IFIP|USENIX|SIGIR|SIGKDD|SIGMOD|SIGPLAN|SIGSPATIAL|IAPR|CCF)[/ -])+"
    r"(?=Transactions on |International Conference on |Conference on |Symposium on |International Symposium on )"
)


def spellings_of(venue: Venue) -> tuple[str, ...]:
    """Every spelling that leads to a venue: name, full name, aliases, and what follows from them by rule.

    >>> spellings_of(find_listed("IEEE TMI"))
    ('IEEE TMI', 'IEEE Transactions on Medical Imaging', 'TMI', 'T-MI', 'Transactions on Medical Imaging')
    >>> spellings_of(find_listed("Image and Vision Computing"))[-1]
    'Image & Vision Computing'
    """
    told = (venue.name, *([venue.full_name] if venue.full_name else ()), *venue.aliases)
    short = [spelling[match.end() :] for spelling in told if (match := _PUBLISHER.match(spelling)) is not None]
    amp = [spelling.replace(" and ", " & ") for spelling in (*told, *short) if " and " in spelling]
    return tuple(dict.fromkeys((*told, *short, *amp)))

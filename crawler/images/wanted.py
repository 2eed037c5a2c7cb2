"""Which pictures of an archive are still missing, and where to ask for them."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, Literal

from crawler.captures import utc_text
from crawler.frontier import AHEAD
from crawler.images.hosts import host_of, is_asked
from crawler.images.store import ImageStore, Tries
from normalize.archive import open_readonly

Role = Literal["badge", "title", "figure", "other"]
"""What a picture is in its entry, as in the archive's table ``images``."""

MAX_TRIES: Final = 5
"""Tries in vain after which a picture is not asked for any more."""
REST: Final = timedelta(days=7)
"""How long a picture is left alone after a try in vain; one of a clock that was a day ahead or more does not count."""

_QUERY: Final = """
    SELECT images.key, images.url, max(ifnull(posts.published_on, '')), count(*)
    FROM images JOIN recommendations USING (recommendation_id) JOIN posts USING (post_id)
    WHERE images.role IN (SELECT value FROM json_each(?))
    GROUP BY images.key, images.url
    ORDER BY images.key, count(*) DESC, images.url
"""
_UNTRIED: Final = Tries(number=0, last_at="")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPicture:
    """A picture to ask for."""

    key: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What an archive wants, and what of it is asked for now."""

    pictures: tuple[WantedPicture, ...]
    """To ask for now: those never asked first, those of the newest posts first; then the longest not asked."""
    stored: int
    """Pictures that are there."""
    resting: int
    """Pictures asked in vain less than :data:`REST` ago."""
    given_up: int
    """Pictures asked in vain :data:`MAX_TRIES` times."""
    elsewhere: Counter[str]
    """Pictures on hosts that are not asked, by host; an empty one where the address names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A picture of the archive."""

    key: str
    newest: str
    """Day of the newest post that shows it; empty where none is known."""
    addresses: tuple[str, ...]
    """Those that entries give for it, the one that most give first."""


def find_wants(archive: Path, store: ImageStore, roles: Collection[Role], *, now: datetime) -> Wants:
    """Compare the pictures of an archive with those that are stored.

    Raises what :func:`normalize.archive.open_readonly` raises.
    """
    with closing(open_readonly(archive)) as connection:
        candidates = _candidates(connection, roles)
    stored, tries = store.keys(), store.tries()
    rested, latest = utc_text(now - REST), utc_text(now + AHEAD)
    counts, elsewhere = Counter[str](), Counter[str]()
    due: list[tuple[_Candidate, Tries]] = []
    for candidate in candidates:
        tried = tries.get(candidate.key, _UNTRIED)
        if candidate.key in stored:
            counts["stored"] += 1
        elif not any(map(is_asked, candidate.addresses)):
            elsewhere[host_of(candidate.addresses[0])] += 1
        elif tried.number >= MAX_TRIES:
            counts["given_up"] += 1
        elif rested < tried.last_at < latest:
            counts["resting"] += 1
        else:
            due.append((candidate, tried))
    return Wants(
        pictures=_in_order(due),
        stored=counts["stored"],
        resting=counts["resting"],
        given_up=counts["given_up"],
        elsewhere=elsewhere,
    )


def _candidates(connection: sqlite3.Connection, roles: Collection[Role]) -> list[_Candidate]:
    """All pictures of these roles, by key."""
    rows = connection.execute(_QUERY, (json.dumps(sorted(roles)),))
    candidates = []
    for key, group in groupby(rows, key=itemgetter(0)):
        members = list(group)
        addresses = tuple(address for _, address, _, _ in members)
        candidates.append(_Candidate(key=key, newest=max(day for *_, day, _ in members), addresses=addresses))
    return candidates


def _in_order(due: Iterable[tuple[_Candidate, Tries]]) -> tuple[WantedPicture, ...]:
    in_order = sorted(due, key=lambda pair: pair[0].newest, reverse=True)
    in_order.sort(key=lambda pair: pair[1].last_at)
    return tuple(_wanted(candidate, tries.number) for candidate, tries in in_order)


def _wanted(candidate: _Candidate, tries: int) -> WantedPicture:
    """Each try takes another one of the addresses that may be asked."""
    addresses = [address for address in candidate.addresses if is_asked(address)]
    return WantedPicture(key=candidate.key, address=addresses[tries % len(addresses)])

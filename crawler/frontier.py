"""What is to be fetched: posts that were found and never answered, and posts that are due to be looked at again.

All of it follows from the capture store: the table ``found``, and the looks that its observations are. There is no
queue that a killed run could leave behind in disorder.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Literal, NamedTuple

from crawler.captures import Capture, CaptureStore, utc_text
from normalize.urls import canonical_url

Way = Literal["feed", "list_api", "list_page", "category", "past_posts", "cdx", "given"]
"""How a post was found."""

SCHEDULE: Final = (1, 7, 30, 180)
"""Days after the first look at which a post is looked at again; from then on every :data:`EVERY` days."""
EVERY: Final = 180
EARLY: Final = timedelta(hours=1)
"""A look may come so much before its time: a run that begins at the same hour every day is never exact to the second,
and would put off to tomorrow what it looked at a moment later yesterday."""

_DAY: Final = timedelta(days=1)
AHEAD: Final = _DAY
"""What was done so much later than now was done by a clock that was wrong: it keeps nothing from being done now."""
_PARAMETERS: Final = 500  # values in a list of a query
_NUMBER: Final = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post that a feed, a list or another post names."""

    key: str
    """As in :func:`normalize.urls.post_keys`: ``csdn-80763567``."""
    address: str
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A post to be fetched."""

    key: str
    address: str
    last: Capture | None
    """The last whole look: its headers hold ETag and Last-Modified, its body the record to compare with. ``None``:
    there was none."""


class _Looks(NamedTuple):
    """The looks at a post, in short."""

    key: str
    first: str | None
    """``None``: no look is of a time that has come."""
    last: str | None
    last_whole: str | None
    """``None``: it was always gone."""


def next_look(first: datetime, last: datetime) -> datetime:
    """When a post is to be looked at again: the first time on the schedule that no look has served yet.

    Days after the first look: 1, 7, 30, 180, then every 180. A look serves the times before it and one that is less
    than :data:`EARLY` after it. The result is always later than ``last``.

    >>> first = datetime(2026, 1, 1, 6, tzinfo=UTC)
    >>> next_look(first, first).isoformat()
    '2026-01-02T06:00:00+00:00'
    >>> next_look(first, datetime(2026, 1, 20, tzinfo=UTC)).isoformat()
    '2026-01-31T06:00:00+00:00'
    """
    served = max(last, first) - first + EARLY
    for days in SCHEDULE:
        if served < days * _DAY:
            return first + days * _DAY
    return first + (served // (EVERY * _DAY) + 1) * EVERY * _DAY


class Frontier:
    """The posts of one source, and which of them are to be fetched."""

    def __init__(self, store: CaptureStore, source: str) -> None:
        """``source`` is the origin of its captures: ``csdn``, with a stand-in ``csdn via http://127.0.0.1:8123``."""
        self._store = store
        self._connection = store.connection
        self._source = source

    def add(self, posts: Iterable[FoundPost], *, now: datetime | None = None) -> int:
        """Remember posts; returns how many of them are new. Where none says anything new, nothing is written.

        The address found first stays, unless a later one differs by more than case and trackers. Forgotten posts are
        passed over.
        """
        news = self._news(posts)
        if not news:
            return 0
        with self._store.transaction():
            known = self._known_addresses([post.key for post in news])
            moment = utc_text(now or datetime.now(UTC))
            self._connection.executemany(
                "INSERT INTO found (source, key, address, way, first_found_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (source, key) DO UPDATE SET address = excluded.address",
                [(self._source, post.key, post.address, post.way, moment) for post in news],
            )
        return len({post.key for post in news} - known.keys())

    def tasks(self, now: datetime) -> list[Task]:
        """What is to be fetched now: first what was never asked for, the newest first; then what is due, by how long;
        then what was asked for in vain, the longest ago first. Some posts that are always refused, which end a run,
        would else keep all others away for ever.

        An answer is the post itself (200, or 304), a page that cannot be read as it could before, or that it is gone
        (404, 410). A refusal, a page that is not whole, and a failure are none: such a post stays where it was.
        """
        forgotten = self._forgotten()
        addresses = dict(
            self._connection.execute("SELECT key, address FROM found WHERE source = ?", (self._source,)).fetchall()
        )
        looks = {looks.key: looks for looks in self._looks(now) if looks.key not in forgotten}
        pending = sorted((key for key in addresses if key not in looks and key not in forgotten), key=_age)
        due = [key for _, key in sorted((moment, key) for key, moment in _due(looks.values(), now))]
        last = self._last_whole([looks[key] for key in due])
        found = [(key, addresses.get(key) or _address(last.get(key))) for key in (*pending, *due)]
        tasks = [Task(key=key, address=address, last=last.get(key)) for key, address in found if address is not None]
        in_vain = self._in_vain(looks)
        return sorted(tasks, key=lambda task: in_vain.get(task.key, ""))

    def known(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of the keys that need no first look: of posts that were answered, whole or gone, or are forgotten."""
        query = (
            "SELECT post_key FROM observations WHERE origin = ? AND post_key IN ({0}) AND answer IS NOT NULL "
            "UNION SELECT value FROM tombstones WHERE kind = 'key' AND value IN ({0})"
        )
        found: set[str] = set()
        for chunk in _chunks(set(keys)):
            marks = query.format(", ".join("?" * len(chunk)))
            found.update(key for (key,) in self._connection.execute(marks, (self._source, *chunk, *chunk)))
        return frozenset(found)

    def last_full(self, user: str | None = None, *, now: datetime | None = None) -> datetime | None:
        """When the last run ended that read the full list to its end; ``None``: none did.

        Args:
            user: whose list, where a run was asked for that of a user; ``None``: anybody's.
            now: a run of a clock that was ahead of it does not count.
        """
        (moment,) = self._connection.execute(
            "SELECT max(ended_at) FROM runs WHERE source = ?1 AND full_list = 1 "
            "AND (?2 IS NULL OR json_extract(asked, '$.user') = ?2 COLLATE NOCASE) AND ended_at <= ?3",
            (self._source, user, _latest(now or datetime.now(UTC))),
        ).fetchone()
        return None if moment is None else datetime.fromisoformat(moment)

    def _news(self, posts: Iterable[FoundPost]) -> list[FoundPost]:
        """Those that are new or have moved, each once."""
        given = list(posts)
        known = self._known_addresses([post.key for post in given])
        forgotten = self._forgotten()
        news: dict[str, FoundPost] = {}
        for post in given:
            before = known.get(post.key)
            if post.key not in forgotten and (before is None or _folded(before) != _folded(post.address)):
                news.setdefault(post.key, post)
        return list(news.values())

    def _known_addresses(self, keys: Iterable[str]) -> dict[str, str]:
        query = "SELECT key, address FROM found WHERE source = ? AND key IN ({})"
        known: dict[str, str] = {}
        for chunk in _chunks(keys):
            known.update(self._connection.execute(query.format(", ".join("?" * len(chunk))), (self._source, *chunk)))
        return known

    def _forgotten(self) -> frozenset[str]:
        found = self._connection.execute("SELECT value FROM tombstones WHERE kind = 'key'")
        return frozenset(key for (key,) in found)

    def _looks(self, now: datetime) -> Iterator[_Looks]:
        # all columns stand in the index: neither bodies nor headers are read
        found = self._connection.execute(
            "SELECT post_key, min(fetched_at) FILTER (WHERE fetched_at <= ?2), "
            "max(fetched_at) FILTER (WHERE fetched_at <= ?2), "
            "ifnull(max(fetched_at) FILTER (WHERE answer = 'whole' AND fetched_at <= ?2), "
            "max(fetched_at) FILTER (WHERE answer = 'whole')) "
            "FROM observations INDEXED BY observations_by_look "
            "WHERE origin = ?1 AND post_key IS NOT NULL AND answer IS NOT NULL AND fetched_at IS NOT NULL "
            "GROUP BY post_key",
            (self._source, _latest(now)),
        )
        return map(_Looks._make, found)

    def _in_vain(self, looks: Mapping[str, _Looks]) -> dict[str, str]:
        """When posts were last asked for, of those that gave no answer then."""
        found = self._connection.execute(
            "SELECT post_key, max(fetched_at) FROM observations "
            "WHERE origin = ? AND post_key IS NOT NULL AND answer IS NULL AND fetched_at IS NOT NULL GROUP BY post_key",
            (self._source,),
        )
        return {key: tried for key, tried in found if key not in looks or tried > (looks[key].last or "")}

    def _last_whole(self, looks: Sequence[_Looks]) -> dict[str, Capture]:
        wanted = [(one.key, one.last_whole) for one in looks if one.last_whole is not None]
        found: dict[str, Capture] = {}
        for key, moment in wanted:
            capture = self._store.look(self._source, key, moment)
            if capture is not None:
                found[key] = capture
        return found


def _due(looks: Iterable[_Looks], now: datetime) -> Iterator[tuple[str, datetime]]:
    for one in looks:
        if one.first is None or one.last is None:
            yield one.key, now
            continue
        moment = next_look(datetime.fromisoformat(one.first), datetime.fromisoformat(one.last))
        if moment - EARLY <= now:
            yield one.key, moment


def _latest(now: datetime) -> str:
    return utc_text(now + AHEAD)


def _folded(address: str) -> str:
    return canonical_url(address).casefold()


def _address(capture: Capture | None) -> str | None:
    return None if capture is None else capture.address


def _age(key: str) -> tuple[list[int], str]:
    """Sort key that puts the newest first: article numbers rise with time."""
    return [-int(number) for number in _NUMBER.findall(key)], key


def _chunks(items: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _PARAMETERS)):
        yield chunk

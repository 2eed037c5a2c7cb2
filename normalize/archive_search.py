"""The half of the writer that knows the search index.

Every recommendation has a ``search_id``, its row in the index. It grows from the newest post to the oldest, so that
hits come newest first without being sorted; and it is a small number, since the index stores the distance from one to
the next for each token: with ids as long as ``recommendation_id`` the index would be twice as large. Like every id it
is a function of content, of the posts of one day: a post takes a slot of its day by its own id, and the next free one
where two want the same.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from normalize.archive_posts import Posts
from normalize.archive_rows import (
    POSITIONS,
    SEARCH,
    SEARCH_DELETE,
    RecommendationRow,
    recommendation_id,
    search_row,
    search_source,
)
from normalize.archive_sql import select_in, write_rows

SLOT = 16
"""Places of a slot; a post with more takes several."""

DAY_SLOTS = 32
"""Slots of a day."""

UNDATED_SLOTS = 65_536
"""Slots of all posts without a day; they come after those with one."""

_DAYS = 65_536
_LAST_DAY = date(2149, 6, 6).toordinal()
# How far a post looks for free slots; on a day so crowded it gets none.
_TRIES = 64
# What has no slot comes last, in the order of its recommendation_id, which is less than this.
_CROWDED = 1 << 58


class Place(NamedTuple):
    """Where the recommendations of a post stand in the index."""

    first: int
    """``search_id`` that a recommendation at place 0 would have."""
    room: int
    """Number of places; what stands beyond has no slot."""

    def search_id(self, number: int, position: int) -> int:
        """Give the id in the index of a recommendation by its ``recommendation_id`` and place."""
        return self.first + position if position < self.room else _CROWDED + number


def places_of_day(day: str | None, posts: Mapping[str, int]) -> dict[str, Place]:
    """Give places to all posts of a day (``None``: without a day), each with the number of its recommendations.

    >>> later, earlier = (places_of_day(day, {"csdn-1": 14})["csdn-1"] for day in ("2018-06-22", "2018-06-21"))
    >>> later.first < earlier.first, earlier.first - later.first == SLOT * DAY_SLOTS
    (True, True)
    """
    age = _DAYS if day is None else min(max(_LAST_DAY - date.fromisoformat(day).toordinal(), 0), _DAYS - 1)
    slots = UNDATED_SLOTS if day is None else DAY_SLOTS
    taken: set[int] = set()
    places: dict[str, Place] = {}
    for post_id in sorted(posts):
        own, size = recommendation_id(post_id, 0), posts[post_id] // SLOT + 1
        slot = _free_slot(own // POSITIONS % slots, size, slots, taken)
        if slot is None:
            places[post_id] = Place(_CROWDED + own, POSITIONS)
        else:
            taken.update(range(slot, slot + size))
            places[post_id] = Place((age * DAY_SLOTS + slot) * SLOT, size * SLOT)
    return places


def _free_slot(wanted: int, size: int, slots: int, taken: set[int]) -> int | None:
    """Find the first of ``size`` free slots in a row, from the wanted one on."""
    for step in range(_TRIES):
        slot = (wanted + step) % slots
        if slot + size <= slots and taken.isdisjoint(range(slot, slot + size)):
            return slot
    return None


class SearchPlaces:
    """Places in the index on all days on which a batch adds, changes or removes posts."""

    def __init__(self, connection: sqlite3.Connection, posts: Posts) -> None:
        before, after = _posts_of_days(connection, posts, _touched_days(posts))
        self._places: dict[str, Place] = {}
        self.displaced: list[str] = []
        """Posts of the archive that lose their place to another of the same day."""
        for day, counts in after.items():
            old, new = places_of_day(day, before[day]), places_of_day(day, counts)
            self._places |= new
            self.displaced += [post_id for post_id, place in new.items() if old.get(post_id, place) != place]

    def search_id(self, post_id: str, number: int, position: int, *, stored: int = 0) -> int:
        """Give the id in the index that a recommendation shall have; ``stored`` is the one that it has."""
        place = self._places.get(post_id)
        return stored if place is None else place.search_id(number, position)


def _touched_days(posts: Posts) -> set[str | None]:
    """Days, before and after, of all posts whose recommendations come, go or move."""
    touched = (*posts.rebuilt_ids, *posts.redated_ids, *posts.removed_ids)
    return {rows[post_id].published_on for rows in (posts.old, posts.rows) for post_id in touched if post_id in rows}


_Days = defaultdict[str | None, dict[str, int]]


def _posts_of_days(connection: sqlite3.Connection, posts: Posts, days: set[str | None]) -> tuple[_Days, _Days]:
    """Posts of some days with the number of their recommendations, as they are stored and as they will be."""
    query = "SELECT post_id, published_on, recommendations FROM posts WHERE published_on "
    stored = list(select_in(connection, query + "IN ({})", sorted(day for day in days if day is not None)))
    if None in days:
        stored += connection.execute(query + "IS NULL").fetchall()
    before: _Days = defaultdict(dict)
    after: _Days = defaultdict(dict)
    for post_id, day, count in stored:
        before[day][post_id] = count
        if post_id not in posts.old:
            after[day][post_id] = count
    for row in posts.rows.values():
        if row.published_on in days:
            after[row.published_on][row.post_id] = row.recommendations
    return before, after


def write_search(
    connection: sqlite3.Connection, old: Mapping[int, RecommendationRow], new: Mapping[int, RecommendationRow]
) -> None:
    """Index recommendations anew that are searched otherwise than before; both by their ``recommendation_id``.

    The index keeps no text of its own, so that what leaves it must be said again.
    """
    stays = {number for number in old.keys() & new.keys() if search_source(old[number]) == search_source(new[number])}
    # In the order of the index: at every step back SQLite would write what it has gathered.
    gone, come = (
        sorted((row for number, row in rows.items() if number not in stays), key=attrgetter("search_id"))
        for rows in (old, new)
    )
    write_rows(connection, SEARCH_DELETE, [search_row(row) for row in gone])
    write_rows(connection, SEARCH.insert, [search_row(row) for row in come])

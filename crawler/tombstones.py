"""What was forgotten and must not come back: keys of posts, hashes of bodies, hashes of titles with days.

A tombstone holds nothing of the text. A title can be recognised by whoever knows it already, and by nobody else.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta

from crawler.captures import CaptureStore, NewCapture
from crawler.importers.files import file_name
from normalize.titles import post_title_key
from normalize.urls import post_keys


def when_forgotten(store: CaptureStore, item: NewCapture) -> str | None:
    """When the post in a capture was forgotten (``2026-01-31T06:00:00Z``); ``None``: it was not.

    Beside address and bytes, which :meth:`~crawler.captures.CaptureStore.add` minds itself, the page's own address,
    title and day are looked at; so it is read, unless nothing was ever forgotten.
    """
    if not has_tombstones(store.connection):
        return None
    moment = store.forgotten(item)
    if moment is not None or item.same_as is not None:
        return moment
    # Imported here, and below: hardly anything was ever forgotten, and what else knows posts takes a tenth of a second.
    from crawler.pages import UnreadablePage, read_page

    try:
        page = read_page(item.body, name=file_name(item.origin), status=item.status)
    except UnreadablePage:
        return None
    wanted = [("key", key) for key in post_keys(page.url or "")]
    key = post_title_key(page.title)
    if key is not None:
        wanted.append(("title", _mark(key, (page.published or "")[:10])))
    return max(filter(None, (_moment(store.connection, *one) for one in wanted)), default=None)


def title_marks(title_key: str, published: str | None, *, is_only_one: bool) -> Iterator[str]:
    """Marks by which further copies of a post are known: hashes of its title with a day.

    Copies appear on neighbouring days, and exports may give none. So, unless other posts have the same title, the days
    around count too, as they do where copies are joined (:data:`~normalize.identity.DAYS_BETWEEN_COPIES`).
    """
    from normalize.identity import DAYS_BETWEEN_COPIES

    day = (published or "")[:10]
    yield _mark(title_key, day)
    if not is_only_one:
        return
    yield _mark(title_key, "")
    try:
        middle = date.fromisoformat(day)
    except ValueError:
        return
    for distance in range(-DAYS_BETWEEN_COPIES, DAYS_BETWEEN_COPIES + 1):
        yield _mark(title_key, (middle + timedelta(days=distance)).isoformat())


def has_tombstones(connection: sqlite3.Connection) -> bool:
    """Whether anything was ever forgotten."""
    return connection.execute("SELECT 1 FROM tombstones LIMIT 1").fetchone() is not None


def forgotten_captures(connection: sqlite3.Connection) -> frozenset[str]:
    """Ids of captures that were removed: an archive may still have been built from them."""
    return frozenset(value for (value,) in connection.execute("SELECT value FROM tombstones WHERE kind = 'capture'"))


def when_key_forgotten(connection: sqlite3.Connection, key: str) -> str | None:
    """When the post of a key was forgotten; ``None``: it was not."""
    return _moment(connection, "key", key)


def _moment(connection: sqlite3.Connection, kind: str, value: str) -> str | None:
    row = connection.execute(
        "SELECT forgotten_at FROM tombstones WHERE kind = ? AND value = ?", (kind, value)
    ).fetchone()
    return None if row is None else str(row[0])


def _mark(title_key: str, day: str) -> str:
    return hashlib.sha256(f"{title_key}\n{day}".encode()).hexdigest()

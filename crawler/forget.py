"""Removing a post for good: its captures, rows and pictures, and every byte of them, with tombstones that keep it away.

Captures and tombstones change in one transaction; then the archive is built anew from what is left. Whoever is stopped
in between leaves an archive that knows captures which are forgotten: the next command that builds on it, or the same
one again, sees that and builds it anew (:func:`crawler.ingest.update_archive`).
"""

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawler.captures import CaptureStore, DamagedBody, utc_text
from crawler.captures_schema import FILE_ORIGIN, mentions_of, post_key_of
from crawler.exits import Exit
from crawler.images.store import ImageStore, images_path
from crawler.ingest import Paths, update_archive
from crawler.lookup import KnownPost, find_post, keys_of_name
from crawler.runs import Runs
from crawler.tombstones import title_marks, when_key_forgotten
from normalize.archive import open_readonly
from normalize.archive_sql import select_in

_SCRUBBED = "A problem of a post that was forgotten since."


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What goes when a post is forgotten."""

    post: KnownPost
    capture_ids: tuple[str, ...]
    """All observations that are copies of it or came from its addresses, and fetched lists and feeds that quote it."""
    bodies: tuple[str, ...]
    """Bodies that nothing else needs."""
    bytes: int
    """Size of these bodies, unpacked."""
    places: tuple[tuple[str, int], ...]
    """Addresses or origins that they came from, with the number of captures each."""
    hashes: tuple[str, ...]
    """SHA-256 of every article among them, whether the bytes were kept or not; an error page, which other addresses
    answer with too, is none."""
    title_marks: tuple[str, ...]
    """See :func:`crawler.tombstones.title_marks`."""
    recommendations: int
    papers: int
    """Papers that no other post recommends."""
    pictures: tuple[str, ...]
    """Keys of pictures that no other post shows, whether they were fetched or not."""


def plan_removal(name: str, archive: Path, store: CaptureStore) -> Removal:
    """What :func:`remove_post` would remove.

    Raises :class:`~crawler.lookup.UnknownPost`, and what opening the archive raises.
    """
    post = find_post(name, archive, store)
    articles: list[str] = []
    marks: list[str] = []
    pictures: list[str] = []
    recommendations = papers = 0
    if archive.exists():
        with closing(open_readonly(archive)) as connection:
            articles = _articles(connection, post)
            marks = _marks(connection, post)
            recommendations, papers = _counts(connection, post)
            pictures = _pictures(connection, post)
    connection = store.connection
    hashes = _hashes(connection, articles)
    lists = _lists_naming(store, post.keys)
    capture_ids = sorted({*post.capture_ids, *lists, *_observations_of(connection, hashes)})
    bodies = _lone_bodies(connection, capture_ids)
    sizes = select_in(connection, "SELECT size FROM bodies WHERE sha256 IN ({})", bodies)
    return Removal(
        post=post,
        capture_ids=tuple(capture_ids),
        bodies=tuple(bodies),
        bytes=sum(size for (size,) in sizes),
        places=_places(connection, capture_ids),
        hashes=tuple(hashes),
        title_marks=tuple(marks),
        recommendations=recommendations,
        papers=papers,
        pictures=tuple(pictures),
    )


def remove_post(name: str, paths: Paths, *, now: datetime | None = None) -> Removal:
    """Forget a post, build the archive anew without it, and note the run. Nothing of it stays in any of the files.

    The caller keeps crawls and fetches of pictures away meanwhile. Raises :class:`~crawler.lookup.UnknownPost`, what
    opening the files raises, and :class:`sqlite3.Error`.
    """
    update_archive(paths)  # copies that came in since belong to it too
    with CaptureStore.open(paths.captures) as store:
        removal = plan_removal(name, paths.archive, store)
        runs = Runs(store)
        number = runs.begin("forget", asked={"post": removal.post.name}, now=now)
        if removal.pictures and images_path(paths.archive).exists():
            with ImageStore.open(images_path(paths.archive)) as images:  # first, while it is known which are meant
                images.forget(removal.pictures)
        _remove(store, removal, now or datetime.now(UTC))
        update_archive(paths)
        store.connection.execute("VACUUM")
        gone = {"removed_captures": len(removal.capture_ids), "removed_posts": len(removal.post.post_ids)}
        gone |= {"removed_recommendations": removal.recommendations, "removed_papers": removal.papers}
        runs.end(number, Exit.OK, archive=gone, now=now)
    return removal


def finish_removal(name: str, paths: Paths, *, now: datetime | None = None) -> str | None:
    """Bring to its end what a stopped :func:`remove_post` began, after it said that it does not know the post.

    Returns when the post was forgotten; ``None``: it was not, so nobody knows it.
    """
    with CaptureStore.open(paths.captures) as store:
        runs = Runs(store)
        moment = when_name_forgotten(name, store)
        stopped = [
            run.run_id
            for run in runs.latest()
            if run.command == "forget" and run.ended_at is None and when_name_forgotten(run.asked["post"], store)
        ]
        if moment is not None and stopped:
            store.connection.execute("VACUUM")
            for number in stopped:
                runs.end(number, Exit.OK, now=now)
    return moment


def when_name_forgotten(name: str, store: CaptureStore) -> str | None:
    """When the post of an id, key or address was forgotten; ``None``: it was not."""
    moments = (when_key_forgotten(store.connection, key) for key in {name, *keys_of_name(name)})
    return max(filter(None, moments), default=None)


def _remove(store: CaptureStore, removal: Removal, now: datetime) -> None:
    """Take everything out of the store and put up the tombstones, in one transaction."""
    connection = store.connection
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
    keys, moment = removal.post.keys, utc_text(now)
    names = {*keys, *removal.post.post_ids}
    tombstones = {"key": names, "sha256": removal.hashes, "title": removal.title_marks, "capture": removal.capture_ids}
    with store.transaction():
        connection.executemany(
            "INSERT INTO tombstones (kind, value, forgotten_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(kind, value, moment) for kind, values in tombstones.items() for value in values],
        )
        for sql, values in (
            ("DELETE FROM observations WHERE capture_id = ?", removal.capture_ids),
            ("DELETE FROM bodies WHERE sha256 = ?", removal.bodies),
            ("DELETE FROM found WHERE key = ?", keys),
        ):
            connection.executemany(sql, [(value,) for value in values])
        _scrub_problems(connection, keys)


def _scrub_problems(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    """What runs noted about the post may quote it: that there was something is all that stays."""
    noted = connection.execute("SELECT run_id, number, address FROM run_problems WHERE address IS NOT NULL").fetchall()
    rows = [(run_id, number) for run_id, number, address in noted if post_key_of(address) in set(keys)]
    connection.executemany(
        f"UPDATE run_problems SET address = NULL, message = '{_SCRUBBED}' WHERE run_id = ? AND number = ?",  # noqa: S608
        rows,
    )


def _articles(connection: sqlite3.Connection, post: KnownPost) -> list[str]:
    """Captures that hold the post itself."""
    query = "SELECT capture_id FROM captures WHERE page_class IN ('post', 'not_digest') AND capture_id IN ({})"
    return [capture_id for (capture_id,) in select_in(connection, query, post.capture_ids)]


def _marks(connection: sqlite3.Connection, post: KnownPost) -> list[str]:
    query = "SELECT DISTINCT title_key, published FROM copy_facts WHERE title_key IS NOT NULL AND capture_id IN ({})"
    copies = list(select_in(connection, query, post.capture_ids))
    titles = sorted({title for title, _ in copies})
    query = "SELECT title_key, post_id FROM copy_facts JOIN captures USING (capture_id) WHERE title_key IN ({})"
    shared = {title for title, post_id in select_in(connection, query, titles) if post_id not in post.post_ids}
    return sorted({mark for title, day in copies for mark in title_marks(title, day, is_only_one=title not in shared)})


def _counts(connection: sqlite3.Connection, post: KnownPost) -> tuple[int, int]:
    """Recommendations of it, and papers that it alone recommends."""
    query = "SELECT paper_id, recommendation_id FROM recommendations WHERE post_id IN ({})"
    own = list(select_in(connection, query, post.post_ids))
    query = "SELECT paper_id, post_id FROM recommendations WHERE paper_id IN ({})"
    papers = sorted({paper for paper, _ in own})
    elsewhere = {paper for paper, place in select_in(connection, query, papers) if place not in post.post_ids}
    return len(own), len(papers) - len(elsewhere)


def _pictures(connection: sqlite3.Connection, post: KnownPost) -> list[str]:
    query = "SELECT key FROM images JOIN recommendations USING (recommendation_id) WHERE post_id IN ({})"
    own = sorted({key for (key,) in select_in(connection, query, post.post_ids)})
    query = "SELECT key, post_id FROM images JOIN recommendations USING (recommendation_id) WHERE key IN ({})"
    elsewhere = {key for key, place in select_in(connection, query, own) if place not in post.post_ids}
    return [key for key in own if key not in elsewhere]


def _hashes(connection: sqlite3.Connection, capture_ids: list[str]) -> list[str]:
    query = "SELECT sha256, body_sha256 FROM observations WHERE capture_id IN ({})"
    return sorted({sha256 for row in select_in(connection, query, capture_ids) for sha256 in row})


def _observations_of(connection: sqlite3.Connection, hashes: list[str]) -> set[str]:
    by = ("sha256", "body_sha256")
    queries = [f"SELECT capture_id FROM observations WHERE {column} IN ({{}})" for column in by]  # noqa: S608
    return {capture_id for query in queries for (capture_id,) in select_in(connection, query, hashes)}


def _lists_naming(store: CaptureStore, keys: Iterable[str]) -> list[str]:
    """Fetched pages that are no posts and name this one: lists and feeds, which print its first sentences."""
    mentions = mentions_of(keys)
    if mentions is None:
        return []
    query = "SELECT capture_id, body_sha256 FROM observations WHERE post_key IS NULL AND origin NOT LIKE ? || '%'"
    found = store.connection.execute(query, (FILE_ORIGIN,)).fetchall()
    naming = {sha256 for sha256 in {sha256 for _, sha256 in found} if _is_naming(store, sha256, mentions)}
    return [capture_id for capture_id, sha256 in found if sha256 in naming]


def _is_naming(store: CaptureStore, sha256: str, mentions: re.Pattern[bytes]) -> bool:
    try:
        return mentions.search(store.body(sha256)) is not None
    except (KeyError, DamagedBody):  # of what cannot be read, nothing is kept that could be found
        return False


def _lone_bodies(connection: sqlite3.Connection, capture_ids: list[str]) -> list[str]:
    """Bodies that only these observations need."""
    query = "SELECT DISTINCT body_sha256 FROM observations WHERE capture_id IN ({})"
    bodies = sorted({sha256 for (sha256,) in select_in(connection, query, capture_ids)})
    query = "SELECT body_sha256, capture_id FROM observations WHERE body_sha256 IN ({})"
    going = set(capture_ids)
    needed = {sha256 for sha256, capture_id in select_in(connection, query, bodies) if capture_id not in going}
    return [sha256 for sha256 in bodies if sha256 not in needed]


def _places(connection: sqlite3.Connection, capture_ids: list[str]) -> tuple[tuple[str, int], ...]:
    places: dict[str, int] = {}
    query = "SELECT ifnull(address, origin) FROM observations WHERE capture_id IN ({})"
    for (place,) in select_in(connection, query, capture_ids):
        places[place] = places.get(place, 0) + 1
    return tuple(sorted(places.items()))

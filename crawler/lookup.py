"""Which post or paper people mean, when they name it by its id, by a key, an address or its title."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.captures import CaptureStore
from crawler.captures_schema import post_key_of
from normalize.archive import open_readonly
from normalize.archive_sql import select_in
from normalize.identifiers import find_identifier
from normalize.titles import title_key
from normalize.urls import canonical_url, post_keys

# csdn-80763567, wechat-MzIwMTc4ODE0Mw-2247489270-1, wechat-s-1bJ3QVbXQW7B9wV2sQ2HzA
_KEY = re.compile("csdn-[0-9]+|wechat-[A-Za-z0-9+/_-]+")


class UnknownPost(ValueError):
    """Neither the archive nor its captures know the post."""


class UnknownPaper(ValueError):
    """The archive knows no paper of a name, or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A post as archive and captures know it."""

    name: str
    """Its id in the archive; where it is not there, a key, or the address that was given."""
    post_ids: tuple[str, ...]
    """Mostly one; none for a post that was only found or holds no papers; several where they share an address."""
    title: str | None
    keys: tuple[str, ...]
    """Keys of all its copies and of the addresses that they came from; sorted."""
    capture_ids: tuple[str, ...]
    """Its copies, and every other answer that came from its addresses (gone, blocked …); sorted."""


def find_post(name: str, archive: Path, store: CaptureStore) -> KnownPost:
    """The post of a name: ``csdn-80763567``, ``title-0f3a…-20180621``, ``https://blog.csdn.net/…/80763567``.

    Raises :class:`UnknownPost`, and what opening the archive raises; an archive that is missing knows nothing.
    """
    keys = keys_of_name(name)
    addresses = {name, canonical_url(name)}
    in_archive = _Archived()
    if archive.exists():
        with closing(open_readonly(archive)) as connection:
            in_archive = _look_up(connection, name, keys, addresses)
    keys |= in_archive.keys
    answers = _answers(store.connection, keys, addresses)
    is_found = any(_values(store.connection, "SELECT key FROM found WHERE key IN ({})", keys))
    if not in_archive.post_ids and not answers and not is_found:
        raise UnknownPost(f"{archive} and {store.path} know no post {name!r}: give its id, its key or its address")
    return KnownPost(
        name=min(in_archive.post_ids or keys, default=name),
        post_ids=tuple(sorted(in_archive.post_ids)),
        title=in_archive.title,
        keys=tuple(sorted(keys)),
        capture_ids=tuple(sorted(answers | in_archive.copies)),
    )


def keys_of_name(name: str) -> set[str]:
    """Keys that a name gives by itself; none for an id made from a title."""
    return {name} if _KEY.fullmatch(name) else set(post_keys(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archived:
    """What the archive knows of it."""

    post_ids: frozenset[str] = frozenset()
    title: str | None = None
    keys: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()


def _look_up(connection: sqlite3.Connection, name: str, keys: set[str], addresses: set[str]) -> _Archived:
    post_ids = frozenset(
        [
            *_values(connection, "SELECT post_id FROM posts WHERE post_id IN ({})", [name]),
            *_values(
                connection, "SELECT post_id FROM capture_keys JOIN captures USING (capture_id) WHERE key IN ({})", keys
            ),
            *_values(connection, "SELECT post_id FROM captures WHERE post_id NOT NULL AND address IN ({})", addresses),
            *_values(connection, "SELECT post_id FROM post_copies WHERE place IN ({})", addresses),
        ]
    )
    copies = frozenset(_values(connection, "SELECT capture_id FROM captures WHERE post_id IN ({})", post_ids))
    printed = set(_values(connection, "SELECT key FROM capture_keys WHERE capture_id IN ({})", copies))
    came_from = set(_values(connection, "SELECT address FROM captures WHERE capture_id IN ({})", copies))
    asked = {key for address in came_from if (key := post_key_of(address)) is not None} - printed
    # the page of one post under the address of another (a redirect) does not make them one
    others = "SELECT key FROM capture_keys JOIN captures USING (capture_id) WHERE key IN ({})"
    return _Archived(
        post_ids=post_ids,
        title=next(
            _values(connection, "SELECT title FROM posts WHERE post_id IN ({}) ORDER BY post_id", post_ids), None
        ),
        keys=frozenset(printed | (asked - set(_values(connection, others, asked)))),
        copies=copies,
    )


def _answers(connection: sqlite3.Connection, keys: set[str], addresses: set[str]) -> frozenset[str]:
    by_key = _values(connection, "SELECT capture_id FROM observations WHERE post_key IN ({})", keys)
    by_address = _values(connection, "SELECT capture_id FROM observations WHERE address IN ({})", addresses)
    return frozenset([*by_key, *by_address])


def _values(connection: sqlite3.Connection, query: str, values: Iterable[str]) -> Iterator[Any]:
    """First column of a query, see :func:`normalize.archive_sql.select_in`."""
    return (row[0] for row in select_in(connection, query, sorted(values)))


# --- papers ----------------------------------------------------------------------------------------------------------


def find_paper(name: str, archive: sqlite3.Connection) -> str:
    """The id of the paper of a name: ``pw-2026``, another id of it, its address, or its title, whole.

    A title counts as printed before it counts with case, width and punctuation folded away. Raises
    :class:`UnknownPaper`.
    """
    for query, values in _papers(name):
        found = sorted(row[0] for row in archive.execute(f"SELECT DISTINCT paper_id FROM {query}", values))  # noqa: S608
        if len(found) > 1:
            raise UnknownPaper(f"{name!r} may be any of the papers {', '.join(found)}: give an id")
        if found:
            return str(found[0])
    raise UnknownPaper(f"the archive knows no paper {name!r}: give its id, its address or its whole title")


def _papers(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where a paper of a name may stand, the surest first."""
    yield "papers WHERE paper_id = ?", (name,)
    yield "paper_aliases WHERE alias = ?", (name,)
    identifier = find_identifier(name)
    if identifier is not None:
        held = "recommendations JOIN identifiers USING (recommendation_id) WHERE scheme = ? AND value = ?"
        yield f"{held} AND disputed = 0", (identifier.scheme, identifier.value)
    yield "papers WHERE title = ?", (name,)
    yield "recommendations WHERE title_raw = ?", (name,)
    key = title_key(name)
    if key is not None:
        yield "recommendations WHERE title_key = ?", (key,)

"""``paperdigest crawl wayback``: what it must know of the posts that are stored."""

import base64
import hashlib
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from crawler.captures import CaptureStore, DamagedBody
from crawler.commands.crawl import crawl_and_archive
from crawler.console import Console
from crawler.exits import Exit
from crawler.ingest import Paths
from crawler.mementos import DIGEST_HEADER
from crawler.run import origin_of
from normalize.archive import open_readonly
from normalize.urls import post_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored of the posts of CSDN, by their keys."""

    held: frozenset[str] = frozenset()
    """A whole copy is there, from the site, a web archive or a file."""
    gone: frozenset[str] = frozenset()
    """The site's last answer was that it has them no more."""
    forgotten: frozenset[str] = frozenset()
    """They must not come back."""
    digests: frozenset[str] = frozenset()
    """Of the snapshots that are stored, as the Wayback Machine spells them."""


def crawl_wayback(
    user: str,
    into: Paths,
    console: Console,
    *,
    only_lost: bool,
    limit: int | None,
    refetch: bool,
    site_url: str | None,
    **options: Any,
) -> Exit:
    """Look for copies of a user's posts, and fetch those whose bytes are not stored.

    ``options`` are those of :func:`~crawler.commands.crawl.crawl_and_archive`.
    """

    def arguments(store: CaptureStore) -> dict[str, Any]:
        known = asdict(known_posts(store, into.archive, origin=origin_of("wayback", site_url)))
        if refetch:
            known["digests"] = frozenset()
        else:
            known["digests_of"] = partial(digests_of_bodies, into.captures)
        return {"user": user, "limit": limit, "only_lost": only_lost, **known}

    return crawl_and_archive(
        "wayback", into, console, arguments=arguments, refetch=refetch, site_url=site_url, **options
    )


def known_posts(store: CaptureStore, archive: Path, *, origin: str) -> Known:
    """What a store and its archive know; ``origin`` is that of the snapshots."""
    last: dict[str, str] = {}
    held: set[str] = set()
    # what a snapshot is was not known for sure when it came in: of those the archive tells
    for key, answer in store.connection.execute(
        "SELECT post_key, answer FROM observations WHERE post_key LIKE 'csdn-%' AND answer IS NOT NULL "
        "AND origin NOT LIKE 'wayback%' ORDER BY fetched_at"
    ):
        last[key] = answer
        if answer == "whole":
            held.add(key)
    forgotten = store.connection.execute("SELECT value FROM tombstones WHERE kind = 'key'")
    digests = store.connection.execute(
        "SELECT json_extract(headers, ?1) AS digest FROM observations WHERE origin = ?2 AND digest IS NOT NULL",
        (f'$."{DIGEST_HEADER}"', origin),
    )
    return Known(
        held=frozenset(held | _archived(archive)),
        gone=frozenset(key for key, answer in last.items() if answer == "gone"),
        forgotten=frozenset(key for (key,) in forgotten),
        digests=frozenset(digest for (digest,) in digests),
    )


def digests_of_bodies(captures: Path, keys: Collection[str]) -> frozenset[str]:
    """Digests of all stored bodies of some posts, as the Wayback Machine spells them: SHA-1 in base 32.

    Pages of the living site hardly ever have the bytes of a snapshot; files that were saved from the archive do.
    """
    digests: set[str] = set()
    with CaptureStore.open(captures, readonly=True) as store:
        for key in keys:
            bodies = store.connection.execute(
                "SELECT DISTINCT body_sha256 FROM observations WHERE post_key = ? AND sha256 = body_sha256", (key,)
            ).fetchall()
            for (sha256,) in bodies:
                with suppress(DamagedBody, KeyError):
                    digests.add(
                        base64.b32encode(hashlib.sha1(store.body(sha256), usedforsecurity=False).digest()).decode()
                    )
    return frozenset(digests)


def _archived(archive: Path) -> set[str]:
    """Keys of the posts and articles that an archive has."""
    if not archive.exists():
        return set()
    with closing(open_readonly(archive)) as connection:
        return {*_keys_of_posts(connection), *_keys_of_articles(connection)}


def _keys_of_posts(connection: sqlite3.Connection) -> set[str]:
    return {key for (key,) in connection.execute("SELECT DISTINCT key FROM capture_keys WHERE key LIKE 'csdn-%'")}


def _keys_of_articles(connection: sqlite3.Connection) -> set[str]:
    addresses = connection.execute(
        "SELECT DISTINCT address FROM captures WHERE page_class = 'not_digest' AND address IS NOT NULL"
    )
    return {key for (address,) in addresses for key in post_keys(address)}

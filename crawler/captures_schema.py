"""The tables of the capture store, and how an older file is brought to the present schema.

Four things live in the file beside the captures themselves, for they too must outlive the archive: which posts were
ever found (:mod:`crawler.frontier`), what each run did (:mod:`crawler.runs`), and what was forgotten and must not come
back (:mod:`crawler.forget`).
"""

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import Final, Literal

from normalize.urls import post_keys

SCHEMA_VERSION: Final = 2
DAMAGED_HEADER: Final = "x-paperdigest-damaged"
"""Header of a capture whose bytes did not arrive whole; its value says what is wrong."""
BLOCKED_HEADER: Final = "x-paperdigest-blocked"
"""Header of a capture in which the site refused to answer; its value says how that was seen."""
GONE_HEADER: Final = "x-paperdigest-gone"
"""Header of a capture with status 200 that says that the post was taken down; its value is the page's own reason."""
LAYOUT_HEADER: Final = "x-paperdigest-layout"
"""Header of a capture of a page that is not, or no longer, in a layout that is known; its value says how that shows."""

FILE_ORIGIN: Final = "file:"
"""What the origin of an imported file begins with."""

Answer = Literal["whole", "gone", "strange"]

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_GONE: Final = (404, 410)
# SHA-256 of no bytes: a status 304 with this hash repeats nothing that is stored.
_NOTHING: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

# The form of nearly all addresses of posts; what it matches needs no taking apart.
_PLAIN_ADDRESS: Final = re.compile(r"https://blog\.csdn\.net/[A-Za-z0-9_-]+/article/details/([0-9]+)")
# csdn-80763567, wechat-s-1bJ3QVbXQW7B9wV2sQ2HzA, wechat-MzIwMTc4ODE0Mw-2247489270-1
_NAME_IN_KEY: Final = re.compile(r"csdn-([0-9]+)|wechat-s-(.+)|wechat-.+-([0-9]+)-[0-9]+")

_OBSERVATIONS: Final = (
    """CREATE TABLE observations (
        capture_id TEXT NOT NULL PRIMARY KEY CHECK (length(capture_id) = 24),
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        body_sha256 TEXT NOT NULL REFERENCES bodies (sha256),
        address TEXT,
        origin TEXT NOT NULL,
        fetched_at TEXT,
        status INTEGER,
        headers TEXT CHECK (headers IS NULL OR json_valid(headers)),
        reads INTEGER CHECK (reads >= 0),
        post_key TEXT,
        answer TEXT CHECK (answer IN ('whole', 'gone', 'strange')),
        checksum TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX observations_by_address ON observations (address, origin, fetched_at)",
    "CREATE INDEX observations_by_hash ON observations (sha256)",
    "CREATE INDEX observations_by_body ON observations (body_sha256)",
    "CREATE INDEX observations_by_post ON observations (post_key, fetched_at)",
    "CREATE INDEX observations_by_look ON observations (origin, post_key, fetched_at, answer) "
    "WHERE post_key IS NOT NULL AND answer IS NOT NULL",
)
_MEMORY: Final = (
    """CREATE TABLE found (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        address TEXT NOT NULL,
        way TEXT NOT NULL,
        first_found_at TEXT NOT NULL,
        PRIMARY KEY (source, key)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE runs (
        run_id INTEGER NOT NULL PRIMARY KEY,
        command TEXT NOT NULL,
        source TEXT,
        asked TEXT NOT NULL CHECK (json_valid(asked)),
        begun_at TEXT NOT NULL,
        ended_at TEXT,
        exit_status INTEGER,
        outcome TEXT,
        found INTEGER NOT NULL DEFAULT 0,
        fetched INTEGER NOT NULL DEFAULT 0,
        unchanged INTEGER NOT NULL DEFAULT 0,
        new INTEGER NOT NULL DEFAULT 0,
        changed INTEGER NOT NULL DEFAULT 0,
        gone INTEGER NOT NULL DEFAULT 0,
        blocked INTEGER NOT NULL DEFAULT 0,
        damaged INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0,
        layout_changed INTEGER NOT NULL DEFAULT 0,
        requests INTEGER NOT NULL DEFAULT 0,
        bytes INTEGER NOT NULL DEFAULT 0,
        seconds REAL,
        ways TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(ways)),
        full_list INTEGER NOT NULL DEFAULT 0 CHECK (full_list IN (0, 1)),
        versions TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(versions)),
        archive TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(archive))
    ) STRICT""",
    """CREATE TABLE run_problems (
        run_id INTEGER NOT NULL REFERENCES runs (run_id),
        number INTEGER NOT NULL,
        code TEXT NOT NULL,
        address TEXT,
        message TEXT NOT NULL,
        PRIMARY KEY (run_id, number)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tombstones (
        kind TEXT NOT NULL CHECK (kind IN ('key', 'sha256', 'title', 'capture')),
        value TEXT NOT NULL,
        forgotten_at TEXT NOT NULL,
        PRIMARY KEY (kind, value)
    ) STRICT, WITHOUT ROWID""",
)
SCHEMA: Final = (
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE bodies (
        sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
        size INTEGER NOT NULL CHECK (size >= 0),
        zstd BLOB NOT NULL
    ) STRICT""",
    *_OBSERVATIONS,
    *_MEMORY,
)
"""Statements that make an empty store."""

_COLUMNS_OF_1: Final = "capture_id, sha256, address, origin, fetched_at, status, headers, checksum"


def post_key_of(address: str | None) -> str | None:
    """The key of the post at an address: ``csdn-80763567``; ``None`` where it is no post's."""
    if address is None:
        return None
    plain = _PLAIN_ADDRESS.fullmatch(address)
    return f"csdn-{plain[1]}" if plain is not None else next(iter(post_keys(address)), None)


def mentions_of(keys: Iterable[str]) -> re.Pattern[bytes] | None:
    """Finds in a list of posts whether it names one of these; ``None`` where no key can be found in a text.

    >>> bool(mentions_of(["csdn-80763567"]).search(b'{"articleId":80763567}'))
    True
    """
    found = (_NAME_IN_KEY.fullmatch(key) for key in sorted(keys))
    names = [re.escape((match[1] or match[2] or match[3]).encode()) for match in found if match is not None]
    return re.compile(rb"(?<![0-9A-Za-z_-])(?:%s)(?![0-9A-Za-z_-])" % b"|".join(names)) if names else None


def answer_of(status: int | None, headers: str | None, sha256: str) -> Answer | None:
    """What an answer says of the post at its address: there it is (or: it is as it was), it is gone, or something
    stands there that cannot be read.

    ``None`` for one that says nothing of it (refused, not whole, another status) and for a file, which is no answer.
    """
    names = () if headers is None else json.loads(headers)
    if DAMAGED_HEADER in names or BLOCKED_HEADER in names:
        return None
    if status in _GONE or (status == _OK and GONE_HEADER in names):
        return "gone"
    if status == _OK or (status == _NOT_MODIFIED and sha256 != _NOTHING):
        return "strange" if LAYOUT_HEADER in names else "whole"
    return None


def migrate_from_1(connection: sqlite3.Connection) -> None:
    """Statements that bring a file of schema 1 to schema 2; for the caller's transaction.

    Foreign keys must be off: a damaged file, in which a body is missing, stays readable as far as it is whole. Ids and
    checksums of observations stay as they are.
    """
    connection.execute("ALTER TABLE observations RENAME TO observations_1")
    connection.execute("DROP INDEX observations_by_address")
    connection.execute("DROP INDEX observations_by_body")
    for statement in (*_OBSERVATIONS, *_MEMORY):
        connection.execute(statement)
    _copy_from_1(connection, "observations_1", "main.observations")
    connection.execute("DROP TABLE observations_1")
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(SCHEMA_VERSION),))


def show_as_2(connection: sqlite3.Connection) -> None:
    """Make a file of schema 1 that cannot be written look like one of schema 2, through this connection alone."""
    for statement in (*_OBSERVATIONS, *_MEMORY):
        statement = statement.replace("CREATE TABLE ", "CREATE TEMP TABLE ").replace(
            "CREATE INDEX ", "CREATE INDEX temp."
        )
        connection.execute(statement.replace(" REFERENCES bodies (sha256)", ""))
    _copy_from_1(connection, "main.observations", "temp.observations")


def _copy_from_1(connection: sqlite3.Connection, old: str, new: str) -> None:
    connection.create_function("post_key_of", 1, post_key_of, deterministic=True)
    connection.create_function("answer_of", 3, answer_of, deterministic=True)
    connection.execute(
        f"INSERT INTO {new} ({_COLUMNS_OF_1}, body_sha256, post_key, answer) "  # noqa: S608 (constants)
        f"SELECT {_COLUMNS_OF_1}, sha256, post_key_of(address), answer_of(status, headers, sha256) FROM {old}"
    )

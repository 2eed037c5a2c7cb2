"""Pictures that ``paperdigest images`` has fetched, read from the store beside an archive.

Whoever writes that store has told each type by its bytes. Here that is checked again before a picture is handed on,
since a browser is about to draw it.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SIGNATURES: Final = {
    "image/png": (b"\x89PNG\r\n\x1a\n", b""),
    "image/jpeg": (b"\xff\xd8\xff", b""),
    "image/gif": (b"GIF8", b""),
    "image/webp": (b"RIFF", b"WEBP"),
    "image/bmp": (b"BM", b""),
}
"""Types that are handed on, each with its first bytes and those from the eighth on. None of them can hold a script."""

_BUSY_SECONDS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Pixels of a picture."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture with its bytes."""

    type: str
    """Of :data:`SIGNATURES`."""
    sha256: str
    body: bytes


def images_path(archive_path: Path) -> Path:
    """Where the pictures of an archive live: ``data/archive.db`` → ``data/archive.images.db``."""
    return archive_path.with_name(archive_path.name.removesuffix(".db") + ".images.db")


def read_sizes(path: Path, keys: Iterable[str]) -> dict[str, Size]:
    """Sizes of those of the pictures that the store has; none where there is no store, or it cannot be read now."""
    try:
        with closing(_open(path)) as connection:
            rows = connection.execute(
                "SELECT key, width, height FROM pictures JOIN bodies USING (sha256) "
                "WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps(list(keys)),),
            ).fetchall()
    except sqlite3.Error:  # no store; or one that is just being made, or written
        return {}
    return {key: Size(width=width, height=height) for key, width, height in rows}


def read_picture(path: Path, key: str) -> StoredPicture | None:
    """A picture; ``None`` where the store does not have it, or its bytes do not begin like its type."""
    try:
        with closing(_open(path)) as connection:
            found = connection.execute(
                "SELECT type, sha256, body FROM pictures JOIN bodies USING (sha256) WHERE key = ?", (key,)
            ).fetchone()
    except sqlite3.Error:
        return None
    if found is None or not _is(found[0], found[2]):
        return None
    return StoredPicture(type=found[0], sha256=found[1], body=found[2])


def _open(path: Path) -> sqlite3.Connection:
    """Open the store for reading; who draws a page does not wait long for who is writing it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)


def _is(name: str, body: bytes) -> bool:
    first, eighth = SIGNATURES.get(name, (b"", b""))
    return bool(first) and body.startswith(first) and body.startswith(eighth, 8)

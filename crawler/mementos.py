"""The Wayback Machine, as far as it is text: its index of snapshots (CDX), and the addresses of the snapshots. Pure.

A *snapshot* is what the archive saw at an address at a moment; its index gives each the SHA-1 of its bytes, so that
equal ones need not be fetched twice. A *memento* is the snapshot as an answer of the archive's server.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urlencode

from normalize.urls import post_keys

SITE: Final = "https://web.archive.org"
INDEX_PATH: Final = "/cdx/search/cdx"
"""Path of the archive's index."""
DIGEST_HEADER: Final = "x-paperdigest-digest"
"""Header of a captured memento; its value is the digest that the archive's index has for it."""
ROWS: Final = 5000
"""Rows of the index asked for at a time: some 1 MB, well under the size limit of an answer."""

_FIELDS: Final = ("timestamp", "original", "mimetype", "statuscode", "digest", "length")
_OK: Final = "200"
_SHOWN: Final = 80  # letters of a strange value that a message shows

# "20190212060332"
_TIMESTAMP: Final = re.compile(r"[0-9]{14}")
# SHA-1 in base 32: "CY5JRRTOG3NN4Y3JSL5CKFFFMKRS2HXI"
_DIGEST: Final = re.compile(r"[A-Z2-7]{32}")
# what an address holds, so that it can stand in another one as it is
_ADDRESS: Final = re.compile(r"https?://[!-~]+", re.ASCII)
# "https://web.archive.org/web/20190212060332id_/http://blog.csdn.net/u/article/details/1"
_MEMENTO: Final = re.compile(r"https?://web\.archive\.org/web/([0-9]{14})[a-z_]*/", re.IGNORECASE)
# "/c9Yv2cf9I06K2A9E/article/details/80763567", "/c9Yv2cf9I06K2A9E/java/article/details/80763567"
_USER: Final = re.compile(r"https?://[^/]+/([^/?#]+)/")
_EXCLUDED: Final = re.compile(
    r"(?:Administrative|Robot)AccessControlException|URL has been excluded|Blocked (?:Site|Url)", re.IGNORECASE
)

Reason = Literal["gone", "missing", "changed"]
"""Why a post is wanted from the archive: the site has it no more, no whole copy was ever had, or the archive has bytes
that were not seen yet."""
_REASONS: Final[tuple[Reason, ...]] = ("gone", "missing", "changed")


class NotAnIndex(ValueError):
    """An answer of the index that is none: an error in its place, or another form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A row of the index that names a post."""

    key: str
    """``csdn-80763567``."""
    timestamp: str
    """``20190212060332``, UTC."""
    original: str
    """Address as the archive asked it, letter by letter: its snapshot is found by no other spelling."""
    digest: str
    """SHA-1 of the bytes, in base 32; equal digests, equal bytes."""

    @property
    def address(self) -> str:
        """Where the bytes can be had as they were, without the archive's own links and banner (``id_``)."""
        return f"{SITE}/web/{self.timestamp}id_/{self.original}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPage:
    """One answer of the index."""

    snapshots: tuple[Snapshot, ...]
    resume_key: str | None
    """Where the next page begins; ``None``: this is the last one."""
    other_rows: int
    """Rows that name no post: lists, pictures, other users, errors, revisits of what another row holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPost:
    """A post of which the archive has bytes that are not stored yet."""

    key: str
    reason: Reason
    snapshots: tuple[Snapshot, ...]
    """One for each new digest, the newest first: it is the likeliest to be whole."""


# --- the index -------------------------------------------------------------------------------------------------------


def index_address(user: str, *, resume_key: str | None = None, rows: int = ROWS) -> str:
    """Address of a page of the index of everything below a user's name, in whatever case that is spelt.

    >>> index_address("U").partition("?")[0]
    'https://web.archive.org/cdx/search/cdx'
    """
    query = [
        ("url", f"blog.csdn.net/{user}/"),
        ("matchType", "prefix"),
        ("output", "json"),
        ("fl", ",".join(_FIELDS)),
        ("filter", "statuscode:200"),
        ("filter", "original:.*/article/details/[0-9]+.*"),
        ("limit", str(rows)),
        ("showResumeKey", "true"),
    ]
    if resume_key is not None:
        query.append(("resumeKey", resume_key))
    return f"{SITE}{INDEX_PATH}?{urlencode(query)}"


def parse_index(body: bytes, *, user: str) -> IndexPage:
    """Read a page of the index: rows of text, the first of them the names of the fields.

    ``[["timestamp","original",…],["20190212060332","http://blog.csdn.net/…",…],[],["net,csdn,blog)/u/… 2019…"]]``; the
    empty row and what follows it are there only where the index goes on, and an empty index is ``[]``.

    Raises:
        NotAnIndex: an error's text or HTML, another form, or rows that name no timestamp.
    """
    rows = _rows(body)
    if not rows:
        return IndexPage(snapshots=(), resume_key=None, other_rows=0)
    names, rows = rows[0], rows[1:]
    if not {"timestamp", "original", "statuscode", "digest"}.issubset(names):
        raise NotAnIndex(f"its first row names no fields of an index: {names!r:.{_SHOWN}}")
    resume_key = None
    if len(rows) > 1 and rows[-2] == [] and len(rows[-1]) == 1:
        resume_key, rows = rows[-1][0], rows[:-2]
    found = [_snapshot(dict(zip(names, row, strict=False)), user) for row in rows]
    snapshots = tuple(snapshot for snapshot in found if snapshot is not None)
    return IndexPage(snapshots=snapshots, resume_key=resume_key, other_rows=len(found) - len(snapshots))


def _rows(body: bytes) -> list[list[str]]:
    """Raises NotAnIndex where the answer is no table of texts."""
    try:
        rows = json.loads(body) if body.strip() else []
    except (ValueError, RecursionError) as error:
        shown = body[:_SHOWN].decode("utf-8", "replace").strip()
        raise NotAnIndex(f"no JSON, but {shown!r}") from error
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and all(isinstance(field, str) for field in row) for row in rows
    ):
        raise NotAnIndex("it is no table")
    return rows


def _snapshot(row: Mapping[str, str], user: str) -> Snapshot | None:
    """The snapshot that a row names; ``None`` where that is no post of the user's, or not its bytes."""
    timestamp, original, digest = (row.get(name, "") for name in ("timestamp", "original", "digest"))
    if row.get("statuscode") != _OK or _TIMESTAMP.fullmatch(timestamp) is None or _DIGEST.fullmatch(digest) is None:
        return None
    owner = _USER.match(original)
    if _ADDRESS.fullmatch(original) is None or owner is None or owner[1].casefold() != user.casefold():
        return None
    keys = post_keys(original)
    if not keys or not keys[0].startswith("csdn-"):
        return None
    return Snapshot(key=keys[0], timestamp=timestamp, original=original, digest=digest)


# --- what is wanted --------------------------------------------------------------------------------------------------


def wanted_posts(
    snapshots: Iterable[Snapshot],
    *,
    held: Collection[str],
    gone: Collection[str],
    digests: Collection[str],
    only_lost: bool = False,
) -> list[WantedPost]:
    """Choose what to fetch: of each post one snapshot a digest, none whose digest is stored.

    Posts that are gone come first, then those never had, then the others, the newest post of each first.

    Args:
        snapshots: of the index, in any order, also repeated.
        held: keys of posts of which a whole copy is stored, from wherever.
        gone: keys of posts that the site has no more.
        digests: of the mementos that are stored.
        only_lost: nothing of posts that are held and not gone.
    """
    versions: dict[str, dict[str, Snapshot]] = {}
    # of equal bytes the first sight counts: it stays the first whatever the archive adds
    for snapshot in sorted(snapshots, key=lambda one: (one.timestamp, one.original, one.digest)):
        if snapshot.digest not in digests:
            versions.setdefault(snapshot.key, {}).setdefault(snapshot.digest, snapshot)
    wanted = [
        WantedPost(key=key, reason=_reason(key, held, gone), snapshots=tuple(reversed(found.values())))
        for key, found in versions.items()
    ]
    if only_lost:
        wanted = [post for post in wanted if post.reason != "changed"]
    wanted.sort(key=lambda post: int(post.key.removeprefix("csdn-")), reverse=True)
    wanted.sort(key=lambda post: _REASONS.index(post.reason))
    return wanted


def _reason(key: str, held: Collection[str], gone: Collection[str]) -> Reason:
    if key in gone:
        return "gone"
    return "changed" if key in held else "missing"


# --- mementos --------------------------------------------------------------------------------------------------------


def memento_time(address: str) -> str | None:
    """When the archive saw what is at an address of its own; ``None`` for any other address.

    >>> memento_time("https://web.archive.org/web/20190212060332id_/http://blog.csdn.net/u/article/details/1")
    '2019-02-12T06:03:32Z'
    """
    found = _MEMENTO.match(address)
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:  # "20191340…": digits, but no date
        return None
    return moment.isoformat().replace("+00:00", "Z")


def exclusion(error: str | None, body: bytes) -> str | None:
    """Why the archive keeps a page to itself, for example at its owner's wish; ``None``: it does not say so.

    Args:
        error: value of the header ``X-Archive-Wayback-Runtime-Error``: ``AdministrativeAccessControlException: …``.
        body: of an answer that is no snapshot, or of the index; a snapshot may speak of anything.
    """
    for text in (error or "", body[:4096].decode("utf-8", "replace")):
        found = _EXCLUDED.search(text)
        if found is not None:
            return f"excluded from the Wayback Machine ({found[0]})"
    return None

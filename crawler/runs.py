"""The book of runs: what each was asked, what it met, and how it ended. It stands in the capture store.

A row is written when a run begins and filled when it ends, so that a run that was killed shows as one that did not end.
"""

import json
import platform
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

from crawler.captures import CaptureStore, utc_text
from crawler.exits import Exit
from normalize import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """What a run met, in numbers."""

    found: int = 0
    """Posts that feeds and lists named."""
    fetched: int = 0
    """Posts that came whole."""
    unchanged: int = 0
    """Fetched posts that say what they said before."""
    new: int = 0
    """Fetched posts that were never fetched before."""
    changed: int = 0
    """Fetched posts that say something else than before."""
    gone: int = 0
    blocked: int = 0
    """Answers in which the site refused to answer."""
    damaged: int = 0
    """Answers that did not come whole."""
    failed: int = 0
    """Requests without an answer, or with another status."""
    layout_changed: int = 0
    """Posts that could be read before and now cannot, or hardly."""
    requests: int = 0
    """All that were sent: repetitions, robots.txt and lists too."""
    bytes: int = 0
    """Received, as they came over the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProblem:
    """Something that went wrong in a run."""

    code: str
    """Snake case and stable: ``blocked``, ``layout_changed``."""
    message: str
    """A sentence for people, in English."""
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, as the book has it."""

    run_id: int
    """From 1, rising."""
    command: str
    """``sync``, ``crawl wechat``, ``forget``."""
    source: str | None
    """Origin of its captures; ``None`` where it fetches nothing."""
    asked: Mapping[str, Any]
    """Options that it was given: ``{"user": "c9Yv2cf9I06K2A9E", "full": false}``."""
    begun_at: str
    """``2026-01-31T06:00:00Z``."""
    ended_at: str | None
    """``None``: it did not end, or has not yet."""
    exit_status: int | None
    outcome: str | None
    """The exit status in a word: ``ok``, ``blocked``, ``layout changed``."""
    counts: RunCounts
    seconds: float | None
    ways: Mapping[str, str]
    """Each way of discovery with what came of it: ``{"feed": "served", "list_api": "blocked: status 521"}``."""
    full_list: bool
    """Whether the full list of posts was read to its end."""
    versions: Mapping[str, str]
    archive: Mapping[str, Any]
    """What changed in the archive, as in :class:`normalize.archive.Summary`."""


_COUNTS: Final = tuple(one.name for one in fields(RunCounts))
_COLUMNS: Final = (
    "run_id, command, source, asked, begun_at, ended_at, exit_status, outcome, seconds, ways, full_list, versions, "
    f"archive, {', '.join(_COUNTS)}"
)


class Runs:
    """The book of a store."""

    def __init__(self, store: CaptureStore) -> None:
        self._store = store
        self._connection = store.connection

    def begin(
        self,
        command: str,
        *,
        source: str | None = None,
        asked: Mapping[str, Any] | None = None,
        now: datetime | None = None,
    ) -> int:
        """Note that a run begins; returns its number."""
        values = (command, source, _json(asked or {}), utc_text(now or datetime.now(UTC)), _json(versions()))
        with self._store.transaction():
            row = self._connection.execute(
                "INSERT INTO runs (command, source, asked, begun_at, versions) VALUES (?, ?, ?, ?, ?) RETURNING run_id",
                values,
            ).fetchone()
        return int(row[0])

    def end(
        self,
        run_id: int,
        exit_status: Exit,
        *,
        outcome: str | None = None,
        counts: RunCounts | None = None,
        problems: Iterable[RunProblem] = (),
        ways: Mapping[str, str] | None = None,
        full_list: bool = False,
        archive: Mapping[str, Any] | None = None,
        now: datetime | None = None,
    ) -> None:
        """Note how a run ended; ``outcome`` is the word for its exit status, unless there is a better one.

        Raises:
            KeyError: no such run.
        """
        moment = now or datetime.now(UTC)
        counted = counts or RunCounts()
        word = outcome or exit_status.name.lower().replace("_", " ")
        with self._store.transaction():
            seconds = (moment - self._begun(run_id)).total_seconds()
            self._connection.execute(
                "UPDATE runs SET ended_at = ?, exit_status = ?, outcome = ?, seconds = ?, ways = ?, full_list = ?, "  # noqa: S608
                f"archive = ?, {', '.join(f'{name} = ?' for name in _COUNTS)} WHERE run_id = ?",
                (
                    utc_text(moment), int(exit_status), word, max(seconds, 0.0), _json(ways or {}), full_list,
                    _json(archive or {}), *astuple(counted), run_id,
                ),
            )  # fmt: skip
            self._connection.execute("DELETE FROM run_problems WHERE run_id = ?", (run_id,))
            self._connection.executemany(
                "INSERT INTO run_problems (run_id, number, code, address, message) VALUES (?, ?, ?, ?, ?)",
                [(run_id, number, one.code, one.address, one.message) for number, one in enumerate(problems, start=1)],
            )

    def latest(self, limit: int | None = None) -> list[Run]:
        """The runs, the latest first; ``None``: all of them."""
        sql = f"SELECT {_COLUMNS} FROM runs ORDER BY run_id DESC LIMIT ?"  # noqa: S608 (constants)
        return [_run(row) for row in self._connection.execute(sql, (-1 if limit is None else limit,))]

    def run(self, run_id: int) -> Run | None:
        """One run; ``None`` where there is none of this number."""
        sql = f"SELECT {_COLUMNS} FROM runs WHERE run_id = ?"  # noqa: S608 (constants)
        row = self._connection.execute(sql, (run_id,)).fetchone()
        return None if row is None else _run(row)

    def problems(self, run_id: int) -> list[RunProblem]:
        """What went wrong in a run, in the order noted."""
        found = self._connection.execute(
            "SELECT code, message, address FROM run_problems WHERE run_id = ? ORDER BY number", (run_id,)
        )
        return [RunProblem(code=code, message=message, address=address) for code, message, address in found]

    def _begun(self, run_id: int) -> datetime:
        found = self._connection.execute("SELECT begun_at FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if found is None:
            raise KeyError(f"no run {run_id} in {self._store.path}")
        return datetime.fromisoformat(found[0])


def versions() -> dict[str, str]:
    """What a run runs on: ``{"paperdigest": "0.2.0", "python": "3.11.7", "scrapy": "2.18.0", "sqlite": "3.40.1"}``."""
    return {
        "paperdigest": __version__,
        "python": platform.python_version(),
        "scrapy": version("scrapy"),
        "sqlite": sqlite3.sqlite_version,
    }


def _run(row: tuple[Any, ...]) -> Run:
    number, command, source, asked, begun, ended, status, outcome, seconds, ways, full, used, archive, *counts = row
    return Run(
        run_id=number,
        command=command,
        source=source,
        asked=json.loads(asked),
        begun_at=begun,
        ended_at=ended,
        exit_status=status,
        outcome=outcome,
        counts=RunCounts(**dict(zip(_COUNTS, counts, strict=True))),
        seconds=seconds,
        ways=json.loads(ways),
        full_list=bool(full),
        versions=json.loads(used),
        archive=json.loads(archive),
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), sort_keys=True)

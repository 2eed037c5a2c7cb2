"""``paperdigest check``: what must hold of the archive, and what looks suspicious in it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from crawler.console import Console
from crawler.exits import Exit
from normalize.archive import ArchiveStale, open_readonly
from normalize.checks import Check, load_checks
from normalize.model import Severity

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an assertion came to."""

    name: str
    severity: Severity
    sentence: str
    cases: int
    """In which it does not hold."""
    example: str | None
    """The first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Problems of one code, in the copies that are shown."""

    code: str
    severity: Severity
    cases: int
    example: str
    """One of them: where, and what."""


def check_archive(archive: Path, console: Console) -> Exit:
    """Ask all assertions of an archive, and count its problems. Raises what opening it raises.

    Raises :class:`~normalize.archive.ArchiveStale` for an archive whose tables are not those of this code.
    """
    with closing(open_readonly(archive)) as connection:
        try:
            results = [_ask(connection, check) for check in load_checks()]
            suspicions = list(_suspicions(connection))
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            raise ArchiveStale(f"{archive} was built by other code ({error}): paperdigest rebuild") from error
    _tell(archive, results, suspicions, console)
    failed = any(result.cases and result.severity == "error" for result in results)
    console.result(
        {
            "ok": not failed,
            "checks": [asdict(result) for result in results],
            "problems": [asdict(suspicion) for suspicion in suspicions],
        }
    )
    return Exit.CHECK_FAILED if failed else Exit.OK


def _ask(connection: sqlite3.Connection, check: Check) -> Result:
    # The queries are this program's own, never a user's.
    count = connection.execute(f"SELECT count(*) FROM ({check.query})").fetchone()[0]  # noqa: S608
    first = connection.execute(f"SELECT * FROM ({check.query}) ORDER BY 1 LIMIT 1").fetchone() if count else None  # noqa: S608
    return Result(
        name=check.name,
        severity=check.severity,
        sentence=check.sentence,
        cases=count,
        example=None if first is None else str(first[0]),
    )


def _suspicions(connection: sqlite3.Connection) -> Iterator[Suspicion]:
    """The worst and most frequent first."""
    rows = connection.execute(_PROBLEMS).fetchall()
    rows.sort(key=lambda row: (_SEVERITIES.index(row[1]), -row[2], row[0]))
    for code, severity, cases, _, place, message, line in rows:
        said = f"{message} {line}" if line else message
        yield Suspicion(code=code, severity=severity, cases=cases, example=f"{place}: {said}" if place else said)


# Of a group with min() SQLite gives the other columns of the row that has the least.
_PROBLEMS = """
SELECT code, severity, count(*), min(problem_id), posts.post_id || coalesce(' ' || position, ''), message, line
FROM problems LEFT JOIN posts USING (post_id)
WHERE problems.post_id IS NULL OR problems.capture_id IS NULL OR problems.capture_id = posts.capture_id
GROUP BY code, severity"""


def _tell(archive: Path, results: Sequence[Result], suspicions: Sequence[Suspicion], console: Console) -> None:
    broken = [result for result in results if result.cases]
    broken.sort(key=lambda result: _SEVERITIES.index(result.severity))
    console.say(f"{archive}: {len(results) - len(broken)} of {len(results)} assertions hold")
    if broken:
        rows = [(one.severity, one.cases, one.sentence, one.example) for one in broken]
        console.table(("severity", "cases", "what does not hold", "such as"), rows)
    if suspicions:
        console.say("\nproblems of the copies that are shown; docs/problems.md says what each code means")
        found = [(one.severity, one.cases, one.code, one.example) for one in suspicions]
        console.table(("severity", "cases", "code", "such as"), found)

"""``paperdigest images``: the pictures that entries of the archive show, and a report in plain words."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from crawler.captures import CaptureStore
from crawler.console import Console
from crawler.exits import Exit, status_of_error
from crawler.images.fetch import FetchReport, PictureProblem, fetch_pictures
from crawler.images.store import ImageStore, images_path
from crawler.images.wanted import MAX_TRIES, REST, Role, Wants, find_wants
from crawler.ingest import Paths, check_files
from crawler.locks import sole_lock
from crawler.runs import RunCounts, RunProblem, Runs

_SHOWN = 20
"""Problems of one kind that are printed; all are in the file and in the JSON."""
_WORDS = {
    "gone": "gone",
    "refused": "no picture that is kept",
    "too_large": "too large",
    "blocked": "refused by the host",
    "damaged": "damaged",
    "failed": "failed",
    "forbidden": "forbidden by robots.txt",
    "left": "left for another run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    roles: Collection[Role]
    contact: str | None
    delay: float | None
    limit: int | None
    site_url: str | None


def fetch_and_tell(request: Request, into: Paths, console: Console) -> Exit:
    """Fetch the pictures that are missing, and say what came of it.

    Raises :class:`FileNotFoundError` where there is no archive, :class:`~crawler.locks.AnotherRun`, and what
    :func:`~crawler.images.fetch.fetch_pictures` raises.
    """
    check_files(into)
    path = images_path(into.archive)
    with sole_lock(path.with_name(path.name + ".lock"), "fetch of pictures into this store"):
        with ImageStore.open(path) as store:
            wants = find_wants(into.archive, store, request.roles, now=datetime.now(UTC))
        with _in_the_book(request, into, wants) as book:
            book.report = _fetch(request, into, wants, console)
            book.status = status_of(book.report)
    with console.last_words():
        _tell(wants, book.report, into, console)
    return book.status


def _fetch(request: Request, into: Paths, wants: Wants, console: Console) -> FetchReport:
    if not wants.pictures:
        return FetchReport()
    with console.progress("Fetching pictures") as advance:
        return fetch_pictures(
            wants.pictures,
            store_path=images_path(into.archive),
            contact=request.contact,
            site_url=request.site_url,
            delay=request.delay,
            limit=request.limit,
            progress=advance,
        )


def status_of(report: FetchReport) -> Exit:
    """Exit status of a run: a picture that is gone is no failure, one that may come another time is one."""
    if report.finish_reason == "shutdown":
        return Exit.INTERRUPTED
    if "blocked" in report.left_alone.values():
        return Exit.BLOCKED
    has_no_robots = any(problem.code == "robots_unreachable" for problem in report.problems)
    if report.failed or report.damaged or report.blocked or has_no_robots or report.finish_reason != "finished":
        return Exit.FAILED
    return Exit.INPUT_REFUSED if report.refused or report.too_large else Exit.OK


# --- the book of runs ------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Book:
    """What is to be noted of a run when it ends."""

    report: FetchReport
    status: Exit


@contextmanager
def _in_the_book(request: Request, into: Paths, wants: Wants) -> Iterator[_Book]:
    """Notes in the capture store, if there is one, that a run begins and how it ends, also where an error ends it."""
    book = _Book(report=FetchReport(), status=Exit.FAILED)
    if not into.captures.exists():
        yield book
        return
    asked = {"roles": sorted(request.roles), "limit": request.limit, "delay": request.delay}
    with CaptureStore.open(into.captures) as store:
        run_id = Runs(store).begin("images", source=request.site_url, asked=asked)

    def end(*problems: RunProblem) -> None:
        noted = [*_run_problems(book.report), *problems]
        with CaptureStore.open(into.captures) as store:
            Runs(store).end(run_id, book.status, counts=_counts(book.report, wants), problems=noted)

    try:
        yield book
    except BaseException as error:
        book.status = status_of_error(error)
        with suppress(sqlite3.Error):
            end(RunProblem(code="ended", message=f"{type(error).__name__} {error}".strip()))
        raise
    end()


def _counts(report: FetchReport, wants: Wants) -> RunCounts:
    """A run's numbers in the words of all runs, with pictures for posts."""
    return RunCounts(
        found=len(wants.pictures),
        fetched=report.stored,
        unchanged=report.doubles,
        new=report.stored - report.doubles,
        gone=report.gone,
        blocked=report.blocked,
        damaged=report.damaged,
        failed=report.failed + report.refused + report.too_large,
        requests=report.requests,
        bytes=report.bytes,
    )


def _run_problems(report: FetchReport) -> list[RunProblem]:
    return [RunProblem(code=one.code, address=one.address, message=one.reason) for one in report.problems]


# --- in words --------------------------------------------------------------------------------------------------------


def _tell(wants: Wants, report: FetchReport, into: Paths, console: Console) -> None:
    path = images_path(into.archive)
    console.say(f"{path}: {report_line(wants, report)}")
    for line in problem_lines(report.problems):
        console.warn(line)
    for host, code in report.left_alone.items():
        reason = "it refused to answer" if code == "blocked" else "it did not answer as it should"
        console.warn(f"{host} was left alone: {reason}, several times in a row")
    for line in _standing_lines(wants):
        console.note(line)
    console.result(
        {
            "archive": str(into.archive),
            "images": str(path),
            "wanted": len(wants.pictures),
            "stored_before": wants.stored,
            "resting": wants.resting,
            "given_up": wants.given_up,
            "elsewhere": dict(wants.elsewhere),
            "fetch": asdict(report),
        }
    )


def report_line(wants: Wants, report: FetchReport) -> str:
    """What was fetched, in words."""
    parts = [f"{len(wants.pictures):,} pictures wanted", f"{wants.stored:,} stored before", f"{report.stored:,} stored"]
    if report.doubles:
        parts[-1] += f" ({report.doubles:,} the same as another)"
    counts = asdict(report)
    parts += [f"{counts[name]:,} {words}" for name, words in _WORDS.items() if counts[name]]
    return f"{', '.join(parts)}; {report.bytes / 1e6:.1f} MB in {report.seconds:.0f} s"


def problem_lines(problems: Collection[PictureProblem]) -> list[str]:
    """A line for each problem, but no more than :data:`_SHOWN` of a kind."""
    lines, counts = [], Counter[str]()
    for problem in problems:
        counts[problem.code] += 1
        if counts[problem.code] <= _SHOWN:
            lines.append(str(problem))
    lines += [f"… and {count - _SHOWN:,} more {code}" for code, count in counts.items() if count > _SHOWN]
    return lines


def _standing_lines(wants: Wants) -> list[str]:
    """What is not asked for, and why."""
    lines = []
    if wants.resting:
        lines.append(f"{wants.resting:,} not asked for again within {REST.days} days after a try in vain")
    if wants.given_up:
        lines.append(f"{wants.given_up:,} not asked for any more after {MAX_TRIES} tries in vain")
    if wants.elsewhere:
        hosts = ", ".join(f"{host or 'no host'} {count:,}" for host, count in wants.elsewhere.most_common(5))
        lines.append(f"{wants.elsewhere.total():,} not on hosts that are asked ({hosts})")
    return lines

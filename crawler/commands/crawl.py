"""``paperdigest crawl`` and what ``paperdigest sync`` shares with it: a spider's captures, then the archive, then a
report in plain words and a row in the book of runs.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from crawler.along import Along
from crawler.captures import CaptureStore, CaptureStoreError, crawl_lock_path
from crawler.commands.imports import summary_line, summary_to_dict
from crawler.console import Console
from crawler.exits import Exit, status_of_error
from crawler.ingest import Paths, check_files, refuse_missing_captures, update_archive
from crawler.locks import sole_lock
from crawler.mementos import memento_time
from crawler.run import CrawlReport, crawl, origin_of
from crawler.runs import RunProblem, Runs
from normalize.archive import Summary, open_readonly
from normalize.urls import post_keys

_STRANGE: Final = ("foreign", "damaged", "list")  # classes that no whole answer at a post's address has
_SHOWN_KEYS: Final = 5
_NOT_KNOWN: Final = "whether there is anything new is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a command."""

    run_id: int
    status: Exit
    report: CrawlReport
    summary: Summary


def crawl_and_archive(
    spider: str,
    into: Paths,
    console: Console,
    *,
    contact: str | None,
    arguments: Mapping[str, Any] | Callable[[CaptureStore], Mapping[str, Any]],
    delay: float | None = None,
    site_url: str | None = None,
    refetch: bool = False,
    command: str | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Exit:
    """Run a spider, bring the archive up to date, say what came of it, and note it in the book of runs.

    What was fetched before a crawl was blocked, interrupted or failed is archived all the same.

    Args:
        spider: its name.
        into: archive and captures.
        console: where the report goes.
        contact: see :func:`crawler.run.crawl`, as for all that is not named here.
        arguments: the spider's own; or what makes them from the store, once no other run can change it.
        delay: seconds between requests.
        site_url: server that stands in for the site.
        refetch: look at everything again.
        command: as the book of runs shall have it; ``None``: ``crawl`` and the spider.
        asked: options for the book; ``None``: those of the arguments that are plain values.
    """
    check_files(into)
    refuse_missing_captures(into)
    with Along(into) as along, ExitStack() as held:
        if delay == 0:
            along.begin()  # before anything is held or runs that the other processes would have too
        held.enter_context(sole_lock(crawl_lock_path(into.captures), "crawl into this store"))
        with CaptureStore.open(into.captures) as store:
            given = arguments(store) if callable(arguments) else arguments
        options = {**_plain(given), "delay": delay, "limit": given.get("limit"), "refetch": refetch}
        row = _Row(into, command or f"crawl {spider}", origin_of(spider, site_url), {**options, **(asked or {})})
        with row.open() as run_id:
            row.report = report = _fetch(
                spider,
                into,
                console,
                along,
                contact=contact,
                arguments=given,
                delay=delay,
                site_url=site_url,
                refetch=refetch,
            )
            with console.progress("Reading captures") as advance:
                summary = along.finish(advance) + update_archive(into, advance)
            row.report = report = _with_strange_pages(report, into)
            is_empty = bool(report.ways) and report.list_complete and not report.found
            status = Exit.FAILED if is_empty else status_of(report)
            row.end(status, summary=summary)
    with console.last_words():
        _tell(Outcome(run_id=run_id, status=status, report=report, summary=summary), into, console)
        if is_empty:
            console.warn(f"the list of posts is empty: is {given['user']!r} the right name?")
    return status


def _fetch(spider: str, into: Paths, console: Console, along: Along, **options: Any) -> CrawlReport:
    with console.progress("Fetching posts") as advance:
        return crawl(
            spider,
            store_path=into.captures,
            progress=(lambda done, total, _address: advance(done, total)) if advance else None,
            stored=along.stored,
            **options,
        )


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if isinstance(value, str | int | float | None)}


# --- the book of runs ------------------------------------------------------------------------------------------------


class _Row:
    """The row of a run: written when it begins, filled when it ends, however it ends."""

    def __init__(self, into: Paths, command: str, source: str, asked: Mapping[str, Any]) -> None:
        self._into = into
        self._command = command
        self._source = source
        self._asked = asked
        self._run_id = 0
        self.report = CrawlReport()
        """What came of the crawl, once it is over: it stands in the row also where the archive cannot be written."""

    @contextmanager
    def open(self) -> Iterator[int]:
        """Writes the row, and fills it with the failure where one ends the run."""
        with CaptureStore.open(self._into.captures) as store:
            self._run_id = Runs(store).begin(self._command, source=self._source, asked=self._asked)
        try:
            yield self._run_id
        except BaseException as error:
            problem = RunProblem(code="ended", message=f"{type(error).__name__} {error}".strip())
            # this error is what is to be told, whatever became of the book; one that was removed is not begun anew
            with suppress(sqlite3.Error, CaptureStoreError, KeyError):
                if self._into.captures.exists():
                    self.end(status_of_error(error), problem)
            raise

    def end(self, status: Exit, *problems: RunProblem, summary: Summary | None = None) -> None:
        """Fills the row with what came of it."""
        with CaptureStore.open(self._into.captures) as store:
            Runs(store).end(
                self._run_id,
                status,
                counts=self.report.counts(),
                problems=(*self.report.problems, *problems),
                ways=self.report.ways,
                full_list=self.report.full_list,
                archive=None if summary is None else summary_to_dict(summary),
            )


# --- what it means ---------------------------------------------------------------------------------------------------


def status_of(report: CrawlReport) -> Exit:
    """Exit status of a crawl. One refused post is enough for "blocked": what stands there is not known.

    A way of finding posts that was refused is no harm where another one served.
    """
    if report.finish_reason == "shutdown":
        return Exit.INTERRUPTED
    found_nothing = not report.list_complete
    refused = [word for word in report.ways.values() if word.startswith(("blocked", "forbidden"))]
    if report.finish_reason == "blocked" or report.posts_blocked or (found_nothing and refused):
        return Exit.BLOCKED
    if report.layout_changed:
        return Exit.LAYOUT_CHANGED
    is_whole = report.finish_reason == "finished" and report.list_complete
    return Exit.OK if is_whole and not report.posts_missed else Exit.FAILED


def _with_strange_pages(report: CrawlReport, into: Paths) -> CrawlReport:
    """The report with those of its new pages that came whole, and of which reading has made nothing.

    The crawl itself reads no page that it sees for the first time: that is done once, for the archive.
    """
    noted = {problem.address for problem in report.problems if problem.code == "layout_changed"}
    strange = [page for page in _unread_pages(into, report.new_captures) if page[0] not in noted]
    problems = [
        RunProblem(code="layout_changed", address=address, message=f"layout changed: {message}")
        for address, message in strange
    ]
    return replace(report, layout_changed=report.layout_changed + len(problems), problems=(*report.problems, *problems))


def _unread_pages(into: Paths, capture_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Addresses and reasons of whole answers at posts' addresses that are no page of a known layout."""
    wanted = set(capture_ids)
    if not wanted or not into.archive.exists():
        return []
    with closing(open_readonly(into.archive)) as archive, CaptureStore.open(into.captures, readonly=True) as store:
        marks = ", ".join("?" * len(_STRANGE))
        rows = archive.execute(f"SELECT capture_id, page_class FROM captures WHERE page_class IN ({marks})", _STRANGE)  # noqa: S608
        found: list[tuple[str, str]] = []
        for capture_id, page_class in rows:
            capture = store.observation(capture_id) if capture_id in wanted else None
            # what is on a snapshot of a web archive says nothing of the site as it is today
            if capture is not None and capture.answer == "whole" and _is_of_a_living_post(capture.address or ""):
                found.append((capture.address or "", f"a whole page, read as {page_class}"))
    return found


def _is_of_a_living_post(address: str) -> bool:
    return bool(post_keys(address)) and memento_time(address) is None


# --- what is said ----------------------------------------------------------------------------------------------------


def _tell(outcome: Outcome, into: Paths, console: Console) -> None:
    report = outcome.report
    for problem in report.problems:
        console.warn(problem_line(problem))
    console.say(crawl_line(report))
    for note in report.notes:
        console.say(note)
    console.say(f"{into.archive}: {news_line(report, outcome.summary)}")
    shown = {name: value for name, value in asdict(report).items() if name != "new_captures"}
    console.result(
        {
            "archive": str(into.archive),
            "run": outcome.run_id,
            "exit_status": int(outcome.status),
            "crawl": {**shown, "ways": dict(report.ways)},
            **summary_to_dict(outcome.summary),
        }
    )


def problem_line(problem: RunProblem) -> str:
    """A problem in one line."""
    return problem.message if problem.address is None else f"{problem.address}: {problem.message}"


def crawl_line(report: CrawlReport) -> str:
    """What was fetched, in words."""
    parts = [f"{report.found:,} posts listed", f"{report.skipped:,} stored before", f"{report.fetched:,} fetched"]
    counts = {"blocked": report.blocked, "gone": report.gone, "damaged": report.damaged, "login": report.login}
    counts |= {"refused": report.refused, "failed": report.failed, "layout changed": report.layout_changed}
    parts += [f"{count:,} {word}" for word, count in counts.items() if count]
    return f"{', '.join(parts)}; {report.requests:,} requests, {report.seconds:.0f} s; ended: {report.finish_reason}"


def news_line(report: CrawlReport, summary: Summary) -> str:
    """What changed in the archive, and how posts were found.

    >>> news_line(CrawlReport(unchanged=3, ways={"feed": "served"}), Summary())
    'nothing new; 3 looked at again, unchanged; discovery: feed'
    >>> news_line(CrawlReport(posts_blocked=3, ways={"feed": "served"}), Summary())
    'whether there is anything new is not known; discovery: feed'
    """
    is_nothing = summary_line(summary) == summary_line(Summary())
    parts = [_NOT_KNOWN if is_nothing and _is_partial(report) else _changes(summary)]
    if report.changed_keys:
        keys = list(report.changed_keys[:_SHOWN_KEYS])
        more = ", …" if len(report.changed_keys) > len(keys) else ""
        noun = "post" if len(report.changed_keys) == 1 else "posts"
        parts.append(f"{len(report.changed_keys):,} {noun} changed (see paperdigest history {', '.join(keys)}{more})")
    if report.unchanged:
        parts.append(f"{report.unchanged:,} looked at again, unchanged")
    if report.layout_changed:
        parts.append(f"layout changed: {report.layout_changed:,} (what was read before stays)")
    if report.ways:
        served = [way for way, word in report.ways.items() if word == "served"]
        refused = [f"{way} {word}" for way, word in report.ways.items() if word not in ("served", "not asked")]
        parts.append(f"discovery: {', '.join(served) or 'none served'}" + "".join(f"; {one}" for one in refused))
    return "; ".join(parts)


def _is_partial(report: CrawlReport) -> bool:
    """Whether something was not seen that may be new: then it is not said that nothing is."""
    none_served = bool(report.ways) and "served" not in report.ways.values()
    return bool(none_served or report.posts_blocked or report.posts_missed) or report.finish_reason == "shutdown"


def _changes(summary: Summary) -> str:
    if not summary.new_posts:
        return summary_line(replace(summary, changed_posts=0))
    new_posts, papers = summary.new_posts, summary.new_papers
    text = f"{new_posts:,} new {'post' if new_posts == 1 else 'posts'} with {summary.recommendations:,} recommendations"
    return f"{text}, {papers:,} new {'paper' if papers == 1 else 'papers'}"

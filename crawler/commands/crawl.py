"""``paperdigest crawl``: a spider's captures, then the archive, then a report in plain words."""

from dataclasses import asdict
from typing import Any

from crawler.commands.imports import summary_line, summary_to_dict
from crawler.console import Console
from crawler.exits import Exit
from crawler.hosts import is_user_name, parse_site_url
from crawler.ingest import Paths, check_files, update_archive
from crawler.locks import sole_lock
from crawler.run import CrawlReport, crawl
from crawler.settings import run_settings
from normalize.archive import Summary


def check_options(*, user: str, contact: str | None, site_url: str | None, delay: float | None) -> None:
    """Raise :class:`ValueError` for a crawl that nobody should begin: of no user, nameless, or too fast."""
    if not is_user_name(user):
        raise ValueError(f"{user!r} cannot be the name of a user")
    run_settings(contact=contact, site=None if site_url is None else parse_site_url(site_url), delay=delay)


def crawl_and_archive(spider: str, into: Paths, console: Console, **options: Any) -> Exit:
    """Run a spider, bring the archive up to date, and say what came of it.

    What was fetched before a crawl was blocked, interrupted or failed is archived all the same.
    """
    check_files(into)
    lock = into.captures.with_name(into.captures.name + ".crawl.lock")
    with sole_lock(lock, "crawl into this store"), console.progress("Fetching posts") as advance:
        report = crawl(
            spider,
            store_path=into.captures,
            progress=(lambda done, total, _address: advance(done, total)) if advance else None,
            **options,
        )
    with console.progress("Reading captures") as advance:
        summary = update_archive(into, advance)
    _tell(report, summary, into, console)
    if report.list_complete and not report.found:
        console.warn(f"the list of posts is empty: is {options['user']!r} the right name?")
        return Exit.FAILED
    return status_of(report)


def status_of(report: CrawlReport) -> Exit:
    """Exit status of a crawl. One refused answer is enough for "blocked": what stands there is not known."""
    if report.finish_reason == "shutdown":
        return Exit.INTERRUPTED
    if report.blocked:
        return Exit.BLOCKED
    whole = report.finish_reason == "finished" and report.list_complete
    return Exit.OK if whole and not (report.failed or report.damaged) else Exit.FAILED


def _tell(report: CrawlReport, summary: Summary, into: Paths, console: Console) -> None:
    console.say(crawl_line(report))
    for problem in report.problems:
        console.warn(problem)
    console.say(f"{into.archive}: {summary_line(summary)}")
    console.result({"archive": str(into.archive), "crawl": asdict(report), **summary_to_dict(summary)})


def crawl_line(report: CrawlReport) -> str:
    """What was fetched, in words."""
    parts = [f"{report.found:,} posts listed", f"{report.skipped:,} stored before", f"{report.fetched:,} fetched"]
    counts = {"blocked": report.blocked, "gone": report.gone, "damaged": report.damaged}
    counts |= {"refused": report.refused, "failed": report.failed}
    parts += [f"{count:,} {word}" for word, count in counts.items() if count]
    return f"{', '.join(parts)}; {report.seconds:.0f} s; ended: {report.finish_reason}"

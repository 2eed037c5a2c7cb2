"""``paperdigest demo``: the sample blog, crawled for real into a fresh archive."""

import shutil
import sqlite3
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from crawler.captures import CaptureStore
from crawler.commands.crawl import crawl_line, news_line
from crawler.console import Console
from crawler.ingest import Paths, building, remove_database, update_archive
from crawler.run import CrawlReport, crawl
from crawler.sample import SampleBlog
from normalize.archive import open_readonly

_VISITS = (("first visit", False), ("second visit, every post again", True))

_POSTS = """
SELECT published_on AS day, number, recommendations AS papers, reads, title
FROM posts ORDER BY published_on
"""

QUESTIONS = (
    (
        "Which papers were recommended most?",
        """SELECT times_recommended AS times, title, recommenders
FROM paper_overview ORDER BY times_recommended DESC, title LIMIT 5""",
    ),
    (
        "At which venues did the papers appear?",
        """SELECT venue, year, papers
FROM venue_year ORDER BY papers DESC, venue, year LIMIT 5""",
    ),
    (
        "What was not understood, or does not add up?",
        """SELECT code, count(*) AS times, min(message) AS message
FROM problems WHERE severity <> 'info' GROUP BY code ORDER BY code""",
    ),
)


_ORIGIN = "csdn via http://127.0.0.1:"


class NotTheDemo(ValueError):
    """The files that the demo would make anew are not its own."""


def run_demo(archive: Path, console: Console) -> None:
    """Crawl the sample blog twice, build the archive, and show it.

    Only the files of this archive are touched: they are made anew. Raises :class:`NotTheDemo` where they are not those
    of an earlier demo.
    """
    paths = Paths.of(archive)
    _remove_last(paths)
    with SampleBlog() as blog:
        console.say(f"A sample blog of {len(blog.articles)} articles is served on {blog.url}")
        for name, refetch in _VISITS:
            report = _visit(paths, blog, refetch=refetch)
            with console.progress("Reading captures") as advance:
                summary = update_archive(paths, advance)
            console.say(f"  {name}:\n    {crawl_line(report)}\n    {news_line(report, summary)}")
    with closing(open_readonly(archive)) as connection:
        console.say(f"\n{archive} now holds:\n")
        console.table(*_query(connection, _POSTS))
        for question, sql in QUESTIONS:
            console.say(f"\n{question}\n")
            console.say("  sql> " + sql.replace("\n", "\n       ") + "\n")
            console.table(*_query(connection, sql))
    _how_to_go_on(archive, console)


def _remove_last(paths: Paths) -> None:
    """Remove the files of the last demo; those of anything else stay."""
    with building(paths.archive):
        if paths.captures.exists():
            with CaptureStore.open(paths.captures, readonly=True) as store:
                foreign = next((c.origin for c in store.observations() if not c.origin.startswith(_ORIGIN)), None)
            if foreign is not None:
                raise NotTheDemo(f"{paths.captures} holds captures of {foreign!r}: give the demo another --archive")
        elif paths.archive.exists():
            raise NotTheDemo(f"{paths.archive} exists and is not the demo's: give the demo another --archive")
        for path in (paths.archive, paths.captures):
            remove_database(path)


def _visit(paths: Paths, blog: SampleBlog, *, refetch: bool) -> CrawlReport:
    """One crawl in a process of its own, since Scrapy's reactor runs once in the life of a process."""
    options: dict[str, Any] = {
        "store_path": paths.captures,
        "contact": None,
        "site_url": blog.url,
        "delay": 0,
        "arguments": {"user": blog.user},
        "refetch": refetch,
    }
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(crawl, "csdn", **options).result()


def _query(connection: sqlite3.Connection, sql: str) -> tuple[Sequence[str], list[Sequence[object]]]:
    cursor = connection.execute(sql)
    return [column[0] for column in cursor.description], cursor.fetchall()


def _how_to_go_on(archive: Path, console: Console) -> None:
    # Beside a virtual environment that is not active the bare name would not be found.
    is_found = shutil.which("paperdigest") or Path(sys.argv[0]).name != "paperdigest"
    program = "paperdigest" if is_found else sys.argv[0]
    steps = (
        (f"{program} search 注意力 --archive {archive}", "search it"),
        (f"{program} import YOUR-FILES/", "saved pages and Markdown exports"),
        (f"{program} sync --user c9Yv2cf9I06K2A9E --contact YOUR-MAIL", "the live blog, politely; for cron"),
        (f"{program} browse --archive {archive}", "papers, digests, charts and queries in the browser"),
        (f"sqlite3 {archive}", "the tables are described in docs/schema.md"),
    )
    console.say("\nHow to go on:\n")
    for command, purpose in steps:
        console.say(f"  {command}\n      {purpose}")

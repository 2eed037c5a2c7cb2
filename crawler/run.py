"""Runs a spider from a plain function, and says what came of it.

Scrapy is imported only when a crawl begins: it takes a third of a second, and most commands need none of it.
"""

import gc
import logging
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.captures import CaptureStore, DamagedBody, NewCapture
from crawler.frontier import Frontier
from crawler.hosts import parse_site_url
from crawler.interrupts import INTERRUPTS
from crawler.runs import RunCounts, RunProblem
from crawler.settings import run_settings

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.spiders.base import CaptureSpider, Look

Progress = Callable[[int, int, str], None]
"""Called after each stored capture: posts answered, posts to fetch (0: not known yet), address."""

Stored = Callable[[Sequence[str]], None]
"""Called with the ids of captures that were just stored."""

_lock: Final = threading.Lock()  # held from the first crawl to the end of the process
_COUNTED: Final = (
    "found", "skipped", "fetched", "new", "unchanged", "changed", "layout_changed", "gone", "blocked", "damaged",
    "login", "stored_new",
)  # fmt: skip
_PAGES: Final = 5  # stored posts in whose pages links are looked for; each names all categories of its blog
_A_LIFETIME: Final = timedelta(days=36_500)  # by then, every post is due
_QUIET: Final = ("scrapy", "twisted", "asyncio", "protego")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What came of a crawl."""

    found: int = 0
    """Posts that feeds, lists and other posts name."""
    skipped: int = 0
    """Found posts that are known already and were not asked for."""
    fetched: int = 0
    """Posts that came whole, or of which the site says that nothing changed."""
    new: int = 0
    """Fetched posts that were never fetched before."""
    unchanged: int = 0
    """Fetched posts that say what they said before."""
    changed: int = 0
    """Fetched posts that say something else than before."""
    layout_changed: int = 0
    """Pages that are no longer, or not, in a layout that is known."""
    gone: int = 0
    """Posts that are no longer there: status 404 or 410, or a page that says so."""
    blocked: int = 0
    """Answers in which the site refused to answer."""
    damaged: int = 0
    """Answers that did not arrive whole, three times."""
    login: int = 0
    """Pages that ask for a login instead of showing the post."""
    refused: int = 0
    """Addresses that we did not ask: forbidden by robots.txt, or off the list of hosts."""
    failed: int = 0
    """Requests without an answer, answers with another status, and errors of our own code."""
    posts_blocked: int = 0
    """Of the blocked and the forbidden, those that were posts."""
    posts_missed: int = 0
    """Of the damaged, refused and failed, those that were posts."""
    stored_new: int = 0
    """Answers of every kind that were stored."""
    requests: int = 0
    """All that were sent, repetitions and robots.txt too."""
    bytes: int = 0
    """Received, as they came over the line."""
    seconds: float = 0.0
    problems: tuple[RunProblem, ...] = ()
    notes: tuple[str, ...] = ()
    """What else the spider says of the run, a sentence each."""
    finish_reason: str = "unknown"
    """``finished``; ``blocked``: ended because the site refused; ``shutdown``: by a signal; else Scrapy's own, such as
    ``closespider_errorcount`` or ``memusage_exceeded``."""
    list_complete: bool = False
    """Whether posts were looked for as far as was needed."""
    full_list: bool = False
    """Whether the whole list of posts was read to its end."""
    ways: Mapping[str, str] = field(default_factory=dict)
    """Each way of finding posts with what came of it; see :attr:`crawler.spiders.base.CaptureSpider.ways`."""
    changed_keys: tuple[str, ...] = ()
    """Of the posts that changed: ``csdn-80763567``."""
    new_captures: tuple[str, ...] = ()
    """Ids of what was stored."""

    def counts(self) -> RunCounts:
        """As the book of runs has them."""
        values = {one.name: getattr(self, one.name) for one in fields(RunCounts)}
        return RunCounts(**{**values, "failed": self.failed + self.refused})


def crawl(
    spider_name: str,
    *,
    store_path: Path,
    contact: str | None,
    site_url: str | None = None,
    delay: float | None = None,
    arguments: Mapping[str, Any] | None = None,
    refetch: bool = False,
    progress: Progress | None = None,
    stored: Stored | None = None,
) -> CrawlReport:
    """Runs a spider to its end and stores every answer. Only one crawl can run in the life of a process.

    What was found in this and earlier runs, what is due and what is known comes from the store's
    :class:`~crawler.frontier.Frontier`, unless the arguments bring their own.

    Args:
        spider_name: ``csdn``.
        store_path: the capture store, see :func:`crawler.captures.captures_path`; made if missing.
        contact: mail or web address for the site's owner; may be missing for a server on this machine only.
        site_url: server that stands in for the real site, ``http://127.0.0.1:8123``.
        delay: seconds between requests; ``None``: as in :mod:`crawler.settings`.
        arguments: the spider's own, such as ``user`` and ``limit``.
        refetch: look at every post that was ever found, due or not.
        progress: called after each answer.
        stored: called with the ids of captures that were just stored.

    Raises:
        ValueError: an unknown spider, or an argument that makes no sense or would be impolite.
        CaptureStoreError: the store is not one, or too new.
        sqlite3.Error: the store could not be written (disk full); what was stored before stays.
        RuntimeError: a crawl ran in this process before.
    """
    site = None if site_url is None else parse_site_url(site_url)
    settings = {
        **run_settings(contact=contact, site=site, delay=delay),
        "PAPERDIGEST_CONTACT": contact,
        "PAPERDIGEST_STORE": str(store_path),
        "LOG_INSTALL_ROOT_HANDLER": False,  # where the log goes is for the caller to say
    }
    with CaptureStore.open(store_path) as store:  # made or refused before anybody is asked for anything
        crawler, process = _prepare(spider_name, settings)
        if not _lock.acquire(blocking=False):
            raise RuntimeError("only one crawl can run in the life of a process")
        plan = _plan(store, origin_of(spider_name, site_url), refetch=refetch)
        given = {"site_url": site_url, **plan, **(arguments or {})}
        watcher = _Watcher(crawler, progress, stored)
        begun = time.monotonic()
        task = process.crawl(crawler, **given)
        gc.freeze()  # what is loaded by now stays: the collector need not go through it again and again
        with _own_signals() as is_main_thread:
            process.start(install_signal_handlers=is_main_thread)
    if not task.done():  # a second signal ended the loop under way
        watcher.finish_reason = "shutdown"
    elif (error := task.exception()) is not None:
        raise error
    return _report(crawler, watcher, time.monotonic() - begun)


def origin_of(spider_name: str, site_url: str | None) -> str:
    """Origin of what a spider captures: ``csdn``, or ``csdn via http://127.0.0.1:8123``.

    Raises:
        ValueError: see :func:`crawler.hosts.parse_site_url`.
    """
    return spider_name if site_url is None else f"{spider_name} via {parse_site_url(site_url)}"


def _plan(store: CaptureStore, origin: str, *, refetch: bool) -> dict[str, Any]:
    """What the spider is told of what is stored, and whom it tells what it found."""
    frontier = Frontier(store, origin)
    now = datetime.now(UTC) + (_A_LIFETIME if refetch else timedelta())
    return {
        "tasks": lambda: frontier.tasks(now),
        "found": frontier.add,
        "known": frontier.known,
        "pages": lambda: _last_pages(store, origin),
    }


def _last_pages(store: CaptureStore, origin: str) -> Iterator[bytes]:
    """Bodies of the posts that were stored last, as far as they are whole."""
    found = store.connection.execute(
        "SELECT body_sha256 FROM observations WHERE origin = ? AND post_key IS NOT NULL AND answer = 'whole' "
        "ORDER BY fetched_at DESC LIMIT ?",
        (origin, _PAGES),
    ).fetchall()
    for (sha256,) in found:
        with suppress(DamagedBody, KeyError):
            yield store.body(sha256)


def _prepare(spider_name: str, settings: dict[str, Any]) -> tuple["Crawler", Any]:
    """A crawler and the process that runs it."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    merged = Settings()
    merged.setmodule("crawler.settings", priority="project")
    merged.update(settings, priority="cmdline")
    process = AsyncCrawlerProcess(merged)
    for name in _QUIET:  # what matters is in the report; what is left are errors of our own
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        spider_class = process.spider_loader.load(spider_name)
    except KeyError as error:
        known = ", ".join(sorted(process.spider_loader.list()))
        raise ValueError(f"there is no spider {spider_name!r}, only {known}") from error
    return process.create_crawler(spider_class), process


@contextmanager
def _own_signals() -> Iterator[bool]:
    """Gives signals back as they were, for Scrapy leaves its handlers behind. Yields whether this is the main thread,
    the only one that can have handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield False
        return
    before = {number: signal.getsignal(number) for number in INTERRUPTS}
    try:
        yield True
    finally:
        for number, handler in before.items():
            if handler is not None:  # one that was not set from Python cannot be set from it
                signal.signal(number, handler)


class _Watcher:
    """Listens to a crawl: Scrapy itself goes on, and ends well, when each callback raised."""

    def __init__(self, crawler: "Crawler", progress: Progress | None, on_stored: Stored | None) -> None:
        from scrapy import signals

        from crawler.pipelines import STORED

        self._on_stored = on_stored
        self.stored: list[str] = []
        self._crawler = crawler
        self._progress = progress
        self.finish_reason = "unknown"
        self.errors: list[str] = []
        self.spider: CaptureSpider | None = None
        for handler, event in (
            (self._on_opened, signals.spider_opened),
            (self._on_item, signals.item_scraped),
            (self._on_error, signals.spider_error),
            (self._on_error, signals.item_error),
            (self._on_closed, signals.spider_closed),
            (self._on_stored_now, STORED),
        ):
            crawler.signals.connect(handler, signal=event)

    def _on_opened(self, spider: "CaptureSpider") -> None:
        self.spider = spider

    def _on_item(self, item: "NewCapture | Look") -> None:
        if self._progress is not None:
            stats = self._crawler.stats
            done, wanted = stats.get_value("paperdigest/answered", 0), stats.get_value("paperdigest/wanted", 0)
            capture = item if isinstance(item, NewCapture) else item.capture
            self._progress(done, wanted, capture.address or "")

    def _on_stored_now(self, capture_ids: Sequence[str]) -> None:
        self.stored.extend(capture_ids)
        if self._on_stored is not None:
            self._on_stored(capture_ids)

    def _on_error(self, failure: "Failure") -> None:
        self.errors.append(f"error of our own code: {type(failure.value).__name__} {failure.value}")

    def _on_closed(self, reason: str) -> None:
        self.finish_reason = reason


def _report(crawler: "Crawler", watcher: _Watcher, seconds: float) -> CrawlReport:
    """Adds it all up; raises what kept the store from being written."""
    stats, spider = crawler.stats, watcher.spider
    store_error = stats.get_value("paperdigest/store_error")
    if isinstance(store_error, sqlite3.Error):
        raise store_error

    def count(*names: str) -> int:
        return sum(int(stats.get_value(f"paperdigest/{name}", 0)) for name in names)

    def posts(*names: str) -> int:
        return count(*names) - count(*(f"list_{name}" for name in names))

    problems = list(() if spider is None else spider.problems)
    unreachable = stats.get_value("paperdigest/robots_unreachable")
    if unreachable is not None:
        message = f"robots.txt could not be had, so nothing is allowed: {unreachable}"
        problems.insert(0, RunProblem(code="robots_unreachable", message=message))
    return CrawlReport(
        **{name: count(name) for name in _COUNTED},
        refused=count("refused", "forbidden"),
        failed=count("failed") + len(watcher.errors),
        posts_blocked=posts("blocked", "forbidden"),
        posts_missed=posts("damaged", "refused", "failed") + len(watcher.errors),
        requests=int(stats.get_value("downloader/request_count", 0)),
        bytes=int(stats.get_value("downloader/response_bytes", 0)),
        seconds=seconds,
        problems=(*problems, *(RunProblem(code="own_error", message=text) for text in watcher.errors)),
        notes=() if spider is None else tuple(spider.notes),
        finish_reason=watcher.finish_reason,
        list_complete=spider is not None and spider.list_complete,
        full_list=spider is not None and spider.full_list,
        ways={} if spider is None else dict(spider.ways),
        changed_keys=stats.get_value("paperdigest/changed_keys", ()),
        new_captures=tuple(watcher.stored),
    )

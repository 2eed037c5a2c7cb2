"""Runs a spider from a plain function, and says what came of it.

Scrapy is imported only when a crawl begins: it takes a third of a second, and most commands need none of it.
"""

import logging
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.captures import CaptureStore, NewCapture
from crawler.hosts import parse_site_url
from crawler.settings import run_settings

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.spiders.base import CaptureSpider

Progress = Callable[[int, int, str], None]
"""Called after each stored capture: posts answered, posts to fetch (0: not known yet), address."""

_lock: Final = threading.Lock()  # held from the first crawl to the end of the process
_QUIET: Final = ("scrapy", "twisted", "asyncio", "protego")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What came of a crawl."""

    found: int
    """Posts that the list names."""
    skipped: int
    """Found posts that are stored already and were not asked for."""
    fetched: int
    """Posts that came whole."""
    stored_new: int
    """Answers of every kind, pages of the list too, that the store did not hold."""
    unchanged: int
    """Answers of every kind that were equal to the last one of their address."""
    blocked: int
    """Answers in which the site refused to answer."""
    gone: int
    """Posts that are no longer there: status 404 or 410."""
    damaged: int
    """Answers that did not arrive whole, three times."""
    refused: int
    """Addresses that we did not ask: forbidden by robots.txt, or off the list of hosts."""
    failed: int
    """Requests without an answer, answers with another status, and errors of our own code."""
    seconds: float
    problems: tuple[str, ...]
    """A sentence each, with the address."""
    finish_reason: str
    """``finished``; ``blocked``: ended because the site refused; ``shutdown``: by a signal; ``list_failed``: the list
    of posts could not be had; else Scrapy's own, such as ``closespider_errorcount`` or ``memusage_exceeded``."""
    list_complete: bool
    """Whether the list of posts was read as far as was asked for."""


def crawl(
    spider_name: str,
    *,
    store_path: Path,
    user: str,
    contact: str | None,
    site_url: str | None = None,
    delay: float | None = None,
    limit: int | None = None,
    refetch: bool = False,
    known: Callable[[str], bool] | None = None,
    progress: Progress | None = None,
) -> CrawlReport:
    """Runs a spider to its end and stores every answer. Only one crawl can run in the life of a process.

    Args:
        spider_name: ``csdn``.
        store_path: the capture store, see :func:`crawler.captures.captures_path`; made if missing.
        user: whose posts.
        contact: mail or web address for the site's owner; may be missing for a server on this machine only.
        site_url: server that stands in for the real site, ``http://127.0.0.1:8123``.
        delay: seconds between requests; ``None``: as in :mod:`crawler.settings`.
        limit: only the newest so many posts.
        refetch: fetch posts again that are stored.
        known: whether the post at an address need not be fetched; ``None``: where a whole answer of the same origin is
            stored.
        progress: called after each stored capture.

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
        if known is None:
            origin = spider_name if site is None else f"{spider_name} via {site}"
            known = _stored_posts(store, crawler.spidercls, origin)
    if not _lock.acquire(blocking=False):
        raise RuntimeError("only one crawl can run in the life of a process")
    arguments = {"user": user, "site_url": site_url, "limit": limit, "known": known, "refetch": refetch}
    watcher = _Watcher(crawler, progress)
    begun = time.monotonic()
    task = process.crawl(crawler, **arguments)
    with _own_signals() as is_main_thread:
        process.start(install_signal_handlers=is_main_thread)
    if not task.done():  # a second signal ended the loop under way
        watcher.finish_reason = "shutdown"
    elif (error := task.exception()) is not None:
        raise error
    return _report(crawler, watcher, time.monotonic() - begun)


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


def _stored_posts(store: CaptureStore, spider_class: "type[Spider]", origin: str) -> Callable[[str], bool]:
    """Whether a whole answer of this origin is stored; another origin's copy may be older or cut."""
    key: Callable[[str], str] = getattr(spider_class, "address_key", str)
    keys = {key(address) for address in store.known_addresses(origin=origin)}
    return lambda address: key(address) in keys


@contextmanager
def _own_signals() -> Iterator[bool]:
    """Gives signals back as they were, for Scrapy leaves its handlers behind. Yields whether this is the main thread,
    the only one that can have handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield False
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield True
    finally:
        for number, handler in before.items():
            if handler is not None:  # one that was not set from Python cannot be set from it
                signal.signal(number, handler)


class _Watcher:
    """Listens to a crawl: Scrapy itself goes on, and ends well, when each callback raised."""

    def __init__(self, crawler: "Crawler", progress: Progress | None) -> None:
        from scrapy import signals

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
        ):
            crawler.signals.connect(handler, signal=event)

    def _on_opened(self, spider: "CaptureSpider") -> None:
        self.spider = spider

    def _on_item(self, item: NewCapture) -> None:
        if self._progress is not None:
            stats = self._crawler.stats
            done, wanted = stats.get_value("paperdigest/answered", 0), stats.get_value("paperdigest/wanted", 0)
            self._progress(done, wanted, item.address or "")

    def _on_error(self, failure: "Failure") -> None:
        self.errors.append(f"error of our own code: {type(failure.value).__name__} {failure.value}")

    def _on_closed(self, reason: str) -> None:
        self.finish_reason = reason


def _report(crawler: "Crawler", watcher: _Watcher, seconds: float) -> CrawlReport:
    """Adds it all up; raises what kept the store from being written."""
    store_error = crawler.stats.get_value("paperdigest/store_error")
    if isinstance(store_error, sqlite3.Error):
        raise store_error
    unreachable = crawler.stats.get_value("paperdigest/robots_unreachable")
    robots = () if unreachable is None else (f"robots.txt could not be had, so nothing is allowed: {unreachable}",)

    def count(what: str) -> int:
        return int(crawler.stats.get_value(f"paperdigest/{what}", 0))

    return CrawlReport(
        found=count("found"),
        skipped=count("skipped"),
        fetched=count("fetched"),
        stored_new=count("stored_new"),
        unchanged=count("unchanged"),
        blocked=count("blocked"),
        gone=count("gone"),
        damaged=count("damaged"),
        refused=count("refused"),
        failed=count("failed") + len(watcher.errors),
        seconds=seconds,
        problems=(*robots, *(watcher.spider.problems if watcher.spider is not None else ()), *watcher.errors),
        finish_reason=watcher.finish_reason,
        list_complete=watcher.spider is not None and bool(getattr(watcher.spider, "list_complete", True)),
    )

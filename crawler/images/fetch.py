"""Runs the fetch of pictures from a plain function, and says what came of it."""

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.hosts import parse_site_url
from crawler.images.wanted import WantedPicture
from crawler.settings import DOWNLOADER_MIDDLEWARES, run_settings

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_QUIET: Final = ("scrapy", "twisted", "asyncio", "protego")
_MIDDLEWARES: Final = {
    **DOWNLOADER_MIDDLEWARES,
    "crawler.middlewares.Refusals": None,  # counts for a whole site; hosts of pictures are left alone one by one
    "crawler.images.spider.FromArchive": 10,
    "crawler.images.spider.PictureHeaders": 600,  # sees every request and redirect
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureProblem:
    """A try that brought no picture."""

    code: str
    """A :data:`~crawler.images.store.Code`, ``forbidden`` by robots.txt, ``robots_unreachable`` or ``own_error``."""
    address: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}" if self.address is None else f"{self.address} {self.code}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What came of a run; without values, of one that had nothing to ask for."""

    stored: int = 0
    """Pictures that came and are kept."""
    doubles: int = 0
    """Those of them whose bytes another picture had already, so that no body was stored."""
    gone: int = 0
    """Pictures that are no longer there: status 404 or 410."""
    refused: int = 0
    """Answers that are no picture that is kept."""
    too_large: int = 0
    blocked: int = 0
    """Answers in which a host refused to answer."""
    damaged: int = 0
    """Answers that did not arrive whole, three times."""
    failed: int = 0
    """Requests without an answer, and answers with another status."""
    forbidden: int = 0
    """Pictures that robots.txt forbids to ask for."""
    left: int = 0
    """Wanted pictures that were not asked for in this run."""
    left_alone: Mapping[str, str] = field(default_factory=dict)
    """Hosts that were not asked any more after some troubles in a row: ``blocked`` or ``failed``."""
    requests: int = 0
    """All that were sent: repetitions and robots.txt too."""
    bytes: int = 0
    """Received, as they came over the line."""
    seconds: float = 0.0
    problems: tuple[PictureProblem, ...] = ()
    finish_reason: str = "finished"
    """``finished``; ``shutdown``: by a signal; else Scrapy's own, such as ``memusage_exceeded``."""


def fetch_pictures(
    wanted: Sequence[WantedPicture],
    *,
    store_path: Path,
    contact: str | None,
    site_url: str | None = None,
    delay: float | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FetchReport:
    """Asks for pictures, one at a time, and stores what comes. Once in the life of a process, as Scrapy runs once.

    Args:
        wanted: what to ask for, in this order.
        store_path: the store of pictures, see :func:`crawler.images.store.images_path`; made if missing.
        contact: mail or web address for the hosts' owners; may be missing for a server on this machine only.
        site_url: server that stands in for all hosts, ``http://127.0.0.1:8123``.
        delay: seconds between requests; ``None``: as in :mod:`crawler.settings`.
        limit: ask for so many pictures at most.
        progress: called after each picture with how many were asked for and how many will be.

    Raises:
        ValueError: an argument that makes no sense or would be impolite.
        NotAnImageStore, ImageStoreTooNew: the store is not one, or too new.
        sqlite3.Error: the store could not be written (disk full); what was stored before stays.
    """
    from crawler.images.spider import PictureSpider

    site = None if site_url is None else parse_site_url(site_url)
    settings = {**run_settings(contact=contact, site=site, delay=delay), "PAPERDIGEST_STORE": store_path}
    crawler, process = _prepare(settings)
    begun = time.monotonic()
    task = process.crawl(crawler, wanted=wanted, site_url=site_url, limit=limit, progress=progress)
    process.start()
    if task.done() and (error := task.exception()) is not None:
        raise error
    store_error = crawler.stats.get_value("paperdigest/store_error")
    if isinstance(store_error, sqlite3.Error):
        raise store_error
    spider = crawler.spider
    assert isinstance(spider, PictureSpider)  # noqa: S101 (no other was given)
    reason = crawler.stats.get_value("finish_reason", "shutdown")  # missing where a second signal ended it all
    return _report(crawler, spider, len(wanted), reason, time.monotonic() - begun)


def _prepare(settings: dict[str, Any]) -> tuple["Crawler", Any]:
    """A crawler and the process that runs it."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler.images.spider import PictureSpider

    merged = Settings()
    merged.setmodule("crawler.settings", priority="project")
    own = {
        "DOWNLOADER_MIDDLEWARES": _MIDDLEWARES,
        "ITEM_PIPELINES": {"crawler.images.spider.PicturePipeline": 100},
        "MEDIA_ALLOW_REDIRECTS": True,
        "LOG_INSTALL_ROOT_HANDLER": False,
    }
    merged.update({**own, **settings}, priority="cmdline")
    process = AsyncCrawlerProcess(merged)
    for name in _QUIET:  # what matters is in the report; what is left are errors of our own
        logging.getLogger(name).setLevel(logging.ERROR)
    return process.create_crawler(PictureSpider), process


def _report(crawler: "Crawler", spider: Any, wanted: int, reason: str, seconds: float) -> FetchReport:
    problems = [PictureProblem(code=code, address=address, reason=text) for code, address, text in spider.problems]
    unreachable = crawler.stats.get_value("paperdigest/robots_unreachable")
    if unreachable is not None:
        problems.insert(0, PictureProblem(code="robots_unreachable", address=None, reason=_NO_ROBOTS + unreachable))
    errors = crawler.stats.get_value("spider_exceptions/count", 0)
    if errors:
        problems.append(PictureProblem(code="own_error", address=None, reason=f"{errors} errors of our own code"))
    tally = spider.tally
    return FetchReport(
        stored=tally["stored"],
        doubles=spider.doubles,
        gone=tally["gone"],
        refused=tally["refused"],
        too_large=tally["too_large"],
        blocked=tally["blocked"],
        damaged=tally["damaged"],
        failed=tally["failed"] + errors,
        forbidden=tally["forbidden"],
        left=wanted - tally.total(),
        left_alone=dict(spider.left_alone),
        requests=crawler.stats.get_value("downloader/request_count", 0),
        bytes=crawler.stats.get_value("downloader/response_bytes", 0),
        seconds=seconds,
        problems=tuple(problems),
        finish_reason=reason,
    )


_NO_ROBOTS: Final = "robots.txt of a host could not be had, so nothing is allowed there: "

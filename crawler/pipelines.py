"""From the spider into the capture store; on the way it is found out whether a look at a post shows anything new."""

import asyncio
import sqlite3
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from scrapy.exceptions import DropItem

from crawler.answers import charset_of
from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER, Capture, CaptureStore, NewCapture
from crawler.captures_schema import GONE_HEADER
from crawler.changes import Printed, compare, read_kept, read_printed
from crawler.spiders.base import LAYOUT_HEADER, CaptureSpider, Look
from crawler.tombstones import when_forgotten

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

GROUP_SIZE: Final = 50
"""Captures committed together, at most, where they come faster than the disk can take them one by one."""
GROUP_SECONDS: Final = 0.2
"""Captures that come at longer intervals, as in every polite crawl, are committed one by one; others wait as long."""
STORED: Final = object()
"""Signal with the argument ``capture_ids``: captures that were just committed."""

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_NO_POST: Final = (DAMAGED_HEADER, BLOCKED_HEADER, GONE_HEADER)
_CONDITIONS: Final = ("etag", "last-modified")


class CapturePipeline:
    """Commits each capture as it arrives, so that a killed crawl loses nothing that was fetched.

    Where the store cannot be written (disk full), the crawl ends: what is not kept need not be asked for.
    """

    def __init__(self, crawler: "Crawler", path: Path) -> None:
        self._crawler = crawler
        self._path = path
        self._closing: asyncio.Task[None] | None = None
        self._last_commit = float("-inf")
        self._group: list[NewCapture] = []
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Takes the store's path from the settings.

        Raises:
            ValueError: there is none, so that all captures would be lost.
        """
        path = crawler.settings.get("PAPERDIGEST_STORE")
        if not path:
            raise ValueError("setting PAPERDIGEST_STORE is empty: it names the capture store, X.captures.db")
        return cls(crawler, Path(path))

    def open_spider(self) -> None:
        """Opens the store."""
        self._store = CaptureStore.open(self._path)

    def close_spider(self) -> None:
        """Stores what is still waiting, and closes the store."""
        try:
            self._commit_late()
        finally:
            self._store.close()

    def process_item(self, item: NewCapture | Look) -> NewCapture | Look:
        """Stores one capture, alone or with others, and counts what it shows.

        Raises:
            DropItem: the store cannot be written.
        """
        self._group.append(self._judged(item) if isinstance(item, Look) else item)
        left = self._last_commit + GROUP_SECONDS - time.monotonic()
        if left <= 0 or len(self._group) >= GROUP_SIZE:
            self._commit()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(left, self._commit_late)
        return item

    # --- what a look shows -------------------------------------------------------------------------------------------

    def _judged(self, look: Look) -> NewCapture:
        """The capture of a look: without its bytes where they say nothing new of the post."""
        capture = look.capture
        headers = capture.headers or {}
        if capture.status not in (_OK, _NOT_MODIFIED) or any(name in headers for name in _NO_POST):
            return capture
        if capture.status == _NOT_MODIFIED:
            return capture if look.last is None else self._not_modified(look, look.last)
        if LAYOUT_HEADER in headers:
            return self._lost(look, headers[LAYOUT_HEADER])
        if look.last is None:
            self._count("new")
            return capture
        return self._compared(look, look.last)

    def _not_modified(self, look: Look, last: Capture) -> NewCapture:
        before = last.headers or {}
        # the server need not repeat by what it will know these bytes again
        kept = {name: before[name] for name in _CONDITIONS if name in before}
        capture = replace(
            look.capture, body=b"", same_as=last.body_sha256, headers={**kept, **(look.capture.headers or {})}
        )
        self._count("unchanged")
        return capture

    def _compared(self, look: Look, last: Capture) -> NewCapture:
        capture = look.capture
        if capture.sha256 == last.body_sha256:
            self._count("unchanged")
            return capture
        new = read_printed(capture.body, charset=charset_of((capture.headers or {}).get("content-type", "")))
        if new.post is None:
            return self._no_article(look, new)
        old = read_kept(self._store, last).post
        change = None if old is None else compare(old, new.post)
        if change is None or change.outcome == "changed":
            self._count("changed")
            self._note("changed_keys", look.key)
            return capture
        if change.outcome == "lost":
            return self._lost(look, f"compared with the last look: {', '.join(change.details)}")
        self._count("unchanged")
        return replace(capture, same_as=last.body_sha256, reads=new.post.reads)

    def _no_article(self, look: Look, new: Printed) -> NewCapture:
        if new.page_class in ("foreign", "list", "damaged"):
            return self._lost(look, new.reason or f"a page of the class {new.page_class}")
        return look.capture

    def _lost(self, look: Look, reason: str) -> NewCapture:
        """A page that cannot be read as before: kept, reported, and never taken for what the post says now."""
        self._count("layout_changed")
        self._note("strange_keys", look.key)
        spider = self._crawler.spider
        if isinstance(spider, CaptureSpider):
            spider.problem("layout_changed", look.capture.address, f"layout changed: {reason}")
        return replace(look.capture, headers={**(look.capture.headers or {}), LAYOUT_HEADER: reason})

    def _count(self, what: str) -> None:
        self._crawler.stats.inc_value(f"paperdigest/{what}")

    def _note(self, what: str, value: str) -> None:
        stats = self._crawler.stats
        stats.set_value(f"paperdigest/{what}", (*stats.get_value(f"paperdigest/{what}", ()), value))

    # --- storing -----------------------------------------------------------------------------------------------------

    def _commit(self) -> None:
        """Raises DropItem where the store cannot be written."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        group, self._group = self._group, []
        if not group:
            return
        try:
            new_ids = self._store.add([item for item in group if when_forgotten(self._store, item) is None])
        except sqlite3.Error as error:
            self._give_up(error)
            raise DropItem(f"{group[-1].address} could not be stored: {error}") from error
        self._last_commit = time.monotonic()
        self._crawler.stats.inc_value("paperdigest/stored_new", len(new_ids))
        self._crawler.signals.send_catch_log(signal=STORED, capture_ids=new_ids)

    def _commit_late(self) -> None:
        with suppress(DropItem):  # what went wrong is noted, and the crawl is ending
            self._commit()

    def _give_up(self, error: sqlite3.Error) -> None:
        self._crawler.stats.set_value("paperdigest/store_error", error)
        if self._closing is None:
            close = self._crawler.engine.close_spider_async(reason="store_failed")
            self._closing = asyncio.get_running_loop().create_task(close)

"""From the spider into the capture store."""

import asyncio
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import DropItem

from crawler.captures import CaptureStore, NewCapture

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class CapturePipeline:
    """Commits each capture as it arrives, so that a killed crawl loses nothing that was fetched.

    Where the store cannot be written (disk full), the crawl ends: what is not kept need not be asked for.
    """

    error: sqlite3.Error | None = None
    """Why the store could not be written."""

    def __init__(self, crawler: "Crawler", path: Path) -> None:
        self._crawler = crawler
        self._path = path
        self._closing: asyncio.Task[None] | None = None

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
        """Closes the store."""
        self._store.close()

    def process_item(self, item: NewCapture) -> NewCapture:
        """Stores one capture and counts whether it was new.

        Raises:
            DropItem: the store cannot be written.
        """
        try:
            new_ids = self._store.add([item])
        except sqlite3.Error as error:
            self._give_up(error)
            raise DropItem(f"{item.address} could not be stored: {error}") from error
        self._crawler.stats.inc_value("paperdigest/stored_new" if new_ids else "paperdigest/unchanged")
        return item

    def _give_up(self, error: sqlite3.Error) -> None:
        self._crawler.stats.set_value("paperdigest/store_error", error)
        if self._closing is None:
            close = self._crawler.engine.close_spider_async(reason="store_failed")
            self._closing = asyncio.get_running_loop().create_task(close)

"""Asking for pictures, built on Scrapy's media pipeline: what is asked for, one after the other, and what is kept.

Scrapy's own pipelines for files and images are not used: they name files by address and announced type, and the latter
draws each picture and writes it anew. Here bytes are kept as they came, and none is ever unpacked.
"""
# ruff: noqa: ARG002 - Scrapy says what a pipeline's methods are given

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import urlsplit, urlunsplit

import scrapy
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.pipelines.media import FileInfo, FileInfoOrError, MediaPipeline

from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER, utc_text
from crawler.hosts import HostRules, parse_site_url
from crawler.images.hosts import ACCEPT, PATTERNS, host_of, referrer_of
from crawler.images.kinds import Kind, NotAPicture, read_kind
from crawler.images.store import Code, Failure, ImageStore
from crawler.images.wanted import WantedPicture
from crawler.middlewares import REFUSED_HEADER, TooLarge, blocked_reason, flags_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure as TwistedFailure

_ARCHIVE: Final = "about:archive"
_OK: Final = 200
_GONE: Final = (404, 410)
_TROUBLE: Final = ("blocked", "failed")
_LONGEST: Final = 500  # letters of a reason that are kept


class PictureSpider(scrapy.Spider):
    """Hands one picture after the other to the pipeline, each when the one before it is done.

    So nothing waits in a queue: a run that is stopped ends with the picture under way.
    """

    name = "images"

    def __init__(
        self,
        *,
        wanted: Sequence[WantedPicture],
        site_url: str | None = None,
        limit: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        super().__init__()
        self.stand_in = None if site_url is None else parse_site_url(site_url)
        self.host_rules = HostRules(patterns=PATTERNS, only=self.stand_in)
        self.tally = Counter[str]()
        """How many tries ended how: ``stored``, ``forbidden``, or a :data:`~crawler.images.store.Code`."""
        self.doubles = 0
        """Stored pictures whose bytes another picture had already."""
        self.problems: list[tuple[str, str, str]] = []
        """Code, address and reason of each try in vain."""
        self.left_alone: dict[str, str] = {}
        """Hosts that are not asked any more in this run, with the code of the last trouble there."""
        self._wanted = wanted
        self._limit = limit
        self._progress = progress
        self._is_done = asyncio.Event()
        self._is_over = False

    async def start(self) -> AsyncIterator[Request]:
        """Begins with the archive, as other spiders begin with a page: Scrapy waits for items of pages only."""
        yield Request(_ARCHIVE, callback=self.parse)

    async def parse(self, response: Response) -> AsyncIterator[WantedPicture]:
        """Pictures whose hosts are still asked, up to the limit. What robots.txt forbids does not count."""
        for picture in self._wanted:
            if self._is_over or not self.crawler.engine.running or self._asked() == self._limit:
                return
            if host_of(picture.address) not in self.left_alone:
                self._is_done.clear()
                yield picture
                await self._is_done.wait()

    def done(self) -> None:
        """Says that a picture is stored, or will not be in this run."""
        self._is_done.set()
        if self._progress is not None:
            total = len(self._wanted) if self._limit is None else min(self._limit, len(self._wanted))
            self._progress(self._asked(), total)

    def give_up(self) -> None:
        """Ends the run with the picture under way."""
        self._is_over = True

    def _asked(self) -> int:
        return self.tally.total() - self.tally["forbidden"]

    def url_of(self, address: str) -> str:
        """Where an address is asked: there, or at the server that stands in for all hosts."""
        if self.stand_in is None:
            return address
        return urlunsplit(urlsplit(str(self.stand_in))[:2] + urlsplit(address)[2:])


def _spider_of(crawler: "Crawler") -> PictureSpider:
    return cast(PictureSpider, crawler.spider)


class FromArchive:
    """Answers the one request that is for no host."""

    def process_request(self, request: Request) -> Response | None:
        """Gives an empty answer, before anything else looks at the request."""
        return Response(_ARCHIVE) if request.url == _ARCHIVE else None


class PictureHeaders:
    """Tells each host, after each redirect too, which forms are kept and the page that it wants to hear of."""

    def __init__(self, crawler: "Crawler") -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Keeps the crawler for its spider."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Leaves requests for robots.txt as they are."""
        if "address" not in request.meta:
            return
        is_live = _spider_of(self._crawler).stand_in is None
        request.headers["Referer"] = referrer_of(request.url if is_live else request.meta["address"])
        request.headers["Accept"] = ACCEPT


class PicturePipeline(MediaPipeline):
    """Judges each answer by its bytes and commits what came of it, so that a killed run loses nothing it fetched."""

    LOG_FAILED_RESULTS = False  # they are in the report

    def __init__(self, *, crawler: "Crawler") -> None:
        super().__init__(crawler=crawler)
        self._max_in_a_row = crawler.settings.getint("PAPERDIGEST_MAX_BLOCKED")
        self._in_a_row = Counter[str]()

    def open_spider(self, spider: scrapy.Spider | None = None) -> None:
        """Opens the store that the setting PAPERDIGEST_STORE names."""
        super().open_spider()
        self._store = ImageStore.open(self.crawler.settings["PAPERDIGEST_STORE"])

    def close_spider(self) -> None:
        """Closes the store."""
        self._store.close()

    # --- what Scrapy asks of a pipeline ------------------------------------------------------------------------------

    def get_media_requests(self, item: WantedPicture, info: MediaPipeline.SpiderInfo) -> list[Request]:
        """The request for a picture."""
        return [Request(_spider_of(self.crawler).url_of(item.address), meta={"key": item.key, "address": item.address})]

    def media_to_download(self, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None) -> None:
        """Everything that is wanted: what is stored was left out before."""

    def media_downloaded(
        self, response: Response, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None
    ) -> FileInfo:
        """Keeps a picture, or notes why there is none."""
        verdict = _verdict(response)
        if isinstance(verdict, Kind):
            self._write(self._keep, item, response.body, verdict)
        else:
            self._write(self._note, item, *verdict, response.status)
            if BLOCKED_HEADER in flags_of(response):  # asks for a longer wait than we sit out
                _spider_of(self.crawler).left_alone[host_of(item.address)] = "blocked"
        return FileInfo(url=item.address, path=item.key, checksum=None, status="judged")

    def media_failed(  # type: ignore[override]  # a failure that is noted is none any more
        self, failure: "TwistedFailure", request: Request, info: MediaPipeline.SpiderInfo
    ) -> None:
        """Notes a request that got no answer."""
        item = WantedPicture(key=request.meta["key"], address=request.meta["address"])
        error = failure.value
        if isinstance(error, IgnoreRequest) and "robots.txt" in str(error):
            self._count(item, "forbidden", str(error))
        elif isinstance(error, IgnoreRequest):  # redirects without end, or to where we do not go
            self._write(self._note, item, "refused", str(error), None)
        elif isinstance(error, TooLarge | DownloadCancelledError):
            limit = self.crawler.settings.getint("DOWNLOAD_MAXSIZE")
            self._write(self._note, item, "too_large", f"over {limit:,} bytes", None)
        else:
            self._write(self._note, item, "failed", f"{type(error).__name__} {error}".strip(), None)

    def item_completed(
        self, results: list[FileInfoOrError], item: WantedPicture, info: MediaPipeline.SpiderInfo
    ) -> WantedPicture:
        """Lets the next picture come."""
        info.downloaded.clear()  # Scrapy's memory of all answers; no picture is asked for twice in a run
        _spider_of(self.crawler).done()
        return item

    def file_path(
        self,
        request: Request,
        response: Response | None = None,
        info: MediaPipeline.SpiderInfo | None = None,
        *,
        item: Any = None,
    ) -> str:
        """The key: no name from outside becomes that of a file."""
        return str(item.key)

    # --- what is written ---------------------------------------------------------------------------------------------

    def _write(self, write: Callable[..., None], *arguments: Any) -> None:
        """Ends the run where the store cannot be written: what is not kept need not be asked for."""
        try:
            write(*arguments)
        except sqlite3.Error as error:
            self.crawler.stats.set_value("paperdigest/store_error", error)
            _spider_of(self.crawler).give_up()

    def _keep(self, item: WantedPicture, body: bytes, kind: Kind) -> None:
        is_new = self._store.keep(item.key, body, kind, address=item.address, fetched_at=datetime.now(UTC))
        spider = _spider_of(self.crawler)
        spider.tally["stored"] += 1
        spider.doubles += not is_new
        self._in_a_row[host_of(item.address)] = 0

    def _note(self, item: WantedPicture, code: Code, reason: str, status: int | None) -> None:
        reason = reason[:_LONGEST].encode(errors="replace").decode()
        failed_at = utc_text(datetime.now(UTC))
        failure = Failure(address=item.address, failed_at=failed_at, code=code, status=status, reason=reason)
        self._store.note_failure(item.key, failure)
        self._count(item, code, reason)
        host = host_of(item.address)
        self._in_a_row[host] = self._in_a_row[host] + 1 if code in _TROUBLE else 0
        if self._in_a_row[host] >= self._max_in_a_row:
            _spider_of(self.crawler).left_alone[host] = code

    def _count(self, item: WantedPicture, code: str, reason: str) -> None:
        spider = _spider_of(self.crawler)
        spider.tally[code] += 1
        spider.problems.append((code, item.address, reason))


def _verdict(response: Response) -> Kind | tuple[Code, str]:
    """What an answer is: a picture, or why it is none."""
    flags = flags_of(response)
    if DAMAGED_HEADER in flags:
        return "damaged", flags[DAMAGED_HEADER]
    if REFUSED_HEADER in flags:
        return "refused", f"redirects to where pictures are not asked for: {flags[REFUSED_HEADER]}"
    if response.status in _GONE:
        return "gone", f"status {response.status}"
    blocked = flags.get(BLOCKED_HEADER) or blocked_reason(response.status, response.body)
    if response.status != _OK:
        return ("failed", f"status {response.status}") if blocked is None else ("blocked", blocked)
    try:
        return read_kind(response.body)
    except NotAPicture as error:
        # a security check at status 200 is HTML; a picture in which its words stand is a picture
        return ("refused", str(error)) if blocked is None else ("blocked", blocked)

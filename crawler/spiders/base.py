"""What all spiders share: addresses and their stand-ins, captures of every answer, refusals, and counts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypedDict, Unpack
from urllib.parse import urlsplit, urlunsplit

import scrapy
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER, NewCapture, utc_text
from crawler.hosts import HostRules, parse_site_url
from crawler.middlewares import REFUSED_HEADER, SiteRefuses, flags_of
from crawler.settings import run_settings

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

REDIRECTED_HEADER: Final = "x-paperdigest-redirected-from"
"""Header of a capture that was reached over redirects; its value is the address asked first."""

_OK: Final = 200
_GONE: Final = (404, 410)
_PRIVATE_HEADERS: Final = ("set-cookie", "set-cookie2")  # they name a session of ours and say nothing of the page


class SpiderArguments(TypedDict, total=False):
    """What every spider takes."""

    site_url: str | None
    """Server that stands in for the real site: ``http://127.0.0.1:8123``. Paths and queries stay the same."""
    limit: int | str | None
    """Only the newest so many posts; text comes from ``scrapy crawl -a limit=5``."""
    known: Callable[[str], bool] | None
    """Whether the post at an address is stored already and need not be fetched."""
    refetch: bool | str
    """Fetch stored posts again."""


class CaptureSpider(scrapy.Spider):
    """A spider that yields a :class:`~crawler.captures.NewCapture` for every answer, whatever its status."""

    host_patterns: ClassVar[tuple[str, ...]]
    """As in :attr:`crawler.hosts.HostRules.patterns`."""

    def __init__(self, **arguments: Unpack[SpiderArguments]) -> None:
        super().__init__()
        site_url = arguments.get("site_url")
        limit = arguments.get("limit")
        self.stand_in = None if site_url is None else parse_site_url(site_url)
        self.host_rules = HostRules(patterns=self.host_patterns, only=self.stand_in)
        self.origin = self.name if self.stand_in is None else f"{self.name} via {self.stand_in}"
        self.limit = None if limit is None else int(limit)
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"limit {limit} is no number of posts: at least 1")
        self._known = arguments.get("known") or (lambda _: False)
        self.refetch = arguments.get("refetch") in (True, "1", "true", "True")
        self.problems: list[str] = []

    @classmethod
    def from_crawler(cls, crawler: "Crawler", *args: Any, **kwargs: Any) -> Self:
        """Makes the spider and refuses a run that would be impolite, however Scrapy was started.

        Raises:
            ValueError: see :func:`crawler.settings.run_settings`.
        """
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        polite = run_settings(
            contact=settings.get("PAPERDIGEST_CONTACT"),
            site=spider.stand_in,
            delay=settings.getfloat("DOWNLOAD_DELAY"),
        )
        settings.update(polite, priority="spider")
        return spider

    @classmethod
    def address_key(cls, address: str) -> str:
        """What stays the same in all addresses of a post; here the address itself."""
        return address

    # --- addresses ---------------------------------------------------------------------------------------------------

    def request(self, address: str, callback: Callable[..., Any], **meta: Any) -> Request:
        """A request for an address of the real site, sent to the stand-in where there is one."""
        url = address
        if self.stand_in is not None:
            url = urlunsplit(urlsplit(str(self.stand_in))[:2] + urlsplit(address)[2:])
        # two hosts of the real site may have one path: which addresses are the same is for the spider to see
        return Request(
            url, callback=callback, errback=self.on_error, dont_filter=True, meta={"address": address, **meta}
        )

    def address_of(self, response: Response) -> str:
        """The address that the real site has for an answer, after all redirects."""
        asked: str = response.meta["address"]
        if "redirect_urls" not in response.meta:
            return asked
        if self.stand_in is None:
            return str(response.url)
        return urlunsplit(urlsplit(asked)[:2] + urlsplit(response.url)[2:])

    def is_stored(self, address: str) -> bool:
        """Whether a post is stored already, and nobody asked to fetch it again."""
        return not self.refetch and self._known(address)

    # --- answers -----------------------------------------------------------------------------------------------------

    def capture(self, response: Response, *, blocked: str | None = None) -> NewCapture:
        """What is stored of an answer.

        Args:
            response: any answer.
            blocked: how it was seen that the site refused, where flags of the response do not say so already.
        """
        headers = {
            name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
            for name, values in response.headers.items()
        }
        for name in _PRIVATE_HEADERS:
            headers.pop(name, None)
        headers.update(flags_of(response))
        if blocked is not None:
            headers[BLOCKED_HEADER] = blocked
        address = self.address_of(response)
        if address != response.meta["address"]:
            headers[REDIRECTED_HEADER] = response.meta["address"]
        return NewCapture(
            body=response.body,
            origin=self.origin,
            address=address,
            fetched_at=utc_text(datetime.now(UTC)),
            status=response.status,
            headers=headers,
            live=True,
        )

    def blocked(self, response: Response) -> str | None:
        """How it shows that the site refused to answer; ``None``: it did not."""
        return flags_of(response).get(BLOCKED_HEADER)

    def judge(self, response: Response, *, blocked: str | None) -> bool:
        """Counts an answer and notes what is wrong with it; whether it is a whole answer with status 200."""
        address, flags = response.meta["address"], flags_of(response)
        if blocked is not None:
            self.count("blocked")
            self.problem(f"{address} blocked: {blocked}")
            return False
        if DAMAGED_HEADER in flags:
            self.count("damaged")
            self.problem(f"{address} damaged: {flags[DAMAGED_HEADER]}")
        elif REFUSED_HEADER in flags:
            self.count("refused")
            self.problem(f"{address} redirects to where this crawl does not go: {flags[REFUSED_HEADER]}")
        elif response.status in _GONE:
            self.count("gone")
        elif response.status != _OK:
            self.count("failed")
            self.problem(f"{address} answered status {response.status}")
        else:
            return True
        return False

    def mind_refusals(self, response: Response) -> None:
        """Call after an answer was handed out.

        Raises:
            CloseSpider: so many refusals in a row that the site does not want to be asked now.
        """
        if response.meta.get("refused_for_good", False):
            raise CloseSpider("blocked")

    def on_error(self, failure: Failure) -> Iterator[NewCapture]:
        """Counts a request that got no answer: refused by robots.txt or by us, or failed on the way."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, SiteRefuses):
            return
        is_ours = isinstance(error, IgnoreRequest)
        self.count("refused" if is_ours else "failed")
        reason = str(error) if is_ours else f"{type(error).__name__} {error}".strip()
        self.problem(f"{request.meta['address']} not fetched: {reason}")
        yield from ()

    def count(self, what: str, number: int = 1) -> None:
        """Adds to a count of the report."""
        self.crawler.stats.inc_value(f"paperdigest/{what}", number)

    def problem(self, text: str) -> None:
        """Notes something for the report."""
        self.problems.append(text)

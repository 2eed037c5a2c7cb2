"""What stands between Scrapy and the network: small adapters around pure functions.

* :class:`HostGuard` and :class:`GuardedResolver`: nothing but the hosts of the crawl is ever asked.
* :class:`RobotsGuard`: a robots.txt that cannot be had forbids everything.
* :class:`RetryAfter`: waits as long as the server asks, and before every retry.
* :class:`Refusals`: asks no more after some refusals in a row.
* :class:`Unpack`: undoes compression and notices what did not arrive whole.
"""

import asyncio
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import brotli
import zstandard
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER
from crawler.hosts import HostRules, parse_site_url, private_reason, refusal, site_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

REFUSED_HEADER: Final = "x-paperdigest-refused"
"""Header of a capture that is a redirect to where this crawl does not go; its value says why."""

_SLICE: Final = 64  # packed bytes read at a time: the most that a bomb can grow before it is noticed is some MB
_CHUNK: Final = 65536  # unpacked bytes taken at a time where the library lets us choose
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_ENCODINGS: Final = ("gzip", "deflate", "br", "zstd")
_SLOT: Final = "paperdigest"
_POLL: Final = 0.25  # seconds between two looks at whether the crawl was stopped
_OK: Final = 200
_SERVER_ERROR: Final = 500
_TOO_MANY: Final = 429
_SECONDS: Final = re.compile(r"[0-9]+")  # "120"
_REFUSALS: Final = {403: "forbidden", 429: "too many requests", 521: "challenge"}
_HEAD: Final = 65536  # bytes of a page in which a challenge says so

# "<title>请进行安全验证(Security Verification)</title>"
_CHALLENGE: Final = re.compile(r"<title[^>]{0,200}>[^<]{0,200}安全验证|请完成安全认证后继续访问|waf_captcha_marker")
_CHALLENGE_WORDS: Final = tuple(
    words.encode() for words in ("安全验证", "请完成安全认证后继续访问", "waf_captcha_marker")
)  # what such a page has, for a first look
_ARTICLE: Final = re.compile(rb"""id\s{0,9}=\s{0,9}["']?article_content""")


def flag(response: Response, name: str, reason: str) -> Response:
    """The same response with a flag, which :func:`flags_of` reads and which becomes a header of the capture."""
    return response.replace(flags=[*response.flags, f"{name}: {reason}"])


def flags_of(response: Response) -> dict[str, str]:
    """Names and reasons of what :func:`flag` put on a response."""
    pairs = (text.partition(": ") for text in response.flags)
    return {name: reason for name, separator, reason in pairs if separator}


# --- where we go -----------------------------------------------------------------------------------------------------


class HostGuard:
    """Refuses every request, redirect and robots.txt off the list, and keeps one queue for all hosts of the crawl."""

    def __init__(self, rules: HostRules) -> None:
        self._rules = rules

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Takes the rules of the spider; a spider without rules may ask nothing."""
        return cls(getattr(crawler.spider, "host_rules", HostRules(patterns=())))

    def process_request(self, request: Request) -> None:
        """Raises IgnoreRequest for what is not allowed."""
        reason = refusal(request.url, self._rules)
        if reason is not None:
            raise IgnoreRequest(f"{request.url} refused: {reason}")
        # Scrapy waits between requests by host; sub-domains of a site are one server to be polite to
        request.meta["download_slot"] = request.meta.get("paperdigest_slot", _SLOT)

    def process_response(self, request: Request, response: Response) -> Response:
        """Hands a redirect that leads off the list to the spider, instead of following it."""
        location = response.headers.get("Location")
        if response.status not in _REDIRECTS or location is None:
            return response
        try:
            target = urljoin(request.url, location.decode("latin-1").strip())
            urlsplit(target)
        except ValueError as error:
            reason: str | None = f"{location!r} is no address: {error}"
        else:
            reason = refusal(target, self._rules)
        if reason is None:
            return response
        request.meta["dont_redirect"] = True
        return flag(response, REFUSED_HEADER, reason)


class GuardedResolver(CachingThreadedResolver):
    """Looks names up, and refuses those that lead into a private network, whatever name the site chose for them."""

    allowed: frozenset[str] = frozenset()
    """Hosts that may be private: the server that stands in for the site, and the user's own proxies."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._reached: set[str] = set()  # what the names of allowed hosts led to

    @classmethod
    def from_crawler(cls, crawler: "Crawler", reactor: "ReactorBase") -> Self:
        """Reads from the settings which hosts the user named himself."""
        resolver = super().from_crawler(crawler, reactor)
        site = crawler.settings.get("PAPERDIGEST_SITE")
        named = {parse_site_url(site).host} if site else set()
        if crawler.settings.getbool("HTTPPROXY_ENABLED"):
            proxies = (urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname for proxy in getproxies().values())
            named.update(host for host in proxies if host is not None)
        resolver.allowed = frozenset(named)
        return resolver

    def install_on_reactor(self) -> None:
        """Looks names up from now on, and looks at every address that is connected to.

        Whatever led there (a name, a number in an odd spelling, a handler that asks nobody), a connection is only made
        to an address that is public, or that of a host which the user named himself.
        """
        super().install_on_reactor()
        reactor: Any = self.reactor
        connect = reactor.connectTCP

        def guarded(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            reason = None if host in self.allowed or host in self._reached else private_reason(host)
            if reason is not None:
                raise DNSLookupError(f"not connected to {host}: {reason}")
            return connect(host, port, *args, **kwargs)

        reactor.connectTCP = guarded

    def getHostByName(self, name: str, timeout: "Sequence[int]" = ()) -> "Deferred[str]":  # noqa: N802
        """The address of a name.

        Fails with DNSLookupError where that is a private one.
        """
        found = super().getHostByName(name, timeout)
        return found.addCallback(self._reach if name in self.allowed else self._check, name)

    def _reach(self, address: str, _name: str) -> str:
        self._reached.add(address)
        return address

    @staticmethod
    def _check(address: str, name: str) -> str:
        reason = private_reason(address)
        if reason is not None:
            raise DNSLookupError(f"{name} leads to {address}: {reason}")
        return address


class RobotsGuard:
    """Where robots.txt cannot be had because the server fails, nothing may be fetched (RFC 9309, 2.3.1.4).

    Nor where only a part of it came, or a security check in its place.
    """

    _FORBID_ALL: Final = b"User-agent: *\nDisallow: /\n"

    def __init__(self, crawler: "Crawler") -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Keeps the crawler for its counts."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Puts a robots.txt that forbids everything in the place of what is none."""
        reason = self._unreadable(response) if _is_robots(request) else None
        if reason is None:
            return response
        self._note(reason)
        return response.replace(status=200, body=self._FORBID_ALL)

    @staticmethod
    def _unreadable(response: Response) -> str | None:
        """Why an answer does not say what the rules are; half of them might allow what the other half forbids."""
        if response.status >= _SERVER_ERROR or response.status == _TOO_MANY:
            return f"status {response.status}"
        damage = flags_of(response).get(DAMAGED_HEADER)
        if damage is None:
            return blocked_reason(response.status, response.body) if response.status == _OK else None
        return f"damaged: {damage}"

    def process_exception(self, request: Request, exception: Exception) -> Response | None:
        """The same where no answer came at all."""
        if not _is_robots(request) or isinstance(exception, IgnoreRequest):
            return None
        self._note(f"{type(exception).__name__} {exception}".strip())
        return Response(request.url, body=self._FORBID_ALL)

    def _note(self, reason: str) -> None:
        self._crawler.stats.set_value("paperdigest/robots_unreachable", reason)


def _is_robots(request: Request) -> bool:
    return bool(request.meta.get("dont_obey_robotstxt", False))  # only Scrapy's own request for robots.txt sets it


# --- how long we wait ------------------------------------------------------------------------------------------------


def parse_retry_after(value: str, *, now: datetime) -> float | None:
    """Seconds to wait, from ``120`` or ``Wed, 21 Oct 2026 07:28:00 GMT``; ``None`` where it is neither."""
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000"
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class RetryAfter:
    """Waits before a retry; where the server asks for too long a wait, there is none."""

    def __init__(self, crawler: "Crawler") -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._codes = frozenset(int(code) for code in settings.getlist("RETRY_HTTP_CODES"))
        self._times = settings.getint("RETRY_TIMES")
        self._max_wait = settings.getfloat("PAPERDIGEST_MAX_WAIT")
        self._backoff = settings.getfloat("PAPERDIGEST_BACKOFF") * settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Reads the limits from the settings."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Delays an answer that will be tried again; as one request is made at a time, the whole crawl waits."""
        retries: int = request.meta.get("retry_times", 0)
        if response.status not in self._codes:
            return response
        header = response.headers.get("Retry-After")
        asked = None if header is None else parse_retry_after(header.decode("latin-1"), now=datetime.now(UTC))
        wait = self._backoff * 2**retries if asked is None else asked
        if asked is None and response.status == _TOO_MANY:
            pause = request.meta.get("paperdigest_pause")
            if pause is None:  # it does not say when to come back, so not today
                request.meta["dont_retry"] = True
                return response
            wait = pause
        if wait > self._max_wait:
            request.meta["dont_retry"] = True
            return flag(response, BLOCKED_HEADER, f"status {response.status}, asks to wait {wait:.0f} s")
        if retries < self._times and not await self._sleep(wait):
            request.meta["dont_retry"] = True
        return response

    async def _sleep(self, seconds: float) -> bool:
        """Whether the wait came to its end; not so where the crawl is being stopped."""
        end = asyncio.get_running_loop().time() + seconds
        while self._crawler.engine.running:
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return True
            await asyncio.sleep(min(_POLL, left))
        return False


# --- whether we are welcome ------------------------------------------------------------------------------------------


def blocked_reason(status: int, body: bytes) -> str | None:
    """How an answer shows that the site refuses to answer; ``None``: it does not refuse.

    ``521`` is the challenge of CSDN's firewall; the same page also comes with status 200.
    """
    if status in _REFUSALS:
        return f"status {status}, {_REFUSALS[status]}"
    start = body[:_HEAD]
    if not any(words in start for words in _CHALLENGE_WORDS):
        return None
    head = start.decode("utf-8", errors="replace")
    if _CHALLENGE.search(head) is not None and _ARTICLE.search(body) is None:
        return f"status {status}, page of a security check"
    return None


class SiteRefuses(IgnoreRequest):
    """The site refused, or failed, so often in a row that it is not asked any more."""


class Refusals:
    """Flags answers in which the site refuses, and after some in a row lets no request to it through; nor after some
    errors in a row, for hundreds of posts, each asked for three times, would keep a site busy for hours that is down.

    It counts here and not in the spider because the next request is on its way before the spider sees an answer.
    """

    def __init__(self, crawler: "Crawler") -> None:
        self._max = crawler.settings.getint("PAPERDIGEST_MAX_BLOCKED")
        self._max_failed = crawler.settings.getint("PAPERDIGEST_MAX_FAILED")
        self._refusal_in: Callable[[Response], str | None] = getattr(crawler.spider, "refusal_in", _plain_refusal)
        self._rules: HostRules = getattr(crawler.spider, "host_rules", HostRules(patterns=()))
        self._in_a_row: Counter[str] = Counter()
        self._failed_in_a_row: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Reads the limits from the settings; how its site refuses, the spider knows."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises SiteRefuses once the limit is reached."""
        site = self._site(request)
        if self._in_a_row[site] >= self._max:
            raise SiteRefuses(f"{request.url} not asked: {self._in_a_row[site]} refusals in a row")
        if self._failed_in_a_row[site] >= self._max_failed:
            raise SiteRefuses(f"{request.url} not asked: {self._failed_in_a_row[site]} errors in a row")

    def process_response(self, request: Request, response: Response) -> Response:
        """Sees what is left after all retries and redirects."""
        if _is_robots(request):
            return response
        site = self._site(request)
        if BLOCKED_HEADER in flags_of(response):  # a server that wants to be left alone for so long, is
            self._in_a_row[site] = self._max
        else:
            response.request = request  # the spider wants to know what was asked for; Scrapy itself sets it later
            reason = self._refusal_in(response)
            self._note_failure(request, failed=reason is None and response.status >= _SERVER_ERROR)
            if reason is None:
                self._in_a_row[site] = 0
                return response
            response = flag(response, BLOCKED_HEADER, reason)
            self._in_a_row[site] += 1
        request.meta["refused_for_good"] = self._in_a_row[site] >= self._max
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Sees what got no answer, after all retries; what was refused by us, or is too large, is none of these."""
        if not _is_robots(request) and not isinstance(exception, IgnoreRequest | TooLarge | DownloadCancelledError):
            self._note_failure(request, failed=True)

    def _note_failure(self, request: Request, *, failed: bool) -> None:
        site = self._site(request)
        self._failed_in_a_row[site] = self._failed_in_a_row[site] + 1 if failed else 0
        request.meta["failed_for_good"] = self._failed_in_a_row[site] >= self._max_failed

    def _site(self, request: Request) -> str:
        return site_of(request.meta.get("address", request.url), self._rules)


def _plain_refusal(response: Response) -> str | None:
    return blocked_reason(response.status, response.body)


# --- what arrived ----------------------------------------------------------------------------------------------------


class TooLarge(ValueError):
    """The unpacked body is over the limit."""


def unpack(body: bytes, encodings: list[str], *, max_size: int) -> tuple[bytes, str | None]:
    """Undoes content encodings, the last one first.

    Args:
        body: as it came.
        encodings: in the order of the header ``Content-Encoding``.
        max_size: bytes that the result may have.

    Returns:
        The bytes as far as they could be unpacked, and what is wrong with them (``None``: all is well).

    Raises:
        TooLarge: over ``max_size``.
    """
    if not body:  # redirects and errors without a body often name an encoding all the same
        return body, None
    for encoding in reversed(encodings):
        if encoding in ("", "identity"):
            continue
        unpacker = _UNPACKERS.get(encoding)
        if unpacker is None:
            return body, f"unknown content encoding {encoding!r}"
        parts: list[bytes] = []
        size = 0
        try:
            for part in unpacker(body):
                size += len(part)
                if size > max_size:
                    raise TooLarge(f"{len(body)} bytes of {encoding} unpack to over {max_size}")
                parts.append(part)
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
            return b"".join(parts), f"{encoding}: {error}"
        body = b"".join(parts)
    return body, None


def _slices(body: bytes) -> Iterator[bytes]:
    return (body[start : start + _SLICE] for start in range(0, len(body), _SLICE))


def _iter_zlib(body: bytes, window: int) -> Iterator[bytes]:
    """One zlib stream after the other; zero bytes between and after them are padding, which RFC 1952 readers allow."""
    unpacker = zlib.decompressobj(window)
    rest = body
    while rest:
        yield unpacker.decompress(rest, _CHUNK)
        rest = unpacker.unconsumed_tail
        if unpacker.eof:
            rest = unpacker.unused_data.lstrip(b"\0")
            unpacker = zlib.decompressobj(window) if rest else unpacker
    yield unpacker.flush()
    if not unpacker.eof:
        raise EOFError("ends before its end mark")


def _iter_gzip(body: bytes) -> Iterator[bytes]:
    return _iter_zlib(body, 16 + zlib.MAX_WBITS)


def _iter_deflate(body: bytes) -> Iterator[bytes]:
    """With zlib's two bytes in front, as the standard says, or without, as some servers send it."""
    has_header = len(body) > 1 and body[0] & 0x0F == zlib.DEFLATED and (body[0] << 8 | body[1]) % 31 == 0
    return _iter_zlib(body, zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)


def _iter_brotli(body: bytes) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    for piece in _slices(body):
        if unpacker.is_finished():
            raise EOFError("goes on after its end mark")
        yield unpacker.process(piece, output_buffer_limit=_CHUNK)
        while not unpacker.can_accept_more_data():
            yield unpacker.process(b"", output_buffer_limit=_CHUNK)
    if not unpacker.is_finished():
        raise EOFError("ends before its end mark")


def _iter_zstd(body: bytes) -> Iterator[bytes]:
    # a window over 8 MiB is refused, as RFC 9659 has it for the web
    maker = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024)
    unpacker = maker.decompressobj()
    for piece in _slices(body):
        rest = piece
        while rest:
            if unpacker.eof:
                unpacker = maker.decompressobj()
            yield unpacker.decompress(rest)
            rest = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        raise EOFError("ends before its end mark")


_UNPACKERS: Final = {
    "gzip": _iter_gzip,
    "x-gzip": _iter_gzip,
    "deflate": _iter_deflate,
    "br": _iter_brotli,
    "zstd": _iter_zstd,
}


class Unpack:
    """Undoes compression; what did not arrive whole is asked for again, and in the end kept with a flag.

    Scrapy's own middleware hands over half a gzip, br or zstd stream, or one with a wrong checksum, as a clean 200.
    """

    def __init__(self, crawler: "Crawler") -> None:
        self._crawler = crawler
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Reads the size limit from the settings."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Says which compressions we read."""
        request.headers["Accept-Encoding"] = ", ".join(_ENCODINGS)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Raises TooLarge where the body unpacks to more than is allowed."""
        lines = [line.decode("latin-1") for line in response.headers.getlist("Content-Encoding")]
        encodings = [name.strip().lower() for line in lines for name in line.split(",")]
        body, damage = unpack(response.body, encodings, max_size=self._max_size)
        if "dataloss" in response.flags:
            damage = "the connection broke off before the announced end"
        if damage is not None:
            again = self._retry(request)
            if again is not None:
                return again
            response = flag(response, DAMAGED_HEADER, damage)
        if body is response.body:
            return response
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        return response.replace(headers=headers, body=body)

    def _retry(self, request: Request) -> Request | None:
        assert self._crawler.spider is not None  # noqa: S101 (a request without a spider cannot be)
        return get_retry_request(request, spider=self._crawler.spider, reason="damaged")

"""What all spiders share: addresses and their stand-ins, captures of every answer, refusals, and counts.

A spider finds posts and looks at them. What it has found it hands to :meth:`CaptureSpider.found`; what is to be looked
at, newly found or due again, it asks of :meth:`CaptureSpider.tasks`. It never opens the store: both come from whoever
runs it (:func:`crawler.run.crawl`). It yields a :class:`~crawler.captures.NewCapture` for every answer that is no
post's, and a :class:`Look` for every answer at a post's address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypedDict, Unpack
from urllib.parse import urlsplit, urlunsplit

import scrapy
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER, Capture, NewCapture, utc_text
from crawler.captures_schema import GONE_HEADER
from crawler.hosts import HostRules, parse_site_url
from crawler.middlewares import REFUSED_HEADER, SiteRefuses, blocked_reason, flags_of
from crawler.runs import RunProblem
from crawler.settings import DOWNLOAD_DELAY, run_settings
from normalize.model import Site

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.frontier import FoundPost, Task

REDIRECTED_HEADER: Final = "x-paperdigest-redirected-from"
"""Header of a capture that was reached over redirects; its value is the address asked first."""

LAYOUT_HEADER: Final = "x-paperdigest-layout"
"""Header of a capture of a page that is not, or no longer, in a layout that is known; its value says how that shows."""

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_GONE: Final = (404, 410)
_PRIVATE_HEADERS: Final = ("set-cookie", "set-cookie2")  # they name a session of ours and say nothing of the page
_CONDITIONS: Final = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))


class SpiderArguments(TypedDict, total=False):
    """What every spider takes."""

    site_url: str | None
    """Server that stands in for the real site: ``http://127.0.0.1:8123``. Paths and queries stay the same."""
    limit: int | str | None
    """At most so many posts are looked at in this run; text comes from ``scrapy crawl -a limit=5``."""
    found: "Callable[[Iterable[FoundPost]], object]"
    """Takes what was found, as :meth:`crawler.frontier.Frontier.add`."""
    tasks: "Callable[[], Iterable[Task]]"
    """What is to be looked at now, the most urgent first, as :meth:`crawler.frontier.Frontier.tasks`."""
    known: Callable[[Iterable[str]], frozenset[str]]
    """Those of some keys whose posts are stored or known to be gone, as :meth:`crawler.frontier.Frontier.known`."""
    pages: Callable[[], Iterable[bytes]]
    """Bodies of the posts that were stored last, for the links that they hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A queue of requests of its own, for a kind of request that a site wants to be asked less often."""

    delay: float
    """Seconds between two requests, never less on a live site."""
    pause: float | None = None
    """Seconds to wait after a 429 that does not say how long; ``None``: as after any error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An answer at a post's address. Whether it says anything new is found out when it is stored."""

    key: str
    """``csdn-80763567``."""
    capture: NewCapture
    last: Capture | None
    """What was seen there at the last whole look; ``None``: nothing yet."""


class CaptureSpider(scrapy.Spider):
    """A spider that yields captures of all answers, whatever their status."""

    site: ClassVar[Site]
    """Whose pages it brings: the reader of that name in :mod:`crawler.pages` takes them apart."""
    host_patterns: ClassVar[tuple[str, ...]]
    """As in :attr:`crawler.hosts.HostRules.patterns`."""
    slots: ClassVar[Mapping[str, Slot]] = {}
    """By name; requests made with ``slot=name`` wait for each other, all others share one queue."""

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
        self.known = arguments.get("known", _nothing_known)
        self.problems: list[RunProblem] = []
        self.notes: list[str] = []
        """What else is to be said of the run, a sentence each."""
        self.ways: dict[str, str] = {}
        """Each way of finding posts and what came of it: ``served``, ``blocked: …``, ``forbidden by robots.txt``,
        ``failed: …``, ``not asked``."""
        self.full_list = False
        """Whether the whole list of posts was read to its end."""
        self.list_complete = False
        """Whether posts were looked for as far as was needed; some may be missing otherwise."""
        self.pages = arguments.get("pages", tuple)
        self._found = arguments.get("found")
        self._tasks = arguments.get("tasks")
        self._asked: set[str] = set()
        self._named: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: "Crawler", *args: Any, **kwargs: Any) -> Self:
        """Makes the spider and refuses a run that would be impolite, however Scrapy was started.

        Raises:
            ValueError: see :func:`crawler.settings.run_settings`; or nobody says what is to be looked at.
        """
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider._found is None or spider._tasks is None:
            raise ValueError(f"spider {cls.name} needs to be told what is stored: use paperdigest crawl {cls.name}")
        settings = crawler.settings
        polite = run_settings(
            contact=settings.get("PAPERDIGEST_CONTACT"),
            site=spider.stand_in,
            delay=settings.getfloat("DOWNLOAD_DELAY"),
        )
        polite["DOWNLOAD_SLOTS"] = {
            name: slot_settings(slot, polite["DOWNLOAD_DELAY"], live=spider.is_live) for name, slot in cls.slots.items()
        }
        settings.update(polite, priority="spider")
        return spider

    @property
    def is_live(self) -> bool:
        """Whether the servers asked are not on this machine."""
        return self.stand_in is None or not self.stand_in.is_loopback

    # --- what is to be looked at -------------------------------------------------------------------------------------

    def found(self, posts: "Iterable[FoundPost]") -> None:
        """Takes note of posts that some way of discovery named."""
        news = [post for post in posts if post.key not in self._named]
        self._named.update(post.key for post in news)
        self.count("found", len({post.key for post in news}))
        if news and self._found is not None:
            self._found(news)

    def tasks(self) -> "list[Task]":
        """What is to be looked at and was not asked for in this run, up to the limit; each is given out once."""
        room = None if self.limit is None else self.limit - len(self._asked)
        open_tasks = [] if self._tasks is None else [task for task in self._tasks() if task.key not in self._asked]
        chosen = open_tasks[:room] if room is None or room > 0 else []
        self._asked.update(task.key for task in chosen)
        self.count("wanted", len(chosen))
        return chosen

    def look(self, task: "Task", callback: Callable[..., Any], *, slot: str | None = None, **meta: Any) -> Request:
        """A request for a post; the server is told what we hold, and may answer that nothing changed."""
        request = self.request(task.address, callback, slot=slot, task=task, **meta)
        headers = {} if task.last is None else task.last.headers or {}
        for name, condition in _CONDITIONS:
            if name in headers:
                request.headers[condition] = headers[name]
        return request

    # --- addresses ---------------------------------------------------------------------------------------------------

    def request(self, address: str, callback: Callable[..., Any], *, slot: str | None = None, **meta: Any) -> Request:
        """A request for an address of the real site, sent to the stand-in where there is one.

        Args:
            address: at the real site.
            callback: gets the answer.
            slot: name of one of :attr:`slots`.
            meta: kept in ``response.meta``.
        """
        url = address
        if self.stand_in is not None:
            url = urlunsplit(urlsplit(str(self.stand_in))[:2] + urlsplit(address)[2:])
        if slot is not None:
            pause = slot_pause(self.slots[slot], self.settings.getfloat("DOWNLOAD_DELAY"), live=self.is_live)
            meta |= {"paperdigest_slot": slot, "paperdigest_pause": pause}
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

    # --- answers -----------------------------------------------------------------------------------------------------

    def capture(self, response: Response, *, blocked: str | None = None) -> NewCapture:
        """What is stored of an answer that is no post's: it is stored where it differs from what was seen last.

        Args:
            response: any answer.
            blocked: how it was seen that the site refused, where flags of the response do not say so already.
        """
        return self._captured(response, {BLOCKED_HEADER: blocked}, live=True)

    def _captured(self, response: Response, notes: Mapping[str, str | None], *, live: bool) -> NewCapture:
        """The capture of an answer, with what is noted of it as headers."""
        headers = {
            name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
            for name, values in response.headers.items()
        }
        for name in _PRIVATE_HEADERS:
            headers.pop(name, None)
        headers.update(flags_of(response))
        headers.update((name, note) for name, note in notes.items() if note is not None)
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
            live=live,
        )

    def look_of(
        self,
        response: Response,
        *,
        blocked: str | None = None,
        damaged: str | None = None,
        gone: str | None = None,
        strange: str | None = None,
    ) -> Look:
        """What is stored of an answer to :meth:`look`: every look is, also one that shows nothing new.

        Args:
            response: any answer.
            blocked: as in :meth:`capture`.
            damaged: why the body cannot be a whole post, where flags of the response do not say so already.
            gone: how a page with status 200 says that the post was taken down.
            strange: why it is no page that is known, so that the layout of the site must have changed.
        """
        task: Task = response.meta["task"]
        notes = {BLOCKED_HEADER: blocked, DAMAGED_HEADER: damaged, GONE_HEADER: gone, LAYOUT_HEADER: strange}
        return Look(key=task.key, capture=self._captured(response, notes, live=False), last=task.last)

    def refusal_in(self, response: Response) -> str | None:
        """How an answer shows that the site refuses to answer; ``None``: it does not. Sites differ in that.

        Asked for every answer as it comes in, so that no further request is made after some refusals in a row.
        """
        return blocked_reason(response.status, response.body)

    def blocked(self, response: Response) -> str | None:
        """How it shows that the site refused to answer; ``None``: it did not."""
        return flags_of(response).get(BLOCKED_HEADER)

    def judge(
        self, response: Response, *, blocked: str | None, damaged: str | None = None, login: bool = False
    ) -> bool:
        """Counts an answer and notes what is wrong with it; whether it is a whole answer, new or unchanged.

        ``login``: the site refuses by asking for one.
        """
        flags = flags_of(response)
        task: Task | None = response.meta.get("task")
        damaged = damaged or flags.get(DAMAGED_HEADER)
        if blocked is not None:
            self._miss("blocked", response.meta, f"blocked: {blocked}", code="login" if login else "blocked")
        elif damaged is not None:
            self.miss("damaged", response, f"damaged: {damaged}")
        elif REFUSED_HEADER in flags:
            self.miss("refused", response, f"redirects to where this crawl does not go: {flags[REFUSED_HEADER]}")
        elif response.status in _GONE:
            self.count("gone")
        elif response.status == _OK or (response.status == _NOT_MODIFIED and task is not None and task.last):
            return True
        else:
            self.miss("failed", response, f"answered status {response.status}")
        return False

    def miss(self, what: str, response: Response, reason: str) -> None:
        """Counts and notes an answer that is not what was asked for: ``blocked``, ``damaged``, ``refused``,
        ``failed``.
        """
        self._miss(what, response.meta, reason)

    def _miss(self, what: str, meta: Mapping[str, Any], reason: str, *, code: str | None = None) -> None:
        self.count(what)
        if "way" in meta:  # where one way of finding posts fails there are others
            self.count(f"list_{what}")
        self.problem(code or what, meta["address"], reason)

    def mind_refusals(self, response: Response) -> None:
        """Call after an answer was handed out.

        Raises:
            CloseSpider: so many refusals in a row that the site does not want to be asked now, or so many errors.
        """
        if response.meta.get("refused_for_good", False):
            raise CloseSpider("blocked")
        self._mind_failures(response.meta)

    def _mind_failures(self, meta: Mapping[str, Any]) -> None:
        """Raises CloseSpider where so many requests in a row came to nothing that the site is down."""
        if meta.get("failed_for_good", False):
            self.problem("unreachable", meta["address"], "so many requests in a row came to nothing: the site is left")
            raise CloseSpider("unreachable")

    def on_error(self, failure: Failure) -> Iterator[NewCapture]:
        """Counts a request that got no answer: refused by robots.txt or by us, or failed on the way.

        Raises:
            CloseSpider: so many failed in a row that the site is down.
        """
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, SiteRefuses):
            return
        is_ours = isinstance(error, IgnoreRequest)
        reason = str(error) if is_ours else f"{type(error).__name__} {error}".strip()
        is_robots = is_ours and "robots.txt" in reason
        what = "forbidden" if is_robots else "refused" if is_ours else "failed"
        self._miss(what, request.meta, f"not fetched: {reason}")
        self._mind_failures(request.meta)
        yield from ()

    def count(self, what: str, number: int = 1) -> None:
        """Adds to a count of the report."""
        self.crawler.stats.inc_value(f"paperdigest/{what}", number)

    def problem(self, code: str, address: str | None, message: str) -> None:
        """Notes something for the report."""
        self.problems.append(RunProblem(code=code, address=address, message=message))


def slot_settings(slot: Slot, delay: float, *, live: bool) -> dict[str, Any]:
    """What Scrapy's ``DOWNLOAD_SLOTS`` has for a slot.

    Against a server on this machine all waits shrink or grow as the general delay does.
    """
    seconds = max(slot.delay, delay) if live else slot.delay * delay / DOWNLOAD_DELAY
    return {"concurrency": 1, "delay": seconds, "jitter": 0.0}


def slot_pause(slot: Slot, delay: float, *, live: bool) -> float | None:
    """Seconds to wait after a 429 without ``Retry-After``."""
    if slot.pause is None:
        return None
    return slot.pause if live else slot.pause * delay / DOWNLOAD_DELAY


def _nothing_known(_: Iterable[str]) -> frozenset[str]:
    return frozenset()

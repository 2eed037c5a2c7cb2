"""Copies in the Wayback Machine: of posts that the blog has no more, that were never had, or that have changed.

The archive's index (CDX) is asked for everything below the user's name, then the snapshots whose bytes are not stored
yet are fetched as they were (``id_``). A snapshot never changes, so what is stored is not asked for again; which
snapshots those are the captures themselves say.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import ClassVar, Final, Unpack

from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler.answers import charset_of, class_of_answer
from crawler.captures import BLOCKED_HEADER, DAMAGED_HEADER, NewCapture
from crawler.captures_schema import GONE_HEADER
from crawler.frontier import FoundPost
from crawler.hosts import is_user_name
from crawler.mementos import (
    DIGEST_HEADER,
    NotAnIndex,
    Reason,
    Snapshot,
    WantedPost,
    exclusion,
    index_address,
    parse_index,
    wanted_posts,
)
from crawler.middlewares import SiteRefuses, flags_of
from crawler.spiders.base import CaptureSpider, Slot, SpiderArguments
from normalize.model import PageClass, Site
from normalize.urls import canonical_url, post_keys

_MAX_PAGES: Final = 100  # 500,000 rows: an index that goes on longer runs in a circle
_INDEX_PRIORITY: Final = 10  # the whole index first, for a post's rows may stand on several pages
_MAX_SILENT: Final = 3  # requests in a row without an answer: the archive turns away who asks too much
_ERROR_HEADER: Final = "X-Archive-Wayback-Runtime-Error"
_RETRIED: Final = (413, 421, 599)  # beside those that every site has
_OK: Final = 200
_GONE: Final = (404, 410)
_REASONS: Final[dict[Reason, str]] = {
    "gone": "gone from the blog",
    "missing": "never had",
    "changed": "stored with other bytes",
}
_NO_ANSWER: Final[dict[PageClass, str]] = {
    "blocked": BLOCKED_HEADER,
    "login": BLOCKED_HEADER,
    "damaged": DAMAGED_HEADER,
    "gone": GONE_HEADER,
}
"""What is noted of a snapshot of each class that has nothing of its post."""


class WaybackSpider(CaptureSpider):
    """The archived posts of one user. Run it with ``paperdigest crawl wayback``."""

    name = "wayback"
    site: ClassVar[Site] = "csdn"
    host_patterns: ClassVar[tuple[str, ...]] = ("web.archive.org",)
    # what the archive asks of programs: at most 24 questions to its index a minute, and a minute's rest after a 429
    slots: ClassVar[dict[str, Slot]] = {
        "index": Slot(delay=2.6, pause=60.0),
        "memento": Slot(delay=2.0, pause=60.0),
    }

    def __init__(
        self,
        user: str,
        *,
        held: Collection[str] = (),
        gone: Collection[str] = (),
        forgotten: Collection[str] = (),
        digests: Collection[str] = (),
        digests_of: Callable[[Collection[str]], Collection[str]] = lambda _: (),
        only_lost: bool = False,
        **arguments: Unpack[SpiderArguments],
    ) -> None:
        """What is known of posts, by their keys.

        Args:
            user: whose posts.
            held: a whole copy is stored, from wherever.
            gone: the site has them no more.
            forgotten: never to be asked for.
            digests: of the snapshots that are stored, as the index spells them.
            digests_of: gives those of all stored bodies of some posts, by their keys.
            only_lost: nothing of posts that are held and not gone.
            arguments: as for every spider; the limit counts posts, not snapshots.
        """
        super().__init__(**arguments)
        if not is_user_name(user):
            raise ValueError(f"user {user!r} cannot be the name of a user")
        self.user = user
        self._held, self._gone, self._forgotten = frozenset(held), frozenset(gone), frozenset(forgotten)
        self._digests = frozenset(digests)
        self._digests_of = digests_of
        self._only_lost = only_lost
        self._snapshots: list[Snapshot] = []
        self._resumed: set[str] = set()
        self._silent = 0

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """What passes for a while at the archive is more than elsewhere."""
        super().update_settings(settings)
        settings.set("RETRY_HTTP_CODES", [*settings.getlist("RETRY_HTTP_CODES"), *_RETRIED], priority="spider")
        # at once, and not after all others: else each of them would be asked before it is seen that none is answered
        settings.set("RETRY_PRIORITY_ADJUST", 1, priority="spider")

    def refusal_in(self, response: Response) -> str | None:
        """The archive refuses by its own errors and by statuses; what a snapshot holds is not the archive's answer."""
        if response.status == _OK:
            return None
        error = response.headers.get(_ERROR_HEADER)
        excluded = exclusion(None if error is None else error.decode("latin-1"), response.body)
        return super().refusal_in(response) if excluded is None else f"status {response.status}, {excluded}"

    # --- the index ---------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """Begins with the first page of the index; all else follows from answers."""
        self.ways["cdx"] = "not asked"
        yield self._index_request(None, 1)

    def _index_request(self, resume_key: str | None, number: int) -> Request:
        address = index_address(self.user, resume_key=resume_key)
        request = self.request(address, self.parse_index, slot="index", page=number, way="cdx")
        return request.replace(priority=_INDEX_PRIORITY, errback=self.on_index_error)

    def parse_index(self, response: Response) -> Iterator[NewCapture | Request]:
        """Stores a page of the index and goes on to the next one, or to the snapshots."""
        blocked, failure, page = self.blocked(response), None, None
        if response.status == _OK and not flags_of(response):
            try:
                page = parse_index(response.body, user=self.user)
            except NotAnIndex as error:
                blocked = exclusion(None, response.body)
                failure = f"the answer is no index: {error}" if blocked is None else None
        yield self.capture(response, blocked=blocked)
        if failure is not None:
            self.miss("failed", response, failure)
        else:
            self.judge(response, blocked=blocked)
        self.mind_refusals(response)
        if page is None:
            yield from self._end_of_index(f"blocked: {blocked}" if blocked else f"failed: {failure or response.status}")
            return
        self._snapshots.extend(page.snapshots)
        following, number = page.resume_key, response.meta["page"] + 1
        if following is None:
            yield from self._end_of_index(None)
        elif following in self._resumed or number > _MAX_PAGES:
            self.problem("list", None, f"page {number} of the index would begin where another did: it runs in a circle")
            yield from self._end_of_index("failed: runs in a circle")
        else:
            self._resumed.add(following)
            yield self._index_request(following, number)

    def on_index_error(self, failure: Failure) -> Iterator[NewCapture | Request]:
        """A page of the index that got no answer: goes on with what was found so far."""
        yield from self.on_error(failure)
        is_forbidden = "robots.txt" in str(failure.value)
        yield from self._end_of_index("forbidden by robots.txt" if is_forbidden else f"failed: {failure.value}")

    def _end_of_index(self, trouble: str | None) -> Iterator[Request]:
        """Asks for the snapshots: the newest of each post first, so that soon there is one of every post.

        Raises:
            CloseSpider: the index failed before it named a single post.
        """
        self.ways["cdx"] = trouble or "served"
        self.full_list = self.list_complete = trouble is None
        if trouble is not None:
            self.problem("list", None, f"the index was not read to its end: {len(self._snapshots)} snapshots so far")
            if not self._snapshots:
                raise CloseSpider("list_failed" if trouble.startswith("failed") else "blocked")
        wanted = self._wanted()
        for versions in zip_longest(*(post.snapshots for post in wanted)):
            for snapshot in versions:
                if snapshot is not None:
                    yield self.request(snapshot.address, self.parse_memento, slot="memento", snapshot=snapshot).replace(
                        errback=self.on_memento_error
                    )

    def _wanted(self) -> list[WantedPost]:
        """What to fetch; counts what was found."""
        snapshots = [one for one in self._snapshots if one.key not in self._forgotten]
        addresses = {one.key: canonical_url(one.original) for one in snapshots}
        self.found(FoundPost(key=key, address=address, way="cdx") for key, address in addresses.items())
        digests = self._digests.union(self._digests_of(addresses.keys() & self._held))
        wanted = wanted_posts(snapshots, held=self._held, gone=self._gone, digests=digests, only_lost=self._only_lost)
        self.count("skipped", len(addresses) - len(wanted))
        wanted = wanted[: self.limit]
        self.count("wanted", sum(len(post.snapshots) for post in wanted))
        self._note(len(addresses), wanted)
        return wanted

    def _note(self, indexed: int, wanted: Sequence[WantedPost]) -> None:
        """Says what is asked for, and why."""
        counts = Counter(post.reason for post in wanted)
        reasons = ", ".join(f"{counts[reason]:,} {words}" for reason, words in _REASONS.items() if counts[reason])
        asked = sum(len(post.snapshots) for post in wanted)
        text = f"{_count(asked, 'new snapshot')} of {_count(len(wanted), 'post')}: {reasons}"
        self.notes.append(
            f"the archive's index names {_count(indexed, 'post')}; {text if wanted else 'no new snapshots'}"
        )

    def closed(self, reason: str) -> None:  # noqa: ARG002 (Scrapy gives it)
        """Says what the snapshots held."""
        stats = self.crawler.stats
        fetched, none = (stats.get_value(f"paperdigest/{name}", 0) for name in ("fetched", "no_post"))
        if fetched or none:
            self.notes.append(f"{_count(fetched, 'snapshot')} with the post that was looked for, {none:,} without")

    # --- snapshots ---------------------------------------------------------------------------------------------------

    def parse_memento(self, response: Response) -> Iterator[NewCapture]:
        """Stores a snapshot as the archive saw it, whatever is on it."""
        self._silent = 0
        self.count("answered")
        snapshot: Snapshot = response.meta["snapshot"]
        is_whole = response.status == _OK and not flags_of(response)
        page_class, reason = _class_of(response) if is_whole else ("post", "")
        headers: dict[str, str] = {}
        if is_whole:  # these bytes need not come again, be they a post or not
            headers[DIGEST_HEADER] = snapshot.digest
        if page_class in _NO_ANSWER:
            headers[_NO_ANSWER[page_class]] = f"the snapshot holds no post: {reason}"
        blocked = self.blocked(response)
        capture = self.capture(response, blocked=blocked)
        yield replace(capture, headers={**(capture.headers or {}), **headers})
        if page_class != "post":
            self.count("no_post")
            self.problem("no_post", snapshot.address, f"holds no post: {reason}")
        elif response.status in _GONE:
            self.count("no_post")
            self.problem("no_post", snapshot.address, f"status {response.status}: in the index, but not in the archive")
        elif self.judge(response, blocked=blocked):
            self._count_post(response, snapshot.key)
        self.mind_refusals(response)

    def _count_post(self, response: Response, key: str) -> None:
        address = self.address_of(response)
        if key not in post_keys(address):
            self.miss("failed", response, f"leads to {address}, which is another page")
            return
        self.count("fetched")
        if key not in self._held:
            self.count("new")
            self._held |= {key}

    def on_memento_error(self, failure: Failure) -> Iterator[NewCapture]:
        """A snapshot that got no answer.

        Raises:
            CloseSpider: several in a row, which is how the archive turns programs away.
        """
        yield from self.on_error(failure)
        if isinstance(failure.value, SiteRefuses):
            return
        self._silent += 1
        if self._silent >= _MAX_SILENT:
            self.count("blocked")
            self.problem("blocked", None, f"{self._silent} requests in a row got no answer: the archive is left alone")
            raise CloseSpider("blocked")


def _class_of(response: Response) -> tuple[PageClass, str]:
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return class_of_answer(response.body, charset=charset_of(content_type))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"

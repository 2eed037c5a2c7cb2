"""A blog on CSDN: its posts are found in every way that the site offers, then looked at."""

import re
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, Unpack

from scrapy import signals
from scrapy.exceptions import CloseSpider, DontCloseSpider, IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.answers import charset_of, class_of_answer
from crawler.captures import DAMAGED_HEADER, NewCapture
from crawler.digest import read_post
from crawler.discovery import (
    Blog,
    ListedPost,
    Listing,
    NotAList,
    api_address,
    article_id,
    category_links,
    category_page_address,
    feed_addresses,
    list_page_address,
    named_articles,
    parse_api_page,
    parse_category_page,
    parse_feed,
    parse_list_page,
    past_posts,
)
from crawler.frontier import FoundPost, Way
from crawler.hosts import is_user_name
from crawler.middlewares import SiteRefuses, flags_of
from crawler.pages import UnreadablePage, check_page, read_page
from crawler.pages.decode import decode
from crawler.reading import LOGIN_WANTED
from crawler.spiders.base import CaptureSpider, Look, SpiderArguments
from normalize.model import Site

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_MAX_PAGES: Final = 1000  # of 20 posts and more: a list that goes on longer runs in a circle
_SHARE: Final = 2  # a list with fewer than one in so many of the posts that it must name is not read to its end
_LIST_PRIORITY: Final = 10  # the lists first, so that the newest posts are known before any is fetched
_WAYS: Final[tuple[Way, ...]] = ("feed", "list_api", "list_page", "category", "past_posts")
_NOT_ASKED: Final = "not asked"
_SERVED: Final = "served"
_FORBIDDEN: Final = "forbidden by robots.txt"
_OK: Final = 200

# '<link rel="canonical" href="https://blog.csdn.net/u/article/details/80763567"/>'
_CANONICAL: Final = re.compile(rb"<link\b[^>]{0,300}?\bcanonical\b[^>]{0,300}>", re.IGNORECASE)
_NUMBER: Final = re.compile(rb"/article/details/([0-9]{1,18})")
_JSON_START: Final = re.compile(rb"\s{0,100}[{\[]")
_XML_START: Final = re.compile(rb"[\s\xef\xbb\xbf]{0,100}<(?:\?xml|rss|feed|rdf)", re.IGNORECASE)


class CsdnSpider(CaptureSpider):
    """All posts of one user. Run it with ``paperdigest sync`` or ``paperdigest crawl csdn``.

    Ways of finding posts, the next where one is refused or fails: the feed, where a short look is enough; the JSON
    list; the HTML list; the pages of categories. Links to past posts count always. What is due is looked at in any
    case, and what one run did not get is left to the next.
    """

    name = "csdn"
    site: ClassVar[Site] = "csdn"
    host_patterns: ClassVar[tuple[str, ...]] = ("blog.csdn.net", "*.blog.csdn.net", "rss.csdn.net")

    def __init__(
        self, user: str, *, feed: bool = False, full: bool = True, **arguments: Unpack[SpiderArguments]
    ) -> None:
        """Makes the spider.

        Args:
            user: whose posts.
            feed: begin with the feed.
            full: read the whole list even where the feed names a post that is known.
            arguments: see :class:`~crawler.spiders.base.SpiderArguments`.
        """
        super().__init__(**arguments)
        if not is_user_name(user):
            raise ValueError(f"user {user!r} cannot be the name of a user")
        self.blog = Blog(user=user)
        self.ways = dict.fromkeys(_WAYS, _NOT_ASKED)
        self._feed = feed
        self._full = full
        self._lists_left: list[Way] = ["list_api", "list_page", "category"]
        self._listed: dict[Way, set[int]] = {}
        self._unknown: set[int] = set()
        self._categories: dict[int, str] = {}
        self._categories_asked: set[int] = set()
        self._looked_for: set[int] = set()
        self._has_more = False

    @classmethod
    def from_crawler(cls, crawler: "Crawler", *args: Any, **kwargs: Any) -> Self:
        """As in the base class; the spider also wants to know when there is nothing left to do."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Begins with the feed or the list; all else follows from answers."""
        for request in [self._feed_request(0)] if self._feed else list(self._next_list()):
            yield request

    def refusal_in(self, response: Response) -> str | None:
        """The site also refuses by HTML where JSON was to come, and the other way round."""
        reason = super().refusal_in(response)
        if reason is not None or response.status != _OK or DAMAGED_HEADER in flags_of(response):
            return reason
        body, way = response.body, response.meta.get("way")
        if way == "list_api":
            return "HTML where JSON was expected" if body.lstrip()[:1] == b"<" else None
        if _JSON_START.match(body) is not None:
            return "JSON where a page was expected"
        if way == "feed" and body.lstrip()[:1] == b"<" and _XML_START.match(body) is None:
            return "HTML where a feed was expected"
        return None

    # --- the feed ----------------------------------------------------------------------------------------------------

    def _feed_request(self, number: int) -> Request:
        address = feed_addresses(self.blog.user)[number]
        return self._way_request("feed", address, self.parse_feed, number=number)

    def parse_feed(self, response: Response) -> Iterator[NewCapture | Request]:
        """Stores the feed; goes on to what is to be looked at, or to the list where the feed is not enough."""
        listing = yield from self._read(response, "feed", lambda body: parse_feed(body, blog=self.blog))
        if listing is None:
            yield from self._after_failed_way("feed", response.meta)
            return
        self.ways["feed"] = _SERVED
        self._take(listing, "feed")
        self._listed["feed"] = {post.article_id for post in listing.posts}
        keys = [post.key for post in listing.posts]
        if self._full or not self.known(keys):
            self._full = True
            yield from self._next_list()
        else:
            self.list_complete = True
            yield from self._looks()

    # --- the whole list ----------------------------------------------------------------------------------------------

    def _next_list(self) -> Iterator[Request]:
        """The first page of the next way of reading the list; where none is left, what can be looked at even so.

        Raises:
            CloseSpider: there is nothing to look at either.
        """
        while self._lists_left:
            way = self._lists_left.pop(0)
            self._listed[way] = set()
            if way != "category":
                yield self._list_request(way, 1)
                return
            self._learn_categories(self.pages())
            if self._categories:
                yield from self._next_category()
                return
        self.problem("no_list", None, "the list of posts was not read to its end in any way")
        looks = list(self._looks())
        if not looks:
            raise CloseSpider("list_failed")
        yield from looks

    def _list_request(self, way: Way, page: int) -> Request:
        is_api = way == "list_api"
        address = api_address(self.blog.user, page) if is_api else list_page_address(self.blog, page)
        return self._way_request(way, address, self.parse_list, page=page)

    def parse_list(self, response: Response) -> Iterator[NewCapture | Request]:
        """Stores a page of the list and goes on to the next one, to the posts, or to the next way."""
        way, page = response.meta["way"], response.meta["page"]
        address = response.meta["address"]

        def parse(body: bytes) -> Listing:
            if way == "list_api":
                return parse_api_page(body, blog=self.blog)
            return parse_list_page(body, blog=self.blog, address=address)

        listing = yield from self._read(response, way, parse)
        if listing is None:
            yield from self._after_failed_way(way, response.meta)
            return
        verdict = self._verdict(listing, way, page)
        if verdict is None:
            yield self._list_request(way, page + 1)
        elif verdict:
            self.ways[way] = _SERVED
            self.list_complete = True
            yield from self._looks()
        else:
            yield from self._next_list()

    def _verdict(self, listing: Listing, way: Way, page: int) -> bool | None:
        """Takes in a page; whether as much of the list as is needed is known, ``None`` where it goes on; not where the
        way failed, of which it takes note.
        """
        named = self._listed[way]
        before = len(named)
        news = [post for post in listing.posts if post.article_id not in named]
        named.update(post.article_id for post in news)
        known = self._take(listing, way)
        if listing.total is not None and len(named) >= listing.total:
            return self._is_whole(way)
        if listing.is_empty or (listing.pages is not None and page >= listing.pages):
            if listing.total is not None:
                self.problem("list", None, f"the list says {listing.total} posts, but names {len(named)}")
            return self._is_whole(way, listing.total or 0)
        if len(named) == before or page >= _MAX_PAGES:
            self.problem("list", None, f"page {page} of the list names nothing new: it runs in a circle")
            self._way_failed(way, "failed: it runs in a circle")
            return False
        # but for pinned ones, posts come by falling date: what is on later pages is older
        self._unknown.update(post.article_id for post in news if not post.pinned and post.key not in known)
        is_enough = self.limit is not None and len(self._unknown) >= self.limit
        is_short_look = not self._full and any(post.key in known and not post.pinned for post in listing.posts)
        return True if is_enough or is_short_look else None

    def _is_whole(self, way: Way, total: int = 0) -> bool:
        """Whether a list that came to its end names what it must: one that names far fewer posts than it says that
        there are, or than the feed names, is how a site refuses without a word. ``total``: as the list says.
        """
        count, wanted = len(self._listed[way]), max(total, len(self._listed.get("feed", ())))
        if count * _SHARE < wanted:
            reason = f"it ends after {count} posts, and there are at least {wanted}"
            self.problem("list", None, f"the list is not whole: {reason}")
            self._way_failed(way, f"failed: {reason}")
            return False
        self.full_list = count > 0
        return True

    # --- categories --------------------------------------------------------------------------------------------------

    def _learn_categories(self, pages: Iterable[bytes]) -> None:
        for body in pages:
            with suppress(ValueError):
                text, _ = decode(body)
                for number, address in category_links(text, blog=self.blog).items():
                    self._categories.setdefault(number, address)

    def _next_category(self) -> Iterator[Request]:
        """The first page of the next category, or after the last one what is to be looked at."""
        number = next((one for one in self._categories if one not in self._categories_asked), None)
        if number is not None:
            self._categories_asked.add(number)
            self._listed["category"] = set()
            yield self._category_request(self._categories[number], 1)
            return
        if self.ways["category"] == _NOT_ASKED:  # none of them failed
            self.ways["category"] = _SERVED
            self.list_complete = True
            self.problem("categories", None, "only categories could be read; posts that are in none may be missing")
        yield from self._looks()

    def _category_request(self, address: str, page: int) -> Request:
        where = category_page_address(address, page)
        return self._way_request("category", where, self.parse_category, category=address, page=page)

    def parse_category(self, response: Response) -> Iterator[NewCapture | Request]:
        """Stores a page of a category and goes on to its next one, or to the next category."""
        address, page = response.meta["address"], response.meta["page"]
        listing = yield from self._read(
            response, "category", lambda body: parse_category_page(body, blog=self.blog, address=address)
        )
        if listing is None:
            yield from self._after_failed_way("category", response.meta)
            return
        self._learn_categories([response.body])
        named = self._listed["category"]
        before = len(named)
        named.update(post.article_id for post in listing.posts)
        self._take(listing, "category")
        is_last = listing.pages is not None and page >= listing.pages
        is_all = listing.total is not None and len(named) >= listing.total
        if is_last or is_all or len(named) == before or page >= _MAX_PAGES:
            yield from self._next_category()
        else:
            yield self._category_request(response.meta["category"], page + 1)

    # --- what all ways share -----------------------------------------------------------------------------------------

    def _way_request(self, way: Way, address: str, callback: Callable[..., Any], **meta: Any) -> Request:
        request = self.request(address, callback, way=way, **meta)
        return request.replace(priority=_LIST_PRIORITY, errback=self.on_way_error)

    def _read(
        self, response: Response, way: Way, parse: Callable[[bytes], Listing]
    ) -> Generator[NewCapture, None, Listing | None]:
        """Stores an answer of a way; gives back what it names, ``None`` where the way failed."""
        blocked, listing = self.blocked(response), None
        yield self.capture(response)
        if not self.judge(response, blocked=blocked):
            reason = f"status {response.status}" if blocked is None else blocked
            self._way_failed(way, f"{'failed' if blocked is None else 'blocked'}: {reason}")
        else:
            try:
                listing = parse(response.body)
            except NotAList as error:
                self.count("failed")
                self.count("list_failed")  # as with every answer of a way: there are others
                self.problem("not_a_list", response.meta["address"], f"is no list: {error}")
                self._way_failed(way, f"failed: {error}")
        self.mind_refusals(response)
        return listing

    def on_way_error(self, failure: Failure) -> Iterator[NewCapture | Request]:
        """A way that got no answer: the next one is tried."""
        yield from self.on_error(failure)
        error, meta = failure.value, failure.request.meta  # type: ignore[attr-defined]
        if isinstance(error, SiteRefuses):
            return
        is_robots = isinstance(error, IgnoreRequest) and "robots.txt" in str(error)
        self._way_failed(meta["way"], _FORBIDDEN if is_robots else f"failed: {type(error).__name__}")
        yield from self._after_failed_way(meta["way"], meta)

    def _way_failed(self, way: Way, reason: str) -> None:
        """Notes what came of a way; that it was refused is not forgotten where it fails at another place too."""
        if not self.ways[way].startswith("blocked"):
            self.ways[way] = reason

    def _after_failed_way(self, way: Way, meta: dict[str, Any]) -> Iterator[Request]:
        if way == "feed" and meta["number"] + 1 < len(feed_addresses(self.blog.user)):
            yield self._feed_request(meta["number"] + 1)
        elif way == "category":
            yield from self._next_category()
        else:
            yield from self._next_list()

    def _take(self, listing: Listing, way: Way) -> frozenset[str]:
        """Takes note of the posts of a listing; returns the keys of those that are known."""
        for text in listing.problems:
            self.problem("list_item", None, text)
        known = self.known([post.key for post in listing.posts])
        self._find(listing.posts, way)
        return known

    def _find(self, posts: Iterable[ListedPost], way: Way) -> None:
        posts = list(posts)
        hosts = frozenset(host for post in posts if (host := post.own_host) is not None)
        if not hosts <= self.blog.hosts:
            self.blog = Blog(user=self.blog.user, hosts=self.blog.hosts | hosts)
        self._looked_for.update(post.article_id for post in posts)
        self.found(FoundPost(key=post.key, address=post.address, way=way) for post in posts)

    # --- posts -------------------------------------------------------------------------------------------------------

    def _looks(self) -> Iterator[Request]:
        for task in self.tasks():
            yield self.look(task, self.parse_post)

    def closed(self, _reason: str) -> None:
        """Counts what was found and not asked for, since it is known."""
        self.count("skipped", len(self.known(self._named) - self._asked))

    def on_idle(self) -> None:
        """Nothing is under way: looks at the past posts that were found meanwhile, or at the categories.

        Raises:
            DontCloseSpider: there is more to do.
        """
        requests: list[Request] = []
        if self._has_more:
            self._has_more = False
            requests = list(self._looks())
        elif not self.list_complete and any(one not in self._categories_asked for one in self._categories):
            requests = list(self._next_category())
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def parse_post(self, response: Response) -> Iterator[Look | NewCapture]:
        """Stores an answer to a request for a post."""
        self.count("answered")
        task, address = response.meta["task"], self.address_of(response)
        blocked, notes = self.blocked(response), dict[str, str]()
        if f"csdn-{article_id(address)}" != task.key and response.status == _OK and blocked is None:
            yield self._of_another_page(response, address)
            return
        if response.status == _OK and blocked is None and DAMAGED_HEADER not in flags_of(response):
            notes = self._page_notes(response, task.key)
            blocked = notes.pop("blocked", None)
        yield self.look_of(response, blocked=blocked, **notes)
        login = blocked is not None and blocked.startswith(LOGIN_WANTED)
        self.count("login", login)
        if self.judge(response, blocked=blocked, damaged=notes.get("damaged"), login=login):
            self.count("fetched")
            if response.status == _OK:
                self._look_for_links(response.body)
        self.mind_refusals(response)

    def _of_another_page(self, response: Response, address: str) -> NewCapture:
        """What is stored of a page that redirects led to: of that of another post only that it came, for it is no look
        at that one. That one is looked at by itself, and it is found out what stands there.
        """
        reason = f"leads to {address}, which is another page"
        self.miss("failed", response, reason)
        if article_id(address) is None:
            return self.capture(response)
        post = self.blog.post_at(address)
        if post is not None and post.article_id not in self._looked_for:
            self._has_more = True
            self._find([post], "past_posts")
        answer = self.look_of(response, damaged=reason).capture
        return replace(answer, address=response.meta["address"], body=b"", live=True)

    def _page_notes(self, response: Response, key: str) -> dict[str, str]:
        """What is to be noted of a page that came whole, as for :meth:`look_of`; nothing of a post's page."""
        other = _other_post(response.body, key)
        if other is not None:
            reason = f"it says that it is post {other}"
            self.count("layout_changed")
            self.problem("layout_changed", response.meta["address"], f"layout changed: {reason}")
            return {"damaged": reason}
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        page_class, reason = class_of_answer(response.body, charset=charset_of(content_type))
        if page_class == "login":
            return {"blocked": f"{LOGIN_WANTED}{reason}"}
        if page_class == "blocked":
            return {"blocked": reason}
        if page_class == "damaged" and not _is_closed(response.body):
            return {"damaged": reason}
        return {"strange": reason} if page_class in ("foreign", "list", "damaged") else {}

    def _look_for_links(self, body: bytes) -> None:
        """Past posts that no list named, and, where no list could be read, categories."""
        if not self.list_complete:
            self._learn_categories([body])
        named = named_articles(body, blog=self.blog) - self._looked_for
        self._looked_for |= named
        keys = {f"csdn-{number}" for number in named}
        if not keys or keys <= self.known(keys):
            return
        try:
            past = read_post(read_page(body, status=_OK)).past_posts
        except UnreadablePage:
            return
        posts = [post for post in past_posts(past, blog=self.blog) if post.article_id in named]
        if posts:
            self.ways["past_posts"] = _SERVED
            self._has_more = True
            self._find(posts, "past_posts")


def _is_closed(body: bytes) -> bool:
    """Whether a page came to its end, so that what is missing in it is missing on the site."""
    try:
        check_page(body)
    except UnreadablePage:
        return False
    return True


def _other_post(body: bytes, key: str) -> int | None:
    """The number of the post that a page says it is, where that is not the one asked for."""
    link = _CANONICAL.search(body)
    number = None if link is None else _NUMBER.search(link[0])
    return None if number is None or f"csdn-{int(number[1])}" == key else int(number[1])

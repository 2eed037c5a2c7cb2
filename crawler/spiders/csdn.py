"""A blog on CSDN: its posts are found through the JSON list that the blog's own page asks for, then fetched."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Unpack
from urllib.parse import urlencode, urlsplit

from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.captures import NewCapture
from crawler.hosts import HostRules, is_user_name, refusal
from crawler.spiders.base import CaptureSpider, SpiderArguments

PAGE_SIZE: Final = 100
"""Posts asked for at a time; the blog's page asks for 20, but fewer requests are kinder."""
_MAX_PAGES: Final = 1000  # 100,000 posts: a list that goes on longer runs in a circle
_MAX_ID: Final = 10**18
_LIST_PRIORITY: Final = 10  # the whole list first, so that the newest posts are known before any is fetched

# "/c9Yv2cf9I06K2A9E/article/details/80763567"
_ARTICLE_PATH: Final = re.compile(r"/article/details/([0-9]{1,18})/?$")
# "2024-07-22 23:10:48"; "20 小时前" and "2024.07.22" are display forms, which sort nowhere
_POST_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


class NotAList(ValueError):
    """An answer that is no page of the list: the site refused, or changed its form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPost:
    """A post as the list names it."""

    article_id: int
    address: str
    """Over https, without query and fragment; may be a sub-domain of the user's own."""
    post_time: str
    """``2024-07-22 23:10:48``, Beijing time; empty where the list gives none."""
    pinned: bool
    """Stands first, whatever its age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page of the list."""

    posts: tuple[ListedPost, ...]
    total: int | None
    """Posts of the whole list, as far as it says."""
    is_empty: bool
    """Whether the page names nothing at all, which is how the list ends."""
    problems: tuple[str, ...]


def list_address(user: str, page: int) -> str:
    """Address of a page of the list, from 1, with all the parameters that the blog's own page sends."""
    query = {
        "page": page,
        "size": PAGE_SIZE,
        "businessType": "blog",
        "orderby": "",
        "noMore": "false",
        "year": "",
        "month": "",
        "username": user,
    }
    return f"https://blog.csdn.net/community/home-api/v1/get-business-list?{urlencode(query)}"


def article_id(address: str) -> int | None:
    """The number of the post at an address; it stays when the user's name changes its case or gets a sub-domain."""
    try:
        found = _ARTICLE_PATH.search(urlsplit(address).path)
    except ValueError:
        return None
    return None if found is None else int(found[1])


def parse_list_page(body: bytes, *, user: str) -> ListPage:
    """Reads a page of the list: ``{"code":200,"data":{"list":[{"articleId":1,"url":"…"}],"total":165}}``.

    Raises:
        NotAList: HTML (a security check), another code than 200, or another form.
    """
    if body.lstrip()[:1] == b"<":
        raise NotAList("HTML where JSON was expected")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAList(f"no JSON: {error}") from error
    if not isinstance(answer, dict) or answer.get("code") != 200:
        code, message = (answer.get("code"), answer.get("message")) if isinstance(answer, dict) else (None, None)
        raise NotAList(f"code {code!r:.40} instead of 200, message {message!r:.80}")
    data = answer.get("data")
    items = data.get("list") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(items, list | None):
        raise NotAList("no object `data` with an array `list`")
    posts: list[ListedPost] = []
    problems: list[str] = []
    for item in items or ():
        try:
            posts.append(_listed_post(item, user))
        except ValueError as error:
            problems.append(f"an item of the list was passed over: {error}")
    total = data.get("total")
    return ListPage(
        posts=tuple(posts),
        total=total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None,
        is_empty=not items,
        problems=tuple(problems),
    )


def _listed_post(item: Any, user: str) -> ListedPost:
    """Raises ValueError where the item names no post that can be fetched."""
    number = item.get("articleId") if isinstance(item, dict) else None
    if isinstance(number, str) and number.isascii() and number.isdecimal():
        number = int(number[:20])
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _MAX_ID:
        raise ValueError(f"articleId {number!r:.40} is no number of a post")
    url = item.get("url") or f"https://blog.csdn.net/{user}/article/details/{number}"
    if not isinstance(url, str):
        raise ValueError(f"url of post {number} is no text")
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"url {url!r:.200} of post {number} is no web address")
    if article_id(url) != number:
        raise ValueError(f"url {url!r:.200} is not that of post {number}")
    time = item.get("postTime")
    return ListedPost(
        article_id=number,
        address=f"https://{parts.netloc}{parts.path}",
        post_time=time if isinstance(time, str) and _POST_TIME.fullmatch(time) is not None else "",
        pinned=item.get("top") in (True, 1),
    )


class CsdnSpider(CaptureSpider):
    """All posts of one user. Run it with ``paperdigest crawl csdn``."""

    name = "csdn"
    host_patterns: ClassVar[tuple[str, ...]] = ("blog.csdn.net", "*.blog.csdn.net")

    def __init__(self, user: str, **arguments: Unpack[SpiderArguments]) -> None:
        super().__init__(**arguments)
        if not is_user_name(user):
            raise ValueError(f"user {user!r} cannot be the name of a user")
        self.user = user
        self.list_complete = False
        """Whether the list was read as far as was needed; posts may be missing otherwise."""
        self._found: dict[int, ListedPost] = {}

    @classmethod
    def address_key(cls, address: str) -> str:
        """The number of the post, where the address has one."""
        number = article_id(address)
        return address if number is None else str(number)

    async def start(self) -> AsyncIterator[Request]:
        """Begins with the first page of the list; all else follows from answers."""
        yield self._list_request(1)

    def _list_request(self, page: int) -> Request:
        request = self.request(list_address(self.user, page), self.parse_list, page=page)
        return request.replace(priority=_LIST_PRIORITY, errback=self.on_list_error)

    def parse_list(self, response: Response) -> Iterator[NewCapture | Request]:
        """Stores a page of the list and goes on to the next one, or to the posts."""
        blocked, page = self.blocked(response), None
        if blocked is None and response.status == 200:
            try:
                page = parse_list_page(response.body, user=self.user)
            except NotAList as error:
                blocked = str(error)
        yield self.capture(response, blocked=blocked)
        is_whole = self.judge(response, blocked=blocked)
        self.mind_refusals(response)
        if page is None or not is_whole:
            yield from self._end_of_list(complete=False, reason="blocked" if blocked is not None else "list_failed")
            return
        complete = self._is_complete(page, response.meta["page"])
        if complete is None:
            yield self._list_request(response.meta["page"] + 1)
        else:
            yield from self._end_of_list(complete=complete, reason="list_failed")

    def on_list_error(self, failure: Failure) -> Iterator[NewCapture | Request]:
        """A page of the list that got no answer: goes on with what was found so far."""
        yield from self.on_error(failure)
        yield from self._end_of_list(complete=False, reason="list_failed")

    def _is_complete(self, page: ListPage, number: int) -> bool | None:
        """Takes in a page; whether as much of the list as is needed is known, ``None`` where it goes on."""
        self.problems.extend(page.problems)
        before = len(self._found)
        for post in page.posts:
            self._found.setdefault(post.article_id, post)
        if page.total is not None and len(self._found) >= page.total:
            return True
        if page.is_empty:
            if page.total is not None:
                self.problem(f"the list says {page.total} posts, but names {len(self._found)}")
            return True
        if len(self._found) == before or number >= _MAX_PAGES:
            self.problem(f"page {number} of the list names nothing new: it runs in a circle")
            return False
        # but for pinned ones, posts come by falling date: what is on later pages is older
        in_order = sum(not post.pinned for post in self._found.values())
        return True if self.limit is not None and in_order >= self.limit else None

    def _end_of_list(self, *, complete: bool, reason: str) -> Iterator[Request]:
        """Asks for the posts, newest first.

        Raises:
            CloseSpider: the list failed before it named a single post.
        """
        self.list_complete = complete
        self.count("found", len(self._found))
        if not complete:
            self.problem(f"the list of posts was not read to its end: {len(self._found)} found so far")
            if not self._found:
                raise CloseSpider(reason)
        newest = sorted(self._found.values(), key=lambda post: (post.post_time, post.article_id), reverse=True)
        wanted = [post for post in newest[: self.limit] if self._is_wanted(post)]
        self.count("wanted", len(wanted))
        for post in wanted:
            yield self.request(post.address, self.parse_post, article_id=post.article_id)

    def _is_wanted(self, post: ListedPost) -> bool:
        """Whether a post is to be fetched; counts those that are not."""
        # a stand-in would answer for any host, so the address of the real site is judged here already
        reason = refusal(post.address, HostRules(patterns=self.host_patterns))
        if reason is not None:
            self.count("refused")
            self.problem(f"{post.address} not followed: {reason}")
            return False
        if self.is_stored(post.address):
            self.count("skipped")
            return False
        return True

    def parse_post(self, response: Response) -> Iterator[NewCapture]:
        """Stores an answer to a request for a post."""
        self.count("answered")
        blocked = self.blocked(response)
        capture = self.capture(response, blocked=blocked)
        yield capture
        if self.judge(response, blocked=blocked):
            if article_id(capture.address or "") != response.meta["article_id"]:
                self.count("failed")
                self.problem(f"{response.meta['address']} leads to {capture.address}, which is another page")
            else:
                self.count("fetched")
        self.mind_refusals(response)

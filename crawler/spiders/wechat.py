"""Articles on WeChat (mp.weixin.qq.com), one by one: the site has no list that could be read without a login.

They are named by the past-post links of digests that the archive has, or by whoever runs the crawl.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final, Unpack
from urllib.parse import parse_qs, urlsplit

from scrapy.http import Request, Response

from crawler.answers import charset_of, class_of_answer
from crawler.frontier import FoundPost, Way
from crawler.middlewares import flags_of
from crawler.pages import wechat
from crawler.spiders.base import CaptureSpider, Look, SpiderArguments
from normalize.model import PageClass, Site
from normalize.urls import canonical_url, post_keys

if TYPE_CHECKING:
    from crawler.frontier import Task

HOST: Final = "mp.weixin.qq.com"
_OK: Final = 200
_SHOWN: Final = 200  # letters of a strange address that a message shows

# "3f2c6a0d9b…": 32 hexadecimal digits, without which the site shows no article
_SN: Final = re.compile(r"[0-9A-Za-z]{8,64}")
# "/s/1bJ3QVbXQW7B9wV2sQ2HzA"
_SHORT_PATH: Final = re.compile(r"(/s/[A-Za-z0-9_-]{6,64})/?")
# "/mp/wappoc_appmsgcaptcha?poc_token=…&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3F…"
_VERIFICATION: Final = re.compile(r"/mp/\w{0,40}captcha", re.ASCII)


def article_at(text: str, *, way: Way) -> FoundPost:
    """The article that a link leads to, in whatever form the link is printed.

    >>> article_at("http://mp.weixin.qq.com/s?__biz=Mz%3D&amp;mid=22&amp;idx=1&amp;sn=0123abcd#rd", way="given").address
    'https://mp.weixin.qq.com/s?__biz=Mz=&mid=22&idx=1&sn=0123abcd'

    Raises:
        ValueError: no address of an article, or one that lacks what the site needs to show it.
    """
    address = canonical_url(text)
    keys = post_keys(address)
    if not keys or not keys[0].startswith("wechat-"):
        raise ValueError(f"{text!r:.{_SHOWN}} is no address of a WeChat article")
    parts = urlsplit(address)
    short = _SHORT_PATH.fullmatch(parts.path)
    if short is not None:
        return FoundPost(key=keys[0], address=f"https://{HOST}{short[1]}", way=way)
    if parts.path != "/s" or _SN.fullmatch(parse_qs(parts.query).get("sn", [""])[0]) is None:
        raise ValueError(f"{text!r:.{_SHOWN}} lacks sn=…, without which WeChat does not show the article")
    return FoundPost(key=keys[0], address=address, way=way)


class WechatSpider(CaptureSpider):
    """Articles at given addresses. Run it with ``paperdigest crawl wechat``."""

    name = "wechat"
    site: ClassVar[Site] = "wechat"
    host_patterns: ClassVar[tuple[str, ...]] = (HOST,)

    def __init__(
        self, posts: Iterable[FoundPost] = (), *, only_these: bool = False, **arguments: Unpack[SpiderArguments]
    ) -> None:
        """``posts`` are looked at, and unless ``only_these`` is set, whatever else is due."""
        super().__init__(**arguments)
        self._posts = {post.key: post for post in posts}
        if only_these and self._tasks is not None:
            tasks = self._tasks
            self._tasks = lambda: [task for task in tasks() if task.key in self._posts]

    async def start(self) -> AsyncIterator[Request]:
        """Asks for the articles that were never answered or are due."""
        self.found(self._posts.values())
        self.ways.update({post.way: "served" for post in self._posts.values()})
        self.list_complete = True
        tasks = self.tasks()
        self.count("skipped", len(self.known(self._posts) - {task.key for task in tasks}))
        for task in tasks:
            # the site redirects to a page where a person is to prove to be one: that is an answer, and no place to go
            yield self.look(task, self.parse_article, dont_redirect=True)

    def refusal_in(self, response: Response) -> str | None:
        """The site refuses by a redirect to its check, by the check itself at 200, or as others do."""
        location = (response.headers.get("Location") or b"").decode("latin-1")
        if _VERIFICATION.search(location) is not None:
            return f"status {response.status}, leads to a check whether a person asks"
        if response.status != _OK:
            return super().refusal_in(response)
        page_class, reason = _class_of(response)
        return f"status 200, {reason}" if page_class == "blocked" else None

    def parse_article(self, response: Response) -> Iterator[Look]:
        """Stores an answer to a request for an article."""
        self.count("answered")
        task: Task = response.meta["task"]
        blocked = self.blocked(response)
        is_whole = response.status == _OK and not flags_of(response)
        page_class, reason = _class_of(response) if is_whole else ("post", "")
        other = _other_article(response, task.key) if is_whole else None
        damaged = reason if page_class == "damaged" else other
        gone = reason if page_class == "gone" else None
        strange = reason if page_class in ("foreign", "list", "login") else None
        yield self.look_of(response, blocked=blocked, damaged=damaged, gone=gone, strange=strange)
        if gone is not None:
            self.count("gone")
        elif self.judge(response, blocked=blocked, damaged=damaged):
            self.count("fetched")
        self.mind_refusals(response)


def _class_of(response: Response) -> tuple[PageClass, str]:
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return class_of_answer(response.body, charset=charset_of(content_type))


def _other_article(response: Response, key: str) -> str | None:
    """How a page says that it is another article than the one asked for; a short link says nothing of which it is."""
    if key.startswith("wechat-s-"):
        return None
    own = wechat.url_of("", wechat.script_variables(response.body.decode("utf-8", "replace")))
    keys = () if own is None else post_keys(own)
    return None if key in keys or not keys else f"it says that it is {own}"

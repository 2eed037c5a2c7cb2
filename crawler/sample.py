"""The sample blog: a few posts in the real layouts, served on loopback the way CSDN serves a blog.

``paperdigest demo`` crawls it, and so do tests. ``data/sample/README.md`` says what each page shows;
``data/sample/blog.json`` is the index that the server works from.
"""

import gzip
import json
import re
import sys
import sysconfig
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

Answer = Literal["ok", "challenge", "gone"]
"""What a request for an article gets: the page, the site's security check (HTTP 521), or not found."""

HTML = "text/html; charset=UTF-8"
JSON = "application/json;charset=UTF-8"
RSS = "application/xml;charset=UTF-8"
LIST_PATH = "/community/home-api/v1/get-business-list"
GONE_FILE = "csdn/gone.html"

_STATUS: dict[Answer, int] = {"ok": HTTPStatus.OK, "challenge": 521, "gone": HTTPStatus.NOT_FOUND}
# "/c9Yv2cf9I06K2A9E/article/details/99000001", on a user's own sub-domain "/article/details/99000001"
_ARTICLE_PATH = re.compile(r"(?:/(?P<user>[^/]+))?/article/details/(?P<id>[0-9]+)")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
# "/c9Yv2cf9I06K2A9E/rss/list", "/c9Yv2cf9I06K2A9E/article/list/2"
_FEED_PATH = re.compile(r"/(?P<user>[^/]+)/rss/(?:list|map)")
_LIST_PAGE_PATH = re.compile(r"/(?P<user>[^/]+)/article/list/(?P<page>[1-9][0-9]{0,5})")
_FEED_SIZE = 20
_LIST_PAGE_SIZE = 10
_SUB_DOMAIN = "paperweekly-sample.blog.csdn.net"
_ADVERT = 82000001  # of another user, hidden, as the lists of 2018 to 2023 have it


def sample_folder() -> Path:
    """Folder of the sample blog: beside the package in a checkout, else where ``pip install`` has put it.

    Raises :class:`FileNotFoundError`, naming both places, where neither holds ``blog.json``.
    """
    checkout = Path(__file__).resolve().parents[1] / "data" / "sample"
    installed = Path(sysconfig.get_path("data")) / "share" / "paperdigest" / "sample"
    for folder in (checkout, installed):
        if (folder / "blog.json").is_file():
            return folder
    raise FileNotFoundError(f"the sample blog is missing: no blog.json in {checkout} or {installed}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleArticle:
    """One article of the sample blog, as its index names it."""

    article_id: int
    title: str
    post_time: str
    """Beijing time as CSDN's list prints it: ``2018-06-29 14:12:08``."""
    view_count: int
    top: bool
    """Pinned: stands first in the list whatever its date."""
    url: str
    """Address that the list prints; it points at csdn.net, so fetch by the id instead."""
    answer: Answer
    moved: bool
    """The address under the user's name redirects to the one without it."""
    pages: tuple[bytes, ...]
    """Bodies for the first, second … request; the last one is served from then on."""


def load_articles(folder: Path) -> tuple[str, tuple[SampleArticle, ...]]:
    """Read ``blog.json``: the user's name, and the articles with pinned ones first, then the newest first.

    Raises :class:`OSError` for a file that cannot be read, and :class:`ValueError`, naming the index, for one that is
    not what it should be.
    """
    index = folder / "blog.json"
    try:
        blog = json.loads(index.read_text(encoding="utf-8"))
        articles = [_load_article(item, folder) for item in blog["articles"]]
        user = str(blog["user"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{index}: not an index of a sample blog: {error!r}") from error
    articles.sort(key=lambda article: (article.top, article.post_time), reverse=True)
    return user, tuple(articles)


def _load_article(item: dict[str, Any], folder: Path) -> SampleArticle:
    if item["answer"] not in _STATUS or not item["files"]:
        raise ValueError(f"article {item['id']} has an unknown answer, {item['answer']!r}, or no files")
    return SampleArticle(
        article_id=item["id"],
        title=item["title"],
        post_time=item["postTime"],
        view_count=item["viewCount"],
        top=item["top"],
        url=item["url"],
        answer=item["answer"],
        moved=item.get("moved", False),
        pages=tuple((folder / file).read_bytes() for file in item["files"]),
    )


def list_answer(
    user: str, articles: Iterable[SampleArticle], query: dict[str, list[str]], *, trace_id: str
) -> dict[str, Any]:
    """Answer of CSDN's list of a user's articles to a parsed query string.

    ``page`` counts from 1; a page past the end has ``"list": null``, an unknown user an empty list, and a query that is
    not understood code 400 without data.
    """
    page, size = (query.get(name, [default])[0] for name, default in (("page", "1"), ("size", "20")))
    known_type = query.get("businessType", [""])[0] == "blog"
    if not (known_type and _NUMBER.fullmatch(page) and _NUMBER.fullmatch(size)):
        return {"code": 400, "message": "参数错误", "traceId": trace_id, "data": None}
    if query.get("username", [""])[0].casefold() != user.casefold():
        return {"code": 200, "message": "success", "traceId": trace_id, "data": {"list": [], "total": 0}}
    items = [_list_item(article) for article in articles]
    start = (int(page) - 1) * int(size)
    data = {"list": items[start : start + int(size)] or None, "total": len(items)}
    return {"code": 200, "message": "success", "traceId": trace_id, "data": data}


def _list_item(article: SampleArticle) -> dict[str, Any]:
    return {
        "articleId": article.article_id,
        "title": article.title,
        "description": "",
        "url": article.url,
        "type": 1,
        "top": article.top,
        "forcePlan": False,
        "viewCount": article.view_count,
        "commentCount": 0,
        "postTime": article.post_time,
        "diggCount": 0,
        "formatTime": article.post_time[:10].replace("-", "."),
    }


def feed_answer(user: str, articles: Iterable[SampleArticle]) -> str:
    """CSDN's RSS feed: the newest articles, without what they say."""
    newest = sorted(articles, key=lambda article: article.post_time, reverse=True)[:_FEED_SIZE]
    items = "".join(
        f"<item><title><![CDATA[{article.title}]]></title><link>{escape(article.url)}</link>"
        f"<guid>{escape(article.url)}</guid><author>{user}</author>"
        f"<pubDate>{_rfc_822(article.post_time)}</pubDate><description></description></item>"
        for article in newest
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{user}</title><link>https://blog.csdn.net/{user}</link>{items}</channel></rss>"
    )


def _rfc_822(post_time: str) -> str:
    """``Sat, 26 Sep 2026 13:17:48 +0800``."""
    return format_datetime(datetime.fromisoformat(f"{post_time}+08:00"))


def list_page(user: str, articles: Sequence[SampleArticle], page: int) -> str:
    """A page of CSDN's HTML list in the layout of 2018 to 2023; past its end it holds no article."""
    start = (page - 1) * _LIST_PAGE_SIZE
    shown = articles[start : start + _LIST_PAGE_SIZE]
    boxes = "".join(
        f'<div class="article-item-box csdn-tracking-statistics" data-articleid="{article.article_id}"><h4>'
        f'<a href="{escape(article.url)}" target="_blank"><span class="article-type type-1">原</span>'
        f'{escape(article.title)}</a></h4><div class="info-box"><span class="date">{article.post_time}</span>'
        f'<span class="read-num">阅读数 <span class="num">{article.view_count}</span></span></div></div>'
        for article in shown
    )
    advert = (
        f'<div class="article-item-box" style="display: none;" data-articleid="{_ADVERT}"><h4>'
        f'<a href="https://blog.csdn.net/somebody_else/article/details/{_ADVERT}">…</a></h4></div>'
    )
    empty = "" if shown else '<div class="no-data">空空如也</div>'
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><title>{user} - CSDN博客</title><script>var username = "{user}";'
        f'var blog_address = "https://{_SUB_DOMAIN}";'
        f"var listTotal = {len(articles)} ;var pageSize = {_LIST_PAGE_SIZE} ;</script></head><body>"
        f'<div class="article-list">{advert}{boxes}</div>{empty}</body></html>'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server sends back."""

    status: int
    body: bytes
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    """Further header lines."""


class SampleBlog:
    """Serves the sample blog on a free port of 127.0.0.1 while its ``with`` block runs.

    Answers the lists, the feed, the articles and ``robots.txt``, anything else with HTTP 404; the pages change between
    visits as the index says, counted from the start of the block.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Load the blog from ``folder`` (default: :func:`sample_folder`); errors are those of :func:`load_articles`."""
        folder = sample_folder() if folder is None else folder
        self.user, self.articles = load_articles(folder)
        self.requests: list[str] = []
        """Paths asked for so far, with their query strings, in order."""
        self._gone = (folder / GONE_FILE).read_bytes()
        self._by_id = {article.article_id: article for article in self.articles}
        self._visits: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Base address without a slash at its end: ``http://127.0.0.1:49152``.

        Raises :class:`RuntimeError` outside the ``with`` block.
        """
        if self._server is None:
            raise RuntimeError("the sample blog is served only inside its with block")
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self.requests.clear()
        self._visits.clear()
        self._server = _Server(self.answer)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="sample blog", daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def answer(self, target: str) -> Reply:
        """Reply to a GET for ``target``, a path with or without a query string. Counts as a visit."""
        with self._lock:
            self.requests.append(target)
            number = len(self.requests)
        address = urlsplit(target)
        if address.path == "/robots.txt":
            return Reply(status=HTTPStatus.OK, body=b"User-agent: *\nAllow: /\n", content_type="text/plain")
        if address.path == LIST_PATH:
            answer = list_answer(self.user, self.articles, parse_qs(address.query), trace_id=f"sample-{number}")
            return Reply(status=HTTPStatus.OK, body=json.dumps(answer, ensure_ascii=False).encode(), content_type=JSON)
        listed = self._listed(address.path)
        if listed is not None:
            return listed
        found = _ARTICLE_PATH.fullmatch(address.path)
        if found is None or (found["user"] or self.user).casefold() != self.user.casefold():
            return self._not_found()
        return self._article(int(found["id"]), under_user=found["user"] is not None)

    def _listed(self, path: str) -> Reply | None:
        """The feed or a page of the HTML list; ``None`` where the path is neither, or that of another user."""
        feed, page = _FEED_PATH.fullmatch(path), _LIST_PAGE_PATH.fullmatch(path)
        found = feed or page
        if found is None or found["user"].casefold() != self.user.casefold():
            return None
        if page is not None:
            return Reply(status=HTTPStatus.OK, body=list_page(self.user, self.articles, int(page["page"])).encode())
        return Reply(status=HTTPStatus.OK, body=feed_answer(self.user, self.articles).encode(), content_type=RSS)

    def _article(self, article_id: int, *, under_user: bool) -> Reply:
        article = self._by_id.get(article_id)
        if article is None:
            return self._not_found()
        if article.moved and under_user:
            location = f"/article/details/{article_id}"
            return Reply(status=HTTPStatus.FOUND, body=b"", headers=(("Location", location),))
        with self._lock:
            version = min(self._visits[article_id], len(article.pages) - 1)
            self._visits[article_id] += 1
        cookie = (("Set-Cookie", "https_waf_cookie=sample; Path=/"),) if article.answer == "challenge" else ()
        return Reply(status=_STATUS[article.answer], body=article.pages[version], headers=cookie)

    def _not_found(self) -> Reply:
        return Reply(status=HTTPStatus.NOT_FOUND, body=self._gone)


class _Server(ThreadingHTTPServer):
    """Hands requests to ``answer``; a client that hangs up is no error."""

    def __init__(self, answer: Callable[[str], Reply]) -> None:
        self.answer = answer
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about broken connections, report the rest as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Turns a :class:`Reply` into bytes on the wire."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "openresty"  # what CSDN calls itself
    sys_version = ""
    timeout = 30  # seconds that a kept connection may stay idle

    def do_GET(self) -> None:
        """Answer a GET, packed with gzip for clients that take it."""
        reply = self.server.answer(self.path)
        body = reply.body
        packed = bool(body) and "gzip" in self.headers.get("Accept-Encoding", "")
        if packed:
            body = gzip.compress(body, mtime=0)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Vary", "Accept-Encoding")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Write no log: the caller reads :attr:`SampleBlog.requests`."""

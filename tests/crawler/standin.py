"""A server on loopback that says to each request what a test tells it to; and small pages in the sites' layouts."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

HTML = "text/html; charset=UTF-8"
CHALLENGE = "<html><head><title>请进行安全验证(Security Verification)</title></head><body></body></html>".encode()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server says to one request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    """Say nothing and close the connection."""


class StandIn:
    """Serves until the ``with`` block ends. Whatever has no answer in ``answers`` is not found."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        """By path and query; of a list each request takes one, the last stays."""
        self.requests: list[str] = []
        """Paths and queries in the order asked."""
        self.times: list[float] = []
        """When each was asked, in seconds."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self) -> list[str]:
        """All requests but those for robots.txt."""
        return [request for request in self.requests if request != "/robots.txt"]

    def _answer(self, target: str) -> Answer:
        answer = self.answers.get(target, Answer(status=404, body=b"nothing here"))
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer

    def _handler(stand_in: "StandIn") -> type[BaseHTTPRequestHandler]:  # noqa: N805 (`self` is the handler's below)
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement

            def do_GET(self) -> None:
                stand_in.requests.append(self.path)
                stand_in.times.append(time.monotonic())
                answer = stand_in._answer(self.path)
                if answer.hangs_up:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in {"Content-Type": HTML, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


_BLOCK = """
<p><strong>{title}</strong></p><p><strong>@linxi 推荐</strong></p><p>#Text Matching</p>
<p>本文是清华大学发表于 ACL 2018 的工作。{summary}</p>
<p>论文链接</p><p>https://arxiv.org/abs/1806.0000{number}</p>
"""


def csdn_page(number: int, *, user: str = "Reader_1", summary: str = "模型很小。", past: tuple[str, ...] = ()) -> bytes:
    """A digest with one paper, and links to past posts, as CSDN shows it since 2020."""
    title = "每周论文"
    block = _BLOCK.format(title=f"A Paper of Number {number}", summary=summary, number=number % 10)
    if past:
        block += "<p><strong>点击以下标题查看往期推荐</strong></p>"
        block += "".join(f'<ul><li><a href="{link}">往期文章的标题之{at}</a></li></ul>' for at, link in enumerate(past))
    return f"""<!DOCTYPE html>
<html><head><link rel="canonical" href="https://blog.csdn.net/{user.lower()}/article/details/{number}">
<title>{title}_CSDN博客</title></head><body>
<h1 class="title-article" id="articleContentId">{title} {number}</h1>
<span class="time">于&nbsp;2018-06-{number % 28 + 1:02} 14:06:37&nbsp;发布</span>
<article class="baidu_pl"><div id="article_content" class="article_content"><div id="content_views">{block}</div></div>
</article></body></html>""".encode()


def wechat_page(mid: int, *, idx: int = 1, biz: str = "MzIwMTc4ODE0Mw==", title: str = "本周论文") -> bytes:
    """A digest with one paper as WeChat shows it since 2020."""
    block = _BLOCK.format(title=f"A Paper of Message {mid}", summary="模型很大。", number=mid % 10)
    return f"""<!DOCTYPE html>
<html><head><meta property="og:title" content="{title} {mid}"><title></title></head>
<body id="activity-detail"><div id="js_article"><div id="img-content">
<h1 class="rich_media_title" id="activity-name">{title} {mid}</h1><a id="js_name">PaperWeekly</a>
<div class="rich_media_content" id="js_content" style="visibility: hidden;">{block}</div></div></div>
<script>
var biz = "" || "{biz}";
var mid = "" || "" || "{mid}";
var idx = "" || "{idx}";
var ct = "{1_529_000_000 + mid % 1000 * 86_400}";
</script></body></html>""".encode()

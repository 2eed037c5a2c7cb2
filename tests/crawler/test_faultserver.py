"""The fault server does what it says: otherwise the tests that lean on it would prove nothing."""

import gzip
import http.client
import json
import socket
import time
import urllib.parse
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from crawler.digest import read_post
from crawler.pages import UnreadablePage, read_page
from normalize.model import Post as ReadPost
from tests.crawler.faultpages import FEED_PATH, LIST_PATH, USER, Post, article, article_path, title
from tests.crawler.faultserver import ORDINARY, Answer, FaultServer, pack

NUMBER = 80_000_001
PATH = article_path(NUMBER)
LIST = f"{LIST_PATH}?{urllib.parse.urlencode({'page': 1, 'size': 100})}"


@pytest.fixture(scope="module")
def site() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def get(site: FaultServer, path: str, headers: Mapping[str, str] | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(site.url).netloc, timeout=10)
    connection.request("GET", path, headers=dict(headers or {}))
    return connection.getresponse()


def read(post: Post) -> ReadPost:
    page = read_page(article(post))
    assert page.page_class == "post"
    return read_post(page)


@pytest.mark.parametrize("layout", ["2018", "2022", "2026"])
def test_post_of_each_layout_is_read_whole(layout: str) -> None:
    post = read(Post(number=NUMBER, layout=layout, past=(NUMBER - 1,)))
    assert (post.kind, post.title, post.reads, post.author) == ("digest", title(NUMBER), 100, "读者")
    assert post.published is not None
    assert [past.url_raw for past in post.past_posts] == [f"https://blog.csdn.net{article_path(NUMBER - 1)}"]
    assert all(e.title_raw and e.recommender and e.summary and e.links and e.images for e in post.entries)
    assert (len(post.entries), post.problems) == (4, ())


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ("no_recommenders", "recommender"),
        ("no_links", "links"),
        ("no_images", "images"),
        ("no_summaries", "summary"),
    ],
)
def test_broken_layout_lacks_one_field(fault: str, field: str) -> None:
    whole, broken = read(Post(number=NUMBER)), read(Post(number=NUMBER, fault=fault))
    assert not any(getattr(entry, field) for entry in broken.entries)
    assert [entry._replace(**{field: None}) for entry in broken.entries] == [
        entry._replace(**{field: None}) for entry in whole.entries
    ]


def test_other_faults_of_pages() -> None:
    whole = read(Post(number=NUMBER))
    assert read(Post(number=NUMBER, fault="no_time")) == replace(whole, published=None)
    assert not read(Post(number=NUMBER, fault="no_title")).title
    assert read(Post(number=NUMBER, fault="no_blocks")).entries == ()
    assert read(Post(number=NUMBER, fault="vip")).partial
    assert read(Post(number=NUMBER, advert=7, reads=5)) == replace(whole, reads=5)
    assert read(Post(number=NUMBER, edition=2)).entries != whole.entries
    assert read_page(article(Post(number=NUMBER, fault="box_renamed"))).page_class != "post"
    assert read_page(article(Post(number=NUMBER, fault="login"))).page_class == "login"
    with pytest.raises(UnreadablePage):
        read_page(article(Post(number=NUMBER, fault="no_end")))


def test_blog_is_served_and_requests_are_recorded(site: FaultServer) -> None:
    posts = [Post(number=NUMBER + at) for at in range(30)]
    site.play(posts=[*posts, Post(number=NUMBER + 99, pinned=True, named_by=("list_api",))], list_size=20)
    answer = json.loads(get(site, LIST).read())
    assert [item["articleId"] for item in answer["data"]["list"]][:2] == [NUMBER + 99, NUMBER + 29]
    assert (len(answer["data"]["list"]), answer["data"]["total"]) == (20, 31)
    assert json.loads(get(site, LIST.replace("page=1", "page=3")).read())["data"]["list"] is None
    assert get(site, FEED_PATH).read().count(b"<item>") == 20
    assert get(site, f"/{USER}/article/list/2").read().count(b"data-articleid") == 10 + 1
    assert get(site, f"/{USER}/category_701.html").read().count(b"<li>") == 15
    assert get(site, PATH, {"X-Who": "me"}).read() == article(posts[0])
    assert get(site, article_path(1)).status == 404
    last = site.seen()[-2]
    assert (last.number, last.status, last.headers["x-who"]) == (NUMBER, 200, "me")
    assert last.came <= last.left <= time.monotonic()


@pytest.mark.parametrize("validators", ["etag", "date", "both", "none"])
def test_conditional_requests(site: FaultServer, validators: str) -> None:
    site.play(posts=[Post(number=NUMBER)], validators=validators)
    first = get(site, PATH)
    assert ("ETag" in first.headers) == (validators in ("etag", "both"))
    conditions = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    given = {name: value for name, value in conditions.items() if value}
    assert get(site, PATH, given).status == (304 if given else 200)
    site.play(posts=[Post(number=NUMBER, advert=1)], validators=validators)
    assert get(site, PATH, given).status == 200


def test_routes_are_taken_in_order(site: FaultServer) -> None:
    later = Answer(status=503, headers={"Retry-After": "3"}, wait=0.2)
    site.play(posts=[Post(number=NUMBER)], routes={"/*/details/*": [later, ORDINARY]})
    begun = time.monotonic()
    assert get(site, PATH).headers["Retry-After"] == "3"
    assert time.monotonic() - begun >= 0.2
    assert (get(site, PATH).status, get(site, PATH).status) == (200, 200)


def test_spoilt_bodies(site: FaultServer) -> None:
    spoilt = [
        Answer(ordinary=True, reset_after=100),
        Answer(ordinary=True, length=99_999),
        Answer(ordinary=True, pack="gzip", cut=0.5),
        Answer(ordinary=True, pack="gzip", flip=True),
        Answer(raw=b"nonsense"),
    ]
    site.play(posts=[Post(number=NUMBER)], routes={PATH: spoilt})
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        get(site, PATH).read()
    with pytest.raises(http.client.IncompleteRead):
        get(site, PATH).read()
    for _ in range(2):
        answer = get(site, PATH)
        assert answer.headers["Content-Encoding"] == "gzip"
        with pytest.raises((EOFError, OSError, zlib.error)):
            gzip.decompress(answer.read())
    with pytest.raises(http.client.BadStatusLine):
        get(site, PATH)


def test_slow_and_endless_bodies(site: FaultServer) -> None:
    routes = {PATH: [Answer(ordinary=True, pause=0.03), Answer(endless=True), ORDINARY]}
    site.play(posts=[Post(number=NUMBER)], routes=routes)
    begun = time.monotonic()
    assert get(site, PATH).read() == article(Post(number=NUMBER))
    assert time.monotonic() - begun >= 0.2
    endless = get(site, PATH)
    assert len(endless.read(3_000_000)) == 3_000_000
    endless.close()
    assert get(site, PATH).read() == article(Post(number=NUMBER))


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_bombs_are_small_until_unpacked(encoding: str) -> None:
    assert len(pack(bytes(10**7), encoding)) < 50_000


def test_trap_tells_who_came() -> None:
    with FaultServer() as site:
        assert site.trapped() == []
        with socket.create_connection(("127.0.0.1", site.trap)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert connection.recv(1) == b""
        assert site.trapped() == ["GET / HTTP/1.1\r\n\r\n"]


def test_server_ends_with_its_test() -> None:
    with FaultServer() as site:
        port = int(site.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))

"""The sample blog: what its server answers, and that its pages keep the promises of its README."""

import gzip
import html
import http.client
import json
import re
import socket
import struct
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import sample
from crawler.digest.read import read_post
from crawler.pages.read import read_page
from crawler.sample import GONE_FILE, LIST_PATH, SampleBlog, list_answer, load_articles, sample_folder
from normalize.model import Post

FOLDER = Path(__file__).parents[2] / "data" / "sample"
CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
USER, ARTICLES = load_articles(FOLDER)
INDEX: dict[str, Any] = json.loads((FOLDER / "blog.json").read_text(encoding="utf-8"))
SERVED = sorted({file for item in INDEX["articles"] for file in item["files"]})
POST_FILES = [file for item in INDEX["articles"] if item["answer"] == "ok" for file in item["files"]]
COPIES = ["wechat/2020-11.html", "markdown/2018-06.md"]

PINNED, REDIRECTED, CHANGING, REFUSED, GONE = 99000005, 99000009, 99000011, 99000015, 99000016


# --- the server ------------------------------------------------------------------------------------------------------


@pytest.fixture
def blog() -> Iterator[SampleBlog]:
    with SampleBlog() as running:
        yield running


def get(blog: SampleBlog, target: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """GET without following redirects or unpacking anything."""
    address = urlsplit(blog.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    try:
        connection.request("GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def article_path(article_id: int, user: str = USER) -> str:
    return f"/{user}/article/details/{article_id}"


def list_path(**changes: str) -> str:
    return f"{LIST_PATH}?{urlencode({'page': '1', 'size': '20', 'businessType': 'blog', 'username': USER, **changes})}"


def get_list(blog: SampleBlog, **changes: str) -> dict[str, Any]:
    response, body = get(blog, list_path(**changes))
    assert response.status == 200
    assert response.getheader("Content-Type") == "application/json;charset=UTF-8"
    answer: dict[str, Any] = json.loads(body)
    return answer


def test_list_pins_one_post_and_gives_the_rest_newest_first(blog: SampleBlog) -> None:
    answer = get_list(blog)
    first, *rest = answer["data"]["list"]
    assert (answer["code"], answer["message"], answer["data"]["total"]) == (200, "success", len(INDEX["articles"]))
    assert (first["articleId"], first["top"]) == (PINNED, True)
    times = [item["postTime"] for item in rest]
    assert times == sorted(times, reverse=True)
    assert not any(item["top"] for item in rest)


def test_list_ends_with_null(blog: SampleBlog) -> None:
    sizes = []
    for page in range(1, 6):
        answer = get_list(blog, page=str(page), size="6")
        assert answer["data"]["total"] == 16
        sizes.append(answer["data"]["list"] and len(answer["data"]["list"]))
    assert sizes == [6, 6, 4, None, None]


@given(size=st.integers(min_value=1, max_value=40))
def test_pages_of_any_size_hold_each_article_once(size: int) -> None:
    ids: list[int] = []
    for page in range(1, len(ARTICLES) + 2):
        query = parse_qs(urlsplit(list_path(page=str(page), size=str(size))).query)
        items = list_answer(USER, ARTICLES, query, trace_id="x")["data"]["list"]
        if items is None:
            break
        ids += [item["articleId"] for item in items]
    assert ids == [article.article_id for article in ARTICLES]


def test_list_prints_addresses_as_csdn_does(blog: SampleBlog) -> None:
    addresses = {item["url"] for item in get_list(blog)["data"]["list"]}
    assert {urlsplit(address).scheme for address in addresses} == {"http", "https"}
    assert {urlsplit(address).hostname for address in addresses} == {
        "blog.csdn.net",
        "paperweekly-sample.blog.csdn.net",
    }
    users = {urlsplit(address).path.split("/")[1] for address in addresses}
    assert users == {USER, USER.lower(), "article"}


def test_list_of_an_unknown_user_is_empty(blog: SampleBlog) -> None:
    assert get_list(blog, username="nobody")["data"] == {"list": [], "total": 0}


def test_list_takes_the_user_in_any_case(blog: SampleBlog) -> None:
    assert len(get_list(blog, username=USER.upper())["data"]["list"]) == 16


@pytest.mark.parametrize(
    "bad", [{"page": "0"}, {"page": "one"}, {"size": "-1"}, {"size": "many"}, {"businessType": "x"}]
)
def test_list_refuses_what_it_does_not_understand(blog: SampleBlog, bad: dict[str, str]) -> None:
    answer = get_list(blog, **bad)
    assert (answer["code"], answer["data"]) == (400, None)


@pytest.mark.parametrize("user", [USER, USER.lower(), USER.upper()])
def test_article_is_served_whatever_the_case_and_query(blog: SampleBlog, user: str) -> None:
    response, body = get(blog, article_path(99000001, user) + "?spm=1001.2014.3001.5501")
    assert response.status == 200
    assert response.getheader("Content-Type") == "text/html; charset=UTF-8"
    assert body == (FOLDER / "csdn/2017-09_classic.html").read_bytes()
    assert int(response.getheader("Content-Length") or -1) == len(body)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: str(article.article_id))
def test_each_article_is_answered_as_the_index_says(blog: SampleBlog, article: sample.SampleArticle) -> None:
    response, body = get(blog, f"/article/details/{article.article_id}")
    assert response.status == {"ok": 200, "challenge": 521, "gone": 404}[article.answer]
    assert body == article.pages[0]


def test_article_changes_after_the_first_visit(blog: SampleBlog) -> None:
    bodies = [get(blog, article_path(CHANGING))[1] for _ in range(3)]
    versions = [(FOLDER / f"csdn/2025-05_blogv2_version{number}.html").read_bytes() for number in (1, 2, 2)]
    assert bodies == versions


def test_visits_are_counted_anew_in_each_block() -> None:
    blog = SampleBlog()
    bodies = []
    for _ in range(2):
        with blog:
            bodies.append(get(blog, article_path(CHANGING))[1])
            assert blog.requests == [article_path(CHANGING)]
    assert bodies[0] == bodies[1]


def test_one_article_moved_to_the_sub_domain_form(blog: SampleBlog) -> None:
    response, body = get(blog, article_path(REDIRECTED))
    assert (response.status, body) == (302, b"")
    target = response.getheader("Location") or ""
    assert target == f"/article/details/{REDIRECTED}"
    assert get(blog, target)[0].status == 200


def test_security_check(blog: SampleBlog) -> None:
    response, body = get(blog, article_path(REFUSED))
    assert response.status == 521
    assert "https_waf_cookie" in (response.getheader("Set-Cookie") or "")
    assert "<title>安全验证</title>" in body.decode()


@pytest.mark.parametrize(
    "target",
    [
        article_path(GONE),
        article_path(12345678),
        article_path(99000001, "somebody_else"),
        f"/{USER}/article/details/",
        "/somebody_else/rss/list",
        "/somebody_else/article/list/1",
        f"/{USER}/article/list/0",
        f"/{USER}",
        "/",
        "/community/home-api/v1/other",
    ],
)
def test_what_is_not_there_is_404(blog: SampleBlog, target: str) -> None:
    response, body = get(blog, target)
    assert response.status == 404
    assert body == (FOLDER / GONE_FILE).read_bytes()


@pytest.mark.parametrize("user", [USER, USER.lower()])
@pytest.mark.parametrize("place", ["rss/list", "rss/map"])
def test_feed_names_the_newest_articles(blog: SampleBlog, user: str, place: str) -> None:
    response, body = get(blog, f"/{user}/{place}")
    assert response.getheader("Content-Type") == "application/xml;charset=UTF-8"
    links = re.findall(r"<link>(https?://[^<]*/article/details/[0-9]+)</link>", body.decode())
    newest = sorted(ARTICLES, key=lambda article: article.post_time, reverse=True)
    assert links == [article.url for article in newest]
    assert "<pubDate>Fri, 29 Jun 2018 14:12:08 +0800</pubDate>" in body.decode()


def test_html_list_has_pages_and_a_hidden_advert(blog: SampleBlog) -> None:
    pages = [get(blog, f"/{USER}/article/list/{number}")[1].decode() for number in (1, 2, 3)]
    ids = [int(number) for page in pages for number in re.findall(r'data-articleid="([0-9]+)"', page)]
    advert = ids[0]
    assert [number for number in ids if number != advert] == [article.article_id for article in ARTICLES]
    assert ids.count(advert) == 3
    assert "空空如也" in pages[2]
    assert all("var listTotal = 16 ;" in page for page in pages)


def test_robots_allow_everything(blog: SampleBlog) -> None:
    response, body = get(blog, "/robots.txt")
    assert (response.status, response.getheader("Content-Type")) == (200, "text/plain")
    assert body == b"User-agent: *\nAllow: /\n"


@pytest.mark.parametrize("target", [article_path(99000001), list_path(), "/robots.txt", "/nothing"])
def test_gzip_for_those_who_take_it(blog: SampleBlog, target: str) -> None:
    plain_response, plain = get(blog, target, Accept_Encoding="identity")
    packed_response, packed = get(blog, target, Accept_Encoding="gzip, deflate")
    assert plain_response.getheader("Content-Encoding") is None
    assert packed_response.getheader("Content-Encoding") == "gzip"
    assert int(packed_response.getheader("Content-Length") or -1) == len(packed)
    without_trace = re.compile(rb'"traceId": "[^"]*"')
    assert without_trace.sub(b"", gzip.decompress(packed)) == without_trace.sub(b"", plain)


def test_requests_are_remembered_in_order(blog: SampleBlog) -> None:
    targets = ["/robots.txt", list_path(), article_path(PINNED)]
    for target in targets:
        get(blog, target)
    assert blog.requests == targets


def test_one_connection_carries_several_requests(blog: SampleBlog) -> None:
    address = urlsplit(blog.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    for status, target in [(200, "/robots.txt"), (521, article_path(REFUSED)), (302, article_path(REDIRECTED))]:
        connection.request("GET", target)
        response = connection.getresponse()
        response.read()
        assert response.status == status
    connection.close()


def test_clients_that_hang_up_do_no_harm(blog: SampleBlog, capfd: pytest.CaptureFixture[str]) -> None:
    address = urlsplit(blog.url)
    request = f"GET {article_path(PINNED)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    for sent in (b"", request[:20], request, request * 50):
        with socket.create_connection((address.hostname, address.port or 0), timeout=5) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
            client.sendall(sent)
    assert get(blog, "/robots.txt")[0].status == 200
    assert capfd.readouterr() == ("", "")


def test_server_has_an_address_only_while_it_runs() -> None:
    with SampleBlog() as blog:
        port = urlsplit(blog.url).port or 0
        assert blog.url == f"http://127.0.0.1:{port}"
    with pytest.raises(RuntimeError, match="with block"):
        _ = blog.url
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


# --- finding and loading ---------------------------------------------------------------------------------------------


def test_sample_of_a_checkout_is_found() -> None:
    assert sample_folder() == FOLDER


def test_installed_sample_is_found_and_a_missing_one_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "__file__", str(tmp_path / "site-packages" / "crawler" / "sample.py"))
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"no blog\.json in .*site-packages.* or .*paperdigest"):
        sample_folder()
    installed = tmp_path / "share" / "paperdigest" / "sample"
    installed.mkdir(parents=True)
    (installed / "blog.json").write_text("{}")
    assert sample_folder() == installed


ARTICLE = {"id": 1, "title": "x", "postTime": "2018-01-01 00:00:00", "viewCount": 0, "top": False, "url": "x"}


@pytest.mark.parametrize(
    "index",
    [
        "no json",
        "[]",
        "{}",
        json.dumps({"user": "x", "articles": [ARTICLE]}),
        json.dumps({"user": "x", "articles": [{**ARTICLE, "answer": "200", "files": ["page.html"]}]}),
        json.dumps({"user": "x", "articles": [{**ARTICLE, "answer": "ok", "files": []}]}),
    ],
)
def test_bad_index_is_named(tmp_path: Path, index: str) -> None:
    (tmp_path / "page.html").write_text("page")
    (tmp_path / "blog.json").write_text(index)
    with pytest.raises(ValueError, match=r"blog\.json: not an index of a sample blog"):
        load_articles(tmp_path)


def test_missing_page_is_reported(tmp_path: Path) -> None:
    article = {**ARTICLE, "answer": "ok", "files": ["lost.html"]}
    (tmp_path / "blog.json").write_text(json.dumps({"user": "x", "articles": [article]}))
    with pytest.raises(FileNotFoundError, match=r"lost\.html"):
        load_articles(tmp_path)


# --- the pages -------------------------------------------------------------------------------------------------------


def read(file: str) -> Post:
    return read_post(read_page((FOLDER / file).read_bytes(), name=file))


@pytest.fixture(scope="module")
def posts() -> dict[str, Post]:
    return {file: read(file) for file in [*POST_FILES, *COPIES]}


def test_every_file_is_served_or_a_copy_and_described() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    present = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*")} - {"README.md", "blog.json"}
    assert present == {*SERVED, GONE_FILE, *COPIES}
    assert set(re.findall(r"^\| `([^`]+)`", readme, re.M)) == present


@pytest.mark.parametrize("file", [*SERVED, "wechat/2020-11.html"])
def test_each_page_says_at_its_top_what_it_is(file: str) -> None:
    head = (FOLDER / file).read_bytes().decode("utf-8")[:400]
    assert head.startswith("<!DOCTYPE html")
    assert re.search(r"<!-- paperdigest sample: .*Written for this project, MIT licence;", head)


@pytest.mark.parametrize("file", POST_FILES)
def test_each_article_has_its_box_and_its_own_address(file: str) -> None:
    page = (FOLDER / file).read_bytes().decode("utf-8")
    ids = [item["id"] for item in INDEX["articles"] if file in item["files"]]
    assert page.count('id="article_content"') == 1
    assert re.findall(r'rel="canonical" href="https?://blog\.csdn\.net/\w+/article/details/([0-9]+)"', page) == [
        str(article_id) for article_id in ids
    ]


LAYOUT_MARKS = {
    "classic": 'id="article_details"',
    "skin3": 'class="csdn_top"',
    "phoenix early": '<div class="htmledit_views">',
    "phoenix": 'id="content_views" class="htmledit_views"',
    "phoenix late": "最后发布于",
    "blogv2 2021-22": "首次发布",
    "blogv2 2023-25": 'data-time="',
    "blogv2 2025-26": 'id="uid"',
    "2026-10": 'property="article:published_time"',
}


@pytest.mark.parametrize("layout", LAYOUT_MARKS)
def test_each_layout_occurs(layout: str) -> None:
    assert any(LAYOUT_MARKS[layout] in (FOLDER / file).read_text(encoding="utf-8") for file in POST_FILES)


@pytest.mark.parametrize(
    "item", [i for i in INDEX["articles"] if i["answer"] == "ok"], ids=lambda item: str(item["id"])
)
def test_index_and_pages_agree(item: dict[str, Any], posts: dict[str, Post]) -> None:
    post = posts[item["files"][0]]
    day, clock = item["postTime"].split()
    assert post.title == item["title"]
    assert post.published == (day if clock == "00:00:00" else f"{day}T{clock}+08:00")
    assert post.reads == item["viewCount"]


PAPERS = {
    "2017-09_classic": 7,
    "2017-11_skin3": 7,
    "2018-03_phoenix_early": 7,
    "2018-05_phoenix": 8,
    "2018-06_phoenix": 8,
    "2018-08_note_phoenix": 1,
    "2018-11_phoenix_late": 7,
    "2019-02_other_blogv2": 0,
    "2019-08_blogv2": 8,
    "2020-11_blogv2": 7,
    "2022-06_blogv2": 8,
    "2024-03_blogv2": 9,
    "2025-05_blogv2_version1": 6,
    "2025-05_blogv2_version2": 7,
    "2026-09_blogv2": 7,
    "2020-11": 7,
    "2018-06": 8,
}


def test_each_post_reads_as_what_it_is(posts: dict[str, Post]) -> None:
    kinds = {"2018-08_note_phoenix": "note", "2019-02_other_blogv2": "other"}
    read_as = {Path(file).stem: (post.kind, len(post.entries)) for file, post in posts.items()}
    assert read_as == {name: (kinds.get(name, "digest"), papers) for name, papers in PAPERS.items()}


def test_nothing_but_the_planted_slip_is_a_problem(posts: dict[str, Post]) -> None:
    problems = [(file, problem.code) for file, post in posts.items() for problem in post.problems]
    assert problems == [("csdn/2017-11_skin3.html", "number_differs")]


@pytest.mark.parametrize(
    ("copy", "original"),
    [("wechat/2020-11.html", "csdn/2020-11_blogv2.html"), ("markdown/2018-06.md", "csdn/2018-06_phoenix.html")],
)
def test_copies_say_the_same_as_the_page(copy: str, original: str, posts: dict[str, Post]) -> None:
    ours, theirs = posts[copy], posts[original]
    assert (ours.title, ours.series, ours.number) == (theirs.title, theirs.series, theirs.number)
    assert [(e.title_raw, e.recommender, e.tag, e.summary, e.links) for e in ours.entries] == [
        (e.title_raw, e.recommender, e.tag, e.summary, e.links) for e in theirs.entries
    ]
    assert ours.past_posts == theirs.past_posts


def test_second_version_adds_a_paper_and_corrects_a_link(posts: dict[str, Post]) -> None:
    first, second = (posts[f"csdn/2025-05_blogv2_version{number}.html"].entries for number in (1, 2))
    changed = [(old.title_raw, new.title_raw) for old, new in zip(first, second, strict=False) if old != new]
    assert changed == [("VGGT: Visual Geometry Grounded Transformer",) * 2]
    assert [link.url_raw for link in first[3].links][-1] == "https://github.com/jiachenzhu/DyT"
    assert [link.url_raw for link in second[3].links][-1] == "https://github.com/facebookresearch/vggt"
    assert second[6].title_raw == "Large Language Diffusion Models"


def letters(title: str) -> str:
    return re.sub(r"\W", "", title).casefold()


def test_a_paper_has_one_number_everywhere(posts: dict[str, Post]) -> None:
    numbers: dict[str, set[int]] = defaultdict(set)
    titles: dict[int, set[str]] = defaultdict(set)
    used: dict[int, set[str]] = defaultdict(set)
    for file in POST_FILES:
        for entry in posts[file].entries:
            found = re.fullmatch(r"https?://www\.paperweekly\.site/papers/(9[0-9]{3})", entry.links[0].url_raw)
            assert found, entry
            number = int(found[1])
            used[number].add(file.partition("_version")[0])
            if entry.title_raw is not None:
                numbers[letters(entry.title_raw)].add(number)
                titles[number].add(letters(entry.title_raw))
    assert all(len(found) == 1 for found in numbers.values())
    assert sum(len(files) > 1 for files in used.values()) >= 15
    # one paper was given another title when it was published
    assert [number for number, found in titles.items() if len(found) > 1] == [9741]


def test_papers_come_back_with_other_spellings_and_as_pictures(posts: dict[str, Post]) -> None:
    entries = [entry for file in POST_FILES for entry in posts[file].entries]
    spellings = {entry.title_raw for entry in entries if "papers/9107" in entry.links[0].url_raw}
    schemes = {urlsplit(entry.links[0].url_raw).scheme for entry in entries if "papers/9107" in entry.links[0].url_raw}
    assert spellings == {"Attention Is All You Need", "Attention is all you need"}
    assert schemes == {"http", "https"}
    assert {None, "Neural Ordinary Differential Equations"} == {
        entry.title_raw for entry in entries if "papers/9207" in entry.links[0].url_raw
    }


HAN = re.compile("[一-鿿]")


def test_no_sentence_is_taken_from_a_real_post() -> None:
    real_posts = sorted(CORPUS.glob("*.md"))
    if not real_posts:
        pytest.skip("the shared corpus of real posts is not beside this checkout")
    real = "\n".join("".join(HAN.findall(path.read_text(encoding="utf-8"))) for path in real_posts)
    compared = 0
    for path in sorted(FOLDER.rglob("*.*")):
        text = re.sub(r"</?(?:strong|b|span)\b[^>]*>", "", path.read_text(encoding="utf-8"))
        for line in re.split(r"<[^>]*>|\n", html.unescape(text)):
            han = "".join(HAN.findall(line))
            if len(han) >= 25:
                compared += 1
                assert han not in real, f"{path.name}: {line}"
    assert compared > 100

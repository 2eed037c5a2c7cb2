"""The readers of feeds and lists: what they find, and what they refuse."""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from crawler.discovery import (
    Blog,
    Listing,
    NotAList,
    article_id,
    category_links,
    category_page_address,
    list_page_address,
    named_articles,
    parse_api_page,
    parse_category_page,
    parse_feed,
    parse_list_page,
    past_posts,
)
from crawler.discovery.pages import blog_of
from crawler.sample import SampleBlog, feed_answer, list_page
from normalize.model import PastPost
from tests.crawler.blogserver import USER, item

BLOG = Blog(user=USER)
HOME = f"https://blog.csdn.net/{USER}"
LIST = f"{HOME}/article/list/1"


def ids(listing: Listing) -> list[int]:
    return [post.article_id for post in listing.posts]


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567", 80763567),
        ("https://blog.csdn.net/qq449245884/java/article/details/107096460?spm=1", 107096460),
        ("https://liuxinlei.blog.csdn.net/article/details/104566377#comments", 104566377),
        ("https://blog.csdn.net/u/article/details/1/", 1),
        ("https://blog.csdn.net/u/article/details/", None),
        ("https://blog.csdn.net/u", None),
        ("http://[", None),
    ],
)
def test_article_id(address: str, number: int | None) -> None:
    assert article_id(address) == number


@pytest.mark.parametrize(
    ("href", "address"),
    [
        (f"{HOME}/article/details/5", f"{HOME}/article/details/5"),
        (f"http://blog.csdn.net/{USER.upper()}/article/details/5", f"https://blog.csdn.net/{USER.upper()}/article/details/5"),
        (f"//blog.csdn.net/{USER}/article/details/5?spm=1001.2014#comments", f"{HOME}/article/details/5"),
        (f"/{USER}/article/details/5", f"{HOME}/article/details/5"),
        (f"{HOME}/java/article/details/5", f"{HOME}/java/article/details/5"),
        ("https://reader.blog.csdn.net/article/details/5", "https://reader.blog.csdn.net/article/details/5"),
        (f"https://reader.blog.csdn.net/{USER}/article/details/5", f"https://reader.blog.csdn.net/{USER}/article/details/5"),
        ("https://blog.csdn.net/other/article/details/5", None),
        ("https://other.blog.csdn.net/article/details/5", None),
        ("https://blog.csdn.net/article/details/5", None),
        (f"https://blog.csdn.net.evil.example/{USER}/article/details/5", None),
        (f"https://evil.example/{USER}/article/details/5", None),
        (f"https://evilblog.csdn.net/{USER}/article/details/5", None),
        (f"http://127.0.0.1/{USER}/article/details/5", None),
        (f"https://blog.csdn.net@127.0.0.1/{USER}/article/details/5", None),
        (f"{HOME}/article/details/0", None),
        (f"{HOME}/article/details/5/../6", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
        ("", None),
    ],
)  # fmt: skip
def test_which_links_are_posts_of_the_blog(href: str, address: str | None) -> None:
    blog = Blog(user=USER, hosts=frozenset(["reader.blog.csdn.net"]))
    post = blog.post_at(href)
    assert (None if post is None else post.address) == address
    if post is not None:
        assert post.key == "csdn-5"


@given(st.text())
@settings_of_hypothesis(max_examples=50)
def test_any_text_is_a_link_or_none(text: str) -> None:
    for href in (text, f"https://{text}/{USER}/article/details/5", f"{HOME}/article/details/{text}"):
        post = BLOG.post_at(href)
        assert post is None or post.address.lower().startswith(f"https://blog.csdn.net/{USER.lower()}/")


# --- the JSON list ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b" \n<!doctype html>",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"code":400,"message":"no"}',
        b'{"code":200}',
        b'{"code":200,"data":[]}',
        b'{"code":200,"data":{"list":{}}}',
        b"\xff\xfe",
    ],
)
def test_answer_that_is_no_list(body: bytes) -> None:
    with pytest.raises(NotAList):
        parse_api_page(body, blog=BLOG)


@pytest.mark.parametrize(
    "bad_item",
    [
        None,
        7,
        {},
        {"articleId": True},
        {"articleId": -1},
        {"articleId": "12x"},
        {"articleId": 10**30},
        {"articleId": "9" * 5000},
        {"articleId": 5, "url": 7},
        {"articleId": 5, "url": "javascript:alert(1)"},
        {"articleId": 5, "url": "http://["},
        {"articleId": 5, "url": "https://blog.csdn.net/u/article/details/6"},
        {"articleId": 5, "url": "https://blog.csdn.net/u"},
        {"articleId": 5, "url": "https://evil.example/article/details/5"},
        {"articleId": 5, "url": "https://blog.csdn.net/neighbour/article/details/5"},
        {"articleId": 5, "url": "http://127.0.0.1/article/details/5"},
        {"articleId": 5, "url": "https://blog.csdn.net@127.0.0.1/u/article/details/5"},
    ],
)
def test_item_that_names_no_post(bad_item: Any) -> None:
    found = parse_api_page(json.dumps({"code": 200, "data": {"list": [bad_item, item(1)]}}).encode(), blog=BLOG)
    assert ids(found) == [1]
    assert len(found.problems) == 1


def test_item_of_the_list() -> None:
    text = {
        "articleId": "7",
        "url": f"http://blog.csdn.net/{USER.lower()}/article/details/7?spm=1#c",
        "postTime": 1718000000,
        "formatTime": "20 小时前",
        "top": 1,
    }
    bare = {"articleId": 8, "postTime": "2024-07-22 23:10:48"}
    sub_domain = {"articleId": 9, "url": "https://reader.blog.csdn.net/article/details/9"}
    data = {"list": [text, bare, sub_domain, text], "total": True}
    found = parse_api_page(json.dumps({"code": 200, "data": data}).encode(), blog=BLOG)
    assert [(post.article_id, post.address, post.pinned) for post in found.posts] == [
        (7, f"https://blog.csdn.net/{USER.lower()}/article/details/7", True),
        (8, f"https://blog.csdn.net/{USER}/article/details/8", False),
        (9, "https://reader.blog.csdn.net/article/details/9", False),
    ]
    assert [post.own_host for post in found.posts] == [None, None, "reader.blog.csdn.net"]
    assert (found.total, found.is_empty, found.problems) == (None, False, ())


@pytest.mark.parametrize("items", [None, []])
def test_list_that_ends(items: Any) -> None:
    found = parse_api_page(json.dumps({"code": 200, "data": {"list": items, "total": 3}}).encode(), blog=BLOG)
    assert (found.posts, found.total, found.is_empty) == ((), 3, True)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["code", "data", "list", "articleId", "url", "total", "top"]), inner | st.just(200)
            )
        ),
    )
)
@settings_of_hypothesis(max_examples=50)
def test_any_json_is_a_list_or_not(answer: Any) -> None:
    with suppress(NotAList):
        parse_api_page(json.dumps(answer).encode(), blog=BLOG)


# --- the feed --------------------------------------------------------------------------------------------------------


def feed(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    inner = f"<title>x</title><link>{HOME}</link>{''.join(items)}"
    return f'{head}<rss version="2.0"><channel>{inner}</channel></rss>'.encode()


def feed_item(address: str) -> str:
    return f"<item><title><![CDATA[A & B]]></title><link>{address}</link><guid>{address}</guid></item>"


def test_feed() -> None:
    found = parse_feed(
        feed(
            feed_item(f"{HOME}/article/details/3"),
            feed_item("https://reader.blog.csdn.net/article/details/2"),
            feed_item(f"http://blog.csdn.net/{USER.lower()}/article/details/1?spm=1"),
            feed_item(f"{HOME}/article/details/3"),
        ),
        blog=BLOG,
    )
    assert [(post.article_id, post.address) for post in found.posts] == [
        (3, f"{HOME}/article/details/3"),
        (2, "https://reader.blog.csdn.net/article/details/2"),
        (1, f"https://blog.csdn.net/{USER.lower()}/article/details/1"),
    ]
    assert (found.is_empty, found.problems) == (False, ())


def test_feed_of_the_sample() -> None:
    blog = SampleBlog()
    found = parse_feed(feed_answer(blog.user, blog.articles).encode(), blog=Blog(user=blog.user))
    assert sorted(ids(found)) == sorted(article.article_id for article in blog.articles)


def test_feed_with_forms_that_occur() -> None:
    blank = parse_feed(b"\xef\xbb\xbf \n" + feed(feed_item(f" {HOME}/article/details/3\n")), blog=BLOG)
    assert ids(blank) == [3]
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{HOME}/article/details/4"/></entry></feed>'
    assert ids(parse_feed(atom.encode(), blog=BLOG)) == [4]
    control = feed(f"<item><title>\x08</title><link>{HOME}/article/details/5</link></item>")
    assert ids(parse_feed(control, blog=BLOG)) == [5]
    wide = feed(feed_item(f"{HOME}/article/details/6")).decode().replace("utf-8", "utf-16").encode("utf-16")
    assert ids(parse_feed(wide, blog=BLOG)) == [6]


def test_feed_without_items() -> None:
    assert parse_feed(feed(), blog=BLOG).is_empty


def test_items_of_others_are_passed_over() -> None:
    found = parse_feed(feed(feed_item("https://evil.example/article/details/3"), "<item/>"), blog=BLOG)
    assert (found.posts, len(found.problems)) == ((), 2)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{}",
        b"<!DOCTYPE html><html><title>x</title></html>",
        b"<html></html>",
        feed(feed_item("&c;"), head=f'<?xml version="1.0"?>{BOMB}'),
        feed(feed_item("&a;"), head=f'<?xml version="1.0"?>{OUTSIDE}'),
        feed(feed_item("&a;"), head=f'<?xml version="1.0"?>{OUTSIDE}').decode().encode("utf-16"),
        feed(feed_item(f"{HOME}/article/details/3"))[:-20],
        b"<rss>" + b"<a>" * 100_000,
        b"<rss><channel>" + b"<item></item>" * 20_000 + b"</channel></rss>",
        b"<rss>" + b"x" * 5_000_000 + b"</rss>",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_answer_that_is_no_feed(body: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(NotAList):
        parse_feed(body, blog=BLOG)
    assert time.monotonic() - began < 5


def test_reason_of_a_spoilt_feed_quotes_nothing_of_it() -> None:
    spoilt = feed(feed_item(f"{HOME}/article/details/3")).replace(b"</item>", "<![CDATA[\n摘要".encode())
    with pytest.raises(NotAList, match="no XML") as caught:
        parse_feed(spoilt, blog=BLOG)
    assert not {"\n", "摘"} & set(str(caught.value))


# --- pages of the list -----------------------------------------------------------------------------------------------


def page(body: str, script: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><script>{script}</script></head><body>{body}</body></html>".encode()


def box_2018(number: int, user: str = USER, style: str = "") -> str:
    link = f"https://blog.csdn.net/{user}/article/details/{number}"
    return (
        f'<div class="article-item-box csdn-tracking-statistics" {style} data-articleid="{number}"><h4 class=""><a '
        f'href="{link}" target="_blank"><span class="article-type type-1">原</span> T {number} </a></h4>'
        f'<p class="content"><a href="{link}">…</a></p>'
        '<div class="info-box"><p><span class="date">2019-02-18 21:30:39</span></p></div></div>'
    )


LAYOUTS = {
    "to 2017": page(
        '<div id="article_list">'
        + "".join(
            f'<div class="list_item list_view"><h1><span class="link_title"><a href="/{USER}/article/details/{n}">T</a>'
            f'</span></h1><span class="link_postdate">2014-04-04 11:54</span></div>'
            for n in (3, 2)
        )
        + f'</div><div id="papelist"><span>5条 共3页</span><a href="/{USER}/article/list/2">2</a>'
        f'<a href="/{USER}/article/list/3">尾页</a></div>'
    ),
    "late 2017": page(
        "".join(
            f'<li class="blog-unit"><a href="http://blog.csdn.net/{USER}/article/details/{n}"><h3>T</h3></a></li>'
            for n in (3, 2)
        )
        + f'<a class="page-link" href="/{USER}/article/list/3">3</a>'
    ),
    "2018 to 2023": page(
        '<div class="article-list">'
        + box_2018(82762601, "yoyo_liyy", 'style="display: none;"')
        + box_2018(3)
        + box_2018(2)
        + "</div>",
        "var listTotal = 5 ; var pageSize = 2 ;",
    ),
    "since 2023": page(
        "".join(
            f'<article class="blog-list-box"><a href="{HOME}/article/details/{n}" target="_blank"><h4>T</h4>'
            '<div class="view-time-box">博文更新于 3 天前 · 12 阅读</div></a></article>'
            for n in (3, 2)
        ),
    ),
    "2020 with list items": page(
        '<ul class="colu_author_c">'
        + "".join(f'<li><a href="{HOME}/article/details/{n}">T</a></li>' for n in (3, 2))
        + "</ul>"
    ),
}
PAGES = {"to 2017": 3, "late 2017": 3, "2018 to 2023": 3}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_list_in_its_layouts(layout: str) -> None:
    found = parse_list_page(LAYOUTS[layout], blog=BLOG, address=LIST)
    assert [(post.article_id, post.address) for post in found.posts] == [
        (3, f"{HOME}/article/details/3"),
        (2, f"{HOME}/article/details/2"),
    ]
    assert (found.pages, found.is_empty, found.problems) == (PAGES.get(layout), False, ())
    assert found.total == (5 if layout == "2018 to 2023" else None)


def test_list_of_the_sample() -> None:
    blog = SampleBlog()
    found = [
        parse_list_page(list_page(blog.user, blog.articles, number).encode(), blog=Blog(user=blog.user), address=LIST)
        for number in (1, 2, 3)
    ]
    assert [number for one in found for number in ids(one)] == [article.article_id for article in blog.articles]
    assert [one.is_empty for one in found] == [False, False, True]
    assert {one.pages for one in found} == {2}


def test_hidden_and_foreign_boxes_do_not_count() -> None:
    hidden = box_2018(9, style='style="display:none"')
    found = parse_list_page(page(hidden + box_2018(8, "other") + box_2018(7)), blog=BLOG, address=LIST)
    assert (ids(found), found.problems) == ([7], ())


def test_sub_domain_that_the_page_names_is_the_users() -> None:
    script = f'var username = "{USER.lower()}"; var blog_address = "https://reader.blog.csdn.net";'
    box = box_2018(4).replace(f"https://blog.csdn.net/{USER}/article", "https://reader.blog.csdn.net/article")
    assert ids(parse_list_page(page(box, script), blog=BLOG, address=LIST)) == [4]
    others = script.replace(USER.lower(), "other")
    assert blog_of(others, BLOG) == BLOG


@pytest.mark.parametrize(
    "body",
    [
        page('<div class="article-list"></div><div>空空如也</div>'),
        page('<div class="article-list">' + box_2018(82762601, "yoyo_liyy", 'style="display: none;"') + "</div>"),
        page("<p>nothing</p>", "var listTotal = 5 ; var pageSize = 2 ;"),
    ],
)
def test_page_past_the_end(body: bytes) -> None:
    found = parse_list_page(body, blog=BLOG, address=LIST)
    assert (found.posts, found.is_empty) == ((), True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b'{"code":200}',
        b"[]",
        page("<p>something else</p>"),
        page(box_2018(3))[:-20],
        b"<html><body>" + b"<a " + b" ".join(b"x%d=1" % n for n in range(100_000)) + b"></body></html>",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_page_that_is_no_list(body: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(NotAList):
        parse_list_page(body, blog=BLOG, address=LIST)
    assert time.monotonic() - began < 5


@given(st.binary(max_size=500))
@settings_of_hypothesis(max_examples=50)
def test_any_bytes_are_a_list_or_not(body: bytes) -> None:
    for tried in (body, page(body.decode("latin-1")), b"<rss>" + body + b"</rss>"):
        with suppress(NotAList):
            parse_list_page(tried, blog=BLOG, address=LIST)
        with suppress(NotAList):
            parse_feed(tried, blog=BLOG)


def test_addresses_of_lists() -> None:
    assert list_page_address(BLOG, 2) == f"{HOME}/article/list/2"
    assert category_page_address(f"{HOME}/category_7.html", 1) == f"{HOME}/category_7.html"


# --- categories ------------------------------------------------------------------------------------------------------

CATEGORY = f"{HOME}/category_7.html"


def category(*numbers: int, script: str = "var currentPage = 1; var pageSize = 40; var listTotal = 41;") -> bytes:
    items = "".join(
        f'<li><a href="{HOME}/article/details/{n}" target="_blank"><div class="column_article_title">'
        '<h2 class="title">T</h2></div></a></li>'
        for n in numbers
    )
    return page(f'<ul class="column_article_list">{items}</ul>', script)


def test_category() -> None:
    found = parse_category_page(category(3, 2), blog=BLOG, address=CATEGORY)
    assert (ids(found), found.total, found.pages, found.is_empty) == ([3, 2], 41, 2, False)
    assert parse_category_page(category(script=""), blog=BLOG, address=CATEGORY).is_empty


def test_category_of_before_2019_has_the_layout_of_the_list() -> None:
    found = parse_category_page(page(box_2018(3)), blog=BLOG, address=f"{HOME}/article/category/6146769")
    assert ids(found) == [3]


def test_links_to_categories() -> None:
    text = (
        f'<a href="{HOME}/category_7.html">A</a><a href="{HOME.lower()}/category_7_2.html">A, page 2</a>'
        f"<a href=\"/{USER}/article/category/8\">B</a><a href='https://blog.csdn.net/other/category_9.html'>no</a>"
        '<a href="https://reader.blog.csdn.net/category_10.html">C</a>'
        '<a href="https://evil.example/category_11.html">no</a>'
    )
    blog = Blog(user=USER, hosts=frozenset(["reader.blog.csdn.net"]))
    assert category_links(text, blog=blog) == {
        7: f"{HOME}/category_7.html",
        8: f"{HOME}/article/category/8",
        10: "https://reader.blog.csdn.net/category_10.html",
    }
    assert len(category_links(text, blog=BLOG)) == 2


# --- past posts ------------------------------------------------------------------------------------------------------


def test_past_posts_of_the_same_blog() -> None:
    urls = [
        f"http://blog.csdn.net/{USER}/article/details/3?spm=1",
        "https://blog.csdn.net/other/article/details/4",
        "http://mp.weixin.qq.com/s?__biz=MzIwMTc4ODE0Mw==&mid=2247489270&idx=1&sn=3f2c6a0d",
        None,
        f"https://blog.csdn.net/{USER.lower()}/article/details/3",
        "https://reader.blog.csdn.net/article/details/5",
    ]
    past = [PastPost(title="T", url_raw=url) for url in urls]
    assert [post.article_id for post in past_posts(past, blog=BLOG)] == [3]
    own = Blog(user=USER, hosts=frozenset(["reader.blog.csdn.net"]))
    assert [post.article_id for post in past_posts(past, blog=own)] == [3, 5]


def test_articles_that_a_page_names() -> None:
    body = (
        f'<a href="https://blog.csdn.net/{USER.upper()}/article/details/3">x</a> /{USER}/java/article/details/4 '
        "https://blog.csdn.net/other/article/details/5 https://reader.blog.csdn.net/article/details/6"
    ).encode()
    assert named_articles(body, blog=BLOG) == {3, 4}
    assert named_articles(body, blog=Blog(user=USER, hosts=frozenset(["reader.blog.csdn.net"]))) == {3, 4, 6}


# --- real lists ------------------------------------------------------------------------------------------------------


def test_real_lists(shared: Path) -> None:
    folder = shared / "pages" / "lists"
    home = parse_list_page(
        (folder / "2019-02_userhome_dongjian2.excerpt.html").read_bytes(), blog=Blog(user="dongjian2"), address=LIST
    )
    assert ids(home) == [87647721]
    body = (folder / "2021-05_category_10790248.html").read_bytes()
    blog = Blog(user="SereaSuesue")
    found = parse_category_page(body, blog=blog, address="https://blog.csdn.net/sereasuesue/category_10790248.html")
    assert (ids(found), found.total, found.pages) == ([113799129, 113730274, 113562113], 3, 1)
    assert len(category_links(body.decode(), blog=blog)) == 16
    rss = (folder / "rss_2026-09.excerpt.xml").read_bytes()
    assert ids(parse_feed(rss, blog=Blog(user="csdnnews"))) == [166688978]
    answer = json.loads((folder / "get-business-list_2023-03.json").read_text("utf-8"))["response"]
    listed = parse_api_page(json.dumps(answer).encode(), blog=Blog(user="thinkstu"))
    assert ([post.own_host for post in listed.posts], listed.total) == (["thinkstu.blog.csdn.net"] * 2, 165)

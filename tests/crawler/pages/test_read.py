"""Which class a page gets, and what is refused."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.limits import MAX_BYTES
from crawler.pages import Page, UnreadablePage, check_page, read_page

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample"
PAGES = sorted(path for path in SAMPLE.rglob("*.*") if path.suffix in (".html", ".md") and path.name != "README.md")


def csdn(body: str, *, head: str = "", tail: str = "") -> bytes:
    return (
        f"<!DOCTYPE html>\n<html><head><title>甲-CSDN博客</title></head><body>{head}"
        f'<article><div id="article_content">{body}</div></article>{tail}</body></html>'
    ).encode()


def wechat(body: str, *, script: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><title></title></head><body><div id='js_article'><h1 id='activity-name'>甲</h1>"
        f"<div id='js_content' style='visibility: hidden; opacity: 0;'>{body}</div></div>"
        f"<script>{script}</script></body></html>"
    ).encode()


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines]


def test_csdn_page() -> None:
    page = read_page(csdn("<p>正文</p>", head='<h1 class="title-article">甲</h1>', tail="<p>别人的文章</p>"))
    assert (page.page_class, page.site, page.form, page.title, texts(page)) == ("post", "csdn", "html", "甲", ["正文"])


def test_wechat_page() -> None:
    page = read_page(wechat("<p>正文</p>", script='var ct = "1523110915";'))
    assert (page.page_class, page.site, page.title, texts(page)) == ("post", "wechat", "甲", ["正文"])
    assert page.published == "2018-04-07T22:21:55+08:00"


def test_wechat_markup_pasted_into_a_csdn_article() -> None:
    page = read_page(csdn('<div class="rich_media_content" id="js_content"><p>正文</p></div>'))
    assert (page.site, texts(page)) == ("csdn", ["正文"])


@pytest.mark.parametrize(
    "start",
    [
        "",
        "\ufeff",
        "\n  ",
        '<?xml version="1.0" encoding="utf-8"?>\n',
        "<!-- saved from url=(0021)https://blog.csdn.net/ -->\n",
    ],
)
def test_beginnings_of_html(start: str) -> None:
    assert texts(read_page(start.encode() + csdn("<p>正文</p>"))) == ["正文"]


def test_single_file_leaves_out_closing_tags() -> None:
    page = (
        "<!DOCTYPE html> <html lang=zh><!--\n Page saved with SingleFile \n url: https://blog.csdn.net/u/article/details/1\n-->"
        "<title>甲-CSDN博客</title><link rel=canonical href=https://blog.csdn.net/u/article/details/1>"
        "<body><h1 class=title-article>甲</h1><article><div id=article_content><p>正文<p>再一行</div></article>"
    ).encode()
    check_page(page)
    read = read_page(page)
    assert (read.title, read.url, texts(read)) == (
        "甲",
        "https://blog.csdn.net/u/article/details/1",
        ["正文", "再一行"],
    )


def test_locked_article_is_partial() -> None:
    lock = '<img src="https://csdnimg.cn/release/blogv2/dist/pc/img/lock.png">最低0.47元/天 解锁文章'
    page = read_page(csdn(f"<p>正文</p><p>{lock}</p>"))
    assert page.partial
    assert [problem.code for problem in page.problems] == ["locked"]


def test_rounded_reads_are_told() -> None:
    page = read_page(csdn("<p>正文</p>", head='<span class="read-count">2k 阅读</span>'))
    assert page.reads == 2000
    assert [(problem.code, problem.severity) for problem in page.problems] == [("reads_rounded", "info")]


def test_an_undecodable_byte_is_told() -> None:
    page = read_page(csdn("<p>正文" + "文" * 40 + "</p>").replace("正".encode(), b"\xff"))
    assert [problem.code for problem in page.problems] == ["undecodable_bytes"]


def test_markup_too_deep_for_lxml_is_told() -> None:
    page = read_page(csdn("<div>" * 400 + "<p>正文</p>" + "</div>" * 400))
    assert texts(page) == ["正文"]
    assert [problem.code for problem in page.problems] == ["deep_markup"]


HTML = "<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("markup", "page_class", "site"),
    [
        (HTML.format(title="请进行安全验证(Security Verification)", body=""), "blocked", "unknown"),
        (HTML.format(title="x", body="当前访问人数过多，请完成安全认证后继续访问"), "blocked", "unknown"),
        (HTML.format(title="x", body="<h2 class='weui-msg__title'>该内容已被发布者删除</h2>"), "gone", "wechat"),
        (HTML.format(title="x", body="<h2 class='weui-msg__title'>此内容因违规无法查看</h2>"), "gone", "wechat"),
        (HTML.format(title="x", body="<p>环境异常</p><p>完成验证后即可继续访问</p>"), "blocked", "wechat"),
        (
            HTML.format(title="x", body="<div class='article-list'><div class='article-item-box'></div></div>"),
            "list",
            "csdn",
        ),
        (HTML.format(title="x", body="<ul class='column_article_list'></ul>"), "list", "csdn"),
        (HTML.format(title="x", body="<div id='article_content'></div>"), "damaged", "unknown"),
        (
            HTML.format(title="x", body="<div id='article_content'></div><div class='passport-login-container'></div>"),
            "login",
            "csdn",
        ),
        (HTML.format(title="x", body="<p>你好</p>"), "foreign", "unknown"),
        (HTML.format(title="x", body="<img src='https://csdnimg.cn/x.png'>"), "foreign", "csdn"),
    ],
)
def test_pages_that_hold_no_article(markup: str, page_class: str, site: str) -> None:
    page = read_page(markup.encode())
    assert (page.page_class, page.site, page.lines) == (page_class, site, ())
    assert len(page.problems) == 1


def test_furniture_of_a_normal_page_is_no_sign_of_a_block() -> None:
    tail = "<div class='passport-login-container'>登录</div><p>安全验证</p><div class='article-list'></div>"
    assert read_page(csdn("<p>正文</p>", tail=tail)).page_class == "post"


@pytest.mark.parametrize(
    ("status", "page_class"),
    [(404, "gone"), (410, "gone"), (403, "blocked"), (429, "blocked"), (521, "blocked"), (502, "damaged")],
)
def test_status_of_the_answer(status: int, page_class: str) -> None:
    assert read_page(csdn("<p>正文</p>"), status=status).page_class == page_class
    assert read_page(b"", status=status).page_class == page_class


def test_challenge_with_any_status_is_a_block() -> None:
    assert read_page("安全验证".encode(), status=500).page_class == "blocked"


REFUSED = [
    (b"", "empty"),
    (b" \n\t", "empty"),
    (b"%PDF-1.4", "binary"),
    (b"\0\1\2", "binary"),
    (b"x" * (MAX_BYTES + 1), "too_large"),
    (b"WARC/1.0\r\n", "unsupported_form"),
    (b"\x1f\x8b\x08", "unsupported_form"),
    (b"PK\x03\x04", "unsupported_form"),
    (b"From: <Saved by Blink>\r\n", "unsupported_form"),
    (b'<?xml version="1.0"?><rss version="2.0">', "unsupported_form"),
    (b'{"code": 400}', "unsupported_form"),
    (b"only words", "unsupported_form"),
    (b"<html><body><div id='article_content'><p>a", "truncated"),
    (b"<!doctype html><html><body><p>a</p>", "truncated"),
    (b"<html><div id='article_content'><div>a</div></html>", "truncated"),
    (b"<html><div id='js_content'><div>a</div></html>", "truncated"),
]


@pytest.mark.parametrize(("body", "code"), REFUSED, ids=[f"{code}-{i}" for i, (_, code) in enumerate(REFUSED)])
def test_what_is_refused(body: bytes, code: str) -> None:
    for read in (read_page, check_page):
        with pytest.raises(UnreadablePage) as refusal:
            read(body)
        assert refusal.value.code == code
        assert str(refusal.value)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_is_read_is_not_refused_before(path: Path) -> None:
    check_page(path.read_bytes(), name=path.name)
    read_page(path.read_bytes(), name=path.name)


@given(st.binary(max_size=400), st.sampled_from([None, "a.md", "a.html"]))
def test_any_bytes_give_a_page_or_a_refusal(body: bytes, name: str | None) -> None:
    try:
        page = read_page(body, name=name)
    except UnreadablePage:
        return
    assert isinstance(page, Page)


@given(st.text(alphabet="<>/\"'= \n-!&;#divarticlejs_contentscriptp\0\x1f文", max_size=300))
def test_any_markup_gives_a_page_or_a_refusal(markup: str) -> None:
    try:
        read_page(csdn(markup))
    except UnreadablePage:
        return


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(PAGES), st.integers(0, 2**32))
def test_mutated_pages_give_a_page_or_a_refusal(path: Path, seed: int) -> None:
    pick = random.Random(seed)
    body = path.read_bytes()
    for _ in range(pick.randint(1, 4)):
        at = pick.randrange(len(body))
        piece = body[at : at + pick.choice((1, 7, 60, 2000))]
        rest = body[at + len(piece) :]
        body = body[:at] + pick.choice((b"", piece * 2, bytes(reversed(piece)), b"\xff\0<")) + rest
    try:
        page = read_page(body, name=path.name)
    except UnreadablePage:
        return
    assert isinstance(page, Page)


POSTS = [path for path in PAGES if path.suffix == ".html" and path.stem not in ("challenge", "gone")]


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_pages_cut_short_are_refused(path: Path) -> None:
    body = path.read_bytes()
    for tenth in range(1, 10):
        with pytest.raises(UnreadablePage) as refusal:
            read_page(body[: len(body) * tenth // 10])
        assert refusal.value.code == "truncated"

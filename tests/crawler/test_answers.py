"""What an answer is, before anything of it is parsed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.answers import charset_of, class_of_answer
from crawler.pages import UnreadablePage, read_page

CASES = Path(__file__).parents[1] / "cases"
SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def page(body: str) -> bytes:
    return f"<!DOCTYPE html>\n<html><head><title></title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("body", "page_class", "words"),
    [
        (page('<div id="article_content"><p>Text</p></div>'), "post", ""),
        (page('<div id="article_content"><img src="x.png"></div>'), "post", ""),
        (page('<div id="js_content">文</div>'), "post", ""),
        (page('<div id="js_content" class="x"></div><script>window.msg_title = "文"</script>'), "post", ""),
        (page('<div id="js_content">环境异常，该内容已被发布者删除</div>'), "post", ""),
        (page('<div id="article_content"> <br>&nbsp;</div>'), "damaged", "holds nothing"),
        (page('<div id="article_content"></div><div class="passport-login-container">登录</div>'), "login", "login"),
        (page('<div class="weui-msg"><h2 class="weui-msg__title">该内容已被发布者删除</h2></div>'), "gone", "deleted"),
        (page('<h2 class="weui-msg__title">此内容因违规无法查看</h2>'), "gone", "deleted"),
        (page('<div class="mesg-block"><p>该内容暂时无法查看</p></div>'), "gone", "deleted"),
        (page("<h2>环境异常</h2><p>完成验证后即可继续访问</p>"), "blocked", "check"),
        (page('<div class="text-wrap">请进行安全验证(Security Verification)</div>'), "blocked", "check"),
        (page("<p>参数错误</p>"), "foreign", "no article page"),
        (page('<div id="article_content">Text')[:-20], "damaged", "breaks off"),
        (b"<html><body><p>Text", "damaged", "breaks off"),
        (b"", "damaged", "empty"),
        (b'{"code": 400, "message": "x"}', "damaged", "JSON"),
    ],
)
def test_class(body: bytes, page_class: str, words: str) -> None:
    found, reason = class_of_answer(body)
    assert (found, words in reason, reason == "") == (page_class, True, page_class == "post"), reason


@pytest.mark.parametrize("body", [b"<" * 3_000_000, page('<div id="article_content">' + "<" * 3_000_000 + "</div>")])
def test_no_page_takes_long(body: bytes) -> None:
    assert class_of_answer(body)[0] in ("damaged", "post")


def test_classes_are_those_of_the_reader() -> None:
    pages = [*CASES.glob("*/page.html"), *SAMPLE.rglob("*.html")]
    assert len(pages) > 20
    for path in pages:
        body = path.read_bytes()
        assert class_of_answer(body)[0] == read_page(body, status=200).page_class, path


@given(st.binary(max_size=300) | st.text(max_size=300).map(page))
def test_never_raises(body: bytes) -> None:
    found, _ = class_of_answer(body)
    try:
        assert read_page(body).page_class == found
    except UnreadablePage:
        assert found == "damaged"


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ('text/html;charset="GBK"; x=1', "GBK"),
        ("text/html", None),
        ("text/html; charset=", None),
        ("", None),
    ],
)
def test_charset(content_type: str, charset: str | None) -> None:
    assert charset_of(content_type) == charset

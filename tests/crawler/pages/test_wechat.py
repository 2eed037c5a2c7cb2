import pytest

from crawler.pages.wechat import author_of, published_of, script_variables, title_of, url_of


@pytest.mark.parametrize(
    ("script", "name", "value"),
    [
        ('var ct = "1523110915";', "ct", "1523110915"),
        ("var ct = '1764842451';", "ct", "1764842451"),
        ("window.ct = '1764842451';", "ct", "1764842451"),
        ('var biz = ""||"MzIwMTc4ODE0Mw==";', "biz", "MzIwMTc4ODE0Mw=="),
        ('var mid = "" || ""|| "2247486341";', "mid", "2247486341"),
        ('var idx = "" || "2" || "1";', "idx", "1"),
        ('var sn = "" || "" || "";', "sn", None),
        ("var msg_title = '甲 &amp; 乙'.html(false);", "msg_title", "甲 & 乙"),
        (r"var msg_title = '甲\'s';", "msg_title", "甲's"),
        (r"window.msg_title = window.title = '甲\x26amp;乙';", "msg_title", "甲&乙"),
        ('var nickname = htmlDecode("PaperWeekly");', "nickname", "PaperWeekly"),
        ('var actually = "1";', "ct", None),
    ],
)
def test_script_variables(script: str, name: str, value: str | None) -> None:
    assert script_variables(f"<script>{script}</script>").get(name) == value


def test_the_first_assignment_counts() -> None:
    assert script_variables('var ct = "1";\nvar ct = "2";')["ct"] == "1"


@pytest.mark.parametrize(
    ("head", "variables", "title"),
    [
        (
            '<h1 class="rich_media_title" id="activity-name">\n  甲 <span>乙</span> &amp;\n</h1>',
            {"msg_title": "x"},
            "甲 乙 &",
        ),
        ('<h2 id="activity-name">甲</h2>', {}, "甲"),
        ("<h1 class=rich_media_title id=activity-name>甲</h1>", {}, "甲"),
        ('<meta property="og:title" content="甲 &amp; 乙">', {"msg_title": "x"}, "甲 & 乙"),
        ('<meta property=og:title content="甲">', {}, "甲"),
        ('<h1 id="activity-name"> </h1>', {"msg_title": "甲"}, "甲"),
        ("", {}, None),
    ],
)
def test_titles(head: str, variables: dict[str, str], title: str | None) -> None:
    assert title_of(head, variables) == title


@pytest.mark.parametrize(
    ("head", "variables", "published"),
    [
        ('<em id="publish_time">昨天</em>', {"ct": "1523110915"}, "2018-04-07T22:21:55+08:00"),
        ('<em id="post-date" class="x">2018-04-07</em>', {}, "2018-04-07"),
        ('<em id="publish_time" class="x">2020年4月7日 12:30</em>', {}, "2020-04-07T12:30:00+08:00"),
        ("<em id=publish_time class=x>2020年4月7日 12:30</em>", {}, "2020-04-07T12:30:00+08:00"),
        ('<em id="publish_time"></em>', {"publish_time": "2018-04-07"}, "2018-04-07"),
        ('<em id="publish_time">昨天</em>', {}, None),
    ],
)
def test_times(head: str, variables: dict[str, str], published: str | None) -> None:
    assert published_of(head, variables) == published


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ('<a href="x" id="js_name">\n PaperWeekly </a>', "PaperWeekly"),
        ('<span id="post-user">PaperWeekly</span>', "PaperWeekly"),
        ("", "Nick"),
    ],
)
def test_account(head: str, author: str) -> None:
    assert author_of(head, {"nickname": "Nick"}) == author


def test_the_long_address_is_built_from_its_ids() -> None:
    ids = {"biz": "B==", "mid": "1", "idx": "2"}
    assert url_of("", ids | {"sn": "s"}) == "https://mp.weixin.qq.com/s?__biz=B==&mid=1&idx=2&sn=s"
    assert url_of("", ids) == "https://mp.weixin.qq.com/s?__biz=B==&mid=1&idx=2"
    short = '<meta property="og:url" content="https://mp.weixin.qq.com/s/abc">'
    assert url_of(short, {"msg_link": "x"}) == "https://mp.weixin.qq.com/s/abc"
    assert (
        url_of("<meta property=og:url content=https://mp.weixin.qq.com/s/abc>", {}) == "https://mp.weixin.qq.com/s/abc"
    )
    assert url_of("", {"msg_link": "http://mp.weixin.qq.com/s?x"}) == "http://mp.weixin.qq.com/s?x"
    assert url_of("", {}) is None

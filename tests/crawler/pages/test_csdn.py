import pytest

from crawler.pages.csdn import (
    Head,
    _compiled,
    author_of,
    clean_title,
    inner_markup,
    published_of,
    read_count,
    reads_of,
    title_of,
)

TITLE = "选对论文，效率提升50% | 本周值得读"


@pytest.mark.parametrize(
    "whole",
    [
        "{}",
        "{} - PaperWeekly的专栏\n - 博客频道 - CSDN.NET",
        "{} - CSDN博客",
        "{} - Paper weekly - CSDN博客",
        "{} - Paper_weekly - CSDN博客",
        "{}_Paper weekly-CSDN博客",
        "{}_Paper_weekly-CSDN博客",
        "{}_Paper_weekly的博客-CSDN博客",
        "{}_PaperWeekly的博客-CSDN博客_论文",
        "{}_深度学习-CSDN博客",
        "{}-CSDN博客",
        "{} - CSDN 博客",
        "(2条消息) {}_Paper weekly-CSDN博客",
    ],
)
def test_what_the_site_adds_to_a_title_is_cut(whole: str) -> None:
    assert clean_title(" ".join(whole.format(TITLE).split())) == TITLE


@pytest.mark.parametrize(
    "title",
    ["A - B", "NLP_CV", "用 CSDN博客 写论文笔记", "NIPS - 2017 - 精选", "Paper + Code | PaperDaily #04", "(2条) 论文"],
)
def test_titles_that_only_look_like_it_stay(title: str) -> None:
    assert clean_title(title) == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("77179人阅读", (77179, False)),
        ("381", (381, False)),
        ("阅读数：23318", (23318, False)),
        ("阅读数 1133", (1133, False)),
        ("阅读量340", (340, False)),
        ("1,249", (1249, False)),
        ("0", (0, False)),
        ("阅读量1.3w", (13000, True)),
        ("10w+ 阅读", (100000, True)),
        ("2k 阅读", (2000, True)),
        ("1.5万", (15000, True)),
        ("阅读", (None, False)),
    ],
)
def test_read_counts(text: str, expected: tuple[int | None, bool]) -> None:
    assert read_count(text) == expected


def test_title_is_the_heading_then_the_script_then_the_document() -> None:
    heading = f'<h1 class="title-article" id="articleContentId">\n {TITLE}\n</h1>'
    script = r'<script>var articleTitle = "引\"号\" | \u672c\u5468";</script>'
    document = "<title>机器起的题目-CSDN博客</title>"
    assert title_of(Head(document + script + heading)) == TITLE
    assert title_of(Head(document + script)) == '引"号" | 本周'
    assert title_of(Head(document)) == "机器起的题目"
    assert title_of(Head("<p>x</p>")) is None
    classic = '<div id="article_details"><span class="link_title"><a href="/x">\n  甲\n </a></span></div>'
    assert title_of(Head(classic)) == "甲"
    assert title_of(Head('<h1 class="csdn_top">乙</h1>')) == "乙"


ARTICLE = '<meta property="article:published_time" content="2018-06-21T14:06:37+08:00">'
SCHEMA = '<script type="application/ld+json">{"datePublished": "2018-06-21T14:06:37+08:00"}</script>'
CAMBRIAN = (
    '<script type="application/ld+json">{"pubDate":"2018-06-21T14:06:37","upDate":"2019-01-01T00:00:00"}</script>'
)
FIRST = '<span class="up-time">于 2018-06-21 14:06:37 首次发布</span>'
BOTH = '<div class="up-time"><span>最后发布:2020-07-02 08:25:00首发:2018-06-21 14:06:37</span></div>'
VARIABLE = '<script>var postTime = "2018-06-21 14:06:37"</script>'
DATA = '<span class="time blog-postTime" data-time="2018-06-21 14:06:37">最新推荐文章于 2024-02-02 22:51:05 发布</span>'
PLAIN = '<span class="time">2018年06月21日 14:06:37</span>'
CLASSIC = '<span class="link_postdate">2018年06月21日 14:06:37</span>'
OTHER = '<span class="time">最新推荐文章于 2024-02-02 22:51:05 发布</span>'
MODIFIED = '<span class="time">已于 2022-05-12 22:12:05 修改</span>'


@pytest.mark.parametrize(
    "markup",
    [
        ARTICLE, SCHEMA, CAMBRIAN, FIRST, BOTH, VARIABLE, DATA, PLAIN, CLASSIC, OTHER + VARIABLE, OTHER + PLAIN,
        MODIFIED + FIRST, OTHER + MODIFIED + CAMBRIAN, '<span class="up-time">' + OTHER + "</span>" + PLAIN,
    ],
)  # fmt: skip
def test_the_posts_own_time_is_found(markup: str) -> None:
    assert published_of(Head(markup)) == "2018-06-21T14:06:37+08:00"


def test_the_time_of_another_article_is_no_time() -> None:
    assert published_of(Head(OTHER)) is None


@pytest.mark.parametrize(
    ("markup", "reads"),
    [
        ('<span class="read-count">阅读数：591</span>', 591),
        ('<span class="read-count" id="blog-read">9</span><span class="read-count">591</span>', 591),
        ('<span class="link_view" title="阅读次数">591人阅读</span>', 591),
        ('<button><i class="icon iconfont icon-read"></i><span class="txt">591</span></button>', 591),
        ('<span class="read-count">2k 阅读</span><script>var viewCountFormat = 2087;</script>', 2087),
        ("<p>x</p>", None),
    ],
)
def test_reads_of_each_layout(markup: str, reads: int | None) -> None:
    assert reads_of(Head(markup))[0] == reads


@pytest.mark.parametrize(
    ("markup", "author"),
    [
        ('<a class="follow-nickName" href="https://me.csdn.net/u">Paper_weekly</a>', "Paper_weekly"),
        ('<a id="uid" title="Paper_weekly"><span>x</span></a>', "Paper_weekly"),
        ('<meta property="article:author" content="Paper_weekly">', "Paper_weekly"),
        ('<script>var nickName = "Paper_weekly";</script>', "Paper_weekly"),
        ('<script>var username = "c9Yv2cf9I06K2A9E";</script>', "c9Yv2cf9I06K2A9E"),
        ("<p>x</p>", None),
    ],
)
def test_authors(markup: str, author: str | None) -> None:
    assert author_of(Head(markup)) == author


CANONICAL = "https://blog.csdn.net/c9yv2cf9i06k2a9e/article/details/80763567"


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        (f'<link rel="canonical" href="{CANONICAL}"/>', CANONICAL),
        (f"<link href='{CANONICAL}' rel='canonical'>", CANONICAL),
        (f"<link rel=canonical href={CANONICAL}>", CANONICAL),
        (
            '<link rel="canonical" href="https://blog.csdn.net/">'
            + f'<script>var articleDetailUrl = "{CANONICAL}";</script>',
            CANONICAL,
        ),
        (
            '<script>var curentUrl = "https://sub.blog.csdn.net/article/details/1";</script>',
            "https://sub.blog.csdn.net/article/details/1",
        ),
        ('<link rel="canonical" href="https://example.org/article/details/1">', None),
    ],
)
def test_addresses(markup: str, address: str | None) -> None:
    assert Head(markup).address() == address


def test_the_editors_part_of_the_box() -> None:
    article = '<div id="article_content"><div class="card">x</div><div id="content_views"><p>a</p></div></div>'
    assert inner_markup(article) == '<div id="content_views"><p>a</p></div>'
    old = '<div id="article_content"><div class="htmledit_views"><p>a</p></div></div>'
    assert inner_markup(old) == old


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("//title", []),
        ('//*[contains(concat(" ",@class," ")," up-time ")]', ["up-time"]),
        ('//*[@id="article_details"]//*[contains(@class,"link_title")]//a', ["article_details", "link_title"]),
        ('//*[contains(concat(" ",@class," ")," read-count ") and not(@id)]', ["read-count"]),
    ],
)
def test_names_without_which_an_expression_finds_nothing(expression: str, names: list[str]) -> None:
    assert _compiled(expression)[1] == names

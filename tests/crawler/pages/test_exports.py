import pytest

from crawler.pages.exports import is_markdown, read_markdown

META = "2018年06月21日 14:06:37[Paper_weekly](https://me.csdn.net/c9Yv2cf9I06K2A9E)阅读数：591"


def test_export_of_2018() -> None:
    page = read_markdown(f"\n# 甲 \\#01 - Paper weekly - CSDN博客\n\n\n\n{META}\n\n正文\n")
    assert (page.title, page.author, page.published, page.reads) == (
        "甲 #01",
        "Paper_weekly",
        "2018-06-21T14:06:37+08:00",
        591,
    )
    assert (page.site, page.form, page.page_class, page.url) == ("csdn", "markdown", "post", None)
    assert [line.text for line in page.lines] == ["正文"]


@pytest.mark.parametrize(
    ("line", "published", "reads"),
    [
        ("2018年05月16日 00:00:00[Paper_weekly](https://me.csdn.net/u)阅读数：1249", "2018-05-16", 1249),
        (
            "2018年06月21日 14:06:37[甲](https://me.csdn.net/u)阅读数：13标签：[Lintcode\t\t\t(http://x)",
            "2018-06-21T14:06:37+08:00",
            13,
        ),
        ("2018年06月21日 14:06:37[甲](https://me.csdn.net/u)阅读量 1.3w", "2018-06-21T14:06:37+08:00", 13000),
    ],
)
def test_date_line(line: str, published: str, reads: int) -> None:
    page = read_markdown(f"# 甲 - 乙 - CSDN博客\n\n{line}\n\n正文")
    assert (page.published, page.reads) == (published, reads)
    assert [line.text for line in page.lines] == ["正文"]


@pytest.mark.parametrize(
    "head",
    [
        "# 1.原创：题目 A\n",
        "# 原创\n：  题目 A\n# 题目 A\n",
        "# 转载：题目 A\n# 题目 A\n",
        "# 题目 A\n",
        "题目 A\n=====\n",
    ],
)
def test_titles_of_other_tools(head: str) -> None:
    page = read_markdown(head + "\n正文\n\n# 小标题\n")
    assert page.title == "题目 A"
    assert [line.text for line in page.lines] == ["正文", "小标题"]


ADDRESS = "https://blog.csdn.net/u/article/details/80763567"


@pytest.mark.parametrize(
    ("matter", "url", "published"),
    [
        (f"csdn_url: {ADDRESS}\ndate: 2018-06-21 14:06:37", ADDRESS, "2018-06-21T14:06:37+08:00"),
        (f"source_url: {ADDRESS}\ndate: 2018-06-21T06:06:37.000Z", ADDRESS, "2018-06-21T14:06:37+08:00"),
        # The date of a clip is not the post's.
        (f"url: {ADDRESS}\ndate: 2024-01-01 10:00:00", ADDRESS, None),
        (
            f"type: raw_article\ncanonical_url: {ADDRESS}\nsource_url: https://x.org\npublished_at: 2018-06-21",
            ADDRESS,
            "2018-06-21",
        ),
        (f"type: raw_article\ncanonical_url: {ADDRESS}\npublished_at:\nfetched_at: 2026-01-01", ADDRESS, None),
        ("source: 微信公众号\ntags: [a, b]\ncategories:\n  - c\ndate: 2018-06-21", None, "2018-06-21"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_front_matter(matter: str, url: str | None, published: str | None, end: str) -> None:
    text = f"---\ntitle: 题目 A - CSDN 博客\nauthor: 甲\n{matter}\n---\n\n# 题目 A\n\n正文\n".replace("\n", end)
    page = read_markdown(text)
    assert (page.title, page.url, page.published, page.author) == ("题目 A", url, published, "甲")
    assert [line.text for line in page.lines] == ["正文"]
    assert not page.problems


def test_a_section_is_not_taken_for_the_title_that_the_front_matter_gives() -> None:
    page = read_markdown("---\ntitle: 题目 A\n---\n# ICML 2017\n\n正文\n")
    assert page.title == "题目 A"
    assert [line.text for line in page.lines] == ["ICML 2017", "正文"]


def test_front_matter_that_is_no_yaml_is_told() -> None:
    page = read_markdown("---\ntitle: [a\n---\n# 题目 A\n\n正文\n")
    assert page.title == "题目 A"
    assert [problem.code for problem in page.problems] == ["front_matter"]


def test_day_in_the_name_of_the_file() -> None:
    assert read_markdown("# 题目\n\n正文", "2017-04-14-title.md").published == "2017-04-14"
    assert read_markdown("# 题目\n\n正文", "2017-04-141.md").published is None
    assert read_markdown(f"# 题目\n\n{META}\n\n正文", "2017-04-14-title.md").published == "2018-06-21T14:06:37+08:00"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("正文", "a.md", True),
        ("正文", "a.TXT", True),
        ("# 标题\n", None, True),
        ("x\n**@a 推荐**\n", None, True),
        ("[a](https://b)", None, True),
        ("正文", "a.html", False),
        ("正文", None, False),
    ],
)
def test_what_is_markdown(text: str, name: str | None, expected: bool) -> None:
    assert is_markdown(text, name) is expected

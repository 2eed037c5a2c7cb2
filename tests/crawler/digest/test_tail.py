from crawler.digest.tail import read_past_posts
from crawler.pages.markdown import lines_of_markdown

W = "http://mp.weixin.qq.com/s?__biz=M&mid="
HEAD = "**点击以下标题查看往期推荐：**\n\n"


def past(body: str) -> list[tuple[str, str | None]]:
    return [(post.title, post.url_raw) for post in read_past_posts(lines_of_markdown(body))]


def test_items_below_their_dashes() -> None:
    assert past(f"{HEAD}- \n[甲甲甲甲甲甲甲甲]({W}1)\n\n- \n[乙乙]({W}2)\n\n![x](y)") == [
        ("甲甲甲甲甲甲甲甲", f"{W}1"),
        ("乙乙", f"{W}2"),
    ]


def test_links_without_text_or_with_a_stray_letter() -> None:
    body = f"{HEAD}- [来]({W}9)[还在为周会发愁？]({W}1)\n- [](x)[暑假没人带怎么办？]({W}2)\n- [](x)\n"
    assert past(body) == [("还在为周会发愁？", f"{W}1"), ("暑假没人带怎么办？", f"{W}2")]


def test_title_split_over_two_links() -> None:
    assert past(f"{HEAD}[深度]({W}1)[解读最新力作]({W}1)") == [("深度解读最新力作", f"{W}1")]


def test_marks_of_a_list_are_no_part_of_a_title() -> None:
    assert past(f"{HEAD}1. [第一篇往期]({W}1)\n• [第二篇往期]({W}2)\n2017 [年度榜单]({W}3)") == [
        ("第一篇往期", f"{W}1"),
        ("第二篇往期", f"{W}2"),
        ("2017 年度榜单", f"{W}3"),
    ]


def test_two_posts_on_a_line() -> None:
    assert past(f"{HEAD}[第一篇往期]({W}1)[第二篇往期]({W}2)") == [("第一篇往期", f"{W}1"), ("第二篇往期", f"{W}2")]


def test_lost_link() -> None:
    assert past(f"{HEAD}[第一篇往期]({W}1)\n一个失去了链接的标题\n") == [
        ("第一篇往期", f"{W}1"),
        ("一个失去了链接的标题", None),
    ]


def test_the_list_ends_with_what_is_no_title() -> None:
    for end in (
        "![x](y)",
        "**关于PaperWeekly**",
        "# 标题",
        "AI活动推荐",
        "▲ 戳我查看比赛详情一二三",
        f"[▲ 戳我查看比赛详情]({W}3)",
        "#投 稿 通 道#",
        "我是彩蛋",
    ):
        body = f"{HEAD}[第一篇往期]({W}1)\n\n{end}\n\n[不是往期的链接]({W}2)"
        assert past(body) == [("第一篇往期", f"{W}1")], end


def test_no_list() -> None:
    assert past(f"正文\n\n[一篇文章]({W}1)") == []


def test_related_reading_inside_a_summary_is_no_list() -> None:
    blocks = f"**T**\n\n**@a 推荐**\n\n相关阅读：\n\n[别的文章]({W}1)\n\n**U**\n\n**@b 推荐**\n\n摘要\n\n"
    assert past(f"{blocks}{HEAD}[往期一篇文章]({W}2)") == [("往期一篇文章", f"{W}2")]

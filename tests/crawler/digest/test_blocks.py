"""Paper blocks of digests, as they are printed and as they break."""

import pytest

from crawler.digest import blocks
from crawler.pages.lines import Line

END = "\n\n**本文由 AI 学术社区 PaperWeekly 精选推荐，社区**\n\n尾部的文字\n"
HEAD = "**@alice 推荐**\n\n#Tag One\n\n"
LINK = "论文链接\n\nhttps://a.org/1\n\n"
PIC = "https://mmbiz.qpic.cn/mmbiz_png"


def codes(post) -> list[str]:
    return [problem.code for problem in post.problems]


def links(entry) -> list[tuple[str, str]]:
    return [(link.label, link.url_raw) for link in entry.links]


def images(entry) -> list[tuple[str, str]]:
    return [(image.role, image.url_raw.rsplit("/", 1)[-1]) for image in entry.images]


def test_whole_block(read) -> None:
    body = f"开头\n\n![1]({PIC}/b1)\n\n**Nested LSTMs**\n\n{HEAD}第一段。\n\n第二段。\n\n![1]({PIC}/f1)\n\n**▲**论文模型：点击查看大图\n\n{LINK}源码链接\n\nhttps://github.com/a/b{END}"
    post = read(body)
    (entry,) = post.entries
    assert (post.kind, entry.position, entry.section) == ("digest", 1, None)
    assert (entry.title_raw, entry.recommender, entry.tag) == ("Nested LSTMs", "alice", "Tag One")
    assert entry.summary == "第一段。\n\n第二段。"
    assert links(entry) == [("论文链接", "https://a.org/1"), ("源码链接", "https://github.com/a/b")]
    assert images(entry) == [("badge", "b1"), ("figure", "f1")]
    assert not post.problems


@pytest.mark.parametrize(
    ("above", "title", "roles"),
    [
        ("**A Title**", "A Title", []),
        ("A Plain Title", "A Plain Title", []),
        ("# A Title", "A Title", []),
        ("**Efficient****Exploration**", "Efficient Exploration", []),
        ("**A Title Over**\n**Two Lines**", "A Title Over Two Lines", []),
        ("**Deep: ReLU (2) & “Q”?**", "Deep: ReLU (2) & “Q”?", []),
        ("[**A Title**](https://a.org)", "A Title", []),
        (f"![1]({PIC}/b)**A Title**", "A Title", ["badge"]),
        (f"![1]({PIC}/b)\n![1]({PIC}/t)", None, ["badge", "title"]),
        (f"![1]({PIC}/t)", None, ["title"]),
        ("A Title\n Over Two Lines", "A Title Over Two Lines", []),
        ("**A Title\n Over Two Lines**", "A Title Over Two Lines", []),
        ("**02**\n\n**A Title**", "A Title", []),
        ("No.2\n\n**A Title**", "A Title", []),
        ("**用图网络做推荐**", "用图网络做推荐", []),
    ],
)
def test_titles(read, above: str, title: str | None, roles: list[str]) -> None:
    (entry,) = read(f"这是开头的一段话。\n\nhttps://a.org/0\n\n{above}\n\n{HEAD}摘要。\n\n{LINK}{END}").entries
    assert entry.title_raw == title
    assert [image.role for image in entry.images] == roles


def test_bold_lines_of_a_summary_are_no_titles(read) -> None:
    bold = "**本文贡献：**\n\n**Squeeze**\n\n**CVPR 2018 Oral，topic：设计。**\n\n***Camera Style Adaptation***\n\n"
    post = read(f"**T**\n\n{HEAD}{bold}{LINK}**U**\n\n{HEAD}摘要。\n\n{LINK}{END}")
    assert [entry.title_raw for entry in post.entries] == ["T", "U"]
    assert post.entries[0].summary.split("\n\n") == [
        "本文贡献：", "Squeeze", "CVPR 2018 Oral，topic：设计。", "Camera Style Adaptation",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        ("#Tag", "Tag"),
        (r"\#Tag", "Tag"),
        ("# Tag", "Tag"),
        ("Visual Question Answering", "Visual Question Answering"),
        ("本文很好。", None),
    ],
)
def test_tags(read, line: str, tag: str | None) -> None:
    (entry,) = read(f"**T**\n\n**@a 推荐**\n\n{line}\n\n摘要。\n\n{LINK}{END}").entries
    assert entry.tag == tag
    assert entry.summary == ("摘要。" if tag else f"{line}\n\n摘要。")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "论文链接\nhttps://a.org/1\n代码链接\nhttps://a.org/2",
            [("论文链接", "https://a.org/1"), ("代码链接", "https://a.org/2")],
        ),
        (
            "论文链接\n\nhttps://a.org/1\n\nhttps://a.org/2",
            [("论文链接", "https://a.org/1"), ("论文链接", "https://a.org/2")],
        ),
        ("论文链接：https://a.org/1", [("论文链接", "https://a.org/1")]),
        ("**论文链接：**\n\n[https://a.org/1](https://a.org/1?x)", [("论文链接", "https://a.org/1")]),
        ("论文链接\n\n[点击查看](https://a.org/1)", [("论文链接", "https://a.org/1")]),
        ("[论文链接](u) / [代码链接](v)", [("论文链接", "u"), ("代码链接", "v")]),
        (
            "论文笔记\n\nhttp://www.paperweekly.site/papers/notes/397",
            [("论文笔记", "http://www.paperweekly.site/papers/notes/397")],
        ),
        ("视频链接\n\nhttps://a.org/1", [("视频链接", "https://a.org/1")]),
        (
            "论文链接\n\nhttps://a.org/1\n\n补充材料\n\nhttps://a.org/2",
            [("论文链接", "https://a.org/1"), ("补充材料", "https://a.org/2")],
        ),
        (
            "论文链接\n\nhttps://a.org/1\n\n源码链接\n\nhttps://a.org/2\n\nPyTorch\n\nhttps://a.org/3",
            [("论文链接", "https://a.org/1"), ("源码链接", "https://a.org/2"), ("PyTorch", "https://a.org/3")],
        ),
        (
            "数据集链接\n\n链接: https://pan.baidu.com/s/1 提取码: abcd\n\n论文链接\n\nhttps://a.org/1",
            [("数据集链接", "https://pan.baidu.com/s/1"), ("论文链接", "https://a.org/1")],
        ),
        ("论文链接\n\nhttps://a.org/1\n\n[另一篇文章](https://b.org)", [("论文链接", "https://a.org/1")]),
    ],
)
def test_links(read, source: str, expected: list[tuple[str, str]]) -> None:
    (entry,) = read(f"**T**\n\n{HEAD}摘要。\n\n{source}{END}").entries
    assert links(entry) == expected
    assert entry.summary == "摘要。"


def test_addresses_of_the_summary_are_no_links(read) -> None:
    summary = "可以用于实现http://yann.lecun.com/exdb/lecun-06.pdf.\n\nhttps://a.org/alone\n\n（上一篇是 ***MoreMNAS***：https://a.org/2740）"
    (entry,) = read(f"**T**\n\n{HEAD}{summary}\n\n{LINK}{END}").entries
    assert links(entry) == [("论文链接", "https://a.org/1")]
    assert len(entry.summary.split("\n\n")) == 3


def test_linked_title_behind_a_label_amid_the_summary(read) -> None:
    (entry,) = read(f"**T**\n\n{HEAD}一。\n\n**论文详细解读：**[综述](http://w)\n\n二。\n\n{LINK}{END}").entries
    assert links(entry) == [("论文详细解读", "http://w"), ("论文链接", "https://a.org/1")]
    assert entry.summary == "一。\n\n二。"


def test_an_address_behind_a_label_amid_the_summary(read) -> None:
    body = f"**T**\n\n{HEAD}一。\n\n代码：https://a.org/2\n\n二。\n\n![1]({PIC}/f)\n\n{LINK}"
    post = read(f"{body}多余的话。\n\n{body}![1]({PIC}/gift){END}")
    for entry in post.entries:
        assert links(entry) == [("代码", "https://a.org/2"), ("论文链接", "https://a.org/1")]
        assert (entry.summary, images(entry)) == ("一。\n\n二。", [("figure", "f")])
    assert [problem.line for problem in post.problems] == ["多余的话。"]


def test_headings_of_a_summary_are_no_labels(read) -> None:
    (entry,) = read(f"**T**\n\n{HEAD}一。\n\n**论文解读**\n\n二。\n\n{LINK}{END}").entries
    assert entry.summary == "一。\n\n论文解读\n\n二。"


def test_links_before_the_summary(read) -> None:
    post = read(
        f"**T**\n\n{HEAD}{LINK}一。\n\n![1]({PIC}/f)\n\n二。\n\n**U**\n\n{HEAD}{LINK}三。\n\n![1]({PIC}/g)\n\n四。{END}"
    )
    assert [entry.summary for entry in post.entries] == ["一。\n\n二。", "三。\n\n四。"]
    assert [images(entry) for entry in post.entries] == [[("figure", "f")], [("figure", "g")]]
    assert not post.problems


def test_an_address_without_a_dot_is_prose_of_a_block_whose_links_come_first(read) -> None:
    (entry,) = read(f"**T**\n\n{HEAD}{LINK}一。\n\nhttp://localhost/a\n\n二。{END}").entries
    assert links(entry) == [("论文链接", "https://a.org/1")]
    assert entry.summary == "一。\n\nhttp://localhost/a\n\n二。"


@pytest.mark.parametrize("label", ["代码链接", "源码链接："])
def test_label_without_an_address(read, label: str) -> None:
    post = read(f"**T**\n\n{HEAD}摘要。\n\n{LINK}{label}\n\n**U**\n\n{HEAD}摘要。\n\n{LINK}{label}{END}")
    assert [links(entry) for entry in post.entries] == [[("论文链接", "https://a.org/1")]] * 2
    assert [(problem.code, problem.position) for problem in post.problems] == [("missing_link", 1), ("missing_link", 2)]


def test_what_stands_in_place_of_an_address_does_not_end_the_last_block(read) -> None:
    post = read(f"**T**\n\n{HEAD}摘要。\n\n代码链接\n\n暂未公开\n\n{LINK}{END}")
    assert links(post.entries[0]) == [("论文链接", "https://a.org/1")]
    assert sorted(codes(post)) == ["missing_link", "unclaimed_line"]


def test_block_without_link_or_title(read) -> None:
    post = read(f"{HEAD}摘要。{END}")
    assert post.entries[0].summary == "摘要。"
    assert sorted(codes(post)) == ["no_link", "no_title"]


def test_lines_that_no_rule_knows_are_told(read) -> None:
    post = read(f"**T**\n\n{HEAD}摘要。\n\n{LINK}莫名其妙的一行。\n\n**U**\n\n{HEAD}摘要。\n\n{LINK}{END}")
    assert [(problem.code, problem.position, problem.line) for problem in post.problems] == [
        ("unclaimed_line", 1, "莫名其妙的一行。")
    ]


@pytest.mark.parametrize(
    ("marks", "sections"),
    [
        (("[ 自然语言处理 ]\n\n", "", "[ 机器学习 ]\n\n"), ["自然语言处理", "自然语言处理", "机器学习"]),
        (("**// 自然语言处理 //**\n\n", "**// 机器学习 //**\n\n", ""), ["自然语言处理", "机器学习", "机器学习"]),
        ((f"[ 自然语言处理 ]![1]({PIC}/b)\n", "", ""), ["自然语言处理"] * 3),
        (("这是 PaperDaily 的第 **17** 篇文章[ 自然语言处理 ]\n", "", ""), ["自然语言处理"] * 3),
        (("[ 自然语言处理 ]\n\n本栏目一共两篇。\n\n", "", ""), ["自然语言处理"] * 3),
        (("", "# IJCAI 2017\n\n", ""), [None, "IJCAI 2017", "IJCAI 2017"]),
        (("", "", ""), [None] * 3),
    ],
)
def test_sections(read, marks: tuple[str, str, str], sections: list[str | None]) -> None:
    blocks = "".join(f"{mark}**T{i}**\n\n{HEAD}摘要。\n\n{LINK}" for i, mark in enumerate(marks))
    post = read(f"开头。\n\n{blocks}{END}")
    assert [entry.section for entry in post.entries] == sections
    assert [entry.title_raw for entry in post.entries] == ["T0", "T1", "T2"]
    assert not post.problems


def test_lines_like_sections_cost_no_look_at_all_others_each(read, monkeypatch) -> None:
    looked_at: list[Line] = []
    is_of_links = blocks._is_of_links

    def look(line: Line) -> bool:
        looked_at.append(line)
        return is_of_links(line)

    monkeypatch.setattr(blocks, "_is_of_links", look)
    read(f"**T**\n\n{HEAD}摘要。\n\n{LINK}" + "[ 机器学习 ]\n\n" * 300)
    assert 300 < len(looked_at) < 3_000


def test_brackets_amid_a_summary_are_no_section(read) -> None:
    post = read(f"**T**\n\n{HEAD}一。\n\n【本文贡献】\n\n二。\n\n{LINK}**U**\n\n{HEAD}摘要。\n\n{LINK}{END}")
    assert post.entries[0].summary == "一。\n\n【本文贡献】\n\n二。"
    assert [entry.section for entry in post.entries] == [None, None]


def test_list_without_recommenders_is_found_by_its_tags(read) -> None:
    blocks = "".join(f"**Title Number {i}**\n\n\\#Tag {i}\n\n第 {i} 篇。\n\n{LINK}" for i in range(3))
    post = read(f"整理了三篇。\n\n{blocks}{END}")
    assert post.kind == "digest"
    assert [(entry.title_raw, entry.recommender, entry.tag) for entry in post.entries] == [
        (f"Title Number {i}", None, f"Tag {i}") for i in range(3)
    ]


def test_a_single_tag_makes_no_digest(read) -> None:
    assert read("**Title**\n\n#话题\n\n正文。").kind == "other"


@pytest.mark.parametrize(
    "body",
    [
        "import numpy\n\n#coding: utf-8\n\nx = load()\n\n#train\n\nfit(x)",
        "**话题一**\n\n#人工智能\n\n讨论。\n\n**话题二**\n\n#深度学习\n\n讨论。\n\nhttps://a.org/1",
    ],
)
def test_tags_that_lead_to_no_links_make_no_digest(read, body: str) -> None:
    assert read(body).kind == "other"


def test_a_recommender_that_got_lost_costs_no_block(read) -> None:
    post = read(
        f"**T**\n\n{HEAD}一。\n\n{LINK}**U**\n\n\\#Lost\n\n二。\n\n{LINK}**V**\n\n{HEAD}三。\n\n{LINK}"
        f"![x]({PIC}/gift)\n\n**#****推 荐 有 礼#**\n\n本期所有入选论文的推荐人\n\n![x]({PIC}/y)\n\n#福利\n\n文字"
    )
    assert [(entry.title_raw, entry.recommender, entry.tag, entry.summary) for entry in post.entries] == [
        ("T", "alice", "Tag One", "一。"),
        ("U", None, "Lost", "二。"),
        ("V", "alice", "Tag One", "三。"),
    ]
    assert not post.problems


@pytest.mark.parametrize(
    "tail",
    [
        f"![x]({PIC}/gift)\n\n![x]({PIC}/qr)\n\n#投 稿 通 道#\n\n文字",
        "我是彩蛋\n\n**解锁新功能：热门职位推荐！**\n\n论文链接\n\nhttps://tail.org",
        "**点击以下标题查看往期推荐：**\n\n- \n[往期的一篇文章](http://w)",
        "**关于PaperWeekly**\n\nPaperWeekly 是一个平台。",
        "▽ 点击 | 阅读原文| 加入社区刷论文",
    ],
)
def test_the_tail_belongs_to_no_paper(read, tail: str) -> None:
    post = read(f"**T**\n\n{HEAD}摘要。\n\n![1]({PIC}/f)\n\n{LINK}{tail}")
    (entry,) = post.entries
    assert (entry.summary, links(entry), images(entry)) == (
        "摘要。",
        [("论文链接", "https://a.org/1")],
        [("figure", "f")],
    )
    assert not post.problems


def test_an_advertisement_amid_the_blocks_does_not_swallow_links(read) -> None:
    post = read(
        f"**T**\n\n{HEAD}摘要。\n\n相关阅读：\n\n[别的](http://w)\n\n**相关活动**\n\n{LINK}**U**\n\n{HEAD}摘要。\n\n{LINK}{END}"
    )
    assert links(post.entries[0]) == [("论文链接", "https://a.org/1")]
    assert [problem.line for problem in post.problems] == ["相关活动"]
    assert post.past_posts == ()


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        ("所以 Word RNN\n 利用了些技巧。", ["所以 Word RNN 利用了些技巧。"]),
        ("这里\n 断开。", ["这里断开。"]),
        ("一句。\n 2. 第二点", ["一句。", "2. 第二点"]),
        (" 本文来自微软，\n很好。", ["本文来自微软，", "很好。"]),
        ("1. 一；\n\n2.二；\n\n• 三 ", ["1. 一；", "2.二；", "• 三"]),
        ("- \n一\n\n- \n二", ["一", "二"]),
        (f"前![x]({PIC}/i)后", ["前后"]),
    ],
)
def test_paragraphs(read, lines: str, paragraphs: list[str]) -> None:
    (entry,) = read(f"**T**\n\n{HEAD}{lines}\n\n{LINK}{END}").entries
    assert entry.summary.split("\n\n") == paragraphs


def test_a_picture_inside_a_sentence_is_a_figure(read) -> None:
    (entry,) = read(f"**T**\n\n{HEAD}前![x]({PIC}/i)后\n\n{LINK}{END}").entries
    assert images(entry) == [("figure", "i")]

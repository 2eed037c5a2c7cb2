"""Notes, collections and articles whose papers are introduced by fields."""

import pytest

PIC = "https://mmbiz.qpic.cn/mmbiz_png"
SITE = "https://www.paperweekly.site/papers"
LEAD = "本期推荐的论文笔记来自 PaperWeekly 社区用户** @Zsank**。本文发表于 ACL 2018。\n\n它很好。\n\n"
CALL = "如果你对本文工作感兴趣，点击底部的**阅读原文**即可查看原论文。\n\n# 关于作者：某某，某大学。\n\n"


def fields(number: int = 1, title: str = "■ 论文 | A Paper\n\n") -> str:
    return f"{title}■ 链接 | {SITE}/{number}\n\n■ 源码 | https://github.com/a/{number}\n\n"


def links(entry) -> list[tuple[str, str]]:
    return [(link.label, link.url_raw) for link in entry.links]


def images(entry) -> list[tuple[str, str]]:
    return [(image.role, image.url_raw.rsplit("/", 1)[-1]) for image in entry.images]


def test_note_with_its_lead(read) -> None:
    head = f"![x]({PIC}/banner)\n\n这是 PaperDaily 的第 **66** 篇文章\n\n{LEAD}{CALL}"
    tail = f"**关于PaperWeekly**\n\n![x]({PIC}/qr)"
    body = f"{head}{fields()}# 论文动机\n\n正文。\n\n![x]({PIC}/f)\n\n{tail}"
    post = read(body)
    (entry,) = post.entries
    assert (post.kind, post.number) == ("note", 66)
    assert (entry.title_raw, entry.recommender, entry.tag, entry.section) == ("A Paper", "Zsank", None, None)
    assert entry.summary == "本期推荐的论文笔记来自 PaperWeekly 社区用户 @Zsank。本文发表于 ACL 2018。\n\n它很好。"
    assert links(entry) == [("链接", f"{SITE}/1"), ("源码", "https://github.com/a/1")]
    assert images(entry) == [("figure", "f")]
    assert not post.problems


@pytest.mark.parametrize(
    "end",
    [
        "如果你对本文工作感兴趣，点击底部的**阅读原文**即可查看原论文。\n\n# 关于作者：某某，某大学。",
        "\n\n如果你对本文工作感兴趣，点击底部的**阅读原文**即可查看原论文。\n\n**关于作者：**某某，某大学。",
        "\n\n关于作者：某某，某大学，研究方向为图像生成。",
    ],
)
def test_ends_of_a_lead(read, end: str) -> None:
    lead = "本期推荐的论文笔记来自社区用户 **@Zsank**。\n\n**主要贡献**\n\n本文很好。"
    (entry,) = read(f"{lead}{end}\n\n{fields()}正文。").entries
    assert (entry.recommender, entry.summary) == ("Zsank", lead.replace("**", ""))


@pytest.mark.parametrize(
    ("tail", "figures"),
    [
        (f"![x]({PIC}/banner)\n\n**点击标题查看更多论文解读：**\n\n[某篇](http://w)", ["f"]),
        (f"**![x]({PIC}/banner)****#****投 稿 通 道#**\n\n文字", ["f"]),
        (f"![x]({PIC}/gift)\n\n△ 戳我领取新年礼物\n\n文字", ["f"]),
        (f"![x]({PIC}/g)\n\n**本文由 AI 学术社区 PaperWeekly 精选推荐，社区**\n\n文字", ["f", "g"]),
    ],
)
def test_the_picture_above_a_part_of_the_tail_is_no_figure(read, tail: str, figures: list[str]) -> None:
    (entry,) = read(f"{LEAD}{CALL}{fields()}# 动机\n\n![x]({PIC}/f)\n\n正文。\n\n{tail}").entries
    assert [name for _, name in images(entry)] == figures


def test_writer_of_the_note_recommends_nothing(read) -> None:
    (entry,) = read(f"{LEAD}{CALL}■ 论文 | A Paper\n\n■ 作者 |Yingjing Lu\n\n■ 链接 | {SITE}/1\n\n正文。").entries
    assert entry.recommender == "Zsank"
    assert links(entry) == [("链接", f"{SITE}/1")]


def test_note_with_two_papers(read) -> None:
    post = read(f"{LEAD}{CALL}{fields(1)}{fields(2, '■ 论文 | B Paper' + chr(10) * 2)}# 动机\n\n正文。")
    assert post.kind == "note"
    assert [(entry.title_raw, links(entry)[0][1]) for entry in post.entries] == [
        ("A Paper", f"{SITE}/1"),
        ("B Paper", f"{SITE}/2"),
    ]
    assert len({entry.summary for entry in post.entries}) == 1


@pytest.mark.parametrize(
    "head",
    ["作者丨某某\n\n学校丨某大学\n\n研究方向丨图像生成\n\n", "©PaperWeekly 原创 · 作者｜某某\n\n单位｜某大学\n\n"],
)
def test_note_that_names_its_writer(read, head: str) -> None:
    (entry,) = read(f"{head}本文要谈一个模型。\n\n{fields()}# 引入\n\n正文。").entries
    assert (entry.recommender, entry.summary) == (None, "本文要谈一个模型。")


def test_what_stands_above_the_number_is_no_lead(read) -> None:
    head = "在这个栏目里，你会读到新论文。\n\n这是 PaperDaily 的第 **66** 篇文章\n\n"
    (entry,) = read(f"{head}本文要谈一个模型。\n\n{fields()}# 引入\n\n正文。").entries
    assert entry.summary == "本文要谈一个模型。"
    (entry,) = read(f"{head}{fields()}作者丨某某\n\n学校丨某大学\n\n本文要谈一个模型。\n\n# 引入\n\n正文。").entries
    assert entry.summary == "本文要谈一个模型。"


def test_note_without_fields_is_an_article(read) -> None:
    post = read("作者丨某某\n\n学校丨某大学\n\n研究方向丨图像生成\n\n本文要谈一个模型。\n\n# 引入\n\n正文。")
    assert (post.kind, post.entries) == ("other", ())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("■ 论文 | A\n\n■ 链接 |\n\nhttps://a.org/1", [("链接", "https://a.org/1")]),
        (
            "■ 论文 | A\n■ 链接 | https://a.org/1\n■ 视频 | https://v.org",
            [("链接", "https://a.org/1"), ("视频", "https://v.org")],
        ),
        ("■ 论文丨A\n\n■ 链接丨[https://a.org/1](https://a.org/1)", [("链接", "https://a.org/1")]),
        (
            "■ 论文 | A\n\n■ 源码 | https://a.org/1\n\nhttps://a.org/2",
            [("源码", "https://a.org/1"), ("源码", "https://a.org/2")],
        ),
        ("■ 论文 | [A](https://a.org/1)", [("论文", "https://a.org/1")]),
        ("■ 论文 | A\n\n■ 解读 | 王某某，某大学硕士\n\n■ 链接 | https://a.org/1", [("链接", "https://a.org/1")]),
    ],
)
def test_fields(read, source: str, expected: list[tuple[str, str]]) -> None:
    (entry,) = read(f"导语。\n\n{source}\n\n# 引入\n\n正文。").entries
    assert entry.title_raw == "A"
    assert links(entry) == expected


def test_a_title_field_of_two_lines(read) -> None:
    (entry,) = read(f"导语。\n\n■ 论文 | A Paper on\n Things\n\n■ 链接 | {SITE}/1\n\n正文。").entries
    assert (entry.title_raw, links(entry)) == ("A Paper on Things", [("链接", f"{SITE}/1")])


def test_a_title_field_without_a_title_takes_no_other_field_for_it(read) -> None:
    post = read(f"导语。\n\n■ 论文 |\n\n■ 链接 | {SITE}/1\n\n正文。")
    assert [(entry.title_raw, links(entry)) for entry in post.entries] == [(None, [("链接", f"{SITE}/1")])]
    assert [problem.code for problem in post.problems] == ["no_title"]


def test_collection_under_headings(read) -> None:
    part = (
        "# {}\n\n![x]("
        + PIC
        + "/t{})\n\n■ 链接 | "
        + SITE
        + "/{}\n\n■ 源码 | https://github.com/a/b\n\n■ 解读 | 某某，某大学硕士\n\n第 {} 篇。\n\n![x]("
        + PIC
        + "/f{})\n\n"
    )
    post = read(
        "下面是几篇。\n\n"
        + "".join(part.format(venue, i, i, i, i) for i, venue in enumerate(("TKDE", "ICML 2017", "ICML 2017")))
    )
    assert post.kind == "list"
    assert [(entry.section, entry.title_raw, entry.summary) for entry in post.entries] == [
        ("TKDE", None, "第 0 篇。"), ("ICML 2017", None, "第 1 篇。"), ("ICML 2017", None, "第 2 篇。"),
    ]  # fmt: skip
    assert [images(entry) for entry in post.entries] == [[("title", f"t{i}"), ("figure", f"f{i}")] for i in range(3)]
    assert not post.problems


def test_collection_with_titles_above_the_fields(read) -> None:
    papers = "".join(f"# ICML 2017\n\n**Paper Number {i}**\n\n■ 链接 | {SITE}/{i}\n\n第 {i} 篇。\n\n" for i in range(4))
    post = read(f"下面是几篇。\n\n{papers}")
    assert [(entry.section, entry.title_raw, entry.summary) for entry in post.entries] == [
        ("ICML 2017", f"Paper Number {i}", f"第 {i} 篇。") for i in range(4)
    ]


def test_yearly_vote(read) -> None:
    papers = "".join(
        f"**No.{i}**\n\n■ 论文 | Paper Number {i}\n\n■ 链接 | {SITE}/{i}\n\n**reader{i}**\n\n第 {i} 篇很好。\n\n"
        for i in range(10)
    )
    post = read(f"评选结果公布。\n\n{papers}")
    assert post.kind == "list"
    assert [entry.title_raw for entry in post.entries] == [f"Paper Number {i}" for i in range(10)]
    assert [entry.section for entry in post.entries] == [None] * 10
    assert post.entries[3].summary == "reader3\n\n第 3 篇很好。"


ARTICLE = "论文标题：\n\nA Study of Things\n\n论文链接：\n\nhttps://arxiv.org/abs/2501.00001\n\n代码链接：\n\nhttps://github.com/a/b\n\n"
BOTH = [("论文链接", "https://arxiv.org/abs/2501.00001"), ("代码链接", "https://github.com/a/b")]


def test_article_of_2025_about_one_paper(read) -> None:
    (entry,) = read(f"近来如何。\n\n我们来看。\n\n{ARTICLE}**引言**\n\n正文。\n\n![x]({PIC}/f)").entries
    assert (entry.title_raw, entry.summary) == ("A Study of Things", "近来如何。\n\n我们来看。")
    assert links(entry) == BOTH
    assert images(entry) == [("figure", "f")]


def test_article_of_2025_that_begins_with_its_fields(read) -> None:
    (entry,) = read(f"{ARTICLE}先说结论。\n\n**引言**\n\n正文。").entries
    assert entry.summary == "先说结论。"


def test_a_word_on_the_writer_at_its_end_makes_no_article_a_lead(read) -> None:
    (entry,) = read(f"{ARTICLE}先说结论。\n\n**引言**\n\n正文。\n\n关于作者：某某，某大学。").entries
    assert entry.summary == "先说结论。"


def test_article_of_2025_about_three_papers(read) -> None:
    parts = "".join(f"**0{i} 小标题**\n\n{ARTICLE.replace('Things', f'Things {i}')}第 {i} 篇。\n\n" for i in range(3))
    post = read(f"本文带来三篇。\n\n{parts}")
    assert post.kind == "note"
    assert [(entry.title_raw, entry.summary) for entry in post.entries] == [
        (f"A Study of Things {i}", f"第 {i} 篇。") for i in range(3)
    ]
    assert all(links(entry) == BOTH for entry in post.entries)


@pytest.mark.parametrize(
    "source",
    [
        ARTICLE.replace("A Study of Things", "A Study\n\nof Things"),
        ARTICLE.replace("标题：\n\n", "标题：").replace("链接：\n\n", "链接："),
        ARTICLE.replace("标题：", "标题").replace("链接：", "链接"),
        "**"
        + ARTICLE.replace("：\n\n", "：**\n\n")
        .replace("\n\n论文链接", "\n\n**论文链接")
        .replace("\n\n代码链接", "\n\n**代码链接"),
        ARTICLE.replace(
            "论文链接：", "论文作者：\n\n甲，乙\n\n收录会议：ICML 2025\n\n作者单位：\n\n某大学\n\n论文链接："
        ),
        ARTICLE.replace("标题：\n\n", "标题 | ").replace("论文链接", "论文来源 | ACL 2019\n\n论文链接"),
        ARTICLE.replace(
            "https://arxiv.org/abs/2501.00001", "[https://arxiv.org/abs/2501.00001](https://arxiv.org/abs/2501.00001)"
        ),
    ],
)
def test_spellings_of_the_fields_of_2025(read, source: str) -> None:
    post = read(f"导语。\n\n{source}正文。")
    (entry,) = post.entries
    assert (entry.title_raw, links(entry), entry.summary) == ("A Study of Things", BOTH, "导语。")
    assert not post.problems


def test_title_picture_under_its_label(read) -> None:
    post = read(f"导语。\n\n论文标题：\n\n![x]({PIC}/t)\n\n论文链接：\n\nhttps://a.org/1\n\n正文。")
    assert [(entry.title_raw, images(entry)) for entry in post.entries] == [(None, [("title", "t")])]
    assert not post.problems


@pytest.mark.parametrize(
    "body",
    [
        "论文标题党不好。\n\n论文题目是怎么定的？\n\n正文。",
        "● 代码：https://github.com/a/b\n\n● 方法：我们说\n\n正文。",
        f"![x]({PIC}/f)\n\n● 代码：https://github.com/a/b",
        "■ 作者 | 某某\n\n正文。",
        "**关于PaperWeekly**\n\n■ 论文 | A\n\n■ 链接 | https://a.org",
    ],
)
def test_articles_without_papers(read, body: str) -> None:
    assert read(body).kind == "other"

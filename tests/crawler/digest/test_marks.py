"""What single lines are: every spelling that was seen, and near misses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.digest import marks
from crawler.pages.lines import Line
from crawler.pages.markdown import lines_of_markdown
from normalize.rules import load_rules


def line(source: str) -> Line:
    (found,) = lines_of_markdown(source)
    return found


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("**@bzhang 推荐**", "bzhang"),
        ("** @c0de 推荐**", "c0de"),
        ("****@zhangjun 推荐****", "zhangjun"),
        ("******@lukepan 推荐******", "lukepan"),
        ("****@zhangjun** 推荐**", "zhangjun"),
        ("****@aforever** 推荐**", "aforever"),
        ("**@Arborday****推荐**", "Arborday"),
        ("**@paperweekly****推荐**", "paperweekly"),
        ("**@vimjian推荐**", "vimjian"),
        ("**@@vimjian 推荐**", "vimjian"),
        ("**@机器之心 推荐**", "机器之心"),
        ("**@993917172 推荐**", "993917172"),
        ("**@Drin_Peng 推荐**", "Drin_Peng"),
        ("@paperweely 推荐", "paperweely"),
        ("＠bzhang 推荐", "bzhang"),
        ("**@bzhang\xa0推荐**", "bzhang"),
        ("@bzhang 推荐：", "bzhang"),
        ("@bzhang 推 荐", "bzhang"),
        ("@two words 推荐", "two words"),
        ("推荐人：@zhkun", "zhkun"),
        ("推荐人丨zhkun", "zhkun"),
        # Near misses.
        ("本期我们带来的是由 PaperWeekly 社区用户**@cb** 创建的", None),
        ("本期推荐的论文笔记来自 PaperWeekly 社区用户** @Zsank**。", None),
        ("**本文由 AI 学术社区 PaperWeekly 精选推荐，社区目前已覆盖**", None),
        ("**解锁新功能：热门职位推荐！**", None),
        (r"**\#****推 荐 有 礼****\#**", None),
        ("本期所有入选论文的推荐人", None),
        ("@bzhang 推荐理由：很好", None),
        ("@bzhang：这篇很好", None),
        ("@bzhang", None),
        ("推荐", None),
        ("本文提出的推荐系统", None),
        ("@ 推荐", None),
    ],
)
def test_recommenders(source: str, name: str | None) -> None:
    assert marks.recommender(line(source)) == name


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        ("#Neural Machine Translation", "Neural Machine Translation"),
        (r"\#Neural Machine Translation", "Neural Machine Translation"),
        ("# Neural Machine Translation", "Neural Machine Translation"),
        (r"\#motion estimation", "motion estimation"),
        ("＃问答", "问答"),
        ("# #Tag", "Tag"),
        (r"**\#****推 荐 有 礼****\#**", None),
        ("Visual Question Answering", None),
        ("#", None),
        ("C# 语言", None),
        ("# 本文提出了一种方法，很好。", None),
    ],
)
def test_tags(source: str, tag: str | None) -> None:
    assert marks.tag(line(source)) == tag


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        ("Visual Question Answering", "Visual Question Answering"),
        ("机器翻译", "机器翻译"),
        ("GAN / VAE", "GAN / VAE"),
        ("本文来自微软，", None),
        ("This is a whole sentence of more than seven words", None),
        ("论文链接", None),
        ("[Tag](http://x)", None),
        ("本文很好。", None),
    ],
)
def test_tags_without_their_mark(source: str, tag: str | None) -> None:
    assert marks.bare_tag(line(source)) == tag


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("[ 自然语言处理 ]", "自然语言处理"),
        ("[自然语言处理]", "自然语言处理"),
        ("[ NLP ]", "NLP"),
        ("**// 计算机视觉 //**", "计算机视觉"),
        ("//机器学习//", "机器学习"),
        ("【机器学习】", "机器学习"),
        ("［ 机器学习 ］", "机器学习"),
        ("[1] Attention is all you need", None),
        ("https://a.org//b//", None),
        ("[ a ](http://x)", None),
        ("[ 这是一段比二十四个字还要长得多得多的方括号里的文字所以不算栏目 ]", None),
        ("自然语言处理", None),
        ("// 注释", None),
    ],
)
def test_sections(source: str, name: str | None) -> None:
    assert marks.section(line(source)) == name


@pytest.mark.parametrize(
    ("rest", "lines"),
    [
        ("", []),
        ("。", []),
        ("[ 自然语言处理 ]", ["[ 自然语言处理 ]"]),
        ("**// 自然语言处理 //**", ["// 自然语言处理 //"]),
        ("![1](https://a.org/b)**Nested LSTMs**", ["", "Nested LSTMs"]),
        (
            "。本期推荐的论文笔记来自 PaperWeekly 社区用户 **@x**。",
            ["本期推荐的论文笔记来自 PaperWeekly 社区用户 @x。"],
        ),
    ],
)
def test_what_got_glued_to_the_number_line(rest: str, lines: list[str]) -> None:
    head, *others = marks.split_number_line(line(f"这是 PaperDaily 的第 **17** 篇文章{rest}"))
    assert head.text.rstrip("。") == "这是 PaperDaily 的第 17 篇文章"
    assert [other.text for other in others] == lines
    assert not others or others[-1].whole_bold == rest.endswith("**")


def test_other_lines_are_not_divided() -> None:
    other = line("这是作者的第 2 个模型，见文献 [ 自然语言处理 ]")
    assert marks.split_number_line(other) == [other]


@pytest.mark.parametrize(
    ("source", "caption"),
    [
        ("**▲**论文模型：点击查看大图", True),
        ("**▲ **图1. 关系抽取示例", True),
        ("△ 图 2", True),
        ("▽ 点击 | 阅读原文| 加入社区刷论文", False),
        ("图 1：模型", False),
    ],
)
def test_captions(source: str, caption: bool) -> None:
    assert marks.is_caption(line(source)) is caption


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("论文链接", "论文链接"),
        (" 论文链接", "论文链接"),
        ("**代码链接：**", "代码链接"),
        ("源码链接:", "源码链接"),
        ("数据集链接", "数据集链接"),
        ("笔记链接", "笔记链接"),
        ("论文笔记", "论文笔记"),
        ("■ 源码 |", "源码"),
        ("GitHub 链接", "GitHub链接"),
        ("代码链接（PyTorch）", "代码链接（PyTorch）"),
        ("视频链接", "视频链接"),
        ("Code", "Code"),
        ("通过各种指代链接技术，", None),
        ("点击下面的链接。", None),
        ("本文的论文和代码都可以在这里找到", None),
        ("链接预测", None),
    ],
)
def test_labels(source: str, label: str | None) -> None:
    found = marks.label(line(source))
    assert (found and found[0]) == label


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("论文链接：https://a.org/1", [("论文链接", "https://a.org/1")]),
        (
            "**论文链接：** https://a.org/1 https://a.org/2",
            [("论文链接", "https://a.org/1"), ("论文链接", "https://a.org/2")],
        ),
        (
            "**论文详细解读：**[综述 | 附资料](http://mp.weixin.qq.com/s?a)",
            [("论文详细解读", "http://mp.weixin.qq.com/s?a")],
        ),
        ("■ 链接 | https://a.org/1", [("链接", "https://a.org/1")]),
        ("■ 源码丨github.com/a/b", [("源码", "github.com/a/b")]),
        ("Code: https://a.org/1", [("Code", "https://a.org/1")]),
        ("论文链接 https://a.org/1", [("论文链接", "https://a.org/1")]),
        ("源码链接https://a.org/1", [("源码链接", "https://a.org/1")]),
        ("**论文链接** [https://a.org/1](https://b.org)", [("论文链接", "https://a.org/1")]),
        ("可以在这里下载 https://a.org/1", []),
        ("代码见 https://a.org/1", []),
        ("论文链接：", []),
        ("链接：见文末", []),
        ("https://a.org/1", []),
        ("（上一篇是 MoreMNAS：https://a.org/2740）", []),
        ("本文方法：https://a.org/1", []),
        ("论文：我们在 https://a.org/1 公开了全部的模型与数据，欢迎使用。", []),
    ],
)
def test_labels_with_what_they_label(source: str, expected: list[tuple[str, str]]) -> None:
    assert marks.inline_label(line(source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[论文链接](https://a.org/1)", [("论文链接", "https://a.org/1")]),
        ("[论文](u) | [代码](v) | [项目主页](w)", [("论文", "u"), ("代码", "v"), ("项目主页", "w")]),
        ("[论文链接](u)见这里", []),
        ("[某篇文章](u)", []),
        ("论文链接", []),
    ],
)
def test_labels_that_are_links(source: str, expected: list[tuple[str, str]]) -> None:
    assert marks.linked_labels(line(source)) == expected


@pytest.mark.parametrize(
    ("source", "addresses"),
    [
        ("https://www.paperweekly.site/papers/1929", ["https://www.paperweekly.site/papers/1929"]),
        ("http://www.paperweekly.site/papers/notes/397", ["http://www.paperweekly.site/papers/notes/397"]),
        ("https://github.com/XiaohangZhan/cdp/", ["https://github.com/XiaohangZhan/cdp/"]),
        ("https://www.dropbox.com/sh/a/b?dl=0", ["https://www.dropbox.com/sh/a/b?dl=0"]),
        ("http://www.dabi.temple.edu/~hbling/code/x.rar", ["http://www.dabi.temple.edu/~hbling/code/x.rar"]),
        ("http://t.cn/EAH5JxS", ["http://t.cn/EAH5JxS"]),
        ("github.com/a/b", ["github.com/a/b"]),
        ("www.a.org/x", ["www.a.org/x"]),
        ("https://a.org/1, https://a.org/2", ["https://a.org/1", "https://a.org/2"]),
        ("https://a.org/1、https://a.org/2", ["https://a.org/1", "https://a.org/2"]),
        ("https://pan.baidu.com/s/1 提取码: abcd", ["https://pan.baidu.com/s/1"]),
        ("https://a.org/1。", ["https://a.org/1"]),
        ("详见 https://a.org/1。", []),
        ("[https://a.org/1](https://a.org/1?spm=x)", ["https://a.org/1"]),
        ("[点击查看](https://a.org/1)", ["https://a.org/1"]),
        ("可以用于实现http://yann.lecun.com/exdb/publis/pdf/lecun-06.pdf，它的作者认为这很好。", []),
        ("见[这篇文章](https://a.org/1)里的详细介绍以及文末的参考文献。", []),
        ("Node.js", []),
        ("PointNet++", []),
        ("论文链接", []),
    ],
)
def test_addresses(source: str, addresses: list[str]) -> None:
    assert marks.addresses(line(source)) == addresses


def test_a_linked_title_prints_no_address() -> None:
    assert marks.printed_addresses(line("[一篇文章](https://a.org/1)")) == []
    assert marks.printed_addresses(line("[https://a.org/1](https://b.org)")) == ["https://a.org/1"]
    assert marks.shows_address(line("论文：https://a.org/1"))
    assert not marks.shows_address(line("论文：[一篇](https://a.org/1)"))


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ("■ 论文 | Attention Is All You Need", ("论文", "Attention Is All You Need", [])),
        ("■ 论文丨Deep: A Study", ("论文", "Deep: A Study", [])),
        ("■ 作者 |Yingjing Lu", ("作者", "Yingjing Lu", [])),
        ("**■ 链接 |** https://a.org/1", ("链接", "https://a.org/1", ["https://a.org/1"])),
        ("■ 源码 | [https://a.org/1](https://a.org/1)", ("源码", "https://a.org/1", ["https://a.org/1"])),
        ("■ 论文", ("论文", "", [])),
        ("● 论文标题：X", ("论文标题", "X", [])),
        ("论文 | X", None),
        ("■ 这一行太长了所以它不会是一个字段 | X", None),
    ],
)
def test_fields(source: str, field: tuple[str, str, list[str]] | None) -> None:
    assert marks.field(line(source)) == field


@pytest.mark.parametrize("table", ["tail", "past", "series", "title_series"])
def test_every_pattern_of_the_table_finds_its_example_and_no_other_does_its_work(table: str) -> None:
    rows = load_rules("marks")[table]
    find = "match" if table in ("tail", "past") else "search"
    for row, pattern in zip(rows, marks.patterns(table), strict=True):
        assert getattr(pattern, find)(row["example"]), row
        assert sum(bool(getattr(other, find)(row["example"])) for other in marks.patterns(table)) == 1, row


@pytest.mark.parametrize(
    "source",
    [
        "**本文由 AI 学术社区 PaperWeekly 精选推荐，社区目前已覆盖**",
        "** 本文由 AI 学术社区 PaperWeekly 精选推荐**",
        "****本文由 AI 学术社区 PaperWeekly 精选推荐****",
        "我是彩蛋",
        "**解锁新功能：热门职位推荐！**",
        "** 相关活动**",
        "**#****推 荐 有 礼#**",
        r"**\#****推 荐 有 礼****\#**",
        "****# ****高 能 提 醒 #**",
        "**榜 单 公 布**",
        "投 稿 通 道",
        "作 者 招 募",
        r"\#投稿通道\#",
        "本期所有入选论文的推荐人",
        "**关于PaperWeekly**",
        "******关于 PaperWeekly******",
        "▽ 点击 | 阅读原文| 加入社区刷论文",
        "▽ 点击 |阅读原文|获取更多论文推荐",
        "📝 **来稿标准：**",
        "现在，在「知乎」也能找到我们了",
    ],
)
def test_beginnings_of_the_tail(source: str) -> None:
    assert marks.is_tail(line(source))


@pytest.mark.parametrize(
    "source",
    [
        "本文由清华大学与 PaperWeekly 的作者完成，提出了一种推荐方法。",
        "相关活动的识别是一个难题",
        "我是彩蛋的作者",
        "这篇文章的新颖之处有两点：",
        "**Squeeze**",
        "本文提出的 PaperWeekly 数据集",
        "点击率预测",
        "# 推荐系统",
        "点击本文底部的「**阅读原文**」即刻加入社区，查看更多最新论文推荐。",
    ],
)
def test_what_begins_no_tail(source: str) -> None:
    assert not marks.is_tail(line(source))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**点击以下标题查看往期推荐：**", True),
        ("**点击标题查看更多论文解读：**", True),
        ("点击以下标题查看相关内容：", True),
        ("往期推荐", True),
        ("推荐阅读：", True),
        ("往期论文推荐：", True),
        ("**往期精彩回顾**", True),
        ("▼ 往期推荐 ▼", True),
        ("**# 往 期 推 荐 #**", True),
        ("🔍 点击以下标题 查看更多往期内容：", True),
        ("往期我们推荐了许多论文，今天继续。", False),
        ("点击阅读原文", False),
    ],
)
def test_heads_of_past_posts(source: str, expected: bool) -> None:
    assert marks.heads_past_posts(line(source)) is expected


PIECES = [
    "论文链接", "链接", "http", "https://github.com/a/b", "www.a.cn", "arxiv.org/abs/1", "：", ":", "|", " ", ".",
    "#", "@a 推荐", "推荐人：b", "本文提出", "这是一句很长很长很长很长的话", "[论文链接](https://a.cn/b)",
    "**粗**", "[c](d)", "■", "▲", "http://localhost/a",
]  # fmt: skip
LINES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join).map(lines_of_markdown)


@settings(max_examples=500)
@given(LINES)
def test_short_ways_are_none_to_another_place(lines: list[Line]) -> None:
    for found in lines:
        no_label = marks.label(found) is None and not marks.linked_labels(found) and not marks.inline_label(found)
        assert no_label or not (marks.is_mere_text(found) or marks.is_printed_address(found))
        if marks.is_printed_address(found):
            assert marks.addresses(found) == marks.printed_addresses(found) == [found.text]
        assert found.has_links == bool(found.links)


def test_labels_begin_no_address() -> None:
    table = load_rules("labels")
    labels = [label for row in table["role"] for label in row["labels"]] + table["suffixes"] + table["details"]
    assert not [label for label in labels if marks.is_printed_address(Line(f"{label}://a"))]


@given(st.lists(LINES, max_size=4).map(lambda parts: [found for part in parts for found in part]))
def test_recommenders_and_tags_of_many_lines_are_those_of_each(lines: list[Line]) -> None:
    named = [(at, marks.recommender(found)) for at, found in enumerate(lines)]
    assert marks.recommenders(lines) == [(at, name) for at, name in named if name is not None]
    assert marks.tags(lines) == [at for at, found in enumerate(lines) if marks.tag(found) is not None]


@pytest.mark.parametrize("length", range(10, 14))
@pytest.mark.parametrize("mark", ["■", "■ ", ""])
def test_the_end_of_a_label_is_looked_for_as_far_as_the_patterns_reach(length: int, mark: str) -> None:
    text = f"{mark}{'论' * (length - 2)}链接 ：https://a.cn/b"
    pattern = marks._FIELD if mark else marks._INLINE_LABEL
    found = pattern.fullmatch(text)
    assert found is None or found.start("rest") <= marks._LONGEST_HEAD

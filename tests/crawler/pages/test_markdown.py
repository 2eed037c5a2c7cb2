import pytest

from crawler.pages.lines import Line
from crawler.pages.markdown import lines_of_markdown


def one(source: str) -> Line:
    lines = lines_of_markdown(source)
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**Nested LSTMs**", "Nested LSTMs"),
        ("** @c0de 推荐**", "@c0de 推荐"),
        ("******@lukepan 推荐******", "@lukepan 推荐"),
        ("****@zhangjun** 推荐**", "@zhangjun 推荐"),
        ("**@Arborday****推荐**", "@Arborday推荐"),
        (r"\#Neural Machine Translation", "#Neural Machine Translation"),
        (r"**\#****推 荐 有 礼****\#**", "#推 荐 有 礼#"),
        (r"a\_b \[c\] \\ d", r"a_b [c] \ d"),
        ("***Camera Style Adaptation***", "Camera Style Adaptation"),
        ("一个 GPU*一周", "一个 GPU*一周"),
        ("大小为 4000*4000*3 的图", "大小为 4000*4000*3 的图"),
        ("参数 *θ* 的", "参数 θ 的"),
        ("&lt;b&gt; &amp; &#8217; &nbsp;x", "<b> & ’ x"),
        ("https://a.org/?x=1&copy=2", "https://a.org/?x=1&copy=2"),
        ("> 引用的一句", "引用的一句"),
        ("<span style='x'>字</span>", "字"),
        ("<https://arxiv.org/abs/1801.00001>", "https://arxiv.org/abs/1801.00001"),
    ],
)
def test_text_of_a_line(source: str, text: str) -> None:
    assert one(source).text == text


def test_split_bold_is_two_runs() -> None:
    line = one("**BBQ-Networks: Efficient****Exploration in Deep Learning**")
    assert [run.text for run in line.runs if run.text] == ["BBQ-Networks: Efficient", "Exploration in Deep Learning"]
    assert line.whole_bold


@pytest.mark.parametrize(
    ("source", "heading", "text"),
    [
        ("# Neural Machine Translation", True, "Neural Machine Translation"),
        ("## 标题 ##", True, "标题"),
        ("#Neural Machine Translation", False, "#Neural Machine Translation"),
        ("####### x", False, "####### x"),
        ("**# x**", False, "# x"),
    ],
)
def test_headings(source: str, heading: bool, text: str) -> None:
    line = one(source)
    assert (line.heading, line.text) == (heading, text)


def test_underlined_heading() -> None:
    first, second = lines_of_markdown("标题\n====\n正文")
    assert (first.text, first.heading, second.text, second.heading) == ("标题", True, "正文", False)


@pytest.mark.parametrize("rule", ["---", "***", "* * *", "- - -", "___", "```", "```python", "   ", "===="])
def test_rules_and_fences_are_no_lines(rule: str) -> None:
    assert [line.text for line in lines_of_markdown(f"上\n\n{rule}\n\n下")] == ["上", "下"]


@pytest.mark.parametrize(
    "source", ["- \n[标题](http://a)", "-\n\n[标题](http://a)", "- [标题](http://a)", "* [标题](http://a)"]
)
def test_items_with_their_text_beside_or_below(source: str) -> None:
    line = one(source)
    assert line.item
    assert line.links == [("标题", "http://a")]


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("[a](http://x)[b](http://y)", [("a", "http://x"), ("b", "http://y")]),
        ("[](http://x)[b](http://y)", [("b", "http://y")]),
        (r"[a \[b\] **c**](http://x)", [("a [b] c", "http://x")]),
        ("[[ICLR] 一篇](http://x)", [("[ICLR] 一篇", "http://x")]),
        ("[a](https://en.wikipedia.org/wiki/A_(b))", [("a", "https://en.wikipedia.org/wiki/A_(b)")]),
        ('[a](http://x "title")', [("a", "http://x")]),
        ("[ 自然语言处理 ]", []),
        ("[a] (b)", []),
    ],
)
def test_links(source: str, links: list[tuple[str, str]]) -> None:
    assert one(source).links == links


P = "https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/KEY"


@pytest.mark.parametrize(
    ("source", "address"),
    [
        (f"![640?]({P}/640?)", f"{P}/640?"),
        (f"![0.png]({P}/0.png)", f"{P}/0.png"),
        (
            f"![640?wx_fmt=png&wxfrom=5]({P}/640?wx_fmt=png&wxfrom=5&wx_lazy=1)",
            f"{P}/640?wx_fmt=png&wxfrom=5&wx_lazy=1",
        ),
        (f"![?]({P}/?)", f"{P}/?"),
        (f"![KEY]({P}/)", f"{P}/"),
        (f"[![640]({P}/640)](http://x)", f"{P}/640"),
        (f'<img src="{P}/640" width="10"/><br/>', f"{P}/640"),
    ],
)
def test_pictures(source: str, address: str) -> None:
    assert one(source).image == address


def test_caption_glued_to_the_last_thumbnail() -> None:
    lines = lines_of_markdown(f"![640]({P}1/640)![640]({P}2/640)**▲**论文模型：点击查看大图")
    assert [line.image or line.text for line in lines] == [f"{P}1/640", f"{P}2/640", "▲论文模型：点击查看大图"]


def test_line_break_element() -> None:
    assert [line.text for line in lines_of_markdown("上<br>下<br />末")] == ["上", "下", "末"]

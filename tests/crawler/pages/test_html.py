import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.pages.html import DeepMarkup, HostileMarkup, cut_box, lines_of_html, lines_of_html_with_soup

READERS = pytest.mark.parametrize("reader", [lines_of_html, lines_of_html_with_soup])


def shown(markup: str) -> list[str]:
    """What both readers show; they must agree."""
    lines = lines_of_html(markup)
    assert lines == lines_of_html_with_soup(markup)
    return [line.text or f"<{line.image}>" for line in lines]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a</p><p>b</p>", ["a", "b"]),
        ("<p>a<br>b<br/>c</p>", ["a", "b", "c"]),
        ("<section><section><p>a</p></section>b</section>", ["a", "b"]),
        ("<div>a<div>b</div>c</div>", ["a", "b", "c"]),
        ("<p><span>a</span><span>b</span></p>", ["ab"]),
        ("<p><strong>a</strong>\n<em>b</em></p>", ["a b"]),
        ("<table><tr><td>a</td><td>b</td></tr></table>", ["a", "b"]),
        ("<p>a &amp; b &lt;c&gt;&nbsp;d&#8217;</p>", ["a & b <c> d’"]),
        ("<p></p><p>&nbsp;</p><p><br></p><p>\u200b</p>", []),
        ("<p>a<script>b</script><style>c</style><!-- d --><noscript>e</noscript>f</p>", ["af"]),
        ("<p>a</p><div class='article-copyright'>版权声明</div><p>b</p>", ["a", "b"]),
        ("<p>a</p><div class='x hide-article-box y'>阅读全文</div>", ["a"]),
        ("<p>a</p><p style='display : none'>b</p><p style='color:red'>c</p>", ["a", "c"]),
        ("<section style='visibility: hidden; opacity: 0'><p>a</p></section>", ["a"]),
        ("<p><img data-src='u' src='data:image/gif;base64,x'></p>", ["<u>"]),
        ("<p><img src='data:image/gif;base64,x'>a</p>", ["a"]),
        ("<p><img src=' u '><img src='v'>a<img src='w'>b</p>", ["<u>", "<v>", "ab"]),
        ("<p>x<sup>2</sup></p>", ["x2"]),
        ("<pre>a\nb</pre>", ["a b"]),
        ("a<h1>b</h1>c", ["a", "b", "c"]),
    ],
)
def test_what_a_reader_sees(markup: str, expected: list[str]) -> None:
    assert shown(markup) == expected


@READERS
@pytest.mark.parametrize(
    ("markup", "bold"),
    [
        ("<p><b>a</b></p>", True),
        ("<p><strong><span>a</span></strong></p>", True),
        ("<p style='font-weight: bold'>a</p>", True),
        ("<p><span style='color:red;font-weight:700;'>a</span></p>", True),
        ("<section style='font-weight:600'><p>a</p></section>", True),
        ("<p style='font-weight:bold'><span style='font-weight: normal'>a</span></p>", False),
        ("<p style='font-weight:bold'>x</p><p>a</p>", False),
        ("<p><span style='font-weight: 400'>a</span></p>", False),
        ("<h1>a</h1>", False),
    ],
)
def test_bold_by_element_and_by_style(reader, markup: str, bold: bool) -> None:
    assert reader(markup)[-1].whole_bold is bold


@READERS
def test_headings_and_items(reader) -> None:
    heading, item, plain = reader("<h2>a</h2><ul><li><p>b</p></li></ul><p>c</p>")
    assert (heading.heading, heading.item) == (True, False)
    assert (item.heading, item.item) == (False, True)
    assert (plain.heading, plain.item) == (False, False)


@READERS
def test_links(reader) -> None:
    (line,) = reader("<p><a href='u'><span>a</span>b</a> <a href='#_4'>c</a><a href='javascript:;'>d</a><a>e</a></p>")
    assert line.links == [("ab", "u")]
    assert line.text == "ab cde"


@READERS
def test_neatly_printed_markup_does_not_indent(reader) -> None:
    lines = reader("<div>\n    <p>\n      <span>本文</span>\n    </p>\n    <p> 接着</p>\n</div>")
    assert [(line.text, line.indented) for line in lines] == [("本文", False), ("接着", True)]


@READERS
def test_neighbouring_bold_elements_are_two_runs(reader) -> None:
    (line,) = reader("<p><strong>Efficient</strong><strong>Exploration</strong></p>")
    assert [run.text for run in line.runs] == ["Efficient", "Exploration"]


def test_markup_too_deep_for_lxml_is_read_by_the_other_reader() -> None:
    markup = "<div>" * 400 + "<p>内容</p>" + "</div>" * 400 + "<p>其后</p>"
    with pytest.raises(DeepMarkup):
        lines_of_html(markup)
    assert [line.text for line in lines_of_html_with_soup(markup)] == ["内容", "其后"]


def test_both_readers_agree_on_random_markup() -> None:
    pick = random.Random(7)
    pieces = [
        "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<span style='font-weight:bold'>", "</span>", "<br>", "文",
        " x ",        "<img src='u'>", "<ul><li>项</li></ul>", "<a href='v'>链</a>", "\n", "<h2>题</h2>", "&nbsp;",
    ]  # fmt: skip
    for _ in range(200):
        # Balanced markup only: each reader mends broken markup in its own way.
        inner = "".join(pick.choice(pieces[8:]) for _ in range(6))
        markup = "".join(f"<{tag}>{inner}</{tag}>" for tag in pick.choices(["p", "div", "section"], k=4))
        shown(markup)


BOX = '<div id="article_content" class="x">'


@pytest.mark.parametrize(
    ("page", "article", "closed"),
    [
        (f"<html>{BOX}a<div>b</div>c</div><div>d</div>", f"{BOX}a<div>b</div>c</div>", True),
        ("<div class='y' id='article_content'>a</div>", "<div class='y' id='article_content'>a</div>", True),
        ("<div id=article_content>a</div>z", "<div id=article_content>a</div>", True),
        ("<article id=article_content>a</article>z", "<article id=article_content>a", True),
        (f"<article>{BOX}a<div>b</article><p>菜单</p>", f"{BOX}a<div>b", True),
        (f"<article>{BOX}a<article>b</article>c</div>d</article>", f"{BOX}a<article>b</article>c</div>", True),
        (f"{BOX}a<script>x('</div>')</script>b</div>z", f"{BOX}a<script>x('</div>')</script>b</div>", True),
        (f"{BOX}a<!-- </div> <div> -->b</div>z", f"{BOX}a<!-- </div> <div> -->b</div>", True),
        (f"{BOX}a<style>p{{}}/*</div>*/</style>b</div>z", f"{BOX}a<style>p{{}}/*</div>*/</style>b</div>", True),
        (f"{BOX.upper().replace('ARTICLE_CONTENT', 'article_content')}a</DIV>z", None, True),
        (f"{BOX}a<div>b", f"{BOX}a<div>b", False),
    ],
)
def test_cut_box(page: str, article: str | None, closed: bool) -> None:
    found = cut_box(page, "article_content")
    assert found is not None
    assert found[2] is closed
    if article is not None and closed:
        assert found[1] == article
        assert page[found[0] :].startswith(found[1][:10])


@pytest.mark.parametrize(
    "page",
    [
        "", "<p>article_content</p>", '<div id="article_content_2">a</div>', "<style>#article_content{}</style>",
        '<script>get("article_content")</script>', '<div class="article_content">a</div>',
    ],
)  # fmt: skip
def test_no_box(page: str) -> None:
    assert cut_box(page, "article_content") is None


@pytest.mark.parametrize("before", [0, 1, 9_999, 19_999, 20_000, 20_001, 55_555])
def test_a_tag_with_thousands_of_attributes_is_refused_wherever_it_stands(before):
    attributes = " ".join(f"a{number}=1" for number in range(5_001))
    with pytest.raises(HostileMarkup, match="attributes"):
        lines_of_html(f"<p>{'-' * before}</p><p {attributes}>text</p>")


def test_a_long_picture_in_the_page_itself_is_harmless():
    assert shown(f"<p><img src='data:image/png;base64,{'A' * 80_000}=='>text</p>") == ["text"]


@READERS
@pytest.mark.parametrize("inner", ["<a>a</a>", "<a href='u'>a</a>", "<img>a", "<br>a", "<b>a</b>", "<i>a</i>"])
def test_what_stands_in_a_heading_or_an_item_stays_in_it(reader, inner: str) -> None:
    assert reader(f"<h2>{inner}</h2>")[0].heading
    assert reader(f"<ul><li>{inner}</li></ul>")[0].item


def element(tags: str, inner: list[str]) -> str:
    """``ul|li``: one in the other."""
    names = tags.split("|")
    return "".join(f"<{name}>" for name in names) + "".join(inner) + "".join(f"</{n.split()[0]}>" for n in names[::-1])


def elements(tags: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(element, st.sampled_from(tags.split(";")), st.lists(inner, max_size=3))


TEXTS = st.sampled_from(["文", " x ", "\n", "\n  ", " ", "\u200b", "a  b"])
LEAVES = TEXTS | st.sampled_from(["<br>", "<img>", "<img src='u'>", "<img src='u' style='display:none'>"])
INLINE = LEAVES | elements(
    "b;i;a;a href='v';i style='font-weight:bold';i class='katex-mathml';button;em style='x:y'", LEAVES
)
BLOCKS = elements("p;p style='display:none';p style='font-weight:600';h2;h2 style='font-weight:bold';ul|li", INLINE)


@settings(deadline=None)
@given(st.lists(elements("div;section;blockquote;div class='katex-mathml'", INLINE | BLOCKS), max_size=3).map("".join))
def test_both_readers_agree_on_any_tree(markup: str) -> None:
    # Of several spaces that are alone in an element BeautifulSoup keeps one; they show nothing.
    shown(re.sub("> +<", "> <", markup))


@READERS
@given(text=st.text(st.sampled_from("文a \n\xa0\u200b"), max_size=5), around=st.sampled_from(["p", "h2", "ul|li"]))
def test_a_text_is_the_same_line_alone_in_its_element_as_beside_another(reader, text: str, around: str) -> None:
    """The first is the short way, the second the general one."""
    assert reader(element(around, [text])) == reader(element(around, [text, "<i></i>"]))


@pytest.mark.parametrize("inner", ["<div>b</div>", "<!-- <div id='content_views'> -->", "<article>b</article>", ""])
@pytest.mark.parametrize("end", ["</div>", "", "</div></article>", "</article>"])
def test_a_box_in_a_box_is_the_same_by_tags_that_are_known(inner: str, end: str) -> None:
    page = f"<article>x{BOX}{inner}<div><div id='content_views'>a{inner}{end}c{inner}</div>{inner}</div>y</article>z"
    box = cut_box(page, "article_content")
    assert box is not None
    assert cut_box(box.markup, "content_views", box.tags) == cut_box(box.markup, "content_views")
    assert [box.markup[at] for at, _, _ in box.tags] == ["<"] * len(box.tags)

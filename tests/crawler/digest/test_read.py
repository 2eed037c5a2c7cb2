"""What must hold of any post, in any form."""

import html
import random
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.digest import marks, read_post
from crawler.digest.blocks import find_anchors, read_blocks
from crawler.pages import read_page
from crawler.pages.lines import Line, Run
from crawler.pages.markdown import lines_of_markdown
from normalize.model import Entry, Image, Link
from normalize.text import clean_text

REPOSITORY = Path(__file__).resolve().parents[3]

WORDS = st.lists(
    st.sampled_from(["Deep", "Graph", "Networks", "Learning", "for", "BERT", "3D", "GAN-based", "A", "Zero-Shot"]),
    min_size=2,
    max_size=8,
).map(" ".join)
PROSE = st.lists(
    st.sampled_from(["本文提出", "一个模型", "在三个", "数据集", " CNN ", "，", "取得了", "注意力"]),
    min_size=1,
    max_size=9,
).map(lambda words: clean_text("本文" + "".join(words)) + "。")
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{1,12}", fullmatch=True)
NUMBERS = st.integers(1, 9999)


@st.composite
def entries(draw: st.DrawFn, position: int) -> Entry:
    """A paper as a digest may print it."""
    figures = [f"https://mmbiz.qpic.cn/mmbiz_png/F{draw(NUMBERS)}/640" for _ in range(draw(st.integers(0, 2)))]
    badge = (
        [Image(role="badge", url_raw=f"https://mmbiz.qpic.cn/mmbiz_png/B{position}/640")] if draw(st.booleans()) else []
    )
    pairs = [("论文链接", f"https://www.paperweekly.site/papers/{draw(NUMBERS)}")]
    pairs += [
        (label, f"https://github.com/a/{draw(NUMBERS)}")
        for label in draw(st.sampled_from([[], ["源码链接"], ["代码链接", "数据集链接"]]))
    ]
    return Entry(
        position=position,
        section=None,
        title_raw=draw(WORDS),
        recommender=draw(NAMES),
        tag=draw(WORDS),
        summary="\n\n".join(draw(st.lists(PROSE, min_size=1, max_size=4))),
        links=tuple(Link(label=label, url_raw=address) for label, address in pairs),
        images=tuple(badge + [Image(role="figure", url_raw=address) for address in figures]),
    )


POSTS = st.integers(1, 4).flatmap(lambda count: st.tuples(*(entries(i + 1) for i in range(count))))


def printed_lines(entry: Entry) -> list[tuple[str, str]]:
    """Kind and text of the lines of a block."""
    badge = [("picture", image.url_raw) for image in entry.images if image.role == "badge"]
    figures = [("picture", image.url_raw) for image in entry.images if image.role == "figure"]
    links = [line for link in entry.links for line in (("text", link.label), ("text", link.url_raw))]
    return [
        *badge,
        ("bold", entry.title_raw or ""),
        ("bold", f"@{entry.recommender} 推荐"),
        ("tag", f"#{entry.tag}"),
        *(("text", paragraph) for paragraph in entry.summary.split("\n\n")),
        *figures,
        *links,
    ]


def as_markdown(lines: list[tuple[str, str]]) -> bytes:
    forms = {"picture": "![640]({})", "bold": "**{}**", "tag": "\\{}", "text": "{}"}
    head = "# 题目 - Paper weekly - CSDN博客\n\n2018年06月21日 14:06:37[Paper_weekly](https://me.csdn.net/u)阅读数：591\n\n"
    return (head + "\n\n".join(forms[kind].format(text) for kind, text in lines)).encode()


def as_html(lines: list[tuple[str, str]]) -> bytes:
    forms = {
        "picture": '<p><img src="{}"></p>',
        "bold": "<p><strong>{}</strong></p>",
        "tag": "<p>{}</p>",
        "text": "<section><p><span>{}</span></p></section>",
    }
    body = "\n".join(forms[kind].format(html.escape(text)) for kind, text in lines)
    return (
        '<!DOCTYPE html><html><head><title>x</title></head><body><h1 class="title-article">题目</h1>'
        '<span class="time">2018年06月21日 14:06:37</span><a class="follow-nickName">Paper_weekly</a>'
        '<span class="read-count">阅读数：591</span>'
        f'<div id="article_content"><div id="content_views">{body}</div></div></body></html>'
    ).encode()


@settings(max_examples=120, deadline=None)
@given(POSTS)
def test_a_printed_post_is_read_back_in_both_forms(printed: tuple[Entry, ...]) -> None:
    lines = [line for entry in printed for line in printed_lines(entry)]
    lines.append(("bold", "本文由 AI 学术社区 PaperWeekly 精选推荐，社区目前已覆盖"))
    markdown = read_post(read_page(as_markdown(lines), name="a.md"))
    page = read_post(read_page(as_html(lines)))
    assert markdown.entries == printed
    assert page.entries == printed
    assert (markdown.title, markdown.published, markdown.reads, markdown.author) == (
        page.title,
        page.published,
        page.reads,
        page.author,
    )
    assert not markdown.problems
    assert not page.problems


SHARDS = st.sampled_from(
    [
        "**A Title**",
        "**@alice 推荐**",
        "#Tag",
        "论文链接",
        "https://a.org/1",
        "本文很好。",
        "![x](https://p/1)",
        "代码链接：",
        "[ 机器学习 ]",
        "**▲**图",
        "论文链接：https://b.org/2",
        "# ICML 2017",
        "■ 论文 | X",
        "■ 链接 | https://c.org",
        "论文标题：",
        "往期推荐：",
        "[甲甲](u)",
        "我是彩蛋",
        "【小节】",
        "[论文](u) | [代码](v)",
        "Visual Question Answering",
        "作者丨某某",
        "前![x](https://p/2)后",
        " 断句",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(SHARDS, max_size=30))
def test_any_order_of_lines_gives_a_post(shards: list[str]) -> None:
    post = read_post(read_page(("正文\n\n" + "\n\n".join(shards)).encode(), name="a.md"))
    assert [entry.position for entry in post.entries] == list(range(1, len(post.entries) + 1))
    assert (post.kind == "other") == (not post.entries)
    assert all(problem.position is None or 1 <= problem.position <= len(post.entries) for problem in post.problems)


@settings(max_examples=300, deadline=None)
@given(st.lists(SHARDS, min_size=1, max_size=20))
def test_every_line_of_a_block_is_claimed_or_told(shards: list[str]) -> None:
    """Of a block that is not the last, whose end no mark decides: nothing is lost in silence."""
    marked = [f"{shard}" for shard in shards if "推荐**" not in shard and not shard.startswith("#")]
    source = "\n\n".join(["**T**", "**@a 推荐**", "#Tag", *marked, "**U**", "**@b 推荐**", "#Tag", "摘要。"])
    lines = lines_of_markdown(source)
    anchors = find_anchors(lines)
    found, problems = read_blocks(lines, anchors)
    first = found[0]
    told = [problem.line or "" for problem in problems]
    kept = "\n".join(
        [
            first.summary,
            *(f"{link.label} {link.url_raw}" for link in first.links),
            *(image.url_raw for image in first.images),
            *told,
            *(f"{entry.title_raw} {entry.section} {[image.url_raw for image in entry.images]}" for entry in found),
        ]
    )
    body = lines[anchors[0].body + 1 : anchors[1].body - 1]
    last_link = max((at for at, line in enumerate(body) if _is_of_links(line)), default=-1)
    for at, line in enumerate(body):
        if at > last_link >= 0 and marks.section(line):
            # A section without papers: the next mark follows at once.
            continue
        assert any(word in kept for word in _words(line)), (line, source)


def _is_of_links(line: Line) -> bool:
    return bool(marks.shows_address(line) or marks.label(line) or marks.linked_labels(line))


def _words(line: Line) -> list[str]:
    """What of a line must be found again, any of it: its picture, its text, where its link leads."""
    if line.image is not None:
        return [line.image]
    if marks.is_caption(line):
        # Captions carry nothing: they say that the picture can be made larger.
        return [""]
    addresses = [address for _, address in marks.inline_label(line)] + [run.href for run in line.runs if run.href]
    return [line.text.strip("[]【】 ："), *addresses]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_runs_may_be_cut_anywhere(seed: int) -> None:
    """Editors cut a line into spans at random; what is read does not depend on it."""
    fields = attrgetter("recommender", "tag", "links", "summary")
    pick = random.Random(seed)
    source = (REPOSITORY / "data/sample/markdown/2018-06.md").read_bytes()
    page = read_page(source, name="a.md")
    cut = tuple(line._replace(runs=tuple(_cut(line.runs, pick))) for line in page.lines)
    whole, pieces = read_post(page), read_post(replace(page, lines=cut))
    assert list(map(fields, pieces.entries)) == list(map(fields, whole.entries))


def _cut(runs: tuple[Run, ...], pick: random.Random) -> list[Run]:
    pieces: list[Run] = []
    for run in runs:
        at = pick.randint(0, len(run.text))
        halves = [run._replace(text=run.text[:at]), run._replace(text=run.text[at:])]
        pieces += [half for half in halves if half.text] if run.image is None else [run]
    return pieces


@pytest.mark.parametrize("body", ["", "正文。", "# 标题\n\n正文。\n\n![x](https://p)"])
def test_articles_without_papers(body: str) -> None:
    post = read_post(read_page(f"# 题目\n\n{body}".encode(), name="a.md"))
    assert (post.kind, post.title, post.entries, post.problems) == ("other", "题目", (), ())

"""Every value of every page is found again on the line that prints it."""

from pathlib import Path

import pytest

from crawler.digest import read_post
from crawler.fields import FIELDS, PICTURE, Field, readings_of
from crawler.page_lines import PageLines
from crawler.pages import Page, UnreadablePage, read_page
from normalize.model import Post, PostRecord
from normalize.records import normalize_post

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted((REPOSITORY / "data" / "sample").glob("*/*.*")),
    *sorted((REPOSITORY / "tests" / "cases").glob("*/page.*")),
]
SENTENCE = "本文是清华大学发表于 ACL 2018 的工作。Neural Machine Translation Without Any Words at All 是它的题目。"
PAGE = f"""\
# 一篇文章的标题

**[ 自然语言处理 ]**

![](https://mmbiz.qpic.cn/mmbiz_png/badge/640)
**Neural Machine Translation Without**

**Any Words at All**

**@zhangjun 推荐**

#Neural Machine Translation

短。

{SENTENCE}

![](https://mmbiz.qpic.cn/mmbiz_png/figure/640)

论文链接

https://arxiv.org/abs/1806.00001

[代码链接](https://github.com/x/y)

![](https://mmbiz.qpic.cn/mmbiz_png/badge2/640)
![](https://mmbiz.qpic.cn/mmbiz_png/title2/640)

**@zhangjun 推荐**

#NMT

又一篇。

论文链接

https://arxiv.org/abs/1806.00002
"""


def read(path: Path) -> tuple[Page, PostRecord] | None:
    try:
        page = read_page(path.read_bytes(), name=path.name)
    except UnreadablePage:
        return None
    return page, normalize_post(read_post(page))


def lost(page: Page, record: PostRecord) -> list[tuple[int, Field, str]]:
    """Values whose line is not found, or does not print them."""
    lines = PageLines(page.lines)
    return [
        (entry.entry.position, field, reading.value)
        for entry in record.entries
        for field in FIELDS
        for reading in readings_of(field, record.post, entry, lines)
        if reading.source is None or not reading.source.text
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_value_of_a_page_has_a_line(path: Path) -> None:
    found = read(path)
    if found is not None:
        assert lost(*found) == []


def test_every_value_of_real_posts_has_a_line(shared: Path) -> None:
    read_pages = [(path, read(path)) for path in sorted((shared / "corpus").glob("*.md"))]
    assert len(read_pages) > 10
    for path, found in read_pages:
        assert found is not None
        assert lost(*found) == [], path


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_lines_of_a_digest_come_in_the_order_of_its_entries(path: Path) -> None:
    found = read(path)
    if found is None or found[1].post.kind != "digest":
        return
    page, record = found
    lines = PageLines(page.lines)
    titles = [source.number for entry in record.entries if (source := lines.title(entry)) is not None]
    assert titles == sorted(set(titles))


@pytest.fixture
def example() -> tuple[Post, PostRecord, PageLines]:
    page = read_page(PAGE.encode(), name="x.md")
    record = normalize_post(read_post(page))
    return record.post, record, PageLines(page.lines)


def told(example: tuple[Post, PostRecord, PageLines], position: int, field: Field) -> list[tuple[str, str]]:
    post, record, lines = example
    readings = readings_of(field, post, record.entries[position - 1], lines)
    return [(one.value, one.source.text if one.source else "") for one in readings]


@pytest.mark.parametrize(
    ("position", "field", "expected"),
    [
        (1, "title", [("Neural Machine Translation Without Any Words at All", "Neural Machine Translation Without")]),
        (2, "title", [(PICTURE, "https://mmbiz.qpic.cn/mmbiz_png/title2/640")]),
        (1, "recommender", [("zhangjun", "@zhangjun 推荐")]),
        (1, "tag", [("Neural Machine Translation", "#Neural Machine Translation")]),
        (2, "tag", [("NMT", "#NMT")]),
        (1, "section", [("自然语言处理", "[ 自然语言处理 ]")]),
        (2, "section", [("自然语言处理", "[ 自然语言处理 ]")]),
        (2, "summary", [("又一篇。", "又一篇。")]),
        (2, "venue", []),
        (1, "year", [("2018", SENTENCE)]),
        (1, "figures", [("https://mmbiz.qpic.cn/mmbiz_png/figure/640",) * 2]),
        (1, "code", [("https://github.com/x/y", "代码链接")]),
        (2, "links", [("https://arxiv.org/abs/1806.00002",) * 2]),
    ],
)  # fmt: skip
def test_lines_of_an_example(
    example: tuple[Post, PostRecord, PageLines], position: int, field: Field, expected: list[tuple[str, str]]
) -> None:
    assert told(example, position, field) == expected


def test_numbers_count_the_lines_of_the_article(example: tuple[Post, PostRecord, PageLines]) -> None:
    _, record, lines = example
    first, second = record.entries
    assert [source.number for entry in (first, second) if (source := lines.recommender(entry))] == [5, 15]


def test_what_stands_nowhere_has_no_line(example: tuple[Post, PostRecord, PageLines]) -> None:
    _, record, _ = example
    empty = PageLines([])
    for field in FIELDS:
        for reading in readings_of(field, record.post, record.entries[0], empty):
            assert reading.source is None

import pytest

from crawler.digest.head import read_series
from crawler.pages.lines import Line


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("甲", "这是 PaperDaily 的第 72 篇文章", ("PaperDaily", 72)),
        ("甲", "这是 PaperDaily 的第72篇文章", ("PaperDaily", 72)),
        ("甲", "这是PaperDaily 的第 ７２ 篇文章", ("PaperDaily", 72)),
        ("甲", "这里是第 5 期论文集精选。", ("论文集精选", 5)),
        ("甲 | PaperDaily #01", "正文", ("PaperDaily", 1)),
        ("甲？| PaperDaily #17", "正文", ("PaperDaily", 17)),
        ("PaperDaily #17 | 甲", "正文", ("PaperDaily", 17)),
        ("甲 | 论文集精选 #04", "正文", ("论文集精选", 4)),
        ("15 篇最新 AI 论文来袭！ | 本周值得读", "正文", (None, None)),
        ("选对论文，效率提升50% | 本周值得读", "这是一篇文章", (None, None)),
        (None, "正文", (None, None)),
    ],
)
def test_series_and_number(title: str | None, body: str, expected: tuple[str | None, int | None]) -> None:
    series, number, problems = read_series(title, [Line("开头"), Line(body)])
    assert (series, number) == expected
    assert not problems


def test_the_body_decides_and_the_difference_is_told() -> None:
    series, number, problems = read_series("甲 | PaperDaily #26", [Line("这是 PaperDaily 的第 27 篇文章")])
    assert (series, number) == ("PaperDaily", 27)
    assert [problem.code for problem in problems] == ["number_differs"]


def test_only_the_head_is_searched() -> None:
    assert read_series(None, [Line("x")] * 40 + [Line("这是 PaperDaily 的第 27 篇文章")])[:2] == (None, None)

"""Venues of years that cannot be meant as they are printed."""

import pytest

from normalize.model import Entry, Post, Problem
from normalize.records import normalize_post


def problems(summary: str, *, published: str | None = "2018-05-16", section: str | None = None) -> list[Problem]:
    entry = Entry(
        position=3, section=section, title_raw="A Paper of Some Length", recommender="x", tag=None, summary=summary
    )
    post = Post(
        site="csdn",
        url=None,
        kind="digest",
        title="甲",
        author=None,
        published=published,
        reads=None,
        series=None,
        number=None,
        entries=(entry,),
    )
    return [problem for problem in normalize_post(post).problems if problem.code.startswith("venue_")]


def codes(summary: str, *, published: str | None = "2018-05-16", section: str | None = None) -> list[str]:
    return [problem.code for problem in problems(summary, published=published, section=section)]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("本文发表于 ECCV 2018。", []),
        ("本文发表于 ECCV 2017。", ["venue_year_not_held"]),
        ("本文发表于 ECCV 2019。", ["venue_year_not_held"]),
        ("本文发表于 ICLR 2012。", ["venue_year_not_held"]),
        ("本文投稿 ICLR 2019。", []),
        ("本文发表于 ICLR 2020。", ["venue_year_ahead"]),
        ("本文发表于 ICCV 2020。", ["venue_year_not_held", "venue_year_ahead"]),
        ("本文发表于 NAACL 2027。", ["venue_year_ahead"]),
        ("本文发表于 ICXYZ 2018。", []),
        ("本文发表于 ICXYZ 2020。", ["venue_year_ahead"]),
        ("本文发表于 MSST 1950。", []),
        ("本文发表于 ECCV。", []),
        ("本文提出了一种新方法。", []),
    ],
)
def test_years(summary: str, expected: list[str]) -> None:
    assert codes(summary) == expected


def test_without_the_day_of_the_post_no_year_is_too_late() -> None:
    assert codes("本文发表于 ICLR 2030。", published=None) == []
    assert codes("本文发表于 ICLR 2030。", published="2029-12-31T23:59:00+08:00") == []


def test_what_the_problem_says() -> None:
    (problem,) = problems("很好。本文发表于 ECCV 2017，很有意思。")
    assert problem == Problem(
        code="venue_year_not_held",
        message="ECCV was not held in 2017; it is kept as printed.",
        position=3,
        line="本文发表于 ECCV 2017，很有意思",
    )


def test_a_heading_is_doubted_too() -> None:
    (problem,) = problems("本文很好。", section="ECCV 2017")
    assert (problem.code, problem.line) == ("venue_year_not_held", "ECCV 2017")

"""Charts as data, and where their parts are drawn."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.browse.charts import Series, TimeChart, Words, level_of, periods, series_by_period, step_between
from normalize.browse.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw, nice_ticks

ANY = Words("任意", "any")
VALUES = st.one_of(st.none(), st.floats(min_value=0, max_value=1e9, allow_nan=False))


def chart(form: str, *series: tuple[float | None, ...], labels: tuple[str, ...] = ()) -> TimeChart:
    return TimeChart(
        title=ANY,
        note=ANY,
        form="columns" if form == "columns" else "lines",
        labels=labels or tuple(str(2000 + number) for number in range(len(series[0]))),
        series=tuple(Series(name=ANY, values=values) for values in series),
    )


@pytest.mark.parametrize(
    ("first", "last", "posts", "step"),
    [
        ("2018-01-05", "2018-12-28", 50, "month"),
        ("2018-01-05", "2018-12-28", 2, "month"),
        ("2018-01-05", "2020-06-28", 100, "month"),
        ("2018-01-05", "2020-09-28", 100, "quarter"),
        ("2018-01-05", "2026-12-28", 1000, "quarter"),
        ("2017-09-15", "2026-09-18", 13, "year"),
        ("1999-09-15", "2026-09-18", 1000, "year"),
    ],
)
def test_step(first: str, last: str, posts: int, step: str) -> None:
    assert step_between(first, last, posts) == step


def test_periods_have_no_gaps() -> None:
    assert periods(["2018-11", "2019-02"], "month") == ("2018-11", "2018-12", "2019-01", "2019-02")
    assert periods(["2020", "2017"], "year") == ("2017", "2018", "2019", "2020")
    assert periods([], "quarter") == ()


def test_a_misprinted_year_makes_no_thousands_of_periods() -> None:
    assert periods(["0018", "2018"], "year") == ("0018", "2018")


def test_series_without_counts_are_left_out() -> None:
    names = {"a": Words("甲", "A"), "b": Words("乙", "B"), "c": ANY}
    found = series_by_period({("2018", "b"): 2, ("2019", "a"): 1}, ["2018", "2019"], names)
    assert [(one.name.en, one.values) for one in found] == [("A", (0, 1)), ("B", (2, 0))]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_levels_rise_with_counts(count: int, more: int) -> None:
    most = count + more
    assert 0 <= level_of(count, most) <= level_of(most, most) <= 9
    assert (level_of(count, most) == 0) == (count == 0)


@given(st.floats(min_value=1e-4, max_value=1e9), st.booleans())
def test_ticks_are_few_even_and_reach_the_most(most: float, whole: bool) -> None:
    ticks = nice_ticks(most, whole=whole)
    assert ticks[0] == 0
    assert ticks[-1] >= most * (1 - 1e-6)
    assert 2 <= len(ticks) <= 6
    steps = {round(later - earlier, 6) for earlier, later in pairwise(ticks)}
    assert max(steps) - min(steps) <= 1e-5
    assert not whole or all(tick == int(tick) for tick in ticks)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=40), st.sampled_from(["columns", "lines"]))
def test_all_is_drawn_inside(rows: list[tuple[float | None, float | None]], form: str) -> None:
    first, second = zip(*rows, strict=True)
    plot = draw(chart(form, first, second))
    marks = [(bar.x, bar.y) for bar in plot.bars] + [(bar.x + bar.width, bar.y + bar.height) for bar in plot.bars]
    marks += [(dot.x, dot.y) for line in plot.lines for dot in line.dots]
    for x, y in marks:
        assert LEFT - 0.2 <= x <= WIDTH - RIGHT + 0.2
        assert TOP - 0.3 <= y <= HEIGHT - BOTTOM + 0.3
    assert len(plot.x_ticks) <= 10


def test_columns_stand_on_each_other() -> None:
    lower, upper = draw(chart("columns", (3,), (1,))).bars
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.11)
    assert lower.height == pytest.approx(3 * upper.height, abs=0.3)
    assert lower.x == upper.x


def test_a_line_is_broken_where_nothing_is_known() -> None:
    lines = draw(chart("lines", (1.0, 2.0, None, None, 3.0))).lines
    assert [(line.is_bridge, [dot.value for dot in line.dots]) for line in lines] == [
        (False, [1.0, 2.0]),
        (True, [2.0, 3.0]),
        (False, [3.0]),
    ]


def test_many_periods_are_named_by_year() -> None:
    labels = tuple(f"{year}-Q{quarter}" for year in (2017, 2018, 2019) for quarter in (1, 2, 3, 4))
    plot = draw(chart("columns", tuple(range(12)), labels=labels))
    assert [tick.label for tick in plot.x_ticks] == ["2017", "2018", "2019"]

"""Where the parts of a chart over time are drawn: coordinates, no picture and no words.

The y axis points down, as in SVG. The template draws what stands here; it computes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import floor, log10
from typing import Final

from normalize.browse.charts import Series, TimeChart

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT: Final = 52
"""Room for the numbers of the y axis."""
RIGHT: Final = 8
TOP: Final = 12
BOTTOM: Final = 26
"""Room for the periods."""

_TICKS: Final = 4
_MOST_LABELS: Final = 10
_WIDEST_COLUMN: Final = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of a column."""

    x: float
    y: float
    width: float
    height: float
    series: int
    period: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A value on a line."""

    x: float
    y: float
    period: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line without gaps; where values are missing, a series has several, and bridges between them."""

    series: int
    dots: tuple[Dot, ...]
    is_bridge: bool = False
    """Whether it leads from the last value before a gap to the first one behind it."""

    @property
    def points(self) -> str:
        """As SVG writes them."""
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawn chart."""

    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def draw(chart: TimeChart) -> Plot:
    """Draw a chart that is not empty."""
    totals = [sum(value or 0 for value in values) for values in zip(*(one.values for one in chart.series), strict=True)]
    singles = [value or 0 for one in chart.series for value in one.values]
    ticks = nice_ticks(max(totals if chart.form == "columns" else singles), whole=not chart.percent)
    top = ticks[-1]
    is_columns = chart.form == "columns"
    return Plot(
        y_ticks=tuple(Tick(at=_y(value, top), label=_number(value, percent=chart.percent)) for value in ticks),
        x_ticks=_x_ticks(chart.labels),
        bars=_bars(chart, top) if is_columns else (),
        lines=() if is_columns else _lines(chart, top),
    )


def nice_ticks(most: float, *, whole: bool) -> tuple[float, ...]:
    """Round numbers from 0 to at least ``most``, evenly apart.

    >>> nice_ticks(37, whole=True), nice_ticks(2, whole=True), nice_ticks(0.43, whole=False)
    ((0, 10, 20, 30, 40), (0, 1, 2), (0.0, 0.2, 0.4, 0.6))
    """
    rough = max(most, 1e-6) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    if whole:
        step = max(1, round(step))
    count = -floor(-max(most, 1e-6) / step * (1 - 1e-9))
    return tuple(round(number * step, 9) for number in range(count + 1))


def _number(value: float, *, percent: bool) -> str:
    return f"{round(100 * value, 2):g}%" if percent else f"{round(value):,}"


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)


def _slot(labels: Sequence[str]) -> float:
    """Width that belongs to a period."""
    return (WIDTH - LEFT - RIGHT) / len(labels)


def _middle(labels: Sequence[str], period: int) -> float:
    return round(LEFT + (period + 0.5) * _slot(labels), 1)


def _x_ticks(labels: Sequence[str]) -> tuple[Tick, ...]:
    """Periods, or the first of each year where they are many; not more than fit."""
    if len(labels) <= _MOST_LABELS:
        named = list(enumerate(labels))
    else:
        years = [next(group) for _, group in groupby(enumerate(labels), key=lambda one: one[1][:4])]
        named = [(period, label[:4]) for period, label in years]
    apart = -(-len(named) // _MOST_LABELS)
    return tuple(Tick(at=_middle(labels, period), label=label) for period, label in named[::apart])


def _bars(chart: TimeChart, top: float) -> tuple[Bar, ...]:
    """Columns; what a later series counts stands on what the earlier ones do."""
    width = round(min(_WIDEST_COLUMN, 0.78 * _slot(chart.labels)), 1)
    bars = []
    for period in range(len(chart.labels)):
        below = 0.0
        for number, one in enumerate(chart.series):
            value = one.values[period]
            if not value:
                continue
            y, foot = _y(below + value, top), _y(below, top)
            x = round(_middle(chart.labels, period) - width / 2, 1)
            bars.append(
                Bar(x=x, y=y, width=width, height=round(foot - y, 1), series=number, period=period, value=value)
            )
            below += value
    return tuple(bars)


def _lines(chart: TimeChart, top: float) -> tuple[Line, ...]:
    """Lines, broken where nothing is known, with bridges over the gaps."""
    return tuple(line for number, one in enumerate(chart.series) for line in _line(chart, number, one, top))


def _line(chart: TimeChart, number: int, series: Series, top: float) -> Iterator[Line]:
    before: Dot | None = None
    for is_known, values in groupby(enumerate(series.values), key=lambda pair: pair[1] is not None):
        if not is_known:
            continue
        dots = tuple(
            Dot(x=_middle(chart.labels, period), y=_y(value or 0, top), period=period, value=value or 0)
            for period, value in values
        )
        if before is not None:
            yield Line(series=number, dots=(before, dots[0]), is_bridge=True)
        yield Line(series=number, dots=dots)
        before = dots[-1]

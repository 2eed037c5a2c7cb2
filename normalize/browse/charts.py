"""Charts as data: what they count, in both languages, before anything is drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, NamedTuple

Step = Literal["month", "quarter", "year"]

_MONTHS_BY_MONTH: Final = 30
"""Span up to which months are shown; a longer one is shown by quarters."""
_MONTHS_BY_QUARTER: Final = 12 * 12
_FEWEST_PERIODS: Final = 12
"""Periods that are never too many."""
_MOST_YEARS: Final = 60
_MANY: Final = 4
"""The least count that is drawn in the darkest colour."""

PERIOD_SQL: Final[Mapping[Step, str]] = {
    "month": "substr(posts.published_on, 1, 7)",
    "quarter": "substr(posts.published_on, 1, 4) || '-Q' || "
    "((CAST(substr(posts.published_on, 6, 2) AS INTEGER) + 2) / 3)",
    "year": "substr(posts.published_on, 1, 4)",
}
"""The period of a post as SQL: ``2018-06``, ``2018-Q2``, ``2018``."""


class Words(NamedTuple):
    """A text in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a name in a chart leads to: a page, or rows of a table."""

    kind: str
    """Kind of page, such as venue; a table where ``column`` is given."""
    key: str
    """Id of the page, or value of the column."""
    year: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line, or the columns of one colour."""

    name: Words
    values: tuple[float | None, ...]
    """A value a period; ``None`` where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeChart:
    """Values over time: columns that stand on each other, or lines."""

    title: Words
    note: Words
    form: Literal["columns", "lines"]
    labels: tuple[str, ...]
    """Periods: ``2018-06``, ``2018-Q2`` or ``2018``."""
    series: tuple[Series, ...]
    percent: bool = False
    """Values are shares from 0 to 1."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be drawn."""
        return not any(value for one in self.series for value in one.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankRow:
    """A name with how many there are of it."""

    name: Words
    count: int
    of: int | None = None
    """How many there could be; the bar is the share then."""
    target: Target | None = None
    detail: Words | None = None

    @property
    def share(self) -> float:
        """Part of what there could be, from 0 to 1."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RankChart:
    """Names with bars, in order."""

    title: Words
    note: Words
    unit: Words
    rows: tuple[RankRow, ...]
    form: Literal["ranks"] = "ranks"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be drawn."""
        return not self.rows

    @property
    def most(self) -> int:
        """The highest count."""
        return max((row.count for row in self.rows), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """How many there are of a row's name at a column's time."""

    count: int
    level: int
    """0 for none, 1 to 9 by the square root of the count: a few are told from many, and from none."""
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """A name and its cells."""

    name: Words
    total: int
    cells: tuple[GridCell, ...]
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridChart:
    """Names by time, the darker the more."""

    title: Words
    note: Words
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    form: Literal["grid"] = "grid"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be drawn."""
        return not self.rows


Chart = TimeChart | RankChart | GridChart


def step_between(first: str, last: str, posts: int) -> Step:
    """The length of periods in which posts between two days are best shown: not too many, and few of them empty.

    >>> step_between("2017-09-15", "2018-10-01", 60), step_between("2017-09-15", "2026-09-18", 900)
    ('month', 'quarter')
    >>> step_between("2017-09-15", "2026-09-18", 13)
    'year'
    """
    months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:7]) - int(first[5:7])
    if months <= min(_MONTHS_BY_MONTH, max(posts, _FEWEST_PERIODS)):
        return "month"
    return "quarter" if months <= min(_MONTHS_BY_QUARTER, 3 * posts) else "year"


def periods(labels: Iterable[str], step: Step) -> tuple[str, ...]:
    """Periods from the first to the last of the given ones, with those between.

    >>> periods(["2018-Q3", "2019-Q1"], "quarter")
    ('2018-Q3', '2018-Q4', '2019-Q1')
    """
    known = sorted(set(labels))
    if not known or int(known[-1][:4]) - int(known[0][:4]) > _MOST_YEARS:  # a misprinted year must not make thousands
        return tuple(known)
    years = range(int(known[0][:4]), int(known[-1][:4]) + 1)
    parts = {"year": [""], "quarter": [f"-Q{one}" for one in range(1, 5)]}.get(
        step, [f"-{one:02d}" for one in range(1, 13)]
    )
    every = (f"{year:04d}{part}" for year, part in product(years, parts))
    return tuple(one for one in every if known[0] <= one <= known[-1])


def series_by_period(
    counts: Mapping[tuple[str, str], float], labels: Sequence[str], names: Mapping[str, Words]
) -> tuple[Series, ...]:
    """A series a name, from counts by period and name; names without any count are left out."""
    present = {name for _, name in counts}
    return tuple(
        Series(name=words, values=tuple(counts.get((label, name), 0) for label in labels))
        for name, words in names.items()
        if name in present
    )


def level_of(count: int, most: int) -> int:
    """The darkness of a cell, from 0 to 9.

    >>> [level_of(count, 100) for count in (0, 1, 25, 100)], level_of(1, 1)
    ([0, 1, 4, 9], 4)
    """
    return 0 if count <= 0 else max(1, min(9, round(9 * (count / max(most, _MANY)) ** 0.5)))

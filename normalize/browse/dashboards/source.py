"""Counts that dashboards are made of, and the forms of chart that several share."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from normalize.browse.charts import (
    PERIOD_SQL,
    GridCell,
    GridChart,
    GridRow,
    Series,
    Step,
    Target,
    TimeChart,
    Words,
    level_of,
    periods,
    step_between,
)

ROWS: Final = 20
"""Names of a ranking or grid."""
LINES: Final = 6
"""Lines of a chart that a reader can tell apart."""
FEWEST: Final = 3
"""Papers of which a share is worth a row."""

PAPERS: Final = Words("篇论文", "papers")
RECOMMENDATIONS: Final = Words("条推荐", "recommendations")
POSTS: Final = Words("篇文章", "posts")
IN_YEAR: Final = "(:year IS NULL OR substr(posts.published_on, 1, 4) = :year)"
RECOMMENDED: Final = "recommendations JOIN posts USING (post_id)"
HAS_LINK: Final = (
    "EXISTS (SELECT 1 FROM links WHERE links.recommendation_id = recommendations.recommendation_id "
    "AND links.role = '{}')"
)
"""Whether a recommendation has a link of a role, as SQL."""


class Source:
    """Counts from an archive, of all posts or those of a year."""

    def __init__(self, connection: sqlite3.Connection, year: int | None) -> None:
        self._connection = connection
        self.year = None if year is None else f"{year:04d}"
        first, last, count = self.rows(
            f"SELECT min(published_on), max(published_on), count(*) FROM posts WHERE {IN_YEAR}"  # noqa: S608 (own words)
        )[0]
        self.step: Step = "year" if first is None else step_between(first, last, count)
        self.period = PERIOD_SQL[self.step]

    def rows(self, sql: str, **more: object) -> list[tuple[Any, ...]]:
        """All rows, with ``:year`` and other values."""
        return [tuple(row) for row in self._connection.execute(sql, {"year": self.year, **more})]

    def counts(self, sql: str, **more: object) -> dict[tuple[str, str], int]:
        """Counts by the first two columns."""
        return {(first, second): count for first, second, count in self.rows(sql, **more)}

    def labels(self, found: Iterable[str]) -> tuple[str, ...]:
        """The periods from the first to the last of those that were found."""
        return periods(found, self.step)


def shares(source: Source, title: Words, note: Words, conditions: Mapping[str, tuple[Words, str]]) -> TimeChart:
    """Lines of the share of a period's recommendations for which a condition holds."""
    sums = ", ".join(f"sum({condition})" for _, condition in conditions.values())
    rows = source.rows(
        f"SELECT {source.period}, count(*), {sums} FROM {RECOMMENDED} "  # noqa: S608 (own words)
        f"WHERE published_on IS NOT NULL AND {IN_YEAR} GROUP BY 1"
    )
    found = {period: [count / total for count in counts] for period, total, *counts in rows}
    labels = source.labels(found)
    series = (
        Series(name=name, values=tuple(found[label][number] if label in found else None for label in labels))
        for number, (name, _) in enumerate(conditions.values())
    )
    return TimeChart(title=title, note=note, form="lines", labels=labels, series=tuple(series), percent=True)


def grid(
    title: Words,
    note: Words,
    counts: Mapping[tuple[str, str], int],
    columns: Sequence[str],
    names: Mapping[str, Words],
    target: Callable[[str, str], Target],
) -> GridChart:
    """The most frequent names by time, from counts by name and period."""
    shown = most_frequent(counts)[:ROWS]
    most = max((count for (key, _), count in counts.items() if key in set(shown)), default=0)
    rows = []
    for key in shown:
        cells = []
        for column in columns:
            count = counts.get((key, column), 0)
            cells.append(GridCell(count=count, level=level_of(count, most), target=target(key, column)))
        total = sum(cell.count for cell in cells)
        rows.append(GridRow(name=names[key], total=total, cells=tuple(cells), target=target(key, "")))
    return GridChart(title=title, note=note, columns=tuple(columns), rows=tuple(rows))


def most_frequent(counts: Mapping[tuple[str, str], int]) -> list[str]:
    """Names by how often they occur in all, from counts by name and time."""
    totals: dict[str, int] = {}
    for (key, _), count in counts.items():
        totals[key] = totals.get(key, 0) + count
    return sorted(totals, key=lambda key: (-totals[key], key))

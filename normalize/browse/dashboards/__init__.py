"""Dashboards: charts on one subject each, read from an archive.

All are of the whole archive, or of the posts of one year. Posts without a day count where time does not matter. Each
module has a dashboard: ``ABOUT`` says what it is about, ``read`` reads its charts.
"""

import sqlite3
from dataclasses import dataclass
from typing import Final

from normalize.browse.charts import Chart
from normalize.browse.dashboards import code, quality, recommenders, tags, time, venues
from normalize.browse.dashboards.about import About
from normalize.browse.dashboards.source import Source

__all__ = ["DASHBOARDS", "About", "Dashboard", "read_dashboard", "read_gallery"]

_MODULES: Final = {module.ABOUT.name: module for module in (time, venues, tags, recommenders, code, quality)}
DASHBOARDS: Final = tuple(module.ABOUT for module in _MODULES.values())
"""All dashboards, in the order in which they are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard."""

    about: About
    year: int | None
    """The year whose posts are counted; ``None``: all."""
    years: tuple[int, ...]
    """Years that have posts."""
    charts: tuple[Chart, ...]


def read_dashboard(connection: sqlite3.Connection, name: str, *, year: int | None = None) -> Dashboard:
    """A dashboard; a year that has no posts counts as none given.

    Raises:
        KeyError: there is no dashboard of this name.
    """
    module = _MODULES[name]
    found = connection.execute("SELECT DISTINCT substr(published_on, 1, 4) FROM posts WHERE published_on IS NOT NULL")
    years = tuple(sorted(int(row[0]) for row in found))
    year = year if year in years else None
    return Dashboard(about=module.ABOUT, year=year, years=years, charts=module.read(Source(connection, year)))


def read_gallery(connection: sqlite3.Connection) -> tuple[Dashboard, ...]:
    """All dashboards, each with its first chart that has something to show, or none."""
    dashboards = (read_dashboard(connection, one.name) for one in DASHBOARDS)
    return tuple(
        Dashboard(
            about=one.about,
            year=None,
            years=one.years,
            charts=tuple(chart for chart in one.charts if not chart.is_empty)[:1],
        )
        for one in dashboards
    )

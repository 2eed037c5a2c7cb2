"""Subjects, and how they come and go."""

from collections.abc import Mapping
from typing import Final

from normalize.browse.charts import Chart, RankChart, RankRow, Series, Target, TimeChart, Words
from normalize.browse.dashboards.about import About
from normalize.browse.dashboards.source import (
    IN_YEAR,
    LINES,
    RECOMMENDATIONS,
    RECOMMENDED,
    ROWS,
    Source,
    grid,
    most_frequent,
)

ABOUT: Final = About(
    name="tags",
    title=Words("主题走势", "Subjects"),
    lead=Words("什么热起来了，什么冷下去了。", "What is on the rise, and what is not any more."),
    tables=("tag_trend", "tags"),
)


def read(source: Source) -> tuple[Chart, ...]:
    """The charts."""
    counts = source.counts(
        f"SELECT tag_id, {source.period}, count(*) FROM {RECOMMENDED} "  # noqa: S608 (own words)
        f"WHERE tag_id IS NOT NULL AND published_on IS NOT NULL AND {IN_YEAR} GROUP BY 1, 2"
    )
    names = {key: Words(name, name) for key, name in source.rows("SELECT tag_id, name FROM tags")}
    labels = source.labels(period for _, period in counts)
    most = most_frequent(counts)[:LINES]
    totals = dict.fromkeys(labels, 0)
    for (_, period), count in counts.items():
        totals[period] += count
    trend = TimeChart(
        title=Words("热门主题的走势", "Most frequent subjects"),
        note=Words("占该时段有主题的推荐的比例。", "Share of the recommendations of the period that have a subject."),
        form="lines",
        labels=labels,
        series=tuple(
            Series(
                name=names[key],
                values=tuple(counts.get((key, one), 0) / totals[one] if totals[one] else None for one in labels),
            )
            for key in most
        ),
        percent=True,
    )
    by_time = grid(
        Words("主题与时间", "Subjects over time"),
        Words("推荐次数。", "Numbers are recommendations."),
        counts,
        labels,
        names,
        lambda key, _: Target(kind="tag", key=key),
    )
    return trend, by_time, _rising(source, names)


def _rising(source: Source, names: Mapping[str, Words]) -> RankChart:
    """Subjects of the last twelve months of the posts that grew most since the twelve before."""
    rows = source.rows(
        f"WITH ends AS (SELECT max(published_on) AS last FROM posts WHERE {IN_YEAR}), "  # noqa: S608 (own words)
        "ages AS (SELECT tag_id, published_on > date(last, '-12 months') AS is_late "
        f"FROM {RECOMMENDED}, ends WHERE tag_id IS NOT NULL "
        "AND published_on > date(last, '-24 months') AND published_on <= last) "
        "SELECT tag_id, sum(is_late) AS late, sum(NOT is_late) AS early FROM ages GROUP BY tag_id "
        f"HAVING late > early ORDER BY late - early DESC, tag_id LIMIT {ROWS}"
    )
    return RankChart(
        title=Words("上升的主题", "Rising subjects"),
        note=Words(
            "最近十二个月比之前十二个月多出的推荐。",
            "Recommendations of the last twelve months beyond the twelve before.",
        ),
        unit=RECOMMENDATIONS,
        rows=tuple(
            RankRow(
                name=names[key],
                count=late - early,
                target=Target(kind="tag", key=key),
                detail=Words(f"{early} → {late}", f"{early} → {late}"),
            )
            for key, late, early in rows
        ),
    )

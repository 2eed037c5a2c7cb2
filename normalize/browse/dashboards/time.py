"""Posts and papers over time."""

from typing import Final

from normalize.browse.charts import Chart, Series, TimeChart, Words, series_by_period
from normalize.browse.dashboards.about import About
from normalize.browse.dashboards.source import IN_YEAR, RECOMMENDED, Source

ABOUT: Final = About(
    name="time",
    title=Words("文章与论文", "Posts and papers"),
    lead=Words("发表了多少，推荐了多少，积累了多少。", "How much was published and recommended over time."),
    tables=("posts", "paper_overview"),
)


def _posts_over_time(source: Source) -> TimeChart:
    counts = source.counts(
        f"SELECT {source.period} AS period, kind, count(*) FROM posts "  # noqa: S608 (own words)
        f"WHERE published_on IS NOT NULL AND {IN_YEAR} GROUP BY period, kind"
    )
    labels = source.labels(period for period, _ in counts)
    names = {"digest": Words("速递", "digests"), "note": Words("解读", "notes"), "list": Words("合集", "collections")}
    return TimeChart(
        title=Words("发表了多少文章", "Posts published"),
        note=Words("按文章种类叠加。", "Stacked by kind of post."),
        form="columns",
        labels=labels,
        series=series_by_period(counts, labels, names),
    )


def _papers_over_time(source: Source) -> TimeChart:
    counts = source.counts(
        f"SELECT {source.period}, CASE place WHEN 1 THEN 'new' ELSE 'again' END, count(*) "  # noqa: S608 (own words)
        "FROM (SELECT published_on, "
        "row_number() OVER (PARTITION BY paper_id ORDER BY published_on, recommendation_id) AS place "
        f"FROM {RECOMMENDED} WHERE published_on IS NOT NULL) AS posts WHERE {IN_YEAR} GROUP BY 1, 2"
    )
    labels = source.labels(period for period, _ in counts)
    names = {"new": Words("首次推荐", "first time"), "again": Words("再次推荐", "again")}
    return TimeChart(
        title=Words("推荐了多少论文", "Papers recommended"),
        note=Words("首次出现的论文与再次被推荐的论文。", "Papers seen for the first time, and papers seen again."),
        form="columns",
        labels=labels,
        series=series_by_period(counts, labels, names),
    )


def _growth(papers: TimeChart) -> TimeChart:
    """All papers up to each period, from the chart of new ones."""
    new = papers.series[0].values if papers.series else ()
    total, values = 0.0, []
    for value in new:
        total += value or 0
        values.append(total)
    return TimeChart(
        title=Words("累计论文数", "Papers in all"),
        note=Words("到每一时段为止推荐过的不同论文。", "Different papers recommended up to each period."),
        form="lines",
        labels=papers.labels,
        series=(Series(name=Words("论文", "papers"), values=tuple(values)),) if values else (),
    )


def read(source: Source) -> tuple[Chart, ...]:
    """The charts."""
    papers = _papers_over_time(source)
    return _posts_over_time(source), papers, _growth(papers)

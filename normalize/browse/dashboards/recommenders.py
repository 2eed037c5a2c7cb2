"""Who recommends."""

from typing import Final

from normalize.browse.charts import Chart, Target, TimeChart, Words, periods, series_by_period
from normalize.browse.dashboards.about import About
from normalize.browse.dashboards.source import IN_YEAR, RECOMMENDED, Source, grid

ABOUT: Final = About(
    name="recommenders",
    title=Words("推荐人", "Recommenders"),
    lead=Words("谁在推荐，有多活跃。", "Who recommends, and how much."),
    tables=("recommender_activity", "recommenders"),
)


def read(source: Source) -> tuple[Chart, ...]:
    """The charts."""
    counts = source.counts(
        "SELECT recommender_id, substr(published_on, 1, 4), count(*) "  # noqa: S608 (own words)
        f"FROM {RECOMMENDED} WHERE recommender_id IS NOT NULL AND published_on IS NOT NULL AND {IN_YEAR} "
        "GROUP BY 1, 2"
    )
    names = {key: Words(name, name) for key, name in source.rows("SELECT recommender_id, name FROM recommenders")}
    by_time = grid(
        Words("谁在推荐", "Who recommends"),
        Words("每年的推荐次数。", "Recommendations a year."),
        counts,
        periods((year for _, year in counts), "year"),
        names,
        lambda key, _: Target(kind="recommender", key=key),
    )
    return _active(source), by_time


def _active(source: Source) -> TimeChart:
    counts = source.counts(
        "WITH firsts AS (SELECT recommender_id, min(published_on) AS first "  # noqa: S608 (own words)
        f"FROM {RECOMMENDED} GROUP BY recommender_id), "
        f"own AS (SELECT {source.period} AS period, recommender_id, min(published_on) AS day FROM {RECOMMENDED} "
        f"WHERE recommender_id IS NOT NULL AND published_on IS NOT NULL AND {IN_YEAR} GROUP BY 1, 2) "
        "SELECT period, CASE WHEN day = first THEN 'new' ELSE 'known' END AS kind, count(*) "
        "FROM own JOIN firsts USING (recommender_id) GROUP BY period, kind"
    )
    labels = source.labels(period for period, _ in counts)
    names = {"known": Words("以前推荐过", "seen before"), "new": Words("首次推荐", "for the first time")}
    return TimeChart(
        title=Words("有多少人在推荐", "People who recommend"),
        note=Words("每一时段至少推荐一篇论文的人。", "People who recommended at least one paper in the period."),
        form="columns",
        labels=labels,
        series=series_by_period(counts, labels, names),
    )

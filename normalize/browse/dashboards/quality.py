"""What is here, what is missing, what is doubtful."""

from typing import Final

from normalize.browse.charts import (
    Chart,
    GridCell,
    GridChart,
    GridRow,
    RankChart,
    RankRow,
    Target,
    Words,
    level_of,
    periods,
)
from normalize.browse.dashboards.about import About
from normalize.browse.dashboards.source import HAS_LINK, IN_YEAR, POSTS, RECOMMENDATIONS, RECOMMENDED, ROWS, Source

ABOUT: Final = About(
    name="quality",
    title=Words("覆盖与质量", "Coverage and quality"),
    lead=Words("收录了什么，缺少什么，哪里存疑。", "What is here, what is missing, what is doubtful."),
    tables=("data_quality", "problems"),
)


_FIELDS: Final = (
    (Words("标题", "title"), "recommendations.title IS NOT NULL"),
    (Words("推荐人", "recommender"), "recommender_id IS NOT NULL"),
    (Words("主题", "subject"), "tag_id IS NOT NULL"),
    (Words("推荐语", "summary"), "summary <> ''"),
    (Words("论文链接", "link to the paper"), HAS_LINK.format("paper")),
    (Words("会议或期刊", "venue"), "recommendations.venue_id IS NOT NULL"),
    (
        Words("插图", "figure"),
        "EXISTS (SELECT 1 FROM images WHERE images.recommendation_id = recommendations.recommendation_id "
        "AND images.role = 'figure')",
    ),
)


def read(source: Source) -> tuple[Chart, ...]:
    """The charts."""
    return _calendar(source), _completeness(source), _series_gaps(source), _sites(source), _problems(source)


def _calendar(source: Source) -> GridChart:
    """Years by months: what is empty is missing."""
    counts = source.counts(
        "SELECT substr(published_on, 1, 4), substr(published_on, 6, 2), count(*) FROM posts "  # noqa: S608 (own words)
        f"WHERE published_on IS NOT NULL AND {IN_YEAR} GROUP BY 1, 2"
    )
    most = max(counts.values(), default=0)
    months = tuple(f"{month:02d}" for month in range(1, 13))
    rows = []
    for year in periods((year for year, _ in counts), "year"):
        numbers = [counts.get((year, month), 0) for month in months]
        cells = tuple(GridCell(count=count, level=level_of(count, most)) for count in numbers)
        target = Target(kind="digests", key="", year=int(year))
        rows.append(GridRow(name=Words(year, year), total=sum(numbers), cells=cells, target=target))
    return GridChart(
        title=Words("收录了哪些月份", "Months that are covered"),
        note=Words("每月的文章数；空白处或许有遗漏。", "Posts a month; where nothing stands, some may be missing."),
        columns=months,
        rows=tuple(rows),
    )


def _completeness(source: Source) -> RankChart:
    total = source.rows(f"SELECT count(*) FROM {RECOMMENDED} WHERE {IN_YEAR}")[0][0]  # noqa: S608 (own words)
    sums = ", ".join(f"sum({condition})" for _, condition in _FIELDS)
    counts = source.rows(f"SELECT {sums} FROM {RECOMMENDED} WHERE {IN_YEAR}")[0]  # noqa: S608 (own words)
    return RankChart(
        title=Words("各项信息的完整程度", "How complete recommendations are"),
        note=Words("有该项信息的推荐所占比例。", "Share of the recommendations that have it."),
        unit=RECOMMENDATIONS,
        rows=tuple(
            RankRow(name=name, count=count, of=total) for (name, _), count in zip(_FIELDS, counts, strict=True) if total
        ),
    )


def _series_gaps(source: Source) -> RankChart:
    rows = source.rows(
        "SELECT series, count(DISTINCT number), max(number) - min(number) + 1 AS span FROM posts "  # noqa: S608 (own words)
        f"WHERE series IS NOT NULL AND number IS NOT NULL AND {IN_YEAR} "
        f"GROUP BY series HAVING span > 1 ORDER BY span DESC, series LIMIT {ROWS}"
    )
    return RankChart(
        title=Words("系列的期号", "Issues of series"),
        note=Words(
            "从已知的第一期到最后一期，收录了多少期。", "Issues that are here, from the first known to the last."
        ),
        unit=Words("期", "issues"),
        rows=tuple(
            RankRow(
                name=Words(name, name), count=count, of=span, target=Target(kind="posts", key=name, column="series")
            )
            for name, count, span in rows
        ),
    )


def _sites(source: Source) -> RankChart:
    names = {
        "csdn": Words("CSDN", "CSDN"),
        "wechat": Words("微信公众号", "WeChat"),
        "unknown": Words("文件（来源不详）", "files of unknown origin"),
    }
    rows = source.rows(
        "SELECT site, count(DISTINCT post_id) AS n FROM post_copies JOIN posts USING (post_id) "  # noqa: S608 (own words)
        f"WHERE {IN_YEAR} GROUP BY site ORDER BY n DESC, site"
    )
    total = source.rows(f"SELECT count(*) FROM posts WHERE {IN_YEAR}")[0][0]  # noqa: S608 (own words)
    return RankChart(
        title=Words("文章见于何处", "Where posts were found"),
        note=Words("同一篇文章可以见于多处。", "A post may be found at several places."),
        unit=POSTS,
        rows=tuple(
            RankRow(
                name=names.get(site, Words(site, site)),
                count=count,
                of=total,
                target=Target(kind="post_copies", key=site, column="site"),
            )
            for site, count in rows
        ),
    )


def _problems(source: Source) -> RankChart:
    severities = {"error": Words("错误", "error"), "warning": Words("警告", "warning"), "info": Words("提示", "note")}
    rows = source.rows(
        "SELECT code, severity, count(*) AS n FROM problems LEFT JOIN posts USING (post_id) "  # noqa: S608 (own words)
        f"WHERE {IN_YEAR} GROUP BY code, severity ORDER BY n DESC, code LIMIT {ROWS}"
    )
    return RankChart(
        title=Words("疑点", "What was not understood"),
        note=Words("按种类统计，点击可查看各条。", "By kind; each leads to its cases."),
        unit=Words("处", "cases"),
        rows=tuple(
            RankRow(
                name=Words(code, code),
                count=count,
                target=Target(kind="problems", key=code, column="code"),
                detail=severities[severity],
            )
            for code, severity, count in rows
        ),
    )

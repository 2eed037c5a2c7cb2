"""Where recommended papers appeared."""

from typing import Final

from normalize.browse.charts import Chart, RankChart, RankRow, Target, Words, periods
from normalize.browse.dashboards.about import About
from normalize.browse.dashboards.source import IN_YEAR, PAPERS, RECOMMENDED, Source, grid, shares

ABOUT: Final = About(
    name="venues",
    title=Words("会议与期刊", "Venues"),
    lead=Words("推荐的论文发表在哪里、哪一年。", "Where and when the recommended papers appeared."),
    tables=("venue_year", "papers"),
)


def read(source: Source) -> tuple[Chart, ...]:
    """The charts."""
    papers = f"(SELECT DISTINCT paper_id FROM {RECOMMENDED} WHERE {IN_YEAR})"  # noqa: S608 (own words)
    counts = source.counts(
        "SELECT venue_id, CAST(venue_year AS TEXT), count(*) FROM papers "  # noqa: S608 (own words)
        f"WHERE venue_id IS NOT NULL AND venue_year IS NOT NULL AND paper_id IN {papers} GROUP BY 1, 2"
    )
    ranks = source.rows(
        "SELECT coalesce(ccf_rank, '') AS rank, count(*) FROM papers JOIN venues USING (venue_id) "  # noqa: S608 (own words)
        f"WHERE paper_id IN {papers} GROUP BY rank ORDER BY rank = '', rank"
    )
    by_time = grid(
        Words("哪些会议，哪一年", "Venues by year"),
        Words("论文发表的会议或期刊与年份；数字是论文数。", "Where and when the papers appeared; numbers are papers."),
        counts,
        periods((year for _, year in counts), "year"),
        {name: Words(name, name) for name, _ in counts},
        lambda name, year: Target(kind="venue", key=name, year=int(year) if year else None),
    )
    rank = RankChart(
        title=Words("CCF 等级", "Rank in the list of the China Computer Federation"),
        note=Words("发表地已知的论文。", "Papers whose venue is known."),
        unit=PAPERS,
        rows=tuple(
            RankRow(name=Words(f"CCF {name}", f"CCF {name}") if name else Words("未列入", "not listed"), count=count)
            for name, count in ranks
        ),
    )
    known = shares(
        source,
        Words("说明了发表地的推荐", "Recommendations that say where a paper appeared"),
        Words("占该时段全部推荐的比例。", "Share of all recommendations of the period."),
        {"venue": (Words("有会议或期刊", "with a venue"), "recommendations.venue_id IS NOT NULL")},
    )
    return by_time, rank, known

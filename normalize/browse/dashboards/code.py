"""Code and data sets that come with papers."""

from typing import Final

from normalize.browse.charts import Chart, RankChart, RankRow, Target, Words
from normalize.browse.dashboards.about import About
from normalize.browse.dashboards.source import FEWEST, HAS_LINK, IN_YEAR, PAPERS, RECOMMENDED, ROWS, Source, shares

ABOUT: Final = About(
    name="code",
    title=Words("代码与数据", "Code and data"),
    lead=Words("多少论文附有代码和数据集。", "How many papers come with code and data sets."),
    tables=("links", "identifiers"),
)


def read(source: Source) -> tuple[Chart, ...]:
    """The charts."""
    share = shares(
        source,
        Words("附代码与数据的推荐", "Recommendations with code and data"),
        Words("占该时段全部推荐的比例。", "Share of all recommendations of the period."),
        {
            "code": (Words("代码", "code"), HAS_LINK.format("code")),
            "dataset": (Words("数据集", "data set"), HAS_LINK.format("dataset")),
            "project": (Words("项目主页", "project page"), HAS_LINK.format("project")),
        },
    )
    venues = _code_by(
        source,
        Words("哪些会议的论文附代码", "Code by venue"),
        "SELECT papers.venue_id, papers.venue_id, paper_id FROM papers WHERE papers.venue_id IS NOT NULL",
        "venue",
    )
    tags = _code_by(
        source,
        Words("哪些主题的论文附代码", "Code by subject"),
        "SELECT DISTINCT tag_id, tags.name, paper_id FROM recommendations JOIN tags USING (tag_id)",
        "tag",
    )
    return share, venues, tags, _code_hosts(source)


def _code_by(source: Source, title: Words, papers: str, kind: str) -> RankChart:
    """Shares of papers with code, of names with enough papers; ``papers`` gives key, name and paper."""
    rows = source.rows(
        "WITH shown AS (SELECT paper_id, "  # noqa: S608 (own words)
        f"max({HAS_LINK.format('code')}) AS has_code FROM {RECOMMENDED} WHERE {IN_YEAR} GROUP BY paper_id), "
        f"named (key, name, paper_id) AS ({papers}) "
        "SELECT key, name, sum(has_code), count(*) AS n FROM named JOIN shown USING (paper_id) "
        f"GROUP BY key HAVING n >= {FEWEST} ORDER BY 1.0 * sum(has_code) / n DESC, n DESC, key LIMIT {ROWS}"
    )
    return RankChart(
        title=title,
        note=Words(
            f"至少有 {FEWEST} 篇论文的；附代码的比例。", f"Share with code, of those with at least {FEWEST} papers."
        ),
        unit=PAPERS,
        rows=tuple(
            RankRow(name=Words(name, name), count=with_code, of=count, target=Target(kind=kind, key=key))
            for key, name, with_code, count in rows
        ),
    )


def _code_hosts(source: Source) -> RankChart:
    rows = source.rows(
        "SELECT scheme, count(DISTINCT value) AS n "  # noqa: S608 (own words)
        f"FROM identifiers JOIN recommendations USING (recommendation_id) JOIN posts USING (post_id) WHERE {IN_YEAR} "
        "AND scheme IN ('github', 'gitlab', 'gitee', 'bitbucket', 'huggingface') "
        "GROUP BY scheme ORDER BY n DESC, scheme"
    )
    return RankChart(
        title=Words("代码放在哪里", "Where the code is"),
        note=Words("链接指向的不同代码仓库。", "Different repositories that links lead to."),
        unit=Words("个仓库", "repositories"),
        rows=tuple(
            RankRow(
                name=Words(name, name),
                count=count,
                target=Target(kind="identifiers", key=name, column="scheme"),
            )
            for name, count in rows
        ),
    )

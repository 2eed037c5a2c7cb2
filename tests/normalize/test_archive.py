"""The archive: the same rows from the same readings in any order, and nothing lost or rewritten without need."""

import doctest
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normalize import archive_rows, archive_sql, migrations
from normalize.archive import (
    Archive,
    ArchiveStale,
    ArchiveTooNew,
    CaptureLost,
    NotAnArchive,
    Reading,
    Summary,
    open_readonly,
)
from normalize.archive_sql import Table
from normalize.decisions import BadDecisions, Decisions, parse_decisions
from normalize.identity import paper_names, resolve
from normalize.model import PostRecord, Problem
from tests.normalize.builders import MMBIZ, PAPER, entry, paper_entry, post, reading, sha, venue

CSDN = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{}"
WECHAT = "https://mp.weixin.qq.com/s?__biz=MzIwMTc4ODE0Mw==&mid={}&idx=1&sn=x"
FIGURE = "https://ss.csdn.net/p?" + MMBIZ
NESTED = "Nested LSTM Cells for Language"
COMPLEX = "Deep Complex Networks of Waves"

Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


UNDECIDED = Decisions()


def opened(path: Path, *, rules: str = "rules", code: str = "1", decisions: Decisions = UNDECIDED) -> Archive:
    return Archive.open(path, rules_digest=rules, code_version=code, decisions=decisions)


def store_of(readings: Sequence[Reading]) -> Callable[[str], PostRecord | None]:
    records = {one.capture_id: one.record for one in readings}
    return records.__getitem__


def write(path: Path, *batches: Sequence[Reading], decisions: Decisions = UNDECIDED) -> Summary:
    reread = store_of([one for batch in batches for one in batch])
    summary = Summary()
    with opened(path, decisions=decisions) as archive:
        for batch in batches:
            summary += archive.add(batch, reread=reread)
    return summary


def rows(path: Path, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with closing(open_readonly(path)) as connection:
        return connection.execute(sql, parameters).fetchall()


def dumped(path: Path) -> Dump:
    with closing(open_readonly(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("SELECT count(*) FROM search WHERE search MATCH 'lstm'")
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            if not name.startswith(("search_", "sqlite_"))
        ]
        found: Dump = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
        # The index shows no text: what is in it are its terms, each with its row, column and place.
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search, instance)")
        found["search"] = sorted(connection.execute("SELECT * FROM terms"))
        return found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("module", [archive_rows, archive_sql, migrations])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_new_archive_is_empty_and_says_what_it_was_built_with(path: Path) -> None:
    with opened(path) as archive:
        assert archive.meta() == {
            "schema_version": "1",
            "rules_digest": "rules",
            "code_version": "1",
            "decisions_digest": "",
        }
        assert archive.is_current()
        assert set(archive.counts().values()) == {0}
        assert archive.known_captures() == frozenset()


def test_a_file_whose_maker_was_killed_is_made_by_who_reads_it(path: Path) -> None:
    path.touch()
    with closing(open_readonly(path)) as connection:
        assert connection.execute("SELECT count(*) FROM posts").fetchone() == (0,)
    with opened(path) as archive:
        assert archive.is_current()


def test_opening_again_changes_nothing(path: Path) -> None:
    write(path, [reading("a", post([entry()]))])
    before = digest(path)
    with opened(path) as archive:
        assert archive.counts()["posts"] == 1
    assert digest(path) == before


def test_no_clock_takes_part(path: Path, tmp_path: Path) -> None:
    readings = [reading("a", post([entry()]))]
    write(path, readings)
    write(tmp_path / "other.db", readings)
    assert path.read_bytes() == (tmp_path / "other.db").read_bytes()


def test_every_table_is_strict_and_the_file_is_written_safely(path: Path) -> None:
    with opened(path) as archive:
        connection = archive._connection
        loose = connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict "
            "AND name NOT LIKE 'sqlite_%' AND name <> '_sqlite_migrations'"
        ).fetchall()
        assert loose == []
        pragmas = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "delete", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 60_000}


def test_the_tables_are_those_that_the_writer_knows(path: Path) -> None:
    with opened(path) as archive:
        for table in vars(archive_rows).values():
            if isinstance(table, Table):
                info = archive._connection.execute(f"PRAGMA table_info({table.name})").fetchall()
                columns = tuple(row[1] for row in info)
                assert tuple(column for column in table.columns if column != "rowid") == columns
                if table.name != "search":
                    assert table.columns[: table.key] == tuple(row[1] for row in info if row[5])


def test_a_later_schema_is_refused_and_left_alone(path: Path) -> None:
    write(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {archive_sql.SCHEMA_VERSION + 1}")
    before = digest(path)
    for attempt in (opened, open_readonly):
        with pytest.raises(ArchiveTooNew, match=r"archive\.db has schema 2"):
            attempt(path)
    assert digest(path) == before


def test_another_sqlite_file_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE captures (x)")
    for attempt in (opened, open_readonly):
        with pytest.raises(NotAnArchive, match=r"archive\.db is an SQLite file, but no archive"):
            attempt(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("moment", range(1, 6))
def test_an_archive_that_another_process_makes_meanwhile_is_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    asked: list[str] = []

    class Slow(sqlite3.Connection):
        """Before it asks its second, third … question, another process makes the archive."""

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            asked.append(sql)
            if len(asked) == moment:
                write(path)
            return super().execute(sql, *values)

    path.touch()
    monkeypatch.setattr("normalize.archive.connect", lambda at: sqlite3.connect(at, isolation_level=None, factory=Slow))
    with opened(path) as archive:
        assert archive.is_current()


def test_another_file_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("# 本周值得读\n" * 500, encoding="utf-8")
    before = digest(path)
    for attempt in (opened, open_readonly):
        with pytest.raises(NotAnArchive, match=r"archive\.db is no SQLite file"):
            attempt(path)
    assert digest(path) == before


def test_missing_files_and_folders_are_named(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"archive\.db"):
        open_readonly(path)
    assert not path.exists()
    with pytest.raises(FileNotFoundError, match="missing"):
        opened(path.parent / "missing" / "archive.db")


def test_an_archive_of_other_rules_is_not_added_to(path: Path) -> None:
    write(path)
    decided = parse_decisions('[[papers]]\nsame = ["pw-1", "pw-2"]', source="a file")
    for archive in (opened(path, rules="others"), opened(path, code="2"), opened(path, decisions=decided)):
        with archive:
            assert not archive.is_current()
            with pytest.raises(ArchiveStale, match="build it anew"):
                archive.add([reading("a", post([entry()]))], reread=lambda _: None)
            assert archive.counts()["captures"] == 0


def test_reading_cannot_write(path: Path) -> None:
    write(path)
    with (
        closing(open_readonly(path)) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM meta")


def test_nothing_of_a_batch_stays_after_an_error(path: Path) -> None:
    lost = reading("a", post([entry()]))
    better = reading("b", post([entry()]), captured_at="2018-01-01T00:00:00Z")
    write(path, [lost])
    before = dumped(path)
    worse = post([entry()], url=None)
    key_bringer = reading("c", worse, status=None)
    with opened(path) as archive:
        # The post gets another id, so that its shown copy must be read again.
        other = reading("d", post([entry()], url=CSDN.format(7)), captured_at="2017-01-01T00:00:00Z")
        with pytest.raises(CaptureLost, match=lost.capture_id):
            archive.add([better, key_bringer, other], reread=lambda _: None)
    assert dumped(path) == before


def test_many_processes_may_add_at_once(path: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.normalize.test_archive import opened, numbered\n"
        "with opened(Path(sys.argv[1])) as archive:\n"
        "    for number in range(int(sys.argv[2]), 40, 4):\n"
        "        archive.add([numbered(number)], reread=lambda _: None)\n"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(path), str(n)], cwd=root, env=environment) for n in range(4)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 4
    alone = tmp_path / "alone.db"
    write(alone, [numbered(number) for number in range(40)])
    assert dumped(path) == dumped(alone)


def numbered(number: int) -> Reading:
    entries = [entry(1, f"{NESTED} number {number % 7}", paper=PAPER.format(number)), entry(2, COMPLEX)]
    record = post(entries, url=CSDN.format(number), title=f"本周值得读的论文第{number}期", number=number)
    return reading(f"capture {number}", record)


# --- what is written -------------------------------------------------------------------------------------------------


def test_a_post_with_all_that_it_holds(path: Path) -> None:
    first = entry(
        1,
        NESTED,
        paper=PAPER.format(2026),
        links=[("源码链接", "http://github.com/x/y/")],
        images=[FIGURE.format("KEYKEYKEY")],
        recommender="lizhongyang2011",
        tag="Script Event Prediction",
        section="自然语言处理",
        mention=venue("ACL", 2018, "oral"),
        affiliations=("哈工大", "CMU"),
    )
    second = entry(2, None, paper=PAPER.format(2027), recommender=None, tag=None)
    past = [("近期大热的领域都有哪些论文", WECHAT.format(9)), ("没有链接的往期文章标题", None)]
    problem = Problem(code="unclaimed_line", message="A line was not understood.", position=1, line="?")
    summary = write(path, [reading("a", post([first, second], past=past, problems=(problem,)))])
    assert summary == Summary(new_captures=1, new_posts=1, new_papers=2, recommendations=2)
    assert rows(path, "SELECT * FROM posts") == [
        (
            "csdn-80763567", "顶会论文轮番炸场，本周哪些论文最值得读？", "digest", "PaperDaily", 83, "2018-06-21",
            "2018-06-21T14:06:37+08:00", 591, "Paper_weekly",
            "https://blog.csdn.net/c9yv2cf9i06k2a9e/article/details/80763567", 2, sha("a")[:24],
        )
    ]  # fmt: skip
    number = archive_rows.recommendation_id("csdn-80763567", 1)
    assert rows(path, "SELECT recommendation_id, paper_id, title, title_source FROM recommendations ORDER BY 1") == [
        (number, "pw-2026", NESTED, "printed"),
        (number + 1, "pw-2027", None, None),
    ]
    assert rows(path, "SELECT role, url FROM links WHERE recommendation_id = ? ORDER BY position", number) == [
        ("paper", "https://www.paperweekly.site/papers/2026"),
        ("code", "https://github.com/x/y"),
    ]
    assert rows(path, "SELECT role, url, key FROM images") == [("figure", MMBIZ.format("KEYKEYKEY"), "KEYKEYKEY")]
    assert rows(path, "SELECT name FROM affiliations ORDER BY position") == [("哈工大",), ("CMU",)]
    assert rows(path, "SELECT venue_id, kind FROM venues") == [("ACL", "conference")]
    assert rows(path, "SELECT paper_id, venue_id, venue_year, venue_status FROM papers ORDER BY 1") == [
        ("pw-2026", "ACL", 2018, "oral"),
        ("pw-2027", None, None, None),
    ]
    assert rows(path, "SELECT title, post_key FROM post_links ORDER BY position") == [
        ("近期大热的领域都有哪些论文", "wechat-MzIwMTc4ODE0Mw-9-1"),
        ("没有链接的往期文章标题", None),
    ]
    assert rows(path, "SELECT code, post_id, position, line FROM problems") == [
        ("unclaimed_line", "csdn-80763567", 1, "?")
    ]


def test_pages_that_are_no_posts_are_remembered(path: Path) -> None:
    problem = Problem(code="blocked", message="The site refused to answer.", severity="error")
    readings = [
        reading("blocked", None, page_class="blocked", address=CSDN.format(1), problems=(problem,)),
        reading("article", post([], title="自动机器学习最新综述")),
    ]
    assert write(path, readings) == Summary(new_captures=2)
    classes = rows(path, "SELECT page_class, post_id FROM captures ORDER BY 1")
    assert classes == [("blocked", None), ("not_digest", None)]
    assert rows(path, "SELECT code, post_id, capture_id FROM problems") == [("blocked", None, sha("blocked")[:24])]
    with opened(path) as archive:
        assert archive.known_captures() == {one.capture_id for one in readings}
        assert archive.counts()["posts"] == 0


def test_two_copies_of_a_post_are_one_post(path: Path) -> None:
    csdn = reading("a", post([entry(images=[FIGURE.format("KEYKEYKEY")])], reads=591))
    wechat = reading(
        "b",
        post([entry()], url=WECHAT.format(1), site="wechat", reads=7000, published="2018-06-20T20:00:00+08:00"),
        captured_at="2020-01-01T00:00:00Z",
    )
    again = reading("c", csdn.record, captured_at="2018-07-01T00:00:00Z")
    exported = post([entry()], url=None, reads=3)
    file = reading("d", exported, status=None, origin="import:34336020340.md", captured_at=None)
    summary = write(path, [csdn], [wechat, again], [file])
    assert summary.new_posts == 1
    assert rows(path, "SELECT post_id, reads, published_on, url FROM posts") == [
        ("csdn-80763567", 7000, "2018-06-21", "https://blog.csdn.net/c9yv2cf9i06k2a9e/article/details/80763567")
    ]
    copies = "SELECT place, captures, reads, first_seen_at, last_seen_at, shown FROM post_copies ORDER BY place"
    assert rows(path, copies) == [
        (csdn.record and csdn.record.post.url and csdn.record.post.url.lower(), 2, 591,
         "2018-07-01T00:00:00Z", "2019-02-12T06:03:32Z", 1),
        (WECHAT.format(1), 1, 7000, "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", 0),
        ("import:34336020340.md", 1, 3, None, None, 0),
    ]  # fmt: skip
    assert rows(path, "SELECT count(*) FROM recommendations") == [(1,)]


def test_a_better_copy_takes_over_and_the_old_recommendations_go(path: Path) -> None:
    partial = post([entry(1, NESTED, paper=PAPER.format(1)), entry(2, COMPLEX, paper=PAPER.format(2))], partial=True)
    whole = post([entry(1, COMPLEX, paper=PAPER.format(2), recommender="zhangjun", tag="Waves")])
    summary = write(path, [reading("a", partial)], [reading("b", whole)])
    assert (summary.changed_posts, summary.removed_papers) == (1, 1)
    assert rows(path, "SELECT position, title FROM recommendations") == [(1, COMPLEX)]
    assert rows(path, "SELECT paper_id FROM papers") == [("pw-2",)]
    assert rows(path, "SELECT name FROM recommenders") == [("zhangjun",)]
    assert rows(path, "SELECT name FROM tags") == [("Waves",)]
    assert rows(path, "SELECT count(*) FROM search WHERE search MATCH 'nested'") == [(0,)]


def test_posts_that_turn_out_to_be_one_are_joined(path: Path) -> None:
    first = post([entry()], url=WECHAT.format(1), title="同一篇文章的第一个标题", site="wechat")
    second = post([entry()], url=CSDN.format(5), title="同一篇文章的第二个标题")
    bridge = post([entry()], url=WECHAT.format(1), title="同一篇文章的第二个标题", site="wechat")
    separate = [reading("a", first), reading("b", second)]
    assert write(path, separate).new_posts == 2
    joined = [*separate, reading("c", bridge, captured_at="2017-01-01T00:00:00Z")]
    summary = write(path, joined)
    assert (summary.removed_posts, summary.new_posts) == (1, 0)
    assert rows(path, "SELECT post_id FROM posts") == [("csdn-5",)]


def test_a_picture_title_is_filled_and_marked_and_found(path: Path) -> None:
    picture = post([entry(1, None, paper=PAPER.format(1))], url=CSDN.format(1), title="第一篇文章的标题", number=1)
    printed = post([entry(1, NESTED, paper=PAPER.format(1))], url=CSDN.format(2), title="第二篇文章的标题", number=2)
    write(path, [reading("a", picture)], [reading("b", printed)])
    assert rows(path, "SELECT title_raw, title, title_source FROM recommendations ORDER BY post_id") == [
        (None, NESTED, "other_recommendation"),
        (NESTED, NESTED, "printed"),
    ]
    assert rows(path, "SELECT count(*) FROM search WHERE search MATCH 'title : nested'") == [(2,)]
    assert rows(path, "SELECT filled_titles FROM data_quality ORDER BY post_id") == [(1,), (0,)]


def test_identity_leaves_aliases_judgements_and_problems(path: Path) -> None:
    late = [entry(1, COMPLEX, paper=PAPER.format(1))]
    early = [entry(1, NESTED, paper=PAPER.format(1)), entry(2, NESTED)]
    wrong = post(late, url=CSDN.format(1), title="第一篇文章的标题", number=1)
    right = post(early, url=CSDN.format(2), title="第二篇文章的标题", number=2, published="2018-01-01")
    write(path, [reading("a", wrong)], [reading("b", right)])
    assert rows(path, "SELECT paper_id FROM paper_aliases WHERE alias LIKE 'title-%'") == [("pw-1",)]
    assert rows(path, "SELECT DISTINCT verdict FROM judgements ORDER BY 1") == [("same",), ("unsure",)]
    assert rows(path, "SELECT code, post_id FROM problems") == [("identifier_conflict", "csdn-1")]
    assert rows(path, "SELECT disputed FROM identifiers ORDER BY disputed") == [(0,), (1,)]


def test_names_are_shown_as_most_often_printed(path: Path) -> None:
    printed = [
        ("Script event prediction", "Zhang Jun"),
        ("Script Event Prediction", "zhangjun"),
        ("script  event prediction", "ＺｈａｎｇＪｕｎ"),
        ("Script Event Prediction", None),
    ]
    entries = [
        entry(place, f"{NESTED} {place}", tag=tag, recommender=name)
        for place, (tag, name) in enumerate(printed, start=1)
    ]
    write(path, [reading("a", post(entries))])
    assert rows(path, "SELECT tag_id, name FROM tags") == [("scripteventprediction", "Script Event Prediction")]
    assert rows(path, "SELECT recommender_id, name FROM recommenders") == [("zhangjun", "Zhang Jun")]
    variants = rows(path, "SELECT variants FROM tags UNION ALL SELECT variants FROM recommenders")
    assert [json.loads(str(names)) for (names,) in variants] == [
        ["Script Event Prediction", "Script event prediction", "script  event prediction"],
        ["Zhang Jun", "zhangjun", "ＺｈａｎｇＪｕｎ"],
    ]


def test_past_posts_are_found_by_address_or_else_by_their_only_title(path: Path) -> None:
    title = "近期大热的领域都有哪些论文"
    past = [(title, WECHAT.format(9)), ("另外一篇往期的文章标题", WECHAT.format(10)), ("重复的一个文章标题", None)]
    lister = reading("a", post([entry()], past=past))
    by_key = reading("b", post([entry()], url=WECHAT.format(9), title="它现在的标题不同了", number=1, site="wechat"))
    by_title = reading("c", post([entry()], url=CSDN.format(3), title="另外一篇往期的文章标题", number=2))
    twice = [reading(str(n), post([entry()], url=CSDN.format(n), title="重复的一个文章标题", number=n)) for n in (4, 5)]
    write(path, [lister], [by_key, by_title], twice[:1])
    query = "SELECT linked_post_id FROM post_links ORDER BY position"
    assert rows(path, query) == [("wechat-MzIwMTc4ODE0Mw-9-1",), ("csdn-3",), ("csdn-4",)]
    write(path, twice)
    assert rows(path, query) == [("wechat-MzIwMTc4ODE0Mw-9-1",), ("csdn-3",), (None,)]


def test_a_place_beyond_what_ids_have_room_for_is_left_out_and_reported(path: Path) -> None:
    record = post([entry(position, f"{NESTED} {position}") for position in (1, 999, 1000)])
    write(path, [reading("a", record)])
    assert rows(path, "SELECT position FROM recommendations ORDER BY 1") == [(1,), (999,)]
    assert rows(path, "SELECT code, severity FROM problems") == [("lost_entries", "error")]


def test_lone_surrogates_are_replaced(path: Path) -> None:
    record = post([entry(1, NESTED, links=[("源码\ud800", "http://x/\udc80")], summary="好\ud83d\ude00\ud800")])
    write(path, [reading("a", record, origin="import:\udc80.md")])
    assert rows(path, "SELECT summary FROM recommendations") == [("好😀�",)]
    assert rows(path, "SELECT label, url_raw FROM links") == [("源码�", "http://x/�")]
    assert rows(path, "SELECT origin FROM captures") == [("import:�.md",)]


def test_views_answer(path: Path) -> None:
    first = post(
        [
            entry(1, NESTED, paper=PAPER.format(1), recommender="b", tag="Zeta", mention=venue("ACL", 2018)),
            entry(2, COMPLEX, paper=PAPER.format(2), recommender="a", tag="Zeta", mention=venue("KDD", None)),
        ],
        url=CSDN.format(1),
        title="第一篇文章的标题",
        number=1,
    )
    rich = entry(
        1,
        NESTED,
        paper=PAPER.format(1),
        links=[("源码", "https://github.com/x/y")],
        images=[FIGURE.format("KEYKEYKEY")],
        recommender="a",
        tag="Alpha",
    )
    second = post([rich], url=CSDN.format(2), title="第二篇文章的标题", number=2, published="2018-09-30")
    write(path, [reading("a", first), reading("b", second)])
    assert rows(path, "SELECT * FROM paper_overview WHERE paper_id = 'pw-1'") == [
        ("pw-1", NESTED, "ACL", 2018, "published", "2018-06-21", 2, "a, b", "Alpha, Zeta", PAPER.format(1),
         "https://github.com/x/y", MMBIZ.format("KEYKEYKEY"))
    ]  # fmt: skip
    assert rows(path, "SELECT venue, ccf_rank, year, papers FROM venue_year ORDER BY venue") == [
        ("ACL", "A", 2018, 1),
        ("KDD", "A", None, 1),
    ]
    assert rows(path, "SELECT name, recommendations, papers, posts, first_on, last_on FROM recommender_activity") == [
        ("a", 2, 2, 2, "2018-06-21", "2018-09-30"),
        ("b", 1, 1, 1, "2018-06-21", "2018-06-21"),
    ]
    assert rows(path, "SELECT quarter, tag, recommendations FROM tag_trend ORDER BY 1") == [
        ("2018-Q2", "Zeta", 2),
        ("2018-Q3", "Alpha", 1),
    ]
    flat = "SELECT position, paper_url, code_url, figures FROM recommendation_overview WHERE post_id = 'csdn-2'"
    assert rows(path, flat) == [(1, PAPER.format(1), "https://github.com/x/y", 1)]
    assert rows(path, "SELECT recommendations, without_title, without_paper_link FROM data_quality") == [
        (2, 0, 0),
        (1, 0, 0),
    ]


# --- the order does not matter ---------------------------------------------------------------------------------------

TITLES = st.sampled_from([None, "ResNet", NESTED, NESTED.upper(), COMPLEX, "Mixed Precision Training"])
PAPERS = st.sampled_from(
    [None, PAPER.format(1), PAPER.format(2), "https://arxiv.org/abs/1806.00001", "https://arxiv.org/abs/1806.00002"]
)
POST_TITLES = ["顶会论文轮番炸场本周", "近期大热的领域论文", "nobug", None]
ADDRESSES = [None, CSDN.format(1), CSDN.format(2), WECHAT.format(1), "https://mp.weixin.qq.com/s/abcDEF123"]


@st.composite
def records(draw: st.DrawFn) -> PostRecord:
    count = draw(st.integers(0, 3))
    entries = [
        entry(
            position,
            draw(TITLES),
            paper=draw(PAPERS),
            images=draw(st.sampled_from([(), (FIGURE.format("KEYKEYKEY"),)])),
            recommender=draw(st.sampled_from([None, "zhangjun", "ZhangJun", "cb"])),
            tag=draw(st.sampled_from(["GAN", "gan", None])),
            mention=draw(st.sampled_from([None, venue(), venue("KDD", 2017, "submitted")])),
        )
        for position in range(1, count + 1)
    ]
    past = draw(st.lists(st.sampled_from(POST_TITLES[:2]), max_size=1))
    return post(
        entries,
        url=draw(st.sampled_from(ADDRESSES)),
        title=draw(st.sampled_from(POST_TITLES)),
        published=draw(st.sampled_from([None, "2018-01-01", "2018-01-20T10:00:00+08:00", "2018-03-01"])),
        reads=draw(st.sampled_from([None, 5, 9])),
        series=draw(st.sampled_from([None, "PaperDaily"])),
        number=draw(st.sampled_from([None, 1, 2])),
        past=[(title, draw(st.sampled_from([None, WECHAT.format(1)]))) for title in past if title],
        problems=(Problem(code="x", message="X."),) * draw(st.integers(0, 2)),
        partial=draw(st.booleans()),
    )


@st.composite
def reading_sets(draw: st.DrawFn) -> list[Reading]:
    drawn = draw(st.lists(records(), min_size=1, max_size=7))
    return [
        reading(
            str(number),
            record,
            origin=f"import:{number}",
            status=draw(st.sampled_from([200, None])),
            captured_at=draw(st.sampled_from([None, "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z"])),
            sha256=sha(f"body {draw(st.integers(0, 9))}"),
        )
        for number, record in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


NAMES = ["pw-1", "pw-2", "arxiv-1806.00001", "arxiv-1806.00002", *(
    paper.paper_id for title in (NESTED, COMPLEX) for paper in resolve([paper_entry(1, title)]).papers
)]  # fmt: skip
CSDN_PLACE = next(paper_names(paper_entry(1)._replace(post_id="csdn-1", position=1)))
NAMES_DECIDED = '[[recommenders]]\nsame = ["cb", "zhangjun"]\n[[tags]]\nsame = ["x", "GAN"]\n'


@st.composite
def decision_sets(draw: st.DrawFn) -> Decisions:
    names = st.lists(st.sampled_from([*NAMES, CSDN_PLACE]), min_size=2, max_size=3, unique=True)
    drawn = draw(st.lists(st.tuples(st.sampled_from(["same", "different"]), names), max_size=2))
    texts = [f"[[papers]]\n{verdict} = {json.dumps(found)}\n" for verdict, found in drawn]
    texts.append(draw(st.sampled_from(["", NAMES_DECIDED])))
    try:
        return parse_decisions("".join(texts), source="drawn")
    except BadDecisions:
        return UNDECIDED


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings=reading_sets(), decisions=st.one_of(st.just(UNDECIDED), decision_sets()), data=st.data())
def test_any_order_and_division_gives_the_same_rows(
    folder: Path, readings: list[Reading], decisions: Decisions, data: st.DataObject
) -> None:
    path = folder / "once.db"
    other = folder / "batches.db"
    for leftover in (path, other):
        leftover.unlink(missing_ok=True)
    write(path, readings, decisions=decisions)
    shuffled = data.draw(st.permutations([*readings, *data.draw(st.lists(st.sampled_from(readings), max_size=3))]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    edges = [0, *cuts, len(shuffled)]
    batches = [shuffled[start:end] for start, end in pairwise(edges)]
    write(other, *batches, decisions=decisions)
    expected = dumped(path)
    assert dumped(other) == expected
    before = digest(other)
    assert write(other, *batches, decisions=decisions) == Summary()
    assert digest(other) == before

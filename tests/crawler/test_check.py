"""The command that asks what must hold, over archives that are as they should be and over broken ones."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.commands.check import check_archive
from crawler.console import Console
from crawler.exits import Exit
from crawler.importers.run import import_files
from crawler.ingest import Paths, update_archive
from normalize.archive import ArchiveStale, NotAnArchive
from normalize.checks import load_checks

Break = Callable[[str], None]
"""Runs SQL in an archive, against all constraints."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> bytes:
    paths = Paths.of(tmp_path_factory.mktemp("check") / "a.db")
    import_files([sample / "csdn"], paths)
    update_archive(paths)
    return paths.archive.read_bytes()


@pytest.fixture
def archive(tmp_path: Path, built: bytes) -> Path:
    path = tmp_path / "a.db"
    path.write_bytes(built)
    return path


@pytest.fixture
def broken(archive: Path) -> Iterator[Break]:
    with closing(sqlite3.connect(archive, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        yield connection.execute


def asked(archive: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Exit, dict[str, Any]]:
    status = check_archive(archive, Console(as_json=True))
    return status, json.loads(capsys.readouterr().out)


def cases(result: dict[str, Any]) -> dict[str, int]:
    return {check["name"]: check["cases"] for check in result["checks"] if check["cases"]}


def test_what_a_whole_archive_comes_to(archive, capsys):
    status, result = asked(archive, capsys)
    assert (status, result["ok"]) == (Exit.OK, True)
    assert [check["name"] for check in result["checks"]] == [check.name for check in load_checks()]
    assert not any(check["cases"] for check in result["checks"] if check["severity"] == "error")
    assert all((check["example"] is None) == (check["cases"] == 0) for check in result["checks"])


def test_problems_are_counted_with_an_example(archive, capsys):
    _, result = asked(archive, capsys)
    found = {problem["code"]: problem for problem in result["problems"]}
    assert found["number_differs"]["cases"] == 1
    assert found["number_differs"]["severity"] == "warning"
    assert found["number_differs"]["example"].startswith("csdn-99000002: The title says number 14, the body 15")
    severities = [problem["severity"] for problem in result["problems"]]
    assert severities == sorted(severities, key=("error", "warning", "info").index)


BROKEN = {  # by the name of the assertion, SQL that makes it fail
    "references_lead_somewhere": "UPDATE recommendations SET tag_id = 'none' WHERE post_id = 'csdn-99000001'",
    "posts_count_their_recommendations": "UPDATE posts SET recommendations = 0 WHERE post_id = 'csdn-99000001'",
    "papers_are_recommended": "INSERT INTO papers (paper_id) VALUES ('pw-1')",
    "titles_are_printed": "UPDATE papers SET title = 'X' WHERE paper_id = 'pw-9107'",
    "known_titles_are_shown": "UPDATE papers SET title = 'X' WHERE paper_id = 'pw-9250'",
    "venues_are_given": "UPDATE papers SET venue_year = 1066 WHERE paper_id = 'pw-9107'",
    "aliases_are_no_papers": "INSERT INTO paper_aliases VALUES ('pw-9250', 'pw-9107')",
    "one_copy_is_shown": "UPDATE post_copies SET shown = 0 WHERE post_id = 'csdn-99000001'",
    "shown_captures_are_copies": "UPDATE captures SET post_id = 'csdn-99000002' WHERE post_id = 'csdn-99000001'",
    "names_are_used": "INSERT INTO venues (venue_id, aliases) VALUES ('NONE', '[]')",
    "judgements_agree": (
        "UPDATE judgements SET verdict = 'different' "
        "WHERE (left_id, right_id) = (SELECT left_id, right_id FROM judgements WHERE verdict = 'same' LIMIT 1)"
    ),
    "identifiers_name_one_paper": (
        "INSERT INTO identifiers SELECT recommendation_id, 'arxiv', '0704.0001', 1, 0 FROM recommendations LIMIT 9"
    ),
    "issues_are_one_post": "UPDATE posts SET series = 'S', number = 1",
    "posts_recommend_a_paper_once": "UPDATE recommendations SET paper_id = 'pw-9107'",
    "days_are_possible": "UPDATE posts SET published_on = '1918-01-01'",
    "posts_have_title_and_day": "UPDATE posts SET title = NULL WHERE post_id = 'csdn-99000001'",
    "papers_have_a_title": "UPDATE papers SET title = NULL WHERE paper_id = 'pw-9107'",
    "papers_have_an_address": "DELETE FROM links",
    "summaries_are_there": "UPDATE recommendations SET summary = '' WHERE post_id = 'csdn-99000001'",
    "addresses_are_whole": "UPDATE links SET url = 'ftp://x.y'",
    "digests_name_recommender_and_tag": "UPDATE recommendations SET tag_id = NULL WHERE post_id = 'csdn-99000001'",
    "series_are_complete": (
        "UPDATE posts SET series = 'S', number = CASE post_id WHEN 'csdn-99000001' THEN 5 ELSE 7 END"
    ),
    "past_posts_are_archived": "UPDATE post_links SET linked_post_id = NULL",
}


def test_every_assertion_is_broken_by_a_test():
    assert list(BROKEN) == [check.name for check in load_checks()]


@pytest.mark.parametrize("check", load_checks(), ids=lambda check: check.name)
def test_a_broken_archive_is_told(check, archive, broken, capsys):
    before = cases(asked(archive, capsys)[1]).get(check.name, 0)
    broken(BROKEN[check.name])
    status, result = asked(archive, capsys)
    assert cases(result)[check.name] != before
    if check.severity == "error":
        assert (status, result["ok"]) == (Exit.CHECK_FAILED, False)


def test_a_day_after_the_last_look_is_doubted(archive, broken, capsys):
    broken("UPDATE post_copies SET last_seen_at = '2019-01-01T00:00:00Z'")
    broken("UPDATE posts SET published_on = '2019-01-03' WHERE post_id = 'csdn-99000001'")
    broken("UPDATE posts SET published_on = '2019-01-02' WHERE post_id <> 'csdn-99000001'")
    assert cases(asked(archive, capsys)[1])["days_are_possible"] == 1


def test_problems_of_copies_that_are_not_shown_do_not_count(archive, broken, capsys):
    broken("UPDATE posts SET capture_id = (SELECT min(capture_id) FROM captures WHERE page_class <> 'post')")
    _, result = asked(archive, capsys)
    assert "number_differs" not in {problem["code"] for problem in result["problems"]}


def test_an_archive_of_other_code_is_named(archive, broken):
    broken("DROP TABLE judgements")
    with pytest.raises(ArchiveStale, match=r"built by other code .*paperdigest rebuild"):
        check_archive(archive, Console())


def test_what_is_no_archive_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        check_archive(tmp_path / "none.db", Console())
    (tmp_path / "text").write_text("no archive at all, but a file of some length")
    with pytest.raises(NotAnArchive):
        check_archive(tmp_path / "text", Console())


def test_the_command(archive, broken, paperdigest):
    text = paperdigest("check", "--archive", archive).stdout
    assert text.startswith(f"{archive}: ")
    assert "assertions hold" in text
    assert "number_differs" in text
    broken("INSERT INTO papers (paper_id) VALUES ('pw-1')")
    failed = paperdigest("check", "--archive", archive, status=10).stdout
    assert "error     1      Every paper has a recommendation." in failed
    assert json.loads(paperdigest("check", "--archive", archive, "--json", status=10).stdout)["ok"] is False


def test_the_archive_tells_what_must_hold_of_it(archive):
    with closing(sqlite3.connect(archive)) as connection:
        rows = connection.execute("SELECT name, severity, sentence, query FROM checks").fetchall()
    assert sorted(rows) == sorted((one.name, one.severity, one.sentence, one.query) for one in load_checks())

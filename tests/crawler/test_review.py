"""``paperdigest review``: what is to be decided, what is decided, and what the archive makes of it."""

import json
import sqlite3
import stat
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from crawler import cli, ingest
from crawler.along import Along
from crawler.captures import CaptureStore, NewCapture
from crawler.exits import Exit
from crawler.ingest import Paths, rebuild_archive, update_archive
from crawler.review import NotDecided, decide, review
from normalize.archive import Summary
from normalize.decisions import SUBJECTS, BadDecisions, load_decisions
from tests.conftest import dump

NESTED = "Nested LSTM Cells for Language"
COMPLEX = "Deep Complex Networks of Waves"
STORY = "Hierarchical Neural Story Generation with Plans"


def block(title: str, paper: str | None, recommender: str = "zhangjun", tag: str = "Dialogue System") -> str:
    link = f"\n论文链接\n\n{paper}\n" if paper else ""
    return f"**{title}**\n\n**@{recommender} 推荐**\n\n#{tag}\n\n本文提出了一个新的模型。\n{link}"


def digest(number: int, *blocks: str) -> NewCapture:
    body = f"# 本周值得读的论文，第 {number} 份 | PaperDaily #{number}\n\n" + "\n".join(blocks)
    return NewCapture(body=body.encode(), origin=f"import:{number}.md", address=None, fetched_at=None, status=None)


def pw(number: int) -> str:
    return f"https://www.paperweekly.site/papers/{number}"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """An archive with a wrong link, a misspelt title, a title of two works, and misspelt names."""
    paths = Paths.of(tmp_path / "a.db")
    with CaptureStore.open(paths.captures) as store:
        store.add([
            digest(1, block(NESTED, pw(5)), block(STORY, pw(7), tag="Story Generation")),
            digest(2, block(NESTED, pw(5)), block(COMPLEX, pw(5), recommender="zhangjum")),
            digest(3, block(STORY + "s", pw(8)), block("Mask R-CNN", pw(9), tag="Story Generaton")),
            digest(4, block("Graph Attention Networks", "https://arxiv.org/abs/1710.10903"), block(NESTED, None)),
            digest(5, block("Graph Attention Networks", "https://arxiv.org/abs/1710.10904"), block(NESTED, pw(5))),
        ])  # fmt: skip
    update_archive(paths)
    return paths


def rows(paths: Paths, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(paths.archive)) as connection:
        return connection.execute(sql).fetchall()


def title_id(paths: Paths, title: str) -> str:
    ((found,),) = rows(paths, f"SELECT DISTINCT paper_id FROM recommendations WHERE title_raw = '{title}'")
    return str(found)


def run(monkeypatch: pytest.MonkeyPatch, paths: Paths, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["paperdigest", "review", "--archive", str(paths.archive), *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


# --- what is to be decided -------------------------------------------------------------------------------------------


def test_unsure_pairs_stand_side_by_side_the_surest_doubts_first(paths: Paths) -> None:
    found = review(paths, SUBJECTS)
    assert [pair.rule for pair in found.papers] == ["identifier_conflict", "title_conflict", "near_titles"]
    conflict, works, near = found.papers
    assert {conflict.left.title, conflict.right.title} == {NESTED, COMPLEX}
    assert conflict.evidence == "pw-5"
    known = {side.title: side for side in (conflict.left, conflict.right)}
    assert known[NESTED].identifiers == ("pw-5",)
    assert known[COMPLEX].identifiers == ("pw-5?",)
    assert [one.recommender for one in known[COMPLEX].recommendations] == ["zhangjum"]
    assert len(known[NESTED].recommendations) == 4
    assert {works.left.paper_id, works.right.paper_id} == {"arxiv-1710.10903", "arxiv-1710.10904"}
    assert (near.left.paper_id, near.right.paper_id) == ("pw-7", "pw-8")
    assert {(one.kind, one.main.name, one.other.name) for one in found.names} == {
        ("recommender", "zhangjun", "zhangjum"),
        ("tag", "Story Generation", "Story Generaton"),
    }
    assert found.is_current


def test_only_what_is_asked_for_is_looked_for(paths: Paths) -> None:
    assert review(paths, ["tags"]).papers == ()
    assert {one.kind for one in review(paths, ["tags"]).names} == {"tag"}
    assert review(paths, ["papers"]).names == ()


# --- deciding --------------------------------------------------------------------------------------------------------


def test_what_is_decided_is_not_asked_again_and_obeyed_when_the_archive_is_written(paths: Paths) -> None:
    wrong = title_id(paths, COMPLEX)
    assert decide(paths, "papers", ["pw-7", "pw-8"], same=True, note="a misprint")
    assert decide(paths, "papers", ["pw-5", wrong], same=False)
    assert decide(paths, "papers", ["arxiv-1710.10903", "arxiv-1710.10904"], same=True)
    assert decide(paths, "recommenders", ["zhangjun", "zhangjum"], same=True)
    assert decide(paths, "tags", ["Story Generation", "Story Generaton"], same=False)
    asked = review(paths, SUBJECTS)
    assert (asked.papers, asked.names, asked.is_current) == ((), (), False)
    assert rows(paths, "SELECT count(*) FROM papers WHERE paper_id = 'pw-8'") == [(1,)]
    update_archive(paths)
    assert rows(paths, "SELECT count(*) FROM papers WHERE paper_id = 'pw-8'") == [(0,)]
    assert rows(paths, "SELECT paper_id FROM paper_aliases WHERE alias = 'pw-8'") == [("pw-7",)]
    assert rows(paths, "SELECT evidence, verdict FROM judgements WHERE rule = 'decision' ORDER BY 1") == [
        ("arxiv-1710.10903 = arxiv-1710.10904", "same"),
        ("pw-5 ≠ " + wrong, "different"),
        ("pw-7 = pw-8", "same"),
    ]
    assert rows(paths, "SELECT DISTINCT decision FROM decided ORDER BY 1") == [
        ("arxiv-1710.10903 = arxiv-1710.10904",), ("pw-5 ≠ " + wrong,), ("pw-7 = pw-8",)
    ]  # fmt: skip
    assert rows(paths, "SELECT count(*) FROM recommenders WHERE name LIKE 'zhangju_'") == [(1,)]
    again = review(paths, SUBJECTS)
    assert (again.papers, again.names, again.is_current, again.unused) == ((), (), True, ())


def test_a_rebuilt_archive_with_decisions_is_equal_row_for_row(paths: Paths) -> None:
    decide(paths, "papers", ["pw-7", "pw-8"], same=True)
    update_archive(paths)
    update_archive(paths)
    before = dump(paths.archive)
    rebuild_archive(paths)
    assert dump(paths.archive) == before


def test_comments_and_what_else_stands_in_the_file_stay(paths: Paths) -> None:
    ours = '# ours\n[[papers]]  # old\nsame = ["pw-5", "pw-6"] # kept\n'
    paths.decisions.write_text(ours, "utf-8")
    paths.decisions.chmod(0o640)
    assert decide(paths, "papers", ["pw-7", "pw-8"], same=True, note="“why”")
    text = paths.decisions.read_text("utf-8")
    assert text == ours + '\n[[papers]]\nsame = ["pw-7", "pw-8"]\nnote = "“why”"\n'
    assert stat.S_IMODE(paths.decisions.stat().st_mode) == 0o640
    assert not decide(paths, "papers", ["pw-8", "pw-7"], same=True)
    assert paths.decisions.read_text("utf-8") == text
    assert [path.name for path in paths.archive.parent.iterdir() if "new" in path.name] == []


def test_a_link_to_a_file_of_decisions_stays_a_link(paths: Paths, tmp_path: Path) -> None:
    kept = tmp_path / "kept.toml"
    kept.write_text("# ours\n", "utf-8")
    paths.decisions.symlink_to("kept.toml")
    assert decide(paths, "papers", ["pw-7", "pw-8"], same=True)
    assert paths.decisions.is_symlink()
    assert kept.read_text("utf-8") == '# ours\n\n[[papers]]\nsame = ["pw-7", "pw-8"]\n'


@pytest.mark.parametrize("is_obeyed", [True, False])
def test_names_in_any_spelling_that_the_rules_hold_for_the_same_can_be_decided(paths: Paths, is_obeyed: bool) -> None:
    assert decide(paths, "recommenders", ["ZhangJun", "＠zhang jum"], same=True)
    if is_obeyed:
        update_archive(paths)
    assert not decide(paths, "recommenders", ["zhangjun", "ZhangJum"], same=True)
    assert not decide(paths, "tags", ["Dialogue System", "dialogue systems"], same=True)


def test_an_id_lives_on_when_it_is_decided_to_be_another(paths: Paths) -> None:
    merged = title_id(paths, COMPLEX)
    decide(paths, "papers", ["pw-5", merged], same=True)
    update_archive(paths)
    assert rows(paths, f"SELECT paper_id FROM paper_aliases WHERE alias = '{merged}'") == [("pw-5",)]
    assert decide(paths, "papers", [merged, "pw-9"], same=False)


def test_decisions_that_mean_nothing_here_are_named(paths: Paths) -> None:
    paths.decisions.write_text('[[papers]]\nsame = ["pw-77", "pw-78"]\n', "utf-8")
    assert review(paths, ["papers"]).unused == ()
    update_archive(paths)
    assert review(paths, ["papers"]).unused == ("pw-77 = pw-78",)


@pytest.mark.parametrize(
    ("subject", "names", "same", "reason"),
    [
        ("papers", ["pw-7", "pw-777"], True, "knows no paper 'pw-777'"),
        ("papers", ["pw-7", "Mask R-CNN"], True, "no id of a paper"),
        ("tags", ["Story Generation", "Nothing"], True, "knows no tag 'Nothing'"),
        ("recommenders", ["zhangjun", "nobody"], False, "knows no recommender 'nobody'"),
        ("papers", ["pw-7", "pw-7"], True, "must name at least two"),
        ("papers", ["pw-7", "pw-8"], False, "cannot be different"),
    ],
)
def test_what_cannot_be_decided_leaves_the_file_alone(
    paths: Paths, subject: Any, names: list[str], same: bool, reason: str
) -> None:
    paths.decisions.write_text('[[papers]]\nsame = ["pw-8", "pw-7"]\n', "utf-8")
    with pytest.raises(NotDecided, match=reason):
        decide(paths, subject, names, same=same)
    assert paths.decisions.read_text("utf-8") == '[[papers]]\nsame = ["pw-8", "pw-7"]\n'


def test_decisions_made_while_a_crawl_is_read_along_wait_for_its_end(paths: Paths) -> None:
    with Along(paths) as along, CaptureStore.open(paths.captures) as store:
        along.stored(store.capture_ids() * 10)  # so many in no time: it has begun
        (added,) = store.add([digest(6, block("A New Paper of Today", pw(99)))])
        decide(paths, "papers", ["pw-7", "pw-8"], same=True)
        along.stored([added])
        assert along.finish() == Summary()
    assert update_archive(paths).new_posts == 6
    assert rows(paths, "SELECT paper_id FROM papers WHERE paper_id IN ('pw-8', 'pw-99')") == [("pw-99",)]


def test_the_code_version_covers_rooms_within_rooms() -> None:
    sources = {source.name for source in ingest._sources(files("normalize"))}
    assert {"archive.py", "papers.py", "posts.py", "schema.sql"} <= sources


# --- bad files -------------------------------------------------------------------------------------------------------


def test_a_bad_file_is_refused_before_anything_is_written(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    paths.decisions.write_text('[[papers]]\nsame = ["pw-5"]\n', "utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(BadDecisions, match="at least two"):
        update_archive(paths)
    page = tmp_path / "new.md"
    page.write_bytes(digest(9, block("A New Paper of Today", pw(99))).body)
    monkeypatch.setattr("sys.argv", ["paperdigest", "import", str(page), "--archive", str(paths.archive), "--quiet"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == Exit.INPUT_REFUSED
    assert "a.decisions.toml, [[papers]] number 1: same must name at least two" in capsys.readouterr().err
    page.unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_lists_and_decides(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, paths) == Exit.OK
    shown = capsys.readouterr()
    assert f"pw-8   {STORY}s" in shown.out
    assert "paperdigest review --same pw-7 pw-8" in shown.out
    assert "paperdigest review --of tags --same 'Story Generation' 'Story Generaton'" in shown.out
    assert "3 of 3 pairs of papers and 2 of 2 pairs of names to decide" in shown.err
    assert run(monkeypatch, paths, "--same", "pw-7", "pw-8", "--note", "a misprint") == Exit.OK
    assert "a.decisions.toml: pw-7 = pw-8" in capsys.readouterr().out
    assert load_decisions(paths.decisions).papers[0].note == "a misprint"
    assert run(monkeypatch, paths, "--of", "tags", "--different", "Story Generation", "Story Generaton") == Exit.OK
    assert run(monkeypatch, paths, "--different", "pw-7", "pw-8") == Exit.INPUT_REFUSED
    assert "cannot be different" in capsys.readouterr().err
    assert run(monkeypatch, paths, "--json", "--limit", "1") == Exit.OK
    result = json.loads(capsys.readouterr().out)
    assert [pair["rule"] for pair in result["papers"]] == ["identifier_conflict"]
    assert result["names"][0]["main"]["name"] == "zhangjun"
    assert not result["is_current"]


@pytest.mark.parametrize(
    "arguments", [["--note", "why"], ["--same", "pw-7", "pw-8", "--different", "pw-7", "pw-8"], ["--same", "pw-7"]]
)
def test_what_the_command_does_not_understand(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    assert run(monkeypatch, paths, *arguments) == Exit.USAGE


def test_without_an_archive_nothing_can_be_reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, Paths.of(tmp_path / "none.db")) == Exit.NOT_AN_ARCHIVE
    assert run(monkeypatch, Paths.of(tmp_path / "none.db"), "--same", "pw-1", "pw-2") == Exit.NOT_AN_ARCHIVE

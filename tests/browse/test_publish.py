"""``paperdigest publish``: a folder for everybody, with nothing in it that is not for readers."""

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.browse.publish import MARK, NotPublished, publish
from crawler.browse.serve import stop
from crawler.browse.snapshot import ARCHIVE_FILE, PICTURES_FILE
from crawler.captures import CaptureStore
from crawler.exits import Exit
from crawler.images.kinds import Kind
from crawler.images.store import ImageStore, images_path
from crawler.ingest import Paths
from crawler.runs import Runs
from normalize.search import parse
from tests.browse.servers import DATASETTE_1, VERSIONS, Version, fetch, fetch_json, free_port, wait_for
from tests.conftest import Run

SECRET = "somebody@private.example"
PICTURE = b"\x89PNG\r\n\x1a\n picture"


@pytest.fixture(scope="module")
def own(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The sample archive with a contact in its runs, a private file among its captures, and a picture."""
    folder = tmp_path_factory.mktemp("own")
    copied = folder / "own.db"
    shutil.copy(archive, copied)
    shutil.copy(archive.with_name("sample.captures.db"), folder / "own.captures.db")
    with closing(sqlite3.connect(copied)) as connection, connection:
        connection.execute("UPDATE captures SET origin = ? WHERE origin LIKE 'file:%'", (f"file:{SECRET}.html",))
        connection.execute("UPDATE post_copies SET place = ? || post_id WHERE place LIKE 'file:%'", (f"file:{SECRET}",))
        key = connection.execute("SELECT key FROM images WHERE role = 'figure' ORDER BY key").fetchone()[0]
    with CaptureStore.open(folder / "own.captures.db") as store:
        runs = Runs(store)
        runs.end(runs.begin("sync", source=f"csdn via http://{SECRET}", asked={"contact": SECRET}), Exit.OK)
    with ImageStore.open(images_path(copied)) as images:
        images.keep(
            key, PICTURE, Kind(type="image/png", width=3, height=2), address=f"https://{SECRET}/1.png",
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    return Paths.of(copied)


@pytest.fixture(scope="module")
def folder(own: Paths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public") / "papers"
    publish(own, folder, text=True, pictures=True)
    return folder


def test_all_that_a_server_needs_is_there(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        ARCHIVE_FILE, "metadata.json", "datasette.json", "settings.json", "inspect-data.json", "requirements.txt",
        "Dockerfile", "README.md", MARK, "plugins", "templates", "static", "python", "pictures",
    }  # fmt: skip
    assert not list(folder.rglob("*.pyc"))
    assert "0.0.0.0" in (folder / "Dockerfile").read_text()


def test_nothing_private_is_in_it(folder: Path) -> None:
    secret = SECRET.encode()
    assert [path for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes()] == []


def test_nothing_captured_is_in_it(folder: Path, own: Paths) -> None:
    with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert not tables & {"bodies", "observations", "tombstones", "found"}
        for table in ("copy_facts", "capture_keys"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        origins = {row[0] for row in connection.execute("SELECT DISTINCT origin FROM captures")}
        assert origins == {"csdn", "file"}


def test_papers_are_those_of_the_archive(folder: Path, own: Paths) -> None:
    query = "SELECT * FROM paper_overview ORDER BY paper_id"
    with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as copy, closing(sqlite3.connect(own.archive)) as archive:
        rows = archive.execute(query).fetchall()
        assert len(rows) > 50
        assert copy.execute(query).fetchall() == rows


def test_the_copy_is_vacuumed_whole_and_read_only(folder: Path) -> None:
    path = folder / ARCHIVE_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_pictures_are_taken_along_only_when_asked_for(folder: Path, own: Paths, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / PICTURES_FILE)) as connection:
        assert connection.execute("SELECT body FROM bodies").fetchall() == [(PICTURE,)]
    publish(own, tmp_path / "bare")
    assert not (tmp_path / "bare" / PICTURES_FILE).exists()
    with closing(sqlite3.connect(tmp_path / "bare" / ARCHIVE_FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM pictures").fetchone() == (0,)


def test_what_posts_say_is_taken_along_only_when_asked_for(folder: Path, own: Paths, tmp_path: Path) -> None:
    publish(own, tmp_path / "free")
    with (
        closing(sqlite3.connect(folder / ARCHIVE_FILE)) as whole,
        closing(sqlite3.connect(tmp_path / "free" / ARCHIVE_FILE)) as free,
    ):
        summaries = [row[0] for row in whole.execute("SELECT summary FROM recommendations WHERE summary <> ''")]
        assert len(summaries) > 50
        content = (tmp_path / "free" / ARCHIVE_FILE).read_bytes()
        assert not any(summary[:24].encode() in content for summary in summaries)
        query = "SELECT count(*) FROM search WHERE search MATCH ?"
        # In summaries alone, in a title, in a subject.
        for words, is_free in (("循环", False), ("attention is all you need", True), ("detection", True)):
            expression = parse(words).fts()
            assert whole.execute(query, (expression,)).fetchone()[0] > 0
            assert (free.execute(query, (expression,)).fetchone()[0] > 0) is is_free
        assert free.execute("SELECT count(*) FROM recommendations").fetchone() == (
            whole.execute("SELECT count(*) FROM recommendations").fetchone()
        )


def test_publishing_again_replaces_the_folder(own: Paths, tmp_path: Path) -> None:
    publish(own, tmp_path / "papers")
    (tmp_path / "papers" / "stale.txt").write_text("of last time")
    publish(own, tmp_path / "papers")
    assert not (tmp_path / "papers" / "stale.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["papers"]


def test_what_is_something_else_is_refused(own: Paths, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("the only copy")
    with pytest.raises(NotPublished, match="holds something else"):
        publish(own, tmp_path / "home")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotPublished, match="is no folder"):
        publish(own, tmp_path / "file")
    with pytest.raises(FileNotFoundError, match="no folder"):
        publish(own, tmp_path / "missing" / "papers")
    assert (tmp_path / "home" / "thesis.txt").read_text() == "the only copy"


def test_the_folder_that_one_is_in_is_refused(own: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotPublished, match="publish from elsewhere"):
        publish(own, Path())


def test_equal_files_of_two_names_stay_two_places(own: Paths, tmp_path: Path) -> None:
    copied = tmp_path / "own.db"
    shutil.copy(own.archive, copied)
    with closing(sqlite3.connect(copied)) as connection, connection:
        connection.execute(
            "INSERT INTO post_copies SELECT post_id, place || ' (1)', site, captures, reads, sha256, first_seen_at, "
            "last_seen_at, 0 FROM post_copies WHERE place LIKE 'file:%'"
        )
        before = connection.execute("SELECT count(*) FROM post_copies").fetchone()
    publish(Paths.of(copied), tmp_path / "papers")
    with closing(sqlite3.connect(tmp_path / "papers" / ARCHIVE_FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM post_copies").fetchone() == before
        places = {place for (place,) in connection.execute("SELECT place FROM post_copies WHERE place LIKE 'file:%'")}
    assert places
    assert all(re.fullmatch(r"file:[0-9a-f]{16}(-2)?", place) for place in places)


def test_an_archive_that_is_none_leaves_the_folder_alone(own: Paths, tmp_path: Path) -> None:
    publish(own, tmp_path / "papers")
    before = (tmp_path / "papers" / ARCHIVE_FILE).read_bytes()
    with pytest.raises(FileNotFoundError):
        publish(Paths.of(tmp_path / "nothing.db"), tmp_path / "papers")
    assert (tmp_path / "papers" / ARCHIVE_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["papers"]


@pytest.mark.parametrize("version", VERSIONS)
def test_stock_datasette_serves_the_folder(folder: Path, tmp_path: Path, version: Version) -> None:
    """As the README in it says, with nothing installed but Datasette: the packages of this project are not there."""
    words = [sys.executable]
    environment = {**os.environ, "PYTHONPATH": "python"}
    if version == "1.0":
        if not (DATASETTE_1 / "datasette").is_dir():
            pytest.skip(f"no Datasette 1.0 in {DATASETTE_1}: make test puts it there")
        # -S: what is installed here is not seen, and with it this project.
        words.append("-S")
        environment["PYTHONPATH"] = f"{DATASETTE_1}{os.pathsep}python"
    else:
        pytest.importorskip("datasette", reason="Datasette is not installed")
    port = free_port()
    words += ["-m", "datasette", "serve", ".", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        server = wait_for(process, f"http://127.0.0.1:{port}", tmp_path / "log")
        found = fetch_json(server, "/-/databases.json")
        databases = found if version == "0.65" else found["databases"]
        assert [(one["name"], one["is_mutable"]) for one in databases] == [("archive", False)]
        assert fetch_json(server, "/-/settings.json")["sql_time_limit_ms"] == 1000
        assert "论文总览 · Papers at a glance" in fetch(server, "/archive/paper_overview").text
        assert fetch_json(server, "/archive/most_recommended.json?_shape=array")
        assert fetch(server, "/search?q=注意力").status == 200
        assert "default-src 'none'" in fetch(server, "/").headers["content-security-policy"]
    finally:
        stop(process)


def test_the_command_tells_what_it_wrote(own: Paths, paperdigest: Run, tmp_path: Path) -> None:
    done = paperdigest("publish", tmp_path / "papers", "--archive", own.archive, "--json")
    told = json.loads(done.stdout)
    assert told["papers"] > 50
    assert told["size"] == (tmp_path / "papers" / ARCHIVE_FILE).stat().st_size
    done = paperdigest("publish", tmp_path / "papers", "--archive", own.archive)
    assert "read-only" in done.stdout
    assert "belongs to their authors" in done.stderr


def test_the_command_refuses_other_folders(own: Paths, paperdigest: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("")
    done = paperdigest("publish", tmp_path, "--archive", own.archive, status=Exit.USAGE)
    assert "holds something else" in done.stderr

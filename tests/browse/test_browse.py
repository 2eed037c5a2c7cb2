"""``paperdigest browse``: a real Datasette over a snapshot."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from crawler.browse.serve import DatasetteFailed, DatasetteMissing, PortTaken, datasette_version, prepare, serving
from crawler.browse.snapshot import ARCHIVE_FILE, PICTURES_FILE, make_snapshot
from crawler.captures import CaptureStore
from crawler.exits import Exit
from crawler.images.store import ImageStore, images_path
from crawler.ingest import Paths
from crawler.runs import RunCounts, Runs
from tests.browse.servers import REPOSITORY, environment_of, free_port
from tests.conftest import Run


@contextmanager
def running(*arguments: object, archive: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``paperdigest browse`` until the block ends, and the address that it printed."""
    pytest.importorskip("datasette", reason="Datasette is not installed")
    words = [sys.executable, "-m", "crawler.cli", "browse", "--archive", str(archive), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+?(?=/ )", line)
        assert found is not None, line
        yield process, found[0]
    finally:
        process.terminate()
        process.wait(30)


def status_of(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.status)


def test_it_serves_until_it_is_interrupted_and_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    with running("--no-open", archive=archive, folder=tmp_path) as (process, address):
        assert status_of(f"{address}/") == 200
        assert list(tmp_path.iterdir())
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == Exit.INTERRUPTED
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="refused"):
        status_of(f"{address}/")


def test_it_serves_on_the_port_that_is_asked_for(archive: Path, tmp_path: Path) -> None:
    port = free_port()
    with running("--no-open", "--port", port, archive=archive, folder=tmp_path) as (_, address):
        assert address == f"http://127.0.0.1:{port}"


def test_it_opens_the_browser(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    with running(archive=archive, folder=tmp_path) as (_, address):
        end = time.monotonic() + 10
        while not (tmp_path / "opened").exists() and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.05)
        assert (tmp_path / "opened").read_text() == f"{address}/"


def test_a_taken_port_is_named(archive: Path, paperdigest: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = paperdigest("browse", "--no-open", "--port", port, "--archive", archive, status=Exit.FAILED)
    assert f"port {port}" in done.stderr


def test_an_address_of_no_machine_is_named(archive: Path, tmp_path: Path) -> None:
    environment = environment_of("0.65")
    # For documents: no machine has it.
    with (
        pytest.raises(PortTaken, match=r"^203\.0\.113\.5 cannot be used"),
        serving(tmp_path, host="203.0.113.5", environment=environment),
    ):
        pass


def test_no_archive_is_named(paperdigest: Run) -> None:
    assert "no archive" in paperdigest("browse", "--no-open", status=Exit.NOT_AN_ARCHIVE).stderr


def test_without_datasette_it_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "datasette.py").write_text("raise ImportError")
    with pytest.raises(DatasetteMissing, match=r"pip install 'paperdigest\[browse\]'"):
        datasette_version({**os.environ, "PYTHONPATH": str(tmp_path)})


def test_a_datasette_that_ends_says_why(archive: Path, tmp_path: Path) -> None:
    environment = environment_of("0.65")
    prepare(Paths.of(archive), tmp_path)
    (tmp_path / ARCHIVE_FILE).write_text("no database at all, whatever its name says")
    with pytest.raises(DatasetteFailed, match="does not start"), serving(tmp_path, environment=environment):
        pass


def test_a_port_that_is_taken_is_refused_before(archive: Path, tmp_path: Path) -> None:
    environment = environment_of("0.65")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken), serving(tmp_path, port=taken.getsockname()[1], environment=environment):
            pass


# --- the snapshot ----------------------------------------------------------------------------------------------------


def test_the_snapshot_is_of_one_moment(archive: Path, tmp_path: Path) -> None:
    """While a writer changes two tables together, again and again, no copy has one change without the other."""
    path = tmp_path / "busy.db"
    path.write_bytes(archive.read_bytes())
    written, stopped = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            number = 0
            while not stopped.is_set():
                number += 1
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("UPDATE papers SET venue_year = ?", (number,))
                connection.execute("UPDATE recommendations SET venue_year = ?", (number,))
                connection.execute("COMMIT")
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(30)
        for number in range(4):
            folder = tmp_path / str(number)
            folder.mkdir()
            with closing(sqlite3.connect(make_snapshot(Paths.of(path), folder))) as copy:
                years = copy.execute(
                    "SELECT DISTINCT venue_year FROM papers UNION SELECT DISTINCT venue_year FROM recommendations"
                )
                assert len(years.fetchall()) == 1
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        stopped.set()
        writer.join()


def test_the_archive_stays_as_it_is(archive: Path, tmp_path: Path) -> None:
    before = archive.read_bytes()
    make_snapshot(Paths.of(archive), tmp_path)
    assert archive.read_bytes() == before


def test_views_of_the_snapshot_show_what_those_of_the_archive_show(archive: Path, tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(archive)) as own,
        closing(sqlite3.connect(make_snapshot(Paths.of(archive), tmp_path))) as copy,
    ):
        views = [name for (name,) in own.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")]
        assert len(views) >= 6
        for view in views:
            query = f"SELECT * FROM {view}"
            rows, copied = own.execute(query), copy.execute(query)
            assert [column[0] for column in copied.description] == [column[0] for column in rows.description]
            assert sorted(copied, key=repr) == sorted(rows, key=repr)


def test_runs_and_pictures_are_told_of(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    path.write_bytes(archive.read_bytes())
    with CaptureStore.open(tmp_path / "own.captures.db") as store:
        runs = Runs(store)
        runs.end(runs.begin("sync", asked={"user": "somebody"}), Exit.OK, counts=RunCounts(found=7))
    ImageStore.open(images_path(path)).close()
    folder = tmp_path / "copy"
    folder.mkdir()
    with closing(sqlite3.connect(make_snapshot(Paths.of(path), folder))) as copy:
        assert copy.execute("SELECT command, outcome, found FROM runs").fetchall() == [("sync", "ok", 7)]
        assert copy.execute("SELECT count(*) FROM pictures").fetchone() == (0,)
    assert (folder / PICTURES_FILE).resolve() == images_path(path)


def test_an_archive_alone_is_enough(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "alone.db"
    path.write_bytes(archive.read_bytes())
    folder = tmp_path / "copy"
    folder.mkdir()
    with closing(sqlite3.connect(make_snapshot(Paths.of(path), folder))) as copy:
        assert copy.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    assert not (folder / PICTURES_FILE).exists()

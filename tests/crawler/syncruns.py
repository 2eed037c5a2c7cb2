"""Runs of the real ``paperdigest sync`` against the fault server, and what they leave behind."""

import fnmatch
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from crawler.captures import CaptureStore, _capture_id, _checksum, captures_path
from tests.conftest import dump
from tests.crawler.faultpages import USER
from tests.crawler.faultserver import ROOT, FaultServer

CONTACT: Final = "archivist@example.org"
_TIMES: Final = {"captured_at", "first_seen_at", "last_seen_at"}


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        return answer


class Home:
    """An archive that is kept by ``sync``, in a folder of its own."""

    def __init__(self, folder: Path, site: FaultServer) -> None:
        self.folder = folder
        self.site = site
        self.archive = folder / "a.db"
        self.captures = captures_path(self.archive)

    # --- commands ----------------------------------------------------------------------------------------------------

    def start(self, *arguments: str, command: str = "sync") -> subprocess.Popen[str]:
        """Starts a command; :meth:`end` waits for it."""
        options: tuple[str, ...] = ()
        if command == "sync":
            options = ("--site-url", self.site.url, "--user", USER, "--contact", CONTACT, "--delay", "0")
        # a proxy from the environment must not be asked for a server of this machine
        trap = f"http://127.0.0.1:{self.site.trap}"
        return subprocess.Popen(
            [sys.executable, "-m", "crawler.cli", command, *options, "--archive", str(self.archive), *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "http_proxy": trap},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def end(self, process: subprocess.Popen[str], *, status: int | None = 0) -> Ran:
        out, err = process.communicate(timeout=90)
        assert status is None or process.returncode == status, f"status {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err + out, err + out
        return Ran(status=process.returncode, out=out, err=err)

    def sync(self, *arguments: str, status: int | None = 0) -> Ran:
        """One run to its end; forgets first what the site was asked before."""
        self.site.forget()
        return self.end(self.start(*arguments), status=status)

    def wait_for(self, process: subprocess.Popen[str], count: int, path: str) -> None:
        """Waits until a running command has asked so often for a path, in which ``*`` stands for anything."""
        end = time.monotonic() + 30
        while sum(fnmatch.fnmatchcase(seen, path) for seen in self.site.paths()) < count:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, f"{count} requests for {path} did not come: {self.site.paths()}"
            time.sleep(0.005)

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGKILL)
        process.communicate()

    # --- what is there -----------------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object, captures: bool = False) -> list[dict[str, Any]]:
        path = self.captures if captures else self.archive
        # not read-only: what a killed process left half done is undone first
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def run(self) -> dict[str, Any]:
        """The row of the last run, its JSON unpacked."""
        row = self.rows("SELECT * FROM runs ORDER BY run_id DESC LIMIT 1", captures=True)[0]
        return {**row, **{name: json.loads(row[name]) for name in ("asked", "ways", "versions", "archive")}}

    def problems(self) -> list[dict[str, Any]]:
        """Problems of the last run."""
        last = "(SELECT max(run_id) FROM runs)"
        return self.rows(f"SELECT * FROM run_problems WHERE run_id = {last} ORDER BY number", captures=True)

    def posts(self) -> set[int]:
        """Numbers of the posts in the archive."""
        found = self.rows("SELECT post_id FROM posts WHERE post_id LIKE 'csdn-%'")
        return {int(row["post_id"].removeprefix("csdn-")) for row in found}

    def post_rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows that say what the posts are, without those on captures and times of looking."""
        tables = dump(self.archive)
        return {name: tables[name] for name in ("recommendations", "papers", "recommenders", "tags") if name in tables}

    def observations(self, number: int) -> list[dict[str, Any]]:
        """What was seen of a post, the oldest first."""
        sql = "SELECT * FROM observations WHERE post_key = ? ORDER BY fetched_at, rowid"
        return self.rows(sql, f"csdn-{number}", captures=True)

    def whole(self) -> set[int]:
        """Numbers of the posts that are stored whole."""
        sql = "SELECT DISTINCT post_key FROM observations WHERE answer = 'whole' AND post_key LIKE 'csdn-%'"
        return {int(row["post_key"].removeprefix("csdn-")) for row in self.rows(sql, captures=True)}

    def bodies(self) -> int:
        return int(self.rows("SELECT count(*) AS n FROM bodies", captures=True)[0]["n"])

    def check(self) -> None:
        """No file is damaged."""
        with CaptureStore.open(self.captures, readonly=True) as store:
            assert list(store.iter_damage()) == []
        if self.archive.exists():
            assert [tuple(row.values()) for row in self.rows("PRAGMA integrity_check")] == [("ok",)]
            assert self.rows("PRAGMA foreign_key_check") == []

    # --- the clock ---------------------------------------------------------------------------------------------------

    def age(self, **time: float) -> None:
        """Makes all that was done so far so much older: captures, finds and runs. The archive is built anew by the
        next run, since the ids of captures follow from their times.
        """
        delta = timedelta(**time)

        def older(text: str | None) -> str | None:
            if text is None:
                return None
            return (datetime.fromisoformat(text).astimezone(UTC) - delta).strftime("%Y-%m-%dT%H:%M:%SZ")

        seen = "sha256, address, origin, fetched_at, status, headers, body_sha256, reads"
        with closing(sqlite3.connect(self.captures)) as connection, connection:
            connection.create_function("older", 1, older)
            for capture_id, *values in connection.execute(f"SELECT capture_id, {seen} FROM observations").fetchall():
                values[3] = older(values[3])
                news = (_capture_id(*values[:4]), values[3], _checksum(tuple(values)), capture_id)
                connection.execute(
                    "UPDATE observations SET capture_id = ?, fetched_at = ?, checksum = ? WHERE capture_id = ?", news
                )
            connection.execute("UPDATE found SET first_found_at = older(first_found_at)")
            connection.execute("UPDATE runs SET begun_at = older(begun_at), ended_at = older(ended_at)")
        self.archive.unlink(missing_ok=True)


def timeless(archive: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of an archive, without times of fetching and with captures named by what they hold."""
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
        names = {
            capture_id: f"{sha256} {address} {origin}"
            for capture_id, sha256, address, origin in connection.execute(
                "SELECT capture_id, sha256, address, origin FROM captures"
            )
        }
        found = {}
        for table, rows in dump(archive).items():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info([{table}])")]
            times = {place for place, name in enumerate(columns) if name in _TIMES}
            bare = (tuple(value for place, value in enumerate(row) if place not in times) for row in rows)
            found[table] = sorted((tuple(names.get(str(value), value) for value in row) for row in bare), key=repr)
        return found

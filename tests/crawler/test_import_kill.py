"""kill -9 at random moments of an import: whole posts only, and the next import ends as if nothing had happened."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from posts import BLOCKS, write_posts

POSTS = 60
MOMENTS = int(os.environ.get("PAPERDIGEST_KILLS", "12"))
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    write_posts(folder, POSTS)
    return folder


def start(pages: Path, archive: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "crawler.cli", "import", str(pages), "--archive", str(archive), "--quiet"]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def whole(pages, tmp_path_factory):
    archive = tmp_path_factory.mktemp("whole") / "a.db"
    begun = time.monotonic()
    assert start(pages, archive).wait() == 0
    return archive, time.monotonic() - begun


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_import_loses_nothing(pages, whole, tmp_path, dump, moment):
    reference, seconds = whole
    archive = tmp_path / "a.db"
    process = start(pages, archive)
    time.sleep(random.Random(moment).uniform(0.1, 1.1) * seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if archive.exists():
        with sqlite3.connect(archive) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'posts'").fetchone()[0]:
                halves = connection.execute(
                    "SELECT count(*) FROM posts p WHERE ? <> "
                    "(SELECT count(*) FROM recommendations r WHERE r.post_id = p.post_id)",
                    (BLOCKS,),
                ).fetchone()
                assert halves == (0,)
    assert start(pages, archive).wait() == 0
    assert dump(archive) == dump(reference)

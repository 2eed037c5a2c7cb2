"""``paperdigest search`` as it is run: in a pipe, for a script, on a terminal."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Run

TITLE = "Attention Is All You Need"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "a.db"
    command = [
        sys.executable,
        "-m",
        "crawler.cli",
        "import",
        str(REPOSITORY / "data" / "sample"),
        "--archive",
        str(path),
    ]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return path


def test_in_a_pipe_matches_stand_in_brackets(paperdigest: Run, archive: Path) -> None:
    done = paperdigest("search", "注意力", "--archive", archive)
    assert done.stdout.startswith(f"{TITLE}\n  2017-09-15 · #Attention · https://www.paperweekly.site/papers/9107\n")
    assert "只有[注意力]和前馈层" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == "9 recommendations\n"


def test_a_page_tells_how_many_there_are(paperdigest: Run, archive: Path) -> None:
    assert paperdigest("search", "注意力", "--limit", "2", "--archive", archive).stderr == (
        "9 recommendations (the first 2)\n"
    )
    assert paperdigest("search", "注意力", "--limit", "0", "--archive", archive).stderr == "9 recommendations\n"
    assert paperdigest("search", "没有的词语", "--archive", archive).stderr == "0 recommendations\n"


def test_json_is_a_list_with_an_object_a_recommendation(paperdigest: Run, archive: Path) -> None:
    hits = json.loads(paperdigest("search", "注意力", "--json", "--limit", "3", "--archive", archive).stdout)
    assert len(hits) == 3
    assert hits[0]["title"] == TITLE
    assert hits[0]["published_on"] == "2017-09-15"
    assert "[注意力]" in hits[0]["snippet"]
    assert hits[0].keys() >= {"recommendation_id", "paper_id", "post_id", "position", "venue", "tag", "post_url"}
    assert json.loads(paperdigest("search", "没有的词语", "--json", "--archive", archive).stdout) == []


def test_in_restricts_the_search(paperdigest: Run, archive: Path) -> None:
    def titles(where: str) -> list[str]:
        done = paperdigest("search", "attention", "--json", "--limit", "0", "--in", where, "--archive", archive)
        return [hit["title"] for hit in json.loads(done.stdout)]

    assert TITLE in titles("title")
    assert TITLE not in titles("summary")
    assert all("attention" in title.casefold() for title in titles("title"))
    assert set(titles("all")[: len(titles("title"))]) == set(titles("title"))


def on_a_terminal(archive: Path, **environment: str) -> str:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "crawler.cli", "search", "is all", "--limit", "1", "--archive", str(archive)]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment}
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=theirs, stderr=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux tells so that the other side is closed
        return b""


def test_on_a_terminal_matches_are_coloured(archive: Path) -> None:
    shown = on_a_terminal(archive)
    assert "\x1b[1mAttention \x1b[1;31mIs\x1b[0m\x1b[1m \x1b[1;31mAll\x1b[0m\x1b[1m You Need\x1b[0m" in shown
    assert "[Is]" not in shown
    assert "\x1b" not in on_a_terminal(archive, NO_COLOR="1")

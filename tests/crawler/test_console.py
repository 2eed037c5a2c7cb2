"""What the command says where the place it says it to is an odd one: closed, of another encoding, a terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawler.console import Console
from crawler.sample import SampleBlog

ROOT = Path(__file__).parents[2]
ODD = "\x1b]0;title\x07\x9b31m 注意力\x7f"


def start(folder: Path, *arguments: object, encoding: str = "utf-8", **options: Any) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "crawler.cli", *map(str, arguments)]
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, encoding=encoding, **options)


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_failure(tmp_path: Path, sample: Path, closed: str) -> None:
    for command in (f"import {sample / 'markdown'}", "runs", "check"):
        line = f"{sys.executable} -m crawler.cli {command} --archive {tmp_path / 'a.db'} {closed}"
        done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), command


def test_a_run_that_nobody_listens_to_keeps_its_status(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with SampleBlog() as blog:
        arguments = ("--user", "nobody", "--site-url", blog.url, "--delay", "0", "--archive", "a.db")
        process = start(tmp_path, "sync", *arguments, stdout=writer, stderr=writer)
        os.close(writer)
        assert process.wait(timeout=60) == 1  # the list is empty


def test_an_output_without_room_is_a_full_disk(tmp_path: Path, sample: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    with Path("/dev/full").open("w") as full:
        process = start(tmp_path, "import", sample / "markdown", "--archive", "a.db", stdout=full, stderr=full)
        assert process.wait(timeout=60) == 6


@pytest.mark.parametrize("encoding", ["latin-1", "gb2312", "utf-8"])
def test_any_encoding_will_do(tmp_path: Path, sample: Path, encoding: str) -> None:
    start(tmp_path, "import", sample / "wechat", "--archive", "a.db").wait(timeout=60)
    for form in ((), ("--json",)):
        process = start(
            tmp_path, "search", "模型", "--archive", "a.db", *form, encoding=encoding, stdout=subprocess.PIPE
        )
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
    assert any("模型" in hit["snippet"] for hit in json.loads(out))


def test_no_title_gives_orders_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.say(ODD)
    console.note(ODD)
    console.warn(ODD)
    console.table(["title"], [[ODD]])
    said = capsys.readouterr()
    assert said.out.startswith("\ufffd]0;title\ufffd\ufffd31m 注意力\ufffd\n")
    assert not set("\x1b\x07\x7f\x9b") & set(said.out + said.err)
    Console(as_json=True).result({"title": ODD})
    said = capsys.readouterr()
    assert not set("\x1b\x07\x7f\x9b") & set(said.out)
    assert json.loads(said.out) == {"title": ODD}


@pytest.mark.parametrize("arguments", [("runs", 2**63), ("runs", "--limit", 2**63), ("search", "x", "--limit", 2**63)])
def test_numbers_that_are_too_large_are_usage_errors(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    process = start(tmp_path, *arguments, stderr=subprocess.PIPE)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (2, False)

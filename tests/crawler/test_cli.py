"""The command line as a user and a script meet it, in processes of its own."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.locks import waiting_lock
from crawler.sample import SampleBlog

COMMANDS = [
    ["demo"], ["sync"], ["crawl"], ["crawl", "csdn"], ["crawl", "wechat"], ["crawl", "wayback"], ["import"], ["parse"],
    ["rebuild"], ["search"], ["runs"], ["history"], ["forget"], ["images"], ["check"], ["why"],
]  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.db"))}


def rows(archive: Path, sql: str) -> list[tuple]:
    with sqlite3.connect(archive) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_an_example(paperdigest, command):
    assert "Example" in paperdigest(*command, "--help").stdout


def test_version(paperdigest):
    assert paperdigest("--version").stdout.startswith("paperdigest, version 0.")


def test_every_exit_status_is_in_the_help(paperdigest):
    text = paperdigest("--help").stdout
    for status in ("0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "8 ", "130 "):
        assert f"\n    {status}" in text


def test_unknown_option_is_a_usage_error(paperdigest):
    assert "no such option" in paperdigest("import", "--nonsense", "x", status=2).stderr.lower()


def test_import_then_the_same_again_changes_no_byte(paperdigest, tmp_path, sample):
    first = json.loads(paperdigest("import", sample / "csdn", "--archive", "a.db", "--json").stdout)
    assert first["new"] == first["files"] == 17
    assert first["new_posts"] == 13
    before = digests(tmp_path)
    second = json.loads(paperdigest("import", sample / "csdn", "--archive", "a.db", "--json").stdout)
    assert (second["new"], second["known"], second["new_posts"]) == (0, 17, 0)
    assert digests(tmp_path) == before


def test_rebuild_equals_any_sequence_of_imports(paperdigest, tmp_path, sample, dump):
    for folder in ("wechat", "markdown", "csdn"):
        paperdigest("import", sample / folder, "--archive", "a.db")
    for path in sorted((sample / "csdn").iterdir(), reverse=True):
        paperdigest("import", path, "--archive", "b.db")
        break
    paperdigest("import", sample, "--archive", "b.db")
    incremental, other_order = dump(tmp_path / "a.db"), dump(tmp_path / "b.db")
    paperdigest("rebuild", "--archive", "a.db")
    assert dump(tmp_path / "a.db") == incremental
    readme = {name: [row for row in table if "README" not in repr(row)] for name, table in other_order.items()}
    # data/sample/README.md is an article without papers: a capture more, and nothing else.
    assert {**readme, "captures": None, "problems": None} == {**incremental, "captures": None, "problems": None}


def test_copies_of_a_post_are_one_post(paperdigest, tmp_path, sample):
    pages = ["csdn/2018-06_phoenix.html", "markdown/2018-06.md", "csdn/2020-11_blogv2.html", "wechat/2020-11.html"]
    paperdigest("import", *(sample / page for page in pages), "--archive", "a.db")
    found = rows(tmp_path / "a.db", "SELECT post_id, count(*) FROM post_copies GROUP BY post_id")
    assert [count for _, count in found] == [2, 2]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM recommendations") == [(15,)]


def test_forms_a_and_b_of_a_real_post_are_one_post(paperdigest, tmp_path, shared):
    pages = [shared / "corpus" / name for name in ("34768230081.md", "34388369388.md")]
    paperdigest("import", *pages, "--archive", "a.db")
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM posts") == [(1,)]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM post_copies") == [(2,)]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM recommendations") == [(15,)]
    assert rows(tmp_path / "a.db", "SELECT reads FROM posts") == [(1249,)]


@pytest.fixture
def bad_files(tmp_path, sample) -> list[Path]:
    folder = tmp_path / "bad"
    folder.mkdir()
    whole = (sample / "csdn" / "2024-03_blogv2.html").read_bytes()
    contents = {
        "empty.html": b"",
        "blank.md": b" \n\n",
        "picture.html": b"\x89PNG\r\n\x1a\n\0\0\0",
        "cut.html": whole[: len(whole) // 2],
        "archive.md": b"PK\x03\x04....",
    }
    for name, body in contents.items():
        (folder / name).write_bytes(body)
    return [*sorted(folder.iterdir()), tmp_path / "missing.html"]


def test_bad_input_is_named_and_the_rest_is_read(paperdigest, tmp_path, sample, bad_files):
    good = sample / "csdn" / "2018-05_phoenix.html"
    done = paperdigest("import", *bad_files, good, "--archive", "a.db", "--json", status=3)
    report = json.loads(done.stdout)
    assert report["new_posts"] == 1
    assert {Path(item["path"]).name for item in report["refused"]} == {path.name for path in bad_files}
    for path in bad_files:
        assert str(path) in done.stderr


def test_bad_input_alone_changes_nothing(paperdigest, tmp_path, sample, bad_files):
    paperdigest("import", sample / "csdn" / "2018-05_phoenix.html", "--archive", "a.db")
    before = digests(tmp_path)
    paperdigest("import", *bad_files, "--archive", "a.db", status=3)
    assert digests(tmp_path) == before
    paperdigest("import", *bad_files, "--archive", "never.db", status=3)
    assert not (tmp_path / "never.db").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every folder")
def test_unreadable_folder_is_named(paperdigest, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o000)
    assert "closed" in paperdigest("import", folder, "--archive", "a.db", status=3).stderr


def test_folder_without_pages_is_named(paperdigest, tmp_path):
    (tmp_path / "nothing").mkdir()
    assert "nothing" in paperdigest("import", "nothing", "--archive", "a.db", status=3).stderr


def test_other_pages_are_kept_and_reported(paperdigest, tmp_path, sample):
    foreign = tmp_path / "foreign.html"
    foreign.write_text("<!DOCTYPE html><html><head><title>x</title></head><body><p>Hello</p></body></html>")
    article = sample / "csdn" / "2019-02_other_blogv2.html"
    report = json.loads(paperdigest("import", foreign, article, "--archive", "a.db", "--json").stdout)
    assert report["page_classes"] == {"foreign": 1, "not_digest": 1}
    assert report["new_posts"] == 0
    kinds = [json.loads(line)["kind"] for line in paperdigest("parse", foreign, article).stdout.splitlines()]
    assert kinds == ["other", "other"]


def test_parse_prints_one_object_a_file_in_order(paperdigest, sample, bad_files):
    files = [sample / "csdn" / "2018-05_phoenix.html", bad_files[0], sample / "markdown" / "2018-06.md"]
    lines = paperdigest("parse", *files, status=3).stdout.splitlines()
    objects = [json.loads(line) for line in lines]
    assert [item["path"] for item in objects] == [str(path) for path in files]
    assert [item["kind"] for item in objects] == ["digest", "unreadable", "digest"]
    assert objects[1]["problems"][0]["message"]


def test_search_prints_json(paperdigest, tmp_path, sample):
    paperdigest("import", sample / "csdn", "--archive", "a.db")
    hits = json.loads(paperdigest("search", "注意力", "--archive", "a.db", "--json", "--limit", "0").stdout)
    found = rows(tmp_path / "a.db", "SELECT count(*) FROM recommendations WHERE summary LIKE '%注意力%'")
    assert len(hits) >= found[0][0] > 0
    assert all("注意力" in json.dumps(hit, ensure_ascii=False) for hit in hits)


def test_search_without_words_is_a_usage_error(paperdigest, tmp_path, sample):
    paperdigest("import", sample / "markdown", "--archive", "a.db")
    paperdigest("search", "，。", "--archive", "a.db", status=2)


def test_file_that_is_no_archive_is_left_alone(paperdigest, tmp_path, sample):
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    before = other.read_bytes()
    done = paperdigest("import", sample / "markdown", "--archive", "other.db", status=8)
    assert "other.db" in done.stderr
    assert other.read_bytes() == before


def test_search_needs_an_archive(paperdigest):
    assert "none.db" in paperdigest("search", "x", "--archive", "none.db", status=8).stderr


def test_newer_archive_is_refused(paperdigest, tmp_path, sample):
    paperdigest("import", sample / "markdown", "--archive", "a.db")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    paperdigest("import", sample / "wechat", "--archive", "a.db", status=7)


def test_archive_of_other_rules_is_built_anew(paperdigest, tmp_path, sample, dump):
    paperdigest("import", sample / "csdn", "--archive", "a.db")
    expected = dump(tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("UPDATE meta SET value = 'other' WHERE key = 'rules_digest'")
        connection.execute("UPDATE posts SET title = 'from other rules'")
    paperdigest("import", sample / "csdn", "--archive", "a.db")
    assert dump(tmp_path / "a.db") == expected


def test_crawl_needs_a_contact(paperdigest):
    done = paperdigest("crawl", "csdn", "--user", "x", status=2)
    assert "--contact" in done.stderr


def test_crawl_must_be_polite(paperdigest):
    arguments = ("crawl", "csdn", "--user", "x", "--contact", "me@example.org", "--delay", "0.2")
    assert "too short" in paperdigest(*arguments, status=2).stderr


def test_crawl_of_the_sample(paperdigest, tmp_path):
    with SampleBlog() as blog:
        url = blog.url
        arguments = ("crawl", "csdn", "--user", blog.user, "--site-url", blog.url, "--delay", "0", "--archive", "a.db")
        done = paperdigest(*arguments, "--json", status=4)
        report = json.loads(done.stdout)
        assert (report["crawl"]["found"], report["crawl"]["blocked"], report["crawl"]["gone"]) == (16, 1, 1)
        assert report["new_posts"] == 13
        first = len(blog.requests)
        again = json.loads(paperdigest(*arguments, "--json", status=4).stdout)
        assert again["new_posts"] == 0
        assert again["crawl"]["skipped"] == 15
        # robots.txt, the list, and once more the post that gave no answer.
        assert len(blog.requests) - first <= 5
    addresses = rows(tmp_path / "a.db", "SELECT DISTINCT address FROM captures WHERE address NOT LIKE '%/article/%'")
    assert all(address.startswith("https://blog.csdn.net/") for (address,) in addresses)
    origins = rows(tmp_path / "a.db", "SELECT DISTINCT origin FROM captures")
    assert origins == [(f"csdn via {url}",)]


def test_config_file_is_read_and_checked(paperdigest, tmp_path, sample):
    (tmp_path / "paperdigest.toml").write_text('archive = "mine.db"\n')
    paperdigest("import", sample / "markdown")
    assert (tmp_path / "mine.db").exists()
    (tmp_path / "paperdigest.toml").write_text("speed = 9\n")
    assert "speed" in paperdigest("import", sample / "markdown", status=2).stderr


@pytest.mark.parametrize("name", ["", ".", "sub", "x\\u0000.db"])
def test_config_that_names_no_file_is_a_usage_error(paperdigest, tmp_path, name):
    (tmp_path / "sub").mkdir()
    (tmp_path / "paperdigest.toml").write_text(f'archive = "{name}"\n')
    assert "names no file" in paperdigest("runs", status=2).stderr


def test_demo_touches_only_its_own_files(paperdigest, tmp_path, sample):
    paperdigest("import", sample / "markdown", "--archive", "data/archive.db")
    before = digests(tmp_path / "data")
    done = paperdigest("demo")
    assert "How to go on" in done.stdout
    after = digests(tmp_path / "data")
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"demo.db", "demo.captures.db"}
    shutil.rmtree(tmp_path / "data")


def test_odd_files_do_not_stop_the_others(paperdigest, tmp_path, sample):
    folder = tmp_path / "odd"
    folder.mkdir()
    shutil.copy(sample / "csdn" / "2018-05_phoenix.html", folder / "new\nline 中文.html")
    os.mkfifo(folder / "pipe.html")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.html").symlink_to(folder / "nowhere")
    (folder / "page.mhtml").write_text("From: <Saved by Blink>\n")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    done = paperdigest("import", folder, "--archive", "a.db", "--json", status=3)
    report = json.loads(done.stdout)
    assert report["new_posts"] == 1
    refused = {Path(item["path"]).name for item in report["refused"]}
    assert refused == {"pipe.html", "dangling.html", "page.mhtml"}
    assert report["left_out"] == 1


def test_demo_spares_other_archives(paperdigest, tmp_path, sample):
    paperdigest("import", sample / "markdown", "--archive", "mine.db")
    before = digests(tmp_path)
    assert "another --archive" in paperdigest("demo", "--archive", "mine.db", status=2).stderr
    assert digests(tmp_path) == before


def test_rebuild_refuses_captures_of_another_archive(paperdigest, tmp_path, sample, dump):
    paperdigest("import", sample / "markdown", "--archive", "a.db")
    paperdigest("import", sample / "wechat", "--archive", "a.db", "--captures", "other.captures.db")
    before = dump(tmp_path / "a.db")
    assert "lacks 1 captures" in paperdigest("rebuild", "--archive", "a.db", status=8).stderr
    assert dump(tmp_path / "a.db") == before


def test_rebuild_needs_captures(paperdigest, tmp_path):
    paperdigest("rebuild", "--archive", "nowhere/a.db", status=8)
    assert not (tmp_path / "nowhere").exists()


def test_rebuild_never_replaces_another_file(paperdigest, tmp_path, sample):
    paperdigest("import", sample / "markdown", "--archive", "a.db")
    (tmp_path / "a.db").write_text("my diary")
    paperdigest("rebuild", "--archive", "a.db", status=8)
    assert (tmp_path / "a.db").read_text() == "my diary"


def test_a_closed_pipe_is_no_failure(tmp_path, sample):
    command = f"{sys.executable} -m crawler.cli parse {sample / 'csdn'} | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_crawl_of_an_unknown_user_is_no_success(paperdigest):
    with SampleBlog() as blog:
        arguments = ("crawl", "csdn", "--user", "nobody", "--site-url", blog.url, "--delay", "0", "--archive", "a.db")
        assert "right name" in paperdigest(*arguments, status=1).stderr


def wait_for(happened: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    """Wait for what a process does; one that ends before it did, or never does it, must not keep the tests waiting."""
    end = time.monotonic() + 60
    while not happened():
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_a_second_crawl_leaves(tmp_path):
    with SampleBlog() as blog:
        arguments = ["csdn", "--user", blog.user, "--site-url", blog.url, "--delay", "0.5", "--archive", "a.db"]
        command = [sys.executable, "-m", "crawler.cli", "crawl", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        first = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: len(blog.requests) >= 2, first)
            second = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
            assert (second.returncode, "under way" in second.stderr) == (9, True)
        finally:
            first.send_signal(signal.SIGTERM)
            assert first.wait(30) == 130


def test_an_impatient_interrupt_ends_an_import_that_waits_for_another(tmp_path):
    sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
    from posts import write_posts

    write_posts(tmp_path / "pages", 2_500, layouts=("2018",), page_bytes=4_000)  # ids: more than a pipe takes
    command = [sys.executable, "-m", "crawler.cli", "import", "pages", "--archive", "a.db"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with waiting_lock(tmp_path / "a.db.lock"):
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        wait_for((tmp_path / "a.captures.db").exists, process)
        time.sleep(2)
        end = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < end:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.1)
        _, error = process.communicate(timeout=1)
    assert (process.returncode, "interrupted" in error) == (130, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_an_interrupt_after_the_last_word_changes_nothing(number):
    code = (
        f"import atexit, os, sys; atexit.register(os.kill, os.getpid(), {int(number)})\n"
        "sys.argv = ['paperdigest', '--version']\nfrom crawler.cli import main\nmain()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_an_interrupt_while_a_module_is_loaded_ends_as_any_other(tmp_path, number):
    # Modules with dataclasses run text; so does this.
    text = f"import os; os.kill(os.getpid(), {int(number)})\nfor _ in range(1000): pass"
    (tmp_path / "stopped.py").write_text(
        f"import sys\nfrom crawler.cli import cli, main\ncli.command('stopped')(lambda: exec({text!r}))\n"
        "sys.argv = ['paperdigest', 'stopped']\nmain()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])}
    command = [sys.executable, "-m", "stopped"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, "interrupted" in ended.stderr) == (130, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_an_interrupted_import_ends_cleanly(tmp_path, number):
    sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
    from posts import write_posts

    write_posts(tmp_path / "pages", 800, layouts=("2018",))  # seconds of work: it is under way when it is stopped
    command = [sys.executable, "-m", "crawler.cli", "import", "pages", "--archive", "a.db"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for((tmp_path / "a.captures.db").exists, process)
    time.sleep(0.2)
    # As a terminal does it: to every process of the group.
    os.killpg(process.pid, number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert "interrupted" in error

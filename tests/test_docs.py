"""The documents say what is: printed results, the schema, the codes of problems, the commands."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.cli import cli
from crawler.console import table_lines
from crawler.exits import Exit

REPOSITORY = Path(__file__).resolve().parents[1]
README = REPOSITORY / "README.md"
_RESULT = re.compile(r"```sql\n(?P<sql>.*?)```\n\n```text\n(?P<text>.*?)```", re.S)


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    archive = tmp_path_factory.mktemp("demo") / "demo.db"
    command = [sys.executable, "-m", "crawler.cli", "demo", "--archive", str(archive)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return archive


def printed(archive: Path, sql: str) -> str:
    with sqlite3.connect(archive) as connection:
        cursor = connection.execute(sql)
        heads = [column[0] for column in cursor.description]
        return "\n".join(table_lines(heads, cursor.fetchall())) + "\n"


def test_results_in_the_readme_are_those_of_the_demo(demo, request):
    text = README.read_text("utf-8")
    real = _RESULT.sub(lambda found: f"```sql\n{found['sql']}```\n\n```text\n{printed(demo, found['sql'])}```", text)
    assert len(_RESULT.findall(text)) == 6
    if request.config.getoption("--update") and real != text:
        README.write_text(real, "utf-8")
        pytest.fail("README.md was written anew: review the diff, then run again without --update")
    assert text == real, "run: pytest tests/test_docs.py --update"


def test_every_command_of_the_readme_exists():
    words = re.findall(r"^    paperdigest ([a-z]+)(?: ([a-z]+))?", README.read_text("utf-8"), re.M)
    assert len(words) >= 5
    for command, sub in words:
        assert command in cli.commands
        if command == "crawl":
            assert sub in cli.commands["crawl"].commands


def test_every_command_is_in_the_readme():
    text = README.read_text("utf-8")
    for name in cli.commands:
        assert f"paperdigest {name}" in text or f"make {name}" in text


def test_exit_statuses_of_the_readme_and_the_help():
    table = set(re.findall(r"^\| ([0-9]+) \|", README.read_text("utf-8"), re.M))
    helped = set(re.findall(r"^  ([0-9]+) ", cli.epilog or "", re.M))
    assert table == helped
    assert {str(int(status)) for status in Exit} - table == set()


def test_every_problem_is_described():
    described = set(re.findall(r"^\| `([a-z_]+)` \|", (REPOSITORY / "docs" / "problems.md").read_text("utf-8"), re.M))
    raised: set[str] = set()
    for path in [*REPOSITORY.glob("crawler/**/*.py"), *REPOSITORY.glob("normalize/**/*.py")]:
        source = path.read_text("utf-8")
        raised |= set(re.findall(r"code=\"([a-z_]+)\"", source))
        raised |= set(re.findall(r"UnreadablePage\(\"([a-z_]+)\"", source))
    assert raised
    assert raised <= described


def test_demo_holds_every_post_and_papers_that_recur(demo):
    with sqlite3.connect(demo) as connection:
        assert connection.execute("SELECT count(*) FROM posts").fetchone() == (13,)
        assert connection.execute("SELECT max(times_recommended) FROM paper_overview").fetchone()[0] >= 3

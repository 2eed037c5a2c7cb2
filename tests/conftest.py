"""What several test modules need."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A machine under load takes its time; speed is what the benchmark is for.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="Write the expected files of cases anew, and fail.")


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """The command ends deaf to interrupts; a test that runs it in this process must not leave the others so."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with real posts and pages, which is not part of the project."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip(f"no corpus of real posts at {SHARED}")
    return SHARED


@pytest.fixture
def paperdigest(tmp_path: Path) -> Run:
    """Runs the command in a folder of its own."""

    def run(*arguments: object, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "crawler.cli", *map(str, arguments)]
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"}
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=120
        )
        if status is not None:
            assert done.returncode == status, done.stderr + done.stdout
        return done

    return run


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of an archive, sorted."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            if not name.startswith(("sqlite_", "search_"))
        ]
        if "search" in tables:
            # The index shows no text: what is in it are its terms, each with its row, column and place.
            connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search, instance)")
            tables[tables.index("search")] = "terms"
        return {name: sorted(connection.execute(f"SELECT * FROM [{name}]"), key=repr) for name in tables}


@pytest.fixture(name="dump")
def dump_fixture() -> Callable[[Path], dict[str, list[tuple[object, ...]]]]:
    return dump


@pytest.fixture(scope="session")
def sample() -> Path:
    return REPOSITORY / "data" / "sample"

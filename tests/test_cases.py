"""Cases: a page, and what ``paperdigest parse`` must print for it.

A case is a folder of ``tests/cases``: ``page.html`` or ``page.md``, or ``page.txt`` with the path of a page of the
sample blog; and ``expected.json``, the printed object without its path. ``pytest tests/test_cases.py --update`` writes
the expected files anew and fails, so that nobody takes for right what was only printed.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"
SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
NAMES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
RESOLVED = ("venue", "affiliations")
"""Fields of an entry that the rules read out of its prose; they have a test of their own."""

Printed = dict[str, Any]


def page_of(case: str) -> Path:
    pages = sorted(CASES.joinpath(case).glob("page.*"))
    assert len(pages) == 1, f"{case} must have one page, not {len(pages)}"
    return SAMPLE / pages[0].read_text("utf-8").strip() if pages[0].suffix == ".txt" else pages[0]


@pytest.fixture(scope="module")
def printed() -> dict[str, Printed]:
    """What the command prints for the page of each case; all of them in one run."""
    command = [sys.executable, "-m", "crawler.cli", "parse", *(str(page_of(name)) for name in NAMES)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=SAMPLE.parents[1], check=False)
    objects = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(objects) == len(NAMES), run.stderr
    for item in objects:
        del item["path"]
    return dict(zip(NAMES, objects, strict=True))


def expected_of(case: str) -> Printed:
    file = CASES / case / "expected.json"
    assert file.is_file(), f"{file} is missing: run pytest tests/test_cases.py --update, then review it"
    expected: Printed = json.loads(file.read_text("utf-8"))
    return expected


def split(item: Printed) -> tuple[Printed, list[Printed]]:
    """The object without the resolved fields, and these."""
    rest = item | {"entries": [{k: v for k, v in entry.items() if k not in RESOLVED} for entry in item["entries"]]}
    return rest, [{"title": entry["title"], **{k: entry[k] for k in RESOLVED}} for entry in item["entries"]]


@pytest.mark.parametrize("case", NAMES)
def test_case(case: str, printed: dict[str, Printed], pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update"):
        text = json.dumps(printed[case], ensure_ascii=False, indent=1) + "\n"
        CASES.joinpath(case, "expected.json").write_text(text, "utf-8")
        pytest.fail("expected.json was written: review the diff, then run again without --update")
    assert split(printed[case])[0] == split(expected_of(case))[0]


@pytest.mark.parametrize("case", NAMES)
def test_venues_and_institutions_of_case(case: str, printed: dict[str, Printed], pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update"):
        pytest.skip("written by test_case")
    assert split(printed[case])[1] == split(expected_of(case))[1]


def test_every_page_of_the_sample_is_a_case() -> None:
    pages = {path for path in SAMPLE.rglob("*.*") if path.suffix in (".html", ".md") and path.name != "README.md"}
    missing = sorted(path.relative_to(SAMPLE).as_posix() for path in pages - {page_of(case) for case in NAMES})
    assert not missing, f"no case for {missing}: add tests/cases/NAME/page.txt and run with --update"

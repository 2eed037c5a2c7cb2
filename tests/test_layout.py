"""The rooms of the project: imports go one way, and every package says what it is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
MODULES = sorted(path for room in ("crawler", "normalize") for path in REPOSITORY.joinpath(room).rglob("*.py"))


def test_contracts_of_imports_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_every_module_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{path} does not say what it is for"


def test_every_folder_with_modules_is_a_package() -> None:
    assert {path.parent for path in MODULES} == {path.parent for path in MODULES if path.name == "__init__.py"}


def test_rules_open_with_their_source() -> None:
    for table in sorted(REPOSITORY.joinpath("normalize", "rules").glob("*.toml")):
        head = table.read_text("utf-8").partition("\n\n")[0]
        assert head.startswith("#"), table.name
        assert "Source" in table.read_text("utf-8")[:1500], f"{table.name} does not name its source"

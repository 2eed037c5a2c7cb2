"""The schedules of docs/schedules: cron's command as written, systemd's own check, the workflow's shell steps."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml

from crawler.sample import SampleBlog
from normalize.archive import open_readonly

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEDULES = REPOSITORY / "docs" / "schedules"
BIN = Path(sys.executable).parent
FAKE_GH = """#!/bin/sh
# Plays GitHub's command line: the artifact of the last run lies in $ARTIFACTS.
case "$1 $2" in
    "api "*) if [ -e "$ARTIFACTS/archive.captures.db" ]; then echo 4711; fi ;;
    "run download") test "$3" = 4711 && cp "$ARTIFACTS"/* "$7" ;;
    *) echo "unknown: $*" >&2; exit 2 ;;
esac
"""


@pytest.fixture
def blog() -> Iterator[SampleBlog]:
    with SampleBlog() as blog:
        yield blog


def configure(folder: Path, blog: SampleBlog) -> None:
    folder.joinpath("paperdigest.toml").write_text(
        f'user = "{blog.user}"\ncontact = "me@example.org"\ndelay = 0\nsite_url = "{blog.url}"\n', "utf-8"
    )


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": f"{BIN}:/usr/bin:/bin", "LANG": "C.UTF-8", **more}


def count(archive: Path, table: str) -> int:
    with open_readonly(archive) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return found


# --- cron ------------------------------------------------------------------------------------------------------------


def cron_command() -> str:
    (line,) = [line for line in (SCHEDULES / "crontab").read_text("utf-8").splitlines() if not line.startswith("#")]
    found = re.fullmatch(r"[0-9]+ [0-9]+ \* \* \* (.+)", line)
    assert found is not None
    # A percent sign would end the command for cron.
    assert "%" not in found[1]
    return found[1]


def test_the_command_of_the_cron_line_runs_as_written(tmp_path: Path, blog: SampleBlog) -> None:
    folder = tmp_path / "paperdigest"
    folder.mkdir()
    (folder / ".venv").symlink_to(BIN.parent)
    configure(folder, blog)
    # The sample blog holds a challenge, so that the first run has something to say; cron's own environment is as bare.
    for _ in range(2):
        done = subprocess.run(
            ["/bin/sh", "-c", cron_command()],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 4
        assert "challenge" in done.stderr
        assert done.stdout == ""
    assert count(folder / "data" / "archive.db", "posts") > 10


# --- systemd ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_units_pass_the_check_of_systemd(tmp_path: Path) -> None:
    program = tmp_path / "paperdigest" / ".venv" / "bin" / "paperdigest"
    program.parent.mkdir(parents=True)
    shutil.copy(BIN / "paperdigest", program)
    units = tmp_path / "units"
    units.mkdir()
    for name in ("paperdigest.service", "paperdigest.timer"):
        # %h is the home of whoever runs the check.
        text = (SCHEDULES / name).read_text("utf-8").replace("%h", str(tmp_path))
        (units / name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, units.iterdir()))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    ours = [line for line in done.stderr.splitlines() if "paperdigest" in line]
    assert (done.returncode, ours) == (0, [])


# --- GitHub Actions --------------------------------------------------------------------------------------------------


def shell_steps() -> dict[str, str]:
    workflow = yaml.safe_load((SCHEDULES / "github-actions.yml").read_text("utf-8"))
    return {step["name"]: step["run"] for step in workflow["jobs"]["sync"]["steps"] if "run" in step}


def run_step(script: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As GitHub's runner does it."""
    command = ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=180)


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """Environment of a runner: an artifact store, and a stand-in for ``gh``."""
    tools, artifacts = tmp_path / "tools", tmp_path / "artifacts"
    tools.mkdir()
    artifacts.mkdir()
    (tools / "gh").write_text(FAKE_GH, "utf-8")
    (tools / "gh").chmod(0o755)
    return environment(
        tmp_path,
        PATH=f"{tools}:{BIN}:/usr/bin:/bin",
        ARTIFACTS=str(artifacts),
        GITHUB_REPOSITORY="me/digests",
        PAPERDIGEST_CONTACT="me@example.org",
    )


def test_the_steps_of_the_workflow_go_on_with_the_archive_of_the_run_before(
    tmp_path: Path, blog: SampleBlog, runner: dict[str, str]
) -> None:
    steps = shell_steps()
    assert list(steps) == ["Install", "Get the archive of the last run", "Sync"]
    asked = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        configure(folder, blog)
        done = run_step(steps["Get the archive of the last run"], folder, runner)
        assert done.returncode == 0, done.stderr
        before = len(blog.requests)
        done = run_step(steps["Sync"], folder, {**runner, "PAPERDIGEST_USER": blog.user})
        assert done.returncode == 4, done.stderr
        asked.append(len(blog.requests) - before)
        for file in ("archive.db", "archive.captures.db"):
            shutil.copy(folder / "data" / file, runner["ARTIFACTS"])
    assert asked[1] < asked[0] / 2
    assert count(tmp_path / "second" / "data" / "archive.db", "posts") > 10


def test_a_download_that_fails_ends_the_job(tmp_path: Path, runner: dict[str, str]) -> None:
    artifacts = Path(runner["ARTIFACTS"])
    (artifacts / "archive.captures.db").mkdir()  # cp refuses folders
    done = run_step(shell_steps()["Get the archive of the last run"], tmp_path, runner)
    assert done.returncode != 0


def lend(names: list[str], site: Path) -> None:
    """Make packages of this environment, with all that they need, seen in another one."""
    asked = list(names)
    for name in asked:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # needed on other systems only
        for part in {Path(file).parts[0] for file in found.files or () if not str(file).startswith("..")}:
            if not (site / part).exists():
                (site / part).symlink_to(found.locate_file(part))
        needs = [re.match(r"[\w.-]+", line) for line in found.requires or ()]
        asked += [need[0] for need in needs if need is not None and need[0] not in asked]


def test_the_install_step_installs_the_program(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    # Tests ask nobody but this machine: what builds the program is lent, what it depends on is left out.
    lend(["hatchling"], next(venv.glob("lib/python*/site-packages")))
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_CACHE_DIR": "1"}
    env = environment(tmp_path, PATH=f"{venv / 'bin'}:/usr/bin:/bin", **offline)
    done = run_step(shell_steps()["Install"], REPOSITORY, env)
    assert done.returncode == 0, done.stderr
    assert (venv / "bin" / "paperdigest").is_file()
    assert next(venv.glob("share/paperdigest/sample/blog.json")).is_file()

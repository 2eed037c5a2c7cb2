"""The book of runs, and the command that shows it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.captures import CaptureStore
from crawler.exits import Exit
from crawler.runs import RunCounts, RunProblem, Runs

BEGUN = datetime(2026, 1, 31, 6, tzinfo=UTC)
COUNTS = RunCounts(
    found=165, fetched=8, unchanged=5, new=2, changed=1, gone=3, blocked=1, failed=2, requests=14, bytes=2_500_000
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CaptureStore]:
    with CaptureStore.open(tmp_path / "a.captures.db") as opened:
        yield opened


def end(runs: Runs, number: int, **more) -> None:
    problems = [
        RunProblem(code="blocked", message="the site asks for a check", address="https://blog.csdn.net/u"),
        RunProblem(code="failed", message="the name of the host is not known"),
    ]
    ways = {"feed": "served", "list_api": "blocked: status 521"}
    given = {"counts": COUNTS, "problems": problems, "ways": ways, "archive": {"new_posts": 2}, **more}
    runs.end(number, Exit.BLOCKED, full_list=True, now=BEGUN + timedelta(seconds=90), **given)


def test_a_run_is_noted_when_it_begins_and_filled_when_it_ends(store):
    runs = Runs(store)
    number = runs.begin("sync", source="csdn", asked={"user": "u", "full": False}, now=BEGUN)
    begun = runs.run(number)
    assert (begun.ended_at, begun.exit_status, begun.outcome, begun.seconds) == (None, None, None, None)
    assert begun.counts == RunCounts()
    assert set(begun.versions) == {"paperdigest", "python", "scrapy", "sqlite"}
    end(runs, number)
    run = runs.run(number)
    assert (run.begun_at, run.ended_at) == ("2026-01-31T06:00:00Z", "2026-01-31T06:01:30Z")
    assert (run.exit_status, run.outcome, run.seconds, run.full_list) == (4, "blocked", 90.0, True)
    assert (run.command, run.source, run.asked) == ("sync", "csdn", {"user": "u", "full": False})
    assert run.counts == COUNTS
    assert run.ways == {"feed": "served", "list_api": "blocked: status 521"}
    assert run.archive == {"new_posts": 2}
    assert [problem.code for problem in runs.problems(number)] == ["blocked", "failed"]
    assert runs.problems(number)[1].address is None


def test_runs_come_latest_first(store):
    runs = Runs(store)
    assert runs.latest() == []
    numbers = [runs.begin(f"sync {n}") for n in range(5)]
    assert [run.run_id for run in runs.latest()] == numbers[::-1]
    assert [run.command for run in runs.latest(2)] == ["sync 4", "sync 3"]


def test_ending_twice_keeps_the_last(store):
    runs = Runs(store)
    number = runs.begin("sync", now=BEGUN)
    end(runs, number)
    end(runs, number, problems=[], outcome="layout changed")
    assert runs.problems(number) == []
    assert runs.run(number).outcome == "layout changed"


def test_a_clock_that_was_set_back(store):
    runs = Runs(store)
    number = runs.begin("sync", now=BEGUN)
    runs.end(number, Exit.OK, now=BEGUN - timedelta(hours=1))
    assert runs.run(number).seconds == 0


def test_unknown_run(store):
    assert Runs(store).run(7) is None
    with pytest.raises(KeyError, match="no run 7"):
        end(Runs(store), 7)


def test_the_command_shows_runs(paperdigest, store):
    runs = Runs(store)
    end(runs, runs.begin("sync", source="csdn", asked={"user": "u"}, now=BEGUN))
    runs.begin("crawl wechat", now=BEGUN + timedelta(days=1))
    lines = paperdigest("runs", "--archive", "a.db").stdout.splitlines()
    assert lines[0].split() == ("run begun command outcome found fetched new changed blocked failed MB seconds".split())
    assert lines[2].startswith("2    2026-02-01T06:00:00Z  crawl wechat  did not end")
    assert lines[3].split() == "1 2026-01-31T06:00:00Z sync blocked 165 8 2 1 1 2 2.5 90".split()
    [latest] = json.loads(paperdigest("runs", "--archive", "a.db", "--limit", 1, "--json").stdout)
    assert (latest["run_id"], latest["outcome"]) == (2, None)


def test_the_command_shows_one_run_with_its_problems_and_ways(paperdigest, store):
    runs = Runs(store)
    end(runs, runs.begin("sync", source="csdn", asked={"user": "u"}, now=BEGUN))
    text = paperdigest("runs", 1, "--archive", "a.db").stdout
    assert "blocked at 2026-01-31T06:01:30Z" in text
    assert "feed served; list_api blocked: status 521" in text
    assert "blocked: https://blog.csdn.net/u: the site asks for a check" in text
    assert "165 found, 8 fetched, 5 unchanged" in text
    shown = json.loads(paperdigest("runs", 1, "--archive", "a.db", "--json").stdout)
    assert [problem["code"] for problem in shown["problems"]] == ["blocked", "failed"]
    assert (shown["found"], shown["ways"]["feed"], shown["asked"]) == (165, "served", {"user": "u"})


def test_the_command_names_what_is_not_there(paperdigest, store):
    assert "no run is noted" in paperdigest("runs", "--archive", "a.db").stdout
    assert "there is no run 7" in paperdigest("runs", 7, "--archive", "a.db", status=3).stderr
    assert "none.captures.db" in paperdigest("runs", "--archive", "none.db", status=8).stderr

"""``paperdigest runs``: what runs did, and what went wrong in one of them."""

from dataclasses import asdict
from typing import Any

from crawler.captures import CaptureStore
from crawler.console import Console
from crawler.exits import Exit
from crawler.ingest import Paths
from crawler.runs import Run, RunProblem, Runs

_HEADS = (
    "run", "begun", "command", "outcome", "found", "fetched", "new", "changed", "blocked", "failed", "MB", "seconds"
)  # fmt: skip
_MB = 1_000_000


def show_runs(paths: Paths, console: Console, *, limit: int) -> Exit:
    """The latest runs, the last of them first. Raises what opening the captures raises."""
    with CaptureStore.open(paths.captures, readonly=True) as store:
        runs = Runs(store).latest(limit or None)
    if runs:
        console.table(_HEADS, [_row(run) for run in runs], indent="")
    else:
        console.say(f"no run is noted in {paths.captures}")
    console.result([_to_dict(run) for run in runs])
    return Exit.OK


def show_run(paths: Paths, console: Console, run_id: int) -> Exit:
    """One run with its ways of discovery and its problems. Raises what opening the captures raises."""
    with CaptureStore.open(paths.captures, readonly=True) as store:
        book = Runs(store)
        run, problems = book.run(run_id), book.problems(run_id)
    if run is None:
        console.warn(f"there is no run {run_id} in {paths.captures}")
        return Exit.INPUT_REFUSED
    _tell(run, problems, console)
    console.result({**_to_dict(run), "problems": [asdict(problem) for problem in problems]})
    return Exit.OK


def _row(run: Run) -> tuple[object, ...]:
    counts = run.counts
    return (
        run.run_id,
        run.begun_at,
        run.command,
        outcome_of(run),
        counts.found,
        counts.fetched,
        counts.new,
        counts.changed,
        counts.blocked,
        counts.failed + counts.damaged,
        f"{counts.bytes / _MB:.1f}",
        None if run.seconds is None else f"{run.seconds:.0f}",
    )


def outcome_of(run: Run) -> str:
    """How a run ended, in a word or two."""
    return "did not end" if run.outcome is None else run.outcome


def _tell(run: Run, problems: list[RunProblem], console: Console) -> None:
    ended = f"{outcome_of(run)} at {run.ended_at}" if run.ended_at else "did not end, or has not yet"
    console.say(f"run {run.run_id}: {run.command}, begun {run.begun_at}, {ended}")
    for name, values in (("asked", run.asked), ("ways", run.ways), ("archive", run.archive), ("with", run.versions)):
        if values:
            console.say(f"  {name}: " + "; ".join(f"{key} {value}" for key, value in values.items()))
    counted = {name: count for name, count in asdict(run.counts).items() if count}
    console.say(
        "  " + (", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counted.items()) or "nothing")
    )
    if run.full_list:
        console.say("  the full list was read to its end")
    for problem in problems:
        place = f"{problem.address}: " if problem.address and problem.address not in problem.message else ""
        console.say(f"  {problem.code}: {place}{problem.message}")


def _to_dict(run: Run) -> dict[str, Any]:
    counts = asdict(run.counts)
    return {**{name: value for name, value in asdict(run).items() if name != "counts"}, **counts}

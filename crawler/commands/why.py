"""``paperdigest why``: where the values of a paper came from, and what else was seen."""

from dataclasses import asdict

from crawler.captures import CaptureStore
from crawler.console import Console
from crawler.exits import Exit
from crawler.fields import FIELDS, Field
from crawler.ingest import Paths
from crawler.lookup import UnknownPaper
from crawler.why import Answer, Explanation, Seen, Value, Verdict, explain

_LONGEST = 200
"""Letters of a value or line that a terminal shows; JSON has all."""


def show_why(name: str, field: Field | None, paths: Paths, console: Console) -> Exit:
    """Why the paper of a name is shown as it is. Raises what opening the files raises."""
    with CaptureStore.open(paths.captures, readonly=True) as store:
        try:
            found = explain(name, paths.archive, store, fields=FIELDS if field is None else (field,))
        except UnknownPaper as error:
            console.warn(str(error))
            return Exit.INPUT_REFUSED
    _tell(found, console)
    console.result(asdict(found))
    return Exit.OK


def _tell(found: Explanation, console: Console) -> None:
    console.say(f"{found.paper_id}: {found.title or '(the title is a picture)'}")
    if found.aliases:
        console.say(f"also known as {', '.join(found.aliases)}")
    for answer in found.answers:
        _tell_answer(answer, console)
    for verdict in found.verdicts:
        console.say(f"  {_verdict_line(verdict)}")
    for doubt in found.doubts:
        console.say(f"\nproblem {doubt.code}, {doubt.post_id} {doubt.position}: {doubt.message}")
        if doubt.line is not None:
            console.say(f"  {_short(doubt.line)}")
    if found.unread:
        console.warn(f"{found.unread:,} captures of its posts cannot be read, so that values may be missing")


def _tell_answer(answer: Answer, console: Console) -> None:
    if not answer.values:
        console.say(f"\n{answer.field}: no copy gives one")
        return
    console.say(f"\n{answer.field}: {answer.chosen_by}")
    for value in answer.values:
        _tell_value(value, console)


def _tell_value(value: Value, console: Console) -> None:
    console.say(f"  {'shown' if value.is_shown else 'other'}: {_short(value.value)}")
    console.say(f"    rule: {value.rule}")
    for seen in value.seen:
        console.say(f"    {_seen_line(seen)}")
        if seen.source is not None:
            console.say(f"      line {seen.source.number}: {_short(seen.source.text)}")


def _seen_line(seen: Seen) -> str:
    captured = f"captured {seen.captured_at}" if seen.captured_at else "a file without time"
    times = f", {seen.captures:,} times the same" if seen.captures > 1 else ""
    copy = "" if seen.is_shown else " (not the copy that is shown)"
    return f"{seen.post_id} {seen.position}{copy}: capture {seen.capture_id} from {seen.place}, {captured}{times}"


def _verdict_line(verdict: Verdict) -> str:
    first, second = verdict.recommendations
    if verdict.verdict == "same":
        said = f"{first} and {second} are the same"
    else:
        said = f"{first} and {second} are {verdict.verdict}, see {verdict.other_paper or 'this paper'}"
    return f"judgement: {said}: {verdict.rule} {verdict.evidence}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

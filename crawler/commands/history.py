"""``paperdigest history``: the versions of a post, and how one became the next."""

import difflib
from dataclasses import asdict
from typing import Any

from crawler.captures import CaptureStore
from crawler.console import Console
from crawler.exits import Exit
from crawler.history import Difference, History, Step, Version, history_of, word_diff
from crawler.ingest import Paths
from crawler.lookup import KnownPost, UnknownPost, find_post

_LISTS = ("links", "images", "past posts")
_OUTCOMES = {"same": "no difference", "changed": "changed", "lost": "the page can hardly be read any more"}


def show_history(name: str, paths: Paths, console: Console) -> Exit:
    """The versions of the post of an id, key or address. Raises what opening the files raises."""
    with CaptureStore.open(paths.captures, readonly=True) as store:
        try:
            post = find_post(name, paths.archive, store)
        except UnknownPost as error:
            console.warn(str(error))
            return Exit.INPUT_REFUSED
        history = history_of(post, store)
    _tell(post, history, console)
    console.result(_to_dict(post, history))
    return Exit.OK


def _tell(post: KnownPost, history: History, console: Console) -> None:
    console.say(post.name + (f": {post.title}" if post.title else ""))
    for version in history.versions:
        _tell_version(version, console)
    for page_class, count, last in history.others:
        console.say(f"{count:,} answers without the post: {page_class}" + (f", the last on {last}" if last else ""))
    if not history.versions:
        console.say("no capture holds the post itself")
    for step in history.steps:
        _tell_step(step, console)


def _tell_version(version: Version, console: Console) -> None:
    seen = f"{version.first_seen} to {version.last_seen}" if version.first_seen else "no time given"
    reads = ""
    if version.reads is not None:
        reads = ", reads " + " to ".join(f"{count:,}" for count in sorted(set(version.reads)))
    papers = f"{len(version.post.entries):,} papers"
    times = "1 capture" if version.captures == 1 else f"{version.captures:,} captures"
    console.say(f"version {version.number}: {seen}, {times}, {papers}{reads}")
    for place, captures in version.places:
        console.say(f"  {captures:,} from {place}")


def _tell_step(step: Step, console: Console) -> None:
    console.say(f"\nfrom version {step.old} to {step.new}: {_OUTCOMES[step.outcome]}")
    for difference in step.differences:
        for line in _lines(difference):
            console.say(f"  {line}")


def _lines(difference: Difference) -> list[str]:
    place = ""
    if difference.entry is not None:
        place = f"entry {difference.entry}" + (f" ({difference.entry_title})" if difference.entry_title else "") + ", "
    if difference.field == "entry":
        word, title = ("gone", difference.old) if difference.new is None else ("new", difference.new)
        return [f"entry {difference.entry} is {word}" + (f": {title}" if title else "")]
    old, new = difference.old or "", difference.new or ""
    if difference.field == "summary":
        return [f"{place}summary:", *(f"  {line}" for line in word_diff(old, new))]
    if difference.field in _LISTS:
        return [f"{place}{difference.field}:", *(f"  {line}" for line in _list_diff(old, new))]
    return [f"{place}{difference.field}: {_quoted(difference.old)} → {_quoted(difference.new)}"]


def _list_diff(old: str, new: str) -> list[str]:
    """Lines that went, with a minus, and lines that came, with a plus."""
    found = difflib.ndiff(old.splitlines(), new.splitlines())
    return [line for line in found if line.startswith(("- ", "+ "))]


def _quoted(text: str | None) -> str:
    return "nothing" if text is None else f"“{text}”"


def _to_dict(post: KnownPost, history: History) -> dict[str, Any]:
    return {
        "post": post.name,
        "title": post.title,
        "keys": list(post.keys),
        "versions": [_version_to_dict(version) for version in history.versions],
        "steps": [asdict(step) for step in history.steps],
        "others": [{"page_class": name, "captures": count, "last_seen": last} for name, count, last in history.others],
    }


def _version_to_dict(version: Version) -> dict[str, Any]:
    post = version.post
    return {
        "version": version.number,
        "first_seen": version.first_seen,
        "last_seen": version.last_seen,
        "captures": version.captures,
        "places": dict(version.places),
        "reads": None if version.reads is None else {"from": version.reads[0], "to": version.reads[1]},
        "title": post.title,
        "published": post.published,
        "kind": post.kind,
        "entries": len(post.entries),
    }

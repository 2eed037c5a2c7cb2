"""``paperdigest review``: what people should decide, side by side, and what they decided."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import click

from crawler.console import Console, table_lines
from crawler.exits import Exit
from crawler.ingest import Paths
from crawler.review import NotDecided, Pair, Recommendation, Review, Side, decide, review
from normalize.decisions import Subject
from normalize.names import NameProposal

_WHY = {
    "identifier_conflict": "unlike titles, and both with {}",
    "title_conflict": "one title, but papers with it differ in their numbers",
    "near_titles": "titles near each other ({} of 1)",
}
_NAME_WHY = {
    "marks": "only marks differ",
    "lookalike": "only letters that look alike differ",
    "letters": "few letters differ",
}


def show_review(paths: Paths, console: Console, *, subjects: Sequence[Subject], limit: int) -> Exit:
    """List what is to be decided, of papers and of names at most ``limit`` each (0: all).

    Raises what opening the archive and reading the decisions raise.
    """
    found = review(paths, subjects)
    papers, names = found.papers[: limit or None], found.names[: limit or None]
    for pair in papers:
        _tell_pair(pair, console)
    for proposal in names:
        _tell_names(proposal, console)
    _tell_more(found, len(papers), len(names), console)
    for decision in found.unused:
        console.warn(f"{paths.decisions}: the archive holds nothing that is meant by {decision}")
    if not found.is_current:
        console.note("decisions were made since the archive was built; paperdigest rebuild obeys them")
    console.result(
        {
            "papers": [asdict(pair) for pair in papers],
            "names": [_name_to_dict(proposal) for proposal in names],
            "unused_decisions": list(found.unused),
            "is_current": found.is_current,
        }
    )
    return Exit.OK


def make_decision(
    paths: Paths, console: Console, *, subject: Subject, names: tuple[str, str], same: bool, note: str | None
) -> Exit:
    """Write a decision beside the archive. Raises what opening the archive and reading the decisions raise."""
    try:
        is_new = decide(paths, subject, names, same=same, note=note)
    except NotDecided as error:
        console.warn(str(error))
        return Exit.INPUT_REFUSED
    decision = f"{names[0]} {'=' if same else '≠'} {names[1]}"
    if is_new:
        console.say(f"{paths.decisions}: {decision}")
        console.note("the next command that writes builds the archive anew with it; paperdigest rebuild does so now")
    else:
        console.say(f"held so already, by a decision or the rules: {decision}")
    console.result({"decisions": str(paths.decisions), "names": list(names), "same": same, "is_new": is_new})
    return Exit.OK


def _tell_pair(pair: Pair, console: Console) -> None:
    """What is compared stands one above the other, whole: often a single letter matters."""
    console.say(click.style(_WHY[pair.rule].format(pair.evidence), bold=True))
    rows: list[tuple[str, str, str]] = []
    for what, values in _FACTS.items():
        lines = [(side.paper_id, value) for side in (pair.left, pair.right) for value in values(side)]
        rows += [(what if number == 0 else "", *line) for number, line in enumerate(lines)]
    for line in table_lines(["", "paper", ""], rows):
        console.say(f"  {line}")
    console.say(f"  {_command('papers', pair.left.paper_id, pair.right.paper_id)}\n")


_FACTS: dict[str, Callable[[Side], list[str]]] = {
    "title": lambda side: [side.title or "(a picture)"],
    "known by": lambda side: [", ".join(side.identifiers) or "its title alone"],
    "recommended": lambda side: [_recommendation(one, side) for one in side.recommendations],
}


def _recommendation(one: Recommendation, side: Side) -> str:
    title = f" as “{one.title}”" if one.title not in (None, side.title) else ""
    recommender = f" by {one.recommender}" if one.recommender else ""
    return f"{one.published_on or 'no day'} {one.post_id} place {one.position}{recommender}{title}"


def _tell_names(proposal: NameProposal, console: Console) -> None:
    console.say(click.style(f"{proposal.kind}s: {_NAME_WHY[proposal.reason]}", bold=True))
    rows = [(one.name, f"{one.uses:,} recommendations") for one in (proposal.main, proposal.other)]
    for line in table_lines([proposal.kind, ""], rows):
        console.say(f"  {line}")
    console.say(f"  {_command(f'{proposal.kind}s', proposal.main.name, proposal.other.name)}\n")


def _command(subject: str, *names: str) -> str:
    """What to type next."""
    of = "" if subject == "papers" else f"--of {subject} "
    return f"paperdigest review {of}--same {shlex.join(names)}    (or --different)"


def _tell_more(found: Review, papers: int, names: int, console: Console) -> None:
    shown = " and ".join(
        f"{some:,} of {len(everything):,} pairs of {what}"
        for some, everything, what in ((papers, found.papers, "papers"), (names, found.names, "names"))
        if everything
    )
    console.note(f"{shown} to decide" if shown else "nothing to decide")


def _name_to_dict(proposal: NameProposal) -> dict[str, Any]:
    return {
        "of": f"{proposal.kind}s",
        "main": proposal.main._asdict(),
        "other": proposal.other._asdict(),
        "reason": proposal.reason,
        "distance": proposal.distance,
    }

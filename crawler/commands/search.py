"""``paperdigest search``: hits on a terminal or as JSON."""

import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.console import Console
from normalize.archive import open_readonly
from normalize.search import Hit, Query, Snippet, Where, count_hits, mark, parse
from normalize.search import search as find

_FACTS = ("recommender", "tag", "venue", "year", "post_title", "paper_url", "code_url", "post_url")
_BOLD, _MATCH, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[0m"


def print_hits(archive: Path, words: str, *, limit: int, where: Where, console: Console) -> None:
    """Search an archive and print what was found, best first; the JSON is a list with an object a recommendation.

    Matches are coloured on a terminal, in brackets elsewhere. Raises :class:`ValueError` where the words hold nothing
    that can be searched.
    """
    query = parse(words)
    with closing(open_readonly(archive)) as connection:
        hits = find(connection, words, limit=limit, where=where)
        facts = _facts(connection, hits)
        count = count_hits(connection, query, where=where) if limit and len(hits) == limit else len(hits)
    for hit in hits:
        _print(hit, facts[hit.recommendation_id], query, where, console)
    shown = f" (the first {len(hits):,})" if len(hits) < count else ""
    console.note(f"{count:,} recommendation{'' if count == 1 else 's'}{shown}")
    console.result([{**asdict(hit), "snippet": hit.snippet.marked(), **facts[hit.recommendation_id]} for hit in hits])


def _facts(connection: sqlite3.Connection, hits: Sequence[Hit]) -> dict[int, dict[str, Any]]:
    """What a reader wants to know of hits beside the words found."""
    query = f"SELECT {', '.join(_FACTS)} FROM recommendation_overview WHERE recommendation_id = ?"  # noqa: S608
    rows = {hit.recommendation_id: connection.execute(query, (hit.recommendation_id,)).fetchone() for hit in hits}
    return {number: dict(zip(_FACTS, row, strict=True)) for number, row in rows.items()}


def _print(hit: Hit, facts: dict[str, Any], query: Query, where: Where, console: Console) -> None:
    title = Snippet(text=hit.title or "(the title is a picture)", spans=())
    if hit.title and where != "summary" and _has_colours():
        title = mark(hit.title, query)
    venue = " ".join(str(part) for part in (facts["venue"], facts["year"]) if part)
    tag = f"#{facts['tag']}" if facts["tag"] else None
    console.say(_styled(title, bold=True))
    console.say("  " + " · ".join(part for part in (hit.published_on, venue, tag, facts["paper_url"]) if part))
    console.say(f"  {_styled(hit.snippet)}\n")


def _styled(snippet: Snippet, *, bold: bool = False) -> str:
    """A text with its matches as a terminal shows them, or between brackets for a file or pipe."""
    if not _has_colours():
        return snippet.marked()
    if bold:
        return f"{_BOLD}{snippet.marked(_MATCH, _PLAIN + _BOLD)}{_PLAIN}"
    return snippet.marked(_MATCH, _PLAIN)


def _has_colours() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ

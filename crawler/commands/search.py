"""``paperdigest search``: hits on a terminal or as JSON."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from crawler.console import Console
from normalize.archive import open_readonly
from normalize.search import Hit, Where
from normalize.search import search as find

_FACTS = ("recommender", "tag", "venue", "year", "post_title", "paper_url", "code_url", "post_url")


def print_hits(archive: Path, words: str, *, limit: int, where: Where, console: Console) -> None:
    """Search an archive and print what was found, best first.

    Raises :class:`ValueError` where the words hold nothing that can be searched.
    """
    with closing(open_readonly(archive)) as connection:
        hits = _with_facts(connection, find(connection, words, limit=limit, where=where))
    for hit in hits:
        _print(hit, console)
    console.note(f"{len(hits):,} recommendations" + (f" (the first {limit})" if limit and len(hits) == limit else ""))
    console.result(hits)


def _with_facts(connection: sqlite3.Connection, hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Hits with what a reader wants to know beside the words found."""
    query = f"SELECT {', '.join(_FACTS)} FROM recommendation_overview WHERE recommendation_id = ?"  # noqa: S608
    rows = [connection.execute(query, (hit.recommendation_id,)).fetchone() for hit in hits]
    return [{**asdict(hit), **dict(zip(_FACTS, row, strict=True))} for hit, row in zip(hits, rows, strict=True)]


def _print(hit: dict[str, Any], console: Console) -> None:
    venue = " ".join(str(part) for part in (hit["venue"], hit["year"]) if part)
    tag = f"#{hit['tag']}" if hit["tag"] else None
    facts = " · ".join(part for part in (hit["published_on"], venue, tag, hit["paper_url"]) if part)
    console.say(click.style(hit["title"] or "(the title is a picture)", bold=True))
    console.say(f"  {facts}")
    console.say(f"  {hit['snippet']}\n")

"""Page to post."""

from collections.abc import Sequence

from crawler.digest.blocks import find_anchors, read_blocks
from crawler.digest.head import HEAD_LINES, read_series
from crawler.digest.marks import split_number_line
from crawler.digest.notes import find_groups, kind_of, read_notes
from crawler.digest.tail import read_past_posts
from crawler.pages.lines import Line
from crawler.pages.page import Page
from normalize.model import Entry, Kind, Post, Problem


def read_post(page: Page) -> Post:
    """The post that a page holds, as printed.

    Every page has one: where no paper block is found, its kind is ``other`` and it has no entries.
    """
    lines = _whole_lines(page.lines)
    series, number, series_problems = read_series(page.title, lines)
    kind, entries, problems = _read_papers(lines)
    return Post(
        site=page.site,
        url=page.url,
        kind=kind,
        title=page.title,
        author=page.author,
        published=page.published,
        reads=page.reads,
        series=series,
        number=number,
        entries=tuple(entries),
        past_posts=read_past_posts(lines),
        problems=(*page.problems, *series_problems, *problems),
        partial=page.partial,
    )


def _whole_lines(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines; that of the number is divided from what got glued to it."""
    head = [part for line in lines[:HEAD_LINES] for part in split_number_line(line)]
    return [*head, *lines[HEAD_LINES:]]


def _read_papers(lines: Sequence[Line]) -> tuple[Kind, list[Entry], list[Problem]]:
    """Blocks with recommenders make a digest; fields make a note or a collection; tags alone come last."""
    anchors = find_anchors(lines)
    groups = find_groups(lines) if not any(anchor.recommender for anchor in anchors) else []
    if groups:
        kind = kind_of(groups)
        return kind, *read_notes(lines, groups, kind)
    if anchors:
        return "digest", *read_blocks(lines, anchors)
    return "other", [], []

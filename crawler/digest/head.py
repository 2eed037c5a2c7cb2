"""Series and number of a post."""

import unicodedata
from collections.abc import Sequence

from crawler.digest.marks import patterns
from crawler.pages.lines import Line
from normalize.model import Problem

HEAD_LINES = 30
"""Among a post's first lines stands that of its number."""


def read_series(title: str | None, lines: Sequence[Line]) -> tuple[str | None, int | None, list[Problem]]:
    """Series, number and what does not agree.

    The body decides (``这是 PaperDaily 的第 27 篇文章``); the title (``… | PaperDaily #26``) serves where the body has
    none. Both are printed on some posts, and they were seen to differ (2017-12).
    """
    body = next((found for line in lines[:HEAD_LINES] if (found := _find("series", line.text))), None)
    in_title = _find("title_series", title or "")
    series, number = body or in_title or (None, None)
    if body and in_title and body[1] != in_title[1]:
        message = f"The title says number {in_title[1]}, the body {body[1]}; the body's is kept."
        return series, number, [Problem(code="number_differs", message=message, line=title)]
    return series, number, []


def _find(table: str, text: str) -> tuple[str, int] | None:
    for pattern in patterns(table):
        found = pattern.search(text)
        if found is not None:
            return found["series"], int(unicodedata.normalize("NFKC", found["number"]))
    return None

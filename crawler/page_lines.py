"""Where on a page a value stands: the line from which a title, a tag, a link was read. Pure.

The readers of posts (:mod:`crawler.digest`) keep no account of lines, since nearly nobody asks. Here the lines are
found again: those of an entry by the same anchors, and in them the one that prints the value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crawler.digest import marks
from crawler.digest.blocks import find_anchors
from crawler.digest.head import HEAD_LINES
from crawler.digest.notes import find_groups
from crawler.pages.lines import Line
from normalize.model import EntryRecord

_LONGEST_FIELD = 12
"""Letters that may stand before a title: ``■ 论文标题 |``."""
_SHORTEST_BEGINNING = 4
"""Letters by which a line is known to begin a title or a summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A line of a page."""

    number: int
    """From 1, among the lines of the article that show text or a picture."""
    text: str
    """As a reader sees it; of a picture its address."""


class PageLines:
    """The lines of an article, with those of each entry."""

    def __init__(self, lines: Sequence[Line]) -> None:
        numbered = [
            (number, part)
            for number, line in enumerate(lines, start=1)
            for part in (marks.split_number_line(line) if number <= HEAD_LINES else [line])
        ]
        self._numbers = [number for number, _ in numbered]
        self._lines = [line for _, line in numbered]
        self._starts = _starts(self._lines)

    def title(self, record: EntryRecord) -> Source | None:
        """The title: its first line, or the picture that it is."""
        printed = record.entry.title_raw
        if printed is None:
            addresses = {image.url_raw for image in record.images if image.role == "title"}
            return self._first(record, lambda line: line.image in addresses)
        title = _squeezed(printed)
        longest = len(title) + _LONGEST_FIELD
        # The summary may name the title too, and the title may be printed on two lines.
        return (
            self._first(record, lambda line: len(line.text) < 2 * longest and title in _squeezed(line.text)[:longest])
            or self._first(record, lambda line: _begins(title, line.text))
            or self._containing(record, title)
        )

    def recommender(self, record: EntryRecord) -> Source | None:
        """The line of ``@x 推荐``, or the sentence that names the writer of a note."""
        name = record.entry.recommender
        if name is None:
            return None
        return self._first(record, lambda line: marks.recommender(line) == name) or self._containing(record, name)

    def tag(self, record: EntryRecord) -> Source | None:
        """The line of ``#tag``."""
        tag = record.entry.tag
        return self._first(record, lambda line: tag in (marks.tag(line), marks.bare_tag(line))) if tag else None

    def section(self, record: EntryRecord) -> Source | None:
        """The heading that the entry stands under: the nearest above its text."""
        name = record.entry.section
        if name is None:
            return None
        above = range(min(self._range(record).start + 3, len(self._lines)) - 1, -1, -1)
        return self._at(above, lambda line: marks.section(line) == name or (bool(line.text) and line.text == name))

    def summary(self, record: EntryRecord) -> Source | None:
        """The first line of the summary."""
        first = _squeezed(record.entry.summary.partition("\n\n")[0])
        if not first:
            return None
        return self._first(record, lambda line: _squeezed(line.text) == first) or self._first(
            record, lambda line: _begins(first, line.text)
        )

    def link(self, record: EntryRecord, url_raw: str) -> Source | None:
        """The line that prints an address, or that leads there."""
        return self._containing(record, url_raw) or self._first(
            record, lambda line: any(href == url_raw for _, href in line.links)
        )

    def image(self, record: EntryRecord, url_raw: str) -> Source | None:
        """A picture: its own line, or that whose text it stands in."""
        return self._first(record, lambda line: line.image == url_raw or url_raw in line.inline_images)

    def words(self, record: EntryRecord, sentence: str, words: str) -> Source | None:
        """The line of a sentence of the summary, else the first with some words of it."""
        return self._containing(record, sentence) or self._containing(record, words)

    def _containing(self, record: EntryRecord, words: str) -> Source | None:
        squeezed = _squeezed(words)
        return self._first(record, lambda line: squeezed in _squeezed(line.text)) if squeezed else None

    def _first(self, record: EntryRecord, holds: Callable[[Line], bool]) -> Source | None:
        """The first line of the entry that fits, else the first of the page: the lead of a note stands apart."""
        return self._at(self._range(record), holds) or self._at(range(len(self._lines)), holds)

    def _at(self, places: Sequence[int], holds: Callable[[Line], bool]) -> Source | None:
        place = next((place for place in places if holds(self._lines[place])), None)
        if place is None:
            return None
        line = self._lines[place]
        return Source(number=self._numbers[place], text=line.text or line.image or "")

    def _range(self, record: EntryRecord) -> range:
        """Lines of an entry; those of the last go on to the end of the page."""
        at = record.entry.position - 1
        edges = [*self._starts, len(self._lines)]
        return range(edges[at], edges[at + 1]) if at < len(self._starts) else range(0)


def _starts(lines: Sequence[Line]) -> list[int]:
    """First line of each entry, found as :func:`crawler.digest.read_post` finds entries."""
    anchors = find_anchors(lines)
    groups = [] if any(anchor.recommender for anchor in anchors) else find_groups(lines)
    return [group.start for group in groups] or [anchor.start for anchor in anchors]


def _begins(whole: str, text: str) -> bool:
    beginning = _squeezed(text)
    return len(beginning) >= min(_SHORTEST_BEGINNING, len(whole)) > 0 and whole.startswith(beginning)


def _squeezed(text: str) -> str:
    return "".join(text.split())

"""Parts of texts that show why something was found."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from normalize.search.letters import fold_with_places
from normalize.search.query import Query

SNIPPET_LETTERS = 80
"""Length of a snippet, about."""

_BEFORE = SNIPPET_LETTERS // 4
"""Letters before the first match of a snippet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A part of a text, in one line, with the places of what was looked for."""

    text: str
    spans: tuple[tuple[int, int], ...]
    """Start and end of each match, in order, without overlap."""

    def marked(self, before: str = "[", after: str = "]", *, escape: Callable[[str], str] = str) -> str:
        """Put marks round the matches; ``escape`` is applied to the text between them, such as :func:`html.escape`.

        >>> Snippet(text="图 & 网络", spans=((4, 6),)).marked("<b>", "</b>", escape=lambda text: text.replace("&", "+"))
        '图 + <b>网络</b>'
        """
        parts: list[str] = []
        at = 0
        for start, end in self.spans:
            parts += [escape(self.text[at:start]), before, escape(self.text[start:end]), after]
            at = end
        return "".join([*parts, escape(self.text[at:])])


def mark(text: str, query: Query) -> Snippet:
    """Give a whole text, in one line, with the matches of all wanted words."""
    line = _line(text)
    return Snippet(text=line, spans=tuple(_merged((start, end) for start, end, _ in _matches(line, query))))


def snippet(texts: Iterable[str], query: Query) -> Snippet:
    """Give the part with the most of the wanted words out of the first text that has any; else how the first begins.

    >>> from normalize.search.query import parse
    >>> snippet(["", "前文。" * 40 + "图网络的词语"], parse("网络")).marked()[-18:]
    '。前文。前文。前文。图[网络]的词语'
    """
    lines = [_line(text) for text in texts]
    for line in lines:
        if matches := _matches(line, query):
            return _cut(line, matches)
    return _cut(next(iter(lines), ""), [])


def _line(text: str) -> str:
    # Composed, so that marks are not cut off from their letters.
    return " ".join(unicodedata.normalize("NFC", text).split())


def _matches(line: str, query: Query) -> list[tuple[int, int, int]]:
    """Start and end of each match in a text, in order, each with the number of its word."""
    folded, places = fold_with_places(line)
    return sorted(
        (places[start], places[end - 1] + 1, number)
        for number, term in enumerate(query.wanted)
        for start, end in term.iter_spans(folded)
    )


def _cut(line: str, matches: Sequence[tuple[int, int, int]]) -> Snippet:
    """Cut a text to a window that begins shortly before the match from which on it shows the most words."""
    first = max(matches, key=lambda match: (_words_from(match[0], matches), -match[0]), default=(0, 0, 0))
    begin = max(0, min(first[0] - _BEFORE, len(line) - SNIPPET_LETTERS))
    end = max(begin + SNIPPET_LETTERS, first[1])
    while begin and _is_in_word(line, begin):
        begin -= 1
    while end < len(line) and _is_in_word(line, end):
        end += 1
    head = "…" if begin else ""
    spans = [
        (max(start, begin) - begin + len(head), min(stop, end) - begin + len(head))
        for start, stop in _merged(match[:2] for match in matches)
        if start < end and stop > begin
    ]
    return Snippet(text=head + line[begin:end] + ("…" if end < len(line) else ""), spans=tuple(spans))


def _is_in_word(line: str, place: int) -> bool:
    """Whether a place stands between two letters of a Latin word."""
    around = line[place - 1 : place + 1]
    return around.isascii() and around.isalnum()


def _words_from(begin: int, matches: Sequence[tuple[int, int, int]]) -> int:
    end = begin + SNIPPET_LETTERS - _BEFORE
    return len({number for start, stop, number in matches if begin <= start and stop <= end})


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

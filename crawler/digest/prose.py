"""Lines to paragraphs."""

from collections.abc import Iterable

from crawler.pages.lines import Line
from normalize.text import has_han

_SENTENCE_END = tuple("。！？；：…”）)!?;:.」》")


def add_line(paragraphs: list[str], line: Line) -> None:
    """Append a line to paragraphs: as a new one, unless it is the second half of a sentence that a hard break cut.

    ``…，所以 Word RNN`` / `` 利用了些技巧`` (2017), ``…社区用户`` / `` @Zsank。…`` (2018): such a half begins with a
    space, and what stands before it does not end a sentence.
    """
    if paragraphs and line.indented and not line.item and not paragraphs[-1].endswith(_SENTENCE_END):
        glue = "" if has_han(paragraphs[-1][-1]) and has_han(line.text[0]) else " "
        paragraphs[-1] += glue + line.text
    else:
        paragraphs.append(line.text)


def paragraphs_of(lines: Iterable[Line]) -> list[str]:
    """Paragraphs of lines that all belong to the prose."""
    paragraphs: list[str] = []
    for line in lines:
        add_line(paragraphs, line)
    return paragraphs

"""The stream of lines that a page becomes, whether it was HTML or Markdown.

A line is what a reader sees as one: block markup ends it, inline markup does not. It is either one picture or text
with its bold marks and links; pictures at the edges of a text line are lines of their own, pictures inside a sentence
stay with it.
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from normalize.text import UNSEEN, clean_text


class Run(NamedTuple):
    """A stretch of a line with the same markup; either ``text`` or ``image`` is set."""

    text: str
    bold: bool = False
    href: str | None = None
    image: str | None = None


class Line(NamedTuple):
    """One line of a post."""

    text: str
    """White space folded; empty for a picture."""
    runs: tuple[Run, ...] = ()
    image: str | None = None
    """Address of the picture that this line is, as printed."""
    heading: bool = False
    item: bool = False
    """It is an item of a list."""
    indented: bool = False
    """It begins with a plain space: the second half of a sentence that was broken in two (seen in 2017)."""

    @property
    def whole_bold(self) -> bool:
        """Every letter of it is bold.

        >>> Line("a b", (Run("a", bold=True), Run(" "), Run("b", bold=True))).whole_bold
        True
        """
        return bool(self.text) and all(run.bold or not run.text.strip(UNSEEN) for run in self.runs if run.image is None)

    @property
    def inline_images(self) -> list[str]:
        """Addresses of the pictures inside its text."""
        return [run.image for run in self.runs if run.image is not None]

    @property
    def has_links(self) -> bool:
        """Whether anything of it is a link."""
        runs = self.runs
        if len(runs) == 1:
            return runs[0].href is not None  # as most lines are
        return any(run.href is not None for run in runs)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Its links as (text, address); neighbours with one address are one link."""
        found: list[tuple[str, str]] = []
        for run in self.runs:
            if run.href is None or run.image is not None:
                continue
            if found and found[-1][1] == run.href:
                found[-1] = (found[-1][0] + run.text, run.href)
            else:
                found.append((run.text, run.href))
        return [(clean_text(text), href) for text, href in found]

    @property
    def text_outside_links(self) -> str:
        """Its text without that of its links."""
        return clean_text(" ".join(run.text for run in self.runs if run.href is None))


_LATIN_EDGE = re.compile(r"[0-9A-Za-z,:;.!?)\]]\Z"), re.compile(r"[0-9A-Za-z(\[]")
_ENDING = re.compile(r"(?:s|es|ed|ing|'s)\b(?![A-Za-z])")


def joined_bold_text(line: Line) -> str:
    """Text of a line whose bold was split in two, with the space that the split swallowed.

    ``**…: Efficient****Exploration in …**`` (2017-12-08) reads "Efficient Exploration"; a plural's ``s`` stays with
    its word.

    >>> joined_bold_text(Line("EfficientExploration", (Run("Efficient", bold=True), Run("Exploration", bold=True))))
    'Efficient Exploration'
    """
    out = ""
    was_bold = False
    for run in line.runs:
        split = was_bold and run.bold and _LATIN_EDGE[0].search(out) and _LATIN_EDGE[1].match(run.text)
        if split and not _ENDING.match(run.text):
            out += " "
        out += run.text
        was_bold = run.bold
    return clean_text(out)


# Of all fields in their order: twice as fast as by names and defaults, and every page has hundreds of both.
_new_run = partial(tuple.__new__, Run)
_new_line = partial(tuple.__new__, Line)


def picture_line(address: str) -> Line:
    """The line that a picture is."""
    return _new_line(("", (), address, False, False, False))


@dataclass(frozen=True, slots=True, eq=False)
class Markup:
    """What the markup around a place says about its text."""

    bold: bool = False
    href: str | None = None
    heading: bool = False
    item: bool = False


PLAIN = Markup()
"""Of text with nothing around it: one for all pages, by which what is inside it is found again."""
_BLANK = " \t\r\n\f"


class LineBuilder:
    """Collects runs and breaks into lines; the readers of HTML and of Markdown both write to one.

    Readers call :meth:`add_text`, :meth:`add_image` and :meth:`break_line` in document order, :meth:`finish` at its
    end.
    """

    __slots__ = ("_begun_by_image", "_joins", "_runs", "lines")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._runs: list[Run] = []
        """Of the line that is being collected, from its first text on."""
        self._joins = False
        """Text with the markup of the last run joins it."""
        self._begun_by_image = False

    def add_text(self, text: str, markup: Markup) -> None:
        """Append text; it joins the run before it where the markup is the same and nothing split them.

        Line ends of the source are spaces.
        """
        runs = self._runs
        if text.isspace() and text[0] in _BLANK and "\n" in text:
            if not runs and not self._begun_by_image:
                # The indentation of a neatly printed page is none of the line.
                return
            text = " "
        if runs and self._joins:
            last = runs[-1]
            if last.bold == markup.bold and last.href == markup.href:
                runs[-1] = _new_run((last.text + text, markup.bold, markup.href, None))
                return
        self._joins = True
        runs.append(_new_run((text, markup.bold, markup.href, None)))

    def split_run(self) -> None:
        """A bold element begins: its text is a run of its own even right after another bold one."""
        self._joins = False

    def add_image(self, address: str) -> None:
        """Append a picture. In front of all text, as most are, it is a line of its own at once."""
        if self._runs:
            self._runs.append(Run("", False, None, address))
            self._joins = False
        else:
            self.lines.append(picture_line(address))
            self._begun_by_image = True

    def add_line(self, text: str, markup: Markup) -> None:
        """Append text that is a line of its own: where one begins, the same as :meth:`add_text` and a break."""
        shown = clean_text(text)
        if shown:
            runs = (_new_run((text, markup.bold, markup.href, None)),)
            self.lines.append(_new_line((shown, runs, None, markup.heading, markup.item, text[0] == " ")))

    def break_line(self, markup: Markup = PLAIN) -> None:
        """End the line, if it shows anything."""
        runs = self._runs
        if runs:
            if len(runs) > 1:
                self._add_lines(markup)
            elif text := clean_text(runs[0].text):
                indented = runs[0].text[0] == " " and not self._begun_by_image
                self.lines.append(_new_line((text, tuple(runs), None, markup.heading, markup.item, indented)))
            runs.clear()
        self._begun_by_image = False

    def _add_lines(self, markup: Markup) -> None:
        """Lines of several runs: pictures at the edges are set free."""
        runs = self._runs
        first, end = 0, len(runs)
        while first < end and not runs[first].text.strip(UNSEEN):
            first += 1
        while end > first and not runs[end - 1].text.strip(UNSEEN):
            end -= 1
        self.lines += [picture_line(run.image) for run in runs[:first] if run.image is not None]
        body = runs[first:end]
        text = clean_text("".join([run.text for run in body]))
        if text:
            indented = first == 0 and runs[0].text[0] == " " and not self._begun_by_image
            self.lines.append(_new_line((text, tuple(body), None, markup.heading, markup.item, indented)))
        self.lines += [picture_line(run.image) for run in runs[end:] if run.image is not None]

    def finish(self) -> list[Line]:
        """All lines, when the document is over."""
        self.break_line()
        return self.lines

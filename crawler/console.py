"""What people see on a terminal: progress bars there, plain lines in a log, JSON for scripts."""

import codecs
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

Advance = Callable[[int, int], None]
"""Called with what is done and with how much there is (0: not known yet)."""

# A title may hold "\x1b]0;…\x07", which would give orders to a terminal; what may stand are our own bold and red.
_ORDERS = re.compile("\x1b(?!\\[(?:0|1|1;31)m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
_ORDERS_IN_JSON = re.compile("[\x7f-\x9f]")  # those that JSON itself does not escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where the output of a command goes: results to standard output, the rest to standard error."""

    quiet: bool = False
    as_json: bool = False

    def say(self, text: str = "") -> None:
        """A line of the result, unless JSON was asked for."""
        if not self.as_json:
            _echo(text)

    def note(self, text: str) -> None:
        """A line beside the result."""
        if not self.quiet:
            _echo(text, err=True)

    def warn(self, text: str) -> None:
        """A line that must be seen, even by those who asked for quiet."""
        _echo(text, err=True)

    def result(self, value: Any) -> None:
        """The result as JSON, where that was asked for."""
        if self.as_json:
            is_unicode = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
            text = json.dumps(value, ensure_ascii=not is_unicode, indent=2)
            click.echo(_ORDERS_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]], *, indent: str = "  ") -> None:
        """A table of plain text; on a terminal no wider than that."""
        if self.as_json:
            return
        width = shutil.get_terminal_size().columns - len(indent) if sys.stdout.isatty() else None
        for line in table_lines(heads, rows, width=width):
            _echo(indent + line)

    @contextmanager
    def last_words(self) -> Iterator[None]:
        """What is said of a run that is over: where nobody listens any more, its status stays what it is."""
        try:
            yield
        except BrokenPipeError:
            drop_unheard()

    @contextmanager
    def progress(self, what: str) -> Iterator[Advance | None]:
        """A bar on a terminal; nothing in a log, where every line must be worth it."""
        if self.quiet or self.as_json or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None)

            def advance(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total or None)

            yield advance


def prepare_streams() -> None:
    """Make the standard streams fit for use, whatever a scheduler or a shell made of them.

    One that is closed leads nowhere, under its own number, which else the next file would get. Letters that the
    encoding of the place lacks are written as their numbers.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (to the very end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def drop_unheard() -> None:
    """Send what nobody can hear any more nowhere, so that Python does not fail on it while it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _echo(text: str, *, err: bool = False) -> None:
    click.echo(_ORDERS.sub("\ufffd", text), err=err)


def table_lines(heads: Sequence[str], rows: Iterable[Sequence[object]], *, width: int | None = None) -> list[str]:
    """Lines of a table with a rule under its heads; ``None`` is an empty cell, a Han character is two wide.

    Where the table would be wider than ``width``, its widest columns are cut.

    >>> table_lines(["venue", "papers"], [["会议", 12], [None, 3]])
    ['venue  papers', '-----  ------', '会议   12', '       3']
    """
    cells = [list(heads), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    while width is not None and sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    cells.insert(1, ["-" * cell_width for cell_width in widths])
    return [
        "  ".join(_fitted(cell, cell_width) for cell, cell_width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


_NARROWEST = 8


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _fitted(text: str, width: int) -> str:
    """The text, filled or cut to a width."""
    if _width(text) <= width:
        return text + " " * (width - _width(text))
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1) + "…"


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)

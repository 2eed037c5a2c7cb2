"""What people see on a terminal: progress bars there, plain lines in a log, JSON for scripts."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

Advance = Callable[[int, int], None]
"""Called with what is done and with how much there is (0: not known yet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where the output of a command goes: results to standard output, the rest to standard error."""

    quiet: bool = False
    as_json: bool = False

    def say(self, text: str = "") -> None:
        """A line of the result, unless JSON was asked for."""
        if not self.as_json:
            click.echo(text)

    def note(self, text: str) -> None:
        """A line beside the result."""
        if not self.quiet:
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """A line that must be seen, even by those who asked for quiet."""
        click.echo(text, err=True)

    def result(self, value: Any) -> None:
        """The result as JSON, where that was asked for."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]], *, indent: str = "  ") -> None:
        """A table of plain text; on a terminal no wider than that."""
        if self.as_json:
            return
        width = shutil.get_terminal_size().columns - len(indent) if sys.stdout.isatty() else None
        for line in table_lines(heads, rows, width=width):
            click.echo(indent + line)

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

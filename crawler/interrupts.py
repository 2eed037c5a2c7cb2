"""Ctrl-C, and the signal by which schedulers end a command."""

import signal
from typing import Final, NoReturn

INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """One of the two came.

    Not Python's own: after that has left an ``exec`` of text, which is how dataclasses and named tuples are made while
    modules are loaded, a program begun with ``python -m`` is ended by the signal in place of its exit status (the
    ``unhandled_keyboard_interrupt`` of CPython's ``pythonrun.c``, which asks for the very class).
    """


def interrupt(_number: int, _frame: object) -> NoReturn:
    """What a signal does: a handler for both. Raises :class:`Interrupted`."""
    raise Interrupted

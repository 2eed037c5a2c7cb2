"""Exit statuses of ``paperdigest``, one a reason, so that a script can tell them apart."""

import errno
from enum import IntEnum


class Exit(IntEnum):
    """What the status means; ``--help`` and the README list them."""

    OK = 0
    FAILED = 1
    """Something unforeseen; the message says what."""
    USAGE = 2
    """The command line was not understood."""
    INPUT_REFUSED = 3
    """Some input could not be read; the rest was."""
    BLOCKED = 4
    """The site refused to answer (challenge, 403, 429, 521): what it has is not known."""
    LAYOUT_CHANGED = 5
    """A page that was read before, or is where a post should be, can no longer be read: what it gave before stays."""
    DISK_FULL = 6
    """No room was left; everything committed before is whole."""
    ARCHIVE_TOO_NEW = 7
    """The archive or its captures were written by a newer version."""
    NOT_AN_ARCHIVE = 8
    """The file given as archive is something else, or there is none, or its captures are missing."""
    ANOTHER_RUN = 9
    """Another crawl into the same store is under way."""
    CHECK_FAILED = 10
    """The archive contradicts itself: an assertion about it does not hold."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C or a signal; what was committed is whole."""


def status_of_error(error: BaseException) -> Exit:
    """Exit status of a run that an error ended, for the book of runs."""
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    return Exit.DISK_FULL if is_disk_full(error) else Exit.FAILED


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, of the system or of SQLite, says that there is no room."""
    return (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "disk is full" in str(error)

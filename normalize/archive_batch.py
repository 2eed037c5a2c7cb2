"""What goes into a batch beside its readings, and what comes out of it."""

from collections.abc import Callable
from dataclasses import dataclass

from normalize.model import PostRecord

Reread = Callable[[str], PostRecord | None]
"""Gives the record of a capture that is in the archive already, by its ``capture_id``."""


class CaptureLost(RuntimeError):
    """A capture that the archive needs to read again is not to be had, or is no post any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one or several calls changed. Summaries can be added."""

    new_captures: int = 0
    """Observations that were not in the archive before."""
    new_posts: int = 0
    changed_posts: int = 0
    """Posts of which at least one field changed, such as the number of reads."""
    removed_posts: int = 0
    """Posts that turned out to be copies of others."""
    new_papers: int = 0
    removed_papers: int = 0
    """Papers that turned out to be others."""
    recommendations: int = 0
    """Recommendations that are new or changed."""

    def __add__(self, other: "Summary") -> "Summary":
        return Summary(**{name: getattr(self, name) + getattr(other, name) for name in Summary.__slots__})

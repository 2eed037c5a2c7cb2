"""Venues that cannot be meant as they are printed: kept, and reported."""

from collections.abc import Iterator

from normalize.model import EntryRecord, Problem
from normalize.venues.register import find_listed


def venue_doubts(entry: EntryRecord, *, published: str | None) -> Iterator[Problem]:
    """Problems of the year of an entry's venue.

    :param published: when the post was published, as in :attr:`normalize.model.Post.published`.

    ``venue_year_not_held``: in that year the venue was not held, as ECCV in 2017. ``venue_year_ahead``: it is later
    than the year of the post by more than one, while papers are accepted and sent in for the next year at most.
    """
    mention = entry.venue
    if mention is None or mention.year is None:
        return
    position, line = entry.entry.position, mention.sentence
    venue = find_listed(mention.name)
    if venue is not None and venue.was_held(mention.year) is False:
        message = f"{mention.name} was not held in {mention.year}; it is kept as printed."
        yield Problem(code="venue_year_not_held", message=message, position=position, line=line)
    if published is not None and mention.year > int(published[:4]) + 1:
        message = f"{mention.name} {mention.year} is too late for a post of {published[:4]}; it is kept as printed."
        yield Problem(code="venue_year_ahead", message=message, position=position, line=line)

"""What one entry of a page says of each field of a paper, by which rule, and on which line. Pure."""

from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple, get_args

from crawler.page_lines import PageLines, Source
from normalize.identifiers import find_identifier, identifier_id, scheme_of
from normalize.model import EntryRecord, Identifier, LinkRole, Post, VenueMention

Field = Literal[
    "title", "venue", "year", "status", "recommender", "tag", "section", "summary", "affiliations", "links", "code",
    "figures", "identity",
]  # fmt: skip
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
"""What can be asked of a paper, in the order of the answers."""

PICTURE: Final = "(a picture)"
"""Stands for a title that is one."""


class Reading(NamedTuple):
    """A value that an entry gives."""

    value: str
    rule: str
    """How it was read, for people."""
    source: Source | None
    """The line that prints it; ``None`` where it is not found again."""


def readings_of(field: Field, post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    """Give what an entry says of a field; nothing where it says nothing.

    Args:
        field: what is asked.
        post: the copy that the entry stands in.
        record: the entry, with what was read out of it.
        lines: those of the copy's page.
    """
    return _READERS[field](post, record, lines)


def _title(post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    source = lines.title(record)
    if record.entry.title_raw is None:
        rule = "the title is a picture; it is taken from another recommendation of the same paper, where one prints it"
        yield Reading(PICTURE, rule, source)
    else:
        rule = "the line above the recommender or the tag" if post.kind == "digest" else "the field of the title"
        yield Reading(record.entry.title_raw, rule, source)


def _venue(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    if record.venue is not None:
        rule = f"“{record.venue.printed}” by the register of venues"
        yield Reading(record.venue.name, rule, _venue_line(record, record.venue, lines))


def _year(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    if record.venue is not None and record.venue.year is not None:
        rule = f"the year of “{record.venue.printed}”"
        yield Reading(str(record.venue.year), rule, _venue_line(record, record.venue, lines))


def _status(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    if record.venue is not None:
        rule = f"the words round “{record.venue.printed}”, by the phrases of venues"
        yield Reading(record.venue.status, rule, _venue_line(record, record.venue, lines))


def _venue_line(record: EntryRecord, venue: VenueMention, lines: PageLines) -> Source | None:
    if venue.span is None:  # the heading is the venue
        return lines.section(record)
    return lines.words(record, venue.sentence, venue.printed)


def _recommender(post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    if record.entry.recommender is not None:
        rule = "the name before 推荐" if post.kind == "digest" else "the user whom the lead names"
        yield Reading(record.entry.recommender, rule, lines.recommender(record))


def _tag(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    if record.entry.tag is not None:
        yield Reading(record.entry.tag, "the first line under the recommender or the title", lines.tag(record))


def _section(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    if record.entry.section is not None:
        yield Reading(record.entry.section, "the nearest heading above", lines.section(record))


def _summary(post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    if record.entry.summary:
        rule = "the prose of the block" if post.kind == "digest" else "the lead of the note, or the prose of its part"
        yield Reading(record.entry.summary, rule, lines.summary(record))


def _affiliations(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    for name in record.affiliations:
        yield Reading(name, "an institution that the summary gives as the authors'", lines.words(record, name, name))


def _links(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    return _links_of(record, lines, role=None)


def _code(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    return _links_of(record, lines, role="code")


def _links_of(record: EntryRecord, lines: PageLines, *, role: LinkRole | None) -> Iterator[Reading]:
    for link in record.links:
        if role in (None, link.role):
            printed = "" if link.url == link.url_raw else f", printed as {link.url_raw}"
            rule = f"the label {link.label} makes it a link of the role {link.role}{printed}"
            yield Reading(link.url, rule, lines.link(record, link.url_raw))


def _figures(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    for image in record.images:
        if image.role == "figure":
            yield Reading(image.url, "a picture amid the block", lines.image(record, image.url_raw))


def _identity(_post: Post, record: EntryRecord, lines: PageLines) -> Iterator[Reading]:
    for identifier in record.identifiers:
        strength = "strong" if scheme_of(identifier).strong else "weak: it proves nothing"
        rule = f"an address that a label gives, of the scheme {identifier.scheme} ({strength})"
        yield Reading(identifier_id(identifier), rule, _identifier_line(record, identifier, lines))
    if record.title_key is not None:
        yield Reading(record.title_key, "the folded title", lines.title(record))


def _identifier_line(record: EntryRecord, identifier: Identifier, lines: PageLines) -> Source | None:
    link = next((link for link in record.links if find_identifier(link.url) == identifier), None)
    return None if link is None else lines.link(record, link.url_raw)


_READERS: Final[dict[Field, Callable[[Post, EntryRecord, PageLines], Iterator[Reading]]]] = {
    "title": _title,
    "venue": _venue,
    "year": _year,
    "status": _status,
    "recommender": _recommender,
    "tag": _tag,
    "section": _section,
    "summary": _summary,
    "affiliations": _affiliations,
    "links": _links,
    "code": _code,
    "figures": _figures,
    "identity": _identity,
}

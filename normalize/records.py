"""As-printed post to resolved record: addresses, roles, keys, venue and institutions of each entry."""

from collections.abc import Iterable, Iterator

from normalize.affiliations import find_affiliations
from normalize.checks import entry_doubts
from normalize.identifiers import identifiers_of
from normalize.labels import link_role
from normalize.model import (
    Entry,
    EntryRecord,
    Post,
    PostRecord,
    Problem,
    ResolvedImage,
    ResolvedLink,
    ResolvedPastPost,
)
from normalize.titles import post_title_key, title_key
from normalize.urls import canonical_url, picture, post_keys
from normalize.venues import find_venue
from normalize.venues.doubts import venue_doubts

_READ_CHARACTERS = 4000
"""Of a summary's beginning: venue and institutions stand in its first sentences, and no real one is half as long."""


def normalize_post(post: Post) -> PostRecord:
    """Read out of a post what its words mean; nothing of the post itself is changed.

    A pure function: the same post and the same rules give the same record.
    """
    entries = tuple(normalize_entry(entry) for entry in post.entries)
    return PostRecord(
        post=post,
        keys=post_keys(post.url) if post.url else (),
        title_key=post_title_key(post.title),
        entries=entries,
        past_posts=tuple(_past_posts(post)),
        problems=(*post.problems, *_doubts(post, entries)),
    )


def normalize_entry(entry: Entry) -> EntryRecord:
    """The same for one entry."""
    summary = entry.summary[:_READ_CHARACTERS]
    links = [ResolvedLink(link_role(label), label, url_raw, canonical_url(url_raw)) for label, url_raw in entry.links]
    return EntryRecord(
        entry=entry,
        title_key=title_key(entry.title_raw),
        venue=find_venue(summary, section=entry.section),
        affiliations=find_affiliations(summary),
        links=tuple(links),
        images=tuple([ResolvedImage(role, url_raw, *picture(url_raw)) for role, url_raw in entry.images]),
        identifiers=identifiers_of(
            [link.url for link in links if link.role == "paper"], [link.url for link in links if link.role != "paper"]
        ),
    )


def _past_posts(post: Post) -> Iterator[ResolvedPastPost]:
    for past in post.past_posts:
        url = canonical_url(past.url_raw) if past.url_raw else None
        key = next(iter(post_keys(url)), None) if url else None
        yield ResolvedPastPost(title=past.title, url_raw=past.url_raw, url=url, post_key=key)


def _doubts(post: Post, entries: Iterable[EntryRecord]) -> Iterator[Problem]:
    """What is missing in a post that should have it, and what it prints that cannot be meant so."""
    if post.title is None:
        yield Problem(code="no_post_title", message="The page gives no title.")
    if post.published is None:
        yield Problem(code="no_date", message="The page does not say when it was published.")
    for entry in entries:
        yield from entry_doubts(entry)
        yield from venue_doubts(entry, published=post.published)

"""What changed between two looks at a post: nothing that it says, something, or the page can hardly be read any more.

Two *as printed* records are compared, without the number of reads, which changes with every look. A page that yields
far less than before is not taken for an edited post: then the site's layout must have changed, and what was read
before stays.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from crawler.captures import Capture, CaptureStore, DamagedBody
from crawler.digest import read_post
from crawler.pages import UnreadablePage, read_page
from normalize.model import Entry, PageClass, Post
from normalize.urls import post_keys

Outcome = Literal["same", "changed", "lost"]

_SHARE: Final = 2  # with fewer than one in so many of the entries before, a page is not edited but misread

_POST_FIELDS: Final = ("kind", "title", "author", "published", "series", "number", "past_posts", "partial")
_ENTRY_FIELDS: Final = ("section", "title_raw", "recommender", "tag", "summary", "links", "images")
# what a post of the blog has, and an editor does not take out of it: where it is gone, the page keeps it elsewhere
_LASTING: Final[dict[str, Callable[[Post], object]]] = {
    "title": lambda post: post.title,
    "date": lambda post: post.published,
    "author": lambda post: post.author,
    "reads": lambda post: None if post.reads is None else "reads",
    "paper titles": lambda post: any(entry.title_raw for entry in post.entries),
    "recommenders": lambda post: any(entry.recommender for entry in post.entries),
    "links": lambda post: any(entry.links for entry in post.entries),
    "pictures": lambda post: any(entry.images for entry in post.entries),
    "summaries": lambda post: any(entry.summary for entry in post.entries),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a post between two looks."""

    outcome: Outcome
    """``lost``: so much is missing that the layout of the page must have changed."""
    details: tuple[str, ...] = ()
    """What differs: ``title``, ``entry 3: links``, ``entry 7 is new``; of what is lost: ``no title``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a page is, and what it prints."""

    page_class: PageClass
    post: Post | None
    """``None`` where the page is no article."""
    reason: str = ""
    """Why it is none."""


def read_printed(body: bytes, *, charset: str | None = None) -> Printed:
    """Reads a page that came with status 200. Never raises for a page."""
    try:
        page = read_page(body, status=200, charset=charset)
    except UnreadablePage as error:
        return Printed(page_class="damaged", post=None, reason=str(error))
    if page.page_class != "post":
        return Printed(
            page_class=page.page_class, post=None, reason="; ".join(problem.message for problem in page.problems)
        )
    post = read_post(page)
    return Printed(page_class="not_digest" if post.kind == "other" else "post", post=post)


def compare(old: Post, new: Post) -> Change:
    """What became of a post. Reads and problems do not count, nor does the spelling of its address."""
    lost = tuple(_lost(old, new))
    if lost:
        return Change(outcome="lost", details=lost)
    details = tuple(_differences(old, new))
    return Change(outcome="changed" if details else "same", details=details)


def _lost(old: Post, new: Post) -> Iterator[str]:
    if old.entries and len(new.entries) * _SHARE < len(old.entries):
        yield f"{len(new.entries)} of {len(old.entries)} papers"
        if not new.entries:
            return
    for name, value in _LASTING.items():
        if value(old) and not value(new):
            yield f"no {name}"


def _differences(old: Post, new: Post) -> Iterator[str]:
    for name in _POST_FIELDS:
        if getattr(old, name) != getattr(new, name):
            yield name.replace("_", " ")
    if _keys(old) != _keys(new):
        yield "address"
    for position, (before, after) in enumerate(zip(old.entries, new.entries, strict=False), start=1):
        yield from (f"entry {position}: {name}" for name in _entry_differences(before, after))
    for position in range(len(old.entries) + 1, len(new.entries) + 1):
        yield f"entry {position} is new"
    for position in range(len(new.entries) + 1, len(old.entries) + 1):
        yield f"entry {position} is gone"


def _entry_differences(old: Entry, new: Entry) -> list[str]:
    names = [name for name in _ENTRY_FIELDS if getattr(old, name) != getattr(new, name)]
    return [{"title_raw": "title"}.get(name, name) for name in names]


def _keys(post: Post) -> tuple[str, ...]:
    return () if post.url is None else post_keys(post.url)


def read_kept(store: CaptureStore, capture: Capture) -> Printed:
    """What was read at an earlier look, read anew by the present code."""
    try:
        return read_printed(store.body(capture.body_sha256))
    except (DamagedBody, KeyError) as error:
        return Printed(page_class="damaged", post=None, reason=str(error))

"""Which copies are one post.

A pure function over what the copies say. It does not depend on the order of the copies, and it is *local*: copies that
share no key, bytes or title never influence each other.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from normalize.identity.sets import partition, short_hash

DAYS_BETWEEN_COPIES = 30
"""Copies with equal titles are one post if they were published within so many days of its earliest copy."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One capture of a post, with what is needed to tell which post and how good a copy."""

    capture_id: str
    sha256: str
    keys: tuple[str, ...]
    """As in :attr:`normalize.model.PostRecord.keys`."""
    title_key: str | None
    published: str | None
    """As in :attr:`normalize.model.Post.published`."""
    series: str | None
    number: int | None
    partial: bool
    """The rest of the post is locked on this page."""
    entries: int
    """Recommendations in it."""
    has_links: bool
    has_images: bool
    lacks: int
    """How many it has not of title, day, author, any paper's title, any recommender, any summary."""
    distance: int
    """From the living page: 0 fetched from the site, 1 from a web archive, 2 a file."""
    captured_at: str | None
    """ISO 8601 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostGroup:
    """A post: all its copies."""

    post_id: str
    """``csdn-80763567``, ``wechat-MzIwMTc4ODE0Mw-2247489270-1``, ``title-0f3a…-20180621``, ``file-0f3a…``."""
    copies: tuple[Copy, ...]
    """The best first: its fields are shown."""

    @property
    def shown(self) -> Copy:
        """The copy whose fields are shown."""
        return self.copies[0]


def group_copies(copies: Iterable[Copy]) -> list[PostGroup]:
    """Find which copies are one post; posts in the order of their ids.

    Copies are one post if they share a key or their bytes, or if their titles are equal, neither series nor number
    differ where both print one, and the later appeared within :data:`DAYS_BETWEEN_COPIES` days of the earliest. Copies
    without a date join by title only where exactly one post comes into question.
    """
    ordered = sorted(copies, key=lambda copy: copy.capture_id)
    bundles = [_Bundle(members) for members in partition(ordered, lambda copy: (*copy.keys, f"sha256 {copy.sha256}"))]
    dated = _join_dated([bundle for bundle in bundles if bundle.earliest is not None])
    undated = [bundle for bundle in bundles if bundle.earliest is None]
    posts = _join_undated(dated, undated)
    return sorted((post.group() for post in posts), key=lambda group: group.post_id)


def copy_rank(copy: Copy, most: int) -> tuple[Any, ...]:
    """Sort key of copies, the one to show first; ``most``: recommendations of the fullest copy.

    Whole; with at least half of the recommendations of the fullest; with links; with pictures; with title, day, author,
    titles of papers, recommenders and summaries; near the source; late; low hash. A page whose layout has changed, so
    that only a part of it is understood, thus never takes the place of a copy that was read well.
    """
    shown = (copy.partial, 2 * copy.entries < most, not copy.has_links, not copy.has_images, copy.lacks)
    return (*shown, copy.distance, -_seconds(copy.captured_at), copy.sha256, copy.capture_id)


class _Bundle:
    """Copies known to be one post so far."""

    __slots__ = ("copies", "earliest", "numbers", "series", "titles")

    def __init__(self, copies: Iterable[Copy]) -> None:
        self.copies: list[Copy] = []
        self.earliest: date | None = None
        self.titles: set[str] = set()
        self.series: set[str] = set()
        self.numbers: set[int] = set()
        self.add(copies)

    def add(self, copies: Iterable[Copy]) -> None:
        for copy in copies:
            self.copies.append(copy)
            day = _day(copy.published)
            self.earliest = min(filter(None, (self.earliest, day)), default=None)
            if copy.title_key is not None:
                self.titles.add(copy.title_key)
            if copy.series is not None:
                self.series.add(copy.series)
            if copy.number is not None:
                self.numbers.add(copy.number)

    def agrees(self, other: "_Bundle") -> bool:
        """Series and number are equal where both print one."""
        return _meet(self.series, other.series) and _meet(self.numbers, other.numbers)

    def group(self) -> PostGroup:
        most = max(copy.entries for copy in self.copies)
        ranked = sorted(self.copies, key=lambda copy: copy_rank(copy, most))
        return PostGroup(post_id=self._post_id(), copies=tuple(ranked))

    def _post_id(self) -> str:
        keys = {key for copy in self.copies for key in copy.keys}
        if keys:
            return min(keys, key=_key_rank)
        if not self.titles:
            return f"file-{min(copy.sha256 for copy in self.copies)[:12]}"
        # Series and number belong to it: two issues may have one title.
        name = "\n".join([min(self.titles), *sorted(self.series), *map(str, sorted(self.numbers))])
        day = "undated" if self.earliest is None else f"{self.earliest:%Y%m%d}"
        return f"title-{short_hash(name)}-{day}"


def _join_dated(bundles: list[_Bundle]) -> list[_Bundle]:
    """Join by title, the earliest first."""
    posts: list[_Bundle] = []
    by_title: defaultdict[str, list[_Bundle]] = defaultdict(list)
    for bundle in sorted(bundles, key=lambda bundle: (bundle.earliest or date.max, bundle.copies[0].capture_id)):
        near = [post for title in sorted(bundle.titles) for post in by_title[title] if _is_near(post, bundle)]
        home = min(near, key=lambda post: (post.earliest or date.max, post.copies[0].capture_id), default=None)
        new_titles = bundle.titles if home is None else bundle.titles - home.titles
        if home is None:
            home = bundle
            posts.append(home)
        else:
            home.add(bundle.copies)
        for title in new_titles:
            by_title[title].append(home)
    return posts


def _is_near(post: _Bundle, bundle: _Bundle) -> bool:
    if post.earliest is None or bundle.earliest is None or not post.agrees(bundle):
        return False
    return (bundle.earliest - post.earliest).days <= DAYS_BETWEEN_COPIES


def _join_undated(dated: list[_Bundle], undated: list[_Bundle]) -> list[_Bundle]:
    """Join copies without a date to the one post that has their title; first those that print series or number."""
    merged = [
        _Bundle(copy for bundle in same for copy in bundle.copies) for same in partition(undated, _titles_and_numbers)
    ]
    numbered = [bundle for bundle in merged if bundle.series or bundle.numbers]
    posts = _join_where_single(dated, numbered)
    return _join_where_single(posts, [bundle for bundle in merged if not (bundle.series or bundle.numbers)])


def _titles_and_numbers(bundle: _Bundle) -> Iterator[Hashable]:
    for copy in bundle.copies:
        if copy.title_key is not None:
            yield copy.title_key, copy.series, copy.number


def _join_where_single(posts: list[_Bundle], bundles: list[_Bundle]) -> list[_Bundle]:
    """Add each bundle to the only post that it can belong to, unless that post draws bundles that disagree."""
    by_title: defaultdict[str, dict[int, _Bundle]] = defaultdict(dict)
    for post in posts:
        for title in post.titles:
            by_title[title][id(post)] = post
    drawn: defaultdict[int, list[_Bundle]] = defaultdict(list)
    alone: list[_Bundle] = []
    for bundle in bundles:
        fitting = {key: post for title in bundle.titles for key, post in by_title[title].items() if post.agrees(bundle)}
        if len(fitting) == 1:
            drawn[next(iter(fitting))].append(bundle)
        else:
            alone.append(bundle)
    for post in posts:
        guests = drawn[id(post)]
        if all(guest.agrees(other) for guest in guests for other in guests):
            post.add(copy for guest in guests for copy in guest.copies)
        else:
            alone.extend(guests)
    return posts + alone


def _meet(first: set[_T], second: set[_T]) -> bool:
    return not first or not second or not first.isdisjoint(second)


def _key_rank(key: str) -> tuple[int, int, str]:
    """CSDN numbers first, the lowest before; then WeChat's long keys, then its short ones."""
    number = key.removeprefix("csdn-")
    if number != key and number.isascii() and number.isdigit():
        return 0, int(number), key
    return (2 if key.startswith("wechat-s-") else 1), 0, key


def _day(published: str | None) -> date | None:
    try:
        return None if published is None else date.fromisoformat(published[:10])
    except ValueError:
        return None


def _seconds(moment: str | None) -> float:
    try:
        return -math.inf if moment is None else datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return -math.inf

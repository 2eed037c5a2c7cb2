"""What is the same: which copies are one post, which recommendations are one paper.

Pure functions over what the records say, without SQL. Two properties hold for both halves and are tested as such: the
result does not depend on the order of the input, and it is *local*: things that share no key (posts) and neither
identifier nor title key (papers) never influence each other, so that the archive may decide anew about connected
things only.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, TypeVar

from normalize.identifiers import identifier_id, rank, scheme_of
from normalize.model import Identifier, Problem, VenueMention, VenueStatus
from normalize.titles import are_plainly_unlike

DAYS_BETWEEN_COPIES = 30
"""Copies with equal titles are one post if they were published within so many days of its earliest copy."""

MAX_CLAIMANTS = 50
"""Unlike titles with one identifier that further ones are compared with: beyond, an identifier says nothing more."""

Verdict = Literal["same", "different", "unsure"]
TitleSource = Literal["printed", "other_recommendation"]

_T = TypeVar("_T")
_LATEST = "9999"
_HIGHEST = "\U0010ffff"


def _partition(items: Sequence[_T], keys_of: Callable[[_T], Iterable[Hashable]]) -> list[list[_T]]:
    """Split items into the sets that are connected by equal keys; order of items is kept inside a set."""
    parent = list(range(len(items)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_with: dict[Hashable, int] = {}
    for index, item in enumerate(items):
        for key in keys_of(item):
            parent[root(index)] = root(first_with.setdefault(key, index))
    sets: defaultdict[int, list[_T]] = defaultdict(list)
    for index, item in enumerate(items):
        sets[root(index)].append(item)
    return list(sets.values())


# --- posts -----------------------------------------------------------------------------------------------------------


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
    bundles = [_Bundle(members) for members in _partition(ordered, lambda copy: (*copy.keys, f"sha256 {copy.sha256}"))]
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
        return f"title-{_hash(name)}-{day}"


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
        _Bundle(copy for bundle in same for copy in bundle.copies) for same in _partition(undated, _titles_and_numbers)
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


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# --- papers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperEntry:
    """One recommendation, with what is needed to tell which paper it recommends."""

    entry_id: int
    """The archive's ``recommendation_id``."""
    post_id: str
    position: int
    title: str | None
    """As printed; ``None`` where it is a picture."""
    title_key: str | None
    identifiers: tuple[Identifier, ...]
    published_on: str | None
    """Day of the post: ``2018-06-21``."""
    venue: VenueMention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper and its recommendations."""

    paper_id: str
    """``pw-2026``, ``arxiv-1806.01234``, ``doi-…``, ``openreview-…``, ``acl-…``, ``title-…`` or ``entry-…``."""
    entry_ids: tuple[int, ...]
    """Sorted."""
    aliases: tuple[str, ...]
    """Ids that its recommendations would have had alone; sorted, without ``paper_id``."""
    title: str | None
    """The one most often printed, then earliest, then lowest; ``None`` where all are pictures."""
    venue: VenueMention | None
    """The most specific one that its recommendations give."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Judgement:
    """Why two recommendations are held to be of one paper, or not."""

    left_id: int
    right_id: int
    """Higher than ``left_id``."""
    verdict: Verdict
    rule: str
    """``equal_identifier``, ``equal_title``, ``identifier_conflict``, ``title_conflict``."""
    evidence: str
    """The identifier (``pw-2026``) or title key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """All that is decided about a set of recommendations."""

    papers: tuple[Paper, ...]
    """By rising id."""
    judgements: tuple[Judgement, ...]
    """Sorted."""
    problems: tuple[tuple[int, Problem], ...]
    """With the recommendation that each is about; sorted."""
    disputed: frozenset[tuple[int, Identifier]]
    """Identifiers that a recommendation prints and that were judged to be another paper's."""


def components(entries: Iterable[PaperEntry]) -> list[list[PaperEntry]]:
    """Split recommendations into the sets that strong identifiers and title keys connect."""
    ordered = sorted(entries, key=lambda entry: entry.entry_id)
    return _partition(ordered, _connections)


def resolve(entries: Iterable[PaperEntry]) -> Resolution:
    """Find which recommendations are of one paper, and what the paper is called.

    1. An equal strong identifier makes one paper of recommendations whose titles are not plainly unlike (a missing
       title is like any). Of unlike ones the identifier goes to those of which most print it, then the earliest, then
       the lowest title key; the others lose it, and a problem ``identifier_conflict`` and a judgement say so.
    2. Different arXiv numbers, and different DOIs, are different papers, whatever else is equal.
    3. Equal title keys join what is left. Where papers connected by titles contradict each other (2), none of them is
       joined by title, and a problem ``title_conflict`` says so.
    """
    connected = components(entries)
    resolvers = [_Resolver(component) for component in connected if len(component) > 1]
    # Most recommendations stand alone, and need no comparing.
    papers = [_lone_paper(component[0]) for component in connected if len(component) == 1]
    papers.extend(paper for resolver in resolvers for paper in resolver.papers())
    return Resolution(
        papers=tuple(sorted(papers, key=lambda paper: paper.paper_id)),
        judgements=tuple(sorted(judgement for r in resolvers for judgement in r.judgements)),
        problems=tuple(sorted((p for r in resolvers for p in r.problems), key=_problem_order)),
        disputed=frozenset(claim for r in resolvers for claim in r.disputed),
    )


def _problem_order(item: tuple[int, Problem]) -> tuple[int, str, str]:
    return item[0], item[1].code, item[1].message


def _connections(entry: PaperEntry) -> Iterator[Hashable]:
    yield from (identifier for identifier in entry.identifiers if scheme_of(identifier).strong)
    if entry.title_key is not None:
        yield entry.title_key


class _Group:
    """Recommendations held to be of one paper so far."""

    __slots__ = ("absorbed", "claims", "entries", "named_by_title", "rank", "title_keys", "titles")

    def __init__(self, entry: PaperEntry) -> None:
        self.entries = [entry]
        self.claims = _own_claims(entry)
        """Strong identifiers that are still taken for its own."""
        self.titles = set() if entry.title is None else {entry.title}
        self.title_keys = set() if entry.title_key is None else {entry.title_key}
        self.rank = (-1, _when(entry), entry.title_key or _HIGHEST, entry.entry_id)
        """Sort key: most recommendations, earliest, lowest title key."""
        self.named_by_title = True
        self.absorbed = False

    @property
    def first_id(self) -> int:
        return self.rank[3]

    @property
    def exclusive(self) -> dict[str, str]:
        """Values of the schemes in which a paper has but one."""
        return {claim.scheme: claim.value for claim in self.claims if scheme_of(claim).exclusive}

    def absorb(self, other: "_Group") -> None:
        self.entries += other.entries
        self.claims |= other.claims
        self.titles |= other.titles
        self.title_keys |= other.title_keys
        mine, its = self.rank, other.rank
        self.rank = (mine[0] + its[0], min(mine[1], its[1]), min(mine[2], its[2]), min(mine[3], its[3]))
        other.absorbed = True

    def contradicts(self, other: "_Group") -> bool:
        """Both have a number of a scheme in which a paper has but one, and they differ."""
        its = other.exclusive
        return any(its.get(scheme, value) != value for scheme, value in self.exclusive.items())

    def is_like(self, other: "_Group") -> bool:
        """No title speaks against their being one paper."""
        if not self.titles or not other.titles or not self.titles.isdisjoint(other.titles):
            return True
        return any(not are_plainly_unlike(one, another) for one in self.titles for another in other.titles)


class _Resolver:
    """Decides about one connected set of recommendations."""

    def __init__(self, entries: Sequence[PaperEntry]) -> None:
        self.judgements: list[Judgement] = []
        self.problems: list[tuple[int, Problem]] = []
        self.disputed: set[tuple[int, Identifier]] = set()
        self._groups = [_Group(entry) for entry in entries]
        self._join_by_identifier()
        self._join_by_title()
        for group in self._groups:
            self.judgements.extend(self._agreements(group))

    def papers(self) -> Iterator[Paper]:
        ids = {id(group): _paper_id(group) for group in self._groups}
        aliases = self._aliases(ids)
        for group in self._groups:
            yield Paper(
                paper_id=ids[id(group)],
                entry_ids=tuple(sorted(entry.entry_id for entry in group.entries)),
                aliases=tuple(sorted(aliases[id(group)])),
                title=_title(group.entries),
                venue=_venue(group.entries),
            )

    def _join_by_identifier(self) -> None:
        claims = {claim for group in self._groups for claim in group.claims}
        # Those that tell papers apart come first, so that they are known when the others are asked.
        for claim in sorted(claims, key=lambda claim: (not scheme_of(claim).exclusive, rank(claim))):
            holders = [group for group in self._groups if claim in group.claims]
            if len(holders) > 1:
                winner, *losers = _claimants(holders)
                for loser in losers:
                    self._lose(claim, winner, loser)
                self._groups = [group for group in self._groups if not group.absorbed]

    def _lose(self, claim: Identifier, winner: _Group, loser: _Group) -> None:
        name = identifier_id(claim)
        verdict: Verdict = "different" if winner.contradicts(loser) else "unsure"
        self._judge(winner, loser, verdict=verdict, rule="identifier_conflict", evidence=name)
        loser.claims.discard(claim)
        title = _title(winner.entries)
        message = f"The identifier {name} is held to be that of another paper, {title!r}; it is not used here."
        for entry in loser.entries:
            if claim in entry.identifiers:
                self.disputed.add((entry.entry_id, claim))
                self._report("identifier_conflict", message, entry)

    def _join_by_title(self) -> None:
        joined: list[_Group] = []
        ordered = sorted(self._groups, key=lambda group: group.first_id)
        for groups in _partition(ordered, lambda group: group.title_keys):
            numbers = {item for group in groups for item in group.exclusive.items()}
            if len(numbers) > len({scheme for scheme, _ in numbers}):
                self._refuse_titles(groups)
                joined.extend(groups)
                continue
            for group in groups[1:]:
                groups[0].absorb(group)
            joined.append(groups[0])
        self._groups = joined

    def _refuse_titles(self, groups: list[_Group]) -> None:
        first = groups[0]
        for group in groups:
            group.named_by_title = False
        for group in groups[1:]:
            verdict: Verdict = "different" if first.contradicts(group) else "unsure"
            self._judge(first, group, verdict=verdict, rule="title_conflict", evidence=min(group.title_keys))
        names = sorted(identifier_id(c) for group in groups for c in group.claims if scheme_of(c).exclusive)
        message = f"Equal titles with different identifiers ({', '.join(names)}): not joined by title."
        for group in groups:
            for entry in group.entries:
                self._report("title_conflict", message, entry)

    def _judge(self, first: _Group, second: _Group, *, verdict: Verdict, rule: str, evidence: str) -> None:
        left, right = sorted((first.first_id, second.first_id))
        self.judgements.append(Judgement(left_id=left, right_id=right, verdict=verdict, rule=rule, evidence=evidence))

    def _report(self, code: str, message: str, entry: PaperEntry) -> None:
        problem = Problem(code=code, message=message, position=entry.position, line=entry.title)
        self.problems.append((entry.entry_id, problem))

    def _agreements(self, group: _Group) -> Iterator[Judgement]:
        """For each thing that recommendations of a paper share, the chain of those that share it."""
        shared: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for entry in group.entries:
            for claim in group.claims.intersection(entry.identifiers):
                shared["equal_identifier", identifier_id(claim)].append(entry.entry_id)
            if entry.title_key is not None and group.named_by_title:
                shared["equal_title", entry.title_key].append(entry.entry_id)
        for (rule, evidence), ids in shared.items():
            for left, right in pairwise(sorted(ids)):
                yield Judgement(left_id=left, right_id=right, verdict="same", rule=rule, evidence=evidence)

    def _aliases(self, ids: dict[int, str]) -> defaultdict[int, set[str]]:
        """Ids that recommendations would have had alone; those that several papers would have are nobody's."""
        wanted: defaultdict[str, set[int]] = defaultdict(set)
        for group in self._groups:
            for entry in group.entries:
                best = min(_own_claims(entry), key=rank, default=None)
                if (entry.entry_id, best) not in self.disputed:
                    wanted[_lone_id(entry)].add(id(group))
        taken = set(ids.values())
        aliases: defaultdict[int, set[str]] = defaultdict(set)
        for alias, groups in wanted.items():
            if alias not in taken and len(groups) == 1:
                aliases[next(iter(groups))].add(alias)
        return aliases


def _own_claims(entry: PaperEntry) -> set[Identifier]:
    """Strong identifiers of a recommendation; of a scheme in which a paper has but one, the lowest."""
    claims = {identifier for identifier in entry.identifiers if scheme_of(identifier).strong}
    if len(claims) < 2:
        return claims
    lowest: dict[str, Identifier] = {}
    for claim in sorted(claims, key=rank):
        lowest.setdefault(claim.scheme, claim)
    return {claim for claim in claims if not scheme_of(claim).exclusive or lowest[claim.scheme] == claim}


def _claimants(holders: list[_Group]) -> list[_Group]:
    """Join those who claim an identifier into groups that can be one paper each; the first keeps the identifier."""
    claimants: list[_Group] = []
    for group in sorted((holder for holder in holders if holder.titles), key=lambda group: group.rank):
        first = claimants[:MAX_CLAIMANTS]
        _absorb_first((one for one in first if not one.contradicts(group) and one.is_like(group)), group, claimants)
    claimants.sort(key=lambda group: group.rank)
    for group in sorted((holder for holder in holders if not holder.titles), key=lambda group: group.rank):
        _absorb_first((one for one in claimants if not one.contradicts(group)), group, claimants)
    return claimants


def _absorb_first(fitting: Iterator[_Group], group: _Group, claimants: list[_Group]) -> None:
    home = next(fitting, None)
    if home is None:
        claimants.append(group)
    else:
        home.absorb(group)


def _lone_paper(entry: PaperEntry) -> Paper:
    """The paper of a recommendation that is connected with no other."""
    return Paper(
        paper_id=_lone_id(entry), entry_ids=(entry.entry_id,), aliases=(), title=entry.title, venue=entry.venue
    )


def _lone_id(entry: PaperEntry) -> str:
    titles = () if entry.title_key is None else (entry.title_key,)
    return _id_of(_own_claims(entry), titles, (entry.post_id, entry.position))


def _paper_id(group: _Group) -> str:
    first = min((entry.post_id, entry.position) for entry in group.entries)
    return _id_of(group.claims, group.title_keys if group.named_by_title else (), first)


def _id_of(claims: Collection[Identifier], title_keys: Collection[str], first: tuple[str, int]) -> str:
    """Id from the strongest identifier, else the lowest title key, else the first place that recommends it."""
    if claims:
        return identifier_id(min(claims, key=rank))
    return f"title-{_hash(min(title_keys))}" if title_keys else f"entry-{_hash(f'{first[0]} {first[1]}')}"


def _when(entry: PaperEntry) -> str:
    return entry.published_on or _LATEST


def _title(entries: Iterable[PaperEntry]) -> str | None:
    printed = [entry for entry in entries if entry.title is not None]
    counts = Counter(entry.title for entry in printed)
    best = min(printed, key=lambda entry: (-counts[entry.title], _when(entry), entry.title or ""), default=None)
    return None if best is None else best.title


# The more a status says, the lower; what is not (yet) a paper of the venue comes last.
_STATUS_RANK: dict[VenueStatus, int] = {
    "best-paper": 0, "oral": 1, "spotlight": 2, "poster": 3, "published": 4, "accepted": 5, "workshop": 6,
    "challenge": 7, "submitted": 8,
}  # fmt: skip


def _venue(entries: Iterable[PaperEntry]) -> VenueMention | None:
    """The most specific mention: a venue that took the paper, with a year, with the strongest status."""
    mentions = [(entry.venue, _when(entry)) for entry in entries if entry.venue is not None]
    counts = Counter((venue.name, venue.year) for venue, _ in mentions)

    def specific(item: tuple[VenueMention, str]) -> tuple[bool, bool, int, int, str, str, int, str, str]:
        venue, when = item
        return (
            venue.status == "submitted",
            venue.year is None,
            _STATUS_RANK[venue.status],
            -counts[venue.name, venue.year],
            when,
            venue.name,
            venue.year or 0,
            venue.printed,
            venue.sentence,
        )

    return min(mentions, key=specific)[0] if mentions else None

"""Which recommendations are of one paper.

A pure function over what the recommendations say. It does not depend on their order, and it is *local*: recommendations
that share neither strong identifier nor title key nor decision never influence each other.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, combinations, pairwise, product
from typing import Final, Literal, NamedTuple

from normalize.decisions import PaperDecision
from normalize.identifiers import SCHEMES, identifier_id, rank, scheme_of
from normalize.identity.sets import partition, short_hash
from normalize.model import Identifier, Problem, VenueMention, VenueStatus
from normalize.titles import are_comparable, are_plainly_unlike

MAX_CLAIMANTS = 20
"""Unlike titles with one identifier that further ones are compared with: beyond, an identifier says nothing more."""

IS_STRONG: Final = {scheme.name: scheme.strong for scheme in SCHEMES}
"""Whether equal identifiers of a scheme mean equal papers, by its name."""

Verdict = Literal["same", "different", "unsure"]
TitleSource = Literal["printed", "other_recommendation"]

_NAMED_IN_MESSAGE = 5
_LATEST = "9999"
_HIGHEST = "\U0010ffff"


class PaperEntry(NamedTuple):
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


class Paper(NamedTuple):
    """A paper and its recommendations."""

    paper_id: str
    """``pw-2026``, ``arxiv-1806.01234``, ``doi-…``, ``openreview-…``, ``acl-…``, ``title-…`` or ``entry-…``."""
    entry_ids: tuple[int, ...]
    """Sorted."""
    aliases: tuple[str, ...]
    """Ids that its recommendations would have had alone, and names by which a decision joins them; sorted, without
    ``paper_id``."""
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
    """``decision``, ``equal_identifier``, ``equal_title``, ``identifier_conflict``, ``title_conflict``."""
    evidence: str
    """The decision (``arxiv-1806.01234 = pw-2026``), identifier (``pw-2026``) or title key."""


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


def components(entries: Iterable[PaperEntry], decisions: Iterable[PaperDecision] = ()) -> list[list[PaperEntry]]:
    """Split recommendations into the sets that strong identifiers, title keys and decisions connect."""
    ordered = sorted(entries, key=lambda entry: entry.entry_id)
    return partition(ordered, partial(_connections, decided=Decided(decisions)))


def _connections(entry: PaperEntry, decided: "Decided") -> list[Hashable]:
    """What may connect a recommendation with others."""
    found: list[Hashable] = [one for one in entry.identifiers if IS_STRONG[one.scheme]]
    if entry.title_key is not None:
        found.append(entry.title_key)
    if decided:
        found += decided.meaning(entry)
    return found


def _lone_and_others(
    entries: Sequence[PaperEntry], decisions: Sequence[PaperDecision], decided: "Decided"
) -> tuple[list[PaperEntry], list[PaperEntry]]:
    """Recommendations that nothing connects with another one or a decision, and all the others."""
    connections = [_connections(entry, decided) for entry in entries]
    shared = {connection for connection, uses in Counter(chain.from_iterable(connections)).items() if uses > 1}
    shared.update(decisions)
    lone: list[PaperEntry] = []
    others: list[PaperEntry] = []
    for entry, its in zip(entries, connections, strict=True):
        (lone if shared.isdisjoint(its) else others).append(entry)
    return lone, others


def resolve(entries: Iterable[PaperEntry], decisions: Sequence[PaperDecision] = ()) -> Resolution:
    """Find which recommendations are of one paper, and what the paper is called.

    1. Decisions by hand are obeyed, whatever else is equal or not. A paper that one of "different" means by one of its
       names loses the others: identifiers and titles that its recommendations print. Where decisions together say both
       "same" and "different" of recommendations, these are not joined, and a problem ``decision_conflict`` says so.
    2. An equal strong identifier makes one paper of recommendations whose titles are not plainly unlike (a missing
       title is like any). Of unlike ones the identifier goes to those of which most print it, then the earliest, then
       the lowest title key; the others lose it, and a problem ``identifier_conflict`` and a judgement say so.
    3. Different arXiv numbers, and different DOIs of one publisher, are different papers, whatever else is equal.
    4. Equal title keys join what is left. Where papers connected by titles contradict each other (1, 3), none of them
       is joined by title, and a problem ``title_conflict`` says so.
    """
    decided = Decided(decisions)
    # Most recommendations stand alone, and need no comparing.
    lone, others = _lone_and_others(list(entries), decisions, decided)
    resolvers = [_Resolver(found, decided) for found in components(others, decisions)]
    papers = [_lone_paper(entry) for entry in lone]
    papers.extend(paper for resolver in resolvers for paper in resolver.papers())
    return Resolution(
        papers=tuple(sorted(papers, key=lambda paper: paper.paper_id)),
        judgements=tuple(sorted(judgement for r in resolvers for judgement in r.judgements)),
        problems=tuple(sorted((p for r in resolvers for p in r.problems), key=_problem_order)),
        disputed=frozenset(claim for r in resolvers for claim in r.disputed),
    )


def _problem_order(item: tuple[int, Problem]) -> tuple[int, str, str]:
    return item[0], item[1].code, item[1].message


# --- names and decisions ---------------------------------------------------------------------------------------------


def paper_names(entry: PaperEntry) -> Iterator[str]:
    """Names by which a decision can mean a recommendation, the most special first: place, title, identifiers.

    >>> from normalize.identifiers import identifiers_of
    >>> found = identifiers_of(["https://arxiv.org/abs/1806.01234", "https://www.paperweekly.site/papers/2026"])
    >>> list(paper_names(PaperEntry(entry_id=1, post_id="csdn-80763567", position=2, title="Nested LSTMs",
    ...     title_key="nestedlstms", identifiers=found, published_on=None)))
    ['entry-5af8d28395e2', 'title-a33fbedf7433', 'pw-2026', 'arxiv-1806.01234']
    """
    yield _place_name(entry.post_id, entry.position)
    if entry.title_key is not None:
        yield _title_name(entry.title_key)
    yield from map(identifier_id, sorted(_own_claims(entry), key=rank))


class Decided:
    """Decisions, ready to be asked which recommendations they mean."""

    def __init__(self, decisions: Iterable[PaperDecision]) -> None:
        self._by_name: defaultdict[str, list[PaperDecision]] = defaultdict(list)
        for decision in sorted(decisions):
            for name in decision.ids:
                self._by_name[name].append(decision)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._by_name)

    def meaning(self, entry: PaperEntry) -> Mapping[PaperDecision, list[str]]:
        """Decisions that mean a recommendation, with the names by which they do, the most special first."""
        found: dict[PaperDecision, list[str]] = {}
        # Mostly there are no decisions, and hashing every title would cost more than resolving it.
        for name in paper_names(entry) if self else ():
            for decision in self._by_name.get(name, ()):
                found.setdefault(decision, []).append(name)
        return found


def _title_name(title_key: str) -> str:
    return f"title-{short_hash(title_key)}"


_SPECIAL = ("entry-", "title-")


def _place_name(post_id: str, position: int) -> str:
    return f"entry-{short_hash(f'{post_id} {position}')}"


# --- groups ----------------------------------------------------------------------------------------------------------

Marks = dict[str, set[str]]
"""What a paper has but one of, by kind: its arXiv number, its DOI with a publisher, its side of a decision."""


class _Group:
    """Recommendations held to be of one paper so far."""

    __slots__ = ("claims", "entries", "into", "named_by_title", "not_its", "rank", "sides", "title_keys", "titles")

    def __init__(self, entry: PaperEntry) -> None:
        self.entries = [entry]
        self.claims = _own_claims(entry)
        """Strong identifiers that are still taken for its own."""
        self.titles = set() if entry.title is None else {entry.title}
        self.title_keys = set() if entry.title_key is None else {entry.title_key}
        self.sides: Marks = {}
        """Of each decision that sets papers apart, the name that means this one."""
        self.not_its: dict[str, str] = {}
        """The other names of those decisions, with the decision."""
        self.rank = (-1, _when(entry), entry.title_key or _HIGHEST, entry.entry_id)
        """Sort key: most recommendations, earliest, lowest title key."""
        self.named_by_title = True
        self.into: _Group | None = None
        """The group that took it in."""

    @property
    def first_id(self) -> int:
        return self.rank[3]

    @property
    def numbers(self) -> Marks:
        """Values of the schemes in which a paper has but one; a decision may have joined several."""
        return numbers_of(self.claims)

    def absorb(self, other: "_Group") -> None:
        self.entries += other.entries
        self.claims |= other.claims
        self.titles |= other.titles
        self.title_keys |= other.title_keys
        for decision, names in other.sides.items():
            self.sides.setdefault(decision, set()).update(names)
        self.not_its.update(other.not_its)
        mine, its = self.rank, other.rank
        self.rank = (mine[0] + its[0], min(mine[1], its[1]), min(mine[2], its[2]), min(mine[3], its[3]))
        other.into = self

    @property
    def home(self) -> "_Group":
        """The group that it is part of by now."""
        group = self
        while group.into is not None:
            group = group.into
        return group

    def is_set_apart(self, other: "_Group") -> bool:
        """A decision says that they differ."""
        return differ(self.sides, other.sides)

    def contradicts(self, other: "_Group") -> bool:
        """They differ by a decision, or by a number of which a paper has but one."""
        return self.is_set_apart(other) or differ(self.numbers, other.numbers)

    def is_like(self, other: "_Group") -> bool:
        """A title of each speaks for their being one paper."""
        if not self.titles.isdisjoint(other.titles):
            return True
        pairs = product(self.titles, other.titles)
        return any(are_comparable(*pair) and not are_plainly_unlike(*pair) for pair in pairs)

    def may_be(self, other: "_Group") -> bool:
        """No title speaks against their being one paper: one in another script is like any."""
        return self.is_like(other) or not any(are_plainly_unlike(*pair) for pair in product(self.titles, other.titles))


def numbers_of(claims: Iterable[Identifier]) -> Marks:
    """Values of the schemes in which a paper has but one, by what it has but one of.

    >>> numbers_of([Identifier(scheme="doi", value="10.1145/3219819"), Identifier(scheme="paperweekly", value="7")])
    {'10.1145': {'10.1145/3219819'}}
    """
    found: Marks = {}
    for claim in claims:
        if scheme_of(claim).exclusive:
            found.setdefault(_kind_of(claim), set()).add(claim.value)
    return found


def differ(first: Marks, second: Marks) -> bool:
    """Whether both have marks of one kind, and none in common.

    >>> differ({"arxiv": {"1806.01234"}}, {"arxiv": {"1806.04321"}}), differ({"arxiv": {"1806.01234"}}, {})
    (True, False)
    """
    return any(kind in second and values.isdisjoint(second[kind]) for kind, values in first.items())


def _are_contradictory(groups: Sequence[_Group]) -> bool:
    """Two of the groups contradict each other."""
    found: defaultdict[str, set[frozenset[str]]] = defaultdict(set)
    for group in groups:
        for kind, values in (*group.numbers.items(), *group.sides.items()):
            found[kind].add(frozenset(values))
    return any(one.isdisjoint(other) for sets in found.values() for one, other in combinations(sets, 2))


def _kind_of(claim: Identifier) -> str:
    """What a paper has but one of: a publisher gives it one DOI, a preprint server may have given it another."""
    return claim.value.partition("/")[0] if claim.scheme == "doi" else claim.scheme


def _own_claims(entry: PaperEntry) -> set[Identifier]:
    """Strong identifiers of a recommendation; of what a paper has but one of, the lowest."""
    claims = {identifier for identifier in entry.identifiers if IS_STRONG[identifier.scheme]}
    if len(claims) < 2:
        return claims
    lowest: dict[str, Identifier] = {}
    for claim in sorted(claims, key=rank):
        lowest.setdefault(_kind_of(claim), claim)
    return {claim for claim in claims if not scheme_of(claim).exclusive or lowest[_kind_of(claim)] == claim}


# --- resolving -------------------------------------------------------------------------------------------------------


class _Resolver:
    """Decides about one connected set of recommendations."""

    def __init__(self, entries: Sequence[PaperEntry], decided: Decided) -> None:
        self.judgements: list[Judgement] = []
        self.problems: list[tuple[int, Problem]] = []
        self.disputed: set[tuple[int, Identifier]] = set()
        self._joined_as: defaultdict[int, set[str]] = defaultdict(set)
        """Names by which a decision joins a recommendation with others."""
        self._groups = [_Group(entry) for entry in entries]
        self._obey(decided)
        self._join_by_identifier()
        self._join_by_title()
        for group in self._groups:
            self._agree(group)

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

    def _obey(self, decided: Decided) -> None:
        """All that is set apart is known before anything is joined."""
        sides: defaultdict[PaperDecision, dict[str, _Group]] = defaultdict(dict)
        joined: defaultdict[PaperDecision, list[_Group]] = defaultdict(list)
        for group in self._groups:
            meaning = decided.meaning(group.entries[0])
            # The decision that means it by the most special name comes first, and may take names from later ones.
            for decision in (one for one in meaning if not one.same):
                if (side := _side(group, decision, meaning[decision])) is not None:
                    sides[decision].setdefault(side, group)
            for decision in (one for one in meaning if one.same):
                if not group.not_its.keys() >= set(meaning[decision]):
                    joined[decision].append(group)
                    self._joined_as[group.first_id].update(meaning[decision])
        for decision, groups in sides.items():
            for one, other in combinations(groups.values(), 2):
                self._judge(one, other, verdict="different", rule="decision", evidence=decision.evidence)
        for decision in sorted(joined):
            self._join_by_decision(decision, joined[decision])
        self._groups = [group for group in self._groups if group.into is None]

    def _join_by_decision(self, decision: PaperDecision, groups: Sequence[_Group]) -> None:
        """Join single recommendations, or what earlier decisions made of them."""
        home = groups[0].home
        joined: list[int] = []
        for group in groups:
            entry, found = group.entries[0], group.home
            if home.is_set_apart(found):
                message = f"Not joined by the decision {decision.evidence}: another one sets apart what it would join."
                self._report("decision_conflict", message, entry)
                continue
            if found is not home:
                home.absorb(found)
            joined.append(entry.entry_id)
        self._chain(joined, rule="decision", evidence=decision.evidence)

    def _join_by_identifier(self) -> None:
        holders: defaultdict[Identifier, list[_Group]] = defaultdict(list)
        for group in self._groups:
            for claim in group.claims:
                holders[claim].append(group)
        # Those that tell papers apart come first, so that they are known when the others are asked.
        for claim in sorted(holders, key=lambda claim: (not scheme_of(claim).exclusive, rank(claim))):
            homes = {id(group.home): group.home for group in holders[claim]}
            for home in homes.values():
                self._take_what_is_not_its(home)
            found = [home for home in homes.values() if claim in home.claims]
            if len(found) > 1:
                winner, *losers = _claimants(found, identifier_id(claim))
                for loser in losers:
                    self._lose(claim, winner, loser)
        self._groups = [group for group in self._groups if group.into is None]
        for group in self._groups:
            self._take_what_is_not_its(group)

    def _take_what_is_not_its(self, group: _Group) -> None:
        """Take from a group the names that decisions give to other papers."""
        if not group.not_its:
            return
        group.title_keys = {key for key in group.title_keys if _title_name(key) not in group.not_its}
        for claim in sorted(group.claims):
            name = identifier_id(claim)
            if name in group.not_its:
                message = f"The identifier {name} is another paper's, by the decision {group.not_its[name]}."
                self._take(claim, group, message)

    def _lose(self, claim: Identifier, winner: _Group, loser: _Group) -> None:
        name = identifier_id(claim)
        verdict: Verdict = "different" if winner.contradicts(loser) else "unsure"
        self._judge(winner, loser, verdict=verdict, rule="identifier_conflict", evidence=name)
        title = _title(winner.entries)
        message = f"The identifier {name} is held to be that of another paper, {title!r}; it is not used here."
        self._take(claim, loser, message)

    def _take(self, claim: Identifier, group: _Group, message: str) -> None:
        """An identifier is not that of a group, though recommendations in it print it."""
        group.claims.discard(claim)
        for entry in group.entries:
            if claim in entry.identifiers:
                self.disputed.add((entry.entry_id, claim))
                self._report("identifier_conflict", message, entry)

    def _join_by_title(self) -> None:
        joined: list[_Group] = []
        ordered = sorted(self._groups, key=lambda group: group.first_id)
        for groups in partition(ordered, lambda group: group.title_keys):
            if len(groups) > 1 and _are_contradictory(groups):
                self._refuse_titles(groups)
                joined.extend(groups)
                continue
            for group in groups[1:]:
                groups[0].absorb(group)
            self._take_what_is_not_its(groups[0])
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
        more = f" and {len(names) - _NAMED_IN_MESSAGE:,} more" if len(names) > _NAMED_IN_MESSAGE else ""
        shown = ", ".join(names[:_NAMED_IN_MESSAGE]) + more if names else "a decision"
        message = f"Equal titles of papers that differ ({shown}): not joined by title."
        for group in groups:
            for entry in group.entries:
                self._report("title_conflict", message, entry)

    def _judge(self, first: _Group, second: _Group, *, verdict: Verdict, rule: str, evidence: str) -> None:
        left, right = sorted((first.first_id, second.first_id))
        self.judgements.append(Judgement(left_id=left, right_id=right, verdict=verdict, rule=rule, evidence=evidence))

    def _chain(self, entry_ids: Iterable[int], *, rule: str, evidence: str) -> None:
        """Recommendations that share something are one paper: each is judged with the next."""
        for left, right in pairwise(sorted(entry_ids)):
            self.judgements.append(
                Judgement(left_id=left, right_id=right, verdict="same", rule=rule, evidence=evidence)
            )

    def _report(self, code: str, message: str, entry: PaperEntry) -> None:
        problem = Problem(code=code, message=message, position=entry.position, line=entry.title)
        self.problems.append((entry.entry_id, problem))

    def _agree(self, group: _Group) -> None:
        """For each thing that recommendations of a paper share, the chain of those that share it."""
        shared: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for entry in group.entries:
            for claim in group.claims.intersection(entry.identifiers):
                shared["equal_identifier", identifier_id(claim)].append(entry.entry_id)
            if entry.title_key is not None and group.named_by_title:
                shared["equal_title", entry.title_key].append(entry.entry_id)
        for (rule, evidence), ids in shared.items():
            self._chain(ids, rule=rule, evidence=evidence)

    def _aliases(self, ids: dict[int, str]) -> defaultdict[int, set[str]]:
        """Further names of papers; those that several would have are nobody's.

        Who decides that two papers are one names both as the archive shows them: neither id may be lost by it.
        """
        wanted: defaultdict[str, set[int]] = defaultdict(set)
        lost = {(entry_id, identifier_id(claim)) for entry_id, claim in self.disputed}
        for group in self._groups:
            for entry in group.entries:
                for alias in {_lone_id(entry), *self._joined_as[entry.entry_id]}:
                    if (entry.entry_id, alias) not in lost and alias not in group.not_its:
                        wanted[alias].add(id(group))
        taken = set(ids.values())
        aliases: defaultdict[int, set[str]] = defaultdict(set)
        for alias, groups in wanted.items():
            if alias not in taken and len(groups) == 1:
                aliases[next(iter(groups))].add(alias)
        return aliases


def _side(group: _Group, decision: PaperDecision, names: Sequence[str]) -> str | None:
    """Put a recommendation on its side of a decision that sets papers apart; the other names are not its own.

    One that prints several identifiers of the decision, and is meant by nothing more special, has no side: what else
    is known of it tells to which of them it belongs.
    """
    left = [name for name in names if name not in group.not_its]
    if not left or (len(left) > 1 and not left[0].startswith(_SPECIAL)):
        return None
    group.sides[decision.evidence] = {left[0]}
    group.not_its.update((name, decision.evidence) for name in decision.ids if name != left[0])
    return left[0]


def _claimants(holders: list[_Group], name: str) -> list[_Group]:
    """Join those who claim an identifier into groups that can be one paper each; the first keeps the identifier."""
    titled = sorted((holder for holder in holders if holder.titles), key=lambda group: group.rank)
    pictures = sorted((holder for holder in holders if not holder.titles), key=lambda group: group.rank)
    claimants = _absorbed(titled, lambda one, other: one.is_like(other), most=MAX_CLAIMANTS)
    # Whom a decision means by the identifier keeps it.
    claimants.sort(key=lambda group: (not any(name in names for names in group.sides.values()), group.rank))
    # What cannot be compared goes with those who keep the identifier: titles in another script, then pictures.
    return _absorbed([*claimants, *pictures], lambda one, other: one.may_be(other), most=1)


def _absorbed(groups: Iterable[_Group], fits: Callable[[_Group, _Group], bool], *, most: int) -> list[_Group]:
    """Join each group to the first one before it that fits and does not contradict it; only ``most`` are asked."""
    homes: list[_Group] = []
    for group in groups:
        fitting = (one for one in homes[:most] if not one.contradicts(group) and fits(one, group))
        home = next(fitting, None)
        if home is None:
            homes.append(group)
        else:
            home.absorb(group)
    return homes


# --- what a paper is called ------------------------------------------------------------------------------------------


def _lone_paper(entry: PaperEntry) -> Paper:
    """The paper of a recommendation that is connected with no other."""
    return Paper(_lone_id(entry), (entry.entry_id,), (), entry.title, entry.venue)


def _lone_id(entry: PaperEntry) -> str:
    titles = () if entry.title_key is None else (entry.title_key,)
    return _id_of(_own_claims(entry), titles, (entry.post_id, entry.position))


def _paper_id(group: _Group) -> str:
    first = min((entry.post_id, entry.position) for entry in group.entries)
    return _id_of(group.claims, group.title_keys if group.named_by_title else (), first)


def _id_of(claims: Collection[Identifier], title_keys: Collection[str], first: tuple[str, int]) -> str:
    """Id from the strongest identifier, else the lowest title key, else the first place that recommends it."""
    if claims:
        return identifier_id(min(claims, key=rank) if len(claims) > 1 else next(iter(claims)))
    return _title_name(min(title_keys)) if title_keys else _place_name(*first)


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

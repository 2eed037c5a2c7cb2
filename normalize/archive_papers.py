"""The half of the writer that knows recommendations and papers.

All recommendations that share an identifier or title key with those that come, go or change are looked up, resolved
anew by :func:`normalize.identity.resolve`, and written where they differ from what is stored.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any

from normalize.archive_checks import OTHER_PROBLEMS_SCOPE, Comparisons, Touched, weak_keys
from normalize.archive_posts import Posts
from normalize.archive_rows import (
    AFFILIATIONS,
    DECIDED,
    IDENTIFIERS,
    IMAGES,
    JUDGEMENTS,
    LINKS,
    PAPER_ALIASES,
    PAPERS,
    PROBLEMS,
    RECOMMENDATIONS,
    RECOMMENDERS,
    TAGS,
    VENUES,
    AliasRow,
    DecidedRow,
    IdentifierRow,
    RecommendationRow,
    affiliation_rows,
    fresh_paper_entry,
    fresh_row,
    identifier_rows,
    identity_problem_row,
    image_rows,
    judgement_row,
    link_rows,
    name_row,
    paper_entry,
    paper_row,
    resolved_row,
    venue_row,
)
from normalize.archive_search import SearchPlaces, write_search
from normalize.archive_sql import Table, select_in, sync, write_difference, write_rows
from normalize.decisions import Decisions
from normalize.identity import IS_STRONG, Decided, Paper, PaperEntry, Resolution, resolve
from normalize.model import Identifier
from normalize.venues import find_listed


@dataclass(slots=True)
class _Stored:
    """Recommendations of the archive, with the identifiers of each."""

    rows: dict[int, RecommendationRow] = field(default_factory=dict)
    identifiers: defaultdict[int, list[IdentifierRow]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rows: Iterable[RecommendationRow], identifiers: Iterable[IdentifierRow]) -> None:
        self.rows.update((row.recommendation_id, row) for row in rows)
        for identifier in identifiers:
            self.identifiers[identifier.recommendation_id].append(identifier)

    def entries(self, days: Mapping[str, str | None]) -> list[PaperEntry]:
        """What tells which papers they are of; ``days`` are those of their posts, as far as they are wanted."""
        return [paper_entry(row, self.identifiers[number], days.get(row.post_id)) for number, row in self.rows.items()]


_NO_DAYS: Mapping[str, str | None] = MappingProxyType({})


class Recommendations:
    """The recommendations that a batch touches, as they were and as they will be."""

    def __init__(self, connection: sqlite3.Connection, posts: Posts, decisions: Decisions) -> None:
        self._connection = connection
        self._decisions = decisions
        self._decided = Decided(decisions.papers)
        days = {post_id: row.published_on for post_id, row in posts.rows.items()}
        self._fresh = {entry.number: entry for entry in posts.entries()}
        self._entries = [fresh_paper_entry(entry, days[entry.post_id]) for entry in self._fresh.values()]
        rewritten = [post_id for post_id in (*posts.rebuilt_ids, *posts.removed_ids) if post_id in posts.old]
        # Those that are taken from a record anew, or are no more; and those that these may touch.
        self._replaced = self._load(_ids_of_posts(connection, rewritten))
        self._places = SearchPlaces(connection, posts)
        moved = dict.fromkeys([*posts.redated_ids, *self._places.displaced])
        self._others = self._closure(_ids_of_posts(connection, moved))
        self._resolution = self._resolve(days)
        self._old = self._replaced.rows | self._others.rows
        self._new = self._resolved()
        self._touched_papers = sorted({row.paper_id for row in chain(self._old.values(), self._new.values())})
        self.changed = self.new_papers = self.removed_papers = 0

    def _load(self, ids: Collection[int]) -> _Stored:
        found = _Stored()
        found.add(
            (RecommendationRow(*row) for row in self._select(RECOMMENDATIONS, ids)),
            (IdentifierRow(*row) for row in self._select(IDENTIFIERS, ids)),
        )
        return found

    def _select(self, table: Table, ids: Iterable[object], *, scope: str = "recommendation_id") -> Iterator[Any]:
        return select_in(self._connection, table.select(f"{scope} IN ({{}})"), ids)

    def _closure(self, moved: list[int]) -> _Stored:
        """All other recommendations that share identifier, title or decision with those that come, go or change."""
        asked = self._connections([*self._entries, *self._replaced.entries(_NO_DAYS)])
        near, others = asked, _Stored()
        pending = {*moved, *self._ids_with(near)}
        passed_over = self._fresh.keys() | self._replaced.rows.keys()
        while pending := pending - passed_over - others.rows.keys():
            found = self._load(sorted(pending))
            others.add(found.rows.values(), chain.from_iterable(found.identifiers.values()))
            near = self._connections(found.entries(_NO_DAYS)) - asked
            asked |= near
            pending = self._ids_with(near)
        return others

    def _connections(self, entries: Sequence[PaperEntry]) -> set[tuple[str, str]]:
        """What may connect them with others: strong identifiers, title keys as ("", key), and decisions."""
        found: set[tuple[str, str]] = {one for entry in entries for one in entry.identifiers if IS_STRONG[one.scheme]}
        found.update(("", entry.title_key) for entry in entries if entry.title_key is not None)
        found.update((DECIDED.name, row.decision) for row in self._decided_rows(entries))
        return found

    def _decided_rows(self, entries: Iterable[PaperEntry]) -> Iterator[DecidedRow]:
        for entry in entries if self._decided else ():
            meaning = self._decided.meaning(entry)
            yield from (DecidedRow(entry.entry_id, decision.evidence, names[0]) for decision, names in meaning.items())

    def _ids_with(self, connections: Iterable[tuple[str, str]]) -> set[int]:
        by_scheme: defaultdict[str, list[str]] = defaultdict(list)
        for scheme, value in connections:
            by_scheme[scheme].append(value)
        found: set[int] = set()
        for scheme, values in by_scheme.items():
            query = "SELECT recommendation_id FROM recommendations WHERE title_key IN ({})"
            if scheme == DECIDED.name:
                query = "SELECT recommendation_id FROM decided WHERE decision IN ({})"
            elif scheme:
                # A scheme is a name out of the rules, without quotes.
                query = f"SELECT recommendation_id FROM identifiers WHERE scheme = '{scheme}' AND value IN ({{}})"  # noqa: S608
            found.update(row[0] for row in select_in(self._connection, query, values))
        return found

    def _resolve(self, days: dict[str, str | None]) -> Resolution:
        missing = {row.post_id for row in self._others.rows.values()} - days.keys()
        query = "SELECT post_id, published_on FROM posts WHERE post_id IN ({})"
        days = days | dict(select_in(self._connection, query, sorted(missing)))
        return resolve([*self._others.entries(days), *self._entries], self._decisions.papers)

    def _resolved(self) -> dict[int, RecommendationRow]:
        """All with their papers, in the order of their ids."""
        papers = {number: paper for paper in self._resolution.papers for number in paper.entry_ids}
        return {number: self._resolved_row(number, papers[number]) for number in sorted(papers)}

    def _resolved_row(self, number: int, paper: Paper) -> RecommendationRow:
        fresh = self._fresh.get(number)
        if fresh is not None:
            search_id = self._places.search_id(fresh.post_id, number, fresh.record.entry.position)
            return fresh_row(fresh, paper, search_id, self._decisions)
        row = self._others.rows[number]
        search_id = self._places.search_id(row.post_id, number, row.position, stored=row.search_id)
        return resolved_row(row, paper, search_id)

    def write(self) -> None:
        """Write papers, recommendations and all that hangs on them."""
        comparisons = Comparisons(self._connection, self._touched())
        papers = {(paper.paper_id,): paper_row(paper) for paper in self._resolution.papers}
        stored = self._select(PAPERS, self._touched_papers, scope="paper_id")
        old = {row[:1]: row for row in stored}
        gone = [key for key in old if key not in papers]
        self.new_papers, self.removed_papers = len(papers.keys() - old.keys()), len(gone)
        write_difference(self._connection, PAPERS, {key: old[key] for key in old if key in papers}, papers)
        self.changed = write_difference(self._connection, RECOMMENDATIONS, _by_key(self._old), _by_key(self._new))
        self._write_children()
        write_search(self._connection, self._old, self._new)
        self._write_decisions()
        self._write_names()
        comparisons.write()
        write_rows(self._connection, PAPERS.delete, gone)

    def _touched(self) -> Touched:
        """What of that which recommendations have in common is another than before."""
        moved = [number for number in self._others.rows if self._old[number].paper_id != self._new[number].paper_id]
        came = self._fresh.keys()
        rewritten = came & self._replaced.rows.keys()
        identifiers = chain.from_iterable(entry.identifiers for entry in self._entries)
        keys: set[tuple[str, str]] = {one for one in identifiers if not IS_STRONG[one.scheme]}
        stored = chain(*self._replaced.identifiers.values(), *(self._others.identifiers[number] for number in moved))
        return Touched(
            known=frozenset([*moved, *rewritten]),
            rewritten=frozenset(rewritten),
            fresh=frozenset(came - self._replaced.rows.keys()),
            keys=frozenset(keys.union(weak_keys(stored))),
            tags_before=Counter(row.tag_id for row in self._replaced.rows.values() if row.tag_id is not None),
            tags_after=Counter(tag for number in came if (tag := self._new[number].tag_id) is not None),
        )

    def _write_children(self) -> None:
        """Links, pictures, institutions and identifiers."""
        fresh = self._fresh.values()
        for table, rows_of in ((LINKS, link_rows), (IMAGES, image_rows), (AFFILIATIONS, affiliation_rows)):
            sync(self._connection, table, rows_of(fresh), scope="recommendation_id", values=self._replaced.rows)
        judged = [self._judged(row) for rows in self._others.identifiers.values() for row in rows]
        identifiers = [*judged, *identifier_rows(fresh, self._resolution.disputed)]
        sync(self._connection, IDENTIFIERS, identifiers, scope="recommendation_id", values=self._old)

    def _judged(self, row: IdentifierRow) -> IdentifierRow:
        claim = row.recommendation_id, Identifier(scheme=row.scheme, value=row.value)
        return row._replace(disputed=int(claim in self._resolution.disputed))

    def _write_decisions(self) -> None:
        """Aliases, judgements, problems that came of comparing, and what decisions by hand are about."""
        connection, resolution, numbers = self._connection, self._resolution, self._old.keys() | self._new.keys()
        aliases = [AliasRow(alias, paper.paper_id) for paper in resolution.papers for alias in paper.aliases]
        sync(connection, PAPER_ALIASES, aliases, scope="paper_id", values=self._touched_papers)
        if self._decided:
            own = sorted(self._replaced.rows.keys() | self._fresh.keys())
            sync(connection, DECIDED, list(self._decided_rows(self._entries)), scope="recommendation_id", values=own)
        judgements = [judgement_row(judgement) for judgement in resolution.judgements]
        sync(connection, JUDGEMENTS, judgements, scope="left_id", values=sorted(numbers))
        problems = [identity_problem_row(self._new[number], problem) for number, problem in resolution.problems]
        sync(connection, PROBLEMS, problems, scope=OTHER_PROBLEMS_SCOPE, values=sorted(numbers))

    def _write_names(self) -> None:
        """Recommenders, tags and venues of the recommendations that came, went or changed."""
        rows = [*self._replaced.rows.values(), *(self._new[number] for number in self._fresh)]
        for table, name in ((RECOMMENDERS, "recommender"), (TAGS, "tag")):
            self._write_spellings(table, name, {getattr(row, f"{name}_id") for row in rows} - {None})
        venues = sorted({row.venue_id for row in rows if row.venue_id is not None})
        # One by one: DISTINCT would go through all the recommendations that each has.
        query = "SELECT 1 FROM recommendations WHERE venue_id = ? LIMIT 1"
        used = [name for name in venues if self._connection.execute(query, (name,)).fetchone() is not None]
        named = [venue_row(name, find_listed(name)) for name in used]
        sync(self._connection, VENUES, named, scope="venue_id", values=venues)

    def _write_spellings(self, table: Table, name: str, keys: set[str]) -> None:
        """Each name with all its spellings."""
        query = (
            f"SELECT {name}_id, {name}_raw, count(*) FROM recommendations "  # noqa: S608 - own names
            f"WHERE {name}_id IN ({{}}) GROUP BY {name}_id, {name}_raw"
        )
        spellings: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for key, spelling, count in select_in(self._connection, query, sorted(keys)):
            spellings[key][spelling] = count
        rows = [name_row(key, found) for key, found in spellings.items()]
        sync(self._connection, table, rows, scope=f"{name}_id", values=sorted(keys))


def _by_key(rows: dict[int, RecommendationRow]) -> dict[Any, RecommendationRow]:
    return {(number,): row for number, row in rows.items()}


def _ids_of_posts(connection: sqlite3.Connection, post_ids: Iterable[str]) -> list[int]:
    query = "SELECT recommendation_id FROM recommendations WHERE post_id IN ({})"
    return [row[0] for row in select_in(connection, query, post_ids)]

"""The half of the writer that knows what is suspicious only beside other recommendations.

Three problems, each a function of what the archive holds in the end, whatever the order in which it came in:
``shared_code_link`` and ``one_number_two_papers`` (one repository, or one reading note, stands on recommendations of
two papers) and ``odd_tag`` (a word of a tag seems to be a misprint of a word that other tags have). Only what a batch
touches is judged anew: recommendations with one of its weak identifiers, and tags whose words may now be rare or no
longer rare.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from normalize.archive_rows import PROBLEMS, IdentifierRow, ProblemRow, compared_problem_row
from normalize.archive_sql import select_in, sync
from normalize.checks import ENOUGH, RARE, TagWords, tag_doubt, tag_words
from normalize.identifiers import PAPERWEEKLY_NOTES, find_identifier, scheme_of
from normalize.model import Identifier, LinkRole, Problem

MANY = 100
"""Recommendations with one repository beyond which no other paper is named: every new one would touch them all."""
_MANY_OTHERS = f"many others, more than {MANY} recommendations in all"
SHARED_CODES = ("one_number_two_papers", "shared_code_link")
ODD_TAG = "odd_tag"

# The plus keeps SQLite from going through all problems of a code instead of those of a few recommendations.
_SHARED_SCOPE = f"+code IN {SHARED_CODES!r} AND recommendation_id"
_ODD_TAG_SCOPE = f"+code = '{ODD_TAG}' AND recommendation_id"
OTHER_PROBLEMS_SCOPE = f"+code NOT IN {(*SHARED_CODES, ODD_TAG)!r} AND recommendation_id"
"""Scope (see :func:`~normalize.archive_sql.sync`) of problems of recommendations that are not written here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a batch touches of that which recommendations have in common."""

    known: frozenset[int]
    """Recommendations that were there before, and of which something changed."""
    rewritten: frozenset[int]
    """Those of them that were taken from a record anew; of the others nothing changed but the paper."""
    fresh: frozenset[int]
    """Recommendations that came."""
    keys: frozenset[tuple[str, str]]
    """Weak identifiers, as (scheme, value), of all these and of those that went, as they were and as they are."""
    tags_before: Counter[str]
    """How many of these had a tag."""
    tags_after: Counter[str]
    """How many of these have a tag."""


class _Place(NamedTuple):
    """A recommendation, as far as it is told in a problem."""

    recommendation_id: int
    post_id: str
    position: int
    paper_id: str


class _Link(NamedTuple):
    """A link of a recommendation."""

    role: LinkRole
    label: str
    url_raw: str
    url: str


class Comparisons:
    """Compares recommendations that share something; made before a batch is written, and asked to write after it."""

    def __init__(self, connection: sqlite3.Connection, touched: Touched) -> None:
        self._connection = connection
        self._touched = touched
        tags = sorted(touched.tags_before.keys() | touched.tags_after.keys())
        self._names_before = dict(select_in(connection, _TAG_NAMES, tags))

    def write(self) -> None:
        """Write the problems of all that the batch touched; everything else of it is written already."""
        self._write_shared()
        self._write_odd_tags()

    # --- repositories and notes --------------------------------------------------------------------------------------

    def _write_shared(self) -> None:
        holders = self._holders(self._touched.keys)
        numbers = self._judged_anew(holders.values())
        if not numbers:
            return
        # What these have besides must be judged too, since their problems are written together.
        keys = {(row[0], row[1]) for row in select_in(self._connection, _KEYS_OF, sorted(numbers))}
        holders |= self._holders(keys - holders.keys())
        shared = {key: group for key, group in holders.items() if len(group) > 1 and not numbers.isdisjoint(group)}
        rows = [row for row in self._shared_rows(shared, numbers) if row.recommendation_id in numbers]
        sync(self._connection, PROBLEMS, rows, scope=_SHARED_SCOPE, values=sorted(numbers))

    def _judged_anew(self, groups: Iterable[Collection[int]]) -> set[int]:
        """Recommendations whose problems may be others than before."""
        touched = self._touched.known | self._touched.fresh
        numbers = set(self._touched.known)
        for group in groups:
            came = touched.intersection(group)
            if len(group) - len(came) > MANY:
                # Of the others the same was said before.
                numbers |= came
            elif len(group) > 1:
                numbers.update(group)
            else:
                # What nobody shares needs no look, unless it may have been shared before.
                numbers.update(number for number in group if number not in self._touched.fresh)
        return numbers

    def _holders(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
        """Recommendations with each weak identifier."""
        by_scheme: defaultdict[str, list[str]] = defaultdict(list)
        for scheme, value in keys:
            by_scheme[scheme].append(value)
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for scheme, values in sorted(by_scheme.items()):
            # A scheme is a name out of the rules, without quotes.
            query = f"SELECT value, recommendation_id FROM identifiers WHERE scheme = '{scheme}' AND value IN ({{}})"  # noqa: S608
            for value, number in select_in(self._connection, query, sorted(values)):
                found[scheme, value].append(number)
        return dict(found)

    def _shared_rows(self, shared: dict[tuple[str, str], list[int]], numbers: Collection[int]) -> Iterator[ProblemRow]:
        told = {
            key: group if len(group) <= MANY else sorted(set(group) & set(numbers)) for key, group in shared.items()
        }
        every = sorted({number for group in told.values() for number in group})
        places = {row[0]: _Place(*row) for row in select_in(self._connection, _PLACES, every)}
        links: defaultdict[int, list[_Link]] = defaultdict(list)
        for number, *link in select_in(self._connection, _LINKS, every):
            links[number].append(_Link(*link))
        for (scheme, value), group in sorted(told.items()):
            lines = {number: line for number in group if (line := _line(scheme, value, links[number])) is not None}
            papers = sorted({places[number].paper_id for number in lines})
            for number, line in lines.items():
                place = places[number]
                if len(shared[scheme, value]) > MANY:
                    yield _row(place, _shared_problem(scheme, value, _MANY_OTHERS, place.position, line))
                elif len(papers) > 1:
                    # The first other one: a further paper then changes nothing for those that were there.
                    other = papers[0] if papers[0] != place.paper_id else papers[1]
                    yield _row(place, _shared_problem(scheme, value, f"another paper, {other}", place.position, line))

    # --- tags --------------------------------------------------------------------------------------------------------

    def _write_odd_tags(self) -> None:
        touched = self._touched
        names = dict(select_in(self._connection, _TAG_NAMES, sorted(touched.tags_after.keys() | self._names_before)))
        limit = ENOUGH + max(touched.tags_after.values(), default=0)
        uses = _Uses(self._connection, limit)
        uses.load(names)
        before = {tag: uses(tag) - touched.tags_after[tag] + touched.tags_before[tag] for tag in names}
        changed = {
            tag
            for tag in names.keys() | self._names_before
            if names.get(tag) != self._names_before.get(tag) or min(uses(tag), before[tag]) < ENOUGH
        }
        called = self._words(changed, names)
        if not changed or self._are_common(called, changed):
            return
        words = TagWords(self._connection.execute("SELECT tag_id, name FROM tags"))
        tags = words.touched_by(changed, called)
        uses.load(tags)
        # Others are used too often to be rare, now and before.
        judged = [tag for tag in sorted(tags) if uses(tag) - touched.tags_after[tag] <= RARE]
        uses.load(words.partners(judged))
        slips = {tag: slip for tag in judged if (slip := words.slip(tag, uses)) is not None}
        found = list(select_in(self._connection, _TAGGED, judged))
        rows = [
            _row(_Place(*row[:4]), _odd_tag_problem(row[5], *slips[row[4]], position=row[2]))
            for row in found
            # A tag that is none by its form was reported by who read it.
            if row[4] in slips and tag_doubt(row[5]) is None
        ]
        # A tag does not become odd, or stop being so, because the paper is another.
        numbers = touched.rewritten.union(row[0] for row in found)
        sync(self._connection, PROBLEMS, rows, scope=_ODD_TAG_SCOPE, values=sorted(numbers))

    def _words(self, tags: Iterable[str], names: dict[str, str]) -> set[str]:
        """Words of tags, as they were called and as they are."""
        called = (known[tag] for tag in tags for known in (names, self._names_before) if tag in known)
        return {word for name in called for word in tag_words(name)}

    def _are_common(self, words: Collection[str], changed: Collection[str]) -> bool:
        """Whether all words stand in so many other tags that nothing becomes rare or frequent by the changed ones.

        Only asked where it is quickly answered; ``False`` says nothing.
        """
        if len(words) > _FEW:
            return False
        for word in words:
            found = self._connection.execute(_TAGS_WITH, (word,)).fetchall()
            if sum(tag not in changed and word in tag_words(name) for tag, name in found) < ENOUGH:
                return False
        return True


class _Uses:
    """How many recommendations have a tag, up to a number from which on it does not matter."""

    def __init__(self, connection: sqlite3.Connection, limit: int) -> None:
        self._connection = connection
        self._query = (
            "SELECT tag_id, (SELECT count(*) FROM (SELECT 1 FROM recommendations AS r "  # noqa: S608 - a number
            f"WHERE r.tag_id = tags.tag_id LIMIT {limit})) FROM tags WHERE tag_id IN ({{}})"
        )
        self._known: dict[str, int] = {}

    def load(self, tags: Collection[str]) -> None:
        """Count those that are not counted yet."""
        self._known.update(select_in(self._connection, self._query, sorted(set(tags) - self._known.keys())))

    def __call__(self, tag: str) -> int:
        return self._known.get(tag, 0)


_FEW = 30  # words of a digest's tags; for more it is as quick to go through all tags
_TAGS_WITH = f"SELECT tag_id, name FROM tags WHERE instr(lower(name), ?) LIMIT {5 * ENOUGH}"  # noqa: S608 - a number
_TAG_NAMES = "SELECT tag_id, name FROM tags WHERE tag_id IN ({})"
_PLACES = "SELECT recommendation_id, post_id, position, paper_id FROM recommendations WHERE recommendation_id IN ({})"
_TAGGED = (
    "SELECT recommendation_id, post_id, position, paper_id, tag_id, tag_raw FROM recommendations WHERE tag_id IN ({})"
)
_KEYS_OF = "SELECT scheme, value FROM identifiers WHERE +strong = 0 AND recommendation_id IN ({})"
_LINKS = "SELECT recommendation_id, role, label, url_raw, url FROM links WHERE recommendation_id IN ({})"


def weak_keys(identifiers: Iterable[IdentifierRow]) -> Iterator[tuple[str, str]]:
    """Give the weak identifiers of recommendations, as (scheme, value): several papers may well have one."""
    return ((row.scheme, row.value) for row in identifiers if not row.strong)


def _line(scheme: str, value: str, links: Iterable[_Link]) -> str | None:
    """The link that holds an identifier, as printed. A data set may be that of many papers, and is none's alone."""
    if value.startswith("datasets/"):
        return None
    found = [link for link in links if link.role != "dataset" and value in link.url.casefold()]
    if len(found) > 1:  # github.com/x/y stands in github.com/x/y-pytorch too
        wanted = Identifier(scheme=scheme, value=value)
        found = [link for link in found if find_identifier(link.url) == wanted]
    return f"{found[0].label} {found[0].url_raw}" if found else None


def _shared_problem(scheme: str, value: str, other: str, position: int, line: str) -> Problem:
    address = scheme_of(Identifier(scheme=scheme, value=value)).address(value)
    if scheme == PAPERWEEKLY_NOTES.name:
        message = f"The note {address} also stands with {other}."
        return Problem(code="one_number_two_papers", message=message, position=position, line=line)
    message = f"The repository {address} also stands with {other}."
    return Problem(code="shared_code_link", message=message, position=position, line=line)


def _odd_tag_problem(tag: str, word: str, right: str, *, position: int) -> Problem:
    message = f"A word of the tag seems misprinted: {word}; other tags have {right}."
    return Problem(code=ODD_TAG, message=message, position=position, line=tag)


def _row(place: _Place, problem: Problem) -> ProblemRow:
    return compared_problem_row(place.recommendation_id, place.post_id, problem)

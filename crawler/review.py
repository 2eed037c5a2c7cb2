"""What people should decide: papers, recommenders and tags of which the rules cannot tell whether they are one.

Reads an archive and the decisions beside it; a new decision is written to their file, never to the archive, which is
built anew with it by the next command that writes.
"""

import os
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crawler.ingest import Paths, building
from normalize.archive import open_readonly
from normalize.archive_sql import select_in
from normalize.decisions import (
    BadDecisions,
    Decisions,
    Subject,
    is_paper_name,
    load_decisions,
    parse_decisions,
    with_decision,
)
from normalize.identifiers import identifier_id, rank
from normalize.identity.proposals import TitledPaper, near_titles
from normalize.model import Identifier
from normalize.names import NameKind, NameProposal, NameUse, proposals, recommender_key, tag_key

Rule = Literal["identifier_conflict", "title_conflict", "near_titles"]
"""``identifier_conflict``: unlike titles with one identifier; ``title_conflict``: one title, and other papers with it
that differ; ``near_titles``: titles that few letters tell apart."""

_RULES: tuple[Rule, ...] = ("identifier_conflict", "title_conflict", "near_titles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Where a paper is recommended."""

    post_id: str
    position: int
    published_on: str | None
    recommender: str | None
    title: str | None
    """As printed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two papers."""

    paper_id: str
    title: str | None
    identifiers: tuple[str, ...]
    """The strongest first: ``("pw-2026", "arxiv-1806.01234")``; such as are held to be another paper's have a ``?``."""
    recommendations: tuple[Recommendation, ...]
    """By day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two papers that may be one."""

    left: Side
    right: Side
    rule: Rule
    evidence: str
    """The identifier or title key that both have; of near titles the share of equal letters: ``0.96``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that is to be decided, the surest doubts first."""

    papers: tuple[Pair, ...]
    names: tuple[NameProposal, ...]
    """Of recommenders, then of tags."""
    unused: tuple[str, ...]
    """Decisions about papers that mean no recommendation of the archive."""
    is_current: bool
    """Whether the archive was built with the decisions as they are now."""


class NotDecided(ValueError):
    """A decision that cannot be made: it names what the archive does not know, or contradicts another one."""


# --- what is to be decided -------------------------------------------------------------------------------------------


def review(paths: Paths, subjects: Iterable[Subject]) -> Review:
    """Find what nobody has decided yet. Raises what opening the archive and reading the decisions raise."""
    decisions = load_decisions(paths.decisions)
    wanted = set(subjects)
    with closing(open_readonly(paths.archive)) as connection:
        names = [*_names(connection, "recommenders", decisions)] if "recommenders" in wanted else []
        names += _names(connection, "tags", decisions) if "tags" in wanted else []
        return Review(
            papers=tuple(_pairs(connection, decisions)) if "papers" in wanted else (),
            names=tuple(names),
            unused=tuple(_unused(connection, decisions)),
            is_current=_built_with(connection) == decisions.digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    """A pair of papers by their ids."""

    left_id: str
    right_id: str
    rule: Rule
    evidence: str


def _pairs(connection: sqlite3.Connection, decisions: Decisions) -> Iterator[Pair]:
    doubts: dict[tuple[str, str], _Doubt] = {}
    for doubt in [*_judged(connection), *_near(connection)]:
        if not decisions.is_decided("papers", doubt.left_id, doubt.right_id):
            doubts.setdefault((doubt.left_id, doubt.right_id), doubt)
    sides = _sides(connection, {paper_id for pair in doubts for paper_id in pair})
    for doubt in doubts.values():
        yield Pair(left=sides[doubt.left_id], right=sides[doubt.right_id], rule=doubt.rule, evidence=doubt.evidence)


def _judged(connection: sqlite3.Connection) -> Iterator[_Doubt]:
    """Pairs that resolving left unsure. An equal title outweighs what keeps its papers apart often enough to look."""
    found = connection.execute(
        "SELECT DISTINCT rule, evidence, min(own.paper_id, other.paper_id), max(own.paper_id, other.paper_id) "
        "FROM judgements JOIN recommendations AS own ON own.recommendation_id = left_id "
        "JOIN recommendations AS other ON other.recommendation_id = right_id "
        "WHERE (verdict = 'unsure' OR rule = 'title_conflict') AND own.paper_id <> other.paper_id"
    )
    doubts = (_Doubt(left_id=left, right_id=right, rule=rule, evidence=text) for rule, text, left, right in found)
    yield from sorted(doubts, key=lambda doubt: (_RULES.index(doubt.rule), doubt.left_id, doubt.right_id))


def _near(connection: sqlite3.Connection) -> Iterator[_Doubt]:
    identifiers: defaultdict[str, set[Identifier]] = defaultdict(set)
    for paper_id, scheme, value in connection.execute(
        "SELECT DISTINCT paper_id, scheme, value FROM identifiers JOIN recommendations USING (recommendation_id) "
        "WHERE strong = 1 AND disputed = 0"
    ):
        identifiers[paper_id].add(Identifier(scheme=scheme, value=value))
    papers = [
        TitledPaper(paper_id=paper_id, title=title, identifiers=tuple(sorted(identifiers[paper_id])))
        for paper_id, title in connection.execute("SELECT paper_id, title FROM papers WHERE title IS NOT NULL")
    ]
    for near in near_titles(papers):
        yield _Doubt(left_id=near.left_id, right_id=near.right_id, rule="near_titles", evidence=f"{near.likeness:.2f}")


def _sides(connection: sqlite3.Connection, paper_ids: set[str]) -> dict[str, Side]:
    recommendations: defaultdict[str, list[Recommendation]] = defaultdict(list)
    query = (
        "SELECT paper_id, post_id, position, published_on, recommender_raw, title_raw FROM recommendations "
        "JOIN posts USING (post_id) WHERE paper_id IN ({}) ORDER BY published_on, post_id, position"
    )
    for paper_id, post_id, position, day, recommender, title in select_in(connection, query, sorted(paper_ids)):
        recommendations[paper_id].append(
            Recommendation(post_id=post_id, position=position, published_on=day, recommender=recommender, title=title)
        )
    identifiers = _identifiers(connection, paper_ids)
    titles = select_in(connection, "SELECT paper_id, title FROM papers WHERE paper_id IN ({})", sorted(paper_ids))
    return {
        paper_id: Side(
            paper_id=paper_id,
            title=title,
            identifiers=identifiers[paper_id],
            recommendations=tuple(recommendations[paper_id]),
        )
        for paper_id, title in titles
    }


def _identifiers(connection: sqlite3.Connection, paper_ids: set[str]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, dict[Identifier, bool]] = defaultdict(dict)
    query = (
        "SELECT paper_id, scheme, value, min(disputed) FROM identifiers JOIN recommendations USING (recommendation_id) "
        "WHERE strong = 1 AND paper_id IN ({}) GROUP BY paper_id, scheme, value"
    )
    for paper_id, scheme, value, disputed in select_in(connection, query, sorted(paper_ids)):
        found[paper_id][Identifier(scheme=scheme, value=value)] = bool(disputed)
    return {
        paper_id: tuple(identifier_id(one) + "?" * found[paper_id][one] for one in sorted(found[paper_id], key=rank))
        for paper_id in paper_ids
    }


def _names(connection: sqlite3.Connection, subject: Subject, decisions: Decisions) -> list[NameProposal]:
    kind: NameKind = "recommender" if subject == "recommenders" else "tag"
    query = (
        f"SELECT {kind}_id, name, count(*) FROM {subject} JOIN recommendations USING ({kind}_id) "  # noqa: S608
        f"GROUP BY {kind}_id"
    )
    found = proposals(kind, (NameUse(*row) for row in connection.execute(query)))
    return [one for one in found if not decisions.is_decided(subject, one.main.name, one.other.name)]


def _unused(connection: sqlite3.Connection, decisions: Decisions) -> list[str]:
    """Only decisions that the archive was built with can be told to mean nothing."""
    if _built_with(connection) != decisions.digest:
        return []
    used = {row[0] for row in connection.execute("SELECT DISTINCT decision FROM decided")}
    return [decision.evidence for decision in decisions.papers if decision.evidence not in used]


def _built_with(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = 'decisions_digest'").fetchone()
    return None if row is None else str(row[0])


# --- deciding --------------------------------------------------------------------------------------------------------


def decide(paths: Paths, subject: Subject, names: Sequence[str], *, same: bool, note: str | None = None) -> bool:
    """Write a decision to the file beside the archive; whether it is a new one.

    What the file says stays as it is, comments too. Raises :class:`NotDecided`, and what opening the archive raises.
    """
    with building(paths.archive):
        before = load_decisions(paths.decisions)
        with closing(open_readonly(paths.archive)) as connection:
            _refuse_unknown(connection, subject, names)
        text = _text(paths.decisions)
        more = with_decision(text, subject, names, same=same, note=note)
        try:
            after = parse_decisions(more, source=str(paths.decisions))
        except BadDecisions as error:
            raise NotDecided(f"this would make the decisions bad: {error}") from error
        if after == before:
            # Said already, or held for the same by the rules.
            return False
        _write(paths.decisions, more)
        return True


def _refuse_unknown(connection: sqlite3.Connection, subject: Subject, names: Sequence[str]) -> None:
    for name in names:
        if subject == "papers" and not is_paper_name(name):
            raise NotDecided(f"{name!r} is no id of a paper")
        if not _is_known(connection, subject, name):
            raise NotDecided(f"the archive knows no {subject.removesuffix('s')} {name!r}")


def _is_known(connection: sqlite3.Connection, subject: Subject, name: str) -> bool:
    if subject == "papers":
        known = "SELECT 1 FROM papers WHERE paper_id = :name UNION SELECT 1 FROM paper_aliases WHERE alias = :name"
        return connection.execute(known, {"name": name}).fetchone() is not None
    # In any spelling that the rules hold for the same, as the file has it too.
    key_of, column = (recommender_key, "recommender_raw") if subject == "recommenders" else (tag_key, "tag_raw")
    printed = connection.execute(f"SELECT DISTINCT {column} FROM recommendations WHERE {column} IS NOT NULL")  # noqa: S608 - own names
    return key_of(name) in {key_of(row[0]) for row in printed}


def _text(path: Path) -> str:
    if not path.exists():
        return _OPENING
    # Line ends stay as they are.
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


_OPENING = """\
# Decisions by hand about the archive beside this file; written by "paperdigest review", and by you.
# What may stand here is said in normalize/rules/decisions.toml of the program.
"""


def _write(path: Path, text: str) -> None:
    """Put a new file in the place of an old one at once; a reader sees one or the other. A link stays one."""
    path = path.resolve()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise

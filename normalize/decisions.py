"""Decisions by hand: what people found to be the same or not, and the rules obey.

They stand in TOML files of one form: ``normalize/rules/decisions.toml``, which holds for every archive, and
``X.decisions.toml`` beside an archive ``X.db``. The first of the two says what each column means.
"""

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from normalize.identifiers import SCHEMES
from normalize.names import recommender_key, tag_key
from normalize.rules import load_rules

Subject = Literal["papers", "recommenders", "tags"]
"""What a decision is about: the names of the tables in the files."""

SUBJECTS: Final[tuple[Subject, ...]] = get_args(Subject)

_SHIPPED: Final = "the decisions that come with the program"
_COLUMNS: Final = {"same", "different", "note"}
_HASH_DIGITS: Final = 12
_UNFIT_IN_TOML: Final = {"\x7f": "\\u007f"}  # JSON writes every other character as TOML does


class BadDecisions(ValueError):
    """A file of decisions is no TOML, is not understood, or contradicts itself or the decisions that hold for all."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PaperDecision:
    """What was decided about papers."""

    same: bool
    """``True``: the ids are of one paper; ``False``: no two of them are."""
    ids: tuple[str, ...]
    """Ids or aliases of papers, sorted: ``("arxiv-1806.01234", "pw-2026")``."""
    note: str = field(default="", compare=False)
    """Why, for people."""

    @property
    def evidence(self) -> str:
        """The decision in a line: ``arxiv-1806.01234 = pw-2026``, ``pw-7 ≠ title-0f3a4c5d6e7f``."""
        return (" = " if self.same else " ≠ ").join(self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All decisions that an archive obeys. Without arguments: none."""

    papers: tuple[PaperDecision, ...] = ()
    """Sorted, each once."""
    recommenders: Mapping[str, str] = field(default_factory=dict)
    """Key of a spelling to that of the main spelling, see :func:`normalize.names.recommender_key`."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Key of a tag to that of the main tag, see :func:`normalize.names.tag_key`."""
    apart: frozenset[tuple[Subject, str, str]] = frozenset()
    """Keys of recommenders and tags that are not the same, the lower first: not to be proposed again."""
    digest: str = ""
    """SHA-256 of what was decided, without notes: an archive built with other decisions must be built anew."""

    def is_decided(self, subject: Subject, first: str, second: str) -> bool:
        """Whether somebody decided about two things: ids of papers, or names in any spelling.

        >>> decisions = parse_decisions('[[tags]]\\nsame = ["NMT", "机器翻译"]', source="a file")
        >>> decisions.is_decided("tags", "机器翻译", "nmt"), decisions.is_decided("tags", "NMT", "QA")
        (True, False)
        """
        if subject == "papers":
            return any(first in one.ids and second in one.ids for one in self.papers)
        main = self.recommenders if subject == "recommenders" else self.tags
        low, high = sorted((_key(subject, first), _key(subject, second)))
        return (subject, low, high) in self.apart or main.get(low, low) == main.get(high, high)


def decisions_path(archive: Path) -> Path:
    """Give the file of decisions that belongs to an archive.

    >>> decisions_path(Path("data/archive.db")).as_posix()
    'data/archive.decisions.toml'
    """
    return archive.with_name(archive.name.removesuffix(".db") + ".decisions.toml")


def load_decisions(path: Path | None) -> Decisions:
    """Load the decisions that hold for all, and those of a file if it is there.

    Raises :class:`BadDecisions` naming file, decision and reason, and :class:`OSError`.
    """
    if path is None or not path.exists():
        return _combined(_shipped())
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadDecisions(f"{path} is no text in UTF-8: {error}") from error
    return parse_decisions(text, source=str(path))


def parse_decisions(text: str, *, source: str) -> Decisions:
    """Give the decisions that hold for all and those of a file's text; ``source`` names it in messages.

    Raises :class:`BadDecisions` naming source, decision and reason.
    """
    try:
        # Some editors open a text with a mark of its byte order.
        tables = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise BadDecisions(f"{source} is no TOML: {error}") from error
    except RecursionError as error:
        raise BadDecisions(f"{source}: its lists and tables are nested too deep") from error
    return _combined([*_shipped(), *_statements(tables, source)])


def with_decision(text: str, subject: Subject, names: Sequence[str], *, same: bool, note: str | None = None) -> str:
    """Give the text of a file of decisions with one more at its end; all that it says stays letter by letter.

    >>> print(with_decision("# ours\\n", "papers", ["pw-7", "arxiv-1806.01234"], same=True, note="the same PDF"))
    # ours
    <BLANKLINE>
    [[papers]]
    same = ["pw-7", "arxiv-1806.01234"]
    note = "the same PDF"
    <BLANKLINE>
    """
    lines = [f"[[{subject}]]", f"{'same' if same else 'different'} = [{', '.join(map(_quoted, names))}]"]
    if note:
        lines.append(f"note = {_quoted(note)}")
    line_end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else line_end if text.endswith("\n") else 2 * line_end
    return text + gap + line_end.join([*lines, ""])


def _quoted(text: str) -> str:
    """A string as TOML has it."""
    quoted = json.dumps(text, ensure_ascii=False)
    for character, escape in _UNFIT_IN_TOML.items():
        quoted = quoted.replace(character, escape)
    return quoted


# --- one file --------------------------------------------------------------------------------------------------------


class _Statement(NamedTuple):
    """A decision as it stands in a file."""

    place: str
    """For messages: ``archive.decisions.toml, second of [[papers]]``."""
    subject: Subject
    same: bool
    names: tuple[str, ...]
    note: str


def _shipped() -> list[_Statement]:
    return list(_statements(load_rules("decisions"), _SHIPPED))


def _statements(tables: Mapping[str, Any], source: str) -> Iterator[_Statement]:
    unknown = sorted(tables.keys() - set(SUBJECTS))
    if unknown:
        raise BadDecisions(f"{source}: {unknown[0]!r} is not known; known are {', '.join(SUBJECTS)}")
    for subject in SUBJECTS:
        found = tables.get(subject, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise BadDecisions(f"{source}: {subject} must be tables: [[{subject}]]")
        for number, row in enumerate(found, start=1):
            yield _statement(row, subject, f"{source}, [[{subject}]] number {number}")


def _statement(row: Mapping[str, Any], subject: Subject, place: str) -> _Statement:
    unknown = sorted(row.keys() - _COLUMNS)
    if unknown:
        raise BadDecisions(f"{place}: {unknown[0]!r} is not known; known are {', '.join(sorted(_COLUMNS))}")
    verdicts = [verdict for verdict in ("same", "different") if verdict in row]
    if len(verdicts) != 1:
        raise BadDecisions(f"{place}: it must have either 'same' or 'different'")
    note = row.get("note", "")
    if not isinstance(note, str):
        raise BadDecisions(f"{place}: note = {note!r} is no text")
    same = verdicts[0] == "same"
    names = _names(row[verdicts[0]], subject, f"{place}: {verdicts[0]}")
    if not same and len(names) < len(row["different"]):
        raise BadDecisions(
            f"{place}: of {row['different']!r} two cannot be different: the rules hold them for one name"
        )
    return _Statement(place, subject, same, names, note)


def _names(value: object, subject: Subject, place: str) -> tuple[str, ...]:
    """The ids of papers, or the keys of names, each once."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadDecisions(f"{place} must be a list of texts, not {value!r}")
    for name in value:
        if not (is_paper_name(name) if subject == "papers" else _key(subject, name)):
            raise BadDecisions(f"{place}: {name!r} is no {'id of a paper' if subject == 'papers' else 'name'}")
    if len(set(value)) < 2:
        raise BadDecisions(f"{place} must name at least two, not {value!r}")
    return tuple(dict.fromkeys(_key(subject, name) for name in value))


def _key(subject: Subject, name: str) -> str:
    """What a name is compared by; empty for one that names nothing."""
    if subject == "papers":
        return name
    return (recommender_key(name) if subject == "recommenders" else tag_key(name)) or ""


def is_paper_name(name: str) -> bool:
    """Whether a name is one that papers have: an id made from an identifier, a title or a place.

    >>> is_paper_name("arxiv-1806.01234"), is_paper_name("title-0f3a4c5d6e7f"), is_paper_name("arxiv-1806.01234v2")
    (True, True, False)
    """
    kind, _, value = name.partition("-")
    if kind in ("title", "entry"):
        return len(value) == _HASH_DIGITS and not value.strip("0123456789abcdef")
    prefixes = ((scheme, f"{scheme.prefix}-") for scheme in SCHEMES if scheme.strong)
    return any(name.startswith(prefix) and scheme.is_valid(name.removeprefix(prefix)) for scheme, prefix in prefixes)


# --- all together ----------------------------------------------------------------------------------------------------


def _combined(statements: Iterable[_Statement]) -> Decisions:
    by_subject: defaultdict[Subject, list[_Statement]] = defaultdict(list)
    for statement in statements:
        by_subject[statement.subject].append(statement)
    for found in by_subject.values():
        _refuse_contradictions(found)
    papers = {PaperDecision(same=one.same, ids=tuple(sorted(one.names)), note=one.note) for one in by_subject["papers"]}
    main = {subject: _main_names(by_subject[subject]) for subject in SUBJECTS if subject != "papers"}
    apart = frozenset(
        (one.subject, min(pair), max(pair))
        for subject in main
        for one in by_subject[subject]
        if not one.same
        for pair in combinations(one.names, 2)
    )
    decided = [[[one.same, one.ids] for one in sorted(papers)], *(sorted(names.items()) for names in main.values())]
    return Decisions(
        papers=tuple(sorted(papers)),
        recommenders=main["recommenders"],
        tags=main["tags"],
        apart=apart,
        digest=hashlib.sha256(json.dumps(decided).encode()).hexdigest(),
    )


def _refuse_contradictions(statements: Sequence[_Statement]) -> None:
    """No two things may be different that other decisions, one after the other, make one."""
    home: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := home.get(name, name)) != name:
            name = above
        return name

    for statement in statements:
        if statement.same:
            for name in statement.names[1:]:
                home[root(name)] = root(statement.names[0])
    for statement in statements:
        for first, second in combinations(statement.names, 2) if not statement.same else ():
            if root(first) == root(second):
                others = [one.place for one in statements if one.same and root(one.names[0]) == root(first)]
                raise BadDecisions(
                    f"{statement.place}: {first!r} and {second!r} cannot be different: "
                    f"they are the same by {' and '.join(others)}"
                )


def _main_names(statements: Iterable[_Statement]) -> dict[str, str]:
    """Each spelling with the main one that it ends at."""
    above: dict[str, str] = {}
    for statement in (one for one in statements if one.same):
        main, *others = statement.names
        for name in others:
            if above.setdefault(name, main) != main:
                raise BadDecisions(f"{statement.place}: {name!r} is a spelling of {above[name]!r} already")
            if _ends_at(name, above) is None:
                raise BadDecisions(f"{statement.place}: {name!r} is the main spelling of {main!r} already")
    return {name: _ends_at(name, above) or name for name in sorted(above)}


def _ends_at(name: str, above: Mapping[str, str]) -> str | None:
    """The main spelling of a name; ``None`` where it leads back to itself."""
    passed = {name}
    while name in above:
        name = above[name]
        if name in passed:
            return None
        passed.add(name)
    return name

"""The rule tables of phrases and institutions: every row well formed, and its example holds."""

import re
from collections import Counter
from itertools import product
from typing import Any, get_args

import pytest

from normalize.affiliations import compile_phrase as compile_institution_phrase
from normalize.affiliations import find_affiliations, institution_in
from normalize.model import VenueStatus
from normalize.prose import fold_letters
from normalize.rules import load_rules
from normalize.venues import find_mentions, find_venue
from normalize.venues.judgement import Place, compile_phrase, pattern_in

PHRASES = load_rules("venue_phrases")
INSTITUTIONS = load_rules("institutions")


@pytest.mark.parametrize("table", ["cue", "veto", "status", "award"])
def test_phrase_tables(table: str) -> None:
    columns = {
        "cue": {"pattern", "strength", "example", "year", "publishes", "status"},
        "veto": {"pattern", "over", "needs", "example"},
        "status": {"pattern", "status", "needs", "example"},
        "award": {"pattern", "status", "needs", "example"},
    }[table]
    for row in PHRASES[table]:
        assert set(row) <= columns
        assert 2 <= row.get("strength", row.get("over", 2)) <= 4
        assert row.get("status", "oral") in get_args(VenueStatus)
    patterns = [row["pattern"] for row in PHRASES[table]]
    assert len(set(patterns)) == len(patterns)


# A mention to be judged stands in brackets of its own: "本文来自 〈SIGIR ’18〉".
MARKED = re.compile("〈(.*?)〉")


def context_of(example: str, *, first: bool) -> str:
    """The example as the patterns see it: the marked mention as ◇, the others as ◆."""
    text = fold_letters(MARKED.sub("◇", example))
    for mention in reversed(list(find_mentions(text))):
        text = text[: mention.mask[0]] + "◆" + text[mention.mask[1] :]
    return ("¶" if first else "") + text


@pytest.mark.parametrize("row", [*PHRASES["cue"], *PHRASES["veto"], *PHRASES["status"]], ids=lambda row: row["example"])
def test_example_of_a_venue_phrase(row: dict[str, Any]) -> None:
    (marked,) = MARKED.findall(row["example"])
    assert list(find_mentions(fold_letters(marked))), "the marked mention is none"
    context = context_of(row["example"], first=True)
    assert compile_phrase(pattern_in(row)).search(context)
    assert any(word in context for word in row.get("needs", [context]))


SIGNED = [
    context_of(row["example"], first=first)
    for row in (*PHRASES["cue"], *PHRASES["veto"], *PHRASES["status"])
    for first in (True, False)
]
HALVES = (
    sorted({context.partition("◇")[0] for context in SIGNED}),
    sorted({context[context.index("◇") + 1 :] for context in SIGNED}),
)


@pytest.mark.parametrize("row", [*PHRASES["cue"], *PHRASES["veto"]], ids=lambda row: row["example"])
def test_a_pattern_parted_at_the_mention_says_the_same(row: dict[str, Any]) -> None:
    assert row["pattern"].count("◇") == 1
    whole, parted = compile_phrase(pattern_in(row)), Place(pattern_in(row))
    for before, after in product(*HALVES):
        assert (whole.search(f"{before}◇{after}") is not None) == parted.holds(before, after), (before, after)


@pytest.mark.parametrize("row", PHRASES["veto"], ids=lambda row: row["example"])
def test_what_a_veto_needs_stands_in_its_pattern(row: dict[str, Any]) -> None:
    """So none can be saved that would hold."""
    before = row["pattern"].partition("◇")[0]
    assert ("needs" in row) == (before != "")
    assert before.count("{needs}") == ("needs" in row)
    # No way round it: neither optional nor one of several.
    assert not re.search(r"\{needs\}[?*]|\|[^()]*\{needs\}|^[^()]*\|", before)


@pytest.mark.parametrize("row", PHRASES["award"], ids=lambda row: row["example"])
def test_example_of_an_award(row: dict[str, Any]) -> None:
    assert compile_phrase(row["pattern"]).search(row["example"])
    assert any(word in row["example"] for word in row["needs"])


@pytest.mark.parametrize("row", PHRASES["cue"], ids=lambda row: row["example"])
def test_a_cue_alone_gives_the_venue(row: dict[str, Any]) -> None:
    venue = find_venue(MARKED.sub(r"\1", row["example"]) + "。")
    assert venue is not None
    if "status" in row:
        assert venue.status == row["status"]


@pytest.mark.parametrize("row", PHRASES["veto"], ids=lambda row: row["example"])
def test_a_vetoed_example_gives_none(row: dict[str, Any]) -> None:
    marked = MARKED.findall(row["example"])[0]
    venue = find_venue(MARKED.sub(r"\1", row["example"]) + "。")
    assert venue is None or venue.printed != marked


def test_every_fragment_is_used() -> None:
    for table in (PHRASES, INSTITUTIONS):
        patterns = "".join(
            row.get("pattern", "") + row.get("tail", "")
            for rows in table.values()
            if isinstance(rows, list)
            for row in rows
            if isinstance(row, dict)
        ) + "".join(table["fragment"].values())
        assert [name for name in table["fragment"] if f"{{{name}}}" not in patterns] == []


@pytest.mark.parametrize("column", ["names", "suffixes", "labs", "bodies", "never"])
def test_lists_of_institutions(column: str) -> None:
    entries = INSTITUTIONS[column]
    assert [entry for entry, times in Counter(entries).items() if times > 1] == []
    assert all(entry == entry.strip() != "" for entry in entries)


@pytest.mark.parametrize("name", INSTITUTIONS["names"])
def test_every_known_name_is_an_institution(name: str) -> None:
    assert institution_in(name, firm=False) == name


@pytest.mark.parametrize("name", INSTITUTIONS["names"])
def test_every_known_name_is_read_from_the_commonest_phrase(name: str) -> None:
    assert find_affiliations(f"本文是 {name} 和中京大学联合发表于 ACL 2018 的工作。") == (name, "中京大学")


@pytest.mark.parametrize("row", INSTITUTIONS["phrase"], ids=lambda row: row["example"])
def test_example_of_an_institution_phrase(row: dict[str, Any]) -> None:
    assert set(row) <= {"pattern", "tail", "needs", "firm", "first", "example", "gives"}
    assert row["firm"] in {True, False, "group"}
    assert "list" in compile_institution_phrase(row["pattern"]).groupindex
    assert compile_institution_phrase(row["pattern"]).search(row["example"])
    assert any(word in row["example"] for word in row.get("needs", [row["example"]]))
    if row.get("first"):
        assert row["example"].startswith(tuple(row.get("needs", row["gives"])))
    assert ("needs" in row) != row["pattern"].startswith("{list}")
    assert list(find_affiliations(row["example"])) == row["gives"]

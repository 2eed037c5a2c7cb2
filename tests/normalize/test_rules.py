"""The rule tables of venues and institutions: every row well formed, and its example holds."""

import re
from collections import Counter
from typing import Any, get_args

import pytest

from normalize.affiliations import compile_phrase as compile_institution_phrase
from normalize.affiliations import find_affiliations, institution_in
from normalize.model import VenueStatus
from normalize.rules import load_rules
from normalize.venues import VenueKind, compile_phrase, find_mentions, find_venue, fold_letters, load_venues

VENUES: list[dict[str, Any]] = load_rules("venues")["venue"]
PHRASES = load_rules("venue_phrases")
INSTITUTIONS = load_rules("institutions")


def spellings(row: dict[str, Any]) -> list[str]:
    return [row["name"], *([row["full"]] if "full" in row else []), *row.get("aliases", [])]


@pytest.mark.parametrize("row", VENUES, ids=lambda row: row["name"])
def test_venue_row(row: dict[str, Any]) -> None:
    assert set(row) <= {"name", "full", "kind", "rank", "dblp", "aliases", "ordinary"}
    assert row["kind"] in get_args(VenueKind)
    assert row.get("rank", "A") in {"A", "B", "C"}
    assert re.fullmatch(r"(?:conf|journals)/[a-z0-9]+", row.get("dblp", "conf/acl"))
    assert set(row.get("ordinary", [])) <= set(spellings(row))
    assert all(spelling == spelling.strip() == fold_letters(spelling) for spelling in spellings(row))


def test_no_spelling_belongs_to_two_venues() -> None:
    counted = Counter(spelling for row in VENUES for spelling in spellings(row))
    assert [spelling for spelling, times in counted.items() if times > 1] == []


def test_every_rank_and_kind_is_in_use() -> None:
    assert {venue.ccf_rank for venue in load_venues()} == {"A", "B", "C", None}
    assert {venue.kind for venue in load_venues()} == set(get_args(VenueKind))


def test_no_dblp_key_belongs_to_two_conferences() -> None:
    counted = Counter(row["dblp"] for row in VENUES if "dblp" in row and row["kind"] == "conference")
    assert [key for key, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("row", VENUES, ids=lambda row: row["name"])
def test_every_spelling_leads_to_its_venue(row: dict[str, Any]) -> None:
    for spelling in spellings(row):
        venue = find_venue(f"本文是清华大学发表于 {spelling} 2018 的工作。")
        assert venue is not None, spelling
        assert (venue.name, venue.year) == (row["name"], 2018)


@pytest.mark.parametrize("table", ["cue", "veto", "status", "award"])
def test_phrase_tables(table: str) -> None:
    columns = {
        "cue": {"pattern", "strength", "example", "year", "status"},
        "veto": {"pattern", "over", "example"},
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
    assert compile_phrase(row["pattern"]).search(context)
    assert any(word in context for word in row.get("needs", [context]))


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
    assert list(find_affiliations(row["example"])) == row["gives"]

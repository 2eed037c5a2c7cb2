"""Decisions by hand: files of them, what is refused, and what an archive makes of them."""

import doctest
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import decisions
from normalize.decisions import (
    SUBJECTS,
    BadDecisions,
    Decisions,
    PaperDecision,
    Subject,
    decisions_path,
    is_paper_name,
    load_decisions,
    parse_decisions,
    with_decision,
)
from normalize.identifiers import SCHEMES, identifier_id
from normalize.model import Identifier

NOTHING = parse_decisions("", source="a file")


def parsed(text: str) -> Decisions:
    return parse_decisions(text, source="x.decisions.toml")


def test_doctests() -> None:
    assert doctest.testmod(decisions).failed == 0


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "archive.decisions.toml"
    assert load_decisions(path) == load_decisions(None) == NOTHING
    path.write_text("", "utf-8")
    assert load_decisions(path) == NOTHING


@pytest.mark.parametrize(
    ("archive", "expected"),
    [("archive.db", "archive.decisions.toml"), ("x", "x.decisions.toml"), ("a.b.db", "a.b.decisions.toml")],
)
def test_decisions_lie_beside_their_archive(archive: str, expected: str) -> None:
    assert decisions_path(Path("data") / archive) == Path("data") / expected


def test_all_that_can_be_decided(tmp_path: Path) -> None:
    path = tmp_path / "archive.decisions.toml"
    path.write_text(
        """
        [[papers]]
        same = ["pw-2026", "arxiv-1806.01234"]
        note = "the PDF is the same"
        [[papers]]
        different = ["pw-7", "title-0f3a4c5d6e7f", "entry-0f3a4c5d6e7f"]
        [[recommenders]]
        same = ["paperweekly", "paperweely", "Paper  Weekli"]
        [[recommenders]]
        different = ["zhangjun", "zhangjuan"]
        [[tags]]
        same = ["Visual Question Answering", "视觉提问"]
        """,
        "utf-8",
    )
    found = load_decisions(path)
    assert found.papers == (
        PaperDecision(same=False, ids=("entry-0f3a4c5d6e7f", "pw-7", "title-0f3a4c5d6e7f")),
        PaperDecision(same=True, ids=("arxiv-1806.01234", "pw-2026")),
    )
    assert found.papers[1].note == "the PDF is the same"
    assert found.recommenders == {"paperweely": "paperweekly", "paperweekli": "paperweekly"}
    assert found.tags == {"视觉提问": "visualquestionanswering"}
    assert found.is_decided("papers", "pw-7", "title-0f3a4c5d6e7f")
    assert found.is_decided("recommenders", "ZhangJuan", "zhangjun")
    assert found.is_decided("recommenders", "paperweely", "paper weekli")
    assert not found.is_decided("papers", "pw-7", "pw-2026")
    assert not found.is_decided("recommenders", "zhangjun", "paperweekly")


def test_spellings_lead_over_others_to_the_main_one() -> None:
    text = '[[tags]]\nsame = ["b", "c"]\n[[tags]]\nsame = ["a", "b"]\n'
    assert parsed(text).tags == {"b": "a", "c": "a"}


def test_spellings_that_rules_hold_for_one_decide_nothing_more() -> None:
    assert parsed('[[tags]]\nsame = ["Zero-shot", "zero shot"]').tags == {}


def test_the_digest_changes_with_what_is_decided_only() -> None:
    first = parsed('[[papers]]\nsame = ["pw-1", "pw-2"]\nnote = "why"')
    assert first.digest == parsed('# words\n[[papers]]\nsame = ["pw-2", "pw-1"]').digest
    digests = {
        first.digest,
        NOTHING.digest,
        parsed('[[papers]]\ndifferent = ["pw-1", "pw-2"]').digest,
        parsed('[[papers]]\nsame = ["pw-1", "pw-3"]').digest,
        parsed('[[tags]]\nsame = ["a", "b"]').digest,
        parsed('[[tags]]\nsame = ["b", "a"]').digest,
        parsed('[[recommenders]]\nsame = ["a", "b"]').digest,
    }
    assert len(digests) == 7


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[papers", "is no TOML"),
        ("x = " + "[" * 9_000 + "]" * 9_000, "nested too deep"),
        ("[[paper]]\nsame = []", "'paper' is not known"),
        ("papers = 3", "papers must be tables"),
        ("papers = [3]", "papers must be tables"),
        ('[[papers]]\nid = "pw-1"', "[[papers]] number 1: 'id' is not known"),
        ("[[papers]]\nnote = 'x'", "either 'same' or 'different'"),
        ('[[papers]]\nsame = ["pw-1", "pw-2"]\ndifferent = ["pw-1", "pw-3"]', "either 'same' or 'different'"),
        ('[[papers]]\nsame = ["pw-1", "pw-2"]\nnote = 3', "note = 3 is no text"),
        ('[[papers]]\nsame = "pw-1"', "must be a list of texts"),
        ("[[papers]]\nsame = [1, 2]", "must be a list of texts"),
        ('[[papers]]\nsame = ["pw-1"]', "must name at least two"),
        ('[[papers]]\nsame = ["pw-1", "pw-1"]', "must name at least two"),
        ('[[papers]]\nsame = ["pw-1", "arxiv-1806.01234v2"]', "'arxiv-1806.01234v2' is no id of a paper"),
        ('[[papers]]\nsame = ["pw-1", "pw-notes/3"]', "'pw-notes/3' is no id of a paper"),
        ('[[papers]]\nsame = ["pw-1", "title-xyz"]', "'title-xyz' is no id of a paper"),
        ('[[tags]]\nsame = ["a", " "]', "' ' is no name"),
        ('[[tags]]\ndifferent = ["Zero-shot", "zero shot"]', "cannot be different"),
        ('[[tags]]\nsame = ["a", "c"]\n[[tags]]\nsame = ["b", "c"]', "number 2: 'c' is a spelling of 'a' already"),
        ('[[tags]]\nsame = ["a", "b"]\n[[tags]]\nsame = ["b", "a"]', "'a' is the main spelling of 'b' already"),
        (
            '[[papers]]\nsame = ["pw-1", "pw-2"]\n[[papers]]\nsame = ["pw-2", "pw-3"]\n'
            '[[papers]]\ndifferent = ["pw-3", "pw-1"]',
            "number 3: 'pw-3' and 'pw-1' cannot be different: they are the same by "
            "x.decisions.toml, [[papers]] number 1 and x.decisions.toml, [[papers]] number 2",
        ),
    ],
)
def test_what_is_refused_and_why(text: str, reason: str) -> None:
    with pytest.raises(BadDecisions) as caught:
        parsed(text)
    assert str(caught.value).startswith("x.decisions.toml")
    assert reason in str(caught.value)


def test_a_byte_order_mark_in_front_is_no_part_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.toml"
    path.write_text('[[tags]]\nsame = ["a", "b"]\n', "utf-8-sig")
    assert load_decisions(path).tags == {"b": "a"}


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadDecisions, match=r"a\.decisions\.toml is no text in UTF-8"):
        load_decisions(path)


def test_every_strong_identifier_is_a_name_of_a_paper() -> None:
    samples = {
        "paperweekly": "2026",
        "arxiv": "cs/0112017",
        "doi": "10.1145/3219819.3219890",
        "openreview": "rJXMpikCZ",
        "acl": "2020.acl-main.1",
    }
    for scheme, value in samples.items():
        assert is_paper_name(identifier_id(Identifier(scheme=scheme, value=value)))
    weak = {f"{scheme.prefix}-x/y" for scheme in SCHEMES if not scheme.strong}
    assert not any(map(is_paper_name, weak | {"", "-", "pw-", "pw", "csdn-80763567", "title-0F3A4C5D6E7F"}))


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# ours\n", "# no end", '[[papers]]\nsame = ["pw-1", "pw-2"] # why\n', "# a\r\n"])
def test_what_a_file_says_stays_when_more_is_decided(text: str) -> None:
    more = with_decision(text, "papers", ["pw-8", "pw-9"], same=False)
    assert more.startswith(text)
    assert set(parsed(more).papers) - set(parsed(text).papers) == {PaperDecision(same=False, ids=("pw-8", "pw-9"))}
    assert "\n\n\n" not in more
    assert ("\r\n" in text) == ("\r\n" in more)


@given(st.sampled_from(SUBJECTS), st.lists(st.text(), min_size=2, max_size=2), st.booleans(), st.text())
def test_any_name_and_note_can_be_written(subject: Subject, names: list[str], is_same: bool, note: str) -> None:
    text = with_decision("# ours", subject, names, same=is_same, note=note)
    (found,) = tomllib.loads(text)[subject]
    assert found["same" if is_same else "different"] == names
    assert found.get("note", "") == note

"""What is suspicious only beside other recommendations: the same problems from the same readings in any order."""

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normalize.archive import Archive, open_readonly
from normalize.archive_checks import MANY
from normalize.checks import load_checks
from normalize.identifiers import identifiers_of
from normalize.model import EntryRecord, PostRecord, Reading
from tests.normalize.builders import PAPER, entry, post, reading, sha

CSDN = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{}"
GITHUB = "https://github.com/tensorflow/models"
OTHER = "https://github.com/tensorflow/models-zoo"
NOTES = PAPER.format("notes/12")
NESTED = "Nested LSTM Cells for Language"
COMPLEX = "Deep Complex Networks of Waves"

Row = tuple[object, ...]


def with_links(
    position: int = 1,
    title: str = NESTED,
    *,
    paper: str | None = None,
    code: Sequence[str] = (),
    dataset: Sequence[str] = (),
    notes: Sequence[str] = (),
    tag: str | None = None,
) -> EntryRecord:
    """An entry whose identifiers are those of all its links."""
    papers = [*([paper] if paper else []), *notes]
    links = [
        *(("源码", url) for url in code),
        *(("数据集链接", url) for url in dataset),
        *(("论文链接", url) for url in notes),
    ]
    record = entry(position, title, paper=paper, links=links, tag=tag)
    roles = tuple(link._replace(role="dataset") if link.label == "数据集链接" else link for link in record.links)
    return record._replace(links=roles, identifiers=identifiers_of([*papers, *code, *dataset]))


def one_post(number: int, *entries: EntryRecord, reads: int = 1) -> PostRecord:
    return post(entries, url=CSDN.format(number), title=f"第{number}篇文章的标题", number=number, reads=reads)


def write(path: Path, *batches: Sequence[Reading]) -> None:
    records = {one.capture_id: one.record for batch in batches for one in batch}
    with Archive.open(path, rules_digest="rules", code_version="1") as archive:
        for batch in batches:
            archive.add(batch, reread=records.__getitem__)


def problems(path: Path, *codes: str) -> list[Row]:
    with closing(open_readonly(path)) as connection:
        marks = ", ".join("?" * len(codes))
        query = (
            f"SELECT post_id, position, code, message, line FROM problems WHERE code IN ({marks}) ORDER BY 1, 2, 3, 4"
        )
        return connection.execute(query, codes).fetchall()


def dumped(path: Path) -> list[Row]:
    with closing(open_readonly(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return connection.execute("SELECT * FROM problems ORDER BY problem_id").fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


def shared(path: Path) -> list[Row]:
    return problems(path, "shared_code_link", "one_number_two_papers")


# --- one repository on two papers ------------------------------------------------------------------------------------


def test_one_repository_on_two_papers_is_told_at_both(path: Path) -> None:
    one = one_post(1, with_links(1, NESTED, paper=PAPER.format(1), code=[GITHUB]))
    other = one_post(2, with_links(1, COMPLEX, paper=PAPER.format(2), code=[GITHUB + "/tree/master/research"]))
    write(path, [reading("a", one)], [reading("b", other)])
    said = "The repository https://github.com/tensorflow/models also stands with another paper, {}."
    assert shared(path) == [
        ("csdn-1", 1, "shared_code_link", said.format("pw-2"), f"源码 {GITHUB}"),
        ("csdn-2", 1, "shared_code_link", said.format("pw-1"), f"源码 {GITHUB}/tree/master/research"),
    ]


def test_one_repository_on_one_paper_is_as_it_should_be(path: Path) -> None:
    record = with_links(1, NESTED, paper=PAPER.format(1), code=[GITHUB])
    write(path, [reading("a", one_post(1, record)), reading("b", one_post(2, record))])
    assert shared(path) == []


def test_each_recommendation_of_a_generic_repository_is_told_once(path: Path) -> None:
    codes = [GITHUB, GITHUB + ".git"]
    entries = [with_links(at, f"{NESTED} {at}", paper=PAPER.format(at), code=codes) for at in (1, 2, 3)]
    write(path, [reading("a", one_post(1, *entries))])
    assert [row[1] for row in shared(path)] == [1, 2, 3]


def test_of_a_very_common_repository_no_other_paper_is_named(path: Path) -> None:
    def crowd(start: int, count: int) -> Reading:
        entries = [
            with_links(at, f"{NESTED} {start + at}", paper=PAPER.format(start + at), code=[GITHUB])
            for at in range(1, count + 1)
        ]
        return reading(f"crowd {start}", one_post(start, *entries))

    write(path, [crowd(1000, MANY)])
    assert {row[3] for row in shared(path)} == {
        f"The repository {GITHUB} also stands with another paper, {paper}." for paper in ("pw-1001", "pw-1002")
    }
    later = [crowd(2000, 1), crowd(3000, 2), reading("one", one_post(1, with_links(1, code=[GITHUB, OTHER])))]
    write(path, *([one] for one in later))
    said = f"The repository {GITHUB} also stands with many others, more than {MANY} recommendations in all."
    assert [row[3] for row in shared(path)] == [said] * (MANY + 4)
    once = path.with_name("once.db")
    write(once, [crowd(1000, MANY), *later])
    assert dumped(once) == dumped(path)


def test_a_data_set_of_two_papers_is_no_doubt(path: Path) -> None:
    entries = [with_links(at, f"{NESTED} {at}", paper=PAPER.format(at), dataset=[GITHUB]) for at in (1, 2)]
    write(path, [reading("a", one_post(1, *entries))])
    assert shared(path) == []
    hugging = "https://huggingface.co/datasets/squad/squad"
    entries = [with_links(at, f"{COMPLEX} {at}", paper=PAPER.format(at + 9), code=[hugging]) for at in (1, 2)]
    write(path, [reading("b", one_post(2, *entries))])
    assert shared(path) == []


def test_the_right_one_of_two_links_is_named(path: Path) -> None:
    one = with_links(1, NESTED, paper=PAPER.format(1), code=[OTHER, GITHUB])
    other = with_links(2, COMPLEX, paper=PAPER.format(2), code=[GITHUB])
    write(path, [reading("a", one_post(1, one, other))])
    assert [row[4] for row in shared(path)] == [f"源码 {GITHUB}", f"源码 {GITHUB}"]


def test_one_note_with_two_papers(path: Path) -> None:
    one = with_links(1, NESTED, paper="https://arxiv.org/abs/1806.00001", notes=[NOTES])
    other = with_links(2, COMPLEX, paper="https://arxiv.org/abs/1806.00002", notes=[NOTES])
    write(path, [reading("a", one_post(1, one, other))])
    [first, second] = shared(path)
    assert (first[2], second[2]) == ("one_number_two_papers", "one_number_two_papers")
    assert first[3] == f"The note {NOTES} also stands with another paper, arxiv-1806.00002."
    assert second[4] == f"论文链接 {NOTES}"


def test_one_number_of_a_paper_is_told_by_identity_alone(path: Path) -> None:
    entries = [with_links(1, NESTED, paper=PAPER.format(1)), with_links(2, COMPLEX, paper=PAPER.format(1))]
    write(path, [reading("a", one_post(1, *entries))])
    assert shared(path) == []
    assert len(problems(path, "identifier_conflict")) == 1


def test_a_doubt_ends_when_the_papers_turn_out_to_be_one(path: Path) -> None:
    one = with_links(1, NESTED, paper=PAPER.format(1), code=[GITHUB])
    same = with_links(1, NESTED + " Models", paper="https://arxiv.org/abs/1806.00001", code=[GITHUB])
    both = with_links(1, NESTED, paper=PAPER.format(1), notes=["https://arxiv.org/abs/1806.00001"])
    write(path, [reading("a", one_post(1, one)), reading("b", one_post(2, same))])
    assert len(shared(path)) == 2
    write(path, [reading("c", one_post(3, both))])
    assert shared(path) == []


def test_a_doubt_ends_when_the_link_is_mended(path: Path) -> None:
    one = one_post(1, with_links(1, NESTED, paper=PAPER.format(1), code=[GITHUB]))
    wrong = one_post(2, with_links(1, COMPLEX, paper=PAPER.format(2), code=[GITHUB, OTHER]))
    right = one_post(2, with_links(1, COMPLEX, paper=PAPER.format(2), code=[OTHER]))
    first = reading("b", wrong, captured_at="2019-01-01T00:00:00Z")
    later = reading("c", right, captured_at="2020-01-01T00:00:00Z")
    write(path, [reading("a", one)], [first])
    assert len(shared(path)) == 2
    write(path, [reading("a", one), first, later])
    assert shared(path) == []


# --- misprinted tags -------------------------------------------------------------------------------------------------


def tagged(*tags: str | None, start: int = 1) -> PostRecord:
    entries = [with_links(at, f"{NESTED} {start} {at}", tag=tag) for at, tag in enumerate(tags, start=1)]
    return one_post(start, *entries)


def test_a_rare_word_beside_a_frequent_one(path: Path) -> None:
    write(path, [reading("a", tagged("Sentimant Classification"))])
    assert problems(path, "odd_tag") == []
    write(path, [reading("b", tagged("Sentiment Analysis", "Sentiment Analysis", start=2))])
    assert problems(path, "odd_tag") == []
    write(path, [reading("c", tagged("Sentiment Summarization", None, "#", start=3))])
    said = "A word of the tag seems misprinted: sentimant; other tags have sentiment."
    assert problems(path, "odd_tag") == [("csdn-1", 1, "odd_tag", said, "Sentimant Classification")]


def test_a_word_that_is_used_more_and_more_is_no_misprint(path: Path) -> None:
    write(path, [reading("a", tagged(*["Sentiment Analysis"] * 9))])
    write(path, [reading("b", tagged("Sentimant Analysis", "Sentimant Analysis", start=2))])
    assert [row[:2] for row in problems(path, "odd_tag")] == [("csdn-2", 1), ("csdn-2", 2)]
    write(path, [reading("c", tagged("Sentimant Mining", start=3))])
    assert problems(path, "odd_tag") == []


def test_a_misprint_stays_one_when_its_paper_turns_out_to_be_another(path: Path) -> None:
    odd = one_post(1, with_links(1, NESTED, paper="https://arxiv.org/abs/1806.00001", tag="Sentimant Analysis"))
    titles = ("First Way of Learning", "Second Way of Learning", "Third Way of Learning")
    right = one_post(2, *(with_links(at, title, tag="Sentiment Analysis") for at, title in enumerate(titles, 1)))
    again = one_post(3, with_links(1, NESTED, paper=PAPER.format(7), tag="Capsule Routing"))
    write(path, [reading("a", odd), reading("b", right)])
    before = problems(path, "odd_tag")
    assert [row[:2] for row in before] == [("csdn-1", 1)]
    write(path, [reading("c", again)])
    with closing(open_readonly(path)) as connection:
        papers = connection.execute("SELECT DISTINCT paper_id FROM recommendations WHERE title = ?", (NESTED,))
        assert papers.fetchall() == [("pw-7",)]
    assert problems(path, "odd_tag") == before


def test_a_new_field_is_no_error(path: Path) -> None:
    write(path, [reading("a", tagged(*["Sentiment Analysis"] * 9, "Quantum Chromodynamics", "量子计算"))])
    assert problems(path, "odd_tag") == []


# --- the order does not matter ---------------------------------------------------------------------------------------

TAGS = st.sampled_from([
    None, "Sentiment Analysis", "Sentiment Analysis", "Sentiment Analysis", "sentiment analysis", "Sentimant Analysis",
    "Sentment Mining", "Sentiment Mining", "Analisys of Sentiment", "Network Analysis", "Netwrok Pruning",
    "Network Pruning",
])  # fmt: skip
CODES = st.lists(st.sampled_from([GITHUB, GITHUB + "/tree/master/x", OTHER, "https://gitee.com/x/y"]), max_size=2)
PAPERS = st.sampled_from([None, PAPER.format(1), PAPER.format(2), "https://arxiv.org/abs/1806.00001"])
TITLES = st.sampled_from([NESTED, COMPLEX, "Mixed Precision Training", "A Third Way of Learning"])


@st.composite
def posts(draw: st.DrawFn) -> PostRecord:
    entries = [
        with_links(
            position,
            draw(TITLES),
            paper=draw(PAPERS),
            code=draw(CODES),
            dataset=draw(st.sampled_from([(), (GITHUB,)])),
            notes=draw(st.sampled_from([(), (), (NOTES,)])),
            tag=draw(TAGS),
        )
        for position in range(1, draw(st.integers(1, 4)) + 1)
    ]
    return one_post(draw(st.integers(1, 4)), *entries)


@st.composite
def reading_sets(draw: st.DrawFn) -> list[Reading]:
    drawn = draw(st.lists(posts(), min_size=1, max_size=8))
    times = st.sampled_from([None, "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z"])
    return [
        reading(str(number), record, captured_at=draw(times), sha256=sha(f"body {number}"))
        for number, record in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings=reading_sets(), data=st.data())
def test_any_order_and_division_gives_the_same_problems(
    folder: Path, readings: list[Reading], data: st.DataObject
) -> None:
    path, other = folder / "once.db", folder / "batches.db"
    for leftover in (path, other):
        leftover.unlink(missing_ok=True)
    write(path, readings)
    shuffled = data.draw(st.permutations(readings))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=6)))
    edges = [0, *cuts, len(shuffled)]
    write(other, *(shuffled[start:end] for start, end in pairwise(edges)))
    assert dumped(other) == dumped(path)
    with closing(sqlite3.connect(path)) as connection:
        for check in load_checks():
            if check.severity == "error":
                assert connection.execute(check.query).fetchall() == [], check.name

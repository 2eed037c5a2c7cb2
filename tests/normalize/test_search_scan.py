"""The index against a plain scan, written another way: thousands of queries, and not one answer that differs.

A run of Han characters is looked for as a part of the folded text, a word of letters or digits as a whole word, one
with an asterisk as the beginning of a word; parts of a phrase follow each other.
"""

import random
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple, get_args

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from normalize.migrations import iter_statements, schema_sql
from normalize.search import Query, Where, parse, search, segment, segment_fields, segment_title
from normalize.search.index import FREQUENT

HAN = "网络学习图的文长谱冼〇𠮷カ"
"""Frequent ones, rare ones, one beyond the basic plane, and a kana."""

COMMON = "".join(sorted(set(HAN) & FREQUENT))
PIECES = [
    *HAN,
    *HAN,
    "⽂",
    "⻓",
    "网络",
    "学习",
    "图谱",
    "a",
    "B",
    "ab",
    "Ａ",
    "abc",
    "é",
    "1",
    "b1",
    "ß",
    " ",
    "  ",
    "\n",
    "，",
    "。",
    "-",
    "_",
    "：",
    "*",
    '"',
]


class Unit(NamedTuple):
    """A character or word of a folded text, with what stands between it and the one before."""

    text: str
    is_word: bool
    gap: str
    """Nothing, a space, or an x where there is punctuation."""


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("⻓", "长")).casefold()


def units(text: str) -> list[Unit]:
    found = []
    end = 0
    text = folded(text)
    for match in re.finditer(rf"[{HAN}]|[^\W_{HAN}]+", text):
        between = text[end : match.start()]
        gap = "x" if between.strip() else between[:1] and " "
        found.append(Unit(match[0], match[0][0] not in HAN, gap))
        end = match.end()
    return found


def follows(wanted: Unit, found: Unit, before: Unit) -> bool:
    """Whether a unit of a text stands to the one before it as one of a query does."""
    if wanted.is_word != before.is_word:
        return (wanted.gap == "x") == (found.gap == "x")
    return wanted.is_word or bool(wanted.gap) == bool(found.gap)


def stands_in(query: Sequence[Unit], text: Sequence[Unit], *, prefix: bool) -> bool:
    for start in range(len(text) - len(query) + 1):
        window = text[start : start + len(query)]
        equal = all(
            want.text == have.text and want.is_word == have.is_word
            for want, have in zip(query[:-1], window, strict=False)
        )
        last = window[-1].text == query[-1].text or (
            prefix and query[-1].is_word and window[-1].is_word and window[-1].text.startswith(query[-1].text)
        )
        side_by_side = all(follows(query[at], window[at], query[at - 1]) for at in range(1, len(query)))
        if equal and last and side_by_side:
            return True
    return False


class Documents:
    """Texts in the index, each with a title, a summary and two further fields, and as the scan reads them."""

    def __init__(self, connection: sqlite3.Connection, texts: Sequence[tuple[str, str, str, str]]) -> None:
        self.connection = connection
        self.texts = texts
        self.units = [[units(field) for field in fields] for fields in texts]
        connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        connection.execute("DELETE FROM recommendations")
        connection.executemany(
            "INSERT INTO recommendations (search_id, title, summary, tag_raw, section) VALUES (?, ?, ?, ?, ?)",
            [(number, *fields) for number, fields in enumerate(texts)],
        )
        connection.executemany(
            "INSERT INTO search (rowid, title, summary, other, title_only) VALUES (?, ?, ?, ?, ?)",
            [
                (number, segment(title), segment(summary), segment_fields(others), segment_title(segment(title)))
                for number, (title, summary, *others) in enumerate(texts)
            ],
        )

    def found(self, words: str) -> set[int]:
        """By the index, and by reading every text."""
        query = parse(words)
        found = self._matched(query.fts())
        assert found == {number for number, fields in enumerate(self.texts) if query.matches(*fields)}
        for column, where in enumerate(get_args(Where)[:2]):
            read = {number for number, fields in enumerate(self.texts) if query.matches(fields[column])}
            assert self._matched(query.fts(where)) == read
        wanted = Query(wanted=query.wanted, excluded=())
        assert self._matched(query.fts_all_in_title()) == {
            number for number in found if wanted.matches(self.texts[number][0])
        }
        return found

    def _matched(self, expression: str) -> set[int]:
        sql = "SELECT rowid FROM search WHERE search MATCH ?"
        return {row[0] for row in self.connection.execute(sql, (expression,))}

    def scanned(self, terms: Sequence[tuple[str, bool, bool]]) -> set[int]:
        """Texts with all wanted terms and no excluded one; a term is its text, whether excluded, whether a prefix."""
        return {
            number
            for number, fields in enumerate(self.units)
            if all(
                any(stands_in(units(text), field, prefix=prefix) for field in fields) != excluded
                for text, excluded, prefix in terms
            )
        }


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    """The search table of the archive, with what :func:`search` reads beside it."""
    (table,) = (sql for sql in iter_statements(schema_sql()) if "CREATE VIRTUAL TABLE search" in sql)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.execute(table)
        opened.executescript(
            "CREATE TABLE posts (post_id, published_on);"
            "CREATE TABLE recommendations (search_id INTEGER PRIMARY KEY, recommendation_id, paper_id, post_id, "
            "position, title, summary, tag_raw, recommender_raw, venue_id, venue_printed, section);"
        )
        yield opened


def random_text(rng: random.Random, size: int) -> str:
    return "".join(rng.choices(PIECES, k=rng.randint(0, size)))


def random_term(rng: random.Random, texts: Sequence[Sequence[str]]) -> tuple[str, str, bool]:
    """A term as it is typed, its text, and whether it is a prefix."""
    kind = rng.choice(["han", "han", "part", "part", "word", "prefix", "mixed", "phrase"])
    if kind == "part":  # of a text, so that it is often found
        text = rng.choice(rng.choice(texts))
        at = rng.randrange(len(text) + 1)
        text = text[at : at + rng.randint(1, 6)].replace('"', "").strip("* \n")
        return f'"{text}"', text, False
    if kind == "word":
        text = rng.choice(["a", "AB", "abc", "é", "1", "b1", "ss", "ＡＢ"])
    elif kind == "prefix":
        text = rng.choice(["a", "ab", "B", "1", "s"])
        return f"{text}*", text, True
    elif kind == "phrase":
        text = " ".join(rng.choices(["网络", "a", "b1", "谱", "，", "的"], k=rng.randint(1, 3)))
        return f'"{text}"', text, False
    else:
        text = "".join(rng.choices(HAN if kind == "han" else [*HAN[:6], "a", "b1"], k=rng.randint(1, 4)))
    return text, text, False


@pytest.mark.parametrize("seed", range(8))
def test_thousands_of_queries_find_what_a_scan_finds(connection: sqlite3.Connection, seed: int) -> None:
    rng = random.Random(seed)
    texts = [(random_text(rng, 4), random_text(rng, 14), random_text(rng, 3), random_text(rng, 3)) for _ in range(30)]
    documents = Documents(connection, texts)
    answered = 0
    for _ in range(300):
        typed = [(random_term(rng, texts), rng.random() < 0.2) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        terms = [(text, excluded, prefix) for (_, text, prefix), excluded in typed if units(text)]
        if all(excluded for _, excluded, _ in terms):
            continue
        words = " ".join(f"{'-' if excluded else ''}{term}" for (term, _, _), excluded in typed)
        found = documents.found(words)
        assert found == documents.scanned(terms), words
        answered += bool(found)
    assert answered > 50


TEXTS = st.text(alphabet="".join(dict.fromkeys("".join(PIECES))), max_size=14)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=6), query=st.text(alphabet=HAN, min_size=1, max_size=4))
@example(texts=["网，络", "网 络", "网络"], query="网络")
@example(texts=["图，谱", "图谱", "图\n谱"], query="图谱")
def test_han_queries_find_what_is_in_the_folded_text(
    connection: sqlite3.Connection, texts: list[str], query: str
) -> None:
    documents = Documents(connection, [("", text, "", "") for text in texts])
    assert documents.found(query) == {number for number, text in enumerate(texts) if query in folded(text)}


@settings(max_examples=300, deadline=None)
@given(texts=st.lists(st.text(max_size=12), min_size=1, max_size=4), words=st.text(max_size=8))
def test_whatever_the_texts_index_and_reading_agree(
    connection: sqlite3.Connection, texts: list[str], words: str
) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in [*texts, words + "x", f"网{words}"]]
    documents = Documents(connection, [(text, "", text[::-1], "") for text in texts])
    try:
        documents.found(words)
    except ValueError as error:
        assume("look for" not in str(error) and "excluded" not in str(error))
        raise


def test_beginnings_of_one_letter_are_read_or_gathered_alike(connection: sqlite3.Connection) -> None:
    """So many that reading the newest is tried; all of them have the character, some or few."""
    for every in (1, 3, 40, 1000):
        texts = [("", "网络" if number % every == every - 1 else "图谱", "", "") for number in range(1500)]
        documents = Documents(connection, texts)
        connection.execute("UPDATE recommendations SET post_id = 'p', recommendation_id = search_id")
        hits = [hit.recommendation_id for hit in search(connection, "络", limit=0)]
        assert len(hits) == len(set(hits))
        assert set(hits) == documents.found("络") == {number for number in range(1500) if number % every == every - 1}

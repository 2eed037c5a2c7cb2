"""Full-text search: how text is cut for the index, how words become a query, and what a hit shows.

SQLite's tokenizer knows no Chinese words. So the text is folded (NFKC and case) and every Han character stands alone
in the index; a run of Han characters in a query becomes a phrase, which finds any number of them from one up, exactly
as looking for the run in the folded text would. Words of other scripts are found whole, or by their beginning
(``net*``).
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Where = Literal["title", "summary", "all"]

MAX_TERMS = 64
"""Words of a query; more is no question that a person asks."""

SNIPPET_LETTERS = 80
"""Length of a snippet, about."""

# Stands between tokens that a phrase must not join, such as two Han characters round a comma. Of private use: no letter
# of any text, but one to SQLite's tokenizer.
_BREAK = "\ue000"
# Characters that are words of their own in the index: Han and kana.
_CHARACTERS = "〇々㐀-䶿一-鿿豈-﫿ぁ-ゖァ-ヺー\U00020000-\U000323af"
_CHARACTER_RUN = re.compile(f"([{_CHARACTERS}]+)")
_WORD = re.compile(r"[^\W_]+")
# Without these nearly every Chinese text is in NFKC already, and looking is 50 times faster than making it so.
_FULL_WIDTH = tuple(zip("，：；？！（）", ",:;?!()", strict=True))
# -"excluded phrase", net*, 图神经网络
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A recommendation that was found."""

    recommendation_id: int
    paper_id: str
    post_id: str
    position: int
    """Place in the post, from 1."""
    title: str | None
    published_on: str | None
    """Day of the post."""
    snippet: str
    """The part of the title or summary with the first match, each match between the marks; one line."""
    score: float
    """SQLite's ``bm25``: the lower, the better the match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """A word or phrase of a query."""

    tokens: tuple[str, ...]
    excluded: bool
    prefix: bool


def segment(text: str) -> str:
    """Cut a text for the index: folded, tokens between spaces, each Han character a token.

    >>> segment("本文是 CMU 的工作，图网络").replace(_BREAK, "|")
    '本 文 是 cmu 的 工 作 | 图 网 络'
    """
    pieces = _CHARACTER_RUN.split(_fold(text))
    # Pieces alternate: what is between runs of characters, a run, and so on.
    pieces[1::2] = map(" ".join, pieces[1::2])
    pieces[0::2] = map(_segment_between, pieces[0::2])
    return "".join(pieces).strip(f" {_BREAK}")


def segment_fields(fields: Iterable[str | None]) -> str:
    """Cut several short texts for one column; no phrase reaches from one into the next."""
    return f" {_BREAK} ".join(_segment_name(field) for field in fields if field)


def _fold(text: str) -> str:
    for wide, narrow in _FULL_WIDTH:
        text = text.replace(wide, narrow)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return text.casefold().replace(_BREAK, " ")


# Subjects, people and venues come again and again.
_segment_name = lru_cache(maxsize=16_384)(segment)
_fold_letter = lru_cache(maxsize=65_536)(_fold)


@lru_cache(maxsize=16_384)
def _segment_between(piece: str) -> str:
    """Cut what stands between two runs of Han characters: words of letters, or punctuation alone."""
    words = _WORD.findall(piece)
    if not words:
        return f" {_BREAK} "
    start, end = _punctuated_ends(piece, words[0], words[-1])
    return f" {f'{_BREAK} ' if start else ''}{' '.join(words)}{f' {_BREAK}' if end else ''} "


def _punctuated_ends(piece: str, first: str, last: str) -> tuple[bool, bool]:
    """Whether more than spaces stand before the first word of a piece, and after the last.

    Between two Han characters any gap parts. Beside a word of letters only punctuation does, for spaces there are a
    matter of taste: ``BERT 模型`` is ``BERT模型``. Between two words of letters nothing parts: ``self-attention`` is
    ``self attention``.
    """
    return bool(piece[: piece.index(first)].strip()), bool(piece[piece.rindex(last) + len(last) :].strip())


def search(
    connection: sqlite3.Connection,
    words: str,
    *,
    limit: int = 20,
    where: Where = "all",
    marks: tuple[str, str] = ("[", "]"),
) -> list[Hit]:
    """Find recommendations, the best match first; a match in the title counts more than one in the summary.

    All words must match. ``"exact phrase"``, ``-excluded`` and ``net*`` (words that begin so) are understood; ``limit``
    0 gives all hits. ``where`` restricts the search to titles or summaries; ``all`` also looks at subject, recommender,
    venue and section. Raises :class:`ValueError` where nothing could be looked for, and for more than
    :data:`MAX_TERMS` words.
    """
    terms = _parse(words)
    columns = "" if where == "all" else f"{{{where}}} : "
    query = columns + _match_expression(terms)
    rows = connection.execute(
        "SELECT r.recommendation_id, r.paper_id, r.post_id, r.position, r.title, posts.published_on, r.summary, "
        "r.tag_raw, r.recommender_raw, r.venue_printed, r.section, bm25(search, 8.0, 1.0, 2.0) AS score "
        "FROM search JOIN recommendations AS r ON r.recommendation_id = search.rowid JOIN posts USING (post_id) "
        "WHERE search MATCH ? ORDER BY score, r.recommendation_id LIMIT ?",
        (query, limit if limit > 0 else -1),
    )
    wanted = [term for term in terms if not term.excluded]
    return [
        Hit(
            recommendation_id=row[0],
            paper_id=row[1],
            post_id=row[2],
            position=row[3],
            title=row[4],
            published_on=row[5],
            snippet=_snippet(_shown_fields(row[4], row[6], row[7:11], where), wanted, marks),
            score=row[11],
        )
        for row in rows
    ]


def _parse(words: str) -> list[_Term]:
    terms = [term for found in _TERM.finditer(words) if (term := _term(found)) is not None]
    if not terms:
        raise ValueError(f"nothing to look for in {words!r}: it has neither letter nor digit")
    if all(term.excluded for term in terms):
        raise ValueError(f"only excluded words in {words!r}: at least one must be wanted")
    if len(terms) > MAX_TERMS:
        raise ValueError(f"{len(terms)} words are too many to look for: at most {MAX_TERMS}")
    return terms


def _term(found: re.Match[str]) -> _Term | None:
    text = found[3] if found[2] is None else found[2]
    tokens = tuple(segment(text).split())
    if not tokens:
        return None
    return _Term(tokens=tokens, excluded=bool(found[1]), prefix=found[2] is None and text.endswith("*"))


def _match_expression(terms: Sequence[_Term]) -> str:
    """FTS5's own language; tokens hold letters and digits only, so that quoting them is safe."""
    wanted = " AND ".join(_phrase(term) for term in terms if not term.excluded)
    excluded = " OR ".join(_phrase(term) for term in terms if term.excluded)
    return f"(({wanted}) NOT ({excluded}))" if excluded else f"({wanted})"


def _phrase(term: _Term) -> str:
    return f'"{" ".join(term.tokens)}"{" *" if term.prefix else ""}'


# --- snippets --------------------------------------------------------------------------------------------------------


def _shown_fields(
    title: str | None, summary: str, others: Sequence[str | None], where: Where
) -> list[tuple[str, bool]]:
    """Texts that a snippet may come from, the best first, each with whether it may hold a match."""
    fields = [(summary, where != "title"), (title or "", where != "summary")]
    return fields + [(other, where == "all") for other in others if other]


def _snippet(fields: Sequence[tuple[str, bool]], terms: Sequence[_Term], marks: tuple[str, str]) -> str:
    """The part of the first field with a match, from the text as it is shown; else how the first field begins."""
    for text, searched in fields:
        line = " ".join(unicodedata.normalize("NFC", text).split())
        spans = _merged(_spans(line, terms)) if searched else []
        if spans:
            return _marked(line, spans, marks)
    return _marked(" ".join(fields[0][0].split()), [], marks)


def _spans(text: str, terms: Sequence[_Term]) -> list[tuple[int, int]]:
    """Where terms match in a text, as offsets into it."""
    places = list(_tokens_with_places(text))
    tokens = [token for token, _, _ in places]
    return sorted(
        (places[start][1], places[start + len(term.tokens) - 1][2]) for term in terms for start in _starts(term, tokens)
    )


def _starts(term: _Term, tokens: list[str]) -> Iterator[int]:
    """Numbers of the tokens at which a term begins."""
    *firsts, last = term.tokens
    size = len(firsts)
    for start in range(len(tokens) - size):
        found = tokens[start + size]
        if (found == last or (term.prefix and found.startswith(last))) and tokens[start : start + size] == firsts:
            yield start


def _tokens_with_places(text: str) -> Iterator[tuple[str, int, int]]:
    """The tokens of :func:`segment`, each with start and end in the text.

    Folding changes the number of letters, so it is done letter by letter, with the place that each came from.
    """
    letters = [_fold_letter(letter) for letter in text]
    places = [place for place, letter in enumerate(letters) for _ in letter]
    places.append(len(text))
    at = 0
    for number, piece in enumerate(_CHARACTER_RUN.split("".join(letters))):
        offset = at
        for token in piece if number % 2 else _segment_between(piece).split():
            if token == _BREAK:
                yield token, places[offset], places[offset]
                continue
            start = at + piece.index(token, offset - at)
            offset = start + len(token)
            yield token, places[start], places[offset - 1] + 1
        at += len(piece)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: Sequence[tuple[int, int]], marks: tuple[str, str]) -> str:
    """Cut a text to a window that begins shortly before the first match, and mark the matches in it."""
    begin = max(0, spans[0][0] - SNIPPET_LETTERS // 4) if spans and len(text) > SNIPPET_LETTERS else 0
    end = max(begin + SNIPPET_LETTERS, spans[0][1] if spans else 0)
    parts = ["…" if begin else ""]
    at = begin
    for start, stop in spans:
        if stop > end:
            break
        parts += [text[at:start], marks[0], text[start:stop], marks[1]]
        at = stop
    parts += [text[at:end], "…" if end < len(text) else ""]
    return "".join(parts)

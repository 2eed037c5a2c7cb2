"""What a reader looks for: words of a query, as an expression for the index and as a scan of texts.

``图网络 BERT模型 "deep learning" net* -翻译``: each word must be found, each with a minus must not. A run of Han
characters is found wherever it stands in the folded text; words of other letters and digits are found whole, or, with
an asterisk, by how they begin; what is joined or quoted must stand side by side.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from normalize.search.index import FREQUENT, TITLE, WORD, cut, punctuated_ends
from normalize.search.letters import CHARACTER_RUN, fold

Where = Literal["title", "summary", "all"]
"""``all``: title, summary, and subject, recommender, venue and section."""

MAX_TERMS = 64
"""Words of a query; more is no question that a person asks."""

# -"excluded phrase", net*, 图神经网络
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
# Quotation marks, minus and asterisk as Chinese keyboards write them.
_TYPED = str.maketrans("“”„＂「」『』－−＊", '""""""""--*')

# What may stand between parts of a phrase, as the tokens of the index have it: see punctuated_ends.
_ANY_GAP = r"[\W_]+"
_SPACES = r"\s*"
_PUNCTUATION = r"\s*(?:[^\w\s]|_)[\W_]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase of a query."""

    tokens: tuple[str, ...]
    """As the index has them."""
    prefix: bool
    """Whether the last token need only begin so."""
    pattern: re.Pattern[str]
    """Finds it in folded text, wherever words begin and end."""
    opens_with_word: bool
    """Whether it begins with a word of letters, which must begin there in the text too."""
    closes_with_word: bool
    """Whether it ends with a whole word of letters."""

    def iter_spans(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a folded text."""
        at = 0
        while (found := self.pattern.search(folded, at)) is not None:
            if self._stands_alone(folded, *found.span()):
                yield found.span()
                at = found.end()
            else:
                at = found.start() + 1

    def count_in(self, folded: str) -> int:
        """How often it stands in a folded text."""
        if self.opens_with_word or self.closes_with_word:
            return sum(1 for _ in self.iter_spans(folded))
        return len(self.pattern.findall(folded))

    def _stands_alone(self, folded: str, start: int, end: int) -> bool:
        if self.opens_with_word and start > 0 and _is_letter(folded[start - 1]):
            return False
        return not (self.closes_with_word and end < len(folded) and _is_letter(folded[end]))

    def phrase(self, mark: str = "") -> str:
        """In FTS5's own language; tokens hold letters and digits only, so that quoting them is safe."""
        tokens = " ".join(mark + token for token in self.tokens)
        return f'"{tokens}"{" *" if self.prefix else ""}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Words to look for."""

    wanted: tuple[Term, ...]
    """At least one."""
    excluded: tuple[Term, ...]

    def fts(self, where: Where = "all") -> str:
        """Give the expression for ``MATCH`` on the table ``search``.

        >>> parse('图网络 "deep learning" net* -翻译').fts("summary")
        '{summary} : (("图网 网络" AND "deep learning" AND "net" *) NOT ("翻译"))'
        """
        mark = TITLE if where == "title" else ""
        expression = _expression(_joined(self.wanted, "AND", mark), _joined(self.excluded, "OR", mark))
        return f"{{summary}} : {expression}" if where == "summary" else expression

    def fts_all_in_title(self) -> str:
        """Give the expression for all wanted words in the title, and no excluded one anywhere."""
        return _expression(_joined(self.wanted, "AND", TITLE), _joined(self.excluded, "OR", ""))

    def matches(self, *texts: str | None) -> bool:
        """Whether texts match together, such as title and summary: what the index finds, found by reading them.

        >>> query = parse("网络 bert -翻译")
        >>> query.matches("BERT", "图网络"), query.matches("BERTs", "图网络"), query.matches("BERT", "翻译网络")
        (True, False, False)
        """
        folded = [fold(text) for text in texts if text]
        if any(term.count_in(text) for term in self.excluded for text in folded):
            return False
        return all(any(term.count_in(text) for text in folded) for term in self.wanted)


def parse(words: str) -> Query:
    """Read words as a reader types them.

    ``-`` before a word or phrase excludes it, ``"`` joins words to a phrase, ``*`` after a word finds all that begin
    so; Chinese quotation marks and full-width signs do the same. Raises :class:`ValueError` where nothing could be
    looked for, and for more than :data:`MAX_TERMS` words.
    """
    wanted: dict[str, Term] = {}
    excluded: dict[str, Term] = {}
    for found in _TERM.finditer(words.translate(_TYPED)):
        if (term := _term(found)) is not None:
            (excluded if found[1] else wanted).setdefault(term.phrase(), term)
    if not wanted and not excluded:
        raise ValueError(f"nothing to look for in {words!r}: it has neither letter nor digit")
    if not wanted:
        raise ValueError(f"only excluded words in {words!r}: at least one must be wanted")
    if (count := len(wanted) + len(excluded)) > MAX_TERMS:
        raise ValueError(f"{count} words are too many to look for: at most {MAX_TERMS}")
    return Query(wanted=tuple(wanted.values()), excluded=tuple(excluded.values()))


def _joined(terms: tuple[Term, ...], operator: Literal["AND", "OR"], mark: str) -> str:
    return f" {operator} ".join(term.phrase(mark) for term in terms)


def _expression(wanted: str, excluded: str) -> str:
    return f"(({wanted}) NOT ({excluded}))" if excluded else f"({wanted})"


def _term(found: re.Match[str]) -> Term | None:
    text = found[3] if found[2] is None else found[2]
    folded = fold(text)
    tokens = cut(folded).split()
    if not tokens:
        return None
    # What is between runs of characters, a run, and so on.
    pieces = CHARACTER_RUN.split(folded)
    ends_with_word = WORD.search(pieces[-1]) is not None
    begun = found[2] is None and text.endswith("*") and ends_with_word
    if not ends_with_word:
        # The run may go on in the text: 图网 is in 图网络. So the last character is the beginning of a token, unless
        # the token before it holds it already.
        begun = len(pieces[-2]) == 1 or pieces[-2][-1] not in FREQUENT
        tokens = tokens if begun else tokens[:-1]
    return Term(
        tokens=tuple(tokens),
        prefix=begun,
        pattern=re.compile(_pattern(pieces)),
        opens_with_word=WORD.search(pieces[0]) is not None,
        closes_with_word=ends_with_word and not begun,
    )


def _pattern(pieces: list[str]) -> str:
    return "".join(
        re.escape(piece) if number % 2 else _pattern_between(piece, first=number == 0, last=number == len(pieces) - 1)
        for number, piece in enumerate(pieces)
    )


def _pattern_between(piece: str, *, first: bool, last: bool) -> str:
    """What a piece between two runs of characters asks of the text; at the ends of a query only its words count."""
    words = WORD.findall(piece)
    if not words:
        return "" if first or last else _ANY_GAP
    start, end = (_PUNCTUATION if punctuated else _SPACES for punctuated in punctuated_ends(piece, words))
    return f"{'' if first else start}{_ANY_GAP.join(words)}{'' if last else end}"


def _is_letter(letter: str) -> bool:
    """Whether a letter belongs to a word, as opposed to one that stands alone."""
    return letter.isalnum() and CHARACTER_RUN.match(letter) is None

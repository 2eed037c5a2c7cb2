"""How a text is cut for the index.

SQLite's tokenizers know no Chinese words. Were each Han character a token, a word of common ones would be found by
going through the long lists of each; were each two side by side a token, the index would grow past all measure, most
of it being pairs that occur once. So a character is a token together with the next where that is a frequent one, and
alone where it is not. A run of a query is cut likewise and becomes a phrase of such tokens, which finds what looking
for the run in the folded text finds.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from normalize.search.letters import CHARACTER_RUN, fold

FREQUENT = frozenset(
    "的文一本了个用和是学在模于数大有型作来法对出上不方表据分提结图网自以络构工度到进论中化可成能习行实发为时得这多合要"
    "过同算果种量解最问效类题性使训练基比现更生索计集两者前架新系经后高测层机下话关间码任注并统式都将好优里推取点深务特"
    "人入章从意力标器会加该就很理像做语之验斯搜常预究设应样而所几研通子别只定再接征全相小句信荐够向如其神也强片篇较词动"
    "息值制域编示些率决看体原变组地序每把然与还规它参积读框试评输重开识情节换复给少态目先等户非卷去起检面包长引路单错但"
    "写程利此字义当明三主部次则准微由华件差年正已知列十思存被录整空内言代因升领张心视融区且续析超块连回坦答需确选说越达"
    "感段顿各压福权处建清端适难显直调没缩让事含案具步技价获二佳随细带们线近物第邻传导低即何无么助想释证头条觉流改软致求"
    "策略例扩展考科依局翻阶哪找四倍似场景什简容及括联交估排位误反断键共完质采收形盛着译保边库平始太快我增函或百见仅精院"
    "述"
)
"""The 400 characters that stand in most summaries of real digests, each in one of 25 or more. Another list is another
index."""

BREAK = "\ue000"
"""Token between two Han characters with anything between them, and between a Han character and a word with punctuation
between them: there no phrase goes on that does not have the same. Of private use: no letter of any text, but one to
SQLite's tokenizer."""

FIELD_END = "\ue001"
"""Token between the texts of one column, over which no phrase goes on."""

TITLE = "\ue002"
"""Stands before the tokens of titles in a column of their own: a title is looked for without going through the long
lists of tokens that summaries have in common with it."""

WORD = re.compile(r"[^\W_]+")
"""A word of letters and digits, in what stands between two runs of characters."""


class _Followers(dict[int, str]):
    """What a character behind another one becomes, by its code point: the end of the token before, and its own."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = f"{character} {character}" if character in FREQUENT else f" {character}"
        return self[code]


_FOLLOWERS = _Followers()


def segment(text: str) -> str:
    """Cut a text for the index: folded, tokens between spaces.

    >>> segment("本文是 CMU 的工作，图网络").replace(BREAK, "|")
    '本文 文是 是 cmu 的工 工作 作 | 图网 网络 络'
    >>> segment("谷歌的论文")
    '谷 歌的 的论 论文 文'
    """
    return cut(fold(text))


def segment_title(segmented: str) -> str:
    """Mark the tokens of a title that is cut already.

    >>> segment_title(segment("图 Nets")).replace(TITLE, "^")
    '^图 ^nets'
    """
    return TITLE + segmented.replace(" ", f" {TITLE}") if segmented else ""


def cut(folded: str) -> str:
    """Cut a text that is folded already."""
    if folded.isascii():
        # No run of characters: nothing parts the words, and marks at the ends of a text part nothing either.
        return " ".join(WORD.findall(folded))
    pieces = CHARACTER_RUN.split(folded)
    # Pieces alternate: what is between runs of characters, a run, and so on.
    pieces[1::2] = [run[0] + run[1:].translate(_FOLLOWERS) for run in pieces[1::2]]
    pieces[0::2] = map(_cut_between, pieces[0::2])
    return "".join(pieces).strip(f" {BREAK}")


def segment_fields(fields: Iterable[str | None]) -> str:
    """Cut several short texts for one column; no phrase reaches from one into the next."""
    return f" {FIELD_END} ".join(_segment_name(field) for field in fields if field)


# Subjects, people and venues come again and again.
_segment_name = lru_cache(maxsize=16_384)(segment)


@lru_cache(maxsize=16_384)
def _cut_between(piece: str) -> str:
    """Cut what stands between two runs of characters: words of letters, or punctuation alone."""
    words = WORD.findall(piece)
    if not words:
        return f" {BREAK} "
    start, end = punctuated_ends(piece, words)
    return f" {f'{BREAK} ' if start else ''}{' '.join(words)}{f' {BREAK}' if end else ''} "


def punctuated_ends(piece: str, words: list[str]) -> tuple[bool, bool]:
    """Whether more than spaces stand before the first of the words of a piece, and after the last.

    Between two Han characters any gap parts. Beside a word of letters only punctuation does, for spaces there are a
    matter of taste: ``BERT 模型`` is ``BERT模型``. Between two words of letters nothing parts: ``self-attention`` is
    ``self attention``.
    """
    return bool(piece[: piece.index(words[0])].strip()), bool(piece[piece.rindex(words[-1]) + len(words[-1]) :].strip())

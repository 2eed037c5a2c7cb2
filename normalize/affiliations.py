"""Reading the institutions of a paper's authors out of the Chinese prose of its summary.

Phrases (``rules/institutions.toml``) say where the institutions stand: 本文是 X 和 Y 发表于 …, 工作来自 X. What stands
there is cut at 、, 和, 与 and the like, and each piece is cut down to the institution: a person or a team goes, a named
laboratory stays. What is no known institution is taken only from phrases that leave no doubt.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import Any, Literal

from normalize.prose import Names, Signs, fold_letters, text_start
from normalize.rules import load_rules
from normalize.text import HAN, clean_text, has_han
from normalize.venues import find_mentions


class _Phrase:
    """A row of the table; its patterns are compiled when they are tried for the first time, for most texts need few."""

    def __init__(self, row: dict[str, Any]) -> None:
        self._row = row
        self.needs: tuple[str, ...] = tuple(row.get("needs", ()))
        self.signs = Signs.of(self.needs)
        self.firm: bool = row["firm"] is True
        self.firm_group: bool = row["firm"] == "group"
        """Firm where the pattern's group "firm" takes part."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return compile_phrase(self._row["pattern"])

    @cached_property
    def tail(self) -> re.Pattern[str] | None:
        return compile_phrase(self._row["tail"]) if "tail" in self._row else None


def compile_phrase(pattern: str) -> re.Pattern[str]:
    """A pattern of ``rules/institutions.toml`` with its fragments put in.

    >>> compile_phrase("{from}{list}，").search("本文来自微软，论文")["list"]
    '微软'
    """
    fragments: dict[str, str] = _rules()["fragment"]
    while (filled := _FRAGMENT.sub(lambda match: fragments[match[1]], pattern)) != pattern:
        pattern = filled
    return re.compile(pattern)


_FRAGMENT = re.compile(r"\{([a-z]+)\}")


def _rules() -> dict[str, Any]:
    return load_rules("institutions")


_Beginning = Literal["list", "word", "any"]
"""Of a phrase that holds only at the very start of a summary: the list or a word that it needs. Of others: any."""


@cache
def _phrases(beginning: _Beginning) -> tuple[_Phrase, ...]:
    return tuple(_Phrase(row) for row in _rules()["phrase"] if _beginning_of(row) == beginning)


def _beginning_of(row: dict[str, Any]) -> _Beginning:
    if not row.get("first", False):
        return "any"
    return "word" if "needs" in row else "list"


@cache
def _first_words() -> tuple[str, ...]:
    return tuple(word for phrase in _phrases("word") for word in phrase.needs)


@cache
def _signs() -> Signs:
    return Signs(word for phrase in _phrases("any") for word in phrase.needs)


@lru_cache(maxsize=1024)
def _phrases_with(signs: frozenset[str]) -> tuple[_Phrase, ...]:
    """Those for which a text has signs, of all that need no certain beginning."""
    return tuple(phrase for phrase in _phrases("any") if not signs.isdisjoint(phrase.signs))


# --- one institution -------------------------------------------------------------------------------------------------


@cache
def _known() -> Names:
    return Names(_rules()["names"])


@cache
def _short_form() -> str:
    """What stands in brackets behind a name: "（MIT）", "（AI2）", "（Face++）", "（深圳）"."""
    return rf"\s?[（(]{_rules()['fragment']['short']}[)）]"


@cache
def _ended() -> re.Pattern[str]:
    """The longest Chinese name that ends as institutions do, with its short form in brackets: 伦敦大学玛丽皇后学院."""
    suffixes = "|".join(sorted(_rules()["suffixes"], key=len, reverse=True))
    letter = f"(?!(?<!自)由|[的了是在把被这])[{HAN}·-]"
    first = f"(?!来自|出自|作者|论文|本文|该文|[那该某各由]){letter}"
    return re.compile(rf"{first}(?:{letter}){{0,23}}(?:{suffixes})(?!部|事业)(?:{_short_form()})?")


@cache
def _latin_ended() -> re.Pattern[str]:
    """A Latin name with a word for an institution: Seoul National University, University of Oxford, Weizmann 研究所."""
    word = "[A-Z][A-Za-zÀ-ÿ.&'-]*"
    body = "(?:University|Université|Universität|Institute|Academy)(?![A-Za-z])"
    field = rf"(?:Sciences?\s+and\s+Technology|{word}(?:\s+{word}){{0,3}})(?:\s+(?:of|at)\s+{word})?"
    of_it = rf"\s+(?:of|for|de|at)\s+(?:the\s+)?{field}"
    han = f"(?:(?![的了是在把被这和与及])[{HAN}]){{0,6}}(?:大学|学院|研究院|研究所|实验室|研究中心)"
    return re.compile(rf"(?:{word}\s+){{1,5}}{body}(?:{of_it})?|{body}{of_it}|{word}(?:\s{word}){{0,2}}\s?{han}")


@cache
def _lab_tail() -> re.Pattern[str]:
    """What may follow an institution as a part of its name: " AI Lab", " AI 研究院", "计算机系", "（MIT）"."""
    words = "|".join(re.escape(word) for word in sorted(_rules()["labs"], key=len, reverse=True))
    latin = rf"(?:{words}|[A-Za-z]*[A-Z][A-Za-z]*[A-Z][A-Za-z]*)(?![A-Za-z0-9])"
    suffixes = "|".join(sorted(_rules()["suffixes"], key=len, reverse=True))
    return re.compile(
        rf"{_short_form()}|[{HAN}]{{2,10}}系(?=$|[^统{HAN}])"
        rf"|(?:\s*{latin})+(?:\s*(?:[{HAN}]{{0,6}}(?:{suffixes})))?"
        rf"|\s*[{HAN}]{{0,12}}(?:(?:{suffixes})$|(?:研究院|研究所|研究中心|实验室)(?:{_short_form()})?)"
    )


@cache
def _never() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in _rules()["never"]))


# A person, a group of persons: "孙栩老师组", "Tan 等人", "小冰团队".
_PEOPLE = re.compile("老师|教授|博士|院士|大神|大牛|同学|先生|女士|等人|课题组|研究组|小组|组$|组的|团队|实验组")
_TEAM_END = re.compile(r"\s*(?:的)?(?:研究|技术|算法|开发)?(?:团队|等)$")
# "百度 NLP 团队": a team of a field, no laboratory with a name.
_FIELD_TEAM = re.compile(r"\s*(?:AI|NLP|ML|CV)\s*(?:团队|小组|组)")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9.+&!'-]*")


def institution_in(text: str, *, firm: bool, among: bool = False) -> str | None:
    """The institution that a piece of a list names; ``None`` where it names none.

    :param firm: an unknown name is taken as one, unless it looks like a person.
    :param among: it stands in a list with a known institution, where persons do not stand.

    >>> institution_in("北京大学孙栩老师组", firm=False)
    '北京大学'
    >>> institution_in("Foobar Labs 团队", firm=True), institution_in("Foo Bar", firm=True)
    ('Foobar Labs', None)
    """
    piece = text.partition("的")[0].strip(" “”\"'《》")
    piece = piece[_epithet_end(piece, firm=firm) :]
    head = _head_end(piece)
    if head:
        return piece[:head]
    return _unknown(piece, among=among) if firm else None


# "自动驾驶公司 Waymo", "电商巨头阿里巴巴", "韩国 KAIST"
_EPITHET = re.compile(
    f"[{HAN}]{{0,8}}(?:公司|巨头|独角兽)\\s*|(?:[{HAN}]国|以色列|加拿大|日本|新加坡|瑞士|香港|台湾)\\s*(?=[A-Z])"
)


@lru_cache(maxsize=4096)
def _epithet_end(piece: str, *, firm: bool) -> int:
    """Where the name begins behind a word for the kind of company; 0 where there is none: 微软公司亚洲研究院."""
    epithet = _EPITHET.match(piece)
    if epithet is None or _known().end_at(piece):
        return 0
    name = piece[epithet.end() :]
    return epithet.end() if _head_end(name) or (firm and _unknown(name, among=False)) else 0


@lru_cache(maxsize=4096)
def _head_end(piece: str) -> int:
    """Where the institution ends with which a piece begins; 0 where it begins with none."""
    known, ended = _known().end_at(piece), _ended().match(piece) or _latin_ended().match(piece)
    if not known and ended is None:
        return 0
    people = _PEOPLE.search(piece)
    if ended is not None and people is not None and people.start() < ended.end():
        ended = _ended().match(piece, 0, people.start())
    if ended is not None and not known and _never().match(piece):
        ended = None
    end = max(known, ended.end() if ended else 0)
    if end in (0, len(piece)) or _FIELD_TEAM.match(piece, end):
        return end
    tail = _lab_tail().match(piece, end)
    if tail is None or (people is not None and people.start() < tail.end()):
        return end
    # "阿里 AAAI 2019 的论文"
    return end if any(find_mentions(piece[end : tail.end()])) else tail.end()


def _unknown(piece: str, *, among: bool) -> str | None:
    name = _TEAM_END.sub("", piece)
    if not name or _PEOPLE.search(name) or _never().search(name) or any(find_mentions(name)):
        return None
    if name.isascii():
        return name if _is_latin_name(name, among=among) else None
    team = name != piece
    return name if _is_han_name(name, least=4 if team else 2) else None


def _is_latin_name(name: str, *, among: bool) -> bool:
    """One word with a capital, or several with a word like Research: two capitalised words alone are a person."""
    words = name.split()
    if not all(_TOKEN.fullmatch(word) for word in words) or not name[0].isupper():
        return False
    if any(word in _rules()["persons"] for word in words):
        return False
    if len(words) == 1 or (among and len(words) <= 4 and all(word[0].isupper() for word in words)):
        return True
    return len(words) <= 5 and any(word in _rules()["bodies"] for word in words)


_LONGEST_HAN_NAME = 10
_NO_NAME_LETTERS = re.compile("[的了是在把被这那该某一不也都很最更为以于对]")


def _is_han_name(name: str, *, least: int) -> bool:
    if (
        not least <= len(name) <= _LONGEST_HAN_NAME
        or not all(map(has_han, name))
        or name in _rules()["suffixes"]
        or name.endswith(tuple(_rules()["fields"]))
        or _NO_NAME_LETTERS.search(name)
    ):
        return False
    return len(name) > 3 or name[0] not in _rules()["surnames"]


# --- lists of them ---------------------------------------------------------------------------------------------------

_HARD = re.compile(r"\s*(?:、|(?<!University of California),|&(?<!\bA&)(?<!CAD&)|;|以及)\s*")
_SOFT = re.compile(r"\s*(?:(?<![协呼])和|与|及|联合(?!实验室|研究|创新|培养)|携手|/|\band\b)\s*")
_HARD_OR_SOFT = re.compile(r"[、,&;和与及/]|联合|携手|and")


@cache
def _department() -> re.Pattern[str]:
    return re.compile(f"[{HAN}]{{1,12}}(?:中心|实验室|研究所|研究院|学院|系|组|部)")


def _pieces(text: str, start: int) -> Iterator[tuple[int, str]]:
    """The members of a list, each with its place: 清华大学、微软和 CMU."""
    for begin, piece in _split(_HARD, text, start):
        merged: list[tuple[int, str]] = []
        for place, part in _split(_SOFT, piece, begin):
            first = merged[-1][0] if merged else place
            whole = piece[first - begin : place - begin + len(part)]
            if merged and _continues(merged[-1][1], part, whole):
                merged[-1] = (first, whole)
            else:
                merged.append((place, part))
        yield from merged


def _split(pattern: re.Pattern[str], text: str, start: int) -> Iterator[tuple[int, str]]:
    place = 0
    for match in pattern.finditer(text):
        yield start + place, text[place : match.start()]
        place = match.end()
    yield start + place, text[place:]


# "上海脑科学|与|类脑研究中心", "美国国家标准|与|技术研究院"
_FIELD_ENDS = ("学", "标准", "信息", "控制", "电子", "经济", "工程")


def _continues(left: str, right: str, whole: str) -> bool:
    """Whether 与 belongs to the name: 中国科学院自动化所智能感知|计算中心, not 清华大学|微软研究院."""
    if _known().end_at(whole.lstrip()) > len(left.strip()):
        return True
    if right.startswith("Technology") and _head_end(whole.strip()) > len(left.strip()):
        return True
    head = _head_end(left.strip())
    rest = left.strip()[head:]
    if not head and left.strip().endswith(_FIELD_ENDS) and _department().match(right):
        return True
    if not head or not rest or _PEOPLE.search(rest) or not rest[0].isalpha() or rest.isascii():
        return False
    return not _known().end_at(right) and _department().match(right) is not None


# A venue in front of an institution: "ICLR 2018 上 Google 的工作".
_VENUE_LEAD = re.compile(r"[A-Z][A-Za-z]+[\s'-]?[0-9]{2,4}\s*(?:年)?(?:上|中|的|里)?\s*")


def _institutions(text: str, start: int, *, firm: bool) -> Iterator[tuple[int, int]]:
    """Place of each institution in a list that starts at a place of the whole text."""
    lead = _VENUE_LEAD.match(text)
    if lead is not None and _head_end(text[lead.end() :]):
        text, start = text[lead.end() :], start + lead.end()
    pieces = list(_pieces(text, start)) if _HARD_OR_SOFT.search(text) else [(start, text)]
    # One known member vouches for the others: "中山大学和 CVTE".
    among = any(map(_head_end, [piece.strip() for _, piece in pieces]))
    for place, piece in pieces:
        name = institution_in(piece, firm=firm or among, among=firm and among)
        if name is not None:
            begin = place + piece.index(name)
            yield begin, begin + len(name)


# --- the summary -----------------------------------------------------------------------------------------------------


def find_affiliations(summary: str) -> tuple[str, ...]:
    """The institutions that the summary gives for the authors, spelling as printed, in order, without repetition.

    >>> find_affiliations("本文是北京大学孙栩老师组和微软亚洲研究院发表在 AAAI 2019 上的工作。")
    ('北京大学', '微软亚洲研究院')
    >>> find_affiliations("本文来自 arXiv，作者来自自动化所和地平线。")
    ('自动化所', '地平线')
    """
    text = fold_letters(summary)
    lists: dict[tuple[int, str], bool] = {}
    for begin, listed, firm in _lists(text, text_start(text)):
        lists[begin, listed] = firm or lists.get((begin, listed), False)
    if not lists:
        return ()
    places = {place for (begin, listed), firm in lists.items() for place in _institutions(listed, begin, firm=firm)}
    return tuple(dict.fromkeys(clean_text(summary[begin:end]) for begin, end in _apart(places)))


_LONGEST_NAME = 40


@cache
def _names_and_suffixes() -> Names:
    return Names((*_rules()["names"], *_rules()["suffixes"], "University", "Institute"))


def _lists(text: str, start: int) -> Iterator[tuple[int, str, bool]]:
    """Place and text of each list of institutions, and whether unknown names in it are some."""
    for phrase, match in _matches(text, start):
        firm = match["firm"] is not None if phrase.firm_group else phrase.firm
        yield match.start("list"), match["list"], firm
        if match.end() == match.end("list"):
            yield from _prolonged(text, match.end())


_NEXT_CLAUSE = re.compile(
    r"[，,]\s*(?!论文|本文|文章|作者|提出|主要|[该这其被])([^，。；：！？,;:\n（）()]{2,40})(?=[，。；,\n]|$)"
)


def _prolonged(text: str, stop: int) -> Iterator[tuple[int, str, bool]]:
    """Clauses behind a list that are nothing but institutions: 来自清华大学，北京大学和微软。"""
    clause = _NEXT_CLAUSE.match(text, stop)
    while clause is not None and all(
        _head_end(piece.strip()) == len(piece.strip()) for _, piece in _pieces(clause[1], 0)
    ):
        yield clause.start(1), clause[1], False
        clause = _NEXT_CLAUSE.match(text, clause.end())


def _matches(text: str, start: int) -> Iterator[tuple[_Phrase, re.Match[str]]]:
    first = _phrases("list") if _head_end(text[start : start + _LONGEST_NAME].lstrip()) else ()
    if text.startswith(_first_words(), start):
        first += _phrases("word")
    for phrase in first:
        match = phrase.pattern.match(text, start)
        if match is not None:
            yield phrase, match
    signs = _signs().found_in(text)
    for phrase in _phrases_with(signs) if signs else ():
        begins = phrase.pattern.finditer(text, start) if phrase.tail is None else _from_clauses(phrase, text, start)
        for match in begins:
            yield phrase, match


def _from_clauses(phrase: _Phrase, text: str, start: int) -> Iterator[re.Match[str]]:
    """Matches from the beginning of clauses that end in the phrase's tail and name what may be an institution."""
    for tail in phrase.tail.finditer(text, start) if phrase.tail is not None else ():
        stop = tail.start()
        begin = max([text.rfind(mark, start, stop) for mark in "，。；！：|\n"]) + 1 or start
        if _names_and_suffixes().stand_in(text, begin, stop):
            match = phrase.pattern.match(text, begin)
            if match is not None:
                yield match


def _apart(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of places that overlap the first and longest."""
    stop = -1
    for begin, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if begin >= stop:
            yield begin, end
            stop = end

"""What a single line is. Every recogniser looks at one line's text and marks, never at its neighbours."""

import re
from collections.abc import Sequence
from functools import cache, partial

from crawler.pages.lines import PLAIN, Line, LineBuilder, Markup
from normalize.labels import Label, clean_label, find_label
from normalize.rules import load_rules
from normalize.text import HAN

# @lizhongyang2011 推荐 | @vimjian推荐 | @机器之心 推荐 | @993917172 推荐
_NAME = r"[^@＠，。；：、！？,;!?\s][^@＠，。；：、！？,;!?]{0,40}?"
_RECOMMENDER = re.compile(rf"[@＠]{{1,2}}\s?(?P<name>{_NAME}(?:\s?[、，,&和/]?\s?[@＠]\s?{_NAME})*)\s?推\s?荐\s?[：:]?")
# 推荐人：@zhkun
_RECOMMENDER_FIELD = re.compile(r"推荐人\s?[：:丨|]\s?[@＠]?\s?(?P<name>[^\s@＠，。；、]{1,40})")
_TAG = re.compile(r"[#＃]\s?(?P<tag>[^#＃\s][^#＃]{0,79})")
_TAG_SIGNS = frozenset("#＃")
_BARE_TAG = re.compile(rf"[A-Za-z0-9{HAN}][A-Za-z0-9{HAN} &/+\-()']{{0,59}}")
_PROSE_STOP = re.compile(r"[。；！？，;!?]")
# [ 自然语言处理 ] | // 计算机视觉 // | 【机器学习】
_SECTION = re.compile(
    r"(?:[\[［]\s?(?P<a>[^\[\]［］]{1,24}?)\s?[\]］]|【\s?(?P<b>[^【】]{1,24}?)\s?】|//\s?(?P<c>[^/]{1,24}?)\s?//)"
)
_SECTION_SIGNS = frozenset("[［【/")
_SERIES_END = "篇文章"
# 01 | No.3 | TOP 2 | 4.
_NUMBER = re.compile(r"(?:No\.?|TOP|#)?\s?[0-9]{1,2}\s?[.、．]?", re.IGNORECASE)
_PAST_SIGNS = " #＃▼▽▲△👇🔍"
_CAPTION_SIGNS = frozenset("▲△▴")
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)
_BARE_ADDRESS = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:com|org|net|edu|io|cn|site|ai|gov|ac\.[a-z]{2})(?:/[!-~]*)?", re.IGNORECASE
)
_BETWEEN_LABELS = re.compile(r"[\s|丨｜/,，、：:·■\[\]【】]*")
_BETWEEN_ADDRESSES = re.compile(r"[\s、，；]+")
_ADDRESS_END = ".,;:)]}>'\""
_SENTENCE_END = "。；;，,"
# ■ 链接 | https://… ; 论文标题：…
_FIELD = re.compile(r"[■▪◆●]\s?(?P<label>[^|丨｜：:\s][^|丨｜：:]{0,9}?)\s?(?:[|丨｜：:]\s?(?P<rest>.*))?")
_INLINE_LABEL = re.compile(r"(?P<label>[^：:|丨｜，。]{1,12}?)\s?[：:|丨｜]\s?(?P<rest>.+)")
# 论文链接 https://… ; 源码链接https://… : the break between the two got lost.
_GLUED_LABEL = re.compile(r"(?P<label>[^：:|丨｜，。/]{2,12}?)\s?(?P<rest>https?://.+)", re.IGNORECASE)
_LABEL_END = re.compile(r"[：:|丨｜]")
_LONGEST_HEAD = 14
"""Characters of a line among which its label's end must be, by either of these two patterns."""
_LONGEST_LABEL = 16
"""Of a label that is a whole line."""


@cache
def patterns(table: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a table of ``rules/marks.toml``: ``tail``, ``past``, ``series``, ``title_series``."""
    return tuple(
        re.compile(row["pattern"].replace("{han}", f"[{HAN}]").replace("{HAN}", HAN))
        for row in load_rules("marks")[table]
    )


def _any_of(table: str) -> re.Pattern[str]:
    """The patterns of a table as one, for tables without groups."""
    # Without brackets round each: a branch that begins with a letter is then left out by a glance at the line's first.
    return re.compile("|".join(pattern.pattern for pattern in patterns(table)))


_tail = cache(partial(_any_of, "tail"))
_past = cache(partial(_any_of, "past"))


def recommender(line: Line) -> str | None:
    """Name in a recommender's line.

    >>> recommender(Line("@lukepan 推荐"))
    'lukepan'
    """
    text = line.text
    if "荐" not in text or len(text) > 60:
        return None
    found = _RECOMMENDER.fullmatch(text) or _RECOMMENDER_FIELD.fullmatch(text)
    return found["name"].strip() if found else None


def recommenders(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """Where recommenders' lines are, and the name in each."""
    # One line of ten has the letter: the others are worth no call.
    likely = [at for at, line in enumerate(lines) if "荐" in line.text]
    return [(at, name) for at in likely if (name := recommender(lines[at])) is not None]


def tags(lines: Sequence[Line]) -> list[int]:
    """Where lines are that have a tag."""
    likely = [at for at, line in enumerate(lines) if line.text[:1] in _TAG_SIGNS or line.heading]
    return [at for at in likely if tag(lines[at]) is not None]


def tag(line: Line) -> str | None:
    """Tag of a line that begins with ``#``, or of a heading (``# Tag`` in Markdown).

    >>> tag(Line("#Neural Machine Translation"))
    'Neural Machine Translation'
    """
    text = line.text
    if line.heading and len(text) <= 80 and not _PROSE_STOP.search(text):
        return text.lstrip("#＃ ") or None
    found = _TAG.fullmatch(text) if text[:1] in _TAG_SIGNS else None
    return found["tag"].strip() if found else None


def bare_tag(line: Line) -> str | None:
    """A short line without any punctuation of prose, which right after a recommender is a tag without its ``#``."""
    text = line.text
    if line.has_links or _PROSE_STOP.search(text) or not _BARE_TAG.fullmatch(text):
        return None
    return text if find_label(text) is None and len(text.split()) <= 7 else None


def section(line: Line) -> str | None:
    """Name of a section line.

    >>> section(Line("[ 自然语言处理 ]")), section(Line("// 机器学习 //"))
    ('自然语言处理', '机器学习')
    """
    text = line.text
    if text[:1] not in _SECTION_SIGNS or line.has_links:
        return None
    found = _SECTION.fullmatch(text)
    return (found["a"] or found["b"] or found["c"]).strip() if found else None


def split_number_line(line: Line) -> list[Line]:
    """``这是 PaperDaily 的第 17 篇文章[ 自然语言处理 ]`` as the lines that it is, whatever the second one is."""
    if _SERIES_END not in line.text or not names_series(line):
        return [line]
    builder = LineBuilder()
    is_head = True
    for run in line.runs:
        markup = Markup(run.bold, run.href)
        head, end, rest = run.text.partition(_SERIES_END) if is_head else (run.text, "", "")
        builder.split_run()
        if run.image is not None:
            builder.add_image(run.image)
        else:
            builder.add_text(head + end, markup)
        if end:
            is_head = False
            builder.break_line(PLAIN)
            builder.add_text(rest.lstrip("。"), markup)
    return builder.finish()


def is_number(line: Line) -> bool:
    """The line is the number of a paper, where no badge shows it."""
    return 0 < len(line.text) < 8 and _NUMBER.fullmatch(line.text) is not None


def is_caption(line: Line) -> bool:
    """``▲论文模型：点击查看大图`` and other captions."""
    return line.text[:1] in _CAPTION_SIGNS


def is_tail(line: Line) -> bool:
    """The line begins the tail, or an advertisement."""
    return 0 < len(line.text) < 400 and _tail().match(line.text) is not None


def names_series(line: Line) -> bool:
    """The line says which issue of a series the post is."""
    return any(pattern.search(line.text) for pattern in patterns("series"))


def heads_past_posts(line: Line) -> bool:
    """The line heads the list of past posts."""
    text = line.text
    if not 0 < len(text) < 60:
        return False
    if text[0] in _PAST_SIGNS:
        text = text.strip(_PAST_SIGNS)
    if text[1:2] == " ":
        text = text.replace(" ", "")
    return _past().match(text) is not None


def label(line: Line) -> tuple[str, Label] | None:
    """The label that a whole line is: its text without marks, and what it means."""
    text = line.text
    if len(text) > _LONGEST_LABEL:
        return None
    found = find_label(text)
    return (clean_label(text), found) if found else None


def unknown_label(line: Line) -> str | None:
    """A few words that may be a label of no table: ``补充材料``. Among links they are one, if an address follows."""
    text = line.text
    if len(text) > _LONGEST_LABEL or line.has_links or _PROSE_STOP.search(text):
        return None
    label = clean_label(text)
    return label if label and not _LABEL_END.search(label) else None


def inline_label(line: Line) -> list[tuple[str, str]]:
    """``论文链接：https://…`` or ``论文详细解读：`` with a linked title: the label with each address behind it.

    >>> inline_label(Line("论文链接https://a.org/1"))
    [('论文链接', 'https://a.org/1')]
    """
    text = line.text
    if _LABEL_END.search(text, 0, _LONGEST_HEAD) is None:
        return []
    glued = _GLUED_LABEL.fullmatch(text)
    found = glued or _FIELD.fullmatch(text) or _INLINE_LABEL.fullmatch(text)
    meaning = find_label(found["label"]) if found is not None and found["rest"] else None
    # "可以在这里下载 https://…" is prose: without a mark behind it, a label must be one of the table.
    if found is None or meaning is None or (glued and meaning.role == "other"):
        return []
    rest = addresses(_without_prefix(line, found.start("rest")))
    return [(clean_label(found["label"]), address) for address in rest]


def field(line: Line) -> tuple[str, str, list[str]] | None:
    """``■ 链接 | https://…``: the label, what follows it, and the addresses in that.

    >>> field(Line("■ 作者 |Yingjing Lu"))
    ('作者', 'Yingjing Lu', [])
    """
    found = _FIELD.fullmatch(line.text) if line.text and line.text[0] in "■▪◆●" else None
    if found is None:
        return None
    rest = (found["rest"] or "").strip()
    return clean_label(found["label"]), rest, addresses(_without_prefix(line, found.start("rest"))) if rest else []


def _without_prefix(line: Line, length: int) -> Line:
    """The line from that character of its text on; its links are kept, as none stands in a label."""
    return line._replace(text=line.text[length:], runs=tuple(run for run in line.runs if run.href is not None))


def linked_labels(line: Line) -> list[tuple[str, str]]:
    """Labels that are links themselves, one or several on a line: ``[论文链接](…) | [代码链接](…)``."""
    if not line.has_links:
        return []
    links = [(text, href) for text, href in line.links if text]
    if not links or not _BETWEEN_LABELS.fullmatch(line.text_outside_links):
        return []
    return [(clean_label(text), href) for text, href in links] if all(find_label(text) for text, _ in links) else []


def shows_address(line: Line) -> bool:
    """Whether an address can be read somewhere in the line."""
    return _ADDRESS.search(line.text) is not None


def is_mere_text(line: Line) -> bool:
    """The line can be seen to have neither a label nor a link, as most of a summary's: there is nothing to look for."""
    text = line.text
    return len(text) > _LONGEST_LABEL and not line.has_links and _LABEL_END.search(text, 0, _LONGEST_HEAD) is None


def is_printed_address(line: Line) -> bool:
    """The line is one printed address and nothing else: what stands under most labels, and is no label itself."""
    text = line.text
    return "." in text and _ADDRESS.fullmatch(text) is not None and not line.has_links


def printed_addresses(line: Line) -> list[str]:
    """Addresses that the line shows, wherever its links lead: a linked title has none."""
    return addresses(line._replace(runs=())) if line.has_links else addresses(line)


def addresses(line: Line) -> list[str]:
    """Addresses of a line that holds nothing else; empty where it is prose, a title, or has no address.

    A linked title gives the address behind it; a linked address is given as printed.

    >>> addresses(Line("https://github.com/XiaohangZhan/cdp/"))
    ['https://github.com/XiaohangZhan/cdp/']
    """
    links = [(text, href) for text, href in line.links if text] if line.has_links else []
    if links:
        inside = sum(len(text) for text, _ in links)
        if len(line.text) - inside > 12:
            return []
        return [text if _is_address(text) else href for text, href in links]
    if "." not in line.text:
        return []
    if _ADDRESS.fullmatch(line.text):
        return [line.text]  # as most that have one
    tokens = [token for token in _BETWEEN_ADDRESSES.split(line.text) if token]
    if tokens and all(_is_address(token) for token in tokens):
        return [token.rstrip(_ADDRESS_END) if len(tokens) > 1 else token for token in tokens]
    found = _ADDRESS.findall(line.text)
    rest = _ADDRESS.sub("", line.text)
    if found and len(rest) <= 20 and (not rest.strip(_SENTENCE_END) or not _PROSE_STOP.search(rest)):
        return [address.rstrip(_ADDRESS_END) for address in found]
    return []


def _is_address(text: str) -> bool:
    return (_ADDRESS.fullmatch(text) or _BARE_ADDRESS.fullmatch(text)) is not None

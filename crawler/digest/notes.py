"""Notes and collections: papers introduced by fields instead of a recommender.

``■ 论文 | Title`` / ``■ 链接 | address`` / ``■ 源码 | address`` (2017-19), ``论文标题：`` / title / ``论文链接：`` /
address (2025-26). Neighbouring fields are a group, a group is a paper. One group or a few are a note, whose summary is
the lead; many groups, or groups under headings of their own, are a collection, where each has its own prose.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from crawler.digest import marks
from crawler.digest.prose import paragraphs_of
from crawler.pages.lines import Line
from normalize.labels import find_label
from normalize.model import Entry, Image, Kind, Link, Problem

_TITLE_FIELDS = frozenset(("论文", "论文标题", "论文题目", "论文名称", "标题", "题目", "Paper", "Title"))
_FIRM_TITLE_FIELD = re.compile(r"(?P<label>论文标题|论文题目|论文名称|Paper\s?Title)\s?[：:丨|]?\s?(?P<rest>.*)", re.I)
_LEAD = re.compile(r"本期推荐的论文笔记来自")
_LEAD_END = re.compile(r"如果你对(?:本文|这篇)?工作感兴趣|如果你对本文")
_LEAD_USER = re.compile(r"社区用户\s?[@＠]\s?(?P<name>[^\s@＠，。；、,;]{1,40})")
# 作者丨苏剑林 ; 学校丨… ; 研究方向丨… : who wrote the note, not the paper.
_WRITER = re.compile(r"(?:#\s?)?(?:作者|学校|单位|研究方向|个人主页|知乎专栏|关于作者|来源)\s?[丨|｜：:]")
_LONGEST_NOTE = 3


@dataclass(slots=True)
class Group:
    """The fields of one paper."""

    start: int
    end: int = 0
    """First line after the last field."""
    title: str | None = None
    title_image: str | None = None
    heading: str | None = None
    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find_groups(lines: Sequence[Line]) -> list[Group]:
    """All groups of fields of a post, in order."""
    groups: list[Group] = []
    at = 0
    while at < len(lines) and not marks.is_tail(lines[at]):
        reader = _GroupReader(lines, at)
        if reader.read():
            groups.append(reader.group)
            at = reader.group.end
        else:
            at += 1
    for group, floor in zip(groups, [0, *(group.end for group in groups)], strict=False):
        _read_above(group, lines, floor)
    return [group for group in groups if group.title or group.links]


class _GroupReader:
    """Reads neighbouring fields from a line on."""

    def __init__(self, lines: Sequence[Line], start: int) -> None:
        self._lines = lines
        self._at = start
        self.group = Group(start)

    def read(self) -> bool:
        """Whether the line begins a group; the group is then complete."""
        while self._at < len(self._lines) and self._take():
            pass
        self.group.end = self._at
        return self._at > self.group.start

    def _take(self) -> bool:
        line = self._lines[self._at]
        found = marks.field(line)
        if found is not None:
            return self._take_field(*found)
        firm = _FIRM_TITLE_FIELD.fullmatch(line.text)
        if firm is not None:
            return self._take_title(firm["rest"])
        return self._take_plain_label(line) if self.group.title else False

    def _take_field(self, label: str, rest: str, addresses: list[str]) -> bool:
        """A line that begins with ``■``. Names of people and what is not known are claimed and left out."""
        if label in _TITLE_FIELDS and not addresses:
            return self._take_title(rest)
        self._at += 1
        if find_label(label) is not None:
            if not addresses and self._at < len(self._lines):
                addresses = marks.addresses(self._lines[self._at]) if not rest else []
                self._at += bool(addresses)
            # "■ 解读 | 王旦龙，浙江大学硕士" names a person: claimed, and no link.
            if addresses or not rest:
                self._add_links(label, addresses)
        return True

    def _take_title(self, rest: str) -> bool:
        if self.group.title is not None:
            # The next paper's fields follow without a line between.
            return False
        self._at += 1
        if not rest and self._at < len(self._lines) and self._lines[self._at].text:
            rest = self._lines[self._at].text
            self._at += 1
        self.group.title = rest or None
        return True

    def _take_plain_label(self, line: Line) -> bool:
        """``论文链接：`` with its address behind it or below, in groups that a title field began."""
        inline = marks.inline_label(line)
        if inline is not None:
            self._at += 1
            self._add_links(inline[0], inline[1])
            return True
        whole = marks.label(line)
        below = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else None
        addresses = marks.addresses(below) if whole and below is not None else []
        if whole is None or not addresses:
            return False
        self._at += 2
        self._add_links(whole[0], addresses)
        return True

    def _add_links(self, label: str, addresses: list[str]) -> None:
        self.group.links += [Link(label=label, url_raw=address) for address in addresses]
        if not addresses:
            problem = Problem(code="missing_link", message=f"The label {label} has no address.", line=label)
            self.group.problems.append(problem)


def _read_above(group: Group, lines: Sequence[Line], floor: int) -> None:
    """A picture right above fields without a title is the title; a heading above that is the section."""
    at = group.start - 1
    if group.title is None and at >= floor and lines[at].image is not None:
        group.title_image = lines[at].image
        at -= 1
    if at >= floor and lines[at].heading and not _WRITER.match(lines[at].text):
        group.heading = lines[at].text
        at -= 1
    group.start = at + 1


def kind_of(groups: Sequence[Group]) -> Kind:
    """``note`` for one paper or a few, ``list`` for a collection: of many, or of papers whose titles are pictures."""
    has_picture_titles = len(groups) > 1 and any(group.title_image is not None for group in groups)
    return "list" if len(groups) > _LONGEST_NOTE or has_picture_titles else "note"


def read_notes(lines: Sequence[Line], groups: Sequence[Group], kind: Kind) -> tuple[list[Entry], list[Problem]]:
    """Entries of a note or of a collection."""
    ends = [*(group.start for group in groups[1:]), _tail_start(lines, groups[-1].end)]
    lead = _lead(lines, groups[0].start) if kind == "note" else []
    named = _LEAD_USER.search(" ".join(lead))
    section: str | None = None
    entries: list[Entry] = []
    problems: list[Problem] = []
    for position, (group, end) in enumerate(zip(groups, ends, strict=True), start=1):
        section = group.heading or section
        body = lines[group.end : max(end, group.end)]
        entry = Entry(
            position=position,
            section=section if kind == "list" else None,
            title_raw=group.title,
            recommender=named["name"] if named else None,
            tag=None,
            summary="\n\n".join(lead if kind == "note" else _prose(body)),
            links=tuple(group.links),
            images=tuple(_images(group, body)),
        )
        entries.append(entry)
        problems += _problems(entry, group)
    return entries, problems


def _problems(entry: Entry, group: Group) -> Iterator[Problem]:
    for problem in group.problems:
        yield Problem(code=problem.code, message=problem.message, position=entry.position, line=problem.line)
    if entry.title_raw is None and group.title_image is None:
        yield Problem(code="no_title", message="No title stands with these fields.", position=entry.position)
    if not entry.links:
        yield Problem(code="no_link", message="The paper has no link.", position=entry.position)


def _tail_start(lines: Sequence[Line], start: int) -> int:
    marked = (at for at in range(start, len(lines)) if marks.is_tail(lines[at]) or marks.heads_past_posts(lines[at]))
    return next(marked, len(lines))


def _images(group: Group, body: Sequence[Line]) -> Iterator[Image]:
    if group.title_image is not None:
        yield Image(role="title", url_raw=group.title_image)
    for line in body:
        for address in [line.image] if line.image is not None else line.inline_images:
            yield Image(role="figure", url_raw=address)


def _prose(body: Sequence[Line]) -> list[str]:
    return paragraphs_of(line for line in body if line.text and not line.heading and not marks.is_caption(line))


def _lead(lines: Sequence[Line], end: int) -> list[str]:
    """The lead of a note: from its standing opening to the call to read the paper, or to the first heading.

    Notes since 2018-09 name their writer instead (``作者丨…``); there the lead is the prose between that and the
    fields.
    """
    start = next((at for at, line in enumerate(lines[:end]) if _LEAD.search(line.text)), None)
    if start is None:
        writer = [at for at, line in enumerate(lines[:end]) if _WRITER.match(line.text)]
        start = writer[-1] + 1 if writer else end
    lead = takewhile(_is_lead, lines[start:end])
    return paragraphs_of(line for line in lead if line.text and not marks.is_caption(line))


def _is_lead(line: Line) -> bool:
    return not line.heading and not _LEAD_END.search(line.text) and marks.field(line) is None

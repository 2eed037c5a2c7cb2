"""Notes and collections: papers introduced by fields instead of a recommender.

``■ 论文 | Title`` / ``■ 链接 | address`` / ``■ 源码 | address`` (2017-19), ``论文标题：`` / title / ``论文链接：`` /
address (2025-26). Neighbouring fields are a group, a group is a paper. One group or a few are a note, whose summary is
the lead; many groups, or groups under headings of their own, are a collection, where each has its own prose.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from crawler.digest import marks
from crawler.digest.prose import paragraphs_of
from crawler.pages.lines import Line, joined_bold_text
from normalize.labels import find_label, is_detail
from normalize.model import Entry, Image, Kind, Link, Problem
from normalize.text import has_han

_TITLE_FIELDS = frozenset(("论文", "论文标题", "论文题目", "论文名称", "标题", "题目", "Paper", "Title"))
_FIRM_TITLE_FIELD = re.compile(
    r"(?:论文标题|论文题目|论文名称|Paper\s?Title)\s?(?:[：:丨|｜]\s?(?P<rest>.*))?", re.IGNORECASE
)
_LEAD = re.compile(r"本期推荐的论文(?:笔记|解读)?来自")
_LEAD_END = re.compile(r"如果你对(?:本文|这篇)?工作感兴趣|如果你对本文|关于作者\s?[：:丨|｜]")
_LEAD_USER = re.compile(r"社区用户\s?[@＠]\s?(?P<name>[^\s@＠，。；、,;]{1,40})")
# 作者丨苏剑林 ; 学校丨… ; 研究方向丨… ; ©PaperWeekly 原创 · 作者｜… : who wrote the note, not the paper.
_WRITER = re.compile(
    r"(?:[#©]?\s?(?:PaperWeekly\s?)?(?:原创)?\s?[·•]?\s?)"
    r"(?:作者|学校|单位|研究方向|个人主页|知乎专栏|关于作者|来源|编辑)\s?[丨|｜：:]"
)
_MARK = re.compile(r"\s?[：:丨|｜]\s?")
_NUMBER_END = re.compile(r"\s?[0-9一二三四五六七八九十]{1,2}\Z")
_FIELD_MARK = "■"
_LONGEST_NOTE = 3
_LONGEST_HEADING = 40


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

    @property
    def has_title(self) -> bool:
        """As text or as a picture."""
        return self.title is not None or self.title_image is not None


def find_groups(lines: Sequence[Line]) -> list[Group]:
    """All groups of fields of a post, in order."""
    groups: list[Group] = []
    at = 0
    while at < len(lines) and not marks.is_tail(lines[at]):
        reader = _GroupReader(lines, at)
        if reader.read():
            _read_above(reader.group, lines, groups[-1].end if groups else 0, marked=lines[at].text[0] == _FIELD_MARK)
            if reader.group.has_title or (reader.group.links and lines[at].text[0] == _FIELD_MARK):
                groups.append(reader.group)
            at = reader.group.end
        else:
            at += 1
    return groups


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
            return self._take_title(firm["rest"] or "")
        return self.group.has_title and (self._take_plain_label(line) or self._take_detail(line))

    def _take_field(self, label: str, rest: str, addresses: list[str]) -> bool:
        """A line that begins with ``■``. Names of people and what is not known are claimed and left out."""
        if _NUMBER_END.sub("", label) in _TITLE_FIELDS and not any(address in rest for address in addresses):
            if not self._take_title(rest):
                return False
            if addresses:  # of a title that is a link
                self._add_links(label, addresses)
            return True
        self._at += 1
        if addresses or find_label(label) is not None:
            if not addresses and self._at < len(self._lines):
                addresses = marks.addresses(self._lines[self._at]) if not rest else []
                self._at += bool(addresses)
            # "■ 解读 | 王旦龙，浙江大学硕士" names a person: claimed, and no link.
            if addresses or not rest:
                self._add_links(label, addresses)
            if addresses:
                self._take_further_addresses(label)
        return True

    def _take_title(self, rest: str) -> bool:
        if self.group.has_title:
            # The next paper's fields follow without a line between.
            return False
        self._at += 1
        if rest:
            self.group.title = rest
            self._take_second_line()
        elif self._at < len(self._lines) and not self._begins_field(self._at):
            self._take_title_below()
        return True

    def _take_title_below(self) -> None:
        """The title stands under its label: a picture, or text of one line, or of two."""
        first = self._lines[self._at]
        self._at += 1
        if first.image is not None:
            self.group.title_image = first.image
            return
        self.group.title = joined_bold_text(first)
        self._take_second_line()

    def _take_second_line(self) -> None:
        """A title may go on below, if a field follows there."""
        second = self._lines[self._at] if self._at < len(self._lines) else None
        if second is None or not second.text or has_han(second.text) or self._begins_field(self._at):
            return
        if self._at + 1 < len(self._lines) and self._begins_field(self._at + 1):
            self.group.title = f"{self.group.title} {joined_bold_text(second)}"
            self._at += 1

    def _begins_field(self, at: int) -> bool:
        """Whether the line is a field, or the label of one."""
        line = self._lines[at]
        head = _MARK.split(line.text, maxsplit=1)[0]
        is_label = marks.label(line) is not None or bool(marks.inline_label(line) or marks.linked_labels(line))
        return marks.field(line) is not None or is_label or (0 < len(head) <= 12 and is_detail(head))

    def _take_detail(self, line: Line) -> bool:
        """``收录会议：ACL 2020``, or its label alone and the value below: claimed and left out."""
        head, *rest = _MARK.split(line.text, maxsplit=1)
        if not rest or not is_detail(head):
            return False
        self._at += 1
        if not rest[0] and self._at < len(self._lines) and not self._begins_field(self._at):
            self._at += 1
        return True

    def _take_plain_label(self, line: Line) -> bool:
        """``论文链接：`` with its address behind it or below, in groups that a title field began."""
        labelled = marks.linked_labels(line) or marks.inline_label(line)
        if labelled:
            self._at += 1
            self.group.links += [Link(label=label, url_raw=address) for label, address in labelled]
            return True
        whole = marks.label(line)
        below = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else None
        addresses = marks.addresses(below) if whole and below is not None else []
        if whole is None or not addresses:
            return False
        self._at += 2
        self._add_links(whole[0], addresses)
        self._take_further_addresses(whole[0])
        return True

    def _take_further_addresses(self, label: str) -> None:
        while self._at < len(self._lines) and (more := marks.printed_addresses(self._lines[self._at])):
            if self._begins_field(self._at):
                break
            self._at += 1
            self._add_links(label, more)

    def _add_links(self, label: str, addresses: list[str]) -> None:
        self.group.links += [Link(label=label, url_raw=address) for address in addresses]
        if not addresses:
            problem = Problem(code="missing_link", message=f"The label {label} has no address.", line=label)
            self.group.problems.append(problem)


def _read_above(group: Group, lines: Sequence[Line], floor: int, *, marked: bool) -> None:
    """A picture or a bold line right above ``■`` fields without a title is it; a heading above that is the section.

    A number (``No.2``) above or below the heading is neither it nor text of the paper before.
    """
    at = group.start - 1
    if marked and not group.has_title and at >= floor:
        above = lines[at]
        if above.image is not None:
            group.title_image = above.image
        elif above.whole_bold and not (above.heading or has_han(above.text) or marks.is_number(above)):
            group.title = joined_bold_text(above)
        at -= group.has_title
    while at >= floor and not _WRITER.match(lines[at].text):
        if not marks.is_number(lines[at]):
            is_heading = lines[at].heading if marked else _is_heading(lines[at])
            if group.heading is not None or not is_heading:
                break
            group.heading = lines[at].text
        at -= 1
    group.start = at + 1


def _is_heading(line: Line) -> bool:
    """A heading, or the short bold line that stands for one on WeChat."""
    return line.heading or (line.whole_bold and len(line.text) <= _LONGEST_HEADING and line.text[-1] not in "。；：;:")


def kind_of(groups: Sequence[Group]) -> Kind:
    """``note`` for one paper or a few, ``list`` for a collection: of many, or of papers whose titles are pictures."""
    has_picture_titles = len(groups) > 1 and any(group.title_image is not None for group in groups)
    return "list" if len(groups) > _LONGEST_NOTE or has_picture_titles else "note"


def read_notes(lines: Sequence[Line], groups: Sequence[Group], kind: Kind) -> tuple[list[Entry], list[Problem]]:
    """Entries of a note or of a collection."""
    ends = [*(group.start for group in groups[1:]), _tail_start(lines, groups[-1].end)]
    lead = _lead(lines, groups) if kind == "note" else []
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
            summary="\n\n".join(lead or _prose(body)),
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
    """Where the tail begins: with its first line, or the picture above it that each of its parts begins with."""
    for at in range(start, len(lines)):
        heads_part = marks.heads_past_posts(lines[at])
        if heads_part or marks.is_tail(lines[at]):
            has_banner = heads_part or lines[at].text[0] in "#＃" or marks.is_caption(lines[at])
            return at - (has_banner and at > start and lines[at - 1].image is not None)
    return len(lines)


def _images(group: Group, body: Sequence[Line]) -> Iterator[Image]:
    if group.title_image is not None:
        yield Image(role="title", url_raw=group.title_image)
    for line in body:
        for address in [line.image] if line.image is not None else line.inline_images:
            yield Image(role="figure", url_raw=address)


def _prose(body: Sequence[Line]) -> list[str]:
    return paragraphs_of(line for line in body if line.text and not line.heading and not marks.is_caption(line))


def _lead(lines: Sequence[Line], groups: Sequence[Group]) -> list[str]:
    """The lead of a note: from its standing opening to the call to read the paper, or to the first heading.

    Notes since 2018-09 name their writer instead (``作者丨…``); there the lead is the prose between that and the
    fields. Articles that do neither (2025) have one where they are about a single paper: what stands above its fields,
    or else below them; of several papers each has its own prose.
    """
    end = groups[0].start
    start = next((at for at, line in enumerate(lines[:end]) if _LEAD.search(line.text)), None)
    has_call = start is not None and any(map(_LEAD_END.search, (line.text for line in lines[start:end])))
    if start is None:
        writer = [at for at, line in enumerate(lines[:end]) if _WRITER.match(line.text)]
        if not writer and len(groups) > 1:
            return []
        numbers = [at for at, line in enumerate(lines[:end]) if marks.names_series(line)]
        start = max(writer + numbers, default=-1) + 1
    lead = paragraphs_of(_lead_lines(lines[start:end], has_call=has_call))
    if lead or len(groups) > 1:
        return lead
    below = groups[0].end
    return paragraphs_of(_lead_lines(lines[below : _tail_start(lines, below)], has_call=False))


def _lead_lines(lines: Sequence[Line], *, has_call: bool) -> Iterator[Line]:
    """From the first line of prose to the call, which may stand amid a line; without one to the first heading."""
    for line in dropwhile(lambda line: not _is_lead(line), lines):
        if line.text and not marks.is_caption(line):
            call = _LEAD_END.search(line.text)
            if call is not None and call.start():
                yield line._replace(text=line.text[: call.start()].rstrip())
            if call is not None or not (has_call or _is_lead(line)):
                return
            yield line


def _is_lead(line: Line) -> bool:
    no_prose = not line.text or _is_heading(line) or _LEAD_END.match(line.text) or _WRITER.match(line.text)
    return not (no_prose or marks.field(line) or marks.names_series(line))

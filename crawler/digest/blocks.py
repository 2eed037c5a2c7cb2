"""Paper blocks of digests.

A block begins with a picture of its number (badge), a title (text or picture) and ``@x 推荐``; then come a tag, the
summary with its figures, and labelled links. It is found by its recommender, the one line that nothing else looks
like, and the title is what stands right above. Lists that name no recommender are found by their tags instead.
Blocks are delimited by these anchors alone, never by pictures or empty lines, which half of the posts have lost.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from crawler.digest import marks
from crawler.digest.prose import add_line
from crawler.pages.lines import Line, joined_bold_text
from normalize.labels import Label, is_general, link_role
from normalize.model import Entry, Image, Link, Problem
from normalize.text import has_han

_LONGEST_TITLE = 300
_PAPER_LABEL = Label("paper", firm=True)


@dataclass(slots=True)
class Anchor:
    """Where a block begins, and what its first lines say."""

    start: int
    """First line of the block: its section, badge or title."""
    body: int
    """First line after the title and the recommender."""
    title: str | None = None
    recommender: str | None = None
    section: str | None = None
    images: list[Image] = field(default_factory=list)


def find_anchors(lines: Sequence[Line]) -> list[Anchor]:
    """All blocks of a post, in order, by their recommenders; by their tags where no line names a recommender."""
    at = [(i, i + 1, name) for i, name in marks.recommenders(lines)]
    bodies = [body for _, body, _ in at]
    # Nearly every tag stands right under a recommender, and begins nothing.
    tagged = sorted(set(marks.tags(lines)).difference(bodies, (0,)))
    tagged = [i for i in tagged if _is_under_title(lines, i)]
    if at:
        tagged = [i for i in tagged if _follows_links(lines, i, bodies)]
    elif not _lead_to_links(lines, tagged):
        tagged = []
    if at or len(tagged) > 1:
        at = sorted(at + [(i, i, "") for i in tagged])
    anchors: list[Anchor] = []
    floor = 0
    for above, body, name in at:
        anchor = _read_upwards(lines, above, floor)
        anchor.body, anchor.recommender = body, name or None
        anchors.append(anchor)
        floor = body
    _carry_sections(anchors, lines)
    return anchors


def _is_under_title(lines: Sequence[Line], at: int) -> bool:
    """``#Image Synthesis`` under a title: how a list of 25 papers without recommenders was printed (2018)."""
    if lines[at].heading or marks.is_tail(lines[at]):
        return False
    above = lines[at - 1]
    if above.image is not None:
        return True
    return (above.whole_bold or not has_han(above.text)) and _may_be_title(above) and not marks.is_tail(above)


def _follows_links(lines: Sequence[Line], at: int, bodies: Sequence[int]) -> bool:
    """A title and a tag amid a digest, after the links of the block before: the recommender is missing there."""
    before = bisect_right(bodies, at)
    if not before or not (lines[at - 1].image is not None or lines[at - 1].whole_bold):
        return False
    block = lines[bodies[before - 1] : at]
    return any(map(_is_of_links, block)) and not any(map(marks.is_tail, block))


def _lead_to_links(lines: Sequence[Line], tagged: Sequence[int]) -> bool:
    """Most tags have links below them; comments in a listing (``#train``) and hashtags of an article have none."""
    blocks = [lines[start:end] for start, end in pairwise((*tagged, len(lines)))]
    return 2 * sum(any(map(_is_of_links, block)) for block in blocks) > len(blocks)


def _is_of_links(line: Line) -> bool:
    """The line is a label or an address, or both."""
    whole = marks.label(line)
    if whole is not None and whole[1].firm:
        return True
    return bool(marks.printed_addresses(line) or marks.linked_labels(line) or marks.inline_label(line))


def _read_upwards(lines: Sequence[Line], above: int, floor: int) -> Anchor:
    """Title, badge and section, read from the line over the recommender upwards."""
    anchor = Anchor(start=above, body=above)
    at = above - 1
    if at >= floor and lines[at].image is not None:
        anchor.images.append(Image(role="title", url_raw=lines[at].image or ""))
        anchor.start = at
        at -= 1
    elif at >= floor and _may_be_title(lines[at]):
        first = _first_title_line(lines, at, floor)
        anchor.title = " ".join(joined_bold_text(line) for line in lines[first : at + 1])
        anchor.start = first
        at = first - 1
    if at >= floor and lines[at].image is not None:
        anchor.images.insert(0, Image(role="badge", url_raw=lines[at].image or ""))
        anchor.start = at
        at -= 1
    elif at >= floor and marks.is_number(lines[at]):
        anchor.start = at
        at -= 1
    if at >= floor and (name := _section_above(lines[at])) is not None:
        anchor.section = name
        anchor.start = at
    return anchor


def _may_be_title(line: Line) -> bool:
    return (
        len(line.text) <= _LONGEST_TITLE
        and marks.section(line) is None
        and marks.label(line) is None
        and not marks.printed_addresses(line)
        and not marks.is_caption(line)
        and not marks.names_series(line)
    )


def _first_title_line(lines: Sequence[Line], last: int, floor: int) -> int:
    """First line of a title that is printed on several bold lines, or was broken in two."""
    first = last
    while (
        first > floor
        and ((lines[first].whole_bold and lines[first - 1].whole_bold) or lines[first].indented)
        and lines[first - 1].text
        and not has_han(lines[first - 1].text)
        and not marks.is_number(lines[first - 1])
        and _may_be_title(lines[first - 1])
        and marks.recommender(lines[first - 1]) is None
    ):
        first -= 1
    return first


def _section_above(line: Line) -> str | None:
    """A section mark, or a heading right above a block (``# IJCAI 2017``)."""
    return marks.section(line) or (line.text.strip() if line.heading and line.text else None)


def _carry_sections(anchors: list[Anchor], lines: Sequence[Line]) -> None:
    """A section holds until the next one. Its mark may stand a few lines above its first block, below the last link."""
    current: str | None = None
    floor = 0
    for anchor in anchors:
        if anchor.section is None:
            anchor.section = _section_below_links(lines, floor, anchor.start) or current
        current = anchor.section
        floor = anchor.body


def _section_below_links(lines: Sequence[Line], start: int, end: int) -> str | None:
    """The last section mark of these lines that stands below their last label or address."""
    for at in range(end - 1, start - 1, -1):
        line = lines[at]
        if line.image is not None:
            continue
        if _is_of_links(line):
            return None
        name = marks.section(line)
        if name:
            return name
    return None


def _is_address(line: Line | None) -> bool:
    return line is not None and bool(marks.printed_addresses(line)) and not marks.inline_label(line)


def _below_links(lines: Sequence[Line]) -> Sequence[Line]:
    """What stands below the last label or address."""
    count = sum(1 for _ in takewhile(lambda line: not _is_of_links(line), reversed(lines)))
    return lines[len(lines) - count :]


# --- the lines of a block --------------------------------------------------------------------------------------------


class Block:
    """Reads the lines under a title one after the other; each is claimed by a rule or becomes a problem."""

    def __init__(self, anchor: Anchor, position: int) -> None:
        self._anchor = anchor
        self._position = position
        self._tag: str | None = None
        self._paragraphs: list[str] = []
        self._images = list(anchor.images)
        self._links: list[Link] = []
        self._label: str | None = None
        self._label_used = True
        self._in_links = False
        self._links_first = False
        self._rest: Sequence[Line] = ()
        self._has_paper_label: bool | None = None
        self.problems: list[Problem] = []

    def read(self, lines: Sequence[Line], *, is_last: bool) -> Entry:
        """The block's entry. ``is_last``: what follows its links is the post's tail."""
        rest = self._rest = self._take_tag(lines)
        below_links: int | None = None  # found when it is asked for: few blocks have a line like a section
        for at, line in enumerate(rest):
            if line.image is not None:
                if is_last and self._ends_with_links():
                    # The tail's: gifts and banners stand before its first words.
                    break
                self._images.append(Image("figure", line.image))
                continue
            is_tail = marks.is_tail(line)
            if is_last and (is_tail or marks.heads_past_posts(line)):
                break
            if self._in_links and marks.section(line) is not None:
                if below_links is None:
                    below_links = len(rest) - len(_below_links(rest))
                if at >= below_links:
                    # The next block's: it stands a few lines above its title.
                    continue
            if is_tail or not self._claim(line, rest[at + 1] if at + 1 < len(rest) else None):
                self._problem("unclaimed_line", "No rule knows this line of a paper block.", line.text)
                if is_last and self._label_used:
                    # The last block's end need not be marked: what follows its links is the tail's.
                    break
        self._close_label()
        return self._entry()

    def _ends_with_links(self) -> bool:
        """Whether links have begun, and nothing of the summary can follow them."""
        return self._in_links and not self._links_first and not self._awaits_paper()

    def _awaits_paper(self) -> bool:
        """The link of the paper is still to come: ``代码：https://…`` stood amid the summary."""
        if not self._label_used or any(link_role(link.label) == "paper" for link in self._links):
            return False
        if self._has_paper_label is None:
            labels = map(marks.label, self._rest)
            self._has_paper_label = any(label is not None and label[1] == _PAPER_LABEL for label in labels)
        return self._has_paper_label

    def _take_tag(self, lines: Sequence[Line]) -> Sequence[Line]:
        if not lines or lines[0].image is not None:
            return lines
        self._tag = marks.tag(lines[0])
        if self._tag is None and self._anchor.recommender is not None:
            self._tag = marks.bare_tag(lines[0])
        return lines if self._tag is None else lines[1:]

    def _claim(self, line: Line, following: Line | None) -> bool:
        """Whether some rule knows the line."""
        if marks.is_caption(line):
            return True
        if self._label is None:
            if marks.is_mere_text(line):
                return self._claim_prose(line)
        elif marks.is_printed_address(line):
            self._add_links(self._label, [line.text])
            return True
        return self._claim_link(line, following) or self._claim_prose(line)

    def _claim_link(self, line: Line, following: Line | None) -> bool:
        labelled = marks.linked_labels(line) or marks.inline_label(line)
        if labelled and self._is_refined_by(labelled):
            self._add_links(self._label or "", [address for _, address in labelled])
            return True
        if labelled:
            self._close_label()
            self._links += [Link(label=label, url_raw=address) for label, address in labelled]
            # "论文详细解读：" with a linked title may stand amid the summary.
            if marks.linked_labels(line) or marks.shows_address(line):
                self._begin_links()
            return True
        whole = marks.label(line)
        if whole and (whole[1].firm or (following is not None and marks.addresses(following))):
            self._open_label(whole[0])
            return True
        if self._label is None:
            return False
        unknown = marks.unknown_label(line)
        if unknown and self._label_used and self._ends_with_links() and _is_address(following):
            self._open_label(unknown)
            return True
        return self._claim_address(line, self._label)

    def _is_refined_by(self, labelled: Sequence[tuple[str, str]]) -> bool:
        """``链接: https://pan.baidu.com/…`` below a label that says of what, and has no address yet."""
        return not self._label_used and all(is_general(label) for label, _ in labelled)

    def _open_label(self, label: str) -> None:
        self._close_label()
        self._label, self._label_used = label, False
        self._begin_links()

    def _claim_address(self, line: Line, label: str) -> bool:
        """The address below a label. A second one must be printed: a linked title there is of something else."""
        found = marks.printed_addresses(line) if self._label_used else marks.addresses(line)
        self._add_links(label, found)
        return bool(found)

    def _add_links(self, label: str, addresses: Sequence[str]) -> None:
        self._links += [Link(label=label, url_raw=address) for address in addresses]
        self._label_used = self._label_used or bool(addresses)

    def _begin_links(self) -> None:
        nothing_above = not self._paragraphs and len(self._images) == len(self._anchor.images)
        self._links_first = self._links_first or (nothing_above and not self._in_links)
        self._in_links = True

    def _claim_prose(self, line: Line) -> bool:
        """A paragraph of the summary. After the links nothing is one, unless the links came first."""
        if self._ends_with_links():
            return False
        self._images += [Image(role="figure", url_raw=address) for address in line.inline_images]
        add_line(self._paragraphs, line)
        return True

    def _close_label(self) -> None:
        """A label must have got its address by now."""
        if not self._label_used:
            self._problem("missing_link", f"The label {self._label} has no address.", self._label)
        self._label_used = True

    def _problem(self, code: str, message: str, line: str | None = None) -> None:
        self.problems.append(Problem(code=code, message=message, position=self._position, line=line))

    def _entry(self) -> Entry:
        has_title = self._anchor.title is not None or any(image.role == "title" for image in self._images)
        if not has_title:
            self._problem("no_title", "No title stands above the recommender.")
        if not self._links:
            self._problem("no_link", "The block has no link.")
        return Entry(
            position=self._position,
            section=self._anchor.section,
            title_raw=self._anchor.title,
            recommender=self._anchor.recommender,
            tag=self._tag,
            summary="\n\n".join(self._paragraphs),
            links=tuple(self._links),
            images=tuple(self._images),
        )


def read_blocks(lines: Sequence[Line], anchors: Sequence[Anchor]) -> tuple[list[Entry], list[Problem]]:
    """All entries of a digest."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, anchor in enumerate(anchors, start=1):
        is_last = number == len(anchors)
        end = len(lines) if is_last else anchors[number].start
        block = Block(anchor, number)
        entries.append(block.read(lines[anchor.body : end], is_last=is_last))
        problems += block.problems
    return entries, problems

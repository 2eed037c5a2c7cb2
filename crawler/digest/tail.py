"""The list of past posts in a post's tail."""

import re
from collections.abc import Iterator, Sequence

from crawler.digest.marks import heads_past_posts, is_caption, is_tail, recommender, section
from crawler.pages.lines import Line
from normalize.model import PastPost

# A line without a link is a title that lost it, unless it is as short as a heading of an advertisement ("AI活动推荐").
_SHORTEST_TITLE = 8
_LIST_MARK = re.compile(r"(?:[0-9]{1,2}\s?[.、．]|[•·▪■◆●>–—-])?")
_BANNER = re.compile(r"[#＃].*[#＃]?\Z")


def read_past_posts(lines: Sequence[Line]) -> tuple[PastPost, ...]:
    """Posts listed under ``点击以下标题查看往期推荐`` and the like, in order.

    The list ends at the first line that is no title: a picture, a caption, a bold line, the next part of the tail.
    """
    # "相关阅读：" inside a paper's summary heads nothing of the tail.
    floor = next((at for at in range(len(lines) - 1, 0, -1) if recommender(lines[at])), 0)
    start = next((at for at in range(floor, len(lines)) if heads_past_posts(lines[at])), None)
    if start is None:
        return ()
    found: list[PastPost] = []
    in_list = any(line.item for line in lines[start + 1 : start + 3])
    for line in lines[start + 1 :]:
        if is_caption(line) or is_tail(line):
            break
        titles = list(_titles(line))
        if titles:
            found += titles
        elif not line.links and (_ends_list(line) or (in_list and not line.item)):
            break
        elif not line.links:
            found.append(PastPost(title=line.text, url_raw=None))
    return tuple(found)


def _ends_list(line: Line) -> bool:
    return (
        line.image is not None
        or line.whole_bold
        or line.heading
        or len(line.text) < _SHORTEST_TITLE
        or section(line) is not None
        or _BANNER.match(line.text) is not None
    )


def _titles(line: Line) -> Iterator[PastPost]:
    """Titles that a line links to.

    Left out are links without text and with a single stray letter (``[来](…)[还在为周会发愁？…](…)``, 2018-06-21); one
    title may be split over two links with one address (``[深度](…)[解读DeepMind新作…](…)``, 2018-11-07).
    """
    links = [(text, href) for text, href in line.links if len(text) > 1]
    if len(links) == 1 and _LIST_MARK.fullmatch(line.text_outside_links):
        yield PastPost(title=links[0][0], url_raw=links[0][1])
    elif len(links) == 1:
        stray = {text for text, _ in line.links if len(text) == 1}
        yield PastPost(title=line.text.removeprefix(next(iter(stray), "")), url_raw=links[0][1])
    else:
        for text, href in links:
            yield PastPost(title=text, url_raw=href)

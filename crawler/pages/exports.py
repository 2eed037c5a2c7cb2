"""Markdown files that people keep of blog posts: how each export tool writes title, time and address.

| tool | told by |
| --- | --- |
| csdn-spider, 2018-19 | ``# X - NICK - CSDN博客``, then time, ``[NICK](https://me.csdn.net/USER)``, ``阅读数：N`` |
| csdn-spider, 2019-10 | ``# 1.原创：X`` |
| csdn-spider, 2021 on | ``# 原创`` / ``： X``, then ``# X`` |
| hexo, Obsidian, raw_article … | YAML front matter |
"""

import re
from pathlib import PurePath

import yaml

from crawler.pages.csdn import clean_title, read_count
from crawler.pages.lines import Line
from crawler.pages.markdown import lines_of_markdown
from crawler.pages.page import Page
from crawler.pages.times import parse_time
from normalize.model import Problem, Site
from normalize.text import clean_text

_SUFFIXES = frozenset((".md", ".markdown", ".mdown", ".txt"))
_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.{0,20000}?)\n---[ \t]*(?:\n|\Z)", re.S)
_MARKS = re.compile(r"^(?:#{1,6}\s|!\[|\*\*)|\]\(https?://", re.M)
# 2018年05月16日 00:00:00[Paper_weekly](https://me.csdn.net/c9Yv2cf9I06K2A9E)阅读数：1249
_META_LINE = re.compile(
    r"\A(?P<time>[0-9]{4}年[0-9]{2}月[0-9]{2}日(?: [0-9:]{5,8})?)\s*"
    r"(?P<author>[^\s].*?)?\s*阅读[数量]?\s*[：:]?\s*(?P<reads>[0-9.]+[wWkK万]?)"
)
_ORIGINAL = re.compile(r"\A(?:[0-9]+\.)?(?:原创|转载|翻译)\s*[：:]?\s*")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
# 2017-04-14-title.md
_DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?![0-9])")
_HEAD_LINES = 12
_CLIP_DATE_KEYS = ("published_at", "published", "post_time")
_POST_DATE_KEYS = (*_CLIP_DATE_KEYS, "date")
_URL_KEYS = ("canonical_url", "source_url", "csdn_url", "url", "source", "original_link")


def is_markdown(text: str, name: str | None) -> bool:
    """Told by the file's ending, or by marks of Markdown in the text."""
    return (PurePath(name).suffix.lower() in _SUFFIXES if name else False) or bool(_MARKS.search(text[:20_000]))


def read_markdown(text: str, name: str | None = None) -> Page:
    """Read an export: its head as far as the tool is known, and its lines.

    ``name`` is the file's: some tools write the day there alone (``2017-04-14-title.md``).
    """
    matter, body, problems = _front_matter(text.replace("\r\n", "\n"))
    lines = lines_of_markdown(body)
    given = _text(matter.get("title"))
    title, lines = _take_title(lines, clean_title(given) if given else None)
    meta, lines = _take_meta(lines)
    url = next((url for key in _URL_KEYS if (url := _text(matter.get(key))) and _ADDRESS.match(url)), None)
    reads, rounded = read_count(meta["reads"]) if meta else (None, False)
    if rounded:
        problems.append(Problem(code="reads_rounded", severity="info", message="The page rounds the number of reads."))
    return Page(
        form="markdown",
        site=_site(url, text),
        page_class="post",
        url=url,
        title=title,
        author=clean_text(meta["author"]) if meta and meta["author"] else _text(matter.get("author")),
        published=parse_time(meta["time"]) if meta else _published(matter) or _day_in_name(name),
        reads=reads,
        lines=tuple(lines),
        problems=tuple(problems),
    )


def _front_matter(text: str) -> tuple[dict[str, object], str, list[Problem]]:
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text, []
    try:
        # Every value as text: a date that YAML would make of it loses its form.
        matter = yaml.load(found[1], Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError:
        problem = Problem(code="front_matter", message="The front matter is no YAML; it was not read.")
        return {}, text[found.end() :], [problem]
    return (matter if isinstance(matter, dict) else {}), text[found.end() :], []


def _text(value: object) -> str | None:
    return clean_text(value) or None if isinstance(value, str) else None


def _published(matter: dict[str, object]) -> str | None:
    # Clips of single pages carry the day of clipping as "date"; exports of whole blogs the post's.
    keys = _CLIP_DATE_KEYS if matter.get("url") else _POST_DATE_KEYS
    return next((time for time in (parse_time(_text(matter.get(key))) for key in keys) if time), None)


def _day_in_name(name: str | None) -> str | None:
    found = _DAY.match(name) if name else None
    return parse_time(found[0]) if found else None


def _take_title(lines: list[Line], given: str | None) -> tuple[str | None, list[Line]]:
    """Title from the first heading; the tools of 2021 print it twice.

    Where the front matter has given one, the first heading goes only if it says the same.
    """
    if not lines or not lines[0].heading:
        return given, lines
    title, rest = clean_title(lines[0].text), lines[1:]
    if given is not None:
        return given, rest if title == given else lines
    if _ORIGINAL.match(title):
        title = _ORIGINAL.sub("", title)
        if not title and rest and not rest[0].heading:
            title, rest = _ORIGINAL.sub("", rest[0].text).lstrip("：: "), rest[1:]
        if rest and rest[0].heading and rest[0].text == title:
            rest = rest[1:]
    return title or None, rest


def _take_meta(lines: list[Line]) -> tuple[re.Match[str] | None, list[Line]]:
    """The line with time, author and reads, near the top."""
    for at, line in enumerate(lines[:_HEAD_LINES]):
        found = _META_LINE.match(line.text)
        if found is not None:
            return found, lines[:at] + lines[at + 1 :]
    return None, lines


def _site(url: str | None, text: str) -> Site:
    where = url or text
    if "csdn.net" in where or "CSDN博客" in where:
        return "csdn"
    return "wechat" if "mp.weixin.qq.com" in (url or "") else "unknown"

"""The sample blog's digests, made into as many distinct posts as a benchmark needs.

A copy has an article number, a day, titles, papers and repositories of its own, so that nothing but the texts recurs.
"""

import html
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

from crawler.digest import read_post
from crawler.pages import read_page
from crawler.sample import sample_folder

_PAPER = re.compile(r"(paperweekly\.site/papers/(?:notes/)?)([0-9]+)")
_ARXIV = re.compile(r"(arxiv\.org/(?:abs|pdf)/[0-9]{4}\.)([0-9]{4,5})")
_DAY = re.compile(r"20[12][0-9](-|年)[01][0-9](-|月)[0-3][0-9]")
_FIRST_DAY = date(2017, 1, 1)
_REPOSITORY = re.compile(r"((?:github\.com|huggingface\.co)/)(?=[A-Za-z0-9_.-]+/[A-Za-z0-9_.-])")


class _Original:
    """A digest of the sample, ready to be copied."""

    def __init__(self, number: str, user: str, page: str) -> None:
        post = read_post(read_page(page.encode(), name="page.html"))
        titles = {entry.title_raw for entry in post.entries} | {post.title}
        spelt = {spelling for title in titles if title for spelling in (title, html.escape(title, quote=False))}
        self.is_digest = bool(post.entries)
        self._page = page
        self._names = re.compile("|".join(map(re.escape, sorted(spelt, key=len, reverse=True))) or "$^")
        self._number, self._user = number, user

    def copy(self, number: int, user: str) -> str:
        page = self._names.sub(lambda found: f"{found[0]} {number}", self._page)
        page = _PAPER.sub(lambda found: f"{found[1]}{found[2]}{number}", page)
        page = _ARXIV.sub(lambda found: f"{found[1]}{(int(found[2]) + number) % 100_000:05}", page)
        day = _FIRST_DAY + timedelta(days=number % 3_650)
        page = _DAY.sub(lambda found: f"{day:%Y}{found[1]}{day:%m}{found[2]}{day:%d}", page)
        page = _REPOSITORY.sub(lambda found: f"{found[1]}of-{number}-", page)
        return page.replace(self._number, str(number)).replace(self._user, user)


def sample_posts(count: int, *, first: int, user: str) -> Iterator[str]:
    """Pages of that many posts, numbered from ``first``, on the blog of ``user``."""
    folder = sample_folder()
    blog = json.loads((folder / "blog.json").read_text("utf-8"))
    originals = [
        _Original(str(item["id"]), blog["user"], (folder / item["files"][-1]).read_text("utf-8"))
        for item in blog["articles"]
        if item["answer"] == "ok"
    ]
    digests = [original for original in originals if original.is_digest]
    for at in range(count):
        yield digests[at % len(digests)].copy(first + at, user)

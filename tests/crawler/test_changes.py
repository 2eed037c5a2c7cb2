"""When a post has changed, and when only its page can no longer be read."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.changes import Printed, compare, read_printed
from normalize.model import Entry, Image, Link, PastPost, Post, Problem

PAGES = Path(__file__).parents[2] / "data" / "sample" / "csdn"


def entry(position: int) -> Entry:
    return Entry(
        position=position,
        section="NLP",
        title_raw=f"Paper {position}",
        recommender="zhkun",
        tag="GAN",
        summary=f"About paper {position}.",
        links=(Link("论文链接", f"https://www.paperweekly.site/papers/{position}"),),
        images=(Image("figure", f"https://mmbiz.qpic.cn/mmbiz_png/KEY{position}/640"),),
    )


POST = Post(
    site="csdn",
    url="https://blog.csdn.net/u/article/details/1",
    kind="digest",
    title="Title",
    author="Paper_weekly",
    published="2018-06-21T14:06:37+08:00",
    reads=100,
    series="PaperDaily",
    number=7,
    entries=tuple(entry(position) for position in range(1, 8)),
    past_posts=(PastPost(title="Past", url_raw=None),),
)


def with_entries(change: Callable[[Entry], Entry]) -> Post:
    return replace(POST, entries=tuple(map(change, POST.entries)))


@pytest.mark.parametrize(
    "new",
    [
        POST,
        replace(POST, reads=101),
        replace(POST, problems=(Problem(code="x", message="y"),)),
        replace(POST, url="https://blog.csdn.net/U/article/details/1?spm=7"),
        replace(POST, url="https://sub.blog.csdn.net/article/details/1"),
    ],
)
def test_reads_problems_and_spelling_of_the_address_do_not_count(new: Post) -> None:
    assert compare(POST, new).outcome == "same"


@pytest.mark.parametrize(
    ("new", "details"),
    [
        (replace(POST, title="Other"), ("title",)),
        (replace(POST, published="2018-06-22"), ("published",)),
        (replace(POST, past_posts=()), ("past posts",)),
        (replace(POST, number=None, series=None), ("series", "number")),
        (replace(POST, partial=True), ("partial",)),
        (replace(POST, url="https://blog.csdn.net/u/article/details/2"), ("address",)),
        (replace(POST, entries=(*POST.entries, entry(8))), ("entry 8 is new",)),
        (replace(POST, entries=POST.entries[:4]), ("entry 5 is gone", "entry 6 is gone", "entry 7 is gone")),
        (with_entries(lambda one: one._replace(summary="x") if one.position == 3 else one), ("entry 3: summary",)),
        (with_entries(lambda one: one._replace(links=()) if one.position == 3 else one), ("entry 3: links",)),
        (with_entries(lambda one: one._replace(title_raw=None) if one.position == 1 else one), ("entry 1: title",)),
    ],
)
def test_an_edited_post_has_changed(new: Post, details: tuple[str, ...]) -> None:
    change = compare(POST, new)
    assert (change.outcome, change.details) == ("changed", details)


@pytest.mark.parametrize(
    ("new", "details"),
    [
        (replace(POST, entries=()), ("0 of 7 papers",)),
        (replace(POST, entries=POST.entries[:3]), ("3 of 7 papers",)),
        (replace(POST, title=None), ("no title",)),
        (replace(POST, published=None), ("no date",)),
        (replace(POST, author=None), ("no author",)),
        (replace(POST, reads=None), ("no reads",)),
        (with_entries(lambda one: one._replace(title_raw=None)), ("no paper titles",)),
        (with_entries(lambda one: one._replace(recommender=None)), ("no recommenders",)),
        (with_entries(lambda one: one._replace(links=())), ("no links",)),
        (with_entries(lambda one: one._replace(images=())), ("no pictures",)),
        (with_entries(lambda one: one._replace(summary="")), ("no summaries",)),
        (replace(POST, title=None, entries=POST.entries[:2]), ("2 of 7 papers", "no title")),
    ],
)
def test_a_page_that_lost_what_it_had_is_misread(new: Post, details: tuple[str, ...]) -> None:
    change = compare(POST, new)
    assert (change.outcome, change.details) == ("lost", details)


def test_what_was_never_there_is_not_lost() -> None:
    bare = replace(POST, title=None, author=None, reads=None, entries=())
    assert compare(bare, bare).outcome == "same"
    assert compare(bare, POST).outcome == "changed"


@given(st.integers(0, 40), st.integers(0, 40))
def test_half_of_the_papers_is_the_border(before: int, after: int) -> None:
    old = replace(POST, entries=tuple(entry(position) for position in range(1, before + 1)))
    new = replace(POST, entries=tuple(entry(position) for position in range(1, after + 1)))
    expected = "same" if before == after else "lost" if after * 2 < before or (before and not after) else "changed"
    assert compare(old, new).outcome == expected


# --- pages -----------------------------------------------------------------------------------------------------------


def post_of(page: str) -> Post:
    printed = read_printed(page.encode())
    assert printed.post is not None
    return printed.post


PAGE = (PAGES / "2020-11_blogv2.html").read_text("utf-8")


def test_other_adverts_and_counters_are_no_change() -> None:
    shuffled = re.sub(r'(<span class="read-count"[^>]*>)[^<]*', r"\g<1>9876", PAGE)
    shuffled = shuffled.replace("</body>", "<div class='recommend-box'>new advert</div></body>")
    assert shuffled != PAGE
    assert compare(post_of(PAGE), post_of(shuffled)).outcome == "same"
    assert post_of(shuffled).reads == 9876


def test_versions_of_the_sample_differ() -> None:
    old, new = (post_of((PAGES / f"2025-05_blogv2_version{number}.html").read_text("utf-8")) for number in (1, 2))
    change = compare(old, new)
    assert change.outcome == "changed"
    assert "entry 7 is new" in change.details
    assert "entry 4: links" in change.details


# each way in which a new layout could hide a part of the page, one at a time
BROKEN: dict[str, Callable[[str], str]] = {
    "title": lambda page: re.sub(
        r"(?s)<h1[^>]*>.*?</h1>|<title>.*?</title>|var articleTitle.*?;|<meta[^>]*og:title[^>]*>", "", page
    ),
    "time": lambda page: re.sub(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9:]+", "some day", page),
    "recommenders": lambda page: re.sub(r"@[^<\s]+\s*推荐", "", page),
    "box": lambda page: page.replace('id="article_content"', 'id="article_body"'),
    "links": lambda page: re.sub(r"https?://[^\s<\"']+(?=[^<>]*</p>)|论文链接|源码链接|项目链接", "", page),
    "pictures": lambda page: re.sub(r"<img\b", "<picture-new", page),
    "emptied": lambda page: re.sub(
        r'(?s)(<div[^>]*id="content_views"[^>]*>).*?(</article>|<script)', r"\1</div></div>\2", page
    ),
}  # fmt: skip


@pytest.mark.parametrize("part", BROKEN)
def test_page_of_a_new_layout_is_noticed(part: str) -> None:
    broken = BROKEN[part](PAGE)
    assert broken != PAGE
    printed = read_printed(broken.encode())
    assert printed.post is None or compare(post_of(PAGE), printed.post).outcome == "lost"


@pytest.mark.parametrize(
    ("body", "page_class"),
    [
        (PAGE.encode(), "post"),
        ((PAGES / "2019-02_other_blogv2.html").read_bytes(), "not_digest"),
        (PAGE[: len(PAGE) // 2].encode(), "damaged"),
        (b"", "damaged"),
        (b"<!DOCTYPE html><html><body>hello</body></html>", "foreign"),
        ((PAGES / "challenge.html").read_bytes(), "blocked"),
    ],
)
def test_class_of_a_page(body: bytes, page_class: str) -> None:
    printed: Printed = read_printed(body)
    assert printed.page_class == page_class
    assert (printed.post is None) is (page_class not in ("post", "not_digest"))
    assert printed.post is not None or printed.reason

"""As-printed post to resolved record, and the record as JSON."""

import json
from dataclasses import replace

from normalize.export import post_to_dict, unreadable_to_dict
from normalize.model import Entry, Identifier, Image, Link, PastPost, Post, Problem
from normalize.records import normalize_post

KEY = "https://mmbiz.qpic.cn/mmbiz_png/KEY/640"
ENTRY = Entry(
    position=1,
    section=None,
    title_raw="Deep Contextualized Word Representations",
    recommender="alice",
    tag="NLP",
    summary="本文是华盛顿大学发表于 NAACL 2018 的工作。",
    links=(
        Link(label="论文链接", url_raw="http://www.paperweekly.site/papers/1929"),
        Link(label="论文链接", url_raw="https://arxiv.org/pdf/1802.05365v2.pdf"),
        Link(label="源码链接", url_raw="https://github.com/allenai/bilm-tf/"),
        Link(label="视频链接", url_raw="https://arxiv.org/abs/1111.22222"),
    ),
    images=(Image(role="badge", url_raw="x"), Image(role="figure", url_raw=f"https://ss.csdn.net/p?{KEY}")),
)
POST = Post(
    site="csdn",
    url="https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567",
    kind="digest",
    title="甲 | 本周值得读",
    author="Paper_weekly",
    published="2018-06-21T14:06:37+08:00",
    reads=591,
    series=None,
    number=83,
    entries=(ENTRY,),
    past_posts=(
        PastPost(title="乙", url_raw="http://mp.weixin.qq.com/s?__biz=MzI=&mid=1&idx=2&sn=a#rd"),
        PastPost(title="丙", url_raw=None),
    ),
    problems=(Problem(code="x", message="y", position=1, line="z"),),
)


def test_what_is_printed_stays_as_it_is() -> None:
    record = normalize_post(POST)
    assert record.post == POST
    assert [entry.entry for entry in record.entries] == [ENTRY]
    assert record.problems == POST.problems
    assert record == normalize_post(POST)


def test_keys_of_the_post() -> None:
    record = normalize_post(POST)
    assert record.keys == ("csdn-80763567",)
    assert record.title_key
    assert normalize_post(replace(POST, url=None)).keys == ()


def test_links_get_role_and_address() -> None:
    (entry,) = normalize_post(POST).entries
    assert [(link.role, link.label) for link in entry.links] == [
        ("paper", "论文链接"), ("paper", "论文链接"), ("code", "源码链接"), ("other", "视频链接"),
    ]  # fmt: skip
    assert [link.url_raw for link in entry.links] == [link.url_raw for link in ENTRY.links]
    assert entry.images[1].url == KEY
    assert entry.images[1].key


def test_only_links_of_the_paper_identify_it_and_every_link_may_be_a_repository() -> None:
    (entry,) = normalize_post(POST).entries
    assert entry.identifiers == (
        Identifier(scheme="arxiv", value="1802.05365"),
        Identifier(scheme="github", value="allenai/bilm-tf"),
        Identifier(scheme="paperweekly", value="1929"),
    )


def test_venue_and_institutions_come_from_the_summary() -> None:
    (entry,) = normalize_post(POST).entries
    assert entry.venue is not None
    assert (entry.venue.name, entry.venue.year) == ("NAACL", 2018)
    assert entry.affiliations == ("华盛顿大学",)


def test_the_section_can_be_the_venue() -> None:
    bare = ENTRY._replace(section="IJCAI 2017", summary="本文很好。")
    (entry,) = normalize_post(replace(POST, entries=(bare,))).entries
    assert entry.venue is not None
    assert (entry.venue.name, entry.venue.year) == ("IJCAI", 2017)


def test_past_posts_are_resolved_where_they_have_a_link() -> None:
    linked, lost = normalize_post(POST).past_posts
    assert linked.post_key
    assert linked.post_key.startswith("wechat-")
    assert (lost.url, lost.post_key) == (None, None)


def test_what_a_post_should_have_is_missed() -> None:
    record = normalize_post(replace(POST, title=None, published=None))
    assert [problem.code for problem in record.problems] == ["x", "no_post_title", "no_date"]


def test_names_of_the_printed_form() -> None:
    printed = post_to_dict(normalize_post(POST), path="a.md", form="markdown")
    assert list(printed) == [
        "path", "form", "site", "url", "kind", "title", "author", "published", "reads", "series", "number", "entries",
        "past_posts", "problems",
    ]  # fmt: skip
    assert list(printed["entries"][0]) == [
        "position", "section", "title", "title_image", "recommender", "tag", "summary", "venue", "affiliations",
        "links", "images",
    ]  # fmt: skip
    assert list(printed["entries"][0]["venue"]) == ["name", "year", "status", "printed"]
    assert list(printed["entries"][0]["links"][0]) == ["role", "label", "url", "url_raw"]
    assert list(printed["entries"][0]["images"][0]) == ["role", "url", "url_raw"]
    assert printed["past_posts"][1] == {"title": "丙", "url": None, "url_raw": None}
    assert printed["problems"] == [{"code": "x", "message": "y", "position": 1, "line": "z"}]
    json.dumps(printed)


def test_title_picture_is_given_by_its_own_address() -> None:
    pictured = ENTRY._replace(title_raw=None, images=(Image(role="title", url_raw=f"https://ss.csdn.net/p?{KEY}"),))
    printed = post_to_dict(normalize_post(replace(POST, entries=(pictured,))), path="a.md", form="markdown")
    assert (printed["entries"][0]["title"], printed["entries"][0]["title_image"]) == (None, KEY)


def test_a_file_that_cannot_be_read() -> None:
    printed = unreadable_to_dict("a.md", "markdown", "empty", "it is empty")
    whole = post_to_dict(normalize_post(POST), path="a.md", form="markdown")
    assert sorted(printed) == sorted(whole)
    assert printed["kind"] == "unreadable"
    assert printed["problems"] == [{"code": "empty", "message": "it is empty", "position": None, "line": None}]

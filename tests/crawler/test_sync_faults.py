"""``paperdigest sync``, run as a user runs it, against a site that shows every fault; see ``faultserver.py``."""

import gzip
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.crawler.faultpages import (
    CATEGORIES,
    CHALLENGE,
    ERROR_JSON,
    FEED_PATH,
    LIST_PATH,
    USER,
    Post,
    article,
    article_path,
    feed,
    list_answer,
    title,
)
from tests.crawler.faultserver import ORDINARY, Answer, FaultServer, Seen, pack
from tests.crawler.syncruns import CONTACT, Home

OK, FAILED, BLOCKED, LAYOUT_CHANGED = 0, 1, 4, 5
FIRST = 80_000_000
MEGABYTE = 1 << 20
FEEDS = f"/{USER}/rss/*"
ALL_POSTS = f"/{USER}/article/details/*"


def posts(count: int, **values: object) -> list[Post]:
    return [Post(number=FIRST + at, **values) for at in range(1, count + 1)]  # type: ignore[arg-type]


def numbers(given: list[Post]) -> set[int]:
    return {post.number for post in given}


def changed(given: list[Post], at: int, **values: object) -> list[Post]:
    """The same posts, one of them changed."""
    return [replace(post, **values) if post.number == FIRST + at else post for post in given]  # type: ignore[arg-type]


def forbid(*paths: str) -> Answer:
    lines = "".join(f"Disallow: {path}\n" for path in paths)
    return Answer(body=f"User-agent: *\n{lines}".encode())


def kinds(seen: list[Seen]) -> list[str]:
    """What was asked for, in order, one word for each run of requests of a kind."""
    found: list[str] = []
    for request in seen:
        path = request.path
        kind = {"/robots.txt": "robots", FEED_PATH: "feed", LIST_PATH: "list"}.get(path)
        kind = kind or ("post" if request.number is not None else "page")
        if found[-1:] != [kind]:
            found.append(kind)
    return found


# --- finding posts ---------------------------------------------------------------------------------------------------


def test_first_run_reads_the_whole_list_and_fetches_each_post_once(home: Home, site: FaultServer) -> None:
    blog = posts(30)
    blog = changed(changed(blog, 3, pinned=True), 7, sub_domain=True)
    site.play(posts=blog, list_size=7)
    home.sync()
    assert kinds(site.seen())[:3] == ["robots", "feed", "list"]
    assert sorted(site.posts_asked()) == sorted(numbers(blog))
    assert sum(request.path == LIST_PATH for request in site.seen()) in (5, 6)  # pages of 7; an empty one may end it
    assert home.posts() == numbers(blog)
    run = home.run()
    assert (run["exit_status"], run["found"], run["fetched"], run["new"], run["full_list"]) == (0, 30, 30, 30, 1)
    assert run["ways"]["feed"] == run["ways"]["list_api"] == "served"


def test_posts_of_a_sub_domain_are_asked_there(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2, sub_domain=True))
    home.sync()
    assert {request.path for request in site.seen() if request.number} == {
        article_path(FIRST + at, sub_domain=True) for at in (1, 2)
    }
    assert "https://reader1.blog.csdn.net" in home.observations(FIRST + 1)[0]["address"]


def test_second_run_of_a_day_stops_after_the_feed(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(5))
    home.sync()
    before = home.archive.read_bytes()
    home.sync()
    assert site.paths() == ["/robots.txt", FEED_PATH]
    assert home.archive.read_bytes() == before
    run = home.run()
    assert (run["exit_status"], run["fetched"], run["new"], run["requests"], run["full_list"]) == (0, 0, 0, 2, 0)
    assert run["ways"]["list_api"] == "not asked"


def test_new_post_of_the_feed_is_fetched_without_the_list(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(5))
    home.sync()
    site.play(posts=posts(6))
    home.sync()
    assert site.paths() == ["/robots.txt", FEED_PATH, article_path(FIRST + 6)]
    assert home.posts() == numbers(posts(6))


def test_feed_without_a_known_post_leads_to_the_whole_list(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(3))
    home.sync()
    site.play(posts=posts(30))  # the feed holds 11 to 30
    home.sync()
    assert kinds(site.seen())[:3] == ["robots", "feed", "list"]
    assert home.posts() == numbers(posts(30))
    assert site.posts_asked().count(FIRST + 1) == 0


def test_whole_list_is_read_again_when_asked_and_after_30_days(home: Home, site: FaultServer) -> None:
    blog = posts(25)
    site.play(posts=blog)
    home.sync()
    hidden = replace(Post(number=FIRST + 99), named_by=("list_api",))
    site.play(posts=[*blog, hidden])
    home.sync()
    assert site.posts_asked() == []
    home.sync("--full")
    assert site.posts_asked() == [hidden.number]
    later = replace(Post(number=FIRST + 98), named_by=("list_api",))
    site.play(posts=[*blog, hidden, later])
    home.age(days=29)
    home.sync()
    assert later.number not in site.posts_asked()
    home.age(days=1, hours=1)
    home.sync()
    assert later.number in site.posts_asked()


@pytest.mark.parametrize("layout", ["2016", "2017", "2020", "2023"])
def test_list_pages_of_each_layout_stand_in_for_the_list(home: Home, site: FaultServer, layout: str) -> None:
    blog = posts(25, named_by=("list_page",))
    blog = changed(blog, 4, pinned=True)
    site.play(posts=blog, list_layout=layout, routes={LIST_PATH: [Answer(status=403, body=b"no")]})
    home.sync(status=None)
    assert home.posts() == numbers(blog)
    assert 82762601 not in site.posts_asked()  # the hidden advert
    ways = home.run()["ways"]
    assert ways["list_page"] == "served"
    assert ways["list_api"].startswith("blocked")


def test_category_pages_stand_in_for_the_lists(home: Home, site: FaultServer) -> None:
    blog = [*posts(90, named_by=("category",)), *(replace(Post(number=FIRST + 100 + at)) for at in range(3))]
    site.play(posts=blog, robots=forbid(LIST_PATH, f"/{USER}/article/list/"))
    home.sync(status=None)
    ways = home.run()["ways"]
    assert (ways["list_api"], ways["list_page"]) == ("forbidden by robots.txt",) * 2
    assert ways["category"] == "served"
    assert home.posts() == numbers(blog)
    asked = [path for path in site.paths() if "/category_" in path]
    assert len(asked) >= len(CATEGORIES) * 2  # each has two pages
    assert len({path.lower() for path in asked}) == len(asked)  # whose links spell the user in two ways


def test_past_posts_of_digests_are_followed(home: Home, site: FaultServer) -> None:
    hidden = [replace(post, named_by=()) for post in posts(3)]
    chain = changed(changed(hidden, 3, past=(FIRST + 2,)), 2, past=(FIRST + 1,))
    shown = Post(number=FIRST + 10, past=(FIRST + 3, FIRST + 10))
    site.play(posts=[*chain, shown])
    home.sync()
    home.sync()  # those that a post of the last run named may be left for the next
    home.sync()
    assert home.posts() == numbers([*chain, shown])
    found = {row["key"]: row["way"] for row in home.rows("SELECT * FROM found", captures=True)}
    assert found[f"csdn-{FIRST + 1}"] == "past_posts"


def test_feed_that_fails_does_not_hide_the_list(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(4), routes={FEEDS: [Answer(status=521, body=CHALLENGE)]})
    home.sync(status=None)
    assert home.posts() == numbers(posts(4))
    assert home.run()["ways"]["feed"].startswith("blocked")


def test_feed_forbidden_by_robots_is_not_asked(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(4), robots=forbid(f"/{USER}/rss/"))
    home.sync()
    assert FEED_PATH not in site.paths()
    assert home.run()["ways"]["feed"] == "forbidden by robots.txt"
    assert home.posts() == numbers(posts(4))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=CHALLENGE),
        Answer(status=521, body=CHALLENGE),
        Answer(status=403, body=b"no"),
        Answer(body=b"{}", headers={"Content-Type": "application/json"}),
    ],
    ids=["challenge at 200", "challenge at 521", "403", "empty JSON"],
)
def test_every_way_blocked_is_never_nothing_new(home: Home, site: FaultServer, answer: Answer) -> None:
    site.play(posts=posts(4), routes={"/[!r]*": [answer]})
    ran = home.sync(status=BLOCKED)
    assert "blocked" in ran.out + ran.err
    assert site.posts_asked() == []
    assert len(site.seen()) <= 5  # robots.txt, three refusals, and one of the other host that has a feed
    assert home.run()["exit_status"] == BLOCKED
    home.sync(status=BLOCKED)


def test_all_forbidden_by_robots_is_blocked(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(4), robots=forbid("/"))
    home.sync(status=BLOCKED)
    assert site.paths() == ["/robots.txt"]
    assert set(home.run()["ways"].values()) <= {"forbidden by robots.txt", "not asked"}


@pytest.mark.parametrize(
    "robots", [Answer(status=503), Answer(raw=b""), Answer(status=429)], ids=["503", "no answer", "429"]
)
def test_robots_that_cannot_be_had_forbids_all(home: Home, site: FaultServer, robots: Answer) -> None:
    site.play(posts=posts(2), robots=robots)
    home.sync(status=BLOCKED)
    assert set(site.paths()) == {"/robots.txt"}


def test_missing_robots_allows_all(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2), robots=Answer(status=404))
    home.sync()
    assert home.posts() == numbers(posts(2))


def test_list_that_names_other_sites_is_not_followed_there(home: Home, site: FaultServer) -> None:
    items = [
        {"articleId": FIRST + at, "title": "x", "url": url, "top": False, "postTime": "2024-01-01 10:00:00"}
        for at, url in enumerate(
            (
                f"http://127.0.0.1:{site.trap}/{USER}/article/details/{FIRST}",
                f"http://blog.csdn.net@127.0.0.1:{site.trap}/article/details/{FIRST + 1}",
                f"https://blog.csdn.net.evil.example/{USER}/article/details/{FIRST + 2}",
                f"file:///etc/passwd/article/details/{FIRST + 3}",
                f"https://blog.csdn.net/{USER}/article/details/{FIRST + 4}",
            )
        )
    ]
    body = json.dumps({"code": 200, "message": "success", "data": {"list": items, "total": 5}}).encode()
    site.play(posts=[Post(number=FIRST + 4, named_by=())], routes={LIST_PATH: [Answer(body=body)]})
    home.sync(status=None)
    assert site.posts_asked() == [FIRST + 4]


# --- looking again ---------------------------------------------------------------------------------------------------


def test_schedule_of_looks_widens(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1))
    home.sync()
    day, looked = 0.0, []
    for until in (0.9, 1.1, 6.9, 7.1, 29.9, 30.1, 179.9, 180.1, 359.9, 360.1):
        home.age(days=until - day)
        day = until
        home.sync()
        if site.posts_asked():
            looked.append(until)
    assert looked == [1.1, 7.1, 30.1, 180.1, 360.1]
    assert [row["answer"] for row in home.observations(FIRST + 1)] == ["whole"] * 6
    home.check()


@pytest.mark.parametrize("validators", ["both", "date"])
def test_looks_are_conditional_and_keep_no_second_body(home: Home, site: FaultServer, validators: str) -> None:
    site.play(posts=posts(2), validators=validators)
    home.sync()
    bodies, before = home.bodies(), home.post_rows()
    home.age(days=2)
    home.sync()
    answers = [request for request in site.seen() if request.number is not None]
    assert [request.status for request in answers] == [304, 304]
    assert ("if-none-match" in answers[0].headers) == (validators == "both")
    assert "if-modified-since" in answers[0].headers
    assert home.bodies() == bodies
    first, second = home.observations(FIRST + 1)
    assert (second["status"], second["sha256"], second["body_sha256"]) == (304, first["sha256"], first["sha256"])
    assert (home.run()["unchanged"], home.run()["changed"], home.run()["new"]) == (2, 0, 0)
    assert home.post_rows() == before
    assert home.rows("SELECT DISTINCT captures FROM post_copies") == [{"captures": 2}]


def test_condition_follows_the_last_answer(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1))
    home.sync()
    for edition, days in ((2, 2), (2, 6)):
        site.play(posts=posts(1, edition=edition))
        home.age(days=days)
        home.sync()
    assert [request.status for request in site.seen() if request.number] == [304]


def test_changed_post_is_a_new_version(home: Home, site: FaultServer) -> None:
    blog = posts(3)
    site.play(posts=blog)
    home.sync()
    bodies = home.bodies()
    site.play(posts=changed(blog, 2, edition=2))
    home.age(days=2)
    ran = home.sync()
    run = home.run()
    assert (run["changed"], run["unchanged"], run["new"], run["exit_status"]) == (1, 2, 0, 0)
    assert home.bodies() == bodies + 1
    assert len({row["body_sha256"] for row in home.observations(FIRST + 2)}) == 2
    summaries = home.rows("SELECT summary FROM recommendations WHERE post_id = ?", f"csdn-{FIRST + 2}")
    assert any("第 2 版" in row["summary"] for row in summaries)
    assert "changed" in ran.out
    history = home.end(home.start(f"csdn-{FIRST + 2}", command="history"))
    assert all(word in history.out for word in ("version 1", "version 2", "entry 2", "summary")), history.out


def test_other_adverts_and_reads_keep_no_body(home: Home, site: FaultServer) -> None:
    blog = posts(2)
    site.play(posts=blog, validators="none")
    home.sync()
    bodies, before = home.bodies(), home.post_rows()
    news = changed(changed(blog, 1, advert=5, reads=777), 2, advert=6)
    site.play(posts=news, validators="none")
    home.age(days=2)
    home.sync()
    assert home.bodies() == bodies
    first, second = home.observations(FIRST + 1)
    assert second["sha256"] != first["sha256"]
    assert second["body_sha256"] == first["sha256"]
    assert second["reads"] == 777
    run = home.run()
    assert (run["unchanged"], run["changed"], run["layout_changed"]) == (2, 0, 0)
    assert home.post_rows() == before
    reads = home.rows("SELECT reads FROM posts ORDER BY post_id")
    assert reads == [{"reads": 777}, {"reads": 100}]
    home.check()


def test_same_bytes_without_validators_are_one_body(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1), validators="none")
    home.sync()
    bodies = home.bodies()
    home.age(days=2)
    home.sync()
    assert [request.status for request in site.seen() if request.number] == [200]
    assert (home.bodies(), len(home.observations(FIRST + 1))) == (bodies, 2)


def test_vanished_posts_stay_in_the_archive(home: Home, site: FaultServer) -> None:
    blog = posts(3)
    site.play(posts=blog)
    home.sync()
    before = home.post_rows()
    gone = {article_path(FIRST + at): [Answer(status=status, body=b"gone")] for at, status in ((1, 404), (2, 410))}
    site.play(posts=blog, routes=gone)
    home.age(days=2)
    home.sync()
    assert home.run()["gone"] == 2
    assert home.post_rows() == before
    home.sync()
    assert site.posts_asked() == []
    home.check()


def test_post_that_was_never_there_is_asked_on_the_same_schedule(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2), routes={article_path(FIRST + 1): [Answer(status=404, body=b"gone")]})
    home.sync()
    home.sync()
    assert site.posts_asked() == []
    home.age(days=2)
    home.sync()
    assert FIRST + 1 in site.posts_asked()


# --- what an answer is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=CHALLENGE),
        Answer(status=521, body=CHALLENGE),
        Answer(status=403, body=b"no"),
        Answer(status=429, body=b"slowly"),
        Answer(body=ERROR_JSON, headers={"Content-Type": "application/json"}),
    ],
    ids=["challenge at 200", "challenge at 521", "403", "429", "JSON error"],
)
def test_three_refusals_in_a_row_end_the_run(home: Home, site: FaultServer, answer: Answer) -> None:
    blog = posts(8)
    site.play(posts=blog, routes={ALL_POSTS: [ORDINARY, ORDINARY, answer]})
    home.sync(status=BLOCKED)
    asked = site.posts_asked()
    assert len(set(asked)) == 5
    assert len(home.posts()) == 2
    assert home.run()["blocked"] == 3
    site.play(posts=blog)
    home.sync()
    assert sorted(site.posts_asked()) == sorted(numbers(blog) - home.whole() | set(site.posts_asked()))
    assert len(site.posts_asked()) == 6
    assert home.posts() == numbers(blog)


def test_refusals_that_are_not_in_a_row_do_not_end_the_run(home: Home, site: FaultServer) -> None:
    blog = posts(9)
    refused = {article_path(FIRST + at): [Answer(status=521, body=CHALLENGE)] for at in (1, 3, 5, 7)}
    site.play(posts=blog, routes=refused)
    home.sync(status=BLOCKED)
    assert home.posts() == {FIRST + at for at in (2, 4, 6, 8, 9)}
    assert home.run()["blocked"] == 4
    assert {row["code"] for row in home.problems()} == {"blocked"}


def test_retry_after_in_seconds_is_obeyed(home: Home, site: FaultServer) -> None:
    wait = [Answer(status=503, headers={"Retry-After": "2"}, body=b"later"), ORDINARY]
    site.play(posts=posts(2), routes={article_path(FIRST + 2): wait})
    home.sync()
    first, second = (request for request in site.seen() if request.number == FIRST + 2)
    assert second.came - first.left >= 2
    others = [request for request in site.seen() if first.left < request.came < second.came]
    assert others == []
    assert home.posts() == numbers(posts(2))


def test_retry_after_as_a_date_is_obeyed(home: Home, site: FaultServer) -> None:
    until = datetime.now(UTC) + timedelta(seconds=5)
    site.play(
        posts=posts(1),
        routes={
            LIST_PATH: [Answer(status=429, headers={"Retry-After": format_datetime(until, usegmt=True)}), ORDINARY]
        },
    )
    home.sync()
    second = [request for request in site.seen() if request.path == LIST_PATH][1]
    # the header has whole seconds
    assert datetime.now(UTC) - timedelta(seconds=time.monotonic() - second.came) >= until - timedelta(seconds=1)


def test_retry_after_of_an_hour_is_a_refusal(home: Home, site: FaultServer) -> None:
    blog = posts(6)
    site.play(posts=blog, routes={ALL_POSTS: [Answer(status=429, headers={"Retry-After": "3600"}, body=b"no")]})
    begun = time.monotonic()
    home.sync(status=BLOCKED)
    assert time.monotonic() - begun < 30
    assert len(site.posts_asked()) <= 3


def test_site_that_is_down_for_a_moment_is_asked_again(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(3), routes={article_path(FIRST + 2): [Answer(status=502), Answer(status=500), ORDINARY]})
    home.sync()
    assert site.posts_asked().count(FIRST + 2) == 3
    assert home.posts() == numbers(posts(3))


def test_site_that_is_down_is_a_failure_and_comes_back(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(3), routes={article_path(FIRST + 2): [Answer(status=500)]})
    home.sync(status=FAILED)
    assert home.posts() == {FIRST + 1, FIRST + 3}
    assert home.run()["failed"] == 1
    site.play(posts=posts(3))
    home.sync()
    assert site.posts_asked() == [FIRST + 2]
    assert home.posts() == numbers(posts(3))


def test_pages_that_are_no_whole_digest(home: Home, site: FaultServer) -> None:
    faults = {1: "essay", 2: "vip", 3: "login", 4: "no_end", 5: ""}
    site.play(posts=[Post(number=FIRST + at, fault=fault) for at, fault in faults.items()])
    home.sync(status=None)
    sql = "SELECT address, page_class FROM captures WHERE address LIKE '%/article/details/%'"
    classes = {int(row["address"].rpartition("/")[2]) - FIRST: row["page_class"] for row in home.rows(sql)}
    assert classes == {1: "not_digest", 2: "post", 3: "login", 4: "damaged", 5: "post"}
    assert home.posts() == {FIRST + 2, FIRST + 5}
    assert home.rows("SELECT code FROM problems WHERE code = 'locked'") == [{"code": "locked"}]
    run = home.run()
    assert (run["damaged"], run["layout_changed"]) == (1, 0)
    assert {row["code"] for row in home.problems()} == {"damaged", "login"}


def test_login_wall_is_not_the_post(home: Home, site: FaultServer) -> None:
    site.play(posts=changed(posts(3), 2, fault="login"))
    home.sync(status=None)
    run = home.run()
    assert run["exit_status"] != OK
    assert (run["fetched"], run["new"]) == (2, 2)
    site.play(posts=posts(3))
    home.sync()
    assert site.posts_asked() == [FIRST + 2]  # what did not come is asked for again
    assert home.posts() == numbers(posts(3))


def test_login_wall_does_not_hide_what_was_there(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1))
    home.sync()
    before = home.post_rows()
    site.play(posts=posts(1, fault="login"))
    home.age(days=2)
    home.sync(status=None)
    assert home.run()["exit_status"] != OK
    assert home.post_rows() == before


def test_post_that_is_now_sold_keeps_its_whole_copy(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1))
    home.sync()
    before = home.post_rows()
    site.play(posts=posts(1, fault="vip"))
    home.age(days=2)
    home.sync(status=None)
    assert home.post_rows() == before


LAYOUT_FAULTS = (
    "box_renamed",
    "no_blocks",
    "no_title",
    "no_time",
    "no_recommenders",
    "no_links",
    "no_images",
    "no_summaries",
)


def test_each_broken_layout_is_reported_and_leaves_the_rows(home: Home, site: FaultServer) -> None:
    blog = posts(len(LAYOUT_FAULTS) + 2)
    site.play(posts=blog)
    home.sync()
    before = home.post_rows()
    broken = [replace(post, fault=fault, reads=500) for post, fault in zip(blog, LAYOUT_FAULTS, strict=False)]
    half = replace(blog[-2], blocks=1)
    site.play(posts=[*broken, half, blog[-1]])
    home.age(days=2)
    ran = home.sync(status=LAYOUT_CHANGED)
    run = home.run()
    assert (run["layout_changed"], run["changed"], run["unchanged"]) == (9, 0, 1)
    reported = {int(row["address"].rpartition("/")[2]) for row in home.problems() if row["code"] == "layout_changed"}
    assert reported == numbers([*broken, half])
    assert "layout" in ran.out + ran.err
    assert home.post_rows() == before
    # the pages are kept for whoever mends the reader
    assert all(len({row["body_sha256"] for row in home.observations(number)}) == 2 for number in reported)
    home.check()


def test_layout_that_was_mended_is_no_news(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(3))
    home.sync()
    before = home.post_rows()
    faults = ("box_renamed", "no_blocks", "no_links")
    site.play(posts=[replace(post, fault=fault) for post, fault in zip(posts(3), faults, strict=True)])
    home.age(days=2)
    home.sync(status=LAYOUT_CHANGED)
    site.play(posts=posts(3))
    home.age(days=6)
    home.sync()
    assert sorted(site.posts_asked()) == [FIRST + 1, FIRST + 2, FIRST + 3]
    run = home.run()
    assert (run["layout_changed"], run["changed"]) == (0, 0)
    assert home.post_rows() == before


def test_broken_layout_is_told_in_each_run_that_sees_it(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1))
    home.sync()
    site.play(posts=posts(1, fault="no_blocks"))
    for days in (2, 6):
        home.age(days=days)
        home.sync(status=LAYOUT_CHANGED)


# --- what arrives ----------------------------------------------------------------------------------------------------

BOMB = gzip.compress(bytes(100 * MEGABYTE), 9, mtime=0)
PAGE = article(Post(number=FIRST))


def redirect(target: str) -> Answer:
    return Answer(status=302, headers={"Location": target})


def test_each_spoilt_answer_is_refused_and_the_rest_arrives(home: Home, site: FaultServer) -> None:
    spoilt = {
        "reset": Answer(ordinary=True, reset_after=900),
        "short": Answer(ordinary=True, length=100_000),
        "gzip cut": Answer(ordinary=True, pack="gzip", cut=0.6),
        "br cut": Answer(ordinary=True, pack="br", cut=0.6),
        "zstd cut": Answer(ordinary=True, pack="zstd", cut=0.6),
        "gzip corrupt": Answer(ordinary=True, pack="gzip", flip=True),
        "br corrupt": Answer(ordinary=True, pack="br", flip=True),
        "zstd corrupt": Answer(ordinary=True, pack="zstd", flip=True),
        "gzip bomb": Answer(body=BOMB, headers={"Content-Encoding": "gzip"}),
        "gzip bomb in gzip": Answer(body=gzip.compress(BOMB), headers={"Content-Encoding": "gzip, gzip"}),
        "br bomb": Answer(body=pack(bytes(100 * MEGABYTE), "br"), headers={"Content-Encoding": "br"}),
        "zstd bomb": Answer(body=pack(bytes(100 * MEGABYTE), "zstd"), headers={"Content-Encoding": "zstd"}),
        "9 MiB": Answer(body=PAGE + b" " * 9 * MEGABYTE),
        "says 9 MiB": Answer(body=PAGE, length=9 * MEGABYTE),
        "endless": Answer(endless=True),
        "no HTTP": Answer(raw=b"\x00\x01nonsense\r\n\r\n"),
        "closed": Answer(raw=b""),
        "huge header": Answer(raw=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 10_000_000 + b"\r\n\r\n"),
        "redirect loop": redirect("?again=1"),
        "unknown encoding": Answer(body=PAGE, headers={"Content-Encoding": "snappy"}),
    }
    blog = posts(2 * len(spoilt))  # whole ones between them
    routes = {f"{article_path(FIRST + 2 * at + 1)}*": [answer] for at, answer in enumerate(spoilt.values())}
    bad = {FIRST + 2 * at + 1: name for at, name in enumerate(spoilt)}
    site.play(posts=blog, routes=routes)
    home.sync(status=FAILED)
    whole = {name for number, name in bad.items() if number in home.whole()}
    assert whole == set()
    assert home.posts() == numbers(blog) - bad.keys()
    run = home.run()
    assert run["damaged"] + run["failed"] == len(spoilt)
    reported = {int(found[1]) for row in home.problems() if (found := re.search(r"/([0-9]+)", row["address"][-10:]))}
    assert reported == set(bad)
    assert all(request.sent < 20 * MEGABYTE for request in site.seen())  # the endless one was left
    times = {name: site.posts_asked().count(number) for number, name in bad.items()}
    assert times.pop("redirect loop") <= 6
    assert times.pop("closed") <= 6  # Twisted asks again at once where a connection that it kept was closed
    assert max(times.values()) <= 3
    sizes = home.rows("SELECT max(size) AS size FROM bodies", captures=True)
    assert sizes[0]["size"] < MEGABYTE
    home.check()


def test_answers_that_are_odd_but_whole(home: Home, site: FaultServer) -> None:
    odd = {
        "slow": Answer(ordinary=True, pause=0.1),
        "late": Answer(ordinary=True, wait=1.0),
        "br": Answer(ordinary=True, pack="br"),
        "zstd": Answer(ordinary=True, pack="zstd"),
        "plain": Answer(ordinary=True, headers={"Content-Encoding": "identity"}),
        "more bytes than announced": Answer(
            body=PAGE.replace(b"80000000", str(FIRST + 6).encode()) + b"<!-- more -->", length=len(PAGE)
        ),
    }
    blog = posts(len(odd))
    routes = {article_path(FIRST + at): [answer] for at, answer in enumerate(odd.values(), 1)}
    site.play(posts=blog, pack="", routes=routes)
    home.sync(status=None)
    assert home.posts() == numbers(blog)


def test_answer_that_broke_off_once_is_fetched_again(home: Home, site: FaultServer) -> None:
    once = [Answer(ordinary=True, reset_after=500), ORDINARY]
    cut = [Answer(ordinary=True, pack="gzip", cut=0.5), ORDINARY]
    site.play(posts=posts(2), routes={article_path(FIRST + 1): once, article_path(FIRST + 2): cut})
    home.sync()
    assert len(site.posts_asked()) == 4
    assert home.posts() == numbers(posts(2))
    assert home.run()["damaged"] == 0


def test_damaged_answer_is_asked_for_again_by_the_next_run(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2), routes={article_path(FIRST + 1): [Answer(ordinary=True, pack="gzip", cut=0.5)]})
    home.sync(status=FAILED)
    site.play(posts=posts(2))
    home.sync()
    assert site.posts_asked() == [FIRST + 1]
    assert home.posts() == numbers(posts(2))


def test_damaged_look_does_not_hide_what_was_there(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1), validators="none")
    home.sync()
    before = home.post_rows()
    broken = {article_path(FIRST + 1): [Answer(ordinary=True, pack="gzip", cut=0.5)]}
    site.play(posts=posts(1), validators="none", routes=broken)
    home.age(days=2)
    home.sync(status=FAILED)
    assert home.post_rows() == before
    assert home.run()["layout_changed"] == 0
    site.play(posts=posts(1), validators="none")
    home.sync()
    assert site.posts_asked() == [FIRST + 1]


def test_wrong_charset_is_seen(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2, charset="gb18030"))
    home.sync()
    found = home.rows("SELECT title FROM posts ORDER BY post_id")
    assert [row["title"] for row in found] == [title(FIRST + 1), title(FIRST + 2)]


GZIPPED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    ("path", "spoil"),
    [
        (FEEDS, lambda body: Answer(body=body[: len(body) // 2])),
        (FEEDS, lambda body: Answer(body=gzip.compress(body)[:-300], headers=GZIPPED)),
        (FEEDS, lambda body: Answer(body=BOMB, headers=GZIPPED)),
        (LIST_PATH, lambda body: Answer(body=body[: len(body) // 2])),
        (LIST_PATH, lambda body: Answer(body=body, length=len(body) + 5000)),
    ],
    ids=["feed cut", "feed's gzip cut", "feed a bomb", "list cut", "list short"],
)
def test_spoilt_list_is_not_taken_for_the_end(
    home: Home, site: FaultServer, path: str, spoil: Callable[[bytes], Answer]
) -> None:
    blog = posts(5)
    body = feed(blog) if path == FEEDS else list_answer(blog, page=1, size=100)
    site.play(posts=blog, routes={path: [spoil(body)]})
    home.sync(status=None)
    assert home.posts() == numbers(blog)  # found by the ways that are left
    way = {FEEDS: "feed", LIST_PATH: "list_api"}[path]
    assert home.run()["ways"][way] != "served"


# --- where it goes ---------------------------------------------------------------------------------------------------


def test_nobody_on_the_private_network_is_asked(home: Home, site: FaultServer) -> None:
    port = site.trap
    targets = [
        f"http://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://LOCALHOST.:{port}/",
        f"http://2130706433:{port}/",
        f"http://0x7f000001:{port}/",
        f"http://0x7f.1:{port}/",
        f"http://0177.0.0.1:{port}/",
        f"http://127.1:{port}/",
        f"http://127.0.0.2:{port}/",
        f"http://0.0.0.0:{port}/",
        f"http://0:{port}/",
        f"http://[::1]:{port}/",
        f"http://[::]:{port}/",
        f"http://[::ffff:127.0.0.1]:{port}/",
        f"http://[::ffff:7f00:1]:{port}/",
        f"http://①②⑦.0.0.1:{port}/",
        f"http://127。0。0。1:{port}/",
        f"//127.0.0.1:{port}/",
        f"\\\\127.0.0.1:{port}/",
        f"http:\\\\127.0.0.1:{port}\\",
        f"http:/\\127.0.0.1:{port}/",
        f"http://blog.csdn.net@127.0.0.1:{port}/",
        f"http://blog.csdn.net\\@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}#@blog.csdn.net/",
        f"http://user:word@127.0.0.1:{port}/",
        f" http://127.0.0.1:{port}/",
        f"https://127.0.0.1:{port}/",
        f"ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "data:text/html,x",
        "http://[",
        "https://blog.csdn.net:99999/",
    ]
    blog = posts(2 * len(targets))
    routes = {
        article_path(FIRST + 2 * at + 1): [Answer(status=302 + at % 2 * 5, headers={"Location": latin(target)})]
        for at, target in enumerate(targets)
    }
    site.play(posts=blog, routes=routes)
    home.sync(status=None)
    assert site.trapped() == []
    bad = {FIRST + 2 * at + 1 for at in range(len(targets))}
    assert home.posts() == numbers(blog) - bad
    assert sorted(site.posts_asked()) == sorted(numbers(blog))


def latin(text: str) -> str:
    """Text as the bytes of a header, which are UTF-8."""
    return text.encode().decode("latin-1")


def test_redirects_are_judged_at_every_hop(home: Home, site: FaultServer) -> None:
    start = article_path(FIRST + 1)
    routes = {
        start: [redirect("/hop/1")],
        "/hop/1": [redirect("/hop/2")],
        "/hop/2": [redirect(f"//localhost:{site.trap}/")],
    }
    robots = [redirect(f"http://127.0.0.1:{site.trap}/robots.txt")]
    site.play(posts=posts(2), routes=routes)
    home.sync(status=None)
    assert "/hop/2" in site.paths()
    site.play(posts=posts(2), routes={"/robots.txt": robots})
    home.sync(status=None)
    assert site.trapped() == []


def test_pages_do_not_send_us_anywhere(home: Home, site: FaultServer) -> None:
    trap = f"http://127.0.0.1:{site.trap}/"
    lure = (
        f'<meta http-equiv="refresh" content="0; url={trap}"><base href="{trap}"><link rel="canonical" href="{trap}">'
        f'<img src="{trap}"><script src="{trap}"></script>'
    )
    body = article(Post(number=FIRST + 1)).replace(b"<head>", b"<head>" + lure.encode())
    headers = {"Refresh": f"0; url={trap}", "Link": f"<{trap}>; rel=preload", "Set-Cookie": "a=b; Path=/"}
    site.play(posts=posts(2), routes={article_path(FIRST + 1): [Answer(body=body, headers=headers)]})
    home.sync(status=None)
    assert site.trapped() == []
    assert all("cookie" not in request.headers and "referer" not in request.headers for request in site.seen())


def test_who_asks_says_who_he_is_and_asks_one_thing_at_a_time(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(6), wait=0.02)
    home.sync()
    seen = site.seen()
    assert all(re.fullmatch(rf"paperdigest/\S+ \(\+{CONTACT}\)", r.headers["user-agent"]) for r in seen)
    assert all(later.came >= earlier.left for earlier, later in pairwise(seen))


def test_requests_are_apart_by_the_delay(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(4))
    home.sync("--delay", "0.4")
    came = [request.came for request in site.seen() if request.path != "/robots.txt"]
    assert len(came) >= 6
    assert min(later - earlier for earlier, later in pairwise(came)) > 0.15  # half of it, at least


def test_nothing_listens(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(1), routes={article_path(FIRST + 1): [Answer(ordinary=True, wait=1.0)]})
    site.forget()
    process = home.start()
    home.wait_for(process, 1, article_path(FIRST + 1))
    listening = listening_sockets(process.pid)
    home.end(process)
    assert listening == set()


def listening_sockets(pid: int) -> set[str]:
    """Sockets of a process and its children that wait for connections."""
    pids = [pid]
    for parent in pids:
        pids += [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    inodes = set()
    for each in pids:
        for handle in Path(f"/proc/{each}/fd").iterdir():
            inodes |= set(re.findall(r"socket:\[([0-9]+)\]", str(handle.readlink())))
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()
    ]
    return {fields[1] for fields in lines if fields[3] == "0A" and fields[9] in inodes}


def test_live_site_needs_a_contact_and_a_delay(home: Home) -> None:
    for options in (("--contact", "nobody"), ("--delay", "0.5", "--site-url", "https://mirror.example")):
        ran = home.end(home.start(*options), status=2)
        assert "Usage" in ran.err


# --- what is said of a run -------------------------------------------------------------------------------------------


def test_run_leaves_a_row_and_its_problems(home: Home, site: FaultServer) -> None:
    routes = {
        article_path(FIRST + 1): [Answer(status=521, body=CHALLENGE)],
        article_path(FIRST + 2): [Answer(status=404, body=b"gone")],
        article_path(FIRST + 3): [Answer(ordinary=True, pack="gzip", cut=0.5)],
        article_path(FIRST + 4): [Answer(status=500)],
    }
    site.play(posts=posts(8), routes=routes)
    ran = home.sync("--json", status=BLOCKED)
    run, seen = home.run(), site.seen()
    counts = {
        name: run[name] for name in ("found", "fetched", "new", "gone", "blocked", "damaged", "failed", "changed")
    }
    assert counts == {
        "found": 8,
        "fetched": 4,
        "new": 4,
        "gone": 1,
        "blocked": 1,
        "damaged": 1,
        "failed": 1,
        "changed": 0,
    }
    assert run["command"] == "sync"
    assert run["source"].startswith("csdn")
    assert run["asked"]["user"] == USER
    assert run["requests"] == len(seen)
    assert run["bytes"] > 1000
    assert 0 < run["seconds"] < 60
    assert run["begun_at"] <= run["ended_at"]
    assert {"paperdigest", "scrapy", "python", "sqlite"} <= run["versions"].keys()
    codes = {int(row["address"].rpartition("/")[2]) - FIRST: row["code"] for row in home.problems()}
    assert codes == {1: "blocked", 3: "damaged", 4: "failed"}
    assert ran.json
    runs = home.end(home.start("--json", command="runs")).json
    shown = json.dumps(runs)
    assert "blocked" in shown
    assert "list_api" in shown


def test_last_lines_say_what_changed_in_plain_words(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(3))
    first = home.sync()
    assert re.search(r"\b3\b", first.out.splitlines()[-1]), first.out
    second = home.sync()
    assert re.search("no|nothing", second.out.splitlines()[-1], re.IGNORECASE), second.out
    site.play(posts=[*changed(posts(3), 1, edition=2), Post(number=FIRST + 4)])
    home.age(days=2)
    third = home.sync()
    said = "\n".join(third.out.splitlines()[-3:])
    assert re.search(r"\b1 \w*\s?(?:new|changed)|(?:new|changed)\D{0,20}\b1\b", said), third.out


def test_json_is_one_object_and_nothing_else(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2))
    for _ in range(2):
        ran = home.sync("--json")
        assert ran.json.keys()
        assert ran.err == ""


def test_empty_blog_is_not_a_success_by_chance(home: Home, site: FaultServer) -> None:
    site.play(posts=[])
    home.sync(status=FAILED)

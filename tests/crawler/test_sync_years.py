"""What years of ``paperdigest sync`` from cron bring: clocks that were wrong, lists that lie, files that are gone."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from tests.crawler.faultpages import CHALLENGE, LIST_PATH, USER, Post, article_path, list_answer
from tests.crawler.faultserver import Answer, FaultServer
from tests.crawler.syncruns import Home

FAILED, BLOCKED, DISK_FULL, NOT_AN_ARCHIVE = 1, 4, 6, 8
FIRST = 80_000_000
FEEDS = f"/{USER}/rss/*"


def posts(count: int) -> list[Post]:
    return [Post(number=FIRST + at) for at in range(1, count + 1)]


# --- a site that lies ------------------------------------------------------------------------------------------------


def redirect(number: int) -> Answer:
    return Answer(status=302, headers={"Location": article_path(number)})


def test_redirect_to_another_post_is_no_look_at_that_one(home: Home, site: FaultServer) -> None:
    """Else a login wall that a redirect led to would count as the post, and nobody would ask for that again."""
    first, second = posts(2)
    blog = [replace(first, fault="login"), second]
    site.play(posts=blog, routes={article_path(second.number): [redirect(FIRST + 1)]})
    for _ in range(2):
        home.sync(status=BLOCKED)
        assert "login" in {problem["code"] for problem in home.problems()}
    assert home.whole() == set()


def test_post_that_only_a_redirect_leads_to_is_looked_at_by_itself(home: Home, site: FaultServer) -> None:
    first, second = posts(2)
    site.play(posts=[replace(first, named_by=()), second], routes={article_path(second.number): [redirect(FIRST + 1)]})
    home.sync(status=FAILED)
    assert site.posts_asked() == [FIRST + 2, FIRST + 1, FIRST + 1]
    assert home.posts() == {FIRST + 1}
    assert home.run()["new"] == 1
    home.sync(status=FAILED)
    assert home.posts() == {FIRST + 1}


def test_redirect_to_the_post_of_another_user_brings_none(home: Home, site: FaultServer) -> None:
    foreign = Answer(status=302, headers={"Location": f"/neighbour/article/details/{FIRST + 1}"})
    first, second = posts(2)
    site.play(posts=[replace(first, named_by=()), second], routes={article_path(second.number): [foreign]})
    home.sync(status=FAILED)
    assert home.posts() == home.whole() == set()


def short_list(count: int, total: int) -> Answer:
    answer = json.loads(list_answer(posts(count), page=1, size=count or 1))
    answer["data"]["total"] = total
    return Answer(body=json.dumps(answer).encode())


@pytest.mark.parametrize(
    "answers",
    [[short_list(0, 0)], [short_list(5, 5)], [short_list(9, 30), short_list(0, 30)]],
    ids=["empty", "fewer than the feed names", "breaks off"],
)
def test_list_that_lacks_most_posts_is_not_the_list(home: Home, site: FaultServer, answers: list[Answer]) -> None:
    site.play(posts=posts(30), routes={LIST_PATH: answers})
    home.sync()
    ways = home.run()["ways"]
    assert (ways["list_api"].partition(":")[0], ways["list_page"]) == ("failed", "served")
    assert home.posts() == {post.number for post in posts(30)}


def test_list_that_lacks_some_posts_is_the_list(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(30), routes={LIST_PATH: [short_list(28, 30), short_list(0, 30)]})
    ran = home.sync()
    assert home.run()["ways"]["list_api"] == "served"
    assert "the list says 30 posts, but names 28" in ran.err


def test_empty_list_is_not_remembered_as_the_whole_one(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(3))
    home.sync()
    home.age(days=31)
    site.play(posts=posts(3), routes={LIST_PATH: [short_list(0, 0)], FEEDS: [Answer(status=404)]})
    home.sync(status=FAILED)
    assert home.run()["full_list"] == 0
    site.play(posts=posts(3))
    home.sync()
    assert home.run()["full_list"] == 1


def test_spoilt_feed_is_no_harm_where_the_list_served(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(3), routes={FEEDS: [Answer(body=b"<?xml version='1.0'?><rss><channel>")]})
    home.sync()
    assert home.run()["ways"]["feed"].startswith("failed")


@pytest.mark.parametrize(
    "robots",
    [
        Answer(body=b"User-agent: *\nDisallow: /scripts/\nDisallow: /\n" + b"# x\n" * 999, pack="gzip", cut=0.5),
        Answer(body=b"User-agent: *\n", length=500),
        Answer(body=CHALLENGE),
    ],
    ids=["half a gzip", "half a file", "security check"],
)
def test_rules_that_did_not_come_whole_allow_nothing(home: Home, site: FaultServer, robots: Answer) -> None:
    site.play(posts=posts(1), robots=robots)
    home.sync(status=BLOCKED)
    assert set(site.paths()) == {"/robots.txt"}
    assert home.problems()[0]["code"] == "robots_unreachable"


@pytest.mark.parametrize("path", ["/[!r]*", "*/article/details/*"], ids=["all", "posts"])
def test_what_was_refused_is_never_nothing_new(home: Home, site: FaultServer, path: str) -> None:
    site.play(posts=posts(2), routes={path: [Answer(status=403)]})
    ran = home.sync(status=BLOCKED)
    assert "nothing new" not in ran.out
    assert "whether there is anything new is not known" in ran.out


# --- a site that is down ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [Answer(status=503), Answer(raw=b"")], ids=["503", "no answer"])
def test_site_that_is_down_is_left_alone(home: Home, site: FaultServer, answer: Answer) -> None:
    """Hundreds of posts, each asked for three times with waits between, would keep it busy for hours."""
    given = posts(30)
    site.play(posts=given, routes={article_path(post.number): [answer] for post in given[:-5]})
    ran = home.sync(status=FAILED)
    assert len(set(site.posts_asked())) < 20  # some more may have been tried once before the fifth was given up
    assert home.posts() == {post.number for post in given[-5:]}
    assert home.run()["failed"] == 5
    assert [problem["code"] for problem in home.problems()] == [*["failed"] * 5, "unreachable"]
    assert "ended: unreachable" in ran.out
    site.play(posts=given)
    home.sync()
    assert home.posts() == {post.number for post in given}


def test_site_that_is_down_but_for_some_posts_is_asked_for_all(home: Home, site: FaultServer) -> None:
    given = posts(20)
    bad = [post for post in given if post.number % 5]
    site.play(posts=given, routes={article_path(post.number): [Answer(status=500)] for post in bad})
    home.sync(status=FAILED)
    assert set(site.posts_asked()) == {post.number for post in given}


@pytest.mark.parametrize(("status", "count", "end"), [(403, 3, BLOCKED), (500, 5, FAILED)])
def test_posts_that_are_always_refused_do_not_keep_the_others_away(
    home: Home, site: FaultServer, status: int, count: int, end: int
) -> None:
    given = posts(20)
    routes = {article_path(post.number): [Answer(status=status)] for post in given[-count:]}  # the newest
    site.play(posts=given, routes=routes)
    for _ in range(2):
        home.sync(status=end)
    assert home.posts() == {post.number for post in given[:-count]}
    home.age(days=2)
    home.sync(status=end)
    assert {post.number for post in given[:-count]} <= set(site.posts_asked())


# --- files that are damaged or gone ----------------------------------------------------------------------------------


def test_lost_bytes_are_fetched_again_and_end_no_run(home: Home, site: FaultServer) -> None:
    """As in a store that was saved from a damaged disk with ``.recover``."""
    site.play(posts=posts(2))
    home.sync()
    with closing(sqlite3.connect(home.captures)) as connection, connection:
        connection.execute("DELETE FROM bodies")
    home.age(days=1.1)
    home.sync()
    assert [request.status for request in site.seen() if request.number] == [200, 200]
    assert home.posts() == {FIRST + 1, FIRST + 2}
    assert home.rows("SELECT count(*) AS n FROM problems WHERE code = 'damaged_body'")[0]["n"] > 0


def test_archive_without_its_captures_is_refused_before_anything_is_asked(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2))
    home.sync()
    captures = home.captures.rename(home.folder / "elsewhere.db")
    ran = home.sync(status=NOT_AN_ARCHIVE)
    assert "there are no captures at" in ran.err
    assert (site.paths(), home.captures.exists()) == ([], False)
    home.sync("--captures", str(captures))
    home.archive.unlink()  # now nothing is lost that was not lost before
    home.sync()
    assert home.posts() == {FIRST + 1, FIRST + 2}


def test_captures_that_vanish_during_a_run_end_it_with_a_word(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(30), wait=0.05)
    process = home.start()
    home.wait_for(process, 2, "*/article/details/*")
    home.captures.unlink()
    ran = home.end(process, status=FAILED)
    assert ran.err.startswith("paperdigest: ")
    assert not home.captures.exists()
    site.play(posts=posts(3))
    home.sync()
    assert home.posts() == {post.number for post in posts(3)}


def test_run_whose_archive_could_not_be_written_says_what_it_fetched(home: Home, site: FaultServer) -> None:
    site.play(posts=posts(2))
    home.sync()
    with closing(sqlite3.connect(home.archive)) as connection, connection:  # what SQLite says on a full disk
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON captures BEGIN SELECT raise(ABORT, 'database or disk is full'); END"
        )
    site.play(posts=posts(3))
    home.sync(status=DISK_FULL)
    run = home.run()
    assert (run["outcome"], run["new"], run["requests"], run["ways"]["feed"]) == ("disk full", 1, 3, "served")
    assert "disk is full" in home.problems()[-1]["message"]

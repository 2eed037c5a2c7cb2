"""Crawls of a server on loopback that plays WeChat, each by the real command in its own process; and its addresses."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.captures import Capture, CaptureStore
from crawler.commands.wechat import given_articles, linked_articles
from crawler.hosts import HostRules, refusal
from crawler.runs import Runs
from crawler.spiders.wechat import WechatSpider, article_at
from tests.conftest import Run
from tests.crawler.standin import Answer, StandIn, csdn_page, wechat_page

ROOT = Path(__file__).parents[2]
BIZ = "MzIwMTc4ODE0Mw=="
SN = "0123456789abcdef0123456789abcdef"
SHORT = "/s/1bJ3QVbXQW7B9wV2sQ2HzA"


def path_of(mid: int) -> str:
    return f"/s?__biz={BIZ}&mid={mid}&idx=1&sn={SN}"


def address_of(mid: int) -> str:
    return f"https://mp.weixin.qq.com{path_of(mid)}"


def printed(mid: int) -> str:
    """An article's address as links print it."""
    biz = BIZ.replace("=", "%3D")
    return f"http://mp.weixin.qq.com/s?__biz={biz}&amp;mid={mid}&amp;idx=1&amp;sn={SN}&amp;chksm=f00&amp;scene=21#rd"


def message(text: str) -> Answer:
    """A page that the site shows in place of an article."""
    return Answer(
        body=(
            '<!DOCTYPE html><html><head><title></title></head><body><div class="weui-msg">'
            f'<h2 class="weui-msg__title">{text}</h2></div></body></html>'
        ).encode()
    )


VERIFICATION = Answer(
    status=302, headers={"Location": "/mp/wappoc_appmsgcaptcha?poc_token=x&target_url=https%3A%2F%2Fmp.weixin.qq.com"}
)


@dataclass(kw_only=True)
class Scene:
    """A server, a crawl of it, and what came of both."""

    server: StandIn
    archive: Path
    process: subprocess.Popen[str]
    _ended: tuple[int, str, str] | None = None

    def end(self) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        if self._ended is None:
            out, err = self.process.communicate(timeout=60)
            self._ended = self.process.returncode, out, err
        return self._ended

    def captures(self) -> dict[str, Capture]:
        self.end()
        with CaptureStore.open(self.archive.with_suffix(".captures.db"), readonly=True) as store:
            return {one.address or "": one for one in store.observations()}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        self.end()
        with closing(sqlite3.connect(self.archive)) as connection:
            return connection.execute(sql).fetchall()


def start(server: StandIn, archive: Path, *arguments: object) -> Scene:
    command = [sys.executable, "-m", "crawler.cli", "crawl", "wechat", "--site-url", server.url, "--delay", "0"]
    process = subprocess.Popen(
        [*command, "--archive", str(archive), *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    return Scene(server=server, archive=archive, process=process)


Prepared = tuple[object, ...]


def _fine(server: StandIn, archive: Path) -> Prepared:
    """A long link, a short one, and all the ways in which an article is gone."""
    server.answers[path_of(9)] = Answer(body=wechat_page(9))
    server.answers[SHORT] = Answer(body=wechat_page(8))
    for mid, text in (
        (7, "该内容已被发布者删除"),
        (6, "The content has been deleted by the author."),
        (5, "此内容因违规无法查看"),
        (4, "该内容暂时无法查看"),
    ):
        server.answers[path_of(mid)] = message(text)
    list_file = archive.with_suffix(".txt")
    lines = ["# past posts", "", f"  {printed(9)} ", f"https://mp.weixin.qq.com{SHORT}?scene=1#wechat_redirect"]
    list_file.write_text("\n".join(["\ufeff" + lines[0], *lines[1:], *map(address_of, (7, 6, 5, 4))]), "utf-8")
    return ("--from", list_file, address_of(9))


def _refusing(server: StandIn, archive: Path) -> Prepared:
    server.answers[path_of(9)] = Answer(body=wechat_page(9))
    server.answers[path_of(8)] = VERIFICATION
    server.answers[path_of(7)] = message("环境异常</h2><p>完成验证后即可继续访问</p><h2>")
    server.answers[path_of(6)] = VERIFICATION
    server.answers[path_of(5)] = Answer(body=wechat_page(5))
    return tuple(map(address_of, (5, 6, 7, 8, 9)))


def _odd(server: StandIn, archive: Path) -> Prepared:
    """Another article, half an article, a redirect elsewhere, a page of no known kind."""
    server.answers[path_of(9)] = Answer(body=wechat_page(1))
    server.answers[path_of(8)] = Answer(body=wechat_page(8)[:-60])
    server.answers[path_of(7)] = Answer(status=302, headers={"Location": "https://evil.example/"})
    server.answers[path_of(6)] = Answer(status=302, headers={"Location": "/s/another-one"})
    server.answers[path_of(5)] = message("参数错误")
    return tuple(map(address_of, (5, 6, 7, 8, 9)))


SCENES: dict[str, Callable[[StandIn, Path], Prepared]] = {"fine": _fine, "refusing": _refusing, "odd": _odd}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    """All crawls, started side by side: each spends most of its time starting Python."""
    folder = tmp_path_factory.mktemp("wechat")
    with ExitStack() as stack:
        found: dict[str, Scene] = {}
        for name, prepare in SCENES.items():
            server = stack.enter_context(StandIn())
            archive = folder / f"{name}.db"
            found[name] = start(server, archive, *prepare(server, archive))
            stack.callback(found[name].process.kill)
        yield found


# --- crawls ----------------------------------------------------------------------------------------------------------


def test_articles_of_a_list_are_archived(scenes: dict[str, Scene]) -> None:
    scene = scenes["fine"]
    status, out, err = scene.end()
    assert status == 0, err + out
    assert sorted(scene.server.asked()) == sorted([SHORT, *map(path_of, (9, 7, 6, 5, 4))])
    assert scene.rows("SELECT post_id FROM posts ORDER BY post_id") == [
        ("wechat-MzIwMTc4ODE0Mw-8-1",),
        ("wechat-MzIwMTc4ODE0Mw-9-1",),
    ]
    assert scene.rows("SELECT DISTINCT distance FROM copy_facts") == [(0,)]


def test_gone_articles_are_gone_and_not_parsed(scenes: dict[str, Scene]) -> None:
    scene = scenes["fine"]
    assert "4 gone" in scene.end()[1]
    assert {scene.captures()[address_of(mid)].answer for mid in (7, 6, 5, 4)} == {"gone"}
    assert scene.rows("SELECT page_class, count(*) FROM captures GROUP BY page_class ORDER BY page_class") == [
        ("gone", 4),
        ("post", 2),
    ]


def test_what_was_answered_is_not_asked_again(scenes: dict[str, Scene]) -> None:
    scene = scenes["fine"]
    scene.end()
    asked = len(scene.server.requests)
    again = start(scene.server, scene.archive, address_of(9), address_of(7))
    status, out, err = again.end()
    assert status == 0, err + out
    assert scene.server.requests[asked:] == []
    assert "2 stored before" in out
    refetched = start(scene.server, scene.archive, address_of(9), "--refetch")
    assert refetched.end()[0] == 0
    assert scene.server.requests[asked:] == ["/robots.txt", path_of(9)]


def test_check_is_never_followed_and_ends_the_crawl(scenes: dict[str, Scene]) -> None:
    scene = scenes["refusing"]
    status, _, err = scene.end()
    assert status == 4
    # the newest first; after three refusals in a row 5 is not asked for
    assert scene.server.asked() == [path_of(9), path_of(8), path_of(7), path_of(6)]
    assert "leads to a check whether a person asks" in err
    blocked = {address: one.blocked for address, one in scene.captures().items() if one.blocked is not None}
    assert set(blocked) == {address_of(mid) for mid in (8, 7, 6)}
    assert scene.rows("SELECT post_id FROM posts") == [("wechat-MzIwMTc4ODE0Mw-9-1",)]


def test_blocked_articles_are_asked_for_by_the_next_crawl(scenes: dict[str, Scene]) -> None:
    scene = scenes["refusing"]
    scene.end()
    asked = len(scene.server.asked())
    for mid in (8, 7, 6):
        scene.server.answers[path_of(mid)] = Answer(body=wechat_page(mid))
    again = start(scene.server, scene.archive)
    assert again.end()[0] == 0
    # what was asked for in vain comes after what never was
    assert scene.server.asked()[asked:] == [path_of(mid) for mid in (5, 8, 7, 6)]
    assert again.rows("SELECT count(*) FROM posts") == [(5,)]


def test_odd_answers_are_reported(scenes: dict[str, Scene]) -> None:
    scene = scenes["odd"]
    status, _, err = scene.end()
    assert status not in (0, 4)
    for words in ("it says that it is", "breaks off", "evil.example", "status 302", "layout changed"):
        assert words in err
    assert scene.server.asked() == [path_of(mid) for mid in (9, 8, 7, 6, 5)]
    assert scene.rows("SELECT count(*) FROM posts") == [(0,)]


def test_run_is_in_the_book(scenes: dict[str, Scene]) -> None:
    scene = scenes["refusing"]
    scene.end()
    with CaptureStore.open(scene.archive.with_suffix(".captures.db"), readonly=True) as store:
        run = Runs(store).latest()[-1]
    assert (run.command, run.source, run.exit_status) == ("crawl wechat", f"wechat via {scene.server.url}", 4)
    assert (run.counts.found, run.counts.fetched, run.counts.blocked) == (5, 1, 3)
    assert run.ways == {"given": "served"}


def test_past_posts_of_the_archive(paperdigest: Run, tmp_path: Path) -> None:
    past = (
        printed(9),
        f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=3&idx=1",
        "https://blog.csdn.net/u/article/details/1",
    )
    tmp_path.joinpath("digest.html").write_bytes(csdn_page(1, past=past))
    paperdigest("import", "digest.html", "--archive", "a.db")
    with StandIn() as server:
        server.answers[path_of(9)] = Answer(body=wechat_page(9))
        options = ("--archive", "a.db", "--site-url", server.url, "--delay", 0)
        done = paperdigest("crawl", "wechat", *options)
        assert server.asked() == [path_of(9)]
        assert "lacks sn" in done.stderr
        assert "past_posts" in done.stdout
        server.requests.clear()
        # nothing left to ask for: not even robots.txt
        paperdigest("crawl", "wechat", *options)
        assert server.requests == []
    articles, problems = linked_articles(tmp_path / "a.db")
    assert (articles, len(problems)) == ([], 1)


def test_bad_address_is_refused_before_anything_is_asked(paperdigest: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("list.txt").write_text(f"{address_of(9)}\nhttps://example.org/\n")
    done = paperdigest("crawl", "wechat", "--from", "list.txt", "--contact", "me@example.org", status=2)
    assert "list.txt, line 2: 'https://example.org/' is no address of a WeChat article" in done.stderr
    done = paperdigest("crawl", "wechat", address_of(9), status=2)
    assert "contact" in done.stderr
    assert not tmp_path.joinpath("data").exists()


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "address"),
    [
        (printed(2247486341), "wechat-MzIwMTc4ODE0Mw-2247486341-1", address_of(2247486341)),
        (f"mp.weixin.qq.com{SHORT}/", "wechat-s-1bJ3QVbXQW7B9wV2sQ2HzA", f"https://mp.weixin.qq.com{SHORT}"),
        (f"https://mp.weixin.qq.com{SHORT}?scene=1", "wechat-s-1bJ3QVbXQW7B9wV2sQ2HzA", f"https://mp.weixin.qq.com{SHORT}"),
        (f"https://link.csdn.net/?target=http%3A%2F%2Fmp.weixin.qq.com{SHORT}", "wechat-s-1bJ3QVbXQW7B9wV2sQ2HzA",
         f"https://mp.weixin.qq.com{SHORT}"),
    ],
)  # fmt: skip
def test_article_address(text: str, key: str, address: str) -> None:
    post = article_at(text, way="given")
    assert (post.key, post.address) == (key, address)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no address"),
        ("https://mp.weixin.qq.com/", "no address"),
        ("https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=x", "no address"),
        ("https://mp.weixin.qq.com.evil.example/s/1bJ3QVbXQW7B9wV2sQ2HzA", "no address"),
        ("https://mp.weixin.qq.com@127.0.0.1/s/1bJ3QVbXQW7B9wV2sQ2HzA", "no address"),
        ("https://weixin.qq.com/s/1bJ3QVbXQW7B9wV2sQ2HzA", "no address"),
        ("http://[", "no address"),
        (f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1&idx=1", "lacks sn"),
        (f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1&idx=1&sn=%0d%0aX", "lacks sn"),
        (f"https://mp.weixin.qq.com/mp/appmsg/show?__biz={BIZ}&appmsgid=1&itemidx=1&sn={SN}", "lacks sn|no address"),
    ],
)
def test_no_article_address(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        article_at(text, way="given")


_PIECES = st.sampled_from(
    ["https://", "http://", "mp.weixin.qq.com", "127.0.0.1", "@", ":", "/s", "/s/", "?", "__biz=a", "&mid=1", "&idx=1",
     f"&sn={SN}", "#", "\\", "%0a", "\r\n", "evil.example", "1bJ3QVbXQW7B9", "&amp;"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=40))
def test_whatever_is_taken_for_an_article_is_on_wechat(text: str) -> None:
    try:
        post = article_at(text, way="given")
    except ValueError:
        return
    assert refusal(post.address, HostRules(patterns=WechatSpider.host_patterns)) is None
    assert article_at(post.address, way="given") == post


def test_given_articles(tmp_path: Path) -> None:
    assert given_articles([printed(9)])[0].way == "given"
    assert given_articles([]) == []
    with pytest.raises(FileNotFoundError):
        given_articles([], tmp_path / "missing.txt")


def test_no_archive_no_links(tmp_path: Path) -> None:
    assert linked_articles(tmp_path / "missing.db") == ([], [])

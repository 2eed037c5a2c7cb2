"""The pages of the project, asked of real servers of both versions of Datasette and drawn by a real browser."""

import re
import shutil
import sqlite3
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from crawler.browse.serve import Server
from crawler.images.kinds import read_kind
from crawler.images.store import ImageStore, images_path
from normalize.identifiers import SCHEMES
from tests.browse.chromium import chromium, screenshot
from tests.browse.servers import VERSIONS, fetch, load_plugin, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAPER = "pw-9207"  # recommended twice, with eight figures and more
DIGEST = "csdn-99000005"
PAGES = (
    "/",
    "/digests",
    "/digests?year=2018",
    f"/paper/{PAPER}",
    f"/digest/{DIGEST}",
    "/recommender/云端漫步",
    "/tag/attention",
    "/venue/CVPR",
    "/venue/CVPR?year=2020",
)
TABLES = ("/archive", "/archive/paper_overview", "/archive/recommendations")
LOST = ("/paper/pw-1", "/digest/x", "/recommender/无名", "/tag/none", "/venue/none", "/nothing", "/archive/nothing")
BROKEN = "broken"  # key of a picture whose bytes are no picture


def png(width: int, height: int, grey: int) -> bytes:
    """A picture of one colour."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    rows = (b"\x00" + bytes([grey]) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def pictured(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive with a store that has all pictures of its papers but one a recommendation."""
    copy = tmp_path_factory.mktemp("pictured") / "sample.db"
    for suffix in (".db", ".captures.db"):
        shutil.copy(archive.with_suffix(suffix), copy.with_suffix(suffix))
    with closing(sqlite3.connect(copy)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT key, url FROM images WHERE role = 'figure' AND position <> 2 ORDER BY 1"
        )
        with ImageStore.open(images_path(copy)) as store:
            for number, (key, url) in enumerate(rows):
                body = png(300 + 40 * (number % 12), 200, 60 + number % 150)
                store.keep(key, body, read_kind(body), address=url, fetched_at=datetime.now(UTC))
    with closing(sqlite3.connect(images_path(copy))) as connection:
        body = b"<script>pwn()</script>"
        values = ("0" * 64, len(body), "image/png", 1, 1, body)
        connection.execute("INSERT INTO bodies (sha256, size, type, width, height, body) VALUES (?,?,?,?,?,?)", values)
        connection.execute("INSERT INTO pictures VALUES (?, ?, 'https://example.org/', '')", (BROKEN, "0" * 64))
        connection.commit()
    return copy


@pytest.fixture(scope="module", params=VERSIONS)
def pages(request: pytest.FixtureRequest, pictured: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(pictured, tmp_path_factory.mktemp("pages"), request.param) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: "Browser", pages: Server) -> Iterator["Page"]:
    """A page of a Chinese reader, in which nothing but our server answers."""
    context = browser.new_context(base_url=pages.url, locale="zh-CN", viewport={"width": 1280, "height": 900})
    context.route(re.compile("^https:"), lambda route: route.abort())
    opened = context.new_page()
    yield opened
    context.close()


def ask(server: Server, path: str, language: str) -> str:
    """A page in the language that a browser prefers."""
    address = server.url + quote(path, safe="/?&=%")
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept-Language": language})) as answer:
        text: str = answer.read().decode()
    return text


class Outline(HTMLParser):
    """What of a page can be checked without drawing it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


# --- what is served --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_both_languages(pages: Server, path: str) -> None:
    chinese, english = ask(pages, path, "zh-CN,zh;q=0.9,en;q=0.8"), ask(pages, path, "en-GB")
    assert '<html lang="zh-Hans">' in chinese
    assert "搜索" in chinese
    assert '<html lang="en">' in english
    assert "Search" in english


@pytest.mark.parametrize("path", LOST)
def test_what_is_not_there_is_a_404_of_the_same_look(pages: Server, path: str) -> None:
    answer = fetch(pages, path)
    assert answer.status == 404
    assert "There is no such page" in answer.text
    assert 'class="pd-header"' in answer.text


def test_every_scheme_of_identifiers_has_a_word() -> None:
    words = load_plugin("paperdigest_look")._WORDS
    assert {scheme.name for scheme in SCHEMES} <= words.keys()


def test_json_stays_json_where_something_is_missing(pages: Server) -> None:
    answer = fetch(pages, "/archive/nothing.json")
    assert answer.status == 404
    assert answer.headers.get_content_type() == "application/json"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_nothing_from_another_host_but_pictures(pages: Server, path: str) -> None:
    outline = Outline(fetch(pages, path).text)
    loaded = [one.get("src", "") for one in outline.named("script", "iframe", "source", "embed")]
    loaded += [one["href"] for one in outline.named("link")]
    assert all(address.startswith("/") for address in loaded)
    assert all(one["referrerpolicy"] == "no-referrer" and one["loading"] == "lazy" for one in outline.named("img"))
    assert not [attributes for _, attributes in outline.tags if "style" in attributes]
    assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_aloud(pages: Server, path: str) -> None:
    outline = Outline(fetch(pages, path).text)
    assert len(outline.named("h1")) == 1
    assert len(outline.named("main")) == 1
    assert outline.named("a")[0]["href"] == "#main"
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(one["alt"] for one in outline.named("img"))
    named = {one.get("for") for one in outline.named("label")}
    assert all(one["id"] in named for one in outline.named("input"))


@pytest.mark.parametrize("path", PAGES)
def test_no_link_of_a_page_is_dead(pages: Server, path: str) -> None:
    links = sorted({one["href"].partition("#")[0] for one in Outline(fetch(pages, path).text).named("a")})
    own = {re.split("[/?]", link)[1]: link for link in links if link.startswith("/")}  # one of each kind
    assert {kind for kind in own if fetch(pages, own[kind]).status != 200} == set()


def test_a_paper_has_all_that_was_said_of_it(pages: Server) -> None:
    text = ask(pages, f"/paper/{PAPER}", "zh")
    facts = "Neural Ordinary Differential Equations|NeurIPS 2018|CCF A|Deep Learning|ODE Solver|云端漫步|linxi|代码"
    for part in (*facts.split("|"), "2018 年 6 月 29 日", "2018 年 11 月 22 日", f'href="/digest/{DIGEST}#r'):
        assert part in text


def test_similar_papers_are_offered(pages: Server) -> None:
    with_shared_tag = re.search(r'href="/paper/([^"]+)"', ask(pages, "/tag/objectdetection", "en"))
    assert with_shared_tag is not None
    assert "Similar papers" in fetch(pages, f"/paper/{with_shared_tag[1]}").text


def test_a_digest_reads_in_its_own_order(pages: Server, pictured: Path) -> None:
    with closing(sqlite3.connect(pictured)) as connection:
        titles = connection.execute("SELECT title FROM recommendations WHERE post_id = ? ORDER BY position", (DIGEST,))
        wanted = [title for (title,) in titles if title]
    body = fetch(pages, f"/digest/{DIGEST}").text.split('<div class="flow">')[1]
    places = [body.index(title) for title in wanted]
    assert places == sorted(places)


def test_another_name_of_a_venue_leads_to_its_page(pages: Server) -> None:
    with urllib.request.urlopen(f"{pages.url}/venue/nips") as answer:
        assert answer.url.endswith("/venue/NeurIPS")


@pytest.mark.parametrize(
    "arguments", ["page=0", "page=99999", "page=x", "page=-1", "year=x", "year=99999999999999", "page=²"]
)
def test_odd_numbers_in_an_address_do_no_harm(pages: Server, arguments: str) -> None:
    for path in ("/venue/CVPR", "/recommender/linxi", "/digests"):
        address = f"{pages.url}{path}?{quote(arguments, safe='=')}"
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("path", TABLES)
def test_tables_of_datasette_stand_between_the_same_header_and_footer(pages: Server, path: str) -> None:
    text = fetch(pages, path).text
    assert 'class="pd-header"' in text
    assert 'class="pd-footer"' in text


def test_ids_in_tables_and_queries_lead_to_pages(pages: Server) -> None:
    assert f'href="/paper/{PAPER}">Neural' in fetch(pages, f"/archive/papers?paper_id={PAPER}").text
    assert f'href="/paper/{PAPER}">{PAPER}' in fetch(pages, f"/archive/paper_overview?paper_id={PAPER}").text
    assert f'href="/digest/{DIGEST}">' in fetch(pages, f"/archive/recommendations?post_id={DIGEST}").text
    assert 'href="/recommender/linxi">linxi' in fetch(pages, "/archive/recommenders").text
    sql = quote("select recommender_id, '<b>' as tag_id from recommenders where name = '云端漫步'")
    answer = fetch(pages, f"/archive/-/query?sql={sql}" if pages.version.startswith("1") else f"/archive?sql={sql}")
    assert f'href="/recommender/{quote("云端漫步")}"' in answer.text
    assert b">&lt;b&gt;</a>" in answer.body


# --- static files and pictures ---------------------------------------------------------------------------------------


def test_static_files_may_be_kept_as_long_as_their_address(pages: Server) -> None:
    outline = Outline(fetch(pages, "/").text)
    style = next(one["href"] for one in outline.named("link") if one.get("rel") == "stylesheet")
    named, bare = fetch(pages, style), fetch(pages, "/static/paperdigest.css")
    assert "immutable" in named.headers["Cache-Control"]
    assert bare.headers["Cache-Control"] == "no-cache"
    assert named.headers.get_content_type() == "text/css"


@pytest.mark.parametrize(
    "path", ["/static/none.css", "/static/../browse.yaml", "/static/%2e%2e/browse.yaml", "/static/"]
)
def test_nothing_but_static_files_is_served_as_such(pages: Server, path: str) -> None:
    answer = fetch(pages, path)
    assert answer.status in (403, 404)
    assert "title:" not in answer.text


def test_a_fetched_picture_is_served_as_what_it_is_and_as_nothing_else(pages: Server) -> None:
    source = next(
        one["src"] for one in Outline(fetch(pages, f"/paper/{PAPER}").text).named("img") if one["src"].startswith("/")
    )
    answer = fetch(pages, source)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers.get_all("Content-Security-Policy") == ["default-src 'none'; sandbox"]
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert answer.body.startswith(b"\x89PNG")


@pytest.mark.parametrize("key", [BROKEN, "none", "..", "%00", "'; DROP TABLE pictures; --"])
def test_what_is_no_picture_is_not_served(pages: Server, key: str) -> None:
    answer = fetch(pages, "/picture/" + (key if key == "%00" else quote(key, safe="")))
    assert answer.status == 404
    assert b"pwn" not in answer.body


def test_fetched_pictures_have_their_size_and_others_come_from_their_host(pages: Server) -> None:
    images = Outline(fetch(pages, f"/paper/{PAPER}").text).named("img")
    own = [one for one in images if one["src"].startswith("/picture/")]
    foreign = [one for one in images if one["src"].startswith("https://mmbiz.qpic.cn/")]
    assert len(own) + len(foreign) == len(images)
    assert all(one["width"].isdigit() and one["height"] == "200" for one in own)
    assert own
    assert foreign


# --- what is drawn ---------------------------------------------------------------------------------------------------


def test_a_picture_that_fails_leaves_a_calm_note(page: "Page") -> None:
    page.goto(f"/paper/{PAPER}")
    page.locator(".picture.failed").first.wait_for()
    note = page.locator(".picture.failed .missing").first
    assert note.inner_text() == "图片暂时无法显示"
    assert page.locator(".picture.failed img:visible").count() == 0


def test_a_picture_opens_large_and_keys_lead_through_all(page: "Page") -> None:
    page.goto(f"/paper/{PAPER}")
    page.locator(".picture.failed").first.wait_for()
    small = page.locator("a[data-large]:visible").first
    small.focus()
    page.keyboard.press("Enter")
    large = page.locator("dialog.large img")
    large.wait_for()
    first = large.get_attribute("src")
    assert first == small.evaluate("link => link.href")
    page.keyboard.press("ArrowRight")
    assert large.get_attribute("src") != first
    page.keyboard.press("ArrowLeft")
    assert large.get_attribute("src") == first
    page.keyboard.press("Escape")
    assert page.locator("dialog.large[open]").count() == 0
    assert small.evaluate("link => link === document.activeElement")


def test_the_first_key_skips_to_the_text(page: "Page") -> None:
    page.goto(f"/digest/{DIGEST}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_reader_chooses_the_language(page: "Page") -> None:
    page.goto("/")
    page.get_by_role("button", name="English").click()
    page.wait_for_function("document.documentElement?.lang === 'en'")
    page.goto(f"/paper/{PAPER}")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_is_wider_than_a_phone(page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in (*PAGES, "/nothing"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_nothing_is_complained_of_in_the_console(page: "Page") -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES:
        page.goto(path)
    assert [text for text in said if "net::ERR_FAILED" not in text] == []  # pictures of hosts that are not asked here


# Contrast of text with what it stands on, as WCAG 2 reckons it; sought behind the text as far as there is a colour.
_CONTRASTS = """() => {
  const parse = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map((v) => linear(v / 255));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("svg, .unseen, .skip, dialog")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.push(`${contrast.toFixed(2)} ${element.className} ${element.textContent.slice(0, 30)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(page: "Page", scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in (*PAGES, "/nothing"):
        page.goto(path)
        assert page.evaluate(_CONTRASTS) == [], path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pictures_of_the_pages_are_kept(page: "Page", pages: Server, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    names = {
        "front": "/",
        "paper": f"/paper/{PAPER}",
        "digest": f"/digest/{DIGEST}",
        "venue": "/venue/CVPR",
        "recommender": "/recommender/linxi",
        "digests": "/digests",
        "table": "/archive/paper_overview",
    }
    version = pages.version.split(".")[0]
    for name, path in names.items():
        page.goto(path)
        kept = screenshot(page, f"datasette{version}-{name}-{width}-{scheme}")
        assert kept.stat().st_size > 10_000

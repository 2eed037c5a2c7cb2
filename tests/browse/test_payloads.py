"""Nothing of a post runs: every field of an archive holds each payload, and Chromium looks at every kind of page.

The content-security policy is taken away here, so that escaping is tested and not what stands behind it; that the
policy has nothing to do on these pages is asked once more with it in place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from crawler.browse.serve import Server
from tests.browse.chromium import chromium
from tests.browse.hostile import EVERYTHING, hostile_archive, key_of
from tests.browse.payloads import CALL, PAYLOADS
from tests.browse.servers import VERSIONS, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page

# Pages that show many payloads at once; what is a page a payload is below.
_PAGES: Final = (
    "/",
    "/digests",
    "/digests?year=2012",
    f"/digest/{EVERYTHING}",
    "/dashboards",
    *(f"/dashboards/{name}" for name in ("time", "venues", "tags", "recommenders", "code", "quality")),
    "/search?q=pwn",
    "/search?q=script",
    "/archive",
)
_TABLES: Final = (
    "paper_overview?_facet=venue&_facet=tags&_facet=venue_status",
    "recommendation_overview?_facet=tag&_facet=recommender&_facet=series&_facet=section",
    "recommendation_overview?_search=script",
    "recommendations?_facet=recommender_id&_facet=tag_id&_facet=venue_id",
    "venue_year?_facet=kind&_facet=ccf_rank",
    "recommender_activity?_facet=main_tag",
    "tag_trend?_facet=tag",
    "data_quality",
    "posts?_facet=series&_facet=author&_facet=url",
    "papers?_facet=venue_id&_facet=venue_status",
    "recommenders?_facet=name",
    "tags?_facet=name",
    "venues?_facet=kind",
    "links?_facet=role&_facet=label",
    "images?_facet=key",
    "identifiers?_facet=scheme",
    "affiliations?_facet=name",
    "post_copies?_facet=site",
    "post_links",
    "copy_differences?_facet=field",
    "judgements?_facet=rule",
    "decided",
    "problems?_facet=code",
    "captures?_facet=origin",
    "copy_facts",
    "capture_keys",
    "paper_aliases",
)
_OF_A_PAYLOAD: Final = ("paper", "digest", "recommender", "tag", "venue")

# Elements and attributes by which a document runs, loads or sends anything; Datasette's own pages have scripts of their
# own, and 1.0 a button that opens the choice of columns, without any text of ours.
_FIND_ACTIVE: Final = """(shown) => {
  const found = [];
  for (const element of (shown || document).querySelectorAll("*")) {
    const name = element.localName;
    if (["iframe", "frame", "object", "embed", "base", "applet", "plaintext", "xmp", "marquee"].includes(name)
        || name === "meta" && element.httpEquiv
        || name === "script" && element.textContent.includes("pwn"))
      found.push(element.outerHTML.slice(0, 200));
    for (const attribute of element.attributes) {
      const value = attribute.value.replace(/[\\x00-\\x20]/g, "");
      if (/^on/i.test(attribute.name) && attribute.value !== "openColumnChooser()"
          || attribute.name === "srcdoc" || /pwn/.test(attribute.name)
          || /^(xlink:)?(href|src|action|formaction|data|poster|srcset|background)$/i.test(attribute.name)
             && /^(javascript|vbscript|data|blob|file|view-source):/i.test(value)
          || attribute.name === "style" && /pwn/.test(value))
        found.push(name + " " + attribute.name + "=" + attribute.value.slice(0, 200));
    }
  }
  return found;
}"""

# A navigation takes long; so pages are written into frames of one, whose parser and scripts are those of any page.
_LOOK: Final = f"""async (paths) => {{
  const find = {_FIND_ACTIVE};
  const found = [];
  document.body.replaceChildren();
  await Promise.all(paths.map(async (path) => {{
    const answer = await fetch(path);
    if (answer.status !== 200) found.push(`${{path}}: status ${{answer.status}}`);
    const text = await answer.text();
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const shown = frame.contentDocument;
    shown.open();
    shown.write(text);
    const loaded = new Promise((done) => {{ frame.addEventListener("load", done); setTimeout(done, 3000); }});
    shown.close();
    await loaded;
    if (frame.contentDocument !== shown) found.push(`${{path}}: went elsewhere`);
    found.push(...find(shown).map((one) => `${{path}}: ${{one}}`));
  }}));
  return found;
}}"""
_TOGETHER: Final = 12
"""Frames at a time."""


@dataclass
class Watched:
    """A page of Chromium, and what happened on it that should not."""

    page: "Page"
    url: str
    found: list[str] = field(default_factory=list)

    def visit(self, path: str) -> None:
        """Open a page and look at it."""
        before = len(self.found)
        answer = self.page.goto(f"{self.url}{path}", wait_until="domcontentloaded")
        assert answer is not None
        if answer.status != 200:
            self.found.append(f"status {answer.status}")
        self.found.extend(self.page.evaluate(_FIND_ACTIVE))
        if urlsplit(self.page.url).netloc != urlsplit(self.url).netloc:
            self.found.append(f"went to {self.page.url}")
        self.found[before:] = [f"{path}: {one}" for one in self.found[before:]]

    def look(self, paths: Sequence[str]) -> None:
        """Look at many pages."""
        self.page.goto(f"{self.url}/dashboards", wait_until="domcontentloaded")
        for start in range(0, len(paths), _TOGETHER):
            self.found.extend(self.page.evaluate(_LOOK, paths[start : start + _TOGETHER]))


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as one:
        yield one


@pytest.fixture(scope="module", params=VERSIONS)
def hostile(
    request: pytest.FixtureRequest, archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    with served(hostile_archive(archive, folder), folder / "served", request.param) as running:
        yield running


def watched(browser: "Browser", server: Server, *, bypass_csp: bool) -> Watched:
    """A page that notes what runs, asks, or is complained of."""
    context = browser.new_context(bypass_csp=bypass_csp)
    page = context.new_page()
    one = Watched(page, server.url)
    context.expose_function(CALL.removesuffix("()"), lambda *_: one.found.append("ran"))

    def dialog(shown: "Dialog") -> None:
        one.found.append(f"dialog {shown.message}")
        shown.dismiss()

    def console(message: "ConsoleMessage") -> None:
        if not bypass_csp and "Policy" in message.text:
            one.found.append(message.text)

    page.on("dialog", dialog)
    page.on("console", console)
    page.on("pageerror", lambda error: one.found.append(f"error {error}"))
    page.on("popup", lambda popup: one.found.append(f"popup {popup.url}"))
    page.on("download", lambda download: one.found.append(f"download {download.url}"))
    return one


def test_there_are_two_hundred() -> None:
    assert len(set(PAYLOADS)) >= 200


def test_they_run_where_they_are_not_escaped(browser: "Browser", hostile: Server) -> None:
    """The test would see one that runs: on a page of their own, unescaped, many of them do."""
    one = watched(browser, hostile, bypass_csp=True)
    one.page.route("**/unescaped/*", lambda route: route.fulfill(body=f"<p>{PAYLOADS[_number(route.request.url)]}"))
    one.look([f"/unescaped/{number}" for number in range(40)])
    assert one.found.count("ran") >= 15
    assert sum("script" in what for what in one.found) >= 5


def _number(address: str) -> int:
    return int(address.rsplit("/", 1)[1])


def test_nothing_runs_on_pages_of_many(browser: "Browser", hostile: Server) -> None:
    one = watched(browser, hostile, bypass_csp=True)
    for path in (*_PAGES, *(f"/archive/{table}{'&' if '?' in table else '?'}_size=max" for table in _TABLES)):
        one.visit(path)
    one.page.wait_for_timeout(100)
    assert one.found == []


def _numbers(server: Server, place: int) -> range:
    """Payloads to look at: all with one version; with the other, whose pages have the same templates, a fifth."""
    every = range(len(PAYLOADS))
    return every if server.version.startswith("0.") else every[place :: len(_OF_A_PAYLOAD)]


@pytest.mark.parametrize("kind", _OF_A_PAYLOAD)
def test_nothing_runs_on_a_page_of_each(browser: "Browser", hostile: Server, kind: str) -> None:
    one = watched(browser, hostile, bypass_csp=True)
    numbers = _numbers(hostile, _OF_A_PAYLOAD.index(kind))
    one.look([f"/{kind}/{quote(key_of(number), safe='')}" for number in numbers])
    assert one.found == []


def test_nothing_runs_where_a_reader_types(browser: "Browser", hostile: Server) -> None:
    one = watched(browser, hostile, bypass_csp=True)
    one.look([f"/search?q={quote(PAYLOADS[number][:300])}" for number in _numbers(hostile, 0)])
    # Words that cannot be looked for have a page too.
    assert [what for what in one.found if not what.endswith(": status 400")] == []


def test_the_policy_is_not_needed_and_breaks_nothing(browser: "Browser", hostile: Server) -> None:
    one = watched(browser, hostile, bypass_csp=False)
    for path in (*_PAGES, *(f"/archive/{table}" for table in _TABLES[::3])):
        one.visit(path)
    assert one.found == []


@pytest.mark.parametrize("name", ["papers", "digests"])
def test_feeds_hold_them_as_text(browser: "Browser", hostile: Server, name: str) -> None:
    """Chromium shows the XML and runs nothing of it; the content, unpacked as a reader of feeds does, runs nothing."""
    one = watched(browser, hostile, bypass_csp=True)
    answer = one.page.goto(f"{hostile.url}/feeds/{name}.atom")
    assert answer is not None
    contents = [
        content.text or "" for content in ET.fromstring(answer.body()).iter("{http://www.w3.org/2005/Atom}content")
    ]
    assert len(contents) >= 20
    one.page.goto("about:blank")
    one.page.set_content("".join(contents))
    one.found.extend(one.page.evaluate(_FIND_ACTIVE))
    assert one.found == []

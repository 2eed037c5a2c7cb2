"""Real posts with labels made by hand, which lie beside the project; skipped where they do not.

The labels are compared field by field, and every post is read again as whole pages of each year's layout.
"""

import importlib.util
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crawler.digest import read_post
from crawler.pages import UnreadablePage, csdn, read_page, wechat
from crawler.pages.html import cut_box, lines_of_html, lines_of_html_with_soup
from normalize.export import post_to_dict
from normalize.model import Post
from normalize.records import normalize_post

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY.parent / "shared"
POSTS = sorted(FOLDER.glob("corpus/*.md"))
SHELLS = sorted(FOLDER.glob("pages/shells/*.html"))
GONE = sorted(FOLDER.glob("pages/not_articles/*.html"))
LISTS = sorted(FOLDER.glob("pages/lists/*.html"))
SKIP = [pytest.param(None, marks=pytest.mark.skip(reason=f"no corpus of real posts at {FOLDER}"))]
EACH_POST = pytest.mark.parametrize("path", POSTS or SKIP, ids=lambda path: path.stem if path else "none")
EACH_SHELL = pytest.mark.parametrize("shell", SHELLS or SKIP, ids=lambda path: path.stem if path else "none")


def gold_of(path: Path) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads(path.with_suffix(".gold.json").read_text("utf-8"))
    return gold


@pytest.fixture(scope="module")
def composer(shared: Path) -> ModuleType:
    """The script that sets a post's text into a saved page of each layout."""
    spec = importlib.util.spec_from_file_location("compose_pages", shared / "tools" / "compose_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compose(composer: ModuleType, path: Path, shell: Path) -> str:
    page: str = composer.compose(
        path.read_text("utf-8"), gold_of(path), shell.read_text("utf-8", "replace"), shell.name
    )
    return page


def read(body: bytes, name: str | None = None) -> Post:
    return read_post(read_page(body, name=name))


def squash(text: str | None) -> str | None:
    """As a reader sees it: width folded, white space gone."""
    return None if text is None else re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


# --- the posts as they lie there -------------------------------------------------------------------------------------


@EACH_POST
def test_post_and_its_label(path: Path) -> None:
    gold = gold_of(path)
    got = post_to_dict(normalize_post(read(path.read_bytes(), path.name)), path=path.name, form="markdown")
    midnight = gold["published"].endswith("T00:00:00")
    assert got["published"] == (gold["published"][:10] if midnight else gold["published"] + "+08:00")
    assert got["kind"] == {"digest-image-titles": "digest"}.get(gold["kind"], gold["kind"])
    assert squash(got["title"]) == squash(gold["title"])
    assert [got[name] for name in ("reads", "series", "number")] == [
        gold[name] for name in ("reads", "series", "number")
    ]
    assert [squash(post["title"]) for post in got["past_posts"]] == [
        squash(post["title"]) for post in gold.get("past_posts", [])
    ]
    assert len(got["entries"]) == len(gold["entries"])
    for have, want in zip(got["entries"], gold["entries"], strict=True):
        assert list(differences(have, want)) == [], want["position"]


def differences(have: dict[str, Any], want: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    """Fields of an entry that differ from its label."""
    pairs = {name: (squash(have[name]), squash(want[name])) for name in ("section", "title", "recommender", "tag")}
    pairs["title_image"] = bool(have["title_image"]), want["title_image"]
    pairs["links"] = [link["url_raw"] for link in have["links"]], [link["url"].strip() for link in want["links"]]
    pairs["figures"] = sum(image["role"] == "figure" for image in have["images"]), want["figures"]
    pairs["affiliations"] = (
        {squash(name) for name in have["affiliations"]},
        {squash(name) for name in want["affiliations"] or ()},
    )
    venue = want["venue"] and [want["venue"][name] for name in ("name", "year", "status")]
    pairs["venue"] = have["venue"] and [have["venue"][name] for name in ("name", "year", "status")], venue
    if want.get("summary_starts"):
        summary = squash(have["summary"]) or ""
        pairs["summary"] = (
            (
                summary.startswith(squash(want["summary_starts"]) or ""),
                summary.endswith(squash(want["summary_ends"]) or ""),
            ),
            (True, True),
        )
        pairs["paragraphs"] = have["summary"].count("\n\n") + 1, want["summary_paragraphs"]
    for name, (mine, theirs) in pairs.items():
        if mine != theirs:
            yield name, mine, theirs


@EACH_POST
def test_no_line_of_a_real_post_is_unclaimed(path: Path) -> None:
    codes = {problem.code for problem in read(path.read_bytes(), path.name).problems}
    assert not codes & {"unclaimed_line", "missing_link", "no_title", "no_link"}


# --- the same posts as whole pages -----------------------------------------------------------------------------------


@EACH_SHELL
def test_every_form_of_a_post_gives_equal_entries(shell: Path, composer: ModuleType) -> None:
    for path in POSTS:
        markdown, page = read(path.read_bytes(), path.name), read(compose(composer, path, shell).encode())
        assert page.kind == markdown.kind, path.name
        assert [plain(entry) for entry in records(page)] == [plain(entry) for entry in records(markdown)], path.name
        assert [post.title for post in page.past_posts] == [post.title for post in markdown.past_posts], path.name
        assert (page.title, page.series, page.number) == (markdown.title, markdown.series, markdown.number), path.name


def records(post: Post) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = post_to_dict(normalize_post(post), path="", form="")["entries"]
    return entries


def plain(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what the forms may print differently: the proxies around pictures."""
    return entry | {"images": [(image["role"], image["url"]) for image in entry["images"]]}


@EACH_SHELL
def test_both_readers_of_markup_agree(shell: Path, composer: ModuleType) -> None:
    box = wechat.BOX if shell.name.startswith("wechat") else csdn.BOX
    for path in POSTS[::4]:
        found = cut_box(compose(composer, path, shell), box)
        assert found is not None
        markup = found[1] if box == wechat.BOX else csdn.inner_markup(found[1])
        assert lines_of_html(markup) == lines_of_html_with_soup(markup), path.name


@EACH_SHELL
def test_saved_pages_of_other_blogs_are_articles_without_papers(shell: Path) -> None:
    page = read_page(shell.read_bytes(), name=shell.name)
    assert page.page_class == "post"
    assert page.title
    assert page.published
    assert page.url or page.site == "wechat"
    assert read_post(page).kind == "other"


@EACH_SHELL
def test_saved_pages_cut_short_are_refused(shell: Path) -> None:
    body = shell.read_bytes()
    for tenth in range(1, 10):
        with pytest.raises(UnreadablePage) as refusal:
            read_page(body[: len(body) * tenth // 10], name=shell.name)
        assert refusal.value.code in {"truncated", "damaged_markup"}


@pytest.mark.parametrize("path", GONE or SKIP, ids=lambda path: path.stem if path else "none")
def test_pages_instead_of_an_article(path: Path) -> None:
    page = read_page(path.read_bytes(), name=path.name)
    assert (page.page_class, page.site, page.lines) == ("gone", "wechat", ())


@pytest.mark.parametrize("path", LISTS or SKIP, ids=lambda path: path.stem if path else "none")
def test_lists_of_articles(path: Path) -> None:
    try:
        page_class = read_page(path.read_bytes(), name=path.name).page_class
    except UnreadablePage:
        # Parts of pages are not whole.
        page_class = "list" if "excerpt" in path.name else "damaged"
    assert page_class == "list"


def test_floors_hold_for_the_command(shared: Path, composer: ModuleType, tmp_path: Path) -> None:
    """All labels against what the command prints, judged by the tool that belongs to them."""
    pages = []
    for path in POSTS:
        for shell in SHELLS[::3]:
            page = tmp_path / f"{path.stem}.{shell.stem}.html"
            page.write_text(compose(composer, path, shell), "utf-8")
            pages.append(page)
    command = [sys.executable, str(shared / "tools" / "evaluate.py"), "--floors", str(shared / "floors.txt")]
    command += ["--gold", str(shared / "corpus"), "--command", f"{sys.executable} -m crawler.cli parse"]
    run = subprocess.run(
        [*command, *map(str, POSTS + pages)], capture_output=True, text=True, cwd=REPOSITORY, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr

"""A reader's walk through the pages, in headless Chromium, on either version of Datasette."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from crawler.browse.serve import Server
from tests.browse.chromium import chromium, screenshot

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as one:
        yield one


@pytest.fixture(params=["light", "dark"])
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def walking(browser: "Browser", server: Server, **options: object) -> "tuple[Page, list[str]]":
    """A Chinese reader's page on the server, and a list of all that goes wrong on it."""
    page = browser.new_context(locale="zh-CN", base_url=server.url, **options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(10_000)
    wrong: list[str] = []

    def console(message: "ConsoleMessage") -> None:
        # That a picture's host is not there is no fault of the page.
        if "Policy" in message.text or "Uncaught" in message.text:
            wrong.append(message.text)

    def request(asked: "Request") -> None:
        if urlsplit(asked.url).netloc != urlsplit(server.url).netloc and asked.resource_type != "image":
            wrong.append(f"asked {asked.url}")

    def response(answer: "Response") -> None:
        if answer.status >= 400:
            wrong.append(f"{answer.status} {answer.url}")

    page.on("pageerror", lambda error: wrong.append(f"error {error}"))
    page.on("console", console)
    page.on("request", request)
    page.on("response", response)
    return page, wrong


def shot(page: "Page", server: Server, name: str) -> None:
    screenshot(page, f"walk-{server.version.split('.')[0]}-{name}")


def test_search_then_a_paper_then_a_recommender(browser: "Browser", server: Server) -> None:
    page, wrong = walking(browser, server)
    page.goto("/")
    shot(page, server, "1-front")
    page.get_by_role("main").get_by_role("searchbox").fill("注意")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert "注意" in page.get_by_role("main").inner_text()
    shot(page, server, "2-search")

    found = page.locator("main a[href*='/paper/']").first
    title = found.inner_text()
    found.click()
    page.wait_for_url("**/paper/**")
    assert page.get_by_role("heading", level=1).inner_text() == title
    assert page.locator("main .summary p").count() >= 1
    shot(page, server, "3-paper")

    person = page.locator("main a[href*='/recommender/']").first
    name = person.inner_text().strip()
    person.click()
    page.wait_for_url("**/recommender/**")
    assert page.get_by_role("heading", level=1).inner_text() == name
    assert page.locator("main .entries .entry").count() >= 1
    shot(page, server, "4-recommender")
    assert wrong == []


def test_a_digest_leads_to_the_next_and_to_its_papers(browser: "Browser", server: Server) -> None:
    page, wrong = walking(browser, server)
    page.goto("/")
    page.locator("main a[href*='/digest/']").first.click()
    page.wait_for_url("**/digest/**")
    first = page.get_by_role("heading", level=1).inner_text()
    page.locator("a[rel=prev]").click()
    # between the two pages there is no heading
    page.wait_for_function("first => ![undefined, first].includes(document.querySelector('h1')?.innerText)", arg=first)
    shot(page, server, "5-digest")
    page.locator("main a[href*='/paper/']").first.click()
    page.wait_for_url("**/paper/**")
    assert wrong == []


def test_a_facet_is_changed(browser: "Browser", server: Server) -> None:
    page, wrong = walking(browser, server)
    page.goto("/archive/recommendation_overview")
    before = _count_of_rows(page)
    facet = page.locator("a[href*='tag=']", has_text=re.compile(r"\S")).filter(
        has=page.locator("xpath=ancestor::*[contains(@class, 'facet-info')]")
    )
    facet.first.click()
    page.wait_for_url(re.compile("[?&]tag=|tag__exact="))
    chosen = _count_of_rows(page)
    assert 0 < chosen < before
    shot(page, server, "6-facet")
    page.locator(".facet-info a.cross, .facet-info li.selected a, a.cross").first.click()
    page.wait_for_url(lambda url: "&tag=" not in url and "?tag=" not in url)
    assert _count_of_rows(page) == before
    assert wrong == []


def _count_of_rows(page: "Page") -> int:
    return page.locator("table.rows-and-columns tbody tr").count()


def test_a_dashboard_and_a_year_of_it(browser: "Browser", server: Server, look: str) -> None:
    page, wrong = walking(browser, server, color_scheme=look)
    page.goto("/")
    page.get_by_role("banner").locator("a[href$='/dashboards']").click()
    page.wait_for_url("**/dashboards")
    assert page.locator(".board").count() == 6
    shot(page, server, f"7-dashboards-{look}")
    for name in ("time", "venues", "tags", "recommenders", "code", "quality"):
        page.goto(f"/dashboards/{name}")
        assert page.locator(".chart svg.plot, .chart table.heat, .chart table.ranks").count() >= 2
        shot(page, server, f"8-{name}-{look}")
    page.goto("/dashboards/venues")
    page.locator("nav.years a", has_text="2018").click()
    page.wait_for_url("**/dashboards/venues?year=2018")
    assert page.locator("nav.years [aria-current=page]").inner_text() == "2018"
    page.locator("table.heat tbody a").first.click()
    page.wait_for_url("**/venue/**")
    assert wrong == []


def test_pages_fit_a_phone(browser: "Browser", server: Server) -> None:
    page, wrong = walking(browser, server, viewport={"width": 360, "height": 740}, has_touch=True)
    for name, path in {"front": "/", "dashboards": "/dashboards", "tags": "/dashboards/tags"}.items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        shot(page, server, f"9-phone-{name}")
    assert wrong == []


def test_the_keyboard_reaches_the_text_first(browser: "Browser", server: Server) -> None:
    page, wrong = walking(browser, server)
    page.goto("/dashboards/time")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert wrong == []

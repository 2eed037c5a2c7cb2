"""One capture to what it says: its class, and the record of the post that it holds, if it holds one.

A pure function of the capture and its bytes. Whoever reads captures calls it: the build path (:mod:`crawler.ingest`),
the import of files, and those who ask where a value came from.
"""

from dataclasses import replace
from urllib.parse import urlsplit

from crawler.answers import charset_of
from crawler.captures import Capture
from crawler.digest import read_post
from crawler.importers.files import file_name
from crawler.mementos import INDEX_PATH, memento_time
from crawler.pages import Page, UnreadablePage, read_page
from normalize.model import PageClass, PostRecord, Problem, Reading
from normalize.records import normalize_post
from normalize.urls import canonical_url

LOGIN_WANTED = "login: "
"""Begin of the reason of a refusal that asks for a login."""
_LIST_PATHS = ("/get-business-list", "/rss/list", "/rss/map", INDEX_PATH)
"""Ends of addresses at which there are lists of posts in JSON, or feeds."""


def read_capture(capture: Capture, body: bytes, *, kept: Capture | None = None) -> Reading:
    """What a capture is, and the record of the post that it holds, if it holds one. Never raises for a page.

    ``kept`` is the observation that the body came with, where the capture's own bytes were not kept because they say
    the same (or nothing, as status 304 does); of those only the number of reads counts.
    """
    try:
        return read_readable(capture, body, kept=kept)
    except UnreadablePage as error:
        return unreadable(capture, error.code, f"The page cannot be read: {error}")


def read_readable(capture: Capture, body: bytes, *, kept: Capture | None = None) -> Reading:
    """The same; raises :class:`UnreadablePage` for bytes that are no whole page of a supported form."""
    known = _class_without_reading(capture)
    if known is not None:
        return _reading(capture, *known)
    page = page_of(capture, body, kept=kept)
    if page.page_class != "post":
        return _reading(capture, page.page_class, page.problems)
    address = page.url or capture.address
    post = read_post(replace(page, url=canonical_url(address) if address else None))
    if post.kind == "other":
        problem = Problem(code="no_blocks", message="An article without paper blocks.", severity="info")
        return _reading(capture, "not_digest", (*post.problems, problem))
    post = post if capture.reads is None else replace(post, reads=capture.reads)
    return _reading(capture, "post", record=normalize_post(post))


def read_file(capture: Capture, body: bytes) -> Reading:
    """The reading of a file that is to be imported.

    Raises :class:`UnreadablePage` for bytes that are no whole page of a supported form. A whole one whose markup is
    hostile is worth keeping: another version may read it.
    """
    try:
        return read_readable(capture, body)
    except UnreadablePage as error:
        if error.code != "damaged_markup":
            raise
        return unreadable(capture, error.code, f"The page cannot be read: {error}")


def unreadable(capture: Capture, code: str, message: str) -> Reading:
    """The reading of a capture that cannot be read, with the reason as a problem."""
    return _reading(capture, "damaged", (Problem(code=code, message=message, severity="error"),))


def page_of(capture: Capture, body: bytes, *, kept: Capture | None = None) -> Page:
    """The page that a capture holds, as :func:`read_capture` reads it. Raises :class:`UnreadablePage`."""
    source = kept or capture
    status = 200 if capture.stands_for_body else capture.status
    charset = charset_of((source.headers or {}).get("content-type", ""))
    return read_page(body, name=file_name(source.origin), status=status, charset=charset)


def warm_up() -> None:
    """Read a small post, so that all rules are loaded before the first real one."""
    post = "**T**\n\n**@x 推荐**\n\n#t\n\n本文是清华大学发表于 ACL 2018 的工作。\n\n论文链接\n\nhttps://arxiv.org/abs/1806.00001\n"
    normalize_post(read_post(read_page(post.encode(), name="x.md")))


def _class_without_reading(capture: Capture) -> tuple[PageClass, tuple[Problem, ...]] | None:
    """Class of an answer that was seen to be no page when it came in."""
    if capture.damaged is not None:
        message = f"The answer did not arrive whole: {capture.damaged}"
        return "damaged", (Problem(code="damaged", message=message, severity="error"),)
    if capture.blocked is not None:
        page_class: PageClass = "login" if capture.blocked.startswith(LOGIN_WANTED) else "blocked"
        return page_class, (Problem(code=page_class, message=f"The site refused to answer: {capture.blocked}"),)
    if capture.address is not None and urlsplit(capture.address).path.endswith(_LIST_PATHS):
        return "list", ()
    return None


def _reading(
    capture: Capture, page_class: PageClass, problems: tuple[Problem, ...] = (), record: PostRecord | None = None
) -> Reading:
    return Reading(
        capture_id=capture.capture_id,
        sha256=capture.sha256,
        address=capture.address,
        origin=capture.origin,
        status=capture.status,
        captured_at=memento_time(capture.address or "") or capture.fetched_at,
        page_class=page_class,
        record=record,
        problems=problems,
    )

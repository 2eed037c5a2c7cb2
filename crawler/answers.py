"""What an answer with status 200 is, as far as that can be told without parsing it. Pure.

A crawl must know at once whether it got the page that it asked for, a security check or a note that the post was taken
down: the one goes on, the other counts as a refusal, the third need not be asked for again. What is on the page is
found out later, by the same rules for everything that ever came in (:mod:`crawler.ingest`).
"""

import re

from crawler.pages import ArticleBox, UnreadablePage, check_page, read_page
from normalize.model import PageClass

_MARKUP = re.compile(r"<[^<>]*>|&nbsp;|\s+")
_LOGIN = b"passport-login-container"


def class_of_answer(body: bytes, *, charset: str | None = None) -> tuple[PageClass, str]:
    """Class of a page, and why it is none with an article (empty where it is one, a ``post`` as far as can be told).

    No tree is built, so that no page can take long; never raises for a page.

    Args:
        body: as it came, unpacked.
        charset: that of the answer's headers.
    """
    try:
        box = check_page(body)
        if box is None:
            page = read_page(body, status=200, charset=charset)
            return page.page_class, "; ".join(problem.message for problem in page.problems)
    except UnreadablePage as error:
        return "damaged", str(error)
    if _is_filled(box):
        return "post", ""
    if _LOGIN in body:
        return "login", "a login is asked for in place of the post"
    return "damaged", "the article box holds nothing"


def charset_of(content_type: str) -> str | None:
    """Character set that a header names: ``text/html; charset=utf-8`` → ``utf-8``."""
    _, found, charset = content_type.partition("charset=")
    return charset.split(";")[0].strip(" \"'") or None if found else None


def _is_filled(box: ArticleBox) -> bool:
    """Whether text or a picture stands in the box of the article.

    WeChat's is empty where the post is a line of text or a picture, which stand elsewhere: it counts as filled.
    """
    return box.site == "wechat" or "<img" in box.markup or bool(_MARKUP.sub("", box.markup))

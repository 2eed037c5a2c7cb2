from collections.abc import Callable

import pytest

from crawler.digest import read_post
from crawler.pages.markdown import lines_of_markdown
from crawler.pages.page import Page
from normalize.model import Post

Read = Callable[..., Post]


@pytest.fixture
def read() -> Read:
    """Reads the body of a post, given as Markdown."""

    def read_body(body: str, title: str | None = None) -> Post:
        lines = tuple(lines_of_markdown(body))
        return read_post(Page(form="markdown", site="csdn", page_class="post", title=title, lines=lines))

    return read_body

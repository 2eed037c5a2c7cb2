"""What a page is before its blocks are read: its class, its metadata and its lines."""

from dataclasses import dataclass

from crawler.pages.lines import Line
from normalize.model import PageClass, Problem, Site


class UnreadablePage(ValueError):
    """The bytes are no whole page: empty, binary, cut short, or in a form that is not supported."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        """``empty``, ``binary``, ``truncated``, ``too_large``, ``unsupported_form``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, read as far as its own layout goes."""

    form: str
    """``markdown`` or ``html``."""
    site: Site
    page_class: PageClass
    url: str | None = None
    title: str | None = None
    author: str | None = None
    published: str | None = None
    reads: int | None = None
    lines: tuple[Line, ...] = ()
    """Of the article alone; empty where the page is no article."""
    partial: bool = False
    problems: tuple[Problem, ...] = ()

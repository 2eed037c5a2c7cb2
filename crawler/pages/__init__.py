"""Bytes to page: what it is, its metadata, and its lines.

One module a layout family (:mod:`~crawler.pages.csdn`, :mod:`~crawler.pages.wechat`,
:mod:`~crawler.pages.exports` for Markdown), one for each front end (:mod:`~crawler.pages.html`,
:mod:`~crawler.pages.markdown`), and :func:`read_page`, which decides between them. A page is classed before anything
of it is parsed; only the class ``post`` goes on to :mod:`crawler.digest`.
"""

from crawler.pages.page import Page, UnreadablePage
from crawler.pages.read import ArticleBox, check_page, read_page

__all__ = ["ArticleBox", "Page", "UnreadablePage", "check_page", "read_page"]

"""HTML pages that list posts: ``/USER/article/list/N`` in its layouts since 2017, the blog's home, and categories.

Lists hold adverts: the first box of 2018 to 2023 is a hidden one that names another user's post. Only posts of the
wanted user count.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import lxml.etree

from crawler.discovery.posts import Blog, ListedPost, Listing, NotAList, is_site_host, split_address
from crawler.pages.decode import BinaryContent, decode
from crawler.pages.html import HostileMarkup, parse_html

_OPENED: Final = re.compile(r"<html|<!doctype\s+html", re.IGNORECASE)


def _with_class(tag: str, name: str) -> str:
    return f'//{tag}[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'


_BOXES: Final = tuple(
    lxml.etree.XPath(expression)
    for expression in (
        _with_class("*", "article-item-box"),  # 2018 to 2023
        _with_class("*", "list_item"),  # to 2017
        _with_class("*", "blog-unit"),  # late 2017
        _with_class("article", "blog-list-box"),  # since 2023
        _with_class("ul", "colu_author_c") + "/li",
    )
)
_CATEGORY_BOXES: Final = (lxml.etree.XPath(_with_class("ul", "column_article_list") + "/li"),)
# the number of the last page stands in the pager of 2017, which is spelt so
_PAGER: Final = lxml.etree.XPath('//*[@id="papelist"]//a/@href | //*[contains(@class, "page-link")]/@href')
_PAGE_NUMBER: Final = re.compile(r"/article/(?:list|category/[0-9]+)/([0-9]{1,6})(?:[?#]|$)")
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# "var listTotal = 123 ;", "var pageSize = 20 ;", from which the pager is drawn
_TOTAL: Final = re.compile(r"\bvar\s+listTotal\s*=\s*[\"']?([0-9]{1,7})")
_SIZE: Final = re.compile(r"\bvar\s+pageSize\s*=\s*[\"']?([0-9]{1,4})")
# what a page of a list has even where it names no post
_LIST_SIGNS: Final = re.compile(
    r"class\s*=\s*[\"'][^\"']{0,200}\b(?:article-list|article_list|column_article_list|colu_author_c|blog-list-box)\b"
    r"|id\s*=\s*[\"']?(?:article_list|papelist)\b|\bvar\s+listTotal\b|空空如也"
)
# 'var blog_address = "https://liuxinlei.blog.csdn.net";' on a page of a user with an own sub-domain
_BLOG_ADDRESS: Final = re.compile(r"\bvar\s+blog_address\s*=\s*[\"']https?://([a-z0-9-]+\.blog\.csdn\.net)\b")
_USERNAME: Final = re.compile(r"\bvar\s+username\s*=\s*[\"']([A-Za-z0-9_.-]{1,64})[\"']")
# "/USER/category_10790248.html", "/USER/category_10790248_2.html", before 2019 "/USER/article/category/6146769"
_CATEGORY: Final = re.compile(
    r"href\s*=\s*[\"']?(?:https?:)?(?://([a-z0-9-]+\.)?blog\.csdn\.net)?"
    r"(?:/([A-Za-z0-9_.-]{1,64}))?/(?:category_([0-9]{1,12})(?:_[0-9]+)?\.html|article/category/([0-9]{1,12}))",
    re.IGNORECASE,
)


def list_page_address(blog: Blog, page: int) -> str:
    """Address of a page of the HTML list, from 1."""
    return f"{blog.home}/article/list/{page}"


def category_page_address(address: str, page: int) -> str:
    """Address of a page of a category, from 1.

    >>> category_page_address("https://blog.csdn.net/u/category_10790248.html", 2)
    'https://blog.csdn.net/u/category_10790248_2.html'
    >>> category_page_address("https://blog.csdn.net/u/article/category/6146769", 2)
    'https://blog.csdn.net/u/article/category/6146769/2'
    """
    if page == 1:
        return address
    return f"{address[:-5]}_{page}.html" if address.endswith(".html") else f"{address}/{page}"


def parse_list_page(body: bytes, *, blog: Blog, address: str) -> Listing:
    """Reads a page of the HTML list, or the blog's home.

    Raises:
        NotAList: no page of a list in a layout that is known, or not a whole one.
    """
    return _parse(body, blog=blog, address=address, boxes=_BOXES)


def parse_category_page(body: bytes, *, blog: Blog, address: str) -> Listing:
    """Reads a page of a category; before 2019 those had the layout of the list.

    Raises:
        NotAList: as :func:`parse_list_page`.
    """
    return _parse(body, blog=blog, address=address, boxes=(*_CATEGORY_BOXES, *_BOXES))


def category_links(page: str, *, blog: Blog) -> dict[int, str]:
    """Addresses of the categories of this blog that any page of it links to, by their numbers, in the page's order."""
    known = blog_of(page, blog)
    found: dict[int, str] = {}
    for sub, user, number, old_number in _CATEGORY.findall(page):
        host = f"{sub.lower()}blog.csdn.net"
        if user.casefold() != blog.user.casefold() and (user or not known.owns(host)):
            continue
        prefix = f"https://{host}/{user}".rstrip("/")
        address = f"{prefix}/category_{number}.html" if number else f"{prefix}/article/category/{old_number}"
        found.setdefault(int(number or old_number), address)
    return found


def blog_of(page: str, blog: Blog) -> Blog:
    """The blog, with the sub-domain that a page of it says that its user has."""
    user, host = _USERNAME.search(page), _BLOG_ADDRESS.search(page)
    if user is None or host is None or user[1].casefold() != blog.user.casefold():
        return blog
    return Blog(user=blog.user, hosts=blog.hosts | {host[1]})


def _parse(body: bytes, *, blog: Blog, address: str, boxes: Iterable[lxml.etree.XPath]) -> Listing:
    page = _page_text(body)
    blog = blog_of(page, blog)
    tree = _tree(page)
    found = next((elements for box in boxes if (elements := _elements(box(tree)))), [])
    posts: dict[int, ListedPost] = {}
    problems: list[str] = []
    shown = [box for box in found if not _is_hidden(box)]
    for box in shown:
        links = list(_links(box, address))
        post = next((own for link in links if (own := blog.post_at(link, base=address)) is not None), None)
        if post is not None:
            posts.setdefault(post.article_id, post)
        elif not links:  # the post of another user is an advert
            text = " ".join("".join(map(str, box.itertext())).split())
            problems.append(f"an item of the list was passed over, since it links to no post: {text!r:.80}")
    if not posts and _LIST_SIGNS.search(page) is None:
        raise NotAList("no list of posts in a layout that is known")
    total, size = _TOTAL.search(page), _SIZE.search(page)
    return Listing(
        posts=tuple(posts.values()),
        total=None if total is None else int(total[1]),
        pages=_pages(tree, None if total is None else int(total[1]), None if size is None else int(size[1])),
        is_empty=not posts,
        problems=tuple(problems),
    )


def _page_text(body: bytes) -> str:
    try:
        page, _ = decode(body)
    except BinaryContent as error:
        raise NotAList(str(error)) from error
    if page.lstrip()[:1] in ("{", "["):
        raise NotAList("JSON where HTML was expected")
    if not page.strip():
        raise NotAList("an empty answer")
    if _OPENED.search(page, 0, 4096) is not None and "</html" not in page[-4096:].lower():
        raise NotAList("it breaks off: the page's closing tags are missing")
    return page


def _tree(page: str) -> lxml.etree._Element:
    try:
        tree, _ = parse_html(f"<html>{page}")
    except HostileMarkup as error:
        raise NotAList(str(error)) from error
    return tree


def _elements(found: object) -> list[lxml.etree._Element]:
    return [node for node in found if isinstance(node, lxml.etree._Element)] if isinstance(found, list) else []


def _is_hidden(box: lxml.etree._Element) -> bool:
    return _HIDDEN.search(box.get("style") or "") is not None


def _links(box: lxml.etree._Element, base: str) -> Iterator[str]:
    """Links to articles, of whomever, that stand in a box."""
    for anchor in box.iter("a"):
        href = anchor.get("href") or ""
        parts = split_address(href, base)
        if parts is not None and "/article/details/" in parts.path and is_site_host(parts.hostname or ""):
            yield href


def _pages(tree: lxml.etree._Element, total: int | None, size: int | None) -> int | None:
    """Pages of the list, from the numbers that the pager is drawn from, or from the pager itself."""
    if total is not None and size:
        return max(1, -(-total // size))
    hrefs = _PAGER(tree)
    numbers = [
        int(found[1])
        for href in (hrefs if isinstance(hrefs, list) else ())
        if (found := _PAGE_NUMBER.search(str(href))) is not None
    ]
    return max(numbers, default=None)

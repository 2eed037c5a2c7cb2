"""The JSON list that a blog's own page asks for: ``get-business-list``."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from crawler.discovery.posts import Blog, ListedPost, Listing, NotAList, article_id, is_site_host, split_address

PAGE_SIZE: Final = 100
"""Posts asked for at a time; the blog's page asks for 20, but fewer requests are kinder."""
_MAX_ID: Final = 10**18


def api_address(user: str, page: int) -> str:
    """Address of a page of the list, from 1, with all the parameters that the blog's own page sends."""
    query = {
        "page": page,
        "size": PAGE_SIZE,
        "businessType": "blog",
        "orderby": "",
        "noMore": "false",
        "year": "",
        "month": "",
        "username": user,
    }
    return f"https://blog.csdn.net/community/home-api/v1/get-business-list?{urlencode(query)}"


def parse_api_page(body: bytes, *, blog: Blog) -> Listing:
    """Reads a page of the list: ``{"code":200,"data":{"list":[{"articleId":1,"url":"…"}],"total":165}}``.

    Its times are not looked at: a pinned post stands out of their order, and some are relative (``20 小时前``).

    Raises:
        NotAList: HTML (a security check), another code than 200, or another form.
    """
    if body.lstrip()[:1] == b"<":
        raise NotAList("HTML where JSON was expected")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAList(f"no JSON: {error}") from error
    if not isinstance(answer, dict) or answer.get("code") != 200:
        code, message = (answer.get("code"), answer.get("message")) if isinstance(answer, dict) else (None, None)
        raise NotAList(f"code {code!r:.40} instead of 200, message {message!r:.80}")
    data = answer.get("data")
    items = data.get("list") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(items, list | None):
        raise NotAList("no object `data` with an array `list`")
    posts: dict[int, ListedPost] = {}
    problems: list[str] = []
    for item in items or ():
        try:
            post = _listed_post(item, blog)
            posts.setdefault(post.article_id, post)
        except ValueError as error:
            problems.append(f"an item of the list was passed over: {error}")
    total = data.get("total")
    return Listing(
        posts=tuple(posts.values()),
        total=total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None,
        is_empty=not items,
        problems=tuple(problems),
    )


def _listed_post(item: Any, blog: Blog) -> ListedPost:
    """Raises ValueError where the item names no post that can be fetched."""
    number = item.get("articleId") if isinstance(item, dict) else None
    if isinstance(number, str) and number.isascii() and number.isdecimal():
        number = int(number[:20])
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _MAX_ID:
        raise ValueError(f"articleId {number!r:.40} is no number of a post")
    url = item.get("url") or f"{blog.home}/article/details/{number}"
    if not isinstance(url, str):
        raise ValueError(f"url of post {number} is no text")
    parts = split_address(url, "")
    if parts is None or parts.scheme not in ("http", "https"):
        raise ValueError(f"url {url!r:.200} of post {number} is no web address")
    if article_id(url) != number:
        raise ValueError(f"url {url!r:.200} is not that of post {number}")
    host = parts.hostname or ""
    if not is_site_host(host):
        raise ValueError(f"url {url!r:.200} of post {number} is not on CSDN")
    address = f"https://{host}{parts.path}"
    # the list is this user's alone, so that a sub-domain in it is the user's own
    if not parts.path.startswith("/article/") and blog.post_at(address) is None:
        raise ValueError(f"url {url!r:.200} of post {number} is that of another user")
    return ListedPost(article_id=number, address=address, pinned=item.get("top") in (True, 1))

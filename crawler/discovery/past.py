"""Past posts that a post's own text links to: they lead to posts that no list names any more."""

import re
from collections.abc import Iterable
from functools import lru_cache

from crawler.discovery.posts import Blog, ListedPost
from normalize.model import PastPost
from normalize.urls import canonical_url


@lru_cache(maxsize=8)
def _own_article(blog: Blog) -> re.Pattern[bytes]:
    """``/USER/article/details/1``, ``//SUB.blog.csdn.net/article/details/1``, as bytes of a page."""
    hosts = [rf"//{re.escape(host)}" for host in sorted(blog.hosts)]
    places = "|".join([rf"/{re.escape(blog.user)}(?:/[a-z0-9_]{{1,40}})?", *hosts])
    return re.compile(rf"(?:{places})/article/details/([0-9]{{1,18}})".encode(), re.IGNORECASE)


def named_articles(body: bytes, *, blog: Blog) -> frozenset[int]:
    """Numbers of the blog's own articles that a page names anywhere: in its text, or in lists beside it.

    A cheap look at the bytes, since hardly any page names a post that the lists do not.
    """
    return frozenset(int(number) for number in _own_article(blog).findall(body))


def past_posts(past: Iterable[PastPost], *, blog: Blog) -> tuple[ListedPost, ...]:
    """Those of a record's past posts that are of this blog: its user's, or on its own sub-domain."""
    found: dict[int, ListedPost] = {}
    for item in past:
        post = None if item.url_raw is None else blog.post_at(canonical_url(item.url_raw))
        if post is not None:
            found.setdefault(post.article_id, post)
    return tuple(found.values())

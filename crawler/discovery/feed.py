"""The RSS feed of a blog: its newest posts, some twenty, for one small request."""

import re
from typing import Final

import lxml.etree

from crawler.discovery.posts import Blog, ListedPost, Listing, NotAList, article_id, is_site_host, split_address
from crawler.pages.decode import BinaryContent, decode

_MAX_SIZE: Final = 4 * 1024 * 1024  # bytes; twenty summaries have 30 KB
_MAX_ITEMS: Final = 10_000

# a document type can name entities, and those can be bombs or read our disk; feeds have none
_DOCTYPE: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_START: Final = re.compile(r"\A\s*(?:<\?[^>]{0,400}\?>\s*|<!--.{0,4000}?-->\s*)*<(rss|feed|rdf:RDF)\b", re.S)
# characters that XML forbids, which editors leave in titles
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def feed_addresses(user: str) -> tuple[str, ...]:
    """Where the feed is, the likelier place first."""
    return (f"https://blog.csdn.net/{user}/rss/list", f"https://rss.csdn.net/{user}/rss/map")


def parse_feed(body: bytes, *, blog: Blog) -> Listing:
    """Reads a feed: ``<item><link>https://blog.csdn.net/USER/article/details/1</link>…</item>``.

    Raises:
        NotAList: no feed, one that is cut short, or one with a document type, which could be a bomb.
    """
    root = _root(_text(body))
    posts: dict[int, ListedPost] = {}
    problems: list[str] = []
    items = list(root.iter("{*}item", "{*}entry"))
    if len(items) > _MAX_ITEMS:
        raise NotAList(f"a feed of {len(items):,} items")
    for item in items:
        addresses = list(_addresses(item))
        post = next((found for address in addresses if (found := _post(address, blog)) is not None), None)
        if post is None:
            problems.append(
                f"an item of the feed was passed over: {', '.join(addresses)[:200]!r} is no post of the blog"
            )
        else:
            posts.setdefault(post.article_id, post)
    return Listing(posts=tuple(posts.values()), is_empty=not items, problems=tuple(problems))


def _text(body: bytes) -> str:
    if len(body) > _MAX_SIZE:
        raise NotAList(f"a feed of {len(body):,} bytes")
    try:
        text, _ = decode(body)
    except BinaryContent as error:
        raise NotAList(f"no feed: {error}") from error
    if _START.match(text) is None:
        raise NotAList("HTML where a feed was expected" if text.lstrip()[:1] == "<" else "no feed")
    if _DOCTYPE.search(text) is not None:
        raise NotAList("a feed with a document type, as none needs")
    return text


def _root(text: str) -> lxml.etree._Element:
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    clean = _UNFIT.sub("\ufffd", _DECLARATION.sub("", text))
    try:
        return lxml.etree.fromstring(clean.encode("utf-8"), parser)
    except lxml.etree.XMLSyntaxError as error:
        reason = str(error).split("\n")[0]  # what follows is a piece of the feed
        raise NotAList(f"a feed that is no XML: {reason}") from error


def _addresses(item: lxml.etree._Element) -> "list[str]":
    """What the item says of its address: RSS writes it into ``link``, Atom into an attribute; ``guid`` repeats it."""
    found: list[str] = []
    for element in item.iterchildren("{*}link", "{*}guid", "{*}id"):
        text = element.get("href") or element.text or ""
        if text.strip():
            found.append(text.strip())
    return found


def _post(address: str, blog: Blog) -> ListedPost | None:
    """The post of an item; the feed is this user's, so that a sub-domain in it is the user's own."""
    parts = split_address(address, "")
    host = "" if parts is None else (parts.hostname or "")
    number = article_id(address)
    if parts is not None and number and parts.path.startswith("/article/") and is_site_host(host):
        return ListedPost(article_id=number, address=f"https://{host}{parts.path}")
    return blog.post_at(address)

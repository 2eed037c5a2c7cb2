"""Atom feeds of new papers and new digests."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote, urlsplit

from datasette import Response, hookimpl

from normalize.browse import atom, feeds
from normalize.browse.parts import Link, Recommendation
from normalize.browse.served import archive_name

_CONTROL: Final = re.compile(r"[\x00-\x20\x7f]")
# arxiv.org, localhost:8001; a name before an @ is nothing to hand on
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?")
_LONE_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_OF_ADDRESSES: Final = "%!#$&'()*+,/:;=?@~"
_HAN: Final = re.compile("[㐀-䶿一-鿿]")
_ROLES: Final = {
    "paper": "论文",
    "code": "代码",
    "dataset": "数据集",
    "project": "项目",
    "notes": "笔记",
    "blog": "博客",
}
_NO_TITLE: Final = "（标题是图片）"


class _Addresses:
    """Absolute addresses of pages, as the reader of the feed reaches them."""

    def __init__(self, datasette: Any, request: Any) -> None:
        self._datasette, self._request = datasette, request

    def __call__(self, kind: str, key: str = "", anchor: str = "") -> str:
        path = f"/{kind}/{quote(key, safe='')}" if key else f"/{kind}"
        address: str = self._datasette.absolute_url(self._request, self._datasette.urls.path(path))
        return f"{address}#{anchor}" if anchor else address


# --- routes ----------------------------------------------------------------------------------------------------------


async def papers_feed(datasette: Any, request: Any) -> Response:
    """The papers that were recommended for the first time last."""
    address = _Addresses(datasette, request)
    papers = await datasette.get_database(archive_name(datasette.databases)).execute_fn(feeds.new_papers)
    entries = [_paper_entry(paper, address) for paper in papers]
    page = datasette.absolute_url(request, datasette.urls.table(archive_name(datasette.databases), "paper_overview"))
    return await _answer(datasette, request, "papers", "新论文 · New papers", entries, page)


async def digests_feed(datasette: Any, request: Any) -> Response:
    """The newest digests."""
    address = _Addresses(datasette, request)
    digests = await datasette.get_database(archive_name(datasette.databases)).execute_fn(feeds.new_digests)
    entries = [_digest_entry(digest, address) for digest in digests]
    return await _answer(datasette, request, "digests", "新速递 · New digests", entries, address("digests"))


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """The addresses of the feeds."""
    return [(r"^/feeds/papers\.atom$", papers_feed), (r"^/feeds/digests\.atom$", digests_feed)]


# --- entries ---------------------------------------------------------------------------------------------------------


def _paper_entry(paper: feeds.NewPaper, address: _Addresses) -> atom.Entry:
    first = paper.first
    title = paper.card.title or _NO_TITLE
    return atom.Entry(
        name=f"paper/{paper.card.paper_id}",
        title=title,
        url=address("paper", paper.card.paper_id),
        published=paper.published,
        updated=paper.updated,
        html=_facts_html(first, address) + _said_html(first),
        authors=(first.recommender.name,) if first.recommender else (),
        categories=tuple(atom.Category(term=tag.key, label=tag.name) for tag in paper.card.tags),
        related=tuple(dict.fromkeys(url for link in first.links if link.role == "paper" and (url := _web(link.url)))),
        language=_tongue(title, *first.paragraphs),
    )


def _digest_entry(digest: feeds.NewDigest, address: _Addresses) -> atom.Entry:
    post = digest.post
    tags = {one.tag.key: one.tag.name for one in digest.recommendations if one.tag}
    return atom.Entry(
        name=f"digest/{post.post_id}",
        title=post.title or " ".join(str(part) for part in (post.series, post.number) if part) or "（无标题）",
        url=address("digest", post.post_id),
        published=digest.published,
        updated=digest.published,
        html="".join(_recommendation_html(one, address) for one in digest.recommendations),
        authors=(digest.author,) if digest.author else (),
        categories=tuple(atom.Category(term=key, label=name) for key, name in tags.items()),
    )


def _recommendation_html(one: Recommendation, address: _Addresses) -> str:
    title = _linked(one.title or _NO_TITLE, address("paper", one.paper_id))
    return f"<h3>{title}</h3>" + _facts_html(one, address) + _said_html(one)


def _facts_html(one: Recommendation, address: _Addresses) -> str:
    """A line of who recommends it, where it appeared, and the post that says so."""
    facts = []
    if one.recommender:
        facts.append(_linked(f"@{one.recommender.name}", address("recommender", one.recommender.key)))
    if one.tag:
        facts.append(_linked(f"#{one.tag.name}", address("tag", one.tag.key)))
    if one.venue:
        year = f" {one.venue.year}" if one.venue.year else ""
        facts.append(_linked(f"{one.venue.venue_id}{year}", address("venue", one.venue.venue_id)))
    facts.append(_linked(one.post.title or "原文", address("digest", one.post.post_id, f"r{one.position}")))
    return f"<p>{' · '.join(facts)}</p>"


def _said_html(one: Recommendation) -> str:
    links = " · ".join(_linked(_link_name(link), url) for link in one.links if (url := _web(link.url)))
    said = "".join(f"<p>{escape(text)}</p>" for text in one.paragraphs)
    return said + (f"<p>{links}</p>" if links else "")


def _link_name(link: Link) -> str:
    return f"{_ROLES.get(link.role, '链接')} {link.host}"


def _linked(text: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _web(address: str) -> str | None:
    """The address as a feed may hold it: http or https with a host, other letters than an address has in percents."""
    if _CONTROL.search(address):
        return None
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc)
        # A percent sign that begins no letter is one itself.
        return _LONE_PERCENT.sub("%25", quote(address, safe=_OF_ADDRESSES)) if is_usable else None
    except ValueError:  # "http://[", half a pair
        return None


def _tongue(*texts: str) -> str:
    return "zh-Hans" if any(_HAN.search(text) for text in texts) else "en"


# --- answers ---------------------------------------------------------------------------------------------------------


async def _answer(
    datasette: Any, request: Any, name: str, title: str, entries: Iterable[atom.Entry], page: str
) -> Response:
    """The feed; nothing but its headers for a reader who has it already."""
    site, description = await _site(datasette)
    address = _Addresses(datasette, request)
    feed = atom.Feed(
        name=name,
        title=f"{site} · {title}",
        subtitle=description,
        author=site,
        url=address(f"feeds/{name}.atom"),
        page=page,
        icon=address("static/seal.svg"),
        entries=tuple(entries),
    )
    body = atom.feed_xml(feed)
    headers = {
        "Cache-Control": "public, max-age=600",
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(feed.updated.astimezone(UTC), usegmt=True),
        "X-Content-Type-Options": "nosniff",
    }
    is_known = _is_known(request, headers["ETag"], feed)
    return Response(
        body="" if is_known else body, status=304 if is_known else 200, headers=headers, content_type=atom.MEDIA_TYPE
    )


def _is_known(request: Any, tag: str, feed: atom.Feed) -> bool:
    """Whether the reader's copy is this one; a tag, where the reader sends one, is what counts."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tag in [one.strip().removeprefix("W/") for one in tags.split(",")]
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and feed.updated.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without a zone
        return False


async def _site(datasette: Any) -> tuple[str, str]:
    """Title and description of the site, as configured."""
    if hasattr(datasette, "get_instance_metadata"):  # 1.0
        metadata = await datasette.get_instance_metadata()
    else:
        metadata = datasette.metadata() or {}
    return str(metadata.get("title") or "PaperDigest"), str(metadata.get("description") or "")

"""Small builders of records for the tests of identity, archive and search."""

import hashlib
from collections.abc import Iterable, Sequence

from normalize.identifiers import identifiers_of
from normalize.identity import Copy, PaperEntry
from normalize.model import (
    Entry,
    EntryRecord,
    Identifier,
    Image,
    Link,
    PageClass,
    PastPost,
    Post,
    PostRecord,
    Problem,
    Reading,
    ResolvedImage,
    ResolvedLink,
    ResolvedPastPost,
    Site,
    VenueMention,
    VenueStatus,
)
from normalize.titles import post_title_key, title_key
from normalize.urls import canonical_url, image_key, post_keys

PAPER = "https://www.paperweekly.site/papers/{}"
MMBIZ = "https://mmbiz.qpic.cn/mmbiz_png/{}/640"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def ids(*names: str) -> tuple[Identifier, ...]:
    """``ids("arxiv:1806.01234")``."""
    pairs = (name.split(":", 1) for name in names)
    return tuple(sorted(Identifier(scheme=scheme, value=value) for scheme, value in pairs))


def venue(
    name: str = "ACL", year: int | None = 2018, status: VenueStatus = "published", printed: str | None = None
) -> VenueMention:
    printed = printed or f"{name} {year or ''}".strip()
    return VenueMention(name=name, year=year, status=status, printed=printed, sentence=f"本文发表于 {printed}。")


def paper_entry(
    entry_id: int,
    title: str | None = None,
    *names: str,
    published_on: str | None = "2018-06-21",
    mention: VenueMention | None = None,
) -> PaperEntry:
    return PaperEntry(
        entry_id=entry_id,
        post_id=f"csdn-{entry_id // 10}",
        position=entry_id % 10 + 1,
        title=title,
        title_key=title_key(title),
        identifiers=ids(*names),
        published_on=published_on,
        venue=mention,
    )


def copy(
    name: str,
    *keys: str,
    title: str | None = "本周有哪些值得读的论文",
    published: str | None = "2018-06-21T14:06:37+08:00",
    series: str | None = None,
    number: int | None = None,
    partial: bool = False,
    has_links: bool = True,
    entries: int = 10,
    has_images: bool = True,
    lacks: int = 0,
    distance: int = 0,
    captured_at: str | None = None,
) -> Copy:
    return Copy(
        capture_id=name,
        sha256=sha(name),
        keys=keys,
        title_key=post_title_key(title),
        published=published,
        series=series,
        number=number,
        partial=partial,
        entries=entries,
        has_links=has_links,
        has_images=has_images,
        lacks=lacks,
        distance=distance,
        captured_at=captured_at,
    )


def entry(
    position: int = 1,
    title: str | None = "Constructing Narrative Event Evolutionary Graph",
    *,
    paper: str | None = None,
    links: Sequence[tuple[str, str]] = (),
    images: Sequence[str] = (),
    recommender: str | None = "lizhongyang2011",
    tag: str | None = "Script Event Prediction",
    summary: str = "本文提出了一个可扩展的图神经网络模型。",
    section: str | None = None,
    mention: VenueMention | None = None,
    affiliations: tuple[str, ...] = (),
) -> EntryRecord:
    """An entry; ``paper`` is its paper link, ``links`` are further ones as (label, address)."""
    printed = [("论文链接", paper)] if paper else []
    raw = tuple(Link(label=label, url_raw=url) for label, url in [*printed, *links])
    pictures = tuple(Image(role="figure", url_raw=url) for url in images)
    return EntryRecord(
        entry=Entry(
            position=position,
            section=section,
            title_raw=title,
            recommender=recommender,
            tag=tag,
            summary=summary,
            links=raw,
            images=pictures,
        ),
        title_key=title_key(title),
        venue=mention,
        affiliations=affiliations,
        links=tuple(
            ResolvedLink(
                role="paper" if link.label == "论文链接" else "code",
                label=link.label,
                url_raw=link.url_raw,
                url=canonical_url(link.url_raw),
            )
            for link in raw
        ),
        images=tuple(
            ResolvedImage(
                role=image.role, url_raw=image.url_raw, url=canonical_url(image.url_raw), key=image_key(image.url_raw)
            )
            for image in pictures
        ),
        identifiers=identifiers_of([paper] if paper else []),
    )


def post(
    entries: Iterable[EntryRecord] = (),
    *,
    url: str | None = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567",
    title: str | None = "顶会论文轮番炸场，本周哪些论文最值得读？",
    published: str | None = "2018-06-21T14:06:37+08:00",
    reads: int | None = 591,
    series: str | None = "PaperDaily",
    number: int | None = 83,
    site: Site = "csdn",
    past: Sequence[tuple[str, str | None]] = (),
    problems: tuple[Problem, ...] = (),
    partial: bool = False,
) -> PostRecord:
    records = tuple(entries)
    past_posts = tuple(PastPost(title=name, url_raw=address) for name, address in past)
    return PostRecord(
        post=Post(
            site=site,
            url=url,
            kind="digest" if records else "other",
            title=title,
            author="Paper_weekly",
            published=published,
            reads=reads,
            series=series,
            number=number,
            entries=tuple(record.entry for record in records),
            past_posts=past_posts,
            problems=problems,
            partial=partial,
        ),
        keys=post_keys(url) if url else (),
        title_key=post_title_key(title),
        entries=records,
        past_posts=tuple(
            ResolvedPastPost(
                title=one.title,
                url_raw=one.url_raw,
                url=canonical_url(one.url_raw) if one.url_raw else None,
                post_key=next(iter(post_keys(one.url_raw)), None) if one.url_raw else None,
            )
            for one in past_posts
        ),
        problems=problems,
    )


def reading(
    name: str,
    record: PostRecord | None = None,
    *,
    address: str | None = None,
    origin: str = "csdn",
    status: int | None = 200,
    captured_at: str | None = "2019-02-12T06:03:32Z",
    page_class: PageClass = "post",
    problems: tuple[Problem, ...] = (),
    sha256: str | None = None,
) -> Reading:
    """A reading; its address is the record's unless another is given, and a file has none: ``status=None``."""
    if address is None and record is not None and status is not None:
        address = record.post.url
    return Reading(
        capture_id=sha(name)[:24],
        sha256=sha256 or sha("body of " + name),
        address=address,
        origin=origin,
        status=status,
        captured_at=captured_at,
        page_class=page_class,
        record=record,
        problems=problems,
    )

"""The record types: what a page printed, and what was made of it.

Two families that are never mixed. *As printed* (:class:`Post`, :class:`Entry`, :class:`Link` …) holds what the page
says, letter by letter but for markup and white space. *Resolved* (:class:`PostRecord`, :class:`EntryRecord` …) holds
the same beside what the rules of this package read out of it. ``None`` always means "the page does not say".

What a post has dozens or hundreds of is a named tuple: it is made, and travels between processes, several times faster.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["digest", "note", "list", "other"]
"""``digest``: several recommended papers in blocks. ``note``: one paper (or a few) introduced by ``■ 论文 |`` lines or
the like. ``list``: a collection of notes under headings. ``other``: no paper blocks."""

Site = Literal["csdn", "wechat", "unknown"]

PageClass = Literal["post", "not_digest", "blocked", "gone", "login", "damaged", "list", "foreign"]
"""What a captured page is. Only a ``post`` is parsed into rows; ``not_digest`` is an article of the blog without paper
blocks, ``foreign`` a page of another site, ``list`` a list of posts, ``damaged`` a page that is not whole."""

ImageRole = Literal["badge", "title", "figure", "other"]
LinkRole = Literal["paper", "code", "dataset", "notes", "project", "blog", "other"]
VenueStatus = Literal[
    "published", "accepted", "submitted", "workshop", "challenge", "oral", "spotlight", "poster", "best-paper"
]
Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that was not understood or does not add up: kept beside the data, never only logged."""

    code: str
    """Snake case and stable, for example ``unclaimed_line``; see ``docs/problems.md``."""
    message: str
    """A sentence for people, in English."""
    severity: Severity = "warning"
    position: int | None = None
    """Position of the entry that it is about, from 1; ``None``: the whole post."""
    line: str | None = None
    """The line of the post that it is about."""


# --- as printed ------------------------------------------------------------------------------------------------------


class Link(NamedTuple):
    """A labelled link of a paper block."""

    label: str
    """Without its colon or ``■``: ``论文链接``, ``源码``."""
    url_raw: str
    """As printed, letter by letter."""


class Image(NamedTuple):
    """A picture of a paper block."""

    role: ImageRole
    """``badge``: the number before the title; ``title``: the title itself; ``figure``: content of the paper."""
    url_raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPost:
    """A line of the list of past posts in a post's tail."""

    title: str
    url_raw: str | None
    """``None`` where the link got lost (seen in Markdown exports)."""


class Entry(NamedTuple):
    """One recommended paper, as printed."""

    position: int
    """From 1, in the order printed."""
    section: str | None
    """Heading that it stands under, without brackets: ``自然语言处理``."""
    title_raw: str | None
    """``None`` where the title is a picture (then there is an image of role ``title``)."""
    recommender: str | None
    """Without ``@`` and ``推荐``."""
    tag: str | None
    """Without ``#``."""
    summary: str
    """Paragraphs separated by an empty line, without markup; empty where there is none."""
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One copy of a post, as printed."""

    site: Site
    url: str | None
    """Address that the page gives for itself, or under which it was fetched."""
    kind: Kind
    title: str | None
    author: str | None
    """Account that published it, e.g. ``Paper_weekly``."""
    published: str | None
    """``2018-06-21T14:06:37+08:00`` (Asia/Shanghai), or ``2018-05-16`` where only the day is known."""
    reads: int | None
    series: str | None
    """``PaperDaily``, ``论文集精选``."""
    number: int | None
    """Issue of the series: the body's; the title's only where the body has none."""
    entries: tuple[Entry, ...] = ()
    past_posts: tuple[PastPost, ...] = ()
    problems: tuple[Problem, ...] = ()
    partial: bool = False
    """The page says that the rest is locked (VIP posts)."""


# --- resolved --------------------------------------------------------------------------------------------------------


class VenueMention(NamedTuple):
    """Where the summary says that its paper appeared."""

    name: str
    """Canonical short name: ``NeurIPS`` for a printed ``NIPS``."""
    year: int | None
    status: VenueStatus
    printed: str
    """The page's letters: ``SIGIR ’18``."""
    sentence: str
    """The sentence that it was read from."""
    span: tuple[int, int] | None = None
    """First character of ``printed`` in the summary, and the one behind its last; ``None``: it is a section heading."""


class Identifier(NamedTuple):
    """A name that somebody gave to a paper or to its code.

    Equal identifiers of a strong scheme mean equal papers; a repository may belong to several.
    """

    scheme: str
    """Of papers ``paperweekly``, ``arxiv``, ``doi``, ``openreview``, ``acl``, ``cvf``, ``pmlr``, ``neurips``,
    ``semanticscholar``, ``openalex``, ``paperweekly-notes``; of repositories ``github``, ``gitlab``, ``gitee``,
    ``bitbucket``, ``huggingface``. See :mod:`normalize.identifiers`."""
    value: str
    """Normalised: for arXiv without the version, for a repository ``owner/name`` in small letters."""


class ResolvedLink(NamedTuple):
    """A link with its role and canonical address."""

    role: LinkRole
    label: str
    url_raw: str
    url: str


class ResolvedImage(NamedTuple):
    """A picture with its own address (proxies unwrapped)."""

    role: ImageRole
    url_raw: str
    url: str
    key: str
    """Equal for the same picture on CSDN and on WeChat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedPastPost:
    """A past post with its canonical address and the key by which the archive knows posts."""

    title: str
    url_raw: str | None
    url: str | None
    post_key: str | None
    """As in :attr:`PostRecord.keys`; ``None`` where there is no link."""


class EntryRecord(NamedTuple):
    """One recommended paper with what was read out of it."""

    entry: Entry
    title_key: str | None
    """Normalised title by which equal titles are found; ``None`` for a picture title or one too short to identify."""
    venue: VenueMention | None
    affiliations: tuple[str, ...]
    links: tuple[ResolvedLink, ...]
    images: tuple[ResolvedImage, ...]
    identifiers: tuple[Identifier, ...]
    """Of the paper's links, and of all links those that are repositories; sorted, without repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRecord:
    """One copy of a post with what was read out of it."""

    post: Post
    keys: tuple[str, ...]
    """Identities of this copy, strongest first: ``csdn-80763567``, ``wechat-MzIwMTc4ODE0Mw-2247489270-1``."""
    title_key: str | None
    entries: tuple[EntryRecord, ...]
    past_posts: tuple[ResolvedPastPost, ...]
    problems: tuple[Problem, ...]
    """Those of the post and those found while resolving."""


# --- processed --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One observation, processed: what the page is, and the record of the post on it."""

    capture_id: str
    """Key of the observation in the capture store."""
    sha256: str
    """Of its bytes, hexadecimal."""
    address: str | None
    """Address that it came from; ``None`` for a file that does not tell."""
    origin: str
    """The spider that fetched it or the name of the file."""
    status: int | None
    """HTTP status; ``None`` for a file."""
    captured_at: str | None
    """ISO 8601 UTC, as the fetch or the form says; ``None`` where nothing does."""
    page_class: PageClass
    record: PostRecord | None
    """The post; ``None`` unless ``page_class`` is ``post``."""
    problems: tuple[Problem, ...]
    """Problems of the page, beside those of the record."""

    @property
    def post(self) -> PostRecord | None:
        """The record, if it is of a post with recommendations."""
        if self.page_class != "post" or self.record is None or not self.record.entries:
            return None
        return self.record

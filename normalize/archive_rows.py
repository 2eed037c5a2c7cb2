"""Rows of the archive's tables, and how they are made from records. Pure."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from normalize.archive_sql import Table
from normalize.checks import Check
from normalize.copies import Content, content_digest, content_of
from normalize.decisions import Decisions
from normalize.identity import IS_STRONG, Copy, Judgement, PaperEntry, PostGroup, TitleSource
from normalize.identity import Paper as ResolvedPaper
from normalize.model import (
    EntryRecord,
    Identifier,
    PageClass,
    PostRecord,
    Problem,
    Reading,
    ResolvedImage,
    ResolvedLink,
    Severity,
    Site,
    VenueMention,
    VenueStatus,
)
from normalize.names import recommender_key, tag_key
from normalize.search import segment, segment_fields, segment_title
from normalize.titles import post_title_key
from normalize.urls import canonical_url
from normalize.venues import Venue

POSITIONS = 1_000
"""Ids of recommendations leave room for so many places in a post; the first is 1."""

_T = TypeVar("_T")


# --- rows: what each column means stands in schema.sql ---------------------------------------------------------------


class CaptureRow(NamedTuple):
    """Of the table captures."""

    capture_id: str
    sha256: str
    address: str | None
    origin: str
    status: int | None
    captured_at: str | None
    page_class: PageClass
    post_id: str | None


class FactsRow(NamedTuple):
    """Of the table copy_facts."""

    capture_id: str
    site: Site
    kind: str
    title: str | None
    title_key: str | None
    author: str | None
    published: str | None
    series: str | None
    number: int | None
    reads: int | None
    url: str | None
    entries: int
    partial: int
    has_links: int
    has_images: int
    lacks: int
    distance: int
    content: str


class KeyRow(NamedTuple):
    """Of the table capture_keys."""

    capture_id: str
    key: str


class PostRow(NamedTuple):
    """Of the table posts."""

    post_id: str
    title: str | None
    kind: str
    series: str | None
    number: int | None
    published_on: str | None
    published_at: str | None
    reads: int | None
    author: str | None
    url: str | None
    recommendations: int
    capture_id: str


class PostCopyRow(NamedTuple):
    """Of the table post_copies."""

    post_id: str
    place: str
    site: Site
    captures: int
    reads: int | None
    sha256: str
    first_seen_at: str | None
    last_seen_at: str | None
    shown: int


class CopyDifferenceRow(NamedTuple):
    """Of the table copy_differences."""

    capture_id: str
    ordinal: int
    post_id: str
    position: int | None
    other_position: int | None
    field: str
    shown: str | None
    other: str | None


class VenueRow(NamedTuple):
    """Of the table venues."""

    venue_id: str
    full_name: str | None
    kind: str | None
    aliases: str
    ccf_rank: str | None
    dblp_key: str | None
    first_year: int | None
    last_year: int | None


class PaperRow(NamedTuple):
    """Of the table papers."""

    paper_id: str
    title: str | None
    venue_id: str | None
    venue_year: int | None
    venue_status: VenueStatus | None


class AliasRow(NamedTuple):
    """Of the table paper_aliases."""

    alias: str
    paper_id: str


class NameRow(NamedTuple):
    """Of the tables recommenders and tags, whose key columns have names of their own."""

    id: str
    name: str
    variants: str


class RecommendationRow(NamedTuple):
    """Of the table recommendations."""

    recommendation_id: int
    post_id: str
    position: int
    search_id: int
    paper_id: str
    section: str | None
    title_raw: str | None
    title: str | None
    title_source: TitleSource | None
    title_key: str | None
    recommender_id: str | None
    recommender_raw: str | None
    tag_id: str | None
    tag_raw: str | None
    summary: str
    venue_id: str | None
    venue_year: int | None
    venue_status: VenueStatus | None
    venue_printed: str | None
    venue_sentence: str | None
    venue_start: int | None
    venue_end: int | None


class IdentifierRow(NamedTuple):
    """Of the table identifiers."""

    recommendation_id: int
    scheme: str
    value: str
    strong: int
    disputed: int


class PostLinkRow(NamedTuple):
    """Of the table post_links."""

    post_id: str
    position: int
    title: str
    url_raw: str | None
    url: str | None
    post_key: str | None
    title_key: str | None
    linked_post_id: str | None


class JudgementRow(NamedTuple):
    """Of the table judgements."""

    left_id: int
    right_id: int
    rule: str
    evidence: str
    verdict: str


class DecidedRow(NamedTuple):
    """Of the table decided."""

    recommendation_id: int
    decision: str
    name: str


class ProblemRow(NamedTuple):
    """Of the table problems."""

    problem_id: str
    code: str
    severity: Severity
    message: str
    capture_id: str | None
    post_id: str | None
    recommendation_id: int | None
    position: int | None
    line: str | None


class CheckRow(NamedTuple):
    """Of the table checks."""

    name: str
    severity: Severity
    sentence: str
    query: str


class SearchRow(NamedTuple):
    """Of the table search."""

    rowid: int
    summary: str
    title: str
    other: str
    title_only: str


CAPTURES = Table.of("captures", CaptureRow)
COPY_FACTS = Table.of("copy_facts", FactsRow)
CAPTURE_KEYS = Table.of("capture_keys", KeyRow, key=2)
POSTS = Table.of("posts", PostRow)
POST_COPIES = Table.of("post_copies", PostCopyRow, key=2)
COPY_DIFFERENCES = Table.of("copy_differences", CopyDifferenceRow, key=2)
VENUES = Table.of("venues", VenueRow)
PAPERS = Table.of("papers", PaperRow)
PAPER_ALIASES = Table.of("paper_aliases", AliasRow)
RECOMMENDERS = Table("recommenders", ("recommender_id", "name", "variants"), 1)
TAGS = Table("tags", ("tag_id", "name", "variants"), 1)
RECOMMENDATIONS = Table.of("recommendations", RecommendationRow)
# Behind recommendation and place the parts of a record, column by column; see link_rows and the like.
LINKS = Table("links", ("recommendation_id", "position", *ResolvedLink._fields), 2)
IMAGES = Table("images", ("recommendation_id", "position", *ResolvedImage._fields), 2)
IDENTIFIERS = Table.of("identifiers", IdentifierRow, key=3)
AFFILIATIONS = Table("affiliations", ("recommendation_id", "position", "name"), 2)
POST_LINKS = Table.of("post_links", PostLinkRow, key=2)
JUDGEMENTS = Table.of("judgements", JudgementRow, key=4)
DECIDED = Table.of("decided", DecidedRow, key=2)
PROBLEMS = Table.of("problems", ProblemRow)
CHECKS = Table.of("checks", CheckRow)
SEARCH = Table.of("search", SearchRow)
SEARCH_DELETE = "INSERT INTO search (search, rowid, summary, title, other, title_only) VALUES ('delete', ?, ?, ?, ?, ?)"
"""Takes out of the index what was put in: an index without text cannot look it up."""


# --- captures and posts ----------------------------------------------------------------------------------------------


class CopyRow(NamedTuple):
    """A copy of a post as the archive remembers it: its capture and its facts."""

    capture: CaptureRow
    facts: FactsRow
    keys: tuple[str, ...]

    @property
    def place(self) -> str:
        """Canonical address, or the origin of a file that does not tell its address."""
        return canonical_url(self.capture.address) if self.capture.address else self.capture.origin

    def identity(self) -> Copy:
        """What tells which post it is a copy of."""
        return Copy(
            capture_id=self.capture.capture_id,
            sha256=self.capture.sha256,
            keys=self.keys,
            title_key=self.facts.title_key,
            published=self.facts.published,
            series=self.facts.series,
            number=self.facts.number,
            partial=bool(self.facts.partial),
            entries=self.facts.entries,
            has_links=bool(self.facts.has_links),
            has_images=bool(self.facts.has_images),
            lacks=self.facts.lacks,
            distance=self.facts.distance,
            captured_at=self.capture.captured_at,
        )


def capture_row(reading: Reading) -> CaptureRow:
    """Row of an observation. An article without paper blocks is no post, whatever its reader called it."""
    is_post = reading.page_class != "post" or reading.post is not None
    return CaptureRow(
        reading.capture_id,
        reading.sha256,
        reading.address,
        reading.origin,
        reading.status,
        reading.captured_at,
        reading.page_class if is_post else "not_digest",
        None,
    )


def facts_row(reading: Reading, record: PostRecord) -> FactsRow:
    """What a copy says about its post."""
    post = record.post
    return FactsRow(
        capture_id=reading.capture_id,
        site=post.site,
        kind=post.kind if post.kind != "other" else "list",
        title=post.title,
        title_key=record.title_key,
        author=post.author,
        published=post.published,
        series=post.series,
        number=post.number,
        reads=post.reads,
        url=canonical_url(post.url) if post.url else None,
        entries=len(_placed(record)),
        partial=int(post.partial),
        has_links=int(any(entry.links for entry in record.entries)),
        has_images=int(any(entry.images for entry in record.entries)),
        lacks=_lacks(record),
        distance=_distance(reading, post.site),
        content=content_digest(record_content(record)),
    )


def record_content(record: PostRecord) -> Content:
    """What of a record is compared with other copies of its post."""
    return content_of(record, _placed(record))


def _lacks(record: PostRecord) -> int:
    entries = [entry.entry for entry in record.entries]
    has = (
        record.post.title is not None,
        record.post.published is not None,
        record.post.author is not None,
        any(entry.title_raw is not None for entry in entries),
        any(entry.recommender is not None for entry in entries),
        any(entry.summary for entry in entries),
    )
    return has.count(False)


def _distance(reading: Reading, site: Site) -> int:
    """From the living page: 0 fetched from the site, 1 from a web archive, 2 a file."""
    if reading.address is None or reading.status is None or site == "unknown":
        return 2
    archived = reading.origin.startswith("wayback") or "//web.archive.org/" in reading.address
    return 1 if archived else 0


def post_row(group: PostGroup, copies: dict[str, CopyRow]) -> PostRow:
    """Row of a post: the shown copy's fields; what that copy does not say, another may."""
    shown = copies[group.shown.capture_id]
    facts = [copies[copy.capture_id].facts for copy in group.copies]
    # Of the other copies the earliest counts, and of one day's a time before the bare day.
    published = shown.facts.published or min(
        (one.published for one in facts if one.published), key=lambda text: (text[:10], -len(text), text), default=None
    )
    return PostRow(
        post_id=group.post_id,
        title=shown.facts.title,
        kind=shown.facts.kind,
        series=_given(shown.facts.series, (one.series for one in facts)),
        number=_given(shown.facts.number, (one.number for one in facts)),
        published_on=published and published[:10],
        published_at=published if published and len(published) > len("2018-06-21") else None,
        reads=max((one.reads for one in facts if one.reads is not None), default=None),
        author=shown.facts.author,
        url=_given(shown.facts.url, (one.url for one in facts)),
        recommendations=shown.facts.entries,
        capture_id=shown.capture.capture_id,
    )


def _given(own: _T | None, others: Iterable[_T | None]) -> _T | None:
    """The copy's own value, else the lowest of the others'."""
    if own is not None:
        return own
    return min((value for value in others if value is not None), default=None)  # type: ignore[type-var]


def post_copy_rows(group: PostGroup, copies: dict[str, CopyRow]) -> list[PostCopyRow]:
    """A row for each place that a post was found at."""
    places: dict[str, list[CopyRow]] = {}
    for copy in group.copies:
        row = copies[copy.capture_id]
        places.setdefault(row.place, []).append(row)
    # The copies of a group are ordered, so the first at a place is the best there.
    return [_post_copy_row(group, place, found) for place, found in sorted(places.items())]


def _post_copy_row(group: PostGroup, place: str, found: list[CopyRow]) -> PostCopyRow:
    best = found[0]
    times = [copy.capture.captured_at for copy in found if copy.capture.captured_at is not None]
    return PostCopyRow(
        post_id=group.post_id,
        place=place,
        site=best.facts.site,
        captures=len(found),
        reads=max((copy.facts.reads for copy in found if copy.facts.reads is not None), default=None),
        sha256=best.capture.sha256,
        first_seen_at=min(times, default=None),
        last_seen_at=max(times, default=None),
        shown=int(best.capture.capture_id == group.shown.capture_id),
    )


def post_link_rows(post_id: str, record: PostRecord) -> Iterator[PostLinkRow]:
    """Past posts that a post lists; which posts of the archive they are is found later."""
    for position, past in enumerate(record.past_posts, start=1):
        yield PostLinkRow(
            post_id, position, past.title, past.url_raw, past.url, past.post_key, post_title_key(past.title), None
        )


# --- recommendations -------------------------------------------------------------------------------------------------


class FreshEntry(NamedTuple):
    """A recommendation as a record has it: what all its rows are made from."""

    number: int
    """``recommendation_id``"""
    post_id: str
    record: EntryRecord


def recommendation_id(post_id: str, position: int) -> int:
    """Give the id of a recommendation: a function of its post and place, with room for every place of a post.

    >>> recommendation_id("csdn-80763567", 2) - recommendation_id("csdn-80763567", 1)
    1
    """
    return int.from_bytes(hashlib.sha256(post_id.encode()).digest()[:6], "big") * POSITIONS + position


def fresh_entries(post_id: str, record: PostRecord) -> Iterator[FreshEntry]:
    """Recommendations of a post, in their order."""
    first = recommendation_id(post_id, 0)
    return (FreshEntry(first + entry.entry.position, post_id, entry) for entry in _placed(record))


def _placed(record: PostRecord) -> list[EntryRecord]:
    """Entries that have a place of their own; :func:`problem_rows` counts the others."""
    places = {entry.entry.position: entry for entry in reversed(record.entries)}
    return [places[position] for position in sorted(places) if 0 < position < POSITIONS]


# Of pictures a post has a hundred: rows of parts are plain tuples, which cost a fifth of named ones.


def link_rows(fresh: Iterable[FreshEntry]) -> list[tuple[Any, ...]]:
    """Rows of the links of recommendations."""
    return [(number, place, *link) for number, _, record in fresh for place, link in enumerate(record.links, start=1)]


def image_rows(fresh: Iterable[FreshEntry]) -> list[tuple[Any, ...]]:
    """Rows of their pictures."""
    return [
        (number, place, *image) for number, _, record in fresh for place, image in enumerate(record.images, start=1)
    ]


def affiliation_rows(fresh: Iterable[FreshEntry]) -> list[tuple[Any, ...]]:
    """Rows of the institutions of their papers."""
    return [
        (number, place, name) for number, _, record in fresh for place, name in enumerate(record.affiliations, start=1)
    ]


def identifier_rows(fresh: Iterable[FreshEntry], disputed: Collection[tuple[int, Identifier]]) -> list[tuple[Any, ...]]:
    """Rows of their identifiers, of which some are held to be other papers'."""
    return [
        (number, *one, int(IS_STRONG[one.scheme]), int((number, one) in disputed) if disputed else 0)
        for number, _, record in fresh
        for one in record.identifiers
    ]


def fresh_row(fresh: FreshEntry, paper: ResolvedPaper, search_id: int, decisions: Decisions) -> RecommendationRow:
    """Row of a recommendation that is resolved: with its paper and its place in the index."""
    number, post_id, record = fresh
    entry, venue = record.entry, record.venue
    title, source = _shown_title(entry.title_raw, paper.title)
    start, end = venue.span if venue and venue.span else (None, None)
    return RecommendationRow(
        recommendation_id=number,
        post_id=post_id,
        position=entry.position,
        search_id=search_id,
        paper_id=paper.paper_id,
        section=entry.section,
        title_raw=entry.title_raw,
        title=title,
        title_source=source,
        title_key=record.title_key,
        recommender_id=recommender_key(entry.recommender, decisions.recommenders),
        recommender_raw=entry.recommender,
        tag_id=tag_key(entry.tag, decisions.tags),
        tag_raw=entry.tag,
        summary=entry.summary,
        venue_id=venue.name if venue else None,
        venue_year=venue.year if venue else None,
        venue_status=venue.status if venue else None,
        venue_printed=venue.printed if venue else None,
        venue_sentence=venue.sentence if venue else None,
        venue_start=start,
        venue_end=end,
    )


def fresh_paper_entry(fresh: FreshEntry, published_on: str | None) -> PaperEntry:
    """What tells which paper a recommendation is of."""
    number, post_id, record = fresh
    entry = record.entry
    return PaperEntry(
        number,
        post_id,
        entry.position,
        entry.title_raw,
        record.title_key,
        record.identifiers,
        published_on,
        record.venue,
    )


def paper_entry(row: RecommendationRow, identifiers: Iterable[IdentifierRow], published_on: str | None) -> PaperEntry:
    """The same of a recommendation that is stored."""
    return PaperEntry(
        entry_id=row.recommendation_id,
        post_id=row.post_id,
        position=row.position,
        title=row.title_raw,
        title_key=row.title_key,
        identifiers=tuple(sorted(Identifier(scheme=it.scheme, value=it.value) for it in identifiers)),
        published_on=published_on,
        venue=_mention(row),
    )


def _mention(row: RecommendationRow) -> VenueMention | None:
    if row.venue_id is None or row.venue_status is None:
        return None
    return VenueMention(
        name=row.venue_id,
        year=row.venue_year,
        status=row.venue_status,
        printed=row.venue_printed or "",
        sentence=row.venue_sentence or "",
        span=None if row.venue_start is None or row.venue_end is None else (row.venue_start, row.venue_end),
    )


def resolved_row(row: RecommendationRow, paper: ResolvedPaper, search_id: int) -> RecommendationRow:
    """A stored recommendation with the paper and the place in the index that it has now."""
    title, source = _shown_title(row.title_raw, paper.title)
    return row._replace(search_id=search_id, paper_id=paper.paper_id, title=title, title_source=source)


def _shown_title(own: str | None, others: str | None) -> tuple[str | None, TitleSource | None]:
    """The title of a recommendation: its paper's where its own is a picture."""
    if own is not None:
        return own, "printed"
    return others, None if others is None else "other_recommendation"


def paper_row(paper: ResolvedPaper) -> PaperRow:
    """Row of a paper."""
    venue = paper.venue
    if venue is None:
        return PaperRow(paper.paper_id, paper.title, None, None, None)
    return PaperRow(paper.paper_id, paper.title, venue.name, venue.year, venue.status)


def judgement_row(judgement: Judgement) -> JudgementRow:
    """Row of a judgement."""
    return JudgementRow(judgement.left_id, judgement.right_id, judgement.rule, judgement.evidence, judgement.verdict)


def name_row(key: str, spellings: Mapping[str, int]) -> NameRow:
    """Row of a recommender or tag, shown as it is most often printed; of spellings printed equally often the lowest.

    >>> name_row("gan", {"Gan": 1, "gan": 2, "GAN": 2}).variants
    '["GAN", "gan", "Gan"]'
    """
    variants = sorted(spellings, key=lambda spelling: (-spellings[spelling], spelling))
    return NameRow(key, variants[0], json.dumps(variants, ensure_ascii=False))


def venue_row(name: str, info: Venue | None) -> VenueRow:
    """Row of a venue that a recommendation names; what the rules do not know of it stays empty."""
    if info is None:
        return VenueRow(name, None, None, "[]", None, None, None, None)
    aliases = json.dumps(list(info.aliases), ensure_ascii=False)
    return VenueRow(
        name, info.full_name, info.kind, aliases, info.ccf_rank, info.dblp_key, info.first_year, info.last_year
    )


def search_source(row: RecommendationRow) -> tuple[int, str, str | None, *tuple[str | None, ...]]:
    """All of a recommendation that the index has: as long as it is equal, so is its search row."""
    return (
        row.search_id, row.summary, row.title,
        row.tag_raw, row.recommender_raw, row.venue_id, row.venue_printed, row.section,
    )  # fmt: skip


def search_row(row: RecommendationRow) -> SearchRow:
    """Row of the search table."""
    search_id, summary, title, *others = search_source(row)
    cut_title = segment(title or "")
    return SearchRow(search_id, segment(summary), cut_title, segment_fields(others), segment_title(cut_title))


# --- problems --------------------------------------------------------------------------------------------------------


def problem_rows(reading: Reading) -> Iterator[ProblemRow]:
    """Problems that were found in a capture."""
    record = reading.record
    problems = [*reading.problems, *(record.problems if record is not None else ())]
    if reading.post is not None:
        lost = len(reading.post.entries) - len(_placed(reading.post))
        if lost:
            message = f"{lost} entries have no place of their own from 1 to {POSITIONS - 1}; they are left out."
            problems.append(Problem(code="lost_entries", message=message, severity="error"))
    seen: dict[Problem, int] = {}
    for problem in problems:
        seen[problem] = seen.get(problem, 0) + 1
        yield _problem_row(problem, reading.capture_id, None, None, seen[problem])


def check_row(check: Check) -> CheckRow:
    """Row of an assertion about the archive."""
    return CheckRow(check.name, check.severity, check.sentence, check.query)


def identity_problem_row(row: RecommendationRow, problem: Problem) -> ProblemRow:
    """A problem that came of comparing recommendations."""
    return compared_problem_row(row.recommendation_id, row.post_id, problem)


def compared_problem_row(number: int, post_id: str, problem: Problem) -> ProblemRow:
    """The same, by the id of the recommendation that it is about, and its post."""
    return _problem_row(problem, None, post_id, number, 1)


def _problem_row(
    problem: Problem, capture_id: str | None, post_id: str | None, number: int | None, repetition: int
) -> ProblemRow:
    said: list[Any] = [
        capture_id, number, problem.code, problem.severity, problem.message, problem.position, problem.line, repetition
    ]  # fmt: skip
    return ProblemRow(
        problem_id=hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24],
        code=problem.code,
        severity=problem.severity,
        message=problem.message,
        capture_id=capture_id,
        post_id=post_id,
        recommendation_id=number,
        position=problem.position,
        line=problem.line,
    )

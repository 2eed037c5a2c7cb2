"""Reading the venue of a paper out of the Chinese prose of its summary.

Three steps, a module each. :mod:`~normalize.venues.mentions`: every name of the register
(:mod:`~normalize.venues.register`) with the year that belongs to it. :mod:`~normalize.venues.judgement`: the sentence
round each mention is held against phrases, some of which say that the paper appeared there, others that the venue is
that of a compared work, a data set or a contest. Choice, here: the strongest accepted mention, and of equals the first.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from normalize.model import VenueMention
from normalize.prose import Signs, fold_letters
from normalize.text import clean_text
from normalize.venues.judgement import Verdict, judge, most_specific, statuses_in
from normalize.venues.mentions import Mention, Spelling, find_mentions, is_spelling, with_year
from normalize.venues.register import Venue, VenueKind, find_listed, load_venues

__all__ = ["Venue", "VenueKind", "find_listed", "find_mentions", "find_venue", "load_venues"]

# A summary names a handful of venues; a page that was read wrongly may name thousands.
_MOST_MENTIONS = 60


def find_venue(summary: str, *, section: str | None = None) -> VenueMention | None:
    """The venue of the paper that a summary recommends; ``None`` where neither it nor the section heading names one.

    >>> find_venue("本文是哈工大发表于 IJCAI 2018 的工作。").printed
    'IJCAI 2018'
    >>> find_venue("结果相比 AAAI17 的 seqGAN 有大幅度的提升。") is None
    True
    >>> find_venue("提出一种方法。", section="TKDE").name
    'IEEE TKDE'
    """
    text = fold_letters(summary)
    mentions = list(islice(find_mentions(text), _MOST_MENTIONS))
    verdicts = list(judge(text, mentions)) if mentions else []
    if not verdicts and _PUBLISHED.found_in(text):
        verdicts = list(judge(text, list(islice(_unlisted(text), _MOST_MENTIONS))))
    if verdicts:
        return _choose(summary, text, verdicts)
    return _section_venue(section) if section else None


def _choose(summary: str, text: str, verdicts: Sequence[Verdict]) -> VenueMention:
    best, agreeing = (verdicts[0], verdicts) if len(verdicts) == 1 else _best(verdicts)
    name, _, _, year, start, end, _ = best.mention
    return VenueMention(
        name=name,
        year=year,
        status=most_specific([*[verdict.status for verdict in agreeing], *statuses_in(text, "award")]),
        printed=summary[start:end],
        sentence=clean_text(summary[slice(*best.sentence)]),
        span=(start, end),
    )


def _best(verdicts: Sequence[Verdict]) -> tuple[Verdict, Sequence[Verdict]]:
    """The strongest verdict, with a year where one of the same venue has it, and those that agree with it."""
    strongest = max(verdicts, key=lambda verdict: verdict.strength)
    same = [verdict for verdict in verdicts if verdict.mention.name == strongest.mention.name]
    dated = [verdict for verdict in same if verdict.mention.year is not None]
    best = strongest if strongest.mention.year is not None or not dated else dated[0]
    return best, [verdict for verdict in same if verdict.mention.year in (None, best.mention.year)]


@lru_cache(maxsize=512)
def _section_venue(section: str) -> VenueMention | None:
    """A heading that is nothing but a venue: ``TKDE``, ``IJCAI 2017``. Headings come again and again."""
    text = fold_letters(section).strip()
    mention = next(find_mentions(text), None)
    if mention is None or mention.mask != (0, len(text)) or (mention.ordinary and mention.year is None):
        return None
    heading = clean_text(section)
    return VenueMention(
        name=mention.name, year=mention.year, status="published", printed=heading, sentence=heading, span=None
    )


# --- venues that are not in the register -----------------------------------------------------------------------------

_PUBLISHED = Signs(("发表", "刊登", "接收", "录用", "收录", "投稿", "被"))
# "发表于 ICXYZ 2018 的工作", "发表在《Journal of Sound》上": not in the register, but said outright.
_UNLISTED = re.compile(
    r"(?:发表|刊登|接收|录用|收录|投稿|被)\s*(?:于|在|到|至)?\s*"
    r"(?:(?P<short>[A-Z][A-Za-z]*[A-Z][A-Za-z]*)[\s'-]*(?:19|20)[0-9]{2}(?![0-9])|《(?P<long>[A-Z][A-Za-z&:.\s-]{3,60})》)"
)
_NO_VENUE = re.compile(
    "arXiv|ArXiv|CoRR|GitHub|OpenReview|SSRN|bioRxiv|medRxiv|PaperWeekly|ImageNet|MNIST|CIFAR", re.IGNORECASE
)


def _unlisted(text: str) -> Iterator[Mention]:
    for match in _UNLISTED.finditer(text):
        group = "short" if match["short"] else "long"
        name = match[group].strip()
        if not _NO_VENUE.search(name) and not is_spelling(name):
            kind: VenueKind = "conference" if match["short"] else "journal"
            mention = with_year(text, match.start(group), match.end(group), Spelling(name, kind, True))
            if mention is not None:
                yield mention

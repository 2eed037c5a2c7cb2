"""What is the same: which copies are one post, which recommendations are one paper.

Pure functions over what the records say, without SQL. Two properties hold for both halves and are tested as such: the
result does not depend on the order of the input, and it is *local*: things that share no key (posts) and neither
identifier nor title key nor decision (papers) never influence each other, so that the archive may decide anew about
connected things only.
"""

from normalize.identity.papers import (
    IS_STRONG,
    Decided,
    Judgement,
    Paper,
    PaperEntry,
    Resolution,
    TitleSource,
    Verdict,
    components,
    paper_names,
    resolve,
)
from normalize.identity.posts import DAYS_BETWEEN_COPIES, Copy, PostGroup, copy_rank, group_copies

__all__ = [
    "DAYS_BETWEEN_COPIES",
    "IS_STRONG",
    "Copy",
    "Decided",
    "Judgement",
    "Paper",
    "PaperEntry",
    "PostGroup",
    "Resolution",
    "TitleSource",
    "Verdict",
    "components",
    "copy_rank",
    "group_copies",
    "paper_names",
    "resolve",
]

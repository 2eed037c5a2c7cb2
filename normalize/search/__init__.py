"""Full-text search of recommendations, in Chinese too, with SQLite as it is.

- ``letters``: which letters count as equal
- ``index``: how a text is cut into the tokens of the table ``search``
- ``query``: what a reader types, as an expression for that table and as a scan of texts
- ``ranking``: the hits in order
- ``snippets``: the part of a text that shows a match

What the table finds and what :meth:`Query.matches` finds by reading the texts is the same.
"""

from normalize.search.index import segment, segment_fields, segment_title
from normalize.search.query import MAX_TERMS, Query, Where, parse
from normalize.search.ranking import WINDOW, Hit, count_hits, ranked_ids, search
from normalize.search.snippets import Snippet, mark, snippet

__all__ = [
    "MAX_TERMS",
    "WINDOW",
    "Hit",
    "Query",
    "Snippet",
    "Where",
    "count_hits",
    "mark",
    "parse",
    "ranked_ids",
    "search",
    "segment",
    "segment_fields",
    "segment_title",
    "snippet",
]

"""The writer of the archive: what a batch of readings changes.

That is bounded: the posts that share a key or title with its copies (:mod:`normalize.archive_posts`) and the papers
that share an identifier or title key with the recommendations of those posts (:mod:`normalize.archive_papers`). Both
sets are looked up whole, decided anew and written where they differ.
"""

import sqlite3
from collections.abc import Sequence

from normalize.archive_batch import Reread, Summary
from normalize.archive_copies import CopyDifferences
from normalize.archive_papers import Recommendations
from normalize.archive_posts import Posts, closure_of_copies, new_readings, store_captures
from normalize.decisions import Decisions
from normalize.model import Reading


def write_batch(
    connection: sqlite3.Connection, batch: Sequence[Reading], *, reread: Reread, decisions: Decisions
) -> Summary:
    """Write readings inside a transaction; those of known captures are passed over.

    Raises :class:`~normalize.archive_batch.CaptureLost`.
    """
    news = new_readings(connection, batch)
    if not news:
        return Summary()
    store_captures(connection, news.values())
    posts = Posts(connection, closure_of_copies(connection, news))
    posts.load_records(news, reread)
    differences = CopyDifferences(connection, posts, news, reread)
    recommendations = Recommendations(connection, posts, decisions)
    posts.write()
    recommendations.write()
    posts.finish()
    differences.write()
    return Summary(
        new_captures=len(news),
        new_posts=len(posts.new_ids),
        changed_posts=posts.changed,
        removed_posts=len(posts.removed_ids),
        new_papers=recommendations.new_papers,
        removed_papers=recommendations.removed_papers,
        recommendations=recommendations.changed,
    )

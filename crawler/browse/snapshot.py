"""A copy of the archive for reading: what is served is never the file that a crawl is writing.

The copy has what only browsing needs: views that take long are tables in it, with indexes for the orders in which
people read them; tables ``runs`` and ``pictures`` tell what the capture store and the store of pictures know, without
anything captured.
"""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crawler.captures import CaptureStore
from crawler.images.store import ImageStore, images_path
from crawler.ingest import Paths
from normalize.archive import open_readonly
from normalize.archive_rows import RECOMMENDATIONS, SEARCH, RecommendationRow, search_row
from normalize.archive_sql import connect, connect_readonly, transaction

DATABASE: Final = "archive"
"""Name under which the archive is served, whatever its file is called."""
ARCHIVE_FILE: Final = f"{DATABASE}.db"
"""Name of the copy; Datasette names the database after it."""
PICTURES_FILE: Final = "pictures/images.db"
"""The store of pictures, from the copy's folder. Not beside the copy: Datasette serves every database of a folder."""

_RUN_COLUMNS: Final = (
    "run_id, command, source, begun_at, ended_at, outcome, found, fetched, unchanged, new, changed, gone, blocked, "
    "damaged, failed, layout_changed, requests, bytes, seconds"
)
_ADDED: Final = (
    """CREATE TABLE runs (
        run_id INTEGER NOT NULL PRIMARY KEY, command TEXT NOT NULL, source TEXT, begun_at TEXT NOT NULL, ended_at TEXT,
        outcome TEXT, found INTEGER NOT NULL, fetched INTEGER NOT NULL, unchanged INTEGER NOT NULL,
        new INTEGER NOT NULL, changed INTEGER NOT NULL, gone INTEGER NOT NULL, blocked INTEGER NOT NULL,
        damaged INTEGER NOT NULL, failed INTEGER NOT NULL, layout_changed INTEGER NOT NULL, requests INTEGER NOT NULL,
        bytes INTEGER NOT NULL, seconds REAL
    ) STRICT""",
    """CREATE TABLE pictures (
        key TEXT NOT NULL PRIMARY KEY, type TEXT NOT NULL, size INTEGER NOT NULL, width INTEGER NOT NULL,
        height INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredView:
    """A view that looks at many rows for each of its own."""

    name: str
    order: str
    """In which its rows are kept, and shown where no other is asked for."""
    indexes: tuple[str, ...]
    """Columns by which readers sort and choose."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Columns that are long and not kept twice, each with the expression that finds it."""

    @property
    def table(self) -> str:
        """Name of the table behind it."""
        return f"{self.name}_rows"


_STORED_VIEWS: Final = (
    _StoredView(
        name="paper_overview",
        order="first_recommended_on DESC, paper_id",
        indexes=("paper_id", "first_recommended_on", "times_recommended", "title", "venue, year", "year"),
    ),
    _StoredView(
        name="recommendation_overview",
        order="published_on DESC, post_id, position",
        indexes=(
            "recommendation_id", "published_on", "post_id, position", "paper_id", "title", "recommender", "tag",
            "venue, year", "year",
        ),
        elsewhere={
            "summary": "(SELECT r.summary FROM recommendations AS r WHERE r.recommendation_id = kept.recommendation_id)"
        },
    ),
    _StoredView(name="venue_year", order="papers DESC, venue, year", indexes=("papers", "venue, year")),
    _StoredView(
        name="recommender_activity", order="recommendations DESC, name", indexes=("recommendations", "recommender_id")
    ),
    _StoredView(name="tag_trend", order="quarter DESC, recommendations DESC, tag", indexes=("quarter", "tag_id")),
    _StoredView(name="data_quality", order="published_on DESC, post_id", indexes=("errors", "published_on", "post_id")),
)  # fmt: skip
STORED_TABLES: Final = tuple(view.table for view in _STORED_VIEWS)
"""Tables behind views, of no interest to readers."""
_INDEXES: Final = (
    "CREATE INDEX browse_posts_by_reads ON posts (reads)",
    "CREATE INDEX browse_papers_by_title ON papers (title)",
    "CREATE INDEX browse_images_by_key ON images (key)",
)

# What only the machine needs on which the archive was made: names of its files and servers, and what the next import
# compares with.
_REDACTIONS: Final = (
    "DELETE FROM copy_facts",
    "DELETE FROM capture_keys",
    "UPDATE captures SET origin = CASE WHEN origin LIKE 'file:%' THEN 'file' ELSE "
    "substr(origin, 1, instr(origin || ' via ', ' via ') - 1) END",
    # Numbered, since equal files of two names are two places.
    "UPDATE post_copies SET place = 'file:' || substr(sha256, 1, 16) || iif(files.number > 1, '-' || files.number, '') "
    "FROM (SELECT post_id, place, row_number() OVER (PARTITION BY post_id, sha256 ORDER BY place) AS number "
    "FROM post_copies WHERE place LIKE 'file:%') AS files "
    "WHERE post_copies.post_id = files.post_id AND post_copies.place = files.place",
    "UPDATE runs SET source = substr(source, 1, instr(source || ' via ', ' via ') - 1)",
)

_TEXT: Final = (
    "UPDATE recommendations SET summary = '', venue_sentence = NULL, venue_start = NULL, venue_end = NULL",
    "UPDATE problems SET line = NULL",
    "DELETE FROM copy_differences WHERE field = 'summary'",
)


def make_snapshot(paths: Paths, folder: Path) -> Path:
    """Copy an archive as it stands at one moment, also while it is being written, into a folder; returns the copy.

    The store of pictures, where there is one, is linked beside it and not copied. Raises what
    :func:`normalize.archive.open_readonly` raises, :class:`sqlite3.Error`, and :class:`OSError`.
    """
    target = folder / ARCHIVE_FILE
    with closing(open_readonly(paths.archive)) as source, closing(connect(target)) as copy:
        # All pages in one step: between two steps a writer could come, and the copy would begin anew for ever.
        source.backup(copy)
        # The copy is made again rather than repaired.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        with transaction(copy):
            _add_tables(copy, paths)
            _store_views(copy)
        copy.execute("PRAGMA analysis_limit = 1000")
        copy.execute("ANALYZE")
    pictures = images_path(paths.archive)
    if pictures.is_file():
        (folder / PICTURES_FILE).parent.mkdir()
        (folder / PICTURES_FILE).symlink_to(pictures.resolve())
    return target


def make_public_copy(paths: Paths, folder: Path, *, text: bool, pictures: bool) -> Path:
    """Like :func:`make_snapshot`, but for everybody: redacted, without free pages.

    Redacted: no names of imported files, no servers that were asked in the place of the site, no options of runs,
    nothing of what copies are compared by. The sentences of posts and their pictures, which belong to others, are in it
    only where ``text`` and ``pictures`` ask for them. Raises as :func:`make_snapshot` does.
    """
    target = make_snapshot(paths, folder)
    shutil.rmtree((folder / PICTURES_FILE).parent, ignore_errors=True)
    whole = target.rename(target.with_suffix(".whole"))
    with closing(connect(whole)) as copy:
        with transaction(copy):
            for statement in _REDACTIONS:
                copy.execute(statement)
            if not pictures:
                copy.execute("DELETE FROM pictures")
            if not text:
                _remove_text(copy)
        copy.execute("VACUUM INTO ?", (str(target),))
    whole.unlink()
    if pictures and images_path(paths.archive).is_file():
        _copy_pictures(images_path(paths.archive), folder / PICTURES_FILE)
    return target


def _add_tables(copy: sqlite3.Connection, paths: Paths) -> None:
    for statement in _ADDED:
        copy.execute(statement)
    if paths.captures.is_file():
        with CaptureStore.open(paths.captures, readonly=True) as store:
            rows = store.connection.execute(f"SELECT {_RUN_COLUMNS} FROM runs").fetchall()  # noqa: S608 (own words)
        marks = ", ".join("?" * len(_RUN_COLUMNS.split(", ")))
        copy.executemany(f"INSERT INTO runs ({_RUN_COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 (own words)
    if images_path(paths.archive).is_file():
        with ImageStore.open(images_path(paths.archive), readonly=True) as images:
            kept = (images.picture(key) for key in sorted(images.keys()))
            copy.executemany(
                "INSERT INTO pictures (key, type, size, width, height) VALUES (?, ?, ?, ?, ?)",
                ((one.key, one.kind.type, one.size, one.kind.width, one.kind.height) for one in kept if one),
            )


def _store_views(copy: sqlite3.Connection) -> None:
    """Keep the rows of slow views; a view of the same name shows them, so that queries are the same everywhere."""
    for view in _STORED_VIEWS:
        columns = [name for _, name, *_ in copy.execute(f"PRAGMA table_info({view.name})")]
        kept = ", ".join(column for column in columns if column not in view.elsewhere)
        shown = ", ".join(f"{view.elsewhere.get(column, f'kept.{column}')} AS {column}" for column in columns)
        copy.execute(f"CREATE TABLE {view.table} AS SELECT {kept} FROM {view.name} ORDER BY {view.order}")  # noqa: S608 (own words)
        copy.execute(f"DROP VIEW {view.name}")
        copy.execute(f"CREATE VIEW {view.name} AS SELECT {shown} FROM {view.table} AS kept")  # noqa: S608 (own words)
        for number, index in enumerate(view.indexes, start=1):
            copy.execute(f"CREATE INDEX browse_{view.name}_{number} ON {view.table} ({index})")
    for statement in _INDEXES:
        copy.execute(statement)


def _remove_text(copy: sqlite3.Connection) -> None:
    """Take away what posts say in their own words, from the search index too."""
    for statement in _TEXT:
        copy.execute(statement)
    copy.execute("INSERT INTO search (search) VALUES ('delete-all')")
    rows = (RecommendationRow._make(row) for row in copy.execute(f"{RECOMMENDATIONS.select()} ORDER BY search_id"))
    copy.executemany(SEARCH.insert, (search_row(row) for row in rows))
    copy.execute("INSERT INTO search (search) VALUES ('optimize')")


def _copy_pictures(store: Path, target: Path) -> None:
    """The pictures and nothing beside them: not where they were asked for, nor what failed."""
    target.parent.mkdir()
    with closing(connect_readonly(store)) as source:
        source.execute("VACUUM INTO ?", (str(target),))
    with closing(connect(target)) as copy:
        copy.execute("UPDATE pictures SET address = ''")
        copy.execute("DELETE FROM failures")
        copy.execute("VACUUM")

"""``paperdigest publish``: a folder that can be served to everybody."""

from pathlib import Path

from crawler.browse.publish import publish
from crawler.console import Console
from crawler.exits import Exit
from crawler.ingest import Paths


def publish_folder(paths: Paths, folder: Path, console: Console, *, text: bool, pictures: bool) -> Exit:
    """Write the folder and tell what is in it. Raises what :func:`crawler.browse.publish.publish` raises."""
    done = publish(paths, folder, text=text, pictures=pictures)
    size = f"{done.size / 1e6:,.1f} MB"
    with_pictures = f", {done.pictures:,} pictures" if pictures else ""
    console.say(f"{folder}: {done.papers:,} papers{with_pictures}, {size}; read-only, ready for `datasette {folder}`")
    if not text:
        console.note("Titles, names, venues, links and days alone: what posts say belongs to their authors (--text).")
    console.result({
        "folder": str(folder), "size": done.size, "papers": done.papers, "pictures": done.pictures
    })  # fmt: skip
    return Exit.OK

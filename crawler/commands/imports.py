"""``paperdigest import``: files into captures, captures into the archive, and a report in plain words."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.console import Console
from crawler.exits import Exit
from crawler.importers.run import ImportReport, import_files
from crawler.ingest import Paths, check_files, update_archive
from normalize.archive import Summary, open_readonly

_CLASS_WORDS = {
    "post": "posts with papers",
    "not_digest": "articles without papers",
    "foreign": "pages of other sites",
    "blocked": "answers that refuse (challenge, 403, 429, 521)",
    "gone": "posts that are gone",
    "login": "login pages",
    "damaged": "damaged pages",
    "list": "lists of posts",
}


_CHANGES = (
    ("new_posts", "new post", "new posts"),
    ("changed_posts", "changed post", "changed posts"),
    ("removed_posts", "post joined to another", "posts joined to others"),
    ("new_papers", "new paper", "new papers"),
    ("removed_papers", "paper joined to another", "papers joined to others"),
    ("recommendations", "recommendation written", "recommendations written"),
)


def import_and_archive(paths: Sequence[Path], into: Paths, console: Console) -> Exit:
    """Import files, bring the archive up to date, and say what came of it."""
    check_files(into)
    with console.progress("Reading files") as advance:
        report = import_files(paths, into, advance)
    summary = report.summary
    if into.captures.exists():
        with console.progress("Reading captures") as advance:
            summary += update_archive(into, advance)
    _tell(report, summary, into, console)
    return Exit.INPUT_REFUSED if report.refused else Exit.OK


def _tell(report: ImportReport, summary: Summary, into: Paths, console: Console) -> None:
    classes = captured_classes(into.archive, report.new)
    passed_over = f", {len(report.forgotten):,} passed over" if report.forgotten else ""
    console.say(
        f"{report.files:,} files: {len(report.new):,} new, {report.known:,} known, {len(report.refused):,} refused"
        + passed_over
    )
    for page_class, count in classes.items():
        console.say(f"  {count:,} {_CLASS_WORDS[page_class]}")
    for skipped in report.skipped:
        console.note(f"{skipped.folder}: {skipped.count:,} other files left out ({', '.join(skipped.suffixes)})")
    for refused in report.refused:
        console.warn(f"refused {refused.path}: {refused.reason}")
    for forgotten in report.forgotten:
        console.warn(f"passed over {forgotten.path}: its post was forgotten on {forgotten.forgotten_at[:10]}")
    if into.archive.exists():
        console.say(f"{into.archive}: {summary_line(summary)}")
    console.result(
        {
            "archive": str(into.archive),
            "files": report.files,
            "new": len(report.new),
            "known": report.known,
            "refused": [{"path": str(item.path), "reason": item.reason} for item in report.refused],
            "forgotten": [{"path": str(item.path), "on": item.forgotten_at[:10]} for item in report.forgotten],
            "left_out": sum(item.count for item in report.skipped),
            "page_classes": classes,
            **summary_to_dict(summary),
        }
    )


def captured_classes(archive: Path, capture_ids: Sequence[str]) -> dict[str, int]:
    """How many of these captures are of each class, the most frequent first."""
    if not capture_ids or not archive.exists():
        return {}
    with closing(open_readonly(archive)) as connection:
        classes = dict(connection.execute("SELECT capture_id, page_class FROM captures"))
    return dict(Counter(classes[capture_id] for capture_id in capture_ids if capture_id in classes).most_common())


def summary_line(summary: Summary) -> str:
    """What changed in the archive, in words.

    >>> summary_line(Summary())
    'nothing new'
    """
    counts = summary_to_dict(summary)
    parts = [f"{counts[key]:,} {one if counts[key] == 1 else many}" for key, one, many in _CHANGES if counts[key]]
    return ", ".join(parts) or "nothing new"


def summary_to_dict(summary: Summary) -> dict[str, Any]:
    """The same for scripts."""
    return asdict(summary)

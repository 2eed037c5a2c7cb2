"""Which of the databases that Datasette serves is the archive."""

from collections.abc import Iterable


def archive_name(databases: Iterable[str]) -> str:
    """Name of the database to show: ``archive``, else the first that was given; Datasette's own begin with ``_``.

    >>> archive_name(["_memory", "archive", "other"]), archive_name(["_internal", "digests"]), archive_name([])
    ('archive', 'digests', 'archive')
    """
    names = [name for name in databases if not name.startswith("_")]
    return "archive" if "archive" in names or not names else names[0]

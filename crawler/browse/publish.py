"""The archive for everybody: a folder that holds all that a server needs, and nothing that is not for readers.

``datasette FOLDER`` serves it, with Datasette 0.65 or 1.0; a container file says how on a machine that has neither
Datasette nor this program. The folder is made beside its place and put there when it is whole, so that a server never
finds half of it.
"""

import hashlib
import json
import shutil
import stat
import tempfile
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import normalize
from crawler.browse.config import browse_folder, load_configuration
from crawler.browse.snapshot import ARCHIVE_FILE, DATABASE, PICTURES_FILE, make_public_copy
from crawler.ingest import Paths
from normalize.archive_sql import connect_readonly

MARK: Final = "published-by-paperdigest"
"""Name of a file in each such folder: what it stands in may be replaced."""

_PORT: Final = 8001
_FOLDERS: Final = ("plugins", "templates", "static")
_READ_ONLY: Final = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_NOT_COPIED: Final = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")

_CONTAINER: Final = f"""\
# docker build -t papers . && docker run --rm --read-only --tmpfs /tmp -p {_PORT}:{_PORT} papers
FROM python:3.13-slim
COPY requirements.txt /srv/papers/
RUN pip install --no-cache-dir -r /srv/papers/requirements.txt
COPY . /srv/papers
ENV PYTHONPATH=/srv/papers/python PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/papers
USER 65534:65534
EXPOSE {_PORT}
CMD ["datasette", "serve", "/srv/papers", "--host", "0.0.0.0", "--port", "{_PORT}"]
"""

_README: Final = f"""\
# An archive of paper digests, for reading

Serve it from inside this folder, with Datasette 0.65 or 1.0:

    pip install -r requirements.txt
    PYTHONPATH=python datasette . --port {_PORT}

or in a container: `docker build -t papers . && docker run --rm --read-only --tmpfs /tmp -p {_PORT}:{_PORT} papers`.

- `{ARCHIVE_FILE}`: the archive, read-only; a SQLite file that any program may open.
- `metadata.json`, `settings.json` (Datasette 0.65), `datasette.json` (1.0), `inspect-data.json`: the configuration.
- `plugins/`, `templates/`, `static/`: the pages; `python/`: what the plugins import.

Made by `paperdigest publish`, which replaces this folder the next time: change nothing in it.
"""


class NotPublished(ValueError):
    """The folder is not one that publishing may replace: it holds something else, or is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was written."""

    folder: Path
    size: int
    """Bytes of the archive in it."""
    papers: int
    pictures: int


def publish(paths: Paths, folder: Path, *, text: bool = False, pictures: bool = False) -> Published:
    """Write a folder that can be served to everybody, in the place of an earlier one.

    ``text`` takes along what posts say in their own words, ``pictures`` those that were fetched: both belong to others.
    Raises :class:`NotPublished` where the folder holds something else or this program runs in it,
    :class:`FileNotFoundError` where the folder that it should stand in is missing, and what reading the archive raises;
    nothing of the folder changes then.
    """
    _check_place(folder)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.absolute().parent) as temporary:
        new, old = Path(temporary) / "new", Path(temporary) / "old"
        new.mkdir()
        archive = make_public_copy(paths, new, text=text, pictures=pictures)
        papers, kept = _counts(archive)
        _write_configuration(archive, new)
        _copy_code(new)
        for file in (archive, new / PICTURES_FILE):
            if file.exists():
                file.chmod(_READ_ONLY)
        size = archive.stat().st_size
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    return Published(folder=folder, size=size, papers=papers, pictures=kept)


def _check_place(folder: Path) -> None:
    if not folder.absolute().parent.is_dir():
        raise FileNotFoundError(f"no folder {folder.absolute().parent} for {folder.name}")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise NotPublished(f"{folder} is no folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise NotPublished(f"{folder} holds something else: give an empty folder, or one that does not exist")
    if Path.cwd().is_relative_to(folder.resolve()):
        raise NotPublished(f"{folder} is the folder that you are in, which cannot be replaced: publish from elsewhere")


def _write_configuration(archive: Path, folder: Path) -> None:
    load_configuration().save(folder)
    inspected = {DATABASE: {"hash": _sha256(archive), "size": archive.stat().st_size, "file": archive.name,
                            "tables": _table_counts(archive)}}  # fmt: skip
    (folder / "inspect-data.json").write_text(json.dumps(inspected, indent=2) + "\n", encoding="utf-8")
    (folder / "requirements.txt").write_text(_requirement() + "\n", encoding="utf-8")
    (folder / "Dockerfile").write_text(_CONTAINER, encoding="utf-8")
    (folder / "README.md").write_text(_README, encoding="utf-8")
    (folder / MARK).write_text("", encoding="utf-8")


def _copy_code(folder: Path) -> None:
    """What Datasette loads, and the package that the plugins import, so that nothing else need be installed."""
    for name in _FOLDERS:
        shutil.copytree(browse_folder() / name, folder / name, ignore=_NOT_COPIED)
    package = Path(normalize.__file__).parent
    shutil.copytree(package, folder / "python" / package.name, ignore=_NOT_COPIED)


def _requirement() -> str:
    """Datasette as it is here, since that is what was tried; without one, any that serves."""
    try:
        return f"datasette=={version('datasette')}"
    except PackageNotFoundError:
        return "datasette>=0.65.5,<1"


def _counts(archive: Path) -> tuple[int, int]:
    with closing(connect_readonly(archive)) as connection:
        found = connection.execute("SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM pictures)").fetchone()
    return int(found[0]), int(found[1])


def _table_counts(archive: Path) -> dict[str, dict[str, int]]:
    """Rows of each table, for Datasette to know without counting."""
    with closing(connect_readonly(archive)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            name: {"count": connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]}  # noqa: S608 (own names)
            for name in names
        }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

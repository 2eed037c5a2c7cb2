"""Which files a list of paths names, and what they hold."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.captures import NewCapture
from crawler.importers.html import saved_address
from crawler.limits import MAX_BYTES

PAGE_SUFFIXES = frozenset((".md", ".markdown", ".mdown", ".html", ".htm", ".xhtml"))
"""Files of a folder that are read; files that are named one by one are always tried."""

OTHER_FORMS = frozenset((".mhtml", ".mht", ".warc", ".wacz"))
"""Forms of pages that are not read yet: named, so that nobody misses them."""

_ORIGIN = "file:"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was found; :meth:`read` gives its bytes."""

    path: Path

    def read(self) -> bytes:
        """Its bytes, no more than one past the limit for pages.

        Raises :class:`OSError` where it cannot be read.
        """
        with self.path.open("rb") as file:
            # Asked for more than there is, Python makes room for all of it first.
            return file.read(min(os.fstat(file.fileno()).st_size, MAX_BYTES) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPath:
    """A path that could not be read, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFiles:
    """Files of a folder that are no pages by their endings."""

    folder: Path
    suffixes: tuple[str, ...]
    count: int


def find_files(paths: Iterable[Path]) -> Iterator[SourceFile | RefusedPath | SkippedFiles]:
    """The files that paths name, folders with everything below them, in a stable order.

    Hidden files, and the ``NAME_files`` folders that browsers put beside a saved page, are left out.
    """
    for path in paths:
        if path.is_dir():
            yield from _files_of_folder(path)
        elif path.is_file():
            yield SourceFile(path=path)
        elif path.exists():
            yield RefusedPath(path=path, reason="it is neither a file nor a folder")
        else:
            yield RefusedPath(path=path, reason="there is no such file or folder")


def _files_of_folder(folder: Path) -> Iterator[SourceFile | RefusedPath | SkippedFiles]:
    failures: list[OSError] = []
    others: list[str] = []
    found = 0
    for at, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not name.endswith("_files"))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(at, name)
            if path.suffix.lower() not in PAGE_SUFFIXES | OTHER_FORMS:
                others.append(path.suffix.lower() or "no ending")
            elif path.exists() and not path.is_file():
                yield RefusedPath(path=path, reason="it is neither a file nor a folder")
            else:
                found += 1
                yield SourceFile(path=path)
    for failure in failures:
        yield RefusedPath(path=Path(failure.filename), reason=f"the folder cannot be read: {failure.strerror}")
    if others:
        yield SkippedFiles(folder=folder, suffixes=tuple(sorted(set(others))), count=len(others))
    if not found and not failures:
        yield RefusedPath(path=folder, reason="the folder holds no page (.html, .md)")


def capture_of(source: SourceFile, body: bytes) -> NewCapture:
    """The capture of a file.

    Its origin is the file's name alone: the folders above it are the importer's business, not the archive's.
    """
    return NewCapture(
        body=body,
        origin=_ORIGIN + _CONTROLS.sub("\ufffd", source.path.name.encode("utf-8", "replace").decode()),
        address=saved_address(body),
    )


def file_name(origin: str) -> str | None:
    """Name of the file that a capture came from; ``None`` for one that was fetched."""
    return origin.removeprefix(_ORIGIN) if origin.startswith(_ORIGIN) else None

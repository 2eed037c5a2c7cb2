"""``paperdigest parse``: what saved posts hold, without storing anything."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from crawler.console import Console
from crawler.digest import read_post
from crawler.exits import Exit
from crawler.importers.files import SkippedFiles, SourceFile, find_files
from crawler.importers.html import saved_address
from crawler.pages import UnreadablePage, read_page
from normalize.export import post_to_dict, unreadable_to_dict
from normalize.records import normalize_post
from normalize.urls import canonical_url

_FORMS = {
    **dict.fromkeys((".md", ".markdown", ".mdown"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".mhtml", ".mht"), "mhtml"),
    ".warc": "warc",
    ".wacz": "wacz",
}


def parse_files(paths: Sequence[Path], console: Console) -> Exit:
    """Print one JSON object a file, in the order given; what cannot be read gets one too."""
    status = Exit.OK
    for item in find_files(paths):
        if isinstance(item, SkippedFiles):
            console.note(f"{item.folder}: {item.count} other files left out ({', '.join(item.suffixes)})")
            continue
        result = _parse(item) if isinstance(item, SourceFile) else _refused(item.path, "unreadable_path", item.reason)
        click.echo(json.dumps(result, ensure_ascii=False))
        if result["kind"] == "unreadable":
            status = Exit.INPUT_REFUSED
            console.warn(f"{item.path}: {result['problems'][0]['message']}")
    return status


def _parse(source: SourceFile) -> dict[str, Any]:
    try:
        body = source.read()
        page = read_page(body, name=source.path.name)
    except UnreadablePage as error:
        return _refused(source.path, error.code, str(error))
    except OSError as error:
        return _refused(source.path, "unreadable_path", f"it cannot be read: {error.strerror}")
    address = page.url or saved_address(body)
    post = read_post(replace(page, url=canonical_url(address) if address else None))
    return post_to_dict(normalize_post(post), path=str(source.path), form=page.form)


def _refused(path: Path, code: str, reason: str) -> dict[str, Any]:
    return unreadable_to_dict(str(path), _FORMS.get(path.suffix.lower(), "unknown"), code, reason)

"""Rule tables (TOML): what can be enumerated stands here, algorithms stand in code.

Each table opens with its source and the meaning of its columns.
"""

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load_rules(name: str) -> dict[str, Any]:
    """Content of the table ``name.toml``; callers must not change it."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


@cache
def rules_digest() -> str:
    """SHA-256 over all tables: an archive built with other rules must be built anew.

    Line ends are folded, so that a checkout on another system has the same digest.
    """
    digest = hashlib.sha256()
    for table in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if table.name.endswith(".toml"):
            digest.update(table.name.encode())
            digest.update(table.read_text("utf-8").replace("\r\n", "\n").encode())
    return digest.hexdigest()

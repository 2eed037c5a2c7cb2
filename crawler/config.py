"""``paperdigest.toml``: what one would otherwise type again with every command."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = "paperdigest.toml"
DEFAULT_ARCHIVE = Path("data/archive.db")


class BadConfig(ValueError):
    """The file is no TOML, or says something that is not understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the file of the present folder says; without one, nothing."""

    archive: Path = DEFAULT_ARCHIVE
    captures: Path | None = None
    """``None``: beside the archive."""
    user: str | None = None
    """Whose blog, as in ``blog.csdn.net/USER``."""
    contact: str | None = None
    """Mail address or page of whoever runs a live crawl, sent in the user agent."""
    delay: float | None = None
    """Seconds between two requests; ``None``: the polite default."""
    site_url: str | None = None
    """Host that serves the paths of the site in its place; ``None``: the site itself."""


_TYPES: dict[str, tuple[type, ...]] = {
    "archive": (str,),
    "captures": (str,),
    "user": (str,),
    "contact": (str,),
    "delay": (int, float),
    "site_url": (str,),
}


def load_config(folder: Path) -> Config:
    """The configuration of a folder.

    Raises :class:`BadConfig` naming the file and the key.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return Config()
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path} is no TOML: {error}") from error
    for key, value in values.items():
        if key not in _TYPES:
            raise BadConfig(f"{path}: {key!r} is not known; known are {', '.join(_TYPES)}")
        if not isinstance(value, _TYPES[key]) or isinstance(value, bool):
            raise BadConfig(f"{path}: {key} = {value!r} is of the wrong type")
    captures = values.get("captures")
    archive = Path(values.get("archive", DEFAULT_ARCHIVE)).expanduser()
    if "\0" in str(archive) or archive.is_dir():
        raise BadConfig(f"{path}: archive = {str(archive)!r} names no file")
    return Config(
        archive=archive,
        captures=Path(captures).expanduser() if captures else None,
        user=values.get("user"),
        contact=values.get("contact"),
        delay=values.get("delay"),
        site_url=values.get("site_url"),
    )

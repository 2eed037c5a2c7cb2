"""The sample archive, made once, and a real Datasette of either version over it."""

import html
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal
from urllib.parse import quote

import pytest

from crawler.browse.config import browse_folder
from crawler.browse.serve import Server, prepare, serving
from crawler.ingest import Paths

REPOSITORY: Final = Path(__file__).resolve().parents[2]
DATASETTE_1: Final = Path(sys.prefix) / "datasette1"
"""Where `make install` puts the newest Datasette 1.0."""

Version = Literal["0.65", "1.0"]
VERSIONS: Final[tuple[Version, ...]] = ("0.65", "1.0")


def sample_archive(folder: Path) -> Path:
    """The archive of the sample blog, crawled into a folder, with its copies in files; made once a folder."""
    archive = folder / "sample.db"
    if not archive.exists():
        files = [str(REPOSITORY / "data" / "sample" / name) for name in ("markdown", "wechat")]
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"}
        for words in (["demo"], ["import", *files]):
            command = [sys.executable, "-m", "crawler.cli", *words, "--archive", str(archive)]
            subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment, timeout=120)
    return archive


def environment_of(version: Version) -> dict[str, str]:
    """The environment in which that version of Datasette is found; skips where it is not installed."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    if version == "1.0":
        if not (DATASETTE_1 / "datasette").is_dir():
            pytest.skip(f"no Datasette 1.0 in {DATASETTE_1}: make test puts it there")
        environment["PYTHONPATH"] = f"{DATASETTE_1}{os.pathsep}{REPOSITORY}"
    else:
        pytest.importorskip("datasette", reason="Datasette is not installed")
    return environment


@contextmanager
def served(archive: Path, folder: Path, version: Version) -> Iterator[Server]:
    """Serve an archive with a version of Datasette; ``folder`` takes its snapshot and must be empty."""
    environment = environment_of(version)
    folder.mkdir(parents=True, exist_ok=True)
    prepare(Paths.of(archive), folder)
    with serving(folder, environment=environment) as server:
        yield server


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered, errors too."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The body as people read it."""
        return html.unescape(self.body.decode("utf-8"))


def fetch(server: Server, path: str, *, timeout: float = 30) -> Answer:
    """Ask a server for a path; Han characters in it may stand as they are."""
    address = server.url + quote(path, safe="/?&=%:.,;@!*()'\"~+-_$")
    try:
        with urllib.request.urlopen(address, timeout=timeout) as answer:
            return Answer(status=answer.status, headers=answer.headers, body=answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, headers=error.headers, body=error.read())


def fetch_json(server: Server, path: str) -> Any:
    """What a server answers in JSON, with status 200."""
    answer = fetch(server, path)
    assert answer.status == 200, answer.text
    return json.loads(answer.body)


def load_plugin(name: str) -> ModuleType:
    """A plugin of Datasette by its name, as a module; skips where Datasette is not installed."""
    pytest.importorskip("datasette", reason="Datasette is not installed")
    path = browse_folder() / "plugins" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(process: "subprocess.Popen[bytes]", url: str, log: Path) -> Server:
    """The server that a process is, as soon as it answers; fails with what it said where it ends."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{url}/-/versions.json", timeout=5) as answer:
            version = json.loads(answer.read())["datasette"]["version"]
            return Server(url=url, version=version, process=process, log=log)
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8", "replace"))

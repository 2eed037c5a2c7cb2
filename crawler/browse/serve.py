"""Datasette in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crawler.browse.config import CONFIG_FILE, METADATA_FILE, browse_folder, load_configuration
from crawler.browse.snapshot import ARCHIVE_FILE, make_snapshot
from crawler.ingest import Paths

HOST: Final = "127.0.0.1"
EXTRA: Final = "pip install 'paperdigest[browse]'"
"""How to install Datasette."""

_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 5
_TRIES: Final = 5
_LOG_FILE: Final = "datasette.log"
_LOG_LETTERS: Final = 2000


class DatasetteMissing(RuntimeError):
    """Datasette is not installed."""


class DatasetteFailed(RuntimeError):
    """Datasette ended before it answered, or does not answer."""


class PortTaken(DatasetteFailed):
    """Another program listens on the port, or the address is none of this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Datasette that answers."""

    url: str
    """Without a slash at its end: ``http://127.0.0.1:8001``."""
    version: str
    """Of Datasette: ``0.65.5``."""
    process: subprocess.Popen[bytes]
    log: Path
    """What Datasette says."""


def datasette_version(environment: Mapping[str, str] | None = None) -> str:
    """The version of Datasette that would be run: ``0.65.5``.

    ``environment`` are the variables of its process, by default those of this one. Raises :class:`DatasetteMissing`.
    """
    words = [sys.executable, "-c", "from datasette.version import __version__; print(__version__)"]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)  # noqa: S603 (own words)
    if done.returncode:
        raise DatasetteMissing(f"Datasette is not installed: {EXTRA}")
    return done.stdout.strip()


def prepare(paths: Paths, folder: Path) -> None:
    """Write into a folder what :func:`serving` serves: a snapshot of the archive, and the configurations.

    Raises what :func:`crawler.browse.snapshot.make_snapshot` raises.
    """
    make_snapshot(paths, folder)
    load_configuration().save(folder)


def command_line(folder: Path, *, version: str, port: int, host: str = HOST) -> list[str]:
    """The words that serve a folder made by :func:`prepare` with a version of Datasette, 0.65 or 1.0."""
    words = [sys.executable, "-m", "datasette", "serve", "--immutable", str(folder / ARCHIVE_FILE)]
    words += ["--metadata", str(folder / METADATA_FILE)]
    if version.startswith("0."):
        for name, value in load_configuration().settings.items():
            words += ["--setting", name, str(value).lower() if isinstance(value, bool) else str(value)]
    else:
        words += ["--config", str(folder / CONFIG_FILE)]
    source = browse_folder()
    words += ["--plugins-dir", str(source / "plugins"), "--template-dir", str(source / "templates")]
    return [*words, "--static", f"static:{source / 'static'}", "--host", host, "--port", str(port)]


@contextmanager
def serving(
    folder: Path, *, port: int = 0, host: str = HOST, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve a prepared folder while the block runs; port 0 is any free one. The server answers when the block begins.

    Raises :class:`DatasetteMissing`, :class:`PortTaken` and :class:`DatasetteFailed`, with what Datasette said.
    """
    version = datasette_version(environment)
    environment = {**(os.environ if environment is None else environment), "PYTHONUNBUFFERED": "1"}
    server = _start(folder, version, port=port, host=host, environment=environment)
    try:
        yield server
    finally:
        stop(server.process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force where it does not hear."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(folder: Path, version: str, *, port: int, host: str, environment: Mapping[str, str]) -> Server:
    for _ in range(_TRIES):
        chosen = _usable_port(host, port)
        words = command_line(folder, version=version, port=chosen, host=host)
        log = folder / _LOG_FILE
        with log.open("wb") as output:
            process = subprocess.Popen(words, stdout=output, stderr=output, env=environment)  # noqa: S603 (own words)
        # 0.0.0.0 and :: are all addresses of this machine, and no address to go to.
        reached = HOST if host in ("0.0.0.0", "::") else host  # noqa: S104 (compared, not bound)
        server = Server(url=f"http://{_bracketed(reached)}:{chosen}", version=version, process=process, log=log)
        try:
            _wait(server)
        except PortTaken:
            # A free port that somebody else took since.
            if port:
                raise
        except BaseException:
            stop(process)
            raise
        else:
            return server
    raise PortTaken(f"no free port on {host}: {_TRIES} tries")


def _wait(server: Server) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{server.url}/-/versions.json", timeout=5):  # noqa: S310 (own)
            if server.process.poll() is None:
                return
        time.sleep(0.05)
    said = server.log.read_text("utf-8", "replace").strip()[-_LOG_LETTERS:]
    if "address already in use" in said:
        raise PortTaken(f"{server.url} is taken by another program")
    raise DatasetteFailed(f"Datasette {server.version} does not start: {said}")


def _usable_port(host: str, port: int) -> int:
    """The port, or any free one for 0. Asked before, since another server there would answer in the place of ours."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            place = f"port {port} on {host}" if port else host
            raise PortTaken(f"{place} cannot be used: {error.strerror}") from error
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

"""``paperdigest browse``: the archive in Datasette, in the reader's browser."""

import tempfile
import webbrowser
from pathlib import Path

from crawler.browse.serve import HOST, datasette_version, prepare, serving
from crawler.console import Console
from crawler.exits import Exit
from crawler.ingest import Paths


def browse(paths: Paths, console: Console, *, port: int = 0, host: str = HOST, open_browser: bool = True) -> Exit:
    """Serve a snapshot of the archive until interrupted.

    Raises :class:`crawler.browse.serve.DatasetteMissing`,
    :class:`crawler.browse.serve.DatasetteFailed`, and what reading the archive raises.
    """
    # Asked first: a snapshot of a large archive takes its time.
    datasette_version()
    with tempfile.TemporaryDirectory(prefix="paperdigest-") as folder:
        prepare(paths, Path(folder))
        with serving(Path(folder), port=port, host=host) as server:
            console.say(f"{paths.archive} is served on {server.url}/ by Datasette {server.version}; Ctrl-C ends it")
            if open_browser:
                webbrowser.open(f"{server.url}/")
            try:
                server.process.wait()
            except KeyboardInterrupt:
                # As was said above: nothing was cut short that could go on.
                return Exit.INTERRUPTED
            console.warn(f"Datasette ended: {server.log.read_text('utf-8', 'replace').strip()[-500:]}")
    return Exit.FAILED

"""The command ``paperdigest``: thin, one call each; what it does stands in the other modules.

Everything heavy is imported by the command that needs it, so that ``--help`` and ``search`` start at once.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar

import click

from crawler.config import BadConfig, Config, load_config
from crawler.console import Console
from crawler.exits import Exit
from normalize import __version__

_F = TypeVar("_F", bound=Callable[..., Any])

_EXITS = """\b
Exit status:
  0    all went well
  1    something unforeseen went wrong
  2    the command line was not understood
  3    some input was refused; the rest was read
  4    blocked: the site refused to answer
  6    disk full; what was committed is whole
  7    the archive was written by a newer version
  8    the file is no archive, or there is none, or its captures are missing
  9    another crawl into the same store is under way
  130  interrupted; what was committed is whole
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What every command gets."""

    console: Console
    config: Config
    archive: Path
    captures: Path | None


def _common(*, with_json: bool = True, with_archive: bool = True) -> Callable[[_F], Callable[..., None]]:
    """The options that commands share, given to them as one value."""

    def decorate(command: _F) -> Callable[..., None]:
        @wraps(command)
        def run(
            archive: Path | None = None,
            captures: Path | None = None,
            quiet: bool = False,
            as_json: bool = False,
            **options: Any,
        ) -> None:
            try:
                config = load_config(Path.cwd())
            except BadConfig as error:
                raise click.UsageError(str(error)) from error
            context = _Context(
                console=Console(quiet=quiet, as_json=as_json),
                config=config,
                archive=archive or config.archive,
                # Captures named in the configuration belong to the archive named there.
                captures=captures or (config.captures if archive is None else None),
            )
            try:
                command(context, **options)
            except BrokenPipeError:
                # The reader of our output (head, less) has seen enough; click would call that a failure.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                sys.exit(Exit.OK)

        decorated: Callable[..., None] = run
        options = [click.option("-q", "--quiet", is_flag=True, help="Only results and what went wrong.")]
        if with_json:
            options.append(click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."))
        if with_archive:
            path = click.Path(dir_okay=False, readable=False, path_type=Path)
            options.append(
                click.option("--captures", type=path, help="Capture store; default: beside the archive, X.captures.db.")
            )
            options.append(click.option("--archive", type=path, help="The archive; default: data/archive.db."))
        for option in options:
            decorated = option(decorated)
        return decorated

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=_EXITS)
@click.version_option(__version__, prog_name="paperdigest")
def cli() -> None:
    """Archive the paper digests of a blog as a deduplicated SQLite database.

    \b
    Begin with:
      paperdigest demo              crawl a small sample blog and look at the result
      paperdigest import FILES      read saved posts
      paperdigest crawl csdn ...    crawl the live blog
    """


# --- demo ------------------------------------------------------------------------------------------------------------


@cli.command(short_help="Crawl the sample blog and look at the result.", epilog="\b\nExample:\n  paperdigest demo")
@click.option(
    "--archive",
    "target",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    default=Path("data/demo.db"),
    show_default=True,
    help="Made anew at every run.",
)
@_common(with_json=False, with_archive=False)
def demo(context: _Context, target: Path) -> None:
    """Crawl the sample blog over loopback into a fresh archive, and show what is in it.

    The sample lies in data/sample/: posts written for this project in the layouts that the blog has had since 2017. A
    small server serves it the way CSDN serves a blog; the crawl is the real one.
    """
    from crawler.commands.demo import NotTheDemo, run_demo

    try:
        run_demo(target, context.console)
    except NotTheDemo as error:
        raise click.UsageError(str(error)) from error


# --- crawl -----------------------------------------------------------------------------------------------------------


@cli.group(epilog="\b\nExample:\n  paperdigest crawl csdn --user c9Yv2cf9I06K2A9E --contact you@example.org")
def crawl() -> None:
    """Fetch posts from a site into the archive."""


@crawl.command(
    epilog="\b\nExamples:\n"
    "  paperdigest crawl csdn --user c9Yv2cf9I06K2A9E --contact you@example.org\n"
    "  paperdigest crawl csdn --user c9Yv2cf9I06K2A9E --contact you@example.org --limit 5\n"
    "  paperdigest crawl csdn --user USER --site-url http://127.0.0.1:8123 --delay 0"
)
@click.option("--user", required=True, help="User name of the blog, as in blog.csdn.net/USER.")
@click.option("--contact", help="Your mail address or page, sent to the site; or contact = in paperdigest.toml.")
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between requests; below 1 only on loopback.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the newest N posts.")
@click.option("--refetch", is_flag=True, help="Fetch posts again that are stored already.")
@click.option("--site-url", help="A host that serves the same paths (a mirror, a test server).")
@_common()
def csdn(
    context: _Context,
    user: str,
    contact: str | None,
    delay: float | None,
    limit: int | None,
    refetch: bool,
    site_url: str | None,
) -> None:
    """Crawl a blog of CSDN: its list of posts, then every post that is not stored yet.

    One request at a time, 2 seconds apart with jitter; robots.txt is obeyed. A site that refuses to answer is left
    alone and reported (exit status 4), never got round.
    """
    from crawler.commands.crawl import check_options, crawl_and_archive
    from crawler.ingest import Paths

    contact = contact or context.config.contact
    delay = context.config.delay if delay is None else delay
    try:
        check_options(user=user, contact=contact, site_url=site_url, delay=delay)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    status = crawl_and_archive(
        "csdn",
        Paths.of(context.archive, context.captures),
        context.console,
        user=user,
        contact=contact,
        delay=delay,
        limit=limit,
        refetch=refetch,
        site_url=site_url,
    )
    sys.exit(status)


# --- files -----------------------------------------------------------------------------------------------------------

_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(readable=False, path_type=Path))


@cli.command(
    "import",
    short_help="Read saved posts into the archive.",
    epilog="\b\nExamples:\n  paperdigest import saved-posts/\n  paperdigest import a.html b.md --json",
)
@_PATHS
@_common()
def import_(context: _Context, paths: tuple[Path, ...]) -> None:
    """Read saved posts (HTML pages, Markdown exports, folders of them) into the archive.

    A file that is known already changes nothing. A file that cannot be read is named with the reason, and the others
    are still read (exit status 3).
    """
    from crawler.commands.imports import import_and_archive
    from crawler.ingest import Paths

    sys.exit(import_and_archive(paths, Paths.of(context.archive, context.captures), context.console))


@cli.command(
    short_help="Print what saved posts hold, as JSON Lines.",
    epilog="\b\nExample:\n  paperdigest parse post.html | jq '.entries[].title'",
)
@_PATHS
@_common(with_json=False, with_archive=False)
def parse(context: _Context, paths: tuple[Path, ...]) -> None:
    """Print what saved posts hold, as JSON Lines, one object a file; nothing is stored."""
    from crawler.commands.parse import parse_files

    sys.exit(parse_files(paths, context.console))


@cli.command(
    short_help="Build the archive anew from its captures.",
    epilog="\b\nExample:\n  paperdigest rebuild --archive data/archive.db",
)
@_common()
def rebuild(context: _Context) -> None:
    """Build the archive anew from its captures, offline; the result is equal row for row."""
    from crawler.commands.imports import summary_line, summary_to_dict
    from crawler.ingest import Paths, rebuild_archive

    paths = Paths.of(context.archive, context.captures)
    with context.console.progress("Reading captures") as advance:
        summary = rebuild_archive(paths, advance)
    context.console.say(f"{paths.archive}: built anew: {summary_line(summary)}")
    context.console.result({"archive": str(paths.archive), **summary_to_dict(summary)})


# --- search ----------------------------------------------------------------------------------------------------------


@cli.command(
    short_help="Search the recommendations.",
    epilog="\b\nExamples:\n  paperdigest search 注意力\n  paperdigest search 'BERT -翻译' --in title\n"
    "  paperdigest search '\"graph attention\" net*' --json --limit 0",
)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="0: all.")
@click.option("--in", "where", type=click.Choice(["title", "summary", "all"]), default="all", show_default=True)
@_common()
def search(context: _Context, words: tuple[str, ...], limit: int, where: Literal["title", "summary", "all"]) -> None:
    """Search the recommendations: Chinese of any length, whole Latin words, "quoted phrases", -excluded, net*."""
    from crawler.commands.search import print_hits

    try:
        print_hits(context.archive, " ".join(words), limit=limit, where=where, console=context.console)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


# --- failures --------------------------------------------------------------------------------------------------------


def main() -> NoReturn:
    """The command; every failure that has a name ends with its own exit status and one line."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _fail(Exit.INTERRUPTED, "interrupted; what was committed is whole, and the same command goes on from there")
    except KeyboardInterrupt:
        _fail(Exit.INTERRUPTED, "interrupted; what was committed is whole, and the same command goes on from there")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (OSError, sqlite3.Error, ValueError, RuntimeError) as error:
        _fail(*_named(error))
    sys.exit(status if isinstance(status, int) else Exit.OK)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _named(error: Exception) -> tuple[Exit, str]:
    """Exit status and message of a failure."""
    from crawler.captures import NotACaptureStore, StoreTooNew
    from crawler.ingest import CapturesMissing
    from crawler.locks import AnotherRun
    from normalize.archive import ArchiveTooNew, NotAnArchive

    text = str(error)
    if isinstance(error, ArchiveTooNew | StoreTooNew):
        return Exit.ARCHIVE_TOO_NEW, text
    if isinstance(error, NotAnArchive | NotACaptureStore | CapturesMissing | FileNotFoundError):
        return Exit.NOT_AN_ARCHIVE, text
    if isinstance(error, AnotherRun):
        return Exit.ANOTHER_RUN, text
    if (isinstance(error, OSError) and error.errno == 28) or "disk is full" in text:
        return Exit.DISK_FULL, f"disk full: {text}; what was committed before is whole"
    return Exit.FAILED, text or type(error).__name__


def _fail(status: Exit, message: str) -> NoReturn:
    click.echo(f"paperdigest: {message}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()

"""The command ``paperdigest``: thin, one call each; what it does stands in the other modules.

Everything heavy is imported by the command that needs it, so that ``--help`` and ``search`` start at once.
"""

import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeVar

import click

from crawler.config import BadConfig, Config, load_config
from crawler.console import Console, drop_unheard, prepare_streams
from crawler.exits import Exit, is_disk_full
from crawler.interrupts import INTERRUPTS, interrupt
from normalize import __version__

if TYPE_CHECKING:
    from crawler.fields import Field
    from crawler.ingest import Paths
    from normalize.decisions import Subject

_MOST: Final = 2**63 - 1  # SQLite knows no greater number
_F = TypeVar("_F", bound=Callable[..., Any])

_EXITS = """\b
Exit status:
  0    all went well
  1    something unforeseen went wrong, or a crawl is not complete; the message says what
  2    the command line was not understood
  3    some input was refused, the rest was read; or what was asked for is not there
  4    blocked: the site refused to answer
  5    layout changed: a page can no longer be read; what it gave before stays
  6    disk full; what was committed is whole
  7    the archive was written by a newer version
  8    the file is no archive, or there is none, or its captures are missing
  9    another crawl into the same store is under way
  10   check failed: the archive contradicts itself
  130  interrupted; what was committed is whole
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What every command gets."""

    console: Console
    config: Config
    archive: Path
    captures: Path | None

    @property
    def paths(self) -> "Paths":
        """The two files."""
        from crawler.ingest import Paths

        return Paths.of(self.archive, self.captures)


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
                drop_unheard()
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
      paperdigest sync ...          fetch what is new on the live blog; for cron
    """


# --- demo ------------------------------------------------------------------------------------------------------------


@cli.command(short_help="Crawl the sample blog and look at the result.", epilog="\b\nExample:\n  paperdigest demo")
@click.option(
    "--archive",
    "target",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    default=Path("data/demo.db"),
    show_default=True,
    help="Made anew at every run; refused where it holds more than a demo.",
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


# --- options of commands that fetch ----------------------------------------------------------------------------------

_user_option = click.option(
    "--user", help="User name of the blog, as in blog.csdn.net/USER; or user = in paperdigest.toml."
)
_refetch_option = click.option("--refetch", is_flag=True, help="Fetch again what is stored already.")


def _fetch_options(limit_help: str) -> Callable[[_F], _F]:
    """What all commands take that ask other machines for something."""

    def decorate(command: _F) -> _F:
        for option in (
            click.option("--site-url", help="A host that serves the same paths (a mirror, a test server)."),
            click.option("--limit", type=click.IntRange(min=1), help=limit_help),
            click.option(
                "--delay", type=click.FloatRange(min=0), help="Seconds between requests; below 1 only on loopback."
            ),
            click.option(
                "--contact", help="Your mail address or page, sent to the site; or contact = in paperdigest.toml."
            ),
        ):
            command = option(command)
        return command

    return decorate


def _fetching(context: _Context, options: dict[str, Any]) -> dict[str, Any]:
    """The options of :func:`_fetch_options` with what the configuration says.

    Raises :class:`click.UsageError` for what would be impolite, or makes no sense.
    """
    from crawler.hosts import parse_site_url
    from crawler.settings import run_settings

    for name in ("contact", "delay", "site_url"):
        if options[name] is None:
            options[name] = getattr(context.config, name)
    site_url = options["site_url"]
    try:
        site = None if site_url is None else parse_site_url(site_url)
        run_settings(contact=options["contact"], site=site, delay=options["delay"])
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return options


def _user(context: _Context, user: str | None) -> str:
    """The blog that is meant. Raises :class:`click.UsageError` where nothing says, or no user can have that name."""
    from crawler.hosts import is_user_name

    user = user or context.config.user
    if user is None:
        raise click.UsageError("whose blog? --user, or user = in paperdigest.toml")
    if not is_user_name(user):
        raise click.UsageError(f"{user!r} cannot be the name of a user")
    return user


# --- sync and crawl --------------------------------------------------------------------------------------------------


@cli.command(
    short_help="Fetch what is new on the blog; for cron.",
    epilog="\b\nExamples:\n"
    "  paperdigest sync --user c9Yv2cf9I06K2A9E --contact you@example.org\n"
    "  paperdigest sync                      with user = and contact = in paperdigest.toml\n"
    "  paperdigest sync --full --json",
)
@_user_option
@click.option("--full", is_flag=True, help="Read the whole list of posts, not only the feed.")
@_fetch_options("Fetch at most N posts, the newest first.")
@_common()
def sync(context: _Context, user: str | None, full: bool, **options: Any) -> None:
    """Fetch what is new on a blog of CSDN, look again at posts that are due, and bring the archive up to date.

    Reads robots.txt and the feed first; the whole list on the first run, where the feed names no known post, and every
    30 days. Posts are looked at again 1, 7, 30 and 180 days after the first time, then every 180. Whatever a run does
    not get, the next one asks for.
    """
    from crawler.commands.sync import sync as run_sync

    user = _user(context, user)
    sys.exit(run_sync(user, context.paths, context.console, full=full, **_fetching(context, options)))


@cli.group(epilog="\b\nExample:\n  paperdigest crawl csdn --user c9Yv2cf9I06K2A9E --contact you@example.org")
def crawl() -> None:
    """Fetch posts from a site into the archive."""


@crawl.command(
    epilog="\b\nExamples:\n"
    "  paperdigest crawl csdn --user c9Yv2cf9I06K2A9E --contact you@example.org\n"
    "  paperdigest crawl csdn --user c9Yv2cf9I06K2A9E --contact you@example.org --limit 5\n"
    "  paperdigest crawl csdn --user USER --site-url http://127.0.0.1:8123 --delay 0"
)
@_user_option
@_refetch_option
@_fetch_options("At most N posts: first those never had, the newest first, then those longest due.")
@_common()
def csdn(context: _Context, user: str | None, refetch: bool, **options: Any) -> None:
    """Crawl a blog of CSDN: its list of posts, then every post that is not stored yet or is due.

    One request at a time, 2 seconds apart with jitter; robots.txt is obeyed. A site that refuses to answer is left
    alone and reported (exit status 4), never got round.
    """
    from crawler.commands.crawl import crawl_and_archive

    options = _fetching(context, options)
    arguments = {"user": _user(context, user), "limit": options.pop("limit")}
    status = crawl_and_archive("csdn", context.paths, context.console, arguments=arguments, refetch=refetch, **options)
    sys.exit(status)


@crawl.command(
    epilog="\b\nExamples:\n"
    "  paperdigest crawl wechat --contact you@example.org\n"
    "  paperdigest crawl wechat 'https://mp.weixin.qq.com/s/1bJ3QVbXQW7B9wV2sQ2HzA' --contact you@example.org\n"
    "  paperdigest crawl wechat --from addresses.txt --contact you@example.org"
)
@click.argument("addresses", nargs=-1)
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of addresses, one a line; '#' begins a comment.",
)
@_refetch_option
@_fetch_options("At most N posts in this run.")
@_common()
def wechat(context: _Context, addresses: tuple[str, ...], file: Path | None, **options: Any) -> None:
    """Crawl articles on WeChat: those at ADDRESSES, else those that posts of the archive link to as past posts.

    Without addresses, what the archive has from elsewhere is not asked for, and what was fetched before is looked at
    again on the usual schedule. A check whether a person asks is reported (exit status 4), never got round.
    """
    from crawler.commands.wechat import crawl_wechat, given_articles

    try:
        given = given_articles(addresses, file) if addresses or file else None
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    sys.exit(crawl_wechat(given, context.paths, context.console, **_fetching(context, options)))


@crawl.command(
    epilog="\b\nExamples:\n"
    "  paperdigest crawl wayback --user c9Yv2cf9I06K2A9E --contact you@example.org\n"
    "  paperdigest crawl wayback --user c9Yv2cf9I06K2A9E --contact you@example.org --only-lost --limit 20"
)
@_user_option
@click.option("--only-lost", is_flag=True, help="Only posts that are gone from the blog or were never had.")
@_refetch_option
@_fetch_options("At most N posts in this run.")
@_common()
def wayback(context: _Context, user: str | None, only_lost: bool, **options: Any) -> None:
    """Crawl copies in the Wayback Machine: of posts gone from CSDN, never had, or with other bytes than those stored.

    Its index is asked at most 24 times a minute, and after a 429 only when a minute has passed. Posts that are gone
    come first, then those never had; of each the newest snapshot first.
    """
    from crawler.commands.wayback import crawl_wayback

    user = _user(context, user)
    sys.exit(crawl_wayback(user, context.paths, context.console, only_lost=only_lost, **_fetching(context, options)))


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

    sys.exit(import_and_archive(paths, context.paths, context.console))


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
    from crawler.ingest import rebuild_archive

    paths = context.paths
    with context.console.progress("Reading captures") as advance:
        summary = rebuild_archive(paths, advance)
    context.console.say(f"{paths.archive}: built anew: {summary_line(summary)}")
    context.console.result({"archive": str(paths.archive), **summary_to_dict(summary)})


# --- the book of runs, and what they saw -----------------------------------------------------------------------------


@cli.command(
    short_help="Show what runs did.",
    epilog="\b\nExamples:\n  paperdigest runs\n  paperdigest runs 12\n  paperdigest runs --limit 1 --json",
)
@click.argument("run", type=click.IntRange(1, _MOST), required=False)
@click.option("--limit", type=click.IntRange(0, _MOST), default=20, show_default=True, help="0: all.")
@_common()
def runs(context: _Context, run: int | None, limit: int) -> None:
    """Show the latest runs; with a run's number what it was asked, how it found posts, and its problems."""
    from crawler.commands.runs import show_run, show_runs

    paths = context.paths
    if run is None:
        sys.exit(show_runs(paths, context.console, limit=limit))
    sys.exit(show_run(paths, context.console, run))


@cli.command(
    short_help="Show the versions of a post.",
    epilog="\b\nExamples:\n  paperdigest history csdn-80763567\n"
    "  paperdigest history https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567 --json",
)
@click.argument("post")
@_common()
def history(context: _Context, post: str) -> None:
    """Show the versions of a post: when and where each was seen, and what differs from one to the next.

    POST is its id, key or address. The number of reads makes no version of its own.
    """
    from crawler.commands.history import show_history

    sys.exit(show_history(post, context.paths, context.console))


@cli.command(
    short_help="Remove a post for good.",
    epilog="\b\nExamples:\n  paperdigest forget csdn-80763567 --dry-run\n"
    "  paperdigest forget https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567",
)
@click.argument("post")
@click.option("--dry-run", is_flag=True, help="Only show what would be removed.")
@_common()
def forget(context: _Context, post: str, dry_run: bool) -> None:
    """Remove a post for good: all copies of it, and its rows. POST is its id, key or address.

    Nothing of it stays in the archive or the captures but hashes, by which further copies are known and passed over;
    captured lists and feeds that name it go too. Nothing is asked: look with --dry-run first.
    """
    from crawler.commands.forget import forget as forget_post

    sys.exit(forget_post(post, context.paths, context.console, dry_run=dry_run))


# --- pictures --------------------------------------------------------------------------------------------------------


@cli.command(
    short_help="Fetch the pictures of the archive's entries.",
    epilog="\b\nExamples:\n"
    "  paperdigest images --contact you@example.org\n"
    "  paperdigest images --contact you@example.org --role figure --limit 100",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["badge", "title", "figure", "other"]),
    default=("title", "figure"),
    show_default=True,
    help="What the pictures are in their entries; may be given several times.",
)
@_fetch_options("Ask for so many pictures at most.")
@_common()
def images(context: _Context, roles: tuple[Literal["badge", "title", "figure", "other"], ...], **options: Any) -> None:
    """Fetch the pictures that entries of the archive show into X.images.db beside it; no other command does.

    One request at a time, robots.txt obeyed, each picture once. PNG, JPEG, GIF, WebP and BMP are kept as they came and
    told by their bytes; all else is refused and noted. What failed is asked for again after 7 days, 5 times at most.
    """
    from crawler.commands.images import Request, fetch_and_tell

    request = Request(roles=frozenset(roles), **_fetching(context, options))
    sys.exit(fetch_and_tell(request, context.paths, context.console))


# --- search ----------------------------------------------------------------------------------------------------------


@cli.command(
    short_help="Search the recommendations.",
    epilog="\b\nExamples:\n  paperdigest search 注意力\n  paperdigest search 'BERT -翻译' --in title\n"
    "  paperdigest search '\"graph attention\" net*' --json --limit 0",
)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(0, _MOST), default=20, show_default=True, help="0: all.")
@click.option("--in", "where", type=click.Choice(["title", "summary", "all"]), default="all", show_default=True)
@_common()
def search(context: _Context, words: tuple[str, ...], limit: int, where: Literal["title", "summary", "all"]) -> None:
    """Search the recommendations: Chinese of any length, whole Latin words, "quoted phrases", -excluded, net*."""
    from crawler.commands.search import print_hits

    try:
        print_hits(context.archive, " ".join(words), limit=limit, where=where, console=context.console)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


# --- readers ---------------------------------------------------------------------------------------------------------


@cli.command(
    short_help="Open the archive in the browser, with Datasette.",
    epilog="\b\nExamples:\n  paperdigest browse\n  paperdigest browse --archive data/demo.db --port 8001 --no-open",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0, the default: any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0: for other machines too.")
@click.option("--open/--no-open", "open_browser", default=True, show_default=True, help="Open the browser.")
@_common(with_json=False)
def browse(context: _Context, port: int, host: str, open_browser: bool) -> None:
    """Serve a snapshot of the archive with Datasette, and open it in the browser; Ctrl-C ends it.

    What is served is a copy, as the archive stood at the start: a crawl may go on writing. Needs the extra `browse`:
    pip install 'paperdigest[browse]'.
    """
    from crawler.commands.browse import browse as run_browse

    sys.exit(run_browse(context.paths, context.console, port=port, host=host, open_browser=open_browser))


@cli.command(
    short_help="Write a folder that can be served to everybody.",
    epilog="\b\nExamples:\n  paperdigest publish public/\n  paperdigest publish public/ --text --pictures",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--text", is_flag=True, help="Take along what posts say of the papers: ask their authors first.")
@click.option("--pictures", is_flag=True, help="Take along the pictures that were fetched; likewise.")
@_common()
def publish(context: _Context, folder: Path, text: bool, pictures: bool) -> None:
    """Write a read-only copy of the archive into FOLDER, with its configuration and a container file.

    It holds what is free: titles, names, venues, links, days; no captures, no names of imported files, no options of
    runs. A folder that was written so before is replaced when the new one is whole; any other is refused.
    """
    from crawler.browse.publish import NotPublished
    from crawler.commands.publish import publish_folder

    try:
        sys.exit(publish_folder(context.paths, folder, context.console, text=text, pictures=pictures))
    except NotPublished as error:
        raise click.UsageError(str(error)) from error


# --- the data --------------------------------------------------------------------------------------------------------


@cli.command(
    short_help="Ask what must hold of the archive, and count what is suspicious.",
    epilog="\b\nExamples:\n  paperdigest check\n  paperdigest check --archive data/archive.db --json",
)
@_common()
def check(context: _Context) -> None:
    """Ask what must hold of the archive, and count what is suspicious in it, with an example each.

    Exit status 10 where the archive contradicts itself. What the posts themselves seem to have wrong (one repository on
    two papers, an arXiv address as code, a misprinted tag) is counted by its code and repaired by nobody.
    """
    from crawler.commands.check import check_archive

    sys.exit(check_archive(context.archive, context.console))


@cli.command(
    short_help="Show where the values of a paper came from.",
    epilog="\b\nExamples:\n  paperdigest why pw-2026\n  paperdigest why 'Mask R-CNN' venue\n"
    "  paperdigest why https://arxiv.org/abs/1806.01234 title --json",
)
@click.argument("paper")
@click.argument(
    "field",
    required=False,
    metavar="[FIELD]",
    type=click.Choice([
        "title", "venue", "year", "status", "recommender", "tag", "section", "summary", "affiliations", "links", "code",
        "figures", "identity",
    ]),
)  # fmt: skip
@_common()
def why(context: _Context, paper: str, field: "Field | None") -> None:
    """Show where the values of a paper came from: capture, line, rule, and the other values that were seen.

    PAPER is an id of it, its address, or its title, whole. FIELD is title, venue, year, status, recommender, tag,
    section, summary, affiliations, links, code, figures or identity; otherwise all are shown.
    """
    from crawler.commands.why import show_why

    sys.exit(show_why(paper, field, context.paths, context.console))


# --- decisions by hand -----------------------------------------------------------------------------------------------


@cli.command(
    short_help="Decide what the rules cannot tell: which papers and names are one.",
    epilog="\b\nExamples:\n  paperdigest review\n  paperdigest review --same pw-2026 arxiv-1806.01234\n"
    "  paperdigest review --different pw-7 title-0f3a4c5d6e7f --note 'a wrong link'\n"
    "  paperdigest review --of tags --same NMT 神经机器翻译",
)
@click.option(
    "--of",
    "subject",
    type=click.Choice(["papers", "recommenders", "tags"]),
    help="What to list, default: all; what is decided about, default: papers.",
)
@click.option("--same", nargs=2, metavar="A B", help="They are one; of names A is the main spelling.")
@click.option("--different", nargs=2, metavar="A B", help="They are two.")
@click.option("--note", help="Why; kept with the decision.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="0: all.")
@_common()
def review(
    context: _Context,
    subject: "Subject | None",
    same: tuple[str, str] | None,
    different: tuple[str, str] | None,
    note: str | None,
    limit: int,
) -> None:
    """List pairs of papers, recommenders and tags that may be one, or decide about a pair.

    Decisions are written to X.decisions.toml beside the archive X.db, which obeys them from the next time it is
    written on, before all other evidence. A and B are ids of papers, or names as printed.
    """
    from crawler.commands.review import make_decision, show_review
    from normalize.decisions import SUBJECTS

    names = same or different
    if names is None:
        if note is not None:
            raise click.UsageError("a note is kept with a decision: give --same or --different too")
        subjects = SUBJECTS if subject is None else (subject,)
        sys.exit(show_review(context.paths, context.console, subjects=subjects, limit=limit))
    if same and different:
        raise click.UsageError("give --same or --different, not both")
    about = subject or "papers"
    sys.exit(
        make_decision(context.paths, context.console, subject=about, names=names, same=same is not None, note=note)
    )


# --- failures --------------------------------------------------------------------------------------------------------


def main() -> NoReturn:
    """The command; every failure that has a name ends with its own exit status and one line."""
    prepare_streams()
    for number in INTERRUPTS:
        signal.signal(number, interrupt)
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
    finally:
        # What was said stands: while Python ends, an interrupt would only spoil the exit status.
        for number in INTERRUPTS:
            signal.signal(number, signal.SIG_IGN)
        drop_unheard()
    sys.exit(status if isinstance(status, int) else Exit.OK)


def _named(error: Exception) -> tuple[Exit, str]:
    """Exit status and message of a failure."""
    from crawler.captures import NotACaptureStore, StoreTooNew
    from crawler.images.store import ImageStoreTooNew, NotAnImageStore
    from crawler.ingest import CapturesMissing
    from crawler.locks import AnotherRun
    from normalize.archive import ArchiveTooNew, NotAnArchive
    from normalize.decisions import BadDecisions

    text = str(error)
    if isinstance(error, ArchiveTooNew | ImageStoreTooNew | StoreTooNew):
        return Exit.ARCHIVE_TOO_NEW, text
    if isinstance(error, NotAnArchive | NotACaptureStore | NotAnImageStore | CapturesMissing | FileNotFoundError):
        return Exit.NOT_AN_ARCHIVE, text
    if isinstance(error, BadDecisions):
        return Exit.INPUT_REFUSED, text
    if isinstance(error, AnotherRun):
        return Exit.ANOTHER_RUN, text
    if is_disk_full(error):
        return Exit.DISK_FULL, f"disk full: {text}; what was committed before is whole"
    return Exit.FAILED, text or type(error).__name__


def _fail(status: Exit, message: str) -> NoReturn:
    with suppress(OSError):  # nobody may be listening: the status still says it
        click.echo(f"paperdigest: {message}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()

"""``paperdigest crawl wechat``: which articles it looks at."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.commands.crawl import crawl_and_archive
from crawler.console import Console
from crawler.exits import Exit
from crawler.frontier import FoundPost
from crawler.ingest import Paths
from crawler.spiders.wechat import article_at
from normalize.archive import open_readonly


def crawl_wechat(
    given: Sequence[FoundPost] | None, into: Paths, console: Console, *, limit: int | None, **options: Any
) -> Exit:
    """Look at the articles given, or (``None``) at those that posts of the archive link to and at those that are due.

    ``options`` are those of :func:`~crawler.commands.crawl.crawl_and_archive`.
    """
    posts, problems = (given, []) if given is not None else linked_articles(into.archive)
    for problem in problems:
        console.note(f"a past post was passed over: {problem}")
    if not posts:
        console.note("no post of the archive links to an article on WeChat that is not stored")
    arguments = {"posts": tuple(posts), "only_these": given is not None, "limit": limit}
    return crawl_and_archive("wechat", into, console, arguments=arguments, **options)


def given_articles(addresses: Sequence[str], file: Path | None = None) -> list[FoundPost]:
    """The articles at addresses, and at those in a file: one a line, empty lines and ``# …`` passed over.

    Raises:
        ValueError: something is no address of an article; of a file, with the number of the line.
        OSError: the file cannot be read.
    """
    found = [article_at(address, way="given") for address in addresses]
    lines = [] if file is None else file.read_text("utf-8-sig", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            try:
                found.append(article_at(text, way="given"))
            except ValueError as error:
                raise ValueError(f"{file}, line {number}: {error}") from error
    return found


def linked_articles(archive: Path) -> tuple[list[FoundPost], list[str]]:
    """Articles on WeChat that posts of the archive link to as past posts, and that it does not have from anywhere.

    Returns them, and what is wrong with links that cannot be asked. Without an archive there are none.
    """
    if not archive.exists():
        return [], []
    with closing(open_readonly(archive)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT url FROM post_links "
            "WHERE post_key LIKE 'wechat-%' AND linked_post_id IS NULL AND url IS NOT NULL ORDER BY url"
        ).fetchall()
    found: list[FoundPost] = []
    problems: list[str] = []
    for (url,) in rows:
        try:
            found.append(article_at(url, way="past_posts"))
        except ValueError as error:
            problems.append(str(error))
    return found, problems

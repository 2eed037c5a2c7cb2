"""``paperdigest sync``: what cron runs, for years. Reads the feed, and the whole list only where that is called for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from crawler.captures import CaptureStore
from crawler.commands.crawl import crawl_and_archive
from crawler.console import Console
from crawler.exits import Exit
from crawler.frontier import Frontier
from crawler.ingest import Paths
from crawler.run import origin_of

SPIDER: Final = "csdn"
FULL_LIST_EVERY: Final = timedelta(days=30)
"""So often the whole list is read: it names posts that came while no feed was read, and none that was taken down."""


def sync(
    user: str,
    into: Paths,
    console: Console,
    *,
    contact: str | None,
    delay: float | None = None,
    site_url: str | None = None,
    limit: int | None = None,
    full: bool = False,
) -> Exit:
    """Look for new posts, look again at those that are due, and bring the archive up to date.

    Args:
        user: whose posts.
        into: archive and captures.
        console: where the report goes.
        contact: mail or web address for the site's owner.
        delay: seconds between requests.
        site_url: server that stands in for the site.
        limit: at most so many posts are fetched.
        full: read the whole list of posts in any case.
    """
    plan = partial(_arguments, user=user, source=origin_of(SPIDER, site_url), limit=limit, full=full)
    return crawl_and_archive(
        SPIDER,
        into,
        console,
        contact=contact,
        arguments=plan,
        delay=delay,
        site_url=site_url,
        command="sync",
    )


def _arguments(store: CaptureStore, *, user: str, source: str, limit: int | None, full: bool) -> Mapping[str, Any]:
    last = Frontier(store, source).last_full(user)
    is_due = last is None or datetime.now(UTC) - last >= FULL_LIST_EVERY
    return {"user": user, "limit": limit, "feed": True, "full": full or is_due}

"""``paperdigest forget``: a post removed for good, or, with ``--dry-run``, what would go."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from crawler.captures import CaptureStore, NotACaptureStore, crawl_lock_path
from crawler.console import Console
from crawler.exits import Exit
from crawler.forget import Removal, finish_removal, plan_removal, remove_post, when_name_forgotten
from crawler.images.store import images_path
from crawler.ingest import Paths, check_files
from crawler.locks import sole_lock
from crawler.lookup import UnknownPost


def forget(name: str, paths: Paths, console: Console, *, dry_run: bool) -> Exit:
    """Forget the post of an id, key or address, and say what went.

    Raises what opening the files raises, and :class:`~crawler.locks.AnotherRun` while a crawl is under way.
    """
    if not paths.captures.exists():
        raise NotACaptureStore(f"there are no captures at {paths.captures}")
    check_files(paths)
    try:
        removal = _planned(name, paths) if dry_run else _removed(name, paths)
    except UnknownPost as error:
        console.warn(str(error))
        console.result({"post": name, "known": False})
        return Exit.INPUT_REFUSED
    if isinstance(removal, str):
        console.say(f"{name} was forgotten on {removal[:10]}; nothing of it is left")
        console.result({"post": name, "known": False, "forgotten_at": removal})
        return Exit.OK
    _tell(removal, console, dry_run=dry_run)
    return Exit.OK


def _planned(name: str, paths: Paths) -> Removal | str:
    with CaptureStore.open(paths.captures, readonly=True) as store:
        try:
            return plan_removal(name, paths.archive, store)
        except UnknownPost:
            moment = when_name_forgotten(name, store)
            if moment is None:
                raise
            return moment


def _removed(name: str, paths: Paths) -> Removal | str:
    with sole_lock(crawl_lock_path(paths.captures), "crawl into this store"), _no_fetch_of_pictures(paths):
        try:
            return remove_post(name, paths)
        except UnknownPost:
            moment = finish_removal(name, paths)
            if moment is None:
                raise
            return moment


def _no_fetch_of_pictures(paths: Paths) -> AbstractContextManager[None]:
    images = images_path(paths.archive)
    if not images.exists():
        return nullcontext()
    return sole_lock(images.with_name(images.name + ".lock"), "fetch of pictures into this store")


def _tell(removal: Removal, console: Console, *, dry_run: bool) -> None:
    verb = "would remove" if dry_run else "removed"
    post = removal.post
    console.say(f"{verb} {post.name}" + (f": {post.title}" if post.title else ""))
    console.say(f"  {len(removal.capture_ids):,} captures, {removal.bytes:,} bytes:")
    for place, captures in removal.places:
        console.say(f"    {captures:,} from {place}")
    console.say(f"  {removal.recommendations:,} recommendations")
    console.say(f"  {removal.papers:,} papers that no other post recommends")
    console.say(f"  {len(removal.pictures):,} pictures that no other post shows, as far as they were fetched")
    if not dry_run:
        console.say("No crawl, import or rebuild brings it back.")
    console.result(_to_dict(removal, dry_run=dry_run))


def _to_dict(removal: Removal, *, dry_run: bool) -> dict[str, Any]:
    return {
        "post": removal.post.name,
        "known": True,
        "dry_run": dry_run,
        "title": removal.post.title,
        "post_ids": list(removal.post.post_ids),
        "keys": list(removal.post.keys),
        "captures": len(removal.capture_ids),
        "bytes": removal.bytes,
        "places": dict(removal.places),
        "recommendations": removal.recommendations,
        "papers": removal.papers,
        "pictures": len(removal.pictures),
    }

"""How fast ``paperdigest sync`` is, as a multiple of what no Scrapy crawl can do without, and how much memory it takes.

    python tests/bench/bench_crawl.py [--posts 2000] [--many 10000] [--rounds 5] [--page-bytes 140000]

A server in a process of its own serves digest posts on loopback, packed beforehand; politeness is off. Every time is
that of a whole process, its start included. To hold:

- sync / bare: pages a second of a first ``sync`` (list, fetch, capture, parse, archive) against a Scrapy spider that
  only downloads the same pages, in the same run. At least 0.6, for posts of the sample blog (16 KB, 7 papers) and for
  large ones (140 KB, 14 papers).
- a second ``sync`` on the same day: at most 3 requests, and at most 2 s more than Scrapy with an empty spider.
- memory of the largest process of a first ``sync`` (maximum resident size) for both numbers of large posts: under
  250 MB.

The number of pages a second that the server can give shows whether it held anybody up.
"""

import argparse
import gzip
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from posts import write_posts
from samples import sample_posts

from tests.crawler.faultpages import USER, Post, article_path
from tests.crawler.faultserver import FaultServer

REPOSITORY = Path(__file__).resolve().parents[2]
SYNC_TO_BARE = 0.6
SECOND_REQUESTS = 3
SECOND_SECONDS = 2.0
MEGABYTES = 250
_FIRST = 80_000_000  # the number that write_posts gives to its first post
_MB = 1e6

_SPIDER = """
import sys
import scrapy
from scrapy.crawler import CrawlerProcess

address, first, end = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

class Bare(scrapy.Spider):
    name = "bare"
    came = 0

    async def start(self):
        for number in range(first, end):
            yield scrapy.Request(f"{address}{number}")

    def parse(self, response):
        Bare.came += response.status == 200

process = CrawlerProcess({"LOG_LEVEL": "ERROR"})
process.crawl(Bare)
process.start()
sys.exit(Bare.came != end - first)
"""


class Run(NamedTuple):
    """What a process took."""

    seconds: float
    largest: float
    """MB of its largest process."""
    together: float
    """MB of all its processes, shared pages counted once; 0 where it was not measured."""


def main() -> int:
    """Measure, print, and say by the exit status whether the bounds hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--many", type=int, default=10_000, help="posts of the second look at memory; 0: none")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--page-bytes", type=int, default=140_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, FaultServer() as site:
        folder = Path(name)
        sample = _write_sample(folder / "sample", args.posts)
        large = _write_large(folder / "large", max(args.posts, args.many), args.page_bytes)
        held = [
            _speed(site, sample, folder / "sample", args.posts, args.rounds),
            _speed(site, large, folder / "large", args.posts, args.rounds),
            _second_run(site, folder / "large" / "0.db"),
            *(_memory(site, large, folder, count) for count in (args.posts, args.many) if count),
        ]
    return 0 if all(held) else 1


def _write_sample(folder: Path, count: int) -> Path:
    """Copies of the sample blog's digests."""
    return _write("posts of the sample", sample_posts(count, first=_FIRST, user=USER), folder)


def _write_large(folder: Path, count: int, page_bytes: int) -> Path:
    """Posts of 14 papers, with the furniture of real pages round them."""
    with tempfile.TemporaryDirectory() as name:
        paths = write_posts(Path(name), count, page_bytes=page_bytes)
        return _write("large posts", (path.read_text("utf-8") for path in paths), folder)


def _write(what: str, bodies: Iterable[str], folder: Path) -> Path:
    """Pages as the server sends them, named by their numbers."""
    pages = folder / "pages"
    pages.mkdir(parents=True)
    count = size = packed = 0
    for count, page in enumerate(bodies, 1):
        body = gzip.compress(page.encode(), 6, mtime=0)
        size += len(page.encode())
        packed += len(body)
        Path(pages, f"{_FIRST + count - 1}.html.gz").write_bytes(body)
    print(f"{what}: {count:,}, {size / count / 1000:.0f} KB each, packed {packed / count / 1000:.0f} KB")
    return pages


def _play(site: FaultServer, pages: Path, count: int) -> None:
    site.play(posts=[Post(number=_FIRST + at) for at in range(count)], folder=str(pages))


# --- pages a second --------------------------------------------------------------------------------------------------


def _speed(site: FaultServer, pages: Path, folder: Path, posts: int, rounds: int) -> bool:
    _play(site, pages, posts)
    print(f"\n{posts:,} {folder.name} posts; pages a second\n\nround  server    bare    sync   sync/bare")
    ratios = []
    for number in range(rounds):
        server = posts / _ask_for_all(site, posts)
        bare = posts / _bare(site, _FIRST, _FIRST + posts).seconds
        sync = posts / _sync(site, folder / f"{number}.db").seconds
        ratios.append(sync / bare)
        print(f"{number + 1:5} {server:7.0f} {bare:7.0f} {sync:7.0f} {ratios[-1]:11.2f}")
    print(f"median {median(ratios):34.2f}")
    return _verdict(f"at least {SYNC_TO_BARE}", median(ratios) >= SYNC_TO_BARE)


def _ask_for_all(site: FaultServer, posts: int) -> float:
    """Seconds in which a client that does nothing else gets all pages, one after the other."""
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", int(site.url.rpartition(":")[2]))) as connection:
        for number in range(_FIRST, _FIRST + posts):
            head = f"GET {article_path(number)} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
            connection.sendall(head.encode())
            _read_answer(connection)
    return time.perf_counter() - begun


def _read_answer(connection: socket.socket) -> None:
    data = connection.recv(1 << 18)
    head, _, body = data.partition(b"\r\n\r\n")
    left = int(head.rpartition(b"Content-Length: ")[2]) - len(body)
    while left > 0:
        left -= len(connection.recv(1 << 18))


def _bare(site: FaultServer, first: int, end: int) -> Run:
    return _run([sys.executable, "-c", _SPIDER, f"{site.url}/{USER}/article/details/", str(first), str(end)])


def _sync(site: FaultServer, archive: Path, *, watch: bool = False) -> Run:
    options = ("--site-url", site.url, "--user", USER, "--contact", "bench@example.org", "--delay", "0", "--quiet")
    command = [sys.executable, "-m", "crawler.cli", "sync", *options, "--archive", str(archive)]
    return _run(command, watch=watch)


# --- a run with nothing to do ----------------------------------------------------------------------------------------


def _second_run(site: FaultServer, archive: Path) -> bool:
    site.forget()
    again = [_sync(site, archive).seconds for _ in range(3)]
    requests = len(site.seen()) / len(again)
    start = median(_bare(site, 0, 0).seconds for _ in range(3))
    more = median(again) - start
    print(f"second sync: {requests:.0f} requests, {median(again):.2f} s; Scrapy's start alone {start:.2f} s")
    holds = requests <= SECOND_REQUESTS and more <= SECOND_SECONDS
    return _verdict(f"at most {SECOND_REQUESTS} requests and {SECOND_SECONDS:.0f} s more ({more:.2f} s)", holds)


# --- memory ----------------------------------------------------------------------------------------------------------


def _memory(site: FaultServer, pages: Path, folder: Path, posts: int) -> bool:
    _play(site, pages, posts)
    run = _sync(site, folder / f"memory-{posts}.db", watch=True)
    print(f"{posts:,} posts: largest process {run.largest:.0f} MB, all together {run.together:.0f} MB")
    return _verdict(f"largest under {MEGABYTES} MB", run.largest < MEGABYTES)


def _run(command: list[str], *, watch: bool = False) -> Run:
    """Run a command to its end; it must end well."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    peak = [0.0]
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, ended), daemon=True)
    if watch:
        watcher.start()
    _, status, usage = os.wait4(process.pid, 0)  # of the process and those that it waited for, the largest counts
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    if process.returncode != 0:
        raise SystemExit(f"{command[1:4]} ended with status {process.returncode}")
    return Run(seconds, usage.ru_maxrss * 1024 / _MB, peak[0])


def _watch(pid: int, peak: list[float], ended: threading.Event) -> None:
    """Keeps the most memory that a process and its children had at a time."""
    while not ended.wait(0.2):
        peak[0] = max(peak[0], sum(map(_megabytes, _family(pid))))


def _family(pid: int) -> list[int]:
    pids = [pid]
    for parent in pids:
        try:
            pids += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        except OSError:  # it has just ended
            continue
    return pids


def _megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * 1024 / _MB for line in lines if line.startswith("Pss:"))


def _verdict(bound: str, holds: bool) -> bool:
    print(f"{bound}: {'holds' if holds else 'does not hold'}\n")
    return holds


if __name__ == "__main__":
    sys.exit(main())

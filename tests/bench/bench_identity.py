"""How long it takes to find which recommendations are one paper, and what one more digest costs a large archive.

    python tests/bench/bench_identity.py [--papers 100000] [--rounds 9]

- resolving: recommendations of that many papers (one of three recommended again: with its link, misspelt, without a
  link, or with a wrong one) given to :func:`normalize.identity.resolve` at once, in a process of their own. To hold for
  100,000: under 20 s, and under 500 MB in the process.
- one more digest: ten recommendations, four of papers that are there, added to an archive of all of them, less what the
  same digest costs an empty archive. To hold: under 50 ms (median of the rounds).
"""

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from random import Random
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from normalize.archive import Archive
from normalize.identifiers import identifiers_of
from normalize.identity import PaperEntry, resolve
from normalize.model import Entry, Link, Post, PostRecord, Reading
from normalize.records import normalize_post
from normalize.titles import title_key

RESOLVED_SECONDS = 20.0
RESOLVED_MEGABYTES = 500.0
DIGEST_MILLISECONDS = 50.0

_IN_DIGEST = 10
_KNOWN_IN_DIGEST = 4
_BATCH = 200
_VENUES = ("ACL 2018", "CVPR 2019", "NeurIPS 2020", "ICLR 2021", "KDD 2019", "EMNLP 2018")
_WORDS = (
    "adversarial alignment attention bayesian captioning causal clustering compression contrastive convolution "
    "dialogue diffusion distillation embedding entity estimation event evolution explanation extraction federated "
    "generation gradient graph hashing hierarchical image inference kernel knowledge language latent matching "
    "memory metric multimodal navigation object optimization parsing policy pooling pose prediction probabilistic "
    "pruning quantized question ranking reasoning recommendation recurrent region relation representation "
    "retrieval reward robust sampling segmentation semantic sentence sequence shape sparse spectral speech style "
    "summarization supervised tagging temporal text tracking transfer transformer translation tree uncertainty "
    "variational video vision walk wavelet zero "
).split()


def main() -> int:
    """Measure, print, and say by the exit status whether all of it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--resolve-only", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.resolve_only:
        return _resolve(args.papers)
    # A process of its own, so that its peak of memory is that of resolving.
    command = [sys.executable, __file__, "--papers", str(args.papers), "--resolve-only"]
    resolved = subprocess.run(command, check=False).returncode == 0
    return 0 if _add_digests(args.papers, args.rounds) and resolved else 1


# --- resolving -------------------------------------------------------------------------------------------------------


def _resolve(papers: int) -> int:
    entries = [_as_entry(number, entry) for number, entry in enumerate(_recommendations(papers), start=1)]
    begun = time.perf_counter()
    resolution = resolve(entries)
    seconds = time.perf_counter() - begun
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    holds = seconds < RESOLVED_SECONDS and megabytes < RESOLVED_MEGABYTES
    print(f"{len(entries):,} recommendations, {len(resolution.papers):,} papers, {len(resolution.problems):,} problems")
    print(f"resolved in {seconds:.1f} s, {megabytes:.0f} MB at most: {_verdict(holds)}")
    return 0 if holds else 1


def _as_entry(number: int, entry: Entry) -> PaperEntry:
    return PaperEntry(
        entry_id=number,
        post_id=f"csdn-{number // _IN_DIGEST}",
        position=number % _IN_DIGEST + 1,
        title=entry.title_raw,
        title_key=title_key(entry.title_raw),
        identifiers=identifiers_of(link.url_raw for link in entry.links),
        published_on=f"20{17 + number % 8}-{number % 12 + 1:02}-{number % 28 + 1:02}",
    )


# --- one more digest -------------------------------------------------------------------------------------------------


def _add_digests(papers: int, rounds: int) -> bool:
    """Whether one more digest costs as little as it should."""
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder, "large.db")
        begun = time.perf_counter()
        with _opened(large) as archive:
            for batch in _batched(_digests(_recommendations(papers), first=0)):
                archive.add(batch, reread=_nothing)
        seconds, megabytes = time.perf_counter() - begun, large.stat().st_size / 1e6
        print(f"\nan archive of {papers:,} papers ({megabytes:.0f} MB, built in {seconds:.0f} s)\n")
        print("round  large archive  empty archive  difference")
        costs = [_round(number, papers, large, Path(folder, f"{number}.db")) for number in range(1, rounds + 1)]
    holds = median(costs) < DIGEST_MILLISECONDS
    print(f"one more digest costs {median(costs):.0f} ms beyond its own rows: {_verdict(holds)}")
    return holds


def _round(number: int, papers: int, large: Path, empty: Path) -> float:
    """Milliseconds that a digest costs a large archive more than an empty one."""
    random = Random(f"digest {number}")
    known = [_paper(random.randrange(papers)) for _ in range(_KNOWN_IN_DIGEST)]
    fresh = [_paper(papers + number * _IN_DIGEST + place) for place in range(_IN_DIGEST - _KNOWN_IN_DIGEST)]
    (digest,) = _digests(iter([*known, *fresh]), first=10_000_000 + number)
    _opened(empty).close()
    in_large, in_empty = _added(large, digest), _added(empty, digest)
    print(f"{number:5} {in_large:11.0f} ms {in_empty:11.0f} ms {in_large - in_empty:8.0f} ms")
    return in_large - in_empty


def _added(path: Path, digest: Reading) -> float:
    begun = time.perf_counter()
    with _opened(path) as archive:
        archive.known_captures()
        archive.add([digest], reread=_nothing)
    return (time.perf_counter() - begun) * 1000


def _opened(path: Path) -> Archive:
    return Archive.open(path, rules_digest="bench", code_version="bench")


def _nothing(_capture_id: str) -> None:
    """No digest has a second copy that would be read again."""


# --- what is recommended ---------------------------------------------------------------------------------------------


def _recommendations(papers: int) -> Iterator[Entry]:
    """That many papers, every third of them twice; of those that recur some are misspelt, or have other links."""
    for number in range(papers):
        yield _paper(number)
        if number % 3 == 0:
            yield _again(number)


def _paper(number: int) -> Entry:
    random = Random(number)
    title = " ".join(random.choice(_WORDS) for _ in range(random.randint(5, 8))).capitalize()
    links = [Link("论文链接", f"https://www.paperweekly.site/papers/{number + 1}")]
    if number % 2:
        month, place = divmod(number, 8_000)
        links.append(Link("arXiv", f"https://arxiv.org/abs/{15 + month // 12:02}{month % 12 + 1:02}.{place:05}"))
    return _entry(random, title, links)


def _again(number: int) -> Entry:
    random = Random(f"again {number}")
    once = _paper(number)
    title, links = once.title_raw or "", once.links
    kind = random.randrange(4)
    if kind == 0:
        title = title.replace("e", "", 1)
    elif kind == 1:
        links = ()
    elif kind == 2:
        links = (Link("论文链接", f"https://www.paperweekly.site/papers/{random.randrange(1, number + 2)}"),)
    return _entry(random, title, links)


def _entry(random: Random, title: str, links: Sequence[Link]) -> Entry:
    return Entry(
        position=1,
        section=None,
        title_raw=title,
        recommender=f"reader{random.randrange(300)}",
        tag=random.choice(_WORDS).capitalize(),
        summary=f"本文是清华大学发表于 {random.choice(_VENUES)} 的工作，" + "提出了一个有效的模型，" * 8,
        links=tuple(links),
    )


def _digests(entries: Iterator[Entry], *, first: int) -> Iterator[Reading]:
    """Entries, ten a post."""
    for number in count(first):
        some = list(islice(entries, _IN_DIGEST))
        if not some:
            return
        post = Post(
            site="csdn",
            url=f"https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{number + 1}",
            kind="digest",
            title=f"本周值得读的论文，第 {number + 1} 份",
            author="Paper_weekly",
            published=f"20{17 + number % 9}-{number % 12 + 1:02}-{number % 28 + 1:02}",
            reads=number % 5_000,
            series=None,
            number=None,
            entries=tuple(entry._replace(position=place) for place, entry in enumerate(some, start=1)),
        )
        yield _reading(number, normalize_post(post))


def _reading(number: int, record: PostRecord) -> Reading:
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    return Reading(
        capture_id=sha256[:24],
        sha256=sha256,
        address=record.post.url,
        origin="csdn",
        status=200,
        captured_at="2026-01-01T00:00:00Z",
        page_class="post",
        record=record,
        problems=(),
    )


def _batched(digests: Iterator[Reading]) -> Iterator[list[Reading]]:
    while batch := list(islice(digests, _BATCH)):
        yield batch


def _verdict(holds: bool) -> str:
    return "holds" if holds else "does not hold"


if __name__ == "__main__":
    sys.exit(main())

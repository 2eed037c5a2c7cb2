"""How long an import takes, as a multiple of what no import can do without.

    python tests/bench/bench_import.py [--posts 1000] [--rounds 3]

Prints ratios of times taken in this one run, since absolute times say more about the machine than about the program:

- import / floor: a whole ``paperdigest import``, start of the process included, against reading every file and parsing
  it with lxml in one process. To hold: at most 3.
- import / re-import: the same against importing the same files again, when nothing is new. To hold: at least 10.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import lxml.html

sys.path.insert(0, str(Path(__file__).parent))

from posts import write_posts

IMPORT_TO_FLOOR = 3.0
IMPORT_TO_REIMPORT = 10.0


def main() -> int:
    """Measure, print, and say by the exit status whether the ratios hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder, "pages")
        paths = write_posts(pages, args.posts)
        size = sum(path.stat().st_size for path in paths)
        print(f"{len(paths):,} posts, {size / len(paths) / 1000:.0f} KB each; best of {args.rounds} rounds\n")
        floor = _best(args.rounds, lambda: _read_and_parse(paths))
        times = [_import_twice(Path(folder, f"{n}.db"), pages) for n in range(args.rounds)]
    first, again = min(t[0] for t in times), min(t[1] for t in times)
    print(f"floor (read + lxml parse)   {floor:7.2f} s    1.00")
    print(f"import                      {first:7.2f} s    {first / floor:.2f} x floor (at most {IMPORT_TO_FLOOR:.0f})")
    print(
        f"re-import, nothing new      {again:7.2f} s    1/{first / again:.1f} of it (1/{IMPORT_TO_REIMPORT:.0f} or less)"
    )
    holds = first / floor <= IMPORT_TO_FLOOR and first / again >= IMPORT_TO_REIMPORT
    print("\nboth ratios hold" if holds else "\na ratio does not hold")
    return 0 if holds else 1


def _best(rounds: int, work: Callable[[], None]) -> float:
    return min(_timed(work) for _ in range(rounds))


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _read_and_parse(paths: list[Path]) -> None:
    for path in paths:
        lxml.html.document_fromstring(path.read_bytes())


def _import_twice(archive: Path, pages: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "crawler.cli", "import", str(pages), "--archive", str(archive), "--quiet"]

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    return _timed(run), _timed(run)


if __name__ == "__main__":
    sys.exit(main())

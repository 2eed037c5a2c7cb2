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
from statistics import median

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
        print(f"{len(paths):,} posts, {size / len(paths) / 1000:.0f} KB each\n")
        print("round   floor  import  re-import   import/floor  import/re-import")
        rounds = [_round(number, paths, Path(folder, f"{number}.db")) for number in range(1, args.rounds + 1)]
    to_floor = median(floor_ratio for floor_ratio, _ in rounds)
    to_reimport = median(reimport_ratio for _, reimport_ratio in rounds)
    print(f"median {to_floor:38.2f} {to_reimport:17.1f}")
    holds = to_floor <= IMPORT_TO_FLOOR and to_reimport >= IMPORT_TO_REIMPORT
    verdict = "holds" if holds else "does not hold"
    print(f"\nat most {IMPORT_TO_FLOOR:.0f} and at least {IMPORT_TO_REIMPORT:.0f}: {verdict}")
    return 0 if holds else 1


def _round(number: int, paths: list[Path], archive: Path) -> tuple[float, float]:
    """Both ratios of one round: what is compared is timed within seconds, since machines change their pace."""
    floor = _timed(lambda: _read_and_parse(paths))
    first, again = _import_twice(archive, paths[0].parent)
    print(f"{number:5} {floor:7.2f} {first:7.2f} {again:10.2f} {first / floor:14.2f} {first / again:17.1f}")
    return first / floor, first / again


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

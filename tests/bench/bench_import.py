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
WORKLOADS = (("pages of 140 KB", 140_000), ("pages as large as those of their layouts", None))
"""Both must hold. Small pages are the harder ones: the floor falls with the page's furniture, the blocks stay."""


def main() -> int:
    """Measure, print, and say by the exit status whether the ratios hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    held = [_workload(name, size, args.posts, args.rounds) for name, size in WORKLOADS]
    return 0 if all(held) else 1


def _workload(name: str, page_bytes: int | None, posts: int, rounds: int) -> bool:
    """Whether both medians hold for pages of one size or of each layout's own."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_posts(Path(folder, "pages"), posts, page_bytes=page_bytes)
        mean = sum(path.stat().st_size for path in paths) / len(paths) / 1000
        print(f"{name}: {len(paths):,} posts, {mean:.0f} KB each\n")
        print("round   floor  import  re-import   import/floor  import/re-import")
        ratios = [_round(number, paths, Path(folder, f"{number}.db")) for number in range(1, rounds + 1)]
    to_floor = median(floor_ratio for floor_ratio, _ in ratios)
    to_reimport = median(reimport_ratio for _, reimport_ratio in ratios)
    print(f"median {to_floor:38.2f} {to_reimport:17.1f}")
    holds = to_floor <= IMPORT_TO_FLOOR and to_reimport >= IMPORT_TO_REIMPORT
    verdict = "holds" if holds else "does not hold"
    print(f"at most {IMPORT_TO_FLOOR:.0f} and at least {IMPORT_TO_REIMPORT:.0f}: {verdict}\n")
    return holds


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

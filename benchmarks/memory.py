"""Whether memory stays flat: over a command, or over many searches in one process.

    python -m benchmarks.memory run PLOT.svg -- hilbert index FOLDER --library LIBRARY
    python -m benchmarks.memory searches LIBRARY QUERIES.jsonl [--searches 10000]

The first draws the resident memory of a command and the processes it started, by a sample a
second, and prints it by tenths of the run. The second asks the questions over and over, lists
documents and moments, and prints how much memory of its own the process has after each tenth:
all ways to ask take turns, so the first tenth has seen every one of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median

from benchmarks.common.plots import draw_memory
from benchmarks.common.resident_memory import run_sampled
from benchmarks.scale.search_times import read_queries, some_filters
from benchmarks.scale.timing import memory
from indexer.index.library_store import LibraryStore
from indexer.search.filters import Filters
from indexer.search.searcher import Searcher

_TENTHS = 10
_MOST_QUERIES = 1_000


def main() -> int:
    """Measure and print; return the exit status of the command, if there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    run = kinds.add_parser("run")
    run.add_argument("plot", type=Path)
    run.add_argument("command", nargs=argparse.REMAINDER)
    searches = kinds.add_parser("searches")
    searches.add_argument("library", type=Path)
    searches.add_argument("queries", type=Path)
    searches.add_argument("--searches", type=int, default=10_000)
    options = parser.parse_args()
    if options.kind == "run":
        return run_and_draw([part for part in options.command if part != "--"], options.plot)
    for number, mebibytes in search_over_and_over(
        options.library, read_queries(options.queries, _MOST_QUERIES), options.searches
    ):
        print(f"{number:7d} searches: {mebibytes:7.1f} MiB", flush=True)
    return 0


def run_and_draw(command: Sequence[str], plot: Path) -> int:
    """Run a command, draw and print its memory; return its exit status."""
    status, samples = run_sampled(command)
    if len(samples) < _TENTHS:
        print(f"ended after {len(samples)} s: too short to tell", file=sys.stderr)
        return status
    draw_memory(samples, plot)
    tenths = [
        samples[len(samples) * tenth // _TENTHS : len(samples) * (tenth + 1) // _TENTHS]
        for tenth in range(_TENTHS)
    ]
    medians = [median(mebibytes for _, mebibytes in tenth) for tenth in tenths]
    print("median MiB by tenths of the run:", " ".join(f"{value:.0f}" for value in medians))
    print(f"most: {max(mebibytes for _, mebibytes in samples):.0f} MiB")
    return status


def search_over_and_over(
    library: Path, queries: Sequence[str], searches: int
) -> Iterator[tuple[int, float]]:
    """Search a library; yield after each tenth how many searches were made, and own mebibytes.

    Files that are mapped into memory are not counted: the system takes them back at need.
    """
    store = LibraryStore.open(library)
    searcher = Searcher(store)
    try:
        ways = _ways_to_ask(searcher)
        asked = zip(cycle(queries), cycle(ways), strict=False)
        for number, (query, ask) in enumerate(asked, 1):
            ask(query)
            if number % max(1, searches // _TENTHS) == 0:
                now = memory()
                yield number, now["resident"] - now["mapped_files"]
            if number >= searches:
                return
    finally:
        searcher.close()
        store.close()


def _ways_to_ask(searcher: Searcher) -> list[Callable[[str], object]]:
    def ask(query: str, filters: Filters, grouped: bool) -> object:
        return searcher.answer(searcher.embed(query), filters=filters, grouped=grouped)

    filters = [Filters(), *some_filters(searcher).values()]
    return [
        partial(ask, filters=each, grouped=grouped) for each in filters for grouped in (False, True)
    ]


if __name__ == "__main__":
    sys.exit(main())

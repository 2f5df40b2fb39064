"""Search through a store beside the local snapshot: same answers, time of a search, memory.

    python -m benchmarks.published LIBRARY QUERIES.jsonl [--store PATH.db]

Publishes the library to a file of milvus-lite, unless it is there, and asks both the same typed
queries, in a process each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale.search_times import read_queries
from benchmarks.scale.timing import memory
from indexer.index.library_store import LibraryStore
from indexer.published.address import read_address
from indexer.published.engine import Engine
from indexer.published.publish import publish
from indexer.published.store import open_published
from indexer.search.searcher import Searcher

_MOST_QUERIES = 130


def main() -> None:
    """Publish, ask both sides, print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        print(json.dumps(_ask(given.side, given.queries)))
        return
    with tempfile.TemporaryDirectory(prefix="hilbert-published-") as work:
        os.environ.setdefault("HILBERT_CACHE", work)
        store = given.store or Path(work) / "store.db"
        _publish(given.library, store)
        sides = {"local": str(given.library), "milvus-lite": str(store)}
        measured = {name: _in_process(side, given) for name, side in sides.items()}
    print("| | open, s | median, ms | p95, ms | memory, MiB |\n|---|---|---|---|---|")
    for name, found in measured.items():
        print(
            f"| {name} | {found['open']:.2f} | {np.median(found['ms']):.0f} "
            f"| {np.percentile(found['ms'], 95):.0f} | {found['memory']:.0f} |"
        )
    _compare(*(found["answers"] for found in measured.values()))


def _publish(library: Path, store: Path) -> None:
    opened, started = LibraryStore.open(library), time.perf_counter()
    engine = Engine.connect(read_address(str(store)), create=True)
    try:
        report = publish(opened, engine)
    finally:
        engine.close()
    seconds = time.perf_counter() - started
    print(
        f"{report.documents} documents, {report.vectors} vectors, {report.bytes / 1e6:.1f} MB of "
        f"words and records: published in {seconds:.1f} s ({report.written=})\n"
    )


def _in_process(side: str, given: argparse.Namespace) -> dict[str, Any]:
    arguments = [str(given.library), str(given.queries), "--side", side]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.published", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _ask(side: str, queries: Path) -> dict[str, Any]:
    """Answer all queries, after one that loads the models."""
    started = time.perf_counter()
    is_store = side.endswith(".db")
    library = open_published(read_address(side)) if is_store else LibraryStore.open(side)
    searcher = Searcher(library)
    opened = time.perf_counter() - started
    searcher.warm_up()
    milliseconds, answers = [], []
    for text in read_queries(queries, _MOST_QUERIES):
        begun = time.perf_counter()
        result = searcher.search(text)
        milliseconds.append(1000 * (time.perf_counter() - begun))
        answers.append([(hit.document, hit.segments, hit.score) for hit in result.hits])
    resident = memory()["resident"]
    library.close()
    return {"open": opened, "ms": milliseconds, "memory": resident, "answers": answers}


def _compare(here: list[Any], there: list[Any]) -> None:
    same = sum(
        [h[:2] for h in ours] == [h[:2] for h in theirs]
        for ours, theirs in zip(here, there, strict=True)
    )
    pairs = [
        abs(h[2] - t[2])
        for ours, theirs in zip(here, there, strict=True)
        for h, t in zip(ours, theirs, strict=True)
    ]
    print(
        f"\n{same} of {len(here)} lists of ten moments are the same; "
        f"scores differ by at most {max(pairs):.1g}"
    )


if __name__ == "__main__":
    main()

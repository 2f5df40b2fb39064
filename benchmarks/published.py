"""Search through a store beside the local snapshot: same answers, time of a search, memory.

    python -m benchmarks.published LIBRARY QUERIES.jsonl [--store PATH.db] [--most-scored N]

Publishes the library to a file of milvus-lite, unless it is there, and asks the library, the file,
and a server of the file the same typed queries, in a process each. A server runs beside its reader,
which then lets it rank by words.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale.search_times import read_queries
from benchmarks.scale.timing import memory
from indexer.index.library_store import LibraryStore
from indexer.published.address import is_address, read_address
from indexer.published.engine import Engine
from indexer.published.publish import publish
from indexer.published.store import open_published
from indexer.search import evaluation
from indexer.search.searcher import Searcher

_MOST_QUERIES = 130


def main() -> None:
    """Publish, ask both sides, print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--store", type=Path)
    parser.add_argument(
        "--most-scored",
        type=int,
        default=evaluation.MOST_SCORED,
        help="candidates are asked for where there are more moments than this",
    )
    parser.add_argument("--side", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        evaluation.MOST_SCORED = given.most_scored
        print(json.dumps(_ask(given.side, given.queries)))
        return
    with tempfile.TemporaryDirectory(prefix="hilbert-published-") as work:
        os.environ.setdefault("HILBERT_CACHE", work)
        store = given.store or Path(work) / "store.db"
        _publish(given.library, store)
        sides = {"local": str(given.library), "milvus-lite": str(store)}
        measured = {name: _in_process(side, given) for name, side in sides.items()}
        with _serving(store) as (uri, server):
            measured["its server"] = _in_process(uri, given)
            status = Path(f"/proc/{server}/status").read_text().split("VmRSS:")[1]
            print(f"The server takes {int(status.split()[0]) / 1024:.0f} MiB.\n")
    print("| | open, s | median, ms | p95, ms | memory, MiB |\n|---|---|---|---|---|")
    for name, found in measured.items():
        print(
            f"| {name} | {found['open']:.2f} | {np.median(found['ms']):.0f} "
            f"| {np.percentile(found['ms'], 95):.0f} | {found['memory']:.0f} |"
        )
    here, *there = measured
    for name in there:
        _compare(name, measured[here]["answers"], measured[name]["answers"])


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
    arguments += ["--most-scored", str(given.most_scored)]
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
    library = open_published(read_address(side)) if is_address(side) else LibraryStore.open(side)
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


@contextmanager
def _serving(store: Path) -> Iterator[tuple[str, int]]:
    """Serve a file on loopback; yield its address and the id of the process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["--data-dir", str(store), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "milvus_lite", "server", *command], stdout=subprocess.DEVNULL
    )
    try:
        while server.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait()


def _compare(name: str, here: list[Any], there: list[Any]) -> None:
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
        f"\n{name}: {same} of {len(here)} lists of ten moments are the same; "
        f"scores differ by at most {max(pairs):.1g}"
    )


if __name__ == "__main__":
    main()

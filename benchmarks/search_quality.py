"""Typed queries against a library: how often each channel finds the document and the moment.

    python benchmarks/search_quality.py --library DIR --queries FILE.jsonl [FILE.jsonl ...]

A moment is right when it is at most 60 s long and overlaps the wanted times; queries without
times count for documents only. A document missing from the library counts as not found.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from indexer.library import Library
from indexer.query import CHANNELS
from indexer.search import Hit, Searcher

_K = 10


def main() -> None:
    """Print a table for each file of queries."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--queries", type=Path, nargs="+", required=True)
    options = parser.parse_args()
    searcher = Searcher(Library.open(options.library))
    for path in options.queries:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        timed = [line for line in lines if line.get("start") is not None]
        print(f"\n{path.parent.name}: {len(lines)} queries, {len(timed)} with times")
        print("channel  document top 1  MRR@10  moment top 1  top 3  top 5")
        for channel in ("auto", *CHANNELS):
            print(f"{channel:7}  " + _row(searcher, lines, channel))


def _row(searcher: Searcher, lines: Sequence[dict[str, Any]], channel: str) -> str:
    top1, reciprocal, ranks = 0, 0.0, []
    for line in lines:
        result = searcher.search(line["query"], k=_K, channel=channel)
        names = [d.name for d in result.documents]
        if line["document"] in names:
            rank = names.index(line["document"]) + 1
            reciprocal += 1 / rank
            top1 += rank == 1
        if line.get("start") is not None:
            right = [i for i, hit in enumerate(result.hits, 1) if _is_right(hit, line)]
            ranks.append(min(right, default=_K + 1))
    found = [sum(rank <= k for rank in ranks) / len(ranks) for k in (1, 3, 5)] if ranks else []
    moments = "  ".join(
        f"{share:12.3f}" if i == 0 else f"{share:5.3f}" for i, share in enumerate(found)
    )
    return f"{top1 / len(lines):14.3f}  {reciprocal / len(lines):6.3f}  {moments}"


def _is_right(hit: Hit, line: dict[str, Any]) -> bool:
    return (
        hit.name == line["document"]
        and hit.start is not None
        and hit.end is not None
        and hit.end - hit.start <= 60
        and hit.start < line["end"]
        and hit.end > line["start"]
    )


if __name__ == "__main__":
    main()

"""Hundreds of commits of one document each, in a row: bytes, seconds, shards, query time.

    python -m benchmarks.scale.growth LIBRARY QUERIES.jsonl WORK [--commits 500] [--sources 24]

Each commit adds an hour to a copy of the library that is kept in WORK, on the same disk, until all
are done: a run that was stopped goes on with the next. `WORK/growth.json` gets the summary, and
`WORK/commits.jsonl` a line for each commit. See `commits.py` for what is added; with few sources
the hours say the same sentences over and over, with as many as commits nothing recurs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.scale.commits import SOURCES, chosen_sources, hours, linked_copy, query_time
from benchmarks.scale.commits import commit_one as add_one
from benchmarks.scale.made_library import MadeLibrary
from benchmarks.scale.real_documents import ScaleDocument
from benchmarks.scale.search_times import read_queries
from indexer.search.searcher import Searcher
from indexer.store.catalog import document_key

_REPORTED_EVERY = 10
_SAMPLE = 20
# Words of a phrase that is looked for.
_PHRASE = 10


def main() -> None:
    """Go on where the last run stopped; print the summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--commits", type=int, default=500)
    parser.add_argument("--sources", type=int, default=SOURCES, help="documents hours are made of")
    options = parser.parse_args()
    growth = Growth(options.work, options.library, options.sources, read_queries(options.queries))
    found = growth.run(options.commits)
    print(json.dumps(found, indent=1))


class Growth:
    """A copy of a library that grows.

    Args:
        work: Its folder; what is there of an earlier run counts.
        library: That is copied.
        sources: How many of its documents new ones are made of.
        queries: Whose time is measured before and after.
    """

    def __init__(self, work: Path, library: Path, sources: int, queries: Sequence[str]) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self._work, self._log, self._queries = work, work / "commits.jsonl", queries
        folder, begun = work / "library", work / "begun.json"
        if not begun.exists():
            shutil.rmtree(folder, ignore_errors=True)
            linked_copy(library, folder)
        self._store = MadeLibrary.open(folder)
        if not begun.exists():
            start = {
                "sources": [row.id for row in chosen_sources(self._store, sources)],
                "query_before": query_time(self._store, queries),
            }
            begun.write_text(json.dumps(start) + "\n", encoding="utf-8")
            self._log.unlink(missing_ok=True)
        self._begun: dict[str, Any] = json.loads(begun.read_text(encoding="utf-8"))

    def run(self, wanted: int) -> dict[str, Any]:
        """Add documents until there are so many; return and write the summary."""
        store, sources = self._store, self._begun["sources"]
        rows = [row for row in store.catalog.documents() if row.id in set(sources)]
        rows.sort(key=lambda row: sources.index(row.id))
        store.models.load(store.model_folder)
        started, first = time.monotonic(), None
        added: list[ScaleDocument] = []
        with store.writing(), self._log.open("a", encoding="utf-8") as log:
            for number, made in enumerate(islice(hours(store, rows), wanted)):
                added.append(made[0])
                if store.catalog.document(made[0].id) is not None:
                    continue  # added by an earlier run
                first = number if first is None else first
                cost = add_one(store, made)
                log.write(json.dumps({"number": number, **cost}) + "\n")
                log.flush()
                if number % _REPORTED_EVERY == 0 or number + 1 == wanted:
                    each = (time.monotonic() - started) / (number + 1 - first)
                    left = f"{each * (wanted - number - 1) / 60:.0f} min left"
                    print(f"{number + 1} of {wanted}, {left}: {cost}", file=sys.stderr, flush=True)
        found = self._summary(added)
        path = self._work / "growth.json"
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return found

    def _summary(self, added: Sequence[ScaleDocument]) -> dict[str, Any]:
        lines = self._log.read_text(encoding="utf-8").splitlines()
        each: list[dict[str, Any]] = [json.loads(line) for line in lines]
        tenth = max(1, len(each) // 10)
        return {
            "commits": len(each),
            "bytes": sum(commit["bytes"] for commit in each),
            "bytes_most": max(commit["bytes"] for commit in each),
            "wall_s_median": median(commit["wall_s"] for commit in each),
            "wall_s_slowest": max(commit["wall_s"] for commit in each),
            "processor_s_median": median(commit["processor_s"] for commit in each),
            "processor_s_median_of_first_tenth": median(c["processor_s"] for c in each[:tenth]),
            "processor_s_median_of_last_tenth": median(c["processor_s"] for c in each[-tenth:]),
            "processor_s_slowest": max(commit["processor_s"] for commit in each),
            "processor_s": round(sum(commit["processor_s"] for commit in each), 1),
            "shards": each[-1]["shards"],
            "shards_most": max(commit["shards"] for commit in each),
            "query_before": self._begun["query_before"],
            "query_after": query_time(self._store, self._queries),
            **found_of_sample(self._store, added),
        }


def found_of_sample(store: MadeLibrary, added: Sequence[ScaleDocument]) -> dict[str, int]:
    """Search for words that a sample of documents say in a row; count those that are found."""
    searcher = Searcher(store)
    sample = added[:: max(1, len(added) // _SAMPLE)]
    found = 0
    for document in sample:
        segment = document.segments[len(document.segments) // 2]
        phrase = " ".join(segment.text.replace('"', " ").split()[:_PHRASE])
        hits = searcher.search(f'"{phrase}"', k=_SAMPLE, per_document=1).hits
        found += document.id in {d.document for hit in hits for d in (hit, *hit.duplicates)}
    indexed = set(searcher.snapshot.lexical.document_ids)
    vectors = searcher.snapshot.index("documents", "text")
    keys = [document_key(document.id) for document in added]
    searcher.close()
    return {
        "sample": len(sample),
        "sample_found": found,
        "added": len(added),
        "added_in_words": sum(document.id in indexed for document in added),
        "added_in_vectors": int((vectors.rows(keys) >= 0).sum()),
    }


if __name__ == "__main__":
    main()

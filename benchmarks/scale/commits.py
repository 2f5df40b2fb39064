"""Commits of one document into a copy of a library: seconds, bytes, shards, query time.

    python -m benchmarks.scale.commits LIBRARY QUERIES.jsonl OUT.json [--commits 3] [--work DIR]

Each commit adds an hour, made of documents that the library holds, with its features computed
beforehand: what recognising and encoding take is left out. The copy shares the files of the library
that are never changed, by hard links, and is deleted afterwards. Hundreds of commits: `growth.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale.made_library import MadeLibrary, put_all
from benchmarks.scale.real_documents import ScaleDocument
from benchmarks.scale.recombination import recombined
from benchmarks.scale.search_times import read_queries
from benchmarks.scale.timing import Timing, measured, written_bytes
from benchmarks.scale.vectors import Floats, jittered_copy
from indexer.index.manifest import read_manifest
from indexer.index.snapshot_names import snapshot_folder
from indexer.search.searcher import Searcher
from indexer.store.catalog import Document

_CHANGED = ("catalog.sqlite", "writer.lock")
# Documents that hours are made of.
SOURCES = 24
_FIRST_NUMBER = 100_001


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--commits", type=int, default=3)
    parser.add_argument("--work", type=Path, help="on the same disk as the library")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work or options.library.parent) as temporary:
        copy = Path(temporary) / "library"
        linked_copy(options.library, copy)
        found = commit_times(copy, options.commits, read_queries(options.queries))
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def linked_copy(library: Path, copy: Path) -> None:
    """Copy a library; files that are never changed are shared."""

    def put(source: str, target: str) -> None:
        if Path(source).name.startswith(_CHANGED):
            shutil.copy2(source, target)
        else:
            os.link(source, target)

    shutil.copytree(library, copy, copy_function=put)


def commit_times(library: Path, wanted: int, queries: Sequence[str]) -> dict[str, Any]:
    """Add documents one by one, each with a commit of its own."""
    store = MadeLibrary.open(library)
    assert isinstance(store, MadeLibrary)
    before = query_time(store, queries)
    print(f"queries before: {before}", file=sys.stderr, flush=True)
    store.models.load(store.model_folder)
    commits = []
    with store.writing():
        for made in islice(hours(store, chosen_sources(store, SOURCES)), wanted):
            commits.append(commit_one(store, made))
    return {
        "commits": len(commits),
        "bytes": sum(each["bytes"] for each in commits),
        "bytes_median": float(np.median([each["bytes"] for each in commits])),
        "bytes_most": max(each["bytes"] for each in commits),
        "slowest_s": max(each["wall_s"] for each in commits),
        "shards": commits[-1]["shards"],
        "query_before": before,
        "query_after": query_time(store, queries),
        "each": commits,
    }


def commit_one(
    store: MadeLibrary, made: tuple[ScaleDocument, Floats, Floats]
) -> dict[str, int | float]:
    """Add a document with a commit of its own; return what it cost."""
    written = written_bytes()
    runs: list[tuple[float, float]] = []

    def commit() -> None:
        put_all(store, [made])
        store.commit()

    measured(commit, runs)
    return {
        "segments": len(made[0].segments),
        "wall_s": round(runs[0][0], 3),
        "processor_s": round(runs[0][1], 3),
        "bytes": written_bytes() - written,
        "shards": _shards(store),
    }


def chosen_sources(store: MadeLibrary, wanted: int) -> list[Document]:
    """Choose documents from all over a library."""
    listed = store.catalog.documents()
    return listed[:: max(1, len(listed) // wanted)]


def hours(
    store: MadeLibrary, chosen: Sequence[Document]
) -> Iterator[tuple[ScaleDocument, Floats, Floats]]:
    """Yield documents of an hour made of some, with their vectors, always the same, without end."""
    documents = [_document(store, row) for row in chosen]
    features = {row.name: store.features.read(row.features) for row in chosen}
    for number in count(_FIRST_NUMBER):
        for document in recombined(documents, number):
            base = features[document.base]
            hour = document.first_segments(_segments_of_an_hour(document))
            n = len(hour.segments)
            text = jittered_copy(base.text[:n].astype(np.float32), hour.name)
            audio = jittered_copy(base.audio_tokens[:n].astype(np.float32), hour.name + " audio")
            yield replace(hour, date=time.strftime("%Y-%m-%d")), text, audio


def _segments_of_an_hour(document: ScaleDocument) -> int:
    return sum(segment.start < 3600 for segment in document.segments)


def _document(store: MadeLibrary, row: Document) -> ScaleDocument:
    cues, segments = store.catalog.cues(row.id), store.catalog.segments(row.id)
    return ScaleDocument(row.name, row.date or "", row.label or "", tuple(cues), tuple(segments))


def _shards(store: MadeLibrary) -> int:
    number = store.catalog.current_generation()
    assert number is not None
    return len(read_manifest(snapshot_folder(store.folder, number)).shards)


def query_time(store: MadeLibrary, queries: Sequence[str]) -> dict[str, Any]:
    """Measure the answers to queries, without their encoding."""
    searcher = Searcher(store)
    searcher.warm_up()
    runs: list[tuple[float, float]] = []
    for query in queries:
        embedded = searcher.embed(query)
        measured(partial(searcher.answer, embedded, grouped=False), runs)
    searcher.close()
    return Timing.of(runs[len(runs) // 10 :]).to_dict()


if __name__ == "__main__":
    main()

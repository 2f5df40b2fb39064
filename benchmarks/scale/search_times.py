"""Times of searches in one library, and the memory that they take.

    python -m benchmarks.scale.search_times LIBRARY QUERIES.jsonl OUT.json [--clips FOLDER]

Typed queries, with filters and without; a clip, with decoding told from the rest; moments that are
similar to one. Nothing is folded in libraries of `make_library`, which hold no repeats.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale.timing import Timing, measured, memory
from indexer.index.library_store import LibraryStore
from indexer.search.filters import Filters
from indexer.search.query_encoder import analyse_clip, clip_query
from indexer.search.searcher import Searcher

_MOST_QUERIES, _WARM = 60, 5
_CLIP_ROUNDS = 2
_NEAREST = 10


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--clips", type=Path)
    options = parser.parse_args()
    found = search_times(options.library, read_queries(options.queries), options.clips)
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read_queries(path: Path, most: int = _MOST_QUERIES) -> list[str]:
    """Return typed queries of a `queries.jsonl`, evenly chosen where there are many."""
    lines = path.read_text(encoding="utf-8").splitlines()
    step = max(1, len(lines) // most)
    return [json.loads(line)["query"] for line in lines[::step]][:most]


def search_times(library: Path, queries: Sequence[str], clips: Path | None) -> dict[str, Any]:
    """Measure searches; the first few of each kind do not count."""
    started, processor = time.perf_counter(), time.process_time()
    store = LibraryStore.open(library)
    searcher = Searcher(store)
    searcher.warm_up()
    opened = {
        "wall_s": round(time.perf_counter() - started, 2),
        "processor_s": round(time.process_time() - processor, 2),
    }
    found: dict[str, Any] = {"moments": len(searcher.table), "opened": opened}
    found["memory_opened_mib"] = memory()
    found["typed"], found["typed_answer"] = _typed(searcher, queries)
    found["memory_typed_mib"] = memory()
    for name, filters in some_filters(searcher).items():
        found[f"typed_{name}"], _ = _typed(searcher, queries, filters)
    found["documents"], _ = _typed(searcher, queries, Filters(), grouped=True)
    found["similar"] = _similar(searcher, len(queries))
    if clips is not None:
        found |= _clips(searcher, sorted(clips.glob("*.opus")))
    found["memory_all_mib"] = memory()
    found["vector_recall"] = _vector_recall(searcher, queries)
    searcher.close()
    store.close()
    return found


def _typed(
    searcher: Searcher,
    queries: Sequence[str],
    filters: Filters | None = None,
    *,
    grouped: bool = False,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measure typed queries, and their answers without the encoding of the query."""
    answers: list[tuple[float, float]] = []
    encodings: list[tuple[float, float]] = []
    for query in queries:
        embedded = measured(partial(searcher.embed, query), encodings)
        answer = partial(searcher.answer, filters=filters or Filters(), grouped=grouped)
        measured(partial(answer, embedded), answers)
    whole = [(e[0] + a[0], e[1] + a[1]) for e, a in zip(encodings, answers, strict=True)]
    return Timing.of(whole[_WARM:]).to_dict(), Timing.of(answers[_WARM:]).to_dict()


def some_filters(searcher: Searcher) -> dict[str, Filters]:
    """Choose a frequent speaker, a rare one, a date that a tenth of documents follow, if known."""
    dates = sorted(d.date for d in searcher.table.documents if d.date)
    codes = searcher.table.speakers.codes
    names = searcher.table.speakers.values
    counted = Counter(codes.tolist()).most_common()
    named = [names[code] for code, _ in counted if names[code] and "\n" not in names[code]]
    found = {}
    if named:
        found["frequent_speaker"] = Filters(speakers=(named[0],))
        found["rare_speaker"] = Filters(speakers=(named[int(0.9 * len(named))],))
    if dates:
        found["since"] = Filters(since=dates[int(0.9 * len(dates))][:4])
    return found


def _similar(searcher: Searcher, count: int) -> dict[str, Any]:
    runs: list[tuple[float, float]] = []
    documents = searcher.table.documents
    for number in range(count):
        document = documents[number * len(documents) // count]
        seconds = searcher.snapshot.lexical.segments_of(document.id)[0].start or 0.0
        measured(partial(searcher.similar, document.id, seconds), runs)
    return Timing.of(runs[_WARM:]).to_dict()


def _vector_recall(searcher: Searcher, queries: Sequence[str]) -> float:
    """Return how many of the ten nearest text vectors the index finds, the mean over queries."""
    index = searcher.snapshot.index("segments", "text")
    every = np.arange(len(index))
    shares = []
    for query in searcher.library.encoders.text.encode(list(queries), kind="query"):
        tenth = np.sort(index.scores_at(query, every))[-_NEAREST:][0]
        shares.append(np.mean(index.nearest(query, _NEAREST)[1] >= tenth - 1e-5))
    return round(float(np.mean(shares)), 3)


def _clips(searcher: Searcher, clips: Sequence[Path]) -> dict[str, Any]:
    from indexer.media.decode import open_recording

    decoding: list[tuple[float, float]] = []
    hearing: list[tuple[float, float]] = []
    embedding: list[tuple[float, float]] = []
    answers: list[tuple[float, float]] = []

    def decode(clip: Path) -> None:
        recording = open_recording(clip, language="en")
        for _ in recording.blocks():
            pass
        recording.close()

    for clip in [*clips] * (1 + _CLIP_ROUNDS):
        measured(partial(decode, clip), decoding)
        heard = measured(partial(analyse_clip, searcher.library, clip), hearing)
        query = measured(partial(clip_query, searcher.model, heard), embedding)
        measured(partial(searcher.answer, query, grouped=False), answers)
    return {
        "clip_decoding": Timing.of(decoding[len(clips) :]).to_dict(),
        "clip_decoding_and_recognition": Timing.of(hearing[len(clips) :]).to_dict(),
        "clip_embedding": Timing.of(embedding[len(clips) :]).to_dict(),
        "clip": Timing.of(answers[len(clips) :]).to_dict(),
    }


if __name__ == "__main__":
    main()

"""The texts and vectors of a library as files that other tools read.

python -m benchmarks.scale.peer_data LIBRARY QUERIES.jsonl DATA
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.scale.search_times import read_queries
from indexer.index.library_store import LibraryStore

_ROWS = 50_000


def main() -> None:
    """Write the files."""
    library, queries, data = map(Path, sys.argv[1:4])
    write_peer_data(library, read_queries(queries), data)


def write_peer_data(library: Path, queries: Sequence[str], data: Path) -> None:
    """Write the texts and text vectors of all moments, and those of typed queries.

    Args:
        library: A library in which every moment has text.
        queries: Typed queries.
        data: A folder; `peer_worker.py` says what it gets.
    """
    data.mkdir(parents=True, exist_ok=True)
    store = LibraryStore.open(library)
    snapshot = store.snapshot()
    index, ids = snapshot.index("segments", "text"), snapshot.lexical.segment_ids
    width = store.model.config.width
    shape = (len(ids), width)
    vectors = np.lib.format.open_memmap(data / "vectors.npy", "w+", np.float32, shape)
    with (data / "texts.txt").open("w", encoding="utf-8") as texts:
        for first in range(0, len(ids), _ROWS):
            some = ids[first : first + _ROWS]
            vectors[first : first + len(some)] = index.vectors_at(index.rows(some))
            found = {s.id: s.text for s in snapshot.lexical.segments(some.tolist())}
            texts.writelines(" ".join(found[id_].split()) + "\n" for id_ in some.tolist())
    vectors.flush()
    (data / "queries.txt").write_text(
        "".join(" ".join(query.split()) + "\n" for query in queries), encoding="utf-8"
    )
    np.save(data / "query_vectors.npy", store.encoders.text.encode(list(queries), kind="query"))
    store.close()


if __name__ == "__main__":
    main()

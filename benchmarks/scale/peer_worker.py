"""Search of the same texts and vectors by other tools; run by the interpreter of the peers.

    python benchmarks/scale/peer_worker.py build|search|recall|cold PEER DATA INDEX OUT.json

DATA holds texts.txt (one a line), vectors.npy, queries.txt and query_vectors.npy, which
`peer_data.py` writes from a library: nothing is encoded here. Peers search words and text vectors,
and join the two by ranks, each by its own means: `txtai` (hybrid index with contents), `lancedb`
(IVF-PQ and its full-text index), and `faiss` (exact inner products, FTS5 for words). It imports
nothing of this project, whose packages the peers need not have.
"""

from __future__ import annotations

import json
import re
import resource
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

_K, _CANDIDATES, _RANK = 10, 100, 60
_WARM = 5


class Peer(Protocol):
    """Another tool that searches words and vectors."""

    def build(self) -> None:
        """Write the index."""

    def open(self) -> None:
        """Open the index for searches."""

    def search(self, text: str, vector: NDArray[np.float32]) -> list[Any]:
        """Return the best ten for a typed query and its vector `[d]`."""

    def nearest(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the vectors that it finds nearest to one `[d]`, without words, `[10, d]`."""


class TxtaiPeer:
    """A hybrid index of txtai: FAISS, its BM25, contents in SQLite."""

    def __init__(self, data: Path, index: Path) -> None:
        self.data, self.index = data, index
        self._rows: dict[str, int] = {}

    def _transform(self, texts: list[str]) -> NDArray[np.float32]:
        return np.stack([self._vectors[self._rows[text]] for text in texts])

    def _embeddings(self) -> Any:
        from txtai import Embeddings

        return Embeddings(
            {
                "method": "external",
                "transform": lambda texts: self._transform(texts),
                "hybrid": True,
                "content": True,
            }
        )

    def build(self) -> None:
        """Write the index."""
        texts = read_lines(self.data / "texts.txt")
        self._vectors = np.load(self.data / "vectors.npy", mmap_mode="r")
        self._rows = {text: row for row, text in enumerate(texts)}
        embeddings = self._embeddings()
        embeddings.index((row, text, None) for row, text in enumerate(texts))
        embeddings.config.pop("transform", None)
        embeddings.save(str(self.index))

    def open(self) -> None:
        """Open the index for searches."""
        from txtai import Embeddings

        self._vectors = np.load(self.data / "query_vectors.npy")
        queries = read_lines(self.data / "queries.txt")
        self._rows = {text: row for row, text in enumerate(queries)}
        self._opened = Embeddings()
        self._opened.load(
            str(self.index),
            config={"method": "external", "transform": lambda texts: self._transform(texts)},
        )

    def search(self, text: str, vector: NDArray[np.float32]) -> list[Any]:
        """Return the best ten for a typed query and its vector `[d]`."""
        return list(self._opened.search(text, _K))

    def nearest(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the vectors that it finds nearest to one `[d]`, without words, `[10, d]`."""
        (found,) = self._opened.ann.search(vector[None], _K)
        vectors = np.load(self.data / "vectors.npy", mmap_mode="r")
        return np.array(vectors[sorted(row for row, _ in found)])


class LancePeer:
    """A table of LanceDB with an index of vectors, and one of words."""

    def __init__(self, data: Path, index: Path) -> None:
        self.data, self.index = data, index

    def build(self) -> None:
        """Write the index."""
        import lancedb
        import pyarrow as pa

        texts = read_lines(self.data / "texts.txt")
        vectors = np.load(self.data / "vectors.npy", mmap_mode="r")
        schema = pa.schema(
            [("text", pa.string()), ("vector", pa.list_(pa.float32(), vectors.shape[1]))]
        )

        def batches() -> Iterator[Any]:
            for first in range(0, len(texts), 10_000):
                rows = np.asarray(vectors[first : first + 10_000], np.float32)
                flat = pa.array(rows.reshape(-1))
                listed = pa.FixedSizeListArray.from_arrays(flat, rows.shape[1])
                yield pa.record_batch(
                    [pa.array(texts[first : first + 10_000]), listed], schema=schema
                )

        database = lancedb.connect(str(self.index))
        table = database.create_table("moments", batches(), schema=schema)
        table.create_index(metric="cosine", vector_column_name="vector")
        table.create_fts_index("text")

    def open(self) -> None:
        """Open the index for searches."""
        import lancedb

        self._table = lancedb.connect(str(self.index)).open_table("moments")

    def search(self, text: str, vector: NDArray[np.float32]) -> list[Any]:
        """Return the best ten for a typed query and its vector `[d]`."""
        words = " ".join(re.findall(r"\w+", text))
        asked = self._table.search(query_type="hybrid").vector(vector).text(words)
        return list(asked.limit(_K).to_list())

    def nearest(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the vectors that it finds nearest to one `[d]`, without words, `[10, d]`."""
        found = self._table.search(vector).distance_type("cosine").limit(_K).to_list()
        return np.array([row["vector"] for row in found], np.float32)


class FaissPeer:
    """Exact inner products in FAISS, words in FTS5, both joined by ranks."""

    def __init__(self, data: Path, index: Path) -> None:
        self.data, self.index = data, index

    def build(self) -> None:
        """Write the index."""
        import faiss

        self.index.mkdir(parents=True)
        vectors = np.load(self.data / "vectors.npy", mmap_mode="r")
        flat = faiss.IndexFlatIP(vectors.shape[1])
        for first in range(0, len(vectors), 100_000):
            flat.add(np.asarray(vectors[first : first + 100_000], np.float32))
        faiss.write_index(flat, str(self.index / "vectors.faiss"))
        words = sqlite3.connect(self.index / "words.sqlite")
        words.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'porter')")
        texts = read_lines(self.data / "texts.txt")
        words.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts))
        words.commit()
        words.execute("INSERT INTO words (words) VALUES ('optimize')")
        words.commit()
        words.close()

    def open(self) -> None:
        """Open the index for searches."""
        import faiss

        self._vectors = faiss.read_index(str(self.index / "vectors.faiss"))
        self._words = sqlite3.connect(self.index / "words.sqlite")

    def search(self, text: str, vector: NDArray[np.float32]) -> list[Any]:
        """Return the best ten for a typed query and its vector `[d]`."""
        _, near = self._vectors.search(vector[None], _CANDIDATES)
        asked = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
        said = self._words.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",
            (asked, _CANDIDATES),
        )
        scores: dict[int, float] = {}
        for found in (near[0].tolist(), [row for (row,) in said]):
            for rank, row in enumerate(found):
                scores[row] = scores.get(row, 0) + 1 / (_RANK + rank)
        best = sorted(scores, key=lambda row: scores[row], reverse=True)[:_K]
        marks = ",".join("?" * len(best))
        return self._words.execute(
            f"SELECT rowid, text FROM words WHERE rowid IN ({marks})", best
        ).fetchall()

    def nearest(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the vectors that it finds nearest to one `[d]`, without words, `[10, d]`."""
        _, near = self._vectors.search(vector[None], _K)
        return np.stack([self._vectors.reconstruct(row) for row in near[0].tolist()])


PEERS: dict[str, Callable[[Path, Path], Peer]] = {
    "txtai": TxtaiPeer,
    "lancedb": LancePeer,
    "faiss": FaissPeer,
}


def read_lines(path: Path) -> list[str]:
    """Read the lines of a file."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def search_all(peer: Peer, data: Path) -> dict[str, float]:
    """Measure each query; the first few do not count."""
    vectors, runs = np.load(data / "query_vectors.npy"), []
    for text, vector in zip(read_lines(data / "queries.txt"), vectors, strict=True):
        wall, processor = time.perf_counter(), time.process_time()
        found = peer.search(text, vector)
        runs.append((time.perf_counter() - wall, time.process_time() - processor))
        assert len(found) == _K, f"{len(found)} found for {text}"
    walls = sorted(wall for wall, _ in runs[_WARM:])
    return {
        "median": round(1000 * statistics.median(walls), 2),
        "p95": round(1000 * walls[int(0.95 * len(walls))], 2),
        "processor": round(1000 * statistics.median(p for _, p in runs[_WARM:]), 2),
        "count": len(walls),
    }


def recall(peer: Peer, data: Path) -> float:
    """Return how many of the ten nearest vectors of all a peer finds, the mean over queries."""
    vectors, queries = (
        np.load(data / "vectors.npy", mmap_mode="r"),
        np.load(data / "query_vectors.npy"),
    )
    best = np.full((len(queries), _K), -1.0, np.float32)
    for first in range(0, len(vectors), 50_000):
        cosines = queries @ np.asarray(vectors[first : first + 50_000], np.float32).T
        best = -np.sort(-np.concatenate([best, cosines], 1), 1)[:, :_K]
    # By cosines: of two copies of a vector either is right.
    found = [
        np.mean(peer.nearest(query) @ query >= tenth - 1e-5)
        for query, tenth in zip(queries, best[:, -1], strict=True)
    ]
    return round(float(np.mean(found)), 3)


def main() -> None:
    """Build an index, or open it and search; write what that took."""
    step, name = sys.argv[1:3]
    data, index, out = map(Path, sys.argv[3:])
    peer = PEERS[name](data, index)
    started = time.perf_counter()
    found: dict[str, Any]
    if step == "build":
        peer.build()
        found = {"build_s": round(time.perf_counter() - started, 1)}
    else:
        peer.open()
        found = {"opened_s": round(time.perf_counter() - started, 2)}
        if step == "search":
            found["typed"] = search_all(peer, data)
        elif step == "recall":
            found["vector_recall"] = recall(peer, data)
        else:
            vector = np.load(data / "query_vectors.npy")[0]
            peer.search(read_lines(data / "queries.txt")[0], vector)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    found["processor_s"] = round(usage.ru_utime + usage.ru_stime, 2)
    found["wall_s"] = round(time.perf_counter() - started, 2)
    found["peak_mib"] = round(usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))
    out.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

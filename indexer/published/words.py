"""The words of published segments: BM25 as an inner product, which the engine ranks by.

BM25 is a sum over the words of a query of how rare each is, times how well a segment holds it
(S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009). The
second factor is known when a snapshot is published: it becomes a sparse vector of each segment, a
dimension for each stem. The first is the query, another sparse vector. Milvus's own BM25 function
computes the same sum, but from an analysis of its own, and with counts by part of a collection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.fulltext_index import FulltextIndex
from indexer.index.vector_index import best_rows
from indexer.index.word_index import WordIndex
from indexer.published.engine import Engine
from indexer.published.row_filters import expressions

# A vector needs a number: this dimension is of no stem, and in no query.
_NO_STEM = 0
# Segments whose vectors are collected in one pass over all postings: 40 words each, of 16 bytes.
_ROWS_OF_PASS = 1 << 20

Vector = dict[int, float]


def dimension_of(stem: str) -> int:
    """Return the dimension of a stem, 1 to 2**31: a hash, so that no list of stems is needed.

    Where two stems of a segment have the same one, their weights are added: what the engine
    computes is more than the score then, which names one segment too many and misses none.
    """
    return 1 + (int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4], "little") >> 1)


def word_vectors(fulltext: FulltextIndex, first: int = 0) -> Iterator[Vector]:
    """Yield the vectors of the segments from the row `first` on, in their order."""
    for begin in range(first, fulltext.n_segments, _ROWS_OF_PASS):
        yield from _vectors(fulltext, begin, min(fulltext.n_segments, begin + _ROWS_OF_PASS))


def _vectors(fulltext: FulltextIndex, first: int, last: int) -> Iterator[Vector]:
    """Yield the vectors of some rows."""
    parts: list[tuple[NDArray[np.int32], NDArray[np.uint32], NDArray[np.float32]]] = []
    for stem in fulltext.stems():
        rows, weights = fulltext.term_weights(stem)
        inside = (rows >= first) & (rows < last)
        of_stem = np.full(int(np.count_nonzero(inside)), dimension_of(stem), np.uint32)
        kept = (rows[inside] - first).astype(np.int32)
        parts.append((kept, of_stem, weights[inside].astype(np.float32)))
    of_rows = np.concatenate([np.zeros(0, np.int32), *(p[0] for p in parts)])
    order = np.argsort(of_rows, kind="stable")
    bounds = np.searchsorted(of_rows[order], np.arange(last - first + 1)).tolist()
    dimensions = np.concatenate([np.zeros(0, np.uint32), *(p[1] for p in parts)])[order]
    values = np.concatenate([np.zeros(0, np.float32), *(p[2] for p in parts)])[order]
    parts.clear()
    for row in range(last - first):
        part = slice(bounds[row], bounds[row + 1])
        yield _added(dimensions[part].tolist(), values[part].tolist())


def _added(dimensions: Sequence[int], values: Sequence[float]) -> Vector:
    vector: Vector = {}
    for dimension, value in zip(dimensions, values, strict=True):
        vector[dimension] = vector.get(dimension, 0.0) + value
    return vector or {_NO_STEM: 1.0}


class EngineWords(WordIndex):
    """The words of published segments, in a collection whose rows are numbered as here.

    Args:
        engine: A connection.
        collection: Of the vectors.
        n: How many segments there are.
    """

    def __init__(self, engine: Engine, collection: str, n: int) -> None:
        self._engine, self._collection, self._n = engine, collection, n

    def best(
        self, weights: Mapping[str, float], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Ask the engine for the best rows; see `WordIndex.best`."""
        query: Vector = {}
        for stem, weight in weights.items():
            dimension = dimension_of(stem)
            query[dimension] = query.get(dimension, 0.0) + weight
        parts = [""] if allowed is None else list(expressions(np.flatnonzero(allowed)))
        if not parts:
            return np.zeros(0, np.int64), np.zeros(0, np.float64)
        found = [self._engine.search(self._collection, query, n, part) for part in parts]
        rows, sums = (np.concatenate(each) for each in zip(*found, strict=True))
        if len(rows) and (rows.min() < 0 or rows.max() >= self._n):
            raise self._engine.incomplete(self._collection)
        rows, sums = best_rows(rows, sums, n)
        return rows, sums.astype(np.float64)

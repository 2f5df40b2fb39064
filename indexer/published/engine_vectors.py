"""The vectors of published segments: found by the engine, read as a vector index.

The engine names the nearest. Scores are computed here, of the vectors that it has stored, so they
are those of the local index; what was fetched is kept, as far as it fits.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.half_floats import to_floats
from indexer.index.vector_index import VectorsElsewhere, best_rows
from indexer.published.engine import MOST_FOUND, Engine
from indexer.published.row_filters import expressions

# Bytes of vectors of one modality that are kept: 43,000 in half precision, in which indexes of more
# than some thousand keep them; those in single precision take twice the room.
_HELD_BYTES = 32 << 20
# Cosines of one query with more vectors than this that are not here come from the engine: to fetch
# 1,000 vectors from milvus-lite took 97 ms, their cosines 29 ms.
_MOST_FETCHED = 2000


class EngineVectors(VectorsElsewhere):
    """Unit vectors of one modality in a collection, whose rows are numbered as here.

    Exact: the collection is searched one by one (`FLAT`), with the rows that may be found as a
    filter that the engine applies before it ranks.

    Args:
        engine: A connection.
        collection: Of the vectors.
        ids: `[n]`, of the segments.
        dimension: Length of the vectors.
    """

    def __init__(
        self, engine: Engine, collection: str, ids: NDArray[np.int64], dimension: int
    ) -> None:
        self.ids = ids
        self._engine, self._collection, self._dimension = engine, collection, dimension
        self._held = _HeldVectors(len(ids), dimension)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return self._dimension

    def matrix(self) -> NDArray[np.float32]:
        """Fetch all vectors, `[n, d]`."""
        return self._gathered(np.arange(len(self)))

    def nearest(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ask the engine for the nearest; see `VectorIndex.nearest`."""
        n = min(n, len(self) if allowed is None else int(np.count_nonzero(allowed)))
        if n <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        if n > MOST_FOUND:
            return super().nearest(query, n, allowed)
        parts = [""] if allowed is None else list(expressions(np.flatnonzero(allowed)))
        found = [self._engine.search(self._collection, query, n, part) for part in parts]
        rows, cosines = (np.concatenate(each) for each in zip(*found, strict=True))
        return best_rows(*self._checked(rows, cosines), n)

    def _products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        alone = len(queries) == 1 and not self._held.holds_all
        if alone and self._held.count_missing(rows) > _MOST_FETCHED:
            return self._cosines(queries[0], rows)[:, None]
        return self._gathered(rows) @ queries.T

    def _cosines(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Ask the engine for cosines; each row that is asked for must be there."""
        wanted = np.unique(rows)
        cosines = np.full(len(wanted), np.nan, np.float32)
        for first in range(0, len(wanted), MOST_FOUND):
            part = wanted[first : first + MOST_FOUND]
            for expression in expressions(part):
                found, scores = self._checked(
                    *self._engine.search(self._collection, query, len(part), expression)
                )
                places = np.searchsorted(wanted, found)
                cosines[places[places < len(wanted)]] = scores[places < len(wanted)]
        if np.isnan(cosines).any():
            raise self._engine.incomplete(self._collection)
        return cosines[np.searchsorted(wanted, rows)]

    def _gathered(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        held, known = self._held.get(rows)
        if held.all():
            return known
        missing = rows[~held]
        fetched = self._engine.vectors(self._collection, missing, self._dimension)
        self._held.put(missing, fetched)
        out = np.empty((len(rows), self._dimension), np.float32)
        out[held], out[~held] = known, fetched
        return out

    def _checked(
        self, rows: NDArray[np.int64], cosines: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Refuse rows that were not published: the engine is not ours alone."""
        if len(rows) and (rows.min() < 0 or rows.max() >= len(self)):
            raise self._engine.incomplete(self._collection)
        return rows, cosines


class _HeldVectors:
    """Vectors that were fetched, by row; the oldest make room.

    Args:
        n: How many rows there are.
        dimension: Length of the vectors.
    """

    def __init__(self, n: int, dimension: int) -> None:
        size = min(n, _HELD_BYTES // (2 * dimension))
        self.holds_all = size == n
        self._vectors: NDArray[np.floating[Any]] = np.zeros((size, dimension), np.float16)
        # Where a row's vector lies, and of which row the vector of a place is; -1 for none.
        self._place_of = np.full(n, -1, np.int32)
        self._row_of = np.full(size, -1, np.int64)
        self._next = 0
        self._lock = threading.Lock()

    def count_missing(self, rows: NDArray[np.int64]) -> int:
        """Count the rows that are not held."""
        with self._lock:
            return int(np.count_nonzero(self._place_of[np.unique(rows)] < 0))

    def get(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Return which rows are held, `[n]`, and the vectors of these."""
        with self._lock:  # nothing makes room between the two
            places = self._place_of[rows]
            held = places >= 0
            found = self._vectors[places[held]]
        return held, to_floats(found) if found.dtype == np.float16 else found

    def put(self, rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Hold vectors, at most as many as there is room for."""
        rows, first = np.unique(rows, return_index=True)
        if not len(rows):
            return
        size = len(self._row_of)
        rows, vectors = rows[:size], vectors[first[:size]]
        with self._lock:
            if self._vectors.dtype == np.float16 and (vectors.astype(np.float16) != vectors).any():
                self._vectors = to_floats(self._vectors)
            places = (self._next + np.arange(len(rows))) % size
            out = self._row_of[places]
            self._place_of[out[out >= 0]] = -1
            # A row that another thread has put meanwhile keeps its newer place alone.
            before = self._place_of[rows]
            self._row_of[before[before >= 0]] = -1
            self._row_of[places], self._place_of[rows] = rows, places
            self._vectors[places] = vectors
            self._next = int(self._next + len(rows)) % size

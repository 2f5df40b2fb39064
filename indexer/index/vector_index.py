"""Exact nearest neighbours: a FAISS inner-product index behind stable ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import LibraryError
from indexer.base.files import sync_file


class VectorIndex:
    """Unit vectors by 63-bit id; scores are cosines."""

    def __init__(self, index: Any, path: Path | None = None) -> None:
        import faiss

        self._index = index
        self.path = path
        self.ids: NDArray[np.int64] = faiss.vector_to_array(index.id_map).astype(np.int64)
        self._position = {int(id_): row for row, id_ in enumerate(self.ids)}

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> VectorIndex:
        """Index `vectors [n, d]` under `ids`."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        if len(ids):
            index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64))
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> VectorIndex:
        """Load an index.

        Raises:
            LibraryError: the file is missing or damaged.
        """
        import faiss

        try:
            return cls(faiss.read_index(str(path)), path)
        except (RuntimeError, AttributeError) as error:
            raise LibraryError(
                f"{path.name} is missing or damaged; run 'hilbert rebuild --library "
                f"{path.parent.parent.parent}'"
            ) from error

    def write(self, path: Path) -> None:
        """Store the index; on return it is on disk."""
        import faiss

        faiss.write_index(self._index, str(path))
        sync_file(path)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def search(
        self, query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ids and cosines of the `k` nearest to `query [d]`, best first; fewer if fewer exist."""
        k = min(k, len(self))
        if not k:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        scores, ids = self._index.search(np.ascontiguousarray(query[None], np.float32), k)
        return ids[0], scores[0]

    def __contains__(self, id_: int) -> bool:
        return int(id_) in self._position

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """The vectors of `ids`, `[n, d]`; each must be in the index."""
        flat = self._all()
        return flat[[self._position[int(id_)] for id_ in ids]]

    def vectors_at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors at `rows`, `[n, d]`; zeros for -1."""
        out = np.zeros((len(rows), self.dimension), np.float32)
        out[rows >= 0] = self._all()[rows[rows >= 0]]
        return out

    def rows(self, ids: Sequence[int]) -> NDArray[np.int64]:
        """Where the vectors of `ids` stand, for `scores_at`; -1 where an id has none."""
        return np.array([self._position.get(int(id_), -1) for id_ in ids], np.int64)

    def scores_at(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosine of `query [d]` with the vectors at `rows`; NaN for -1."""
        out = np.full(len(rows), np.nan, np.float32)
        known = rows >= 0
        out[known] = (self._all() @ query.astype(np.float32))[rows[known]]
        return out

    def products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Cosines of the vectors at `rows` with each of `queries [k, d]`, `[rows, k]`; -1: 0."""
        out = np.zeros((len(rows), len(queries)), np.float32)
        out[rows >= 0] = (self._all() @ queries.T)[rows[rows >= 0]]
        return out

    def scores(self, query: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float32]:
        """Cosine of `query [d]` with each of `ids`; NaN where an id has no vector."""
        return self.scores_at(query, self.rows(ids))

    def all_vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Every id and its vector, in the order of insertion."""
        return self.ids, self._all().copy()

    def _all(self) -> NDArray[np.float32]:
        """A view on the vectors inside the FAISS index, without a copy: `[n, d]`."""
        import faiss

        if not len(self):
            return np.zeros((0, self.dimension), np.float32)
        flat: Any = faiss.downcast_index(self._index.index)
        pointer = faiss.rev_swig_ptr(flat.get_xb(), len(self) * self.dimension)
        return pointer.reshape(len(self), self.dimension)

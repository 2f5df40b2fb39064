"""Exact nearest neighbours: a FAISS inner-product index behind stable ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from indexer.index.vector_index import VECTOR_INDEXES, VectorIndex, damaged


@VECTOR_INDEXES.register("flat", order=10)
class FlatIndex(VectorIndex):
    """All vectors in a row, each compared with every query."""

    extension = ".faiss"

    def __init__(self, index: Any, path: Path | None = None) -> None:
        import faiss

        self._index = index
        self.path = path
        self.ids = faiss.vector_to_array(index.id_map).astype(np.int64)

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> FlatIndex:
        """Index `vectors [n, d]` under `ids`."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        if len(ids):
            index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64))
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> FlatIndex:
        """Load an index.

        Raises:
            LibraryError: The file is missing or damaged.
        """
        import faiss

        try:
            return cls(faiss.read_index(str(path)), path)
        except (RuntimeError, AttributeError) as error:
            raise damaged(path) from error

    def write(self, path: Path) -> None:
        """Store the index; on return it is on disk."""
        import faiss

        faiss.write_index(self._index, str(path))
        sync_file(path)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def search(
        self, query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids and cosines of the `k` nearest to `query [d]`, best first; fewer if few."""
        k = min(k, len(self))
        if not k:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        scores, ids = self._index.search(np.ascontiguousarray(query[None], np.float32), k)
        return ids[0], scores[0]

    def matrix(self) -> NDArray[np.float32]:
        """Return a view on the vectors inside the FAISS index, `[n, d]`, without a copy."""
        import faiss

        if not len(self):
            return np.zeros((0, self.dimension), np.float32)
        flat: Any = faiss.downcast_index(self._index.index)
        pointer = faiss.rev_swig_ptr(flat.get_xb(), len(self) * self.dimension)
        rows: NDArray[np.float32] = pointer.reshape(len(self), self.dimension)
        return rows

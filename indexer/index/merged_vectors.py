"""The vector indexes of several shards, read as one index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexer.index.vector_index import VectorIndex


class MergedVectors(VectorIndex):
    """Vectors of several indexes, one after the other, without those that were removed.

    Args:
        parts: At least one.
        live: For each, which of its vectors are in the snapshot, `[n]`; None for all.
    """

    extension = ""

    def __init__(
        self, parts: Sequence[VectorIndex], live: Sequence[NDArray[np.bool_] | None]
    ) -> None:
        self.path = None
        self._parts, self._live = parts, live
        self.ids = np.concatenate(
            [p.ids if kept is None else p.ids[kept] for p, kept in zip(parts, live, strict=True)]
        )

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> Self:
        """Refuse: only its parts are built."""
        raise NotImplementedError

    @classmethod
    def read(cls, path: Path) -> Self:
        """Refuse: only its parts are files."""
        raise NotImplementedError

    def write(self, path: Path) -> None:
        """Refuse: only its parts are files."""
        raise NotImplementedError

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return self._parts[0].dimension

    def search(
        self, query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids and cosines of the `k` nearest to `query [d]`, best first; fewer if few."""
        scores = self._joined(lambda part: part.matrix() @ query.astype(np.float32))
        best = np.argsort(-scores, kind="stable")[:k]
        return self.ids[best], scores[best]

    def matrix(self) -> NDArray[np.float32]:
        """Return a copy of all vectors, `[n, d]` in the order of `ids`."""
        return self._joined(lambda part: part.matrix())

    def vectors_at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors at `rows`, `[n, d]`; zeros for -1."""
        out = np.zeros((len(rows), self.dimension), np.float32)
        part_of = np.searchsorted(self._begins, rows, side="right") - 1
        for number, part in enumerate(self._parts):
            wanted = np.flatnonzero((part_of == number) & (rows >= 0))
            if len(wanted):
                places = rows[wanted] - self._begins[number]
                kept = self._live[number]
                if kept is not None:
                    places = np.flatnonzero(kept)[places]
                out[wanted] = part.matrix()[places]
        return out

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the vectors of `ids`, `[n, d]`; each must be in the index."""
        rows = self.rows(ids)
        if (rows < 0).any():
            raise KeyError(f"no vectors of {[i for i, r in zip(ids, rows, strict=True) if r < 0]}")
        return self.vectors_at(rows)

    def scores_at(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosine of `query [d]` with the vectors at `rows`; NaN for -1."""
        out = np.full(len(rows), np.nan, np.float32)
        known = rows >= 0
        out[known] = self._joined(lambda part: part.matrix() @ query.astype(np.float32))[
            rows[known]
        ]
        return out

    def products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return cosines of the vectors at `rows` with `queries [k, d]`, `[rows, k]`; 0 for -1."""
        out = np.zeros((len(rows), len(queries)), np.float32)
        known = rows >= 0
        out[known] = self._joined(lambda part: part.matrix() @ queries.T)[rows[known]]
        return out

    def _joined(self, of: Callable[[VectorIndex], NDArray[np.float32]]) -> NDArray[np.float32]:
        """Join what each part gives for its vectors, without the removed ones."""
        parts = []
        for part, kept in zip(self._parts, self._live, strict=True):
            found = of(part)
            parts.append(found if kept is None else found[kept])
        return np.concatenate(parts)

    @cached_property
    def _begins(self) -> NDArray[np.int64]:
        """Where the vectors of each part begin."""
        counts = [
            len(p) if kept is None else int(kept.sum())
            for p, kept in zip(self._parts, self._live, strict=True)
        ]
        return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)


def merged(parts: Sequence[VectorIndex], live: Sequence[NDArray[np.bool_] | None]) -> VectorIndex:
    """Return several indexes as one; the index itself where there is one whole one."""
    if len(parts) == 1 and live[0] is None:
        return parts[0]
    return MergedVectors(parts, live)

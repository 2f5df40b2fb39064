"""Vector indexes: what every kind must do, and the kinds by name.

A kind is one file in `indexer.index.vector_indexes` whose class registers itself:

    @VECTOR_INDEXES.register("toy")
    class ToyIndex(VectorIndex): ...

A library names its kind in the setting `vector_index`; `hilbert rebuild --vector-index` changes it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hilbert.extension_points import VECTOR_INDEXES as POINT
from hilbert.registry import Registry
from indexer.base.errors import LibraryError

DEFAULT_VECTOR_INDEX = "flat"
MODALITIES = ("audio", "text", "joint")
LEVELS = ("segments", "documents")
VECTOR_NAMES = tuple((level, modality) for level in LEVELS for modality in MODALITIES)
"""Level and modality of every vector index of a shard."""


class VectorIndex(ABC):
    """Unit vectors by 63-bit id; scores are cosines.

    A kind builds, writes, reads and searches, and gives its vectors back as they were; the rest
    follows from these.

    Attributes:
        extension: Of its files, with the dot.
        path: File it was read from, None for one that was built.
        ids: `[n]` int64, in the order of insertion.
    """

    extension: ClassVar[str]
    path: Path | None
    ids: NDArray[np.int64]

    @classmethod
    @abstractmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> Self:
        """Index `vectors [n, d]`, each of length 1, under `ids`; `n` may be 0."""

    @classmethod
    @abstractmethod
    def read(cls, path: Path) -> Self:
        """Load an index.

        Raises:
            LibraryError: The file is missing or damaged; see `damaged`.
        """

    @abstractmethod
    def write(self, path: Path) -> None:
        """Store the index; on return it is on disk."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Length of the vectors."""

    @abstractmethod
    def search(
        self, query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids and cosines of the `k` nearest to `query [d]`, best first; fewer if few."""

    @abstractmethod
    def matrix(self) -> NDArray[np.float32]:
        """Return all vectors, `[n, d]` in the order of `ids`, to be read only."""

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, id_: int) -> bool:
        return int(id_) in self._row_of

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the vectors of `ids`, `[n, d]`; each must be in the index."""
        return self.matrix()[[self._row_of[int(id_)] for id_ in ids]]

    def vectors_at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors at `rows`, `[n, d]`; zeros for -1."""
        out = np.zeros((len(rows), self.dimension), np.float32)
        out[rows >= 0] = self.matrix()[rows[rows >= 0]]
        return out

    def rows(self, ids: Sequence[int]) -> NDArray[np.int64]:
        """Return where the vectors of `ids` stand, for `scores_at`; -1 where an id has none."""
        return np.array([self._row_of.get(int(id_), -1) for id_ in ids], np.int64)

    def scores_at(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosine of `query [d]` with the vectors at `rows`; NaN for -1."""
        out = np.full(len(rows), np.nan, np.float32)
        known = rows >= 0
        out[known] = (self.matrix() @ query.astype(np.float32))[rows[known]]
        return out

    def products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return cosines of the vectors at `rows` with `queries [k, d]`, `[rows, k]`; 0 for -1."""
        out = np.zeros((len(rows), len(queries)), np.float32)
        out[rows >= 0] = (self.matrix() @ queries.T)[rows[rows >= 0]]
        return out

    def scores(self, query: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the cosine of `query [d]` with each of `ids`; NaN where an id has no vector."""
        return self.scores_at(query, self.rows(ids))

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return {int(id_): row for row, id_ in enumerate(self.ids)}


VECTOR_INDEXES: Registry[type[VectorIndex]] = Registry(POINT)
"""Kinds of index by name."""


def vector_index_class(name: str, advice: str) -> type[VectorIndex]:
    """Return a kind by name.

    Args:
        name: From a library's settings or a snapshot.
        advice: What to do where this program does not know it.

    Raises:
        LibraryError: There is no such kind.
    """
    if name not in VECTOR_INDEXES:
        known = ", ".join(VECTOR_INDEXES)
        raise LibraryError(f"there is no vector index '{name}' (known are {known}); {advice}")
    return VECTOR_INDEXES[name]


def damaged(path: Path) -> LibraryError:
    """Return the error for an index file that is missing or damaged."""
    return LibraryError(
        f"{path.name} is missing or damaged; run 'hilbert rebuild --library "
        f"{path.parent.parent.parent}'"
    )

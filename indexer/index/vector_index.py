"""Vector indexes: what every kind must do, and the kinds by name.

A kind is one file in `indexer.index.vector_indexes` whose class registers itself:

    @VECTOR_INDEXES.register("toy")
    class ToyIndex(VectorIndex): ...

Which kind a shard gets is chosen when it is written (`indexer.index.vector_choice`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hilbert.extension_points import VECTOR_INDEXES as POINT
from hilbert.registry import Registry
from indexer.base.errors import LibraryError
from indexer.base.shell import quoted
from indexer.index.id_lookup import IdLookup
from indexer.index.vector_names import LEVELS, MODALITIES, VECTOR_NAMES

__all__ = [
    "LEVELS",
    "MODALITIES",
    "VECTOR_INDEXES",
    "VECTOR_NAMES",
    "VectorIndex",
    "VectorsElsewhere",
    "best_rows",
    "damaged",
    "few_rows",
    "vector_index_class",
]

# Fewer than this share of all rows are gathered one by one; more are taken from one pass over all.
_FEW = 0.25
# Up to this share of allowed rows, an approximate index compares them one by one.
_FEW_ALLOWED = 0.1


class VectorIndex(ABC):
    """Unit vectors by 63-bit id; scores are cosines.

    A kind builds, writes and reads, and gives its vectors back as it holds them; the rest follows
    from these, and a kind overrides what it does faster.

    Attributes:
        extension: Of its files, with the dot.
        path: File it was read from, None for one that was built.
        ids: `[n]` int64, in the order of insertion.
        is_exact: Whether `nearest` misses none of the nearest.
        recall: Share of the nearest that `nearest` finds by modality of the query, as `tune`
            measured it; empty for an exact index.
    """

    extension: ClassVar[str]
    path: Path | None
    ids: NDArray[np.int64]
    is_exact: bool = True
    recall: Mapping[str, float] = MappingProxyType({})

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
    def matrix(self) -> NDArray[np.float32]:
        """Return all vectors, `[n, d]` in the order of `ids`, to be read only."""

    @classmethod
    def rounded(cls, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return `vectors [n, d]` as an index of this kind gives them back."""
        return vectors

    def nearest(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of the `n` nearest to `query [d]`, best first; fewer if few.

        Of equal cosines the lower row comes first.

        Args:
            query: `[d]`.
            n: At least 0.
            allowed: Rows that may be returned, `[len(self)]`; None for all.
        """
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        return best_rows(rows, self.scores_at(query, rows), n)

    def compared(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of what is compared to find the `n` nearest, best first.

        The first `n` are what `nearest` returns; an exact index gives no others.

        Args:
            query: `[d]`.
            n: At least 0.
            allowed: See `nearest`.
        """
        return self.nearest(query, n, allowed)

    def candidates(
        self,
        query: NDArray[np.float32],
        n: int,
        allowed: NDArray[np.bool_] | None = None,
        wanted: int | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows among which the `n` nearest are, and estimates of their cosines.

        Those of an exact index are the `n` nearest. Several approximate ones together compare
        about as many rows as one alone does (`indexer.index.merged_vectors`).

        Args:
            query: `[d]`.
            n: At least 0.
            allowed: See `nearest`.
            wanted: About how many rows an approximate index returns, those with the highest
                estimates; `n_candidates` for None.
        """
        return self.nearest(query, n, allowed)

    def n_candidates(self, n: int) -> int:
        """Return how many rows are compared to find the `n` nearest, where these are few of all.

        At least `n`.
        """
        return n

    def tune(  # noqa: B027
        self, queries: Mapping[str, NDArray[np.float32]], target_recall: float
    ) -> None:
        """Fit an index that was built, before it is written; an exact kind has nothing to fit.

        Args:
            queries: Modality to vectors of it, `[k, d]`, as the index will be asked for.
            target_recall: Share of the nearest to find, of queries of each modality.
        """

    def vectors_at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors at `rows`, `[n, d]`; zeros for -1."""
        out = np.zeros((len(rows), self.dimension), np.float32)
        known = rows >= 0
        out[known] = self._gathered(rows[known])
        return out

    def scores_at(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosine of `query [d]` with the vectors at `rows`; NaN for -1."""
        out = np.full(len(rows), np.nan, np.float32)
        known = rows >= 0
        out[known] = self._products(query[None], rows[known])[:, 0]
        return out

    def products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return cosines of the vectors at `rows` with `queries [k, d]`, `[rows, k]`; 0 for -1."""
        out = np.zeros((len(rows), len(queries)), np.float32)
        known = rows >= 0
        out[known] = self._products(queries, rows[known])
        return out

    def rows(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where the vectors of `ids` stand, for `scores_at`; -1 where an id has none."""
        return self._lookup.rows(ids)

    def vectors(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of `ids`, `[n, d]`.

        Raises:
            KeyError: An id has none.
        """
        rows = self.rows(ids)
        if (rows < 0).any():
            raise KeyError(f"no vectors of {np.asarray(ids)[rows < 0][:3].tolist()}")
        return self.vectors_at(rows)

    def scores(
        self, query: NDArray[np.float32], ids: Sequence[int] | NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the cosine of `query [d]` with each of `ids`; NaN where an id has no vector."""
        return self.scores_at(query, self.rows(ids))

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, id_: int) -> bool:
        return bool(self.rows([id_])[0] >= 0)

    def _gathered(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors at `rows`, all of which are there."""
        return self.matrix()[rows]

    def _scanned(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosines of all vectors with `queries [k, d]`, `[n, k]`."""
        return self.matrix() @ queries.T

    def _products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return cosines with the vectors at `rows`, all of which are there, `[rows, k]`."""
        queries = queries.astype(np.float32, copy=False)
        if len(rows) < _FEW * len(self):
            return self._few_products(queries, rows)
        return self._scanned(queries)[rows]

    def _few_products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Do as `_products`, for few of all rows."""
        return self._gathered(rows) @ queries.T

    @cached_property
    def _lookup(self) -> IdLookup:
        return IdLookup(self.ids)


class VectorsElsewhere(VectorIndex):
    """Vectors that are no file of their own: several indexes as one, or vectors in an engine."""

    extension = ""
    path = None

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> Self:
        """Refuse: it is made of what is there."""
        raise NotImplementedError

    @classmethod
    def read(cls, path: Path) -> Self:
        """Refuse: it is no file."""
        raise NotImplementedError

    def write(self, path: Path) -> None:
        """Refuse: it is no file."""
        raise NotImplementedError


def few_rows(allowed: NDArray[np.bool_] | None) -> NDArray[np.int64] | None:
    """Return the rows that are allowed, where they are so few that all of them are compared."""
    if allowed is None or np.count_nonzero(allowed) > _FEW_ALLOWED * len(allowed):
        return None
    return np.flatnonzero(allowed)


def best_rows(
    rows: NDArray[np.int64], cosines: NDArray[np.float32], n: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the `n` rows of the largest cosines and these, best first, of equal ones the lower.

    Args:
        rows: `[m]`, each once.
        cosines: `[m]`.
        n: At least 0.
    """
    if n <= 0:
        return rows[:0], cosines[:0]
    if n < len(rows):
        least = np.partition(cosines, -n)[-n]
        above, equal = np.flatnonzero(cosines > least), np.flatnonzero(cosines == least)
        lowest = equal[np.argsort(rows[equal], kind="stable")[: n - len(above)]]
        kept = np.concatenate([above, lowest])
        rows, cosines = rows[kept], cosines[kept]
    order = np.lexsort((rows, -cosines))
    return rows[order], cosines[order]


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
        f"{quoted(path.parent.parent.parent)}'"
    )

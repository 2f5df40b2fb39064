"""Cosines of random pairs of segments from different documents: what unrelated pairs get.

Mean and deviation are those of all such pairs, from sums that documents can be added to and taken
from: of pairs `q`, `x` with vectors `Q [n, d]`, `X [m, d]`, the cosines sum to `sum(Q) . sum(X)`,
their squares to the inner product of `Q'Q` and `X'X`. Pairs within a document are subtracted.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from hilbert.system_faults import raise_system_fault, why_not_opened
from indexer.index.vector_index import MODALITIES

log = logging.getLogger(__name__)

SUMS_FILE = "pair-sums.safetensors"
# Modalities whose vectors searches compare: (query vector, indexed vector).
PAIRS = (
    ("text", "text"),
    ("text", "audio"),
    ("text", "joint"),
    ("audio", "audio"),
    ("joint", "joint"),
)
_LEAST_STD = 1e-6

Vectors = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Background:
    """Cosines of random pairs of segments from different documents.

    Attributes:
        mean: Of the cosines.
        std: Their standard deviation.
    """

    mean: float
    std: float


@dataclass(frozen=True)
class VectorSums:
    """Sums over the vectors of a modality, of which the cosines of any query have their mean.

    Attributes:
        count: Number of vectors.
        total: Their sum, `[d]`.
        squares: The sum of their outer products, `[d, d]`.
    """

    count: int
    total: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> VectorSums:
        """Add up vectors `[n, d]`."""
        rows = vectors.astype(np.float64)
        return cls(len(rows), rows.sum(axis=0), rows.T @ rows)

    def cosines(self, query: NDArray[np.float32]) -> tuple[float, float]:
        """Return the sum of the cosines of `query [d]` with all vectors, and of their squares."""
        q = query.astype(np.float64)
        return float(q @ self.total), float(q @ self.squares @ q)


class PairSums:
    """Sums over the vectors of segments, by modality, and over pairs within documents.

    Args:
        width: Length of the vectors.
        arrays: As they were written; None for no documents.
    """

    def __init__(self, width: int, arrays: Mapping[str, NDArray[np.float64]] | None = None) -> None:
        self.width = width
        self._arrays = {name: np.zeros(shape) for name, shape in _shapes(width).items()}
        for name, array in (arrays or {}).items():
            self._arrays[name] += array

    def add(self, vectors: Vectors, sign: int = 1) -> None:
        """Add a document, or take it away.

        Args:
            vectors: Modality to the vectors of its segments, `[n, d]`.
            sign: -1 to take it away.
        """
        for modality in MODALITIES:
            rows = vectors[modality].astype(np.float64)
            self._arrays[f"count.{modality}"] += sign * len(rows)
            self._arrays[f"sum.{modality}"] += sign * rows.sum(axis=0)
            self._arrays[f"squares.{modality}"] += sign * (rows.T @ rows)
        for query, indexed in PAIRS:
            cosines = (vectors[query] @ vectors[indexed].T).astype(np.float64)
            within = (cosines.size, cosines.sum(), (cosines**2).sum())
            self._arrays[f"within.{query}.{indexed}"] += sign * np.array(within)

    def background(self, query: str, indexed: str) -> Background:
        """Return mean and deviation of the pairs of two modalities.

        0 and 1 where there are too few to measure: cosines are taken as they are.
        """
        of = self._arrays
        pairs, total, squares = of[f"within.{query}.{indexed}"]
        pairs = of[f"count.{query}"][0] * of[f"count.{indexed}"][0] - pairs
        if pairs < 2:
            return Background(0.0, 1.0)
        mean = (of[f"sum.{query}"] @ of[f"sum.{indexed}"] - total) / pairs
        square = ((of[f"squares.{query}"] * of[f"squares.{indexed}"]).sum() - squares) / pairs
        return Background(float(mean), max(float(square - mean**2), _LEAST_STD**2) ** 0.5)

    def vectors(self, modality: str) -> VectorSums:
        """Return the sums over the vectors of a modality."""
        of = self._arrays
        count = int(of[f"count.{modality}"][0])
        return VectorSums(count, of[f"sum.{modality}"], of[f"squares.{modality}"])

    def listed(self) -> list[dict[str, Any]]:
        """Return all backgrounds, for JSON."""
        found = [(query, indexed, self.background(query, indexed)) for query, indexed in PAIRS]
        return [{"query": q, "indexed": i, "mean": b.mean, "std": b.std} for q, i, b in found]

    def write(self, folder: Path) -> None:
        """Write the sums into a folder; on return they are on disk."""
        from safetensors.numpy import save_file

        save_file(self._arrays, folder / SUMS_FILE)
        sync_file(folder / SUMS_FILE)

    @classmethod
    def read(cls, folder: Path, width: int) -> PairSums | None:
        """Read them again; None where they are missing or damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            with why_not_opened(folder / SUMS_FILE):
                arrays = load_file(folder / SUMS_FILE)
        except (OSError, SafetensorError, ValueError) as error:
            raise_system_fault(error)
            log.debug("no sums in %s", folder, exc_info=True)
            return None
        if {name: array.shape for name, array in arrays.items()} != _shapes(width):
            return None
        return cls(width, arrays)


def _shapes(width: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for modality in MODALITIES:
        shapes[f"count.{modality}"] = (1,)
        shapes[f"sum.{modality}"] = (width,)
        shapes[f"squares.{modality}"] = (width, width)
    return shapes | {f"within.{query}.{indexed}": (3,) for query, indexed in PAIRS}

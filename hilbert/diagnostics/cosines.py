"""Cosines of pairs that match and of pairs that do not, across and within the modalities."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hilbert.diagnostics.arrays import FloatArray, different_rows, matched_rows

_PERCENTS = (5, 50, 95)


@dataclass(frozen=True)
class Cosines:
    """Cosines of pairs, -1 to 1.

    Attributes:
        matched: `[n]`, audio with its own text.
        random: `[pairs]`, audio with the text of another.
        audio: `[pairs]`, audio with other audio.
        text: `[pairs]`, text with other text.
    """

    matched: FloatArray
    random: FloatArray
    audio: FloatArray
    text: FloatArray

    def summary(self) -> dict[str, dict[str, float]]:
        """Return mean, standard deviation and percentiles of each kind of pair."""
        found = {}
        for entry in fields(self):
            values = getattr(self, entry.name)
            percentiles = zip(_PERCENTS, np.percentile(values, _PERCENTS), strict=True)
            found[entry.name] = {
                "mean": float(values.mean()),
                "std": float(values.std()),
                **{f"p{percent}": float(value) for percent, value in percentiles},
            }
        return found

    def auroc(self) -> float:
        """Compute the chance that a matched pair is closer than a random one.

        The area under the ROC curve; 0.5 is chance. Equal cosines count half (Hanley and McNeil
        1982).
        """
        pairs = np.sort(self.random)
        below = np.searchsorted(pairs, self.matched, side="left")
        tied = np.searchsorted(pairs, self.matched, side="right") - below
        return float((below + tied / 2).mean() / len(pairs))

    def histograms(self, bins: int = 80) -> CosineHistograms:
        """Count them in bins over [-1, 1]."""
        edges = np.linspace(-1.0, 1.0, bins + 1)
        counts = {
            entry.name: np.histogram(getattr(self, entry.name), edges)[0].astype(np.int64)
            for entry in fields(self)
        }
        return CosineHistograms(edges=edges, **counts)


@dataclass(frozen=True)
class CosineHistograms:
    """Counts of cosines in shared bins; their overlap shows what a threshold can separate.

    Attributes:
        edges: `[bins + 1]` from -1 to 1.
        matched: `[bins]`, see `Cosines`, as the others.
        random: `[bins]`.
        audio: `[bins]`.
        text: `[bins]`.
    """

    edges: FloatArray
    matched: NDArray[np.int64]
    random: NDArray[np.int64]
    audio: NDArray[np.int64]
    text: NDArray[np.int64]


def sample_cosines(a: ArrayLike, t: ArrayLike, pairs: int = 20_000, seed: int = 0) -> Cosines:
    """Compute cosines of all matched pairs, and of random pairs across and within the modalities.

    Args:
        a: `[n, d]`, n >= 2.
        t: `[n, d]`, matched with `a`.
        pairs: Number of random pairs of different rows, the same pairs for all three.
        seed: Seed of the random pairs.
    """
    x, y = matched_rows(a, t)
    n = len(different_rows(x))
    rng = np.random.default_rng(seed)
    first = rng.integers(0, n, size=pairs)
    second = (first + rng.integers(1, n, size=pairs)) % n  # never the same row

    def cosines(left: FloatArray, right: FloatArray) -> FloatArray:
        return np.asarray((left * right).sum(1).clip(-1.0, 1.0), np.float64)

    return Cosines(
        matched=cosines(x, y),
        random=cosines(x[first], y[second]),
        audio=cosines(x[first], x[second]),
        text=cosines(y[first], y[second]),
    )

"""Statistics shared by all evaluations: bootstrap intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def bootstrap_interval(
    values: ArrayLike,
    groups: ArrayLike | None = None,
    confidence: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean (Efron 1979), the same for the same seed.

    Args:
        values: `[n]`, one per query.
        groups: `[n]` labels; whole groups are drawn. Queries of one document are not
            independent, and drawing them singly makes the interval too narrow.
        confidence: Share of the interval.
        samples: Number of redraws.
        seed: Seed of the redraws.

    Raises:
        ValueError: No values, or as many groups as values are not given.
    """
    array = np.asarray(values, dtype=np.float64)
    labels = np.arange(len(array)) if groups is None else np.asarray(groups)
    if not len(array) or len(labels) != len(array):
        raise ValueError(f"{len(array)} values and {len(labels)} groups: need as many, from 1 up")
    _, index = np.unique(labels, return_inverse=True)
    sums, counts = np.bincount(index, weights=array), np.bincount(index)
    drawn = np.random.default_rng(seed).integers(0, len(sums), size=(samples, len(sums)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)  # [samples]
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)

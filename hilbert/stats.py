"""Statistics shared by all evaluations: the bootstrap and the jackknife."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


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
    drawn = draw_groups(int(index.max()) + 1, samples, seed)
    means = redrawn_means(array, index, drawn)  # [samples]
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def draw_groups(count: int, samples: int, seed: int) -> IntArray:
    """Draw as many groups as there are, with repetition: their numbers, `[samples, count]`."""
    return np.random.default_rng(seed).integers(0, count, size=(samples, count))


def draw_group_counts(count: int, samples: int, seed: int) -> IntArray:
    """Draw the same by counts: how often each group is in a redraw, `[samples, count]`.

    The distribution is that of `draw_groups`, the draws are others.
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, np.full(count, 1.0 / count), size=samples)


def redrawn_means(values: FloatArray, groups: IntArray, drawn: IntArray) -> FloatArray:
    """Compute the mean of the values in each redraw, 0 where it holds none.

    Args:
        values: `[n]`.
        groups: `[n]`, number of each value's group.
        drawn: `[samples, count]` from `draw_groups`.

    Returns:
        `[samples]`.
    """
    count = drawn.shape[1]
    sums = np.bincount(groups, weights=values, minlength=count)[drawn].sum(1)
    sizes = np.bincount(groups, minlength=count)[drawn].sum(1)
    return np.asarray(sums / np.maximum(sizes, 1), np.float64)


def jackknife_error(values: FloatArray) -> float:
    """Compute the standard error of a number from its values without each of `g` parts.

    The delete-a-group jackknife, `se^2 = (g - 1) / g sum (x_i - mean x)^2` (Kott 2001, J.
    Official Statistics 17). `values`: `[g]`.
    """
    parts = len(values)
    return float(np.sqrt((parts - 1) / parts * ((values - values.mean()) ** 2).sum()))

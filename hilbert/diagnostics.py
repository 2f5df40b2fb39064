"""What an embedding space looks like: gap, alignment, uniformity, cosines, a map (numpy only).

All take rows of unit vectors. `a` and `t` are matched: row i of both is the same thing in audio
and in text. A small gap is no aim in itself: closing it need not improve retrieval (arXiv
2601.18525), so read these beside recall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def centroid_gap(a: ArrayLike, t: ArrayLike) -> float:
    """Distance of the modalities' means, `||mean a - mean t||`, 0 to 2.

    Liang 2022 (arXiv 2203.02053). `a` is `[n, d]`, `t` is `[m, d]`.
    """
    return float(np.linalg.norm(_array(a).mean(0) - _array(t).mean(0)))


def relative_modality_gap(a: ArrayLike, t: ArrayLike) -> float:
    """Distance of matched pairs relative to distances within a modality, 0 to 1.

    `d_pair / ((d_aa + d_tt) / 2 + d_pair)`, `d = (1 - cos) / 2`, where `d_aa` and `d_tt` are
    means over different rows (Schrodi 2024, arXiv 2404.07983). 0: matched pairs coincide; 0.5:
    a pair is as far apart as two unrelated things of one modality. `a`, `t`: `[n, d]`, n >= 2.
    """
    x, y = _matched(a, t)
    pair = float((1.0 - (x * y).sum(1)).mean() / 2)
    within = ((1.0 - _mean_cosine(x)) / 2 + (1.0 - _mean_cosine(y)) / 2) / 2
    return float(pair / max(within + pair, 1e-12))


def alignment(a: ArrayLike, t: ArrayLike) -> float:
    """Mean squared distance of matched pairs, `E ||a - t||^2`, 0 to 4.

    Wang and Isola 2020 (arXiv 2005.10242). `a`, `t`: `[n, d]`.
    """
    x, y = _matched(a, t)
    return float(((x - y) ** 2).sum(1).mean())


def uniformity(x: ArrayLike) -> float:
    """How evenly vectors fill the sphere, `log E exp(-2 ||x - y||^2)` over different rows.

    Wang and Isola 2020 (arXiv 2005.10242). 0 when all are equal, near -4 when spread evenly in
    many dimensions. `x`: `[n, d]`, n >= 2.
    """
    array = _array(x)
    n = len(array)
    if n < 2:
        raise ValueError(f"uniformity compares different rows, got {n}")
    total = 0.0
    for start in range(0, n, 1024):  # bounds memory to 1024 x n
        rows = array[start : start + 1024]
        squared = (rows**2).sum(1)[:, None] + (array**2).sum(1) - 2 * rows @ array.T
        total += float(np.exp(-2 * squared.clip(min=0.0)).sum())
    # Each row with itself counted 1.
    return float(np.log(max((total - n) / (n * (n - 1)), np.finfo(np.float64).tiny)))


@dataclass(frozen=True)
class CosineHistograms:
    """Counts of cosines in shared bins; their overlap shows what a threshold could tell apart.

    Attributes:
        edges: `[bins + 1]` from -1 to 1.
        matched: `[bins]`, audio with its own text.
        random: `[bins]`, audio with the text of another.
        audio: `[bins]`, audio with other audio.
        text: `[bins]`, text with other text.
    """

    edges: FloatArray
    matched: NDArray[np.int64]
    random: NDArray[np.int64]
    audio: NDArray[np.int64]
    text: NDArray[np.int64]


def cosine_histograms(
    a: ArrayLike, t: ArrayLike, bins: int = 80, pairs: int = 20_000, seed: int = 0
) -> CosineHistograms:
    """Count cosines of matched pairs and of random pairs across and within the modalities.

    Args:
        a: `[n, d]`, n >= 2.
        t: `[n, d]`, matched with `a`.
        bins: Number of bins over [-1, 1].
        pairs: Number of random pairs of different rows, the same pairs for all three.
        seed: Seed of the random pairs.
    """
    x, y = _matched(a, t)
    if len(x) < 2:
        raise ValueError(f"random pairs need at least 2 rows, got {len(x)}")
    edges = np.linspace(-1.0, 1.0, bins + 1)
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(x), size=pairs)
    second = (first + rng.integers(1, len(x), size=pairs)) % len(x)  # never the same row

    def count(left: FloatArray, right: FloatArray) -> NDArray[np.int64]:
        return np.histogram((left * right).sum(1).clip(-1.0, 1.0), edges)[0].astype(np.int64)

    return CosineHistograms(
        edges=edges,
        matched=count(x, y),
        random=count(x[first], y[second]),
        audio=count(x[first], x[second]),
        text=count(y[first], y[second]),
    )


def pca_map(groups: Mapping[str, ArrayLike]) -> dict[str, FloatArray]:
    """Project named sets of vectors onto the first two principal axes of all of them.

    Linear and without any randomness, so distances on the map are never larger than real ones
    and two runs give one picture. An axis's sign, which PCA leaves open, is chosen so that its
    largest loading is positive.

    Args:
        groups: Name to `[n, d]`, at least one row in all.

    Returns:
        Name to `[n, 2]`.
    """
    arrays = {name: _array(vectors) for name, vectors in groups.items()}
    stacked = np.concatenate(list(arrays.values()))
    if not len(stacked):
        raise ValueError("a map needs at least one vector")
    mean = stacked.mean(0)
    centred = stacked - mean
    _, axes = np.linalg.eigh(centred.T @ centred)  # columns by rising eigenvalue
    axes = axes[:, ::-1][:, :2]  # [d, 2]
    largest = np.abs(axes).argmax(0)
    axes = axes * np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    return {name: (vectors - mean) @ axes for name, vectors in arrays.items()}


def _array(x: ArrayLike) -> FloatArray:
    array = np.asarray(x, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"expected vectors [n, d], got {list(array.shape)}")
    return array


def _matched(a: ArrayLike, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = _array(a), _array(t)
    if x.shape != y.shape or not len(x):
        raise ValueError(f"expected matched rows, got {list(x.shape)} and {list(y.shape)}")
    return x, y


def _mean_cosine(x: FloatArray) -> float:
    """Mean cosine of different rows of unit vectors, from the norm of their sum."""
    n = len(x)
    if n < 2:
        raise ValueError(f"a mean over different rows needs at least 2, got {n}")
    total = x.sum(0)
    return float((total @ total - (x * x).sum()) / (n * (n - 1)))

"""Uniformity and spectrum of a set of vectors: how evenly it fills its space."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hilbert.diagnostics.arrays import FloatArray, different_rows, matched_rows, rows_of

_BLOCK = 1024


def uniformity(x: ArrayLike) -> float:
    """Compute how evenly vectors fill the sphere, `log E exp(-2 ||x - y||^2)` over different rows.

    Wang and Isola 2020 (arXiv 2005.10242). 0 when all are equal, near -4 when spread evenly in
    many dimensions. `x`: `[n, d]`, n >= 2.
    """
    array = different_rows(x)
    return _log_mean_kernel(array, array)


def cross_uniformity(a: ArrayLike, t: ArrayLike) -> float:
    """Compute the uniformity across modalities, over unmatched rows.

    `log E exp(-2 ||a_i - t_j||^2)`, i != j. Close to the uniformity within the modalities where
    they share a space; lower where a gap keeps all pairs far apart. `a`, `t`: `[n, d]`, n >= 2.
    """
    x, y = matched_rows(a, t)
    return _log_mean_kernel(different_rows(x), y)


def singular_values(x: ArrayLike) -> FloatArray:
    """Compute the singular values of the rows (not centred), largest first, their sum 1."""
    values = np.sqrt(np.linalg.eigvalsh(_gram(rows_of(x)))[::-1].clip(min=0.0))
    return np.asarray(values / max(values.sum(), 1e-12), np.float64)


def effective_rank(x: ArrayLike) -> float:
    """Compute the number of directions in use, 1 to d: `exp` of the singular values' entropy.

    Roy and Vetterli 2007 (The effective rank); as a label-free judge of embeddings: RankMe,
    arXiv 2210.02885. `x`: `[n, d]`.
    """
    values = singular_values(x)
    used = values[values > 1e-12]
    return float(np.exp(-(used * np.log(used)).sum())) if len(used) else 1.0


def _gram(x: FloatArray) -> FloatArray:
    """Return the smaller of `x'x` and `xx'`: both have the squared singular values."""
    return x.T @ x if x.shape[0] >= x.shape[1] else x @ x.T


def _log_mean_kernel(x: FloatArray, y: FloatArray) -> float:
    n = len(x)
    total = 0.0
    for start in range(0, n, _BLOCK):  # bounds memory to block x n
        rows = x[start : start + _BLOCK]
        squared = (rows**2).sum(1)[:, None] + (y**2).sum(1) - 2 * rows @ y.T
        kernel = np.exp(-2 * squared.clip(min=0.0))
        kernel[np.arange(len(rows)), start + np.arange(len(rows))] = 0.0
        total += float(kernel.sum())
    return float(np.log(max(total / (n * (n - 1)), np.finfo(np.float64).tiny)))

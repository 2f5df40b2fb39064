"""Arrays of vectors as every measure takes them: checked, double precision, numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def rows_of(x: ArrayLike) -> FloatArray:
    """Return vectors `[n, d]` as float64.

    Raises:
        ValueError: Another shape.
    """
    array = np.asarray(x, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"expected vectors [n, d], got {list(array.shape)}")
    return array


def matched_rows(a: ArrayLike, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return two sets of vectors `[n, d]` whose rows belong together.

    Raises:
        ValueError: The shapes differ, or there is no row.
    """
    x, y = rows_of(a), rows_of(t)
    if x.shape != y.shape or not len(x):
        raise ValueError(f"expected matched rows, got {list(x.shape)} and {list(y.shape)}")
    return x, y


def different_rows(x: ArrayLike) -> FloatArray:
    """Return vectors `[n, d]` of which pairs of different rows can be compared.

    Raises:
        ValueError: Another shape, or fewer than two rows.
    """
    array = rows_of(x)
    if len(array) < 2:
        raise ValueError(f"different rows are compared: needs at least 2, got {len(array)}")
    return array


def unit_rows(x: ArrayLike) -> FloatArray:
    """Scale the rows of `x [n, d]` to length one; a row of zeros stays."""
    array = rows_of(x)
    unit: FloatArray = array / np.linalg.norm(array, axis=1, keepdims=True).clip(min=1e-12)
    return unit


def centred(x: ArrayLike) -> FloatArray:
    """Subtract the mean of the rows and scale them to length one.

    Mean-centring each modality closes the gap of the means without any training (used to judge
    mixed search in arXiv 2507.19054). `x`: `[n, d]`.
    """
    array = rows_of(x)
    return unit_rows(array - array.mean(0)) if len(array) else array

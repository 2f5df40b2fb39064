"""Measures of nearest neighbours, from vectors: what the diagnostics compute from known ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hilbert.diagnostics.neighbours import nearest_rows, overlap, precision


def mutual_knn(x: np.ndarray, y: np.ndarray, k: int = 10) -> float:
    """Share of the `k` nearest neighbours that are the same of `x [n, d1]` and `y [n, d2]`."""
    itself, k = np.arange(len(x)), min(k, len(x) - 1)
    return overlap(
        nearest_rows(x, x, k, leave_out=itself), nearest_rows(y, y, k, leave_out=itself, seed=1)
    )


def neighbour_precision(x: np.ndarray, groups: Sequence[int], k: int = 10) -> float:
    """Share of the `k` nearest neighbours of `x [n, d]` that are of the same group `[n]`."""
    nearest = nearest_rows(x, x, min(k, len(x) - 1), leave_out=np.arange(len(x)))
    return precision(nearest, groups)

"""What lies next to what: hubs, neighbourhoods that agree, neighbours of one's own modality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hilbert.diagnostics.arrays import FloatArray, different_rows, matched_rows, rows_of

_BLOCK = 1024
# Cosines that differ by less count as equal.
_TIED = np.float32(3e-5)


@dataclass(frozen=True)
class Hubness:
    """How unevenly candidates occur among the nearest of the queries.

    Attributes:
        skew: Skewness of the numbers of occurrences: 0 if all occur alike, above 1 with hubs.
        anti_hubs: Share of candidates that are among the nearest of no query: never found.
    """

    skew: float
    anti_hubs: float


def hubness(queries: ArrayLike, candidates: ArrayLike, k: int = 10) -> Hubness:
    """Count how often each candidate is among the `k` nearest of the queries.

    Radovanovic 2010 (Hubs in space, JMLR 11): `N_k(x)`, its skewness, and anti-hubs `N_k = 0`.

    Args:
        queries: `[n, d]`.
        candidates: `[m, d]`; where the same array as `queries`, nothing finds itself.
        k: Neighbours.
    """
    same = queries is candidates
    x, y = rows_of(queries), rows_of(candidates)
    k = min(k, len(y) - same)
    if k < 1:
        return Hubness(0.0, 0.0)
    nearest = nearest_rows(x, y, k, leave_out=np.arange(len(x)) if same else None)
    return occurrences(nearest, len(y))


def occurrences(nearest: NDArray[np.int64], candidates: int) -> Hubness:
    """The hubness of nearest candidates that are known, `[n, k]` rows of so many candidates."""
    counts = np.bincount(nearest.ravel(), minlength=candidates).astype(np.float64)
    spread = counts.std()
    skew = float((((counts - counts.mean()) / spread) ** 3).mean()) if spread > 1e-9 else 0.0
    return Hubness(skew, float((counts == 0).mean()))


def mutual_knn(x: ArrayLike, y: ArrayLike, k: int = 10) -> float:
    """Mean share of the `k` nearest neighbours that are the same in two representations, 0 to 1.

    Huh 2024 (The Platonic representation hypothesis, arXiv 2405.07987). The widths may differ;
    unrelated representations share about `k / (n - 1)`.

    Args:
        x: `[n, d1]`, n >= 2.
        y: `[n, d2]` of the same `n` things.
        k: Neighbours, at most `n - 1`.
    """
    first, second = different_rows(x), different_rows(y)
    if len(first) != len(second):
        raise ValueError(f"expected matched rows, got {len(first)} and {len(second)}")
    k = min(k, len(first) - 1)
    itself = np.arange(len(first))
    return overlap(
        nearest_rows(first, first, k, leave_out=itself),
        nearest_rows(second, second, k, leave_out=itself, seed=1),
    )


def overlap(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Mean share of the entries of each row of `[n, k]` that are in the other's row, too."""
    same = left[:, :, None] == right[:, None, :]  # [n, k, k]
    return float(same.any(2).mean())


def neighbour_precision(x: ArrayLike, groups: Sequence[int], k: int = 10) -> float:
    """Share of the `k` nearest neighbours that are of the same group, over rows that have some.

    With groups that tell what belongs together (a document), the difference to the frozen
    features shows what training did to a modality by itself: intra-modal misalignment (Mistretta
    2025, arXiv 2502.04263). A row with fewer than `k` others in its group can still reach 1.

    Args:
        x: `[n, d]`, n >= 2.
        groups: `[n]`.
        k: Neighbours, at most `n - 1`.
    """
    array = different_rows(x)
    k = min(k, len(array) - 1)
    return precision(nearest_rows(array, array, k, leave_out=np.arange(len(array))), groups)


def precision(nearest: NDArray[np.int64], groups: Sequence[int]) -> float:
    """`neighbour_precision` of neighbours that are known, `[n, k]`."""
    of = np.unique(np.asarray(groups), return_inverse=True)[1]
    others = np.bincount(of)[of] - 1
    asked = np.flatnonzero(others)
    if not len(asked):
        return 0.0
    alike = (of[nearest[asked]] == of[asked][:, None]).sum(1)
    return float((alike / np.minimum(nearest.shape[1], others[asked])).mean())


def own_modality_share(a: ArrayLike, t: ArrayLike, k: int = 10) -> tuple[float, float]:
    """Of a mixed top `k`, the share that has the modality of the query: of `a`, and of `t`.

    Each row asks among all other rows of both, its match included. One half: modalities mix;
    1: a list never shows the other one, whatever matches (the mixed corpus of arXiv 2507.19054).
    `a`, `t`: `[n, d]`, n >= 2.
    """
    x, y = matched_rows(a, t)
    n = len(different_rows(x))
    both = np.concatenate([x, y])
    k = min(k, 2 * n - 1)
    nearest = nearest_rows(both, both, k, leave_out=np.arange(2 * n))
    is_second = nearest >= n
    return float((~is_second[:n]).mean()), float(is_second[n:].mean())


def nearest_rows(
    queries: FloatArray,
    candidates: FloatArray,
    k: int,
    leave_out: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Rows of the `k` candidates with the highest inner products, `[n, k]` in no order.

    Args:
        queries: `[n, d]`.
        candidates: `[m, d]`, m > k.
        k: How many.
        leave_out: `[n]`, for each query a candidate that does not count.
        seed: of the order of equal ones; else what stands first would be everybody's neighbour.
    """
    found = []
    # Half the precision is half the time, and tells neighbours apart as well.
    queries, others = queries.astype(np.float32), candidates.astype(np.float32).T
    rng = np.random.default_rng(seed)
    for start in range(0, len(queries), _BLOCK):
        scores = queries[start : start + _BLOCK] @ others
        scores += _TIED * rng.random(scores.shape, np.float32)
        if leave_out is not None:
            part = leave_out[start : start + _BLOCK]
            scores[np.arange(len(part)), part] = -np.inf
        if k >= scores.shape[1]:
            found.append(np.argsort(-scores, axis=1, kind="stable")[:, :k])
        else:
            found.append(np.argpartition(-scores, k - 1, axis=1)[:, :k])
    return np.concatenate(found) if found else np.zeros((0, k), np.int64)

"""Nearest neighbours: hubness, shared neighbours, neighbours of the same group or modality."""

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
        skew: Skewness of the numbers of occurrences: 0 if all occur as often, above 1 with hubs.
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
    """Compute the hubness of known nearest candidates.

    Args:
        nearest: `[n, k]`, rows of the candidates nearest to each query.
        candidates: Number of candidates.
    """
    counts = np.bincount(nearest.ravel(), minlength=candidates).astype(np.float64)
    spread = counts.std()
    skew = float((((counts - counts.mean()) / spread) ** 3).mean()) if spread > 1e-9 else 0.0
    return Hubness(skew, float((counts == 0).mean()))


def overlap(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Compute the mean share of nearest neighbours that are the same in two representations.

    Mutual k-nearest neighbours, Huh 2024 (The Platonic representation hypothesis, arXiv
    2405.07987). Unrelated representations of `n` things share about `k / (n - 1)`.

    Args:
        left: `[n, k]`, the nearest rows in one representation (`nearest_rows`).
        right: `[n, k]`, those in the other.

    Returns:
        0 to 1.
    """
    same = left[:, :, None] == right[:, None, :]  # [n, k, k]
    return float(same.any(2).mean())


def precision(nearest: NDArray[np.int64], groups: Sequence[int]) -> float:
    """Compute the share of nearest neighbours of the same group, over rows that have some.

    With documents as groups, the difference to the frozen features shows what training did to a
    modality by itself: intra-modal misalignment (Mistretta 2025, arXiv 2502.04263). A row with
    fewer than `k` others in its group can still reach 1.

    Args:
        nearest: `[n, k]`, the nearest rows (`nearest_rows`).
        groups: `[n]`.

    Returns:
        0 to 1; 0 where no row has others in its group.
    """
    of = np.unique(np.asarray(groups), return_inverse=True)[1]
    others = np.bincount(of)[of] - 1
    with_others = np.flatnonzero(others)
    if not len(with_others):
        return 0.0
    same = (of[nearest[with_others]] == of[with_others][:, None]).sum(1)
    return float((same / np.minimum(nearest.shape[1], others[with_others])).mean())


def own_modality_share(a: ArrayLike, t: ArrayLike, k: int = 10) -> tuple[float, float]:
    """Compute the share of a mixed top `k` that has the modality of the query.

    Each row asks among all other rows of both, its match included. One half: modalities mix;
    1: a list never shows the other one, whatever matches (the mixed corpus of arXiv 2507.19054).

    Args:
        a: `[n, d]`, n >= 2.
        t: `[n, d]`, matched with `a`.
        k: Length of the list.

    Returns:
        The share for queries of `a`, and for queries of `t`.
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
    """Find the `k` candidates with the highest inner products.

    Args:
        queries: `[n, d]`.
        candidates: `[m, d]`, m > k.
        k: Number of neighbours.
        leave_out: `[n]`, for each query a candidate that does not count.
        seed: Seed of the order of equal ones; else the first would be everybody's neighbour.

    Returns:
        `[n, k]` rows of `candidates`, in no order.
    """
    found = []
    # Half the precision takes half the time and finds the same neighbours.
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

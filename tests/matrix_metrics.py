"""Metrics of whole score matrices that tests compare with: plain formulas, arguments unchecked.

As in `hilbert.retrieval_metrics`, each is the expectation over all orders of tied candidates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def expected_rank(scores: ArrayLike, relevance: ArrayLike) -> FloatArray:
    """Return the rank (1 is best) of the best relevant candidate of each query, `[n_queries]`.

    Args:
        scores: `[n_queries, n_candidates]`, higher is better.
        relevance: `[n_queries]` integers, the one right candidate of each query, or
            `[n_queries, n_candidates]` of gains from 0 up.
    """
    ranks = []
    for score, gain in _rows(scores, relevance):
        best = score[gain > 0].max()
        tied = score == best
        # The lowest of `r` places drawn from `t` is at (t + 1) / (r + 1) in the mean.
        ranks.append((score > best).sum() + (tied.sum() + 1) / ((tied & (gain > 0)).sum() + 1))
    return np.array(ranks)


def recall_at_k(scores: ArrayLike, relevance: ArrayLike, k: int) -> FloatArray:
    """Return the share of a query's relevant candidates among its best `k`, `[n_queries]`."""
    values = []
    for score, gain in _rows(scores, relevance):
        above, tied = _above_and_tied(score, gain)
        values.append(np.clip((k - above) / tied, 0.0, 1.0).mean())
    return np.array(values)


def ndcg_at_k(scores: ArrayLike, relevance: ArrayLike, k: int) -> FloatArray:
    """Return the normalised discounted cumulative gain at `k`, `[n_queries]`.

    `DCG = sum of gain / log2(rank + 1)` over the best `k`, divided by that of the best order
    (Järvelin and Kekäläinen 2002). A tied candidate gets the mean discount of the ranks its
    group takes (McSherry and Najork 2008).
    """
    values = []
    for score, gain in _rows(scores, relevance):
        discount = 1.0 / np.log2(np.arange(1, len(score) + 1) + 1.0)
        discount[k:] = 0.0
        summed = np.concatenate([[0.0], np.cumsum(discount)])
        above, tied = _above_and_tied(score, gain)
        expected = (summed[above + tied] - summed[above]) / tied
        values.append(gain[gain > 0] @ expected / (np.sort(gain)[::-1] @ discount))
    return np.array(values)


def _rows(scores: ArrayLike, relevance: ArrayLike) -> list[tuple[FloatArray, FloatArray]]:
    """Return the scores and the gains of each query."""
    score, given = np.asarray(scores, np.float64), np.asarray(relevance)
    gains = np.eye(score.shape[1])[given] if given.ndim == 1 else given.astype(np.float64)
    return list(zip(score, gains, strict=True))


def _above_and_tied(
    score: FloatArray, gain: FloatArray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each relevant candidate how many score higher, and how many the same."""
    relevant = score[gain > 0][:, None]
    return (score > relevant).sum(1), (score == relevant).sum(1)

"""Retrieval metrics on score matrices (numpy only); equal scores count as a random order.

Every metric is the expectation over all orders of tied candidates, so that a constant score
reads as chance. Without that, a model that carries no information looks perfect or hopeless by the
accident of a sort. `mrr_at_k` and `MatchedRanks` return one value per query: take `.mean()`, or
give the values to `bootstrap_interval`. `known_item_metrics` takes one list of results of any
length, as a search returns it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
FloatRows = NDArray[np.floating]

# What `known_item_metrics` returns, by name.
KNOWN_ITEM_METRICS = ("mrr@10", "recall@1", "recall@5", "recall@10", "ndcg@10")


def mrr_at_k(scores: ArrayLike, relevance: ArrayLike, k: int) -> FloatArray:
    """Compute the reciprocal rank of the first relevant candidate, 0 past rank `k`.

    Args:
        scores: `[n_queries, n_candidates]`, higher is better; `-inf` marks a candidate that a
            filter removed (it ranks last).
        relevance: `[n_queries]` integers, the one right candidate of each query, or
            `[n_queries, n_candidates]` of bool or of graded gains from 0 up.
        k: Last rank that counts.

    Returns:
        `[n_queries]`, the expectation over all orders of tied candidates.

    Raises:
        ValueError: Shapes do not fit, a score is NaN, or a query has no relevant candidate.
    """
    values = []
    for score, gain in _rows(scores, relevance):
        ranks = _first_ranks(score, gain)
        values.append(_first_rank(score, gain) @ np.where(ranks <= k, 1.0 / ranks, 0.0))
    return np.array(values)


@dataclass(frozen=True)
class MatchedRanks:
    """Where each query finds its own candidate, the one of the same row.

    Attributes:
        above: `[n]`, candidates that score higher.
        tied: `[n]`, candidates that score the same, its own included.
    """

    above: NDArray[np.int64]
    tied: NDArray[np.int64]

    def recall_at_k(self, k: int) -> FloatArray:
        """Return the chance that it is among the best `k`, `[n]`."""
        return np.clip((k - self.above) / self.tied, 0.0, 1.0)

    def mrr_at_k(self, k: int) -> FloatArray:
        """Return the expected reciprocal rank, 0 past rank `k`, `[n]`."""
        harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, k + 1))])
        first, last = np.minimum(self.above, k), np.minimum(self.above + self.tied, k)
        expected: FloatArray = (harmonic[last] - harmonic[first]) / self.tied
        return expected


def matched_ranks(queries: FloatRows, candidates: FloatRows, block: int = 512) -> MatchedRanks:
    """Rank each query's own candidate among all, a block of rows at a time.

    The scores are `queries @ candidates.T`, of which no more than a block is held.

    Args:
        queries: `[n, d]`.
        candidates: `[n, d]`; row i is the one right answer to query i.
        block: Queries scored at a time: the bound on memory, `block * n` scores.

    Raises:
        ValueError: Shapes differ, or a score is NaN.
    """
    if queries.shape != candidates.shape:
        raise ValueError(f"got {list(queries.shape)} queries, {list(candidates.shape)} candidates")
    above, tied = np.zeros((2, len(queries)), np.int64)
    for start in range(0, len(queries), block):
        scores = queries[start : start + block] @ candidates.T  # [block, n]
        if np.isnan(scores).any():
            raise ValueError("a score is NaN")
        rows = np.arange(len(scores))
        own = scores[rows, start + rows][:, None]
        above[start + rows] = (scores > own).sum(1)
        tied[start + rows] = (scores == own).sum(1)
    return MatchedRanks(above, tied)


def known_item_metrics(scores: ArrayLike, right: ArrayLike) -> dict[str, float]:
    """Score one list of results for a known item by the rank `r` of the first right result.

    `mrr@10` is `1 / r`, `recall@k` is 1, `ndcg@10` is `1 / log2(1 + r)`, each 0 past its cut;
    all are 0 where nothing right was returned. One right result suffices: several do not share
    the recall. With one right result these are the usual MRR, recall and nDCG.

    Args:
        scores: `[n]` of the results that were returned, in any order; higher is better.
        right: `[n]` of bool, whether each is a right one.

    Raises:
        ValueError: Shapes do not fit, or a score is NaN.
    """
    score, is_right = np.asarray(scores, np.float64), np.asarray(right, bool)
    if score.ndim != 1 or is_right.shape != score.shape:
        raise ValueError(f"got scores {list(score.shape)} and right {list(is_right.shape)}")
    if np.isnan(score).any():
        raise ValueError("a score is NaN")
    if not is_right.any():
        return dict.fromkeys(KNOWN_ITEM_METRICS, 0.0)
    gain = is_right.astype(np.float64)
    ranks, chances = _first_ranks(score, gain), _first_rank(score, gain)
    values = {
        "mrr@10": np.where(ranks <= 10, 1.0 / ranks, 0.0),
        **{f"recall@{k}": (ranks <= k).astype(np.float64) for k in (1, 5, 10)},
        "ndcg@10": np.where(ranks <= 10, 1.0 / np.log2(1.0 + ranks), 0.0),
    }
    return {name: float(chances @ value) for name, value in values.items()}


def _rows(scores: ArrayLike, relevance: ArrayLike) -> list[tuple[FloatArray, FloatArray]]:
    """Check the arguments and return `(scores, gains)` of each query."""
    score, given = np.asarray(scores, dtype=np.float64), np.asarray(relevance)
    if score.ndim != 2:
        raise ValueError(f"scores must be [n_queries, n_candidates], got {list(score.shape)}")
    if given.ndim == 1 and len(given) == len(score) and np.issubdtype(given.dtype, np.integer):
        if len(given) and not (given.min() >= 0 and given.max() < score.shape[1]):
            raise ValueError(f"relevance must index the {score.shape[1]} candidates")
        gains = np.zeros(score.shape)
        gains[np.arange(len(given)), given] = 1.0
    elif given.shape == score.shape:
        gains = given.astype(np.float64)
    else:
        raise ValueError(
            f"relevance must be [n_queries] integers or {list(score.shape)} gains, got "
            f"{list(given.shape)} of {given.dtype}"
        )
    if np.isnan(score).any():
        raise ValueError("a score is NaN")
    if (gains < 0).any() or not np.isfinite(gains).all():
        raise ValueError("gains must be finite and not negative")
    if (lost := np.flatnonzero(~(gains > 0).any(1))).size:
        raise ValueError(f"query {lost[0]} has no relevant candidate")
    return list(zip(score, gains, strict=True))


def _first_group(score: FloatArray, gain: FloatArray) -> tuple[int, int, int]:
    """Return (candidates above, tied, relevant among the tied) of the best relevant score."""
    best = score[gain > 0].max()
    equal = score == best
    return int((score > best).sum()), int(equal.sum()), int((equal & (gain > 0)).sum())


def _first_ranks(score: FloatArray, gain: FloatArray) -> FloatArray:
    """Return the ranks that the first relevant candidate can take."""
    above, tied, relevant = _first_group(score, gain)
    return above + np.arange(1, tied - relevant + 2, dtype=np.float64)


def _first_rank(score: FloatArray, gain: FloatArray) -> FloatArray:
    """Return the chance of each of `_first_ranks` when ties are in random order."""
    _, tied, relevant = _first_group(score, gain)
    # The first of `relevant` among `tied` is at place j when the others are among the rest.
    orders = [math.comb(tied - j, relevant - 1) for j in range(1, tied - relevant + 2)]
    total = math.comb(tied, relevant)
    return np.array([count / total for count in orders])

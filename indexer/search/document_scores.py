"""Scores of documents, made of those of their segments: by the best one and the best few."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.search.scores import Scores

# A document is scored by its best segment and, as much, by the mean of this share of its segments:
# one segment up to 1 / 0.02 of them, some fifteen minutes. The best of hundreds is high by chance,
# and a long document returns to its subject; but where a single moment answers, the mean alone
# would lose it. Chosen on questions about hearings of an hour, and on those of
# `benchmarks/known_items.jsonl` with eight and with twenty of the documents joined into one.
BEST_SHARE = 0.02


def score_documents(
    segment_scores: Scores,
    owners: NDArray[np.int64],
    n_documents: int,
    counts: NDArray[np.int64] | None = None,
    highest_other: float = 0.0,
) -> Scores:
    """Score documents by the mean of their best segment and of the best share of their segments.

    Only the segments that have a score count, so a document's score needs no more than its best
    candidates and how many of its segments have a score.

    Args:
        segment_scores: `[n_segments]`, NaN for those that have none.
        owners: `[n_segments]`, the row of the document of each.
        n_documents: Number of documents.
        counts: `[n_documents]`, how many segments with a score each document has, where only some
            of them are given; None where all are.
        highest_other: What the scores of those that are not given do not exceed.

    Returns:
        `[n_documents]`, 0 for a document without any; what the scores do not exceed, where
        segments that are not given might raise them.
    """
    rows = np.flatnonzero(~np.isnan(segment_scores))
    scores, of = segment_scores[rows], owners[rows]
    given = np.bincount(of, minlength=n_documents)
    if counts is None:
        counts = given
    has_others = counts > given
    # Another one may stand in the place of any that is lower.
    scores = np.where(has_others[of], np.maximum(scores, highest_other), scores)
    depth = np.maximum(1.0, counts * BEST_SHARE)
    best = _best(scores, of, n_documents)
    best[has_others] = np.maximum(best[has_others], highest_other)
    left, total, highest = depth.copy(), np.zeros(n_documents), best
    # Each turn takes the highest that is left of each document: few turns, each much cheaper than
    # a sort. The last segment of a depth of 5.4 counts 0.4.
    while True:
        is_highest = scores == highest[of]
        taken = np.minimum(left, np.bincount(of[is_highest], minlength=n_documents))
        total[taken > 0] += taken[taken > 0] * highest[taken > 0]
        left -= taken
        going_on = ~is_highest & (left > 0)[of]
        if not going_on.any():
            break
        scores, of = scores[going_on], of[going_on]
        highest = _best(scores, of, n_documents)
    total[has_others] += left[has_others] * highest_other
    return np.where(counts > 0, (best + total / depth) / 2, 0.0)


def _best(scores: Scores, owners: NDArray[np.int64], n_documents: int) -> Scores:
    best = np.full(n_documents, -np.inf)
    np.maximum.at(best, owners, scores)
    return best

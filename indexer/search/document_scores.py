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
        owners: `[n_segments]`, the row of the document of each; those of one stand together.
        n_documents: Number of documents.
        counts: `[n_documents]`, how many segments with a score each document has, where only some
            of them are given; None where all are.
        highest_other: What the scores of those that are not given do not exceed.

    Returns:
        `[n_documents]`, 0 for a document without any; what the scores do not exceed, where
        segments that are not given might raise them.
    """
    is_scored = ~np.isnan(segment_scores)
    scores, of = segment_scores[is_scored], owners[is_scored]
    is_first = np.ones(len(of), bool)
    np.not_equal(of[1:], of[:-1], out=is_first[1:])
    begins = np.flatnonzero(is_first)
    documents, given = of[begins], np.append(begins[1:], len(of)) - begins
    if counts is None:
        found = np.zeros(n_documents)
        counted = given
    else:
        # Of a document without any that is given, others may be as high.
        found = np.where(counts > 0, highest_other, 0.0)
        counted = counts[documents]
    if len(documents):
        found[documents] = _means(scores, begins, given, counted, highest_other)
    return found


def _means(
    scores: Scores,
    begins: NDArray[np.int64],
    given: NDArray[np.int64],
    counts: NDArray[np.int64],
    highest_other: float,
) -> Scores:
    """Return what `score_documents` does, of the documents of which some segments are given.

    Args:
        scores: `[m]`, those of one document together.
        begins: `[n]`, where those of each document begin.
        given: `[n]`, how many each has.
        counts: `[n]`, how many each has with those that are not given.
        highest_other: See `score_documents`.
    """
    has_others = counts > given
    if has_others.any():
        # Another one may stand in the place of any that is lower.
        scores = np.where(np.repeat(has_others, given), np.maximum(scores, highest_other), scores)
    best: Scores = np.maximum.reduceat(scores, begins)
    depth = np.maximum(1.0, counts * BEST_SHARE)
    deep = depth > 1
    if not deep.any():
        return best
    scores, given, depth = scores[np.repeat(deep, given)], given[deep], depth[deep]
    begins = np.cumsum(given) - given
    left, total, highest = depth.copy(), np.zeros(len(depth)), best[deep]
    # Each turn takes the highest that is left of each document: few turns, each much cheaper than
    # a sort. The last segment of a depth of 5.4 counts 0.4.
    while True:
        is_highest = scores == np.repeat(highest, given)
        taken = np.minimum(left, np.add.reduceat(is_highest, begins, dtype=np.float64))
        taken[highest == -np.inf] = 0
        total[taken > 0] += taken[taken > 0] * highest[taken > 0]
        left -= taken
        scores[is_highest] = -np.inf
        highest = np.maximum.reduceat(scores, begins)
        if not ((left > 0) & (highest > -np.inf)).any():
            break
    has_left = left > 0
    total[has_left] += left[has_left] * highest_other
    best[deep] = (best[deep] + total / depth) / 2
    return best

"""Which of the segments that approximate vector indexes compared are likely among the best.

Such an index compares some thousand vectors to name the nearest few. Their cosines are known, and
with them much of the sum that segments are ranked by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.search.fusion import Weights
from indexer.search.scores import Scores
from indexer.search.scoring import ComparedPart
from indexer.search.segment_scores import KnownScores, Rows


def likely_rows(parts: Sequence[tuple[ComparedPart, Weights]], known: KnownScores, n: int) -> Rows:
    """Return the `n` segments with the highest sums, as far as these are known, ascending.

    Args:
        parts: What each part of the query was compared with, and the weights of the channels; the
            indexes have named their best.
        known: Sums of what is known of all segments.
        n: How many.
    """
    compared = [
        (weights[name] / len(parts), near)
        for part, weights in parts
        for name, of_channel in part.segments.items()
        if (near := [each.near for each in of_channel if each.near is not None])
    ]
    every = [rows for _, near in compared for rows, _ in near]
    rows = np.unique(np.concatenate([np.zeros(0, np.int64), *every]))
    if len(rows) <= n:
        return rows
    total = known.at(rows)
    for share, near in compared:
        total += share * np.maximum.reduce([_at(rows, *each) for each in near])
    best: Rows = np.sort(rows[np.argpartition(-total, n)[:n]])
    return best


def _at(rows: Rows, near: Rows, scores: Scores) -> NDArray[np.float64]:
    """Return the scores of some segments by one index: at most its least where it has none."""
    found = np.full(len(rows), scores[-1])
    found[np.searchsorted(rows, near)] = scores
    return found

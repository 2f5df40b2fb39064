"""Documents that were scored by all of their segments, while a query is evaluated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.search.scores import Scores


class ScoredDocuments:
    """Scores of the documents that were scored whole so far.

    Attributes:
        documents: Their rows.
        of_parts: By part of the query, channel or whole to `[n_documents]`, of all documents.

    Args:
        of_parts: Those of none.
    """

    def __init__(self, of_parts: list[dict[str, Scores]]) -> None:
        self.documents = np.zeros(0, np.int64)
        self.of_parts = [{name: s.copy() for name, s in scores.items()} for scores in of_parts]
        self._totals = np.zeros(0)

    def add(
        self, documents: NDArray[np.int64], of_parts: Sequence[dict[str, Scores]], totals: Scores
    ) -> None:
        """Add some documents, `totals` in their order."""
        for known, new in zip(self.of_parts, of_parts, strict=True):
            for name, scores in new.items():
                known[name][documents] = scores[documents]
        self.documents = np.append(self.documents, documents)
        self._totals = np.append(self._totals, totals)

    def nth_highest(self, n: int) -> float:
        """Return the `n`-th highest total, -inf where there are fewer."""
        return nth_highest(self._totals, n)


def nth_highest(scores: Scores, n: int) -> float:
    """Return the `n`-th highest score, -inf where there are fewer."""
    if len(scores) < n:
        return -np.inf
    return float(np.partition(scores, len(scores) - n)[len(scores) - n])

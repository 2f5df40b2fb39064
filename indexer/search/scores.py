"""Scores of segments and documents: of a part of a query by channel, and fused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class PartScores:
    """Scores of one part of a query; 0 as an unrelated pair, around 1 as a full match.

    Attributes:
        segments: Channel to `[n_segments]`, by the query vector that fits best. NaN where the
            segment has nothing to compare.
        documents: Channel to `[n_documents]`, by the best segment for each query vector, the mean
            over query vectors; and the scores of whole documents that were asked for.
    """

    segments: dict[str, Scores]
    documents: dict[str, Scores]


@dataclass(frozen=True)
class FusedScores:
    """Shares of each channel, whose sum is the score.

    Attributes:
        segments: Channel to `[n_segments]`.
        documents: Channel to `[n_documents]`.
        found: `[n_segments]`, whether any channel that was asked scores the segment.
    """

    segments: dict[str, Scores]
    documents: dict[str, Scores]
    found: NDArray[np.bool_]

    @property
    def segment_scores(self) -> Scores:
        """The sum over channels, `[n_segments]`."""
        total: Scores = np.sum(list(self.segments.values()), axis=0)
        return total

    @property
    def document_scores(self) -> Scores:
        """The sum over channels, `[n_documents]`."""
        total: Scores = np.sum(list(self.documents.values()), axis=0)
        return total

"""Scores of segments and documents: of a part of a query by channel, and fused."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
# What a match in an advert, an intro or the like counts: as a moment, so that what answers about as
# well stands above it; and for its document, which is about something else.
REPEATED_MOMENT, REPEATED_IN_DOCUMENT = 0.8, 0.5


@dataclass(frozen=True)
class PartScores:
    """Scores of one part of a query; 0 as an unrelated pair, around 1 as a full match.

    Attributes:
        segments: Channel to `[m]`, of the segments that are scored, by the query vector that fits
            best. NaN where the segment has nothing to compare.
        documents: Channel to `[n_documents]`, by the best segments for each query vector, the mean
            over query vectors; and the scores of whole documents that were asked for.
    """

    segments: dict[str, Scores]
    documents: dict[str, Scores]


@dataclass(frozen=True)
class FusedScores:
    """Shares of each channel, whose sum is the score.

    Attributes:
        rows: `[m]`, the segments that are scored, ascending.
        segments: Channel to `[m]`.
        documents: Channel to `[n_documents]`; of documents that are not `scored`, without meaning.
        found: `[m]`, whether any channel that was asked scores the segment.
        n_documents: Number of documents; needed where no channel was asked.
        scored: Rows of the documents that are scored, all of whose segments are among `rows`.
        parts: What was fused, a part of the query each.
        text_cosines: `[m]`, of the texts with one vector of the query; None where none has one.
    """

    rows: NDArray[np.int64]
    segments: dict[str, Scores]
    documents: dict[str, Scores]
    found: NDArray[np.bool_]
    n_documents: int = 0
    scored: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    parts: tuple[PartScores, ...] = ()
    text_cosines: Scores | None = None

    @cached_property
    def segment_scores(self) -> Scores:
        """The sum over channels, `[m]`; see `_total`."""
        return _total(self.segments, len(self.found))

    @cached_property
    def document_scores(self) -> Scores:
        """The sum over channels, `[n_documents]`; see `_total`."""
        return _total(self.documents, self.n_documents)

    def place(self, row: int) -> int:
        """Return where a segment that is scored stands in `rows`."""
        return int(np.searchsorted(self.rows, row))


def discounted(scores: Scores, marked: NDArray[np.bool_] | None, share: float) -> Scores:
    """Return scores of which those of marked segments count less, where they are above 0."""
    if marked is None or not marked.any():
        return scores
    return np.where(marked & (scores > 0), share * scores, scores)


def _total(channels: dict[str, Scores], n: int) -> Scores:
    """Add up channels; without any, rank in the order of the rows by numbers below 0."""
    if not channels:
        return -1.0 - np.arange(n, dtype=np.float64)
    total: Scores = np.sum(list(channels.values()), axis=0)
    return total

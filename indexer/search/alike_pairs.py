"""The moments of two documents that are most like each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.index.records import IndexedSegment
from indexer.index.snapshot import Snapshot
from indexer.search.channels import CHANNELS
from indexer.search.vector_channel import FULL_MATCH_STDS, VectorChannel


@dataclass(frozen=True)
class AlikePair:
    """Two moments, one of each document.

    Attributes:
        first: Of the first document.
        second: Of the second.
        score: 0 is what an unrelated pair gets on average, 1 a full match: the mean of `shares`,
            by the weights of the channels.
        shares: What is alike (`words`, `sound`) to its own score.
    """

    first: IndexedSegment
    second: IndexedSegment
    score: float
    shares: Mapping[str, float]


def alike_pairs(snapshot: Snapshot, first: str, second: str, most: int = 6) -> list[AlikePair]:
    """Find the pairs of moments of two documents that are most alike, best first.

    All pairs are compared, by words and by sound where both have these; a moment is in one pair.
    Passages that recur in several documents, as adverts do, are left out where there are others.

    Args:
        snapshot: Of a library that has both.
        first: Id of a document.
        second: Id of another.
        most: How many pairs.
    """
    sides = [_compared(snapshot, each) for each in (first, second)]
    shape = (len(sides[0]), len(sides[1]))
    total, weights = np.zeros(shape), np.zeros(shape)
    shares = {}
    for same, channel in _channels().items():
        each = _standardised(snapshot, channel, sides[0], sides[1])
        known = ~np.isnan(each)
        weight = channel.weights["moment"]
        total[known] += weight * each[known]
        weights[known] += weight
        shares[same] = each
    scores = np.where(weights > 0, total / np.maximum(weights, 1e-9), -np.inf)
    pairs: list[AlikePair] = []
    while len(pairs) < most and scores.size and scores.max() > -np.inf:
        row, column = np.unravel_index(int(scores.argmax()), shape)
        found = {same: float(each[row, column]) for same, each in shares.items()}
        pairs.append(
            AlikePair(
                sides[0][row],
                sides[1][column],
                round(float(scores[row, column]), 6),
                {same: round(share, 6) for same, share in found.items() if not np.isnan(share)},
            )
        )
        scores[row, :] = scores[:, column] = -np.inf
    return pairs


def _channels() -> dict[str, VectorChannel]:
    """Map what can be alike to the channel that compares it."""
    return {c.same: c for c in CHANNELS.values() if c.same and isinstance(c, VectorChannel)}


def _compared(snapshot: Snapshot, document: str) -> list[IndexedSegment]:
    """List the segments of a document; those that recur elsewhere only where all do."""
    segments = snapshot.lexical.segments_of(document)
    return [s for s in segments if not snapshot.repeats.is_marked(s.id)] or segments


def _standardised(
    snapshot: Snapshot,
    channel: VectorChannel,
    first: list[IndexedSegment],
    second: list[IndexedSegment],
) -> NDArray[np.float64]:
    """Return how alike all pairs are in one modality, `[len(first), len(second)]`.

    In standard deviations above random pairs of the library, divided by those of a full match;
    NaN where one of a pair has no such vector.
    """
    index = snapshot.index("segments", channel.modality)
    known = [[n for n, s in enumerate(each) if s.id in index] for each in (first, second)]
    found = np.full((len(first), len(second)), np.nan)
    if all(known):
        ours, theirs = (
            index.vectors([each[n].id for n in rows]).astype(np.float64)
            for each, rows in zip((first, second), known, strict=True)
        )
        unrelated = snapshot.background[channel.modality, channel.modality]
        full_match = FULL_MATCH_STDS * max(unrelated.std, 1e-6)
        found[np.ix_(*known)] = (ours @ theirs.T - unrelated.mean) / full_match
    return found

"""Channels that compare a query's vector with those of one modality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from indexer.index.background import Background
from indexer.search.channel import Channel
from indexer.search.index_view import IndexView
from indexer.search.query import TYPED, QueryInput, QueryVector
from indexer.search.scores import Scores
from indexer.search.segment_scores import CosineScores, SegmentScores

# A query vector `[d]`, and the modalities of its own and of the vectors it is compared with.
Vector = tuple[NDArray[np.float32], tuple[str, str]]
# So many standard deviations above what unrelated segments get count as a full match.
FULL_MATCH_STDS = 6.0
# The library's random pairs count like so many segments where a query's own spread is measured.
_PRIOR_COUNT = 30.0


class VectorChannel(Channel):
    """Cosines with the vectors of one modality, standardised.

    Attributes:
        modality: Of the indexed vectors: `text`, `audio` or `joint`.
        typed_vector: The vector of typed words that is compared with them: `text` or `joint`.
        typed_named_by: Channel that names the best for typed words as well; empty for none.
    """

    modality: ClassVar[str]
    typed_vector: ClassVar[str] = "text"
    typed_named_by: ClassVar[str] = ""

    def encode(self, query: QueryInput) -> Vector | None:
        """Return the vector, and the two modalities whose random pairs it is standardised by."""
        own = self.typed_vector if query.kind == TYPED else self.modality
        if own not in query.vectors:
            return None
        # What is typed are words, whichever vector stands for them.
        return query.vectors[own], ("text" if query.kind == TYPED else own, self.modality)

    def compare(self, vector: QueryVector, index: IndexView) -> SegmentScores:
        """Compare with the vectors of segments; `score_segments` for those that are asked for."""
        own, pair = vector.encoded[self.name]
        sums = index.snapshot.vector_sums(self.modality)
        standard = Standard.of(sums.count, *sums.cosines(own), index.snapshot.background[pair])
        named_by = self.typed_named_by if pair[0] == "text" else ""
        return CosineScores(
            *(own, self.modality, index, standard.mean, standard.full_match),
            *(named_by, not named_by or self._is_covered(index)),
        )

    def _is_covered(self, index: IndexView) -> bool:
        """Return whether the channel that names for this one has all of its segments.

        Of sound without words there is a joint vector and none of text.
        """
        other = self.typed_named_by
        indexed = index.snapshot.index
        return len(indexed("segments", other)) >= len(indexed("segments", self.modality))

    def score_segments(self, vector: QueryVector, index: IndexView) -> Scores:
        """Standardised cosines, NaN where a segment lacks the modality."""
        return self.compare(vector, index).at(np.arange(len(index.table)))

    def score_whole_documents(self, vector: QueryVector, index: IndexView) -> Scores:
        """Standardised cosines with the documents' own vectors, 0 where there is none."""
        own, pair = vector.encoded[self.name]
        rows = index.vector_rows("documents", self.modality)
        cosines = index.snapshot.index("documents", self.modality).scores_at(own, rows)
        scores = standardise(cosines, index.snapshot.background[pair])
        whole: Scores = np.nan_to_num(scores, nan=0.0)
        return whole


@dataclass(frozen=True)
class Standard:
    """What the cosines of a query are held against.

    Nearly all of a library is unrelated to a query, so mean and deviation over all of it show
    what unrelated pairs get: for this query, since short and vague ones get other cosines than
    long and precise ones. In a small library the random pairs of its segments weigh in.

    Attributes:
        mean: What unrelated pairs get.
        full_match: What counts as a full match, above `mean`.
    """

    mean: float
    full_match: float

    @classmethod
    def of(cls, count: int, total: float, squares: float, background: Background) -> Standard:
        """Measure cosines.

        Args:
            count: Number of vectors.
            total: The sum of the cosines with all of them.
            squares: The sum of their squares.
            background: Cosines of random pairs.
        """
        prior = _PRIOR_COUNT
        mean = (total + prior * background.mean) / (count + prior)
        # Mean squared distance from the common mean, of the cosines and of the random pairs.
        of_pairs = background.std**2 + (background.mean - mean) ** 2
        of_cosines = max(0.0, squares - 2 * mean * total + count * mean**2)
        variance = (of_cosines + prior * of_pairs) / (count + prior)
        return cls(mean, FULL_MATCH_STDS * max(variance**0.5, 1e-6))


def standardise(cosines: NDArray[np.float32], background: Background) -> Scores:
    """Express cosines in standard deviations above what this query gets from all of them.

    Args:
        cosines: `[n]`, NaN where there is no vector.
        background: Cosines of random pairs.

    Returns:
        `[n]`, divided by `FULL_MATCH_STDS`.
    """
    known = cosines[~np.isnan(cosines)].astype(np.float64)
    total, squares = float(known.sum()), float((known**2).sum())
    standard = Standard.of(len(known), total, squares, background)
    # A matrix product gives equal vectors cosines that differ by less.
    rounded: Scores = np.round(
        (cosines.astype(np.float64) - standard.mean) / standard.full_match, 9
    )
    return rounded

"""Channels that compare a query's vector with those of one modality."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from indexer.index.background import Background
from indexer.search.channel import Channel
from indexer.search.index_view import IndexView
from indexer.search.query import TYPED, QueryInput, QueryVector
from indexer.search.scores import Scores

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
    """

    modality: ClassVar[str]
    typed_vector: ClassVar[str] = "text"

    def encode(self, query: QueryInput) -> Vector | None:
        """Return the vector, and the two modalities whose random pairs it is standardised by."""
        own = self.typed_vector if query.kind == TYPED else self.modality
        if own not in query.vectors:
            return None
        # What is typed are words, whichever vector stands for them.
        return query.vectors[own], ("text" if query.kind == TYPED else own, self.modality)

    def score_segments(self, vector: QueryVector, index: IndexView) -> Scores:
        """Standardised cosines, NaN where a segment lacks the modality."""
        return self._scores(vector, index, "segments")

    def score_whole_documents(self, vector: QueryVector, index: IndexView) -> Scores:
        """Standardised cosines with the documents' own vectors, 0 where there is none."""
        scores: Scores = np.nan_to_num(self._scores(vector, index, "documents"), nan=0.0)
        return scores

    def _scores(self, vector: QueryVector, index: IndexView, level: str) -> Scores:
        own, pair = vector.encoded[self.name]
        rows = index.vector_rows(level, self.modality)
        cosines = index.snapshot.index(level, self.modality).scores_at(own, rows)
        return standardise(cosines, index.snapshot.background[pair])


def standardise(cosines: NDArray[np.float32], background: Background) -> Scores:
    """Express cosines in standard deviations above what this query gets from the library.

    Nearly all of a library is unrelated to a query, so mean and deviation over all of it show
    what unrelated pairs get: for this query, since short and vague ones get other cosines than
    long and precise ones. In a small library the random pairs of its segments weigh in.

    Args:
        cosines: `[n]`, NaN where there is no vector.
        background: Cosines of random pairs.

    Returns:
        `[n]`, divided by `FULL_MATCH_STDS`.
    """
    known = cosines[~np.isnan(cosines)].astype(np.float64)
    n, prior = len(known), _PRIOR_COUNT
    mean = (known.sum() + prior * background.mean) / (n + prior)
    # Mean squared distance from the common mean, of the cosines and of the random pairs.
    of_pairs = background.std**2 + (background.mean - mean) ** 2
    variance = (((known - mean) ** 2).sum() + prior * of_pairs) / (n + prior)
    scores = (cosines.astype(np.float64) - mean) / (FULL_MATCH_STDS * max(variance**0.5, 1e-6))
    # A matrix product gives equal vectors cosines that differ by less.
    rounded: Scores = np.round(scores, 9)
    return rounded

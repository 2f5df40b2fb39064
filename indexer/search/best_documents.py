"""Which documents are scored by all of their segments, so that the best are among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.search.scored_documents import ScoredDocuments
from indexer.search.scored_segments import OfParts, ScoredSegments
from indexer.search.scores import Scores

# Beside approximate indexes: of so many documents for each that is wanted the words are counted
# exactly, and so many are scored; or more, that have no more segments than these together, as where
# a filter leaves little of each.
_COUNTED_EACH, _LIKELY_EACH, _SEGMENTS_OF_SHORT_EACH = 20, 5, 256
# Sums in another order differ by less.
_ROUNDING = 1e-9


class BestDocuments:
    """Scores the documents that can be among the best for one query.

    Args:
        scored: The best segments.
        others: By part of the query, channel to what other segments do not exceed, for each query
            vector.
        k: How many documents are wanted.
    """

    def __init__(
        self, scored: ScoredSegments, others: Sequence[Mapping[str, Sequence[float]]], k: int
    ) -> None:
        self._scored, self._others, self._k = scored, others, k

    def possible(self, documents: NDArray[np.int64]) -> ScoredDocuments:
        """Score documents until the bound of the next is below the last that is wanted.

        Args:
            documents: Rows of those that any channel has a score for.
        """
        best, k, bounds = self._nothing(), self._k, self._bounds()
        documents, of_each = self._in_order(documents, bounds, self._known_bounds())
        self._score(documents[:k], best)
        rest = documents[k:][of_each[k:] >= best.nth_highest(k) - _ROUNDING]
        rest, of_each = self._in_order(rest, bounds, self._known(rest))
        while len(rest) and of_each[0] >= best.nth_highest(k) - _ROUNDING:
            more = len(best.documents)
            self._score(rest[:more], best)
            rest, of_each = rest[more:], of_each[more:]
        return best

    def likely(self, documents: NDArray[np.int64]) -> ScoredDocuments:
        """Score those of some documents that are most likely among the best.

        What an approximate index compared stands for their other segments.

        Args:
            documents: See `possible`.
        """
        best, bounds = self._nothing(), self._bounds(likely=True)
        documents = self._best_of(documents, bounds, self._known_bounds(), _COUNTED_EACH)
        known = self._known(documents)
        self._score(self._best_of(documents, bounds, known, _LIKELY_EACH), best)
        return best

    def with_most_candidates(self, documents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Choose documents by how many segments of theirs are scored, and score all of them."""
        scored = self._scored
        counts = np.bincount(
            scored.index.table.owners[scored.rows], minlength=len(scored.index.table.documents)
        )
        chosen = documents[np.argsort(-counts[documents], kind="stable")[: 4 * self._k]]
        scored.add_documents(chosen)
        return chosen

    def _nothing(self) -> ScoredDocuments:
        return ScoredDocuments(self._scored.document_scores(np.zeros(0, np.int64)))

    def _score(self, documents: NDArray[np.int64], best: ScoredDocuments) -> None:
        self._scored.add_documents(documents)
        scores = self._scored.document_scores(documents)
        best.add(documents, scores, self._scored.weighed(scores)[documents])

    def _bounds(self, *, likely: bool = False) -> list[dict[str, Scores]]:
        """Return what documents do not exceed, roughly; see `ComparedPart.document_bounds`."""
        scored = self._scored
        return [
            compared.document_bounds(scored.rows, by_vector, scored.searched, others, likely=likely)
            for (compared, _), by_vector, others in zip(
                scored.parts, scored.by_vector, self._others, strict=True
            )
        ]

    def _known_bounds(self) -> list[dict[str, Scores]]:
        return [part.known_document_bounds(self._scored.searched) for part, _ in self._scored.parts]

    def _known(self, documents: NDArray[np.int64]) -> list[dict[str, Scores]]:
        searched = self._scored.searched
        return [part.known_document_scores(documents, searched) for part, _ in self._scored.parts]

    def _best_of(
        self, documents: NDArray[np.int64], bounds: OfParts, known: OfParts, each: int
    ) -> NDArray[np.int64]:
        """Return the best of some documents, `each` for every one that is wanted.

        More where these are short.
        """
        documents, _ = self._in_order(documents, bounds, known)
        scored = self._scored
        n_segments = np.cumsum(scored.index.count_by_document(scored.searched)[documents])
        short = int(np.searchsorted(n_segments, _SEGMENTS_OF_SHORT_EACH * self._k))
        return documents[: max(each * self._k, short)]

    def _in_order(
        self, documents: NDArray[np.int64], bounds: OfParts, known: OfParts
    ) -> tuple[NDArray[np.int64], Scores]:
        """Sort documents by the sums of their bounds, the highest first; return these too.

        Args:
            documents: Their rows.
            bounds: By part of the query, those of channels of vectors.
            known: Those of the other channels.
        """
        joined = [{**of, **more} for of, more in zip(bounds, known, strict=True)]
        of_each = self._scored.weighed(joined)[documents]
        order = np.argsort(-of_each, kind="stable")
        return documents[order], of_each[order]

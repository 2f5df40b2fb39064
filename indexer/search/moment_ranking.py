"""Moments and documents of a query in their order, made of the segments that were scored."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.search.grouping import (
    MIN_DUPLICATE_COSINE,
    Moment,
    RepeatRows,
    add_duplicates,
    best_moments,
    rank_moments,
)
from indexer.search.index_view import IndexView
from indexer.search.scores import FusedScores
from indexer.search.segment_scores import Rows

# Moments are mostly made of so many segments each.
_READ_EACH = 2
# Cosines in half precision differ by less.
_ROUNDING = 1e-3


class MomentRanking:
    """The ranking of one query.

    Args:
        fused: Scores of segments and documents.
        index: What was scored.
    """

    def __init__(self, fused: FusedScores, index: IndexView) -> None:
        self._fused, self._index = fused, index
        found = np.flatnonzero(fused.found)
        cosines = fused.text_cosines
        self._text_cosines_with_query = None if cosines is None else cosines[found]
        self._rows = fused.rows if len(found) == len(fused.rows) else fused.rows[found]
        scores = fused.segment_scores
        self._scores = scores if len(found) == len(scores) else scores[found]
        self._repeats = RepeatRows(index.repeated, self._elsewhere)
        # Those of the segments that were read; None for one without words.
        self._vectors: dict[int, NDArray[np.float32] | None] = {}

    def best(self, k: int, per_document: int = 0) -> list[Moment]:
        """Return the best `k` moments; `per_document` of one document at most, 0 for any number."""
        self._read_vectors([(self._rows, self._scores, _READ_EACH * k)])
        ranked = self._ranked(self._rows, self._scores, per_document)
        return best_moments(ranked, k, self._index.repeated)

    def least(self, moments: Sequence[Moment]) -> float:
        """Return the lowest score that any of some moments has."""
        places = np.searchsorted(self._rows, [moment.best for moment in moments])
        return float(self._scores[places].min(initial=np.inf))

    def add_duplicates(self, moments: Sequence[Moment], *, everywhere: bool = False) -> None:
        """Add to moments what says nearly the same, of what was scored.

        Args:
            moments: The best ones.
            everywhere: Compare everything, also what cannot be a duplicate.
        """
        places = np.arange(len(self._rows))
        if not everywhere:
            places = self._possible_duplicates(moments)
        add_duplicates(moments, self._rows[places], self._scores[places], self._text_cosines)

    def of_documents(self, documents: Sequence[int], k: int) -> dict[int, list[Moment]]:
        """Return the best `k` moments of documents, by their rows; these must be scored."""
        table, parts = self._index.table, []
        for document in documents:
            first = int(table.first_rows[document])
            end = first + int(table.counts[document])
            part = slice(*np.searchsorted(self._rows, [first, end]))
            parts.append((self._rows[part], self._scores[part]))
        self._read_vectors([(rows, scores, _READ_EACH * k) for rows, scores in parts])
        return {
            document: list(islice(self._ranked(rows, scores), k))
            for document, (rows, scores) in zip(documents, parts, strict=True)
        }

    def documents(self, k: int) -> list[int]:
        """Return the rows of the best `k` documents that anything of is found."""
        scored = self._fused.scored
        owners = self._index.table.owners[self._rows]
        has_any = np.bincount(owners, minlength=len(self._index.table.documents))[scored] > 0
        scored = scored[has_any]
        scores = self._fused.document_scores[scored]
        return [int(row) for row in scored[np.argsort(-scores, kind="stable")][:k]]

    def _ranked(
        self, rows: Rows, scores: NDArray[np.float64], per_document: int = 0
    ) -> Iterator[Moment]:
        table = self._index.table
        return rank_moments(table, rows, scores, self._text_vector, per_document, self._repeats)

    def _elsewhere(self, moment: Moment) -> list[int]:
        table = self._index.table
        ids = table.ids[moment.first : moment.last + 1].tolist()
        found: list[int] = table.rows(self._index.snapshot.repeats.elsewhere(ids)).tolist()
        return found

    def _text_vector(self, row: int) -> NDArray[np.float32] | None:
        if row not in self._vectors:
            self._vectors[row] = self._index.vector("text", row)
        return self._vectors[row]

    def _read_vectors(self, of: Sequence[tuple[Rows, NDArray[np.float64], int]]) -> None:
        """Read the text vectors that are probably asked for: one by one takes far longer.

        Args:
            of: Segments, their scores, and how many of the best of them.
        """
        best = [rows if len(rows) <= n else rows[np.argpartition(-s, n)[:n]] for rows, s, n in of]
        wanted = {row for each in best for row in each.tolist()} - self._vectors.keys()
        rows = np.array(sorted(wanted), np.int64)
        places = self._index.vector_rows("segments", "text")[rows]
        vectors = self._index.snapshot.index("segments", "text").vectors_at(places)
        for row, place, vector in zip(rows.tolist(), places.tolist(), vectors, strict=True):
            self._vectors[row] = vector if place >= 0 else None

    def _text_cosines(self, rows: Rows, others: Rows) -> NDArray[np.float32]:
        index = self._index.snapshot.index("segments", "text")
        places = self._index.vector_rows("segments", "text")
        return index.products(index.vectors_at(places[others]), places[rows])

    def _possible_duplicates(self, moments: Sequence[Moment]) -> NDArray[np.int64]:
        """Return the places of the segments that can be duplicates of some moments.

        The angle of a duplicate with the query is at most that of the moment and the angle between
        both: one comparison of the query with all excludes nearly all.
        """
        cosines = self._text_cosines_with_query
        if cosines is None:
            return np.arange(len(self._rows))
        places = np.searchsorted(self._rows, [moment.best for moment in moments])
        of_moments = cosines[places]
        if np.isnan(of_moments).all():
            return np.zeros(0, np.int64)
        farthest = math.acos(max(-1.0, min(1.0, float(np.nanmin(of_moments)))))
        angle = min(math.pi, farthest + math.acos(MIN_DUPLICATE_COSINE))
        # NaN, of a segment without words, is no duplicate.
        return np.flatnonzero(cosines >= math.cos(angle) - _ROUNDING)

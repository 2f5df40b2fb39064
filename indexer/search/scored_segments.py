"""The segments that were scored so far for a query, and what that says of moments and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.search.fusion import Weights, fuse
from indexer.search.index_view import IndexView
from indexer.search.scores import FusedScores, PartScores, Scores
from indexer.search.scoring import ComparedPart
from indexer.search.segment_scores import CosineScores, Rows

Parts = Sequence[tuple[ComparedPart, Weights]]
# By part of the query, channel or whole to scores of documents, `[n_documents]`.
OfParts = Sequence[Mapping[str, Scores]]


class ScoredSegments:
    """Segments that are added one lot after the other, with their scores by all channels.

    Attributes:
        parts: What each part of the query was compared with, and the weights of the channels.
        index: What is searched.
        searched: `[n_segments]`, which may be found.
        n_searched: How many these are.
        rows: `[m]`, the segments so far, ascending.
        by_vector: By part of the query, the scores of these; see `ComparedPart.by_vector`.
    """

    def __init__(self, parts: Parts, index: IndexView, searched: NDArray[np.bool_]) -> None:
        self.parts, self.index, self.searched = parts, index, searched
        self.n_searched = int(np.count_nonzero(searched))
        self.rows = np.zeros(0, np.int64)
        self.by_vector = [compared.by_vector(self.rows) for compared, _ in parts]

    @property
    def is_complete(self) -> bool:
        """Whether everything that is searched was scored."""
        return len(self.rows) >= self.n_searched

    def add(self, rows: Rows) -> None:
        """Score further segments, `rows` ascending; those that were scored stay."""
        if self.is_complete and self.n_searched:
            return
        new = rows
        if len(self.rows):
            places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
            new = rows[self.rows[places] != rows]
        if not len(new):
            return
        joined = np.concatenate([self.rows, new])
        order = np.argsort(joined, kind="stable") if len(self.rows) else slice(None)
        self.rows = joined[order]
        for place, (compared, _) in enumerate(self.parts):
            added, known = compared.by_vector(new), self.by_vector[place]
            self.by_vector[place] = {
                name: tuple(
                    np.concatenate([old, more])[order]
                    for old, more in zip(known[name], added[name], strict=True)
                )
                for name in added
            }

    def add_all(self) -> None:
        """Score everything that is searched."""
        self.add(np.flatnonzero(self.searched))

    def add_documents(self, documents: NDArray[np.int64]) -> None:
        """Score all segments of some documents that may be found."""
        rows = self.index.rows_of_documents(documents)
        self.add(rows[self.searched[rows]])

    def totals(self) -> Scores:
        """Return the scores of the segments, `[m]`; see `indexer.search.fusion.fuse`."""
        owners = self.index.table.owners[self.rows]
        total, of_documents = np.zeros(len(self.rows)), np.zeros(len(self.index.table.documents))
        for (compared, weights), by_vector in zip(self.parts, self.by_vector, strict=True):
            segments = compared.segment_scores(self.rows, by_vector)
            for name, weight in weights.items():
                if name in segments:
                    total += weight / len(self.parts) * np.nan_to_num(segments[name], nan=0.0)
                else:
                    of_documents += weight / len(self.parts) * compared.whole[name]
        return total + of_documents[owners]

    def document_scores(self, documents: NDArray[np.int64]) -> list[dict[str, Scores]]:
        """Return by part of the query the scores of documents whose segments are all scored."""
        return [
            compared.document_scores(self.rows, by_vector, documents)
            for (compared, _), by_vector in zip(self.parts, self.by_vector, strict=True)
        ]

    def weighed(self, of_parts: OfParts) -> Scores:
        """Add up scores of documents, `[n_documents]`, by weight."""
        total = np.zeros(len(self.index.table.documents))
        for scores, (_, weights) in zip(of_parts, self.parts, strict=True):
            for name, weight in weights.items():
                total += weight / len(of_parts) * scores[name]
        return total

    def fused(
        self,
        documents: NDArray[np.int64],
        of_documents: Sequence[dict[str, Scores]],
        *,
        ranks: bool = False,
    ) -> FusedScores:
        """Fuse the scores of the segments, and of documents that are scored.

        Args:
            documents: Rows of these.
            of_documents: By part of the query, their scores.
            ranks: See `indexer.search.fusion.fuse`.
        """
        owners = self.index.table.owners[self.rows]
        scored = []
        for (compared, weights), by_vector, of_part in zip(
            self.parts, self.by_vector, of_documents, strict=True
        ):
            segments = compared.segment_scores(self.rows, by_vector)
            scored.append((PartScores(segments, of_part), weights))
        fused = fuse(scored, owners, ranks=ranks, rows=self.rows, scored=documents)
        return replace(fused, text_cosines=self._text_cosines())

    def _text_cosines(self) -> Scores | None:
        for (compared, _), by_vector in zip(self.parts, self.by_vector, strict=True):
            for each, scores in zip(
                compared.segments.get("text", ()), by_vector.get("text", ()), strict=True
            ):
                if isinstance(each, CosineScores):
                    return each.cosines_of(scores)
        return None

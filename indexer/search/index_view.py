"""The index as channels read it: a snapshot, its segments as rows, look-ups made once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.index.coded_column import CodedColumn
from indexer.index.id_lookup import IdLookup
from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Snapshot
from indexer.search.filters import Filters, allowed
from indexer.store.catalog import document_key

# Filters of which is kept what passes: a byte a segment.
_MOST_FILTERS = 8


class IndexView:
    """What channels score with; every row stands for a segment or document of `table`.

    Attributes:
        snapshot: Words, vectors, background cosines and numbers per segment.
        table: Its segments and documents.
    """

    def __init__(self, snapshot: Snapshot, table: SegmentTable) -> None:
        self.snapshot = snapshot
        self.table = table
        self._rows: dict[tuple[str, str], NDArray[np.int64]] = {}
        self._has_vector: dict[str, NDArray[np.bool_]] = {}
        self._segment_rows: dict[str, NDArray[np.int64]] = {}
        self._counts: dict[str, NDArray[np.int64]] = {}
        self._lists: dict[tuple[str, str], NDArray[np.bool_]] = {}
        self._values: dict[str, NDArray[np.float64]] = {}
        self._allowed: dict[Filters, NDArray[np.bool_]] = {}

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Return which segments pass filters, `[n_segments]`; of the last few they are kept.

        Raises:
            QueryError: See `indexer.search.filters.allowed`.
        """
        passed = self._allowed.pop(filters, None)
        if passed is None:
            passed = allowed(filters, self.table)
            passed.flags.writeable = False
            while len(self._allowed) >= _MOST_FILTERS:
                self._allowed.pop(next(iter(self._allowed)), None)
        self._allowed[filters] = passed  # the last that were asked for
        return passed

    def vector_rows(self, level: str, modality: str) -> NDArray[np.int64]:
        """Find where the vectors of all segments or documents stand in their vector index.

        Args:
            level: `segments` or `documents`.
            modality: `text`, `audio` or `joint`.

        Returns:
            `[n_segments]` or `[n_documents]`, -1 where there is no vector.
        """
        key = (level, modality)
        if key not in self._rows:  # looked up once: a query is compared with every segment
            index = self.snapshot.index(level, modality)
            if level == "segments":
                # A look-up of a million, which is not asked again, is not kept.
                self._rows[key] = IdLookup(index.ids).rows(self.table.ids)
            else:
                keys = [document_key(document.id) for document in self.table.documents]
                self._rows[key] = index.rows(keys)
        return self._rows[key]

    def vector(self, modality: str, row: int) -> NDArray[np.float32] | None:
        """Return a vector of a segment by its row, `[d]`; None where it has none."""
        place = self.vector_rows("segments", modality)[row]
        if place < 0:
            return None
        index = self.snapshot.index("segments", modality)
        vector: NDArray[np.float32] = index.vectors_at(np.array([place]))[0]
        return vector

    def has_vector(self, modality: str) -> NDArray[np.bool_]:
        """Return which segments have a vector of a modality, `[n_segments]`."""
        if modality not in self._has_vector:
            self._has_vector[modality] = self.vector_rows("segments", modality) >= 0
        return self._has_vector[modality]

    def segment_rows(self, modality: str) -> NDArray[np.int64]:
        """Find the segments of the vectors of a modality, `[n_vectors]` in the order of these."""
        if modality not in self._segment_rows:
            places = self.vector_rows("segments", modality)
            known = np.flatnonzero(places >= 0)
            of_vectors = np.zeros(len(self.snapshot.index("segments", modality)), np.int64)
            of_vectors[places[known]] = known
            self._segment_rows[modality] = of_vectors
        return self._segment_rows[modality]

    def rows_of(self, document: str) -> NDArray[np.int64]:
        """Find the segments of a document by its id."""
        return self.rows_of_documents(np.array([self._document_row[document]]))

    @cached_property
    def _document_row(self) -> dict[str, int]:
        return {document.id: row for row, document in enumerate(self.table.documents)}

    def rows_of_documents(self, documents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Find the segments of some documents by the rows of these, one after the other."""
        first, count = self.table.first_rows[documents], self.table.counts[documents]
        ends = np.cumsum(count)
        return np.repeat(first - (ends - count), count) + np.arange(ends[-1] if len(ends) else 0)

    def count_by_document(self, searched: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count those of some segments, `[n_segments]`, that each document has."""
        if searched.all():
            return self.table.counts
        counts = np.zeros(len(self.table.documents), np.int64)
        has_any, first = self._in_row
        counts[has_any] = np.add.reduceat(searched, first, dtype=np.int64)
        return counts

    def highest_by_document(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the highest score of the segments of each document, NaN without any.

        Args:
            scores: `[n_segments]`, NaN for none.
        """
        best = np.full(len(self.table.documents), np.nan)
        has_any, first = self._in_row
        best[has_any] = np.fmax.reduceat(scores, first)
        return best

    def of_segments(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for each segment the score of its document, of `[n_documents]`."""
        has_any, _ = self._in_row
        return np.repeat(scores[has_any], self.table.counts[has_any])

    @cached_property
    def _in_row(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The documents with segments, in the order of these, and the first segment of each."""
        has_any = np.flatnonzero(self.table.counts)
        has_any = has_any[np.argsort(self.table.first_rows[has_any])]
        return has_any, self.table.first_rows[has_any]

    def count_with_vectors(self, modality: str) -> NDArray[np.int64]:
        """Count the segments that each document has vectors of a modality of."""
        if modality not in self._counts:
            self._counts[modality] = self.count_by_document(self.has_vector(modality))
        return self._counts[modality]

    @cached_property
    def document_languages(self) -> CodedColumn:
        """Languages of the documents as they are named, empty for one that is not known."""
        return CodedColumn.of(document.language or "" for document in self.table.documents)

    @cached_property
    def repeated(self) -> NDArray[np.bool_]:
        """Which segments are an advert, an intro or the like, `[n_segments]`."""
        rows = self.table.rows(self.snapshot.repeats.marked)
        marked = np.zeros(len(self.table), bool)
        marked[rows[rows >= 0]] = True
        return marked

    def lists(self, column: str, text: str) -> NDArray[np.bool_]:
        """Find the segments whose `speakers` or `sounds` in the table name one, `[n_segments]`."""
        key = (column, text)
        if key not in self._lists:
            listed = self.table.speakers if column == "speakers" else self.table.sounds
            self._lists[key] = listed.where(lambda each: text in each.split("\n"))
        return self._lists[key]

    def segment_values(self, part: str) -> NDArray[np.float64]:
        """Read the numbers that a part of the index holds of all segments, `[n_segments]`.

        Raises:
            KeyError: The snapshot was written without this part.
        """
        if part not in self._values:
            self._values[part] = self.snapshot.values.of(part, self.table.ids)
        return self._values[part]

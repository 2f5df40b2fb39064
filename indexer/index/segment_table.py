"""The segments of a snapshot as arrays: one row each, by document id and in order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.index.id_lookup import IdLookup
from indexer.index.merged_records import MergedRecords
from indexer.index.records import IndexedDocument


class SegmentTable:
    """Rows of segments and of documents; the rows of segments are those of the full-text index.

    Attributes:
        documents: By name.
        rows_of_ids: `[n_documents]`, the row of each document by id.
        ids: `[n]`, ids of the segments.
        owners: `[n]`, the row of the document of each; those of one document stand together.
        starts: `[n]`, seconds; NaN where nothing is timed.
        ends: See `starts`.
        speakers: `[n]`, names of the speakers, one a line.
        sounds: `[n]`, labels of the sounds that are noted, one a line.
    """

    def __init__(self, lexical: MergedRecords) -> None:
        self.documents: list[IndexedDocument] = lexical.documents()
        row_of = {document.id: row for row, document in enumerate(self.documents)}
        self.ids = lexical.segment_ids
        self.rows_of_ids = np.array([row_of[id_] for id_ in lexical.document_ids], np.int64)
        self.owners = np.repeat(self.rows_of_ids, lexical.segment_counts)
        self._of_segments = lexical.segment_languages
        arrays = lexical.segment_arrays()
        self.starts, self.ends = arrays.starts, arrays.ends
        self.speakers, self.sounds = arrays.speakers, arrays.sounds

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many segments each document has, `[n_documents]`."""
        return np.bincount(self.owners, minlength=len(self.documents)).astype(np.int64)

    @cached_property
    def first_rows(self) -> NDArray[np.int64]:
        """The row of the first segment of each document, 0 for one without, `[n_documents]`."""
        begins = np.flatnonzero(np.diff(self.owners, prepend=-1))
        first = np.zeros(len(self.documents), np.int64)
        first[self.owners[begins]] = begins
        return first

    @cached_property
    def languages(self) -> dict[int, str]:
        """The rows of the segments that are in another language than their document, to that."""
        noted = self._of_segments()
        rows = self.rows(list(noted)).tolist() if noted else []
        return {row: code for row, code in zip(rows, noted.values(), strict=True) if row >= 0}

    def row(self, segment: int) -> int:
        """Return the row of a segment id.

        Raises:
            KeyError: There is none.
        """
        row = int(self.rows([segment])[0])
        if row < 0:
            raise KeyError(segment)
        return row

    def rows(self, segments: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of segment ids `[m]`, -1 for those that are not there, `[m]`."""
        return self._lookup.rows(segments)

    def seconds(self, first: int, last: int) -> float:
        """Return the seconds from the start of one row to the end of another; NaN without times."""
        return float(self.ends[first : last + 1].max() - self.starts[first])

    @cached_property
    def _lookup(self) -> IdLookup:
        return IdLookup(self.ids)

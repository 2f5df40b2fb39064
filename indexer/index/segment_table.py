"""The segments of a snapshot as arrays: one row each, by document and in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.index.records import IndexedDocument, SegmentRecords


class SegmentTable:
    """Rows of segments and of documents.

    Attributes:
        documents: By name.
        ids: `[n]`, ids of the segments.
        owners: `[n]`, the row of the document of each.
        starts: `[n]`, seconds; NaN where nothing is timed.
        ends: See `starts`.
        speakers: `[n]`, names of the speakers, one a line.
        sounds: `[n]`, labels of the sounds that are noted, one a line.
    """

    def __init__(self, records: SegmentRecords) -> None:
        self.documents: list[IndexedDocument] = records.documents()
        row_of = {document.id: row for row, document in enumerate(self.documents)}
        columns = tuple(zip(*records.segment_entries(), strict=True)) or ((),) * 6
        ids, documents, starts, ends, speakers, sounds = columns
        self.ids = np.array(ids, np.int64)
        self.owners = np.array([row_of[document] for document in documents], np.int64)
        self.starts = np.array(starts, np.float64)  # None becomes NaN
        self.ends = np.array(ends, np.float64)
        self.speakers: Sequence[str] = speakers
        self.sounds: Sequence[str] = sounds
        self._row_of = {id_: row for row, id_ in enumerate(ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, segment: int) -> int:
        """Return the row of a segment id."""
        return self._row_of[segment]

    def neighbours(self, first: int, last: int) -> list[int]:
        """Return the rows just before and just after a run of rows, in the same document."""
        return [
            row
            for row, of in ((first - 1, first), (last + 1, last))
            if 0 <= row < len(self) and self.owners[row] == self.owners[of]
        ]

    def seconds(self, first: int, last: int) -> float:
        """Return the seconds from the start of one row to the end of another; NaN without times."""
        return float(self.ends[first : last + 1].max() - self.starts[first])

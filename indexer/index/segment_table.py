"""The segments of a snapshot as arrays: one row each, by document and in order."""

from __future__ import annotations

import numpy as np

from indexer.index.records import IndexedDocument, Records


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

    def __init__(self, records: Records) -> None:
        self.documents: list[IndexedDocument] = records.documents()
        row_of = {document.id: row for row, document in enumerate(self.documents)}
        segments = records.segments()
        self.ids = np.array([s.id for s in segments], np.int64)
        self.owners = np.array([row_of[s.document] for s in segments], np.int64)
        self.starts = np.array([s.start for s in segments], np.float64)  # None becomes NaN
        self.ends = np.array([s.end for s in segments], np.float64)
        self.speakers = ["\n".join(s.speakers) for s in segments]
        self.sounds = ["\n".join(s.sounds) for s in segments]
        self._row_of = {int(id_): row for row, id_ in enumerate(self.ids)}

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

"""The index as channels read it: a snapshot, its segments as rows, look-ups made once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Snapshot
from indexer.store.catalog import document_key


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
        self._rows_of: dict[str, NDArray[np.int64]] | None = None
        self._lists: dict[tuple[str, str], NDArray[np.bool_]] = {}
        self._values: dict[str, NDArray[np.float64]] = {}

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
            if level == "segments":
                ids = self.table.ids.tolist()
            else:
                ids = [document_key(document.id) for document in self.table.documents]
            self._rows[key] = self.snapshot.index(level, modality).rows(ids)
        return self._rows[key]

    def rows_of(self, document: str) -> NDArray[np.int64]:
        """Find the segments of a document by its id."""
        if self._rows_of is None:
            documents, owners = self.table.documents, self.table.owners
            counts = np.bincount(owners, minlength=len(documents))
            parts = np.split(np.argsort(owners, kind="stable"), np.cumsum(counts)[:-1])
            self._rows_of = {d.id: rows for d, rows in zip(documents, parts, strict=True)}
        return self._rows_of[document]

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

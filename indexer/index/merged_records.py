"""The records of the shards of a snapshot, read as those of one file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indexer.index.lexical_shard import LexicalShard
from indexer.index.records import IndexedDocument, IndexedSegment, SegmentText
from indexer.index.segment_arrays import SegmentArrays, join_arrays


class MergedRecords:
    """Reader of several shards; rows are the segments, by document id and in order, over all.

    Args:
        paths: `lexical.sqlite` of each shard.
        removed: Ids of documents that are not in the snapshot any more, by these paths.
        known: Ids of the documents that may be in it; None for any.

    Attributes:
        shards: One for each path.
        n_segments: Number of segments.
        n_documents: Number of documents.
        n_unknown: Number of segments that `known` leaves out.
        document_ids: By id, of all documents.
        segment_counts: `[n_documents]`, how many segments each of these has.
        rows: For each shard the rows of its segments, -1 for those that are not in the snapshot.
        document_rows: For each shard the places of its documents in `document_ids`, likewise.
    """

    def __init__(
        self,
        *paths: Path,
        removed: Mapping[Path, Collection[str]] = MappingProxyType({}),
        known: Collection[str] | None = None,
    ) -> None:
        self.shards = [LexicalShard(path, removed.get(path, ()), known) for path in paths]
        self.n_unknown = sum(len(s.segments_in(s.unknown)) for s in self.shards)
        numbered = _number_rows(self.shards)
        self.rows, self.document_rows = numbered.segments, numbered.documents
        self.document_ids, self.segment_counts = numbered.document_ids, numbered.counts
        self.n_documents = len(self.document_ids)
        self.n_segments = int(self.segment_counts.sum())
        self._homes = numbered.homes

    def places_of(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the number of the shard that has each of some segments, and its row there."""
        ends = np.cumsum(self.segment_counts)
        documents = np.searchsorted(ends, rows, side="right")
        numbers, firsts = self._homes
        begins = ends - self.segment_counts
        return numbers[documents], firsts[documents] + rows - begins[documents]

    def texts_at(self, rows: Sequence[int]) -> dict[int, str]:
        """Map the rows of some segments to their texts."""
        wanted = np.array(rows, np.int64)
        row_of = dict(zip(self.segment_ids[wanted].tolist(), wanted.tolist(), strict=True))
        numbers, _ = self.places_of(wanted)
        return {
            row_of[id_]: text
            for number, shard in enumerate(self.shards)
            for id_, text in shard.texts_of(self.segment_ids[wanted[numbers == number]].tolist())
        }

    def check(self) -> list[str]:
        """List what SQLite finds wrong with the files; empty when they are whole."""
        return [finding for shard in self.shards for finding in shard.check()]

    def close(self) -> None:
        """Close the files."""
        for shard in self.shards:
            shard.close()

    def documents(self) -> list[IndexedDocument]:
        """List the documents, by name."""
        found = [document for shard in self.shards for document in shard.documents()]
        return sorted(found, key=lambda document: (document.name, document.id))

    def segments(self, ids: Sequence[int] | None = None) -> list[IndexedSegment]:
        """List all segments by document and in order, or those of `ids` in any order."""
        found = [segment for shard in self.shards for segment in shard.segments(ids)]
        if ids is None and len(self.shards) > 1:
            found.sort(key=lambda segment: (segment.document, segment.ordinal))
        return found

    @cached_property
    def segment_ids(self) -> NDArray[np.int64]:
        """Ids of the segments, `[n_segments]`."""
        ids = np.zeros(self.n_segments, np.int64)
        for shard, rows in zip(self.shards, self.rows, strict=True):
            kept = rows >= 0
            ids[rows[kept]] = shard.read_segment_ids()[kept]
        return ids

    def segment_arrays(self) -> SegmentArrays:
        """Read times, speakers and sounds of all segments."""
        parts = [shard.segment_arrays() for shard in self.shards]
        return join_arrays(parts, self.rows, self.n_segments)

    def texts(self) -> Iterator[SegmentText]:
        """Yield the words of all segments, by document and in order."""
        return merge(*(shard.texts() for shard in self.shards), key=lambda text: text.document)

    def segments_of(self, document: str) -> list[IndexedSegment]:
        """List the segments of a document in order."""
        return [segment for shard in self.shards for segment in shard.segments_of(document)]

    def segment_languages(self) -> dict[int, str]:
        """Map the ids of segments in another language than their document to that."""
        return {i: code for shard in self.shards for i, code in shard.segment_languages.items()}

    def doubtful_words(self, ids: Sequence[int]) -> dict[int, list[int]]:
        """Map those of some segments that have doubtful words to the numbers of these, in order."""
        return {i: n for shard in self.shards for i, n in shard.doubtful_words(ids).items()}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages of the documents; empty for one that is not known."""
        return tuple(sorted(set().union(*(shard.languages for shard in self.shards))))


@dataclass(frozen=True)
class _Rows:
    """Rows of the segments and documents of several shards: by document id, then in order.

    Attributes:
        segments: For each shard the rows of its segments, -1 for what is not in the snapshot.
        documents: For each shard those of its documents, likewise.
        document_ids: Of all rows of documents.
        counts: `[n_documents]`, how many segments each has.
        homes: `[n_documents]` each: the number of its shard, the row of its first segment there.
    """

    segments: list[NDArray[np.int64]]
    documents: list[NDArray[np.int64]]
    document_ids: list[str]
    counts: NDArray[np.int64]
    homes: tuple[NDArray[np.int64], NDArray[np.int64]]


def _number_rows(shards: Sequence[LexicalShard]) -> _Rows:
    """Number the segments and the documents of all shards."""
    counts = [
        np.bincount(shard.owners, minlength=len(shard.document_ids)).astype(np.int64)
        for shard in shards
    ]
    places = sorted(
        (id_, place, number)
        for place, shard in enumerate(shards)
        for number, id_ in enumerate(shard.document_ids)
        if id_ not in shard.removed
    )
    documents = [np.full(len(shard.document_ids), -1, np.int64) for shard in shards]
    begins = [np.full(len(shard.document_ids), -1, np.int64) for shard in shards]
    of_row = np.zeros(len(places), np.int64)
    total = 0
    for row, (_, place, number) in enumerate(places):
        documents[place][number] = row
        begins[place][number] = total
        of_row[row] = counts[place][number]
        total += int(of_row[row])
    segments = []
    firsts = [np.cumsum(count) - count for count in counts]
    for shard, begin, first in zip(shards, begins, firsts, strict=True):
        rows = np.arange(len(shard.owners)) - first[shard.owners] + begin[shard.owners]
        segments.append(np.where(begin[shard.owners] >= 0, rows, -1))
    numbers = np.array([place for _, place, _ in places], np.int64)
    first_rows = np.array([firsts[place][number] for _, place, number in places], np.int64)
    ids = [id_ for id_, _, _ in places]
    return _Rows(segments, documents, ids, of_row, (numbers, first_rows))

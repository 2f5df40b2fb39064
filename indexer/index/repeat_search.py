"""Repeats looked for among the segments of documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.records import SegmentText
from indexer.index.repeat_arrays import RepeatArrays
from indexer.index.repeat_finder import SEED, find_repeats, seed_keys, unique_pairs
from indexer.index.repeat_words import number_words
from indexer.store.catalog import document_key

# What is said in so many documents is an advert, an intro, an outro or the like. In two, it is
# more often a clip that one episode plays from another.
_FEWEST_DOCUMENTS = 3
# A segment is a repeat where more than this share of its words recurs.
_LEAST_SHARE = 0.5


def find_among(segments: Iterable[SegmentText]) -> RepeatArrays:
    """Find the repeats among some segments, those of a document in a row."""
    ids: list[int] = []
    documents: list[int] = []
    keys: dict[str, int] = {}

    def texts() -> Iterable[tuple[str, str | None]]:
        for segment in segments:
            if segment.document not in keys:
                keys[segment.document] = document_key(segment.document)
            ids.append(segment.id)
            documents.append(keys[segment.document])
            yield segment.text, segment.language

    words, of_segment = number_words(texts())
    return repeated_segments(words, of_segment, np.array(documents, np.int64), ids)


def repeated_segments(
    words: NDArray[np.int32],
    of_segment: NDArray[np.int32],
    documents: NDArray[np.int64],
    ids: Sequence[int],
) -> RepeatArrays:
    """Choose the segments that are repeats.

    Args:
        words: `[n_words]`, of `number_words`.
        of_segment: `[n_words]`, the row of the segment of each.
        documents: `[n_segments]`, the key of the document of each; equal ones stand together.
        ids: `[n_segments]`.
    """
    owners = np.cumsum(np.diff(documents, prepend=documents[:1]) != 0)
    found = find_repeats(words, owners[of_segment])
    n = len(ids)
    total = np.maximum(1, np.bincount(of_segment, minlength=n))
    repeated = np.bincount(of_segment, found.passages, n) > _LEAST_SHARE * total
    many = found.documents >= _FEWEST_DOCUMENTS
    marked = np.bincount(of_segment, many, n) > _LEAST_SHARE * total
    kept = (found.ids >= 0) & repeated[of_segment]
    rows, numbers = unique_pairs(of_segment[kept], found.ids[kept])
    chosen = np.unique(rows)
    row_of = np.zeros(n, np.int64)
    row_of[chosen] = np.arange(len(chosen))
    keys = seed_keys(words)
    inside = np.ones(len(keys), bool)
    for offset in range(SEED):
        inside &= kept[offset : offset + len(keys)]
    return RepeatArrays.of(
        np.array(ids, np.int64)[chosen],
        documents[chosen],
        marked[chosen],
        (row_of[rows], numbers),
        (keys[inside], row_of[of_segment[: len(keys)][inside]]),
    )

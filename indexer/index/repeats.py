"""Repeats of a snapshot: segments whose words are said in other documents as well.

They are found when a snapshot is written, and kept in a file of it. For a snapshot without one,
or with one of an earlier version, they are found when they are first asked for.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from indexer.index.records import IndexedSegment, SegmentRecords
from indexer.index.repeat_growth import (
    MOST_KNOWN,
    MOST_RECENT,
    compared_segments,
    extended,
    without,
)

log = logging.getLogger(__name__)

# The version is that of how they are found.
REPEATS_FILE = "repeats-1.safetensors"
# What is said in so many documents is an advert, an intro, an outro or the like. In two, it is
# more often a clip that one episode plays from another.
_FEWEST_DOCUMENTS = 3
# A segment is a repeat where more than this share of its words recurs.
_LEAST_SHARE = 0.5

_Arrays = dict[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Growth:
    """How a snapshot differs from the one before.

    Attributes:
        folder: Of the one before.
        new: Ids of the documents that are new, or others than they were.
        gone: Ids of the segments that are not in it any more.
        recent: Ids of documents that new ones are compared with, the last added first.
    """

    folder: Path
    new: frozenset[str]
    gone: frozenset[int]
    recent: Sequence[str]


class Repeats:
    """Segments, by their ids, that are said in other documents too, maybe in other words.

    Args:
        arrays: `segments` `[n]`, their ids; `marked` `[n]`, 1 for an advert, an intro or the like;
            `offsets` `[n + 1]`, where the words of each begin in `words`; equal numbers in it are
            the same word of the same passage.
        left_out: Ids of segments that must not be found.
    """

    def __init__(self, arrays: _Arrays, left_out: Iterable[int] = ()) -> None:
        self._segments = arrays["segments"]
        self._offsets = arrays["offsets"]
        self._words = arrays["words"]
        self.marked = frozenset(self._segments[arrays["marked"] > 0].tolist())
        hidden = set(left_out)
        self._left_out = np.array([id_ in hidden for id_ in self._segments.tolist()], bool)
        self._place = {int(id_): place for place, id_ in enumerate(self._segments)}

    @classmethod
    def of(
        cls,
        folder: Path,
        records: SegmentRecords,
        *,
        whole: bool = True,
        left_out: Iterable[int] = (),
    ) -> Repeats:
        """Read the repeats of a snapshot, or find them and keep them where that can be written.

        Args:
            folder: Of the snapshot.
            records: Its segments.
            whole: Whether the file is what was written, if it is there.
            left_out: Ids of segments that must not be found.
        """
        arrays = _read(folder / REPEATS_FILE) if whole else None
        if arrays is None:
            log.info("looking for repeats in %s", folder)
            arrays = _find(records)
            try:
                _write(folder / REPEATS_FILE, arrays)
            except OSError:  # not ours, or full: found again next time
                log.debug("%s cannot be written", folder / REPEATS_FILE, exc_info=True)
        return cls(arrays, left_out)

    def elsewhere(self, segments: Iterable[int]) -> list[int]:
        """Find the segments that say, for the most part, what some others say.

        Args:
            segments: Ids, whether they are repeats or not.
        """
        places = [self._place[id_] for id_ in segments if id_ in self._place]
        if not places:
            return []
        said = np.zeros(self._n_numbers, bool)
        for place in places:
            said[self._words[self._offsets[place] : self._offsets[place + 1]]] = True
        shared = np.bincount(self._owners, said[self._words], minlength=len(self._segments))
        same = shared > 0.5 * np.diff(self._offsets)
        same[places] = False
        same &= ~self._left_out
        return [int(id_) for id_ in self._segments[same]]

    @cached_property
    def _owners(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self._segments)), np.diff(self._offsets))

    @cached_property
    def _n_numbers(self) -> int:
        return int(self._words.max(initial=-1)) + 1


def write_repeats(folder: Path, records: SegmentRecords, growth: Growth | None = None) -> None:
    """Find the repeats of a snapshot that is being written; on return they are on disk.

    Args:
        folder: Of the snapshot.
        records: Its documents and segments.
        growth: What has changed; None to compare everything with everything.
    """
    known = _read(growth.folder / REPEATS_FILE) if growth else None
    if growth is None or known is None:
        _write(folder / REPEATS_FILE, _find(records))
        return
    new = [s for id_ in sorted(growth.new) for s in records.segments_of(id_)]
    new_ids = {segment.id for segment in new}
    gone = growth.gone | new_ids
    kept = np.array([id_ not in gone for id_ in known["segments"].tolist()], bool)
    known = without(known, kept)
    compared = {s.id: s for s in (*compared_segments(known, records), *new)}
    for id_ in growth.recent:
        if len(compared) > MOST_KNOWN + MOST_RECENT + len(new):
            break
        compared |= {s.id: s for s in records.segments_of(id_)}
    segments = sorted(compared.values(), key=lambda s: (s.document, s.ordinal)) if new else []
    found = _among(segments, records)
    _write(folder / REPEATS_FILE, extended(known, found, new_ids))


def _find(records: SegmentRecords) -> _Arrays:
    return _among(records.segments(), records)


def _among(segments: Sequence[IndexedSegment], records: SegmentRecords) -> _Arrays:
    """Find the repeats among some segments, which are in order by document."""
    from indexer.index.repeat_words import number_words

    languages = {document.id: document.language for document in records.documents()}
    owners = {s.document: 0 for s in segments}
    rows = {id_: row for row, id_ in enumerate(owners)}
    words, of_segment = number_words((s.text, languages[s.document]) for s in segments)
    documents = np.array([rows[s.document] for s in segments], np.int64)
    return repeated_segments(words, of_segment, documents, [s.id for s in segments])


def repeated_segments(
    words: NDArray[np.int32],
    of_segment: NDArray[np.int32],
    documents: NDArray[np.int64],
    ids: Sequence[int],
) -> _Arrays:
    """Choose the segments that are repeats; see `Repeats`.

    Args:
        words: `[n_words]`, of `number_words`.
        of_segment: `[n_words]`, the row of the segment of each.
        documents: `[n_segments]`, the row of the document of each; equal ones stand together.
        ids: `[n_segments]`.
    """
    from indexer.index.repeat_finder import find_repeats

    found = find_repeats(words, documents[of_segment])
    n = len(ids)
    total = np.maximum(1, np.bincount(of_segment, minlength=n))
    repeated = np.bincount(of_segment, found.passages, n) > _LEAST_SHARE * total
    many = found.documents >= _FEWEST_DOCUMENTS
    marked = np.bincount(of_segment, many, n) > _LEAST_SHARE * total
    kept = (found.ids >= 0) & repeated[of_segment]
    pairs = np.unique(np.stack([of_segment[kept], found.ids[kept]], 1), axis=0)
    chosen = np.unique(pairs[:, 0])
    return {
        "segments": np.array(ids, np.int64)[chosen],
        "marked": marked[chosen].astype(np.int64),
        "offsets": np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0])[chosen])]).astype(
            np.int64
        ),
        "words": pairs[:, 1].astype(np.int64),
    }


def _read(path: Path) -> _Arrays | None:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not path.exists():  # of a snapshot written before
        return None
    try:
        arrays = load_file(path)
        return {name: arrays[name] for name in ("segments", "marked", "offsets", "words")}
    except (OSError, SafetensorError, KeyError):
        log.debug("%s is damaged", path, exc_info=True)
        return None


def _write(path: Path, arrays: _Arrays) -> None:
    from safetensors.numpy import save_file

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".partial")
    os.close(handle)
    try:
        save_file(arrays, name)
        sync_file(Path(name))
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)

"""Repeats of a snapshot: segments whose words are said in other documents as well.

They are found when a snapshot is written, and kept in parts beside its shards. For a snapshot of an
earlier version, or with a damaged part, they are found when they are first asked for.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilbert.system_faults import raise_system_fault
from indexer.index.repeat_arrays import REPEATS_FILE, RepeatArrays, expand_ranges

log = logging.getLogger(__name__)

# A segment says what others say where more than this share of its words is among theirs.
_LEAST_SHARE = 0.5


class Repeats:
    """Segments, by their ids, that are said in other documents too, maybe in other words.

    Attributes:
        marked: `[n]`, ids of those that are an advert, an intro or the like, ascending.
    """

    def __init__(self, arrays: RepeatArrays) -> None:
        self._arrays = arrays
        self.marked: NDArray[np.int64] = np.sort(arrays.segments[arrays.marked])

    def is_marked(self, segment: int) -> bool:
        """Return whether a segment is an advert, an intro or the like."""
        place = int(np.searchsorted(self.marked, segment))
        return place < len(self.marked) and int(self.marked[place]) == segment

    def elsewhere(self, segments: Iterable[int]) -> list[int]:
        """Find the segments that say, for the most part, what some others say.

        Args:
            segments: Ids, whether they are repeats or not.

        Returns:
            Their ids, in the order of their rows.
        """
        arrays = self._arrays
        rows = arrays.rows(list(segments))
        rows = rows[rows >= 0]
        if not len(rows):
            return []
        numbers = arrays.words_of_any(rows)
        owners = np.unique(self._owners(self._runs_near(numbers)))
        # By runs: where thousands of segments repeat each other, their words are billions.
        places, runs = expand_ranges(arrays.offsets[owners], arrays.offsets[owners + 1])
        begins, lengths = arrays.starts[runs], arrays.lengths[runs]
        said = np.searchsorted(numbers, begins + lengths) - np.searchsorted(numbers, begins)
        shared = np.bincount(places, said, len(owners))
        total = np.bincount(places, lengths, len(owners))
        same = (shared > _LEAST_SHARE * total) & ~np.isin(owners, rows)
        return [int(id_) for id_ in arrays.segments[owners[same]]]

    def _runs_near(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return runs among which are all that hold any of some numbers, which are ascending."""
        starts, order = self._by_start
        first = np.searchsorted(starts, numbers - self._longest, side="right")
        last = np.searchsorted(starts, numbers, side="right")
        # The numbers ascend, and so do the ranges: each begins where the one before it ends.
        first[1:] = np.maximum(first[1:], last[:-1])
        return order[expand_ranges(first, np.maximum(first, last))[1]].astype(np.int64)

    def _owners(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each of some runs."""
        return np.searchsorted(self._arrays.offsets, runs, side="right") - 1

    @cached_property
    def _by_start(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The starts of all runs, ascending, and the run of each."""
        order = np.argsort(self._arrays.starts, kind="stable")
        return self._arrays.starts[order], order.astype(np.int32)

    @cached_property
    def _longest(self) -> int:
        return int(self._arrays.lengths.max(initial=0))


def read_or_find(folder: Path, find: Callable[[], RepeatArrays]) -> RepeatArrays:
    """Return the repeats of a snapshot without whole parts, found at the first time.

    Args:
        folder: Of the snapshot, where they are kept if it can be written.
        find: Finds them.
    """
    path = folder / REPEATS_FILE
    if path.exists():
        try:
            return RepeatArrays.read(path)
        except (OSError, ValueError) as error:
            raise_system_fault(error)
            log.debug("%s is damaged", path, exc_info=True)
    log.info("looking for repeats in %s", folder)
    arrays = find()
    try:
        _write(path, arrays)
    except OSError:  # not ours, or full: found again next time
        log.debug("%s cannot be written", path, exc_info=True)
    return arrays


def _write(path: Path, arrays: RepeatArrays) -> None:
    """Write a file that other processes may be writing too."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".partial")
    os.close(handle)
    try:
        arrays.write(Path(name))
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)

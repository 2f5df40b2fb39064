"""Repeats as arrays, and files of them: runs of word numbers instead of words.

Words of a passage have numbers in a row, so that a segment which says it is a few runs. Compared
with lists of words this takes a fifth of the space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from hilbert.system_faults import why_not_opened
from indexer.index.id_lookup import IdLookup

Ints = NDArray[np.int64]

# The version is that of what is in it, and of how they are found.
REPEATS_FILE = "repeats-2.safetensors"
# Segments of different documents that are remembered of a seed.
_OF_EACH_SEED = 3
_STORED = {
    "segments": np.int64,
    "documents": np.int64,
    "owners": np.int32,
    "marked": np.bool_,
    "offsets": np.int32,
    "starts": np.int32,
    "lengths": np.int32,
}
_SEEDS = {"seeds": np.uint64, "seed_rows": np.int32}


@dataclass(frozen=True)
class RepeatArrays:
    """Segments that are said in several documents, one row each.

    Attributes:
        segments: `[n]`, their ids.
        documents: `[n_documents]`, keys of documents, ascending; see `catalog.document_key`.
        owners: `[n]`, the place in `documents` of the document of each.
        marked: `[n]`, whether it is an advert, an intro or the like.
        offsets: `[n + 1]`, where the runs of each begin in `starts` and `lengths`.
        starts: `[n_runs]`, the first number of each run; equal numbers are the same word of the
            same passage.
        lengths: `[n_runs]`, how many numbers it has.
        seeds: `[n_seeds]`, of the passages, ascending; see `repeat_finder.seed_keys`.
        seed_rows: `[n_seeds]`, a row that says each.
    """

    segments: Ints
    documents: Ints
    owners: NDArray[np.int32]
    marked: NDArray[np.bool_]
    offsets: NDArray[np.int32]
    starts: NDArray[np.int32]
    lengths: NDArray[np.int32]
    seeds: NDArray[np.uint64]
    seed_rows: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        segments: Ints,
        documents: Ints,
        marked: NDArray[np.bool_],
        words: tuple[Ints, Ints],
        seeds: tuple[NDArray[np.uint64], Ints],
    ) -> RepeatArrays:
        """Make the arrays of some segments.

        Args:
            segments: `[n]`, ids.
            documents: `[n]`, the key of the document of each.
            marked: `[n]`.
            words: Rows and numbers, `[n_words]` each, ascending by both, no pair twice.
            seeds: Keys and rows, `[n_seeds]` each, in any order.
        """
        rows, numbers = words
        begins = np.ones(len(rows), bool)
        begins[1:] = (np.diff(rows) != 0) | (np.diff(numbers) != 1)
        first = np.flatnonzero(begins)
        counts = np.bincount(rows[first], minlength=len(segments))
        keys, owners = np.unique(documents, return_inverse=True)
        return cls(
            segments,
            keys,
            owners.ravel().astype(np.int32),
            marked,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
            numbers[first].astype(np.int32),
            np.diff(first, append=len(rows)).astype(np.int32),
            *_few_of_each(*seeds, documents),
        )

    def __len__(self) -> int:
        return len(self.segments)

    @property
    def n_numbers(self) -> int:
        """One more than the highest number of a word."""
        return int((self.starts + self.lengths).max(initial=0))

    @cached_property
    def _lookup(self) -> IdLookup:
        return IdLookup(self.segments)

    def rows(self, segments: Sequence[int] | Ints) -> Ints:
        """Return the rows of some segments, -1 for those that are no repeats."""
        return self._lookup.rows(segments)

    def words(self, rows: Sequence[int] | Ints) -> tuple[Ints, Ints]:
        """Return the words of some rows: for each the place in `rows`, and its number."""
        taken = np.asarray(rows, np.int64)
        places, runs = expand_ranges(self.offsets[taken], self.offsets[taken + 1])
        of_run, numbers = expand_ranges(self.starts[runs], self.starts[runs] + self.lengths[runs])
        return places[of_run], numbers

    def words_of_any(self, rows: Ints) -> Ints:
        """Return the numbers of the words that any of some rows has, ascending.

        Many rows of one passage have nearly the same runs, which are joined before they are read.
        """
        runs = expand_ranges(self.offsets[rows], self.offsets[rows + 1])[1]
        runs = runs[np.argsort(self.starts[runs], kind="stable")]
        starts = self.starts[runs]
        ends = np.maximum.accumulate(starts + self.lengths[runs])
        begins = np.ones(len(runs), bool)
        begins[1:] = starts[1:] > ends[:-1]
        first = np.flatnonzero(begins)
        return expand_ranges(starts[first], ends[np.append(first, len(runs))[1:] - 1])[1]

    def rows_with(self, seeds: NDArray[np.uint64]) -> Ints:
        """Return the rows that hold any of some seeds, which are ascending; ascending."""
        first, last = (np.searchsorted(self.seeds, seeds, side) for side in ("left", "right"))
        return np.unique(self.seed_rows[expand_ranges(first, last)[1]]).astype(np.int64)

    def of_documents(self, keys: Ints) -> NDArray[np.bool_]:
        """Return which rows are of some documents, `[n]`."""
        of_document = np.isin(self.documents, keys)
        found: NDArray[np.bool_] = of_document[self.owners]
        return found

    def only(self, kept: NDArray[np.bool_]) -> RepeatArrays:
        """Return some of the rows, `kept [n]`."""
        if kept.all():
            return self
        rows = np.flatnonzero(kept)
        new_row = np.cumsum(kept) - 1
        counts = np.diff(self.offsets)
        runs = np.repeat(kept, counts)
        seeds = kept[self.seed_rows]
        keys, owners = np.unique(self.documents[self.owners[rows]], return_inverse=True)
        return RepeatArrays(
            self.segments[rows],
            keys,
            owners.ravel().astype(np.int32),
            self.marked[rows],
            np.concatenate([[0], np.cumsum(counts[rows])]).astype(np.int32),
            self.starts[runs],
            self.lengths[runs],
            self.seeds[seeds],
            new_row[self.seed_rows[seeds]].astype(np.int32),
        )

    def write(self, path: Path) -> None:
        """Write a file; on return it is on disk."""
        from safetensors.numpy import save_file

        arrays = {name: getattr(self, name) for name in (*_STORED, *_SEEDS)}
        save_file(arrays, path)
        sync_file(path)

    @classmethod
    def read(cls, path: Path, *, seeds: bool = False) -> RepeatArrays:
        """Read a file.

        Args:
            path: Of the file.
            seeds: Whether they are needed; only to find repeats of these they are.

        Raises:
            OSError: It cannot be read.
            ValueError: It is damaged.
        """
        from safetensors import SafetensorError, safe_open

        arrays: dict[str, NDArray[Any]] = {name: np.zeros(0, kind) for name, kind in _SEEDS.items()}
        try:
            with why_not_opened(path), safe_open(path, "np") as file:
                for name in (*_STORED, *(_SEEDS if seeds else ())):
                    arrays[name] = file.get_tensor(name)
        except SafetensorError as error:
            raise ValueError(f"{path.name} is damaged: {error}") from error
        return cls(**arrays)


def join_repeats(parts: Sequence[RepeatArrays]) -> RepeatArrays:
    """Join parts; a segment in several, with the same words, is marked where any part marks it."""
    if len(parts) == 1:
        return parts[0]
    begins = np.cumsum([0, *map(len, parts)]).tolist()
    segments = _joined([part.segments for part in parts], np.int64)
    documents = _joined([part.documents[part.owners] for part in parts], np.int64)
    marked = _joined([part.marked for part in parts], np.bool_)
    counts = _joined([np.diff(part.offsets) for part in parts], np.int32)
    seeds = _joined([part.seeds for part in parts], np.uint64)
    seed_rows = [p.seed_rows + begin for p, begin in zip(parts, begins, strict=False)]
    keys, owners = np.unique(documents, return_inverse=True)
    _, first, of_row = np.unique(segments, return_index=True, return_inverse=True)
    kept = np.zeros(len(segments), bool)
    kept[first] = True
    seed_rows = first[of_row.ravel()[_joined(seed_rows, np.int64)]]
    return RepeatArrays(
        segments,
        keys,
        owners.ravel().astype(np.int32),
        np.bincount(of_row.ravel(), marked, len(first))[of_row.ravel()] > 0,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        _joined([part.starts for part in parts], np.int32),
        _joined([part.lengths for part in parts], np.int32),
        *_few_of_each(seeds, seed_rows, documents),
    ).only(kept)


def _few_of_each(
    seeds: NDArray[np.uint64], rows: Ints, documents: Ints
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Sort seeds; of those that are equal leave some, of different documents, `documents [n]`."""
    order = np.lexsort((rows, documents[rows], seeds))
    seeds, rows = seeds[order], rows[order]
    same = np.zeros(len(seeds), bool)
    same[1:] = (seeds[1:] == seeds[:-1]) & (np.diff(documents[rows]) == 0)
    seeds, rows = seeds[~same], rows[~same]
    first = np.searchsorted(seeds, seeds)
    few = np.arange(len(seeds)) - first < _OF_EACH_SEED
    return seeds[few], rows[few].astype(np.int32)


def expand_ranges(begins: NDArray[Any], ends: NDArray[Any]) -> tuple[Ints, Ints]:
    """Return the numbers of several ranges one after the other, and before them their ranges.

    Args:
        begins: `[n]`.
        ends: `[n]`, none below its beginning.

    Returns:
        For each number the place of its range, and the number itself.
    """
    lengths = (ends - begins).astype(np.int64)
    places = np.repeat(np.arange(len(lengths)), lengths)
    skipped = begins - (np.cumsum(lengths) - lengths)
    return places, np.arange(len(places)) + skipped[places]


def _joined(parts: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *parts])

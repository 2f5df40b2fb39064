"""Numbers per segment that a channel keeps in the index: computed, written and read back.

A channel that needs more than words and vectors registers a `SegmentValues` here, in the file of
the channel itself; every snapshot written from then on holds its numbers. A snapshot made before
lacks them until `hilbert rebuild`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hilbert import extension_points as points
from hilbert.files import sync_file
from hilbert.model.features import Features
from hilbert.registry import Registry
from hilbert.system_faults import raise_system_fault, why_not_opened
from indexer.base.errors import LibraryError
from indexer.base.shell import quoted
from indexer.base.types import Cue, Segment
from indexer.index.id_lookup import IdLookup
from indexer.store.catalog import Document

VALUES_FILE = "segments.values.safetensors"
# Key of the segments' ids in the file; no part may have this name.
_IDS = "ids"


class SegmentValues(Protocol):
    """One number per segment of a document."""

    def values(
        self,
        document: Document,
        segments: Sequence[Segment],
        cues: Sequence[Cue],
        features: Callable[[], Features],
    ) -> NDArray[np.float64]:
        """Compute the numbers of a document's segments.

        Args:
            document: Its row of the catalog.
            segments: Its segments, in order.
            cues: Its cues, in order; a segment is made of `first_cue:last_cue`.
            features: Reads its frozen features from disk, when called.

        Returns:
            `[len(segments)]`, NaN where there is nothing to say of a segment.
        """


# The files of the channels register their parts of the index here.
SEGMENT_VALUES: Registry[SegmentValues] = Registry(points.CHANNELS)


class ValuesWriter:
    """Collects the numbers of all documents while a snapshot is written."""

    def __init__(self, parts: Mapping[str, SegmentValues] = SEGMENT_VALUES) -> None:
        self._parts = dict(parts)
        self._ids: list[int] = []
        self._values: dict[str, list[NDArray[np.float64]]] = {name: [] for name in self._parts}

    @property
    def names(self) -> list[str]:
        """Names of the parts; nothing needs to be added or written where there are none."""
        return list(self._parts)

    def add(
        self,
        ids: Iterable[int],
        document: Document,
        segments: Sequence[Segment],
        cues: Sequence[Cue],
        features: Callable[[], Features],
    ) -> None:
        """Compute the numbers of one document; `ids` are those of its segments.

        Raises:
            LibraryError: A part does not give one number per segment.
        """
        self._ids += ids
        for name, part in self._parts.items():
            values = np.asarray(part.values(document, segments, cues, features), np.float64)
            if values.shape != (len(segments),):
                raise LibraryError(
                    f"the channel that keeps '{name}' gives {values.shape} numbers for "
                    f"{len(segments)} segments of {document.name}; repair or uninstall it"
                )
            self._values[name].append(values)

    def write(self, folder: Path) -> None:
        """Write all numbers into the folder of a snapshot; on return they are on disk."""
        from safetensors.numpy import save_file

        empty = np.zeros(0)
        arrays = {name: np.concatenate([empty, *rows]) for name, rows in self._values.items()}
        save_file({_IDS: np.array(self._ids, np.int64), **arrays}, folder / VALUES_FILE)
        sync_file(folder / VALUES_FILE)


class StoredValues:
    """The numbers of a snapshot."""

    def __init__(self, ids: NDArray[np.int64], arrays: Mapping[str, NDArray[np.float64]]) -> None:
        self._ids = ids
        self._arrays = arrays

    @classmethod
    def read(
        cls, folders: Sequence[Path], names: Sequence[str], n_segments: Sequence[int]
    ) -> StoredValues:
        """Read the numbers of these parts.

        Args:
            folders: Of the shards.
            names: Of the parts.
            n_segments: Number of segments of each shard.

        Raises:
            LibraryError: A file is missing, damaged or incomplete.
        """
        if not names or not folders:
            return cls(np.zeros(0, np.int64), {name: np.zeros(0) for name in names})
        found = [_read(folder, names, n) for folder, n in zip(folders, n_segments, strict=True)]
        joined = {name: np.concatenate([each[name] for each in found]) for name in found[0]}
        return cls(joined.pop(_IDS), joined)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def of(self, name: str, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Look up the numbers of segments.

        Returns:
            `[len(ids)]`.

        Raises:
            KeyError: The snapshot was written without this part, or has no such segment.
        """
        array, rows = self._arrays[name], self._lookup.rows(ids)
        if (rows < 0).any():
            raise KeyError(f"segments without '{name}'")
        return array[rows]

    @cached_property
    def _lookup(self) -> IdLookup:
        return IdLookup(self._ids)


def _read(folder: Path, names: Sequence[str], n_segments: int) -> dict[str, NDArray[Any]]:
    """Read the numbers of one shard, and the ids of its segments."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        with why_not_opened(folder / VALUES_FILE):
            arrays = load_file(folder / VALUES_FILE)
        found = {name: arrays[name] for name in (_IDS, *names)}
        if any(len(array) != n_segments for array in found.values()):
            raise ValueError("segments are missing")
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise_system_fault(error)
        raise LibraryError(
            f"{VALUES_FILE} is missing or damaged ({error}); run 'hilbert rebuild --library "
            f"{quoted(folder.parent.parent)}'"
        ) from error
    return found

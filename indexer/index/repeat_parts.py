"""Parts of the repeats of a snapshot: immutable folders beside its shards, as these are.

A commit writes a part with what the new documents repeat; small parts are merged as small shards
are. A part may hold segments of any documents; which of these are removed since, the manifest says.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError
from indexer.index.manifest import Manifest, ShardEntry, check_files, with_times_of
from indexer.index.repeat_arrays import REPEATS_FILE, Ints, RepeatArrays
from indexer.store.catalog import document_key

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RepeatPart:
    """A part that was written.

    Attributes:
        entry: Of a manifest.
        folder: Of its file.
    """

    entry: ShardEntry
    folder: Path

    def read(self, *, seeds: bool = False) -> RepeatArrays:
        """Read all that it was written with.

        Args:
            seeds: Whether these are needed; see `RepeatArrays.read`.

        Raises:
            OSError: It cannot be read.
            ValueError: It is damaged.
        """
        return RepeatArrays.read(self.folder / REPEATS_FILE, seeds=seeds)

    def live(self, arrays: RepeatArrays) -> RepeatArrays:
        """Return what it has, `arrays`, of documents that are not removed."""
        removed = document_keys(self.entry.removed)
        return arrays.only(~arrays.of_documents(removed)) if len(removed) else arrays

    def without(self, arrays: RepeatArrays, gone: Collection[str]) -> RepeatPart:
        """Return the part with more documents removed, those of `gone` that `arrays` has."""
        ids = sorted(gone)
        held = np.isin(document_keys(ids), arrays.documents).tolist()
        more = {id_ for id_, here in zip(ids, held, strict=True) if here}
        removed = tuple(sorted(more.union(self.entry.removed)))
        return replace(self, entry=replace(self.entry, removed=removed))


def parts_of(manifest: Manifest, folder: Path) -> tuple[RepeatPart, ...] | None:
    """Return the parts of a snapshot; None where it has none, or one is damaged.

    Args:
        manifest: Of the snapshot.
        folder: Of its manifest.
    """
    if manifest.repeats is None:  # of a snapshot written before
        return None
    parts = []
    for entry in manifest.repeats:
        place = manifest.shard_folder(folder, entry)
        try:
            check_files(place, entry.files)
            # Of a copied library: the next manifest has the times of these files.
            parts.append(RepeatPart(replace(entry, files=with_times_of(place, entry.files)), place))
        except (LibraryError, OSError) as error:
            raise_system_fault(error)
            log.debug("the repeats in %s are damaged", place, exc_info=True)
            return None
    return tuple(parts)


def document_keys(ids: Collection[str]) -> Ints:
    """Return the keys of documents; see `indexer.store.catalog.document_key`."""
    return np.array([document_key(id_) for id_ in ids], np.int64)

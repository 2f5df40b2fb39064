"""Snapshots of a library's index: a manifest and its immutable shards, opened for reading.

On disk and in the catalog a snapshot is called a generation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError
from indexer.index.background import SUMS_FILE, Background, PairSums, VectorSums
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.manifest import (
    check_files,
    damaged_files,
    read_manifest,
    rebuild_advice,
)
from indexer.index.merged_vectors import merged
from indexer.index.metadata_index import MetadataIndex
from indexer.index.repeat_arrays import RepeatArrays, join_repeats
from indexer.index.repeat_parts import document_keys, parts_of
from indexer.index.repeats import Repeats, read_or_find
from indexer.index.segment_values import StoredValues
from indexer.index.shard import FULLTEXT_FILE, live_vectors, vectors_path
from indexer.index.vector_index import VECTOR_NAMES, VectorIndex, vector_index_class
from indexer.index.vector_indexes.flat import FlatIndex
from indexer.index.word_index import WordIndex

log = logging.getLogger(__name__)


class Snapshot:
    """A snapshot opened for reading.

    Attributes:
        folder: Of its manifest.
        model_folder: The weights that its vectors were made with.
        number: Of the generation.
        manifest: What it is made of.
        lexical: Its records and full text.
        metadata: What is written about its documents.
        indexes: Level and modality to the vector index.
        values: Numbers per segment that channels keep.
        background: Modalities of query and of indexed vectors to the cosines of random pairs.
        words: An engine that ranks its segments by words, where a store has one.
    """

    def __init__(
        self,
        folder: Path,
        fingerprint: str,
        model_folder: Path,
        known: Collection[str] | None = None,
        segment_vectors: Callable[[str], VectorIndex] | None = None,
    ) -> None:
        """Open all files of a snapshot.

        Args:
            folder: See `indexer.index.snapshot_names.snapshot_folder`.
            fingerprint: Of the library as it is now.
            model_folder: The weights that its vectors were made with.
            known: Ids of the documents of the catalog, which alone may be found; None for any.
            segment_vectors: Gives the vectors of the segments by modality, where they are not in
                files here but in a store (`indexer.published`).

        Raises:
            LibraryError: It is missing, damaged, or of another fingerprint or format.
        """
        advice = rebuild_advice(folder)
        manifest = read_manifest(folder)
        if manifest.fingerprint != fingerprint:
            raise LibraryError(
                f"generation {folder.name} was made with another model or other encoders; {advice}"
            )
        self.folder = folder
        self.model_folder = model_folder
        self.number = int(folder.name)
        self.manifest = manifest
        missing = f"install the package that brings it, or {advice}"
        kinds = [vector_index_class(manifest.vector_index_of(e), missing) for e in manifest.shards]
        folders = [manifest.shard_folder(folder, entry) for entry in manifest.shards]
        for shard_folder, entry in zip(folders, manifest.shards, strict=True):
            check_files(shard_folder, entry.files)
        paths = [shard_folder / FULLTEXT_FILE for shard_folder in folders]
        removed = {p: e.removed for p, e in zip(paths, manifest.shards, strict=True)}
        self.lexical = FulltextIndex(*paths, removed=removed, known=known)
        self.metadata = MetadataIndex(self.lexical)
        if self.lexical.n_segments + self.lexical.n_unknown != manifest.segments:
            raise LibraryError(
                f"{FULLTEXT_FILE} of generation {folder.name} is incomplete; {advice}"
            )
        self.indexes = {
            (level, modality): segment_vectors(modality)
            if segment_vectors is not None and level == "segments"
            else self._vectors((level, modality), folders, kinds)
            for level, modality in VECTOR_NAMES
        }
        self.background = {
            (pair["query"], pair["indexed"]): Background(pair["mean"], pair["std"])
            for pair in manifest.random_pairs
        }
        self.words: WordIndex | None = None
        self._vector_sums: dict[str, VectorSums] = {}
        self.values = StoredValues.read(
            folders, manifest.segment_values, [len(s.owners) for s in self.lexical.shards]
        )

    def _vectors(
        self, name: tuple[str, str], folders: Sequence[Path], kinds: Sequence[type[VectorIndex]]
    ) -> VectorIndex:
        """Open the vectors of one level and modality."""
        level, modality = name
        manifest, advice = self.manifest, rebuild_advice(self.folder)
        parts = [
            kind.read(vectors_path(each, level, modality, kind))
            for each, kind in zip(folders, kinds, strict=True)
        ]
        live, count = [], 0
        for part, shard, entry in zip(parts, self.lexical.shards, manifest.shards, strict=True):
            kept = live_vectors(part.ids, shard.segments_in(entry.removed), entry.removed)
            count += len(part) if kept is None else int(kept.sum())
            live.append(live_vectors(part.ids, shard.segments_in(shard.removed), shard.removed))
        empty = np.zeros((0, manifest.dimension), np.float32)
        index = merged(parts, live) if parts else FlatIndex.build([], empty)
        expected = manifest.counts[level][modality]
        if count != expected or any(p.dimension != manifest.dimension for p in parts):
            raise LibraryError(
                f"{level}.{modality} of generation {self.folder.name} holds {count} vectors of "
                f"{index.dimension}, expected {expected} of {manifest.dimension}; {advice}"
            )
        return index

    def vector_sums(self, modality: str) -> VectorSums:
        """Return the sums over the vectors of all segments, in the space of one modality."""
        if modality not in self._vector_sums:
            sums = self._pair_sums
            self._vector_sums[modality] = (
                VectorSums.of(self.index("segments", modality).matrix())
                if sums is None
                else sums.vectors(modality)
            )
        return self._vector_sums[modality]

    @cached_property
    def _pair_sums(self) -> PairSums | None:
        """The sums that were written; None of an earlier release, or where documents are gone."""
        if self.lexical.n_unknown or not self._is_whole(SUMS_FILE):
            return None
        return PairSums.read(self.folder, self.manifest.dimension)

    def _is_whole(self, name: str) -> bool:
        """Return whether a file of the snapshot's own is what was written, if it is there."""
        digests = {n: d for n, d in self.manifest.files.items() if n == name}
        return not list(damaged_files(self.folder, digests))

    @cached_property
    def repeats(self) -> Repeats:
        """Segments that are said in several documents."""
        parts = parts_of(self.manifest, self.folder)
        try:
            found = None if parts is None else [part.live(part.read()) for part in parts]
        except (OSError, ValueError) as error:
            raise_system_fault(error)
            log.debug("the repeats of %s cannot be read", self.folder, exc_info=True)
            found = None
        if found is None:
            arrays = read_or_find(self.folder, self._find_repeats)
        else:
            arrays = join_repeats(found)
        unknown = [id_ for shard in self.lexical.shards for id_ in shard.unknown]
        return Repeats(arrays.only(~arrays.of_documents(document_keys(unknown))))

    def _find_repeats(self) -> RepeatArrays:
        from indexer.index.repeat_search import find_among

        return find_among(self.lexical.texts())

    def close(self) -> None:
        """Close the files."""
        self.lexical.close()

    def index(self, level: str, modality: str) -> VectorIndex:
        """Return the index of `segments` or `documents` in the space of one modality."""
        return self.indexes[level, modality]

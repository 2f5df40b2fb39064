"""Shards: immutable folders with the vectors, words and numbers of some documents."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilbert.files import sync_file
from indexer.index.background import Vectors
from indexer.index.manifest import ShardEntry, check_files, with_times_of
from indexer.index.records import Records
from indexer.index.vector_index import MODALITIES, VectorIndex
from indexer.store.catalog import document_key, segment_id

FULLTEXT_FILE = "lexical.sqlite"
DOCUMENTS_FILE = "documents.json"


@dataclass(frozen=True)
class ShardDocument:
    """A document of a shard.

    Attributes:
        revision: Of its rows in the catalog; see `Catalog.revisions`.
        features: Name of its feature file.
        segments: How many it has.
        vectors: How many it has of each of `VECTOR_NAMES`.
        features_sha256: Of its feature file when it was embedded.
        content_sha256: See `Catalog.content_sha256`.
    """

    revision: str
    features: str
    segments: int
    vectors: Sequence[int] = ()
    features_sha256: str = ""
    content_sha256: str = ""


class Shard:
    """A shard that was written, read only as far as it is needed.

    Attributes:
        entry: Of a manifest.
        folder: Of its files.
        kind: Of its vector indexes.
        documents: By id, those that the snapshot has.
        written: By id, all that it was written with.
    """

    def __init__(
        self, folder: Path, entry: ShardEntry, kind: type[VectorIndex], *, deep: bool = False
    ) -> None:
        """Open a shard.

        Args:
            folder: Of its files.
            entry: Of a manifest.
            kind: Of its vector indexes.
            deep: See `check_files`.

        Raises:
            LibraryError: A file is missing or damaged.
        """
        check_files(folder, entry.files, deep=deep)
        # Of a copied library: the next manifest has the times of these files, and trusts them.
        self.entry = replace(entry, files=with_times_of(folder, entry.files))
        self.folder = folder
        self.written = _read_documents(folder)
        self.documents = {i: d for i, d in self.written.items() if i not in entry.removed}
        self.kind = kind
        self._open: dict[tuple[str, str], VectorIndex] = {}

    def vectors(
        self, level: str, modality: str, ids: Sequence[int]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the vectors of some documents or segments, and which of these have one.

        Args:
            level: `segments` or `documents`.
            modality: `text`, `audio` or `joint`.
            ids: `[n]`.

        Returns:
            `[n, d]` and `[n]`.

        Raises:
            LibraryError: The file is damaged.
        """
        key = (level, modality)
        if key not in self._open:
            self._open[key] = self.kind.read(vectors_path(self.folder, *key, self.kind))
        index = self._open[key]
        rows = index.rows(ids)
        return index.vectors_at(rows), rows >= 0

    def segment_vectors(self, id_: str) -> Vectors:
        """Return the vectors of the segments of a document by modality."""
        ids = [segment_id(id_, i) for i in range(self.documents[id_].segments)]
        found = {m: self.vectors("segments", m, ids) for m in MODALITIES}
        return {modality: rows[has] for modality, (rows, has) in found.items()}


def _read_documents(folder: Path) -> dict[str, ShardDocument]:
    path = folder / DOCUMENTS_FILE
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        return {id_: ShardDocument(**document) for id_, document in found.items()}
    records = Records(folder / FULLTEXT_FILE)  # of a snapshot of format 3
    try:
        counts = dict(
            map(tuple, records.read("SELECT document, count(*) FROM segments GROUP BY document"))
        )
        return {
            d.id: ShardDocument("", d.features, counts.get(d.id, 0)) for d in records.documents()
        }
    finally:
        records.close()


def write_documents(folder: Path, documents: Mapping[str, ShardDocument]) -> None:
    """Write the list of the documents of a shard; on return it is on disk."""
    path = folder / DOCUMENTS_FILE
    listed = {id_: asdict(document) for id_, document in documents.items()}
    path.write_text(json.dumps(listed, indent=0), encoding="utf-8")
    sync_file(path)


def vectors_path(folder: Path, level: str, modality: str, kind: type[VectorIndex]) -> Path:
    """Return the file of a vector index of a shard."""
    return folder / f"{level}.{modality}{kind.extension}"


def live_vectors(
    ids: NDArray[np.int64], removed_segments: NDArray[np.int64], removed_documents: Collection[str]
) -> NDArray[np.bool_] | None:
    """Return which vectors are not of removed documents; None for all.

    Args:
        ids: `[n]`, of segments or documents.
        removed_segments: Their ids.
        removed_documents: Their ids.
    """
    if not removed_documents:
        return None
    keys = np.array([document_key(id_) for id_ in removed_documents], np.int64)
    kept: NDArray[np.bool_] = ~np.isin(ids, np.concatenate([removed_segments, keys]))
    return kept

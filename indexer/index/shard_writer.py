"""Writes a shard: documents embedded, or their vectors taken from other shards, and indexed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hilbert.files import PARTIAL_SUFFIX, sync_folder
from indexer.index.analysed_lines import AnalysedLines
from indexer.index.background import PairSums, Vectors
from indexer.index.collected_vectors import CollectedVectors, present, rounded, rounds_alike
from indexer.index.fulltext_tables import VERSION
from indexer.index.fulltext_writer import write_fulltext_index
from indexer.index.manifest import SHARDS_FOLDER, ShardEntry, digests_of
from indexer.index.segment_values import ValuesWriter
from indexer.index.shard import (
    FULLTEXT_FILE,
    Shard,
    ShardDocument,
    write_documents,
)
from indexer.index.vector_choice import VectorSettings
from indexer.index.vector_index import (
    MODALITIES,
    VECTOR_NAMES,
    VectorIndex,
    vector_index_class,
)
from indexer.index.vocabulary_writer import AnalysedDocument
from indexer.store.catalog import Catalog, Document, document_key, segment_id
from indexer.store.feature_store import FeatureStore

if TYPE_CHECKING:
    from hilbert.model.arrays import Embeddings, FusionModel


class ShardWriter:
    """Writer of the shards of one commit.

    Attributes:
        documents: Those that were written, by id.

    Args:
        library: Folder of the library.
        catalog: Of the library.
        store: Its features.
        model: The fusion model.
        vectors: How they are indexed.
        revisions: Of all documents of the catalog.
        reusable: Document id to the shard that had it before.
        with_vectors: Whether its vectors are of use; see `snapshot_writer.Previous`.
        anew: Likewise; only those are used that would be no other if they were made again.
    """

    def __init__(
        self,
        library: Path,
        catalog: Catalog,
        store: FeatureStore,
        model: FusionModel,
        vectors: VectorSettings,
        revisions: Mapping[str, str],
        reusable: Mapping[str, Shard],
        *,
        with_vectors: bool,
        anew: bool,
    ) -> None:
        self._folder = library / SHARDS_FOLDER
        self._catalog, self._store, self._model = catalog, store, model
        self._vectors, self._revisions, self._reusable = vectors, revisions, reusable
        self._with_vectors, self._anew = with_vectors, anew
        self._lines: dict[Path, AnalysedLines] = {}
        self._entries: dict[str, ShardEntry] = {}
        self.documents: dict[str, ShardDocument] = {}

    def write(
        self, name: str, documents: Sequence[Document], sums: PairSums, vector_index: str
    ) -> Iterator[int]:
        """Write a shard; nothing refers to it yet.

        Args:
            name: Of its folder, which is not there.
            documents: What goes into it.
            sums: Documents are added that had no vectors before.
            vector_index: Kind of its vector indexes.

        Yields:
            How many documents are embedded; when it ends, the shard is on disk.
        """
        unfinished = self._folder / (name + PARTIAL_SUFFIX)
        unfinished.mkdir(parents=True)
        kind = vector_index_class(vector_index, "")
        collected = CollectedVectors(self._model.config.width)
        listed = {}
        for done, document in enumerate(documents, 1):
            n_segments = self._catalog.count_segments(document.id)
            embedded = self._reused(document, n_segments, kind)
            is_new = embedded is None
            whole, parts = embedded or self._embedded(document)
            before = None if is_new or self._anew else present(parts)
            whole, parts = rounded(whole, kind), rounded(parts, kind)
            collected.add(document, whole, parts)
            _add_to(sums, present(parts), before)
            listed[document.id] = ShardDocument(
                self._revisions[document.id],
                document.features,
                n_segments,
                [_count(whole if lv == "documents" else parts, m) for lv, m in VECTOR_NAMES],
                self._features_sha256(document, is_new=is_new),
                self._catalog.content_sha256(document.id),
            )
            yield done
        recall = collected.write(unfinished, kind, self._vectors.target_recall)
        fulltext = unfinished / FULLTEXT_FILE
        write_fulltext_index(
            fulltext, self._catalog, documents, lambda id_: self._analysed(listed[id_], id_)
        )
        self._write_values(unfinished, documents)
        write_documents(unfinished, listed)
        self.documents |= listed
        segments = sum(document.segments for document in listed.values())
        self._entries[name] = ShardEntry(
            name, vector_index=vector_index, segments=segments, recall=recall
        )
        sync_folder(unfinished)
        unfinished.rename(self._folder / name)
        sync_folder(self._folder)

    def entry(self, name: str) -> ShardEntry:
        """Return the entry of a shard that was written."""
        return replace(self._entries[name], files=digests_of(self._folder / name))

    def clear(self, prefix: str) -> None:
        """Delete what a killed commit left: shards of this name, and unfinished ones."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name.startswith(prefix) or path.name.endswith(PARTIAL_SUFFIX):
                    shutil.rmtree(path)

    def _reused(
        self, document: Document, n_segments: int, kind: type[VectorIndex]
    ) -> tuple[Embeddings, Embeddings] | None:
        """Return the vectors of a document that were made of the same features."""
        if document.id not in self._reusable or not self._with_vectors:
            return None
        shard = self._reusable[document.id]
        known = shard.documents[document.id]
        if known.features != document.features:
            return None
        if self._anew:
            if not rounds_alike(shard.kind, kind, self._model.config.width):
                return None
            if known.features_sha256 != self._store.sha256(document.features):
                return None
        ids = [segment_id(document.id, i) for i in range(n_segments)]
        whole = _stored(shard, "documents", [document_key(document.id)])
        return whole, _stored(shard, "segments", ids)

    def _analysed(self, document: ShardDocument, id_: str) -> AnalysedDocument | None:
        """Return how a document was analysed that has not changed since."""
        shard = self._reusable.get(id_)
        if shard is None:
            return None
        known = shard.documents[id_]
        # Rows of the catalog that were damaged keep their revision.
        if (known.revision, known.content_sha256) != (document.revision, document.content_sha256):
            return None
        path = shard.folder / FULLTEXT_FILE
        if path not in self._lines:
            self._lines[path] = AnalysedLines(path, VERSION)
        return self._lines[path].document(id_)

    def _features_sha256(self, document: Document, *, is_new: bool) -> str:
        """Return the digest of the features that a document's vectors were made of."""
        if not is_new:
            known = self._reusable[document.id].documents[document.id]
            # Of a document that was stored again, damaged features may be encoded anew: they keep
            # their name, and differ in the last bits.
            if known.features_sha256 and known.revision == self._revisions[document.id]:
                return known.features_sha256
        return self._store.sha256(document.features)

    def _embedded(self, document: Document) -> tuple[Embeddings, Embeddings]:
        from hilbert.model.embed import embed_whole_and_parts

        return embed_whole_and_parts(self._model, self._store.read(document.features))

    def _write_values(self, folder: Path, documents: Sequence[Document]) -> None:
        """Write the numbers that channels keep of all segments."""
        writer = ValuesWriter()
        if not writer.names:
            return
        for document in documents:
            segments = self._catalog.segments(document.id)
            writer.add(
                [segment_id(document.id, i) for i in range(len(segments))],
                document,
                segments,
                self._catalog.cues(document.id),
                cache(partial(self._store.read, document.features)),
            )
        writer.write(folder)


def _count(embeddings: Embeddings, modality: str) -> int:
    return int(getattr(embeddings, f"has_{modality}").sum())


def _stored(shard: Shard, level: str, ids: Sequence[int]) -> Embeddings:
    from hilbert.model.arrays import Embeddings

    rows, has = zip(*(shard.vectors(level, modality, ids) for modality in MODALITIES), strict=True)
    return Embeddings(*rows, *has)


def _add_to(sums: PairSums, vectors: Vectors, before: Vectors | None) -> None:
    """Add a document to the sums, or what another kind of index makes of its vectors.

    Args:
        sums: Over all documents.
        vectors: Of its segments by modality.
        before: Those of it that the sums hold; None for none.
    """
    if before is not None:
        if all(np.array_equal(vectors[m], before[m]) for m in MODALITIES):
            return
        sums.add(before, sign=-1)
    sums.add(vectors)

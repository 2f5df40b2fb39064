"""Writes snapshots: all documents embedded and indexed, old snapshots deleted."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hilbert.files import PARTIAL_SUFFIX, sync_file, sync_folder
from indexer.base.progress import BUILDING, Progress, SilentProgress
from indexer.index.fulltext_writer import write_fulltext_index
from indexer.index.records import Records
from indexer.index.repeats import write_repeats
from indexer.index.segment_values import ValuesWriter
from indexer.index.snapshot import (
    FORMAT,
    FULLTEXT_FILE,
    LEVELS,
    MODALITIES,
    STATS_FILE,
    VALUES_KEY,
    Snapshot,
    index_names,
)
from indexer.index.snapshot_names import snapshot_folder
from indexer.index.vector_index import DEFAULT_VECTOR_INDEX, VectorIndex, vector_index_class
from indexer.store.catalog import Catalog, Document, document_key, segment_id
from indexer.store.feature_store import FeatureStore

if TYPE_CHECKING:
    from hilbert.model.arrays import Embeddings, FusionModel

_RANDOM_PAIRS = 4000
# Modalities whose vectors searches compare: (query vector, indexed vector).
_PAIRS = (
    ("text", "text"),
    ("text", "audio"),
    ("text", "joint"),
    ("audio", "audio"),
    ("joint", "joint"),
)


def write_snapshot(
    library: Path,
    number: int,
    catalog: Catalog,
    store: FeatureStore,
    model: FusionModel,
    fingerprint: str,
    previous: Snapshot | None = None,
    progress: Progress | None = None,
    vector_index: str = DEFAULT_VECTOR_INDEX,
) -> Path:
    """Embed all documents and write their indexes; nothing refers to them yet.

    Args:
        library: Folder of the library.
        number: Of the new generation.
        catalog: Its documents are indexed.
        store: Their features.
        model: The fusion model.
        fingerprint: Of encoders, model and segmenter.
        previous: Documents that are in it with the same features keep their vectors.
        progress: Of the stage `BUILDING`, in documents.
        vector_index: Kind of the vector indexes.

    Returns:
        The folder of the snapshot.

    Raises:
        LibraryError: There is no such kind of vector index.
    """
    advice = f"choose one with 'hilbert rebuild --vector-index NAME --library {library}'"
    index_class = vector_index_class(vector_index, advice)
    folder = snapshot_folder(library, number)
    unfinished = folder.with_name(folder.name + PARTIAL_SUFFIX)
    for leftover in (unfinished, folder):  # of a killed run: no transaction made them current
        if leftover.exists():
            shutil.rmtree(leftover)
    unfinished.mkdir(parents=True)
    documents = catalog.documents()
    collected = _VectorCollector(model.config.width)
    reusable = _ReusableVectors(previous) if previous else None
    progress = progress or SilentProgress()
    progress.start(BUILDING, len(documents))
    embedded = _embed(documents, catalog, store, model, reusable)
    for done, (document, whole, parts) in enumerate(embedded, 1):
        collected.add(document, whole, parts)
        progress.update(done)
    counts: dict[str, dict[str, int]] = {level: {} for level in LEVELS}
    for level, modality in index_names():
        index = collected.index(level, modality, index_class)
        index.write(unfinished / f"{level}.{modality}{index_class.extension}")
        counts[level][modality] = len(index)
    write_fulltext_index(unfinished / FULLTEXT_FILE, catalog, documents)
    with closing(Records(unfinished / FULLTEXT_FILE)) as records:
        write_repeats(unfinished, records)
    kept = _write_values(unfinished, documents, catalog, store)
    stats = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "created_at": time.time(),
        "vector_index": vector_index,
        "dimension": model.config.width,
        "documents": len(documents),
        "segments": collected.n_segments,
        "counts": counts,
        "random_pairs": collected.random_pairs(),
        **({VALUES_KEY: kept} if kept else {}),
    }
    (unfinished / STATS_FILE).write_text(json.dumps(stats, indent=1))
    sync_file(unfinished / STATS_FILE)
    sync_folder(unfinished)
    unfinished.rename(folder)
    sync_folder(folder.parent)
    return folder


def _write_values(
    folder: Path, documents: Sequence[Document], catalog: Catalog, store: FeatureStore
) -> list[str]:
    """Write the numbers that channels keep of all segments; return the names of these parts.

    They are computed for unchanged documents too: a channel may be new, or have changed.
    """
    writer = ValuesWriter()
    if not writer.names:
        return []
    for document in documents:
        segments = catalog.segments(document.id)
        writer.add(
            [segment_id(document.id, i) for i in range(len(segments))],
            document,
            segments,
            catalog.cues(document.id),
            cache(partial(store.read, document.features)),
        )
    writer.write(folder)
    return writer.names


def remove_old_snapshots(library: Path, current: int) -> None:
    """Delete leftovers and all snapshots but the current and the one before it.

    The one before stays for readers that opened it a moment ago.
    """
    folder = library / "generations"
    older = sorted(p.name for p in folder.iterdir() if p.name.isdigit() and int(p.name) < current)
    keep = {f"{current:06d}", *older[-1:]}
    for path in folder.iterdir():
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


class _ReusableVectors:
    """Vectors of an earlier snapshot, by document and features."""

    def __init__(self, previous: Snapshot) -> None:
        self._previous = previous
        self._features = {d.id: d.features for d in previous.lexical.documents()}

    def get(self, document: Document, n_segments: int) -> tuple[Embeddings, Embeddings] | None:
        if self._features.get(document.id) != document.features:
            return None
        ids = [segment_id(document.id, i) for i in range(n_segments)]
        return self._rows("documents", [document_key(document.id)]), self._rows("segments", ids)

    def _rows(self, level: str, ids: Sequence[int]) -> Embeddings:
        from hilbert.model.arrays import Embeddings

        vectors: list[Any] = []
        has: list[Any] = []
        for modality in MODALITIES:
            index = self._previous.index(level, modality)
            present = np.array([id_ in index for id_ in ids], bool)
            rows = np.zeros((len(ids), index.dimension), np.float32)
            if present.any():
                rows[present] = index.vectors([i for i in ids if i in index])
            vectors.append(rows)
            has.append(present)
        return Embeddings(*vectors, *has)


def _embed(
    documents: Sequence[Document],
    catalog: Catalog,
    store: FeatureStore,
    model: FusionModel,
    reusable: _ReusableVectors | None,
) -> Iterator[tuple[Document, Embeddings, Embeddings]]:
    """Yield each document with the embeddings of the whole (one row) and of its segments."""
    from hilbert.model.embed import embed_documents, embed_segments

    for document in documents:
        n_segments = catalog.count_segments(document.id)
        kept = reusable.get(document, n_segments) if reusable else None
        if kept is None:
            features = store.read(document.features)
            kept = embed_documents(model, [features]), embed_segments(model, features)
        yield document, *kept


class _VectorCollector:
    """Collector of the vectors of all documents and segments."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.n_segments = 0
        self._ids: dict[tuple[str, str], list[int]] = {n: [] for n in index_names()}
        self._rows: dict[tuple[str, str], list[NDArray[np.float32]]] = {
            n: [] for n in index_names()
        }
        self._owners: dict[str, list[int]] = {m: [] for m in MODALITIES}

    def add(self, document: Document, whole: Embeddings, parts: Embeddings) -> None:
        n = len(parts.has_joint)
        self.n_segments += n
        segment_ids = [segment_id(document.id, i) for i in range(n)]
        for level, ids, embeddings in (
            ("documents", [document_key(document.id)], whole),
            ("segments", segment_ids, parts),
        ):
            for modality in MODALITIES:
                has = getattr(embeddings, f"has_{modality}")
                self._rows[level, modality].append(getattr(embeddings, modality)[has])
                self._ids[level, modality] += [i for i, h in zip(ids, has, strict=True) if h]
                if level == "segments":
                    self._owners[modality] += [document_key(document.id)] * int(has.sum())

    def index(self, level: str, modality: str, kind: type[VectorIndex]) -> VectorIndex:
        return kind.build(self._ids[level, modality], self._matrix(level, modality))

    def _matrix(self, level: str, modality: str) -> NDArray[np.float32]:
        empty = np.zeros((0, self.width), np.float32)
        return np.concatenate([empty, *self._rows[level, modality]])

    def random_pairs(self) -> list[dict[str, Any]]:
        """Measure the cosines of random pairs from different documents; see `Background`."""
        rng = np.random.default_rng(0)
        matrices = {m: self._matrix("segments", m) for m in MODALITIES}
        owners = {m: np.array(self._owners[m], np.int64) for m in MODALITIES}
        found = []
        for query, indexed in _PAIRS:
            left, right = matrices[query], matrices[indexed]
            mean, std = 0.0, 1.0  # too few to measure: cosines are taken as they are
            if len(left) and len(right):
                i = rng.integers(len(left), size=_RANDOM_PAIRS)
                j = rng.integers(len(right), size=_RANDOM_PAIRS)
                apart = owners[query][i] != owners[indexed][j]
                cosines = np.einsum("nd,nd->n", left[i[apart]], right[j[apart]])
                if len(cosines) > 1:
                    mean, std = float(cosines.mean()), float(max(cosines.std(), 1e-6))
            found.append({"query": query, "indexed": indexed, "mean": mean, "std": std})
        return found

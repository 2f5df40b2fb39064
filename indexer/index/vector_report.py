"""What `hilbert info` shows of the vector indexes of a library: which, why, and how good."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from indexer.base.errors import LibraryError
from indexer.index.manifest import Manifest, read_manifest
from indexer.index.shard import read_documents, vectors_path
from indexer.index.snapshot_names import snapshot_folder
from indexer.index.vector_choice import VectorSettings, choose_vector_index
from indexer.index.vector_index import MODALITIES, vector_index_class
from indexer.store.catalog import Catalog

log = logging.getLogger(__name__)


def describe_vectors(library: Path, catalog: Catalog, settings: VectorSettings) -> dict[str, Any]:
    """Describe the vector indexes of the current snapshot, for JSON.

    Args:
        library: Folder of the library.
        catalog: Of the library.
        settings: Of the library.

    Returns:
        The settings; which kind the largest shard would get now, and why; shards by kind; how many
        would get another kind; the lowest recall of approximate shards by query and index.
    """
    folder = snapshot_folder(library, catalog.current_generation() or 0)
    manifest, sizes = _shards(folder)
    width = manifest.dimension if manifest else 0
    total = manifest.segments if manifest else 0
    chosen = choose_vector_index(settings, total, max(sizes, default=0), width)
    kinds: Counter[str] = Counter()
    recall: dict[str, float] = {}
    other = 0
    for entry, size in zip(manifest.shards if manifest else (), sizes, strict=True):
        assert manifest is not None
        kind = manifest.vector_index_of(entry)
        kinds[kind] += 1
        other += kind != choose_vector_index(settings, total, size, width).kind
        for pair, found in _recall(manifest.shard_folder(folder, entry), kind).items():
            recall[pair] = min(found, recall.get(pair, 1.0))
    return {
        "setting": settings.kind,
        "max_memory_mb": settings.max_memory,
        "target_recall": settings.target_recall,
        "chosen": chosen.kind,
        "reason": chosen.reason,
        "shards": dict(sorted(kinds.items())),
        "other_kind": other,
        "recall": dict(sorted(recall.items())),
    }


def _shards(folder: Path) -> tuple[Manifest | None, list[int]]:
    """Return a manifest and the segments of each of its shards; none where they are damaged."""
    try:
        manifest = read_manifest(folder)
        documents = [read_documents(manifest.shard_folder(folder, e)) for e in manifest.shards]
    except (LibraryError, OSError, ValueError, TypeError, sqlite3.DatabaseError):
        log.debug("no snapshot in %s to describe", folder, exc_info=True)
        return None, []
    return manifest, [sum(d.segments for d in listed.values()) for listed in documents]


def _recall(folder: Path, name: str) -> dict[str, float]:
    """Return the recall that was measured for a shard, by query and index."""
    try:
        kind = vector_index_class(name, "")
        indexes = {m: kind.read(vectors_path(folder, "segments", m, kind)) for m in MODALITIES}
    except LibraryError:
        log.debug("no recall of %s", folder, exc_info=True)
        return {}
    return {
        f"{query} to {modality}": found
        for modality, index in indexes.items()
        for query, found in index.recall.items()
    }

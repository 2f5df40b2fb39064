"""What `hilbert info` shows of the vector indexes of a library: which, why, and how good."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any

from indexer.base.errors import LibraryError
from indexer.index.manifest import Manifest, read_manifest
from indexer.index.snapshot_names import snapshot_folder
from indexer.index.vector_choice import VectorSettings, choose_vector_index

log = logging.getLogger(__name__)


def describe_vectors(folder: Path, number: int | None, settings: VectorSettings) -> dict[str, Any]:
    """Describe the vector indexes of the current snapshot, for JSON.

    Args:
        folder: Of the library.
        number: Of the current generation.
        settings: Of the library.

    Returns:
        The settings; which kind the largest shard would get now, and why; shards by kind; how many
        would get another kind; the lowest recall of approximate shards by query and index.
    """
    manifest = _manifest(folder, number)
    entries = manifest.shards if manifest else ()
    total, width = (manifest.segments, manifest.dimension) if manifest else (0, 0)
    # Of earlier releases, which wrote few shards, the sizes are not known.
    sizes = [entry.segments or total // len(entries) for entry in entries]
    kinds = [manifest.vector_index_of(entry) for entry in entries] if manifest else []
    wanted = [choose_vector_index(settings, total, size, width).kind for size in sizes]
    chosen = choose_vector_index(settings, total, max(sizes, default=0), width)
    recall: dict[str, float] = {}
    for entry in entries:
        for pair, found in entry.recall.items():
            recall[pair] = min(found, recall.get(pair, 1.0))
    return {
        "setting": settings.kind,
        "max_memory_mb": settings.max_memory,
        "target_recall": settings.target_recall,
        "chosen": chosen.kind,
        "reason": chosen.reason,
        "shards": dict(sorted(Counter(kinds).items())),
        "other_kind": sum(kind != better for kind, better in zip(kinds, wanted, strict=True)),
        "recall": dict(sorted(recall.items())),
    }


def _manifest(folder: Path, number: int | None) -> Manifest | None:
    """Return the manifest of a snapshot; None where there is none, or it is damaged."""
    if number is None:
        return None
    try:
        return read_manifest(snapshot_folder(folder, number))
    except LibraryError:
        log.debug("generation %s of %s cannot be described", number, folder, exc_info=True)
        return None

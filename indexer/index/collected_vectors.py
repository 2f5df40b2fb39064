"""Vectors of the documents of a shard, collected until they are indexed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.index.background import PAIRS, Vectors
from indexer.index.shard import vectors_path
from indexer.index.vector_index import MODALITIES, VECTOR_NAMES, VectorIndex
from indexer.store.catalog import Document, document_key, segment_id

if TYPE_CHECKING:
    from hilbert.model.arrays import Embeddings

# Vectors of each modality that stand for queries where an index is fitted.
_QUERIES = 32


class CollectedVectors:
    """Collector of the vectors of documents and segments.

    Args:
        width: Length of the vectors.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._ids: dict[tuple[str, str], list[int]] = {n: [] for n in VECTOR_NAMES}
        self._rows: dict[tuple[str, str], list[NDArray[np.float32]]] = {n: [] for n in VECTOR_NAMES}

    def add(self, document: Document, whole: Embeddings, parts: Embeddings) -> None:
        """Add the vectors of a document and of its segments."""
        segment_ids = [segment_id(document.id, i) for i in range(len(parts.has_joint))]
        for level, ids, embeddings in (
            ("documents", [document_key(document.id)], whole),
            ("segments", segment_ids, parts),
        ):
            for modality in MODALITIES:
                has = getattr(embeddings, f"has_{modality}")
                self._rows[level, modality].append(getattr(embeddings, modality)[has])
                self._ids[level, modality] += [i for i, h in zip(ids, has, strict=True) if h]

    def write(
        self, folder: Path, kind: type[VectorIndex], target_recall: float
    ) -> dict[str, float]:
        """Index the vectors and forget them; on return the indexes are on disk.

        Args:
            folder: Of the shard.
            kind: Of the indexes.
            target_recall: See `VectorIndex.tune`; measured with vectors of the shard as queries, of
                each modality that is compared with the index.

        Returns:
            See `indexer.index.manifest.ShardEntry.recall`.
        """
        recall: dict[str, float] = {}
        queries = {modality: self._sample("segments", modality) for modality in MODALITIES}
        for level, modality in VECTOR_NAMES:
            asked = {query: queries[query] for query, indexed in PAIRS if indexed == modality}
            empty = np.zeros((0, self._width), np.float32)
            rows = np.concatenate([empty, *self._rows.pop((level, modality))])
            index = kind.build(self._ids[level, modality], rows)
            index.tune(asked, target_recall)
            index.write(vectors_path(folder, level, modality, kind))
            if level == "segments":
                recall |= {f"{query} to {modality}": r for query, r in index.recall.items()}
        return recall

    def _sample(self, level: str, modality: str) -> NDArray[np.float32]:
        """Return vectors from all over the shard, `[k, d]`."""
        parts = self._rows[level, modality]
        ends = np.cumsum([len(part) for part in parts])
        count = int(ends[-1]) if len(ends) else 0
        chosen = np.unique(np.linspace(0, count - 1, min(count, _QUERIES)).astype(int))
        sample = np.zeros((len(chosen), self._width), np.float32)
        for place, row in enumerate(chosen):
            part = int(np.searchsorted(ends, row, side="right"))
            sample[place] = parts[part][row - ends[part]]
        return sample


def present(embeddings: Embeddings) -> Vectors:
    """Return the vectors that are there by modality."""
    return {m: getattr(embeddings, m)[getattr(embeddings, f"has_{m}")] for m in MODALITIES}


def rounded(embeddings: Embeddings, kind: type[VectorIndex]) -> Embeddings:
    """Return embeddings as a kind of index gives them back."""
    e = embeddings
    text, audio, joint = kind.rounded(e.text), kind.rounded(e.audio), kind.rounded(e.joint)
    return replace(e, text=text, audio=audio, joint=joint)


def rounds_alike(before: type[VectorIndex], now: type[VectorIndex], width: int) -> bool:
    """Return whether a kind of index gives back the same of vectors that another has rounded.

    Args:
        before: The other kind.
        now: The kind.
        width: Length of the vectors.
    """
    vectors = np.random.default_rng(0).standard_normal((4, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.array_equal(now.rounded(before.rounded(vectors)), now.rounded(vectors))

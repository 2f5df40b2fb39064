"""The documents kept from training, and the score on them that picks the best weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from hilbert.embedding import embed_documents, embed_segments, embed_text
from hilbert.features import Features
from hilbert.metrics import mrr_at_k, recall_at_k
from hilbert.model import Hilbert

# Sentences of each held-out document that serve as typed queries.
HELD_OUT_QUERIES = 4


def split_documents(
    documents: Mapping[str, Features], held_out_share: float
) -> tuple[list[str], list[str]]:
    """Split document ids into those to learn from and those held out, each sorted.

    By a hash of the id, so a document's side never changes when others come. At least two
    documents are held out, whatever the share: with one, every query would find it.

    Raises:
        ValueError: Fewer than 6 documents that have segments.
    """
    ids = [key for key, features in documents.items() if features.n_segments]
    if len(ids) < 6:
        raise ValueError(
            f"training needs at least 6 documents with segments (4 to contrast, 2 held out), "
            f"got {len(ids)}; cut long recordings into several documents"
        )
    place = {key: int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) / 16**12 for key in ids}
    ordered = sorted(ids, key=lambda key: (place[key], key))
    count = sum(place[key] < held_out_share for key in ids)
    count = min(max(count, 2), len(ids) - 4)
    return sorted(ordered[count:]), sorted(ordered[:count])


def held_out_scores(model: Hilbert, documents: Sequence[Features]) -> dict[str, float]:
    """Score a model on documents it did not learn from.

    Returns:
        `query_mrr`: a sentence as typed query finds its document through the joint, MRR@10.
        `audio_recall`: the audio of a segment finds its own text among all segments, R@1.
        `score`: the mean of the two, or the one that can be measured (0 if neither can).
    """
    scores: dict[str, float] = {}
    joint = embed_documents(model, documents).joint  # [n, width]
    queries, targets = [], []
    for row, features in enumerate(documents):
        picks = np.linspace(0, len(features.sentences) - 1, HELD_OUT_QUERIES).astype(int)
        for pick in np.unique(picks) if len(features.sentences) else ():
            queries.append(features.sentences[pick].astype(np.float32))
            targets.append(row)
    if queries:
        asked = embed_text(model, np.stack(queries)).joint
        scores["query_mrr"] = float(mrr_at_k(asked @ joint.T, targets, 10).mean())
    segments = [embed_segments(model, features) for features in documents]
    audio, text = (
        np.concatenate([getattr(part, name)[part.has_audio & part.has_text] for part in segments])
        for name in ("audio", "text")
    )
    if len(audio):
        found = recall_at_k(audio @ text.T, np.arange(len(audio)), 1)
        scores["audio_recall"] = float(found.mean())
    scores["score"] = float(np.mean(list(scores.values()))) if scores else 0.0
    return scores

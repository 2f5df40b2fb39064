"""Retrieval in the four directions of a model: audio and text to each other, both to the joint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hilbert.model.embed import Embeddings, embed_documents, embed_segments
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert
from hilbert.retrieval_metrics import matched_ranks

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Direction:
    """How well one kind of vector finds its own counterpart of another kind.

    Attributes:
        level: "segment" or "document".
        query: "audio" or "text".
        target: "text", "audio" or "joint".
        candidates: Number of queries, and of things among which each finds its own.
        recall_at_1: Share found first.
        recall_at_10: Share found among the first ten.
        mrr_at_10: Mean reciprocal rank, 0 past ten.
    """

    level: str
    query: str
    target: str
    candidates: int
    recall_at_1: float
    recall_at_10: float
    mrr_at_10: float


def four_directions(model: Hilbert, documents: Sequence[Features]) -> list[Direction]:
    """Measure audio -> text, text -> audio, audio -> joint and text -> joint, at both levels.

    Nothing is found by looking at itself. A segment's joint is made without the modality that
    asks (else audio finds a joint that holds it, and the number says nothing). At document
    level the odd segments of each document ask for its even segments, whose joint may then see
    both modalities.

    Args:
        model: The fusion model.
        documents: Documents; segments that lack a modality take no part, and for the document
            level those with less than two segments.

    Returns:
        Up to eight entries, those that at least two candidates allow.
    """
    found = []
    for level, sides in (("segment", _segments), ("document", _halves)):
        audio, text, targets = sides(model, documents)
        for query, vectors in (("audio", audio), ("text", text)):
            for target in ("audio", "text", "joint"):
                if target != query and len(vectors) > 1:
                    found.append(_measured(level, query, target, vectors, targets[query, target]))
    return found


def _measured(
    level: str, query: str, target: str, asking: Vectors, candidates: Vectors
) -> Direction:
    ranks = matched_ranks(asking, candidates)
    return Direction(
        level,
        query,
        target,
        len(asking),
        float(ranks.recall_at_k(1).mean()),
        float(ranks.recall_at_k(10).mean()),
        float(ranks.mrr_at_k(10).mean()),
    )


Sides = tuple[Vectors, Vectors, dict[tuple[str, str], Vectors]]


def _segments(model: Hilbert, documents: Sequence[Features]) -> Sides:
    """Return audio `[n, d]`, text `[n, d]` and targets by (query, target) of single segments."""
    sound = [embed_segments(model, features.without_text()) for features in documents]
    words = [embed_segments(model, features.without_audio()) for features in documents]
    both = [a.has_audio & t.has_text for a, t in zip(sound, words, strict=True)]

    def stacked(parts: list[Embeddings], name: str) -> Vectors:
        rows = [getattr(part, name)[keep] for part, keep in zip(parts, both, strict=True)]
        return np.concatenate([np.zeros((0, model.config.width), np.float32), *rows])

    audio, text = stacked(sound, "audio"), stacked(words, "text")
    return (
        audio,
        text,
        {
            ("audio", "text"): text,
            ("text", "audio"): audio,
            ("audio", "joint"): stacked(words, "joint"),
            ("text", "joint"): stacked(sound, "joint"),
        },
    )


def _halves(model: Hilbert, documents: Sequence[Features]) -> Sides:
    """Return the same of documents: odd segments ask, even segments are the targets."""
    several = [features for features in documents if features.n_segments > 1]
    odd = [features.select(range(1, features.n_segments, 2)) for features in several]
    even = [features.select(range(0, features.n_segments, 2)) for features in several]
    asking_audio = embed_documents(model, [features.without_text() for features in odd])
    asking_text = embed_documents(model, [features.without_audio() for features in odd])
    audio = embed_documents(model, [features.without_text() for features in even])
    text = embed_documents(model, [features.without_audio() for features in even])
    joint = embed_documents(model, even).joint
    rows = asking_audio.has_audio & asking_text.has_text & audio.has_audio & text.has_text
    targets = {"audio": audio.audio[rows], "text": text.text[rows], "joint": joint[rows]}
    return (
        asking_audio.audio[rows],
        asking_text.text[rows],
        {(query, target): targets[target] for query in ("audio", "text") for target in targets},
    )

"""The documents kept from training, and the score on them that picks and judges weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hilbert.embedding import embed_documents, embed_segments, embed_text
from hilbert.features import Features
from hilbert.metrics import mrr_at_k, recall_at_k
from hilbert.model import Hilbert

# Sentences of each held-out document that serve as typed queries.
HELD_OUT_QUERIES = 8

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Document ids by what they are for, each list sorted.

    Attributes:
        learn: the loss is computed on these.
        validation: held out; these choose the epoch whose weights are kept.
        judge: held out; nothing is chosen by these, so that their score may be believed.
    """

    learn: list[str]
    validation: list[str]
    judge: list[str]


def held_out_ids(ids: Iterable[str], share: float) -> list[str]:
    """Return the documents that no training learns from, by a hash of their id, sorted by it.

    A document's side does not change when others come, so a model that goes through several
    trainings has never learned from them. At least two are held out, whatever the share: with
    one, every query would find it.

    Args:
        ids: Ids of documents that have segments.
        share: Share of all ids, above 0 and below 1.
    """
    place = {key: int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) / 16**12 for key in ids}
    ordered = sorted(place, key=lambda key: (place[key], key))
    count = sum(value < share for value in place.values())
    return ordered[: max(count, 2)]


def split_documents(documents: Mapping[str, Features], held_out_share: float) -> Split:
    """Split documents into those to learn from, to choose weights by, and to judge them by.

    Raises:
        ValueError: Fewer than 6 documents that have segments, or fewer than 4 to learn from.
    """
    ids = [key for key, features in documents.items() if features.n_segments]
    held_out = held_out_ids(ids, held_out_share)
    if len(ids) < 6 or len(ids) - len(held_out) < 4:
        raise ValueError(
            f"training needs at least 6 documents with segments (4 to contrast, 2 held out), "
            f"got {len(ids)} of which {len(held_out)} are held out; cut long recordings into "
            "several documents, or lower held_out_share"
        )
    learn = sorted(set(ids) - set(held_out))
    return Split(learn, sorted(held_out[1::2]), sorted(held_out[::2]))


@dataclass(frozen=True)
class HeldOutScores:
    """How a model does on documents it did not learn from.

    Attributes:
        query_mrr: `[q]`, for each sentence taken as a typed query the reciprocal rank at which
            it finds its document through the joint, 0 past 10.
        query_document: `[q]`, number of the document of each.
        audio_recall: `[p]`, for each segment whether its sound finds its own text first among
            all segments.
        audio_document: `[p]`, number of the document of each.
    """

    query_mrr: FloatArray
    query_document: IntArray
    audio_recall: FloatArray
    audio_document: IntArray

    @property
    def score(self) -> float:
        """Mean of the two means, or the one that can be measured (0 if neither can)."""
        parts = [values.mean() for values in (self.query_mrr, self.audio_recall) if len(values)]
        return float(np.mean(parts)) if parts else 0.0

    def as_dict(self) -> dict[str, float]:
        """Return the means by name, without those that cannot be measured, and `score`."""
        values = {"query_mrr": self.query_mrr, "audio_recall": self.audio_recall}
        means = {name: float(value.mean()) for name, value in values.items() if len(value)}
        return means | {"score": self.score}


def held_out_scores(model: Hilbert, documents: Sequence[Features]) -> HeldOutScores:
    """Score a model on documents it did not learn from."""
    query_mrr, query_document = _query_scores(model, documents)
    audio_recall, audio_document = _audio_scores(model, documents)
    return HeldOutScores(query_mrr, query_document, audio_recall, audio_document)


def score_difference(
    before: HeldOutScores, after: HeldOutScores, samples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Paired bootstrap 95 % interval of `after.score - before.score`.

    Whole documents are redrawn, the same ones for both models (Efron and Tibshirani 1993,
    chapter 8): queries of one document are not independent, and what is hard for one model is
    hard for the other. Both must be of the same documents.
    """
    count = 1 + max(
        (
            int(owner.max())
            for owner in (before.query_document, before.audio_document)
            if len(owner)
        ),
        default=-1,
    )
    if not count:
        return 0.0, 0.0
    drawn = np.random.default_rng(seed).integers(0, count, size=(samples, count))
    parts = []
    for name, owners in (
        ("query_mrr", before.query_document),
        ("audio_recall", before.audio_document),
    ):
        gain = getattr(after, name) - getattr(before, name)
        sums = np.bincount(owners, weights=gain, minlength=count)[drawn].sum(1)  # [samples]
        sizes = np.bincount(owners, minlength=count)[drawn].sum(1)
        if len(gain):
            parts.append(sums / np.maximum(sizes, 1))
    low, high = np.quantile(np.mean(parts, axis=0), [0.025, 0.975])
    return float(low), float(high)


def _query_scores(model: Hilbert, documents: Sequence[Features]) -> tuple[FloatArray, IntArray]:
    joint = embed_documents(model, documents).joint  # [n, width]
    queries, owners = [], []
    for row, features in enumerate(documents):
        picks = np.linspace(0, len(features.sentences) - 1, HELD_OUT_QUERIES).astype(int)
        for pick in np.unique(picks) if len(features.sentences) else ():
            queries.append(features.sentences[pick].astype(np.float32))
            owners.append(row)
    owner = np.array(owners, np.int64)
    if not queries:
        return np.zeros(0), owner
    asked = embed_text(model, np.stack(queries)).joint
    return mrr_at_k(asked @ joint.T, owner, 10), owner


def _audio_scores(model: Hilbert, documents: Sequence[Features]) -> tuple[FloatArray, IntArray]:
    audio, text, owners = [], [], []
    for row, features in enumerate(documents):
        # Each modality embedded without the other, as a clip or a typed query is: only so is
        # this honest for a model whose audio vector would otherwise have seen the text.
        sound = embed_segments(model, features.without_text())
        words = embed_segments(model, features.without_audio())
        both = sound.has_audio & words.has_text
        audio.append(sound.audio[both])
        text.append(words.text[both])
        owners += [row] * int(both.sum())
    owner = np.array(owners, np.int64)
    if not owners:
        return np.zeros(0), owner
    scores = np.concatenate(audio) @ np.concatenate(text).T
    return recall_at_k(scores, np.arange(len(scores)), 1), owner

"""Everything that is measured of an embedding space, as nested numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.diagnostics.arrays import FloatArray, centred, unit_rows
from hilbert.diagnostics.cosines import sample_cosines
from hilbert.diagnostics.gap import (
    alignment,
    centroid_gap,
    relative_modality_gap,
    separability,
)
from hilbert.diagnostics.neighbours import (
    hubness,
    nearest_rows,
    occurrences,
    overlap,
    own_modality_share,
    precision,
)
from hilbert.diagnostics.similarity import information, unbiased_cka
from hilbert.diagnostics.spectrum import (
    cross_uniformity,
    effective_rank,
    singular_values,
    uniformity,
)
from hilbert.retrieval_metrics import MatchedRanks, matched_ranks

Numbers = dict[str, Any]

NEIGHBOURS = 10
# The first singular values tell a collapse; a report of hundreds is read by nobody.
_SPECTRUM = 64
_LENGTHS = ("short", "middle", "long")


@dataclass(frozen=True)
class Space:
    """Unit vectors of `n` things in two modalities, with what a model makes of both.

    The modalities are called audio and text; a control may hold two halves of one text.

    Attributes:
        audio: `[n, d]`.
        text: `[n, d]`.
        joint: `[n, d]`, made of both.
        joint_of_audio: `[n, d]`, made without the text.
        joint_of_text: `[n, d]`, made without the audio.
        joint_mean_audio: `[n, d]`, made with the mean audio in place of each thing's own.
        joint_mean_text: `[n, d]`, likewise.
        frozen_audio: `[n, d_audio]`, what the encoder said before any model.
        frozen_text: `[n, d_text]`.
        groups: `[n]`, the document of each, as numbers from 0.
        document_audio: `[m, d]`, vectors of whole documents.
        document_text: `[m, d]`.
        document_seconds: `[m]`, how long they are.
    """

    audio: FloatArray
    text: FloatArray
    joint: FloatArray
    joint_of_audio: FloatArray
    joint_of_text: FloatArray
    joint_mean_audio: FloatArray
    joint_mean_text: FloatArray
    frozen_audio: FloatArray
    frozen_text: FloatArray
    groups: NDArray[np.int64]
    document_audio: FloatArray
    document_text: FloatArray
    document_seconds: FloatArray

    def centred(self) -> Space:
        """Every kind of vector without its own mean; what replaces a joint moves with the joint."""
        middle = self.joint.mean(0)
        return replace(
            self,
            audio=centred(self.audio),
            text=centred(self.text),
            joint=centred(self.joint),
            joint_of_audio=centred(self.joint_of_audio),
            joint_of_text=centred(self.joint_of_text),
            joint_mean_audio=unit_rows(self.joint_mean_audio - middle),
            joint_mean_text=unit_rows(self.joint_mean_text - middle),
            frozen_audio=centred(self.frozen_audio),
            frozen_text=centred(self.frozen_text),
            document_audio=centred(self.document_audio),
            document_text=centred(self.document_text),
        )

    def without(self, documents: NDArray[np.int64]) -> Space:
        """The space of all other documents."""
        rows = ~np.isin(self.groups, documents)
        kept = ~np.isin(np.arange(len(self.document_seconds)), documents)
        whole = ("document_audio", "document_text", "document_seconds")
        changed = {
            name: value[kept if name in whole else rows] for name, value in vars(self).items()
        }
        return replace(self, **changed)


def measure(space: Space, seed: int = 0) -> Numbers:
    """All numbers of a space, finite, nested by what they are of.

    Args:
        space: At least two things.
        seed: Of the random pairs.
    """
    a, t, j = space.audio, space.text, space.joint
    near = _Near.of(space)
    cosines = sample_cosines(a, t, seed=seed)
    told = information(a, t, j)
    mixed = own_modality_share(a, t, NEIGHBOURS)
    return {
        "centroid_gap": centroid_gap(a, t),
        "relative_gap": relative_modality_gap(a, t),
        "alignment": alignment(a, t),
        "uniformity": {
            "audio": uniformity(a),
            "text": uniformity(t),
            "joint": uniformity(j),
            "across": cross_uniformity(a, t),
        },
        "separability": separability(a, t, space.groups.tolist()),
        "effective_rank": {
            "audio": effective_rank(a),
            "text": effective_rank(t),
            "joint": effective_rank(j),
        },
        "spectrum": {
            "audio": singular_values(a)[:_SPECTRUM].tolist(),
            "text": singular_values(t)[:_SPECTRUM].tolist(),
            "joint": singular_values(j)[:_SPECTRUM].tolist(),
        },
        **_agreement(space, near),
        "hubness": {
            "audio_to_text": vars(hubness(a, t, NEIGHBOURS)),
            "text_to_audio": vars(hubness(t, a, NEIGHBOURS)),
            "audio_to_audio": vars(occurrences(near.audio, len(a))),
            "text_to_text": vars(occurrences(near.text, len(t))),
            "joint_to_joint": vars(occurrences(near.joint, len(j))),
        },
        "cosines": {**cosines.summary(), "told_apart": cosines.auroc()},
        "information": {**vars(told), "balance": told.balance},
        "occlusion": {
            "audio": _occlusion(j, space.joint_mean_audio),
            "text": _occlusion(j, space.joint_mean_text),
        },
        "own_modality_in_top_10": dict(zip(("audio", "text"), mixed, strict=True)),
        "neighbour_precision": {
            name: {
                "model": precision(model, space.groups.tolist()),
                "frozen": precision(frozen, space.groups.tolist()),
            }
            for name, model, frozen in (
                ("audio", near.audio, near.frozen_audio),
                ("text", near.text, near.frozen_text),
            )
        },
        "recall": _recall(space, near),
        "recall_by_length": _recall_by_length(space),
    }


def measure_frozen(audio: FloatArray, text: FloatArray, groups: NDArray[np.int64]) -> Numbers:
    """The numbers of frozen features, each modality in a space of its own.

    What compares a vector of one modality with one of the other has no meaning there. Arguments
    as in `Space`.
    """
    near = {"audio": _nearest(audio, 0), "text": _nearest(text, 1)}
    of = {"audio": audio, "text": text}
    return {
        "uniformity": {name: uniformity(x) for name, x in of.items()},
        "effective_rank": {name: effective_rank(x) for name, x in of.items()},
        "cka": {"audio_text": unbiased_cka(audio, text)},
        "mutual_knn": {"audio_text": overlap(near["audio"], near["text"])},
        "hubness": {
            f"{name}_to_{name}": vars(occurrences(rows, len(rows))) for name, rows in near.items()
        },
        "neighbour_precision": {
            name: {"frozen": precision(rows, groups.tolist())} for name, rows in near.items()
        },
    }


@dataclass(frozen=True)
class _Near:
    """The nearest rows to each row within a kind of vector, each `[n, k]`."""

    audio: NDArray[np.int64]
    text: NDArray[np.int64]
    joint: NDArray[np.int64]
    frozen_audio: NDArray[np.int64]
    frozen_text: NDArray[np.int64]

    @classmethod
    def of(cls, space: Space) -> _Near:
        names = [entry.name for entry in fields(cls)]
        # Equal rows are in another order in each: they are no neighbours in common.
        return cls(**{name: _nearest(getattr(space, name), i) for i, name in enumerate(names)})


def _agreement(space: Space, near: _Near) -> Numbers:
    """CKA and mutual neighbours of the modalities, the joint and the frozen features."""
    pairs = (
        *(("audio", "text"), ("audio", "joint"), ("text", "joint")),
        *(("audio", "frozen_audio"), ("text", "frozen_text")),
        *(("joint", "frozen_audio"), ("joint", "frozen_text")),
    )
    return {
        "cka": {f"{x}_{y}": unbiased_cka(getattr(space, x), getattr(space, y)) for x, y in pairs},
        "mutual_knn": {f"{x}_{y}": overlap(getattr(near, x), getattr(near, y)) for x, y in pairs},
    }


def _nearest(x: FloatArray, seed: int) -> NDArray[np.int64]:
    k = min(NEIGHBOURS, len(x) - 1)
    return nearest_rows(x, x, k, leave_out=np.arange(len(x)), seed=seed)


def _occlusion(joint: FloatArray, occluded: FloatArray) -> Numbers:
    """What changes in the joint, and how often it is still recognised among all others."""
    ranks = matched_ranks(occluded, joint)
    return {
        "change": float(1.0 - (joint * occluded).sum(1).mean()),
        "recall_at_1": float(ranks.recall_at_k(1).mean()),
    }


def _recall(space: Space, near: _Near) -> Numbers:
    """Each kind of vector finds its counterpart; within a modality, its document's others.

    No query finds a joint that was made with it.
    """
    a, t = space.audio, space.text
    return {
        "audio_to_text": _ranks(matched_ranks(a, t)),
        "text_to_audio": _ranks(matched_ranks(t, a)),
        "audio_to_joint": _ranks(matched_ranks(a, space.joint_of_text)),
        "text_to_joint": _ranks(matched_ranks(t, space.joint_of_audio)),
        "audio_to_audio": _same_document(a, near.audio, space.groups),
        "text_to_text": _same_document(t, near.text, space.groups),
        "mixed": _mixed(a, t),
    }


def _ranks(ranks: MatchedRanks) -> Numbers:
    return {
        "candidates": len(ranks.above),
        "recall_at_1": float(ranks.recall_at_k(1).mean()),
        "recall_at_10": float(ranks.recall_at_k(10).mean()),
        "mrr_at_10": float(ranks.mrr_at_k(10).mean()),
    }


def _mixed(a: FloatArray, t: FloatArray) -> Numbers:
    """Each vector finds its match among all other vectors of both modalities."""
    n = len(a)
    both = np.concatenate([a, t])
    rows = np.arange(2 * n)
    match = (rows + n) % (2 * n)
    above, tied = np.zeros((2, 2 * n), np.int64)
    for start in range(0, 2 * n, 512):
        part = rows[start : start + 512]
        scores = both[part] @ both.T
        own = scores[np.arange(len(part)), match[part]][:, None]
        scores[np.arange(len(part)), part] = -np.inf
        above[part], tied[part] = (scores > own).sum(1), (scores == own).sum(1)
    return {**_ranks(MatchedRanks(above, tied)), "candidates": 2 * n - 1}


def _same_document(x: FloatArray, near: NDArray[np.int64], groups: NDArray[np.int64]) -> Numbers:
    """How often the nearest others hold one of the same document, where there are such."""
    asked = np.flatnonzero(np.bincount(groups)[groups] > 1)
    if not len(asked):
        return {"candidates": len(x) - 1, "queries": 0, "recall_at_1": 0.0, "recall_at_10": 0.0}
    best = near[asked]
    cosines = np.einsum("nd,nkd->nk", x[asked], x[best])
    first = best[np.arange(len(best)), cosines.argmax(1)][:, None]
    wanted = groups[asked][:, None]
    return {
        "candidates": len(x) - 1,
        "queries": len(asked),
        "recall_at_1": float((groups[first] == wanted).any(1).mean()),
        "recall_at_10": float((groups[best] == wanted).any(1).mean()),
    }


def _recall_by_length(space: Space) -> Numbers:
    """Whole documents by their audio find their own text; by thirds of the documents' lengths."""
    seconds = space.document_seconds
    ranks = matched_ranks(space.document_audio, space.document_text)
    first, ten = ranks.recall_at_k(1), ranks.recall_at_k(10)
    order = np.argsort(seconds, kind="stable")
    found = {}
    for name, rows in zip(_LENGTHS, np.array_split(order, len(_LENGTHS)), strict=True):
        found[name] = {
            "documents": len(rows),
            "longest_minutes": float(seconds[rows].max() / 60) if len(rows) else 0.0,
            "recall_at_1": float(first[rows].mean()) if len(rows) else 0.0,
            "recall_at_10": float(ten[rows].mean()) if len(rows) else 0.0,
        }
    return found

"""How often each kind of vector finds its counterpart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hilbert.diagnostics.arrays import FloatArray
from hilbert.diagnostics.measures.registry import (
    ALL,
    IntArray,
    MeasureInputs,
    Numbers,
    TableRow,
    diagnostic_measure,
)
from hilbert.retrieval_metrics import MatchedRanks, matched_ranks

_LENGTHS = ("short", "middle", "long")


@diagnostic_measure(
    "recall",
    order=50,
    rows=[
        TableRow("recall.audio_to_text.recall_at_1", "Sound finds its words first"),
        TableRow("recall.text_to_audio.recall_at_1", "Words find their sound first"),
        TableRow(
            "recall.audio_to_joint.recall_at_1",
            "Sound finds its joint first",
            "made without the sound",
        ),
        TableRow(
            "recall.text_to_joint.recall_at_1",
            "Words find their joint first",
            "made without the words",
        ),
        TableRow("recall.audio_to_audio.recall_at_1", "Sound finds its recording first"),
        TableRow("recall.text_to_text.recall_at_1", "Words find their recording first"),
        TableRow("recall.mixed.recall_at_1", "Match first in a mixed list"),
    ],
    table_order=50,
    shares=ALL,
    counts=["candidates", "queries"],
)
def _recall(inputs: MeasureInputs) -> Numbers:
    """Search each counterpart by its own; within a modality, the rest of the document.

    No query finds a joint that was made with it.
    """
    space, near = inputs.space, inputs.nearest
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
    """Search the match of each vector among all other vectors of both modalities."""
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


def _same_document(x: FloatArray, near: IntArray, groups: IntArray) -> Numbers:
    """Return how often the nearest others hold one of the same document, where there are such."""
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


def _length_rows(found: Numbers) -> Iterator[TableRow]:
    for name, numbers in found.items():
        if numbers["documents"]:
            yield TableRow(
                f"recall_by_length.{name}.recall_at_1",
                f"Whole recordings by sound, {name}",
                f"{numbers['documents']} up to {numbers['longest_minutes']:.1f} min",
                centred_interval=False,
            )


@diagnostic_measure(
    "recall_by_length",
    order=51,
    rows=_length_rows,
    table_order=200,
    shares=ALL,
    counts=["documents", "longest_minutes"],
)
def _recall_by_length(inputs: MeasureInputs) -> Numbers:
    """Search the text of whole documents by their audio, by thirds of the documents' lengths."""
    space = inputs.space
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

"""Occlusion: how the joint changes when the mean stands in place of a modality."""

from __future__ import annotations

from hilbert.diagnostics.arrays import FloatArray
from hilbert.diagnostics.measures.registry import (
    MeasureInputs,
    Numbers,
    TableRow,
    diagnostic_measure,
)
from hilbert.retrieval_metrics import matched_ranks


@diagnostic_measure(
    "occlusion",
    order=43,
    rows=[
        TableRow("occlusion.audio.change", "Joint without its own sound", "moves by, 1 - cosine"),
        TableRow("occlusion.text.change", "Joint without its own words", "moves by, 1 - cosine"),
    ],
    table_order=43,
    shares=["recall_at_1"],
)
def _occlusions(inputs: MeasureInputs) -> Numbers:
    space = inputs.space
    return {
        "audio": _occlusion(space.joint, space.joint_mean_audio),
        "text": _occlusion(space.joint, space.joint_mean_text),
    }


def _occlusion(joint: FloatArray, occluded: FloatArray) -> Numbers:
    """Return the change of the joint, and how often it is still nearest to its original."""
    ranks = matched_ranks(occluded, joint)
    return {
        "change": float(1.0 - (joint * occluded).sum(1).mean()),
        "recall_at_1": float(ranks.recall_at_k(1).mean()),
    }

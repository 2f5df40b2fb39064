"""How far apart the modalities lie."""

from __future__ import annotations

from hilbert.diagnostics.gap import (
    alignment,
    centroid_gap,
    relative_modality_gap,
    separability,
)
from hilbert.diagnostics.measures.registry import MeasureInputs, TableRow, diagnostic_measure


@diagnostic_measure(
    "centroid_gap",
    order=10,
    rows=[TableRow("centroid_gap", "Centroid gap", "distance of the means; 0 none, 2 opposite")],
    table_order=10,
)
def _centroid_gap(inputs: MeasureInputs) -> float:
    return centroid_gap(inputs.space.audio, inputs.space.text)


@diagnostic_measure(
    "relative_gap",
    order=11,
    rows=[
        TableRow(
            "relative_gap",
            "Relative gap",
            "matched pairs beside strangers; 0 coincide, 0.5 no closer",
        )
    ],
    table_order=11,
)
def _relative_gap(inputs: MeasureInputs) -> float:
    return relative_modality_gap(inputs.space.audio, inputs.space.text)


@diagnostic_measure(
    "alignment",
    order=12,
    rows=[TableRow("alignment", "Alignment", "mean squared distance of matched pairs; 0 best")],
    table_order=13,
)
def _alignment(inputs: MeasureInputs) -> float:
    return alignment(inputs.space.audio, inputs.space.text)


@diagnostic_measure(
    "separability",
    order=14,
    rows=[
        TableRow(
            "separability",
            "Linear separability",
            "a probe's held-out accuracy; 0.5 mixed, 1 apart",
        )
    ],
    table_order=12,
)
def _separability(inputs: MeasureInputs) -> float:
    space = inputs.space
    return separability(space.audio, space.text, space.groups.tolist())

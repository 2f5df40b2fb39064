"""Cosines of pairs that match and of pairs that do not."""

from __future__ import annotations

from hilbert.diagnostics.cosines import sample_cosines
from hilbert.diagnostics.measures.registry import (
    MeasureInputs,
    Numbers,
    TableRow,
    diagnostic_measure,
)


@diagnostic_measure(
    "cosines",
    order=41,
    rows=[
        TableRow(
            "cosines.told_apart", "Matched above random", "chance that a match is the closer pair"
        )
    ],
    table_order=21,
    shares=["told_apart"],
)
def _cosines(inputs: MeasureInputs) -> Numbers:
    cosines = sample_cosines(inputs.space.audio, inputs.space.text, seed=inputs.seed)
    return {**cosines.summary(), "told_apart": cosines.auroc()}

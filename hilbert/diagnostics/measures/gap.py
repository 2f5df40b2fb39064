"""How far apart the modalities lie."""

from __future__ import annotations

from collections.abc import Callable

from hilbert.diagnostics.arrays import FloatArray
from hilbert.diagnostics.gap import (
    alignment,
    centroid_gap,
    relative_modality_gap,
    separability,
)
from hilbert.diagnostics.measures.registry import (
    ALL,
    MeasureInputs,
    TableRow,
    diagnostic_measure,
)


def _register(
    name: str,
    order: int,
    table_order: int,
    row: tuple[str, str],
    function: Callable[[FloatArray, FloatArray], float],
) -> None:
    """Register a function of audio and text `[n, d]` under a name, with its row of tables."""

    def of_modalities(inputs: MeasureInputs) -> float:
        return function(inputs.space.audio, inputs.space.text)

    rows = [TableRow(name, *row)]
    diagnostic_measure(name, order=order, rows=rows, table_order=table_order)(of_modalities)


_register(
    "centroid_gap",
    order=10,
    table_order=10,
    row=("Centroid gap", "distance of the means; 0 none, 2 opposite"),
    function=centroid_gap,
)
_register(
    "relative_gap",
    order=11,
    table_order=11,
    row=("Relative gap", "matched pairs beside strangers; 0 coincide, 0.5 no closer"),
    function=relative_modality_gap,
)
_register(
    "alignment",
    order=12,
    table_order=13,
    row=("Alignment", "mean squared distance of matched pairs; 0 best"),
    function=alignment,
)


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
    shares=ALL,
)
def _separability(inputs: MeasureInputs) -> float:
    space = inputs.space
    return separability(space.audio, space.text, space.groups.tolist())

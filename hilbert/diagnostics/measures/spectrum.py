"""How evenly the vectors of each modality fill their space."""

from __future__ import annotations

from hilbert.diagnostics.measures.registry import (
    FrozenInputs,
    MeasureInputs,
    Numbers,
    TableRow,
    diagnostic_measure,
)
from hilbert.diagnostics.spectrum import (
    cross_uniformity,
    effective_rank,
    singular_values,
    uniformity,
)

# The first singular values show a collapse; hundreds of them would only swell the report.
_SPECTRUM = 64


def _uniformity_of_each(inputs: MeasureInputs | FrozenInputs) -> Numbers:
    return {name: uniformity(x) for name, x in inputs.vectors.items()}


@diagnostic_measure(
    "uniformity",
    order=13,
    rows=[
        TableRow("uniformity.audio", "Uniformity, audio", "lower is more even; near -4 is even"),
        TableRow("uniformity.text", "Uniformity, text"),
        TableRow("uniformity.across", "Uniformity, across", "unmatched sound and words"),
    ],
    table_order=20,
    frozen=_uniformity_of_each,
)
def _uniformity(inputs: MeasureInputs) -> Numbers:
    across = cross_uniformity(inputs.space.audio, inputs.space.text)
    return {**_uniformity_of_each(inputs), "across": across}


def _effective_rank(inputs: MeasureInputs | FrozenInputs) -> Numbers:
    return {name: effective_rank(x) for name, x in inputs.vectors.items()}


diagnostic_measure(
    "effective_rank",
    order=20,
    rows=[
        TableRow("effective_rank.audio", "Effective rank, audio", "directions in use"),
        TableRow("effective_rank.text", "Effective rank, text"),
        TableRow("effective_rank.joint", "Effective rank, joint"),
    ],
    table_order=22,
    frozen=_effective_rank,
)(_effective_rank)


@diagnostic_measure("spectrum", order=21)
def _spectrum(inputs: MeasureInputs) -> Numbers:
    return {name: singular_values(x)[:_SPECTRUM].tolist() for name, x in inputs.vectors.items()}

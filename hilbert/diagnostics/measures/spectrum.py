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


def _frozen_uniformity(inputs: FrozenInputs) -> Numbers:
    return {name: uniformity(x) for name, x in inputs.modalities.items()}


@diagnostic_measure(
    "uniformity",
    order=13,
    rows=[
        TableRow("uniformity.audio", "Uniformity, audio", "lower is more even; near -4 is even"),
        TableRow("uniformity.text", "Uniformity, text"),
        TableRow("uniformity.across", "Uniformity, across", "unmatched sound and words"),
    ],
    table_order=20,
    frozen=_frozen_uniformity,
)
def _uniformity(inputs: MeasureInputs) -> Numbers:
    space = inputs.space
    return {
        "audio": uniformity(space.audio),
        "text": uniformity(space.text),
        "joint": uniformity(space.joint),
        "across": cross_uniformity(space.audio, space.text),
    }


def _frozen_effective_rank(inputs: FrozenInputs) -> Numbers:
    return {name: effective_rank(x) for name, x in inputs.modalities.items()}


@diagnostic_measure(
    "effective_rank",
    order=20,
    rows=[
        TableRow("effective_rank.audio", "Effective rank, audio", "directions in use"),
        TableRow("effective_rank.text", "Effective rank, text"),
        TableRow("effective_rank.joint", "Effective rank, joint"),
    ],
    table_order=22,
    frozen=_frozen_effective_rank,
)
def _effective_rank(inputs: MeasureInputs) -> Numbers:
    space = inputs.space
    return {
        "audio": effective_rank(space.audio),
        "text": effective_rank(space.text),
        "joint": effective_rank(space.joint),
    }


@diagnostic_measure("spectrum", order=21)
def _spectrum(inputs: MeasureInputs) -> Numbers:
    space = inputs.space
    return {
        "audio": singular_values(space.audio)[:_SPECTRUM].tolist(),
        "text": singular_values(space.text)[:_SPECTRUM].tolist(),
        "joint": singular_values(space.joint)[:_SPECTRUM].tolist(),
    }

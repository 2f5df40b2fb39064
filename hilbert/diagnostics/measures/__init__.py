"""Everything that is measured of an embedding space, as nested numbers.

A new measure is one new file in this folder: a function from `MeasureInputs` to numbers, marked
`@diagnostic_measure("its_key")`, with the rows that tables show of it, and which of its numbers are
shares (their intervals end at 0 and 1) or counts (which have none).
"""

from __future__ import annotations

from hilbert.diagnostics.arrays import FloatArray
from hilbert.diagnostics.measures.registry import (
    ALL,
    MEASURES,
    NEIGHBOURS,
    FrozenInputs,
    IntArray,
    Measure,
    MeasureInputs,
    Numbers,
    TableRow,
    diagnostic_measure,
    measured_rows,
)
from hilbert.diagnostics.measures.space import Space

__all__ = [
    "ALL",
    "MEASURES",
    "NEIGHBOURS",
    "FrozenInputs",
    "Measure",
    "MeasureInputs",
    "Numbers",
    "Space",
    "TableRow",
    "diagnostic_measure",
    "measure",
    "measure_frozen",
    "measured_rows",
]


def measure(space: Space, seed: int = 0) -> Numbers:
    """Compute all measures of a space.

    Args:
        space: At least two things.
        seed: Seed of the random pairs.

    Returns:
        Finite numbers, nested by what they are of.
    """
    inputs = MeasureInputs(space, seed)
    return {name: member.function(inputs) for name, member in MEASURES.items()}


def measure_frozen(audio: FloatArray, text: FloatArray, groups: IntArray) -> Numbers:
    """Compute the measures of frozen features, each modality in a space of its own.

    Measures that compare a vector of one modality with one of the other have no meaning there
    and are left out.

    Args:
        audio: `[n, d_audio]`.
        text: `[n, d_text]`.
        groups: `[n]`, the document of each row, as numbers from 0.
    """
    inputs = FrozenInputs(audio, text, groups)
    return {name: member.frozen(inputs) for name, member in MEASURES.items() if member.frozen}

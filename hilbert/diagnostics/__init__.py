"""Diagnostics of an embedding space: gap, spectrum, neighbours, similarity, interpretation.

Each measure takes rows of vectors and returns a number, with its source in its docstring;
`measure` takes them all of a `Space`, which `model_space` and `control_space` make of a model
and documents. `read` interprets the numbers in words. All are loaded when first used: SciPy alone
takes a second.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hilbert.diagnostics.arrays import centred
    from hilbert.diagnostics.cosines import CosineHistograms, Cosines, sample_cosines
    from hilbert.diagnostics.gap import (
        alignment,
        centroid_gap,
        relative_modality_gap,
        separability,
    )
    from hilbert.diagnostics.interpretation import Finding, read
    from hilbert.diagnostics.intervals import flatten, jackknife
    from hilbert.diagnostics.measures import (
        MEASURES,
        FrozenInputs,
        Measure,
        MeasureInputs,
        Space,
        TableRow,
        diagnostic_measure,
        measure,
        measure_frozen,
        measured_rows,
    )
    from hilbert.diagnostics.neighbours import (
        Hubness,
        hubness,
        own_modality_share,
    )
    from hilbert.diagnostics.projection import pca_map, tsne_map
    from hilbert.diagnostics.similarity import Information, information, unbiased_cka
    from hilbert.diagnostics.spaces import control_space, model_space, paired_segments
    from hilbert.diagnostics.spectrum import (
        cross_uniformity,
        effective_rank,
        singular_values,
        uniformity,
    )

_HOME = {
    "MEASURES": "measures",
    "CosineHistograms": "cosines",
    "Cosines": "cosines",
    "Finding": "interpretation",
    "FrozenInputs": "measures",
    "Hubness": "neighbours",
    "Information": "similarity",
    "Measure": "measures",
    "MeasureInputs": "measures",
    "Space": "measures",
    "TableRow": "measures",
    "alignment": "gap",
    "centred": "arrays",
    "centroid_gap": "gap",
    "control_space": "spaces",
    "cross_uniformity": "spectrum",
    "diagnostic_measure": "measures",
    "effective_rank": "spectrum",
    "flatten": "intervals",
    "hubness": "neighbours",
    "information": "similarity",
    "jackknife": "intervals",
    "measure": "measures",
    "measure_frozen": "measures",
    "measured_rows": "measures",
    "model_space": "spaces",
    "own_modality_share": "neighbours",
    "paired_segments": "spaces",
    "pca_map": "projection",
    "read": "interpretation",
    "relative_modality_gap": "gap",
    "sample_cosines": "cosines",
    "separability": "gap",
    "singular_values": "spectrum",
    "tsne_map": "projection",
    "unbiased_cka": "similarity",
    "uniformity": "spectrum",
}
__all__ = [
    "MEASURES",
    "CosineHistograms",
    "Cosines",
    "Finding",
    "FrozenInputs",
    "Hubness",
    "Information",
    "Measure",
    "MeasureInputs",
    "Space",
    "TableRow",
    "alignment",
    "centred",
    "centroid_gap",
    "control_space",
    "cross_uniformity",
    "diagnostic_measure",
    "effective_rank",
    "flatten",
    "hubness",
    "information",
    "jackknife",
    "measure",
    "measure_frozen",
    "measured_rows",
    "model_space",
    "own_modality_share",
    "paired_segments",
    "pca_map",
    "read",
    "relative_modality_gap",
    "sample_cosines",
    "separability",
    "singular_values",
    "tsne_map",
    "unbiased_cka",
    "uniformity",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hilbert.diagnostics' has no attribute '{name}'")
    return getattr(importlib.import_module(f"hilbert.diagnostics.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

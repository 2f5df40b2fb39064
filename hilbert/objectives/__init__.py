"""The terms of the training loss, each switched on by its weight in `TrainingConfig.weights`.

A new objective is one new file in this folder: a function from `LossInputs` to a scalar, marked
`@term("its_name")`. Files are found by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from hilbert.objectives.inputs import TERMS, LossInputs, LossSettings, Term, term
from hilbert.objectives.parse import check_weights, parse_weights

__all__ = [
    "TERMS",
    "LossInputs",
    "LossSettings",
    "Term",
    "check_weights",
    "parse_weights",
    "term",
    "total_loss",
]


def total_loss(inputs: LossInputs, weights: Mapping[str, float]) -> tuple[Tensor, dict[str, float]]:
    """Add up the terms by weight.

    Args:
        inputs: The batch.
        weights: Weight by term name; terms at weight 0 are not computed.

    Returns:
        The scalar loss, and the unweighted value of each term with `"total"` beside them.

    Raises:
        ValueError: A weight names no term.
    """
    check_weights(weights)
    # Starting from a zero that has a graph keeps `backward` defined with all weights at zero.
    total = inputs.outputs.joint.sum() * 0.0
    parts: dict[str, float] = {}
    for name, weight in weights.items():
        if weight > 0:
            value = TERMS[name](inputs)
            total = total + weight * value
            parts[name] = value.item()
    parts["total"] = total.item()
    return total, parts

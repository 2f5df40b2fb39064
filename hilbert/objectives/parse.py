"""Weights of the terms of the loss: read from text, checked against the terms that exist."""

from __future__ import annotations

from collections.abc import Mapping

from hilbert.objectives.inputs import TERMS


def check_weights(weights: Mapping[str, float]) -> None:
    """Refuse weights of terms that do not exist.

    Raises:
        ValueError: Names the unknown terms and the known ones.
    """
    if unknown := sorted(set(weights) - set(TERMS)):
        raise ValueError(
            f"unknown term of the loss: {', '.join(unknown)}; known are {', '.join(sorted(TERMS))}"
        )


def parse_weights(text: str) -> dict[str, float]:
    """Read terms and weights such as `direct=0.5,query=1`; a term without a weight weighs 1.

    Whether the terms exist is not checked (`check_weights`).

    Raises:
        ValueError: A weight is no number.
    """
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, _, weight = (piece.strip() for piece in part.partition("="))
        try:
            weights[name] = float(weight or 1.0)
        except ValueError:
            raise ValueError(f"the weight of {name} is no number: {weight!r}") from None
    return weights

"""Named architectures of the model and named objectives: the abstract's, ours, and baselines.

The abstract of HILBERT (arXiv 2604.16247) names its parts without formulas or weights, so the
entries called "paper" are the closest reading of its words, not its settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Architecture of the model by name: what differs from the defaults of `HilbertConfig`.
ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    # Anchored on the frozen text, audio trusted as far as it agrees: found to serve search.
    "hilbert": {},
    # Both sides trained, the joint made of cross-attended states alone; nothing is limited.
    "paper": {"text_anchor": False, "gate": False, "joint_form": "pooled"},
    # The same, with all three vectors cross-attended.
    "paper-x": {"text_anchor": False, "gate": False, "joint_form": "pooled", "fusion_mode": "X"},
    # Two towers, each trained, that meet by a contrast with a learned temperature.
    "clip": {"text_anchor": False, "gate": False, "learned_temperature": True, "cross_layers": 0},
}

# Weights of the terms of the loss by name; see `hilbert.objectives` for each term.
OBJECTIVES: Mapping[str, Mapping[str, float]] = {
    "hilbert": {
        "direct": 0.5,
        "sentence": 1.0,
        "reciprocal": 1.0,
        "cka_text": 0.3,
        "balance": 0.1,
        "query": 1.0,
    },
    "paper": {
        "reciprocal_plain": 1.0,
        "cka_audio_output": 0.15,
        "cka_text_output": 0.15,
        "balance_symmetric": 0.1,
    },
    "direct": {"direct": 1.0},
    "clip": {"clip": 1.0},
    "gmc": {"gmc": 1.0},
    "contrastive": {"contrastive": 1.0},
}
# What a training optimises where nothing else is asked for.
DEFAULT_OBJECTIVE = "hilbert"


def objective(text: str) -> dict[str, float]:
    """Read an objective: a name from `OBJECTIVES`, or terms and weights as `direct=0.5,query=1`.

    A term without a weight weighs 1.

    Raises:
        ValueError: Neither a known objective nor terms with weights; names what there is.
    """
    from hilbert.objectives.parse import check_weights, parse_weights  # imports torch

    name = text.strip()
    if name in OBJECTIVES:
        return dict(OBJECTIVES[name])
    weights = parse_weights(name)
    try:
        check_weights(weights)
    except ValueError as error:
        raise ValueError(f"{error}; or name an objective: {', '.join(OBJECTIVES)}") from None
    return weights

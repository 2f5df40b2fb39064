"""The fingerprint of a text encoder, the same for a model and for what was exported from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping


def text_fingerprint(weights: str, prompts: Mapping[str, str], max_tokens: int) -> str:
    """Hash all that changes the vectors of a text encoder.

    Args:
        weights: Fingerprint of the model's folder (`ResolvedModel.fingerprint`).
        prompts: Put before a text, by its kind.
        max_tokens: Where texts are cut.

    Returns:
        sha256, hex.
    """
    settings = {
        # Libraries hold the hash with this name; it stays, whatever class runs the model.
        "class": "SentenceTransformerEncoder",
        "weights": weights,
        "prompts": dict(prompts),
        "max_length": max_tokens,
    }
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()

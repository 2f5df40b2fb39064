"""The plain `ContrastiveLoss` of the recipe published beside HILBERT. A baseline."""

from __future__ import annotations

import torch
from torch import Tensor

from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import LossInputs, term


@term("contrastive")
def contrastive(inputs: LossInputs) -> Tensor:
    """Contrast audio with text and both with the joint, every other window being a negative.

    `mean of L(A, T), L(A, J), L(T, J)` with `L` the plain symmetric InfoNCE that the recipe's
    starter code is made of: no pair is excluded, whatever the two windows are of, and the
    joint sees the modality that it is contrasted with.

    Inputs used: `outputs.audio`, `outputs.text`, `outputs.joint`, each `[B, width]`; only
    windows with both modalities.
    When: as a baseline. Relation: `clip` is its first part with exclusions,
    `reciprocal_plain` the other two. The recipe does not say which pairs it contrasts: all
    three is our reading.
    """
    both = inputs.has_both
    audio, text = inputs.outputs.audio[both], inputs.outputs.text[both]
    joint = inputs.outputs.joint[both]
    pairs = ((audio, text), (audio, joint), (text, joint))
    return torch.stack([info_nce(x, y, inputs.temperature) for x, y in pairs]).mean()

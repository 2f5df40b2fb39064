"""Balance terms: audio and text are to be equally informative of the joint.

With `I(X; J) >= log N - L_XJ` (the InfoNCE bound) the difference of the information of text and
audio on the joint is at most estimated by `L_AJ - L_TJ`: no parameters of its own. The abstract
names an MI balancing loss without a formula; these forms are choices.
"""

from __future__ import annotations

import torch
from torch import Tensor

from hilbert.objectives.cka import cka
from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import LossInputs, term


def balance_sides(inputs: LossInputs) -> tuple[Tensor, Tensor]:
    """Return `(L_AJ, L_TJ)`, the contrast of each modality with the full joint.

    Worth logging whatever the weights: a balance near zero says nothing of its two sides. Only
    windows with both modalities count.
    """
    both = inputs.has_both
    joint, excluded = inputs.outputs.joint[both], inputs.excluded[both][:, both]
    audio = info_nce(inputs.outputs.audio[both], joint, inputs.temperature, excluded)
    text = info_nce(inputs.outputs.text[both], joint, inputs.temperature, excluded)
    return audio, text


@term("balance")
def balance_one_sided(inputs: LossInputs) -> Tensor:
    """Lift the modality less informative of the joint: `L_weaker - stopgrad(L_stronger)`.

    Inputs used: `outputs.audio`, `outputs.text`, `outputs.joint`, each `[B, width]`.
    When: the default form, with a small weight: its gradient reaches the weaker side only.
    Relation: `balance_symmetric` has the same value but can be lowered by harming the stronger
    side. Both saturate at zero once the contrast is easy; `balance_kernel` does not.
    """
    audio, text = balance_sides(inputs)
    return torch.maximum(audio, text) - torch.minimum(audio, text).detach()


@term("balance_symmetric")
def balance_symmetric(inputs: LossInputs) -> Tensor:
    """Shrink the difference itself: `|L_TJ - L_AJ|`.

    Inputs used: `outputs.audio`, `outputs.text`, `outputs.joint`, each `[B, width]`.
    When: for comparison: it can be lowered by destroying the stronger modality's part.
    Relation: `balance` has the same value with a gradient to the weaker side only.
    """
    audio, text = balance_sides(inputs)
    return (text - audio).abs()


@term("balance_kernel")
def balance_kernel(inputs: LossInputs) -> Tensor:
    """Balance of structure: `|CKA(A, J) - CKA(T, J)|`.

    Inputs used: `outputs.audio`, `outputs.text`, `outputs.joint`, each `[B, width]`; zero with
    fewer than four windows that have both modalities.
    When: where the contrasts are solved and the other forms are stuck at zero: similarities
    keep telling. Relation: unlike them it compares structure, not instances. It bends a joint
    anchored on text away from text, so typed queries must be watched.
    """
    both = inputs.has_both
    audio, text, joint = (
        vectors[both]
        for vectors in (inputs.outputs.audio, inputs.outputs.text, inputs.outputs.joint)
    )
    if len(joint) < 4:
        return joint.sum() * 0.0
    return (cka(audio, joint) - cka(text, joint)).abs()

"""Reciprocal dual contrast of audio and text with the joint: leak-free, and as worded."""

from __future__ import annotations

from torch import Tensor

from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import LossInputs, term


@term("reciprocal")
def reciprocal(inputs: LossInputs) -> Tensor:
    """Reciprocal dual contrast, leak-free: each modality against the joint of the other.

    `(L(A, J without audio) + L(T, J without text)) / 2`. Since the joint holds nothing of the
    vector it is contrasted with, a small value means that audio and text predict each other.
    This form is ours; the abstract contrasts with the joint and does not say how.

    Inputs used: `outputs.audio`, `outputs.text`, `joint_without_audio`, `joint_without_text`,
    each `[B, width]`; only windows with both modalities.
    When: the default, with an anchored joint or beside `direct`: with a free ("pooled") joint
    audio learns to find the joint of the text, which need not lie where the text does.
    Relation: `reciprocal_plain` is the abstract's wording taken literally;
    measured with the same query term, typed queries through the joint keep 0.69 MRR against 0.65
    (the leak-free run also had the gate).
    """
    sides = (
        (inputs.outputs.audio, inputs.joint_without_audio),
        (inputs.outputs.text, inputs.joint_without_text),
    )
    return _dual(inputs, sides)


@term("reciprocal_plain")
def reciprocal_plain(inputs: LossInputs) -> Tensor:
    """Reciprocal dual contrast as the abstract words it: audio to joint and text to joint.

    `(L(A, J) + L(T, J)) / 2` with a joint that sees both. It solves itself: for independent
    audio and text whose joint is their sum it reads 0.015 at 256 rows, though audio then finds
    its text by chance only.

    Inputs used: `outputs.audio`, `outputs.text`, `outputs.joint`, each `[B, width]`; only
    windows with both modalities.
    When: as a baseline, and only beside `direct`.
    Relation: GMC (Poklukar 2022, arXiv 2202.03390) contrasts each modality with the joint too.
    """
    joint = inputs.outputs.joint
    return _dual(inputs, ((inputs.outputs.audio, joint), (inputs.outputs.text, joint)))


def _dual(inputs: LossInputs, sides: tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]) -> Tensor:
    both = inputs.has_both
    excluded = inputs.excluded[both][:, both]
    losses = [info_nce(x[both], joint[both], inputs.temperature, excluded) for x, joint in sides]
    return (losses[0] + losses[1]) / 2

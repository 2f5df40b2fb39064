"""Hop penalty: the hops of self-attentive pooling are to look at different segments."""

from __future__ import annotations

from torch import Tensor

from hilbert.objectives.inputs import LossInputs, term


@term("hop_penalty")
def hop_penalty(inputs: LossInputs) -> Tensor:
    """Keep the hops apart: the mean over windows of `||A A' - I||_F^2`.

    `A [hops, segments]` holds the weights of one pool; the pools of audio, text and the joint
    are added. Lin 2017 (arXiv 1703.03130, section 2.2).

    Inputs used: `outputs.hop_overlap [B]`.
    When: with `pooling_hops` of 2 or more, and windows of more segments than hops; else it is
    constant. Relation: the only term that says nothing of what the vectors are.
    """
    return inputs.outputs.hop_overlap.mean()

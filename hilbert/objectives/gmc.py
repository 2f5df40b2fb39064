"""GMC, geometric multimodal contrast: each modality against the joint. A baseline."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from hilbert.model.layers import l2_normalize
from hilbert.objectives.inputs import LossInputs, term


def nt_xent(
    x: Tensor, y: Tensor, temperature: float | Tensor, excluded: Tensor | None = None
) -> Tensor:
    """NT-Xent: among all other rows of `x` and `y` each row is to find its counterpart.

    `-1/2n sum_i log(exp(cos(z_i, z_i') / tau) / sum_{k != i} exp(cos(z_i, z_k) / tau))` over the
    `2n` rows `z` of both, `z_i'` the counterpart (Chen 2020, arXiv 2002.05709, equation 1).
    Unlike `info_nce` the rows of the same side are negatives too.

    Args:
        x: `[n, d]`.
        y: `[n, d]`, the counterpart of each row of `x`.
        temperature: `tau`.
        excluded: `[n, n]` bool, pairs of things that are not to be negatives of each other.

    Returns:
        A scalar; zero with fewer than two rows.
    """
    n = len(x)
    if n < 2:
        return (x.sum() + y.sum()) * 0.0
    z = l2_normalize(torch.cat([x, y]))  # [2n, d]
    logits = z @ z.T / temperature  # [2n, 2n]
    place = torch.arange(2 * n, device=x.device)
    counterpart = (place + n) % (2 * n)
    left_out = torch.eye(2 * n, dtype=torch.bool, device=x.device)
    if excluded is not None:
        left_out = left_out | (excluded | excluded.T).repeat(2, 2)
    left_out[place, counterpart] = False
    return F.cross_entropy(logits.masked_fill(left_out, float("-inf")), counterpart)


@term("gmc")
def gmc(inputs: LossInputs) -> Tensor:
    """Bring each modality near the joint of everything: `NT-Xent(A, J) + NT-Xent(T, J)`.

    Poklukar 2022 (arXiv 2202.03390, section 4), the published objective that is nearest to the
    abstract's.

    Inputs used: `outputs.audio`, `outputs.text`, `outputs.joint`, each `[B, width]`, and
    `excluded [B, B]`; only windows with both modalities.
    When: as a baseline. Relation: `reciprocal_plain` without negatives from the same side. As
    there the joint holds what it is contrasted with, so the loss can be solved while audio and
    text know nothing of each other.
    """
    both = inputs.has_both
    joint, excluded = inputs.outputs.joint[both], inputs.excluded[both][:, both]
    sides = (inputs.outputs.audio[both], inputs.outputs.text[both])
    losses = [nt_xent(side, joint, inputs.temperature, excluded) for side in sides]
    return losses[0] + losses[1]

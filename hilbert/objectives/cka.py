"""Structure-preserving terms: the joint keeps the similarities of the frozen features."""

from __future__ import annotations

import torch
from torch import Tensor

from hilbert.model.layers import l2_normalize
from hilbert.objectives.inputs import LossInputs, term

# HSIC_1 of a kernel with itself is near 1e-3 or more for unit vectors in practice; under this
# floor the ratio would be noise over noise.
_FLOOR = 1e-6


def hsic_1(k: Tensor, l: Tensor) -> Tensor:  # noqa: E741
    """Unbiased estimate of HSIC of two kernel matrices `[n, n]`, n >= 4.

    `1/(n(n-3)) [tr(KL) + (1'K1)(1'L1)/((n-1)(n-2)) - 2/(n-2) 1'KL1]` with the diagonals of K
    and L set to zero and nothing centred before (Song 2012, JMLR 13; in the minibatch form of
    Nguyen 2021, arXiv 2010.15327). Can be negative.

    Raises:
        ValueError: Fewer than four rows, for which it is not defined.
    """
    n = len(k)
    if n < 4:
        raise ValueError(f"HSIC_1 needs at least 4 rows, got {n}")
    off_diagonal = 1.0 - torch.eye(n, dtype=k.dtype, device=k.device)
    k, l = k * off_diagonal, l * off_diagonal  # noqa: E741
    trace = (k * l.T).sum()
    k_rows, l_rows = k.sum(0), l.sum(1)  # [n], so that 1'KL1 = k_rows . l_rows
    sums = k_rows.sum() * l_rows.sum() / ((n - 1) * (n - 2))
    return (trace + sums - 2.0 / (n - 2) * (k_rows @ l_rows)) / (n * (n - 3))


def cka(x: Tensor, y: Tensor) -> Tensor:
    """Linear CKA of two representations of the same `n` things, unbiased, a scalar in [-1, 1].

    `HSIC_1(K, L) / sqrt(HSIC_1(K, K) HSIC_1(L, L))`, `K = x x'`, `L = y y'` (Kornblith 2019,
    arXiv 1905.00414, with the unbiased estimate). 1: the same similarities up to scale; mean
    near 0 for independent vectors, where the biased form reads 0.89 at n = 32, d = 256. The
    denominator is kept from vanishing.

    Args:
        x: `[n, d1]`, n >= 4.
        y: `[n, d2]`; the widths may differ.
    """
    k, l = x @ x.T, y @ y.T  # noqa: E741
    scale = hsic_1(k, k).clamp_min(_FLOOR) * hsic_1(l, l).clamp_min(_FLOOR)
    return (hsic_1(k, l) / scale.sqrt()).clamp(-1.0, 1.0)


def structure_loss(joint: Tensor, frozen: Tensor) -> Tensor:
    """`1 - CKA` of `joint [n, width]` and `frozen [n, d]`; the frozen side gets no gradient.

    Rows of `frozen` are scaled to length one, else loud or long windows would rule the kernel.
    Zero with fewer than four rows.
    """
    if len(joint) < 4:
        return joint.sum() * 0.0
    return 1.0 - cka(joint, l2_normalize(frozen.detach()))


@term("cka_text")
def cka_text(inputs: LossInputs) -> Tensor:
    """Keep the similarities of the frozen text vectors in the joint (pair T-J).

    Inputs used: `outputs.joint [B, width]`, `frozen_text [B, d_text]`, windows with text.
    When: the default: a sentence encoder's similarities are worth keeping. Relation: `query`
    says which joint a query finds, this how joints lie to each other. Reference: the abstract
    names a CKA loss; the frozen features as its target and the unbiased estimate are choices.
    """
    rows = inputs.outputs.has_text
    return structure_loss(inputs.outputs.joint[rows], inputs.frozen_text[rows])


@term("cka_audio")
def cka_audio(inputs: LossInputs) -> Tensor:
    """Keep the similarities of the frozen audio features in the joint (pair A-J).

    Inputs used: `outputs.joint [B, width]`, `frozen_audio [B, d_audio]`, windows with audio.
    When: off by default: mean speech tokens mostly distinguish voices and rooms, which pulls the
    joint from what was said. Worth a weight where the sound is what counts. Relation:
    `cka_text` keeps the other side; `cka_audio_output` has the model's audio vectors as target.
    """
    rows = inputs.outputs.has_audio
    return structure_loss(inputs.outputs.joint[rows], inputs.frozen_audio[rows])


@term("cka_text_output")
def cka_text_output(inputs: LossInputs) -> Tensor:
    """Keep the similarities of the text vectors, as the model gives them, in the joint.

    Inputs used: `outputs.joint`, `outputs.text`, `[B, width]`, windows with text.
    When: for comparison: the target moves with the model, so both can become equal by losing
    structure. Relation: `cka_text` has the frozen features as target; with the text anchor the
    two differ only in how a window's segments are averaged.
    """
    rows = inputs.outputs.has_text
    return _output_loss(inputs.outputs.joint[rows], inputs.outputs.text[rows])


@term("cka_audio_output")
def cka_audio_output(inputs: LossInputs) -> Tensor:
    """Keep the similarities of the audio vectors, as the model gives them, in the joint.

    Inputs used: `outputs.joint`, `outputs.audio`, `[B, width]`, windows with audio.
    When: for comparison, see `cka_text_output`. Relation: `cka_audio` has the frozen features
    as target.
    """
    rows = inputs.outputs.has_audio
    return _output_loss(inputs.outputs.joint[rows], inputs.outputs.audio[rows])


def _output_loss(joint: Tensor, modality: Tensor) -> Tensor:
    """`1 - CKA`, with a gradient to both sides; zero with fewer than four rows."""
    return joint.sum() * 0.0 if len(joint) < 4 else 1.0 - cka(joint, modality)

"""InfoNCE, the contrast that most terms are made of."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from hilbert.model.layers import l2_normalize


def info_nce(
    x: Tensor, y: Tensor, temperature: float | Tensor, excluded: Tensor | None = None
) -> Tensor:
    """Symmetric InfoNCE: each row of `x` is to find its row of `y` among all, and back.

    Optimises `(l_XY + l_YX) / 2` with
    `l_XY = -1/n sum_i log(exp(cos(x_i, y_i) / tau) / sum_k exp(cos(x_i, y_k) / tau))`,
    whose negative plus `log n` bounds the mutual information from below (van den Oord 2018,
    arXiv 1807.03748; symmetric as in CLIP, arXiv 2103.00020).

    Args:
        x: `[n, d]`.
        y: `[n, d]`, the positive of each row of `x`.
        temperature: `tau`.
        excluded: `[n, n]` bool, pairs that are not to be used as negatives. The diagonal is
            never excluded. A row with no negative left adds zero.

    Returns:
        A scalar; zero with fewer than two rows, where there is nothing to contrast.
    """
    if len(x) < 2:
        return (x.sum() + y.sum()) * 0.0
    logits = l2_normalize(x) @ l2_normalize(y).T / temperature  # [n, n]
    if excluded is not None:
        itself = torch.eye(len(x), dtype=torch.bool, device=x.device)
        logits = logits.masked_fill((excluded | excluded.T) & ~itself, float("-inf"))
    labels = torch.arange(len(x), device=x.device)
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2

"""Inputs of the loss made by hand, and its formulas written a second time in plain loops."""

import math
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from hilbert.model.config import HilbertConfig
from hilbert.model.fusion import Outputs
from hilbert.objectives import LossInputs

FREE_JOINT = HilbertConfig(
    d_audio=24, d_text=16, width=32, adapter_layers=1, heads=2, dropout=0.0,
    text_anchor=False, gate=False, joint_form="pooled",
)  # fmt: skip
"""A joint that nothing anchors, as in the abstract."""


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def rows(n: int, d: int, seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).standard_normal((n, d)))


def tensor(x: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(x))


def made_inputs(audio: np.ndarray, text: np.ndarray, joint: np.ndarray, **changes) -> LossInputs:
    """Make inputs whose joint without a modality is the other one, at temperature 0.07."""
    a, t, j = (tensor(x) for x in (audio, text, joint))
    n = len(a)
    yes, no = torch.ones(n, dtype=torch.bool), torch.zeros(n, n, dtype=torch.bool)
    outputs = Outputs(a, t, j, yes, yes, yes, torch.ones(n), torch.zeros(n))
    inputs = LossInputs(
        outputs=outputs,
        joint_without_audio=t,
        joint_without_text=a,
        joint_dropped=j,
        segment_audio=a,
        segment_text=t,
        segment_excluded=no,
        spoken_audio=a,
        spoken_text=t,
        spoken_excluded=no,
        queries=t,
        query_rows=torch.arange(n),
        frozen_audio=a,
        frozen_text=t,
        excluded=no,
        temperature=0.07,
    )
    return replace(inputs, **changes)


def numpy_info_nce(x: np.ndarray, y: np.ndarray, tau: float, allowed: np.ndarray) -> float:
    """Loops instead of matrices: a second opinion."""
    n, total = len(x), 0.0
    for left, right in ((x, y), (y, x)):
        for i in range(n):
            among = [k for k in range(n) if k == i or allowed[i, k]]
            denominator = sum(math.exp(left[i] @ right[k] / tau) for k in among)
            total -= math.log(math.exp(left[i] @ right[i] / tau) / denominator)
    return total / (2 * n)


def numpy_cka(x: np.ndarray, y: np.ndarray) -> float:
    """HSIC_1 from its definition as a U-statistic: sums over distinct indices."""

    def hsic(k: np.ndarray, l: np.ndarray) -> float:  # noqa: E741
        n = len(k)
        two = three = four = 0.0
        for i in range(n):
            for j in range(n):
                if j == i:
                    continue
                two += k[i, j] * l[i, j]
                for q in range(n):
                    if q in (i, j):
                        continue
                    three += k[i, j] * l[i, q]
                    four += sum(k[i, j] * l[q, r] for r in range(n) if r not in (i, j, q))
        pairs = n * (n - 1)
        return two / pairs - 2 * three / (pairs * (n - 2)) + four / (pairs * (n - 2) * (n - 3))

    k, l = x @ x.T, y @ y.T  # noqa: E741
    return hsic(k, l) / math.sqrt(hsic(k, k) * hsic(l, l))

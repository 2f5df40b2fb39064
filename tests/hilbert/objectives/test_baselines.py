"""The baselines: CLIP, the plain contrastive loss and GMC."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hilbert.objectives import TERMS, LossInputs
from tests.loss_inputs import made_inputs, numpy_info_nce, rows, tensor


def test_clip_contrasts_windows_and_leaves_out_what_is_no_negative() -> None:
    audio, text = rows(7, 5, 1), rows(7, 5, 2)
    group = np.array([0, 0, 1, 2, 3, 4, 4])
    excluded = group[:, None] == group
    inputs = made_inputs(audio, text, text, excluded=tensor(excluded))
    expected = numpy_info_nce(audio, text, 0.07, ~excluded)
    assert TERMS["clip"](inputs).item() == pytest.approx(expected)


def test_the_plain_contrastive_loss_is_the_mean_of_three_contrasts_without_exclusions() -> None:
    audio, text, joint = (rows(7, 5, seed) for seed in range(3))
    excluded = tensor(np.ones((7, 7), bool))
    inputs = made_inputs(audio, text, joint, excluded=excluded)
    everything = np.ones((7, 7), bool)
    pairs = ((audio, text), (audio, joint), (text, joint))
    expected = np.mean([numpy_info_nce(x, y, 0.07, everything) for x, y in pairs])
    assert TERMS["contrastive"](inputs).item() == pytest.approx(expected)


def _numpy_nt_xent(x: np.ndarray, y: np.ndarray, tau: float, allowed: np.ndarray) -> float:
    """NT-Xent row by row: 2n rows, each against all others but itself."""
    n, z, total = len(x), np.concatenate([x, y]), 0.0
    for i in range(2 * n):
        own = (i + n) % (2 * n)
        among = [k for k in range(2 * n) if k == own or (k != i and allowed[i % n, k % n])]
        total -= math.log(
            math.exp(z[i] @ z[own] / tau) / sum(math.exp(z[i] @ z[k] / tau) for k in among)
        )
    return total / (2 * n)


def test_gmc_of_two_orthogonal_pairs_is_the_value_worked_out_by_hand() -> None:
    eye = np.eye(2)
    # Each row sees its counterpart at cosine 1 and two others at 0, for both modalities.
    expected = 2 * math.log(1 + 2 * math.exp(-1 / 0.07))
    assert TERMS["gmc"](made_inputs(eye, eye, eye)).item() == pytest.approx(expected)
    swapped = made_inputs(eye, eye, eye[::-1])
    # The counterpart at 0, one other of each side at 0 and 1.
    expected = 2 * math.log(2 + math.exp(1 / 0.07))
    assert TERMS["gmc"](swapped).item() == pytest.approx(expected)


def test_gmc_agrees_with_plain_loops_also_with_excluded_pairs() -> None:
    audio, text, joint = (rows(6, 5, seed) for seed in range(3))
    group = np.array([0, 0, 1, 2, 3, 3])
    excluded = group[:, None] == group
    inputs = made_inputs(audio, text, joint, temperature=0.2)
    everything = np.ones((6, 6), bool)
    expected = sum(_numpy_nt_xent(side, joint, 0.2, everything) for side in (audio, text))
    assert TERMS["gmc"](inputs).item() == pytest.approx(expected)
    inputs = replace(inputs, excluded=tensor(excluded))
    expected = sum(_numpy_nt_xent(side, joint, 0.2, ~excluded) for side in (audio, text))
    assert TERMS["gmc"](inputs).item() == pytest.approx(expected)


def test_the_baselines_that_use_the_joint_fall_for_the_trap(trap: LossInputs) -> None:
    # A random pair of this set has cosine 0.5 with the joint at best, its own has 0.71.
    assert TERMS["gmc"](trap).item() < 0.1
    assert TERMS["clip"](trap).item() == pytest.approx(math.log(256), rel=1e-6)

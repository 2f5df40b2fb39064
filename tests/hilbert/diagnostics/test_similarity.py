"""InfoNCE of the diagnostics, in NumPy, is the InfoNCE of training."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hilbert.diagnostics.similarity import TEMPERATURES, info_nce, information
from hilbert.objectives.info_nce import info_nce as loss


@pytest.mark.parametrize("temperature", [*TEMPERATURES, 1e-3])
@pytest.mark.parametrize("rows", [1, 2, 3, 64])
def test_it_equals_the_loss_of_training(rows: int, temperature: float) -> None:
    rng = np.random.default_rng(rows)
    x = rng.standard_normal((rows, 16))
    y = 0.3 * x + rng.standard_normal((rows, 16))
    cosines = (x / np.linalg.norm(x, axis=1, keepdims=True)) @ (
        y / np.linalg.norm(y, axis=1, keepdims=True)
    ).T
    expected = float(loss(torch.from_numpy(x), torch.from_numpy(y), temperature))
    assert info_nce(cosines / temperature) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_bound_is_the_best_of_all_temperatures_over_whole_parts() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((150, 8))
    y, z = x + rng.standard_normal((150, 8)), x + 0.1 * rng.standard_normal((150, 8))
    found = information(x, y, z, rows=64)
    order = np.random.default_rng(0).permutation(150)[:128]
    tensors = [torch.from_numpy(v[order]).split(64) for v in (x, y, z)]

    def bound(a: int, b: int) -> float:
        pairs = list(zip(tensors[a], tensors[b], strict=True))
        losses = [np.mean([float(loss(p, q, t)) for p, q in pairs]) for t in TEMPERATURES]
        return float(math.log(64) - min(losses))

    assert found.audio_text == pytest.approx(bound(0, 1), rel=1e-9)
    assert found.audio_joint == pytest.approx(bound(0, 2), rel=1e-9)
    assert found.text_joint == pytest.approx(bound(1, 2), rel=1e-9)
    assert found.most == pytest.approx(math.log(64))
    assert 0 < found.audio_text < found.audio_joint < found.most


def test_a_row_of_zeros_and_huge_values_give_a_number() -> None:
    x = np.random.default_rng(0).standard_normal((8, 4)) * 1e150
    x[3] = 0
    assert math.isfinite(information(x, -x, x).audio_text)

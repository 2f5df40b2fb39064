"""InfoNCE against values worked out by hand and by plain loops."""

import math

import numpy as np
import pytest
import torch

from hilbert.objectives.info_nce import info_nce
from tests.loss_inputs import numpy_info_nce, rows, tensor


def test_info_nce_of_two_orthogonal_pairs_is_the_value_worked_out_by_hand() -> None:
    eye = torch.eye(2, dtype=torch.float64)
    assert info_nce(eye, eye, 0.5).item() == pytest.approx(math.log(1 + math.exp(-2)))
    assert info_nce(eye, eye.flip(0), 0.5).item() == pytest.approx(2 + math.log(1 + math.exp(-2)))


def test_info_nce_agrees_with_plain_loops_also_with_excluded_pairs() -> None:
    x, y = rows(9, 5, 1), rows(9, 5, 2)
    group = np.array([0, 0, 0, 1, 1, 2, 3, 4, 4])
    excluded = group[:, None] == group
    everything = np.ones((9, 9), bool)
    got = info_nce(tensor(x), tensor(y), 0.1).item()
    assert got == pytest.approx(numpy_info_nce(x, y, 0.1, everything))
    got = info_nce(tensor(x), tensor(y), 0.1, tensor(excluded)).item()
    assert got == pytest.approx(numpy_info_nce(x, y, 0.1, ~excluded))


def test_info_nce_is_of_cosines_so_lengths_do_not_matter() -> None:
    x, y = tensor(rows(6, 4, 1)), tensor(rows(6, 4, 2))
    assert info_nce(7 * x, 0.1 * y, 0.07).item() == pytest.approx(info_nce(x, y, 0.07).item())


def test_constant_vectors_read_as_log_n() -> None:
    same = torch.ones(16, 4)
    assert info_nce(same, same, 0.07).item() == pytest.approx(math.log(16), rel=1e-5)


def test_with_nothing_to_contrast_the_loss_is_zero_and_has_a_gradient() -> None:
    x = torch.ones(1, 4, requires_grad=True)
    info_nce(x, x, 0.07).backward()
    assert x.grad is not None
    assert not x.grad.any()
    pair = torch.randn(2, 4, requires_grad=True)
    loss = info_nce(pair, pair, 0.07, torch.ones(2, 2, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0.0
    assert pair.grad is not None
    assert pair.grad.isfinite().all()

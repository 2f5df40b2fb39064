"""CKA against its definition, and the terms that are made of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hilbert.objectives import TERMS
from hilbert.objectives.cka import cka, hsic_1, structure_loss
from tests.loss_inputs import made_inputs, numpy_cka, rows, tensor


def test_unbiased_cka_agrees_with_its_definition_as_a_u_statistic() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((7, 4))
    y = x[:, :3] + 0.5 * rng.standard_normal((7, 3))
    assert cka(tensor(x), tensor(y)).item() == pytest.approx(numpy_cka(x, y))


def test_unbiased_cka_of_independent_vectors_is_near_zero_where_the_biased_reads_089() -> None:
    biased, unbiased = [], []
    centring = np.eye(32) - 1 / 32
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((2, 32, 256))
        k, l = (centring @ (z @ z.T) @ centring for z in (x, y))  # noqa: E741
        biased.append((k * l).sum() / np.linalg.norm(k) / np.linalg.norm(l))
        unbiased.append(cka(tensor(x), tensor(y)).item())
    assert np.mean(biased) == pytest.approx(0.89, abs=0.01)
    assert np.mean(unbiased) == pytest.approx(0.0, abs=0.015)
    assert np.std(unbiased) == pytest.approx(0.04, abs=0.015)


def test_cka_is_one_under_rotation_and_scale() -> None:
    x = np.random.default_rng(1).standard_normal((20, 6))
    rotation = np.linalg.qr(np.random.default_rng(2).standard_normal((6, 6)))[0]
    assert cka(tensor(x), tensor(3 * x @ rotation)).item() == pytest.approx(1.0)


def test_cka_of_constant_features_is_finite_and_small() -> None:
    constant, x = torch.ones(8, 5, requires_grad=True), tensor(rows(8, 5, 1)).float()
    value = cka(constant, x)
    value.backward()
    assert abs(value.item()) < 0.1
    assert constant.grad is not None
    assert constant.grad.isfinite().all()


def test_hsic_needs_four_rows_and_the_structure_loss_is_then_silent() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        hsic_1(torch.eye(3), torch.eye(3))
    assert structure_loss(torch.ones(3, 4), torch.ones(3, 5)).item() == 0.0


def test_the_structure_loss_moves_the_joint_and_never_the_frozen_side() -> None:
    joint = tensor(rows(8, 5, 1)).requires_grad_()
    frozen = tensor(rows(8, 7, 2)).requires_grad_()
    loss = structure_loss(joint, frozen)
    loss.backward()
    expected = 1 - numpy_cka(joint.detach().numpy(), frozen.detach().numpy())
    assert loss.item() == pytest.approx(expected)
    assert joint.grad is not None
    assert joint.grad.any()
    assert frozen.grad is None


def test_each_cka_term_compares_the_joint_with_its_own_modality() -> None:
    audio, text = rows(16, 12, 1), rows(16, 12, 2)
    inputs = made_inputs(audio, text, text)
    assert TERMS["cka_text"](inputs).item() == pytest.approx(0.0, abs=1e-6)
    assert TERMS["cka_audio"](inputs).item() == pytest.approx(1 - numpy_cka(text, audio))


def test_cka_against_outputs_looks_at_the_vectors_of_the_model_and_moves_both_sides() -> None:
    audio, text, joint, frozen = (rows(9, 6, seed) for seed in range(4))
    inputs = made_inputs(
        audio, text, joint, frozen_audio=tensor(frozen), frozen_text=tensor(frozen)
    )
    for name, side in (("cka_audio_output", audio), ("cka_text_output", text)):
        assert TERMS[name](inputs).item() == pytest.approx(1 - numpy_cka(joint, side)), name
    moving = inputs.outputs.text.clone().requires_grad_()
    outputs = replace(inputs.outputs, text=moving)
    TERMS["cka_text_output"](replace(inputs, outputs=outputs)).backward()
    assert moving.grad is not None
    assert moving.grad.any()

"""The mixture answers as its formula says, and the MLP beside it is as large."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from hilbert.classification.mixture_of_experts import (
    ClassifierSettings,
    equal_size_hidden,
    equal_size_mlp,
    expert_usage,
    gate_balance,
    mixture_of_experts,
    parameter_count,
)

INPUTS, CLASSES = 12, 4


def moved_mixture(settings: ClassifierSettings):
    """Make a mixture with every weight moved: no zeros hide a fault."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(2)
        mixture = mixture_of_experts(INPUTS, CLASSES, settings).eval()
        for parameter in mixture.parameters():
            parameter += 0.5 * torch.randn_like(parameter)
    return mixture


def gelu(x: np.ndarray) -> np.ndarray:
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


@pytest.mark.parametrize("n_experts", [2, 3, 4])
def test_the_mixture_is_its_formula(n_experts: int) -> None:
    mixture = moved_mixture(ClassifierSettings(n_experts=n_experts, hidden=5))
    h = np.random.default_rng(0).standard_normal((7, INPUTS))
    state = {name: tensor.double().numpy() for name, tensor in mixture.state_dict().items()}
    score = h @ state["gate.weight"].T
    gates = np.exp(score) / np.exp(score).sum(1, keepdims=True)
    expected = np.zeros((7, CLASSES))
    for e in range(n_experts):
        hidden = gelu(h @ state[f"experts.{e}.0.weight"].T + state[f"experts.{e}.0.bias"])
        answer = hidden @ state[f"experts.{e}.3.weight"].T + state[f"experts.{e}.3.bias"]
        expected += gates[:, [e]] * answer
    with torch.inference_mode():
        logits, found = mixture.mix(torch.tensor(h, dtype=torch.float32))
    assert found.numpy() == pytest.approx(gates, abs=1e-5)
    assert logits.numpy() == pytest.approx(expected, abs=1e-4)
    assert found.sum(1).numpy() == pytest.approx(np.ones(7), abs=1e-6)


def test_untrained_gates_are_equal_and_learn() -> None:
    torch.manual_seed(0)
    mixture = mixture_of_experts(INPUTS, CLASSES, ClassifierSettings())
    logits, gates = mixture.mix(torch.randn(6, INPUTS))
    assert gates.detach().numpy() == pytest.approx(np.full((6, 3), 1 / 3))
    logits[:, 0].sum().backward()
    assert mixture.gate.weight.grad.abs().max() > 0


@pytest.mark.parametrize(("inputs", "classes"), [(1152, 7), (384, 7), (1152, 2), (60, 3)])
@pytest.mark.parametrize("settings", [ClassifierSettings(), ClassifierSettings(4, hidden=16)])
def test_the_mlp_is_as_large_as_the_mixture(
    inputs: int, classes: int, settings: ClassifierSettings
) -> None:
    mlp = parameter_count(equal_size_mlp(inputs, classes, settings))
    mixture = parameter_count(mixture_of_experts(inputs, classes, settings))
    assert mlp == pytest.approx(mixture, rel=0.01)
    hidden = equal_size_hidden(inputs, classes, settings)
    for other in (hidden - 1, hidden + 1):  # no other width comes nearer
        size = other * (inputs + 1 + classes) + classes
        assert abs(size - mixture) >= abs(mlp - mixture)


def test_the_penalty_is_the_squared_variation_of_the_mean_gates() -> None:
    gates = torch.tensor([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1]])
    mean = gates.mean(0).numpy()
    assert gate_balance(gates).item() == pytest.approx((mean.std() / mean.mean()) ** 2, abs=1e-6)
    assert gate_balance(torch.eye(3)).item() == pytest.approx(0, abs=1e-6)  # each its own expert
    assert gate_balance(torch.tensor([[1.0, 0, 0]] * 4)).item() == pytest.approx(2)


def test_usage_tells_collapse_even_mixing_and_specialisation_apart() -> None:
    y, classes = ["a", "a", "b", "b"], ("a", "b", "c")
    collapsed = expert_usage(np.array([[1.0, 0.0]] * 4), y, classes)
    assert (collapsed.effective, collapsed.per_document) == pytest.approx((1, 1))
    mixed = expert_usage(np.full((4, 2), 0.5), y, classes)
    assert (mixed.effective, mixed.per_document) == pytest.approx((2, 2))
    special = expert_usage(np.array([[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 2), y, classes)
    assert (special.effective, special.per_document) == pytest.approx((2, 1))
    assert special.mean_gate.tolist() == [0.5, 0.5]
    assert special.by_class[:2].tolist() == [[1, 0], [0, 1]]
    assert np.isnan(special.by_class[2]).all()
    with pytest.raises(ValueError, match="4 documents, 3 labels"):
        expert_usage(np.full((4, 2), 0.5), y[:3], classes)


@pytest.mark.parametrize(
    "wrong", [{"n_experts": 1}, {"hidden": 0}, {"dropout": 1.0}, {"lr": 0.0}, {"epochs": 0}]
)
def test_settings_out_of_range_are_named(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(ClassifierSettings(), **wrong)

"""The hop penalty: the pools of a model look at different segments."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from hilbert.model.checkpoint import new_model
from hilbert.objectives import TERMS
from hilbert.objectives.inputs import gather_inputs
from hilbert.training.config import TrainingConfig
from tests.loss_inputs import FREE_JOINT, made_inputs, rows
from tests.segment_windows import whole


def test_the_hop_penalty_is_the_mean_overlap_of_the_windows() -> None:
    same = rows(3, 4, 1)
    inputs = made_inputs(same, same, same)
    outputs = replace(inputs.outputs, hop_overlap=torch.tensor([1.0, 2.0, 6.0]))
    assert TERMS["hop_penalty"](replace(inputs, outputs=outputs)).item() == pytest.approx(3.0)


def test_the_hop_penalty_of_a_model_can_be_lowered(document) -> None:
    model = new_model(replace(FREE_JOINT, pooling_hops=3), seed=0)
    windows = [(i, whole(document(i, segments=6))) for i in range(4)]
    with torch.no_grad():  # nearly equal hops lie on a saddle, where a step does next to nothing
        for name, parameter in model.named_parameters():
            if name.endswith("pool.score.weight"):
                parameter *= 20.0

    def penalty() -> Tensor:
        inputs = gather_inputs(model, windows, TrainingConfig(), np.random.default_rng(0))
        return TERMS["hop_penalty"](inputs)

    before = penalty()
    before.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter -= 0.01 * parameter.grad
    assert before.item() > 1.0
    assert penalty().item() < before.item() - 0.001

"""The balance terms: audio and text say as much of the joint as each other."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hilbert.objectives import TERMS, LossInputs
from tests.loss_inputs import numpy_cka, numpy_info_nce


def test_balance_terms_are_the_difference_of_the_two_contrasts(unbalanced: LossInputs) -> None:
    outputs = unbalanced.outputs
    everything = np.ones((12, 12), bool)
    audio_side, text_side = (
        numpy_info_nce(x.numpy(), outputs.joint.numpy(), 0.07, everything)
        for x in (outputs.audio, outputs.text)
    )
    assert audio_side > text_side + 1
    for name in ("balance", "balance_symmetric"):
        assert TERMS[name](unbalanced).item() == pytest.approx(audio_side - text_side)


def test_kernel_balance_is_the_difference_of_the_two_ckas(unbalanced: LossInputs) -> None:
    audio, text, joint = (
        getattr(unbalanced.outputs, name).numpy() for name in ("audio", "text", "joint")
    )
    expected = abs(numpy_cka(audio, joint) - numpy_cka(text, joint))
    assert TERMS["balance_kernel"](unbalanced).item() == pytest.approx(expected)


@pytest.mark.parametrize(("name", "harms"), [("balance", False), ("balance_symmetric", True)])
def test_only_the_symmetric_form_can_profit_from_harming_the_stronger_side(
    unbalanced: LossInputs, name: str, harms: bool
) -> None:
    text = unbalanced.outputs.text.clone().requires_grad_()
    inputs = replace(unbalanced, outputs=replace(unbalanced.outputs, text=text))
    # Text is the stronger side here; only its own vectors may be moved.
    value = TERMS[name](inputs)
    if harms:
        value.backward()
        assert text.grad is not None
        assert text.grad.any()
    else:
        assert not value.requires_grad or not torch.autograd.grad(value, text)[0].any()

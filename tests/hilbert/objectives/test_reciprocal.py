"""The reciprocal terms: the trap of a joint that holds what it is compared with."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from hilbert.model.checkpoint import new_model
from hilbert.model.features import Features
from hilbert.objectives import TERMS, LossInputs, total_loss
from hilbert.objectives.balance import balance_sides
from hilbert.objectives.cka import cka
from hilbert.objectives.inputs import gather_inputs
from hilbert.retrieval_metrics import matched_ranks
from hilbert.training.config import TrainingConfig
from tests.loss_inputs import FREE_JOINT, made_inputs, numpy_info_nce, rows, tensor
from tests.segment_windows import whole


def test_joint_only_alignment_looks_solved_while_nothing_is_aligned(trap: LossInputs) -> None:
    audio_side, text_side = (side.item() for side in balance_sides(trap))
    assert audio_side == pytest.approx(0.0152, abs=0.001)
    assert text_side == pytest.approx(0.0152, abs=0.001)
    assert TERMS["reciprocal_plain"](trap).item() == pytest.approx((audio_side + text_side) / 2)
    for name in ("balance", "balance_symmetric"):
        assert TERMS[name](trap).item() < 0.001
    assert cka(trap.outputs.audio, trap.outputs.joint).item() == pytest.approx(0.70, abs=0.03)
    assert cka(trap.outputs.text, trap.outputs.joint).item() == pytest.approx(0.70, abs=0.03)
    ranks = matched_ranks(trap.outputs.audio.numpy(), trap.outputs.text.numpy())
    assert ranks.recall_at_k(1).mean() == pytest.approx(1 / 256)


def test_the_direct_and_the_leak_free_terms_see_the_trap(trap: LossInputs) -> None:
    assert TERMS["direct"](trap).item() == pytest.approx(math.log(256), rel=1e-6)
    assert TERMS["reciprocal"](trap).item() == pytest.approx(math.log(256), rel=1e-6)
    assert cka(trap.outputs.audio, trap.outputs.text).abs().item() < 0.1


def test_the_leak_free_term_is_low_once_audio_and_text_tell_of_each_other() -> None:
    same = rows(64, 128, 3)
    assert TERMS["reciprocal"](made_inputs(same, same, same)).item() < 0.01


def test_the_reciprocal_term_contrasts_each_modality_with_the_joint_of_the_other() -> None:
    audio, text, other, more = (rows(8, 6, seed) for seed in range(4))
    inputs = made_inputs(
        audio,
        text,
        rows(8, 6, 9),
        joint_without_audio=tensor(other),
        joint_without_text=tensor(more),
    )
    everything = np.ones((8, 8), bool)
    expected = (
        numpy_info_nce(audio, other, 0.07, everything)
        + numpy_info_nce(text, more, 0.07, everything)
    ) / 2
    assert TERMS["reciprocal"](inputs).item() == pytest.approx(expected)


def test_windows_with_one_modality_take_no_part_in_reciprocal_terms() -> None:
    audio, text, joint = (rows(8, 6, seed) for seed in range(3))
    few = made_inputs(audio[:5], text[:5], joint[:5])
    all_rows = made_inputs(audio, text, joint)
    has_text = torch.arange(8) < 5
    masked = replace(all_rows, outputs=replace(all_rows.outputs, has_text=has_text))
    for name in ("reciprocal", "reciprocal_plain", "balance", "balance_kernel"):
        assert TERMS[name](masked).item() == pytest.approx(TERMS[name](few).item()), name


def _trained_with(name: str, documents: list[Features], unseen: list[Features]) -> LossInputs:
    """Train a free joint with one term and return what it says of unseen documents."""
    model, rng = new_model(FREE_JOINT, seed=0).train(), np.random.default_rng(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    config = TrainingConfig(modality_dropout=0.0)
    for _ in range(40):
        chosen = rng.choice(len(documents), 32, replace=False).tolist()
        windows = [(i, whole(documents[i])) for i in chosen]
        loss, _ = total_loss(gather_inputs(model, windows, config, rng), {name: 1.0})
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    windows = [(i, whole(features)) for i, features in enumerate(unseen)]
    with torch.no_grad():
        return gather_inputs(model.eval(), windows, config, rng)


def _found(x: Tensor, y: Tensor) -> float:
    return float(matched_ranks(x.numpy(), y.numpy()).recall_at_k(1).mean())


@pytest.mark.extras  # trains models
def test_trained_joint_only_alignment_looks_solved_where_there_is_nothing_to_align(
    document,
) -> None:
    """Audio of one story with the text of another: only the leak-free form finds that out."""

    def mismatched(seed: int) -> Features:
        told = document(seed + 5000)
        return replace(document(seed), text=told.text, sentences=told.sentences)

    documents = [mismatched(seed) for seed in range(64)]
    unseen = [mismatched(seed) for seed in range(100, 164)]
    plain = _trained_with("reciprocal_plain", documents, unseen)
    assert TERMS["reciprocal_plain"](plain).item() < 0.3 * math.log(64)
    assert _found(plain.outputs.audio, plain.outputs.joint) > 0.5
    assert _found(plain.outputs.audio, plain.outputs.text) < 0.1
    assert _found(plain.outputs.audio, plain.joint_without_audio) < 0.1
    honest = _trained_with("reciprocal", documents, unseen)
    assert TERMS["reciprocal"](honest).item() > math.log(64)
    assert _found(honest.outputs.audio, honest.joint_without_audio) < 0.1


@pytest.mark.extras  # trains models
def test_the_leak_free_form_aligns_where_there_is_something_to_align(document) -> None:
    documents = [document(seed) for seed in range(64)]
    unseen = [document(seed) for seed in range(100, 164)]
    honest = _trained_with("reciprocal", documents, unseen)
    assert TERMS["reciprocal"](honest).item() < 0.4 * math.log(64)
    assert _found(honest.outputs.audio, honest.joint_without_audio) > 0.6
    # Nothing says that the joint of text lies where the text does: audio finds the one, not
    # the other. An anchored joint, or the direct term, makes them meet.
    assert _found(honest.outputs.audio, honest.outputs.text) < 0.2

"""Every term of the loss against values worked out by hand or by plain numpy; the known trap."""

import math
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from hilbert import objectives
from hilbert.model.checkpoint import new_model
from hilbert.model.collate import SegmentWindow
from hilbert.model.config import HilbertConfig
from hilbert.model.features import Features
from hilbert.model.fusion import Outputs
from hilbert.objectives import TERMS, LossInputs, total_loss
from hilbert.objectives.balance import balance_sides
from hilbert.objectives.cka import cka, hsic_1, structure_loss
from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import gather_inputs, not_negatives
from hilbert.retrieval_metrics import matched_ranks
from hilbert.training.config import TrainingConfig
from tests.segment_windows import whole


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def _rows(n: int, d: int, seed: int) -> np.ndarray:
    return _unit(np.random.default_rng(seed).standard_normal((n, d)))


def _tensor(x: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(x))


def _inputs(audio: np.ndarray, text: np.ndarray, joint: np.ndarray, **changes) -> LossInputs:
    """Make inputs whose joint without a modality is the other one, at temperature 0.07."""
    a, t, j = (_tensor(x) for x in (audio, text, joint))
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


def _numpy_info_nce(x: np.ndarray, y: np.ndarray, tau: float, allowed: np.ndarray) -> float:
    """Loops instead of matrices: a second opinion."""
    n, total = len(x), 0.0
    for left, right in ((x, y), (y, x)):
        for i in range(n):
            among = [k for k in range(n) if k == i or allowed[i, k]]
            denominator = sum(math.exp(left[i] @ right[k] / tau) for k in among)
            total -= math.log(math.exp(left[i] @ right[i] / tau) / denominator)
    return total / (2 * n)


# InfoNCE ---------------------------------------------------------------------------------


def test_info_nce_of_two_orthogonal_pairs_is_the_value_worked_out_by_hand() -> None:
    eye = torch.eye(2, dtype=torch.float64)
    assert info_nce(eye, eye, 0.5).item() == pytest.approx(math.log(1 + math.exp(-2)))
    assert info_nce(eye, eye.flip(0), 0.5).item() == pytest.approx(2 + math.log(1 + math.exp(-2)))


def test_info_nce_agrees_with_plain_loops_also_with_excluded_pairs() -> None:
    x, y = _rows(9, 5, 1), _rows(9, 5, 2)
    group = np.array([0, 0, 0, 1, 1, 2, 3, 4, 4])
    excluded = group[:, None] == group
    everything = np.ones((9, 9), bool)
    got = info_nce(_tensor(x), _tensor(y), 0.1).item()
    assert got == pytest.approx(_numpy_info_nce(x, y, 0.1, everything))
    got = info_nce(_tensor(x), _tensor(y), 0.1, _tensor(excluded)).item()
    assert got == pytest.approx(_numpy_info_nce(x, y, 0.1, ~excluded))


def test_info_nce_is_of_cosines_so_lengths_do_not_matter() -> None:
    x, y = _tensor(_rows(6, 4, 1)), _tensor(_rows(6, 4, 2))
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


def test_segments_of_one_document_and_duplicates_are_no_negatives() -> None:
    text = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.01], [0.7, 0.7]])
    groups = torch.tensor([0, 1, 2, 1])
    yes = torch.ones(4, dtype=torch.bool)
    pairs = {(i, j) for i, j in not_negatives(groups, text, yes).nonzero().tolist() if i < j}
    assert pairs == {(0, 2), (1, 3)}
    no_text = torch.tensor([True, True, False, True])
    pairs = {(i, j) for i, j in not_negatives(None, text, no_text).nonzero().tolist() if i < j}
    assert pairs == set()


# The trap --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trap() -> LossInputs:
    """Audio and text independent, in orthogonal halves of the space; the joint is their sum."""
    zeros = np.zeros((256, 128))
    audio = np.hstack([_rows(256, 128, 1), zeros])
    text = np.hstack([zeros, _rows(256, 128, 2)])
    return _inputs(audio, text, _unit(audio + text))


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
    same = _rows(64, 128, 3)
    assert TERMS["reciprocal"](_inputs(same, same, same)).item() < 0.01


def test_the_reciprocal_term_contrasts_each_modality_with_the_joint_of_the_other() -> None:
    audio, text, other, more = (_rows(8, 6, seed) for seed in range(4))
    inputs = _inputs(
        audio,
        text,
        _rows(8, 6, 9),
        joint_without_audio=_tensor(other),
        joint_without_text=_tensor(more),
    )
    everything = np.ones((8, 8), bool)
    expected = (
        _numpy_info_nce(audio, other, 0.07, everything)
        + _numpy_info_nce(text, more, 0.07, everything)
    ) / 2
    assert TERMS["reciprocal"](inputs).item() == pytest.approx(expected)


def test_windows_with_one_modality_take_no_part_in_reciprocal_terms() -> None:
    audio, text, joint = (_rows(8, 6, seed) for seed in range(3))
    few = _inputs(audio[:5], text[:5], joint[:5])
    all_rows = _inputs(audio, text, joint)
    has_text = torch.arange(8) < 5
    masked = replace(all_rows, outputs=replace(all_rows.outputs, has_text=has_text))
    for name in ("reciprocal", "reciprocal_plain", "balance", "balance_kernel"):
        assert TERMS[name](masked).item() == pytest.approx(TERMS[name](few).item()), name


def test_the_query_term_contrasts_sentences_with_the_joints_of_their_windows() -> None:
    joint, queries = _rows(6, 5, 1), _rows(3, 5, 2)
    rows = [4, 0, 5]
    inputs = _inputs(joint, joint, joint, queries=_tensor(queries), query_rows=torch.tensor(rows))
    expected = _numpy_info_nce(queries, joint[rows], 0.07, np.ones((3, 3), bool))
    assert TERMS["query"](inputs).item() == pytest.approx(expected)


# Baselines -------------------------------------------------------------------------------


def test_clip_contrasts_windows_and_leaves_out_what_is_no_negative() -> None:
    audio, text = _rows(7, 5, 1), _rows(7, 5, 2)
    group = np.array([0, 0, 1, 2, 3, 4, 4])
    excluded = group[:, None] == group
    inputs = _inputs(audio, text, text, excluded=_tensor(excluded))
    expected = _numpy_info_nce(audio, text, 0.07, ~excluded)
    assert TERMS["clip"](inputs).item() == pytest.approx(expected)


def test_the_plain_contrastive_loss_is_the_mean_of_three_contrasts_without_exclusions() -> None:
    audio, text, joint = (_rows(7, 5, seed) for seed in range(3))
    excluded = _tensor(np.ones((7, 7), bool))
    inputs = _inputs(audio, text, joint, excluded=excluded)
    everything = np.ones((7, 7), bool)
    pairs = ((audio, text), (audio, joint), (text, joint))
    expected = np.mean([_numpy_info_nce(x, y, 0.07, everything) for x, y in pairs])
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
    assert TERMS["gmc"](_inputs(eye, eye, eye)).item() == pytest.approx(expected)
    swapped = _inputs(eye, eye, eye[::-1])
    # The counterpart at 0, one other of each side at 0 and 1.
    expected = 2 * math.log(2 + math.exp(1 / 0.07))
    assert TERMS["gmc"](swapped).item() == pytest.approx(expected)


def test_gmc_agrees_with_plain_loops_also_with_excluded_pairs() -> None:
    audio, text, joint = (_rows(6, 5, seed) for seed in range(3))
    group = np.array([0, 0, 1, 2, 3, 3])
    excluded = group[:, None] == group
    inputs = _inputs(audio, text, joint, temperature=0.2)
    everything = np.ones((6, 6), bool)
    expected = sum(_numpy_nt_xent(side, joint, 0.2, everything) for side in (audio, text))
    assert TERMS["gmc"](inputs).item() == pytest.approx(expected)
    inputs = replace(inputs, excluded=_tensor(excluded))
    expected = sum(_numpy_nt_xent(side, joint, 0.2, ~excluded) for side in (audio, text))
    assert TERMS["gmc"](inputs).item() == pytest.approx(expected)


def test_the_baselines_that_use_the_joint_fall_for_the_trap(trap: LossInputs) -> None:
    # A random pair of this set has cosine 0.5 with the joint at best, its own has 0.71.
    assert TERMS["gmc"](trap).item() < 0.1
    assert TERMS["clip"](trap).item() == pytest.approx(math.log(256), rel=1e-6)


# A joint that nothing anchors, as in the abstract.
FREE = HilbertConfig(
    d_audio=24, d_text=16, width=32, adapter_layers=1, heads=2, dropout=0.0,
    text_anchor=False, gate=False, joint_form="pooled",
)  # fmt: skip


def _trained_with(name: str, documents: list[Features], unseen: list[Features]) -> LossInputs:
    """Train a free joint with one term and return what it says of unseen documents."""
    model, rng = new_model(FREE, seed=0).train(), np.random.default_rng(0)
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_leak_free_form_aligns_where_there_is_something_to_align(document) -> None:
    documents = [document(seed) for seed in range(64)]
    unseen = [document(seed) for seed in range(100, 164)]
    honest = _trained_with("reciprocal", documents, unseen)
    assert TERMS["reciprocal"](honest).item() < 0.4 * math.log(64)
    assert _found(honest.outputs.audio, honest.joint_without_audio) > 0.6
    # Nothing says that the joint of text lies where the text does: audio finds the one, not
    # the other. An anchored joint, or the direct term, makes them meet.
    assert _found(honest.outputs.audio, honest.outputs.text) < 0.2


# Hops ------------------------------------------------------------------------------------


def test_the_hop_penalty_is_the_mean_overlap_of_the_windows() -> None:
    rows = _rows(3, 4, 1)
    inputs = _inputs(rows, rows, rows)
    outputs = replace(inputs.outputs, hop_overlap=torch.tensor([1.0, 2.0, 6.0]))
    assert TERMS["hop_penalty"](replace(inputs, outputs=outputs)).item() == pytest.approx(3.0)


def test_the_hop_penalty_of_a_model_can_be_lowered(document) -> None:
    model = new_model(replace(FREE, pooling_hops=3), seed=0)
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


# CKA -------------------------------------------------------------------------------------


def _numpy_cka(x: np.ndarray, y: np.ndarray) -> float:
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


def test_unbiased_cka_agrees_with_its_definition_as_a_u_statistic() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((7, 4))
    y = x[:, :3] + 0.5 * rng.standard_normal((7, 3))
    assert cka(_tensor(x), _tensor(y)).item() == pytest.approx(_numpy_cka(x, y))


def test_unbiased_cka_of_independent_vectors_is_near_zero_where_the_biased_reads_089() -> None:
    biased, unbiased = [], []
    centring = np.eye(32) - 1 / 32
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((2, 32, 256))
        k, l = (centring @ (z @ z.T) @ centring for z in (x, y))  # noqa: E741
        biased.append((k * l).sum() / np.linalg.norm(k) / np.linalg.norm(l))
        unbiased.append(cka(_tensor(x), _tensor(y)).item())
    assert np.mean(biased) == pytest.approx(0.89, abs=0.01)
    assert np.mean(unbiased) == pytest.approx(0.0, abs=0.015)
    assert np.std(unbiased) == pytest.approx(0.04, abs=0.015)


def test_cka_is_one_under_rotation_and_scale() -> None:
    x = np.random.default_rng(1).standard_normal((20, 6))
    rotation = np.linalg.qr(np.random.default_rng(2).standard_normal((6, 6)))[0]
    assert cka(_tensor(x), _tensor(3 * x @ rotation)).item() == pytest.approx(1.0)


def test_cka_of_constant_features_is_finite_and_small() -> None:
    constant, x = torch.ones(8, 5, requires_grad=True), _tensor(_rows(8, 5, 1)).float()
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
    joint = _tensor(_rows(8, 5, 1)).requires_grad_()
    frozen = _tensor(_rows(8, 7, 2)).requires_grad_()
    loss = structure_loss(joint, frozen)
    loss.backward()
    expected = 1 - _numpy_cka(joint.detach().numpy(), frozen.detach().numpy())
    assert loss.item() == pytest.approx(expected)
    assert joint.grad is not None
    assert joint.grad.any()
    assert frozen.grad is None


def test_each_cka_term_compares_the_joint_with_its_own_modality() -> None:
    audio, text = _rows(16, 12, 1), _rows(16, 12, 2)
    inputs = _inputs(audio, text, text)
    assert TERMS["cka_text"](inputs).item() == pytest.approx(0.0, abs=1e-6)
    assert TERMS["cka_audio"](inputs).item() == pytest.approx(1 - _numpy_cka(text, audio))


def test_cka_against_outputs_looks_at_the_vectors_of_the_model_and_moves_both_sides() -> None:
    audio, text, joint, frozen = (_rows(9, 6, seed) for seed in range(4))
    inputs = _inputs(audio, text, joint, frozen_audio=_tensor(frozen), frozen_text=_tensor(frozen))
    for name, rows in (("cka_audio_output", audio), ("cka_text_output", text)):
        assert TERMS[name](inputs).item() == pytest.approx(1 - _numpy_cka(joint, rows)), name
    moving = inputs.outputs.text.clone().requires_grad_()
    outputs = replace(inputs.outputs, text=moving)
    TERMS["cka_text_output"](replace(inputs, outputs=outputs)).backward()
    assert moving.grad is not None
    assert moving.grad.any()


# Balance ---------------------------------------------------------------------------------


@pytest.fixture
def unbalanced() -> LossInputs:
    """A joint that is nearly the text; audio has little part in it."""
    audio, text = _rows(12, 8, 1), _rows(12, 8, 2)
    return _inputs(audio, text, _unit(text + 0.2 * audio))


def test_balance_terms_are_the_difference_of_the_two_contrasts(unbalanced: LossInputs) -> None:
    outputs = unbalanced.outputs
    everything = np.ones((12, 12), bool)
    audio_side, text_side = (
        _numpy_info_nce(x.numpy(), outputs.joint.numpy(), 0.07, everything)
        for x in (outputs.audio, outputs.text)
    )
    assert audio_side > text_side + 1
    for name in ("balance", "balance_symmetric"):
        assert TERMS[name](unbalanced).item() == pytest.approx(audio_side - text_side)


def test_kernel_balance_is_the_difference_of_the_two_ckas(unbalanced: LossInputs) -> None:
    audio, text, joint = (
        getattr(unbalanced.outputs, name).numpy() for name in ("audio", "text", "joint")
    )
    expected = abs(_numpy_cka(audio, joint) - _numpy_cka(text, joint))
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


# All together ----------------------------------------------------------------------------


def test_the_total_is_the_weighted_sum_and_terms_at_zero_are_not_computed(
    unbalanced: LossInputs,
) -> None:
    total, parts = total_loss(unbalanced, {"direct": 2.0, "query": 0.5, "cka_text": 0.0})
    assert set(parts) == {"direct", "query", "total"}
    assert total.item() == pytest.approx(2 * parts["direct"] + 0.5 * parts["query"])
    assert parts["total"] == total.item()


def test_an_unknown_term_is_refused_and_the_known_are_named(unbalanced: LossInputs) -> None:
    with pytest.raises(ValueError, match=r"of the loss: cak; known are balance, .*query"):
        total_loss(unbalanced, {"cak": 1.0})


def test_every_term_says_what_it_reads_what_it_is_for_and_how_it_relates_to_others() -> None:
    for name, function in TERMS.items():
        assert function.__doc__, name
        for word in ("Inputs used:", "When:", "Relation:"):
            assert word in function.__doc__, (name, word)


def test_a_new_objective_is_one_new_file(tmp_path: Path) -> None:
    package = Path(objectives.__file__).parent
    copy = shutil.copytree(package, tmp_path / "objectives")
    (copy / "silence.py").write_text(
        "from hilbert.objectives.inputs import term\n\n\n"
        '@term("silence")\ndef silence(inputs):\n    return inputs.outputs.audio.sum() * 0.0\n'
    )
    code = (
        "import hilbert, sys; hilbert.__path__.insert(0, sys.argv[1])\n"
        "from hilbert.training.presets import objective\n"
        "print(objective('silence=2,direct'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "{'silence': 2.0, 'direct': 1.0}", done.stderr


def test_all_terms_are_finite_for_batches_that_lack_everything(tiny, document) -> None:
    model = new_model(tiny).train()
    weights = dict.fromkeys(TERMS, 1.0)
    rng = np.random.default_rng(0)
    nothing = document(3, audio=False, text=False)
    lacking = [document(1, audio=False), document(2, text=False), nothing]
    for documents in ([*lacking, document(4), document(5)], lacking, [document(4)], lacking[:1]):
        windows = [(i, whole(features)) for i, features in enumerate(documents)]
        loss, _ = total_loss(gather_inputs(model, windows, TrainingConfig(), rng), weights)
        loss.backward()
        assert loss.isfinite()
        for name, parameter in model.named_parameters():
            assert parameter.grad is None or parameter.grad.isfinite().all(), name


def test_modality_dropout_never_leaves_a_joint_with_nothing(tiny, document) -> None:
    model = new_model(tiny)
    windows = [(i, whole(document(i, audio=i % 3 > 0))) for i in range(12)]
    config = TrainingConfig(modality_dropout=1.0)
    inputs = gather_inputs(model, windows, config, np.random.default_rng(0))
    torch.testing.assert_close(inputs.joint_dropped.norm(dim=-1), torch.ones(12))
    silent, mute = (
        (inputs.joint_dropped == other).all(1).tolist()
        for other in (inputs.joint_without_audio, inputs.joint_without_text)
    )
    with_both = [i for i in range(12) if i % 3]
    assert all(silent[i] != mute[i] for i in with_both)
    assert any(silent[i] for i in with_both)
    assert any(mute[i] for i in with_both)


def test_frozen_features_of_a_window_weigh_its_segments_the_same(tiny, document) -> None:
    features = document(1, segments=3)
    window = SegmentWindow(features, 1, 3)
    inputs = gather_inputs(
        new_model(tiny), [(0, window)], TrainingConfig(), np.random.default_rng(0)
    )
    means = [
        features.audio_tokens[slice(*features.audio_bounds[s])].astype(np.float32).mean(0)
        for s in (1, 2)
    ]
    np.testing.assert_allclose(inputs.frozen_audio[0].detach(), np.mean(means, axis=0), atol=1e-5)
    np.testing.assert_allclose(inputs.frozen_text[0], features.text[1:3].mean(0), atol=1e-6)

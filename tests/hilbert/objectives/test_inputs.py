"""What the terms of the loss are given: negatives, dropped modalities, frozen features."""

import numpy as np
import torch

from hilbert.model.checkpoint import new_model
from hilbert.model.collate import SegmentWindow
from hilbert.objectives.inputs import gather_inputs, not_negatives
from hilbert.training.config import TrainingConfig
from tests.segment_windows import whole


def test_segments_of_one_document_and_duplicates_are_no_negatives() -> None:
    text = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.01], [0.7, 0.7]])
    groups = torch.tensor([0, 1, 2, 1])
    yes = torch.ones(4, dtype=torch.bool)
    pairs = {(i, j) for i, j in not_negatives(groups, text, yes).nonzero().tolist() if i < j}
    assert pairs == {(0, 2), (1, 3)}
    no_text = torch.tensor([True, True, False, True])
    pairs = {(i, j) for i, j in not_negatives(None, text, no_text).nonzero().tolist() if i < j}
    assert pairs == set()


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

"""What only training knows of a document: when its sentences are said, and parts of segments."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hilbert.model.checkpoint import new_model
from hilbert.model.collate import SegmentWindow, collate, sample_batches
from hilbert.model.config import HilbertConfig
from hilbert.model.features import Crops, Features
from hilbert.objectives import TERMS, LossInputs
from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import gather_inputs
from hilbert.training.config import TrainingConfig
from tests.segment_windows import whole

D_AUDIO, D_TEXT = 24, 16  # as in conftest.py


def _told(features: Features) -> Features:
    """Tell that the two sentences of each segment share its tokens equally."""
    bounds = []
    for first, last in features.audio_bounds:
        middle = (first + last) // 2
        bounds += [(first, middle), (middle, last)]
    return features.with_bounds(np.array(bounds))


def _with_a_crop(features: Features, segment: int) -> Features:
    """The first half of a segment, whose words are another vector."""
    first, last = features.audio_bounds[segment]
    text = np.full((1, D_TEXT), D_TEXT**-0.5, np.float32)
    bounds = np.array([[first, (first + last) // 2]])
    return features.with_crops(Crops(np.array([segment]), bounds, text))


def test_a_sentence_lies_in_the_row_of_its_segment_at_its_own_tokens(document) -> None:
    features = _told(document(1, segments=3))
    batch = collate([SegmentWindow(features, 1, 3), whole(document(2))], D_AUDIO, D_TEXT)
    assert batch.spoken_rows.tolist() == [0, 0, 1, 1]  # of the other nobody knows
    assert batch.spoken_windows.tolist() == [0, 0, 0, 0]
    assert torch.equal(batch.spoken, torch.from_numpy(features.sentences[2:].astype(np.float32)))
    for row, (low, high), bounds in zip(
        batch.spoken_rows, batch.spoken_bounds, features.sentence_bounds[2:], strict=True
    ):
        own = torch.from_numpy(features.audio_tokens[slice(*bounds)].astype(np.float32))
        assert torch.equal(batch.audio_tokens[row, low:high], own)


def test_a_crop_stands_for_its_segment_with_its_own_words(document) -> None:
    features = _with_a_crop(_told(document(1, segments=3)), 1)
    batch = collate([SegmentWindow(features, 0, 3, {1: 0})], D_AUDIO, D_TEXT)
    assert features.crops is not None
    low, high = features.crops.bounds[0]
    own = torch.from_numpy(features.audio_tokens[low:high].astype(np.float32))
    assert torch.equal(batch.audio_tokens[1][batch.token_mask[1]], own)
    assert torch.equal(batch.text[0, 1], torch.from_numpy(features.crops.text[0]))
    assert torch.equal(batch.text[0, 2], torch.from_numpy(features.text[2]))
    # Its second sentence is not in it.
    assert batch.spoken_rows.tolist() == [0, 0, 1, 2, 2]


@pytest.mark.parametrize(("share", "wanted"), [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5)])
def test_crops_are_drawn_as_often_as_asked(document, share: float, wanted: float) -> None:
    documents = [_with_a_crop(document(seed), 0) for seed in range(200)]
    rng = np.random.default_rng(0)
    windows = [w for ws in sample_batches(documents, 20, (1, 1), rng, share) for _, w in ws]
    has = [w for w in windows if w.start == 0]
    assert np.mean([bool(w.crops) for w in has]) == pytest.approx(wanted, abs=0.12)
    assert not any(w.crops for w in windows if w.start != 0)


def test_what_is_selected_or_left_out_keeps_its_sentences_in_place(document) -> None:
    features = _with_a_crop(_told(document(1, segments=3)), 1)
    chosen = features.select([2, 0])
    assert chosen.crops is None
    assert chosen.sentence_segments.tolist() == [1, 1, 0, 0]
    assert np.array_equal(chosen.sentence_bounds, features.sentence_bounds[[0, 1, 4, 5]])
    for less in (features.without_audio(), features.without_text()):
        assert len(less.sentence_bounds) == 0
        assert less.crops is None
    more = features.with_phrases(np.ones((2, D_TEXT)), np.array([0, 2]))
    assert more.sentence_bounds[-2:].tolist() == [[0, 0], [0, 0]]
    assert len(more.sentence_bounds) == len(more.sentences)


def test_bounds_of_other_sentences_are_refused(document) -> None:
    with pytest.raises(ValueError, match="3 sentence_bounds for 8 sentences"):
        replace(document(1), sentence_bounds=np.zeros((3, 2), np.int64))


@pytest.mark.slow
def test_the_vector_of_a_sentence_is_made_of_its_own_tokens_alone(
    document, tiny: HilbertConfig
) -> None:
    """Without attention between tokens: others change nothing, its own do."""
    model = new_model(replace(tiny, adapter_layers=0), 0).eval()
    features = _told(document(1, segments=2))

    def spoken(tokens: np.ndarray) -> torch.Tensor:
        batch = collate([whole(replace(features, audio_tokens=tokens))], D_AUDIO, D_TEXT)
        found = model.segment_states(batch).spoken
        assert found is not None
        return found

    before = spoken(features.audio_tokens)
    changed = features.audio_tokens.copy()
    changed[slice(*features.sentence_bounds[1])] *= -1
    after = spoken(changed)
    torch.testing.assert_close(after[[0, 2, 3]], before[[0, 2, 3]])
    assert (after[1] - before[1]).norm() > 0.1
    torch.testing.assert_close(before.norm(dim=1), torch.ones(4))


def test_the_sentence_term_is_the_contrast_of_sound_and_words_of_sentences(
    document, tiny: HilbertConfig
) -> None:
    model = new_model(tiny, 0)
    windows = [(n, whole(_told(document(n)))) for n in range(3)]
    inputs = gather_inputs(model, windows, TrainingConfig(), np.random.default_rng(0))
    long = [int((np.diff(w.features.sentence_bounds) >= 2).sum()) for _, w in windows]
    assert len(inputs.spoken_audio) == sum(long) > 6
    # Sentences of one document are no negatives of each other.
    owner = torch.arange(3).repeat_interleave(torch.tensor(long))
    assert torch.equal(inputs.spoken_excluded, owner[:, None] == owner[None])
    wanted = info_nce(inputs.spoken_audio, inputs.spoken_text, 0.07, inputs.spoken_excluded)
    loss = TERMS["sentence"](inputs)
    torch.testing.assert_close(loss, wanted)
    loss.backward()
    assert model.adapter.project[1].weight.grad.abs().sum() > 0


def test_without_times_the_sentence_term_is_zero(document, tiny: HilbertConfig) -> None:
    windows = [(n, whole(document(n))) for n in range(3)]
    inputs = gather_inputs(new_model(tiny, 0), windows, TrainingConfig(), np.random.default_rng(0))
    assert TERMS["sentence"](inputs).item() == 0.0


def test_garbled_text_reaches_the_joint_under_dropout_and_nothing_else(
    document, tiny: HilbertConfig
) -> None:
    model = new_model(tiny, 0).eval()
    windows = [(n, whole(document(n))) for n in range(40)]

    def gather(share: float) -> LossInputs:
        config = TrainingConfig(modality_dropout=0.0, garbled_text=share)
        return gather_inputs(model, windows, config, np.random.default_rng(0))

    plain, some, every = gather(0.0), gather(0.5), gather(1.0)
    torch.testing.assert_close(plain.joint_dropped, plain.outputs.joint)
    for inputs in (some, every):
        for name in ("segment_text", "frozen_text", "joint_without_audio"):
            assert torch.equal(getattr(inputs, name), getattr(plain, name))
        assert torch.equal(inputs.outputs.joint, plain.outputs.joint)
    cosine = (every.joint_dropped * plain.joint_dropped).sum(1)
    assert 0.3 < cosine.mean() < 0.98
    assert cosine.max() < 0.999
    changed = ((some.joint_dropped - plain.joint_dropped).norm(dim=1) > 1e-4).float().mean()
    assert 0.25 < changed < 0.75

"""Windows become padded, masked tensors; an epoch's windows never meet themselves in a batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hilbert.model.collate import SegmentWindow, collate, sample_batches
from tests.segment_windows import whole

D_AUDIO, D_TEXT = 24, 16  # as in conftest.py


def test_each_segment_gets_exactly_its_own_tokens(document) -> None:
    windows = [
        SegmentWindow(document(1, segments=5), 1, 4),
        whole(document(2, segments=2)),
    ]
    batch = collate(windows, D_AUDIO, D_TEXT)
    assert batch.audio_mask.tolist() == [[True, True, True], [True, True, False]]
    assert batch.audio_rows.tolist() == [0, 1, 2, 3, 4]
    for flat, (window, segment) in enumerate([(0, 1), (0, 2), (0, 3), (1, 0), (1, 1)]):
        features = windows[window].features
        own = features.audio_tokens[slice(*features.audio_bounds[segment])]
        got = batch.audio_tokens[flat][batch.token_mask[flat]]
        assert torch.equal(got, torch.from_numpy(own.astype(np.float32)))
    assert torch.equal(batch.text[0], torch.from_numpy(windows[0].features.text[1:4]))
    assert not batch.audio_tokens[~batch.token_mask].any()


def test_missing_modalities_are_masked_not_zeros_that_look_like_data(
    document,
) -> None:
    windows = [
        whole(document(1, audio=False)),
        whole(document(2, text=False)),
    ]
    batch = collate(windows, D_AUDIO, D_TEXT)
    assert batch.audio_mask.any(1).tolist() == [False, True]
    assert batch.text_mask.any(1).tolist() == [True, False]


def test_a_segment_past_the_end_of_the_recording_has_no_audio(document) -> None:
    features = document(1, segments=3)
    bounds = features.audio_bounds.copy()
    bounds[2] = bounds[1, 1]  # an empty range
    cut = replace(features, audio_bounds=bounds)
    mask = collate([whole(cut)], D_AUDIO, D_TEXT).audio_mask
    assert mask.tolist() == [[True, True, False]]


def test_features_of_another_encoder_are_refused(document) -> None:
    with pytest.raises(ValueError, match=f"audio_tokens of width {D_AUDIO}, the model reads 7"):
        collate([whole(document(1))], 7, D_TEXT)


def test_an_empty_window_is_refused(document) -> None:
    with pytest.raises(ValueError, match="holds no segment"):
        collate([SegmentWindow(document(1), 2, 2)], D_AUDIO, D_TEXT)


@pytest.mark.parametrize("sizes", [[4] * 40, [200, 3, 1, 5, 2, 1], [60] * 5, [1, 1]])
def test_a_batch_holds_each_document_at_most_once_and_each_takes_part(
    document, sizes: list[int]
) -> None:
    documents = [document(seed, segments=size, tokens=2) for seed, size in enumerate(sizes)]
    batches = sample_batches(documents, 8, (1, 6), np.random.default_rng(0))
    for batch in batches:
        numbers = [number for number, _ in batch]
        assert 1 <= len(numbers) <= 8
        assert len(set(numbers)) == len(numbers)
        assert all(1 <= window.stop - window.start <= 6 for _, window in batch)
    assert {number for batch in batches for number, _ in batch} == set(range(len(sizes)))


def test_long_documents_give_more_windows_and_the_draw_follows_its_seed(
    document,
) -> None:
    documents = [document(seed, segments=30, tokens=2) for seed in range(4)]
    draws = [
        [
            (number, window.start, window.stop)
            for batch in sample_batches(documents, 4, (1, 5), np.random.default_rng(seed))
            for number, window in batch
        ]
        for seed in (1, 1, 2)
    ]
    assert draws[0] == draws[1] != draws[2]
    assert len(draws[0]) == len(draws[2]) == 40

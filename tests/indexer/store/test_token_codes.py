"""Audio tokens take one byte a number on disk; files that hold them whole are read as before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from hilbert.model.features import Features
from indexer.base.errors import LibraryError
from indexer.store.feature_store import FeatureStore
from indexer.store.token_codes import BLOCK_TOKENS, decode_tokens, encode_tokens

WIDTH = 384


def some_tokens(n: int, seed: int = 0) -> NDArray[np.float16]:
    """Tokens like those of Whisper: a few channels are ten times as large as the others."""
    rng = np.random.default_rng(seed)
    tokens = rng.standard_normal((n, WIDTH))
    tokens[:, :5] = 10 * tokens[:, :5] + 3
    return tokens.astype(np.float16)


def some_features(tokens: NDArray[np.float16]) -> Features:
    return Features(
        tokens,
        np.array([[0, len(tokens)]]),
        np.ones((1, 4), np.float32),
        np.ones((2, 4), np.float16),
        np.zeros(2, np.int64),
        np.array([[0.0, 30.0]], np.float32),
    )


@pytest.mark.parametrize("n", [0, 1, 7, BLOCK_TOKENS, BLOCK_TOKENS + 1, 5 * BLOCK_TOKENS - 3])
def test_tokens_come_back_within_half_a_step(n: int) -> None:
    tokens = some_tokens(n)
    codes, ranges = encode_tokens(tokens)
    back = decode_tokens(codes, ranges)
    assert codes.dtype == np.int8 and back.dtype == np.float16 and back.shape == tokens.shape
    for start in range(0, n, BLOCK_TOKENS):
        block = tokens[start : start + BLOCK_TOKENS].astype(np.float32)
        error = np.abs(block - back[start : start + BLOCK_TOKENS])
        # Half a step, and what float16 rounds.
        assert (error <= np.ptp(block, axis=0) / 508 + np.abs(block) * 2**-10).all()


def test_a_channel_that_never_changes_comes_back_as_it_was() -> None:
    tokens = some_tokens(10)
    tokens[:, 7] = 1.5
    tokens[:, 8] = 0.0
    back = decode_tokens(*encode_tokens(tokens))
    np.testing.assert_array_equal(back[:, 7:9], tokens[:, 7:9])


def test_a_noise_costs_the_rest_of_a_long_recording_nothing() -> None:
    tokens = some_tokens(4 * BLOCK_TOKENS)
    loud = tokens.copy()
    loud[10] *= 100
    quiet_part = slice(BLOCK_TOKENS, None)
    np.testing.assert_array_equal(
        decode_tokens(*encode_tokens(loud))[quiet_part],
        decode_tokens(*encode_tokens(tokens))[quiet_part],
    )


def test_stored_tokens_take_half_the_room(tmp_path: Path) -> None:
    store, features = FeatureStore(tmp_path), some_features(some_tokens(2_000))
    store.write("a.safetensors", features)
    assert (tmp_path / "a.safetensors").stat().st_size < 0.55 * features.audio_tokens.nbytes
    assert store.is_whole("a.safetensors")
    back = store.read("a.safetensors")
    left, right = (x.audio_tokens.astype(np.float32) for x in (features, back))
    cosines = (left * right).sum(1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    assert cosines.min() > 0.9995


def test_what_was_read_is_written_without_further_loss(tmp_path: Path) -> None:
    store, tokens = FeatureStore(tmp_path), some_tokens(600)
    store.write("a.safetensors", some_features(tokens))
    once = store.read("a.safetensors")
    store.write("b.safetensors", once)
    twice = store.read("b.safetensors")
    step = np.ptp(tokens.astype(np.float32), axis=0) / 254
    drift = np.abs(once.audio_tokens.astype(np.float32) - twice.audio_tokens)
    assert (drift <= step).all() and (drift > step / 10).mean() < 0.05


def test_files_with_whole_tokens_are_read_as_before(tmp_path: Path) -> None:
    store, features = FeatureStore(tmp_path), some_features(some_tokens(300))
    names = ("audio_tokens", "audio_bounds", "text", "sentences", "sentence_segments", "times")
    save_file({name: getattr(features, name) for name in names}, tmp_path / "old.safetensors")
    assert store.is_whole("old.safetensors")
    np.testing.assert_array_equal(store.read("old.safetensors").audio_tokens, features.audio_tokens)


def test_a_document_without_sound_is_stored(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    without = replace(some_features(some_tokens(0)), audio_bounds=np.zeros((1, 2), np.int64))
    store.write("a.safetensors", without)
    assert store.read("a.safetensors").audio_tokens.shape == (0, WIDTH)


def test_ranges_of_other_tokens_are_damage(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    store.write("a.safetensors", some_features(some_tokens(300)))
    arrays = load_file(tmp_path / "a.safetensors")
    arrays["audio_ranges"] = arrays["audio_ranges"][:1]
    save_file(arrays, tmp_path / "a.safetensors")
    with pytest.raises(LibraryError, match="damaged"):
        store.read("a.safetensors")

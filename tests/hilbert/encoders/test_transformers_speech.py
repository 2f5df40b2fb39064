"""Any transformers speech model gives tokens at a fixed rate, whatever the batch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hilbert.encoders import EncoderError, load_speech_encoder
from hilbert.encoders.resolve import resolve
from hilbert.encoders.transformers_speech import TransformersSpeechEncoder

pytestmark = pytest.mark.usefixtures("models")
RATE = 16_000
CONVOLUTIONS: dict[str, Any] = {
    "conv_dim": (8,) * 7,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}
# Group normalisation takes statistics over time, layer normalisation does not.
KINDS = ["hubert-group", "hubert-layer", "wav2vec2-group", "wav2vec2-layer", "wavlm", "whisper"]


def save_tiny(kind: str, folder: Path) -> None:
    import torch
    import transformers as tf

    torch.manual_seed(7)
    if kind == "whisper":
        config = tf.WhisperConfig(
            vocab_size=64,
            num_mel_bins=80,
            d_model=16,
            encoder_layers=2,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=1,
        )
        model, extractor = tf.WhisperModel(config), tf.WhisperFeatureExtractor()
    else:
        family, _, norm = kind.partition("-")
        layer = norm == "layer"
        settings = {
            **CONVOLUTIONS,
            "feat_extract_norm": norm or "group",
            "do_stable_layer_norm": layer,
            "conv_bias": layer,
        }
        classes = {
            "hubert": (tf.HubertConfig, tf.HubertModel),
            "wav2vec2": (tf.Wav2Vec2Config, tf.Wav2Vec2Model),
            "wavlm": (tf.WavLMConfig, tf.WavLMModel),
        }
        config_class, model_class = classes[family]
        model = model_class(config_class(**settings))
        extractor = tf.Wav2Vec2FeatureExtractor(return_attention_mask=layer, do_normalize=True)
    model.save_pretrained(folder)
    extractor.save_pretrained(folder)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    for kind in KINDS:
        save_tiny(kind, root / kind)
    return {kind: root / kind for kind in KINDS}


@pytest.fixture(scope="module", params=KINDS)
def encoder(request, folders) -> TransformersSpeechEncoder:
    loaded = load_speech_encoder(str(folders[request.param]))
    assert isinstance(loaded, TransformersSpeechEncoder)
    return loaded


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal(round(seconds * RATE))).astype(np.float32)


def test_tokens_come_at_the_stated_rate(encoder):
    for seconds in (30.0, 7.3, 1.0, 0.5, 0.50006, 0.2, 0.01, 1 / RATE):
        [tokens] = encoder.encode([noise(seconds)])
        assert tokens.shape == (math.ceil(round(seconds * RATE) / RATE * 2), encoder.width)
        assert tokens.dtype == np.float32
        assert np.isfinite(tokens).all()
    assert (encoder.width, encoder.tokens_per_second) == (16, 2.0)


def test_same_window_same_tokens_whatever_the_batch(encoder):
    lengths = [3.0, 1.37, 3.0, 0.4, 2.0] + [1.0] * 9
    windows = [noise(seconds, seed) for seed, seconds in enumerate(lengths)]
    together = encoder.encode(windows)
    for tokens, again in zip(together, encoder.encode(windows), strict=True):
        assert np.array_equal(tokens, again)
    for window, tokens in zip(windows, together, strict=True):
        np.testing.assert_allclose(tokens, encoder.encode([window])[0], atol=1e-5)
    for tokens, backwards in zip(together, encoder.encode(windows[::-1])[::-1], strict=True):
        np.testing.assert_allclose(tokens, backwards, atol=1e-5)


def test_different_sounds_give_different_tokens(encoder):
    first, second = encoder.encode([noise(2.0, 1), noise(2.0, 2)])
    assert np.abs(first - second).max() > 1e-4


def test_tokens_are_means_of_the_states_of_their_time(encoder):
    window = noise(1.2)
    [states] = encoder._states([window])
    frames = len(states) if not encoder._whisper else 60
    centres = (
        np.arange(frames) * 320 + (160 if encoder._whisper else 200)  # a state sees 400 samples
    ) / RATE
    [tokens] = encoder.encode([window])
    for token, begin in zip(tokens, (0.0, 0.5, 1.0), strict=True):
        inside = (centres >= begin) & (centres < begin + 0.5)
        np.testing.assert_allclose(token, states[:frames][inside].mean(0), atol=1e-6)


def test_an_event_shows_in_the_token_of_its_time(folders):
    # Layer normalisation keeps a change local to the convolutions, so the place can be seen.
    encoder = load_speech_encoder(str(folders["hubert-layer"]))
    quiet, loud = noise(6.0), noise(6.0)
    loud[4 * RATE : 4 * RATE + RATE // 2] += np.sin(np.arange(RATE // 2)).astype(np.float32)
    before, after = encoder.encode([quiet, loud])
    assert np.argmax(np.abs(after - before).sum(axis=1)) == 8


def test_nothing_and_empty_windows(encoder):
    assert encoder.encode([]) == []
    [empty, full] = encoder.encode([np.zeros(0, np.float32), noise(1.0)])
    assert empty.shape == (0, 16)
    assert full.shape == (2, 16)


def test_windows_that_are_too_long_or_not_mono(encoder):
    with pytest.raises(ValueError, match="over 30 s"):
        encoder.encode([noise(30.1)])
    with pytest.raises(ValueError, match="not \\[samples\\]"):
        encoder.encode([np.zeros((2, 100), np.float32)])


def test_fingerprint_follows_weights_and_rate(folders, tmp_path):
    resolved = resolve(str(folders["wavlm"]))
    first = TransformersSpeechEncoder.load(resolved)
    assert first.fingerprint == TransformersSpeechEncoder.load(resolved).fingerprint
    faster = TransformersSpeechEncoder.load(resolved, tokens_per_second=5)
    assert faster.fingerprint != first.fingerprint
    assert faster.encode([noise(2.0)])[0].shape == (10, 16)
    other = load_speech_encoder(str(folders["hubert-group"]))
    assert other.fingerprint != first.fingerprint


def test_loading_and_encoding_write_nothing(folders, capfd):
    load_speech_encoder(str(folders["hubert-group"])).encode([noise(1.0)])
    assert capfd.readouterr() == ("", "")


def test_incomplete_weights_are_refused(folders, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "incomplete"
    folder.mkdir()
    for file in folders["hubert-group"].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    weights = load_file(folder / "model.safetensors")
    weights.pop("encoder.layers.1.final_layer_norm.weight")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EncoderError, match="lacks weights"):
        load_speech_encoder(str(folder))
    (folder / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(EncoderError, match="cannot be loaded as a speech encoder"):
        load_speech_encoder(str(folder))


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("bundled:minilm", "no speech encoder: it has no config.json"),
        ("bundled:minilm-torch", "bert model, no speech encoder"),
    ],
)
def test_a_text_model_is_no_speech_encoder(spec, reason):
    with pytest.raises(EncoderError, match=reason):
        load_speech_encoder(str(resolve(spec).path))

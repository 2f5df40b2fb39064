"""Embeddings without a library: sound, words and both, of any length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert import Hilbert, HilbertError
from hilbert.pretrained import ModelError
from indexer.media.decode import open_recording


@pytest.fixture(scope="module")
def model(models: None) -> Hilbert:
    return Hilbert.from_pretrained()


@pytest.fixture(scope="module")
def sound(demo_folder: Path) -> NDArray[np.float32]:
    recording = open_recording(demo_folder / "recordings" / "why-tides-lag.opus")
    return np.concatenate(list(recording.blocks()))


def test_words_alone_sound_alone_and_both(model: Hilbert, sound: NDArray[np.float32]) -> None:
    said = "why the tide keeps its own time"
    typed = model.encode(text=[said, "a violin"])
    assert typed.text.shape == (2, 384)
    assert typed.has_joint.all() and not typed.has_audio.any()
    heard = model.encode(audio=sound[: 20 * 16_000])
    assert heard.audio.shape == (1, 384)
    assert heard.has_audio.all() and not heard.has_text.any()
    both = model.encode(audio=[sound[: 20 * 16_000]], text=[said])
    assert both.has_audio.all() and both.has_text.all()
    for rows in (typed.text, heard.audio, heard.joint, both.joint):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    # What is embedded beside something else is embedded the same.
    np.testing.assert_allclose(both.audio, heard.audio, atol=1e-5)
    np.testing.assert_allclose(both.text, typed.text[:1], atol=1e-5)
    assert float((both.text @ typed.text.T).argmax()) == 0


def test_sound_of_any_length_is_taken(model: Hilbert, sound: NDArray[np.float32]) -> None:
    assert len(sound) > 60 * 16_000
    whole = model.encode(audio=sound, text="tides and the moon, hours late " * 20)
    assert whole.has_joint.all()
    click = model.encode(audio=sound[:160])
    assert click.has_audio.all()


@pytest.mark.parametrize(
    ("audio", "text", "says"),
    [
        (None, None, "give audio, text or both"),
        (np.zeros((2, 16_000), np.float32), None, "mono"),
        (np.zeros(16_000, np.int16), None, "float array"),
        (np.full(16_000, np.nan, np.float32), None, "not finite"),
        ([np.zeros(16_000, np.float32)], ["a", "b"], "1 arrays and 2 texts"),
    ],
)
def test_what_is_no_sound_is_refused(
    model: Hilbert, audio: NDArray[np.float32] | None, text: list[str] | None, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        model.encode(audio=audio, text=text)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        Hilbert.from_pretrained(tmp_path)
    assert issubclass(ModelError, HilbertError)

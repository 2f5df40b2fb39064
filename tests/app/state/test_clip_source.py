"""Where a clip is from is found without holding all of a long one."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from app.state import clip_source
from indexer.media.decode import SAMPLE_RATE


def test_of_a_clip_of_hours_the_first_minutes_are_decoded(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).integers(-3000, 3000, 60 * SAMPLE_RATE).astype("<i2")
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        for _ in range(20):
            sound.writeframes(noise.tobytes())
    samples = clip_source._beginning(path)
    assert 300 <= len(samples) / SAMPLE_RATE < 360
    assert np.corrcoef(samples[: len(noise)], noise[: len(samples)])[0, 1] > 0.99

"""A piece of sound is found where it is from, and nowhere where it is not or fits everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.base.assets import demo_folder
from indexer.media.decode import SAMPLE_RATE, open_recording
from indexer.media.same_sound import find_sound, loudest_part

RATE = 1000
RNG = np.random.default_rng(3)
NOISE = RNG.standard_normal(20 * RATE).astype(np.float32)


def test_a_piece_is_found_to_the_sample_at_another_loudness_and_in_noise() -> None:
    piece = 0.1 * NOISE[7321:10_321] + 0.1 * RNG.standard_normal(3000).astype(np.float32)
    assert find_sound(piece, NOISE, RATE) == pytest.approx(7.321)
    assert find_sound(NOISE, NOISE, RATE) == 0.0


def test_another_sound_and_silence_are_found_nowhere() -> None:
    other = RNG.standard_normal(3 * RATE).astype(np.float32)
    nothing = np.zeros(3 * RATE, np.float32)
    for piece, whole in ((other, NOISE), (nothing, NOISE), (other, nothing), (NOISE, other)):
        assert find_sound(piece, whole, RATE) is None
    almost_silent = np.concatenate([NOISE[:5000], 1e-9 * other, NOISE[5000:]])
    assert find_sound(other, almost_silent, RATE) is None


def test_a_tone_and_a_loop_fit_at_many_places_and_so_at_none() -> None:
    tone = np.sin(np.arange(20 * RATE) * 0.4).astype(np.float32)
    assert find_sound(tone[3000:6000], tone, RATE) is None
    assert find_sound(NOISE[:2000], np.tile(NOISE[:4000], 3), RATE) is None


def test_the_loudest_part_is_looked_for() -> None:
    assert loudest_part(np.array([0, 0, 3, 4, 0, 1], np.float32), 2) == 2
    assert loudest_part(np.ones(3, np.float32), 5) == 0


def sound(name: str) -> NDArray[np.float32]:
    demo = demo_folder()
    if demo is None:
        pytest.skip("the demo collection (assets/demo) is not here")
    return np.concatenate(list(open_recording(demo / name).blocks()))


def test_speech_through_a_telephone_is_found_and_the_same_words_in_another_voice_are_not() -> None:
    clip = sound("clips/soul-of-a-violin-excerpt-telephone.opus")
    found = find_sound(clip, sound("recordings/how-a-violin-sings.opus"), SAMPLE_RATE)
    assert found == pytest.approx(42.9, abs=0.1)
    clip = sound("clips/rocking-ocean-other-voice.opus")
    assert find_sound(clip, sound("recordings/why-tides-lag.opus"), SAMPLE_RATE) is None

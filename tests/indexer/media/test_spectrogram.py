"""A clip as a picture: loud where it is loud, high where it is high."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.base.errors import AudioError
from indexer.media.spectrogram import LONGEST_SECONDS, mel_filter_banks, picture_of

WriteSound = Callable[..., Path]


def test_a_tone_stands_at_its_time_and_pitch(tmp_path: Path, write_sound: WriteSound) -> None:
    t = np.arange(16_000 * 4) / 16_000
    tone = np.where(t < 2, 0.0, 0.5 * np.sin(2 * np.pi * 1000 * t))
    picture = picture_of(write_sound(tmp_path / "tone.wav", tone))
    assert picture.times[-1] == pytest.approx(4, abs=0.01)
    first, second = picture.times < 1.9, picture.times > 2.1
    assert np.abs(picture.high[first]).max() < 0.01
    assert picture.high[second].min() == pytest.approx(0.5, abs=0.05)
    assert picture.low[second].max() == pytest.approx(-0.5, abs=0.05)
    assert picture.mel.max() == 0 and picture.mel.min() >= -80
    band, column = np.unravel_index(picture.mel.argmax(), picture.mel.shape)
    assert picture.mel_hertz[band] == pytest.approx(1000, abs=60)
    assert picture.mel_times[column] > 2
    assert (np.diff(picture.mel_hertz) > 0).all()


@pytest.mark.slow
def test_a_click_and_a_long_clip_are_drawn_too(tmp_path: Path, write_sound: WriteSound) -> None:
    click = picture_of(write_sound(tmp_path / "click.wav", np.ones(160) * 0.5))
    assert np.isfinite(click.mel).all() and click.high.max() > 0.3
    noise = np.random.default_rng(0).normal(0, 0.1, int(16_000 * (LONGEST_SECONDS + 100)))
    long = picture_of(write_sound(tmp_path / "long.wav", noise))
    assert long.mel.shape[1] < 700 and len(long.times) <= 600
    assert LONGEST_SECONDS <= long.times[-1] <= LONGEST_SECONDS + 60


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp3"
    letter.write_text("this is a letter, not music")
    with pytest.raises(AudioError):
        picture_of(letter)


def test_mel_bands_are_triangles_of_equal_width_in_mel_that_share_each_frequency() -> None:
    banks = mel_filter_banks(bins=8_001, bands=20)  # one bin a hertz
    assert banks.shape == (8_001, 20) and banks.min() == 0
    middles = banks.argmax(0)
    np.testing.assert_allclose(banks.max(0), 1, atol=0.02)
    np.testing.assert_allclose(banks[middles[0] + 1 : middles[-1]].sum(1), 1, atol=1e-5)
    mels = 2595 * np.log10(1 + middles / 700)
    np.testing.assert_allclose(np.diff(mels), 2595 * np.log10(1 + 8_000 / 700) / 21, rtol=0.02)


def test_an_impulse_is_as_loud_in_every_band_as_the_band_is_wide(
    tmp_path: Path, write_sound: WriteSound
) -> None:
    sound = np.zeros(16_000)
    sound[8_000] = 0.9
    picture = picture_of(write_sound(tmp_path / "impulse.wav", sound))
    column = picture.mel[:, picture.mel.max(0).argmax()]
    assert picture.mel_times[picture.mel.max(0).argmax()] == pytest.approx(0.5, abs=0.02)
    widths = mel_filter_banks(513, 64).sum(0)
    expected = 10 * np.log10(widths[widths > 0] / widths.max())
    np.testing.assert_allclose(column, expected, atol=0.1)

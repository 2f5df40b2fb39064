"""Whatever its channels, sound becomes mono in which every voice is heard."""

from __future__ import annotations

import struct
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE, Part, decode_part

pytestmark = pytest.mark.slow  # FFmpeg writes files of many channels

Samples = NDArray[np.float32]
WriteSound = Callable[..., Path]
ReadSound = Callable[[Path], Samples]
RATE = 16_000


def tone(seconds: float, hertz: float) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.4 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def write_wave(path: Path, channels: Samples) -> Path:
    """A WAV without a channel mask, as recorders with many inputs write it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((channels.T * 32767).astype("<i2").tobytes())
    return path


def level(samples: Samples, hertz: float) -> float:
    """Amplitude of a tone in samples."""
    t = np.arange(len(samples)) / RATE
    return float(2 * abs(np.mean(samples * np.exp(-2j * np.pi * hertz * t))))


@pytest.mark.parametrize("gain", [-1.0, -0.9])
@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_f32le"])
def test_channels_opposite_in_phase_are_no_silence(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound, gain: float, codec: str
) -> None:
    voice = tone(4.0, 500)
    path = write_sound(tmp_path / "a.wav", np.stack([voice, gain * voice]), RATE, codec)
    assert level(read_sound(path), 500) == pytest.approx(0.4 * (1 - gain) / 2, rel=0.02)


def test_an_inverted_stretch_costs_neither_what_is_before_nor_what_is_after(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound
) -> None:
    plain, inverted = tone(5.0, 500), tone(5.0, 900)
    left = np.concatenate([plain, inverted, plain])
    right = np.concatenate([plain, -inverted, plain])
    samples = read_sound(write_sound(tmp_path / "a.wav", np.stack([left, right])))
    assert level(samples[: 4 * RATE], 500) == pytest.approx(0.4, rel=0.02)
    assert level(samples[6 * RATE : 9 * RATE], 900) == pytest.approx(0.4, rel=0.02)
    assert level(samples[11 * RATE :], 500) == pytest.approx(0.4, rel=0.02)


@pytest.mark.parametrize("gain", [0.1, 0.02])
def test_an_inverted_voice_is_heard_in_noise_and_over_music(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound, gain: float
) -> None:
    voice, music = gain * tone(4.0, 500), 0.5 * gain * tone(4.0, 900)
    noise = gain / 12 * np.random.default_rng(0).standard_normal((2, 4 * RATE)).astype(np.float32)
    path = write_sound(tmp_path / "a.wav", np.stack([voice + music, music - voice]) + noise, RATE)
    samples = read_sound(path)
    assert level(samples, 500) > 0.3 * gain
    assert level(samples, 900) > 0.1 * gain


def test_a_voice_in_the_middle_is_heard_under_opposite_music_and_after_it(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound
) -> None:
    voice, music, nobody = tone(4.0, 500), 1.5 * tone(4.0, 900), np.zeros(4 * RATE)
    left = np.concatenate([voice + music, 0.1 * voice, nobody])
    right = np.concatenate([voice - music, 0.1 * voice, voice])
    samples = read_sound(write_sound(tmp_path / "a.wav", np.stack([left, right]), RATE))
    assert level(samples[: 4 * RATE], 500) > 0.2
    assert level(samples[6 * RATE : 8 * RATE], 500) == pytest.approx(0.04, rel=0.02)
    assert level(samples[9 * RATE :], 500) == pytest.approx(0.2, rel=0.02)


def test_two_speakers_with_a_channel_each_are_both_heard_after_an_inverted_jingle(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound
) -> None:
    jingle, one, two, nobody = tone(3.0, 700), tone(3.0, 500), tone(3.0, 900), np.zeros(3 * RATE)
    left = np.concatenate([jingle, one, nobody])
    right = np.concatenate([-jingle, nobody, two])
    samples = read_sound(write_sound(tmp_path / "a.wav", np.stack([left, right])))
    assert level(samples[4 * RATE : 6 * RATE], 500) == pytest.approx(0.2, rel=0.02)
    assert level(samples[7 * RATE : 9 * RATE], 900) == pytest.approx(0.2, rel=0.02)


@pytest.mark.parametrize("channels", [3, 4, 6, 8, 9, 10, 16])
def test_a_voice_on_one_of_many_channels_is_heard_at_its_level(
    tmp_path: Path, read_sound: ReadSound, channels: int
) -> None:
    for place in {0, 3, channels - 1} & set(range(channels)):
        sound = np.zeros((channels, 3 * RATE), np.float32)
        sound[place] = tone(3.0, 500)
        path = write_wave(tmp_path / f"{place}.wav", sound)
        assert level(read_sound(path), 500) == pytest.approx(0.4, rel=0.02)
        part = decode_part(path, Part(1.0, 2.0, RATE))
        assert part.shape == (1, RATE) and level(part[0], 500) == pytest.approx(0.4, rel=0.02)


def test_the_low_frequency_channel_of_a_named_layout_is_heard(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound
) -> None:
    sound = np.zeros((6, 3 * RATE), np.float32)
    sound[3] = tone(3.0, 500)
    path = write_sound(tmp_path / "a.flac", sound, RATE, "flac")
    assert level(read_sound(path), 500) == pytest.approx(0.4, rel=0.05)


@given(
    st.lists(st.sampled_from([-1.0, -0.7, 0.0, 0.5, 1.0]), min_size=1, max_size=7).filter(any),
)
def test_no_gains_of_the_channels_silence_a_voice(
    tmp_path_factory: pytest.TempPathFactory, gains: list[float]
) -> None:
    from indexer.media.decode import open_recording

    path = tmp_path_factory.mktemp("gains") / "a.wav"
    write_wave(path, np.outer(gains, tone(1.5, 500)).astype(np.float32))
    samples = np.concatenate(list(open_recording(path).blocks()))
    assert len(samples) == round(1.5 * SAMPLE_RATE)
    # At least what FFmpeg makes of one channel among so many.
    assert level(samples, 500) > 0.4 * max(map(abs, gains)) / len(gains) / 2.5


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kind", ["<f4", "<f8"])
@pytest.mark.parametrize("gain", [1.0, 20.0, 32768.0])
def test_floats_above_full_scale_are_not_clipped(
    tmp_path: Path, read_sound: ReadSound, channels: int, kind: str, gain: float
) -> None:
    sound = (tone(2.0, 300) + tone(2.0, 1100) / 4) * gain
    size = int(kind[2])
    data = np.repeat(sound, channels).astype(kind)
    data[100] = np.nan
    data[200:203] = 1e30  # damage, which says nothing of the level
    head = struct.pack(
        "<4sI8sIHHIIHH4sI",
        *(b"RIFF", 36 + data.nbytes, b"WAVEfmt ", 16, 3, channels, RATE),
        *(RATE * size * channels, size * channels, 8 * size, b"data", data.nbytes),
    )
    path = tmp_path / "a.wav"
    path.write_bytes(head + data.tobytes())
    samples = read_sound(path)[RATE // 2 :]
    assert level(samples, 300) == pytest.approx(4 * level(samples, 1100), rel=0.02)
    assert level(samples, 900) < 0.01  # clipped tones have overtones

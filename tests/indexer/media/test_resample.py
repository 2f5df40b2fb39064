"""Any sampling rate becomes 16 kHz in a stream: nothing moves, nothing folds back."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE, open_recording
from indexer.media.resample import join_frames, resampled

Samples = NDArray[np.float32]
RATES = [8_000, 11_025, 16_000, 22_050, 44_056, 44_100, 44_101, 47_999, 48_000, 96_000, 192_000]


def resample_at_once(samples: Samples, rate: int) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *resampled(iter([(samples, rate)]))])


def tone(seconds: float, rate: int, hertz: float) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(
        np.float32
    )


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


@pytest.mark.parametrize("rate", RATES)
def test_resampling_a_stream_equals_resampling_the_whole(rate: int) -> None:
    rng = np.random.default_rng(rate)
    whole = rng.standard_normal(7 * rate + 137).astype(np.float32)
    cuts = np.sort(rng.integers(0, len(whole), 25))
    frames = ((part, rate) for part in np.split(whole, cuts))
    streamed = np.concatenate(list(resampled(join_frames(frames, seconds=0.05))))
    assert len(streamed) == math.ceil(len(whole) * SAMPLE_RATE / rate)
    np.testing.assert_allclose(streamed, resample_at_once(whole, rate), atol=1e-6)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("count", [1, 2, 7, 132, 1_000])
def test_a_stream_shorter_than_the_filter_keeps_its_length(rate: int, count: int) -> None:
    out = resample_at_once(np.full(count, 0.5, np.float32), rate)
    assert len(out) == math.ceil(count * SAMPLE_RATE / rate)
    assert np.abs(out).max() > 0.1 * min(1.0, count * SAMPLE_RATE / rate)


@pytest.mark.parametrize("rate", RATES)
def test_a_click_stays_where_it_was(rate: int) -> None:
    for second in (0.0, 0.5, 1.3, 3.2, 3.999):
        samples = np.zeros(4 * rate, np.float32)
        samples[round(second * rate)] = 1.0
        out = resample_at_once(samples, rate)
        assert int(np.abs(out).argmax()) == pytest.approx(second * SAMPLE_RATE, abs=1)


def test_ten_minutes_of_an_unusual_rate_does_not_drift() -> None:
    """A tick a minute, by chunks of half a second."""
    rate = 44_101

    def chunks() -> Iterator[tuple[Samples, int]]:
        for half in range(1_200):
            chunk = np.zeros(rate // 2 + (half % 2), np.float32)  # two of them are a second
            chunk[0] = half % 120 == 0
            yield chunk, rate

    out = np.concatenate(list(resampled(chunks())))
    assert len(out) == 600 * SAMPLE_RATE
    ticks = out.reshape(10, 60 * SAMPLE_RATE)[1:]
    assert (np.abs(ticks).argmax(1) <= 1).all()


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 44_101, 48_000])
def test_a_tone_is_the_same_tone_and_one_too_high_for_16_khz_is_gone(rate: int) -> None:
    middle = slice(SAMPLE_RATE // 10, -SAMPLE_RATE // 10)
    for hertz in (100.0, 440.0, 2_000.0):
        out, expected = resample_at_once(tone(1.0, rate, hertz), rate), tone(1.0, 16_000, hertz)
        assert rms(out[middle] - expected[middle]) < 2e-3 * rms(expected)
    if rate > 22_000:  # it would fold back to 5 kHz
        assert rms(resample_at_once(tone(1.0, rate, 11_000.0), rate)[middle]) < 2e-4


def test_each_rate_of_a_stream_keeps_its_length_and_pitch() -> None:
    parts = [(tone(1.0, rate, 500.0), rate) for rate in (44_100, 8_000, 16_000, 44_101, 48_000)]
    out = np.concatenate(list(resampled(join_frames(iter(parts), seconds=30.0))))
    assert len(out) == 5 * SAMPLE_RATE
    for second in out.reshape(5, SAMPLE_RATE):
        assert int(np.abs(np.fft.rfft(second)).argmax()) == 500


def test_a_stream_without_samples_gives_none() -> None:
    assert not list(resampled(iter([])))
    assert not list(resampled(iter([(np.zeros(0, np.float32), 44_100)])))


def test_torchaudio_gives_nearly_the_same() -> None:
    """What older libraries were made with: white noise, the worst case, to 2 %."""
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchaudio.functional")
    for rate in (8_000, 44_100, 48_000):
        noise = np.random.default_rng(0).standard_normal(rate).astype(np.float32)
        theirs = functional.resample(torch.from_numpy(noise), rate, SAMPLE_RATE).numpy()
        ours = resample_at_once(noise, rate)
        assert len(ours) == len(theirs)
        assert rms(ours - theirs) < 0.02 * rms(theirs)


@pytest.mark.slow
def test_a_file_of_an_absurd_rate_is_read_in_bounded_memory(tmp_path: Path) -> None:
    rate = 10_000_001
    path = tmp_path / "absurd.wav"
    data = (tone(0.5, rate, 440.0) * 32767).astype("<i2").tobytes()
    header = struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    chunks = [b"WAVEfmt ", header, b"data", struct.pack("<I", len(data)), data]
    body = b"".join(chunks)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    out = np.concatenate(list(open_recording(path).blocks()))
    assert len(out) == pytest.approx(SAMPLE_RATE // 2, abs=1)
    assert int(np.abs(np.fft.rfft(out)).argmax()) == 220

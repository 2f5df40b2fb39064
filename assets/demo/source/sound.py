"""Waveforms of the demo collection: trimming, level, noise, and Ogg Opus in and out.

Every waveform is mono float32 [samples] at `RATE`, which is the rate that Opus works at.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

RATE = 48_000
FRAME = RATE // 100  # 10 ms, short enough to find where a word begins

SPEECH_DB = -20.0  # root mean square of the speech, relative to full scale
PEAK_DB = -1.0  # headroom for the overshoot that a lossy codec adds


def resample(waveform: np.ndarray, rate: int) -> np.ndarray:
    """Bring a mono float32 waveform from `rate` to `RATE`."""
    if rate == RATE:
        return waveform
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    frames = resampler.resample(_frame(waveform, rate)) + resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def trim(waveform: np.ndarray, below_peak_db: float = 40.0, margin_s: float = 0.03) -> np.ndarray:
    """Cut the silence at both ends, so that a cue's times are the times of its words."""
    count = len(waveform) // FRAME
    frames = waveform[: count * FRAME].reshape(count, FRAME)  # [frames, samples]
    power = np.mean(frames**2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-below_peak_db / 10))
    margin = round(margin_s * RATE)
    start = max(0, loud[0] * FRAME - margin)
    return waveform[start : (loud[-1] + 1) * FRAME + margin]


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def normalise(waveform: np.ndarray) -> np.ndarray:
    """Bring speech to `SPEECH_DB`, measured where somebody speaks, and peaks below `PEAK_DB`."""
    count = len(waveform) // FRAME
    power = np.mean(waveform[: count * FRAME].reshape(count, FRAME) ** 2, axis=1)
    speech = power[power > power.max() * 1e-4]  # 40 dB below the loudest frame is a pause
    gain = 10 ** (SPEECH_DB / 20) / np.sqrt(speech.mean())
    ceiling = 10 ** (PEAK_DB / 20) / np.abs(waveform).max()
    return waveform * np.float32(min(gain, ceiling))


def add_pink_noise(waveform: np.ndarray, snr_db: float, seed: int) -> np.ndarray:
    """Mix in noise whose power falls as 1/f, `snr_db` below the mean power of the waveform."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(waveform)))
    frequency = np.fft.rfftfreq(len(waveform), 1 / RATE)
    spectrum /= np.sqrt(np.maximum(frequency, 20.0))  # flat below hearing, so finite at 0 Hz
    noise = np.fft.irfft(spectrum, len(waveform))
    wanted = np.mean(waveform**2) / 10 ** (snr_db / 10)
    return (waveform + noise * np.sqrt(wanted / np.mean(noise**2))).astype(np.float32)


def telephone(waveform: np.ndarray) -> np.ndarray:
    """Keep what an old telephone line keeps, 300 to 3400 Hz."""
    spectrum = np.fft.rfft(waveform)
    frequency = np.fft.rfftfreq(len(waveform), 1 / RATE)
    spectrum[(frequency < 300) | (frequency > 3400)] = 0
    return np.fft.irfft(spectrum, len(waveform)).astype(np.float32)


def write_opus(path: Path, waveform: np.ndarray, tags: dict[str, str], bit_rate: int) -> None:
    """Encode to Ogg Opus. The same waveform and tags give the same bytes each time."""
    # "bitexact" replaces the random Ogg serial number and leaves library versions out.
    with av.open(str(path), "w", format="opus", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = bit_rate
        stream.options = {"application": "voip", "flags": "+bitexact"}
        stream.metadata.update(tags)
        for packet in [*stream.encode(_frame(waveform, RATE)), *stream.encode(None)]:
            container.mux(packet)


def read(path: Path) -> np.ndarray:
    """Decode a recording to mono float32 [samples] at `RATE`."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        parts = [
            part.to_ndarray()[0]
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts)


def _frame(waveform: np.ndarray, rate: int) -> av.AudioFrame:
    samples = np.ascontiguousarray(waveform, dtype=np.float32).reshape(1, -1)  # [1, samples]
    frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
    frame.sample_rate = rate
    return frame

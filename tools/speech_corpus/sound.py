"""Waveforms of made speech: trimming, level, Ogg Opus. Mono float32 [samples] at `RATE`."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np
from numpy.typing import NDArray

Waveform = NDArray[np.float32]

RATE = 16_000  # what the speech encoders hear
SPEECH_DB = -20.0  # mean power of speech relative to full scale, where somebody speaks
_PEAK_DB = -1.0  # headroom for the overshoot that a lossy codec adds
_BIT_RATE = 24_000
_FRAME = RATE // 100  # 10 ms, short enough to find where a word begins
_PAUSE_DB = 40.0  # a frame this much below the loudest one is a pause
_MARGIN = round(0.03 * RATE)  # kept around speech, so that no soft consonant is cut


def resample(waveform: Waveform, rate: int) -> Waveform:
    """Bring a waveform from `rate` to `RATE`."""
    if rate == RATE:
        return waveform
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    frames = resampler.resample(_frame(waveform, rate)) + resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def silence(seconds: float) -> Waveform:
    """Nothing."""
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def trim(waveform: Waveform) -> Waveform:
    """Cut the silence at both ends, so that a cue's times are the times of its words.

    What is silent altogether becomes empty.
    """
    loud = np.flatnonzero(_loud(waveform))
    if not len(loud):
        return waveform[:0]
    start = max(0, loud[0] * _FRAME - _MARGIN)
    return waveform[start : (loud[-1] + 1) * _FRAME + _MARGIN]


def speech_power(waveform: Waveform) -> float:
    """Mean power of the frames in which somebody speaks; 0 where nobody does."""
    loud = _loud(waveform)
    return float(_powers(waveform)[loud].mean()) if loud.any() else 0.0


def levelled(waveform: Waveform) -> Waveform:
    """Speech brought to `SPEECH_DB`: the engines differ by 10 dB and more."""
    return waveform * np.float32(10 ** (SPEECH_DB / 20) / np.sqrt(speech_power(waveform)))


def limited(waveform: Waveform) -> Waveform:
    """All of it made quieter where its peaks would not fit."""
    ceiling = 10 ** (_PEAK_DB / 20) / max(float(np.abs(waveform).max(initial=0.0)), 1e-9)
    return waveform * np.float32(min(1.0, ceiling))


def opus(waveform: Waveform) -> bytes:
    """An Ogg Opus file. The same waveform gives the same bytes each time."""
    file = BytesIO()
    # "bitexact" replaces the random Ogg serial number and leaves library versions out.
    with av.open(file, "w", format="opus", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = _BIT_RATE
        stream.options = {"application": "voip", "flags": "+bitexact"}
        for packet in [*stream.encode(_frame(waveform, RATE)), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


def _loud(waveform: Waveform) -> NDArray[np.bool_]:
    powers = _powers(waveform)
    return powers > powers.max(initial=0.0) * 10 ** (-_PAUSE_DB / 10)


def _powers(waveform: Waveform) -> NDArray[np.float32]:
    """Mean power of each whole frame, `[frames]`."""
    count = len(waveform) // _FRAME
    return np.mean(waveform[: count * _FRAME].reshape(count, _FRAME) ** 2, axis=1)


def _frame(waveform: Waveform, rate: int) -> av.AudioFrame:
    samples = np.ascontiguousarray(waveform, dtype=np.float32).reshape(1, -1)  # [1, samples]
    frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
    frame.sample_rate = rate
    return frame

"""Mono samples of any rate as 16 kHz, in a stream: FFmpeg resamples, through PyAV."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE

# The filter: a sinc of six zero crossings to each side, that ends just below the new Nyquist
# frequency, under a Kaiser window. With this beta it is nearest to the Hann window of torchaudio,
# which made the features that older libraries and the shipped model hold: 60 dB apart on speech
# (`benchmarks/resampling.py`).
_CROSSINGS = 12
_ROLLOFF = 0.99
_KAISER_BETA = 6
_HIGHEST_EXACT_RATE = 400_000


def join_frames(
    frames: Iterator[tuple[NDArray[np.float32], int]], seconds: float
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Join frames to chunks of about `seconds`; a new one begins where the rate changes."""
    parts: list[NDArray[np.float32]] = []
    rate, size = 0, 0
    for samples, frame_rate in frames:
        if parts and (frame_rate != rate or size >= seconds * rate):
            yield np.concatenate(parts), rate
            parts, size = [], 0
        rate = frame_rate
        parts.append(samples)
        size += len(samples)
    if parts:
        yield np.concatenate(parts), rate


def resampled(chunks: Iterator[tuple[NDArray[np.float32], int]]) -> Iterator[NDArray[np.float32]]:
    """Resample chunks, given with their sampling rates, to 16 kHz."""
    resampler: _StreamResampler | None = None
    for samples, rate in chunks:
        if resampler is None or resampler.rate != rate:
            if resampler is not None:
                yield from resampler.finish()
            resampler = _StreamResampler(rate)
        yield from resampler.push(samples)
    if resampler is not None:
        yield from resampler.finish()


class _StreamResampler:
    """One resampler of FFmpeg (libswresample) for chunks of one rate.

    Sample k of the output stands k/16,000 s after the first of the input, and there are as many
    as fit: the same, up to rounding, as resampling the whole at once between silence.
    """

    def __init__(self, rate: int) -> None:
        divisor = math.gcd(rate, SAMPLE_RATE)
        self.rate = rate
        self._down, self._up = rate // divisor, SAMPLE_RATE // divisor
        self._received, self._sent = 0, 0
        self._resampler: Any = None
        # So many bits that each phase of any ratio has its own filter. There, where the filter is
        # long, they would need hundreds of megabytes; the nearest of fewer is near enough.
        self._phase_bits = 14 if rate <= _HIGHEST_EXACT_RATE else 10
        # FFmpeg mirrors the sound at its ends; with this much silence there, it mirrors silence.
        # Whole periods of the ratio, so that their output is a whole number of samples.
        reach = math.ceil(_CROSSINGS / 2 * max(1.0, rate / (SAMPLE_RATE * _ROLLOFF))) + 1
        self._margin = math.ceil(reach / self._down) * self._down
        self._skip = self._margin // self._down * self._up  # output samples of the margin

    def push(self, samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """Add samples; yields those of the output that no later one can change."""
        if self.rate == SAMPLE_RATE:
            yield samples
            return
        if not len(samples):
            return
        self._received += len(samples)
        if self._resampler is None:
            samples = np.concatenate([np.zeros(self._margin, np.float32), samples])
            self._resampler = self._open()
        yield from self._take(self._resampler.resample(self._frame(samples)))

    def finish(self) -> Iterator[NDArray[np.float32]]:
        """Yield what is left at the end of the stream."""
        if self._resampler is None:
            return
        silence = self._frame(np.zeros(self._margin, np.float32))
        yield from self._take([*self._resampler.resample(silence), *self._resampler.resample(None)])

    def _open(self) -> Any:
        import av

        options = {
            "filter_type": "kaiser",
            "kaiser_beta": _KAISER_BETA,
            "filter_size": _CROSSINGS,
            "cutoff": _ROLLOFF,
            "phase_shift": min(self._up.bit_length(), self._phase_bits),
        }
        texts = {name: str(value) for name, value in options.items()}
        return av.AudioResampler("fltp", "mono", SAMPLE_RATE, options=texts)

    def _frame(self, samples: NDArray[np.float32]) -> Any:
        import av

        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples)[None], "fltp", "mono")
        frame.sample_rate = self.rate
        return frame

    def _take(self, frames: list[Any]) -> Iterator[NDArray[np.float32]]:
        """Yield the samples of frames, without those of the margins."""
        total = math.ceil(self._received * self._up / self._down)
        for frame in frames:
            samples = frame.to_ndarray()[0][self._skip :]
            self._skip -= frame.samples - len(samples)
            samples = samples[: total - self._sent]
            self._sent += len(samples)
            if len(samples):
                yield samples

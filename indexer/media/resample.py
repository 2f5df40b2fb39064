"""Mono samples of any rate as 16 kHz, in a stream: torchaudio resamples, chunk by chunk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE

if TYPE_CHECKING:
    import torch


def intermediate_rate(rate: int) -> int:
    """Return the rate that FFmpeg is to give: 48 kHz for unusual ones.

    torchaudio's kernel grows with both rates over their common divisor: gigabytes for 44,101 Hz.
    """
    return rate if math.gcd(rate, SAMPLE_RATE) >= 25 else 48_000


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
    """torchaudio's resampling, chunk by chunk, equal to resampling the whole at once.

    The filter looks a few input samples to either side, so each chunk is resampled with some
    context around it, and the context's share of the output is cut off again. Chunks are whole
    periods of the rate ratio, which makes that share a whole number of samples.
    """

    _CONTEXT_PERIODS = 64

    def __init__(self, rate: int) -> None:
        divisor = math.gcd(rate, SAMPLE_RATE)
        self.rate = rate
        self._down, self._up = rate // divisor, SAMPLE_RATE // divisor
        periods = max(1, math.ceil(self._CONTEXT_PERIODS / self._up))
        self._context = periods * self._down
        self._pending = np.zeros(0, np.float32)
        self._left = 0  # samples at the start of `_pending` that are context only

    def push(self, samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """Add samples; yields what can be resampled with full context on both sides."""
        if self.rate == SAMPLE_RATE:
            yield samples
            return
        self._pending = np.concatenate([self._pending, samples])
        usable = len(self._pending) - self._left - self._context
        usable -= usable % self._down
        if usable < self._context:
            return
        out = self._resample(self._pending[: self._left + usable + self._context])
        start = self._left // self._down * self._up
        yield out[start : start + usable // self._down * self._up]
        self._pending = self._pending[self._left + usable - self._context :]
        self._left = self._context

    def finish(self) -> Iterator[NDArray[np.float32]]:
        """Resample what is left at the end of the stream."""
        if self.rate == SAMPLE_RATE or len(self._pending) == self._left:
            return
        yield self._resample(self._pending)[self._left // self._down * self._up :]

    def _resample(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        import torch
        from torchaudio.functional import resample

        tensor: torch.Tensor = torch.from_numpy(np.ascontiguousarray(samples))
        out: NDArray[np.float32] = resample(tensor, self.rate, SAMPLE_RATE).numpy()
        return out

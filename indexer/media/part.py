"""A part of a recording with its own channels, to the sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.media.frames import Frames
from indexer.media.mono import kind_of, mixable

_PIECE_SECONDS = 10.0


@dataclass(frozen=True)
class Part:
    """A part to decode with its own channels (stereo, or mono): seconds, and a sampling rate."""

    start: float
    end: float
    rate: int


def cut_part(frames: Frames, part: Part) -> Iterator[NDArray[np.float32]]:
    """Yield the part's samples, `[channels, n]` at its rate, in pieces of about ten seconds."""
    pieces = _Pieces(part, "stereo" if frames.channels == 2 else "mono")
    timed = frames if frames.channels == 2 else mixable(frames)
    position = 0.0
    for silence, frame in timed:
        if silence:
            pieces.add_silence(position, position + silence)
            position += silence
        begins, position = position, position + frame.samples / frame.sample_rate
        if begins >= part.end:
            break
        if position > part.start:
            pieces.add_frame(begins, frame)
            yield from pieces.ready()
    yield pieces.rest()


class _Pieces:
    """Sound and silence one after the other, as samples at the part's rate."""

    def __init__(self, part: Part, layout: str) -> None:
        self._part = part
        self._layout = layout
        self._channels = 1 if layout == "mono" else 2
        self._pieces = [np.zeros((self._channels, 0), np.float32)]
        self._waiting = 0  # samples in `_pieces`
        self._left = round((part.end - part.start) * part.rate)
        self._skip: int | None = None  # samples before the part, once the first piece is known
        self._resampler: Any = None
        self._kind: tuple[str, str, int] | None = None

    def add_silence(self, begin: float, end: float) -> None:
        begin, end = max(begin, self._part.start), min(end, self._part.end)
        if begin >= end:
            return
        self._begin_at(begin)
        self._flush()
        left = round((end - begin) * self._part.rate)
        self._add(np.zeros((self._channels, left), np.float32))

    def add_frame(self, begin: float, frame: Any) -> None:
        import av

        self._begin_at(begin)
        if self._resampler is None or kind_of(frame) != self._kind:
            self._flush()
            self._kind = kind_of(frame)
            self._resampler = av.AudioResampler("fltp", self._layout, self._part.rate)
        self._take(self._resampler.resample(frame))

    def ready(self) -> Iterator[NDArray[np.float32]]:
        """Yield what has come together, once that is worth it."""
        if self._waiting >= _PIECE_SECONDS * self._part.rate:
            yield self._joined()

    def rest(self) -> NDArray[np.float32]:
        """Return what is left at the end; perhaps nothing."""
        self._flush()
        return self._joined()

    def _begin_at(self, seconds: float) -> None:
        if self._skip is None:
            self._skip = max(0, round((self._part.start - seconds) * self._part.rate))

    def _joined(self) -> NDArray[np.float32]:
        samples = np.concatenate(self._pieces, axis=1)
        skip = min(self._skip or 0, samples.shape[1])
        self._skip = (self._skip or 0) - skip
        samples = samples[:, skip:][:, : self._left]
        self._left -= samples.shape[1]
        self._pieces, self._waiting = [samples[:, :0]], 0
        return samples

    def _flush(self) -> None:
        if self._resampler is not None:
            self._take(self._resampler.resample(None))
            self._resampler = None

    def _take(self, frames: list[Any]) -> None:
        for frame in frames:
            self._add(frame.to_ndarray().astype(np.float32, copy=False))

    def _add(self, samples: NDArray[np.float32]) -> None:
        self._pieces.append(samples)
        self._waiting += samples.shape[1]

"""A part of a recording with its own channels, to the sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.media.frames import Frames
from indexer.media.mono import kind_of, mixable


@dataclass(frozen=True)
class Part:
    """A part to decode with its own channels (stereo, or mono): seconds, and a sampling rate."""

    start: float
    end: float
    rate: int


def cut_part(frames: Frames, part: Part) -> NDArray[np.float32]:
    """Return the part's samples, `[channels, n]` at its rate."""
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
    return pieces.joined()


class _Pieces:
    """Sound and silence one after the other, as samples at the part's rate."""

    def __init__(self, part: Part, layout: str) -> None:
        self._part = part
        self._layout = layout
        self._channels = 1 if layout == "mono" else 2
        self._pieces = [np.zeros((self._channels, 0), np.float32)]
        self._first: float | None = None  # where the first piece begins
        self._resampler: Any = None
        self._kind: tuple[str, str, int] | None = None

    def add_silence(self, begin: float, end: float) -> None:
        begin, end = max(begin, self._part.start), min(end, self._part.end)
        if begin >= end:
            return
        self._first = begin if self._first is None else self._first
        self._flush()
        size = round((end - begin) * self._part.rate)
        self._pieces.append(np.zeros((self._channels, size), np.float32))

    def add_frame(self, begin: float, frame: Any) -> None:
        import av

        self._first = begin if self._first is None else self._first
        if self._resampler is None or kind_of(frame) != self._kind:
            self._flush()
            self._kind = kind_of(frame)
            self._resampler = av.AudioResampler("fltp", self._layout, self._part.rate)
        self._take(self._resampler.resample(frame))

    def joined(self) -> NDArray[np.float32]:
        self._flush()
        samples = np.concatenate(self._pieces, axis=1)
        part = self._part
        skipped = 0 if self._first is None else round((part.start - self._first) * part.rate)
        return samples[:, max(0, skipped) :][:, : round((part.end - part.start) * part.rate)]

    def _flush(self) -> None:
        if self._resampler is not None:
            self._take(self._resampler.resample(None))
            self._resampler = None

    def _take(self, frames: list[Any]) -> None:
        self._pieces += [f.to_ndarray().astype(np.float32, copy=False) for f in frames]

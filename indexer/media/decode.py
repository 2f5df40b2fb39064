"""Recordings as a stream of 16 kHz mono samples: PyAV decodes, torchaudio resamples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE as SAMPLE_RATE
from indexer.base.errors import AudioError

if TYPE_CHECKING:
    import av
    import torch

EXTENSIONS = frozenset(
    {".wav", ".flac", ".mp3", ".m4a", ".m4b", ".aac", ".ogg", ".oga", ".opus"}
    | {".webm", ".mp4", ".mkv", ".mov"}
)
# A recording that ends this much before the length in its header was cut off.
_MISSING_SECONDS = 2.0


@dataclass
class Recording:
    """A recording opened for reading once, from start to end.

    Attributes:
        tags: title, artist, date, genre and language from the container, lower-case keys.
        announced: length in seconds from the header, None where it names none.
        seconds: length decoded so far.
        bad_packets: packets that could not be decoded and were passed over.
    """

    path: Path
    tags: dict[str, str]
    announced: float | None
    seconds: float = 0.0
    bad_packets: int = 0
    _container: Any = field(default=None, repr=False)

    @property
    def damage(self) -> str | None:
        """What is wrong with a recording that was read to its end, or None."""
        if self.announced and self.announced - self.seconds > _MISSING_SECONDS:
            return (
                f"cut off: only {self.seconds:.0f} s of the {self.announced:.0f} s that its "
                "header announces could be read"
            )
        if self.bad_packets:
            return f"damaged: {self.bad_packets} packets could not be decoded"
        return None

    def blocks(self, seconds: float = 30.0) -> Iterator[NDArray[np.float32]]:
        """The samples, 16 kHz mono float32, in consecutive blocks of about `seconds`.

        Raises:
            AudioError: nothing at all could be decoded.
        """
        with self._container:
            for block in _resampled(_chunks(self._frames(), seconds)):
                self.seconds += len(block) / SAMPLE_RATE
                yield block
        if not self.seconds:
            raise AudioError(f"{self.path.name}: no sound could be decoded; is the file damaged?")

    def close(self) -> None:
        """Close a recording that is not read."""
        self._container.close()

    def _frames(self) -> Iterator[tuple[NDArray[np.float32], int]]:
        """Decoded mono frames with their sampling rate; packets that fail are passed over."""
        import av

        kind, to_mono = None, None
        for frame in self._decoded():
            # Podcasts with spliced-in advertisements change from mono to stereo on the way.
            found = (frame.format.name, frame.layout.name, frame.sample_rate)
            if to_mono is None or found != kind:
                # 16 bit, because only then FFmpeg's mix to mono cannot exceed full scale.
                kind = found
                to_mono = av.AudioResampler("s16", "mono", _intermediate_rate(found[2]))
            for mono in to_mono.resample(frame):
                samples = mono.to_ndarray().reshape(-1).astype(np.float32) / np.float32(32768)
                yield samples, mono.sample_rate

    def _decoded(self) -> Iterator[av.AudioFrame]:
        """Frames as they are in the file; packets that fail are passed over and counted."""
        import av

        stream = self._container.streams.audio[0]
        stream.thread_type = "AUTO"
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except av.error.FFmpegError:
                self.bad_packets += 1
                # A demuxer that fails at the same place for ever would never end.
                if self.bad_packets > 10_000:
                    return
                continue
            for frame in frames:
                frame.pts = None  # a gap in the time stamps is not silence to insert
                yield frame

    def span(self, start: float, end: float, rate: int) -> NDArray[np.float32]:
        """Decode the sound from `start` to `end` seconds, at another rate and in stereo.

        Seconds are counted in decoded samples, so everything before is decoded as well.

        Args:
            start: seconds from the beginning.
            end: seconds; what lies after the end of the recording is missing.
            rate: sampling rate of the result.

        Returns:
            `[channels, n]`: mono or stereo as the recording is; more channels become stereo.
        """
        import av

        with self._container:
            layout = "mono" if self._container.streams.audio[0].channels == 1 else "stereo"
            resampler, kind = None, None
            parts = [np.zeros((1 if layout == "mono" else 2, 0), np.float32)]
            first, position = None, 0.0
            for frame in self._decoded():
                begins, position = position, position + frame.samples / frame.sample_rate
                if position <= start:
                    continue
                if begins >= end:
                    break
                first = begins if first is None else first
                found = (frame.format.name, frame.layout.name, frame.sample_rate)
                if resampler is None or found != kind:
                    kind, resampler = found, av.AudioResampler("fltp", layout, rate)
                parts += _arrays(resampler.resample(frame))
            if resampler is not None:
                parts += _arrays(resampler.resample(None))
        samples = np.concatenate(parts, axis=1)
        offset = round((start - first) * rate) if first is not None else 0
        return samples[:, max(0, offset) :][:, : round((end - start) * rate)]


def _arrays(frames: list[av.AudioFrame]) -> list[NDArray[np.float32]]:
    return [frame.to_ndarray().astype(np.float32, copy=False) for frame in frames]


@dataclass(frozen=True)
class Header:
    """What a recording announces of itself: see the attributes of `Recording`."""

    tags: dict[str, str] = field(default_factory=dict)
    announced: float | None = None


def read_header(path: Path) -> Header:
    """Read tags and length without decoding; an empty header for what cannot be opened."""
    try:
        recording = open_recording(path)
    except AudioError:  # whoever decodes it reports why
        return Header()
    recording.close()
    return Header(recording.tags, recording.announced)


def open_recording(path: Path) -> Recording:
    """Open a sound file, or the sound of a video.

    Raises:
        AudioError: the file cannot be read, is no media file, or has no sound in it.
    """
    import av

    try:
        container = av.open(str(path), metadata_errors="replace")
    except (OSError, ValueError, av.error.FFmpegError) as error:
        raise AudioError(f"{path.name}: {_why_not_opened(path, error)}") from error
    if not container.streams.audio:
        container.close()
        raise AudioError(f"{path.name}: there is no sound in this file")
    tags = {key.lower(): value.strip() for key, value in container.metadata.items()}
    for key, value in container.streams.audio[0].metadata.items():
        tags.setdefault(key.lower(), value.strip())
    announced = container.duration / av.time_base if container.duration else None
    return Recording(path, tags, announced, _container=container)


def _why_not_opened(path: Path, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read the file"
    if path.is_symlink() and not path.exists():
        return "a link to a file that does not exist"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if path.is_file() and path.stat().st_size == 0:
        return "the file is empty"
    return "not a sound file that can be decoded"


def _intermediate_rate(rate: int) -> int:
    """The rate FFmpeg hands on: odd ones go by 48 kHz.

    torchaudio's kernel grows with both rates over their common divisor: gigabytes for 44,101 Hz.
    """
    return rate if math.gcd(rate, SAMPLE_RATE) >= 25 else 48_000


def _chunks(
    frames: Iterator[tuple[NDArray[np.float32], int]], seconds: float
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Frames joined to chunks of about `seconds`; a new chunk where the sampling rate changes."""
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


def _resampled(chunks: Iterator[tuple[NDArray[np.float32], int]]) -> Iterator[NDArray[np.float32]]:
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

"""Recordings decoded by PyAV: as a stream of 16 kHz mono samples, or a part as it sounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE as SAMPLE_RATE
from indexer.base.errors import AudioError
from indexer.media.resample import intermediate_rate, join_frames, resampled

if TYPE_CHECKING:
    import av

# A recording that ends this much before the length in its header was cut off.
_MISSING_SECONDS = 2.0
# A demuxer that fails at the same place for ever would never end.
_MAX_BAD_PACKETS = 10_000


@dataclass(frozen=True)
class Part:
    """A part to decode with its own channels (at most two): seconds, and a sampling rate."""

    start: float
    end: float
    rate: int


@dataclass(frozen=True)
class StreamFacts:
    """What a recording announces of itself.

    Attributes:
        tags: Title, artist, date, genre and language from the container, lower-case keys.
        announced: Length in seconds, None where the header names none.
    """

    tags: dict[str, str]
    announced: float | None


@dataclass(frozen=True)
class Block:
    """Consecutive samples.

    Attributes:
        samples: float32, `[n]` at 16 kHz; of a part `[channels, n]` at its rate.
        bad_packets: Packets passed over so far because they could not be decoded.
    """

    samples: NDArray[np.float32]
    bad_packets: int = 0


def decode(
    path: Path, part: Part | None = None, block_seconds: float = 30.0
) -> Iterator[StreamFacts | Block]:
    """Decode a sound file, or the sound of a video: the only place that does.

    Arguments and items can be pickled, so that a child process can run it and send the items.

    Args:
        path: The file; it is opened once, when the first item is asked for.
        part: None for the whole as 16 kHz mono. Seconds are counted in decoded samples, so
            everything before a part is decoded as well.
        block_seconds: Length of the blocks, about.

    Yields:
        The facts, then blocks in order, of a part a single one; the last block may be empty.

    Raises:
        AudioError: The file cannot be read, is no media file, or has no sound in it.
    """
    import av

    try:
        container = av.open(str(path), metadata_errors="replace")
    except (OSError, ValueError, av.error.FFmpegError) as error:
        raise AudioError(f"{path.name}: {_why_not_opened(path, error)}") from error
    with container:
        if not container.streams.audio:
            raise AudioError(f"{path.name}: there is no sound in this file")
        yield _facts(container)
        frames = _Frames(container)
        if part is not None:
            yield Block(_part(frames, part), frames.bad_packets)
            return
        for samples in resampled(join_frames(_mono(frames), block_seconds)):
            yield Block(samples, frames.bad_packets)
        yield Block(np.zeros(0, np.float32), frames.bad_packets)


class Recording:
    """A recording opened for reading once, from start to end.

    Attributes:
        path: The file.
        tags: See `StreamFacts`.
        announced: See `StreamFacts`.
        seconds: Length decoded so far.
        bad_packets: Packets that could not be decoded and were passed over.
    """

    def __init__(
        self, path: Path, facts: StreamFacts, items: Iterator[StreamFacts | Block]
    ) -> None:
        self.path = path
        self.tags, self.announced = facts.tags, facts.announced
        self.seconds, self.bad_packets = 0.0, 0
        self._items = items

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

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Return the samples, 16 kHz mono float32, in consecutive blocks.

        Raises:
            AudioError: Nothing at all could be decoded.
        """
        for item in self._items:
            assert isinstance(item, Block)
            self.bad_packets = item.bad_packets
            if len(item.samples):
                self.seconds += len(item.samples) / SAMPLE_RATE
                yield item.samples
        if not self.seconds:
            raise AudioError(f"{self.path.name}: no sound could be decoded; is the file damaged?")

    def close(self) -> None:
        """Close a recording that is not read to its end."""
        close: Any = getattr(self._items, "close", None)
        if close:
            close()


def open_recording(path: Path, block_seconds: float = 30.0) -> Recording:
    """Open a recording; its samples come in blocks of about `block_seconds`.

    Raises:
        AudioError: The file cannot be read, is no media file, or has no sound in it.
    """
    items = decode(path, block_seconds=block_seconds)
    facts = next(items)
    assert isinstance(facts, StreamFacts)
    return Recording(path, facts, items)


def decode_part(path: Path, part: Part) -> NDArray[np.float32]:
    """Decode a part of a recording.

    Returns:
        `[channels, n]`: mono or stereo as the recording is; more channels become stereo. What
        lies after the end of the recording is missing.

    Raises:
        AudioError: The file cannot be read, is no media file, or has no sound in it.
    """
    blocks = [item for item in decode(path, part) if isinstance(item, Block)]
    return blocks[0].samples


def _facts(container: Any) -> StreamFacts:
    import av

    tags = {key.lower(): value.strip() for key, value in container.metadata.items()}
    for key, value in container.streams.audio[0].metadata.items():
        tags.setdefault(key.lower(), value.strip())
    return StreamFacts(tags, container.duration / av.time_base if container.duration else None)


class _Frames:
    """Frames as they are in the file; packets that fail are passed over and counted."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._stream = container.streams.audio[0]
        self._stream.thread_type = "AUTO"
        self.channels: int = self._stream.channels
        self.bad_packets = 0

    def __iter__(self) -> Iterator[av.AudioFrame]:
        import av

        packets = self._container.demux(self._stream)
        while True:
            try:
                frames = next(packets).decode()
            except StopIteration:
                return
            except av.error.FFmpegError:
                self.bad_packets += 1
                if self.bad_packets > _MAX_BAD_PACKETS:
                    return
                continue
            for frame in frames:
                frame.pts = None  # a gap in the time stamps is not silence to insert
                yield frame


def _kind(frame: av.AudioFrame) -> tuple[str, str, int]:
    """What a resampler is made for: spliced-in advertisements change it on the way."""
    return frame.format.name, frame.layout.name, frame.sample_rate


def _mono(frames: _Frames) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Mono frames with their sampling rate."""
    import av

    kind, to_mono = None, None
    for frame in frames:
        if to_mono is None or _kind(frame) != kind:
            kind = _kind(frame)
            # 16 bit, because only then FFmpeg's mix to mono cannot exceed full scale.
            to_mono = av.AudioResampler("s16", "mono", intermediate_rate(frame.sample_rate))
        for mono in to_mono.resample(frame):
            samples = mono.to_ndarray().reshape(-1).astype(np.float32) / np.float32(32768)
            yield samples, mono.sample_rate


def _part(frames: _Frames, part: Part) -> NDArray[np.float32]:
    import av

    layout = "mono" if frames.channels == 1 else "stereo"
    resampler, kind = None, None
    parts = [np.zeros((1 if layout == "mono" else 2, 0), np.float32)]
    first, position = None, 0.0
    for frame in frames:
        begins, position = position, position + frame.samples / frame.sample_rate
        if position <= part.start:
            continue
        if begins >= part.end:
            break
        first = begins if first is None else first
        if resampler is None or _kind(frame) != kind:
            kind, resampler = _kind(frame), av.AudioResampler("fltp", layout, part.rate)
        parts += _arrays(resampler.resample(frame))
    if resampler is not None:
        parts += _arrays(resampler.resample(None))
    samples = np.concatenate(parts, axis=1)
    offset = round((part.start - first) * part.rate) if first is not None else 0
    return samples[:, max(0, offset) :][:, : round((part.end - part.start) * part.rate)]


def _arrays(frames: list[av.AudioFrame]) -> list[NDArray[np.float32]]:
    return [frame.to_ndarray().astype(np.float32, copy=False) for frame in frames]


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

"""Cut a part out of a recording, as a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import AudioError
from indexer.base.files import write_atomically

if TYPE_CHECKING:
    import av

# Extension to FFmpeg's names of the container and the codec.
FORMATS = {
    ".opus": ("opus", "libopus"),
    ".ogg": ("ogg", "libopus"),
    ".mp3": ("mp3", "libmp3lame"),
    ".m4a": ("ipod", "aac"),
    ".flac": ("flac", "flac"),
    ".wav": ("wav", "pcm_s16le"),
}
_RATE = 48_000  # every codec above takes it
_LONGEST_SECONDS = 3600.0


def cut(recording: Path, start: float, end: float, out: Path) -> float:
    """Write the sound from `start` to `end` seconds; returns how many seconds there were.

    Seconds are counted in decoded samples, as those of moments are, so the recording is decoded
    from its beginning: a minute of work for ten hours.

    Args:
        recording: mono or stereo is kept; more channels become stereo.
        start: seconds from the beginning.
        end: after `start`, an hour at most.
        out: its extension names the format; an existing file is replaced.

    Raises:
        AudioError: times or format that cannot be, nothing there to cut, or `out` is the
            recording.
    """
    if not 0 <= start < end:
        raise AudioError(f"nothing lies between {start:g} and {end:g} s; the start comes first")
    if end - start > _LONGEST_SECONDS:
        raise AudioError(f"at most {_LONGEST_SECONDS / 60:.0f} minutes are cut at a time")
    if out.suffix.lower() not in FORMATS:
        raise AudioError(f"{out.name}: the file's name must end in {', '.join(FORMATS)}")
    if out.exists() and out.samefile(recording):
        raise AudioError(f"{out} is the recording itself; name another file")
    samples = _read(recording, start, end)
    if not samples.shape[1]:
        raise AudioError(f"{recording.name} ends before {start:g} s; there is nothing to cut")
    write_atomically(out, lambda path: _write(path, samples, *FORMATS[out.suffix.lower()]))
    return samples.shape[1] / _RATE


def _read(recording: Path, start: float, end: float) -> NDArray[np.float32]:
    """The samples `[channels, n]` at `_RATE`."""
    import av

    from indexer.media.decode import open_recording

    open_recording(recording).close()  # says in words why a file cannot be opened
    with av.open(str(recording), metadata_errors="replace") as container:
        layout = "mono" if container.streams.audio[0].channels == 1 else "stereo"
        resampler = None
        kind = None
        parts: list[NDArray[np.float32]] = []
        first, position = None, 0.0
        for frame in _frames(container):
            begins, position = position, position + frame.samples / frame.sample_rate
            if position <= start:
                continue
            if begins >= end:
                break
            first = begins if first is None else first
            frame.pts = None  # a gap in the time stamps is not silence to insert
            found = (frame.format.name, frame.layout.name, frame.sample_rate)
            if resampler is None or found != kind:
                kind, resampler = found, av.AudioResampler("fltp", layout, _RATE)
            parts += _arrays(resampler.resample(frame))
        if resampler is not None:
            parts += _arrays(resampler.resample(None))
    empty = np.zeros((1 if layout == "mono" else 2, 0), np.float32)
    samples = np.concatenate([empty, *parts], axis=1)
    offset = round((start - (first or 0.0)) * _RATE) if first is not None else 0
    return samples[:, max(0, offset) :][:, : round((end - start) * _RATE)]


def _arrays(frames: list[av.AudioFrame]) -> list[NDArray[np.float32]]:
    return [frame.to_ndarray().astype(np.float32, copy=False) for frame in frames]


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """Decoded frames; packets that fail are passed over."""
    import av

    for packet in container.demux(container.streams.audio[0]):
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            continue


def _write(path: Path, samples: NDArray[np.float32], container_format: str, codec: str) -> None:
    import av

    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(str(path), "w", format=container_format) as container:
        stream: Any = container.add_stream(codec, rate=_RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
        frame.sample_rate = _RATE
        to_codec = av.AudioResampler(
            stream.format.name, layout, _RATE, frame_size=stream.codec_context.frame_size or 1024
        )
        for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))

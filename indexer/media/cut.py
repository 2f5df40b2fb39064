"""Cut a part out of a recording, as a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.files import write_atomically
from indexer.base.errors import AudioError
from indexer.media.decode import Part, decode_part

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


def cut(recording: Path, start: float, end: float, out: Path, language: str | None = None) -> float:
    """Write the sound from `start` to `end` seconds; returns how many seconds there were.

    Seconds are those of moments and of a player. The recording is decoded from its beginning: a
    minute of work for ten hours.

    Args:
        recording: stereo is kept; more channels become mono.
        start: seconds from the beginning.
        end: after `start`, an hour at most.
        out: its extension names the format; an existing file is replaced.
        language: of several sound tracks this language's is cut.

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
    samples = decode_part(recording, Part(start, end, _RATE), language)
    if not samples.shape[1]:
        raise AudioError(f"{recording.name} ends before {start:g} s; there is nothing to cut")
    write_atomically(out, lambda path: _write(path, samples, *FORMATS[out.suffix.lower()]))
    return int(samples.shape[1]) / _RATE


def _write(path: Path, samples: NDArray[np.float32], container_format: str, codec: str) -> None:
    import av

    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(str(path.absolute()), "w", format=container_format) as container:
        stream: Any = container.add_stream(codec, rate=_RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
        frame.sample_rate = _RATE
        to_codec = av.AudioResampler(
            stream.format.name, layout, _RATE, frame_size=stream.codec_context.frame_size or 1024
        )
        for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))

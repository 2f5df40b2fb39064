"""Cut a part out of a recording, as a file of its own."""

from __future__ import annotations

from pathlib import Path

from hilbert.files import write_atomically
from indexer.base.errors import AudioError
from indexer.media.decode import Part, decode_part
from indexer.media.encode import encode

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
    container_format, codec = FORMATS[out.suffix.lower()]
    write_atomically(out, lambda path: encode(path, [samples], _RATE, container_format, codec))
    return int(samples.shape[1]) / _RATE

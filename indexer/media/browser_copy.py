"""Copies of recordings that every browser plays, with the times of the recording.

They are FLAC, which Chromium, Firefox and Safari decode themselves on every system; AAC depends on
what a system has, and Ogg plays in Safari from release 18.4 on. Each of its frames says with which
sample it begins (RFC 9639, section 9.1), so that seeking needs no index and is exact, and no
encoder adds a delay. It is made several times as fast as MP3: somebody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilbert.files import write_atomically
from indexer.base.errors import AudioError
from indexer.base.limits import limits
from indexer.media.decode import Part, part_blocks
from indexer.media.encode import encode

EXTENSION = ".flac"
MEDIA_TYPE = "audio/flac"
_RATE = 32_000  # speech and more; about 120 MB an hour of mono
_OPTIONS = {"compression_level": "0"}


def write_browser_copy(
    recording: Path, out: Path, language: str | None, progress: Callable[[float], None]
) -> None:
    """Write a copy, with silence where the recording's clock has a pause.

    Args:
        recording: Decoded in a guarded process; stereo is kept, more channels become mono.
        out: An existing file is replaced; one half written is removed.
        language: Of several sound tracks this language's is taken.
        progress: Called with the seconds that are done.

    Raises:
        AudioError: The recording cannot be decoded.
        OSError: The copy cannot be written.
    """
    whole = Part(0.0, 3600.0 * limits().hours, _RATE)

    def blocks() -> Iterator[NDArray[np.float32]]:
        done = 0
        for block in part_blocks(recording, whole, language):
            yield block
            done += block.shape[1]
            progress(done / _RATE)

    def write(path: Path) -> None:
        if not encode(path, blocks(), _RATE, "flac", "flac", _OPTIONS):
            raise AudioError(f"{recording.name}: no sound could be decoded; is the file damaged?")

    write_atomically(out, write)

"""Whether all frames of an MP3 have one bit rate, so that a player finds a second by its byte.

Where they have not, players go by a table of a hundred places, or by the mean: Chromium was up to
15 seconds beside the second that it showed, in ten minutes of speech and near-silence.
"""

from __future__ import annotations

from pathlib import Path

from indexer.media.mpeg_frames import HEADER_BYTES, frame_length, is_frames

_PLACES = 64
_FRAMES = 4  # of each place
_LONGEST_FRAME = 1441  # bytes, of layer III
_READ_BYTES = (_FRAMES + 2) * _LONGEST_FRAME
_BIT_RATE, _KIND = 2, 1  # bytes of a header


def has_constant_rate(path: Path) -> bool:
    """Look at frames in many places of an MP3; True where none were found.

    Raises:
        OSError: It cannot be read.
    """
    size, rates = path.stat().st_size, set()
    with path.open("rb") as file:
        for place in range(1, _PLACES):  # the first frame may be a table
            file.seek(size * place // _PLACES)
            rates |= _rates(file.read(_READ_BYTES))
    return len(rates) <= 1


def _rates(some: bytes) -> set[tuple[int, int]]:
    """Return the kinds and bit rates of the first frames in some bytes."""
    begins = (n for n in range(_LONGEST_FRAME) if some[n : n + 1] == b"\xff")
    at = next((n for n in begins if is_frames(some[n:])), len(some))
    rates = set()
    for _ in range(_FRAMES):
        header = some[at : at + HEADER_BYTES]
        if not (length := frame_length(header)):
            break
        rates.add((header[_KIND] >> 1, header[_BIT_RATE] >> 4))
        at += length
    return rates

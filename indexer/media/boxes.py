"""Top-level boxes of MP4 files (ISO/IEC 14496-12, 4.2): what they are, and whether all is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_MOST_BOXES = 1_000_000
_PRINTABLE = range(32, 127)


def box_kinds(path: Path) -> list[str]:
    """Return the types of the top-level boxes, without those that repeat; empty for other files."""
    return list(dict.fromkeys(kind for kind, _ in _boxes(path)))


def missing_box_bytes(path: Path) -> int:
    """Return how many bytes the boxes of an MP4 file have beyond its end."""
    end = max((end for _, end in _boxes(path)), default=0)
    return max(0, end - path.stat().st_size)


def _boxes(path: Path) -> Iterator[tuple[str, int]]:
    """Type and end of each top-level box."""
    size = path.stat().st_size
    place = 0
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            file.seek(place)
            header = file.read(16)
            if len(header) < 8 or not all(byte in _PRINTABLE for byte in header[4:8]):
                return
            length = int.from_bytes(header[:4], "big")
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            elif length == 0:
                length = size - place  # to the end of the file
            if length < 8:
                return
            place += length
            yield header[4:8].decode("ascii"), place
            if place >= size:
                return

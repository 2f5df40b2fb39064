"""Sound of a WAV file that is not played: in another `data` chunk, or behind the file's end.

Recorders that were interrupted and went on, and files that were joined byte by byte, have several
parts. FFmpeg, and browsers with it, play the last `data` chunk of the first file in there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# Less is padding, and no sound that anyone misses.
_NOTED_BYTES = 1 << 14
_LOOKED_AT = 1 << 20  # bytes, which may be all zeros
_MOST_CHUNKS = 10_000
_UNKNOWN_SIZE = 0x7FFF0000  # from here on: written as a stream, or a size of 64 bits elsewhere
_HEADER_BYTES = 12


def unplayed_parts(path: Path) -> str | None:
    """Say in words that a WAV file has sound that is not played; None where it has none.

    Args:
        path: A file that FFmpeg reads as WAV.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        parts = [length for length, _ in _data_chunks(file) if length >= _NOTED_BYTES]
        lost = sum(parts[:-1])
        if lost:
            return (
                f"its sound is in {len(parts)} parts, of which players play the last one: "
                f"{lost:,} bytes before it are left out; export it anew as one"
            )
        behind = _behind_sound(file, size)
        if behind >= _NOTED_BYTES:
            return (
                f"its header names less sound than it holds: {behind:,} bytes behind it, which "
                "players do not play, are left out; repair the header with an audio editor, which "
                "imports the file as raw sound"
            )
        end = _end(file)
        if end is not None and size - end >= _NOTED_BYTES and _is_wav(file, end):
            return (
                f"another WAV file is joined to its end, which players do not play: "
                f"{size - end:,} bytes are left out; join them with an audio editor"
            )
    return None


def _data_chunks(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield the bytes of each `data` chunk, as far as they are told, and where the next begins."""
    place = _HEADER_BYTES
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        header = file.read(8)
        length = int.from_bytes(header[4:], "little")
        if len(header) < 8 or length >= _UNKNOWN_SIZE:
            return
        place += 8 + length + length % 2
        if header[:4] == b"data":
            yield length, place


def _behind_sound(file: BinaryIO, size: int) -> int:
    """Return the bytes behind the first `data` chunk where these are no chunks; else 0.

    A recorder that was interrupted leaves the length of the last time that it wrote one.
    """
    for length, place in _data_chunks(file):
        file.seek(place)
        after = file.read(_LOOKED_AT)
        name = after[:4]
        is_chunk = not length or (name.isascii() and name.decode("ascii").isprintable())
        return 0 if is_chunk or not any(after) else size - place
    return 0


def _end(file: BinaryIO) -> int | None:
    """Return where the file ends by its own header; None where that does not say."""
    file.seek(4)
    length = int.from_bytes(file.read(4), "little")
    return None if length >= _UNKNOWN_SIZE else 8 + length + length % 2


def _is_wav(file: BinaryIO, place: int) -> bool:
    file.seek(place)
    head = file.read(_HEADER_BYTES)
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"

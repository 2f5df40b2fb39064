"""How many bytes a recording lacks at its end, by the structure of its file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from indexer.media.boxes import missing_box_bytes
from indexer.media.ogg_links import last_page, page_bytes

# Sizes from here on stand for "not known": the header was written before the sound.
_UNKNOWN_RIFF_SIZE = 0x7FFF0000
_UNKNOWN_AU_SIZE = 0xFFFFFFFF
_UNKNOWN_W64_SIZE = 1 << 62
_MOST_RIFF_PARTS = 1000  # of an AVI, up to a gigabyte each
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_MOST_ASF_OBJECTS = 100
_MOST_CAF_CHUNKS = 1000


def missing_bytes(path: Path, container_format: str) -> int:
    """Return how many bytes a file's structure has beyond its end.

    Args:
        path: The file.
        container_format: FFmpeg's names of its format.
    """
    names = set(container_format.split(","))
    if "mov" in names:
        return missing_box_bytes(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        if "wav" in names:
            return _missing_of_riff(file, size)
        if "matroska" in names:
            return _missing_of_segment(file, size)
        if "avi" in names:
            return _missing_of_avi(file, size)
        if "w64" in names:
            return _missing_of_w64(file, size)
        if "caf" in names:
            return _missing_of_caf(file, size)
        if "au" in names:
            return _missing_of_au(file, size)
        if "asf" in names:
            return _missing_of_asf(file, size)
        if "ogg" in names and (page := last_page(file, size)) is not None:
            return max(0, page + (page_bytes(file, page) or size + 1 - page) - size)
    return 0


def _missing_of_riff(file: BinaryIO, size: int) -> int:
    """By the size of the `data` chunk (in RF64 that of `ds64`, EBU Tech 3306)."""
    file.seek(0)
    head = file.read(12)
    if head[:4] not in (b"RIFF", b"RF64", b"BW64"):
        return 0
    place, long_size = 12, None
    while len(header := file.read(8)) == 8:
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"ds64":
            long_size = int.from_bytes(file.read(16)[8:], "little")
        if header[:4] == b"data":
            if long_size is not None and length == 0xFFFFFFFF:
                length = long_size
            elif length >= _UNKNOWN_RIFF_SIZE:
                return 0
            return max(0, place + 8 + length - size)
        place += 8 + length + length % 2
        file.seek(place)
    return 0


def _missing_of_segment(file: BinaryIO, size: int) -> int:
    """By the size of Matroska's Segment element (RFC 8794, section 6)."""
    file.seek(0)
    place = 0
    for _ in range(8):  # an EBML header, perhaps voids, and the segment
        file.seek(place)
        header = file.read(12)
        if len(header) < 12:
            return 0
        begin = 9 - header[0].bit_length()  # length of the element's id
        width = 9 - header[begin].bit_length() if begin <= 4 else 0
        if not 1 <= width <= 8 or len(header) < begin + width:
            return 0
        value = int.from_bytes(header[begin : begin + width], "big") - (1 << 7 * width)
        if value == (1 << 7 * width) - 1:
            return 0  # unknown: written as a stream
        place += begin + width + value
        if header[:4] == b"\x18\x53\x80\x67":
            return max(0, place - size)
    return 0


def _missing_of_avi(file: BinaryIO, size: int) -> int:
    """By the sizes of its RIFF parts; `OpenDML AVI File Format Extensions`, 1996."""
    place = 0
    for _ in range(_MOST_RIFF_PARTS):
        file.seek(place)
        header = file.read(8)
        if header[:4] != b"RIFF" or len(header) < 8:
            return 0
        length = int.from_bytes(header[4:], "little")
        if not length or length >= _UNKNOWN_RIFF_SIZE:
            return 0
        place += 8 + length + length % 2
        if place >= size:
            return max(0, place - length % 2 - size)
    return 0


def _missing_of_w64(file: BinaryIO, size: int) -> int:
    """By the size of the whole that Sony's Wave64 has after its first mark."""
    file.seek(16)
    length = int.from_bytes(file.read(8), "little")
    return max(0, length - size) if length < _UNKNOWN_W64_SIZE else 0


def _missing_of_au(file: BinaryIO, size: int) -> int:
    """By the header of Sun's .au: where the sound begins, and its size."""
    file.seek(4)
    begin, length = (int.from_bytes(file.read(4), "big") for _ in range(2))
    return 0 if length == _UNKNOWN_AU_SIZE else max(0, begin + length - size)


def _missing_of_asf(file: BinaryIO, size: int) -> int:
    """By the size of the file in ASF's file properties (ASF specification, section 3.2)."""
    place = 30  # the objects within the header object
    for _ in range(_MOST_ASF_OBJECTS):
        file.seek(place)
        header = file.read(92)
        if len(header) < 92:
            return 0
        if header[:16] == _ASF_FILE_PROPERTIES:
            is_broadcast = bool(header[88] & 1)  # then the size is not known
            length = int.from_bytes(header[40:48], "little")
            return 0 if is_broadcast else max(0, length - size)
        place += max(24, int.from_bytes(header[16:24], "little"))
    return 0


def _missing_of_caf(file: BinaryIO, size: int) -> int:
    """By the size of the `data` chunk, -1 where it is not known (Apple Core Audio Format, 1.0)."""
    place = 8
    for _ in range(_MOST_CAF_CHUNKS):
        file.seek(place)
        header = file.read(12)
        if len(header) < 12:
            return 0
        length = int.from_bytes(header[4:], "big", signed=True)
        if header[:4] == b"data" or length < 0:
            return max(0, place + 12 + length - size) if length >= 0 else 0
        place += 12 + length
    return 0

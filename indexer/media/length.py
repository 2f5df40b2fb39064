"""How long a recording's sound is by its header, and whether the file ends before it should.

FFmpeg estimates what no header says, by the bit rate or by the file's size; an estimate says
nothing of what is missing. So lengths come from the formats whose headers hold one, and a file
whose structure reaches beyond its end is cut off whatever its length.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, BinaryIO

from indexer.media.boxes import missing_box_bytes
from indexer.media.frames import container_offset
from indexer.media.ogg_links import last_page, page_bytes
from indexer.media.tags import id3v2_bytes

# FFmpeg's names of formats whose header holds the length of each sound track.
_DECLARING = frozenset({"mov", "flac", "aiff", "caf", "tta", "wv", "ape", "avi", "wav", "w64"})
# Their header holds one length for all tracks.
_DECLARING_WHOLE = frozenset({"matroska", "asf"})
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
# Sizes from here on stand for "not known": the header was written before the sound.
_UNKNOWN_RIFF_SIZE = 0x7FFF0000
_MPEG_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def declared_seconds(path: Path, container: Any, track: Any) -> float | None:
    """Return where a sound track ends on the recording's clock, as its header has it.

    Returns:
        Seconds; None where no header says so.
    """
    import av

    names = set(container.format.name.split(","))
    if "mp3" in names:
        return _mp3_seconds(path)
    offset = container_offset(container)
    if named := _CLOCK.fullmatch(_tag(track, "DURATION")[:18]):  # of Matroska's statistics
        hours, minutes, seconds = map(float, named.groups())
        return 3600 * hours + 60 * minutes + seconds - offset
    if names & _DECLARING and track.duration:
        end = float(((track.start_time or 0) + track.duration) * track.time_base) - offset
        if "wav" in names and track.bit_rate:  # FFmpeg counts what is there
            end += 8 * missing_bytes(path, "wav") / track.bit_rate
        return end
    if names & _DECLARING_WHOLE and len(container.streams) == 1 and container.duration:
        return float(container.duration / av.time_base - offset)
    return None


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
        if "ogg" in names and (page := last_page(file, size)) is not None:
            return max(0, page + (page_bytes(file, page) or size + 1 - page) - size)
    return 0


def _tag(track: Any, name: str) -> str:
    return str(track.metadata.get(name, ""))


def _mp3_seconds(path: Path) -> float | None:
    """Return the length by the Xing, Info or VBRI header in an MP3's first frame.

    Source: http://gabriel.mp3-tech.org/mp3infotag.html and
    https://www.codeproject.com/Articles/8295/MPEG-Audio-Frame-Header
    """
    with path.open("rb") as file:
        place = 0
        while tag := id3v2_bytes(file.read(10)):
            place += tag
            file.seek(place)
        file.seek(place)
        head = file.read(8192)
    for found in re.finditer(rb"\xff[\xe2-\xff]..", head, re.DOTALL):
        begin, header = found.start(), found.group()
        version, layer, rate = (header[1] >> 3) & 3, (header[1] >> 1) & 3, (header[2] >> 2) & 3
        if version == 1 or layer != 1 or rate == 3 or header[2] >> 4 == 15:
            continue
        is_mono = header[3] >> 6 == 3
        side = (17 if is_mono else 32) if version == 3 else (9 if is_mono else 17)
        frame = head[begin : begin + 200]
        frames = 0
        if frame[4 + side : 8 + side] in (b"Xing", b"Info") and frame[11 + side] & 1:
            frames = int.from_bytes(frame[12 + side : 16 + side], "big")
        elif frame[36:40] == b"VBRI":
            frames = int.from_bytes(frame[50:54], "big")
        per_frame = 1152 if version == 3 else 576
        return frames * per_frame / _MPEG_RATES[version][rate] or None
    return None


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

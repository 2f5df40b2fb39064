"""How long a recording's sound is by its header.

FFmpeg estimates what no header says, by the bit rate or by the file's size; an estimate says
nothing of what is missing. So lengths come from the formats whose headers hold one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from indexer.media.frames import container_offset
from indexer.media.missing import missing_bytes
from indexer.media.tags import id3v2_bytes

# FFmpeg's names of formats whose header holds the length of each sound track.
_DECLARING = frozenset({"mov", "flac", "aiff", "caf", "tta", "wv", "ape", "wav", "w64"})
# Their header holds one length for all tracks.
_DECLARING_WHOLE = frozenset({"matroska", "asf"})
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
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
        # What was cut out of FLAC without encoding it anew keeps the length and the times it had.
        start = 0 if "flac" in names else track.start_time or 0
        end = float((start + track.duration) * track.time_base) - offset
        if "wav" in names and track.bit_rate:  # FFmpeg counts what is there
            end += 8 * missing_bytes(path, "wav") / track.bit_rate
        return end
    if names & _DECLARING_WHOLE and len(container.streams) == 1 and container.duration:
        return float(container.duration / av.time_base - offset)
    return None


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

"""Frames of MPEG audio (MP1, MP2, MP3) and of ADTS (AAC): how long each is by its header."""

from __future__ import annotations

HEADER_BYTES = 6
# Frames that must follow each other before a stream without a header is believed.
_FRAMES = 3


def is_frames(beginning: bytes) -> bool:
    """Return whether frames of MPEG audio (MP1, MP2, MP3) or of ADTS (AAC) follow each other."""
    at = 0
    for _ in range(_FRAMES):
        length = frame_length(beginning[at : at + HEADER_BYTES])
        if not length:
            return False
        at += length
    return True


def frame_length(header: bytes) -> int:
    """Return the bytes of a frame by its header; 0 where it is none.

    Source: ISO/IEC 11172-3 (MPEG audio) and 13818-7 (ADTS).
    """
    if len(header) < HEADER_BYTES or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    if header[1] & 0xF6 == 0xF0:  # ADTS
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        return length if length > 7 and header[2] >> 2 & 15 < 13 else 0
    bit_rate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer == 0 or bit_rate in (0, 15) or rate == 3:
        return 0
    hertz = (44100, 48000, 32000)[rate] >> (0 if version == 3 else 1 if version == 2 else 2)
    kilobits = _kilobits(version == 3, 4 - layer, bit_rate)
    padding = header[2] >> 1 & 1
    if layer == 3:  # layer I counts slots of four bytes
        return (12_000 * kilobits // hertz + padding) * 4
    samples = 72_000 if version != 3 and layer == 1 else 144_000
    return samples * kilobits // hertz + padding


def _kilobits(is_mpeg_1: bool, layer: int, index: int) -> int:
    """Bit rate by the tables of ISO/IEC 11172-3 and 13818-3."""
    if is_mpeg_1:
        return {
            1: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
            2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
            3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
        }[layer][index - 1]
    if layer == 1:
        return (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)[index - 1]
    return (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)[index - 1]

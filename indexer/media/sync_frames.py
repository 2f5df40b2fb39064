"""Streams of AC-3, E-AC-3, DTS and LOAS (AAC) without a container: how long each frame is."""

from __future__ import annotations

from collections.abc import Callable

# Sync words are of eleven to thirty-two bits: one alone stands in any data by chance.
_FRAMES = 2
_HEADER_BYTES = 8
_AC3_SYNC = b"\x0b\x77"
# The second word of a frame of DTS in the order of network bytes; others are rare outside WAV.
_DTS_SYNC = b"\x7f\xfe\x80\x01"
_AC3_KILOBITS = (
    *(32, 40, 48, 56, 64, 80, 96, 112, 128, 160),
    *(192, 224, 256, 320, 384, 448, 512, 576, 640),
)
_LAST_AC3, _LAST_EAC3 = 10, 16  # bit stream identification


def is_sync_frames(beginning: bytes) -> bool:
    """Return whether frames of one of these streams follow each other from the first byte on."""
    return any(_follow(beginning, measure) for measure in (_ac3_bytes, _dts_bytes, _loas_bytes))


def _follow(beginning: bytes, measure: Callable[[bytes], int]) -> bool:
    at = 0
    for _ in range(_FRAMES):
        header = beginning[at : at + _HEADER_BYTES]
        length = measure(header) if len(header) == _HEADER_BYTES else 0
        if not length:
            return False
        at += length
    return True


def _ac3_bytes(header: bytes) -> int:
    """Length by ETSI TS 102 366: table 4.1 and F.6.2 (AC-3), E.1.3.1.3 (E-AC-3); 0 for none."""
    identification = header[5] >> 3
    if not header.startswith(_AC3_SYNC) or identification > _LAST_EAC3:
        return 0
    if identification > _LAST_AC3:
        return 2 * (((header[2] & 7) << 8 | header[3]) + 1)
    rate, code = header[4] >> 6, header[4] & 63
    if rate == 3 or code >> 1 >= len(_AC3_KILOBITS):
        return 0
    kilobits = _AC3_KILOBITS[code >> 1]
    if rate == 1:  # 44.1 kHz, where every other frame has a word more
        return 2 * (320 * kilobits // 147 + (code & 1))
    return kilobits * (4 if rate == 0 else 6)


def _dts_bytes(header: bytes) -> int:
    """Length of a core frame by ETSI TS 102 114, section 5.3; 0 for none."""
    if not header.startswith(_DTS_SYNC):
        return 0
    length = ((header[5] & 3) << 12 | header[6] << 4 | header[7] >> 4) + 1
    return length if length >= 96 else 0


def _loas_bytes(header: bytes) -> int:
    """Length by ISO/IEC 14496-3, section 1.7.2 (AudioSyncStream); 0 for none."""
    if header[0] != 0x56 or header[1] & 0xE0 != 0xE0:
        return 0
    return 3 + ((header[1] & 0x1F) << 8 | header[2])

"""Packets of AMR that hold no speech: comfort noise and pauses, which FFmpeg does not decode."""

from __future__ import annotations

# Each frame is 20 ms long, and its first byte holds its type in bits 3 to 6 (RFC 4867, 5.3).
# Types from here on: comfort noise, lost speech, nothing sent (3GPP TS 26.101 and 26.201, 1a).
_FIRST_WITHOUT_SPEECH = {"amrnb": 8, "amrwb": 9}
_FRAME_SECONDS = 0.02


def pause_seconds(codec: str, packet: bytes) -> float:
    """Return the seconds of pause that a packet stands for, 0 where it should hold speech.

    Args:
        codec: FFmpeg's name of the decoder.
        packet: The packet's bytes.
    """
    first = _FIRST_WITHOUT_SPEECH.get(codec)
    if first is None or not packet:
        return 0.0
    return _FRAME_SECONDS if packet[0] >> 3 & 15 >= first else 0.0

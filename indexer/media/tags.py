"""Tags of recordings: text that is not UTF-8, and the bytes that tags take in MPEG audio.

ID3v2: https://id3.org/id3v2.4.0-structure (3.1), APEv2: https://wiki.hydrogenaud.io/?title=APEv2
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

_ID3V1_BYTES = 128
_ID3V2_HEADER = 10
_APE_HEADER = 32
# A tag begins this close behind the last frame: what is before is the rest of a frame.
_SEARCHED = 4096
_TAG = re.compile(rb"ID3[\x02-\x04][\x00-\xfe].[\x00-\x7f]{4}|TAG|APETAGEX", re.DOTALL)


def readable(text: str) -> str:
    """Return a tag's text; bytes that are not UTF-8 (surrogates) are Windows-1252 or Latin-1.

    ID3v1 has no other encoding than Latin-1 (https://id3.org/ID3v1), and Windows writes its own.
    """
    raw = text.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("latin-1")


def id3v2_bytes(head: bytes) -> int:
    """Return the size of the ID3v2 tag that begins with these 10 bytes, 0 where there is none."""
    if len(head) < _ID3V2_HEADER or head[:3] != b"ID3" or max(head[6:10]) > 127:
        return 0
    size = (head[6] << 21) | (head[7] << 14) | (head[8] << 7) | head[9]
    footer = _ID3V2_HEADER if head[5] & 0x10 else 0
    return _ID3V2_HEADER + size + footer


def tag_bytes(path: Path, begin: int, end: int) -> int:
    """Return how many bytes of a file belong to tags.

    Args:
        path: The file.
        begin: First byte looked at.
        end: Byte after the last.
    """
    total = 0
    with path.open("rb") as file:
        while end - begin >= _ID3V2_HEADER:
            file.seek(begin)
            piece = file.read(min(_SEARCHED, end - begin))
            found = _TAG.search(piece)
            if found is None:
                break
            size = min(_size(piece[found.start() :]), end - begin - found.start())
            total += size
            begin += found.start() + size
    return total


def _size(tag: bytes) -> int:
    if tag.startswith(b"ID3"):
        return id3v2_bytes(tag[:_ID3V2_HEADER])
    if tag.startswith(b"APETAGEX"):
        return _APE_HEADER + int.from_bytes(tag[12:16], "little")
    return _ID3V1_BYTES

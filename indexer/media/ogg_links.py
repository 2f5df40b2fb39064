"""Links of a chained Ogg file: logical streams one after the other, as radio captures have them.

FFmpeg stops where the next link has another codec, rate or number of channels; such a link is
opened as a file of its own. Pages: RFC 3533, section 6.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_MARK = b"OggS"
_HEADER_BYTES = 27
_BEGINS_STREAM = 0x02
_SEARCH_BYTES = 1 << 16


def next_link(path: Path, after: int) -> int | None:
    """Return where the next link begins.

    Args:
        path: An Ogg file.
        after: A byte of the link before, such as the begin of one of its pages.
    """
    with path.open("rb") as file:
        place = after
        in_header = True  # streams that are sent together all begin on the first pages of a link
        while (page := _page(file, place)) is not None:
            begins = bool(_flags(file, page) & _BEGINS_STREAM)
            if begins and page > after and not in_header:
                return page
            in_header = in_header and begins
            place = page + (page_bytes(file, page) or 1)
    return None


def last_page(file: BinaryIO, size: int) -> int | None:
    """Return where the last page of an Ogg file begins."""
    file.seek(max(0, size - _SEARCH_BYTES - _HEADER_BYTES - 255))
    begin = file.tell()
    found = file.read().rfind(_MARK + b"\0")
    return begin + found if found >= 0 else None


def page_bytes(file: BinaryIO, place: int) -> int:
    """Return the size of the page that begins at a place, 0 where its header is cut off."""
    file.seek(place)
    header = file.read(_HEADER_BYTES + 255)
    if len(header) < _HEADER_BYTES or len(header) < _HEADER_BYTES + header[26]:
        return 0
    return _HEADER_BYTES + header[26] + sum(header[_HEADER_BYTES : _HEADER_BYTES + header[26]])


def _page(file: BinaryIO, place: int) -> int | None:
    """Return where the first page at or after a place begins."""
    while True:
        file.seek(place)
        piece = file.read(_SEARCH_BYTES)
        found = piece.find(_MARK + b"\0")
        if found >= 0:
            return place + found
        if len(piece) < _SEARCH_BYTES:
            return None
        place += len(piece) - len(_MARK)


def _flags(file: BinaryIO, place: int) -> int:
    file.seek(place + 5)
    return (file.read(1) or b"\0")[0]


class LinkFile:
    """A file from a link's first byte on, for PyAV to read."""

    def __init__(self, file: BinaryIO, begin: int) -> None:
        self._file = file
        self._begin = begin
        file.seek(begin)

    def read(self, size: int = -1) -> bytes:
        """Read bytes from where the file stands."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; the link's first byte is 0."""
        if whence == 0:
            offset += self._begin
        return self._file.seek(offset, whence) - self._begin

    def tell(self) -> int:
        """Return where the file stands, counted from the link's first byte."""
        return self._file.tell() - self._begin

"""Small files read whole, up to a size: of those that were only found, no pipe and no device."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from indexer.base.limits import limits

_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0)  # else opening a pipe waits for its other end
_BINARY = getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading, if it is one.

    Raises:
        OSError: It cannot be opened, or is a pipe, a device, a socket or a folder.
    """
    handle = os.open(path, os.O_RDONLY | _NON_BLOCKING | _BINARY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file but a pipe, a device or a folder", path)
    return os.fdopen(handle, "rb")


def read_small(path: Path) -> bytes:
    """Read a transcript, a table or another file that is small.

    Raises:
        OSError: It cannot be opened, is no regular file, or larger than a transcript may be.
    """
    with open_regular(path) as file:
        return _read_up_to_most(file, path)


def read_given_text(path: Path) -> str:
    """Read a file of text that a command names, in UTF-8 with a mark of the byte order or without.

    It may be a pipe, as `--queries <(command)` gives one.

    Raises:
        OSError: It cannot be read, or is larger than a transcript may be, as devices are.
        UnicodeDecodeError: It is not UTF-8.
    """
    with path.open("rb") as file:
        text = _read_up_to_most(file, path).decode("utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_up_to_most(file: BinaryIO, path: Path) -> bytes:
    most = limits().transcript_bytes
    data = file.read(most + 1)
    if len(data) > most:
        size = limits().transcript_megabytes
        raise OSError(
            errno.EFBIG,
            f"larger than {size:g} MB; HILBERT_LIMITS=transcript_megabytes=NUMBER allows more",
            path,
        )
    return data

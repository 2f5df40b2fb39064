"""Keep freed memory in the process while it computes for long."""

from __future__ import annotations

import ctypes
import sys

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def keep_freed_memory() -> None:
    """Let malloc reuse large buffers instead of returning each to the kernel; glibc only.

    The speech encoder takes and frees buffers of 50 MB in every layer. As glibc comes, each is
    mapped anew and its pages are zeroed again: a third of the encoder's processor time. For
    commands that end, not for a server, since the memory is given back only then.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    mallopt(_M_MMAP_MAX, 0)
    mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)

"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable


def give_back_unused_memory() -> None:
    """Give back what was freed: after work of many arrays, in a process that goes on.

    glibc keeps freed memory for itself, of each thread's arena apart: 80 MiB after a text encoder's
    graph was optimised, 150 after a clip was recognised. Elsewhere this does nothing.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@functools.cache
def _malloc_trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    # musl has none.
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found

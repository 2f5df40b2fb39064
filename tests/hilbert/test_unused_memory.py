"""Freed memory goes back to the system where the C library keeps it."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import pytest

from hilbert.unused_memory import give_back_unused_memory

_STATUS = Path("/proc/self/status")


def resident_mebibytes() -> float:
    (line,) = (x for x in _STATUS.read_text(encoding="ascii").splitlines() if "VmRSS" in x)
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed memory")
def test_memory_that_was_freed_between_what_is_held_is_given_back() -> None:
    arrays = [np.ones(4_000) for _ in range(4_000)]  # 32 kB each: of the heap
    held = arrays[::100]
    del arrays
    before = resident_mebibytes()
    give_back_unused_memory()
    assert before - resident_mebibytes() > 60
    assert all(array.sum() == 4_000 for array in held)

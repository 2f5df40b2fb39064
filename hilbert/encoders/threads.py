"""How many threads an encoder may keep busy."""

from __future__ import annotations

import os


def usable_threads() -> int:
    """Return what `OMP_NUM_THREADS` says, as clusters set it for their workers, else all cores."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) else os.cpu_count() or 1

"""Periods of the positions in time, for torch and for the exported graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Shortest and longest, in seconds (a choice): syllables to a segment within a segment, one segment
# to the longest training window across segments.
TOKEN_PERIODS = (1.0, 64.0)
SEGMENT_PERIODS = (16.0, 512.0)


def periods(width: int, shortest: float, longest: float) -> NDArray[np.float32]:
    """Return periods spread geometrically, `[width / 2]` seconds."""
    steps = np.linspace(0.0, 1.0, width // 2, dtype=np.float32)
    return (shortest * (longest / shortest) ** steps).astype(np.float32)

"""Seconds of several rounds on one line."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def print_seconds(what: str, seconds: Sequence[float]) -> None:
    """Print the median, the range and the number of times, as soon as they are there."""
    print(
        f"{what}: {statistics.median(seconds):.2f} s "
        f"({min(seconds):.2f} to {max(seconds):.2f}, {len(seconds)} times)",
        flush=True,
    )

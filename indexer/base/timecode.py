"""Clock times, read and written: `83.5`, `1:23.5`, `1:02:03`."""

from __future__ import annotations


def read_seconds(text: str) -> float | None:
    """`83.5`, `1:23.5` or `1:02:03` in seconds; None for what is no time."""
    try:
        values = [float(part) for part in text.split(":")]
    except ValueError:
        return None
    if len(values) > 3 or any(value >= 60 for value in values[1:]):
        return None
    seconds = sum(value * 60**power for power, value in enumerate(reversed(values)))
    return seconds if 0 <= seconds < float("inf") else None


def clock(seconds: float | None) -> str:
    """`m:ss` or `h:mm:ss`; a dash where nothing is timed."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

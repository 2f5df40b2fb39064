"""Clock times, read and written: `83.5`, `1:23.5`, `1:02:03`, and `00:01:23.500` of captions."""

from __future__ import annotations

import re

_CAPTION = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?\Z")


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


def read_caption_clock(text: str) -> float | None:
    """Read `HH:MM:SS.mmm` of captions in seconds; None for what is no such time.

    Hours may be missing, decimals may follow a point or a comma. A leading minus gives a negative
    time, for its reader to refuse.
    """
    negative, text = text.startswith("-"), text.lstrip("-")
    match = _CAPTION.match(text)
    if match is None:
        return None
    whole = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    seconds = whole + float(f"0.{match[4] or 0}")
    return -seconds if negative else seconds


def caption_clock(seconds: float, decimal: str = ".") -> str:
    """Write seconds as captions do: `HH:MM:SS.mmm`, with a comma as `decimal` in SRT."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{decimal}{milliseconds:03d}"

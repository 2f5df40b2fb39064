"""Clock times, read and written: `83.5`, `1:23.5`, `1:02:03`, and `00:01:23.500` of captions."""

from __future__ import annotations

import re

# Hours or only minutes; a decimal fraction, after which some tools write another one; spaces.
CAPTION_CLOCK = (
    r"(?:-?\s?\d{1,4}\s?[:;：；]\s?\d{1,3}(?:\s?[:;：；]\s?\d{1,3}){0,2}"
    r"(?:\s?[.,，．]\s?\d{1,9}(?:\.\d{1,20})?)?"
    r"|\d{1,2}\.\d{2}\.\d{2}[.,]\d{1,3}(?![.\d]))"
)
"""Regular expression of a clock time in captions, as `read_caption_clock` takes it."""
_CAPTION = re.compile(CAPTION_CLOCK)
_FRAMES_PER_SECOND = 25
# A semicolon before the frames says that frame numbers are dropped, as at 29.97 frames a second.
_DROPPED_FRAMES_PER_SECOND = 30
_NARROW = str.maketrans("：；，．", ":;,.")


def read_seconds(text: str) -> float | None:
    """Read `83.5`, `1:23.5` or `1:02:03` in seconds; None for what is no time."""
    try:
        values = [float(part) for part in text.split(":")]
    except ValueError:
        return None
    if len(values) > 3 or any(value >= 60 for value in values[1:]):
        return None
    seconds = sum(value * 60**power for power, value in enumerate(reversed(values)))
    return seconds if 0 <= seconds < float("inf") else None


def clock(seconds: float | None) -> str:
    """Write seconds as `m:ss` or `h:mm:ss`; a dash where nothing is timed."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def read_caption_clock(text: str) -> float | None:
    """Read `HH:MM:SS.mmm` of captions in seconds; None for what is no such time.

    Hours may be missing, minutes exceed 99, fields have one digit; decimals may follow a point, a
    comma or a semicolon, or, if they are three, a colon. Points may stand between all fields. A
    fourth field of two digits counts frames, 30 a second after a semicolon, else 25. A leading
    minus gives a negative time, for its reader to refuse.
    """
    compact = re.sub(r"\s+", "", text).translate(_NARROW)
    if not _CAPTION.fullmatch(compact):
        return None
    negative, compact = compact.startswith("-"), compact.lstrip("-")
    if ":" not in compact and ";" not in compact:
        compact = compact.replace(".", ":", 2)
    rate = _FRAMES_PER_SECOND
    before, mark, last = compact.rpartition(";")
    if mark and len(re.split("[:;]", before)) == 3 and len(last) == 2:
        compact, rate = f"{before}:{last}", _DROPPED_FRAMES_PER_SECOND
    elif mark and last.isdecimal() and not (len(last) == 2 and ";" in before):
        compact = f"{before}.{last}"
    whole, _, fraction = compact.replace(";", ":").replace(",", ".", 1).partition(".")
    fields = whole.split(":")
    if not fraction and len(fields) >= 3 and len(fields[-1]) == 3:
        fraction = fields.pop()
    frames = int(fields.pop()) if len(fields) == 4 else 0
    seconds = float(sum(int(field) * 60**power for power, field in enumerate(reversed(fields))))
    if fraction == "1000":  # a whole second of thousandths that nobody carried
        return -seconds - 1 if negative else seconds + 1
    # "0,500.0999": a thousandth of a second with a fraction of its own.
    seconds += float(f"0.{fraction.replace('.', '') or 0}") + frames / rate
    return -seconds if negative else seconds


def caption_clock(seconds: float, decimal: str = ".") -> str:
    """Write seconds as captions do: `HH:MM:SS.mmm`, with a comma as `decimal` in SRT."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{decimal}{milliseconds:03d}"

"""JSON as a container of transcripts: values that its many formats share."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from indexer.base.languages import language_code
from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.durations import with_ends
from indexer.transcripts.markup import flat
from indexer.transcripts.times import has_good_times
from indexer.transcripts.transcript import TranscriptError, check_times

MARKERS = (b'"segments"', b'"transcription"')
"""What stands in such a file, and hardly in any other JSON."""

_VALUE = re.compile(r"\S")
# Half of a character outside the basic plane (RFC 8259, section 8.2), which no text can hold.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\\\|\\u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}"
    r"|(?P<half>\\u[dD][89a-fA-F][\dA-Fa-f]{2})"
)


def read_json(text: str) -> Any:
    """Read JSON; of several values one after another, as Vosk prints them, a list.

    Raises:
        TranscriptError: It is none; with the line.
    """
    try:
        return _parsed(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise TranscriptError(f"{where}it is not valid JSON; export it again") from error


@lru_cache(maxsize=1)
def _parsed(text: str) -> Any:
    """Each format looks at the same text in turn; none changes what it is given."""
    if _HALF.search(text):
        text = _ESCAPE.sub(_whole, text)
    decoder = json.JSONDecoder()
    values: list[Any] = []
    at = 0
    while (found := _VALUE.search(text, at)) or not values:
        value, at = decoder.raw_decode(text, found.start() if found else 0)
        values.append(value)
    return values[0] if len(values) == 1 else values


def _whole(escape: re.Match[str]) -> str:
    return "" if escape["half"] else escape[0]


def is_json(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        read_json(text)
    except TranscriptError:
        return False
    return True


def peek_json(text: str, extension: str, *keys: str, extensions: Iterable[str] = (".json",)) -> Any:
    """Read JSON in which all of these keys stand; None for any other text.

    Looking for the keys first spares most files the parser.
    """
    if extension not in extensions or not all(f'"{key}"' in text for key in keys):
        return None
    try:
        return read_json(text)
    except TranscriptError:
        return None


def read_segments(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read a JSON transcript.

    Args:
        text: An object with a list `segments` (whisper.cpp: `transcription`), or the list alone.

    Returns:
        The object (one is put around a list that stands alone) and its segments.

    Raises:
        TranscriptError: It is not JSON, or holds no such list of objects.
    """
    data = read_json(text)
    if isinstance(data, list):
        data = {"segments": data}
    segments = data.get("segments", data.get("transcription")) if isinstance(data, dict) else None
    if not isinstance(segments, list) or not all(isinstance(s, dict) for s in segments):
        raise TranscriptError(
            'it has no list "segments", so it is no transcript of Whisper or Podcasting 2.0; '
            "export one of these, or move the file away"
        )
    return data, segments


def objects(value: Any, key: str | None = None) -> list[dict[str, Any]]:
    """Return the objects of a list, or of the list under a key; empty where there are none."""
    if key is not None:
        value = value.get(key) if isinstance(value, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def seconds(value: Any, scale: float = 1.0) -> float | None:
    """Read seconds: `1.2`, `"1.2"`, `"1.200s"`, or a clock, `"0:00:01.2"`; None for what is none.

    Args:
        value: A value of JSON.
        scale: What one of its units is in seconds: 0.001 for milliseconds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and ":" in value:
        return read_caption_clock(value.strip())
    try:
        number = float(value.removesuffix("s") if isinstance(value, str) else value)
    except (OverflowError, ValueError):
        return None
    return round(number * scale, 6) if math.isfinite(number) else None


def finite_number(value: Any) -> float | None:
    """Read a number; None for what is none, or none that a float can be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


def speaker(value: Any) -> str | None:
    """Read a speaker: a name, a whole number as it stands, or an object that has one of these.

    None for what is neither. In objects a name comes before a label, and both before an id.
    """
    if isinstance(value, dict):
        given = (speaker(value.get(key)) for key in ("name", "label", "id") if key in value)
        return next(filter(None, given), None)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return flat(str(value)) or None


def language_of(*values: Any) -> str | None:
    """Return the ISO 639 code of the first value that names one: `en-US`, `eng`, `english`."""
    named = (value.replace("_", "-") for value in values if isinstance(value, str))
    return next(filter(None, (language_code(value.lower()) for value in named)), None)


def refuse_if_none_has_times(cues: Iterable[Cue]) -> None:
    """Refuse segments of which not one has times that a recording can have.

    Raises:
        TranscriptError: What is wrong with the first.
    """
    listed = list(cues)
    if listed and not any(map(has_good_times, listed)):
        check_times(listed[0].start, listed[0].end, "segment 1")


def closed(cues: Iterable[Cue]) -> list[Cue]:
    """Cues in the order of their starts; those without an end last until the next one starts.

    What has no start keeps its place, for its times to be repaired.
    """
    listed = list(cues)
    if any(cue.start is not None and cue.end is None for cue in listed):
        if all(cue.start is not None for cue in listed):
            listed.sort(key=lambda cue: cue.start or 0.0)
        return with_ends(listed)
    return listed

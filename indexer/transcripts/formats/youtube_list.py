"""A list of `text`, `start` and `duration`, as youtube-transcript-api writes it.

Source: https://github.com/jdepoix/youtube-transcript-api (`JSONFormatter`). A line is shown until
the one after next begins, so durations overlap; a cue ends where the next starts.
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.durations import without_overlaps
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import objects, seconds
from indexer.transcripts.markup import without_tags

_DURATIONS = ("duration", "dur")


def _lines(data: Any) -> list[dict[str, Any]]:
    # Several videos at once are a list of lists.
    while isinstance(data, list) and len(data) == 1 and isinstance(data[0], list):
        data = data[0]
    if isinstance(data, dict):
        data = data.get("snippets")
    lines = objects(data)
    known = bool(lines) and "text" in lines[0] and "start" in lines[0]
    return lines if known and any(key in lines[0] for key in _DURATIONS) else []


def _cue(line: dict[str, Any]) -> Cue:
    start = seconds(line.get("start"))
    lasting = next((seconds(line[key]) for key in _DURATIONS if key in line), None)
    end = start + lasting if start is not None and lasting is not None else None
    return Cue(without_tags(str(line.get("text", ""))), start, end)


def _read(data: Any, language: str) -> JsonCues:
    """Read the lines, each up to where the next one starts."""
    return JsonCues(without_overlaps([_cue(line) for line in _lines(data)]))


add_json_format(
    "youtube-list",
    JsonShape((("text", "start"),), _lines, _read, (b'"duration"', b'"dur"')),
    order=42,
)

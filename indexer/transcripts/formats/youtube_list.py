"""A list of `text`, `start` and `duration`, as youtube-transcript-api writes it.

Source: https://github.com/jdepoix/youtube-transcript-api (`JSONFormatter`). A line is shown until
the one after next begins, so durations overlap; a cue ends where the next starts.
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.durations import without_overlaps
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import objects, peek_json, read_json, seconds
from indexer.transcripts.markup import without_tags
from indexer.transcripts.transcript import Transcript, timed_transcript

_DURATIONS = ("duration", "dur")


def sniff(text: str, extension: str) -> bool:
    """Recognise JSON by a list whose first member has a text, a start and a duration."""
    return bool(_lines(peek_json(text, extension, "text", "start")))


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the lines.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: Not used; the file names none.

    Raises:
        TranscriptError: There are no words.
    """
    cues = [_cue(line) for line in _lines(read_json(text))]
    return timed_transcript(without_overlaps(cues), "youtube-list")


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


TRANSCRIPT_FORMATS.add(
    "youtube-list",
    TranscriptFormat((".json",), True, sniff, parse, (b'"duration"', b'"dur"')),
    order=42,
)

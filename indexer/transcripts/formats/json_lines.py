"""JSON Lines: a value of JSON a line, which together are read as one list of these.

Source: https://jsonlines.org. The objects have the keys of any format of JSON.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from indexer.transcripts.formats import (
    TRANSCRIPT_FORMATS,
    TranscriptFormat,
    format_of,
    is_recognised,
)
from indexer.transcripts.json_segments import is_json
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, TranscriptError

_EXTENSIONS = (".jsonl", ".ndjson")
_JSON = ".json"


def sniff(text: str, extension: str) -> bool:
    """Recognise lines of which a list is a transcript with times."""
    return extension in _EXTENSIONS and _format_of_list(text) is not None


def parse(text: str, extension: str = ".jsonl", language: str = "en") -> Transcript:
    """Read the lines as the format of JSON that fits them reads a list.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: No format of JSON fits, or there are no words.
    """
    known = _format_of_list(text)
    if known is None:
        raise TranscriptError(
            "its lines are no JSON with times and text, so it is no transcript; move it away"
        )
    whole, warnings = _as_list(text)
    transcript = known.parse(whole, _JSON, language)
    return replace(transcript, warnings=(*warnings, *transcript.warnings))


def _format_of_list(text: str) -> TranscriptFormat | None:
    """The format of JSON with times that the lines have; data sets have texts without any."""
    whole, _ = _as_list(text)
    known = format_of(whole, _JSON) if is_recognised(whole, _JSON) else None
    return known if known is not None and known.timed else None


@lru_cache(maxsize=1)
def _as_list(text: str) -> tuple[str, tuple[str, ...]]:
    """The text of a list of all lines, or of the one value there is, and warnings."""
    notes = Notes()
    values = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if is_json(line):
            values.append(line)
        else:
            notes.add("it is not valid JSON, so it is left out", f"line {number}")
    return (values[0] if len(values) == 1 else f"[{','.join(values)}]"), notes.lines()


TRANSCRIPT_FORMATS.add(
    "json-lines",
    TranscriptFormat(_EXTENSIONS, True, sniff, parse, (b'"text"', b'"start', b'"begin', b'"off')),
    order=790,
)

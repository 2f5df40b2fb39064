"""JSON as a container of transcripts: the list of segments that several formats share."""

from __future__ import annotations

import json
from typing import Any

from indexer.transcripts.transcript import TranscriptError

MARKERS = (b'"segments"', b'"transcription"')
"""What stands in such a file, and hardly in any other JSON."""


def read_segments(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read a JSON transcript.

    Args:
        text: An object with a list `segments` (whisper.cpp: `transcription`), or the list alone.

    Returns:
        The object (one is put around a list that stands alone) and its segments.

    Raises:
        TranscriptError: It is not JSON, or holds no such list of objects.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise TranscriptError(f"{where}it is not valid JSON; export it again") from error
    if isinstance(data, list):
        data = {"segments": data}
    segments = data.get("segments", data.get("transcription")) if isinstance(data, dict) else None
    if not isinstance(segments, list) or not all(isinstance(s, dict) for s in segments):
        raise TranscriptError(
            'it has no list "segments", so it is no transcript of Whisper or Podcasting 2.0; '
            "export one of these, or move the file away"
        )
    return data, segments

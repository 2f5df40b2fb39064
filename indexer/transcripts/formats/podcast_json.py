"""Podcasting 2.0 JSON: `segments` with startTime, endTime, body and speaker.

Source: https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md;
`endTime` is there "if available".
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.fragments import by_time, joined
from indexer.transcripts.json_segments import (
    MARKERS,
    closed,
    language_of,
    peek_json,
    read_segments,
    seconds,
    speaker,
)
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript


def sniff(text: str, extension: str) -> bool:
    """Recognise a `.json` file by the `startTime` of its first segment."""
    if peek_json(text, extension, "startTime", "body") is None:
        return False
    try:
        segments = read_segments(text)[1]
    except TranscriptError:
        return False
    return bool(segments) and "startTime" in segments[0]


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the segments and join fragments of one speaker up to the end of their sentence.

    Many of these files have a segment a word, or a segment every few words.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: It is not such JSON, or no segment has a body and times.
    """
    data, segments = read_segments(text)
    notes = Notes()
    fragments = []
    for number, segment in enumerate(segments, start=1):
        if isinstance(segment.get("body"), str):
            fragments.append(_fragment(segment))
        else:
            notes.add("it lacks a body, so it is left out", f"segment {number}")
    if not fragments:
        raise TranscriptError(
            "segment 1: it lacks a startTime, an endTime or a body; export the transcript again"
        )
    named = language_of(data.get("language"))
    cues = joined(by_time(closed(fragments)), named or language)
    return timed_transcript(cues, "podcast-json", named, notes)


def _fragment(segment: Any) -> Cue:
    """One segment as a cue whose text still has the spaces around it."""
    return Cue(
        segment["body"],
        seconds(segment.get("startTime")),
        seconds(segment.get("endTime")),
        speaker(segment.get("speaker")),
    )


TRANSCRIPT_FORMATS.add(
    "podcast-json", TranscriptFormat((".json",), True, sniff, parse, MARKERS), order=30
)

"""JSON of `hilbert transcript`: read as it is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from indexer.base.types import Cue, Sound
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import (
    finite_number,
    language_of,
    objects,
    peek_json,
    read_json,
)
from indexer.transcripts.stored_entries import in_order, one_line
from indexer.transcripts.times import are_good_times, has_good_times
from indexer.transcripts.transcript import Transcript, TranscriptError

MARKERS = (b'"text_source"',)


def sniff(text: str, extension: str) -> bool:
    """Recognise a `.json` file by its keys `text_source` and `cues`."""
    return isinstance(peek_json(text, extension, "text_source", "cues"), dict)


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read cues and sounds as they are written.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; the file names its own.

    Raises:
        TranscriptError: It is not such JSON, or a cue lacks a text or has impossible times.
    """
    data = read_json(text)
    cues = [_cue(given, number) for number, given in enumerate(objects(data, "cues"), start=1)]
    if not cues:
        raise TranscriptError("it holds no words; remove it, or put the transcript in it")
    timed = any(cue.start is not None or cue.end is not None for cue in cues)
    if timed and not all(map(has_good_times, cues)):
        raise TranscriptError("some cues have no times or impossible ones; export it again")
    read = Transcript(tuple(cues), timed, "hilbert-json", language_of(data.get("language")))
    sounds = [_sound(given, read) for given in objects(data, "sounds")]
    return in_order(replace(read, sounds=tuple(filter(None, sounds))))


def _cue(given: dict[str, Any], number: int) -> Cue:
    text, speaker = given.get("text"), given.get("speaker")
    if not isinstance(text, str) or not one_line(text):
        raise TranscriptError(f"cue {number}: it lacks a text; export the transcript again")
    confidence = finite_number(given.get("confidence"))
    return Cue(
        one_line(text),
        finite_number(given.get("start")),
        finite_number(given.get("end")),
        one_line(speaker) or None if isinstance(speaker, str) else None,
        math.log(confidence) if confidence and 0 < confidence <= 1 else None,
    )


def _sound(given: dict[str, Any], read: Transcript) -> Sound | None:
    label, cue = given.get("label"), given.get("cue")
    if not isinstance(label, str) or not isinstance(cue, int):
        return None
    start, end = finite_number(given.get("start")), finite_number(given.get("end"))
    place = min(max(cue, 0), len(read.cues))
    # Impossible times are no reason to lose a sound: those of its cue, or none, are used instead.
    if not are_good_times(start, end) or not read.timed:
        near = read.cues[min(place, len(read.cues) - 1)]
        start, end = near.start, near.end
    return Sound(one_line(label), start, end, place)


TRANSCRIPT_FORMATS.add(
    "hilbert-json", TranscriptFormat((".json",), True, sniff, parse, MARKERS), order=6
)

"""Podcasting 2.0 JSON: `segments` with startTime, endTime, body and speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import MARKERS, read_segments
from indexer.transcripts.markup import flat, without_tags
from indexer.transcripts.sentences import MAX_WORDS, SENTENCE_END, ends_sentence
from indexer.transcripts.transcript import (
    Transcript,
    TranscriptError,
    check_times,
    timed_transcript,
)

_JOINS_LEFT = re.compile(r"[,.;:!?…%)\]}’”]|'\w{1,2}\b|n't\b")
# A pause of two seconds parts two cues even where no punctuation does.
_MAX_PAUSE = 2.0
_MAX_SECONDS = 30.0


def sniff(text: str, extension: str) -> bool:
    """Recognise a `.json` file by the `startTime` of its first segment."""
    if extension != ".json" or "startTime" not in text:  # spares most files the parser
        return False
    try:
        segments = read_segments(text)[1]
    except TranscriptError:
        return False
    return bool(segments) and "startTime" in segments[0]


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the segments and merge fragments of one speaker up to the end of their sentence.

    Many of these files have a segment a word, or a segment every few words.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: It is not such JSON, or a segment lacks body or times, or has impossible
            ones.
    """
    data, segments = read_segments(text)
    fragments = [
        _fragment(segment, f"segment {number}") for number, segment in enumerate(segments, start=1)
    ]
    # Where bodies carry their own spaces, one without a space goes on the word before it.
    spaced = sum(f.text[:1].isspace() for f in fragments) > len(fragments) / 2
    named = data.get("language")
    named = named if isinstance(named, str) else None
    return timed_transcript(_merged(fragments, spaced, named or language), "podcast-json", named)


def _fragment(segment: Any, where: str) -> Cue:
    """One segment as a cue whose text still has the spaces around it."""
    try:
        start = float(segment["startTime"])
        end = float(segment.get("endTime", start))
        body = str(segment["body"])
        speaker = segment.get("speaker")
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise TranscriptError(
            f"{where}: it lacks a startTime, an endTime or a body; export the transcript again"
        ) from error
    check_times(start, end, where)
    return Cue(body, start, end, flat(speaker) or None if isinstance(speaker, str) else None)


def _merged(fragments: list[Cue], spaced: bool, language: str) -> Iterator[Cue]:
    held: list[Cue] = []
    text = ""
    for fragment in sorted(fragments, key=lambda f: (f.start, f.end)):
        if not fragment.text.strip():
            continue
        body = fragment.text if spaced else fragment.text.strip()
        glued = not body[0].isspace() if spaced else bool(_JOINS_LEFT.match(body))
        if held and not _goes_on(held, text, fragment, glued, language):
            yield _cue(held, text)
            held, text = [], ""
        text += body if spaced or glued else f" {body}"
        held.append(fragment)
    if held:
        yield _cue(held, text)


def _goes_on(held: list[Cue], text: str, fragment: Cue, glued: bool, language: str) -> bool:
    """Whether a fragment belongs to the cue being gathered; a glued one is part of its word."""
    first, last = held[0], held[-1]
    assert first.start is not None
    assert last.end is not None
    assert fragment.start is not None
    assert fragment.end is not None
    if fragment.speaker != last.speaker:
        return False
    if glued:
        return True
    if fragment.start - last.end > _MAX_PAUSE or fragment.end - first.start > _MAX_SECONDS:
        return False
    if len(text.split()) >= MAX_WORDS:
        return False
    # A fragment ends a sentence only if it ends like one; then the splitter looks closer.
    ended = SENTENCE_END.search(text.rstrip()) and ends_sentence(text, fragment.text, language)
    return not ended


def _cue(held: list[Cue], text: str) -> Cue:
    ends = [fragment.end for fragment in held if fragment.end is not None]
    return Cue(without_tags(text), held[0].start, max(ends), held[0].speaker)


TRANSCRIPT_FORMATS.add(
    "podcast-json", TranscriptFormat((".json",), True, sniff, parse, MARKERS), order=30
)

"""Transcripts of what hilbert wrote itself: cues and sounds in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from indexer.base.types import Cue, Sound
from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.transcript import Transcript

Entry = Cue | Sound


def one_line(text: str) -> str:
    """Return a text without line breaks, as the text of a cue is."""
    return " ".join(text.replace("\0", "").split())


def stored_transcript(entries: Iterable[Entry], format: str, language: str | None) -> Transcript:
    """Make a transcript without judging what it holds.

    Args:
        entries: Cues and sounds in order; a sound is numbered by the cues before it.
        format: Name of the format.
        language: ISO 639 code, where the file names it.

    Raises:
        TranscriptError: There is no cue.
    """
    cues: list[Cue] = []
    sounds: list[Sound] = []
    for entry in entries:
        if isinstance(entry, Sound):
            sounds.append(replace(entry, cue=len(cues)))
        else:
            cues.append(entry)
    if not cues:
        raise TranscriptError("it holds no words; remove it, or put the transcript in it")
    timed = all(cue.start is not None and cue.end is not None for cue in cues)
    return Transcript(tuple(cues), timed, format, language, tuple(sounds))

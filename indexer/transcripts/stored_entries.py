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
        elif text := one_line(entry.text):  # somebody may have put other line breaks there
            cues.append(replace(entry, text=text))
    if not cues:
        raise TranscriptError("it holds no words; remove it, or put the transcript in it")
    timed = all(cue.start is not None and cue.end is not None for cue in cues)
    return in_order(Transcript(tuple(cues), timed, format, language, tuple(sounds)))


def in_order(transcript: Transcript) -> Transcript:
    """Return a transcript with its cues in the order of their times, which somebody changed."""
    starts = [cue.start or 0.0 for cue in transcript.cues]
    order = sorted(range(len(starts)), key=lambda number: starts[number])
    if not transcript.timed or order == list(range(len(starts))):
        return transcript
    place = {old: new for new, old in enumerate(order)} | {len(order): len(order)}
    return replace(
        transcript,
        cues=tuple(transcript.cues[number] for number in order),
        sounds=tuple(replace(sound, cue=place[sound.cue]) for sound in transcript.sounds),
    )

"""What a transcript is: cues, with times or without, and the error of one that cannot be read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.base.errors import HilbertError
from indexer.base.types import Cue, Sound


class TranscriptError(HilbertError):
    """A transcript that cannot be read: one line, what is wrong (and where) and what to do."""


@dataclass(frozen=True)
class Transcript:
    """All cues of a document, in the order of their start times where they have times.

    Attributes:
        cues: at least one.
        timed: whether every cue has a start and an end; otherwise none has.
        format: `vtt`, `srt`, `whisper-json`, `podcast-json`, `turns` or `plain`.
        language: ISO 639 code, where the file or its name tells.
        sounds: what is no speech, kept apart from the words.
        warnings: what was repaired or left out while reading, a line each, for the user.
    """

    cues: tuple[Cue, ...]
    timed: bool
    format: str
    language: str | None = None
    sounds: tuple[Sound, ...] = ()
    warnings: tuple[str, ...] = ()


def timed_transcript(cues: Iterable[Cue], format: str, language: str | None = None) -> Transcript:
    """Cues with times, sorted by them; overlapping ones are kept, empty ones dropped.

    Raises:
        TranscriptError: when no cue has any text.
    """
    kept = [cue for cue in cues if cue.text]
    if not kept:
        raise TranscriptError("it holds no cue with text; remove it, or put the transcript in it")
    kept.sort(key=lambda cue: (cue.start, cue.end))
    return Transcript(tuple(kept), timed=True, format=format, language=language)


def untimed_transcript(cues: Iterable[Cue], format: str) -> Transcript:
    """Cues without times, in the order given; empty ones are dropped.

    Raises:
        TranscriptError: when no cue has any text.
    """
    kept = tuple(cue for cue in cues if cue.text)
    if not kept:
        raise TranscriptError("it holds no words; remove it, or put the transcript in it")
    return Transcript(kept, timed=False, format=format)


def check_times(start: float, end: float, where: str) -> None:
    """Refuse times that no recording can have.

    Args:
        start: seconds.
        end: seconds.
        where: what has these times, for the message: `line 12`, `segment 3`.

    Raises:
        TranscriptError: for times that are negative, not finite, or end before they start.
    """
    if not (math.isfinite(start) and math.isfinite(end)):
        raise TranscriptError(f"{where}: a time is not a number; correct it")
    if start < 0 or end < 0:
        raise TranscriptError(f"{where}: a time is negative; correct it")
    if end < start:
        raise TranscriptError(f"{where}: it ends before it starts; correct its times")

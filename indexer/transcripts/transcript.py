"""What a transcript is: cues, with times or without, and the error of one that cannot be read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.base.types import Cue, Sound
from indexer.transcripts.durations import with_ends
from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.fragments import joined
from indexer.transcripts.markup import flat, without_addresses, without_entities
from indexer.transcripts.notes import Notes
from indexer.transcripts.repeats import without_repeats
from indexer.transcripts.sounds import renumbered, without_sounds
from indexer.transcripts.speakers import with_speakers
from indexer.transcripts.times import has_good_times, repair_times

__all__ = [
    "Transcript",
    "TranscriptError",
    "check_times",
    "timed_transcript",
    "untimed_transcript",
    "with_speaker_names",
]


# whisper.cpp with tinydiarize.
_TURN = re.compile(r"\s*\[SPEAKER_TURN\]")
_CHANGE = re.compile(r"\A\s*>>+\s*")  # says that somebody else speaks
_SINGLE_WORDS = 10
_SAID_AT_ONCE = 50  # words, of which more have times if anything has
# Letters. Scripts without spaces write a whole talk as one word, and what stems, splits and
# embeds words takes more than its share of time and memory for those that never end.
_LONGEST_WORD = 2_000


@dataclass(frozen=True)
class Transcript:
    """All cues of a document, in the order of their start times where they have times.

    Attributes:
        cues: at least one.
        timed: whether every cue has a start and an end; otherwise none has.
        format: Name of the format in its registry: `vtt`, `podcast-json`, `plain` and so on.
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


def timed_transcript(
    cues: Iterable[Cue],
    format: str,
    language: str | None = None,
    notes: Notes | None = None,
    displayed: bool = True,
) -> Transcript:
    """Make a transcript of cues with times; the rules for all timed formats are applied here.

    Impossible times are repaired, cues sorted by their times, words that stand there several times
    only for display kept once, sounds separated from words, leading names made speakers, invisible
    marks removed, captions of single words joined. Overlapping cues are kept, empty ones dropped.

    Args:
        cues: In the order of the file, without mark-up. Line breaks in their text are lines of
            the screen, where the format has such. Times may be None (unreadable) or impossible.
        format: Name of the format.
        language: ISO 639 code, where the file names it.
        notes: Warnings that the parser has collected.
        displayed: Whether cues may be made for display, and so repeat words.

    Raises:
        TranscriptError: No cue has text, or none has possible times.
    """
    notes = notes or Notes()
    filled = [cue for cue in cues if cue.text.strip()]
    if filled and not any(map(has_good_times, filled)):
        check_times(filled[0].start, filled[0].end, "cue 1")
    filled = _lasting(repair_times(filled, None, notes))
    filled.sort(key=lambda cue: (cue.start, cue.end))
    if displayed:
        filled = without_repeats(filled, notes)
    named = with_speakers(filled)
    words = sum(len(cue.text.split()) for cue in named)
    if words > _SAID_AT_ONCE and not any(cue.end for cue in named):
        notes.add("all its times are 0, so they are not used")
        untimed = [replace(cue, start=None, end=None) for cue in named]
        return _transcript(untimed, False, format, language, notes)
    if displayed and _are_single_words(named):
        named = list(joined(named, language or "en"))
    return _transcript(named, True, format, language, notes)


def _lasting(cues: list[Cue]) -> list[Cue]:
    """Cues of which most have no length, as their program knew no ends, with what they may last."""
    without = [cue for cue in cues if cue.start == cue.end]
    if 2 * len(without) <= len(cues) or not any(cue.start for cue in cues):
        return cues
    opened = [replace(cue, end=None) if cue.start == cue.end else cue for cue in cues]
    return with_ends(sorted(opened, key=lambda cue: cue.start or 0.0))


def _are_single_words(cues: Sequence[Cue]) -> bool:
    """Whether captions show one word each, as those for videos of a minute do."""
    words = sum(len(cue.text.split()) for cue in cues)
    return len(cues) >= _SINGLE_WORDS and words <= 1.2 * len(cues)


def untimed_transcript(
    cues: Iterable[Cue], format: str, language: str | None = None, notes: Notes | None = None
) -> Transcript:
    """Make a transcript of cues without times, in the order given.

    Sounds that are known by name are separated from words; empty cues are dropped.

    Args:
        cues: Without mark-up.
        format: Name of the format.
        language: ISO 639 code, where the file names it.
        notes: Warnings that the parser has collected.

    Raises:
        TranscriptError: No cue has text.
    """
    said = [replace(cue, text=_CHANGE.sub("", cue.text)) for cue in cues]
    return _transcript(said, False, format, language, notes or Notes())


def _transcript(
    cues: list[Cue],
    timed: bool,
    format: str,
    language: str | None,
    notes: Notes,
) -> Transcript:
    """A transcript of cues with their sounds apart and their text on one line."""
    worded, sounds = without_sounds(cues, timed)
    clean = [
        replace(cue, text=_words(cue, notes), speaker=flat(cue.speaker or "") or None)
        for cue in worded
    ]
    if not any(cue.text for cue in clean):
        what = "cue with text" if timed else "words"
        raise TranscriptError(f"it holds no {what}; remove it, or put the transcript in it")
    return Transcript(
        tuple(cue for cue in clean if cue.text),
        timed=timed,
        format=format,
        language=language,
        sounds=renumbered(sounds, [bool(cue.text) for cue in clean]),
        warnings=notes.lines(),
    )


def _words(cue: Cue, notes: Notes) -> str:
    text = _TURN.sub("", without_entities(cue.text))
    words = without_addresses(text)
    if words is not text and words != text:
        notes.add("addresses of links are left out")
    words = flat(words)
    if len(words) <= _LONGEST_WORD or all(len(w) <= _LONGEST_WORD for w in words.split()):
        return words
    notes.add(f"words of more than {_LONGEST_WORD:,} letters are broken: is it a transcript?")
    return " ".join(piece for word in words.split() for piece in _broken(word))


def _broken(word: str) -> list[str]:
    return [word[i : i + _LONGEST_WORD] for i in range(0, len(word), _LONGEST_WORD)]


def with_speaker_names(transcript: Transcript, names: Mapping[str, str]) -> Transcript:
    """Put names in the place of labels such as `SPEAKER_01`, whose case does not matter."""
    known = {label.casefold(): name for label, name in names.items()}
    cues = (
        replace(cue, speaker=known.get(cue.speaker.casefold(), cue.speaker)) if cue.speaker else cue
        for cue in transcript.cues
    )
    return replace(transcript, cues=tuple(cues)) if known else transcript


def check_times(start: float | None, end: float | None, where: str) -> None:
    """Refuse times that no recording can have.

    Args:
        start: Seconds; None for a time that cannot be read.
        end: Seconds; None for a time that cannot be read.
        where: what has these times, for the message: `line 12`, `segment 3`.

    Raises:
        TranscriptError: for times that are negative, not finite, or end before they start.
    """
    if start is None or end is None or not (math.isfinite(start) and math.isfinite(end)):
        raise TranscriptError(f"{where}: a time is not a number; correct it")
    if start < 0 or end < 0:
        raise TranscriptError(f"{where}: a time is negative; correct it")
    if end < start:
        raise TranscriptError(f"{where}: it ends before it starts; correct its times")

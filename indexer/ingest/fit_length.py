"""Times of a transcript brought within the length of its recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from indexer.base.timecode import clock
from indexer.base.types import Cue, Sound
from indexer.transcripts.transcript import Transcript

Timed = TypeVar("Timed", Cue, Sound)

_HOUR = 3600.0
_ROUNDING_SECONDS = 0.25
# Later than this a cue cannot belong to a recording that lost its last breath.
_FAR_SECONDS, _FAR_SHARE = 10.0, 0.05
# Fewer cues outside the recording say nothing about the clock that they were timed by.
_MIN_CUES = 3
# Without words: longer than music at the end, and most of the recording.
_UNCOVERED_SECONDS, _UNCOVERED_SHARE = 60.0, 0.5
# Where words are put that begin after the end: a player that jumps there still plays something.
_LAST_SECONDS = 1.0


@dataclass(frozen=True)
class FittedTranscript:
    """A timed transcript with times of its recording, and warnings about what did not fit."""

    transcript: Transcript
    warnings: tuple[str, ...] = ()


def fit_to_length(transcript: Transcript, seconds: float) -> FittedTranscript:
    """Shift the times of a transcript by a constant where only that fits, and clip the rest.

    No time lies after the recording's end then, and no word is lost: what begins after the end is
    put at the last second, with a warning.

    Args:
        transcript: With times.
        seconds: Length of the recording.
    """
    expected = expect_length(transcript, seconds)
    uncovered = _uncovered(expected.transcript.cues, seconds)
    cues = _within(expected.transcript.cues, seconds)
    sounds = _within(expected.transcript.sounds, seconds)
    return replace(
        expected,
        transcript=replace(expected.transcript, cues=tuple(cues), sounds=tuple(sounds)),
        warnings=(*expected.warnings, *uncovered),
    )


def expect_length(transcript: Transcript, seconds: float) -> FittedTranscript:
    """Shift the times of a transcript like `fit_to_length`; what begins after the end stays.

    For a length that is only announced, and may be too short.

    Timecodes of a programme often begin at a whole hour
    (https://en.wikipedia.org/wiki/SMPTE_timecode: 01:00:00:00 or 10:00:00:00), others are times
    of day. Times are shifted only where some lie after the recording's end and none would then.

    Args:
        transcript: With times.
        seconds: Length of the recording.
    """
    cues, sounds = transcript.cues, transcript.sounds
    starts = [cue.start or 0.0 for cue in cues]
    offset = _offset(starts, seconds)
    warnings = []
    if offset:
        cues = tuple(_moved(cue, offset) for cue in cues)
        sounds = tuple(_moved(sound, offset) for sound in sounds)
        warnings.append(
            f"its times begin at {clock(starts[0])}, the recording is {clock(seconds)} long: all "
            f"times are moved by -{clock(offset)}"
        )
    warnings += _late(cues, seconds)
    cues = tuple(replace(cue, end=_clipped(cue, seconds)) for cue in cues)
    return FittedTranscript(replace(transcript, cues=cues, sounds=sounds), tuple(warnings))


def _uncovered(cues: Sequence[Cue], seconds: float) -> list[str]:
    """Say that most of a recording has no words, as where a transcript was cut off."""
    end = max((cue.end or 0.0 for cue in cues), default=0.0)
    if seconds - end <= max(_UNCOVERED_SECONDS, _UNCOVERED_SHARE * seconds):
        return []
    return [
        f"the transcript ends at {clock(end)}, the recording at {clock(seconds)}: what is said "
        "after it cannot be found; is it whole?"
    ]


def _offset(starts: Sequence[float], seconds: float) -> float:
    """Seconds to subtract, 0 where none are or where no constant explains the times."""
    first, last = min(starts), max(starts)
    if last < seconds + _ROUNDING_SECONDS:
        return 0.0
    whole_hours = first // _HOUR * _HOUR
    if whole_hours and last - whole_hours < seconds:
        return whole_hours
    if first >= seconds and last - first < seconds and len(starts) >= _MIN_CUES:
        return first
    return 0.0


def _moved(item: Timed, offset: float) -> Timed:
    return replace(item, start=_earlier(item.start, offset), end=_earlier(item.end, offset))


def _earlier(seconds: float | None, offset: float) -> float | None:
    return None if seconds is None else round(max(0.0, seconds - offset), 3)


def _clipped(cue: Cue, seconds: float) -> float | None:
    """The end of a cue, within the recording where the cue begins there."""
    if cue.start is None or cue.end is None or cue.start >= seconds:
        return cue.end
    return min(cue.end, seconds)


def _within(items: Sequence[Timed], seconds: float) -> list[Timed]:
    """Bring what begins or ends after the end into the recording; the order stays."""
    before, out = 0.0, []
    for item in items:
        start, end = item.start, item.end
        if start is not None and start >= seconds:
            start, end = max(before, seconds - _LAST_SECONDS), seconds
        if end is not None:
            end = min(end, seconds)
        before = max(before, start or 0.0)
        out.append(replace(item, start=start, end=end))
    return out


def _late(cues: Sequence[Cue], seconds: float) -> list[str]:
    late = [c for c in cues if (c.start or 0.0) >= seconds + _ROUNDING_SECONDS]
    far = seconds + max(_FAR_SECONDS, _FAR_SHARE * seconds)
    if late:
        what = (
            f"{len(late)} of {len(cues)} cues start after the recording's end ({seconds:.0f} s): "
            "their words are put at its last second"
        )
        is_far = max(c.start or 0.0 for c in late) > far
        return [f"may not be the right transcript: {what}" if is_far else what]
    # The last cue has no successor that shows where it ends: some programs make it endless.
    end = max((c.end or 0.0 for c in cues[:-1] or cues), default=0.0)
    if end > far:
        return [
            f"may not be the right transcript: it runs to {clock(end)}, the recording ends at "
            f"{clock(seconds)}"
        ]
    return []

"""Times of cues that no recording can have, repaired by the cues around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.base.types import Cue
from indexer.transcripts.notes import Notes

_SECONDS_PER_WORD = 0.4
_TOLERANCE = 0.001  # seconds


def has_good_times(cue: Cue) -> bool:
    """Whether a cue has finite times with 0 <= start <= end."""
    return are_good_times(cue.start, cue.end)


def are_good_times(start: float | None, end: float | None) -> bool:
    """Whether both times are there and finite, with 0 <= start <= end."""
    return start is not None and end is not None and 0 <= start <= end < math.inf


def repair_times(cues: Sequence[Cue], places: Sequence[str] | None, notes: Notes) -> list[Cue]:
    """Give every cue times with 0 <= start <= end; good ones stay as they are.

    Args:
        cues: In the order of the file. Times may be None, not finite, negative or reversed.
        places: Where each stands, for the warnings (`line 12`); None counts cues.
        notes: Takes a warning a repaired cue.
    """
    good = [has_good_times(cue) for cue in cues]
    if all(good):
        return list(cues)
    following: list[float | None] = [None] * len(cues)
    next_start: float | None = None
    for index in range(len(cues) - 1, -1, -1):
        following[index] = next_start
        if good[index]:
            next_start = cues[index].start
    repaired: list[Cue] = []
    before: Cue | None = None
    for index, cue in enumerate(cues):
        if not good[index]:
            cue, what = _repaired(cue, _Neighbours.of(before, following[index]))
            notes.add(what, places[index] if places else f"cue {index + 1}")
        repaired.append(cue)
        before = cue
    return repaired


@dataclass(frozen=True)
class _Neighbours:
    """Seconds between which a cue lies by its place in the file."""

    previous_start: float
    previous_end: float
    next_start: float

    @classmethod
    def of(cls, before: Cue | None, next_start: float | None) -> _Neighbours:
        after = math.inf if next_start is None else next_start
        if before is None or before.start is None or before.end is None:
            return cls(0.0, 0.0, after)
        return cls(before.start, before.end, after)

    def hold(self, seconds: float) -> bool:
        return self.previous_start <= seconds <= self.next_start


def _repaired(cue: Cue, around: _Neighbours) -> tuple[Cue, str]:
    start = cue.start if cue.start is not None and math.isfinite(cue.start) else None
    end = cue.end if cue.end is not None and math.isfinite(cue.end) else None
    what = "the times cannot be read, so those of its neighbours are used"
    if start is not None and end is not None and (start < 0 or end < 0):
        what = "a time is negative, so it is set to the nearest possible one"
        start = max(0.0, start)
        end = max(start, end) if end >= 0 or start == 0 else None
    elif start is not None and end is not None and end < start:
        swapped = around.previous_end - _TOLERANCE <= end and start <= around.next_start
        if swapped:
            return replace(cue, start=end, end=start), "it ends before it starts; times are swapped"
        what = "it ends before it starts, so its end is estimated"
        if around.hold(end) and not around.hold(start):
            what, start = "it ends before it starts, so its start is estimated", None
        else:
            end = None
    start, end = _filled(start, end, cue, around)
    return replace(cue, start=start, end=end), what


def _filled(
    start: float | None, end: float | None, cue: Cue, around: _Neighbours
) -> tuple[float, float]:
    """Both times, the missing ones from the neighbours and the number of words."""
    length = max(1.0, len(cue.text.split()) * _SECONDS_PER_WORD)
    if start is None:
        start = around.previous_end if end is None else min(around.previous_end, max(0.0, end))
    start = max(0.0, start)
    if end is None:
        end = start + length
        if around.next_start > start:
            end = min(end, around.next_start)
    return start, max(start, end)

"""How long words last: an end for cues that a transcript gives only a start for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.base.types import Cue

# About 170 words a minute, which is conversation; measured on letters where words are long or
# not divided by spaces.
_SECONDS_PER_WORD = 0.35
_SECONDS_PER_LETTER = 1 / 16
_SECONDS_PER_IDEOGRAPH = 0.2
_SHORTEST = 0.4
_LONGEST_WORD, _LONGEST_SEGMENT = 60.0, 1800.0
_SLOWEST = 8  # times what words last
_SAMPLES_PER_SECOND = 16_000
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def spoken_seconds(text: str) -> float:
    """Estimate how long it takes to say a text, in seconds."""
    words = text.split()
    return max(
        _SHORTEST,
        len(words) * _SECONDS_PER_WORD,
        sum(map(len, words)) * _SECONDS_PER_LETTER,
        len(_IDEOGRAPH.findall(text)) * _SECONDS_PER_IDEOGRAPH,
    )


def longest_seconds(text: str) -> float:
    """Bound how long a text may last where only the start of the next one is known.

    A slow speaker takes twice the usual time; what is longer is a pause or music.
    """
    return 2 * spoken_seconds(text) + 1


def with_ends(cues: Sequence[Cue]) -> list[Cue]:
    """Give cues that have a start alone an end: the next later start, or sooner.

    Args:
        cues: In the order of their starts, all of them with one.
    """
    closed = []
    for number, cue in enumerate(cues):
        if cue.start is not None and cue.end is None:
            following = (later.start for later in cues[number + 1 :] if later.start is not None)
            after = next((start for start in following if start > cue.start), None)
            cue = replace(cue, end=open_end(cue.start, after, cue.text))
        closed.append(cue)
    return closed


def open_end(start: float, following: float | None, text: str) -> float:
    """Estimate where words end that start at a known time.

    Args:
        start: Seconds.
        following: Seconds at which the next words start; None for the last ones.
        text: The words.
    """
    if following is None:
        return round(start + spoken_seconds(text), 3)
    return min(following, round(start + longest_seconds(text), 3))


def without_overlaps(cues: Sequence[Cue]) -> list[Cue]:
    """Cues by their starts, each ending where the next starts if it was to be shown for longer."""
    ordered = sorted(cues, key=lambda cue: cue.start or 0.0)
    for index, following in enumerate(ordered[1:]):
        cue = ordered[index]
        if cue.start is None or cue.end is None or following.start is None:
            continue
        if cue.start < following.start < cue.end:
            ordered[index] = replace(cue, end=following.start)
    return ordered


def in_seconds(cues: Sequence[Cue]) -> list[Cue]:
    """Cues with their times in seconds: whole numbers that last too long are milliseconds.

    Where nobody would speak so slowly, they count samples, as Otter does: 16,000 a second.

    Args:
        cues: Segments, or single words, with the times of a file that names no unit.
    """
    lengths = [c.end - c.start for c in cues if c.start is not None and c.end is not None]
    starts = [cue.start for cue in cues if cue.start is not None]
    whole = all(time.is_integer() for time in starts)
    are_words = sum(len(cue.text.split()) for cue in cues) < 2 * len(cues)
    longest = _LONGEST_WORD if are_words else _LONGEST_SEGMENT
    from statistics import median  # imports fractions and random numbers

    typical = median(lengths or [b - a for a, b in pairwise(starts)] or [0.0])
    if not whole or typical <= longest / 6:
        return list(cues)
    said = sum(spoken_seconds(cue.text) for cue in cues if None not in (cue.start, cue.end))
    unit = 1000 if sum(lengths) <= _SLOWEST * said * 1000 else _SAMPLES_PER_SECOND
    if not said:
        unit = 1000
    return [
        replace(
            cue,
            start=None if cue.start is None else cue.start / unit,
            end=None if cue.end is None else cue.end / unit,
        )
        for cue in cues
    ]

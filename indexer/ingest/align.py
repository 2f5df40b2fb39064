"""Times for a transcript that has none: its words matched to the words that were heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.base.types import Cue, HeardWord
from indexer.ingest.word_match import fold_words


@dataclass(frozen=True)
class Alignment:
    """Timed cues and `matched`, the share of the transcript's words that were also heard."""

    cues: tuple[Cue, ...]
    matched: float


def align(cues: Sequence[Cue], heard: Sequence[HeardWord], seconds: float) -> Alignment:
    """Give every cue a start and an end.

    The transcript and what was heard are matched word by word with the fewest edits; a matched
    word takes the heard word's times, the words between two matches share the time between them
    by their length in letters.

    Args:
        cues: cues in the order they are spoken; their times are ignored.
        heard: recognised words with times.
        seconds: length of the recording, which no time exceeds.
    """
    words: list[str] = []
    first_word: list[int] = []
    for cue in cues:
        first_word.append(len(words))
        # A cue without a single word ("...") still needs a place in the sequence.
        words.extend(fold_words(cue.text) or ["-"])
    first_word.append(len(words))
    starts, ends, matched = _word_times(words, heard, seconds)
    timed = []
    for cue, low, high in zip(cues, first_word[:-1], first_word[1:], strict=True):
        start, end = float(starts[low]), float(ends[high - 1])
        timed.append(replace(cue, start=round(start, 3), end=round(max(start, end), 3)))
    return Alignment(tuple(timed), matched)


def _word_times(
    words: list[str], heard: Sequence[HeardWord], seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Start and end of each transcript word `[n_words]`, and the share that was heard."""
    from rapidfuzz.distance import Levenshtein

    spoken: list[str] = []
    times: list[tuple[float, float]] = []
    for word in heard:
        parts = fold_words(word.text)
        step = (word.end - word.start) / max(1, len(parts))
        for i, part in enumerate(parts):
            spoken.append(part)
            times.append((word.start + i * step, word.start + (i + 1) * step))
    starts = np.full(len(words), np.nan)
    ends = np.full(len(words), np.nan)
    matched = 0
    for op in Levenshtein.opcodes(words, spoken):
        if op.tag not in ("equal", "replace"):
            continue
        size = op.src_end - op.src_start
        matched += size if op.tag == "equal" else 0
        # A word that was heard as another still tells where it begins and ends.
        for i in range(size):
            starts[op.src_start + i], ends[op.src_start + i] = times[op.dest_start + i]
    return *_fill(words, starts, ends, seconds), matched / max(1, len(words))


def _fill(
    words: list[str], starts: NDArray[np.float64], ends: NDArray[np.float64], seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times of the words that were not heard, by their letters between known times."""
    lengths = np.array([len(word) + 1 for word in words], dtype=np.float64)
    before = np.concatenate([[0.0], np.cumsum(lengths)])
    # Known points: letters read so far -> seconds. A word's start and end are two of them.
    letters = np.concatenate([before[:-1], before[1:]])
    known = np.concatenate([starts, ends])
    order = np.lexsort((np.repeat([1, 0], len(words)), letters))
    letters, known = letters[order], known[order]
    is_known = ~np.isnan(known)
    if not is_known.any():
        scale = seconds / before[-1]
        return before[:-1] * scale, before[1:] * scale
    known_letters = letters[is_known]
    known_times = np.minimum(np.maximum.accumulate(known[is_known]), seconds)
    # Where one word ends and the next begins the letters are equal and the times are not (a
    # pause): a start takes the later of the two, an end the earlier.
    epsilon = 1e-6
    shifted = known_letters + np.where(order[is_known] < len(words), epsilon, -epsilon)
    filled_starts = np.interp(before[:-1] + epsilon, shifted, known_times)
    filled_ends = np.interp(before[1:] - epsilon, shifted, known_times)
    return filled_starts, np.maximum(filled_starts, filled_ends)

"""What the text of a recogniser shows of its faults: loops, invented words, stretches left out."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE, Word

Span = tuple[float, float]

# Whisper's own threshold for a decoding that repeats itself (Radford et al. 2022, section 4.5).
_MAX_COMPRESSION_RATIO = 2.4
# A short loop in a long text compresses no better than speech. People say a word five times in a
# row ("no, no, no, no, no"), and a phrase three times; longer runs are a decoder's.
_MAX_REPEATS = {1: 6, 2: 4}
_MAX_REPEATS_OF_MORE = 3
_LONGEST_PHRASE = 12
# A stretch without words is looked at when it is longer than people pause: each that is heard again
# costs a pass of the encoder. From 2.5 s on that was 14 % of tiny.en's time, and found no words.
_GAP_SECONDS = 5.0
_MIN_MISSED_SECONDS = 2.5
# A word takes no longer, whatever alignment says: it stretches the last before a gap over it.
_WORD_SECONDS = 0.6
_LETTER_SECONDS = 0.07

_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Guards:
    """Which faults are looked for: all of them, but where it is measured what each guard does.

    Attributes:
        loops: Text that repeats itself is recognised again, and cut where it still does.
        silence: Words that nothing in the sound supports are dropped.
        gaps: Stretches of speech without words are recognised again by themselves.
    """

    loops: bool = True
    silence: bool = True
    gaps: bool = True


def compression_ratio(text: str) -> float:
    """Return how many times shorter zlib makes a text; 0 for an empty one."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def loop_place(text: str) -> int | None:
    """Return where a text should be cut because it repeats itself from there on, else None.

    The first two rounds are kept: they may have been said.
    """
    matches = list(_WORD.finditer(text.lower()))
    words = [match.group() for match in matches]
    first: tuple[int, int] | None = None
    for length in range(1, min(_LONGEST_PHRASE, len(words) // 2) + 1):
        run = 0  # words in a row that are those `length` before
        for i in range(length, len(words)):
            run = run + 1 if words[i] == words[i - length] else 0
            if run >= length * (_MAX_REPEATS.get(length, _MAX_REPEATS_OF_MORE)):
                begin = i - run + 1 - length
                if first is None or begin < first[0]:
                    first = (begin, length)
                break
    if first is None:
        return None
    last_kept = min(first[0] + 2 * first[1], len(words)) - 1
    return matches[last_kept].end()


def is_looping(text: str) -> bool:
    """Return whether a text repeats itself more than people do."""
    return compression_ratio(text) > _MAX_COMPRESSION_RATIO or loop_place(text) is not None


def gaps(words: Sequence[Word], seconds: float) -> list[Span]:
    """Return the long stretches of a window of some seconds in which no word stands."""
    found, end = [], 0.0
    for word in words:
        if word.start - end > _GAP_SECONDS:
            found.append((end, word.start))
        longest = _WORD_SECONDS + _LETTER_SECONDS * len(word.text)
        end = max(end, min(word.end, word.start + longest))
    if seconds - end > _GAP_SECONDS:
        found.append((end, seconds))
    return found


def missed_speech(samples: NDArray[np.float32], words: Sequence[Word]) -> list[Span]:
    """Return where somebody speaks in a window, in seconds, and no words were recognised.

    Args:
        samples: 16 kHz mono float32, `[n]`.
        words: Those that were recognised, in order.
    """
    found = []
    for start, end in gaps(words, len(samples) / SAMPLE_RATE):
        part = samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        speech = _speech(part)
        if sum(b - a for a, b in speech) >= _MIN_MISSED_SECONDS:
            found.append((start + speech[0][0], start + speech[-1][1]))
    return found


def _speech(samples: NDArray[np.float32]) -> list[Span]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    regions = get_speech_timestamps(samples, VadOptions(speech_pad_ms=120))
    return [(r["start"] / SAMPLE_RATE, r["end"] / SAMPLE_RATE) for r in regions]


def quietest(samples: NDArray[np.float32]) -> float:
    """Return the second, in the middle half of a sound, around which it is quietest."""
    step = SAMPLE_RATE // 20
    n = len(samples) // step
    power = np.square(samples[: n * step].reshape(n, step)).mean(axis=1)
    smooth = np.convolve(power, np.ones(5) / 5, mode="same")
    low, high = n // 4, max(n // 4 + 1, n - n // 4)
    return float((low + np.argmin(smooth[low:high]) + 0.5) * step / SAMPLE_RATE)

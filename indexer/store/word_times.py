"""Times and confidences of recognised words, as a catalog keeps them: a few bytes a word.

The words themselves stand in the cues: what is kept belongs to the words of all cues in a row.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise

from indexer.base.types import Cue, WordTime

log = logging.getLogger(__name__)

# Hundredths of a second fit a recogniser: Whisper's alignment knows fiftieths.
_TICKS = 100
_LONGEST = 2**16 - 1
_UNKNOWN = 255
# Ticks since the start of the word before, ticks that the word lasts, confidence.
_ROW = struct.Struct("<iHB")


def count_words(cues: Sequence[Cue]) -> int:
    """Count the words of cues, as their times are kept."""
    return sum(len(cue.text.split()) for cue in cues)


def pack_word_times(words: Sequence[WordTime]) -> bytes:
    """Return the stored form of the times of words; empty for none."""
    if not words:
        return b""
    starts = [0, *(round(word.start * _TICKS) for word in words)]
    rows = zip(words, pairwise(starts), strict=True)
    return zlib.compress(b"".join(_row(word, start - last) for word, (last, start) in rows))


def _row(word: WordTime, gap: int) -> bytes:
    length = round(max(0.0, word.end - word.start) * _TICKS)
    sure = _UNKNOWN if word.confidence is None else round(word.confidence * (_UNKNOWN - 1))
    return _ROW.pack(gap, min(length, _LONGEST), sure)


def unpack_word_times(data: bytes, n_words: int) -> tuple[WordTime, ...]:
    """Return the times of so many words; none where what is stored belongs to others."""
    size = n_words * _ROW.size
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, size + 1)
    except zlib.error:  # 'hilbert doctor --deep' tells
        log.debug("the times of words are damaged", exc_info=True)
        return ()
    if not n_words or len(raw) != size:
        return ()
    rows = list(_ROW.iter_unpack(raw))
    starts = accumulate(gap for gap, _, _ in rows)
    return tuple(
        WordTime(
            start / _TICKS,
            (start + length) / _TICKS,
            None if sure == _UNKNOWN else sure / (_UNKNOWN - 1),
        )
        for start, (_, length, sure) in zip(starts, rows, strict=True)
    )


def by_cue(cues: Sequence[Cue], words: Sequence[WordTime]) -> list[Sequence[WordTime]]:
    """Share the times of all words out to their cues; empty for each where they are not kept."""
    found: list[Sequence[WordTime]] = []
    first = 0
    for cue in cues:
        n_words = len(cue.text.split()) if words else 0
        found.append(words[first : first + n_words])
        first += n_words
    return found

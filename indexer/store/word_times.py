"""Times and confidences of recognised words, as a catalog keeps them: a few bytes a word.

The words themselves stand in the cues: what is kept belongs to the words of all cues in a row.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence

import numpy as np

from indexer.base.types import Cue, WordTime

log = logging.getLogger(__name__)

# Hundredths of a second fit a recogniser: Whisper's alignment knows fiftieths.
_TICKS = 100
_UNKNOWN = 255
_ROW = np.dtype([("gap", "<i4"), ("length", "<u2"), ("confidence", "u1")])


def count_words(cues: Sequence[Cue]) -> int:
    """Count the words of cues, as their times are kept."""
    return sum(len(cue.text.split()) for cue in cues)


def pack_word_times(words: Sequence[WordTime]) -> bytes:
    """Return the stored form of the times of words; empty for none."""
    if not words:
        return b""
    rows = np.zeros(len(words), _ROW)
    starts = np.rint([word.start * _TICKS for word in words])
    rows["gap"] = np.diff(starts, prepend=0)
    lengths = np.rint([max(0.0, word.end - word.start) * _TICKS for word in words])
    rows["length"] = np.minimum(lengths, np.iinfo(np.uint16).max)
    rows["confidence"] = [
        _UNKNOWN if word.confidence is None else round(word.confidence * (_UNKNOWN - 1))
        for word in words
    ]
    return zlib.compress(rows.tobytes())


def unpack_word_times(data: bytes, n_words: int) -> tuple[WordTime, ...]:
    """Return the times of so many words; none where what is stored belongs to others."""
    size = n_words * _ROW.itemsize
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, size + 1)
    except zlib.error:  # 'hilbert doctor --deep' tells
        log.debug("the times of words are damaged", exc_info=True)
        return ()
    if not n_words or len(raw) != size:
        return ()
    rows = np.frombuffer(raw, _ROW)
    starts = np.cumsum(rows["gap"].astype(np.int64)) / _TICKS
    ends = starts + rows["length"] / _TICKS
    sure = [None if c == _UNKNOWN else c / (_UNKNOWN - 1) for c in rows["confidence"].tolist()]
    return tuple(map(WordTime, starts.round(2).tolist(), ends.round(2).tolist(), sure))


def by_cue(cues: Sequence[Cue], words: Sequence[WordTime]) -> list[Sequence[WordTime]]:
    """Share the times of all words out to their cues; empty for each where they are not kept."""
    found: list[Sequence[WordTime]] = []
    first = 0
    for cue in cues:
        n_words = len(cue.text.split()) if words else 0
        found.append(words[first : first + n_words])
        first += n_words
    return found

"""Times and confidences of recognised words are kept in a few bytes, and belong to their cues."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from indexer.base.types import Cue, WordTime
from indexer.store.word_times import by_cue, count_words, pack_word_times, unpack_word_times

WORDS = (
    WordTime(0.5, 0.8, 0.98),
    WordTime(0.8, 1.3, 0.2),
    WordTime(0.7, 1.9),  # times need not ascend
    WordTime(36_000.25, 36_000.5, 1.0),
)
CUES = (Cue("One two", 0.5, 1.3), Cue("three four", 0.7, 36_000.5))


def test_what_is_kept_is_read_back() -> None:
    read = unpack_word_times(pack_word_times(WORDS), count_words(CUES))
    assert [(w.start, w.end) for w in read] == [(w.start, w.end) for w in WORDS]
    assert [w.confidence for w in read] == [pytest.approx(0.98, abs=0.01), *[pytest.approx(0.2,
        abs=0.01), None, 1.0]]  # fmt: skip
    assert [w.doubtful for w in read] == [False, True, False, False]
    assert [len(times) for times in by_cue(CUES, read)] == [2, 2]


@pytest.mark.parametrize(
    "data", [b"", b"no zlib", pack_word_times(WORDS[:3]), zlib.compress(b"0" * 1_000_000)]
)
def test_what_belongs_to_other_words_or_is_damaged_is_not_used(data: bytes) -> None:
    assert unpack_word_times(data, 4) == ()
    assert by_cue(CUES, ()) == [(), ()]


def test_an_hour_of_words_takes_a_few_bytes_each() -> None:
    rng = np.random.default_rng(3)
    starts = np.cumsum(rng.uniform(0.1, 0.6, 9_000)).tolist()
    words = [WordTime(s, s + 0.3, float(rng.uniform(0.5, 1.0))) for s in starts]
    assert len(pack_word_times(words)) < 4.5 * len(words)

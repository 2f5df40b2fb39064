"""Cues become segments of 15 to 30 s that end with a sentence where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.types import Cue, HeardWord, Segment, SegmentSettings, Sound
from indexer.ingest.segment import (
    cut_segments,
    sound_segments,
    split_cues,
    split_with_sounds,
    time_sounds,
    token_bounds,
    words_to_cues,
)

SETTINGS = SegmentSettings()
TEXTS = st.sampled_from(
    [
        "The tide keeps its own time.",
        "and then it runs into Africa",
        "Why? Nobody knew! It was dark.",
        "[Music]",
        "a" * 400,
        "word " * 200,
        "Dr. No said no.",
    ]
)


@st.composite
def timed_cues(draw: st.DrawFn) -> list[Cue]:
    """Cues in order of their starts, some of them overlapping, some for minutes."""
    clock, cues = 0.0, []
    for _ in range(draw(st.integers(1, 25))):
        clock += draw(st.floats(0, 5))
        length = draw(st.one_of(st.floats(0, 8), st.floats(0, 400)))
        cues.append(Cue(draw(TEXTS).strip(), clock, clock + length))
        clock += draw(st.floats(0, 1)) * length
    return cues


def segments_of(cues: Sequence[Cue]) -> tuple[tuple[Cue, ...], tuple[Segment, ...]]:
    pieces = split_cues(cues, SETTINGS)
    return pieces, cut_segments(pieces, SETTINGS)


def even_cues(texts: Sequence[str], seconds: float) -> list[Cue]:
    return [Cue(text, i * seconds, (i + 1) * seconds) for i, text in enumerate(texts)]


@pytest.mark.slow
@given(timed_cues())
def test_every_cue_is_in_exactly_one_segment(cues: list[Cue]) -> None:
    pieces, segments = segments_of(cues)
    assert segments[0].first_cue == 0 and segments[-1].last_cue == len(pieces)
    assert all(a.last_cue == b.first_cue for a, b in pairwise(segments))
    assert all(s.first_cue < s.last_cue for s in segments)


@pytest.mark.slow
@given(timed_cues())
def test_no_segment_is_longer_than_thirty_seconds(cues: list[Cue]) -> None:
    for segment in segments_of(cues)[1]:
        assert 0 <= segment.end - segment.start <= SETTINGS.max_seconds + 2e-3


@pytest.mark.slow
@given(timed_cues())
def test_segments_hold_all_the_words_in_their_order(cues: list[Cue]) -> None:
    said = " ".join(cue.text for cue in cues).split()
    assert " ".join(s.text for s in segments_of(cues)[1]).split() == said


@given(st.lists(st.tuples(st.floats(0.5, 7.4), st.booleans()), min_size=1, max_size=40))
def test_a_segment_ends_with_a_sentence_where_one_ends_in_time(
    lengths: list[tuple[float, bool]],
) -> None:
    clock, cues = 0.0, []
    for length, ends in lengths:
        cues.append(Cue("A sentence." if ends else "half a", clock, clock + length))
        clock += length
    for segment in cut_segments(cues, SETTINGS)[:-1]:
        if not cues[segment.last_cue - 1].text.endswith("."):
            in_time = [
                cue
                for cue in cues[segment.first_cue : segment.last_cue]
                if cue.text.endswith(".") and cue.end - segment.start >= SETTINGS.min_seconds
            ]
            assert not in_time


def test_a_segment_ends_at_a_long_pause_after_fifteen_seconds() -> None:
    cues = [Cue("so we went", 0, 16), Cue("to the sea", 18, 22)]
    assert [(s.start, s.end) for s in cut_segments(cues, SETTINGS)] == [(0, 16), (18, 22)]


def test_sentences_of_five_seconds_make_segments_of_three() -> None:
    segments = cut_segments(even_cues(["One more."] * 9, 5.0), SETTINGS)
    assert [(s.start, s.end) for s in segments] == [(0, 15), (15, 30), (30, 45)]


def test_a_long_cue_is_cut_at_its_sentences() -> None:
    text = "The first sentence is here. The second one follows it. " * 4
    pieces = split_cues([Cue(text.strip(), 100.0, 180.0, "Ann")], SETTINGS)
    assert all(piece.text.endswith(".") and piece.speaker == "Ann" for piece in pieces)
    assert pieces[0].start == 100 and pieces[-1].end == 180
    assert all(a.end == pytest.approx(b.start) for a, b in pairwise(pieces))


def test_one_word_for_five_minutes_is_a_moment_of_thirty_seconds() -> None:
    (segment,) = segments_of([Cue("[Music]", 60.0, 360.0)])[1]
    assert (segment.start, segment.end) == (60.0, 90.0)


def test_a_text_without_times_is_estimated_at_reading_pace() -> None:
    cues = [Cue(" ".join(["word"] * 25) + ".", None, None) for _ in range(6)]
    pieces = split_cues(cues, SETTINGS)
    assert [(piece.start, piece.end) for piece in pieces[:2]] == [(0, 10), (10, 20)]
    segments = cut_segments(pieces, SETTINGS, timed=False)
    assert [s.timed for s in segments] == [False] * 3
    assert all(15 <= s.end - s.start <= 30 for s in segments)


def test_no_cues_make_no_segments() -> None:
    assert split_cues([], SETTINGS) == () and cut_segments([], SETTINGS) == ()
    assert words_to_cues([]) == ()


# --- recognised words -------------------------------------------------------------------------


def word(text: str, start: float, end: float, logprob: float = -0.2) -> HeardWord:
    return HeardWord(text, start, end, logprob, 0.01)


def a_word_a_second(text: str) -> list[HeardWord]:
    return [word(part, i, i + 0.5) for i, part in enumerate(text.split())]


def test_recognised_words_become_a_cue_a_sentence() -> None:
    cues = words_to_cues(a_word_a_second("High water is late. Why is that?"))
    assert [(c.text, c.start, c.end) for c in cues] == [
        ("High water is late.", 0, 3.5),
        ("Why is that?", 4, 6.5),
    ]
    assert cues[0].avg_logprob == -0.2 and cues[0].no_speech_prob == 0.01


def test_a_title_or_an_initial_does_not_end_a_sentence() -> None:
    assert len(words_to_cues(a_word_a_second("Mr. J. Smith and Dr. Who left."))) == 1


def test_a_long_pause_ends_a_cue_without_a_full_stop() -> None:
    cues = words_to_cues([word("so", 0, 0.4), word("we", 0.5, 1), word("went", 4, 4.5)])
    assert [cue.text for cue in cues] == ["so we", "went"]


def test_speech_without_a_full_stop_is_cut_after_sixty_words() -> None:
    cues = words_to_cues([word("um", 0.3 * i, 0.3 * i + 0.2) for i in range(150)])
    assert [len(cue.text.split()) for cue in cues] == [60, 60, 30]


def timed_words(text: str, pauses: dict[str, float]) -> list[HeardWord]:
    """Two words a second; after a word of `pauses` so many seconds pass."""
    clock, words = 0.0, []
    for part in text.split():
        words.append(word(part, clock, clock + 0.5))
        clock += 0.5 + pauses.get(part, 0.0)
    return words


CLAUSES = "When the tide turns, late in the day, the ferry leaves, and all of us are on it."


def test_a_sentence_of_more_than_eight_seconds_is_cut_where_its_clauses_pause() -> None:
    cues = words_to_cues(timed_words(CLAUSES, {"turns,": 0.3, "day,": 0.5, "leaves,": 0.1}))
    assert [cue.text for cue in cues] == [
        "When the tide turns, late in the day,",
        "the ferry leaves, and all of us are on it.",
    ]
    assert [(cue.start, cue.end) for cue in cues] == [(0, 4.3), (4.8, 9.9)]


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("The ferry leaves, and we are on it.", {"leaves,": 1.0}),  # short enough
        (CLAUSES, {}),  # commas that nobody hears
        (CLAUSES, {"tide": 1.0, "ferry": 0.9}),  # pauses within a clause
        ("Yes, " + "and so on " * 6 + "it went.", {"Yes,": 1.0}),  # one word alone
    ],
)
def test_other_sentences_stay_whole(text: str, pauses: dict[str, float]) -> None:
    assert len(words_to_cues(timed_words(text, pauses))) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["so", "we,", "go.", "on;"]), st.floats(0, 1.4)), max_size=60
    )
)
def test_no_word_is_lost_between_clauses(said: list[tuple[str, float]]) -> None:
    clock, words = 0.0, []
    for text, pause in said:
        words.append(word(text, clock, clock + 0.4))
        clock += 0.4 + pause
    cues = words_to_cues(words)
    assert [part for cue in cues for part in cue.text.split()] == [w.text for w in words]
    assert all(
        a.end is not None and b.start is not None and a.end <= b.start for a, b in pairwise(cues)
    )


def test_a_segment_ends_before_a_sentence_of_which_a_clause_does_not_fit() -> None:
    texts = ["One sentence.", "A long one,", "of clauses,", "goes on.", "The last."]
    cues = even_cues(texts, 9.0)
    within = cut_segments(cues, SETTINGS)
    assert within[0].text == "One sentence. A long one, of clauses,"
    whole = cut_segments(cues, SETTINGS, whole_sentences=True)
    assert [s.text for s in whole] == [
        "One sentence.",
        "A long one, of clauses, goes on.",
        "The last.",
    ]


@given(st.lists(st.tuples(TEXTS, st.floats(0, 3), st.floats(0, 40)), min_size=1, max_size=25))
def test_whole_sentences_lose_no_cue_and_stay_short(said: list[tuple[str, float, float]]) -> None:
    clock, cues = 0.0, []
    for text, pause, length in said:  # recognised cues do not overlap
        cues.append(Cue(text.strip(), clock + pause, clock + pause + length))
        clock += pause + length
    pieces = split_cues(cues, SETTINGS)
    segments = cut_segments(pieces, SETTINGS, whole_sentences=True)
    assert segments[0].first_cue == 0 and segments[-1].last_cue == len(pieces)
    assert all(a.last_cue == b.first_cue for a, b in pairwise(segments))
    assert all(0 <= s.end - s.start <= SETTINGS.max_seconds + 2e-3 for s in segments)


# --- tokens -----------------------------------------------------------------------------------


def test_each_segment_has_the_tokens_whose_middle_lies_within_it() -> None:
    segments = [Segment(0, 15, "", 0, 1), Segment(15, 20, "", 1, 2), Segment(90, 95, "", 2, 3)]
    times = np.arange(0.25, 30, 0.5, dtype=np.float32)
    assert token_bounds(segments, times).tolist() == [[0, 30], [30, 40], [60, 60]]


@pytest.mark.slow
@given(timed_cues(), st.integers(0, 200))
def test_token_bounds_stay_within_the_tokens(cues: list[Cue], n_tokens: int) -> None:
    segments = segments_of(cues)[1]
    times = np.arange(n_tokens, dtype=np.float32) / 2 + 0.25
    bounds = token_bounds(segments, times)
    assert bounds.shape == (len(segments), 2)
    assert (bounds[:, 0] <= bounds[:, 1]).all() and (bounds <= n_tokens).all()
    for segment, (low, high) in zip(segments, bounds, strict=True):
        inside = (times >= segment.start) & (times < segment.end)
        assert inside.sum() == high - low


def test_without_words_each_window_is_a_segment() -> None:
    segments = sound_segments([(0.0, 30.0), (30.0, 41.5)])
    assert [(s.start, s.end, s.text) for s in segments] == [(0, 30, ""), (30, 41.5, "")]


def test_sounds_follow_their_cues_when_these_are_cut() -> None:
    long = Cue(" ".join(f"Sentence {i} is said now." for i in range(20)), 10.0, 110.0)
    cues = [Cue("Short.", 0.0, 2.0), long, Cue("After.", 110.0, 112.0)]
    sounds = [
        Sound("music", 0.0, 1.0, 0),
        Sound("knock", 10.0, 110.0, 1),  # as captions time it: with its cue
        Sound("thud", 90.0, 91.0, 1),
        Sound("bell", None, None, 1),
        Sound("applause", 110.0, 112.0, 2),
        Sound("silence", 112.0, 120.0, 3),
    ]
    pieces, placed = split_with_sounds(cues, sounds, SegmentSettings())
    assert pieces == split_cues(cues, SegmentSettings())
    of = {sound.label: sound.cue for sound in placed}
    assert len(pieces) > 4
    assert (of["music"], of["knock"], of["bell"]) == (0, 1, 1)
    assert of["applause"] == len(pieces) - 1
    assert of["silence"] == len(pieces)
    start, end = pieces[of["thud"]].start, pieces[of["thud"]].end
    assert start is not None and end is not None and start <= 90.0 < end
    assert [replace(sound, cue=0) for sound in placed] == [replace(s, cue=0) for s in sounds]


def test_sounds_of_an_aligned_transcript_are_timed_like_captions() -> None:
    cues = [Cue("One.", 1.0, 2.0), Cue("Two.", 3.0, 4.5)]
    sounds = [Sound("a", None, None, 1), Sound("b", 0.5, 0.6, 0), Sound("c", None, None, 2)]
    assert [(s.start, s.end) for s in time_sounds(sounds, cues)] == [
        (3.0, 4.5),
        (0.5, 0.6),
        (4.5, 4.5),
    ]
    assert time_sounds(sounds, []) == tuple(sounds)


@pytest.mark.parametrize("count", [1, 200])
def test_words_that_nobody_could_say_in_that_time_are_several_segments(count: int) -> None:
    text = " ".join(f"word{number}" for number in range(20_000 // count))
    cues = split_cues([Cue(text, 59.0, 60.0) for _ in range(count)], SETTINGS)
    segments = cut_segments(cues, SETTINGS)
    assert " ".join(s.text for s in segments) == " ".join(count * [text])
    assert max(len(s.text) for s in segments) < 2_000
    assert all(59 <= s.start <= s.end <= 60 for s in segments)

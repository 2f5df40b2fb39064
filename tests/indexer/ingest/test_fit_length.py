"""Times of a transcript are moved and clipped to the length of the recording, with a warning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.types import Cue, Sound
from indexer.ingest.fit_length import expect_length, fit_to_length
from indexer.transcripts.transcript import Transcript


def transcript(*spans: tuple[float, float], sounds: tuple[Sound, ...] = ()) -> Transcript:
    cues = tuple(Cue(f"Sentence {i}.", start, end) for i, (start, end) in enumerate(spans))
    return Transcript(cues, timed=True, format="vtt", sounds=sounds)


def spans_of(fitted: Transcript) -> list[tuple[float | None, float | None]]:
    return [(cue.start, cue.end) for cue in fitted.cues]


def test_times_within_the_recording_stay_as_they_are() -> None:
    given_ = transcript((0, 4), (4, 9.9))
    fitted = fit_to_length(given_, 10)
    assert fitted.transcript == given_ and not fitted.warnings


@pytest.mark.parametrize("hour", [1, 10])
def test_timecodes_that_begin_at_a_whole_hour_begin_at_zero(hour: int) -> None:
    begin = hour * 3600.0
    sounds = (Sound("music", begin + 2, begin + 4, 1),)
    fitted = fit_to_length(
        transcript((begin + 12, begin + 14), (begin + 1700, begin + 1703), sounds=sounds), 1800
    )
    assert spans_of(fitted.transcript) == [(12, 14), (1700, 1703)]
    assert fitted.transcript.sounds[0].start == 2
    (warning,) = fitted.warnings
    assert f"begin at {hour}:00:12" in warning and f"moved by -{hour}:00:00" in warning


def test_times_of_day_begin_with_the_first_cue() -> None:
    begin = 14 * 3600 + 1930.5
    spans = [(begin + i * 10, begin + i * 10 + 8) for i in range(6)]
    fitted = fit_to_length(transcript(*spans), 65)
    assert spans_of(fitted.transcript)[:2] == [(0, 8), (10, 18)]
    assert "14:32:10" in fitted.warnings[0]


def test_words_after_the_end_are_put_at_the_last_second_and_reported() -> None:
    sounds = (Sound("music", 1790, 1900, 1), Sound("applause", 7300, 7302, 3))
    given_ = transcript((5, 9), (3600, 3700), (7300, 7305), sounds=sounds)
    fitted = fit_to_length(given_, 1800)
    assert spans_of(fitted.transcript) == [(5, 9), (1799, 1800), (1799, 1800)]
    assert [cue.text for cue in fitted.transcript.cues] == [cue.text for cue in given_.cues]
    assert [(s.start, s.end) for s in fitted.transcript.sounds] == [(1790, 1800), (1799, 1800)]
    (warning,) = fitted.warnings
    assert warning == (
        "may not be the right transcript: 2 of 3 cues start after the recording's end (1800 s): "
        "their words are put at its last second"
    )


def test_times_after_a_length_that_is_only_announced_stay() -> None:
    given_ = transcript((5, 9), (3600, 3700), (7300, 7305))
    assert expect_length(given_, 1800).transcript == given_


def test_a_long_recording_whose_transcript_begins_after_an_hour_keeps_its_times() -> None:
    given_ = transcript((3700, 3702), (5000, 5003))
    fitted = fit_to_length(given_, 5400)
    assert fitted.transcript == given_ and not fitted.warnings


def test_ends_that_are_rounded_up_are_clipped_without_a_word() -> None:
    fitted = fit_to_length(transcript((0, 4), (4, 11)), 10.2)
    assert spans_of(fitted.transcript) == [(0, 4), (4, 10.2)]
    assert not fitted.warnings


def test_a_last_cue_without_an_end_is_clipped_without_a_word() -> None:
    fitted = fit_to_length(transcript((0, 4), (4, 359999)), 10)
    assert spans_of(fitted.transcript) == [(0, 4), (4, 10)]
    assert not fitted.warnings


def test_a_cue_far_longer_than_the_recording_is_reported() -> None:
    fitted = fit_to_length(transcript((0, 1800)), 60)
    (warning,) = fitted.warnings
    assert warning == (
        "may not be the right transcript: it runs to 30:00, the recording ends at 1:00"
    )


@given(
    st.lists(st.tuples(st.floats(0, 50_000), st.floats(0, 60)), min_size=1, max_size=8),
    st.floats(0.5, 20_000),
)
def test_cues_keep_their_order_and_their_words_within_the_recording(
    cues: list[tuple[float, float]], seconds: float
) -> None:
    given_ = transcript(*((start, start + length) for start, length in sorted(cues)))
    fitted = fit_to_length(given_, seconds)
    before, after = given_.cues, fitted.transcript.cues
    assert [cue.text for cue in before] == [cue.text for cue in after]
    starts = [cue.start or 0.0 for cue in after]
    moved = [a - (b.start or 0.0) for a, b in zip(starts, before, strict=True)]
    within = [move for start, move in zip(starts, moved, strict=True) if start < seconds - 1]
    assert not within or max(within) - min(within) < 0.01
    is_moved = any("times are moved" in w for w in fitted.warnings)
    assert is_moved or all(abs(move) < 0.01 for move in within)
    assert starts == sorted(starts)
    for cue in after:
        assert cue.start is not None and cue.end is not None
        assert 0 <= cue.start <= cue.end <= seconds


@pytest.mark.parametrize(
    ("spans", "seconds", "said"),
    [
        ([(0.5, 20.0), (21.0, 400.0)], 3600.0, "ends at 6:40, the recording at 1:00:00"),
        ([(2400.0, 2405.0), (3500.0, 3590.0)], 3600.0, None),
        ([(0.5, 20.0), (21.0, 2000.0)], 3600.0, None),
        ([(0.5, 20.0)], 75.0, None),  # a short one with music at its end
        ([(0.5, 5.0)], 90.0, "ends at 0:05"),
    ],
)
def test_a_transcript_of_a_small_part_of_its_recording_is_told(
    spans: list[tuple[float, float]], seconds: float, said: str | None
) -> None:
    fitted = fit_to_length(transcript(*spans), seconds)
    assert spans_of(fitted.transcript) == spans
    if said is None:
        assert not fitted.warnings
    else:
        assert said in fitted.warnings[0] and len(fitted.warnings) == 1

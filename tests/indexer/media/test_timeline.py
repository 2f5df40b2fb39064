"""Silence is filled in where a player would wait, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.timeline import FrameTime, Timeline, clock_offset, has_times

FRAME = 0.02


def silences(times: Iterable[float | None], offset: float = 0.0) -> list[float]:
    timeline = Timeline(offset)
    return [round(timeline.silence_before(FrameTime(FRAME, t)), 3) for t in times]


def test_frames_that_follow_each_other_get_none() -> None:
    assert silences([0.0, 0.02, 0.04, 0.06]) == [0.0] * 4


def test_a_late_start_and_a_pause_are_filled() -> None:
    assert silences([15.0, 15.02, 20.04, 20.06]) == [15.0, 0.0, 5.0, 0.0]


def test_many_small_losses_are_filled_when_they_add_up() -> None:
    times = [i * FRAME * 2 for i in range(50)]  # each second packet is lost
    timeline = Timeline()
    for time in times:
        timeline.silence_before(FrameTime(FRAME, time))
        assert abs(timeline.position - (time + FRAME)) <= 0.1 + 1e-9


def test_a_joined_recording_with_a_clock_of_its_own_goes_on_where_the_first_ended() -> None:
    first = [i * FRAME for i in range(100)]
    assert silences([*first, *first]) == [0.0] * 200
    assert silences([*first, *first, 9.0]) == [0.0] * 200 + [7.0]


def test_a_clock_that_jumps_by_hours_is_set_anew() -> None:
    assert silences([0.0, 90_000.0, 90_000.02]) == [0.0, 0.0, 0.0]


def test_a_frame_without_a_time_follows_the_one_before() -> None:
    assert silences([None, 0.02, None, 1.06]) == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.slow
@given(
    st.lists(st.floats(0.0, 0.09), min_size=1, max_size=200),
    st.sampled_from([0.0, 36_000.0]),
)
def test_rounded_times_change_nothing(jitter: list[float], offset: float) -> None:
    times = [offset + i * FRAME + error for i, error in enumerate(jitter)]
    assert silences(times, offset) == [0.0] * len(times)


def test_without_times_lost_bytes_count() -> None:
    timeline = Timeline(by_bytes=True)
    before = [FrameTime(FRAME, i * FRAME, i * 100, i * 100 + 100) for i in range(10)]
    # The demuxer counts on, whatever was lost in between: its time is no use.
    after = FrameTime(FRAME, 0.2, 6_000, 6_100)
    assert [timeline.silence_before(frame) for frame in before] == [0.0] * 10
    assert timeline.silence_before(after) == pytest.approx(1.0)
    assert timeline.filled == pytest.approx(1.0)


def test_packets_that_say_that_nothing_was_said_are_a_pause_of_their_length() -> None:
    timeline = Timeline(by_bytes=True)
    for i in range(10):
        timeline.silence_before(FrameTime(FRAME, i * FRAME, i * 30, i * 30 + 30))
    for _ in range(50):
        timeline.pass_over(1, FRAME)
    assert timeline.silence_before(FrameTime(FRAME, 0.2, 350, 380)) == pytest.approx(1.0)


def played(times: list[float]) -> list[float]:
    timeline, kept = Timeline(), []
    for time in times:
        if not timeline.is_before_start(FRAME, time):
            timeline.silence_before(FrameTime(FRAME, time))
            kept.append(time)
    return kept


def test_what_lies_before_second_zero_is_not_played() -> None:
    times = [i * FRAME for i in range(-200, 10)]
    assert played(times) == [time for time in times if time >= 0]
    priming = [-0.04, -0.02, 0.0, 0.02]  # the encoder's delay: samples stay as they are decoded
    assert played(priming) == priming
    wrong_clock = [-3600.0, -3599.98]
    assert played(wrong_clock) == wrong_clock


def test_the_clock_of_a_container() -> None:
    assert clock_offset("matroska,webm", 5.0) == 0.0
    assert clock_offset("matroska,webm", 36_000.0) == 36_000.0
    assert clock_offset("mpegts", 1.4) == 1.4
    assert has_times("mov,mp4,m4a,3gp,3g2,mj2")
    assert not has_times("mp3")

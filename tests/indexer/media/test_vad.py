"""Windows cover what is to be heard, none is longer than 30 s, and silence costs nothing."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE, open_recording
from indexer.media.vad import (
    MAX_SECONDS,
    Span,
    Window,
    plan,
    span_windows,
    speech_windows,
)

pytestmark = pytest.mark.slow  # the detector of speech is a model

Samples = NDArray[np.float32]
ROUNDING = 2 / SAMPLE_RATE


def blocks_of(samples: Samples, seconds: float = 7.3) -> Iterator[Samples]:
    size = round(seconds * SAMPLE_RATE)
    for first in range(0, len(samples), size):
        yield samples[first : first + size]


def covered(windows: list[Window], start: float, end: float) -> float:
    """Seconds of start..end that lie in the windows."""
    return sum(max(0.0, min(end, w.end) - max(start, w.start)) for w in windows)


def counting(seconds: float) -> Samples:
    """Samples that tell their own position, so that a window shows where it was cut."""
    return np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32)


@st.composite
def apart(draw: st.DrawFn) -> list[Span | None]:
    """Spans of at most 30 s, in order, without overlap, with long pauses marked here and there."""
    clock, spans = 0.0, []
    for _ in range(draw(st.integers(0, 40))):
        clock += draw(st.floats(0.0, 20.0))
        length = draw(st.floats(0.05, MAX_SECONDS))
        spans.append((clock, clock + length) if draw(st.integers(0, 9)) else None)
        clock += length
    return spans


# --- the plan ---------------------------------------------------------------------------------


@given(apart())
def test_every_span_lies_in_exactly_one_planned_window(spans: list[Span | None]) -> None:
    windows = list(plan(spans))
    for span in filter(None, spans):
        assert sum(start <= span[0] and span[1] <= end for start, end in windows) == 1


@given(apart())
def test_planned_windows_are_in_order_and_at_most_thirty_seconds(spans: list[Span | None]) -> None:
    windows = list(plan(spans))
    assert all(end - start <= MAX_SECONDS + 1e-9 for start, end in windows)
    assert all(left[1] <= right[0] for left, right in pairwise(windows))


@given(apart())
def test_planned_windows_begin_and_end_with_a_span(spans: list[Span | None]) -> None:
    starts = {span[0] for span in spans if span}
    ends = {span[1] for span in spans if span}
    for start, end in plan(spans):
        assert start in starts and end in ends


def test_a_window_ends_at_the_longest_late_pause() -> None:
    spans = [(0.0, 10.0), (10.2, 20.0), (20.1, 26.0), (28.0, 29.0), (29.1, 35.0)]
    assert list(plan(spans)) == [(0.0, 26.0), (28.0, 35.0)]


def test_a_window_ends_where_a_long_pause_is_announced() -> None:
    assert list(plan([(0.0, 2.0), None, (300.0, 302.0)])) == [(0.0, 2.0), (300.0, 302.0)]


# --- timed spans ------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.floats(0, 150), st.floats(0, 80)), max_size=12),
    st.sampled_from([3.0, 30.0]),
)
def test_span_windows_cover_overlapping_and_long_spans(
    pairs: list[tuple[float, float]], block: float
) -> None:
    recording = counting(120)
    spans = sorted((start, start + length) for start, length in pairs)
    windows = list(span_windows(blocks_of(recording, block), spans))
    for window in windows:
        assert 0 < len(window.samples) <= MAX_SECONDS * SAMPLE_RATE + 1
        assert window.samples[0] == round(window.start * SAMPLE_RATE)
    assert all(a.end <= b.start + ROUNDING for a, b in pairwise(windows))
    for start, end in spans:
        inside = max(0.0, min(end, 120.0) - start)
        assert covered(windows, start, end) == pytest.approx(inside, abs=20 * ROUNDING)


def test_nothing_is_heard_outside_the_spans_but_short_pauses() -> None:
    windows = list(span_windows(blocks_of(counting(100)), [(10, 12), (70, 75)]))
    assert sum(len(w.samples) for w in windows) / SAMPLE_RATE <= 7.1


def test_spans_after_the_end_of_the_recording_give_windows_of_sound() -> None:
    windows = list(span_windows(blocks_of(counting(10)), [(20, 25)]))
    assert [(w.start, w.end, w.is_speech) for w in windows] == [(0.0, 10.0, False)]


# --- sound and speech -------------------------------------------------------------------------


def test_sound_windows_pass_over_silence() -> None:
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.standard_normal(20 * SAMPLE_RATE).astype(np.float32)
    recording = np.concatenate([noise, np.zeros(100 * SAMPLE_RATE, np.float32), noise])
    windows = list(span_windows(blocks_of(recording), []))
    assert [(w.start, w.end) for w in windows] == [(0.0, 30.0), (120.0, 140.0)]
    assert not any(w.is_speech for w in windows)
    assert list(span_windows(blocks_of(np.zeros(90 * SAMPLE_RATE, np.float32)), [])) == []


def test_speech_is_found_and_the_silence_around_it_left_out(tides: Samples, models: None) -> None:
    quiet = np.zeros(200 * SAMPLE_RATE, np.float32)
    windows = list(speech_windows(blocks_of(np.concatenate([tides, quiet, tides]))))
    length = len(tides) / SAMPLE_RATE
    second = length + 200
    assert all(len(w.samples) <= MAX_SECONDS * SAMPLE_RATE for w in windows)
    assert covered(windows, 0.4, length - 1) >= 0.93 * (length - 1.4)
    assert covered(windows, second + 0.4, second + length - 1) >= 0.93 * (length - 1.4)
    assert covered(windows, length + 1, second - 1) == 0
    assert all(a.end <= b.start + ROUNDING for a, b in pairwise(windows))


def test_speech_without_a_pause_is_cut_into_windows_that_miss_nothing(tides: Samples) -> None:
    frames = tides[: len(tides) // 320 * 320].reshape(-1, 320)
    loud = frames[np.sqrt((frames**2).mean(axis=1)) > 0.01].reshape(-1)
    breathless = np.tile(loud, 3)
    windows = list(speech_windows(blocks_of(breathless)))
    assert all(len(w.samples) <= MAX_SECONDS * SAMPLE_RATE for w in windows)
    total = len(breathless) / SAMPLE_RATE
    assert covered(windows, 0, total) >= 0.97 * total


def test_music_and_silence_hold_no_speech(music: Samples, silence: Samples) -> None:
    assert [w.is_speech for w in speech_windows(blocks_of(music))] == [False]
    assert list(speech_windows(blocks_of(silence))) == []


def test_speech_that_begins_after_long_music_is_found_after_windows_of_sound() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(SAMPLE_RATE).astype(np.float32)
    blocks = (np.tile(noise, 60) for _ in range(16))
    windows = list(span_windows(blocks, [(900.0, 905.0)]))
    assert [w.is_speech for w in windows].index(True) == len(windows) - 1 >= 20
    assert [w.start for w in windows] == [*(30.0 * i for i in range(len(windows) - 1)), 900.0]


@pytest.mark.parametrize("kind", ["speech", "spans", "sound"])
def test_half_an_hour_of_silence_is_not_kept_in_memory(kind: str) -> None:
    minute = 60 * SAMPLE_RATE
    blocks = (np.zeros(minute, np.float32) for _ in range(30))  # 115 MB together
    tracemalloc.start()
    try:
        if kind == "speech":
            list(speech_windows(blocks))
        elif kind == "spans":
            list(span_windows(blocks, [(0.0, 5.0), (1790.0, 1795.0)]))
        else:
            list(span_windows(blocks, []))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60e6


@pytest.fixture(scope="module")
def speech(demo_folder: Path) -> Samples:
    """Twelve seconds of a talk."""
    recording = open_recording(demo_folder / "recordings" / "the-waggle-dance.opus")
    with closing(recording):
        samples = np.concatenate(list(recording.blocks()))
    return samples[: 12 * SAMPLE_RATE]


@pytest.mark.parametrize("decibels", [0, -45, -60])
def test_quiet_speech_is_found_and_as_loud_as_any(speech: Samples, decibels: int) -> None:
    quiet = speech * np.float32(10 ** (decibels / 20))
    windows = list(speech_windows(blocks_of(quiet)))
    assert all(window.is_speech for window in windows)
    assert covered(windows, 0, 12) > 10
    assert max(float(np.abs(window.samples).max()) for window in windows) > 0.1


@pytest.mark.parametrize("decibels", [-40, -55, -70, -90])
def test_noise_is_no_speech_however_quiet(decibels: int) -> None:
    noise = np.random.default_rng(5).standard_normal(12 * SAMPLE_RATE).astype(np.float32)
    quiet = noise * np.float32(10 ** (decibels / 20))
    assert not any(window.is_speech for window in speech_windows(blocks_of(quiet)))

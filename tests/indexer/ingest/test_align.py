"""A transcript without times gets the times at which its sentences are spoken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.types import Cue, HeardWord
from indexer.encoders import Encoders
from indexer.ingest.align import align
from indexer.ingest.pipeline import ProcessSettings, draft_document
from indexer.ingest.source import Source
from indexer.ingest.transcribe import AudioAnalysis, transcribe
from indexer.media.decode import open_recording
from indexer.transcripts import Transcript, read_transcript

Recordings = Callable[[str], Path]

WORDS = st.sampled_from(["tide", "moon", "Moon,", "it's", "sixteen", "4,000", "...", "é", "a"])


def heard_words(text: str, start: float = 0.0, pace: float = 0.5) -> list[HeardWord]:
    return [
        HeardWord(word, start + i * pace, start + i * pace + 0.8 * pace, -0.3, 0.0)
        for i, word in enumerate(text.split())
    ]


def untimed(*texts: str) -> list[Cue]:
    return [Cue(text, None, None) for text in texts]


@pytest.fixture(scope="module")
def heard(demo_folder: Path, encoders: Encoders) -> AudioAnalysis:
    path = demo_folder / "recordings" / "the-box-that-shrank-the-world.opus"
    return transcribe(open_recording(path), encoders.speech, recogniser=encoders.recogniser)


@pytest.fixture(scope="module")
def written(demo_folder: Path) -> Transcript:
    return read_transcript(demo_folder / "recordings" / "the-box-that-shrank-the-world.vtt")


def test_sentences_of_a_real_talk_start_where_they_are_spoken(
    heard: AudioAnalysis, written: Transcript
) -> None:
    found = align(untimed(*(cue.text for cue in written.cues)), heard.words or (), heard.seconds)
    assert found.matched > 0.85
    errors = [abs(a.start - b.start) for a, b in zip(found.cues, written.cues, strict=True)]
    assert np.mean(np.array(errors) <= 1.25) >= 0.95


def test_words_that_the_recogniser_missed_take_the_time_between_their_neighbours() -> None:
    heard = [*heard_words("one two"), *heard_words("six seven", start=2.5)]
    found = align(untimed("one two", "three four five", "six seven"), heard, 10.0)
    assert found.matched == pytest.approx(4 / 7)
    before, between, after = found.cues
    assert (before.start, before.end) == (0.0, 0.9)
    assert 0.9 <= between.start < between.end <= 2.5
    assert (after.start, after.end) == (2.5, 3.4)


def test_a_pause_between_sentences_belongs_to_neither() -> None:
    heard = [*heard_words("one two"), *heard_words("three four", start=30.0)]
    first, second = align(untimed("One two.", "Three four."), heard, 40.0).cues
    assert (first.end, second.start) == (0.9, 30.0)


def test_a_word_heard_as_another_still_gives_its_time() -> None:
    found = align(untimed("a leather bag", "filled"), heard_words("a lever bag filled"), 5.0)
    assert found.cues[1].start == 1.5
    assert found.matched == 0.75


def test_cues_keep_their_words_and_speakers() -> None:
    cues = [Cue("One two.", 99.0, 100.0, "Ann"), Cue("...", None, None, "Bob")]
    found = align(cues, heard_words("one two"), 5.0)
    assert [(cue.text, cue.speaker) for cue in found.cues] == [("One two.", "Ann"), ("...", "Bob")]
    assert found.cues[0].start == 0.0


def test_where_nothing_was_heard_the_sentences_share_the_recording_by_their_length() -> None:
    found = align(untimed("aaaa", "bbbb bbbb bbbb"), [], 40.0)
    assert found.matched == 0
    assert [(cue.start, cue.end) for cue in found.cues] == [(0.0, 10.0), (10.0, 40.0)]


@pytest.mark.slow
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=8),
    st.lists(st.tuples(WORDS, st.floats(0, 3), st.floats(0, 2)), max_size=30),
    st.floats(0.5, 60),
)
def test_every_cue_gets_a_start_and_an_end_in_order_within_the_recording(
    texts: list[list[str]], said: list[tuple[str, float, float]], seconds: float
) -> None:
    clock, heard = 0.0, []
    for word, pause, length in said:
        heard.append(HeardWord(word, clock + pause, clock + pause + length, -0.3, 0.0))
        clock += pause + length
    found = align(untimed(*map(" ".join, texts)), heard, seconds)
    starts = [cue.start for cue in found.cues]
    assert starts == sorted(starts)
    assert all(0 <= cue.start <= cue.end <= seconds + 1e-3 for cue in found.cues)
    assert 0 <= found.matched <= 1


def test_a_text_of_something_else_is_a_description_and_the_recognised_words_stay(
    demo_folder: Path, encoders: Encoders, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text((demo_folder / "README.md").read_text(encoding="utf-8"), encoding="utf-8")
    recording = demo_folder / "recordings" / "why-tides-lag.opus"
    source = Source(recording, other)
    done = draft_document(source, read_transcript(other), encoders, ProcessSettings()).document
    assert done.text_source == "asr"
    assert "schoolbook" in " ".join(cue.text for cue in done.cues)
    assert done.description and "README" not in done.cues[0].text
    assert [warning for warning in done.warnings if "is it the right transcript?" in warning]
    assert all(cue.end <= done.seconds + 0.01 for cue in done.cues)


def test_the_right_transcript_gives_no_warning(
    written: Transcript, demo_folder: Path, encoders: Encoders
) -> None:
    recording = demo_folder / "recordings" / "the-box-that-shrank-the-world.opus"
    texts = untimed(*(cue.text for cue in written.cues[:5]))
    transcript = Transcript(tuple(texts), timed=False, format="plain")
    done = draft_document(Source(recording, None), transcript, encoders, ProcessSettings()).document
    assert done.warnings == ()

"""JSON of podcasts, YouTube and programs around Whisper: segments, chunks, lines and words."""

from __future__ import annotations

import pytest

from indexer.base.types import Cue
from tests.indexer.transcripts.json_files import TURNS, read_json, word


def test_podcast_json_without_ends_and_with_numbers_for_speakers(tmp_path):
    segments = [
        {"startTime": 1, "speaker": 1, "body": "We begin at the harbour today."},
        {"startTime": 4, "speaker": 0, "body": "Why?"},
        {"startTime": 900, "speaker": 1, "body": "It is late."},
    ]
    first, second, third = read_json(tmp_path, {"segments": segments}).cues
    assert (first.start, first.end, first.speaker) == (1, 4, "1")
    assert (second.start, second.speaker) == (4, "0")
    assert 4.3 < second.end < 8
    assert 900.5 < third.end < 903


def test_chunks_of_words_and_an_open_end(tmp_path):
    chunks = [
        {"text": " The", "timestamp": [0.0, 0.4]},
        {"text": " ferry.", "timestamp": [0.4, 0.9]},
        {"text": " It", "timestamp": [2.0, 2.2]},
        {"text": " left.", "timestamp": [2.2, None]},
    ]
    transcript = read_json(tmp_path, {"text": "x", "chunks": chunks})
    assert [cue.text for cue in transcript.cues] == ["The ferry.", "It left."]
    assert [(cue.start, round(cue.end, 1)) for cue in transcript.cues] == [(0.0, 0.9), (2.0, 2.6)]


def test_chunks_with_speakers_are_said_once(tmp_path):
    chunk = {"text": " We left.", "timestamp": [0.0, 1.0]}
    data = {"chunks": [chunk], "speakers": [{**chunk, "speaker": "SPEAKER_01"}]}
    assert read_json(tmp_path, data).cues == (Cue("We left.", 0.0, 1.0, "SPEAKER_01"),)


def test_a_list_of_lines_ends_each_where_the_next_starts(tmp_path):
    lines = [
        {"text": "rock &amp; roll", "start": 0.5, "duration": 4.0},
        {"text": "is late", "start": 2.0, "duration": 3.0},
    ]
    cues = (Cue("rock & roll", 0.5, 2.0), Cue("is late", 2.0, 5.0))
    assert read_json(tmp_path, lines).cues == cues
    assert read_json(tmp_path, {"snippets": lines}).cues == cues


@pytest.mark.parametrize("name", ["a.en.json3", "a.json"])
def test_json3_says_rolling_lines_once(tmp_path, name):
    events = [
        {"tStartMs": 0, "dDurationMs": 90000, "id": 1},
        {"tStartMs": 100, "dDurationMs": 4000, "segs": [{"utf8": "the"}, {"utf8": " ferry"}]},
        {"tStartMs": 2000, "dDurationMs": 2100, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 2000, "dDurationMs": 4000, "segs": [{"utf8": "left", "tOffsetMs": 0}]},
    ]
    transcript = read_json(tmp_path, {"wireMagic": "pb3", "events": events}, name)
    assert transcript.cues == (Cue("the ferry", 0.1, 2.0), Cue("left", 2.0, 6.0))


def test_text_alone_is_untimed(tmp_path):
    transcript = read_json(tmp_path, {"text": "The ferry left. It was late.", "usage": {}})
    assert not transcript.timed
    assert [cue.text for cue in transcript.cues] == ["The ferry left.", "It was late."]


def test_words_alone_are_joined(tmp_path):
    words = [word("The", 0, 0.4), word("ferry.", 0.4, 0.9), word("Late.", 1, 1.5)]
    data = {"language": "en", "text": "The ferry. Late.", "words": words}
    assert read_json(tmp_path, data).cues == (Cue("The ferry.", 0, 0.9), Cue("Late.", 1, 1.5))


def test_words_with_speakers_split_a_segment(tmp_path):
    words = [
        word("Did", 0.0, 0.5, speaker="A"),
        word("it", None, None),
        word("leave?", 1.0, 1.5, speaker="A"),
        word("At", 2.0, 2.5, speaker="B"),
        word("9,", None, None),
        word("yes.", 3.0, 3.5, speaker="B"),
    ]
    text = " Did it leave? At 9, yes."
    segment = {"start": 0, "end": 4, "text": text, "speaker": "A", "words": words}
    assert read_json(tmp_path, {"segments": [segment]}).cues == (
        Cue("Did it leave?", 0.0, 1.5, "A"),
        Cue("At 9, yes.", 2.0, 3.5, "B"),
    )


def test_a_bad_segment_costs_itself_and_a_warning(tmp_path):
    segments = [
        {"start": 0, "end": 1, "text": "One."},
        {"start": 1, "end": 2},
        {"start": 3, "end": 4, "text": "Three.", "speaker": 2},
    ]
    transcript = read_json(tmp_path, {"segments": segments})
    assert transcript.cues == (Cue("One.", 0, 1), Cue("Three.", 3, 4, "2"))
    (warning,) = transcript.warnings
    assert warning.startswith("segment 2: ")


def test_chunks_may_stand_in_a_list_alone(tmp_path):
    cues = read_json(
        tmp_path, [{"timestamp": [s, e], "text": f" {t}"} for _, t, s, e in TURNS]
    ).cues
    assert [(cue.text, cue.start, cue.end) for cue in cues] == [(t, s, e) for _, t, s, e in TURNS]

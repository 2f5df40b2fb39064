"""JSON that is no transcript is refused, and not taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indexer.transcripts import TranscriptError, read_transcript
from indexer.transcripts.reader import may_be_transcript
from tests.indexer.transcripts.json_files import read_json

NO_TRANSCRIPTS: dict[str, Any] = {
    "packages": {"name": "x", "items": [{"duration": 5, "words": "none"}], "segments": 3},
    "chapters": {"version": "1.2", "chapters": [{"startTime": 0, "title": "Jam"}]},
    "a playlist": {"items": [{"title": "Jam", "duration": 83, "start": 0, "text": 5}]},
    "comments": [
        {"text": "Good!", "start": 9, "likes": 2},
        {"text": "Bad!", "start": 5, "likes": 1},
    ],
    "a calendar": {"items": [{"start": "2024-01-05", "end": "2024-01-06", "text": "We meet"}]},
    "a heat map": {"heatmap": [{"start_time": 0, "end_time": 2, "value": 0.5}], "duration": 4},
    "moments of the world": [{"body": "x y", "begin": 1.7e9, "end": 1.7e9 + 5}],
}


@pytest.mark.parametrize("kind", NO_TRANSCRIPTS)
def test_json_that_is_no_transcript_is_named_so(tmp_path, kind):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(NO_TRANSCRIPTS[kind]), encoding="utf-8")
    with pytest.raises(TranscriptError):
        read_transcript(path)
    assert not may_be_transcript(path)


SHAPES: list[Any] = [
    {"chunks": [{"text": "x", "timestamp": 5}]},
    {"chunks": [{"text": None, "timestamp": ["a", {}]}]},
    {"events": [{"tStartMs": None, "segs": [5]}]},
    {"results": {"items": [{"type": 1, "alternatives": [1]}]}},
    {"results": {"channels": [{"alternatives": [{"words": [{"word": "x"}]}]}]}},
    {"results": [{"alternatives": [{"words": [{}]}]}]},
    {"words": [{"text": "x", "start": "y"}]},
    {"words": [{"word": "x", "start": []}]},
    [{"text": "x", "start": "1e999", "duration": True}],
    {"segments": [{"start": 1e400, "end": {}, "text": "x"}]},
    {"segments": [{"startTime": [], "body": "x"}]},
    {"text": " "},
    {"Transcript": [{"BeginOffsetMillis": "x", "Content": "words"}]},
    5,
    "x",
    [],
    None,
]


@pytest.mark.parametrize("data", SHAPES, ids=repr)
def test_other_shapes_are_refused_in_words(tmp_path, data):
    with pytest.raises(TranscriptError):
        read_json(tmp_path, data)

"""Several values of JSON in one file: a line each, or one after another."""

from __future__ import annotations

import json

import pytest

from indexer.transcripts import TranscriptError, read_transcript
from indexer.transcripts.reader import may_be_transcript
from tests.indexer.transcripts.json_files import TURNS, word


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_lines_of_json_are_read_as_their_list(tmp_path, name):
    rows = [{"start": s, "end": e, "text": t, "speaker": n} for n, t, s, e in TURNS]
    path = tmp_path / name
    path.write_text("\n".join([json.dumps(rows[0]), "{", json.dumps(rows[1])]), encoding="utf-8")
    assert may_be_transcript(path)
    transcript = read_transcript(path)
    assert [(c.speaker, c.text, c.start, c.end) for c in transcript.cues] == TURNS
    assert transcript.warnings == ("line 2: it is not valid JSON, so it is left out",)


@pytest.mark.parametrize(
    "row",
    [
        {"audio_filepath": "a.wav", "duration": 3.2, "text": "Why jam?"},
        {"query": "jam", "document": "a", "start": 1, "end": 2, "quote": "Why jam?"},
    ],
)
def test_lines_of_a_data_set_are_no_transcript(tmp_path, row):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert not may_be_transcript(path)
    with pytest.raises(TranscriptError):
        read_transcript(path)


def test_values_of_json_one_after_another_are_read_as_their_list(tmp_path):
    parts = [
        {"result": [word("the", 0.5, 0.8), word("ferry", 0.8, 1.4)], "text": "the ferry"},
        {"partial": ""},
        {"result": [word("left", 3.0, 3.4), word("late", 3.4, 4.0)], "text": "left late"},
    ]
    path = tmp_path / "a.json"
    path.write_text("\n".join(json.dumps(part, indent=2) for part in parts))
    assert may_be_transcript(path)
    cues = read_transcript(path).cues
    assert " ".join(cue.text for cue in cues) == "the ferry left late"
    assert (cues[0].start, cues[-1].end) == (0.5, 4.0)
    path.write_text(path.read_text() + "{")
    with pytest.raises(TranscriptError, match="not valid JSON"):
        read_transcript(path)

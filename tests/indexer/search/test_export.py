"""What was found, as JSON, CSV and a list of clips."""

from __future__ import annotations

import csv
import io
import json

import pytest

from indexer.search.export.csv import write as as_csv
from indexer.search.export.srt import write as as_srt
from indexer.search.results import DocumentHit, Duplicate, Hit, SearchResult
from indexer.transcripts import read_transcript

FIRST = Hit(
    document="a" * 64,
    name="talk",
    title='=HYPERLINK("x")',
    path="/talks/talk.opus",
    start=3601.25,
    end=3625.0,
    text='Tea, in a\n"carried" cup.',
    score=0.75,
    channels={"text": 0.75},
    words=("tea",),
    duplicates=(Duplicate("b" * 64, "copy", 1.0, 2.0),),
    segment=7,
    segments=(7, 8),
)
UNTIMED = Hit("c" * 64, "note", "Note", "/note.txt", None, None, "Words.", 0.5, {"text": 0.5})


@pytest.fixture
def result() -> SearchResult:
    document = DocumentHit("a" * 64, "talk", "Talk", 0.8, {"text": 0.8}, (FIRST,))
    return SearchResult((FIRST, UNTIMED), (document,), {"search": 1.0}, heard="tea")


def test_json_holds_all_but_the_ids_within(result: SearchResult) -> None:
    answer = json.loads(json.dumps(result.to_dict()))
    first = answer["hits"][0]
    assert first["also"] == [{"document": "b" * 64, "name": "copy", "start": 1.0, "end": 2.0}]
    assert first["words"] == ["tea"] and "segment" not in first and "segments" not in first
    assert answer["documents"][0]["moments"][0]["start"] == 3601.25
    assert answer["heard"] == "tea"


def test_csv_can_be_read_back_and_runs_nothing_in_a_spreadsheet(result: SearchResult) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(result))))
    assert [row["name"] for row in rows] == ["talk", "note"]
    assert rows[0]["title"] == '\'=HYPERLINK("x")' and rows[0]["text"] == FIRST.text
    assert rows[0]["start"] == "3601.25" and rows[1]["start"] == ""


def test_srt_lists_the_clips_that_have_times(result: SearchResult, tmp_path) -> None:
    path = tmp_path / "clips.srt"
    path.write_text(as_srt(result), encoding="utf-8")
    (cue,) = read_transcript(path).cues
    assert (cue.start, cue.end) == (3601.25, 3625.0)
    assert cue.text == '[/talks/talk.opus] Tea, in a "carried" cup.'


def test_nothing_found_is_an_empty_table() -> None:
    nothing = SearchResult((), (), {})
    assert as_csv(nothing).count("\n") == 1 and as_srt(nothing) == ""


def test_a_result_is_a_sequence_of_its_moments(result: SearchResult) -> None:
    assert list(result) == [FIRST, UNTIMED] and len(result) == 2
    assert result[0] is FIRST and result[1:] == (UNTIMED,)
    told = result.to_dict()
    assert told["hits"] == [hit.to_dict() for hit in result]
    assert told["documents"] == [result.documents[0].to_dict()]

"""JSON of words alone, numbers without a unit and tables without headings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.transcripts import Transcript, TranscriptError, read_transcript
from indexer.transcripts.reader import may_be_transcript


def read(folder: Path, name: str, content: Any) -> Transcript:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return read_transcript(path)


def found(transcript: Transcript) -> list[tuple[float | None, float | None, str | None, str]]:
    return [(cue.start, cue.end, cue.speaker, cue.text) for cue in transcript.cues]


def words(text: str, *said: str, language: str = "english") -> dict[str, Any]:
    timed = [{"word": word, "start": i / 2, "end": i / 2 + 0.4} for i, word in enumerate(said)]
    return {"task": "transcribe", "language": language, "text": text, "words": timed}


def test_words_have_the_punctuation_of_the_text(tmp_path):
    text = 'Hello, "world". It is Dr. Smith\'s 3.5 million-dollar idea!'
    said = ("Hello", "world", "It", "is", "Dr", "Smith's", "3.5", "million", "dollar", "idea")
    transcript = read(tmp_path, "a.json", words(text, *said))
    assert found(transcript) == [
        (0.0, 0.9, None, 'Hello, "world".'),
        (1.0, 4.9, None, "It is Dr. Smith's 3.5 million-dollar idea!"),
    ]
    assert transcript.language == "en"


def test_words_that_the_text_has_not_stay_as_they_are(tmp_path):
    transcript = read(tmp_path, "a.json", words("Something else is written.", "Hello", "world"))
    assert [cue.text for cue in transcript.cues] == ["Hello world"]


@pytest.mark.parametrize("text", ["今天天气好。", None])
def test_words_of_scripts_without_spaces_have_none(tmp_path, text):
    content = words(text, *"今天天气好", language="chinese")
    if text is None:
        del content["text"]
    transcript = read(tmp_path, "a.json", content)
    assert [cue.text.rstrip("。") for cue in transcript.cues] == ["今天天气好"]
    assert transcript.language == "zh"


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ([0, 2500, 65000], [2500, 5000, 70000], (65.0, 70.0)),
        ([0, 2, 65], [2, 5, 70], (65.0, 70.0)),
        (["0:00:00", "0:00:02.5", "0:01:05"], ["0:00:02", "0:00:05", "0:01:10.5"], (65.0, 70.5)),
    ],
    ids=["milliseconds", "seconds", "clocks"],
)
def test_times_of_segments_without_a_unit(tmp_path, start, end, seconds):
    said = ("We set out.", "The fog came in.", "A bell rang on the pier.")
    rows = [{"start": a, "end": b, "text": t} for a, b, t in zip(start, end, said, strict=True)]
    assert found(read(tmp_path, "a.json", {"segments": rows}))[2] == (*seconds, None, said[2])


@pytest.mark.parametrize("code", ["german", "deu", "de-DE", "de_AT", "German"])
def test_languages_are_named_in_many_ways(tmp_path, code):
    rows = [{"start": 0, "end": 1.5, "text": "Guten Tag."}]
    assert read(tmp_path, "a.json", {"language": code, "segments": rows}).language == "de"


@pytest.mark.parametrize(
    ("name", "content", "last"),
    [
        ("a.csv", "0.0,2.5,We set out\n2.5,5.0,The fog came in\n", (2.5, 5.0, None)),
        ("a.csv", "0,2500,We set out\n2500,5000,The fog came in\n", (2.5, 5.0, None)),
        ("a.tsv", "0\t2500\tWe set out\n2500\t5000\tThe fog came in\n", (2.5, 5.0, None)),
        (
            "a.csv",
            "00:00:00,00:00:02,Ann,We set out\n00:00:02,00:00:05,Ben,The fog came in\n",
            (2.0, 5.0, "Ben"),
        ),
        (
            "a.csv",
            "1;0:00,0;0:02,0;We set out; all\n2;0:02,5;0:05,0;The fog came in\n",
            (2.5, 5.0, None),
        ),
        ("a.csv", "Ann,0:01,We set out\nBen,0:04,The fog came in\n", (4.0, 5.4, "Ben")),
    ],
)
def test_tables_without_headings(tmp_path, name, content, last):
    transcript = read(tmp_path, name, content)
    start, end, speaker = last
    assert found(transcript)[-1] == (start, end, speaker, "The fog came in")
    assert "We set out" in transcript.cues[0].text
    assert may_be_transcript(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [
        "1,2,12 Main Street\n2,2,14 Main Street\n3,5,16 Main Street\n",
        "2021-01-01,5,on\n2021-01-02,6,off\n",
        "5,3,Too few there\n4,8,Not in order\n",
        "Ann,Berlin,a long note of words\nBen,Paris,another note of words\n",
    ],
)
def test_other_data_is_no_transcript(tmp_path, content):
    with pytest.raises(TranscriptError, match="does not name the columns"):
        read(tmp_path, "a.csv", content)
    assert not may_be_transcript(tmp_path / "a.csv")

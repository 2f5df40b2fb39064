"""JSON of services whose times or names stand in places of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indexer.base.types import Cue
from tests.indexer.transcripts.text_files import read

TURNS = [
    ("Anna", 0.5, 4.0, "Good morning to the harbour."),
    ("Ben", 4.5, 8.0, "The oranges came by ship."),
    ("Anna", 8.5, 12.0, "Nobody complained, then."),
]


def timed_words(start: float, end: float, text: str) -> list[tuple[str, float, float]]:
    words = text.split()
    step = (end - start) / len(words)
    return [(word, start + i * step, start + (i + 1) * step) for i, word in enumerate(words)]


def cues(tmp_path, data: Any) -> tuple[Cue, ...]:
    return read(tmp_path, "a.json", json.dumps(data)).cues


def day(seconds: float) -> str:
    return (
        f"2024-01-05T23:59:{50 + seconds:06.3f}Z"
        if seconds < 10
        else (f"2024-01-06T00:00:{seconds - 10:06.3f}000Z")
    )


SHAPES: dict[str, Any] = {
    "Yandex": {
        "chunks": [
            {
                "alternatives": [
                    {
                        "text": text,
                        "words": [
                            {"word": w, "startTime": f"{a:.3f}s", "endTime": f"{b:.3f}s"}
                            for w, a, b in timed_words(start, end, text)
                        ],
                    }
                ]
            }
            for _, start, end, text in TURNS
        ]
    },
    "Vosk": [
        {
            "text": text,
            "result": [
                {"word": w, "start": a, "end": b} for w, a, b in timed_words(start, end, text)
            ],
        }
        for _, start, end, text in TURNS
    ],
    "Kaltura": {
        "objects": [
            {"startTime": start * 1000, "endTime": end * 1000, "content": [{"text": text}]}
            for _, start, end, text in TURNS
        ]
    },
    "Gladia": {
        "prediction": [
            {"time_begin": start, "time_end": end, "transcription": text}
            for _, start, end, text in TURNS
        ]
    },
    "Tencent": {
        "ResultDetail": [
            {"FinalSentence": text, "StartMs": start * 1000, "EndMs": end * 1000}
            for _, start, end, text in TURNS
        ]
    },
}


@pytest.mark.parametrize("service", SHAPES)
def test_pieces_keep_their_words_and_times(tmp_path, service):
    found = cues(tmp_path, SHAPES[service])
    assert [(cue.text, cue.start) for cue in found] == [(text, at) for _, at, _, text in TURNS]
    assert [cue.end for cue in found] == pytest.approx([end for _, _, end, _ in TURNS])


def test_a_list_of_cues_needs_starts_alone(tmp_path):
    rows = [{"time": int(start * 1000), "text": text} for _, start, _, text in TURNS]
    found = cues(tmp_path, {"paragraphs": [{"cues": rows[:2]}, {"cues": rows[2:]}]})
    assert [(cue.start, cue.text) for cue in found] == [(at, text) for _, at, _, text in TURNS]


def test_times_of_the_day_are_counted_from_the_first_words(tmp_path):
    rows = [{"text": t, "startTime": day(a), "endTime": day(b)} for _, a, b, t in TURNS]
    transcript = read(tmp_path, "a.json", json.dumps({"transcriptEntries": rows}))
    found = [(cue.start, cue.end) for cue in transcript.cues]
    assert found == [(0, 3.5), (4, 7.5), (8, 11.5)]
    assert any("times are those of the day" in warning for warning in transcript.warnings)


def test_a_time_of_the_recording_comes_before_one_of_the_day(tmp_path):
    rows = [
        {"text": t, "from": {"name": n}, "startTime": day(a), "endTime": day(b), "timeOffset": a}
        | {"duration": b - a}
        for n, a, b, t in TURNS
    ]
    found = cues(tmp_path, {"messages": rows})
    assert [(cue.speaker, cue.start, cue.end, cue.text) for cue in found] == TURNS


def test_who_speaks_may_be_an_object(tmp_path):
    rows = [
        {"start": a, "end": b, "text": t, "speaker": {"label": str(i), "name": n}}
        for i, (n, a, b, t) in enumerate(TURNS)
    ]
    assert [cue.speaker for cue in cues(tmp_path, {"segments": rows})] == ["Anna", "Ben", "Anna"]
    for row in rows:
        row["diarization"] = {"label": row.pop("speaker")["label"]}
    assert [cue.speaker for cue in cues(tmp_path, {"segments": rows})] == ["0", "1", "2"]


def test_words_have_the_punctuation_of_the_text_beside_them(tmp_path):
    words = [
        {"word": w.strip(".,"), "start": a, "end": b}
        for _, start, end, text in TURNS
        for w, a, b in timed_words(start, end, text)
    ]
    data = {"transcript": " ".join(text for *_, text in TURNS), "words": words}
    assert [cue.text for cue in cues(tmp_path, data)] == [text for *_, text in TURNS]

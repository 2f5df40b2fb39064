"""JSON of an unknown kind, read by what its keys mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indexer.transcripts import read_transcript
from indexer.transcripts.reader import may_be_transcript
from tests.indexer.transcripts.json_files import TURNS, WORDS, read_json
from tests.indexer.transcripts.text_files import read


def rev_elements(words: list[tuple[str, float, float]]) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = []
    for text, start, end in words:
        elements += [
            {"type": "punct", "value": " "},
            {"type": "text", "value": text.rstrip("?."), "ts": start, "end_ts": end},
        ]
        elements += [{"type": "punct", "value": text[-1]}] if text[-1] in "?." else []
    return elements[1:]


OTHERS: dict[str, Any] = {
    "Rev AI": {
        "monologues": [
            {"speaker": name, "elements": rev_elements(words)}
            for (name, _, _, _), words in zip(TURNS, WORDS, strict=True)
        ]
    },
    "Speechmatics": {
        "format": "2.9",
        "results": [
            {
                "type": "word",
                "start_time": start,
                "end_time": end,
                "alternatives": [{"content": text, "confidence": 1, "speaker": name}],
            }
            for (name, _, _, _), words in zip(TURNS, WORDS, strict=True)
            for text, start, end in words
        ],
    },
    "Azure": {
        "combinedRecognizedPhrases": [{"display": "Why jam? It is sweet."}],
        "recognizedPhrases": [
            {
                "speaker": name,
                "offset": f"PT{start}S",
                "duration": f"PT{end - start:.2f}S",
                "offsetInTicks": start * 1e7,
                "nBest": [{"lexical": text.lower(), "display": text}],
            }
            for name, text, start, end in TURNS
        ],
    },
    "phrases in milliseconds": {
        "durationMilliseconds": 5000,
        "phrases": [
            {
                "speaker": name,
                "offsetMilliseconds": int(start * 1000),
                "durationMilliseconds": round((end - start) * 1000),
                "text": text,
            }
            for name, text, start, end in TURNS
        ],
    },
    "Premiere": {
        "segments": [
            {
                "start": start,
                "duration": end - start,
                "speaker": f"id-{name}",
                "words": [{"text": word, "start": a, "duration": b - a} for word, a, b in words],
            }
            for (name, _, start, end), words in zip(TURNS, WORDS, strict=True)
        ],
        "speakers": [{"id": f"id-{name}", "name": name} for name, _, _, _ in TURNS],
    },
    "Fireflies": [
        {
            "sentence": text,
            "startTime": f"00:0{start}",
            "endTime": f"00:0{end}",
            "speaker_name": name,
        }
        for name, text, start, end in TURNS
    ],
    "DOTe": {
        "lines": [
            {
                "startTime": f"00:00:0{start}00".replace(".", ","),
                "endTime": f"00:00:0{end}00".replace(".", ","),
                "speakerDesignation": name,
                "text": text,
            }
            for name, text, start, end in TURNS
        ]
    },
    "a name in an object": {
        "transcripts": [
            {
                "start": int(s * 1000),
                "end": int(e * 1000),
                "text": t,
                "speaker": {"name": n, "id": "x"},
            }
            for n, t, s, e in TURNS
        ]
    },
}


@pytest.mark.parametrize("service", OTHERS)
def test_other_services_are_read_by_what_their_keys_mean(tmp_path, service):
    transcript = read_json(tmp_path, OTHERS[service])
    assert [
        (cue.speaker, cue.text, round(cue.start or 0, 2), round(cue.end or 0, 2))
        for cue in transcript.cues
    ] == TURNS
    (warning,) = transcript.warnings
    assert "of an unknown kind" in warning


def test_words_may_be_a_list_of_lines(tmp_path):
    """As forced aligners write them, aeneas for one: times as texts, the words line by line."""
    fragments = [
        {"id": "f1", "begin": "0.000", "end": "2.680", "language": "en", "lines": ["The first"]},
        {"id": "f2", "begin": "2.680", "end": "5.880", "lines": ["and the second,", "twice."]},
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"fragments": fragments}))
    cues = read_transcript(path).cues
    assert [(c.start, c.end, c.text.split()) for c in cues] == [
        (0.0, 2.68, ["The", "first"]),
        (2.68, 5.88, ["and", "the", "second,", "twice."]),
    ]


def test_words_with_times_alone_are_read_without_speakers(tmp_path):
    vosk = [
        {
            "result": [{"conf": 1, "start": a, "end": b, "word": word} for word, a, b in words],
            "text": " ".join(word for word, _, _ in words),
        }
        for words in WORDS
    ]
    cues = read_json(tmp_path, vosk).cues
    assert [(cue.text, cue.start, cue.speaker) for cue in cues] == [
        ("Why jam?", 1.0, None),
        ("It is sweet.", 2.0, None),
    ]


SAID = [("Anna", "We set out at dawn with the tide.", 1, 4), ("Ben", "The fog came in.", 5, 8)]


TIMED = {
    "otter, in samples": {
        "speech": {
            "transcripts": [
                {
                    "speaker_id": n,
                    "transcript": t,
                    "start_offset": s * 16000,
                    "end_offset": e * 16000,
                }
                for n, t, s, e in SAID
            ]
        }
    },
    "funasr": [
        {
            "text": "",
            "timestamp": [[1000, 4000]],
            "sentence_info": [
                {"spk": n, "text": t, "start": s * 1000, "end": e * 1000} for n, t, s, e in SAID
            ],
        }
    ],
    "teams": {
        "entries": [
            {
                "speakerDisplayName": n,
                "text": t,
                "startOffset": f"00:00:0{s}.0000000",
                "endOffset": f"00:00:0{e}.0000000",
            }
            for n, t, s, e in SAID
        ]
    },
    "podlove": [
        {"speaker": str(i), "voice": n, "text": t, "start": f"00:00:0{s}.000", "end": f"00:00:0{e}"}
        for i, (n, t, s, e) in enumerate(SAID)
    ],
    "clocks": [{"speaker": n, "text": t, "timestamp": f"00:0{s}"} for n, t, s, _ in SAID],
}


@pytest.mark.parametrize("service", TIMED)
def test_times_and_names_of_other_services(tmp_path, service):
    cues = read_json(tmp_path, TIMED[service]).cues
    assert [(cue.speaker, cue.text, cue.start) for cue in cues] == [s[:3] for s in SAID]
    assert service == "clocks" or [cue.end for cue in cues] == [s[3] for s in SAID]


def test_speakers_of_paragraphs_are_those_of_their_words(tmp_path):
    words = [
        {"text": text, "start": start, "end": start + 0.5}
        for start, text in [(0.5, "Good"), (1.0, "morning."), (5.0, "Hello"), (5.5, "there.")]
    ]
    paragraphs = [{"start": 0.5, "end": 1.5, "speaker": "Anna"}]
    paragraphs.append({"start": 5.0, "end": 6.0, "speaker": "Ben"})
    cues = read_json(tmp_path, {"words": words, "paragraphs": paragraphs}).cues
    said = [(cue.speaker, cue.text, cue.start) for cue in cues]
    assert said == [("Anna", "Good morning.", 0.5), ("Ben", "Hello there.", 5.0)]


def test_lists_of_two_times_and_words_are_read_by_their_places(tmp_path):
    transcript = read(tmp_path, "a.json", '[[0, 2.5, "The ferry was late."], [3, 4, "Gone."]]')
    assert [(cue.text, cue.start, cue.end) for cue in transcript.cues] == [
        ("The ferry was late.", 0.0, 2.5),
        ("Gone.", 3.0, 4.0),
    ]
    assert "lists of times and words" in transcript.warnings[0]
    outline = tmp_path / "b.json"
    outline.write_text('{"shape": [[0.5, 12.25, "m"], [12.5, 13.0, "l"]], "at": [[1, 2]]}')
    assert may_be_transcript(tmp_path / "a.json") and not may_be_transcript(outline)

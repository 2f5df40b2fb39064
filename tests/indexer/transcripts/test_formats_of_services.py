"""JSON of recognition services and of YouTube: each word once, with its time and its speaker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.base.types import Cue
from indexer.transcripts import Transcript, TranscriptError, read_transcript
from indexer.transcripts.reader import may_be_transcript


def read(folder: Path, data: Any, name: str = "a.json") -> Transcript:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return read_transcript(path)


def word(text: str, start: float | None, end: float | None, **more: Any) -> dict[str, Any]:
    times = {"start": start, "end": end} if start is not None else {}
    return {"word": text, **times, **more}


def test_podcast_json_without_ends_and_with_numbers_for_speakers(tmp_path):
    segments = [
        {"startTime": 1, "speaker": 1, "body": "We begin at the harbour today."},
        {"startTime": 4, "speaker": 0, "body": "Why?"},
        {"startTime": 900, "speaker": 1, "body": "It is late."},
    ]
    first, second, third = read(tmp_path, {"segments": segments}).cues
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
    transcript = read(tmp_path, {"text": "x", "chunks": chunks})
    assert [cue.text for cue in transcript.cues] == ["The ferry.", "It left."]
    assert [(cue.start, round(cue.end, 1)) for cue in transcript.cues] == [(0.0, 0.9), (2.0, 2.6)]


def test_chunks_with_speakers_are_said_once(tmp_path):
    chunk = {"text": " We left.", "timestamp": [0.0, 1.0]}
    data = {"chunks": [chunk], "speakers": [{**chunk, "speaker": "SPEAKER_01"}]}
    assert read(tmp_path, data).cues == (Cue("We left.", 0.0, 1.0, "SPEAKER_01"),)


def test_a_list_of_lines_ends_each_where_the_next_starts(tmp_path):
    lines = [
        {"text": "rock &amp; roll", "start": 0.5, "duration": 4.0},
        {"text": "is late", "start": 2.0, "duration": 3.0},
    ]
    cues = (Cue("rock & roll", 0.5, 2.0), Cue("is late", 2.0, 5.0))
    assert read(tmp_path, lines).cues == cues
    assert read(tmp_path, {"snippets": lines}).cues == cues


@pytest.mark.parametrize("name", ["a.en.json3", "a.json"])
def test_json3_says_rolling_lines_once(tmp_path, name):
    events = [
        {"tStartMs": 0, "dDurationMs": 90000, "id": 1},
        {"tStartMs": 100, "dDurationMs": 4000, "segs": [{"utf8": "the"}, {"utf8": " ferry"}]},
        {"tStartMs": 2000, "dDurationMs": 2100, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 2000, "dDurationMs": 4000, "segs": [{"utf8": "left", "tOffsetMs": 0}]},
    ]
    transcript = read(tmp_path, {"wireMagic": "pb3", "events": events}, name)
    assert transcript.cues == (Cue("the ferry", 0.1, 2.0), Cue("left", 2.0, 6.0))


def test_text_alone_is_untimed(tmp_path):
    transcript = read(tmp_path, {"text": "The ferry left. It was late.", "usage": {}})
    assert not transcript.timed
    assert [cue.text for cue in transcript.cues] == ["The ferry left.", "It was late."]


def test_words_alone_are_joined(tmp_path):
    words = [word("The", 0, 0.4), word("ferry.", 0.4, 0.9), word("Late.", 1, 1.5)]
    data = {"language": "en", "text": "The ferry. Late.", "words": words}
    assert read(tmp_path, data).cues == (Cue("The ferry.", 0, 0.9), Cue("Late.", 1, 1.5))


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
    assert read(tmp_path, {"segments": [segment]}).cues == (
        Cue("Did it leave?", 0.0, 1.5, "A"),
        Cue("At 9, yes.", 2.0, 3.5, "B"),
    )


def test_a_bad_segment_costs_itself_and_a_warning(tmp_path):
    segments = [
        {"start": 0, "end": 1, "text": "One."},
        {"start": 1, "end": 2},
        {"start": 3, "end": 4, "text": "Three.", "speaker": 2},
    ]
    transcript = read(tmp_path, {"segments": segments})
    assert transcript.cues == (Cue("One.", 0, 1), Cue("Three.", 3, 4, "2"))
    (warning,) = transcript.warnings
    assert warning.startswith("segment 2: ")


def amazon(*items: tuple[str, str | None, str | None]) -> dict[str, Any]:
    listed = []
    for said, start, name in items:
        item: dict[str, Any] = {"alternatives": [{"content": said}]}
        if start is None:
            item["type"] = "punctuation"
        else:
            end = str(float(start) + 0.25)
            item |= {"type": "pronunciation", "start_time": start, "end_time": end}
        listed.append(item | ({"speaker_label": name} if name else {}))
    return {"results": {"transcripts": [{"transcript": "x"}], "items": listed}}


def test_amazon_punctuation_joins_its_word_and_speakers_part(tmp_path):
    data = amazon(
        ("The", "1.0", "spk_0"),
        ("ferry", "1.5", "spk_0"),
        (".", None, None),
        ("Yes", "4.0", "spk_1"),
    )
    cues = (Cue("The ferry.", 1.0, 1.75, "spk_0"), Cue("Yes", 4.0, 4.25, "spk_1"))
    assert read(tmp_path, data).cues == cues
    # An older form has the speakers apart from the items.
    for item in data["results"]["items"]:
        item.pop("speaker_label", None)
    data["results"]["speaker_labels"] = {
        "segments": [
            {"speaker_label": name, "items": [{"start_time": t, "speaker_label": name} for t in ts]}
            for name, ts in (("spk_0", ["1.0", "1.5"]), ("spk_1", ["4.0"]))
        ]
    }
    assert read(tmp_path, data).cues == cues


def google(*words: tuple[str, str, str, int]) -> dict[str, Any]:
    keys = ("word", "startTime", "endTime", "speakerTag")
    listed = [dict(zip(keys, each, strict=True)) for each in words]
    for each in listed:
        if not each["speakerTag"]:
            del each["speakerTag"]
    return {"alternatives": [{"transcript": "x", "words": listed}]}


def test_google_repeats_all_words_in_its_last_result(tmp_path):
    results = [
        google(("The", "0s", "0.400s", 0), ("ferry.", "0.400s", "1s", 0)),
        google(("Yes.", "2s", "2.500s", 0)),
        google(("The", "0s", "0.400s", 1), ("ferry.", "0.4s", "1s", 1), ("Yes.", "2s", "2.5s", 2)),
    ]
    cues = (Cue("The ferry.", 0.0, 1.0, "1"), Cue("Yes.", 2.0, 2.5, "2"))
    assert read(tmp_path, {"results": results}).cues == cues
    assert read(tmp_path, {"name": "1", "response": {"results": results}}).cues == cues
    assert len(read(tmp_path, {"results": results[:2]}).cues) == 2


def test_deepgram_and_assemblyai(tmp_path):
    words = [
        word("the", 0.5, 0.75, punctuated_word="The", speaker=0),
        word("ferry", 0.75, 1.0, punctuated_word="ferry.", speaker=0),
        word("yes", 2.0, 2.5, punctuated_word="Yes.", speaker=1),
    ]
    channels = [{"alternatives": [{"transcript": "x", "words": words}]}]
    cues = (Cue("The ferry.", 0.5, 1.0, "0"), Cue("Yes.", 2.0, 2.5, "1"))
    assert read(tmp_path, {"metadata": {}, "results": {"channels": channels}}).cues == cues
    said = [
        {
            "text": each["punctuated_word"],
            "start": int(each["start"] * 1000),
            "end": int(each["end"] * 1000),
            "speaker": str(each["speaker"]),
        }
        for each in words
    ]
    data = {"audio_url": "x", "text": "The ferry. Yes.", "words": said, "utterances": None}
    assert read(tmp_path, data).cues == cues


WORDS = [
    [("Why", 1.0, 1.2), ("jam?", 1.2, 1.6)],
    [("It", 2.0, 2.1), ("is", 2.1, 2.3), ("sweet.", 2.3, 2.8)],
]
TURNS = [("Ann", "Why jam?", 1.0, 1.6), ("Bob", "It is sweet.", 2.0, 2.8)]


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
    transcript = read(tmp_path, OTHERS[service])
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


def watson(final: bool = True) -> dict[str, Any]:
    def result(words: list[tuple[str, float, float]], is_final: bool) -> dict[str, Any]:
        said = " ".join(word for word, _, _ in words)
        timestamps = [list(word) for word in words] + [["%HESITATION", 9.0, 9.1]]
        return {
            "final": is_final,
            "alternatives": [
                {"transcript": f"{said} ", "timestamps": timestamps},
                {"transcript": "Why ham?"},
            ],
        }

    labels = [
        {"from": start, "to": end, "speaker": number, "confidence": 0.5, "final": False}
        for number, words in enumerate(WORDS)
        for _, start, end in words
    ]
    results = [result(words, True) for words in WORDS]
    results += [] if final else [result([("Why", 1.0, 1.2)], False)]
    return {"result_index": 0, "results": results, "speaker_labels": labels}


@pytest.mark.parametrize(
    "data",
    [
        watson(),
        watson(final=False),
        {"id": "x", "status": "completed", "results": [watson()]},
    ],
)
def test_watson_s_words_speakers_and_final_results(tmp_path, data):
    cues = read(tmp_path, data).cues
    assert [(c.speaker, c.text, c.start, c.end) for c in cues] == [
        ("0", "Why jam?", 1.0, 1.6),
        ("1", "It is sweet.", 2.0, 2.8),
    ]


def test_results_without_any_times_are_not_given_some(tmp_path):
    results = [{"alternatives": [{"transcript": f"{t} "}], "final": True} for _, t, _, _ in TURNS]
    transcript = read(tmp_path, {"results": results})
    assert not transcript.timed
    assert [(cue.text, cue.start) for cue in transcript.cues] == [(t, None) for _, t, _, _ in TURNS]


def test_results_of_azure_s_recogniser_count_in_ticks(tmp_path):
    results = [
        {
            "RecognitionStatus": "Success",
            "Offset": round(start * 1e7),
            "Duration": round((end - start) * 1e7),
            "DisplayText": text,
        }
        for _, text, start, end in TURNS
    ]
    cues = read(tmp_path, results).cues
    assert [(c.text, round(c.start, 2), round(c.end, 2)) for c in cues] == [
        (text, start, end) for _, text, start, end in TURNS
    ]


def test_words_with_times_alone_are_read_without_speakers(tmp_path):
    vosk = [
        {
            "result": [{"conf": 1, "start": a, "end": b, "word": word} for word, a, b in words],
            "text": " ".join(word for word, _, _ in words),
        }
        for words in WORDS
    ]
    cues = read(tmp_path, vosk).cues
    assert [(cue.text, cue.start, cue.speaker) for cue in cues] == [
        ("Why jam?", 1.0, None),
        ("It is sweet.", 2.0, None),
    ]


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


def test_a_comma_without_a_speaker_does_not_end_a_cue(tmp_path):
    def item(kind: str, text: str, **times: str) -> dict[str, Any]:
        return {"type": kind, "alternatives": [{"content": text}], **times}

    items = [
        item("pronunciation", "Jam", start_time="1.0", end_time="1.3", speaker_label="spk_0"),
        item("punctuation", ","),
        item("pronunciation", "please", start_time="1.3", end_time="1.6", speaker_label="spk_0"),
        item("punctuation", "."),
    ]
    assert read(tmp_path, {"results": {"items": items}}).cues == (
        Cue("Jam, please.", 1.0, 1.6, "spk_0"),
    )


@pytest.mark.parametrize(
    "word",
    [
        lambda text, a, b: {"word": text, "start_time": f"{a}s", "end_time": f"{b}s"},
        lambda text, a, b: {
            "word": text,
            "startTime": {"seconds": str(int(a)), "nanos": int(a % 1 * 1e9)},
            "endTime": {"seconds": str(int(b)), "nanos": int(b % 1 * 1e9)},
        },
    ],
)
def test_google_s_clients_write_times_in_other_ways(tmp_path, word):
    results = [
        {"alternatives": [{"transcript": "x", "words": [word(*each) for each in words]}]}
        for words in WORDS
    ]
    cues = read(tmp_path, {"results": results}).cues
    assert [(cue.text, round(cue.start, 2)) for cue in cues] == [
        ("Why jam?", 1.0),
        ("It is sweet.", 2.0),
    ]


def test_chunks_may_stand_in_a_list_alone(tmp_path):
    cues = read(tmp_path, [{"timestamp": [s, e], "text": f" {t}"} for _, t, s, e in TURNS]).cues
    assert [(cue.text, cue.start, cue.end) for cue in cues] == [(t, s, e) for _, t, s, e in TURNS]


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
        read(tmp_path, data)


def test_video_indexer_s_lines_have_their_times_and_names_elsewhere(tmp_path):
    lines = [
        {
            "id": number,
            "text": text,
            "speakerId": number,
            "instances": [{"start": f"0:00:0{number}.5", "end": f"0:00:0{number + 1}.25"}],
        }
        for number, text in ((1, "The ferry is late."), (2, "Nobody knows why."))
    ]
    speakers = [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}]
    insights = {"transcript": lines, "ocr": [{"id": 1, "text": "EXIT"}], "speakers": speakers}
    transcript = read(tmp_path, {"name": "x", "videos": [{"insights": insights}]})
    assert transcript.cues == (
        Cue("The ferry is late.", 1.5, 2.25, "Ann"),
        Cue("Nobody knows why.", 2.5, 3.25, "Bob"),
    )


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


def amazon_channels(older: bool) -> dict[str, Any]:
    """Two people who talk at once, each on a channel."""
    channels: list[list[dict[str, Any]]] = [
        [
            {
                "start_time": str(start),
                "end_time": str(start + 1),
                "type": "pronunciation",
                "alternatives": [{"content": text}],
                "channel_label": f"ch_{channel}",
            }
            for start, text in said
        ]
        for channel, said in enumerate([[(0, "Hello"), (2, "there.")], [(1, "Who"), (3, "calls?")]])
    ]
    results: dict[str, Any] = {
        "items": sorted([*channels[0], *channels[1]], key=lambda i: i["start_time"])
    }
    if older:
        results["channel_labels"] = {
            "channels": [
                {"channel_label": items[0]["channel_label"], "items": items} for items in channels
            ]
        }
        results["items"] = [
            {k: v for k, v in item.items() if k != "channel_label"} for item in results["items"]
        ]
    return {"jobName": "a", "results": results}


@pytest.mark.parametrize("older", [True, False])
def test_channels_of_amazon_are_not_mixed(tmp_path, older):
    cues = read(tmp_path, amazon_channels(older)).cues
    said = [(cue.speaker, cue.text, cue.start) for cue in cues]
    assert said == [("ch_0", "Hello there.", 0.0), ("ch_1", "Who calls?", 1.0)]


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
    cues = read(tmp_path, TIMED[service]).cues
    assert [(cue.speaker, cue.text, cue.start) for cue in cues] == [s[:3] for s in SAID]
    assert service == "clocks" or [cue.end for cue in cues] == [s[3] for s in SAID]


def test_speakers_of_paragraphs_are_those_of_their_words(tmp_path):
    words = [
        {"text": text, "start": start, "end": start + 0.5}
        for start, text in [(0.5, "Good"), (1.0, "morning."), (5.0, "Hello"), (5.5, "there.")]
    ]
    paragraphs = [{"start": 0.5, "end": 1.5, "speaker": "Anna"}]
    paragraphs.append({"start": 5.0, "end": 6.0, "speaker": "Ben"})
    cues = read(tmp_path, {"words": words, "paragraphs": paragraphs}).cues
    said = [(cue.speaker, cue.text, cue.start) for cue in cues]
    assert said == [("Anna", "Good morning.", 0.5), ("Ben", "Hello there.", 5.0)]

"""JSON of recognition services: each word once, with its time and its speaker."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.base.types import Cue
from tests.indexer.transcripts.json_files import TURNS, WORDS, read_json, word


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
    assert read_json(tmp_path, data).cues == cues
    # An older form has the speakers apart from the items.
    for item in data["results"]["items"]:
        item.pop("speaker_label", None)
    data["results"]["speaker_labels"] = {
        "segments": [
            {"speaker_label": name, "items": [{"start_time": t, "speaker_label": name} for t in ts]}
            for name, ts in (("spk_0", ["1.0", "1.5"]), ("spk_1", ["4.0"]))
        ]
    }
    assert read_json(tmp_path, data).cues == cues


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
    assert read_json(tmp_path, {"results": results}).cues == cues
    assert read_json(tmp_path, {"name": "1", "response": {"results": results}}).cues == cues
    assert len(read_json(tmp_path, {"results": results[:2]}).cues) == 2


def test_deepgram_and_assemblyai(tmp_path):
    words = [
        word("the", 0.5, 0.75, punctuated_word="The", speaker=0),
        word("ferry", 0.75, 1.0, punctuated_word="ferry.", speaker=0),
        word("yes", 2.0, 2.5, punctuated_word="Yes.", speaker=1),
    ]
    channels = [{"alternatives": [{"transcript": "x", "words": words}]}]
    cues = (Cue("The ferry.", 0.5, 1.0, "0"), Cue("Yes.", 2.0, 2.5, "1"))
    assert read_json(tmp_path, {"metadata": {}, "results": {"channels": channels}}).cues == cues
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
    assert read_json(tmp_path, data).cues == cues


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
    cues = read_json(tmp_path, data).cues
    assert [(c.speaker, c.text, c.start, c.end) for c in cues] == [
        ("0", "Why jam?", 1.0, 1.6),
        ("1", "It is sweet.", 2.0, 2.8),
    ]


def test_results_without_any_times_are_not_given_some(tmp_path):
    results = [{"alternatives": [{"transcript": f"{t} "}], "final": True} for _, t, _, _ in TURNS]
    transcript = read_json(tmp_path, {"results": results})
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
    cues = read_json(tmp_path, results).cues
    assert [(c.text, round(c.start, 2), round(c.end, 2)) for c in cues] == [
        (text, start, end) for _, text, start, end in TURNS
    ]


def test_a_comma_without_a_speaker_does_not_end_a_cue(tmp_path):
    def item(kind: str, text: str, **times: str) -> dict[str, Any]:
        return {"type": kind, "alternatives": [{"content": text}], **times}

    items = [
        item("pronunciation", "Jam", start_time="1.0", end_time="1.3", speaker_label="spk_0"),
        item("punctuation", ","),
        item("pronunciation", "please", start_time="1.3", end_time="1.6", speaker_label="spk_0"),
        item("punctuation", "."),
    ]
    assert read_json(tmp_path, {"results": {"items": items}}).cues == (
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
    cues = read_json(tmp_path, {"results": results}).cues
    assert [(cue.text, round(cue.start, 2)) for cue in cues] == [
        ("Why jam?", 1.0),
        ("It is sweet.", 2.0),
    ]


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
    transcript = read_json(tmp_path, {"name": "x", "videos": [{"insights": insights}]})
    assert transcript.cues == (
        Cue("The ferry is late.", 1.5, 2.25, "Ann"),
        Cue("Nobody knows why.", 2.5, 3.25, "Bob"),
    )


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
    cues = read_json(tmp_path, amazon_channels(older)).cues
    said = [(cue.speaker, cue.text, cue.start) for cue in cues]
    assert said == [("ch_0", "Hello there.", 0.0), ("ch_1", "Who calls?", 1.0)]

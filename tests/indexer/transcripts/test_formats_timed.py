"""WebVTT, SRT and JSON become the cues that their authors meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.base.types import Cue
from indexer.transcripts import Transcript, read_transcript


def read(folder: Path, name: str, content: str | bytes) -> Transcript:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_transcript(path)


def texts(transcript: Transcript) -> list[str]:
    return [cue.text for cue in transcript.cues]


def spoken(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in transcript.cues]


# --- WebVTT ---------------------------------------------------------------------------------

VTT = """WEBVTT - A talk
Language: en

NOTE written by
somebody

STYLE
::cue { color: red }

REGION
id:fred

intro
00:01.000 --> 00:04.250 align:start position:0%
<v.loud Fred Smith>Hi, I&#39;m <i>Fred</i> &amp; co
on two lines</v>

01:00:02.500 --> 01:00:05.000
<v Ann>Yes.</v> <v Bob>No, 1 < 2 &39;

00:09.000 --> 00:10.000
<c.yellow><00:00:09.500>plain</c>
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_vtt_voices_tags_entities_notes_and_settings(tmp_path, newline, mark):
    transcript = read(tmp_path, "talk.vtt", mark + VTT.replace("\n", newline))
    assert transcript.timed
    assert transcript.format == "vtt"
    assert transcript.language == "en"
    assert transcript.cues == (
        Cue("Hi, I'm Fred & co on two lines", 1.0, 4.25, "Fred Smith"),
        Cue("plain", 9.0, 10.0),
        Cue("Yes.", 3602.5, 3605.0, "Ann"),
        Cue("No, 1 < 2 '", 3602.5, 3605.0, "Bob"),
    )


def test_rolling_captions_say_each_line_once(tmp_path):
    rolling = """WEBVTT
Kind: captions

00:00:00.000 --> 00:00:02.000
 
so<00:00:00.500><c> hello</c>

00:00:02.000 --> 00:00:02.010
so hello
 

00:00:02.010 --> 00:00:04.000
so hello
and<00:00:02.500><c> welcome</c>
"""
    assert texts(read(tmp_path, "talk.vtt", rolling)) == ["so hello", "and welcome"]


def test_overlapping_and_unordered_cues_are_sorted_and_kept(tmp_path):
    content = (
        "WEBVTT\n\n00:05.000 --> 00:09.000\nlater\n\n"
        "00:01.000 --> 00:06.000\nfirst\n\n00:01.000 --> 00:06.000\nsecond\n"
    )
    assert texts(read(tmp_path, "a.vtt", content)) == ["first", "second", "later"]


# --- SRT ------------------------------------------------------------------------------------


def test_srt_decimals_tags_blank_lines_and_missing_numbers(tmp_path):
    content = (
        "\n1\n00:00:01.500 --> 00:00:02,000\n{\\an8}<i>Hello</i> there\n\nafter a blank line\n\n"
        "00:00:03,000 --> 00:00:04,000\nno number\n2024\n\n"
        "3\n00:05,5 --> 00:06,000\nshort times\n"
    )
    transcript = read(tmp_path, "a.srt", content)
    assert transcript.format == "srt"
    assert transcript.cues == (
        Cue("Hello there after a blank line", 1.5, 2.0),
        Cue("no number 2024", 3.0, 4.0),
        Cue("short times", 5.5, 6.0),
    )


def srt_of(*lines: str) -> str:
    return "\n".join(
        f"{i}\n00:00:{i:02d},000 --> 00:00:{i:02d},900\n{line}\n" for i, line in enumerate(lines)
    )


def test_srt_speaker_prefixes(tmp_path):
    content = srt_of(
        "JANE DOE: Good evening.",
        "[SPEAKER_01]: Hi.",
        ">> Anna: One.",
        "Anna: Two.",
        "Remember: once is no name.",
        "NOTE: no name either.",
    )
    assert spoken(read(tmp_path, "a.srt", content)) == [
        ("JANE DOE", "Good evening."),
        ("SPEAKER_01", "Hi."),
        ("Anna", "One."),
        ("Anna", "Two."),
        (None, "Remember: once is no name."),
        (None, "NOTE: no name either."),
    ]


# --- round trip -----------------------------------------------------------------------------

word = st.text(st.characters(categories=("Lu", "Ll", "Nd", "Lo")), min_size=1, max_size=8)
lines = st.lists(st.lists(word, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=3)
# A line of digits alone is a cue number in SRT, so each text begins with a letter.
payload = lines.map(lambda parts: [f"a{part}" for part in parts])
# What has no length lasts as long as its words, which test_damaged_captions holds.
cue = st.tuples(st.integers(0, 40_000_000), st.integers(1, 60_000), payload)


def clock(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"


@pytest.mark.slow
@pytest.mark.parametrize(("extension", "mark"), [("vtt", "."), ("srt", ",")])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cues=st.lists(cue, min_size=1, max_size=12))
def test_written_captions_read_back_the_same(tmp_path, extension, mark, cues):
    blocks = ["WEBVTT\n"] if extension == "vtt" else []
    # The same words at the same time are said once, so every cue has a word of its own.
    cues = [
        (start, length, [f"a{number}x {parts[0]}", *parts[1:]])
        for number, (start, length, parts) in enumerate(cues)
    ]
    for number, (start, length, parts) in enumerate(cues, start=1):
        times = f"{clock(start, mark)} --> {clock(start + length, mark)}"
        blocks.append("\n".join([str(number), times, *parts, ""]))
    transcript = read(tmp_path, f"a.{extension}", "\n".join(blocks))
    expected = sorted(
        ((start / 1000, (start + length) / 1000, " ".join(parts)) for start, length, parts in cues),
        key=lambda cue: cue[:2],
    )
    assert [cue.text for cue in transcript.cues] == [text for _, _, text in expected]
    times = [time for cue in transcript.cues for time in (cue.start, cue.end)]
    assert times == pytest.approx([time for cue in expected for time in cue[:2]])


# --- JSON -----------------------------------------------------------------------------------


def test_whisper_json_keeps_probabilities_and_language(tmp_path):
    data = {
        "language": "de",
        "segments": [
            {"start": 0, "end": 2.5, "text": " Guten Tag.", "avg_logprob": -0.25},
            {"start": 2.5, "end": 3, "text": "  ", "no_speech_prob": 0.9},
            {"start": 3, "end": 4, "text": "Ja.", "no_speech_prob": 0.1, "speaker": "SPEAKER_00"},
        ],
    }
    transcript = read(tmp_path, "a.json", json.dumps(data))
    assert (transcript.format, transcript.language) == ("whisper-json", "de")
    assert transcript.cues == (
        Cue("Guten Tag.", 0.0, 2.5, None, -0.25, None),
        Cue("Ja.", 3.0, 4.0, "SPEAKER_00", None, 0.1),
    )


def test_whisper_words_time_each_sentence(tmp_path):
    words = [" It", " is", " well", "-known", ".", " Yes", ",", " it", " is", "."]
    segment = {
        "start": 0.0,
        "end": 10.0,
        "text": "".join(words),
        "words": [{"word": w, "start": float(i), "end": i + 0.5} for i, w in enumerate(words)],
    }
    cues = read(tmp_path, "a.json", json.dumps({"segments": [segment]})).cues
    assert cues == (Cue("It is well-known.", 0.0, 4.5), Cue("Yes, it is.", 5.0, 9.5))


def test_whisper_segment_with_untimed_words_stays_whole(tmp_path):
    segment = {"start": 1, "end": 3, "text": "One. Two.", "words": [{"word": "One."}]}
    cues = read(tmp_path, "a.json", json.dumps({"segments": [segment]})).cues
    assert cues == (Cue("One. Two.", 1.0, 3.0),)


def test_whisper_cpp_json(tmp_path):
    data = {
        "result": {"language": "en"},
        "transcription": [{"offsets": {"from": 500, "to": 2000}, "text": " Hello."}],
    }
    transcript = read(tmp_path, "a.json", json.dumps(data))
    assert (transcript.cues, transcript.language) == ((Cue("Hello.", 0.5, 2.0),), "en")


def podcast(*segments: tuple[str | None, float, float, str]) -> str:
    keys = ("speaker", "startTime", "endTime", "body")
    listed = [dict(zip(keys, segment, strict=True)) for segment in segments]
    return json.dumps({"version": "1.0.0", "segments": listed})


def test_podcast_words_merge_into_sentences_of_a_speaker(tmp_path):
    content = podcast(
        ("Ann", 0.0, 0.2, "I"),
        ("Ann", 0.2, 0.5, "met"),
        ("Ann", 0.5, 0.8, "Dr."),
        ("Ann", 0.8, 1.0, "Smith"),
        ("Ann", 1.0, 1.0, "."),
        ("Ann", 1.1, 1.5, "And"),
        ("Bob", 1.5, 2.0, "Really"),
        ("Bob", 2.0, 2.1, "?"),
        ("Bob", 9.0, 9.5, "long pause"),
    )
    transcript = read(tmp_path, "a.json", content)
    assert transcript.format == "podcast-json"
    assert transcript.cues == (
        Cue("I met Dr. Smith.", 0.0, 1.0, "Ann"),
        Cue("And", 1.1, 1.5, "Ann"),
        Cue("Really?", 1.5, 2.1, "Bob"),
        Cue("long pause", 9.0, 9.5, "Bob"),
    )


def test_podcast_bodies_with_their_own_spaces(tmp_path):
    content = podcast((None, 0, 1, " un"), (None, 1, 2, "believ"), (None, 2, 3, " able"))
    assert texts(read(tmp_path, "a.json", content)) == ["unbeliev able"]
    content = podcast((None, 0, 1, " Only"), (None, 1, 2, " 3."), (None, 2, 3, "5"))
    assert texts(read(tmp_path, "a.json", content)) == ["Only 3.5"]


def test_podcast_fragments_without_punctuation_stay_short(tmp_path):
    content = podcast(*((None, i * 0.5, i * 0.5 + 0.5, f"w{i}") for i in range(300)))
    cues = read(tmp_path, "a.json", content).cues
    assert all(cue.end - cue.start <= 30 for cue in cues)
    assert " ".join(cue.text for cue in cues).split() == [f"w{i}" for i in range(300)]


def test_names_in_brackets_beside_sounds(tmp_path):
    texts = ["[Iris Fenn] hello there", "[kettle whistles]", "[Olu Ade] hi", "[Iris Fenn] sit down"]
    cues = "".join(f"00:0{i}.000 --> 00:0{i + 1}.000\n{text}\n\n" for i, text in enumerate(texts))
    (tmp_path / "a.vtt").write_text(f"WEBVTT\n\n{cues}")
    transcript = read_transcript(tmp_path / "a.vtt")
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [
        ("Iris Fenn", "hello there"),
        ("Olu Ade", "hi"),
        ("Iris Fenn", "sit down"),
    ]


@pytest.mark.parametrize(
    ("texts", "speakers"),
    [
        (["Iris: it is cold", "Olu Ade: then wait"], ["Iris", "Olu Ade"]),
        (["Remember: it is cold", "Olu: then wait"], [None, None]),
    ],
)
def test_two_cues_that_names_lead(tmp_path, texts, speakers):
    cues = (f"{i}\n00:00:0{i},0 --> 00:00:0{i + 1},0\n{text}\n" for i, text in enumerate(texts, 1))
    (tmp_path / "a.srt").write_text("\n".join(cues))
    assert [cue.speaker for cue in read_transcript(tmp_path / "a.srt").cues] == speakers

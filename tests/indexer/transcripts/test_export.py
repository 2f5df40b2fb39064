"""Every export of a stored transcript is read back as the same cues."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.base.types import Chapter, Cue, Segment, Sound
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS
from indexer.transcripts.export.text_lines import count_differences
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.transcript import Transcript, TranscriptError

TEXTS = [
    "Hello, and welcome back.",
    "Cues look like 00:01.000 --> 00:02.000 in the file.",
    "<b>bold</b> & <i>x</i> &amp; a < b > c &lt;v Bob&gt;",
    "Remember: bring the map.",
    "- one thing - and another",
    "[music] is written [00:12] in brackets (laughs)",
    "1. First, the *stars* and _lines_ # of `code` | a ~ b",
    "## no heading",
    "שלום לכולם, ברוכים הבאים",
    "مرحبا بكم في الحلقة",
    ">> and so on",
    "12",
    "NOTE this is said",
    "WEBVTT",
    "{\\an8}up there \\ and \\*down",
    "[words](https://example.org) ![x](y)",
    "…",
    "the same words again",
    "the same words again",
    "Really? Yes! Mr. Smith said so.",
    "a" * 300,
    "日本語の文です。",
    "<v Bob>not Bob",
    "**Bold:** text: with: colons:",
]
NAMES = [
    *(None, None, "Anna", "Anna Reed", "SPEAKER_01", "dr. j. o'neil-smith (she/her)", "李明"),
    *("Host: Anna", "<Bob>", "A & B", "*star*", "[X]", "-->", "R2D2", "anna", "דנה", "Name, with"),
]
EXACT = ["json", "vtt", "md"]


def stored(cues: list[Cue], sounds: tuple[Sound, ...] = (), **more: object) -> DocumentTranscript:
    made = DocumentTranscript("talk", "en", "timed", (), tuple(cues), (), sounds)
    return replace(made, **more)


def odd_transcripts(timed: bool) -> Iterator[DocumentTranscript]:
    for seed in range(60):
        drawn = random.Random(seed)
        clock = drawn.random() * 3600 * drawn.choice([0, 1, 30])
        cues = []
        for _ in range(drawn.randrange(1, 12)):
            begin, clock = clock, clock + drawn.choice([0.0, 0.3, 2.5, 14.0])
            text = " ".join(drawn.sample(TEXTS, drawn.randrange(1, 3)))
            start, end = (round(begin, 3), round(clock, 3)) if timed else (None, None)
            cues.append(Cue(text, start, end, drawn.choice(NAMES)))
        sounds = []
        for _ in range(drawn.randrange(3)):
            number = drawn.randrange(len(cues) + 1)
            of = cues[min(number, len(cues) - 1)]
            label = drawn.choice(["music", "door [2] slams", "<noise>"])
            sounds.append(Sound(label, of.start, of.end, number))
        yield stored(cues, tuple(sorted(sounds, key=lambda sound: sound.cue)))


def read_back(transcript: DocumentTranscript, form: str, folder: Path) -> Transcript:
    path = folder / f"talk.{form}"
    path.write_text(TRANSCRIPT_EXPORTS[form].write(transcript), encoding="utf-8")
    return read_transcript(path)


def without_ends(cues: tuple[Cue, ...]) -> list[tuple[str, str | None, int | None]]:
    return [(c.text, c.speaker, None if c.start is None else int(c.start)) for c in cues]


@pytest.mark.parametrize("timed", [True, False], ids=["timed", "untimed"])
@pytest.mark.parametrize("form", EXACT)
def test_whatever_is_stored_is_read_back(form: str, timed: bool, tmp_path: Path) -> None:
    if TRANSCRIPT_EXPORTS[form].timed_only and not timed:
        pytest.skip("it needs times")
    for transcript in odd_transcripts(timed):
        read = read_back(transcript, form, tmp_path)
        assert (read.timed, read.language, read.warnings) == (timed, "en", ())
        if form == "md":
            assert without_ends(read.cues) == without_ends(transcript.cues)
        else:
            assert read.cues == transcript.cues
        assert [(s.label, s.cue) for s in read.sounds] == [
            (s.label, s.cue) for s in transcript.sounds
        ]
        assert (
            count_differences(TRANSCRIPT_EXPORTS[form].write(transcript), f".{form}", transcript)
            == 0
        )


SPOKEN = [
    "Hello, and welcome back.",
    "We go up the river today, and nobody knows how far.",
    "Really? That far?",
    "I said: no further. And then it rained.",
    "Half a < b is no tag, nor is AT&T.",
    "It was 12:30 when the - how shall I say - storm broke.",
    "שלום לכולם, ברוכים הבאים.",
    "Two words. Three more words.",
]
USUAL = ["Anna", "Ben Ito", "SPEAKER_01", "李明", "o'neil"]


def usual_transcripts(names: list[str | None]) -> Iterator[DocumentTranscript]:
    for seed in range(40):
        drawn = random.Random(seed)
        chosen = drawn.sample(names, 2) if len(names) > 1 else names
        texts = drawn.sample(SPOKEN, len(SPOKEN))
        starts = np.cumsum([drawn.choice([0.25, 0.5, 4.0, 9.0]) + 4 for _ in texts]).tolist()
        cues = [
            Cue(text, start, start + 3.5, drawn.choice(chosen))
            for text, start in zip(texts, starts, strict=True)
        ]
        sounds = [Sound("music", 0.0, 1.0, 0), Sound("door slams", starts[3], starts[3] + 1, 3)]
        yield stored(cues, tuple(sounds))


@pytest.mark.parametrize("form", ["srt", "txt"])
@pytest.mark.parametrize("names", [[None], USUAL], ids=["unnamed", "named"])
def test_usual_speech_is_read_back_from_plain_forms(
    form: str, names: list[str | None], tmp_path: Path
) -> None:
    for transcript in usual_transcripts(names):
        read = read_back(transcript, form, tmp_path)
        assert [(c.text, c.speaker) for c in read.cues] == [
            (c.text, c.speaker) for c in transcript.cues
        ]
        for cue, wanted in zip(read.cues, transcript.cues, strict=True):
            assert cue.start == pytest.approx(wanted.start, abs=0.001 if form == "srt" else 1.0)
        if form == "srt":
            assert [c.end for c in read.cues] == [c.end for c in transcript.cues]
        assert [s.label for s in read.sounds] == ["music", "door slams"]


def test_in_srt_a_name_does_not_hold_for_cues_that_have_none(tmp_path: Path) -> None:
    for transcript in usual_transcripts([None, "Anna", "Ben Ito"]):
        read = read_back(transcript, "srt", tmp_path)
        assert [c.speaker for c in read.cues] == [c.speaker for c in transcript.cues]


def test_the_talks_of_the_demo_are_read_back_from_every_form(
    demo_folder: Path, tmp_path: Path
) -> None:
    talks = sorted((demo_folder / "recordings").glob("*.vtt"))
    assert talks
    for talk in talks:
        given = read_transcript(talk)
        transcript = stored(list(given.cues), given.sounds, name=talk.stem)
        for form in TRANSCRIPT_EXPORTS:
            text = TRANSCRIPT_EXPORTS[form].write(transcript)
            assert count_differences(text, f".{form}", transcript) == 0, (talk.name, form)


def test_what_a_form_cannot_carry_is_counted() -> None:
    shouted = stored([Cue("CAUSE OF FIRE: A CANDLE.", 1.0, 2.0), Cue("WE: YES.", 2.0, 3.0)])
    assert count_differences(TRANSCRIPT_EXPORTS["vtt"].write(shouted), ".vtt", shouted) == 0
    assert count_differences(TRANSCRIPT_EXPORTS["txt"].write(shouted), ".txt", shouted) == 2


@pytest.mark.parametrize("form", ["vtt", "md"])
def test_a_file_that_somebody_changed_is_read_as_any_other(form: str, tmp_path: Path) -> None:
    transcript = stored([Cue("Hello <you>.", 1.0, 2.0, "Anna"), Cue("Bye.", 3.0, 4.0, "Ben")])
    text = TRANSCRIPT_EXPORTS[form].write(transcript)
    added = {"vtt": "00:05.000 --> 00:06.000 line:0\n<v Anna>No!\n", "md": "* 0:05 **Anna:** No!\n"}
    path = tmp_path / f"talk.{form}"
    path.write_text(text + added[form], encoding="utf-8")
    read = read_transcript(path)
    assert not read.format.startswith("hilbert")
    assert [cue.speaker for cue in read.cues] == ["Anna", "Ben", "Anna"]
    assert read.cues[-1].text == "No!"


def test_json_keeps_confidence_and_says_where_words_came_from() -> None:
    cue = Cue("Hello.", 0.0, 1.5, None, -0.5, 0.1)
    made = stored(
        [cue, Cue("Bye.", 1.5, 2.0)],
        text_source="asr",
        warnings=("the file is cut off",),
        segments=(Segment(0.0, 2.0, "Hello. Bye.", 0, 2),),
        chapters=(Chapter("All", 0.0, None),),
        description="Notes",
    )
    written = json.loads(TRANSCRIPT_EXPORTS["json"].write(made))
    assert written == {
        "schema_version": 1,
        "name": "talk",
        "language": "en",
        "text_source": "asr",
        "warnings": ["the file is cut off"],
        "description": "Notes",
        "chapters": [{"start": 0.0, "end": None, "title": "All"}],
        "cues": [
            {"start": 0.0, "end": 1.5, "speaker": None, "text": "Hello.", "confidence": 0.607},
            {"start": 1.5, "end": 2.0, "speaker": None, "text": "Bye.", "confidence": None},
        ],
        "sounds": [],
        "segments": [{"start": 0.0, "end": 2.0}],
    }


def test_markdown_has_chapters_as_headings_before_the_words_of_each() -> None:
    made = stored(
        [Cue("Hello.", 0.5, 1.5), Cue("Bye.", 75.0, 76.0)],
        chapters=(Chapter("Start #1", 0.0), Chapter("End", 60.0), Chapter("After", 99.0)),
    )
    lines = TRANSCRIPT_EXPORTS["md"].write(made).splitlines()
    kept = [line for line in lines if line and not line.startswith("<!--")]
    assert kept == [
        "# talk",
        r"## Start \#1",
        r"[00:00:00] Hello.",
        "## End",
        "[00:01:15] Bye.",
        "## After",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"text_source": "asr", "cues": []}', "no words"),
        ('{"text_source": "asr", "cues": [{"start": 1, "end": 2}]}', "cue 1: it lacks a text"),
        ('{"text_source": "asr", "cues": [{"start": 3, "end": 2, "text": "a"}]}', "impossible"),
    ],
)
def test_broken_json_of_ours_is_refused_in_words(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "talk.json"
    path.write_text(text)
    with pytest.raises(TranscriptError, match=message):
        read_transcript(path)

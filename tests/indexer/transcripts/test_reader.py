"""Any file becomes a transcript or a refusal in one line; the right one is found by name."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.base.errors import HilbertError
from indexer.transcripts import (
    Transcript,
    TranscriptError,
    find_transcript,
    read_transcript,
)
from indexer.transcripts.reader import may_be_transcript

DATA = os.environ.get("HILBERT_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="HILBERT_DATA names no folder of real data")


def read(folder: Path, name: str, content: str | bytes) -> Transcript:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_transcript(path)


def texts(transcript: Transcript) -> list[str]:
    return [cue.text for cue in transcript.cues]


# --- encodings and content ------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(tmp_path, encoding):
    content = "WEBVTT\n\n00:01.000 --> 00:02.000\nCafé – naïve\n"
    assert texts(read(tmp_path, "a.vtt", content.encode(encoding))) == ["Café – naïve"]


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n", "vtt"),
        ("a.srt", "WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n", "vtt"),
        ("a.txt", "1\n00:00:01,000 --> 00:00:02,000\nhi\n", "srt"),
        ("A.VTT", "WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n", "vtt"),
    ],
)
def test_content_decides_where_the_extension_misleads(tmp_path, name, content, format):
    assert read(tmp_path, name, content).format == format


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (";FFMETADATA1\ntitle=Jam\n[CHAPTER]\nSTART=0\nEND=5\n", "metadata of FFmpeg"),
        ("{\\rtf1\\ansi Hello there.}", "RTF"),
        ("#EXTM3U\n#EXTINF:5,Jam\njam.mp3\n", "playlist"),
    ],
)
def test_other_kinds_of_text_are_named_and_not_read(tmp_path, content, message):
    with pytest.raises(TranscriptError, match=message):
        read(tmp_path, "a.txt", content)
    assert not may_be_transcript(tmp_path / "a.txt")


def test_json_and_pages_in_text_files_are_read_as_what_they_are(tmp_path):
    whisper = '{"segments": [{"start": 1, "end": 2, "text": "We begin."}]}'
    assert read(tmp_path, "a.txt", whisper).format == "whisper-json"
    page = "<html><p><b>Ann:</b> Hi.</p><p><b>Bob:</b> Ho.</p></html>"
    assert [cue.speaker for cue in read(tmp_path, "b.txt", page).cues] == ["Ann", "Bob"]
    assert read(tmp_path, "c.txt", "[laughs] We begin.").format == "plain"


def test_language_from_the_name(tmp_path):
    assert read(tmp_path, "a.de.txt", "Guten Tag.").language == "de"
    assert read(tmp_path, "a.txt", "Hello.").language is None


# --- broken files ---------------------------------------------------------------------------

BROKEN = {
    "empty.vtt": ("", "empty"),
    "blank.txt": (" \n\n", "empty"),
    "header.vtt": ("00:01.000\nhi\n", "line 1: it does not begin with WEBVTT, and has no times"),
    "no-cues.vtt": ("WEBVTT\n\nNOTE nothing\n", "no cue"),
    "no-text.vtt": ("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "no cue"),
    "inverted.vtt": ("WEBVTT\n\n00:03.000 --> 00:02.000\nhi\n", "line 3: it ends before"),
    "negative.srt": ("1\n-00:00:01,000 --> 00:00:02,000\nhi\n", "line 2: a time is negative"),
    "malformed.vtt": ("WEBVTT\n\n1\n00:01 --> 0x:02.000\nhi\n", "line 4: .* no readable times"),
    "words.srt": ("just some words\n", "does not begin with a cue"),
    "broken.json": ('{"segments": [\n{"start": 1,', "line 2: it is not valid JSON"),
    "other.json": ('{"title": "x"}', 'no list "segments"'),
    "number.json": ("7", 'no list "segments"'),
    "none.json": ('{"segments": []}', "no cue"),
    "lacks.json": ('{"segments": [{"start": 1, "text": "x"}]}', "segment 1: it lacks"),
    "nan.json": ('{"segments": [{"start": NaN, "end": 2, "text": "x"}]}', "not a number"),
    "huge.json": ('{"segments": [{"start": 1' + "0" * 400 + ', "end": 2}]}', "segment 1"),
    "digits.json": ('{"segments": [{"start": 1' + "0" * 5000 + ', "end": 2}]}', "valid JSON"),
    "long.srt": ("1\n" + "9" * 400 + ":00:01,000 --> 00:00:02,000\nhi\n", "no readable times"),
    "back.json": ('{"segments": [{"start": 3, "end": 2, "text": "x"}]}', "segment 1: it ends"),
    "pod.json": ('{"segments": [{"startTime": -1, "endTime": 2, "body": "x"}]}', "negative"),
    "pod-lacks.json": ('{"segments": [{"startTime": 1, "endTime": 2}]}', "segment 1: it lacks"),
    "binary.txt": (bytes(range(256)) * 20, "binary|not text"),
    "zeros.txt": (b"\0" * 500, "empty"),
    "sound.srt": (b"ID3\x04\x00\x00\x01" + bytes(i * 7 % 251 for i in range(900)), "binary|not"),
    "marks.txt": ("[00:12]\n", "no words"),
    "image.png": ("words", '".png" is no transcript'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_in_one_line(tmp_path, name):
    content, message = BROKEN[name]
    with pytest.raises(TranscriptError) as caught:
        read(tmp_path, name, content)
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, HilbertError)


def test_missing_file_and_folder_are_refused(tmp_path):
    for path in (tmp_path / "missing.vtt", tmp_path):
        with pytest.raises(TranscriptError, match="cannot be opened"):
            read_transcript(path)


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from([".vtt", ".srt", ".json", ".txt", ".md"]))
def test_any_bytes_are_read_or_refused(tmp_path, data, extension):
    try:
        transcript = read(tmp_path, f"a{extension}", data)
    except TranscriptError:
        return
    assert transcript.cues
    assert all(cue.text for cue in transcript.cues)


# --- the transcript beside a recording ------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["talk.txt", "talk.srt", "talk.vtt", "talk.json"], "talk.vtt"),
        (["talk.md", "talk.txt", "talk.json"], "talk.json"),
        (["talk.txt", "talk.en.vtt"], "talk.en.vtt"),
        (["talk.mp3.vtt", "talk.de.vtt", "talk.txt"], "talk.mp3.vtt"),
        (["talk.de.vtt", "talk.en-GB.vtt"], "talk.en-GB.vtt"),
        (["talk.de.vtt"], "talk.de.vtt"),
        (["talk.mp3", "other.vtt", "talk2.vtt", "talk.part two.vtt"], None),
        (["talk.VTT"], "talk.VTT"),
        ([], None),
    ],
)
def test_find_transcript(names, found):
    folder = Path("/somewhere")
    siblings = [folder / name for name in names]
    expected = folder / found if found else None
    assert find_transcript(folder / "talk.mp3", siblings) == expected


def test_find_transcript_ignores_other_folders():
    assert find_transcript(Path("/a/talk.mp3"), [Path("/b/talk.vtt")]) is None


# --- real files -----------------------------------------------------------------------------


@needs_data
def test_real_interviews_keep_every_word_and_both_speakers():
    for path in sorted(Path(str(DATA), "osce").glob("*.txt")):
        transcript = read_transcript(path)
        assert transcript.format == "turns"
        assert {cue.speaker for cue in transcript.cues} == {"D", "P"}
        said = re.sub(r"(?m)^[DP][:;] ?", "", path.read_text("utf-8")).split()
        assert " ".join(texts(transcript)).split() == said


@needs_data
def test_real_reading_is_plain():
    path = Path(str(DATA), "lj", "LJ003.txt")
    transcript = read_transcript(path)
    assert transcript.format == "plain"
    assert len(transcript.cues) > 60
    assert " ".join(texts(transcript)).split() == path.read_text("utf-8").split()


@pytest.mark.slow
@needs_data
def test_real_podcasts_have_times_or_speakers():
    timed = sorted(Path(str(DATA), "changelog-speech").glob("*.vtt"))[:20]
    assert timed
    assert all(read_transcript(path).timed for path in timed)
    episodes = sorted(Path(str(DATA), "changelog-text").glob("*/*.md"))[::40]
    for path in episodes:
        transcript = read_transcript(path)
        assert transcript.format == "turns"
        assert all(cue.speaker for cue in transcript.cues)

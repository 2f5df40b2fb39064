"""A scan pairs recordings with their transcripts, by names, folders and languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.ingest.discover import scan
from tests.indexer.ingest.scanned_folders import pairs, put, touch


def test_recordings_and_transcripts_are_paired_by_name_in_all_folders(tmp_path: Path) -> None:
    touch(tmp_path, "a.MP3", "a.vtt", "a.txt", "b.opus", "sub/deep/c.mp4", "sub/deep/c.en.srt")
    touch(tmp_path, "alone.vtt", "notes.pdf", "b.jpg")
    assert pairs(tmp_path) == [
        ("a.MP3", "a.vtt"),
        ("b.opus", None),
        (None, "alone.vtt"),
        ("c.mp4", "c.en.srt"),
    ]


def test_transcripts_in_folders_of_subtitles_belong_to_the_recordings_beside(
    tmp_path: Path,
) -> None:
    touch(tmp_path, "a.mp3", "Subs/a.en.srt", "b.mp3", "TRANSCRIPTS/b.txt", "notes/a.txt")
    wanted = [("a.mp3", "a.en.srt"), ("b.mp3", "b.txt")]
    assert pairs(tmp_path) == [*wanted, (None, "a.txt")]
    assert pairs(tmp_path / "a.mp3") == wanted[:1]
    assert pairs(tmp_path / "Subs" / "a.en.srt") == wanted[:1]
    assert pairs(tmp_path / "Subs", tmp_path / "a.mp3") == wanted[:1]


@pytest.mark.parametrize(
    ("recording", "transcript"),
    [
        ("talk.mp4", "Subs/talk/2_English.srt"),
        ("talk.mp4", "Subs/Talk/en.srt"),
        ("talk.mp4", "Subs/2_English.srt"),
        ("talk.mp4", "captions.vtt"),
        ("talk.mp4", "subtitles.en.vtt"),
        ("audio/talk.mp3", "transcripts/talk.vtt"),
        ("Recordings/talk.mp3", "Captions/talk.en.vtt"),
    ],
)
def test_transcripts_in_folders_of_their_own_belong_to_the_recording_elsewhere(
    tmp_path: Path, recording: str, transcript: str
) -> None:
    touch(tmp_path, recording, transcript)
    expected = [(Path(recording).name, Path(transcript).name)]
    assert pairs(tmp_path) == expected
    assert pairs(tmp_path / recording) == expected
    assert pairs(tmp_path / transcript) == expected


def test_folders_of_films_are_of_their_own_recording_and_in_the_spoken_language(
    tmp_path: Path,
) -> None:
    touch(tmp_path, "a.mp4", "b.mp4", "Subs/a/2_English.srt", "Subs/a/3_German.srt")
    touch(tmp_path, "Subs/b/2_German.srt", "Subs/4_English.srt")
    assert pairs(tmp_path) == [
        ("a.mp4", "2_English.srt"),
        ("b.mp4", "2_German.srt"),
        (None, "4_English.srt"),
    ]
    assert (
        "its language is not en"
        in scan([tmp_path]).warnings[str(tmp_path / "Subs" / "a" / "3_German.srt")]
    )


def test_a_name_of_no_recording_is_of_none_where_there_are_several(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "b.mp3", "captions.vtt", "c/a.mp3", "c/notes.txt")
    assert pairs(tmp_path) == [
        ("a.mp3", None),
        ("b.mp3", None),
        (None, "captions.vtt"),
        ("a.mp3", None),
        (None, "notes.txt"),
    ]


def test_names_that_two_folders_have_are_not_guessed(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.mp3", "two/a.mp3", "two/b.mp3", "transcripts/a.vtt", "transcripts/b.vtt")
    assert sorted(pairs(tmp_path), key=str) == [
        ("a.mp3", None),
        ("a.mp3", None),
        ("b.mp3", "b.vtt"),
        (None, "a.vtt"),
    ]


def test_transcripts_that_are_not_used_are_named_with_the_reason(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "a.de.vtt", "a.en.vtt", "a.en.txt", "a_2.srt")
    warnings = {Path(path).name: text for path, text in scan([tmp_path]).warnings.items()}
    assert warnings == {
        "a.de.vtt": "not used, a.en.vtt is: its language is not en",
        "a.en.txt": "not used, a.en.vtt is: it has no times",
        "a_2.srt": "indexed by itself: '2' is no language or kind of transcript of a.mp3",
    }


def test_the_spoken_language_may_stand_in_the_table(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "b.mp3", *(f"{n}.{code}.vtt" for n in "ab" for code in ("en", "fr")))
    (tmp_path / "metadata.csv").write_text("name,language\na,fr\n")
    assert pairs(tmp_path) == [("a.mp3", "a.fr.vtt"), ("b.mp3", "b.en.vtt")]


def test_a_transcript_that_was_named_is_the_one_that_is_used(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "a.en.vtt", "a.en.sdh.srt", "words.srt")
    sdh = tmp_path / "a.en.sdh.srt"
    assert pairs(tmp_path / "a.mp3", sdh) == [("a.mp3", "a.en.sdh.srt")]
    assert pairs(tmp_path, sdh)[0] == ("a.mp3", "a.en.sdh.srt")
    assert pairs(tmp_path / "a.mp3", tmp_path / "words.srt")[1] == (None, "words.srt")


def test_names_in_another_unicode_form_or_case_are_one_name(tmp_path: Path) -> None:
    touch(tmp_path, "Gru\u0308n.mp3", "GR\u00dcN.en.vtt")
    (tmp_path / "metadata.csv").write_text("Name,Title\ngr\u00fcn,On green\n", "utf-8")
    found = scan([tmp_path / "gr\u00fcn.MP3"])
    assert [(s.name, s.transcript_language) for s in found.sources] == [("Gru\u0308n", "en")]
    assert found.sources[0].metadata == {"title": "On green"}


def test_ambiguous_names_are_not_guessed(tmp_path: Path) -> None:
    touch(tmp_path, "Tide.mp3", "TIDE.mp3", "tide.vtt")
    if len(list(tmp_path.iterdir())) < 3:
        pytest.skip("this file system has one name for both")
    found = scan([tmp_path])
    assert [s.transcript for s in found.sources] == [None, None, tmp_path / "tide.vtt"]
    assert "it is named like TIDE.mp3 and Tide.mp3" in found.warnings[str(tmp_path / "tide.vtt")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("talk.csv", "time,level\n1,2\n"),
        ("talk.json", '{"peaks": [1, 2]}'),
        ("talk.jsonl", '{"step": 1}\n'),
    ],
)
def test_data_with_a_recording_s_name_is_not_its_transcript(
    tmp_path: Path, name: str, content: str
) -> None:
    touch(tmp_path, "talk.mp3")
    (tmp_path / name).write_text(content)
    found = scan([tmp_path])
    assert [(s.path.name, s.transcript) for s in found.sources] == [("talk.mp3", None)]
    assert found.failures == {}
    assert "no transcript" in found.warnings[str(tmp_path / name)]


def test_data_that_was_named_is_refused_by_its_reader(tmp_path: Path) -> None:
    touch(tmp_path, "talk.mp3")
    data = tmp_path / "talk.csv"
    data.write_text("time,level\n1,2\n")
    assert pairs(tmp_path / "talk.mp3", data) == [("talk.mp3", "talk.csv")]


def test_of_transcripts_of_one_name_in_several_formats_one_is_taken(tmp_path: Path) -> None:
    whole = b"WEBVTT\n\n00:00.000 --> 00:04.000\nSeven ships came in.\n"
    put(tmp_path, {"a.vtt": whole, "a.txt": b"Seven ships came in.\n", "a.de.vtt": whole})
    put(tmp_path, {"a.srt": b"1\n00:00:00,000 --> 00:00:04,000\nSeven ships came in.\n"})
    found = scan([tmp_path])
    assert sorted(source.path.name for source in found.sources) == ["a.de.vtt", "a.vtt"]
    rejected = {str(tmp_path / "a.srt"): ".vtt", str(tmp_path / "a.txt"): "no times"}
    for path, why in rejected.items():
        assert found.warnings[path].startswith("not used, a.vtt is") and why in found.warnings[path]
    assert [s.path.name for s in scan([tmp_path / "a.txt"]).sources] == ["a.txt"]  # it was named


def test_texts_that_say_something_else_are_documents_of_their_own(tmp_path: Path) -> None:
    files = {
        "a.vtt": b"WEBVTT\n\n00:00.000 --> 00:04.000\nSeven ships came in.\n",
        "A.vtt": b"WEBVTT\n\n00:00.000 --> 00:04.000\nSeven ships came in, and an eighth.\n",
        "a.md": b"Pears ripen from within, so pick them early.\n",
    }
    put(tmp_path, files)
    assert sorted(source.path.name for source in scan([tmp_path]).sources) == sorted(files)

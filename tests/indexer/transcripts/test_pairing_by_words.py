"""Transcripts whose names say what they are in other places and languages, or with other spaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.transcripts.pairing import RecordingNames


def owners(transcript: str, *recordings: str) -> tuple[list[str], str | None] | None:
    names = RecordingNames(Path("/talks") / name for name in recordings)
    found = names.owners_of(Path("/talks") / transcript)
    return found and ([path.name for path in found.recordings], found.tags.language)


@pytest.mark.parametrize(
    "word",
    [
        *("Transkription", "transcripción", "transcripcion", "sous-titres", "trascrizione"),
        *("legendas", "napisy", "субтитры", "字幕", "文字起こし", "자막"),
    ],
)
def test_the_word_for_a_transcript_in_other_languages_is_a_tag(word):
    for name in (f"talk_{word}.txt", f"talk - {word}.en.srt", f"{word} - talk.srt"):
        if "-" not in word or not name.startswith(word):
            found = owners(name, "talk.mp3")
            assert found is not None and found[0] == ["talk.mp3"]


def test_the_word_may_stand_before_the_name():
    assert owners("Transcript of talk.txt", "talk.mp3") == (["talk.mp3"], None)
    assert owners("subtitles_talk.de.srt", "talk.mp3") == (["talk.mp3"], "de")
    # A recording that is called so itself comes first, and other words are no such tag.
    both = ("talk.mp3", "transcript_talk.mp3")
    assert owners("transcript_talk.txt", *both) == (["transcript_talk.mp3"], None)
    assert owners("draft_talk.txt", "talk.mp3") is None
    assert owners("Transcript - talk 2.txt", "talk.mp3") is None


def test_spaces_of_a_name_may_be_written_otherwise():
    for name in ("my_talk.en.srt", "my+talk.en.srt", "my%20talk_en.srt", "my  talk .en.srt"):
        assert owners(name, "my talk.mp3", "my.mp3") == (["my talk.mp3"], "en")
    assert owners("my_talk_2.srt", "my talk.mp3") is None
    assert owners("my+talk.srt", "my talk.mp3", "my_talk.mp3") is None


def test_the_copy_that_was_transcribed_is_the_recording():
    assert owners("talk.16k.wav.srt", "talk.mp3") == (["talk.mp3"], None)
    assert owners("talk.16k.wav.srt", "talk.mp3", "talk.16k.wav") == (["talk.16k.wav"], None)

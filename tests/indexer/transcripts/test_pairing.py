"""A transcript belongs to the recording whose name begins its own; the rest are known tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.transcripts.name_tags import language_of_name
from indexer.transcripts.pairing import RecordingNames, find_transcript

FOLDER = Path("/somewhere")


def owners(transcript: str, *recordings: str) -> tuple[list[str], str | None] | None:
    found = RecordingNames(FOLDER / name for name in recordings).owners_of(FOLDER / transcript)
    return found and ([path.name for path in found.recordings], found.tags.language)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("harbour.vtt", None),
        ("harbour.en-US.vtt", "en"),
        ("harbour.ger.srt", "de"),
        ("harbour.cmn.srt", "zh"),
        ("harbour.zh-Hans-CN.srt", "zh"),
        ("harbour.mp3.vtt", None),
        ("harbour.mp4.vtt", None),  # of the video that the sound was taken from
        ("harbour.transcript.vtt", None),
        ("harbour.en.sdh.srt", "en"),
        ("harbour.en.hi.srt", "en"),
        ("harbour.hi.srt", "hi"),
        ("harbour.forced.srt", None),
        ("harbour_en.srt", "en"),
        ("harbour_en_GB.srt", "en"),
        ("harbour_transcript.txt", None),
        ("harbour-captions.srt", None),
        ("harbour_Transcription_Export.docx", None),
        ("harbour-transcript-2025-01-05.txt", None),
        ("harbour (English) [CC].srt", "en"),
        ("harbour.Deutsch.srt", "de"),
        ("harbour.日本語.srt", "ja"),
        ("harbour.Brazilian Portuguese.srt", "pt"),
        ("harbour.en-orig.vtt", "en"),
        ("harbour_auto-generated.vtt", None),
        ("harbour.large-v3.srt", None),
        ("harbour.en.2.srt", "en"),
        ("HARBOUR.EN.SRT", "en"),
    ],
)
def test_names_as_exporters_write_them(name: str, language: str | None) -> None:
    assert owners(name, "harbour.mp3", "other.mp3") == (["harbour.mp3"], language)


@pytest.mark.parametrize(
    "name",
    ["harbour_2.srt", "harbour2.vtt", "harbour.part two.vtt", "harbour-one.srt", "harb.vtt"],
)
def test_other_words_and_numbers_are_of_another_recording(name: str) -> None:
    assert owners(name, "harbour.mp3") is None


def test_any_word_after_a_dot_is_of_the_recording_unless_another_transcript_is_there() -> None:
    talk = Path("/x/talk.opus")
    segments, words = Path("/x/talk.segments.tsv"), Path("/x/talk.txt")
    assert find_transcript(talk, [segments]) == segments
    assert find_transcript(talk, [segments, words]) == words
    assert find_transcript(talk, [segments, Path("/x/talk.segments.mp3")]) is None
    assert find_transcript(talk, [Path("/x/talk.2.srt"), Path("/x/talk_draft.srt")]) is None


def test_the_longest_name_wins() -> None:
    both = "tide.mp3", "tide-de.mp3"
    assert owners("tide-de.srt", *both) == (["tide-de.mp3"], None)
    assert owners("tide-de.srt", "tide.mp3") == (["tide.mp3"], "de")
    assert owners("fix it.srt", "fix.mp3", "fix it.mp3") == (["fix it.mp3"], None)
    assert owners("tide_2.srt", "tide.mp3", "tide_2.mp3") == (["tide_2.mp3"], None)
    assert owners("tide.mp3.srt", "tide.mp3", "tide.wav") == (["tide.mp3"], None)
    assert owners("tide.srt", "tide.mp3", "tide.wav") == (["tide.mp3", "tide.wav"], None)


def test_dots_accents_and_case_in_names() -> None:
    assert owners("v1.5.en.vtt", "v1.5.mp3") == (["v1.5.mp3"], "en")
    assert owners("Gru\u0308n.de.srt", "Gr\u00fcn.mp3") == (["Gr\u00fcn.mp3"], "de")
    assert owners("strasse.vtt", "STRA\u1e9eE.mp3") == (["STRA\u1e9eE.mp3"], None)


def test_an_exact_name_wins_over_a_folded_one_and_without_it_nothing_is_guessed() -> None:
    names = RecordingNames([FOLDER / "Tide.mp3", FOLDER / "TIDE.mp3"])
    exact = names.owners_of(FOLDER / "TIDE.en.vtt")
    assert exact and exact.recordings == (FOLDER / "TIDE.mp3",) and not exact.ambiguous
    folded = names.owners_of(FOLDER / "tide.vtt")
    assert folded and folded.ambiguous


def test_what_a_recorder_puts_behind_a_name_is_not_in_its_transcripts() -> None:
    zoom = "GMT20250105_Recording"
    assert owners(f"{zoom}.transcript.vtt", f"{zoom}_gallery_1280x720.mp4") == (
        [f"{zoom}_gallery_1280x720.mp4"],
        None,
    )
    exact = owners(f"{zoom}.vtt", f"{zoom}.m4a", f"{zoom}_1280x720.mp4")
    assert exact == ([f"{zoom}.m4a"], None)
    assert owners("Week-Meeting Transcript.vtt", "Week-Meeting Recording.mp4")


@pytest.mark.parametrize(
    ("names", "language", "best"),
    [
        (["a.de.vtt", "a.en.vtt"], "de", "a.de.vtt"),
        (["a.de.vtt", "a.en.txt"], "en", "a.en.txt"),
        (["a.forced.vtt", "a.txt"], "en", "a.txt"),
        (["a.en.txt", "a.en.srt"], "en", "a.en.srt"),
        (["a.en.auto.vtt", "a.en.srt"], "en", "a.en.srt"),
        (["a.en.sdh.srt", "a.en.full.srt"], "en", "a.en.full.srt"),
        (["Subs/a.srt", "a.srt"], "en", "a.srt"),
        (["CAPTIONS/a.srt", "other/a.vtt"], "en", "CAPTIONS/a.srt"),
    ],
)
def test_of_several_the_spoken_language_full_and_with_times(
    names: list[str], language: str, best: str
) -> None:
    siblings = [FOLDER / name for name in names]
    assert find_transcript(FOLDER / "a.mp3", siblings, language) == FOLDER / best


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("talk.ger.srt", "de"),
        ("talk.pt-BR.forced.srt", "pt"),
        ("talk.German.txt", "de"),
        ("talk.EN.srt", "en"),
        ("talk.srt", None),
        ("fix_it.txt", None),
        ("The.Way.To.txt", None),
        ("v1.5.txt", None),
    ],
)
def test_the_name_of_a_lone_transcript_may_hold_its_language(
    name: str, language: str | None
) -> None:
    assert language_of_name(Path(name)) == language


@pytest.mark.slow
def test_pairing_a_large_folder_takes_no_time() -> None:
    names = RecordingNames(FOLDER / f"episode {n}.mp3" for n in range(3000))
    for n in range(3000):
        found = names.owners_of(FOLDER / f"episode {n}.en.vtt")
        assert found and found.recordings == (FOLDER / f"episode {n}.mp3",)

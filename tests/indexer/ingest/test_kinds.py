"""Recording only, transcript only, both; tables and tags; and files with something wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.base.types import NO_SPEECH, NOT_TRANSCRIBED
from indexer.index.library_store import LibraryStore
from indexer.ingest.report import AddReport
from indexer.search.searcher import Searcher
from indexer.store.catalog import Document
from tests.english_only import ENGLISH_ONLY

Excerpt = Callable[[Path, float, float], Path]
IndexInto = Callable[..., AddReport]
WriteSound = Callable[..., Path]

VTT = """WEBVTT

00:00.000 --> 00:05.500
<v Maren>Every schoolbook shows the same picture.

00:05.500 --> 00:09.000
<v Maren>The picture is wrong.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "talks"
    made.mkdir()
    return made


def only(library: LibraryStore) -> Document:
    (document,) = library.catalog.documents()
    return document


def test_a_recording_with_times_in_its_transcript_keeps_them(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 14)
    (folder / "a.vtt").write_text(VTT)
    summary = index_into(empty_library, folder)
    document = only(empty_library)
    assert document.text_source == "timed" and document.seconds == pytest.approx(14)
    assert not summary.warnings and summary.audio_seconds == pytest.approx(14)
    cues = empty_library.catalog.cues(document.id)
    assert [(c.start, c.end, c.speaker) for c in cues] == [(0, 5.5, "Maren"), (5.5, 9, "Maren")]
    features = empty_library.features.read(document.features)
    assert features.has_text and features.has_audio and len(features.sentences) == 2


def test_a_transcript_without_times_is_aligned(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 11)
    (folder / "a.md").write_text(
        "**Maren:** Every schoolbook shows the same picture: the moon overhead, and a neat bulge "
        "of water right beneath it.\n\n**Tom:** Stand on a real beach with a watch, and you will "
        "find that the picture is wrong.\n"
    )
    index_into(empty_library, folder)
    document = only(empty_library)
    assert document.text_source == "aligned"
    first, second = empty_library.catalog.cues(document.id)
    assert (first.speaker, second.speaker) == ("Maren", "Tom")
    assert first.start == pytest.approx(0.4, abs=0.6) and second.start == pytest.approx(6.5, abs=1)


@pytest.mark.parametrize("name", ["talk.vtt", "talk.txt"])
def test_a_transcript_alone_is_a_document_that_is_found(
    folder: Path, empty_library: LibraryStore, index_into: IndexInto, name: str
) -> None:
    words = "Every schoolbook shows the same picture. The picture is wrong."
    (folder / name).write_text(VTT if name.endswith("vtt") else words)
    summary = index_into(empty_library, folder)
    assert summary.added == ["talk"] and summary.audio_seconds == 0
    document = only(empty_library)
    timed = name.endswith("vtt")
    assert document.recording is None and document.text_source == ("timed" if timed else "untimed")
    result = Searcher(empty_library).search("what is drawn in textbooks")
    assert result.hits[0].path == str(folder / name)
    assert (result.hits[0].start, result.hits[0].end) == ((0.0, 9.0) if timed else (None, None))
    assert not empty_library.features.read(document.features).has_audio


def test_a_recording_that_comes_to_a_lone_transcript_takes_its_place(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    (folder / "a.vtt").write_text(VTT)
    index_into(empty_library, folder)
    excerpt(folder / "a.wav", 0, 9)
    assert index_into(empty_library, folder).updated == ["a"]
    assert only(empty_library).recording == str(folder / "a.wav")
    assert index_into(empty_library, folder).unchanged == ["a"]


def test_nobody_listens_for_words_with_asr_never_until_auto(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    index_into(empty_library, folder, asr="never")
    assert only(empty_library).text_source == NOT_TRANSCRIBED
    assert empty_library.catalog.cues(only(empty_library).id) == []
    assert len(empty_library.snapshot().index("segments", "audio")) == 1
    assert index_into(empty_library, folder, asr="never").unchanged == ["a"]
    assert index_into(empty_library, folder, asr="auto").updated == ["a"]
    assert only(empty_library).text_source == "asr"
    assert index_into(empty_library, folder, asr="never").unchanged == ["a"]
    assert "same picture" in empty_library.catalog.cues(only(empty_library).id)[0].text


@ENGLISH_ONLY
def test_a_language_that_the_recogniser_does_not_know_is_indexed_by_its_sound_once(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    (folder / "metadata.csv").write_text("name,language\na,de-AT\n")
    summary = index_into(empty_library, folder)
    assert "the recogniser knows English only" in summary.warnings[str(folder / "a.wav")][0]
    document = only(empty_library)
    assert document.text_source == NOT_TRANSCRIBED and document.language == "de"
    assert index_into(empty_library, folder).unchanged == ["a"]


# --- tables and tags --------------------------------------------------------------------------


def test_the_table_goes_before_the_tags_and_the_tags_before_the_file_name(
    folder: Path,
    empty_library: LibraryStore,
    write_sound: WriteSound,
    tides: NDArray[np.float32],
    index_into: IndexInto,
) -> None:
    tags = {"title": "On tides", "artist": "Maren Oakes", "date": "2025", "genre": "science"}
    sound = np.repeat(tides[: 16_000 * 4], 3)
    write_sound(folder / "a.mp3", sound, 48_000, "libmp3lame", tags=tags)
    index_into(empty_library, folder)
    document = only(empty_library)
    assert (document.title, document.speaker) == ("On tides", "Maren Oakes")
    assert (document.date, document.label, document.language) == ("2025", "science", "en")
    (folder / "metadata.csv").write_text("name,title,language\na.mp3,The tide,en-GB\n")
    written = [p.stat().st_mtime_ns for p in empty_library.features.folder.iterdir()]
    assert index_into(empty_library, folder).updated == ["a"]
    document = only(empty_library)
    assert (document.title, document.speaker) == ("The tide", "Maren Oakes")
    assert [p.stat().st_mtime_ns for p in empty_library.features.folder.iterdir()] == written
    assert empty_library.snapshot().lexical.documents()[0].title == "The tide"
    assert index_into(empty_library, folder).unchanged == ["a"]


def test_titles_dates_and_labels_of_a_collection_come_from_its_table(
    small_library: LibraryStore,
) -> None:
    titles = {d.name: (d.title, d.label) for d in small_library.catalog.documents()}
    assert titles["how-vaccines-teach"] == ("How a vaccine teaches the body", "science")
    assert titles["harrison-and-the-longitude"][1] == "history"


# --- something is wrong -----------------------------------------------------------------------


def test_a_broken_transcript_is_a_failure_and_its_recording_is_heard(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    (folder / "a.vtt").write_text("This was never a caption file.\n")
    for count in ("added", "unchanged"):
        summary = index_into(empty_library, folder)
        assert getattr(summary, count) == ["a"]
        assert list(summary.failed) == [str(folder / "a.vtt")]
    assert only(empty_library).text_source == "asr"
    assert list(empty_library.catalog.failures()) == [str(folder / "a.vtt")]
    (folder / "a.vtt").write_text(VTT)
    assert index_into(empty_library, folder).updated == ["a"]
    assert empty_library.catalog.failures() == {}


def test_a_file_that_fails_does_not_stop_the_others_and_is_remembered(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "b.wav", 0, 8)
    (folder / "a.mp3").write_text("no recording")
    (folder / "c.vtt").write_text("no captions")
    summary = index_into(empty_library, folder)
    assert summary.added == ["b"] and len(summary.failed) == 2
    assert summary.failed[str(folder / "a.mp3")].startswith("not a sound file")
    assert empty_library.catalog.failures() == summary.failed
    (folder / "a.mp3").unlink()
    (folder / "c.vtt").write_text(VTT)
    assert index_into(empty_library, folder).failed == {}
    assert empty_library.catalog.failures() == {}


def test_a_recording_that_becomes_unreadable_keeps_its_document_and_fails(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    index_into(empty_library, folder)
    (folder / "a.wav").write_bytes(b"")
    assert index_into(empty_library, folder).failed == {str(folder / "a.wav"): "the file is empty"}
    assert only(empty_library).name == "a"


def test_a_pipe_named_like_a_recording_is_not_waited_for(
    folder: Path, empty_library: LibraryStore, index_into: IndexInto
) -> None:
    os.mkfifo(folder / "a.mp3")
    assert index_into(empty_library, folder).failed == {str(folder / "a.mp3"): "not a regular file"}


def test_captions_that_run_past_the_end_are_indexed_with_a_warning(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 5)
    (folder / "a.vtt").write_text(VTT)
    summary = index_into(empty_library, folder)
    (warning,) = summary.warnings[str(folder / "a.wav")]
    assert "1 of 2 cues start after the recording's end" in warning


@ENGLISH_ONLY
def test_a_transcript_in_a_language_that_the_recogniser_lacks_is_not_checked_and_no_warning(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 9)
    (folder / "a.de.vtt").write_text(VTT)
    summary = index_into(empty_library, folder)
    assert not summary.warnings
    (line,) = summary.describe_unchecked()
    assert line.startswith("1 transcript not checked against what is heard: spoken in 'de'")


def test_show_notes_beside_a_recording_do_not_replace_what_is_said(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 16)
    (folder / "a.txt").write_text(
        "Thanks to our sponsor, a maker of waterproof boots: use the code HARBOUR at the checkout. "
        "Rate the show and tell your friends. Stickers and mugs are back in the shop."
    )
    summary = index_into(empty_library, folder)
    (warning,) = summary.warnings[str(folder / "a.wav")]
    assert "kept as a description" in warning
    document = only(empty_library)
    assert document.text_source == "asr"
    words = " ".join(cue.text for cue in empty_library.catalog.cues(document.id))
    assert "schoolbook" in words and "sponsor" not in words
    description = empty_library.catalog.supplement(document.id).description
    assert description is not None and "waterproof boots" in description
    assert index_into(empty_library, folder).unchanged == ["a"]


def test_silence_and_music_are_documents_without_words(
    folder: Path,
    empty_library: LibraryStore,
    write_sound: WriteSound,
    silence: NDArray[np.float32],
    music: NDArray[np.float32],
    index_into: IndexInto,
) -> None:
    write_sound(folder / "silence.wav", silence)
    write_sound(folder / "music.wav", music)
    summary = index_into(empty_library, folder)
    assert not summary.failed and sorted(summary.added) == ["music", "silence"]
    assert "silence: nothing to search" in summary.warnings[str(folder / "silence.wav")][0]
    assert "no speech found" in summary.warnings[str(folder / "music.wav")][0]
    found = {d.name: d for d in empty_library.catalog.documents()}
    assert {d.text_source for d in found.values()} == {NO_SPEECH}
    assert empty_library.catalog.cues(found["music"].id) == []
    assert empty_library.catalog.count_segments(found["silence"].id) == 0
    assert len(empty_library.snapshot().index("segments", "audio")) == 1
    assert sorted(index_into(empty_library, folder).unchanged) == ["music", "silence"]

"""A scan pairs recordings with transcripts and leaves alone what is neither."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.transcript import with_speaker_names
from tests.sharing import copy_library

VTT = "WEBVTT\n\n00:00.000 --> 00:05.000\nHello there.\n"


def pairs(*paths: Path, exclude: Path | None = None) -> list[tuple[str | None, str | None]]:
    return [
        (s.recording and s.recording.name, s.transcript and s.transcript.name)
        for s in scan(paths, exclude).sources
    ]


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def test_recordings_and_transcripts_are_paired_by_name_in_all_folders(tmp_path: Path) -> None:
    touch(tmp_path, "a.MP3", "a.vtt", "a.txt", "b.opus", "sub/deep/c.mp4", "sub/deep/c.en.srt")
    touch(tmp_path, "alone.vtt", "notes.pdf", "b.jpg")
    assert pairs(tmp_path) == [
        ("a.MP3", "a.vtt"),
        ("b.opus", None),
        (None, "alone.vtt"),
        ("c.mp4", "c.en.srt"),
    ]


def test_hidden_files_licences_and_other_json_are_no_documents(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden.mp3", ".cache/a.mp3", "README.md", "LICENSE.txt", "package.json")
    assert pairs(tmp_path) == []


def test_a_folder_with_nothing_in_it_is_a_warning(tmp_path: Path) -> None:
    found = scan([tmp_path])
    assert not found.failures
    assert found.warnings[str(tmp_path)].startswith("no recordings or transcripts here")


def test_a_file_may_be_named_alone_and_finds_its_transcript(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "a.vtt", "b.mp3", "metadata.csv")
    (tmp_path / "metadata.csv").write_text("name,title\na,On tides\n")
    found = scan([tmp_path / "a.mp3"])
    assert pairs(tmp_path / "a.mp3") == [("a.mp3", "a.vtt")]
    assert found.sources[0].metadata == {"title": "On tides"}


def test_what_is_named_twice_is_taken_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3")
    assert len(scan([tmp_path, tmp_path / "a.mp3", tmp_path]).sources) == 1


def test_paths_that_cannot_be_used_are_failures(tmp_path: Path) -> None:
    touch(tmp_path, "a.pdf")
    failures = scan([tmp_path / "a.pdf", tmp_path / "missing"]).failures
    assert "neither a recording" in failures[str(tmp_path / "a.pdf")]
    assert failures[str(tmp_path / "missing")] == "there is no such file or folder"


def test_a_table_gives_titles_to_names_with_or_without_extension(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "b v1.5.mp3", "c.mp3")
    (tmp_path / "metadata.csv").write_bytes(
        "\ufeffname,title,speaker,notes\r\na.mp3, On tides ,Ann,x\r\nb v1.5,Two,,\r\nd,no file,,"
        "\r\n".encode()
    )
    rows = {source.name: source.metadata for source in scan([tmp_path]).sources}
    assert rows == {
        "a": {"title": "On tides", "speaker": "Ann"},
        "b v1.5": {"title": "Two"},
        "c": {},
    }


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (b"title;name\nOn tides;a\n", "needs a header line: name,title"),
        (b"name,title\na,Caf\xe9\n", "cannot be read as a table"),
    ],
)
def test_a_broken_table_is_a_failure_and_the_recordings_go_on(
    tmp_path: Path, table: bytes, reason: str
) -> None:
    touch(tmp_path, "a.mp3")
    (tmp_path / "metadata.csv").write_bytes(table)
    found = scan([tmp_path])
    assert reason in found.failures[str(tmp_path / "metadata.csv")]
    assert len(found.sources) == 1


def test_libraries_within_the_folder_are_not_taken_for_transcripts(
    tmp_path: Path, small_library: LibraryStore
) -> None:
    touch(tmp_path, "a.mp3")
    copy_library(small_library.folder, tmp_path / "mine")
    copy_library(small_library.folder, tmp_path / "sub" / "another")
    found = scan([tmp_path], exclude=tmp_path / "mine")
    assert [source.name for source in found.sources] == ["a"] and not found.failures


def test_folders_that_link_to_themselves_end(tmp_path: Path) -> None:
    touch(tmp_path, "sub/a.mp3")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert pairs(tmp_path) == [("a.mp3", None)]


def test_a_folder_that_may_not_be_read_is_a_failure(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read every folder")
    touch(tmp_path, "a.mp3", "private/b.mp3")
    (tmp_path / "private").chmod(0)
    try:
        found = scan([tmp_path, tmp_path / "private" / "b.mp3"])
    finally:
        (tmp_path / "private").chmod(0o755)
    assert [source.name for source in found.sources] == ["a"]
    assert found.failures[str(tmp_path / "private")] == "no permission to read the folder"


def test_the_table_names_the_speakers_of_a_transcript(tmp_path):
    (tmp_path / "a.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: Hi.\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\n[SPEAKER_02]: Ho.\n"
    )
    (tmp_path / "metadata.csv").write_text(
        "name,speakers\na,speaker_00 = Ann Lee; SPEAKER_01=Bo;\n"
    )
    (source,) = scan([tmp_path]).sources
    assert source.metadata == {}
    transcript = with_speaker_names(read_transcript(tmp_path / "a.srt"), source.speakers)
    assert [cue.speaker for cue in transcript.cues] == ["Ann Lee", "SPEAKER_02"]

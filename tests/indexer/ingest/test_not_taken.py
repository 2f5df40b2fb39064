"""What is neither a recording nor a transcript is passed over, and named where it may be missed."""

from __future__ import annotations

import os
from pathlib import Path

from indexer.ingest.discover import scan
from indexer.ingest.report import AddReport
from tests.indexer.ingest.scanned_folders import WAV, pairs, put, touch


def test_hidden_files_licences_and_other_json_are_no_documents(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden.mp3", ".cache/a.mp3", "README.md", "LICENSE.txt", "package.json")
    assert pairs(tmp_path) == []


def test_what_is_no_recording_is_passed_over_and_counted(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "tide.mp3": WAV,
            "._tide.mp3": b"\x00\x05\x16\x07",
            "$RECYCLE.BIN/old.mp3": WAV,
            "@eaDir/tide.mp3/small.mp3": WAV,
            ".Trash-1000/files/old.mp3": WAV,
            "more.mp3.part": WAV,
            "joining.temp.mp4": WAV,
            "cover.jpg": b"\xff\xd8\xff\xe0",
            "all.m3u8": b"#EXTM3U\n",
            "Read Me.txt": b"words",
            "Tide - Tracklist.txt": b"words",
            "module.ts": b"export {};\n",
            "tide.info.json": b'{"duration": 3}',
        },
    )
    found = scan([tmp_path])
    assert [source.name for source in found.sources] == ["tide"]
    names = {os.path.relpath(path, tmp_path) for path in found.passed_over}
    assert names == {
        *("._tide.mp3", "$RECYCLE.BIN", "@eaDir", ".Trash-1000", "more.mp3.part", "cover.jpg"),
        *("joining.temp.mp4", "all.m3u8", "Read Me.txt", "Tide - Tracklist.txt", "module.ts"),
        "tide.info.json",
    }
    assert not found.warnings and not found.failures
    report = AddReport(passed_over=found.passed_over)
    assert report.describe_passed_over().startswith("12 files and folders passed over (folders 3")


def test_a_recording_with_something_after_its_name_is_named_and_not_taken(tmp_path: Path) -> None:
    leftovers = ["tide.mp3.incomplete", "tide.m4a.unfinished", "tide.MP3.bak", "tide.wav~"]
    whole = ["tide.mp3.1", "Tide.v2", "plan.au.final", "tide.mp3.wav"]
    put(tmp_path, dict.fromkeys(leftovers + whole, WAV))
    found = scan([tmp_path])
    assert {source.path.name for source in found.sources} == set(whole)
    assert {Path(path).name for path in found.warnings} == set(leftovers)
    named = scan([tmp_path / leftovers[0]])  # who names it wants it
    assert [source.path.name for source in named.sources] == leftovers[:1]


def test_a_playlist_called_a_recording_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"tide.m4a": b"#EXTM3U\nhttp://example.org\n"})
    assert scan([tmp_path]).warnings[str(tmp_path / "tide.m4a")].startswith("a playlist")
    assert scan([tmp_path / "tide.m4a"]).failures[str(tmp_path / "tide.m4a")].startswith("a play")


def test_a_document_of_a_recordings_name_that_is_not_read_is_named(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "tide.mp3": WAV,
            "tide.en.pdf": b"%PDF-1.7",
            "tide.nfo": b"text",
            "tide.jpg": b"\xff\xd8\xff",
            "paper.pdf": b"%PDF-1.7",
            "old.sub": b"{1}{2}words",
        },
    )
    for found in (scan([tmp_path]), scan([tmp_path / "tide.mp3"])):
        assert "not a transcript format" in found.warnings.pop(str(tmp_path / "tide.en.pdf"))
        assert found.warnings.keys() <= {str(tmp_path / "old.sub")}


def test_subtitles_that_are_pictures_are_no_transcript(tmp_path: Path) -> None:
    pictures = b"\x00\x00\x01\xba" + bytes(range(256)) * 300
    put(
        tmp_path,
        {
            "tide.mp3": WAV,
            "tide.sub": pictures,
            "tide.idx": b"# VobSub index",
            "moon.sub": pictures,
        },
    )
    found = scan([tmp_path])
    assert [(source.name, source.transcript) for source in found.sources] == [("tide", None)]
    assert "no transcript" in found.warnings[str(tmp_path / "tide.sub")]


def test_a_file_that_is_not_downloaded_is_named(tmp_path: Path) -> None:
    touch(tmp_path, ".talk.mp3.icloud")
    assert "not downloaded" in scan([tmp_path]).warnings[str(tmp_path / ".talk.mp3.icloud")]


def test_a_folder_of_which_nothing_is_taken_names_what_might_have_been(tmp_path: Path) -> None:
    put(tmp_path, {"talk.csv": b"a,b\n1,2\n", "sub/README.txt": b"x", "photo.xyz": b"\x00"})
    found = scan([tmp_path]).warnings[str(tmp_path)]
    assert found == (
        "nothing here was taken: talk.csv (not a transcript, by its content), README.txt (not a "
        "transcript, by its name)"
    )


def test_the_mark_of_an_open_document_is_no_transcript(tmp_path: Path) -> None:
    put(tmp_path, {"~$talk.docx": b"\x03Ann"})
    found = scan([tmp_path])
    assert not found.sources and not found.failures
    assert "open in Office" in found.passed_over[str(tmp_path / "~$talk.docx")]

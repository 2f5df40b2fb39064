"""A scan looks through files, folders and links once each, and says what it cannot read."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from tests.indexer.ingest.scanned_folders import WAV, pairs, put, touch
from tests.sharing import copy_library


def test_a_folder_with_nothing_in_it_is_a_warning(tmp_path: Path) -> None:
    found = scan([tmp_path])
    assert not found.failures
    assert found.warnings[str(tmp_path)].startswith("no recordings or transcripts here")


def test_a_folder_with_nothing_in_it_is_a_warning_within_another_one(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3")
    (tmp_path / "nothing").mkdir()
    found = scan([tmp_path, tmp_path / "nothing", tmp_path])
    assert list(found.warnings) == [str(tmp_path / "nothing")]


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


def test_sound_without_an_extension_is_a_recording_of_its_whole_name(tmp_path: Path) -> None:
    put(tmp_path, {"memo": WAV, "Part 1. Tides": WAV, "notes": b"text", "memo.txt": b"words"})
    put(tmp_path, {"talk.wav": WAV})
    found = scan([tmp_path])
    assert [(s.name, s.transcript) for s in found.sources] == [
        ("talk", None),
        ("Part 1. Tides", None),
        ("memo", tmp_path / "memo.txt"),
    ]
    assert pairs(tmp_path / "memo.txt") == [("memo", "memo.txt")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names as Unicode")
def test_names_in_other_bytes_cost_themselves_alone_and_are_told(tmp_path: Path) -> None:
    touch(tmp_path, "tide.mp3", "tide.vtt", "Subs/moon.vtt")
    names = (b"F\xe4hre.mp3", b"F\xe4hre.vtt", b"\xdcber/b.mp3", b"f\xfcr.jpg", b".\xe4")
    for name in (tmp_path / os.fsdecode(name) for name in names):
        name.parent.mkdir(exist_ok=True)
        name.write_bytes(b"\xff\xd8\xff" if name.suffix == ".jpg" else WAV)
    found = scan([tmp_path])
    assert [source.name for source in found.sources] == ["tide", "moon"]
    failures, others = (
        {Path(path).name for path in p} for p in (found.failures, found.passed_over)
    )
    assert failures == {r"F\xe4hre.mp3", r"F\xe4hre.vtt", r"\xdcber"}
    assert others == {r"f\xfcr.jpg", r".\xe4"}
    assert all("convmv" in reason for reason in found.failures.values())
    named = tmp_path / os.fsdecode(b"F\xe4hre.vtt")
    assert list(scan([named]).failures) == [str(tmp_path / r"F\xe4hre.vtt")]
    assert [source.name for source in scan([tmp_path / "tide.mp3"]).sources] == ["tide"]


def test_folders_behind_links_are_read_once_and_the_rest_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.mp3", "disk/b.mp3", "disk/c.mp3")
    inside = tmp_path / "in"
    (inside / "nas").symlink_to(tmp_path / "disk", target_is_directory=True)
    (inside / "again").symlink_to(tmp_path / "disk", target_is_directory=True)
    (inside / "up").symlink_to(inside, target_is_directory=True)
    (inside / "gone").symlink_to(tmp_path / "unmounted", target_is_directory=True)
    (inside / "same.mp3").symlink_to(inside / "a.mp3")
    found = scan([inside])
    assert [source.name for source in found.sources] == ["a", "b", "c"]
    assert "read already" in found.warnings[str(inside / "nas")]
    assert "read already" in found.warnings[str(inside / "up")]
    assert "does not exist" in found.warnings[str(inside / "gone")]
    assert "same file" in found.passed_over[str(inside / "same.mp3")]


def test_every_file_of_a_folder_is_taken_or_named(tmp_path: Path) -> None:
    draw = random.Random(7)
    stems = ["a", "a_2", "README", "b.en", "b", "x.temp", "._a", ".hid", "tracklist", "a.de"]
    ends = [".mp3", ".vtt", ".txt", ".json", ".pdf", ".part", ".ts", "", ".xyz", ".html"]
    contents = [WAV, b"words", b"#EXTM3U\n", b"%PDF-", b"\x00\x05\x16\x07", b"", b"\xff\xfe"]
    for number in range(60):
        folder = tmp_path / str(number)
        names = {draw.choice(stems) + draw.choice(ends) for _ in range(6)}
        put(folder, {name: draw.choice(contents) for name in names})
        found = scan([folder])
        taken = {str(p) for s in found.sources for p in (s.recording, s.transcript) if p}
        said = taken | found.failures.keys() | found.warnings.keys() | found.passed_over.keys()
        assert {str(folder / name) for name in names} <= said

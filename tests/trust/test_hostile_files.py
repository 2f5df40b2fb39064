"""Files made to do harm: each is refused in words, costs little, and the others are indexed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from hilbert.errors import HilbertError
from indexer.base.errors import AudioError
from indexer.base.limits import VARIABLE, parse_limits
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.report import AddReport
from indexer.ingest.run import index
from indexer.media.decode import Part, decode_part, open_recording
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.transcript import TranscriptError
from tests.trust import hostile_media as hostile

# Seconds that a hostile file may take on a busy machine; before there were limits, minutes.
_QUICK = 10.0


def decoded_seconds(path: Path) -> float:
    return sum(len(block) for block in open_recording(path).blocks()) / 16_000


def index_folder(library: LibraryStore, folder: Path) -> AddReport:
    found = scan([folder], exclude=library.folder)
    return index(library, found, ProcessSettings(asr="never"))


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        ("two hertz", "only 2 samples a second"),
        ("2 GHz", "2,000,000,000 samples a second"),
        ("100 hours", "more than 36 hours"),
        ("300 channels", "300 channels"),
    ],
)
def test_a_bomb_is_refused_with_its_reason(tmp_path: Path, bomb: str, reason: str) -> None:
    path = hostile.BOMBS[bomb](tmp_path)
    started = time.monotonic()
    with pytest.raises(AudioError, match=reason):
        decoded_seconds(path)
    with pytest.raises(AudioError, match=reason):
        decode_part(path, Part(1, 2, 48_000))
    assert time.monotonic() - started < _QUICK


def test_a_length_that_no_header_tells_is_refused_where_it_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hostile.long_flac(tmp_path, seconds=400, announce=False)
    assert decoded_seconds(path) > 300
    monkeypatch.setenv(VARIABLE, "hours=0.05")
    with pytest.raises(AudioError, match=r"more than 0\.05 hours"):
        decoded_seconds(path)


def test_a_limit_is_raised_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hostile.too_many_channels(tmp_path)
    monkeypatch.setenv(VARIABLE, "channels=300, hours=1")
    assert decoded_seconds(path) == 1.0


@pytest.mark.parametrize("text", ["channel=9", "hours", "hours=none", "hours=-1", "hours=nan"])
def test_a_limit_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(HilbertError, match="NAME=NUMBER"):
        parse_limits(text)


@pytest.mark.parametrize("channels", [9, 12, 64])
def test_channels_that_nothing_names_are_mixed(tmp_path: Path, channels: int) -> None:
    path = hostile.many_channels(tmp_path, channels)
    assert decoded_seconds(path) == 1.0
    assert decode_part(path, Part(0.25, 0.75, 48_000)).shape == (1, 24_000)


@pytest.mark.parametrize("kind", list(hostile.LISTS))
def test_a_list_of_files_opens_none_of_them(tmp_path: Path, kind: str) -> None:
    neighbour = hostile.write_wav(tmp_path / "secret.wav", hostile.noise(16_000), 16_000)
    path = hostile.LISTS[kind](tmp_path, neighbour)
    with pytest.raises(AudioError, match=r"a playlist|not a sound file"):
        decoded_seconds(path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("braces.srt", b"1\n00:00:00,000 --> 00:00:05,000\n" + b"{\\" * 100_000),
        ("braces.ass", b"[Events]\nDialogue: 0,0:00:00,0:00:05,D,,0,0,0,," + b"{\\p1" * 60_000),
        ("lines.lrc", b"[00:01.00]Hi." + b"\n" * 200_000 + b"[00:01.00]Ho.\n" * 20_000),
        ("word.txt", b"a" * 1_000_000),
        ("end.json", json.dumps({"segments": [{"start": 0, "end": 3e9, "text": "Hi."}]}).encode()),
    ],
)
def test_a_hostile_transcript_is_read_in_no_time(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    started = time.monotonic()
    transcript = read_transcript(tmp_path / name)
    assert time.monotonic() - started < _QUICK
    assert max(len(word) for cue in transcript.cues for word in cue.text.split()) <= 2000


def test_a_transcript_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(b"word " * 300_000)
    monkeypatch.setenv(VARIABLE, "transcript_megabytes=1")
    with pytest.raises(TranscriptError, match="larger than 1 MB"):
        read_transcript(path)


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    """A folder of good and hostile files."""
    folder = tmp_path / "folder"
    folder.mkdir()
    sound = hostile.write_wav(folder / "a-good.wav", hostile.noise(48_000), 16_000)
    hostile.write_wav(folder / "z-good.wav", hostile.noise(48_000, seed=2), 16_000)
    for make in hostile.BOMBS.values():
        make(folder)
    hostile.many_channels(folder)
    hostile.hls_list(folder, sound, "hls.mp3")
    hostile.write_wav(folder / "late.wav", hostile.noise(48_000, seed=3), 16_000)
    late = {"segments": [{"start": 0, "end": 2, "text": "Soon."}]}
    late["segments"].append({"start": 2, "end": 3e9, "text": "Late."})
    late["segments"].append({"start": 3.1e9, "end": 3.2e9, "text": "Later."})
    (folder / "late.json").write_text(json.dumps(late))
    return folder


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_no_recording_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "clip.wav")
    with pytest.raises(AudioError, match="not a regular file"):
        decoded_seconds(tmp_path / "clip.wav")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipes_and_devices_are_refused_and_the_others_indexed(
    hostile_folder: Path, empty_library: LibraryStore
) -> None:
    os.mkfifo(hostile_folder / "x.json")
    os.mkfifo(hostile_folder / "pipe.wav")
    os.mkfifo(hostile_folder / "a-good.chapters.json")
    (hostile_folder / "metadata.csv").symlink_to("/dev/zero")
    started = time.monotonic()
    report = index_folder(empty_library, hostile_folder)
    assert time.monotonic() - started < 10 * _QUICK
    names = {Path(path).name: reason for path, reason in report.failed.items()}
    assert "regular file" in names.pop("x.json")
    assert "regular file" in names.pop("metadata.csv")
    assert "regular file" in names.pop("pipe.wav")
    assert set(names) == {"two-hertz.wav", "fast.m4a", "long.flac", "channels-300.wav"}
    assert sorted(report.added) == ["a-good", "channels-12", "late", "z-good"]
    assert empty_library.catalog.current_generation() == report.snapshot


def test_a_cue_that_ends_in_a_century_costs_nothing(
    hostile_folder: Path, empty_library: LibraryStore
) -> None:
    report = index_folder(empty_library, hostile_folder)
    assert "late" in report.added
    assert any(
        "may not be the right transcript" in w for ws in report.warnings.values() for w in ws
    )
    documents = empty_library.catalog.documents()
    assert next(d for d in documents if d.name == "late").seconds == 3.0

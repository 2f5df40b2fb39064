"""Chapters of a recording are kept, and follow the file beside it."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np

from indexer.base.types import Chapter
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.report import AddReport
from indexer.ingest.run import index
from indexer.maintenance.document_transcript import document_transcript

FILES = ["talk.chapters.json", "Talk.wav.FFMETADATA", "talk.chapters.txt"]
CHAPTERS = [{"startTime": 0, "title": "Begin"}, {"startTime": 0.5, "title": "End"}]


def test_chapters_beside_a_recording_are_stored_and_updated(
    empty_library: LibraryStore, tmp_path: Path
) -> None:
    talks = tmp_path / "talks"
    talks.mkdir()
    tone = (8000 * np.sin(np.arange(16000) / 8)).astype(np.int16)
    with wave.open(str(talks / "talk.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(tone.tobytes())
    beside = talks / "talk.chapters.json"

    def add(text: str) -> tuple[AddReport, tuple[Chapter, ...]]:
        beside.write_text(text)
        report = index(empty_library, scan([talks]), ProcessSettings(asr="never"))
        assert (report.failed, report.documents) == ({}, 1)
        return report, document_transcript(empty_library, "talk").chapters

    first = (Chapter("Begin", 0.0), Chapter("End", 0.5))
    assert add(json.dumps({"chapters": CHAPTERS}))[1] == first
    report, chapters = add(json.dumps({"chapters": CHAPTERS}))
    assert (report.unchanged, chapters) == (["talk"], first)
    searched = report.snapshot
    report, chapters = add(json.dumps({"chapters": CHAPTERS[1:]}))
    assert (report.updated, chapters) == (["talk"], (Chapter("End", 0.5),))
    assert report.snapshot != searched  # they are searched, too
    report, chapters = add("{}")
    assert chapters == (Chapter("End", 0.5),)
    assert any("holds no chapters" in w for w in report.warnings[str(talks / "talk.wav")])
    beside.unlink()
    report = index(empty_library, scan([talks]), ProcessSettings(asr="never"))
    assert document_transcript(empty_library, "talk").chapters == ()
    assert report.updated == ["talk"] and not report.failed
    report = index(empty_library, scan([talks]), ProcessSettings(asr="never"))
    assert report.unchanged == ["talk"]


def test_chapters_of_a_recording_are_neither_transcripts_nor_passed_over(tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    for name in (*FILES, "other.chapters.json", "other.ffmetadata"):
        (tmp_path / name).write_text(";FFMETADATA1\n")
    for named in (tmp_path, tmp_path / "talk.wav"):
        found = scan([named])
        assert [(s.recording, s.transcript) for s in found.sources] == [
            (tmp_path / "talk.wav", None)
        ]
        assert not (found.warnings or found.failures)
    assert {Path(path).name for path in scan([tmp_path]).passed_over} == {
        *("other.chapters.json", "other.ffmetadata"),
    }

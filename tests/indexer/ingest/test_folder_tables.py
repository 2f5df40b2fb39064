"""A table in a folder gives titles and speakers to the files there, and is checked against them."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.ingest.discover import scan
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.transcript import with_speaker_names
from tests.indexer.ingest.scanned_folders import touch


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
        (b"title;who\nOn tides;a\n", "needs a header line: name,title"),
        (b"PK\x03\x04\x00\x01\x02\x03\x07\x08" * 9, "cannot be read as a table: it is no text"),
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


def test_a_table_names_the_rows_that_fit_nothing_or_several(tmp_path: Path) -> None:
    touch(tmp_path, "tide.mp3")
    table = tmp_path / "metadata.csv"
    table.write_text("name,title\ntide.mp3,Tide\ntied,Typo\n")
    assert scan([tmp_path]).warnings == {str(table): "no file here for the rows tied"}
    table.write_text("name,title\nTide,A\nTIDE,B\n")
    found = scan([tmp_path])
    assert found.sources[0].metadata == {}
    assert found.warnings == {str(table): "not used for tide: the rows Tide and TIDE both fit"}

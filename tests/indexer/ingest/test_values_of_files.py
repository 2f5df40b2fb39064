"""What a table above and the notes of a downloader say of a file, beside a table of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.base.types import Chapter
from indexer.ingest.discover import scan
from indexer.library import Library
from indexer.store.supplements import WEB_PAGE
from tests.in_process import call

INFO = {
    "id": "x1",
    "title": "Bees in the City #3",
    "upload_date": "20240131",
    "uploader": "Ann Reed",
    "channel": "City Radio",
    "categories": ["Nature", "Pets"],
    "webpage_url": "https://example.org/watch?v=x1",
    "language": "de",
    "extractor": "generic",
    "chapters": [
        {"start_time": 0.0, "title": "Intro", "end_time": 4.0},
        {"start_time": 4.0, "title": "The hive", "end_time": 9.0},
    ],
}


def vtt(said: str) -> str:
    return f"WEBVTT\n\n00:01.000 --> 00:07.000\n{said}\n"


def by_name(folder: Path, *named: Path) -> dict[str, dict[str, str]]:
    return {source.name: source.metadata for source in scan(named or [folder]).sources}


def note(folder: Path, name: str, **changed: Any) -> Path:
    path = folder / f"{name}.info.json"
    path.write_text(json.dumps(INFO | changed), encoding="utf-8")
    return path


def test_notes_of_a_downloader_are_values_of_captions_and_a_table_wins(tmp_path: Path) -> None:
    (tmp_path / "bees.en.vtt").write_text(vtt("Bees dance."), encoding="utf-8")
    (tmp_path / "bees.part2.vtt").write_text(vtt("Bees sleep."), encoding="utf-8")
    (tmp_path / "tides.vtt").write_text(vtt("The tide lags."), encoding="utf-8")
    note(tmp_path, "Bees", uploader=None)
    found = by_name(tmp_path)
    assert found["bees.en"] == {
        "title": "Bees in the City #3",
        "date": "20240131",
        "speaker": "City Radio",
        "label": "Nature",
        "language": "de",
        "url": "https://example.org/watch?v=x1",
    }
    assert found["tides"] == {}
    (tmp_path / "metadata.csv").write_text("name,title\nbees.en,Mine\n", encoding="utf-8")
    assert by_name(tmp_path)["bees.en"]["title"] == "Mine"
    assert by_name(tmp_path)["bees.en"]["speaker"] == "City Radio"


def test_broken_notes_are_said_and_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "bees.vtt").write_text(vtt("Bees dance."), encoding="utf-8")
    broken = tmp_path / "bees.info.json"
    broken.write_text('{"title": "Be', encoding="utf-8")
    found = scan([tmp_path])
    assert [source.metadata for source in found.sources] == [{}]
    assert "cannot be read" in found.warnings[str(broken)]


@pytest.mark.usefixtures("models")
def test_notes_of_a_recording_are_kept_up_with(talks: Path, tmp_path: Path) -> None:
    recording = min(talks.glob("*.opus"), key=lambda path: path.stat().st_size)
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "one.opus").write_bytes(recording.read_bytes())
    (folder / "one.vtt").write_text(vtt("Bees dance in the hive."), encoding="utf-8")
    path = note(folder, "one", language=None)
    library = tmp_path / "library"
    for title, changes in ((INFO["title"], {}), ("Another", {"title": "Another"})):
        note(folder, "one", language=None, **changes)
        assert call("index", folder, "-l", library)[0] == 0
        with Library.open(library) as opened:
            catalog = opened.store.catalog
            (document,) = catalog.documents()
            assert (document.title, document.date, document.speaker, document.label) == (
                title,
                "2024-01-31",
                "Ann Reed",
                "Nature",
            )
            assert catalog.fact(document.id, WEB_PAGE) == INFO["webpage_url"]
            assert catalog.supplement(document.id).chapters == (
                Chapter("Intro", 0.0, 4.0),
                Chapter("The hive", 4.0, 9.0),
            )
    path.unlink()
    assert call("index", "-l", library)[0] == 0
    with Library.open(library) as opened:
        (document,) = opened.store.catalog.documents()
        # What the recording says by itself is there again.
        assert document.title != "Another" and document.date != "2024-01-31"


def test_a_table_names_files_of_folders_below(tmp_path: Path) -> None:
    for place in ("s1/bees", "s1/deep/tides", "s2/bees", "chess"):
        file = tmp_path / "shows" / f"{place}.vtt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(vtt(f"The talk of {place}."), encoding="utf-8")
    table = tmp_path / "shows" / "metadata.csv"
    table.write_text(
        "file,title\ns1/bees.mp3,One\nS1\\deep\\tides.vtt,Two\n./s2/bees,Three\nchess,Four\n"
        "s3/none.mp3,Five\n",
        encoding="utf-8",
    )
    found = scan([tmp_path / "shows"])
    titles = {s.path.relative_to(tmp_path).as_posix(): s.metadata for s in found.sources}
    assert {place: values.get("title") for place, values in titles.items()} == {
        "shows/chess.vtt": "Four",
        "shows/s1/bees.vtt": "One",
        "shows/s1/deep/tides.vtt": "Two",
        "shows/s2/bees.vtt": "Three",
    }
    assert found.warnings == {str(table): "no file there for the rows s3/none"}
    # The same where a folder below is looked through by itself, or a file.
    for named in (tmp_path / "shows" / "s1", tmp_path / "shows" / "s1" / "bees.vtt"):
        again = scan([named])
        assert again.sources[0].metadata == {"title": "One"} and not again.warnings
    # A table of the folder itself comes first.
    (tmp_path / "shows" / "s1" / "metadata.csv").write_text("file,title\nbees,Own\n")
    assert by_name(tmp_path, tmp_path / "shows" / "s1")["bees"] == {"title": "Own"}


def test_a_table_above_that_is_something_else_is_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("id,count\n1,2\n")
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "bees.vtt").write_text(vtt("Bees dance."), encoding="utf-8")
    found = scan([folder])
    assert not found.failures and not found.warnings and len(found.sources) == 1


@pytest.mark.parametrize("name", ["metadata.xlsx", "Metadata.ods", "metadata.tsv"])
def test_a_table_that_is_no_csv_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "bees.vtt").write_text(vtt("Bees dance."), encoding="utf-8")
    (tmp_path / name).write_bytes(b"name\ttitle\nbees\tBees\n" if "tsv" in name else b"PK\x03\x04")
    found = scan([tmp_path])
    assert found.warnings == {str(tmp_path / name): "not read: save the table as metadata.csv"}

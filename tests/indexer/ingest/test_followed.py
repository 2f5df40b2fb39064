"""A library follows the folders and files that were indexed, each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.base.errors import LibraryError
from tests.indexer.ingest.conftest import TEXTS, Collection, vtt


def test_indexing_without_paths_looks_through_what_was_named(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.write("clocks.vtt")
    monkeypatch.chdir(tmp_path)
    report = collection.index()
    assert report.added == ["clocks"] and sorted(report.unchanged) == ["bees", "bread", "tides"]


def test_a_library_that_follows_nothing_asks_for_a_folder(collection: Collection) -> None:
    for folder in collection.library.catalog.remembered.folders():
        collection.library.catalog.remembered.forget_folder(folder.path)
    with pytest.raises(LibraryError, match="follows no folder yet; name one: 'hilbert index"):
        collection.index()


def test_a_relative_path_is_the_same_folder_from_everywhere(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(collection.folder)
    assert len(collection.index(".").unchanged) == 3
    monkeypatch.chdir(tmp_path)
    assert len(collection.index("talks/../talks").unchanged) == 3
    (followed,) = collection.library.catalog.remembered.folders()
    assert followed.path == str(collection.folder)


def test_a_path_that_is_not_there_is_a_failure_and_is_not_followed(collection: Collection) -> None:
    report = collection.index("/nowhere/talks")
    assert report.failed == {"/nowhere/talks": "there is no such file or folder"}
    assert [f.path for f in collection.library.catalog.remembered.folders()] == [
        str(collection.folder)
    ]


def test_folders_within_each_other_are_followed_once(collection: Collection) -> None:
    collection.index(collection.folder / "old")
    collection.index(collection.folder / "bees.vtt")
    followed = collection.library.catalog.remembered.folders()
    assert [f.path for f in followed] == [str(collection.folder)]
    collection.index(collection.folder.parent)
    followed = collection.library.catalog.remembered.folders()
    assert [f.path for f in followed] == [str(collection.folder.parent)]
    assert len(collection.index().unchanged) == 3


def test_a_folder_and_a_link_to_it_are_followed_once(
    collection: Collection, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(collection.folder)
    report = collection.index(link)
    assert len(report.unchanged) == 3 and not report.warnings
    report = collection.index()
    assert len(report.unchanged) == 3 and not report.moved
    assert len(collection.library.catalog.remembered.folders()) == 1


def test_each_folder_keeps_its_language(collection: Collection) -> None:
    collection.write("de/uhr.vtt", "Die Uhr geht nach. Niemand weiß, warum sie das tut.")
    collection.index(collection.folder / "de", language="de")
    collection.write("de/brot.vtt", "Das Brot ist fertig, wenn es hohl klingt. Zwei Tage dauert es")
    collection.write("clocks.vtt")
    assert sorted(collection.index().added) == ["brot", "clocks"]
    languages = {name: d.language for name, d in collection.documents().items()}
    assert languages["brot"] == languages["uhr"] == "de" and languages["clocks"] == "en"
    collection.write("de/milch.vtt", "Die Milch kocht über, wenn niemand hinsieht. Immer")
    collection.index(collection.folder)
    assert collection.documents()["milch"].language == "de"


def test_a_folder_that_was_not_transcribed_is_not_transcribed_by_itself(
    collection: Collection, excerpt: Callable[[Path, float, float], Path]
) -> None:
    excerpt(collection.folder / "spoken.wav", 0, 6)
    collection.index(collection.folder, asr="never")
    assert "spoken" in collection.index().unchanged
    assert collection.index(collection.folder).updated == ["spoken"]


def test_the_library_within_its_folder_is_not_followed(
    collection: Collection,
) -> None:
    uploads = collection.library.folder / "uploads"
    uploads.mkdir()
    (uploads / "clocks.vtt").write_text(vtt(TEXTS["clocks"]))
    collection.index(uploads)
    assert [f.path for f in collection.library.catalog.remembered.folders()] == [
        str(collection.folder)
    ]

"""Of folders and files that cannot be reached nothing is removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.indexer.ingest.conftest import TEXTS, Collection, vtt


@pytest.mark.parametrize("how", ["missing", "empty", "hidden", "link"])
def test_nothing_is_removed_of_a_folder_that_cannot_be_reached(
    collection: Collection, how: str
) -> None:
    away = collection.folder.with_name("away")
    collection.folder.rename(away)
    if how == "link":
        collection.folder.symlink_to(collection.folder.with_name("unplugged"))
    elif how != "missing":
        collection.folder.mkdir()
        if how == "hidden":
            (collection.folder / ".DS_Store").write_text("x")
    for paths in ((), (collection.folder,)):
        report = collection.index(*paths, prune=True)
        assert list(report.unreachable) == [str(collection.folder)]
        assert "nothing of its 3 documents is lost" in report.unreachable[str(collection.folder)]
        assert not report.removed and not report.gone and report.documents == 3
        assert not report.failed
    if collection.folder.is_symlink():
        collection.folder.unlink()
    shutil.rmtree(collection.folder, ignore_errors=True)
    away.rename(collection.folder)
    report = collection.index(prune=True)
    assert len(report.unchanged) == 3 and not report.unreachable and not report.removed


@pytest.mark.parametrize("how", ["empty", "link"])
def test_a_drive_within_a_folder_that_is_not_plugged_in_loses_nothing(
    collection: Collection, how: str
) -> None:
    inner = collection.folder / "old"
    away = collection.folder.with_name("away")
    inner.rename(away)
    if how == "empty":
        inner.mkdir()
    else:
        inner.symlink_to("/nowhere/drive")
    (collection.folder / "bees.vtt").unlink()
    report = collection.index(prune=True)
    assert list(report.unreachable) == [str(inner)]
    assert list(report.removed.values()) == ["bees"] and set(collection.found()) == {
        "bread",
        "tides",
    }


def test_a_link_to_a_file_on_a_drive_that_is_not_plugged_in_loses_nothing(
    collection: Collection, tmp_path: Path
) -> None:
    target = tmp_path / "drive" / "clocks.vtt"
    target.parent.mkdir()
    target.write_text(vtt(TEXTS["clocks"]))
    link = collection.folder / "clocks.vtt"
    link.symlink_to(target)
    assert collection.index().added == ["clocks"]
    target.parent.rename(tmp_path / "away")
    report = collection.index(prune=True)
    assert list(report.unreachable) == [str(link)] and "clocks" in collection.found()


def test_a_share_that_is_not_mounted_loses_nothing_though_something_lies_there(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted, real = [str(collection.folder)], os.path.ismount
    monkeypatch.setattr(os.path, "ismount", lambda p: str(p) in mounted or real(p))
    collection.index()
    shutil.rmtree(collection.folder)
    mounted.clear()
    collection.folder.mkdir()
    (collection.folder / "note.vtt").write_text(vtt("Mount the share. Now"))
    for _ in range(2):
        report = collection.index(prune=True)
        assert report.unreachable == {
            str(collection.folder): f"nothing is mounted at {collection.folder}; nothing of its 3 "
            "documents is lost"
        }
        assert not report.removed and report.documents == 4


def test_a_file_that_icloud_took_back_is_not_gone(collection: Collection) -> None:
    file = collection.folder / "bees.vtt"
    file.unlink()
    (collection.folder / ".bees.vtt.icloud").write_text("x")
    report = collection.index(prune=True)
    assert list(report.unreachable) == [str(file)] and not report.removed


def test_a_folder_whose_name_is_no_text_is_not_followed(
    collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "clocks.vtt").write_text(vtt(TEXTS["clocks"]))
    failed = collection.index(folder).failed
    assert list(failed) == [str(tmp_path / "caf\\xe9")]
    assert "not UTF-8; rename it" in failed[str(tmp_path / "caf\\xe9")]
    assert len(collection.index().unchanged) == 3


def test_one_folder_out_of_reach_does_not_keep_the_others_from_being_updated(
    collection: Collection, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    (second / "clocks.vtt").write_text(vtt(TEXTS["clocks"]))
    collection.index(second)
    collection.folder.rename(tmp_path / "away")
    (second / "clocks.vtt").write_text(vtt(TEXTS["clocks"] + " It was late"))
    report = collection.index()
    assert report.updated == ["clocks"] and list(report.unreachable) == [str(collection.folder)]


def test_a_renamed_folder_is_found_by_its_new_name_and_the_old_one_is_forgotten(
    collection: Collection, tmp_path: Path
) -> None:
    new = tmp_path / "lectures"
    collection.folder.rename(new)
    report = collection.index(new)
    assert len(report.moved) == 3 and not report.added
    report = collection.index()
    assert len(report.unchanged) == 3 and not report.unreachable
    assert report.warnings[str(collection.folder)] == [
        "not followed any more: it is not there, and no document lies in it"
    ]
    report = collection.index()
    assert not report.warnings and not report.unreachable

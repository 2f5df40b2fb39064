"""What is gone from a followed folder stays in the library until it is pruned."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.indexer.ingest.conftest import TEXTS, Collection, vtt


def test_what_is_gone_stays_until_it_is_pruned(collection: Collection) -> None:
    gone = collection.folder / "bees.vtt"
    gone.unlink()
    for _ in range(2):
        report = collection.index()
        assert report.gone == {str(gone): "bees"} and not report.removed
        assert "bees" in collection.found()
    assert report.describe_changes() == [
        f"gone: {gone}",
        "1 document is gone but still in the library; --prune removes it",
    ]
    report = collection.index(prune=True)
    assert report.removed == {str(gone): "bees"} and not report.gone and report.documents == 2
    assert set(collection.found()) == {"bread", "tides"}
    assert not collection.index(prune=True).removed


def test_a_deleted_folder_is_gone_with_all_that_is_in_it(collection: Collection) -> None:
    shutil.rmtree(collection.folder / "old")
    assert list(collection.index(prune=True).removed.values()) == ["bread"]


def test_only_what_was_looked_through_is_gone(collection: Collection) -> None:
    (collection.folder / "bees.vtt").unlink()
    report = collection.index(collection.folder / "old", prune=True)
    assert not report.removed and not report.gone


def test_a_single_file_that_was_named_is_followed_and_gone(
    collection: Collection, tmp_path: Path
) -> None:
    alone = tmp_path / "elsewhere" / "clocks.vtt"
    alone.parent.mkdir()
    alone.write_text(vtt(TEXTS["clocks"]))
    (alone.parent / "other.txt").write_text("Nobody asked for this one.")
    assert collection.index(alone).added == ["clocks"]
    alone.write_text(vtt(TEXTS["clocks"] + " It was late"))
    report = collection.index()
    assert report.updated == ["clocks"] and len(report.unchanged) == 3
    alone.unlink()
    report = collection.index()
    assert report.gone == {str(alone): "clocks"} and not report.failed
    assert collection.index(prune=True).removed == {str(alone): "clocks"}
    report = collection.index()
    assert not report.failed and not report.warnings


def test_of_two_copies_the_other_one_stays(collection: Collection) -> None:
    copy = collection.folder / "old" / "bees-copy.vtt"
    shutil.copy(collection.folder / "bees.vtt", copy)
    assert collection.index().documents == 3
    (collection.folder / "bees.vtt").unlink()
    report = collection.index(collection.folder / "bees.vtt", prune=True)
    assert not report.removed and report.documents == 3
    assert collection.found()["bees-copy"] == str(copy)
    assert not collection.index().gone

"""What a killed process left is noted, and gone with the next commit; an unfinished library too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from indexer.base.errors import UnfinishedLibraryError
from indexer.index.library_store import LibraryStore
from indexer.maintenance.doctor import examine
from tests.made_documents import put


def test_leftovers_are_noted_and_deleted_by_the_next_commit(empty_library: LibraryStore) -> None:
    put(empty_library, 1)
    empty_library.commit()
    folder = empty_library.folder
    left = [
        folder / "features" / ".tmpa1B2c3",
        folder / "features" / "x.safetensors.12.partial",
        folder / "model" / ".tmpZZZ",
        folder / "model" / "model.onnx.77.partial",
        folder / "something.12.partial",
    ]
    for path in left:
        path.write_bytes(b"half")
    assert "5 leftovers of an interrupted run" in " ".join(examine(folder).notes)
    put(empty_library, 2)
    empty_library.commit()
    assert not [path for path in left if path.exists()]
    assert not [note for note in examine(folder).notes if "leftover" in note]


def test_a_catalog_without_tables_is_an_unfinished_library(tmp_path: Path, models: None) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as db:
        db.execute("PRAGMA journal_mode = WAL")  # killed before the tables were made
        db.execute("VACUUM")
    assert (folder / "catalog.sqlite").stat().st_size
    with pytest.raises(UnfinishedLibraryError, match="run the command that made it again"):
        LibraryStore.open(folder)
    assert "never finished" in " ".join(examine(folder).notes)
    LibraryStore.create(folder).close()
    assert examine(folder).healthy

"""Sounds, chapters and facts of documents, also in catalogs of the first release."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer.base.types import Chapter, Sound
from indexer.store.catalog import Catalog
from indexer.store.catalog_file import SCHEMA_VERSION
from indexer.store.supplements import DESCRIPTION, Supplement

OLD = Path(__file__).parents[2] / "fixtures/library-0.1/catalog.sqlite"
NOBODY = 65534
FULL = Supplement(
    (Sound("music", 0.0, 4.5, 0), Sound("applause", None, None, 3)),
    (Chapter("Tea & coffee", 0.0, 60.0), Chapter("", 60.0)),
    {DESCRIPTION: "Notes of the show.\nhttps://example.org"},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(OLD, tmp_path / "catalog.sqlite"))


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {row[0] for row in db.execute("SELECT name FROM sqlite_master")}


def test_reading_a_catalog_of_the_first_release_finds_none_and_makes_no_table(path: Path) -> None:
    before = tables(path)
    catalog = Catalog(path)
    document = catalog.documents()[0]
    assert catalog.supplement(document.id) == Supplement()
    with catalog.transaction():
        catalog.put_document(document, catalog.cues(document.id), catalog.segments(document.id))
    catalog.close()
    assert tables(path) == before


def test_a_supplement_comes_back_and_is_replaced_and_removed(path: Path) -> None:
    catalog = Catalog(path)
    first, second, *_ = catalog.documents()
    for document in (first, second):
        with catalog.transaction():
            catalog.put_document(document, [], [], FULL)
    assert catalog.supplement(first.id) == FULL
    assert catalog.supplement(first.id).description == FULL.facts[DESCRIPTION]
    with catalog.transaction():
        catalog.put_chapters(first.id, [Chapter("All", 0.0)])
    assert catalog.supplement(first.id) == Supplement(
        FULL.sounds, (Chapter("All", 0.0),), FULL.facts
    )
    with catalog.transaction():
        catalog.put_document(first, [], [])
        catalog.remove_document(second.id)
    assert catalog.supplement(first.id) == catalog.supplement(second.id) == Supplement()
    catalog.close()
    with closing(sqlite3.connect(path)) as db:  # the first release still opens it
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """A folder in which this process may not write; a superuser becomes nobody for the test."""
    folder = Path(tempfile.mkdtemp())
    shutil.copy(OLD, folder)
    user = os.geteuid()
    folder.chmod(0o555)
    (folder / OLD.name).chmod(0o444)
    if user == 0:
        os.seteuid(NOBODY)
    yield folder
    if user == 0:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_catalog_that_cannot_be_written_to_is_read(read_only_folder: Path, mode: str) -> None:
    if mode == "wal":
        user = os.geteuid()
        os.seteuid(os.getuid())
        if os.geteuid() != 0:
            pytest.skip("only a superuser can change the file within this test")
        with closing(sqlite3.connect(read_only_folder / OLD.name)) as db:
            db.execute("PRAGMA journal_mode = WAL")
        os.seteuid(user)
    catalog = Catalog(read_only_folder / OLD.name)
    document = catalog.documents()[0]
    assert catalog.cues(document.id)
    assert catalog.supplement(document.id) == Supplement()
    catalog.close()
    assert [path.name for path in read_only_folder.iterdir()] == [OLD.name]

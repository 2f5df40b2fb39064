"""A catalog whose tables are described otherwise than hilbert makes them is damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer.store.catalog import Catalog
from tests.dropping import ROOT

OLD = ROOT / "tests" / "fixtures" / "library-0.1"


@pytest.mark.parametrize(
    ("written", "damaged"),
    [
        (b"seconds REAL NOT NULL", b"secondr REAL NOT NULL"),
        (b"text TEXT NOT NULL,\n    avg_logprob", b"text TEXT NOV NULL,\n    avg_logprob"),
        (b"is_current INTEGER NOT NULL", b"is_currejt INTEGER NOT NULL"),
    ],
)
def test_a_flipped_bit_in_the_description_of_a_table_is_told(written, damaged, tmp_path):
    library = shutil.copytree(OLD, tmp_path / "library")
    path = library / "catalog.sqlite"
    content = path.read_bytes()
    assert written in content
    path.write_bytes(content.replace(written, damaged))
    catalog = Catalog(path)
    try:
        (finding,) = catalog.check()
        assert "the description of its table" in finding
    finally:
        catalog.close()


def test_a_library_of_the_first_release_and_one_made_today_are_whole(tmp_path: Path) -> None:
    old = Catalog(shutil.copytree(OLD, tmp_path / "old") / "catalog.sqlite")
    assert old.check() == []
    old.close()
    new = Catalog(tmp_path / "catalog.sqlite", create=True)
    assert new.check() == []
    new.close()

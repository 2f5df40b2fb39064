"""A library of the first release that may be changed: it opens without encoders."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore

OLD = Path(__file__).parents[2] / "fixtures/library-0.1"


@pytest.fixture
def old_folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "old-library"))


@pytest.fixture
def old_library(old_folder: Path) -> Iterator[LibraryStore]:
    library = LibraryStore.open(old_folder)
    yield library
    library.close()

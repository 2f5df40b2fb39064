"""What several test processes need is made by the first and used by all."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from indexer.index.library_store import CATALOG_FILE


def shared_folder(
    factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]
) -> Path:
    """Return a folder to be read only, the same in all workers of this run.

    Args:
        factory: Of this worker; those of the others lie beside it.
        name: Of the folder.
        build: Makes it, in the first worker that asks; the others wait for that.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / f"shared-{name}"
    with FileLock(base / f"shared-{name}.lock"):
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            build(partial)
            partial.rename(folder)
    return folder


def copy_library(source: Path, target: Path) -> Path:
    """Copy a library that nobody writes to, whoever reads it meanwhile.

    The catalog is copied by SQLite: what its last writer committed may lie in the write-ahead log
    still, which comes and goes with readers.
    """
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{CATALOG_FILE}*"))
    with (
        closing(sqlite3.connect(source / CATALOG_FILE)) as catalog,
        closing(sqlite3.connect(target / CATALOG_FILE)) as copy,
    ):
        catalog.backup(copy)
    return target

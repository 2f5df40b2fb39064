"""Words of snapshots that an earlier version of the text analysis indexed, analysed anew."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
import weakref
from contextlib import closing
from pathlib import Path

from hilbert.files import sync_file
from indexer.base.checked_sqlite import write_database
from indexer.index.fulltext_tables import VERSION, is_current, write_words

log = logging.getLogger(__name__)


class Upgrade:
    """A file with the records of an older one and words of this version.

    Attributes:
        path: Of the file.
    """

    def __init__(self, path: Path, temporary: Path | None = None) -> None:
        self.path = path
        if temporary is not None:
            weakref.finalize(self, shutil.rmtree, temporary, ignore_errors=True)


def current_version(db: sqlite3.Connection, path: Path) -> Upgrade | None:
    """Return the file to read instead of one of an earlier analysis; None where it is current.

    It is made once, beside the other in the folder of the snapshot, and goes with it; where that
    folder cannot be written, for this process alone. Descriptions and chapters that the older file
    does not list are found again after the next commit.

    Args:
        db: The file, opened.
        path: Of it.
    """
    if is_current(db):
        return None
    name = f"{path.stem}-{VERSION}{path.suffix}"
    beside = path.with_name(name)
    if beside.exists():
        return Upgrade(beside)
    log.info("analysing the words of %s anew", path)
    try:
        return Upgrade(_analyse_anew(db, beside))
    except (OSError, sqlite3.OperationalError):  # not ours, or full
        log.debug("%s cannot be written", beside, exc_info=True)
    folder = Path(tempfile.mkdtemp(prefix="hilbert-"))
    return Upgrade(_analyse_anew(db, folder / name), folder)


def _analyse_anew(db: sqlite3.Connection, path: Path) -> Path:
    """Write documents and segments, and their words, under another name first."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".partial")
    os.close(handle)
    try:
        with closing(sqlite3.connect(name)) as copy:
            db.backup(copy)
        with write_database(Path(name)) as target:
            write_words(target)
        sync_file(Path(name))
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    return path

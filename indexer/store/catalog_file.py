"""The file of a catalog: its tables, and how SQLite opens and changes it."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hilbert.system_faults import system_fault
from indexer.base.checked_sqlite import CheckedConnection, connect_checked
from indexer.base.errors import LibraryError, UnfinishedLibraryError

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id TEXT PRIMARY KEY,            -- sha256 of the recording, or of a lone transcript
    name TEXT NOT NULL,             -- file stem
    title TEXT NOT NULL,
    date TEXT, speaker TEXT, label TEXT, language TEXT,
    seconds REAL NOT NULL,
    recording TEXT,                 -- absolute path, NULL for a lone transcript
    transcript TEXT,                -- absolute path, NULL where there is none
    transcript_sha TEXT,
    words_from TEXT NOT NULL,       -- a source of text of indexer.base.types
    features TEXT NOT NULL,         -- file name in features/
    warnings TEXT NOT NULL,         -- JSON list
    updated_at REAL NOT NULL
);
CREATE TABLE paths (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    document TEXT REFERENCES documents(id) ON DELETE CASCADE
);
CREATE TABLE cues (
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start REAL, "end" REAL, speaker TEXT, text TEXT NOT NULL,
    avg_logprob REAL, no_speech_prob REAL,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID;
CREATE TABLE segments (
    id INTEGER PRIMARY KEY,         -- segment_id(document, ordinal): the same in every index
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start REAL NOT NULL, "end" REAL NOT NULL, timed INTEGER NOT NULL,
    first_cue INTEGER NOT NULL, last_cue INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (document, ordinal)
);
CREATE TABLE generations (
    number INTEGER PRIMARY KEY,
    created_at REAL NOT NULL,
    is_current INTEGER NOT NULL
);
CREATE TABLE failures (path TEXT PRIMARY KEY, reason TEXT NOT NULL, seen_at REAL NOT NULL);
"""


def open_schema(db: sqlite3.Connection, *, create: bool) -> None:
    """Make the tables of a new catalog, or check the version of one that is there.

    Raises:
        UnfinishedLibraryError: It was never finished.
        LibraryError: It is of another version; says what to do.
    """
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and create:
        with transaction(db):
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    elif version == 0:  # whoever made it was killed before its tables were there
        raise UnfinishedLibraryError(
            "this library was never finished being made; run the command that made it again"
        )
    elif version > SCHEMA_VERSION:
        raise LibraryError(
            f"this library was made by a newer hilbert (catalog version {version}, this "
            f"program reads version {SCHEMA_VERSION}); update hilbert"
        )
    elif version != SCHEMA_VERSION:
        raise LibraryError(
            f"this library has catalog version {version}, this program reads version "
            f"{SCHEMA_VERSION}; index the recordings again into a new library"
        )


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit all or nothing, also when the process is killed within."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def connect(path: Path) -> sqlite3.Connection:
    """Open a catalog for writing, or for reading where it may not be written."""
    try:
        db = connect_checked(path, path, isolation_level=None, check_same_thread=False)
        return _configured(db)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in _CANNOT_WRITE and (
            # The lowest byte of an extended code is the code.
            error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
        ):
            raise
        log.debug("could not open %s for writing", path, exc_info=True)
        return _connect_read_only(path, system_fault(error))


# Its `-wal` or `-shm` file cannot be made: on a full disk a catalog can still be read.
_CANNOT_WRITE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
)


def _configured(db: sqlite3.Connection) -> sqlite3.Connection:
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
    db.execute("PRAGMA busy_timeout = 10000")
    db.execute("PRAGMA trusted_schema = OFF")  # nor does a trigger of others call functions
    return db


def _connect_read_only(path: Path, reason: str) -> sqlite3.Connection:
    """Open a catalog that may only be read.

    Without the right to make its `-shm` file, SQLite opens a catalog in WAL mode only as
    `immutable`, which leaves out what is still in the log. A closed library has no log; with
    that of a writer that was killed the catalog is read from a copy.

    Args:
        path: The catalog.
        reason: What whoever writes to it is told.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    log_file = path.with_name(f"{path.name}-wal")
    if not log_file.exists() or not log_file.stat().st_size:
        db = _read_only(f"{uri}&immutable=1", path, reason)
    else:
        try:
            db = _read_only(uri, path, reason)
            db.execute("PRAGMA schema_version").fetchone()
        except sqlite3.OperationalError:
            log.debug("%s is read from a copy", path, exc_info=True)
            return _open_copy(path, log_file, reason)
    return db


def _read_only(uri: str, path: Path, reason: str) -> CheckedConnection:
    db = connect_checked(uri, path, reason, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def _open_copy(path: Path, log_file: Path, reason: str) -> sqlite3.Connection:
    """Open a copy of a catalog with its log; it goes with the connection."""
    folder = tempfile.TemporaryDirectory(prefix="hilbert-catalog-")
    copied = [Path(shutil.copy(file, folder.name)) for file in (path, log_file)]
    db = connect_checked(copied[0], path, reason, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA query_only = ON")
    weakref.finalize(db, folder.cleanup)
    return db

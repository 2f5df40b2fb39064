"""The file of a catalog: its tables, and how SQLite opens and changes it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.base.errors import LibraryError

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
        LibraryError: It is of another version; says what to do.
    """
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and create:
        with transaction(db):
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
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
        return _configured(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
    except sqlite3.OperationalError as error:
        # The lowest byte of an extended code is the code.
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
        log.debug("could not open %s for writing", path, exc_info=True)
        return _connect_read_only(path)


def _configured(db: sqlite3.Connection) -> sqlite3.Connection:
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
    db.execute("PRAGMA busy_timeout = 10000")
    return db


def _connect_read_only(path: Path) -> sqlite3.Connection:
    """Open a catalog that may only be read.

    Without the right to make its `-shm` file, SQLite opens a catalog in WAL mode only as
    `immutable`, which leaves out what is still in the log; a closed library has none.
    """
    log_file = path.with_name(f"{path.name}-wal")
    options = "mode=ro"
    if not log_file.exists() or not log_file.stat().st_size:
        options += "&immutable=1"
    uri = f"{path.resolve().as_uri()}?{options}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db

"""Connections to SQLite that tell a failing disk from a damaged file.

SQLite reports a page that the disk cannot read as a malformed database, and a working file (`-shm`)
that it cannot make as an I/O error.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hilbert.files import sha256_file
from hilbert.system_faults import IO_FAULT, SystemFaultError, raise_system_fault

log = logging.getLogger(__name__)

# Read at a time where a cursor is iterated.
_ROWS = 256
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class CheckedConnection(sqlite3.Connection):
    """A connection whose errors are checked against the file."""

    path: Path | None = None
    # Why it was opened for reading only; empty where that was asked for.
    read_only_reason: str = ""
    # Nothing but a failing disk makes a file malformed that is not finished yet.
    is_being_written: bool = False

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor of the same kind."""
        return super().cursor(factory or CheckedCursor)

    def execute(self, statement: str, parameters: Any = ()) -> Any:
        """See `sqlite3.Connection.execute`, which itself knows only plain cursors."""
        return self.cursor().execute(statement, parameters)

    def executemany(self, statement: str, rows: Iterable[Any]) -> Any:
        """See `sqlite3.Connection.executemany`."""
        return self.cursor().executemany(statement, rows)


class CheckedCursor(sqlite3.Cursor):
    """The cursor of such a connection."""

    def execute(self, statement: str, parameters: Any = ()) -> CheckedCursor:
        """See `sqlite3.Cursor.execute`."""
        with _telling(self.connection):
            super().execute(statement, parameters)
        return self

    def executemany(self, statement: str, rows: Iterable[Any]) -> CheckedCursor:
        """See `sqlite3.Cursor.executemany`."""
        with _telling(self.connection):
            super().executemany(statement, rows)
        return self

    def fetchone(self) -> Any:
        """See `sqlite3.Cursor.fetchone`."""
        with _telling(self.connection):
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        """See `sqlite3.Cursor.fetchall`."""
        with _telling(self.connection):
            return super().fetchall()

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        """Yield the rows."""
        with _telling(self.connection):
            while rows := super().fetchmany(_ROWS):
                yield from rows


@contextmanager
def _telling(connection: Any) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY and connection.read_only_reason:
            raise SystemFaultError(connection.read_only_reason) from error
        if code in _DAMAGED and connection.is_being_written:
            raise SystemFaultError(f"{connection.path}: {IO_FAULT}") from error
        if code in _DAMAGED and connection.path is not None:
            _raise_where_the_disk_failed(connection.path, error)
        raise


def connect_checked(
    database: Path | str, path: Path, read_only_reason: str = "", **options: Any
) -> CheckedConnection:
    """Open a database.

    Args:
        database: The file, or its URI with options.
        path: The file.
        read_only_reason: Why it is opened for reading only, where it should not be.
        options: Of `sqlite3.connect`.
    """
    uri = isinstance(database, str)
    db = sqlite3.connect(database, uri=uri, factory=CheckedConnection, **options)
    db.path, db.read_only_reason = path, read_only_reason
    return db


@contextmanager
def write_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that nobody else reads before it is whole, in one transaction.

    It has no journal: what is left after an error is to be thrown away.

    Args:
        path: The file, made where it is missing; not yet synced on return.

    Raises:
        SystemFaultError: It is malformed while it is written.
    """
    with closing(connect_checked(path, path, isolation_level=None)) as db:
        db.is_being_written = True
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        db.execute("BEGIN")
        yield db
        db.execute("COMMIT")


def find_damage(db: sqlite3.Connection, pragma: str = "quick_check") -> list[str]:
    """List what SQLite finds wrong with a file twice; empty when it is whole.

    Raises:
        SystemFaultError: The disk cannot read it, now or a moment ago.
    """
    found = _findings(db, pragma)
    path = getattr(db, "path", None)
    if found and path is not None:
        try:
            sha256_file(path)
        except OSError as error:
            raise_system_fault(error)
            raise
        if not _findings(db, pragma):
            raise SystemFaultError(f"{path}: {IO_FAULT}")
    return found


def _findings(db: sqlite3.Connection, pragma: str) -> list[str]:
    return [row[0] for row in db.execute(f"PRAGMA {pragma}").fetchall() if row[0] != "ok"]


def _raise_where_the_disk_failed(path: Path, error: sqlite3.DatabaseError) -> None:
    """Read a file that SQLite calls damaged, by hand and by SQLite.

    Raises:
        SystemFaultError: It cannot be read, or is whole now.
    """
    try:
        sha256_file(path)
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            whole = db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except (OSError, sqlite3.DatabaseError) as again:
        raise_system_fault(again)
        log.debug("%s is damaged", path, exc_info=True)
        return
    if whole:
        raise SystemFaultError(f"{path}: {IO_FAULT}") from error

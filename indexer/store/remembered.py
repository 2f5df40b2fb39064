"""What a catalog remembers between runs, of folders, files and failures.

The catalog of the first release has no tables for them. As with `indexer.store.supplements`, a
table is made when there is first something to write, and one that is not there reads as empty.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass

from indexer.store.supplements import has_table

TABLES = {
    "folders": """
CREATE TABLE IF NOT EXISTS folders (
    path TEXT PRIMARY KEY,          -- absolute
    is_file INTEGER NOT NULL,
    language TEXT NOT NULL, asr TEXT NOT NULL,
    mount TEXT                      -- mount point that held it, NULL for the root of the system
) WITHOUT ROWID
""",
    "origins": """
CREATE TABLE IF NOT EXISTS origins (
    document TEXT PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,
    own TEXT NOT NULL,              -- JSON object: values of the files themselves
    metadata_file TEXT,             -- absolute path of the table that gave values
    speakers TEXT NOT NULL          -- JSON object: names that it gave to labels
) WITHOUT ROWID
""",
    "unsettled": """
CREATE TABLE IF NOT EXISTS unsettled (
    document TEXT PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE
) WITHOUT ROWID
""",
    "culprits": """
CREATE TABLE IF NOT EXISTS culprits (
    path TEXT PRIMARY KEY,          -- absolute
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID
""",
    "dismissed": """
CREATE TABLE IF NOT EXISTS dismissed (
    path TEXT PRIMARY KEY,          -- as in the table failures
    reason TEXT NOT NULL,
    state TEXT NOT NULL             -- of the file then (indexer.store.dismissals)
) WITHOUT ROWID
""",
}


@dataclass(frozen=True)
class FollowedFolder:
    """A folder, or a single file, that the library follows, and how it is processed.

    Attributes:
        path: Absolute path.
        is_file: Whether it is a file that was named by itself.
        language: ISO 639 code of what is spoken where nothing else names it.
        asr: Who recognises the words of recordings without a transcript.
        mount: The mount point that held it, None for the root of the file system.
    """

    path: str
    is_file: bool
    language: str
    asr: str
    mount: str | None = None


@dataclass(frozen=True)
class Culprit:
    """A file that made the process that read it crash, or pass a limit.

    Attributes:
        path: Absolute path.
        size: Its size in bytes then.
        mtime_ns: Its time then.
        reason: What it did.
    """

    path: str
    size: int
    mtime_ns: int
    reason: str


@dataclass(frozen=True)
class Origin:
    """What the files of a document say by themselves, and what a metadata table added.

    Attributes:
        own: Values of the files by field, without those of a table.
        metadata_file: Absolute path of the table that gave values, None where none did.
        speakers: Names that the table gave, by label of the transcript.
    """

    own: Mapping[str, str]
    metadata_file: str | None
    speakers: Mapping[str, str]


class Remembered:
    """Reader and writer of these tables; writes belong within a transaction of the catalog."""

    def __init__(self, connection: Callable[[], sqlite3.Connection]) -> None:
        self._connection = connection

    # folders

    def folders(self) -> list[FollowedFolder]:
        """List the followed folders and files, by path."""
        rows = self._rows("folders", "path, is_file, language, asr, mount", "ORDER BY path")
        return [FollowedFolder(r[0], bool(r[1]), r[2], r[3], r[4]) for r in rows]

    def put_folder(self, folder: FollowedFolder) -> None:
        """Follow a folder."""
        self._make("folders")
        self._connection().execute(
            "INSERT OR REPLACE INTO folders VALUES (?, ?, ?, ?, ?)", astuple(folder)
        )

    def forget_folder(self, path: str) -> None:
        """Follow a folder no more; its documents stay."""
        if has_table(self._connection(), "folders"):
            self._connection().execute("DELETE FROM folders WHERE path = ?", [path])

    # origins

    def origin(self, document: str) -> Origin | None:
        """Return what the files of a document say; None where this was never noted."""
        rows = self._rows(
            "origins", "own, metadata_file, speakers", "WHERE document = ?", [document]
        )
        return next((Origin(json.loads(r[0]), r[1], json.loads(r[2])) for r in rows), None)

    def put_origin(self, document: str, origin: Origin) -> None:
        """Note what the files of a document say."""
        values = (
            json.dumps(dict(origin.own)),
            origin.metadata_file,
            json.dumps(dict(origin.speakers)),
        )
        self._make("origins")
        self._connection().execute(
            "INSERT OR REPLACE INTO origins VALUES (?, ?, ?, ?)", (document, *values)
        )

    # documents that were added since the last run that went to its end

    def unsettled(self) -> set[str]:
        """Return ids of documents added since a run last went to its end."""
        return {row[0] for row in self._rows("unsettled", "document")}

    def add_unsettled(self, document: str) -> None:
        """Note that a document was added in a run that goes on."""
        self._make("unsettled")
        self._connection().execute("INSERT OR IGNORE INTO unsettled VALUES (?)", [document])

    def settle(self) -> None:
        """Note that a run went to its end."""
        if has_table(self._connection(), "unsettled"):
            self._connection().execute("DELETE FROM unsettled")

    # files that made their reader crash

    def culprit(self, path: str) -> Culprit | None:
        """Return what is known of a file that made its reader crash."""
        rows = self._rows("culprits", "path, size, mtime_ns, reason", "WHERE path = ?", [path])
        return next((Culprit(*row) for row in rows), None)

    def put_culprit(self, culprit: Culprit) -> None:
        """Remember a file that made its reader crash."""
        self._make("culprits")
        self._connection().execute(
            "INSERT OR REPLACE INTO culprits VALUES (?, ?, ?, ?)", astuple(culprit)
        )

    def forget_culprits(self) -> None:
        """Forget them, so that they are tried again."""
        if has_table(self._connection(), "culprits"):
            self._connection().execute("DELETE FROM culprits")

    # failures that nobody wants to be told of any more

    def dismissed(self) -> dict[str, tuple[str, str]]:
        """Map the paths of dismissed failures to the reason and the state of the file then."""
        return {r[0]: (r[1], r[2]) for r in self._rows("dismissed", "path, reason, state")}

    def put_dismissed(self, dismissed: Mapping[str, tuple[str, str]]) -> None:
        """Replace the dismissed failures."""
        self._make("dismissed")
        self._connection().execute("DELETE FROM dismissed")
        rows = [(path, *known) for path, known in dismissed.items()]
        self._connection().executemany("INSERT INTO dismissed VALUES (?, ?, ?)", rows)

    # other places

    def move(self, new_path: Callable[[str], str | None]) -> None:
        """Give other paths to what lies elsewhere by now.

        Args:
            new_path: Returns the new path of an old one, None for one that stays.
        """
        for folder in self.folders():
            if path := new_path(folder.path):
                self.forget_folder(folder.path)
                moved = FollowedFolder(path, folder.is_file, folder.language, folder.asr)
                self.put_folder(moved)
        for document, path in self._rows("origins", "document, metadata_file"):
            if path and (moved_to := new_path(path)):
                self._connection().execute(
                    "UPDATE origins SET metadata_file = ? WHERE document = ?", [moved_to, document]
                )

    def _make(self, table: str) -> None:
        self._connection().execute(TABLES[table])

    def _rows(
        self, table: str, columns: str, rest: str = "", values: Iterable[str] = ()
    ) -> list[sqlite3.Row]:
        if not has_table(self._connection(), table):
            return []
        query = f"SELECT {columns} FROM {table} {rest}"
        return self._connection().execute(query, tuple(values)).fetchall()

"""Records of a snapshot: its documents and segments, read from its `lexical.sqlite`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hilbert.forking import PerProcess
from hilbert.system_faults import raise_system_fault
from indexer.base.checked_sqlite import connect_checked, find_damage
from indexer.base.errors import LibraryError
from indexer.base.shell import quoted

_SEGMENT = 'id, document, ordinal, start, "end", text, speakers, {sounds}'


@dataclass(frozen=True)
class IndexedDocument:
    """A document as of this snapshot.

    Attributes:
        id: Hex sha256 of the recording, or of a lone transcript.
        name: File stem.
        title: For people.
        path: Absolute path of the recording, or of a lone transcript.
        date: As its file or transcript has it.
        speaker: Of the whole document.
        label: Of the whole document.
        language: As a tag or an option names it.
        seconds: Length.
        features: Name of its feature file.
    """

    id: str
    name: str
    title: str
    path: str
    date: str | None
    speaker: str | None
    label: str | None
    language: str | None
    seconds: float
    features: str


@dataclass(frozen=True)
class IndexedSegment:
    """A segment as of this snapshot.

    Attributes:
        id: The same in every index.
        document: Id of its document.
        ordinal: Its place in the document, from 0.
        start: Seconds; None in a text without times.
        end: See `start`.
        text: Its words.
        speakers: Names, as the transcript spells them.
        sounds: Labels of the sounds that the transcript notes in it, in lower case.
    """

    id: int
    document: str
    ordinal: int
    start: float | None
    end: float | None
    text: str
    speakers: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()


class SegmentText(NamedTuple):
    """The words of a segment.

    Attributes:
        id: Of the segment.
        document: Id of its document.
        text: Its words.
        language: Of its document, as a tag names it.
    """

    id: int
    document: str
    text: str
    language: str | None


class Records:
    """Reader of the documents and segments of one `lexical.sqlite`."""

    def __init__(self, path: Path) -> None:
        try:
            self._connections = PerProcess(lambda: _connect(path))
            columns = {row["name"] for row in self._db.execute("PRAGMA table_info(segments)")}
            # A snapshot of the first release knows of no sounds.
            sounds = "sounds" if "sounds" in columns else "'' AS sounds"
            self._segment = _SEGMENT.format(sounds=sounds)
            page = self._db.execute("PRAGMA page_size").fetchone()[0]
            if path.stat().st_size % page:  # SQLite takes the rest of a cut-off page for zeros
                raise sqlite3.DatabaseError("the file is cut off")
        except sqlite3.DatabaseError as error:
            if path.exists():  # SQLite names no reason why it cannot open a file
                raise_system_fault(error)
            raise damaged(path, error) from error

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.get()

    def check(self) -> list[str]:
        """List what SQLite finds wrong with the file; empty when it is whole."""
        return find_damage(self._db)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def read(self, statement: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return the rows that an SQL query of the file gives."""
        return self._db.execute(statement, values).fetchall()

    def documents(self) -> list[IndexedDocument]:
        """List the documents, by name."""
        rows = self._db.execute("SELECT * FROM documents ORDER BY name, id")
        return [IndexedDocument(**dict(row)) for row in rows]

    def segments(self, ids: Sequence[int] | None = None) -> list[IndexedSegment]:
        """List all segments by document and in order, or those of `ids` in any order."""
        if ids is None:
            rows = self.read(f"SELECT {self._segment} FROM segments ORDER BY document, ordinal")
        else:
            rows = self._by_id(self._segment, ids)
        return [_segment(row) for row in rows]

    def texts(self) -> Iterator[SegmentText]:
        """Yield the words of all segments, by document and in order."""
        rows = self._db.execute(
            "SELECT s.id, document, text, language FROM segments s JOIN documents d "
            "ON d.id = document ORDER BY document, ordinal"
        )
        return (SegmentText(*row) for row in rows)

    def texts_of(self, ids: Sequence[int]) -> list[sqlite3.Row]:
        """Return id and text of those of some segments that are here."""
        return self._by_id("id, text", ids)

    def _by_id(self, columns: str, ids: Sequence[int]) -> list[sqlite3.Row]:
        rows = []
        for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
            part = [int(i) for i in ids[first : first + 500]]
            marks = ",".join("?" * len(part))
            rows += self.read(f"SELECT {columns} FROM segments WHERE id IN ({marks})", part)
        return rows

    def segments_of(self, document: str) -> list[IndexedSegment]:
        """List the segments of a document in order."""
        rows = self._db.execute(
            f"SELECT {self._segment} FROM segments WHERE document = ? ORDER BY ordinal", [document]
        )
        return [_segment(row) for row in rows]


def damaged(path: Path, error: sqlite3.DatabaseError) -> LibraryError:
    """Return the error for a file of a snapshot that SQLite cannot read."""
    return LibraryError(
        f"{path.name} is missing or damaged ({error}); run 'hilbert rebuild --library "
        f"{quoted(path.parent.parent.parent)}'"
    )


def _segment(row: sqlite3.Row) -> IndexedSegment:
    listed = {key: tuple(filter(None, row[key].split("\n"))) for key in ("speakers", "sounds")}
    return IndexedSegment(**{**dict(row), **listed})


def _connect(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    db = connect_checked(uri, path, check_same_thread=False)
    db.row_factory = sqlite3.Row
    # Per file; 2 MB otherwise. The operating system keeps its pages for all processes.
    db.execute("PRAGMA cache_size = -256")
    return db

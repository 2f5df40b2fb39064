"""What a generation knows of its documents and segments: tables of its `lexical.sqlite`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hilbert.forking import PerProcess
from indexer.base.errors import LibraryError
from indexer.base.types import Cue
from indexer.store.catalog import Catalog, Document, segment_id

_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, path TEXT NOT NULL,
    date TEXT, speaker TEXT, label TEXT, language TEXT, seconds REAL NOT NULL,
    features TEXT NOT NULL
);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL, ordinal INTEGER NOT NULL,
    start REAL, "end" REAL, text TEXT NOT NULL, speakers TEXT NOT NULL
);
CREATE INDEX segments_of_document ON segments (document, ordinal);
"""
_SEGMENT = 'id, document, ordinal, start, "end", text, speakers'


@dataclass(frozen=True)
class IndexedDocument:
    """A document as of this generation; `features` names its feature file."""

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
    """A segment as of this generation.

    `start` and `end` in seconds, None where unknown; `speakers` as its transcript names them.
    """

    id: int
    document: str
    ordinal: int
    start: float | None
    end: float | None
    text: str
    speakers: tuple[str, ...] = ()


class Records:
    """Reads the documents and segments of one generation."""

    def __init__(self, path: Path) -> None:
        try:
            self._connections = PerProcess(lambda: _connect(path))
            self.n_segments: int = self._db.execute("SELECT count(*) FROM segments").fetchone()[0]
            page = self._db.execute("PRAGMA page_size").fetchone()[0]
            if path.stat().st_size % page:  # SQLite takes the rest of a cut-off page for zeros
                raise sqlite3.DatabaseError("the file is cut off")
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"{path.name} is missing or damaged ({error}); run 'hilbert rebuild --library "
                f"{path.parent.parent.parent}'"
            ) from error

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.get()

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; empty when it is whole."""
        rows = self._db.execute("PRAGMA quick_check").fetchall()
        return [row[0] for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def documents(self) -> list[IndexedDocument]:
        """All documents, by name."""
        rows = self._db.execute("SELECT * FROM documents ORDER BY name, id")
        return [IndexedDocument(**dict(row)) for row in rows]

    def segments(self, ids: Sequence[int] | None = None) -> list[IndexedSegment]:
        """All segments by document and in order, or those of `ids` (any order)."""
        if ids is None:
            rows = self._db.execute(
                f"SELECT {_SEGMENT} FROM segments ORDER BY document, ordinal"
            ).fetchall()
        else:
            rows = []
            for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
                part = [int(i) for i in ids[first : first + 500]]
                marks = ",".join("?" * len(part))
                rows += self._db.execute(
                    f"SELECT {_SEGMENT} FROM segments WHERE id IN ({marks})", part
                )
        return [_segment(row) for row in rows]

    def segments_of(self, document: str) -> list[IndexedSegment]:
        """The segments of a document in order."""
        rows = self._db.execute(
            f"SELECT {_SEGMENT} FROM segments WHERE document = ? ORDER BY ordinal", [document]
        )
        return [_segment(row) for row in rows]


def write_records(db: sqlite3.Connection, catalog: Catalog, documents: Iterable[Document]) -> None:
    """Write documents and their segments into a new database, within a transaction."""
    for statement in _SCHEMA.split(";\n"):
        db.execute(statement)
    for d in documents:
        db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(d.id, d.name, d.title, d.path, d.date, d.speaker, d.label, d.language),
                *(d.seconds, d.features),
            ),
        )
        cues = catalog.cues(d.id)
        db.executemany(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    segment_id(d.id, i),
                    d.id,
                    i,
                    s.start if s.timed else None,
                    s.end if s.timed else None,
                    s.text,
                    "\n".join(_speakers(cues[s.first_cue : s.last_cue])),
                )
                for i, s in enumerate(catalog.segments(d.id))
            ],
        )


def _speakers(cues: Iterable[Cue]) -> list[str]:
    return list(dict.fromkeys(cue.speaker for cue in cues if cue.speaker))


def _segment(row: sqlite3.Row) -> IndexedSegment:
    values = dict(row)
    speakers = tuple(filter(None, values["speakers"].split("\n")))
    return IndexedSegment(**{**values, "speakers": speakers})


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
    )
    db.row_factory = sqlite3.Row
    return db

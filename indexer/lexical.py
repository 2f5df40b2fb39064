"""What a generation knows of its documents and segments, and full-text search over them."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.catalog import Catalog, Document, segment_id
from indexer.errors import LibraryError
from indexer.files import sync_file

_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, path TEXT NOT NULL,
    date TEXT, speaker TEXT, label TEXT, language TEXT, seconds REAL NOT NULL,
    features TEXT NOT NULL
);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL, ordinal INTEGER NOT NULL,
    start REAL, "end" REAL, text TEXT NOT NULL
);
CREATE INDEX segments_of_document ON segments (document, ordinal);
CREATE VIRTUAL TABLE words USING fts5 (
    text, content='segments', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
"""
# Longer questions than this are cut: a pasted page asks for nothing in particular.
_MAX_TERMS = 64
_TERM = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class StoredDocument:
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
class StoredSegment:
    """A segment as of this generation; `start` and `end` in seconds, None where unknown."""

    id: int
    document: str
    ordinal: int
    start: float | None
    end: float | None
    text: str


@dataclass(frozen=True)
class LexicalHit:
    """A segment with query words in it and its BM25 score (higher is better)."""

    id: int
    score: float


class Lexical:
    """Reads `lexical.sqlite` of one generation."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
            self.n_segments: int = self._db.execute("SELECT count(*) FROM segments").fetchone()[0]
            page = self._db.execute("PRAGMA page_size").fetchone()[0]
            if path.stat().st_size % page:  # SQLite takes the rest of a cut-off page for zeros
                raise sqlite3.DatabaseError("the file is cut off")
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"{path.name} is missing or damaged ({error}); run 'hilbert rebuild --library "
                f"{path.parent.parent.parent}'"
            ) from error

    @staticmethod
    def write(path: Path, catalog: Catalog, documents: Iterable[Document]) -> None:
        """Write the documents with their segments, and the full-text index."""
        db = sqlite3.connect(path, isolation_level=None)
        try:
            db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
            db.execute("BEGIN")
            for d in documents:
                db.execute(
                    "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        d.id,
                        d.name,
                        d.title,
                        d.path,
                        d.date,
                        d.speaker,
                        d.label,
                        d.language,
                        d.seconds,
                        d.features,
                    ),
                )
                db.executemany(
                    "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (
                            segment_id(d.id, i),
                            d.id,
                            i,
                            s.start if s.timed else None,
                            s.end if s.timed else None,
                            s.text,
                        )
                        for i, s in enumerate(catalog.segments(d.id))
                    ],
                )
            db.execute("INSERT INTO words (words) VALUES ('rebuild')")
            db.execute("INSERT INTO words (words) VALUES ('optimize')")
            db.execute("COMMIT")
        finally:
            db.close()
        sync_file(path)

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; empty when it is whole."""
        rows = self._db.execute("PRAGMA quick_check").fetchall()
        return [row[0] for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def documents(self) -> list[StoredDocument]:
        """All documents, by name."""
        rows = self._db.execute("SELECT * FROM documents ORDER BY name, id")
        return [StoredDocument(**dict(row)) for row in rows]

    def segments(self, ids: Sequence[int] | None = None) -> list[StoredSegment]:
        """All segments, or those of `ids` (any order)."""
        if ids is None:
            rows = self._db.execute("SELECT * FROM segments ORDER BY document, ordinal").fetchall()
        else:
            rows = []
            for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
                part = [int(i) for i in ids[first : first + 500]]
                marks = ",".join("?" * len(part))
                rows += self._db.execute(f"SELECT * FROM segments WHERE id IN ({marks})", part)
        return [StoredSegment(**dict(row)) for row in rows]

    def segments_of(self, document: str) -> list[StoredSegment]:
        """The segments of a document in order."""
        rows = self._db.execute(
            "SELECT * FROM segments WHERE document = ? ORDER BY ordinal", [document]
        )
        return [StoredSegment(**dict(row)) for row in rows]

    def search(self, query: str, k: int) -> list[LexicalHit]:
        """The best `k` segments by BM25 that hold any word of the query.

        Whatever is typed is taken as words; nothing of FTS5's own syntax is interpreted.
        """
        terms = query_terms(query)
        if not terms:
            return []
        rows = self._db.execute(
            "SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ? "
            "ORDER BY score DESC, rowid LIMIT ?",
            [" OR ".join(f'"{term}"' for term in terms), k],
        )
        return [LexicalHit(row["rowid"], row["score"]) for row in rows]

    def weight(self, query: str) -> float:
        """BM25 of an average segment that holds each query word once: the yardstick of scores.

        A word that no segment holds counts like the rarest one, so that half-matched queries do
        not look fully matched. idf as in FTS5's bm25(): ln((N - n + 0.5) / (n + 0.5)), at least
        1e-6.
        """
        total = 0.0
        for term in query_terms(query):
            n = self._db.execute(
                "SELECT count(*) FROM words WHERE words MATCH ?", [f'"{term}"']
            ).fetchone()[0]
            total += max(1e-6, math.log((self.n_segments - n + 0.5) / (n + 0.5)))
        return total


def query_terms(query: str) -> list[str]:
    """The distinct words of a query in order, without any quoting character."""
    # NUL ends a string for SQLite's tokenizer; it can stand in no word.
    words = (w.replace("’", "'") for w in _TERM.findall(query.replace("\x00", " ").lower()))
    return list(dict.fromkeys(words))[:_MAX_TERMS]

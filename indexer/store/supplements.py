"""What a catalog keeps of a document beside its words: sounds, chapters, facts, times, languages.

The catalog of the first release has no tables for them. A writer makes a table when it first has
rows for it, so that older libraries open as they are, also where they cannot be written to; what
is read from a table that is not there is empty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from indexer.base.types import Chapter, Sound

# Keys of facts: what its makers write about the document, and its page on the web.
DESCRIPTION: Final = "description"
WEB_PAGE: Final = "url"

TABLES = {
    "sounds": """
CREATE TABLE IF NOT EXISTS sounds (
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    label TEXT NOT NULL, start REAL, "end" REAL, cue INTEGER NOT NULL,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID
""",
    "chapters": """
CREATE TABLE IF NOT EXISTS chapters (
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start REAL NOT NULL, "end" REAL, title TEXT NOT NULL,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID
""",
    "heard_words": """
CREATE TABLE IF NOT EXISTS heard_words (
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    times BLOB NOT NULL,            -- indexer.store.word_times
    PRIMARY KEY (document)
) WITHOUT ROWID
""",
    "segment_languages": """
CREATE TABLE IF NOT EXISTS segment_languages (
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    segment INTEGER NOT NULL, language TEXT NOT NULL,
    PRIMARY KEY (document, segment)
) WITHOUT ROWID
""",
    "document_facts": """
CREATE TABLE IF NOT EXISTS document_facts (
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (document, key)
) WITHOUT ROWID
""",
}


@dataclass(frozen=True)
class Supplement:
    """What a document has beside its words.

    Attributes:
        sounds: In the order of its cues.
        chapters: In the order of their starts.
        facts: Short texts by key, such as `DESCRIPTION`.
        word_times: Of the words of its cues, packed (`indexer.store.word_times`); empty where
            nobody recognised them.
        languages: Of segments by number, of those in another language than the document.
    """

    sounds: tuple[Sound, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    word_times: bytes = b""
    languages: Mapping[int, str] = field(default_factory=dict)

    @property
    def description(self) -> str | None:
        """What its makers write about it."""
        return self.facts.get(DESCRIPTION)


def read_supplement(db: sqlite3.Connection, document: str) -> Supplement:
    """Read what a catalog keeps of a document; empty where it has no such tables."""
    sounds = _read(db, "sounds", 'label, start, "end", cue', "ordinal", document)
    chapters = _read(db, "chapters", 'title, start, "end"', "ordinal", document)
    facts = _read(db, "document_facts", "key, value", "key", document)
    words = _read(db, "heard_words", "times", "document", document)
    languages = _read(db, "segment_languages", "segment, language", "segment", document)
    return Supplement(
        tuple(Sound(**dict(row)) for row in sounds),
        tuple(Chapter(**dict(row)) for row in chapters),
        {row["key"]: row["value"] for row in facts},
        words[0]["times"] if words else b"",
        {row["segment"]: row["language"] for row in languages},
    )


def read_sound_labels(db: sqlite3.Connection) -> list[str]:
    """List the labels of the sounds of all documents, each once."""
    if not has_table(db, "sounds"):
        return []
    return sorted(row[0] for row in db.execute("SELECT DISTINCT label FROM sounds"))


def write_supplement(db: sqlite3.Connection, document: str, supplement: Supplement) -> None:
    """Replace what a catalog keeps of a document, within a transaction."""
    sounds = [(i, s.label, s.start, s.end, s.cue) for i, s in enumerate(supplement.sounds)]
    _replace(db, "sounds", document, sounds)
    write_chapters(db, document, supplement.chapters)
    _replace(db, "document_facts", document, sorted(supplement.facts.items()))
    times = supplement.word_times
    _replace(db, "heard_words", document, [(times,)] if times else [])
    _replace(db, "segment_languages", document, sorted(supplement.languages.items()))


def read_fact(db: sqlite3.Connection, document: str, key: str) -> str | None:
    """Read one fact of a document; None where there is none."""
    if not has_table(db, "document_facts"):
        return None
    query = "SELECT value FROM document_facts WHERE document = ? AND key = ?"
    row = db.execute(query, [document, key]).fetchone()
    return row[0] if row else None


def write_fact(db: sqlite3.Connection, document: str, key: str, value: str | None) -> None:
    """Replace one fact of a document, within a transaction."""
    known = _read(db, "document_facts", "key, value", "key", document)
    facts = {row["key"]: row["value"] for row in known if row["key"] != key}
    facts |= {key: value} if value else {}
    _replace(db, "document_facts", document, sorted(facts.items()))


def write_chapters(db: sqlite3.Connection, document: str, chapters: Iterable[Chapter]) -> None:
    """Replace the chapters of a document, within a transaction."""
    rows = [(i, c.start, c.end, c.title) for i, c in enumerate(chapters)]
    _replace(db, "chapters", document, rows)


def has_table(db: sqlite3.Connection, table: str) -> bool:
    """Return whether a catalog has a table."""
    found = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table])
    return found.fetchone() is not None


def _read(
    db: sqlite3.Connection, table: str, columns: str, order: str, document: str
) -> list[sqlite3.Row]:
    if not has_table(db, table):
        return []
    query = f"SELECT {columns} FROM {table} WHERE document = ? ORDER BY {order}"
    return db.execute(query, [document]).fetchall()


def _replace(
    db: sqlite3.Connection, table: str, document: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    if rows:
        db.execute(TABLES[table])
    elif not has_table(db, table):
        return
    db.execute(f"DELETE FROM {table} WHERE document = ?", [document])
    for row in rows:
        marks = ", ".join("?" * (1 + len(row)))
        db.execute(f"INSERT INTO {table} VALUES ({marks})", (document, *row))

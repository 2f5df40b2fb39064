"""Writes the `lexical.sqlite` of a snapshot: documents, segments, and the full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hilbert.files import sync_file
from indexer.base.text_analysis import MAX_PHRASE, query_terms
from indexer.base.types import Cue, Segment, Sound
from indexer.index.fulltext_index import BOUNDARY_FTS, DOCUMENT_FTS, SEGMENT_FTS
from indexer.store.catalog import Catalog, Document, segment_id

_RECORDS_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, path TEXT NOT NULL,
    date TEXT, speaker TEXT, label TEXT, language TEXT, seconds REAL NOT NULL,
    features TEXT NOT NULL
);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL, ordinal INTEGER NOT NULL,
    start REAL, "end" REAL, text TEXT NOT NULL, speakers TEXT NOT NULL, sounds TEXT NOT NULL
);
CREATE INDEX segments_of_document ON segments (document, ordinal);
"""
_TOKENIZE = "tokenize='porter unicode61 remove_diacritics 2'"
# The boundary table holds the last words of each segment with the first of the next one, under
# the id of the first, for phrases that cross the boundary. The document table holds all words of
# each document, and its description, under the rowid of `documents`.
_FTS_SCHEMA = f"""
CREATE VIRTUAL TABLE {SEGMENT_FTS} USING fts5 (
    text, content='segments', content_rowid='id', {_TOKENIZE}
);
CREATE VIRTUAL TABLE {BOUNDARY_FTS} USING fts5 (text, content='', {_TOKENIZE});
CREATE VIRTUAL TABLE {DOCUMENT_FTS} USING fts5 (text, content='', {_TOKENIZE});
CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
"""
# Of each of two neighbouring segments: any phrase that crosses their boundary fits in.
_BOUNDARY_WORDS = MAX_PHRASE


def write_fulltext_index(path: Path, catalog: Catalog, documents: Iterable[Document]) -> None:
    """Write documents with their segments, and the full-text index; on return they are on disk."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        db.execute("BEGIN")
        _create(db, _RECORDS_SCHEMA)
        descriptions = {}
        for document in documents:
            supplement = catalog.supplement(document.id)
            _write_document(db, catalog, document, supplement.sounds)
            if supplement.description:
                descriptions[document.id] = supplement.description
        _create(db, _FTS_SCHEMA)
        _write_words(db, descriptions)
        db.execute("COMMIT")
    finally:
        db.close()
    sync_file(path)


def _create(db: sqlite3.Connection, schema: str) -> None:
    for statement in schema.split(";\n"):
        db.execute(statement)


def _write_document(
    db: sqlite3.Connection, catalog: Catalog, d: Document, noted: Sequence[Sound]
) -> None:
    db.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(d.id, d.name, d.title, d.path, d.date, d.speaker, d.label, d.language),
            *(d.seconds, d.features),
        ),
    )
    cues, segments = catalog.cues(d.id), catalog.segments(d.id)
    sounds = segment_sounds(segments, noted)
    db.executemany(
        "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                segment_id(d.id, i),
                d.id,
                i,
                s.start if s.timed else None,
                s.end if s.timed else None,
                s.text,
                "\n".join(_speakers(cues[s.first_cue : s.last_cue])),
                "\n".join(sounds[i]),
            )
            for i, s in enumerate(segments)
        ],
    )


def _speakers(cues: Iterable[Cue]) -> list[str]:
    return list(dict.fromkeys(cue.speaker for cue in cues if cue.speaker))


def segment_sounds(segments: Sequence[Segment], sounds: Iterable[Sound]) -> list[list[str]]:
    """List the labels of the sounds that are noted in each segment, each label once.

    A sound is noted in the segment of its cue, the last one where it stands behind all cues, and
    in every segment that it lasts into.
    """
    found: list[list[str]] = [[] for _ in segments]
    for sound in sounds:
        cue = min(sound.cue, max((s.last_cue for s in segments), default=0) - 1)
        for labels, segment in zip(found, segments, strict=True):
            of_cue = segment.first_cue <= cue < segment.last_cue
            if (of_cue or _lasts_into(sound, segment)) and sound.label not in labels:
                labels.append(sound.label)
    return found


def _lasts_into(sound: Sound, segment: Segment) -> bool:
    if sound.start is None or sound.end is None or not segment.timed:
        return False
    return sound.start < segment.end and sound.end > segment.start


def _write_words(db: sqlite3.Connection, descriptions: Mapping[str, str]) -> None:
    """Fill the full-text tables and the vocabulary from the segments that are there.

    Args:
        db: Holds documents and segments.
        descriptions: What is written about a document, by its id: a document is found by it, a
            segment, in which nobody says it, is not.
    """
    db.execute(f"INSERT INTO {SEGMENT_FTS} ({SEGMENT_FTS}) VALUES ('rebuild')")
    vocabulary: set[str] = set()
    boundaries = []
    previous: tuple[int, str, list[str]] | None = None
    for id_, document, text in db.execute(
        "SELECT id, document, text FROM segments ORDER BY document, ordinal"
    ):
        words = text.split()
        if previous and previous[1] == document and previous[2] and words:
            across = previous[2][-_BOUNDARY_WORDS:] + words[:_BOUNDARY_WORDS]
            boundaries.append((previous[0], " ".join(across)))
        previous = (id_, document, words)
        vocabulary.update(query_terms(text, most=None))
    for text in descriptions.values():
        vocabulary.update(query_terms(text, most=None))
    db.executemany(f"INSERT INTO {BOUNDARY_FTS} (rowid, text) VALUES (?, ?)", boundaries)
    db.executemany("INSERT INTO vocabulary VALUES (?)", [(word,) for word in sorted(vocabulary)])
    db.create_function("description", 1, lambda id_: descriptions.get(id_, ""), deterministic=True)
    db.execute(
        f"INSERT INTO {DOCUMENT_FTS} (rowid, text) "
        "SELECT documents.rowid, group_concat(text, ' ') || ' ' || description(documents.id) "
        "FROM documents JOIN segments ON segments.document = documents.id GROUP BY documents.rowid"
    )
    for table in (SEGMENT_FTS, BOUNDARY_FTS, DOCUMENT_FTS):
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

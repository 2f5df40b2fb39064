"""Writes the `lexical.sqlite` of a snapshot: documents, segments, and their words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from hilbert.files import sync_file
from indexer.base.checked_sqlite import write_database
from indexer.base.types import Cue, Segment, Sound
from indexer.index.doubtful_words import put_doubtful_words
from indexer.index.fulltext_tables import Known, write_words
from indexer.index.metadata_tables import (
    CHAPTER,
    DESCRIPTION,
    FILE_NAME,
    MetadataText,
    put_texts,
)
from indexer.index.segment_languages import put_segment_languages
from indexer.store.catalog import Catalog, Document, segment_id
from indexer.store.supplements import Supplement
from indexer.store.word_times import by_cue, count_words, unpack_word_times

RECORDS_SCHEMA = (
    """CREATE TABLE documents (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, path TEXT NOT NULL,
        date TEXT, speaker TEXT, label TEXT, language TEXT, seconds REAL NOT NULL,
        features TEXT NOT NULL
    )""",
    """CREATE TABLE segments (
        id INTEGER PRIMARY KEY, document TEXT NOT NULL, ordinal INTEGER NOT NULL,
        start REAL, "end" REAL, text TEXT NOT NULL, speakers TEXT NOT NULL, sounds TEXT NOT NULL
    )""",
    "CREATE INDEX segments_of_document ON segments (document, ordinal)",
)


def write_fulltext_index(
    path: Path, catalog: Catalog, documents: Iterable[Document], known: Known = lambda _: None
) -> None:
    """Write documents with their segments, and the full-text index; on return they are on disk.

    Args:
        path: Of the file.
        catalog: Has the documents.
        documents: What is written.
        known: See `write_words`.
    """
    with write_database(path) as db:
        for statement in RECORDS_SCHEMA:
            db.execute(statement)
        others = {}
        for document in documents:
            supplement = catalog.supplement(document.id)
            _write_document(db, catalog, document, supplement)
            others[document.id] = list(_other_texts(document, supplement))
        put_texts(db, others)
        write_words(db, known)
    sync_file(path)


def _write_document(
    db: sqlite3.Connection, catalog: Catalog, d: Document, supplement: Supplement
) -> None:
    db.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(d.id, d.name, d.title, d.path, d.date, d.speaker, d.label, d.language),
            *(d.seconds, d.features),
        ),
    )
    cues, segments = catalog.cues(d.id), catalog.segments(d.id)
    sounds = segment_sounds(segments, supplement.sounds)
    put_segment_languages(db, d.id, supplement.languages)
    times = unpack_word_times(supplement.word_times, count_words(cues))
    if times:
        put_doubtful_words(db, d.id, segments, by_cue(cues, times))
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


def _other_texts(document: Document, supplement: Supplement) -> Iterator[MetadataText]:
    """Yield what is written about a document and stands in no record."""
    if document.transcript:
        yield MetadataText(FILE_NAME, PurePath(document.transcript).name)
    for chapter in supplement.chapters:
        yield MetadataText(CHAPTER, chapter.title, chapter.start, chapter.end)
    if supplement.description:
        yield MetadataText(DESCRIPTION, supplement.description)


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

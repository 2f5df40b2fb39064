"""Full-text tables of `lexical.sqlite`: what their rows hold, and how they are filled."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.base.languages import language_code
from indexer.base.text_analysis import ANALYSIS_VERSION, analyse
from indexer.index.analysed_lines import create_lines, write_lines
from indexer.index.doubtful_words import DoubtfulStems, read_doubtful_words
from indexer.index.metadata_tables import (
    descriptions,
    has_texts,
    put_texts,
    write_metadata_words,
)
from indexer.index.postings import POSTINGS_TABLES, PostingsWriter
from indexer.index.segment_arrays import write_segment_arrays
from indexer.index.segment_languages import read_segment_languages
from indexer.index.vocabulary_writer import (
    VOCABULARY_SCHEMA,
    VOCABULARY_TABLES,
    AnalysedDocument,
    Numbers,
    VocabularyWriter,
)

# By what their rows hold: the stems of a segment; its exact words; the exact words around the
# boundary of a segment and the next one, under the row of the first; the stems of a document and of
# its description. Segments are numbered from 0 by document id and in order, documents by id.
STEM_FTS, EXACT_FTS, BOUNDARY_FTS, DOCUMENT_FTS = "words", "exact", "seams", "wholes"
TABLES = (STEM_FTS, EXACT_FTS, BOUNDARY_FTS, DOCUMENT_FTS)
# Of the tables below and of the text analysis that filled them, in `user_version`.
VERSION = 1000 + ANALYSIS_VERSION
# Rows are words of `indexer.base.text_analysis` between spaces; SQLite shall not analyse them
# again. No word holds a quote.
_SIGNS = r"!#$%&()*+,-./:;<=>?@[\]^_`{|}~"
TOKENIZE = f"tokenize=\"ascii tokenchars '{_SIGNS}'\""
# Only where BM25 is computed, the lengths of rows are needed.
_SCORED = frozenset((STEM_FTS, DOCUMENT_FTS))
_SCHEMA = [
    *(
        f"CREATE VIRTUAL TABLE {name} USING fts5 "
        f"(text, content='', columnsize={int(name in _SCORED)}, {TOKENIZE})"
        for name in TABLES
    ),
    *VOCABULARY_SCHEMA,
]
# What earlier versions called theirs, too.
_DROPPED = (*TABLES, *VOCABULARY_TABLES, *POSTINGS_TABLES)


Known = Callable[[str], AnalysedDocument | None]
"""Returns how a document was analysed, by its id, where it is as it was then."""


@dataclass
class _Noted:
    """What is noted of single segments.

    Attributes:
        doubtful: Id of a segment to the numbers of its doubtful words.
        languages: Id of a segment to its language, where it is not that of its document.
        doubtful_stems: Collects the stems of doubtful words.
    """

    doubtful: dict[int, NDArray[np.int32]]
    languages: dict[int, str]
    doubtful_stems: DoubtfulStems = field(default_factory=DoubtfulStems)


def is_current(db: sqlite3.Connection) -> bool:
    """Return whether the full-text tables, and the text analysis, are of this version."""
    return int(db.execute("PRAGMA user_version").fetchone()[0]) == VERSION


def write_words(db: sqlite3.Connection, known: Known = lambda _: None) -> None:
    """Make and fill the full-text tables from the documents and segments that are there.

    A document is found by its description too; a segment, in which nobody says it, is not.

    Args:
        db: Within a transaction.
        known: Documents that need not be analysed again.
    """
    if not has_texts(db):  # a file of an earlier version
        put_texts(db, {})
    described_as = descriptions(db)
    for name in _DROPPED:
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _SCHEMA:
        db.execute(statement)
    words, postings = VocabularyWriter(), PostingsWriter()
    create_lines(db)
    noted = _Noted(
        read_doubtful_words(db), read_segment_languages(lambda query: db.execute(query).fetchall())
    )
    documents = db.execute("SELECT id, language FROM documents ORDER BY id").fetchall()
    for number, (id_, named) in enumerate(documents):
        language = language_code(named) or ""
        lines = _lines(db, id_, language, described_as.get(id_, ""), words, known(id_), noted)
        of_segments = _write_segments(db, id_, lines[:-1], words, postings, noted)
        stems = np.concatenate([*of_segments, words.stems_of(lines[-1])])
        _insert(db, DOCUMENT_FTS, [(number, [words.stems[each] for each in stems.tolist()])])
        postings.add_document(stems)
        words.end_document(db, number)
        write_lines(db, number, lines)
    words.write(db)
    postings.write(db, words.stems)
    noted.doubtful_stems.write(db)
    write_segment_arrays(db)
    for table in TABLES:
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    write_metadata_words(db, TOKENIZE)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _lines(
    db: sqlite3.Connection,
    document: str,
    language: str,
    description: str,
    words: VocabularyWriter,
    known: AnalysedDocument | None,
    noted: _Noted,
) -> list[Numbers]:
    """Return the words of the segments of a document, and of its description."""
    if known is not None:
        return words.take(known)
    lines = [
        words.read(text, analyse(text), noted.languages.get(id_, language))
        for id_, text in _segments(db, document)
    ]
    return [*lines, words.read(description, analyse(description), language)]


def _segments(db: sqlite3.Connection, document: str) -> list[tuple[int, str]]:
    query = "SELECT id, text FROM segments WHERE document = ? ORDER BY ordinal"
    return [(row[0], row[1]) for row in db.execute(query, [document])]


def _write_segments(
    db: sqlite3.Connection,
    document: str,
    lines: Sequence[Numbers],
    words: VocabularyWriter,
    postings: PostingsWriter,
    noted: _Noted,
) -> list[Numbers]:
    """Write the words of the segments of a document; return the stems of each."""
    all_stems: list[Numbers] = []
    of_stems, of_exact, of_boundaries = [], [], []
    previous: list[int] = []
    for (id_, text), line in zip(_segments(db, document), lines, strict=True):
        stems = words.stems_of(line)
        spelled = [words.stems[stem] for stem in stems.tolist()]
        exact = (line[line & 1 == 0] >> 1).tolist()
        row = postings.add_segment(id_, stems)
        if id_ in noted.doubtful:
            noted.doubtful_stems.add(row, text, analyse(text), spelled, noted.doubtful[id_])
        of_stems.append((row, spelled))
        of_exact.append((row, [words.words[form] for form in exact]))
        if previous and exact:
            around = [*words.first_words(previous[::-1])[::-1], *words.first_words(exact)]
            of_boundaries.append((row - 1, [words.words[form] for form in around]))
        previous = exact
        all_stems.append(stems)
    _insert(db, STEM_FTS, of_stems)
    _insert(db, EXACT_FTS, of_exact)
    _insert(db, BOUNDARY_FTS, of_boundaries)
    return all_stems


def _insert(db: sqlite3.Connection, table: str, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    db.executemany(
        f"INSERT INTO {table} (rowid, text) VALUES (?, ?)",
        ((rowid, " ".join(words)) for rowid, words in rows),
    )

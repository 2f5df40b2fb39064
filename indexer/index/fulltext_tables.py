"""Full-text tables of `lexical.sqlite`: what their rows hold, and how they are filled."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.base.languages import language_code
from indexer.base.sound_key import sound_key
from indexer.base.text_analysis import (
    ANALYSIS_VERSION,
    MAX_PHRASE,
    Token,
    analyse,
    fold,
    phrase_length,
    stem,
)
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
_TOKENIZE = f"tokenize=\"ascii tokenchars '{_SIGNS}'\""
# Only where BM25 is computed, the lengths of rows are needed.
_SCORED = frozenset((STEM_FTS, DOCUMENT_FTS))
# `name` is 1 for a word that is always written with a capital letter, `parts` are the words that
# `joined` was written as. `document_words` lists, for each document, the ids of its rows of
# `vocabulary`, doubled, plus 1 where it is written in small letters, and those of `compounds`.
_SCHEMA = [
    *(
        f"CREATE VIRTUAL TABLE {name} USING fts5 "
        f"(text, content='', columnsize={int(name in _SCORED)}, {_TOKENIZE})"
        for name in TABLES
    ),
    """CREATE TABLE vocabulary (
        id INTEGER PRIMARY KEY, word TEXT NOT NULL, language TEXT NOT NULL, stem TEXT NOT NULL,
        name INTEGER NOT NULL, sound TEXT NOT NULL
    )""",
    "CREATE INDEX vocabulary_by_word ON vocabulary (word)",
    "CREATE INDEX vocabulary_by_stem ON vocabulary (stem)",
    "CREATE TABLE compounds (id INTEGER PRIMARY KEY, joined TEXT NOT NULL, parts TEXT NOT NULL)",
    "CREATE INDEX compounds_by_joined ON compounds (joined)",
    """CREATE TABLE document_words (
        document INTEGER PRIMARY KEY, words BLOB NOT NULL, compounds BLOB NOT NULL
    )""",
]
# What earlier versions called theirs, too.
_DROPPED = (*TABLES, "vocabulary", "compounds", "document_words", *POSTINGS_TABLES)


@dataclass
class _Words:
    """The words of the documents so far, and of the one being read.

    Attributes:
        ids: Exact word, language and stem to the row of the vocabulary.
        in_small_letters: Exact words, with their languages, that were written so somewhere.
        compounds: Joined exact words and their parts to the row of the table.
        of_document: Rows of the vocabulary that the document has, doubled; see the schema.
        compounds_of_document: Rows of the table of compounds that it has.
        stems: Words as they are written, with their languages, to their stems.
    """

    ids: dict[tuple[str, str, str], int] = field(default_factory=dict)
    in_small_letters: set[tuple[str, str]] = field(default_factory=set)
    compounds: dict[tuple[str, str], int] = field(default_factory=dict)
    of_document: set[int] = field(default_factory=set)
    compounds_of_document: set[int] = field(default_factory=set)
    stems: dict[tuple[str, str], str] = field(default_factory=dict)


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


def write_words(db: sqlite3.Connection) -> None:
    """Make and fill the full-text tables from the documents and segments that are there.

    A document is found by its description too; a segment, in which nobody says it, is not.

    Args:
        db: Within a transaction.
    """
    if not has_texts(db):  # a file of an earlier version
        put_texts(db, {})
    described_as = descriptions(db)
    for name in _DROPPED:
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _SCHEMA:
        db.execute(statement)
    words, postings = _Words(), PostingsWriter()
    noted = _Noted(
        read_doubtful_words(db), read_segment_languages(lambda query: db.execute(query).fetchall())
    )
    documents = db.execute("SELECT id, language FROM documents ORDER BY id").fetchall()
    for number, (id_, named) in enumerate(documents):
        language = language_code(named) or ""
        stems = _write_segments(db, id_, language, words, postings, noted)
        described = described_as.get(id_, "")
        stems += _stem_line(described, analyse(described), language, words)[0]
        _insert(db, DOCUMENT_FTS, [(number, stems)])
        postings.add_document(stems)
        _write_document_words(db, number, words)
    db.executemany(
        "INSERT INTO vocabulary VALUES (?, ?, ?, ?, ?, ?)",
        (
            (id_, word, la, stems, (word, la) not in words.in_small_letters, sound_key(word))
            for (word, la, stems), id_ in words.ids.items()
        ),
    )
    db.executemany(
        "INSERT INTO compounds VALUES (?, ?, ?)",
        ((id_, *compound) for compound, id_ in words.compounds.items()),
    )
    postings.write(db)
    noted.doubtful_stems.write(db)
    write_segment_arrays(db)
    for table in TABLES:
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    write_metadata_words(db, _TOKENIZE)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _write_segments(
    db: sqlite3.Connection,
    document: str,
    language: str,
    words: _Words,
    postings: PostingsWriter,
    noted: _Noted,
) -> list[str]:
    """Write the words of the segments of a document; return all of their stems."""
    rows = db.execute(
        "SELECT id, text FROM segments WHERE document = ? ORDER BY ordinal", [document]
    ).fetchall()
    all_stems: list[str] = []
    of_stems, of_exact, of_boundaries = [], [], []
    previous: list[str] = []
    for id_, text in rows:
        tokens = analyse(text)
        spoken = noted.languages.get(id_, language)
        stems, exact = _stem_line(text, tokens, spoken, words)
        row = postings.add_segment(id_, stems)
        if id_ in noted.doubtful:
            noted.doubtful_stems.add(row, text, tokens, stems, noted.doubtful[id_])
        of_stems.append((row, stems))
        of_exact.append((row, exact))
        if previous and exact:
            of_boundaries.append((row - 1, [*_last_words(previous), *_first_words(exact)]))
        previous = exact
        all_stems += stems
    _insert(db, STEM_FTS, of_stems)
    _insert(db, EXACT_FTS, of_exact)
    _insert(db, BOUNDARY_FTS, of_boundaries)
    return all_stems


def _stem_line(
    text: str, tokens: Sequence[Token], language: str, words: _Words
) -> tuple[list[str], list[str]]:
    """Return the stems and the exact words of a text, and note them in the vocabulary.

    Joined words stand behind the stems: a phrase of stems does not cross them.
    """
    stems, exact, joined = [], [], []
    for place, token in enumerate(tokens):
        word = fold(token.word)
        exact.append(word)
        small = text[token.start].islower()
        stems.append(_note(token.word, word, language, words, small=small))
        if token.joined:
            whole = fold(token.joined)
            compound = (whole, " ".join(exact[place + 1 - token.of_compound :]))
            id_ = words.compounds.setdefault(compound, 1 + len(words.compounds))
            words.compounds_of_document.add(id_)
            joined.append(_note(token.joined, whole, language, words, small=True))
    return stems + joined, exact


def _note(word: str, exact: str, language: str, words: _Words, *, small: bool) -> str:
    found = words.stems.get((word, language))
    if found is None:
        found = words.stems[word, language] = stem(word, language or None)
    id_ = words.ids.setdefault((exact, language, found), 1 + len(words.ids))
    words.of_document.add(2 * id_ + small)
    if small:
        words.in_small_letters.add((exact, language))
    return found


def _write_document_words(db: sqlite3.Connection, number: int, words: _Words) -> None:
    listed = [
        np.array(sorted(ids), np.int32).tobytes()
        for ids in (words.of_document, words.compounds_of_document)
    ]
    db.execute("INSERT INTO document_words VALUES (?, ?, ?)", [number, *listed])
    words.of_document.clear()
    words.compounds_of_document.clear()


def _last_words(words: Sequence[str]) -> list[str]:
    return list(_within_phrase(reversed(words)))[::-1]


def _first_words(words: Sequence[str]) -> list[str]:
    return list(_within_phrase(words))


def _within_phrase(words: Iterable[str]) -> Iterator[str]:
    """Yield as many words as a phrase may have: one that crosses a boundary fits around it."""
    length = 0.0
    for word in words:
        length += phrase_length([word])
        if length > MAX_PHRASE:
            return
        yield word


def _insert(db: sqlite3.Connection, table: str, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    db.executemany(
        f"INSERT INTO {table} (rowid, text) VALUES (?, ?)",
        ((rowid, " ".join(words)) for rowid, words in rows),
    )

"""Full-text tables of `lexical.sqlite`: what their rows hold, and how they are filled."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

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
from indexer.index.metadata_tables import (
    descriptions,
    has_texts,
    put_texts,
    write_metadata_words,
)

# By what their rows hold: the stems of a segment; its exact words; the exact words around the
# boundary of a segment and the next one, under the id of the first; the stems of a document and of
# its description, under the rowid of `documents`.
STEM_FTS, EXACT_FTS, BOUNDARY_FTS, DOCUMENT_FTS = "words", "exact", "seams", "wholes"
TABLES = (STEM_FTS, EXACT_FTS, BOUNDARY_FTS, DOCUMENT_FTS)
# Rows are words of `indexer.base.text_analysis` between spaces; SQLite shall not analyse them
# again. No word holds a quote.
_SIGNS = r"!#$%&()*+,-./:;<=>?@[\]^_`{|}~"
_TOKENIZE = f"tokenize=\"ascii tokenchars '{_SIGNS}'\""
# `name` is 1 for a word that is always written with a capital letter, `parts` are the words that
# `joined` was written as.
_SCHEMA = [
    *(f"CREATE VIRTUAL TABLE {name} USING fts5 (text, content='', {_TOKENIZE})" for name in TABLES),
    """CREATE TABLE vocabulary (
        word TEXT, language TEXT, stem TEXT NOT NULL, name INTEGER NOT NULL, sound TEXT NOT NULL,
        PRIMARY KEY (word, language)
    ) WITHOUT ROWID""",
    "CREATE INDEX vocabulary_by_stem ON vocabulary (stem)",
    "CREATE TABLE compounds (joined TEXT PRIMARY KEY, parts TEXT NOT NULL) WITHOUT ROWID",
]
# What earlier versions called theirs.
_DROPPED = (*TABLES, "vocabulary", "compounds")


@dataclass
class _Words:
    """The words of the segments so far.

    Attributes:
        stems: Exact word and language to the stem.
        in_small_letters: Words that were written so somewhere.
        compounds: Joined exact words to their parts.
    """

    stems: dict[tuple[str, str], str] = field(default_factory=dict)
    in_small_letters: set[tuple[str, str]] = field(default_factory=set)
    compounds: dict[str, str] = field(default_factory=dict)


def is_current(db: sqlite3.Connection) -> bool:
    """Return whether the full-text tables are of this version of the text analysis."""
    return int(db.execute("PRAGMA user_version").fetchone()[0]) == ANALYSIS_VERSION


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
    words = _Words()
    for rowid, id_, named in db.execute("SELECT rowid, id, language FROM documents").fetchall():
        language = language_code(named) or ""
        stems = _write_segments(db, id_, language, words)
        described = described_as.get(id_, "")
        stems += _stem_line(described, analyse(described), language, words)[0]
        _insert(db, DOCUMENT_FTS, [(rowid, stems)])
    db.executemany(
        "INSERT INTO vocabulary VALUES (?, ?, ?, ?, ?)",
        (
            (*key, words.stems[key], key not in words.in_small_letters, sound_key(key[0]))
            for key in sorted(words.stems)
        ),
    )
    db.executemany("INSERT INTO compounds VALUES (?, ?)", sorted(words.compounds.items()))
    for table in TABLES:
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    write_metadata_words(db, _TOKENIZE)
    db.execute(f"PRAGMA user_version = {ANALYSIS_VERSION}")


def _write_segments(
    db: sqlite3.Connection, document: str, language: str, words: _Words
) -> list[str]:
    """Write the words of the segments of a document; return all of their stems."""
    rows = db.execute(
        "SELECT id, text FROM segments WHERE document = ? ORDER BY ordinal", [document]
    ).fetchall()
    all_stems: list[str] = []
    of_stems, of_exact, of_boundaries = [], [], []
    previous: tuple[int, list[str]] | None = None
    for id_, text in rows:
        stems, exact = _stem_line(text, analyse(text), language, words)
        of_stems.append((id_, stems))
        of_exact.append((id_, exact))
        if previous and previous[1] and exact:
            across = [*_last_words(previous[1]), *_first_words(exact)]
            of_boundaries.append((previous[0], across))
        previous = (id_, exact)
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
        stems.append(_note(token.word, word, language, words))
        if text[token.start].islower():
            words.in_small_letters.add((word, language))
        if token.joined:
            whole = fold(token.joined)
            parts = exact[place + 1 - token.of_compound :]
            words.compounds.setdefault(whole, " ".join(parts))
            joined.append(_note(token.joined, whole, language, words))
            words.in_small_letters.add((whole, language))
    return stems + joined, exact


def _note(word: str, exact: str, language: str, words: _Words) -> str:
    key = (exact, language)
    if key not in words.stems:
        words.stems[key] = stem(word, language or None)
    return words.stems[key]


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

"""Metadata tables of `lexical.sqlite`: what is written about documents, and its words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from indexer.base.languages import language_code
from indexer.base.text_analysis import analyse, fold, stem

# What a text of metadata is, as people read it beside a hit.
TITLE, TITLE_PART, FILE_NAME, SPEAKER = "title", "part of the title", "file name", "speaker"
LABEL, SOUND, CHAPTER, DESCRIPTION = "label", "sound", "chapter", "description"

TEXTS, WORDS_FTS = "metadata", "metadata_words"
# `start` and `end` are those of a chapter. `exact` holds the exact words in a row, `stems` the
# number of stems and `words` them.
_SCHEMA = f"""CREATE TABLE IF NOT EXISTS {TEXTS} (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL, field TEXT NOT NULL, text TEXT NOT NULL,
    start REAL, "end" REAL, exact TEXT NOT NULL DEFAULT '', stems TEXT NOT NULL DEFAULT ''
)"""
# A title and its subtitle, the name of a series and that of an episode.
_BETWEEN_PARTS = re.compile(r"\s*[:|–—:]\s+|\s+[-:|–—/]+\s+")


@dataclass(frozen=True)
class MetadataText:
    """A text about a document.

    Attributes:
        field: `TITLE`, `SPEAKER` and so on.
        text: As it was written.
        start: Seconds; of a chapter.
        end: See `start`; None for one that lasts to the next or to the end.
    """

    field: str
    text: str
    start: float | None = None
    end: float | None = None


def put_texts(db: sqlite3.Connection, others: Mapping[str, Iterable[MetadataText]]) -> None:
    """Collect the texts about all documents from the records that are there.

    Args:
        db: Within a transaction.
        others: By document, what the records do not hold: descriptions, chapters, names of
            further files.
    """
    db.execute(_SCHEMA)
    documents = db.execute("SELECT id, name, title, path, speaker, label FROM documents").fetchall()
    noted = {row[1] for row in db.execute("PRAGMA table_info(segments)")}
    lists = [(SPEAKER, "speakers"), *([(SOUND, "sounds")] if "sounds" in noted else [])]
    for id_, name, title, path, speaker, label in documents:
        file = PurePath(path).name
        texts = [*_titles(title, name), *(MetadataText(FILE_NAME, n) for n in (name, file))]
        texts += [MetadataText(SPEAKER, speaker or ""), MetadataText(LABEL, label or "")]
        for field, column in lists:
            rows = db.execute(
                f"SELECT DISTINCT {column} FROM segments WHERE document = ? AND {column} != ''",
                [id_],
            )
            listed = sorted({each for row in rows for each in row[0].split("\n")})
            texts += [MetadataText(field, each) for each in listed]
        texts += others.get(id_, ())
        db.executemany(
            f'INSERT INTO {TEXTS} (document, field, text, start, "end") VALUES (?, ?, ?, ?, ?)',
            [(id_, t.field, t.text, t.start, t.end) for t in dict.fromkeys(texts) if t.text],
        )


def _titles(title: str, name: str) -> Iterator[MetadataText]:
    """Yield a title that is not the name of the file, and its parts."""
    if title == name:
        return
    yield MetadataText(TITLE, title)
    parts = [part for part in _BETWEEN_PARTS.split(title) if part]
    if len(parts) > 1:
        yield from (MetadataText(TITLE_PART, part) for part in parts)


def has_texts(db: sqlite3.Connection) -> bool:
    """Return whether `put_texts` was called on a file."""
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [TEXTS]).fetchone())


def descriptions(db: sqlite3.Connection) -> dict[str, str]:
    """Return the descriptions by document."""
    rows = db.execute(f"SELECT document, text FROM {TEXTS} WHERE field = ?", [DESCRIPTION])
    return {row[0]: row[1] for row in rows}


def write_metadata_words(db: sqlite3.Connection, tokenize: str) -> None:
    """Write the words of the texts anew.

    Args:
        db: Within a transaction; `put_texts` was called on it.
        tokenize: As for the words of segments.
    """
    db.execute(f"DROP TABLE IF EXISTS {WORDS_FTS}")
    db.execute(f"CREATE VIRTUAL TABLE {WORDS_FTS} USING fts5 (text, content='', {tokenize})")
    rows = db.execute(
        f"SELECT m.id, m.text, d.language FROM {TEXTS} m JOIN documents d ON d.id = m.document"
    ).fetchall()
    for id_, text, named in rows:
        exact, stems, joined = _words_of(text, language_code(named))
        db.execute(
            f"UPDATE {TEXTS} SET exact = ?, stems = ? WHERE id = ?",
            [" ".join(exact), " ".join(stems), id_],
        )
        db.execute(
            f"INSERT INTO {WORDS_FTS} (rowid, text) VALUES (?, ?)",
            [id_, " ".join([*stems, *joined])],
        )
    db.execute(f"INSERT INTO {WORDS_FTS} ({WORDS_FTS}) VALUES ('optimize')")


def _words_of(
    text: str, language: str | None
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return the exact words of a text, their stems, and the stems of joined words."""
    tokens = analyse(text)
    joined = [stem(token.joined, language) for token in tokens if token.joined]
    return [fold(t.word) for t in tokens], [stem(t.word, language) for t in tokens], joined


def words_of_metadata(read: Callable[[str], Iterable[Sequence[str]]]) -> Iterator[str]:
    """Yield the distinct words of the texts, as they are stemmed.

    Args:
        read: Asks an open file.
    """
    table = f"temp.{WORDS_FTS}_terms"
    read(f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5vocab (main, {WORDS_FTS}, row)")
    return (row[0] for row in read(f"SELECT term FROM {table}"))

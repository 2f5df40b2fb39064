"""One `lexical.sqlite` of a snapshot: its records and words, without removed documents."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilbert.system_faults import raise_system_fault
from indexer.base.languages import language_code
from indexer.index.document_words import inverse_document_frequency, term_frequencies
from indexer.index.doubtful_words import (
    discounted,
    find_doubtful_words,
    has_doubtful_stems,
    read_doubtful_stem,
)
from indexer.index.fulltext_tables import DOCUMENT_FTS, STEM_FTS
from indexer.index.fulltext_upgrade import current_version
from indexer.index.postings import NO_POSTINGS, ROW_BYTES, Postings, read_postings, union
from indexer.index.records import IndexedDocument, IndexedSegment, Records, SegmentText, damaged
from indexer.index.segment_arrays import SegmentArrays, read_segment_arrays
from indexer.index.segment_languages import read_segment_languages

# What BM25 is computed for: its columns of `postings`, and its array of the lengths of rows.
_COLUMNS = {STEM_FTS: "rows, times", DOCUMENT_FTS: "rows_d, times_d"}
_LENGTHS = {STEM_FTS: "lengths", DOCUMENT_FTS: "lengths_d"}
# Phrases of several words whose rows are kept, and bytes of postings of single words for each
# segment: room for the words of a long question, of which the common ones take 5 bytes a segment.
_MOST_PHRASES, _STEM_BYTES = 16, 64
# Common words of which is kept who holds them: one byte a segment.
_MOST_HELD = 16
_MOST_WORDS = 2048


class LexicalShard(Records):
    """Reader of one file; its rows are segments, by document id and in order, or documents.

    A phrase is a stem, stems in a row, or the beginning of stems where it ends in `*`. A file of
    an earlier version of the text analysis is analysed anew.

    Attributes:
        removed: Ids of its documents that are not in the snapshot any more.
        document_ids: Of all of its documents, by id.
        live: `[n_segments]`, which are in the snapshot; None for all.
        live_documents: `[n_documents]`, likewise.
        owners: `[n_segments]`, the number of the document of each.
        unknown: Ids of documents that the snapshot has and `known` has not.
    """

    def __init__(
        self, path: Path, removed: Collection[str] = (), known: Collection[str] | None = None
    ) -> None:
        """Open a file.

        Args:
            path: Of the file.
            removed: Ids of documents that are not in the snapshot any more.
            known: Ids of those that may be in it; None for any.

        Raises:
            LibraryError: It is missing or damaged.
        """
        super().__init__(path)
        try:
            self._upgrade = current_version(self._db, path)
            if self._upgrade is not None:
                super().close()
                super().__init__(self._upgrade.path)
            rows = self.read("SELECT id FROM documents ORDER BY id")
            self.document_ids: list[str] = [row[0] for row in rows]
            owners = self._data("owners")
        except sqlite3.DatabaseError as error:
            raise_system_fault(error)
            raise damaged(path, error) from error
        self.owners: NDArray[np.int32] = np.frombuffer(owners, np.int32)
        here = frozenset(self.document_ids)
        unknown = here - frozenset(known) if known is not None else frozenset()
        self.removed = here & frozenset(removed) | unknown
        self.unknown = unknown - frozenset(removed)
        self.live_documents: NDArray[np.bool_] | None = None
        self.live: NDArray[np.bool_] | None = None
        # A query asks for the rows of a word, or of some in a row, several times.
        self._phrases: dict[tuple[str, str], Postings] = {}
        self._stems = _KnownStems(_STEM_BYTES * len(self.owners))
        # Of a common word: which segments hold it, and in which documents it stands how often.
        self._held: dict[str, tuple[NDArray[np.bool_], Postings]] = {}
        # Exact word to its stems, and to the words that it is written as.
        self._known_words: dict[str, tuple[list[str], list[str]]] = {}
        if self.removed:
            self.live_documents = np.array([d not in self.removed for d in self.document_ids])
            self.live = self.live_documents[self.owners]

    def segments_in(self, documents: Collection[str]) -> NDArray[np.int64]:
        """Return the ids of the segments of some documents."""
        if not documents:
            return np.zeros(0, np.int64)
        named = np.array([id_ in documents for id_ in self.document_ids], bool)
        ids: NDArray[np.int64] = self.read_segment_ids()[named[self.owners]]
        return ids

    def read_segment_ids(self) -> NDArray[np.int64]:
        """Read the ids of all segments, `[n_segments]`, removed ones too."""
        return np.frombuffer(self._data("ids"), np.int64)

    @property
    def languages(self) -> set[str]:
        """Codes of the languages of the documents and of segments in others; empty for unknown."""
        of_segments = set(self.segment_languages.values())
        if self.removed:
            return {language_code(d.language) or "" for d in self.documents()} | of_segments
        rows = self.read("SELECT DISTINCT language FROM documents")
        return {language_code(row[0]) or "" for row in rows} | of_segments

    @cached_property
    def segment_languages(self) -> dict[int, str]:
        """Ids of the segments that are in another language than their document, to that."""
        return read_segment_languages(self.read)

    def documents(self) -> list[IndexedDocument]:
        """List the documents, by name."""
        return [d for d in super().documents() if d.id not in self.removed]

    def segments(self, ids: Sequence[int] | None = None) -> list[IndexedSegment]:
        """List all segments by document and in order, or those of `ids` in any order."""
        return [s for s in super().segments(ids) if s.document not in self.removed]

    def doubtful_words(self, ids: Sequence[int]) -> dict[int, list[int]]:
        """Map those of some segments that have doubtful words to the numbers of these, in order.

        Words are what stands between spaces in the text of a segment.
        """
        return find_doubtful_words(self.read, ids) if self._has_doubtful_stems else {}

    def texts(self) -> Iterator[SegmentText]:
        """Yield the words of all segments, by document and in order."""
        texts = super().texts()
        return (text for text in texts if text.document not in self.removed)

    def segments_of(self, document: str) -> list[IndexedSegment]:
        """List the segments of a document in order."""
        return [] if document in self.removed else super().segments_of(document)

    def segment_arrays(self) -> SegmentArrays:
        """Read times, speakers and sounds of all segments, removed ones too."""
        return read_segment_arrays(self._db)

    def live_of(self, table: str) -> NDArray[np.bool_] | None:
        """Return which rows of a table are in the snapshot; None for all."""
        return self.live_documents if table == DOCUMENT_FTS else self.live

    def lengths(self, table: str) -> NDArray[np.int32]:
        """Return how many words each row of `STEM_FTS` or `DOCUMENT_FTS` has."""
        return self._lengths[table]

    def postings(self, table: str, phrase: str) -> Postings:
        """Find the rows of `STEM_FTS` or `DOCUMENT_FTS` that hold a phrase, and how often."""
        return self.all_postings(table, phrase).of(self.live_of(table))

    def count(self, table: str, phrases: Sequence[str]) -> int:
        """Count the rows of `STEM_FTS` or `DOCUMENT_FTS` that hold any of some phrases."""
        if len(phrases) == 1 and self.live_of(table) is None and is_stem(phrases[0]):
            rows = _COLUMNS[table].split(",")[0]
            if (known := self._stems.get(phrases[0])) is not None:
                return len(known[table].rows)
            # SQLite knows the length of what it does not read.
            statement = f"SELECT length({rows}) FROM postings WHERE stem = ?"
            return sum(int(row[0]) for row in self.read(statement, phrases)) // ROW_BYTES
        return len(union([self.postings(table, phrase) for phrase in phrases]))

    def all_postings(self, table: str, phrase: str) -> Postings:
        """Find the rows that hold a phrase as `postings` does, those of removed documents too."""
        if phrase.endswith("*"):
            stems = [phrase[:-1], f"{phrase[:-1]}{chr(0x10FFFF)}"]
            where = "stem >= ? AND stem < ?"
            found = self.read(f"SELECT {_COLUMNS[table]} FROM postings WHERE {where}", stems)
            rows = union([read_postings(*row) for row in found])
            return Postings(rows, np.ones(len(rows), np.int32))
        if not is_stem(phrase):
            key = (table, phrase)
            if key not in self._phrases:
                while len(self._phrases) >= _MOST_PHRASES:
                    self._phrases.pop(next(iter(self._phrases)), None)
                self._phrases[key] = self._phrase(table, phrase)
            return self._phrases[key]
        known = self._stems.get(phrase)
        if known is None and table == DOCUMENT_FTS and phrase in self._held:
            return self._held[phrase][1]
        if known is None:
            columns = ", ".join(_COLUMNS.values())
            found = self.read(f"SELECT {columns} FROM postings WHERE stem = ?", [phrase])
            known = self._stems.add(phrase, self._counted(phrase, found[0] if found else None))
        return known[table]

    def held(self, phrase: str) -> NDArray[np.bool_]:
        """Return which segments hold a phrase that many do, `[n_segments]`, removed ones too."""
        if phrase not in self._held:
            while len(self._held) >= _MOST_HELD:
                self._held.pop(next(iter(self._held)), None)
            held = np.zeros(len(self.owners), bool)
            held[self.all_postings(STEM_FTS, phrase).rows] = True
            self._held[phrase] = held, self.all_postings(DOCUMENT_FTS, phrase)
            self._stems.drop(phrase)  # five times as large, and not asked for any more
        return self._held[phrase][0]

    def holds_at(self, phrase: str, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of some segments hold a phrase, `[len(rows)]`."""
        if (held := self._held.get(phrase)) is not None:
            return held[0][rows]
        found = np.zeros(len(rows), bool)
        having = self.all_postings(STEM_FTS, phrase).rows
        if len(having):
            places = having.searchsorted(rows.astype(having.dtype))  # else NumPy converts `having`
            found = having.take(places, mode="clip") == rows
        return found

    def _phrase(self, table: str, phrase: str) -> Postings:
        """Find words in a row, which FTS5 knows; how often is recovered from its BM25."""
        if not self._holds_all(table, phrase.split(" ")):
            return NO_POSTINGS  # most other writings of a number; FTS5 reads all places of each
        found = self.read(
            f"SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ? ORDER BY rowid",
            [f'"{phrase}"'],
        )
        rows = np.array([row[0] for row in found], np.int32)
        lengths = self._lengths[table]
        norms = term_frequencies(
            np.array([row[1] for row in found], np.float64),
            inverse_document_frequency(len(lengths), len(rows)),
        )
        times = norms * length_norms(lengths[rows], float(lengths.mean() or 1.0))
        return Postings(rows, np.rint(times).astype(np.int32))

    def _holds_all(self, table: str, stems: Iterable[str]) -> bool:
        """Return whether any row holds all of some stems."""
        first, *others = sorted(
            (self.all_postings(table, s) for s in stems), key=lambda p: len(p.rows)
        )
        rows = first.rows
        for other in others:
            rows = rows[other.at(rows).rows] if len(rows) else rows
        return bool(len(rows))

    def rows_matching(self, table: str, expression: str) -> NDArray[np.int64]:
        """Find the rows of a table that an expression of FTS5 matches, ascending."""
        found = self.read(
            f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid", [expression]
        )
        rows = np.array([row[0] for row in found], np.int64)
        live = self.live_of(table)
        return rows if live is None else rows[live[rows]]

    def holds(self, table: str, expression: str) -> bool:
        """Return whether any row of a table matches an expression of FTS5."""
        if self.live_of(table) is not None:
            return bool(len(self.rows_matching(table, expression)))
        found = self.read(f"SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT 1", [expression])
        return bool(found)

    def stems_of(self, word: str) -> list[str]:
        """Return the stems of an exact word."""
        return self.look_up([word])[word][0]

    def look_up(self, words: Collection[str]) -> dict[str, tuple[list[str], list[str]]]:
        """Return the stems and the parts of several words, and keep them for who asks next."""
        known = self._known_words
        if len(known) > _MOST_WORDS:
            known = self._known_words = {}
        wanted = [word for word in words if word not in known]
        if not wanted:
            return known
        found: dict[str, tuple[list[str], list[str]]] = {word: ([], []) for word in wanted}
        for place, live, columns in (
            (0, self._live_words, "word, id, stem FROM vocabulary WHERE word"),
            (1, self._live_compounds, "joined, id, parts FROM compounds WHERE joined"),
        ):
            for word, id_, value in self._read_in(columns, wanted, "ORDER BY id"):
                if live is None or live[id_]:
                    found[word][place].append(value)
        known.update(found)
        return known

    def load(self, stems: Iterable[str]) -> None:
        """Read the postings of several stems at once, for what asks for them next.

        Of those that many segments hold it is mostly asked which do; that is kept.
        """
        wanted = [s for s in stems if s not in self._held and self._stems.get(s) is None]
        columns = f"stem, {', '.join(_COLUMNS.values())} FROM postings WHERE stem"
        found = {row[0]: tuple(row)[1:] for row in self._read_in(columns, wanted)}
        for stem in wanted:
            self._stems.add(stem, self._counted(stem, found.get(stem)))

    def _counted(self, stem: str, row: Sequence[bytes] | None) -> dict[str, Postings]:
        """Read the postings of a stem; where its words are doubtful, they count less."""
        read = _read_columns(row)
        if self._has_doubtful_stems:
            read[STEM_FTS] = discounted(read[STEM_FTS], read_doubtful_stem(self.read, stem))
        return read

    @cached_property
    def _has_doubtful_stems(self) -> bool:
        return has_doubtful_stems(self.read)

    def _read_in(
        self, columns: str, values: Sequence[str], rest: str = ""
    ) -> Iterator[sqlite3.Row]:
        for first in range(0, len(values), 500):  # SQLite bounds the number of variables
            part = values[first : first + 500]
            yield from self.read(f"SELECT {columns} IN ({','.join('?' * len(part))}) {rest}", part)

    def all_stems(self) -> list[str]:
        """List the stems of all words."""
        return [row[0] for row in self.read("SELECT stem FROM postings")]

    def words_of(self, stems: str) -> list[str]:
        """Return the exact words that have a stem."""
        rows = self.read("SELECT id, word FROM vocabulary WHERE stem = ?", [stems])
        live = self._live_words
        return [word for id_, word in rows if live is None or live[id_]]

    def parts_of(self, joined: str) -> list[str]:
        """Return the words, in one string each, that a joined word is written as."""
        return self.look_up([joined])[joined][1]

    def words_beginning(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the exact words that begin so, in order, each with a stem."""
        rows = self._db.execute(
            "SELECT id, word, stem FROM vocabulary WHERE word >= ? AND word < ? ORDER BY word",
            [prefix, prefix + chr(0x10FFFF)],
        )
        live = self._live_words
        for id_, word, stem in rows:
            if live is None or live[id_]:
                yield word, stem

    def vocabulary(self) -> Iterator[tuple[str, str, bool, str]]:
        """Yield all words: exact word, language, whether a name, sound."""
        rows = self.read("SELECT id, word, language, name, sound FROM vocabulary")
        live, small = self._live_words, self._in_small_letters
        for id_, word, language, name, sound in rows:
            if live is None or small is None:
                yield word, language, bool(name), sound
            elif live[id_]:
                yield word, language, not small[id_], sound

    @cached_property
    def _live_words(self) -> NDArray[np.bool_] | None:
        """Which rows of the vocabulary a document has that is in the snapshot; None for all."""
        written = self._live_listed("words", "vocabulary", 2)
        return None if written is None else written[0::2] | written[1::2]

    @cached_property
    def _in_small_letters(self) -> NDArray[np.bool_] | None:
        written = self._live_listed("words", "vocabulary", 2)
        return None if written is None else written[1::2]

    @cached_property
    def _live_compounds(self) -> NDArray[np.bool_] | None:
        return self._live_listed("compounds", "compounds", 1)

    def _live_listed(self, column: str, table: str, factor: int) -> NDArray[np.bool_] | None:
        """Return what the lists of `document_words` name, of documents in the snapshot."""
        if self.live_documents is None:
            return None
        count = self.read(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0]
        listed = np.zeros(factor * (count + 1), bool)
        for number, data in self.read(f"SELECT document, {column} FROM document_words"):
            if self.live_documents[number]:
                listed[np.frombuffer(data, np.int32)] = True
        return listed

    @cached_property
    def _lengths(self) -> dict[str, NDArray[np.int32]]:
        return {t: np.frombuffer(self._data(name), np.int32) for t, name in _LENGTHS.items()}

    def _data(self, name: str) -> bytes:
        data: bytes = self.read("SELECT data FROM row_arrays WHERE name = ?", [name])[0][0]
        return data


def _read_columns(row: Sequence[bytes] | None) -> dict[str, Postings]:
    """Read the postings of a stem in each table; None for one that is not there."""
    if row is None:
        return dict.fromkeys(_COLUMNS, NO_POSTINGS)
    pairs = zip(row[0::2], row[1::2], strict=True)
    return {t: read_postings(*pair) for t, pair in zip(_COLUMNS, pairs, strict=True)}


class _KnownStems:
    """Postings that were asked for last, by stem: those of segments and those of documents.

    Args:
        limit: Bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._of: dict[str, dict[str, Postings]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def get(self, stem: str) -> dict[str, Postings] | None:
        with self._lock:
            found = self._of.pop(stem, None)
            if found is not None:  # common words, which are asked for often, stay
                self._of[stem] = found
            return found

    def drop(self, stem: str) -> None:
        with self._lock:
            if (found := self._of.pop(stem, None)) is not None:
                self._size -= _size_of(found)

    def add(self, stem: str, postings: dict[str, Postings]) -> dict[str, Postings]:
        with self._lock:
            if stem not in self._of:
                self._of[stem] = postings
                self._size += _size_of(postings)
            while self._size > self._limit and len(self._of) > 1:
                self._size -= _size_of(self._of.pop(next(iter(self._of))))
        return postings


def _size_of(postings: dict[str, Postings]) -> int:
    return sum(each.rows.nbytes + each.times.nbytes for each in postings.values())


def is_stem(phrase: str) -> bool:
    """Return whether a phrase is one stem: neither several in a row nor a beginning."""
    return " " not in phrase and not phrase.endswith("*")


def length_norms(lengths: NDArray[np.int32], mean: float) -> NDArray[np.float64]:
    """Return what BM25 divides the occurrences in rows by for their lengths, `[n]`; b = 0.75."""
    return 0.25 + (0.75 / mean) * lengths.astype(np.float64)

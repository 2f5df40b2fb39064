"""Full-text search over the segments of a generation."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hilbert.files import sync_file
from indexer.base.languages import language_code
from indexer.base.text_analysis import MAX_PHRASE, query_terms
from indexer.index.records import IndexedSegment, Records, write_records
from indexer.store.catalog import Catalog, Document

if TYPE_CHECKING:
    from indexer.index.spelling import Vocabulary

_TOKENIZE = "tokenize='porter unicode61 remove_diacritics 2'"
# `seams` holds the last words of each segment with the first of the next one, under the id of the
# first: a phrase may begin in one segment and end in the other. `wholes` holds all words of each
# document, under the rowid of `documents`.
_SCHEMA = f"""
CREATE VIRTUAL TABLE words USING fts5 (
    text, content='segments', content_rowid='id', {_TOKENIZE}
);
CREATE VIRTUAL TABLE seams USING fts5 (text, content='', {_TOKENIZE});
CREATE VIRTUAL TABLE wholes USING fts5 (text, content='', {_TOKENIZE});
CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_SEAM_WORDS = MAX_PHRASE
# What is found through a word that only resembles the one that was typed counts less.
ALIKE_SHARE = 0.7
# To see which of two words follow each other, so many segments that hold both are read.
_MOST_READ = 2000
# Weight of a word that about a quarter of the documents say.
_LEAST_WEIGHT = 1.0
_MOST_WORDS = 100


class FulltextIndex(Records):
    """Reads `lexical.sqlite` of one generation, and finds words in it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # A generation never changes.
        self._alike: dict[str, list[tuple[str, ...]]] = {}
        self._families: dict[str, list[str]] = {}

    @staticmethod
    def write(path: Path, catalog: Catalog, documents: Iterable[Document]) -> None:
        """Write the documents with their segments, and the full-text index."""
        db = sqlite3.connect(path, isolation_level=None)
        try:
            db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            db.execute("BEGIN")
            write_records(db, catalog, documents)
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
            _write_words(db)
            db.execute("COMMIT")
        finally:
            db.close()
        sync_file(path)

    def scores(self, terms: Sequence[str], alike: bool = True) -> dict[int, float]:
        """Segments with words of the query, scored by the share of its weight that they hold.

        BM25, divided by `weight`. Nothing of FTS5's own syntax is interpreted in a term; one that
        ends in `*` stands for all words that begin so.

        Args:
            terms: see `Typed.terms`.
            alike: for a word that nobody said, look for what resembles it.
        """
        return self._shares("words", terms, alike, self.weight(terms))

    def document_scores(self, terms: Sequence[str], alike: bool = True) -> dict[str, float]:
        """The same of whole documents, by id: words of the query may be said far apart.

        Words that most documents say tell nothing of one of them: alone, they get next to 0.
        """
        whole = max(_LEAST_WEIGHT, self._weight("wholes", terms, self._n_documents))
        found = self._shares("wholes", terms, alike, whole)
        rows = self._db.execute("SELECT rowid, id FROM documents")
        return {row["id"]: found[row["rowid"]] for row in rows if row["rowid"] in found}

    def weight(self, query: str | Sequence[str]) -> float:
        """BM25 of an average segment that holds each query word once: the yardstick of scores.

        A word that no segment holds counts like the rarest one, so that half-matched queries do
        not look fully matched. idf as in FTS5's bm25(): ln((N - n + 0.5) / (n + 0.5)), at least
        1e-6.
        """
        return self._weight("words", _terms(query), self.n_segments)

    def segments_with_phrase(self, words: Sequence[str]) -> set[int]:
        """Segments in which these words are said one after the other, in any of their forms.

        Where they begin in one segment and end in the next, both hold them.
        """
        phrase = [self._match(" ".join(words))]
        rows = self._db.execute("SELECT rowid FROM words WHERE words MATCH ?", phrase)
        within = {row[0] for row in rows}
        found = set(within)
        if len(words) > 1:
            seams = self._db.execute("SELECT rowid FROM seams WHERE seams MATCH ?", phrase)
            for segment in self.segments([row[0] for row in seams]):
                following = self._following(segment)
                if following and not {segment.id, following} & within:
                    found |= {segment.id, following}
        return found

    def alike(self, term: str) -> list[tuple[str, ...]]:
        """What a word that nobody said may have been written as: a word, or two in a row."""
        if term not in self._alike:
            said = term.endswith("*") or self._count(term)
            self._alike[term] = [] if said else self._look_for(term)
        return self._alike[term]

    def _look_for(self, term: str) -> list[tuple[str, ...]]:
        from indexer.index.spelling import best_splits

        vocabulary = self._vocabulary
        single = [heard.words for heard in vocabulary.alike(term)]
        broken = best_splits(term, self._broken(vocabulary.halves(term)))
        return [*single, *(heard.words for heard in broken)]

    def said(
        self, terms: Iterable[str], ids: Sequence[int], alike: Collection[str] = ()
    ) -> dict[str, set[int]]:
        """Terms, and words that resemble some of them, that are said: in which of some segments.

        Args:
            terms: see `Typed.terms`.
            ids: of the segments.
            alike: those of the terms that are looked for by what resembles them, too.
        """
        every = [
            " ".join(words)
            for term in terms
            for words in [(term,), *(self.alike(term) if term in alike else ())]
        ]
        found = {phrase: set(self._holders(phrase, ids)) for phrase in dict.fromkeys(every)}
        return {phrase: holders for phrase, holders in found.items() if holders}

    def _holders(self, phrase: str, ids: Sequence[int]) -> Iterator[int]:
        """Those of some segments that hold a phrase."""
        for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
            part = ids[first : first + 500]
            rows = self._db.execute(
                "SELECT rowid FROM words WHERE words MATCH ? "
                f"AND rowid IN ({','.join('?' * len(part))})",
                [self._match(phrase), *part],
            )
            yield from (row[0] for row in rows)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        from indexer.index.spelling import Vocabulary  # loads dictionaries, for odd words only

        languages = self._db.execute("SELECT DISTINCT language FROM documents").fetchall()
        return Vocabulary(
            (row[0] for row in self._db.execute("SELECT word FROM vocabulary")),
            filter(None, (language_code(row[0]) for row in languages)),
        )

    def _shares(
        self, table: str, terms: Sequence[str], alike: bool, whole: float
    ) -> dict[int, float]:
        """BM25 by rowid, as a share of the weight of the whole query."""
        if not whole:
            return {}
        found = {id_: score / whole for id_, score in self._bm25(table, terms).items()}
        for term in terms if alike else ():
            # BM25 of one word alone: the highest of its look-alikes counts.
            for id_, score in self._scores_alike(table, term).items():
                found[id_] = found.get(id_, 0.0) + ALIKE_SHARE * score / whole
        return found

    def _bm25(self, table: str, terms: Sequence[str]) -> dict[int, float]:
        """BM25 by rowid; of the words that a beginning stands for, the highest counts."""
        whole = [term for term in terms if not term.endswith("*")]
        found = self._matching(table, " OR ".join(map(_quoted, whole))) if whole else {}
        for term in terms:
            if term.endswith("*"):
                for id_, score in self._highest(table, self._family(term)).items():
                    found[id_] = found.get(id_, 0.0) + score
        return found

    def _highest(self, table: str, phrases: Iterable[str]) -> dict[int, float]:
        """The highest BM25 that any of some words, or words in a row, has by itself."""
        found: dict[int, float] = {}
        for phrase in phrases:
            for id_, score in self._matching(table, phrase).items():
                found[id_] = max(found.get(id_, 0.0), score)
        return found

    def _matching(self, table: str, match: str) -> dict[int, float]:
        rows = self._db.execute(
            f"SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ?", [match]
        )
        return {row[0]: row[1] for row in rows}

    def _match(self, term: str) -> str:
        """A term, or words in a row, as FTS5 writes what it stands for."""
        if not term.endswith("*") or " " in term:
            return _quoted(term)
        return f"({' OR '.join(self._family(term))})"

    def _family(self, term: str) -> list[str]:
        """What a beginning of words stands for, as FTS5 writes it.

        Full-text search knows stems alone: "organiz" begins no stem of "organized", "organ".
        """
        if term not in self._families:
            begins = term[:-1]
            rows = self._db.execute(
                "SELECT word FROM vocabulary WHERE word >= ? AND word < ? LIMIT ?",
                [begins, begins + chr(0x10FFFF), _MOST_WORDS],
            )
            self._families[term] = [_quoted(term), *(_quoted(row[0]) for row in rows)]
        return self._families[term]

    def _weight(self, table: str, terms: Sequence[str], n: int) -> float:
        counts = (self._count(term, table) for term in terms)
        return sum(max(1e-6, math.log((n - count + 0.5) / (count + 0.5))) for count in counts)

    def _count(self, term: str, table: str = "words") -> int:
        """How many segments, or documents, hold a term."""
        count = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"
        return int(self._db.execute(count, [self._match(term)]).fetchone()[0])

    @cached_property
    def _n_documents(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM documents").fetchone()[0])

    def _scores_alike(self, table: str, term: str) -> dict[int, float]:
        return self._highest(table, (_quoted(" ".join(words)) for words in self.alike(term)))

    def _broken(
        self, halves: Iterable[tuple[Sequence[str], Sequence[str]]]
    ) -> Iterator[tuple[str, str]]:
        """Two words of the halves that follow each other in some segment."""
        for first, second in halves:
            firsts, seconds = set(first[:_MOST_WORDS]), set(second[:_MOST_WORDS])
            match = " AND ".join(
                f"({' OR '.join(map(_quoted, sorted(words)))})" for words in (firsts, seconds)
            )
            rows = self._db.execute(
                "SELECT text FROM segments WHERE id IN "
                "(SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?)",
                [match, _MOST_READ],
            )
            for row in rows:
                said = query_terms(row[0], stems=False, most=None)
                for pair in pairwise(said):
                    if pair[0] in firsts and pair[1] in seconds:
                        yield pair

    def _following(self, segment: IndexedSegment) -> int | None:
        row = self._db.execute(
            "SELECT id FROM segments WHERE document = ? AND ordinal = ?",
            [segment.document, segment.ordinal + 1],
        ).fetchone()
        return int(row[0]) if row else None


def _write_words(db: sqlite3.Connection) -> None:
    """The full-text index of the segments that are there, the seams between them, their words."""
    db.execute("INSERT INTO words (words) VALUES ('rebuild')")
    vocabulary: set[str] = set()
    seams = []
    last: tuple[int, str, list[str]] | None = None
    for id_, document, text in db.execute(
        "SELECT id, document, text FROM segments ORDER BY document, ordinal"
    ):
        said = text.split()
        if last and last[1] == document and last[2] and said:
            seams.append((last[0], " ".join(last[2][-_SEAM_WORDS:] + said[:_SEAM_WORDS])))
        last = (id_, document, said)
        vocabulary.update(query_terms(text, most=None))
    db.executemany("INSERT INTO seams (rowid, text) VALUES (?, ?)", seams)
    db.executemany("INSERT INTO vocabulary VALUES (?)", [(word,) for word in sorted(vocabulary)])
    db.execute(
        "INSERT INTO wholes (rowid, text) SELECT documents.rowid, group_concat(text, ' ') "
        "FROM documents JOIN segments ON segments.document = documents.id GROUP BY documents.rowid"
    )
    for table in ("words", "seams", "wholes"):
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def _terms(query: str | Sequence[str]) -> Sequence[str]:
    return query_terms(query) if isinstance(query, str) else query


def _quoted(term: str) -> str:
    """A term, or words in a row, as FTS5 writes them; no term holds a quote."""
    return f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"'

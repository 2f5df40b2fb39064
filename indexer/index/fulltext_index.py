"""Full-text search over the segments and documents of a snapshot."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.base.languages import language_code
from indexer.base.text_analysis import query_terms
from indexer.index.records import IndexedSegment, Records

if TYPE_CHECKING:
    from indexer.index.spelling import Vocabulary

# FTS5 tables of `lexical.sqlite`, by what their rows hold; `indexer.index.fulltext_writer` makes
# them.
SEGMENT_FTS, BOUNDARY_FTS, DOCUMENT_FTS = "words", "seams", "wholes"

# A match by spelling or sound counts less than one of the word itself.
FUZZY_SHARE = 0.7
# To find two words in a row, at most so many segments that hold both are read.
_MAX_SEGMENTS_READ = 2000
# A query of words that most documents hold is weighed as one word of about a quarter of them.
_MIN_DOCUMENT_WEIGHT = 1.0
# A prefix, or one word of a split, stands for at most so many words.
_MAX_EXPANSIONS = 100


class FulltextIndex(Records):
    """Reader of the `lexical.sqlite` of one snapshot: its records, and searches in their words.

    A term is a word, or the beginning of words where it ends in `*`; nothing of FTS5's own syntax
    is interpreted in it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # By term; a snapshot never changes.
        self._fuzzy_matches: dict[str, list[tuple[str, ...]]] = {}
        self._expansions: dict[str, list[str]] = {}

    def scores(self, terms: Sequence[str], fuzzy: bool = True) -> dict[int, float]:
        """Score segments by BM25, as a share of the `weight` of the query.

        Args:
            terms: See `indexer.index.parsed_query.ParsedQuery.terms`.
            fuzzy: For a term that is not in the index, count its fuzzy matches.

        Returns:
            Segment id to score, for segments that hold a term.
        """
        return self._score_shares(SEGMENT_FTS, terms, fuzzy, self.weight(terms))

    def document_scores(self, terms: Sequence[str], fuzzy: bool = True) -> dict[str, float]:
        """Score whole documents by BM25; the terms may stand far apart.

        Terms that most documents hold distinguish none of them: alone, they score next to 0.

        Args:
            terms: See `scores`.
            fuzzy: See `scores`.

        Returns:
            Document id to score, for documents that hold a term.
        """
        weight = max(_MIN_DOCUMENT_WEIGHT, self._weight(DOCUMENT_FTS, terms, self._n_documents))
        found = self._score_shares(DOCUMENT_FTS, terms, fuzzy, weight)
        rows = self._db.execute("SELECT rowid, id FROM documents")
        return {row["id"]: found[row["rowid"]] for row in rows if row["rowid"] in found}

    def weight(self, query: str | Sequence[str]) -> float:
        """Return the BM25 of an average segment that holds each query term once.

        A term that no segment holds counts like the rarest one, so that half-matched queries do
        not look fully matched. idf as in FTS5's bm25(): ln((N - n + 0.5) / (n + 0.5)), at least
        1e-6.

        Args:
            query: A text, or its terms.
        """
        terms = query_terms(query) if isinstance(query, str) else query
        return self._weight(SEGMENT_FTS, terms, self.n_segments)

    def segments_with_phrase(self, words: Sequence[str]) -> set[int]:
        """Find segments that hold words in a row, in any of their inflections.

        Where the phrase crosses the boundary of two segments, both hold it.

        Args:
            words: Of the phrase, at most `MAX_PHRASE`.

        Returns:
            Ids of segments.
        """
        phrase = [self._match_expression(" ".join(words))]
        rows = self._db.execute(
            f"SELECT rowid FROM {SEGMENT_FTS} WHERE {SEGMENT_FTS} MATCH ?", phrase
        )
        within = {row[0] for row in rows}
        found = set(within)
        if len(words) > 1:
            rows = self._db.execute(
                f"SELECT rowid FROM {BOUNDARY_FTS} WHERE {BOUNDARY_FTS} MATCH ?", phrase
            )
            for segment in self.segments([row[0] for row in rows]):
                following = self._following(segment)
                if following and not {segment.id, following} & within:
                    found |= {segment.id, following}
        return found

    def fuzzy_matches(self, term: str) -> list[tuple[str, ...]]:
        """Find indexed words that a term which is not in the index may stand for.

        Returns:
            One word each, or two in a row; empty for a term that is in the index.
        """
        if term not in self._fuzzy_matches:
            indexed = term.endswith("*") or self._count(term)
            self._fuzzy_matches[term] = [] if indexed else self._find_fuzzy_matches(term)
        return self._fuzzy_matches[term]

    def _find_fuzzy_matches(self, term: str) -> list[tuple[str, ...]]:
        from indexer.index.spelling import best_splits

        vocabulary = self._vocabulary
        splits = best_splits(term, self._adjacent_pairs(vocabulary.split_candidates(term)))
        return [match.words for match in (*vocabulary.fuzzy_matches(term), *splits)]

    def matched_terms(
        self, terms: Iterable[str], ids: Sequence[int], fuzzy: Collection[str] = ()
    ) -> dict[str, set[int]]:
        """Find which terms, and fuzzy matches of them, some segments hold.

        Args:
            terms: See `scores`.
            ids: Of the segments.
            fuzzy: Those of the terms whose fuzzy matches count too.

        Returns:
            Term, or words in a row, to the ids of the segments that hold it; in the order of
            `terms`.
        """
        phrases = [
            " ".join(words)
            for term in terms
            for words in [(term,), *(self.fuzzy_matches(term) if term in fuzzy else ())]
        ]
        found = {phrase: set(self._holders(phrase, ids)) for phrase in dict.fromkeys(phrases)}
        return {phrase: holders for phrase, holders in found.items() if holders}

    def _holders(self, phrase: str, ids: Sequence[int]) -> Iterator[int]:
        """Yield those of some segments that hold a phrase."""
        for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
            part = ids[first : first + 500]
            rows = self._db.execute(
                f"SELECT rowid FROM {SEGMENT_FTS} WHERE {SEGMENT_FTS} MATCH ? "
                f"AND rowid IN ({','.join('?' * len(part))})",
                [self._match_expression(phrase), *part],
            )
            yield from (row[0] for row in rows)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        # Loads dictionaries: only for a term that is not in the index.
        from indexer.index.spelling import Vocabulary

        languages = self._db.execute("SELECT DISTINCT language FROM documents").fetchall()
        return Vocabulary(
            (row[0] for row in self._db.execute("SELECT word FROM vocabulary")),
            filter(None, (language_code(row[0]) for row in languages)),
        )

    def _score_shares(
        self, table: str, terms: Sequence[str], fuzzy: bool, weight: float
    ) -> dict[int, float]:
        """Return BM25 by rowid, divided by the weight of the whole query."""
        if not weight:
            return {}
        found = {id_: score / weight for id_, score in self._bm25(table, terms).items()}
        for term in terms if fuzzy else ():
            matches = (_quoted(" ".join(words)) for words in self.fuzzy_matches(term))
            for id_, score in self._highest(table, matches).items():
                found[id_] = found.get(id_, 0.0) + FUZZY_SHARE * score / weight
        return found

    def _bm25(self, table: str, terms: Sequence[str]) -> dict[int, float]:
        """Return BM25 by rowid; of the words that a prefix stands for, the highest counts."""
        words = [term for term in terms if not term.endswith("*")]
        found = self._matching(table, " OR ".join(map(_quoted, words))) if words else {}
        for term in terms:
            if term.endswith("*"):
                for id_, score in self._highest(table, self._expand_prefix(term)).items():
                    found[id_] = found.get(id_, 0.0) + score
        return found

    def _highest(self, table: str, expressions: Iterable[str]) -> dict[int, float]:
        """Return by rowid the highest BM25 that any of some expressions has by itself."""
        found: dict[int, float] = {}
        for expression in expressions:
            for id_, score in self._matching(table, expression).items():
                found[id_] = max(found.get(id_, 0.0), score)
        return found

    def _matching(self, table: str, expression: str) -> dict[int, float]:
        rows = self._db.execute(
            f"SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ?", [expression]
        )
        return {row[0]: row[1] for row in rows}

    def _match_expression(self, term: str) -> str:
        """Write a term, or words in a row, as an FTS5 expression."""
        if not term.endswith("*") or " " in term:
            return _quoted(term)
        return f"({' OR '.join(self._expand_prefix(term))})"

    def _expand_prefix(self, term: str) -> list[str]:
        """Write what a prefix stands for as FTS5 expressions: itself, and words that begin so.

        FTS5 compares a prefix with stems alone: "organiz" begins no stem of "organized", "organ".
        """
        if term not in self._expansions:
            prefix = term[:-1]
            rows = self._db.execute(
                "SELECT word FROM vocabulary WHERE word >= ? AND word < ? LIMIT ?",
                [prefix, prefix + chr(0x10FFFF), _MAX_EXPANSIONS],
            )
            self._expansions[term] = [_quoted(term), *(_quoted(row[0]) for row in rows)]
        return self._expansions[term]

    def _weight(self, table: str, terms: Sequence[str], n_rows: int) -> float:
        counts = (self._count(term, table) for term in terms)
        return sum(max(1e-6, math.log((n_rows - n + 0.5) / (n + 0.5))) for n in counts)

    def _count(self, term: str, table: str = SEGMENT_FTS) -> int:
        """Count the segments, or documents, that hold a term."""
        count = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"
        return int(self._db.execute(count, [self._match_expression(term)]).fetchone()[0])

    @cached_property
    def _n_documents(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM documents").fetchone()[0])

    def _adjacent_pairs(
        self, candidates: Iterable[tuple[Sequence[str], Sequence[str]]]
    ) -> Iterator[tuple[str, str]]:
        """Yield pairs of candidates, a first and a second word, that stand in a row somewhere."""
        for first, second in candidates:
            firsts, seconds = set(first[:_MAX_EXPANSIONS]), set(second[:_MAX_EXPANSIONS])
            expression = " AND ".join(
                f"({' OR '.join(map(_quoted, sorted(words)))})" for words in (firsts, seconds)
            )
            rows = self._db.execute(
                "SELECT text FROM segments WHERE id IN (SELECT rowid FROM "
                f"{SEGMENT_FTS} WHERE {SEGMENT_FTS} MATCH ? ORDER BY rowid LIMIT ?)",
                [expression, _MAX_SEGMENTS_READ],
            )
            for row in rows:
                for pair in pairwise(query_terms(row[0], stems=False, most=None)):
                    if pair[0] in firsts and pair[1] in seconds:
                        yield pair

    def _following(self, segment: IndexedSegment) -> int | None:
        row = self._db.execute(
            "SELECT id FROM segments WHERE document = ? AND ordinal = ?",
            [segment.document, segment.ordinal + 1],
        ).fetchone()
        return int(row[0]) if row else None


def _quoted(term: str) -> str:
    """Write a term, or words in a row, as an FTS5 string; no term holds a quote."""
    return f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"'

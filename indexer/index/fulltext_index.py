"""Full-text search over the segments and documents of a snapshot."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice, pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.base.languages import language_code
from indexer.base.text_analysis import Token, analyse, exact_words, fold, query_terms, stem
from indexer.index.document_words import (
    inverse_document_frequency,
    score_term,
    term_frequencies,
)
from indexer.index.fulltext_tables import BOUNDARY_FTS, DOCUMENT_FTS, EXACT_FTS, STEM_FTS
from indexer.index.fulltext_upgrade import current_version
from indexer.index.records import IndexedSegment, Records, damaged

if TYPE_CHECKING:
    from indexer.index.spelling import Vocabulary

# A match by spelling or sound counts less than one of the word itself.
FUZZY_SHARE = 0.7
# Of a longer query, or a pasted page, the rarest terms are looked up.
MAX_TERMS = 64
# To find two words in a row, at most so many segments that hold both are read.
_MAX_SEGMENTS_READ = 2000
# Words that all documents hold about as often weigh next to nothing: a query of them is weighed
# as one word that six of ten documents hold.
_MIN_DOCUMENT_WEIGHT = 1.0
# A prefix, or one word of a split, stands for at most so many words.
_MAX_EXPANSIONS = 100
# Ways to write a quoted phrase: with and without the hyphens of its compounds.
_MAX_WRITINGS = 8
# Of a query in another language than the library, or of no language, so many terms are looked for
# by spelling and sound.
_MAX_FUZZY_TERMS = 16
_WORD = re.compile(r"[^\W\d_]+")


class FulltextIndex(Records):
    """Reader of the `lexical.sqlite` of one snapshot: its records, and searches in their words.

    A term is a word, words that stand in a row, or the beginning of words where it ends in `*`;
    nothing of FTS5's own syntax is interpreted in it. A file of an earlier version of the text
    analysis is analysed anew.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._upgrade = current_version(self._db, path)
        except sqlite3.DatabaseError as error:
            raise damaged(path, error) from error
        if self._upgrade is not None:
            self.close()
            super().__init__(self._upgrade.path)
        # By term; a snapshot never changes.
        self._fuzzy_matches: dict[str, list[tuple[str, ...]]] = {}
        self._known_expressions: dict[str, list[str]] = {}
        # By table and expression.
        self._counts: dict[tuple[str, str], int] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages of the documents; empty for one that is not known."""
        rows = self._db.execute("SELECT DISTINCT language FROM documents").fetchall()
        return tuple(sorted({language_code(row[0]) or "" for row in rows}))

    def scores(self, terms: Sequence[str], fuzzy: bool = True) -> dict[int, float]:
        """Score segments by BM25, as a share of the `weight` of the query.

        Args:
            terms: See `indexer.index.parsed_query.ParsedQuery.terms`.
            fuzzy: For a term that is not in the index, count its fuzzy matches.

        Returns:
            Segment id to score, for segments that hold a term.
        """
        return self._score_shares(STEM_FTS, terms, fuzzy, self.n_segments)

    def document_scores(self, terms: Sequence[str], fuzzy: bool = True) -> dict[str, float]:
        """Score whole documents by how often they hold the terms, which may stand far apart.

        A share of the weight of the query (`indexer.index.document_words`): a document that holds
        each term as often as those do that hold it at all scores about 1.

        Args:
            terms: See `scores`.
            fuzzy: See `scores`.

        Returns:
            Document id to score, for documents that hold a term.
        """
        counted = list(self._weights(DOCUMENT_FTS, terms, self._n_documents))
        resembled = set(self._fuzzy_terms(counted)) if fuzzy else set()
        found: dict[int, float] = {}
        total = 0.0
        for term in counted:
            frequencies = self._document_frequencies(self.expressions(term))
            scores, weight = score_term(frequencies, self._n_documents)
            total += weight
            if not scores and term in resembled:
                matches = [e for words in self.fuzzy_matches(term) for e in self._phrase_of(words)]
                frequencies = self._document_frequencies(matches)
                scores = {
                    rowid: FUZZY_SHARE * score
                    for rowid, score in score_term(frequencies, self._n_documents)[0].items()
                }
            for rowid, score in scores.items():
                found[rowid] = found.get(rowid, 0.0) + score
        weight = max(_MIN_DOCUMENT_WEIGHT, total)
        rows = self._db.execute("SELECT rowid, id FROM documents")
        return {row["id"]: found[row["rowid"]] / weight for row in rows if row["rowid"] in found}

    def _document_frequencies(self, expressions: Iterable[str]) -> dict[int, float]:
        """Count, by rowid, how often documents hold what a term stands for: of all, the most."""
        found: dict[int, float] = {}
        for expression in expressions:
            bm25 = self._matching(DOCUMENT_FTS, expression)
            for rowid, times in term_frequencies(bm25, self._n_documents).items():
                found[rowid] = max(found.get(rowid, 0.0), times)
        return found

    def weight(self, query: str | Sequence[str]) -> float:
        """Return the BM25 of an average segment that holds each query term once.

        A term that no segment holds counts like the rarest one, so that half-matched queries do
        not look fully matched. idf as in FTS5's bm25(): ln((N - n + 0.5) / (n + 0.5)), at least
        1e-6.

        Args:
            query: A text, or its terms.
        """
        terms = query_terms(query) if isinstance(query, str) else query
        return sum(self._weights(STEM_FTS, terms, self.n_segments).values())

    def known_share(self, terms: Sequence[str]) -> float:
        """Return the share of the weight of some terms that stands anywhere in the library.

        Args:
            terms: See `scores`.
        """
        weights = self._weights(STEM_FTS, terms, self.n_segments)
        held = sum(w for t, w in weights.items() if self.count(STEM_FTS, self.expressions(t)))
        return held / (sum(weights.values()) or 1.0)

    def segments_with_phrase(self, phrase: str) -> set[int]:
        """Find segments that hold the exact words of a phrase in a row.

        Where the phrase crosses the boundary of two segments, both hold it.

        Args:
            phrase: A text of at most `MAX_PHRASE` words; its last word is a beginning of words
                where it ends in `*`.

        Returns:
            Ids of segments.
        """
        expression = [self._phrase_expression(phrase)]
        if not expression[0]:
            return set()
        rows = self._db.execute(
            f"SELECT rowid FROM {EXACT_FTS} WHERE {EXACT_FTS} MATCH ?", expression
        )
        within = {row[0] for row in rows}
        found = set(within)
        rows = self._db.execute(
            f"SELECT rowid FROM {BOUNDARY_FTS} WHERE {BOUNDARY_FTS} MATCH ?", expression
        )
        for segment in self.segments([row[0] for row in rows]):
            following = self._following(segment)
            if following and not {segment.id, following} & within:
                found |= {segment.id, following}
        return found

    def _phrase_expression(self, phrase: str) -> str:
        tokens = analyse(phrase)
        ways = list(islice(product(*self._writings(tokens)), _MAX_WRITINGS))
        ending = "*" if phrase.endswith("*") else ""
        return " OR ".join(_quoted(f"{' '.join(way)}{ending}") for way in ways if way)

    def _writings(self, tokens: Sequence[Token]) -> Iterator[list[str]]:
        """Yield for each word, or compound, the ways in which the library writes it."""
        place = len(tokens)
        found: list[list[str]] = []
        while place:
            token = tokens[place - 1]
            first = place - token.of_compound
            parts = [fold(t.word) for t in tokens[first:place]]
            ways = [" ".join(parts)]
            if token.joined and self._is_word(fold(token.joined)):
                ways.append(fold(token.joined))
            if len(parts) == 1:
                ways += self._parts(parts[0])
            found.append(ways)
            place = first
        yield from reversed(found)

    def _is_word(self, exact: str) -> bool:
        known = "SELECT 1 FROM vocabulary WHERE word = ? LIMIT 1"
        return self._db.execute(known, [exact]).fetchone() is not None

    def _parts(self, exact: str) -> list[str]:
        """Return the words, in one string, that a joined word is written as somewhere."""
        known = "SELECT parts FROM compounds WHERE joined = ?"
        return [row[0] for row in self._db.execute(known, [exact])]

    def fuzzy_matches(self, term: str) -> list[tuple[str, ...]]:
        """Find indexed words that a term which is not in the index may stand for.

        Returns:
            One word each, or two in a row; empty for a term that is in the index.
        """
        if term not in self._fuzzy_matches:
            self._fuzzy_matches[term] = self._find_fuzzy_matches(term)
        return self._fuzzy_matches[term]

    def _find_fuzzy_matches(self, term: str) -> list[tuple[str, ...]]:
        words = exact_words(term)
        if term.endswith("*") or len(words) != 1 or self.count(STEM_FTS, self.expressions(term)):
            return []
        from indexer.index.spelling import best_splits

        vocabulary = self._vocabulary
        splits = best_splits(words[0], self._adjacent_pairs(vocabulary.split_candidates(words[0])))
        matches = [match.words for match in (*vocabulary.fuzzy_matches(words[0]), *splits)]
        heads = ((head,) for head in vocabulary.compound_heads(words[0]))
        return list(dict.fromkeys([*matches, *heads]))

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
        terms = list(dict.fromkeys(terms))
        if len(terms) > MAX_TERMS:
            terms = list(self._weights(STEM_FTS, terms, self.n_segments))
        similar = set(self._fuzzy_terms(term for term in terms if term in fuzzy))
        phrases = [
            " ".join(words)
            for term in terms
            for words in [(term,), *(self.fuzzy_matches(term) if term in similar else ())]
        ]
        found = {phrase: set(self._holders(phrase, ids)) for phrase in dict.fromkeys(phrases)}
        return {phrase: holders for phrase, holders in found.items() if holders}

    def spellings(self, term: str) -> set[str]:
        """Return the exact words, and such in a row, that a term stands for in the library."""
        found = {" ".join(exact_words(term))} if not term.endswith("*") else set()
        for fuzzy in self.fuzzy_matches(term):
            found.add(" ".join(fuzzy))
        for expression in self.expressions(term):
            stems = expression.strip('"')
            rows = self._db.execute("SELECT word FROM vocabulary WHERE stem = ?", [stems])
            found |= {row[0] for row in rows}
        return found - {""}

    def _holders(self, phrase: str, ids: Sequence[int]) -> Iterator[int]:
        """Yield those of some segments that hold a phrase."""
        for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
            part = ids[first : first + 500]
            rows = self._db.execute(
                f"SELECT rowid FROM {STEM_FTS} WHERE {STEM_FTS} MATCH ? "
                f"AND rowid IN ({','.join('?' * len(part))})",
                [" OR ".join(self.expressions(phrase)), *part],
            )
            yield from (row[0] for row in rows)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        # Loads dictionaries: only for a term that is not in the index.
        from indexer.index.spelling import IndexedWord, Vocabulary

        rows = self._db.execute("SELECT word, language, name, sound FROM vocabulary")
        return Vocabulary(IndexedWord(row[0], row[1], bool(row[2]), row[3]) for row in rows)

    def _score_shares(
        self, table: str, terms: Sequence[str], fuzzy: bool, n_rows: int
    ) -> dict[int, float]:
        """Return BM25 by rowid, divided by the weight of the whole query."""
        weights = self._weights(table, terms, n_rows)
        weight = sum(weights.values())
        if not weight:
            return {}
        found = {id_: score / weight for id_, score in self._bm25(table, list(weights)).items()}
        for term in self._fuzzy_terms(weights) if fuzzy else ():
            matches = [e for words in self.fuzzy_matches(term) for e in self._phrase_of(words)]
            for id_, score in self._highest(table, matches).items():
                found[id_] = found.get(id_, 0.0) + FUZZY_SHARE * score / weight
        return found

    def _fuzzy_terms(self, terms: Iterable[str]) -> list[str]:
        """Return the first terms that the index lacks."""
        absent = (t for t in terms if not self.count(STEM_FTS, self.expressions(t)))
        return list(islice(absent, _MAX_FUZZY_TERMS))

    def _phrase_of(self, words: Sequence[str]) -> list[str]:
        return self.expressions(" ".join(words))

    def _bm25(self, table: str, terms: Sequence[str]) -> dict[int, float]:
        """Return BM25 by rowid; of what a term stands for, the highest counts."""
        expressions = [self.expressions(term) for term in terms]
        single = dict.fromkeys(e[0] for e in expressions if len(e) == 1)
        found = self._matching(table, " OR ".join(single)) if single else {}
        for several in expressions:
            if len(several) > 1:
                for id_, score in self._highest(table, several).items():
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

    def expressions(self, term: str) -> list[str]:
        """Write what a term stands for in the stem tables as FTS5 expressions."""
        if term not in self._known_expressions:
            if term.endswith("*"):
                found = self._stems_of_prefix(term[:-1])
            else:
                tokens = analyse(term)
                found = self._stems_in_a_row(tokens)
                if len(tokens) == 1:
                    for parts in self._parts(fold(tokens[0].word)):
                        found += self._stems_in_a_row(analyse(parts))
                for token in tokens[-1:]:
                    if token.joined and token.of_compound == len(tokens):
                        found += self._stems(token.joined)
            self._known_expressions[term] = [_quoted(stems) for stems in dict.fromkeys(found)]
        return self._known_expressions[term]

    def _stems_of_prefix(self, prefix: str) -> list[str]:
        """Return the stems of the words that begin so."""
        words = exact_words(prefix)
        if not words:
            return []
        rows = self._db.execute(
            "SELECT DISTINCT stem FROM vocabulary WHERE word >= ? AND word < ? LIMIT ?",
            [words[-1], words[-1] + chr(0x10FFFF), _MAX_EXPANSIONS],
        )
        return [row[0] for row in rows]

    def _stems_in_a_row(self, tokens: Sequence[Token]) -> list[str]:
        if len(tokens) == 1:
            return self._stems(tokens[0].word)
        return [
            " ".join(stem(t.word, language or None) for t in tokens) for language in self.languages
        ]

    def _stems(self, word: str) -> list[str]:
        """Return the stems of a word: as it is indexed, and by the rules of each language.

        Typed without accents, it may have another stem than it has in the index.
        """
        rows = self._db.execute("SELECT stem FROM vocabulary WHERE word = ?", [fold(word)])
        return [*(row[0] for row in rows), *(stem(word, la or None) for la in self.languages)]

    def _weights(self, table: str, terms: Sequence[str], n_rows: int) -> dict[str, float]:
        """Return the idf of each term, of the rarest ones where there are many.

        A term that no row holds counts like the rarest one; one of several words does not count
        then, its parts do.
        """
        found: dict[str, float] = {}
        for term in dict.fromkeys(terms):
            expressions = self.expressions(term)
            count = self.count(table, expressions)
            if expressions and (count or " " not in expressions[0]):
                found[term] = inverse_document_frequency(n_rows, count)
        if len(found) > MAX_TERMS:
            held = [t for t in found if self.count(table, self.expressions(t))]
            kept = set(sorted(held, key=lambda term: -found[term])[:MAX_TERMS])
            found = {term: weight for term, weight in found.items() if term in kept}
        return found

    def count(self, table: str, expressions: Sequence[str]) -> int:
        """Count the segments, or documents, that hold what a term stands for."""
        if not expressions:
            return 0
        expression = " OR ".join(expressions)
        if (table, expression) not in self._counts:
            count = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"
            found = self._db.execute(count, [expression]).fetchone()[0]
            self._counts[table, expression] = int(found)
        return self._counts[table, expression]

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
                f"{EXACT_FTS} WHERE {EXACT_FTS} MATCH ? ORDER BY rowid LIMIT ?)",
                [expression, _MAX_SEGMENTS_READ],
            )
            for row in rows:
                for pair in pairwise(_WORD.findall(fold(row[0]))):
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

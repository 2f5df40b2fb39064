"""Full-text search over the segments and documents of a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indexer.base.text_analysis import exact_words, query_terms
from indexer.index.document_words import (
    BM25_MOST,
    LEAST_IDF,
    bm25,
    inverse_document_frequency,
    score_term,
)
from indexer.index.fulltext_tables import BOUNDARY_FTS, DOCUMENT_FTS, EXACT_FTS, STEM_FTS
from indexer.index.fuzzy_words import FuzzyWords
from indexer.index.lexical_shard import LexicalShard, is_stem, length_norms
from indexer.index.merged_records import MergedRecords
from indexer.index.postings import Postings, union
from indexer.index.term_phrases import TermPhrases
from indexer.index.word_index import WordQuery

# A match by spelling or sound counts less than one of the word itself.
FUZZY_SHARE = 0.7
# Of a longer query, or a pasted page, the rarest terms are looked up.
MAX_TERMS = 64
# Words that all documents hold about as often weigh next to nothing: a query of them is weighed
# as one word that six of ten documents hold.
_MIN_DOCUMENT_WEIGHT = 1.0
# Of a query in another language than the library, or of no language, so many terms are looked for
# by spelling and sound.
_MAX_FUZZY_TERMS = 16
# Terms whose scores of documents are kept.
_MOST_DOCUMENT_TERMS = 256


@dataclass(frozen=True)
class _Asked:
    """What the terms of a query stand for.

    Attributes:
        alone: Phrases whose scores are added.
        best_of: Phrases of which the highest score is added, and a factor for that.
        weight: Of the query; 0 for one that says nothing.
    """

    alone: Sequence[str]
    best_of: Sequence[tuple[float, Sequence[str]]]
    weight: float


class FulltextIndex(MergedRecords):
    """Full-text search over the shards of one snapshot, as if they were one.

    A term is a word, words that stand in a row, or the beginning of words where it ends in `*`;
    nothing of FTS5's own syntax is interpreted in it. Rows are those of `MergedRecords`.
    """

    def __init__(
        self,
        *paths: Path,
        removed: Mapping[Path, Collection[str]] = MappingProxyType({}),
        known: Collection[str] | None = None,
    ) -> None:
        super().__init__(*paths, removed=removed, known=known)
        # By table and phrases; a snapshot never changes.
        self._counts: dict[tuple[str, tuple[str, ...]], int] = {}
        self._norms: dict[str, list[NDArray[np.float64]]] = {}
        self._document_term_scores: dict[str, tuple[NDArray[np.float64], float]] = {}

    def scores(
        self, terms: Sequence[str], fuzzy: bool = True, rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        """Score segments by BM25, as a share of the `weight` of the query.

        Args:
            terms: See `indexer.index.parsed_query.ParsedQuery.terms`.
            fuzzy: For a term that is not in the index, count its fuzzy matches.
            rows: `[m]`, the segments that are scored; None for all.

        Returns:
            `[n_segments]`, or `[m]`; 0 for those that hold no term.
        """
        asked = self._asked(terms, fuzzy)
        found = np.zeros(self.n_segments if rows is None else len(rows))
        if not asked.weight:
            return found
        for number, of_shard in enumerate(self.rows):
            if rows is None:
                live = self.shards[number].live
                scores = self._shard_scores(number, asked)
                scores /= asked.weight
                found[of_shard if live is None else of_shard[live]] = scores[
                    slice(None) if live is None else live
                ]
            elif len(here := np.flatnonzero(self._places[0][rows] == number)):
                places = self._places[1][rows[here]].astype(np.int64)
                found[here] = self._shard_scores(number, asked, places) / asked.weight
        return found

    def holding(self, terms: Sequence[str], fuzzy: bool = True) -> NDArray[np.bool_]:
        """Return which segments hold any term, `[n_segments]`: those that `scores` is above 0 of.

        Args:
            terms: See `scores`.
            fuzzy: See `scores`.
        """
        asked = self._asked(terms, fuzzy)
        held = np.zeros(self.n_segments, bool)
        phrases = [*asked.alone, *(phrase for _, each in asked.best_of for phrase in each)]
        for phrase in dict.fromkeys(phrases):
            for _, rows, postings in self._postings(STEM_FTS, phrase):
                held[rows[postings.times > 0]] = True
        return held

    def word_query(self, terms: Sequence[str], fuzzy: bool = True) -> WordQuery | None:
        """Return what an engine is asked that has `term_weights` of all segments.

        Args:
            terms: See `scores`.
            fuzzy: See `scores`.

        Returns:
            None for what it cannot rank by: words in a row, which a term of several parts stands
            for, and questions of nothing but words that half of all segments hold, or none.
        """
        asked = self._asked(terms, fuzzy)
        weights: dict[str, float] = {}
        rest = 0.0
        for factor, phrases in [*((1.0, [p]) for p in asked.alone), *asked.best_of]:
            for phrase in phrases:
                if not is_stem(phrase):
                    return None
                idf = self._idf(phrase)
                if idf == LEAST_IDF:
                    rest += BM25_MOST * LEAST_IDF / asked.weight
                elif self.count(STEM_FTS, [phrase]):
                    weights[phrase] = weights.get(phrase, 0.0) + factor * idf / asked.weight
        return WordQuery(weights, rest) if weights else None

    def stems(self) -> list[str]:
        """List the stems of all words."""
        return sorted(set().union(*(shard.all_stems() for shard in self.shards)))

    def term_weights(self, stem: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the rows of the segments that hold a stem, and their BM25 for it without the idf.

        Args:
            stem: Of `stems`.
        """
        rows, weights = [np.zeros(0, np.int64)], [np.zeros(0)]
        for number, of_shard, postings in self._postings(STEM_FTS, stem):
            norms = self._length_norms(STEM_FTS)[number][postings.rows]
            rows.append(of_shard)
            weights.append(bm25(postings.times, norms, 1.0))
        return np.concatenate(rows), np.concatenate(weights)

    @cached_property
    def _places(self) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
        """The number of the shard that has each segment, `[n_segments]`, and its row there."""
        numbers = np.zeros(self.n_segments, np.int16)
        places = np.zeros(self.n_segments, np.int32)
        for number, rows in enumerate(self.rows):
            kept = np.flatnonzero(rows >= 0)
            numbers[rows[kept]], places[rows[kept]] = number, kept
        return numbers, places

    def _asked(self, terms: Sequence[str], fuzzy: bool) -> _Asked:
        """Look up what terms stand for."""
        weights = self._weights(STEM_FTS, terms)
        phrases = [self.phrases(term) for term in weights]
        alone = list(dict.fromkeys(phrase for phrase, *others in phrases if not others))
        best_of = [(1.0, several) for several in phrases if len(several) > 1]
        for term in self._fuzzy_terms(weights) if fuzzy else ():
            matches = [p for words in self.fuzzy_matches(term) for p in self._phrases_of(words)]
            best_of.append((FUZZY_SHARE, matches))
        return _Asked(alone, best_of, sum(weights.values()))

    def _shard_scores(
        self, number: int, asked: _Asked, places: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        """Return the BM25 of the segments of a shard, removed ones too.

        One shard after the other: what is added to stays in the processor's cache. Of what half of
        all segments hold it counts next to nothing, and the same for all, that a segment holds it.

        Args:
            number: Of the shard.
            asked: What is looked up.
            places: `[m]`, the rows of the shard that are scored; None for all.
        """
        norms = self._length_norms(STEM_FTS)[number]
        norms = norms if places is None else norms[places]
        in_most = np.zeros(len(norms), np.uint8)  # MAX_TERMS at most
        rest = []
        for phrase in asked.alone:
            if self._idf(phrase) == LEAST_IDF:
                held = self.shards[number].held(phrase)
                in_most += held if places is None else held[places]
            else:
                rest.append(phrase)
        found: NDArray[np.float64] = np.multiply(in_most, LEAST_IDF, dtype=np.float64)
        for phrase in rest:
            np.add.at(found, *self._bm25(number, phrase, norms, places))
        for factor, phrases in asked.best_of:
            highest = np.zeros(len(norms))
            for phrase in phrases:
                rows, scores = self._bm25(number, phrase, norms, places)
                highest[rows] = np.maximum(highest[rows], scores)
            found += factor * highest
        return found

    def _bm25(
        self,
        number: int,
        phrase: str,
        norms: NDArray[np.float64],
        places: NDArray[np.int64] | None,
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return which of some segments hold a phrase, removed ones too, and their BM25."""
        postings = self.shards[number].all_postings(STEM_FTS, phrase).at(places)
        rows = postings.rows.astype(np.intp)  # NumPy would convert them at every use
        return rows, bm25(postings.times, norms.take(rows), self._idf(phrase))

    def _idf(self, phrase: str) -> float:
        return inverse_document_frequency(self.n_segments, self.count(STEM_FTS, [phrase]))

    def document_scores(self, terms: Sequence[str], fuzzy: bool = True) -> NDArray[np.float64]:
        """Score whole documents by how often they hold the terms, which may stand far apart.

        A share of the weight of the query (`indexer.index.document_words`): a document that holds
        each term as often as those do that hold it at all scores about 1.

        Args:
            terms: See `scores`.
            fuzzy: See `scores`.

        Returns:
            `[n_documents]`, in the order of `document_ids`; 0 for those that hold no term.
        """
        counted = list(self._weights(DOCUMENT_FTS, terms))
        resembled = set(self._fuzzy_terms(counted)) if fuzzy else set()
        found = np.zeros(self.n_documents)
        total = 0.0
        for term in counted:
            scores, weight = self._score_documents(term)
            total += weight
            if term in resembled and not self.count(DOCUMENT_FTS, self.phrases(term)):
                matches = [p for words in self.fuzzy_matches(term) for p in self._phrases_of(words)]
                frequencies = self._document_frequencies(matches)
                scores = FUZZY_SHARE * score_term(frequencies)[0]
            found += scores
        found /= max(_MIN_DOCUMENT_WEIGHT, total)
        return found

    def _score_documents(self, term: str) -> tuple[NDArray[np.float64], float]:
        """Return `score_term` for the documents; of common words it is asked for often."""
        known = self._document_term_scores
        found = known.get(term)
        if found is None:
            found = score_term(self._document_frequencies(self.phrases(term)))
            while len(known) >= _MOST_DOCUMENT_TERMS:
                known.pop(next(iter(known)), None)
            known[term] = found
        return found

    def _document_frequencies(self, phrases: Iterable[str]) -> NDArray[np.float64]:
        """Count how often documents hold what a term stands for: of all, the most."""
        found = np.zeros(self.n_documents)
        for phrase in phrases:
            for number, rows, postings in self._postings(DOCUMENT_FTS, phrase):
                times = postings.times / self._length_norms(DOCUMENT_FTS)[number][postings.rows]
                found[rows] = np.maximum(found[rows], times)
        return found

    def _postings(
        self, table: str, phrase: str
    ) -> Iterator[tuple[int, NDArray[np.int64], Postings]]:
        """Yield for each shard its number, the rows that hold a phrase, and its postings."""
        all_rows = self.document_rows if table == DOCUMENT_FTS else self.rows
        for number, (shard, rows) in enumerate(zip(self.shards, all_rows, strict=True)):
            postings = shard.postings(table, phrase)
            yield number, rows[postings.rows], postings

    def _length_norms(self, table: str) -> list[NDArray[np.float64]]:
        """Return by shard what BM25 divides the occurrences in each row by."""
        if table not in self._norms:
            live = [
                lengths if (known := shard.live_of(table)) is None else lengths[known]
                for shard in self.shards
                for lengths in [shard.lengths(table)]
            ]
            words, rows = sum(int(each.sum()) for each in live), sum(map(len, live))
            mean = words / rows if words else 1.0
            self._norms[table] = [length_norms(s.lengths(table), mean) for s in self.shards]
        return self._norms[table]

    def weight(self, query: str | Sequence[str]) -> float:
        """Return the BM25 of an average segment that holds each query term once.

        A term that no segment holds counts like the rarest one, so that half-matched queries do
        not look fully matched. idf as in FTS5's bm25(): ln((N - n + 0.5) / (n + 0.5)), at least
        1e-6.

        Args:
            query: A text, or its terms.
        """
        terms = query_terms(query) if isinstance(query, str) else query
        return sum(self._weights(STEM_FTS, terms).values())

    def known_share(self, terms: Sequence[str], searched: NDArray[np.bool_]) -> float:
        """Return the share of the weight of some terms that stands anywhere in what is searched.

        Args:
            terms: See `scores`.
            searched: `[n_segments]`, which may be found.
        """
        weights = self._weights(STEM_FTS, terms)
        held = sum(w for t, w in weights.items() if self._is_held(self.phrases(t), searched))
        return held / (sum(weights.values()) or 1.0)

    def _is_held(self, phrases: Sequence[str], searched: NDArray[np.bool_]) -> bool:
        if not self.count(STEM_FTS, phrases):
            return False
        return bool(searched.all()) or any(
            searched[rows].any()
            for phrase in phrases
            for _, rows, _ in self._postings(STEM_FTS, phrase)
        )

    def segments_with_phrase(self, phrase: str) -> set[int]:
        """Find segments that hold the exact words of a phrase in a row.

        Where the phrase crosses the boundary of two segments, both hold it.

        Args:
            phrase: A text of at most `MAX_PHRASE` words; its last word is a beginning of words
                where it ends in `*`.

        Returns:
            Ids of segments.
        """
        expression = self._terms.expression(phrase)
        found: set[int] = set()
        if not expression:
            return found
        for shard, of_shard in zip(self.shards, self.rows, strict=True):
            within = set(shard.rows_matching(EXACT_FTS, expression).tolist())
            rows = set(within)
            for row in shard.rows_matching(BOUNDARY_FTS, expression).tolist():
                if not {row, row + 1} & within:
                    rows |= {row, row + 1}
            found |= set(self.segment_ids[of_shard[sorted(rows)]].tolist())
        return found

    def fuzzy_matches(self, term: str) -> list[tuple[str, ...]]:
        """Find indexed words that a term which is not in the index may stand for.

        Returns:
            One word each, or two in a row; empty for a term that is in the index.
        """
        is_one_word = not term.endswith("*") and len(exact_words(term)) == 1
        if not is_one_word or self.count(STEM_FTS, self.phrases(term)):
            return []
        return self._fuzzy.matches(exact_words(term)[0])

    @cached_property
    def _fuzzy(self) -> FuzzyWords:
        return FuzzyWords(self)

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
            terms = list(self._weights(STEM_FTS, terms))
        similar = set(self._fuzzy_terms(term for term in terms if term in fuzzy))
        phrases = [
            " ".join(words)
            for term in terms
            for words in [(term,), *(self.fuzzy_matches(term) if term in similar else ())]
        ]
        places = [
            (shard, of_shard, shard.rows_of(ids))
            for shard, of_shard in zip(self.shards, self.rows, strict=True)
        ]
        found = {phrase: self._holders(phrase, places) for phrase in dict.fromkeys(phrases)}
        return {phrase: holders for phrase, holders in found.items() if holders}

    def spellings(self, term: str) -> set[str]:
        """Return the exact words, and such in a row, that a term stands for in the library."""
        found = {" ".join(exact_words(term))} if not term.endswith("*") else set()
        for fuzzy in self.fuzzy_matches(term):
            found.add(" ".join(fuzzy))
        for stems in self.phrases(term):
            found.update(word for shard in self.shards for word in shard.words_of(stems))
        return found - {""}

    def _holders(
        self,
        term: str,
        places: Iterable[tuple[LexicalShard, NDArray[np.int64], NDArray[np.int64]]],
    ) -> set[int]:
        """Find those of some segments that hold a term.

        Args:
            term: See `scores`.
            places: Shards, the rows of all of their segments here, and those that are asked for.

        Returns:
            Ids of segments.
        """
        found: set[int] = set()
        for shard, of_shard, rows in places:
            if len(rows):
                held = union([shard.postings(STEM_FTS, p) for p in self.phrases(term)])
                holders = of_shard[rows[_in_sorted(rows, held)]]
                found.update(self.segment_ids[holders].tolist())
        return found

    def _fuzzy_terms(self, terms: Iterable[str]) -> list[str]:
        """Return the first terms that the index lacks."""
        absent = (t for t in terms if not self.count(STEM_FTS, self.phrases(t)))
        return list(islice(absent, _MAX_FUZZY_TERMS))

    @cached_property
    def _terms(self) -> TermPhrases:
        return TermPhrases(self.shards, self.languages)

    def phrases(self, term: str) -> list[str]:
        """Return the stems, or stems in a row, that a term stands for."""
        return self._terms.phrases(term)

    def _phrases_of(self, words: Sequence[str]) -> list[str]:
        return self.phrases(" ".join(words))

    def _weights(self, table: str, terms: Sequence[str]) -> dict[str, float]:
        """Return the idf of each term, of the rarest ones where there are many.

        A term that no row holds counts like the rarest one; one of several words does not count
        then, its parts do.
        """
        self._terms.look_up(terms)
        n_rows = self.n_documents if table == DOCUMENT_FTS else self.n_segments
        found: dict[str, float] = {}
        for term in dict.fromkeys(terms):
            phrases = self.phrases(term)
            count = self.count(table, phrases)
            if phrases and (count or " " not in phrases[0]):
                found[term] = inverse_document_frequency(n_rows, count)
        if len(found) > MAX_TERMS:
            held = [t for t in found if self.count(table, self.phrases(t))]
            kept = set(sorted(held, key=lambda term: -found[term])[:MAX_TERMS])
            found = {term: weight for term, weight in found.items() if term in kept}
        return found

    def count(self, table: str, phrases: Sequence[str]) -> int:
        """Count the segments, or documents, that hold any of some phrases."""
        key = (table, tuple(phrases))
        if phrases and key not in self._counts:
            self._counts[key] = sum(shard.count(table, phrases) for shard in self.shards)
        return self._counts.get(key, 0)


def _in_sorted(rows: NDArray[np.int64], held: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which rows are among some that are ascending, `[len(rows)]`."""
    if not len(held):
        return np.zeros(len(rows), bool)
    found: NDArray[np.bool_] = held[np.minimum(np.searchsorted(held, rows), len(held) - 1)] == rows
    return found

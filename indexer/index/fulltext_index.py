"""Full-text search over the segments and documents of a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.index.document_words import (
    BM25_MOST,
    LEAST_IDF,
    add_bm25,
    bm25,
    score_term,
)
from indexer.index.fulltext_tables import BOUNDARY_FTS, DOCUMENT_FTS, EXACT_FTS, STEM_FTS
from indexer.index.lexical_shard import LexicalShard, is_stem
from indexer.index.query_words import MAX_TERMS, QueryWords
from indexer.index.word_index import WordQuery

# A match by spelling or sound counts less than one of the word itself.
FUZZY_SHARE = 0.7
# Words that all documents hold about as often weigh next to nothing: a query of them is weighed
# as one word that six of ten documents hold.
_MIN_DOCUMENT_WEIGHT = 1.0
# Terms whose scores of documents are kept.
_MOST_DOCUMENT_TERMS = 512


@dataclass(frozen=True)
class _Asked:
    """What the terms of a query stand for.

    Attributes:
        alone: Phrases whose scores are added.
        best_of: Phrases of which the highest score is added, and a factor for that.
        weight: Of the query; 0 for one that says nothing.
        idfs: Inverse document frequencies of all of these phrases.
    """

    alone: Sequence[str]
    best_of: Sequence[tuple[float, Sequence[str]]]
    weight: float
    idfs: Mapping[str, float]


# Rows of the documents that hold a term, their scores, and the weight of the term.
_OfDocuments = tuple[NDArray[np.int64], NDArray[np.float64], float]


class FulltextIndex(QueryWords):
    """Full-text search over the shards of one snapshot, as if they were one: see `QueryWords`."""

    def scores(
        self,
        terms: Sequence[str],
        fuzzy: bool = True,
        rows: NDArray[np.int64] | None = None,
        *,
        nan: bool = False,
    ) -> NDArray[np.float64]:
        """Score segments by BM25, as a share of the `weight` of the query.

        Args:
            terms: See `indexer.index.parsed_query.ParsedQuery.terms`.
            fuzzy: For a term that is not in the index, count its fuzzy matches.
            rows: `[m]`, the segments that are scored; None for all.
            nan: Give NaN to those that hold no term.

        Returns:
            `[n_segments]`, or `[m]`; 0, or NaN, for those that hold no term.
        """
        asked = self._asked(terms, fuzzy)
        found = np.full(self.n_segments if rows is None else len(rows), np.nan if nan else 0.0)
        if not asked.weight:
            return found
        numbers, places = (None, None) if rows is None else self.places_of(rows)
        for number, of_shard in enumerate(self.rows):
            if numbers is None or places is None:
                live = self.shards[number].live
                scores = self._shard_scores(number, asked, nan=nan)
                found[of_shard if live is None else of_shard[live]] = scores[
                    slice(None) if live is None else live
                ]
            elif len(here := np.flatnonzero(numbers == number)):
                found[here] = self._shard_scores(number, asked, places[here], nan=nan)
        return found

    def holding(self, terms: Sequence[str], fuzzy: bool = True) -> NDArray[np.bool_]:
        """Return which segments hold any term, `[n_segments]`: those that `scores` is above 0 of.

        Args:
            terms: See `scores`.
            fuzzy: See `scores`.
        """
        asked = self._asked(terms, fuzzy)
        held = np.zeros(self.n_segments, bool)
        for phrase in asked.idfs:
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
                idf = asked.idfs[phrase]
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
    def _document_term_scores(self) -> dict[str, _OfDocuments]:
        return {}

    def _asked(self, terms: Sequence[str], fuzzy: bool) -> _Asked:
        """Look up what terms stand for."""
        weights = self._weights(STEM_FTS, terms)
        phrases = [self.phrases(term) for term in weights]
        alone = list(dict.fromkeys(phrase for phrase, *others in phrases if not others))
        best_of = [(1.0, several) for several in phrases if len(several) > 1]
        for term in self._fuzzy_terms(weights) if fuzzy else ():
            matches = [p for words in self.fuzzy_matches(term) for p in self._phrases_of(words)]
            best_of.append((FUZZY_SHARE, matches))
        every = dict.fromkeys([*alone, *(phrase for _, several in best_of for phrase in several)])
        idfs = {phrase: self._idf(phrase) for phrase in every}
        return _Asked(alone, best_of, sum(weights.values()), idfs)

    def _shard_scores(
        self,
        number: int,
        asked: _Asked,
        places: NDArray[np.int64] | None = None,
        *,
        nan: bool = False,
    ) -> NDArray[np.float64]:
        """Return what `scores` does for the segments of a shard, removed ones too.

        One shard after the other: what is added to stays in the processor's cache. Of what half of
        all segments hold it counts next to nothing, and the same for all, that a segment holds it.

        Args:
            number: Of the shard.
            asked: What is looked up.
            places: `[m]`, the rows of the shard that are scored; None for all.
            nan: See `scores`.
        """
        norms = self._length_norms(STEM_FTS)[number]
        norms = norms if places is None else norms[places]
        in_most = np.zeros(len(norms), np.uint8)  # MAX_TERMS at most
        rest = []
        for phrase in asked.alone:
            if asked.idfs[phrase] == LEAST_IDF:
                has = self.shards[number].held(phrase)
                in_most += has if places is None else has[places]
            else:
                rest.append(phrase)
        found: NDArray[np.float64] = np.multiply(in_most, LEAST_IDF, dtype=np.float64)
        for phrase in rest:
            postings = self.shards[number].all_postings(STEM_FTS, phrase).at(places)
            add_bm25(found, postings, norms, asked.idfs[phrase])
        highest = np.zeros(len(norms) if asked.best_of else 0)
        for factor, phrases in asked.best_of:
            of_each = []
            for phrase in phrases:
                postings = self.shards[number].all_postings(STEM_FTS, phrase).at(places)
                rows = postings.rows.astype(np.intp)  # NumPy would convert them at every use
                idf = asked.idfs[phrase]
                scores: NDArray[np.float64] | float = idf
                if idf != LEAST_IDF:
                    scores = bm25(postings.times, norms.take(rows), idf)
                highest[rows] = np.maximum(highest[rows], scores)
                of_each.append(rows)
            for rows in of_each:
                found[rows] += factor * highest[rows]
                highest[rows] = 0.0  # counted once
        if not nan:
            found /= asked.weight
            return found
        with np.errstate(invalid="ignore"):  # 0 / 0 is NaN, in a quarter of the time to set it
            found /= asked.weight * (found > 0)
        return found

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
            rows, scores, weight = self._score_documents(term)
            total += weight
            if term in resembled and not self.count(DOCUMENT_FTS, self.phrases(term)):
                matches = [p for words in self.fuzzy_matches(term) for p in self._phrases_of(words)]
                rows, frequencies = self._document_frequencies(matches)
                scores = FUZZY_SHARE * score_term(frequencies, self.n_documents)[0]
            found[rows] += scores
        found /= max(_MIN_DOCUMENT_WEIGHT, total)
        return found

    def _score_documents(self, term: str) -> _OfDocuments:
        """Return `score_term` for the documents; of common words it is asked for often."""
        known = self._document_term_scores
        found = known.pop(term, None)
        if found is None:
            rows, frequencies = self._document_frequencies(self.phrases(term))
            found = rows, *score_term(frequencies, self.n_documents)
            while len(known) >= _MOST_DOCUMENT_TERMS:
                known.pop(next(iter(known)), None)
        known[term] = found  # the last that was asked for
        return found

    def _document_frequencies(
        self, phrases: Sequence[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Count how often documents hold what a term stands for: of all, the most.

        Returns:
            Rows of those that hold it, and how often.
        """
        rows, times = [np.zeros(0, np.int64)], [np.zeros(0)]
        norms = self._length_norms(DOCUMENT_FTS)
        for phrase in phrases:
            for number, of_shard, postings in self._postings(DOCUMENT_FTS, phrase):
                rows.append(of_shard)
                times.append(postings.times / norms[number][postings.rows])
        held, found = np.concatenate(rows), np.concatenate(times)
        if len(phrases) > 1:
            most = np.zeros(self.n_documents)
            np.maximum.at(most, held, found)
            held = np.flatnonzero(most)
            found = most[held]
        return held, found

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

    def matched_terms(
        self, terms: Iterable[str], rows: Sequence[int], fuzzy: Collection[str] = ()
    ) -> dict[str, set[int]]:
        """Find which terms, and fuzzy matches of them, some segments hold.

        Args:
            terms: See `scores`.
            rows: Of the segments.
            fuzzy: Those of the terms whose fuzzy matches count too.

        Returns:
            Term, or words in a row, to the rows of the segments that hold it; in the order of
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
        asked = np.array(rows, np.int64)
        numbers, places = self.places_of(asked)
        of_each = [np.flatnonzero(numbers == number) for number in range(len(self.shards))]
        by_shard = [
            (shard, asked[here], places[here])
            for shard, here in zip(self.shards, of_each, strict=True)
            if len(here)
        ]
        found = {phrase: self._holders(phrase, by_shard) for phrase in dict.fromkeys(phrases)}
        return {phrase: holders for phrase, holders in found.items() if holders}

    def _holders(
        self,
        term: str,
        by_shard: Iterable[tuple[LexicalShard, NDArray[np.int64], NDArray[np.int64]]],
    ) -> set[int]:
        """Find those of some segments that hold a term.

        Args:
            term: See `scores`.
            by_shard: Shards, and the rows of those of the segments that they have, here and there.

        Returns:
            Rows of segments.
        """
        found: set[int] = set()
        for shard, rows, places in by_shard:
            held = np.zeros(len(rows), bool)
            for phrase in self.phrases(term):
                held |= shard.holds_at(phrase, places)
            found.update(rows[held].tolist())
        return found

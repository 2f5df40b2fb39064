"""What the words of a query stand for in the shards of a snapshot, and how many rows hold that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indexer.base.text_analysis import exact_words, query_terms
from indexer.index.document_words import inverse_document_frequency
from indexer.index.fulltext_tables import DOCUMENT_FTS, STEM_FTS
from indexer.index.fuzzy_words import FuzzyWords
from indexer.index.lexical_shard import length_norms
from indexer.index.merged_records import MergedRecords
from indexer.index.postings import Postings
from indexer.index.term_phrases import TermPhrases

# Of a longer query, or a pasted page, the rarest terms are looked up.
MAX_TERMS = 64
# Of a query in another language than the library, or of no language, so many terms are looked for
# by spelling and sound.
_MAX_FUZZY_TERMS = 16


class QueryWords(MergedRecords):
    """Look-ups of terms over the shards of one snapshot, as if they were one.

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

    def phrases(self, term: str) -> list[str]:
        """Return the stems, or stems in a row, that a term stands for."""
        return self._terms.phrases(term)

    def fuzzy_matches(self, term: str) -> list[tuple[str, ...]]:
        """Find indexed words that a term which is not in the index may stand for.

        Returns:
            One word each, or two in a row; empty for a term that is in the index.
        """
        is_one_word = not term.endswith("*") and len(exact_words(term)) == 1
        if not is_one_word or self.count(STEM_FTS, self.phrases(term)):
            return []
        return self._fuzzy.matches(exact_words(term)[0])

    def spellings(self, term: str) -> set[str]:
        """Return the exact words, and such in a row, that a term stands for in the library."""
        found = {" ".join(exact_words(term))} if not term.endswith("*") else set()
        for fuzzy in self.fuzzy_matches(term):
            found.add(" ".join(fuzzy))
        for stems in self.phrases(term):
            found.update(word for shard in self.shards for word in shard.words_of(stems))
        return found - {""}

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

    def count(self, table: str, phrases: Sequence[str]) -> int:
        """Count the segments, or documents, that hold any of some phrases."""
        key = (table, tuple(phrases))
        if phrases and key not in self._counts:
            self._counts[key] = sum(shard.count(table, phrases) for shard in self.shards)
        return self._counts.get(key, 0)

    def _idf(self, phrase: str) -> float:
        return inverse_document_frequency(self.n_segments, self.count(STEM_FTS, [phrase]))

    def _is_held(self, phrases: Sequence[str], searched: NDArray[np.bool_]) -> bool:
        if not self.count(STEM_FTS, phrases):
            return False
        return bool(searched.all()) or any(
            searched[rows].any()
            for phrase in phrases
            for _, rows, _ in self._postings(STEM_FTS, phrase)
        )

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

    def _fuzzy_terms(self, terms: Iterable[str]) -> list[str]:
        """Return the first terms that the index lacks."""
        absent = (t for t in terms if not self.count(STEM_FTS, self.phrases(t)))
        return list(islice(absent, _MAX_FUZZY_TERMS))

    def _phrases_of(self, words: Sequence[str]) -> list[str]:
        return self.phrases(" ".join(words))

    @cached_property
    def _terms(self) -> TermPhrases:
        return TermPhrases(self.shards, self.languages)

    @cached_property
    def _fuzzy(self) -> FuzzyWords:
        return FuzzyWords(self)

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

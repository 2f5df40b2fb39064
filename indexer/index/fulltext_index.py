"""Full-text search over the segments and documents of a snapshot."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice, pairwise, product
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.base.text_analysis import Token, analyse, exact_words, fold, query_terms, stem
from indexer.index.document_words import bm25, inverse_document_frequency, score_term
from indexer.index.fulltext_tables import BOUNDARY_FTS, DOCUMENT_FTS, EXACT_FTS, STEM_FTS
from indexer.index.lexical_shard import LexicalShard, length_norms
from indexer.index.postings import Postings, union
from indexer.index.records import IndexedDocument, IndexedSegment, SegmentText
from indexer.index.segment_arrays import SegmentArrays, join_arrays

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


class FulltextIndex:
    """Full-text search over the shards of one snapshot, as if they were one.

    A term is a word, words that stand in a row, or the beginning of words where it ends in `*`;
    nothing of FTS5's own syntax is interpreted in it. Rows are the segments, by document id and in
    order, over all shards.

    Args:
        paths: `lexical.sqlite` of each shard.
        removed: Ids of documents that are not in the snapshot any more, by these paths.
        known: Ids of the documents that may be in it; None for any.

    Attributes:
        shards: One for each path.
        n_segments: Number of segments.
        n_documents: Number of documents.
        n_unknown: Number of segments that `known` leaves out.
        document_ids: By id, of all documents.
        segment_counts: `[n_documents]`, how many segments each of these has.
    """

    def __init__(
        self,
        *paths: Path,
        removed: Mapping[Path, Collection[str]] = MappingProxyType({}),
        known: Collection[str] | None = None,
    ) -> None:
        self.shards = [LexicalShard(path, removed.get(path, ()), known) for path in paths]
        self.n_unknown = sum(len(s.segments_in(s.unknown)) for s in self.shards)
        rows = global_rows(self.shards)
        self._rows, self._document_rows = rows.segments, rows.documents
        self.document_ids, self.segment_counts = rows.document_ids, rows.counts
        self.n_documents = len(self.document_ids)
        self.n_segments = int(self.segment_counts.sum())
        # By term; a snapshot never changes.
        self._fuzzy_matches: dict[str, list[tuple[str, ...]]] = {}
        self._known_phrases: dict[str, list[str]] = {}
        # By table and phrases.
        self._counts: dict[tuple[str, tuple[str, ...]], int] = {}
        self._norms: dict[str, list[NDArray[np.float64]]] = {}

    def check(self) -> list[str]:
        """List what SQLite finds wrong with the files; empty when they are whole."""
        return [finding for shard in self.shards for finding in shard.check()]

    def close(self) -> None:
        """Close the files."""
        for shard in self.shards:
            shard.close()

    def documents(self) -> list[IndexedDocument]:
        """List the documents, by name."""
        found = [document for shard in self.shards for document in shard.documents()]
        return sorted(found, key=lambda document: (document.name, document.id))

    def segments(self, ids: Sequence[int] | None = None) -> list[IndexedSegment]:
        """List all segments by document and in order, or those of `ids` in any order."""
        found = [segment for shard in self.shards for segment in shard.segments(ids)]
        if ids is None and len(self.shards) > 1:
            found.sort(key=lambda segment: (segment.document, segment.ordinal))
        return found

    @cached_property
    def segment_ids(self) -> NDArray[np.int64]:
        """Ids of the segments, `[n_segments]`."""
        ids = np.zeros(self.n_segments, np.int64)
        for shard, rows in zip(self.shards, self._rows, strict=True):
            kept = rows >= 0
            ids[rows[kept]] = shard.read_segment_ids()[kept]
        return ids

    def segment_arrays(self) -> SegmentArrays:
        """Read times, speakers and sounds of all segments."""
        parts = [shard.segment_arrays() for shard in self.shards]
        return join_arrays(parts, self._rows, self.n_segments)

    def texts(self) -> Iterator[SegmentText]:
        """Yield the words of all segments, by document and in order."""
        return merge(*(shard.texts() for shard in self.shards), key=lambda text: text.document)

    def segments_of(self, document: str) -> list[IndexedSegment]:
        """List the segments of a document in order."""
        return [segment for shard in self.shards for segment in shard.segments_of(document)]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages of the documents; empty for one that is not known."""
        return tuple(sorted(set().union(*(shard.languages for shard in self.shards))))

    def scores(self, terms: Sequence[str], fuzzy: bool = True) -> NDArray[np.float64]:
        """Score segments by BM25, as a share of the `weight` of the query.

        Args:
            terms: See `indexer.index.parsed_query.ParsedQuery.terms`.
            fuzzy: For a term that is not in the index, count its fuzzy matches.

        Returns:
            `[n_segments]`, 0 for those that hold no term.
        """
        weights = self._weights(STEM_FTS, terms)
        weight = sum(weights.values())
        found = np.zeros(self.n_segments)
        if not weight:
            return found
        phrases = [self.phrases(term) for term in weights]
        alone = list(dict.fromkeys(phrase for phrase, *others in phrases if not others))
        best_of = [(1.0, several) for several in phrases if len(several) > 1]
        for term in self._fuzzy_terms(weights) if fuzzy else ():
            matches = [p for words in self.fuzzy_matches(term) for p in self._phrases_of(words)]
            best_of.append((FUZZY_SHARE, matches))
        for number, rows in enumerate(self._rows):
            scores = self._shard_scores(number, alone, best_of) / weight
            live = self.shards[number].live
            if live is None:
                found[rows] = scores
            else:
                found[rows[live]] = scores[live]
        return found

    def _shard_scores(
        self, number: int, alone: Iterable[str], best_of: Iterable[tuple[float, Sequence[str]]]
    ) -> NDArray[np.float64]:
        """Return the BM25 of the segments of a shard, removed ones too.

        One shard after the other: what is added to stays in the processor's cache.

        Args:
            number: Of the shard.
            alone: Phrases whose scores are added.
            best_of: Phrases of which the highest score is added, and a factor for that.
        """
        norms = self._length_norms(STEM_FTS)[number]
        found = np.zeros(len(norms))
        for phrase in alone:
            rows, scores = self._bm25(number, phrase, norms)
            found[rows] += scores
        for factor, phrases in best_of:
            highest = np.zeros(len(norms))
            for phrase in phrases:
                rows, scores = self._bm25(number, phrase, norms)
                highest[rows] = np.maximum(highest[rows], scores)
            found += factor * highest
        return found

    def _bm25(
        self, number: int, phrase: str, norms: NDArray[np.float64]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the rows of a shard that hold a phrase, removed ones too, and their BM25."""
        postings = self.shards[number].all_postings(STEM_FTS, phrase)
        idf = inverse_document_frequency(self.n_segments, self.count(STEM_FTS, [phrase]))
        return postings.rows, bm25(postings.times, norms[postings.rows], idf)

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
        counted = list(self._weights(DOCUMENT_FTS, terms))
        resembled = set(self._fuzzy_terms(counted)) if fuzzy else set()
        found, held = np.zeros(self.n_documents), np.zeros(self.n_documents, bool)
        total = 0.0
        for term in counted:
            frequencies = self._document_frequencies(self.phrases(term))
            scores, weight = score_term(frequencies)
            total += weight
            if not frequencies.any() and term in resembled:
                matches = [p for words in self.fuzzy_matches(term) for p in self._phrases_of(words)]
                frequencies = self._document_frequencies(matches)
                scores = FUZZY_SHARE * score_term(frequencies)[0]
            found += scores
            held |= frequencies > 0
        weight = max(_MIN_DOCUMENT_WEIGHT, total)
        return {
            id_: float(found[row]) / weight
            for shard, rows in zip(self.shards, self._document_rows, strict=True)
            for id_, row in zip(shard.document_ids, rows.tolist(), strict=True)
            if row >= 0 and held[row]
        }

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
        all_rows = self._document_rows if table == DOCUMENT_FTS else self._rows
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
        expression = self._phrase_expression(phrase)
        found: set[int] = set()
        if not expression:
            return found
        for shard, of_shard in zip(self.shards, self._rows, strict=True):
            within = set(shard.rows_matching(EXACT_FTS, expression).tolist())
            rows = set(within)
            for row in shard.rows_matching(BOUNDARY_FTS, expression).tolist():
                if not {row, row + 1} & within:
                    rows |= {row, row + 1}
            found |= set(self.segment_ids[of_shard[sorted(rows)]].tolist())
        return found

    def _phrase_expression(self, phrase: str) -> str:
        tokens = analyse(phrase)
        ways = list(islice(product(*self._writings(tokens)), _MAX_WRITINGS))
        ending = "*" if phrase.endswith("*") else ""
        return " OR ".join(quoted(f"{' '.join(way)}{ending}") for way in ways if way)

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
        return any(shard.stems_of(exact) for shard in self.shards)

    def _parts(self, exact: str) -> list[str]:
        """Return the words, in one string each, that a joined word is written as somewhere."""
        return sorted({parts for shard in self.shards for parts in shard.parts_of(exact)})

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
        if term.endswith("*") or len(words) != 1 or self.count(STEM_FTS, self.phrases(term)):
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
            terms = list(self._weights(STEM_FTS, terms))
        similar = set(self._fuzzy_terms(term for term in terms if term in fuzzy))
        phrases = [
            " ".join(words)
            for term in terms
            for words in [(term,), *(self.fuzzy_matches(term) if term in similar else ())]
        ]
        places = [
            (shard, of_shard, shard.rows_of(ids))
            for shard, of_shard in zip(self.shards, self._rows, strict=True)
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

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        # Loads dictionaries: only for a term that is not in the index.
        from indexer.index.spelling import IndexedWord, Vocabulary

        words: dict[tuple[str, str], IndexedWord] = {}
        for shard in self.shards:
            for word, language, name, sound in shard.vocabulary():
                known = words.get((word, language))
                always = name and (known is None or known.name)
                words[word, language] = IndexedWord(word, language, always, sound)
        return Vocabulary(words[key] for key in sorted(words))

    def _fuzzy_terms(self, terms: Iterable[str]) -> list[str]:
        """Return the first terms that the index lacks."""
        absent = (t for t in terms if not self.count(STEM_FTS, self.phrases(t)))
        return list(islice(absent, _MAX_FUZZY_TERMS))

    def _phrases_of(self, words: Sequence[str]) -> list[str]:
        return self.phrases(" ".join(words))

    def phrases(self, term: str) -> list[str]:
        """Return the stems, or stems in a row, that a term stands for."""
        if term not in self._known_phrases:
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
            self._known_phrases[term] = list(dict.fromkeys(found))
        return self._known_phrases[term]

    def _stems_of_prefix(self, prefix: str) -> list[str]:
        """Return the stems of the words that begin so."""
        words = exact_words(prefix)
        if not words:
            return []
        beginning = merge(*(shard.words_beginning(words[-1]) for shard in self.shards))
        stems: dict[str, None] = {}
        for _, found in beginning:
            stems[found] = None
            if len(stems) == _MAX_EXPANSIONS:
                break
        return list(stems)

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
        known = sorted({each for shard in self.shards for each in shard.stems_of(fold(word))})
        return [*known, *(stem(word, language or None) for language in self.languages)]

    def _weights(self, table: str, terms: Sequence[str]) -> dict[str, float]:
        """Return the idf of each term, of the rarest ones where there are many.

        A term that no row holds counts like the rarest one; one of several words does not count
        then, its parts do.
        """
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

    def _adjacent_pairs(
        self, candidates: Iterable[tuple[Sequence[str], Sequence[str]]]
    ) -> Iterator[tuple[str, str]]:
        """Yield pairs of candidates, a first and a second word, that stand in a row somewhere."""
        for first, second in candidates:
            firsts, seconds = set(first[:_MAX_EXPANSIONS]), set(second[:_MAX_EXPANSIONS])
            expression = " AND ".join(
                f"({' OR '.join(map(quoted, sorted(words)))})" for words in (firsts, seconds)
            )
            held: list[int] = []
            for shard, of_shard in zip(self.shards, self._rows, strict=True):
                held += of_shard[shard.rows_matching(EXACT_FTS, expression)].tolist()
            rows = sorted(held)[:_MAX_SEGMENTS_READ]
            for segment in self.segments(self.segment_ids[rows].tolist()):
                for pair in pairwise(_WORD.findall(fold(segment.text))):
                    if pair[0] in firsts and pair[1] in seconds:
                        yield pair


@dataclass(frozen=True)
class GlobalRows:
    """Rows of the segments and documents of several shards: by document id, then in order.

    Attributes:
        segments: For each shard the rows of its segments, -1 for what is not in the snapshot.
        documents: For each shard those of its documents, likewise.
        document_ids: Of all rows of documents.
        counts: `[n_documents]`, how many segments each has.
    """

    segments: list[NDArray[np.int64]]
    documents: list[NDArray[np.int64]]
    document_ids: list[str]
    counts: NDArray[np.int64]


def global_rows(shards: Sequence[LexicalShard]) -> GlobalRows:
    """Number the segments and the documents of all shards."""
    counts = [
        np.bincount(shard.owners, minlength=len(shard.document_ids)).astype(np.int64)
        for shard in shards
    ]
    places = sorted(
        (id_, place, number)
        for place, shard in enumerate(shards)
        for number, id_ in enumerate(shard.document_ids)
        if id_ not in shard.removed
    )
    documents = [np.full(len(shard.document_ids), -1, np.int64) for shard in shards]
    begins = [np.full(len(shard.document_ids), -1, np.int64) for shard in shards]
    of_row = np.zeros(len(places), np.int64)
    total = 0
    for row, (_, place, number) in enumerate(places):
        documents[place][number] = row
        begins[place][number] = total
        of_row[row] = counts[place][number]
        total += int(of_row[row])
    segments = []
    for shard, begin, count in zip(shards, begins, counts, strict=True):
        first = np.cumsum(count) - count
        rows = np.arange(len(shard.owners)) - first[shard.owners] + begin[shard.owners]
        segments.append(np.where(begin[shard.owners] >= 0, rows, -1))
    return GlobalRows(segments, documents, [id_ for id_, _, _ in places], of_row)


def quoted(term: str) -> str:
    """Write a term, or words in a row, as an FTS5 string; no term holds a quote."""
    return f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"'


def _in_sorted(rows: NDArray[np.int64], held: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which rows are among some that are ascending, `[len(rows)]`."""
    if not len(held):
        return np.zeros(len(rows), bool)
    found: NDArray[np.bool_] = held[np.minimum(np.searchsorted(held, rows), len(held) - 1)] == rows
    return found

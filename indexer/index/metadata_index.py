"""Search in what is written about documents: titles, names, labels, chapters, descriptions."""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from indexer.base.languages import language_code
from indexer.base.sound_key import sound_key
from indexer.base.text_analysis import analyse, exact_words, fold
from indexer.index.document_words import inverse_document_frequency
from indexer.index.fulltext_index import FUZZY_SHARE, FulltextIndex
from indexer.index.fulltext_tables import STEM_FTS
from indexer.index.metadata_tables import (
    CHAPTER,
    DESCRIPTION,
    FILE_NAME,
    LABEL,
    SOUND,
    SPEAKER,
    TEXTS,
    TITLE,
    TITLE_PART,
    WORDS_FTS,
    words_of_metadata,
)
from indexer.index.query_words import MAX_TERMS
from indexer.index.term_phrases import quoted

if TYPE_CHECKING:
    from indexer.index.spelling import Vocabulary

# Of a text that is the whole query, and at most of one that shares words with it.
_WHOLE: Mapping[str, float] = {
    TITLE: 1.0,
    FILE_NAME: 1.0,
    TITLE_PART: 0.8,
    SPEAKER: 0.7,
    CHAPTER: 0.7,
    LABEL: 0.4,
    SOUND: 0.4,
}
_SHARED: Mapping[str, float] = {
    **_WHOLE,
    TITLE: 0.8,
    FILE_NAME: 0.8,
    TITLE_PART: 0.7,
    DESCRIPTION: 0.7,
}
# A description is long: that it holds words which are said everywhere means little.
_DESCRIBED = 0.15
# A word that nobody says can stand in metadata alone.
_UNSAID = 0.7
_LEAST_SCORE = 0.02
# Of a query that a text holds as good as whole, it does not matter how many others hold it too.
_NEARLY_ALL = 0.9
_MAX_TEXTS = 5000
_MAX_KNOWN = 64
_MOST_KNOWN_TEXTS = 1 << 16
# A text: the number of its shard, and its id there.
_Text = tuple[int, int]


@dataclass(frozen=True)
class MetadataMatch:
    """A text about a document that answers a query.

    Attributes:
        document: Id.
        field: Of `indexer.index.metadata_tables`.
        text: As it was written.
        start: Seconds; of a chapter.
        end: See `start`.
        score: 0 to 1; 1 for a title that is the query.
    """

    document: str
    field: str
    text: str
    start: float | None
    end: float | None
    score: float


@dataclass(frozen=True)
class _Word:
    """A word of a query.

    Attributes:
        phrases: What it may be among the words of metadata, see `FulltextIndex.phrases`.
        weight: The rarer in what is said, the higher.
        unsaid: Whether no segment holds it.
        quality: 1 for the word itself, less for words that are similar.
    """

    phrases: tuple[str, ...]
    weight: float
    unsaid: bool
    quality: float = 1.0


class MetadataIndex:
    """Reader of the metadata of one snapshot.

    Args:
        fulltext: Of the snapshot.
    """

    def __init__(self, fulltext: FulltextIndex) -> None:
        self._fulltext = fulltext
        # By query, by the stems of a text, and by phrases; a snapshot never changes.
        self._matches: dict[tuple[str, tuple[str, ...]], tuple[MetadataMatch, ...]] = {}
        self._text_weights: dict[str, float] = {}
        self._known_texts: dict[tuple[str, ...], tuple[_Text, ...]] = {}
        self._n_known_texts = 0

    def matches(self, query: str, terms: Sequence[str]) -> tuple[MetadataMatch, ...]:
        """Find the texts that answer a query.

        A text scores by the share of the query that it holds times the share of it that the query
        holds, both weighed by how rarely a word is said; less where many documents have such a
        text, as a label, and the query asks for more than this.

        Args:
            query: As it was typed.
            terms: See `indexer.index.parsed_query.ParsedQuery.terms`; for beginnings of words.
        """
        key = (query, tuple(terms))
        if key not in self._matches:
            if len(self._matches) >= _MAX_KNOWN:
                self._matches.clear()
            self._matches[key] = tuple(self._find(query, terms))
        return self._matches[key]

    def _find(self, query: str, terms: Sequence[str]) -> Iterator[MetadataMatch]:
        words = list(self._words(query, terms))
        total = sum(word.weight for word in words)
        held = self._holders(words)
        shares = {id_: sum(w.weight * w.quality for w in held[id_]) / total for id_ in held}
        ids = [id_ for id_, share in shares.items() if share >= _LEAST_SCORE]
        ids = sorted(ids, key=lambda id_: -shares[id_])[:_MAX_TEXTS]
        texts = self._texts(ids)
        # Documents of which texts of one kind hold the same words of the query.
        documents: dict[tuple[str, tuple[_Word, ...]], set[str]] = defaultdict(set)
        for id_, text in texts.items():
            documents[text["field"], held[id_]].add(text["document"])
        whole = " ".join(exact_words(query))
        for id_ in ids:
            text = texts[id_]
            document, field = text["document"], text["field"]
            if field != DESCRIPTION and text["exact"] == whole:
                score = _WHOLE[field]
            else:
                score = self._score(field, text["stems"], held[id_], total)
                if shares[id_] < _NEARLY_ALL:
                    common = len(documents[field, held[id_]])
                    score *= 1 - math.log(common) / math.log(self._fulltext.n_documents + 1)
            if score >= _LEAST_SCORE:
                yield MetadataMatch(
                    document, field, text["text"], text["start"], text["end"], score
                )

    def _score(self, field: str, stems: str, held: Sequence[_Word], total: float) -> float:
        """Score a text of these stems that holds some words of a query of a total weight."""
        weight = sum(word.weight * word.quality for word in held)
        if field == DESCRIPTION:
            score = _DESCRIBED * (weight / total) ** 2
        else:
            of_text = weight / max(weight, self._weight_of(stems))
            score = _SHARED[field] * weight / total * of_text
        unsaid = sum(word.weight for word in held if word.unsaid and word.quality == 1)
        return max(score, _UNSAID * _SHARED[field] * unsaid / total)

    def _holders(self, words: Sequence[_Word]) -> dict[_Text, tuple[_Word, ...]]:
        """Map the texts that hold some of the words to those that they hold."""
        held: dict[_Text, tuple[_Word, ...]] = defaultdict(tuple)
        for word in words:
            for text in self._matching(word.phrases):
                held[text] += (word,)
        return held

    def _matching(self, phrases: tuple[str, ...]) -> Sequence[_Text]:
        """Return the texts that hold any of some phrases; common words are asked for often."""
        found = self._known_texts.get(phrases)
        if found is None:
            found = tuple(self._find_texts(phrases))
            self._n_known_texts += 1 + len(found)
            if self._n_known_texts > _MOST_KNOWN_TEXTS:
                self._known_texts.clear()
                self._n_known_texts = 1 + len(found)
            self._known_texts[phrases] = found
        return found

    def _find_texts(self, phrases: Sequence[str]) -> Iterator[_Text]:
        expression = " OR ".join(map(quoted, phrases))
        statement = f"SELECT rowid FROM {WORDS_FTS} WHERE {WORDS_FTS} MATCH ?"
        having = self._shards_having(phrases)
        for number, shard in enumerate(self._fulltext.shards):
            if not having >> number & 1:
                continue
            removed = self._removed[number]
            for (id_,) in shard.read(statement, [expression]):
                if id_ not in removed:
                    yield number, id_

    def _shards_having(self, phrases: Sequence[str]) -> int:
        """Return the shards that may have any of some phrases, a bit for each.

        Few words of a question stand in metadata, and to ask FTS5 takes 40 µs for each shard.
        """
        found = 0
        for phrase in phrases:
            here = -1
            if not phrase.endswith("*"):
                for stem in phrase.split():
                    here &= self._shards_of_stems.get(stem, 0)
            found |= here
        return found

    @cached_property
    def _shards_of_stems(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, shard in enumerate(self._fulltext.shards):
            for stem in words_of_metadata(shard.read):
                found[stem] = found.get(stem, 0) | 1 << number
        return found

    @cached_property
    def _removed(self) -> list[frozenset[int]]:
        """The texts of each shard that are about documents which are not in the snapshot."""
        statement = f"SELECT id, document FROM {TEXTS}"
        return [
            frozenset(id_ for id_, of in shard.read(statement) if of in shard.removed)
            if shard.removed
            else frozenset()
            for shard in self._fulltext.shards
        ]

    def _words(self, query: str, terms: Sequence[str]) -> Iterator[_Word]:
        """Yield the distinct words of a query; those written together may also be one."""
        begun = {term[:-1] for term in terms if term.endswith("*")}
        tokens = analyse(query)
        together: dict[int, str] = {}
        for place, token in enumerate(tokens):
            if token.of_compound > 1:
                places = range(place + 1 - token.of_compound, place + 1)
                together |= dict.fromkeys(places, query[tokens[places[0]].start : token.end])
        known: set[str] = set()
        for place, token in enumerate(tokens):
            if token.word in known or len(known) >= MAX_TERMS:
                continue
            known.add(token.word)
            if token.word in begun:
                phrases = [f"{fold(token.word)}*"]
            else:
                phrases = self._fulltext.phrases(token.word)
            if place in together:
                phrases = [*phrases, *self._fulltext.phrases(together[place])]
            if phrases:
                yield self._word(token.word, tuple(phrases))

    def _word(self, typed: str, phrases: tuple[str, ...]) -> _Word:
        """Return a word of a query; for one that stands nowhere, those that are similar."""
        said = self._fulltext.count(STEM_FTS, phrases)
        weight = self._rarity(said)
        if said or self._matching(phrases):
            return _Word(phrases, weight, not said)
        matches = self._vocabulary.fuzzy_matches(fold(typed))
        similar = [p for match in matches for p in self._fulltext.phrases(match.words[0])]
        if similar:
            return _Word(tuple(similar), weight, True, FUZZY_SHARE)
        return _Word(phrases, weight, True)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        # Loads dictionaries: only for a word that stands nowhere.
        from indexer.index.spelling import IndexedWord, Vocabulary

        statement = (
            f"SELECT DISTINCT m.exact, m.field, d.language, d.id FROM {TEXTS} m "
            "JOIN documents d ON d.id = m.document WHERE m.exact != ''"
        )
        names: dict[tuple[str, str], bool] = {}
        for shard in self._fulltext.shards:
            for exact, field, language, document in shard.read(statement):
                if document in shard.removed:
                    continue
                for word in exact.split():
                    key = (word, language_code(language) or "")
                    names[key] = names.get(key, False) or field == SPEAKER
        return Vocabulary(
            IndexedWord(*key, name, sound_key(key[0])) for key, name in sorted(names.items())
        )

    def _texts(self, texts: Sequence[_Text]) -> dict[_Text, sqlite3.Row]:
        found = {}
        for number, shard in enumerate(self._fulltext.shards):
            ids = [id_ for of, id_ in texts if of == number]
            for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
                part = ids[first : first + 500]
                marks = ",".join("?" * len(part))
                for row in shard.read(f"SELECT * FROM {TEXTS} WHERE id IN ({marks})", part):
                    found[number, row["id"]] = row
        return found

    def _weight_of(self, stems: str) -> float:
        """Return the weight of all words of a text."""
        if stems not in self._text_weights:
            counts = (self._fulltext.count(STEM_FTS, [each]) for each in set(stems.split()))
            self._text_weights[stems] = sum(map(self._rarity, counts))
        return self._text_weights[stems]

    def _rarity(self, count: int) -> float:
        """Return the idf of a word that so many segments hold."""
        return inverse_document_frequency(self._fulltext.n_segments, count)

"""Words of a snapshot that a word which nobody says may stand for, by spelling and by sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from indexer.base.text_analysis import fold
from indexer.index.fulltext_tables import EXACT_FTS
from indexer.index.merged_records import MergedRecords
from indexer.index.term_phrases import MAX_EXPANSIONS, quoted

if TYPE_CHECKING:
    from indexer.index.spelling import Vocabulary

# To find two words in a row, at most so many segments that hold both are read.
_MAX_SEGMENTS_READ = 2000
_WORD = re.compile(r"[^\W\d_]+")


class FuzzyWords:
    """Finder of fuzzy matches in one snapshot.

    Args:
        records: Of the snapshot.
    """

    def __init__(self, records: MergedRecords) -> None:
        self._records = records
        # By word; a snapshot never changes.
        self._matches: dict[str, list[tuple[str, ...]]] = {}

    def matches(self, word: str) -> list[tuple[str, ...]]:
        """Find indexed words that an exact word may stand for: one each, or two in a row."""
        if word not in self._matches:
            self._matches[word] = self._find(word)
        return self._matches[word]

    def _find(self, word: str) -> list[tuple[str, ...]]:
        from indexer.index.spelling import best_splits

        vocabulary = self._vocabulary
        splits = best_splits(word, self._adjacent_pairs(vocabulary.split_candidates(word)))
        found = [match.words for match in (*vocabulary.fuzzy_matches(word), *splits)]
        heads = ((head,) for head in vocabulary.compound_heads(word))
        return list(dict.fromkeys([*found, *heads]))

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        # Loads dictionaries: only for a term that is not in the index.
        from indexer.index.spelling import IndexedWord, Vocabulary

        words: dict[tuple[str, str], IndexedWord] = {}
        for shard in self._records.shards:
            for word, language, name, sound in shard.vocabulary():
                known = words.get((word, language))
                always = name and (known is None or known.name)
                words[word, language] = IndexedWord(word, language, always, sound)
        return Vocabulary(words[key] for key in sorted(words))

    def _adjacent_pairs(
        self, candidates: Iterable[tuple[Sequence[str], Sequence[str]]]
    ) -> Iterator[tuple[str, str]]:
        """Yield pairs of candidates, a first and a second word, that stand in a row somewhere."""
        records = self._records
        for first, second in candidates:
            firsts, seconds = set(first[:MAX_EXPANSIONS]), set(second[:MAX_EXPANSIONS])
            expression = " AND ".join(
                f"({' OR '.join(map(quoted, sorted(words)))})" for words in (firsts, seconds)
            )
            held: list[int] = []
            for shard, of_shard in zip(records.shards, records.rows, strict=True):
                held += of_shard[shard.rows_matching(EXACT_FTS, expression)].tolist()
            rows = sorted(held)[:_MAX_SEGMENTS_READ]
            for segment in records.segments(records.segment_ids[rows].tolist()):
                for pair in pairwise(_WORD.findall(fold(segment.text))):
                    if pair[0] in firsts and pair[1] in seconds:
                        yield pair

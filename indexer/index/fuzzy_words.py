"""Words of a snapshot that a word which nobody says may stand for, by spelling and by sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from indexer.index.fulltext_tables import EXACT_FTS
from indexer.index.merged_records import MergedRecords
from indexer.index.term_phrases import MAX_EXPANSIONS, quoted

if TYPE_CHECKING:
    from indexer.index.spelling import SpellingMatch, Vocabulary

# So many pairs of words are looked up at once.
_TOGETHER = 32


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
        from indexer.index.spelling import MAX_MATCHES, possible_splits

        vocabulary = self._vocabulary
        candidates = (
            (first[:MAX_EXPANSIONS], second[:MAX_EXPANSIONS])
            for first, second in vocabulary.split_candidates(word)
        )
        splits = islice(self._in_a_row(possible_splits(word, candidates)), MAX_MATCHES)
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

    def _in_a_row(self, splits: Sequence[SpellingMatch]) -> Iterator[SpellingMatch]:
        """Yield those splits, in their order, whose two words stand in a row somewhere."""
        for begin in range(0, len(splits), _TOGETHER):
            some = splits[begin : begin + _TOGETHER]
            if self._is_said(some):  # mostly none is
                yield from (split for split in some if self._is_said([split]))

    def _is_said(self, splits: Sequence[SpellingMatch]) -> bool:
        expression = " OR ".join(quoted(" ".join(split.words)) for split in splits)
        return any(shard.holds(EXACT_FTS, expression) for shard in self._records.shards)

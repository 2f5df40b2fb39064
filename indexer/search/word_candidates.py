"""Scores by words where an engine names the segments that hold the words best.

They are recomputed here, exactly, from the postings of the words: of what the engine names, of
what other channels name, and of the segments of whole documents, instead of all segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import LibraryError
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.word_index import MOST_NAMED, WordIndex, WordQuery
from indexer.search.scores import Scores
from indexer.search.segment_scores import KnownScores, Rows, SegmentScores

# The engine computes in single precision.
_ROUNDING = 1e-5


class NamedByWords(SegmentScores):
    """BM25 of the words of a query, for which an engine is asked.

    Args:
        words: The engine.
        query: What it is asked.
        fulltext: Where the words are scored.
        terms: Of the query.
        fuzzy: See `FulltextIndex.scores`.
    """

    finds_all = False

    def __init__(
        self,
        words: WordIndex,
        query: WordQuery,
        fulltext: FulltextIndex,
        terms: Sequence[str],
        fuzzy: bool,
    ) -> None:
        self._words, self._query, self._fulltext = words, query, fulltext
        self._terms, self._fuzzy = terms, fuzzy

    @cached_property
    def has(self) -> NDArray[np.bool_]:
        """Which segments hold any of the words, `[n_segments]`."""
        return self._fulltext.holding(self._terms, self._fuzzy)

    def at(self, rows: Rows) -> Scores:
        """Score some segments, `[len(rows)]`."""
        return self._fulltext.scores(self._terms, self._fuzzy, rows, nan=True)

    def best(self, n: int, searched: NDArray[np.bool_]) -> tuple[Rows, float]:
        """Ask the engine; see `SegmentScores.best`.

        Raises:
            LibraryError: The engine has other words than the snapshot.
        """
        if n > MOST_NAMED:
            return KnownScores(self.at(np.arange(len(searched)))).best(n, searched)
        allowed = None if searched.all() else searched
        rows, sums = self._words.best(self._query.weights, n, allowed)
        most = sums * (1 + _ROUNDING) + self._query.rest
        if (np.nan_to_num(self.at(rows), nan=0.0) > most + _ROUNDING).any():
            raise LibraryError(
                "the words in the store are not those of the library that is published there; "
                "publish it again"
            )
        return rows, float(most[-1]) if len(rows) == n else self._query.rest

"""Scores of segments for one query vector, computed as far as they are asked for.

A library of a thousand hours has a million segments, of which a query needs the best few: a channel
that looks them up in a vector index scores only those, one that has the scores of all gives them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.index.vector_index import VectorIndex
from indexer.search.late import Late
from indexer.search.scores import Scores

if TYPE_CHECKING:
    from indexer.search.index_view import IndexView

Rows = NDArray[np.int64]
# The n-th highest of all scores is estimated by every sixteenth.
_SAMPLED = 16
# Scores added up at once.
_BLOCK = 1 << 14
# Where more of the segments than this share are scored, all are: one pass over the vectors is
# quicker than looking up so many of them; those of an exact index are mapped, others are read.
_MOST_LOOKED_UP, _MOST_READ = 0.25, 0.05


class SegmentScores(ABC):
    """Scores of the segments of an index, 0 as an unrelated pair; NaN for nothing to compare.

    Attributes:
        named_by: Channel that names the best of this one as well as its own; empty for none.
        all_named: Whether that channel has scores of all segments that this one has.
    """

    named_by: str = ""
    all_named: bool = True

    @property
    @abstractmethod
    def has(self) -> NDArray[np.bool_]:
        """Which segments have a score, `[n_segments]`."""

    @property
    @abstractmethod
    def finds_all(self) -> bool:
        """Whether the scores of all segments are known anyway."""

    @property
    def is_exact(self) -> bool:
        """Whether `best` misses none of the best."""
        return True

    @property
    def near(self) -> tuple[Rows, Scores] | None:
        """The segments that `best` compared, and their scores, best first.

        None where these are all that it returned.
        """
        return None

    def load(self) -> None:  # noqa: B027
        """Compute what is computed of all segments; nothing by default."""

    @abstractmethod
    def at(self, rows: Rows) -> Scores:
        """Return the scores of some segments, `[len(rows)]`."""

    def count(self, searched: NDArray[np.bool_]) -> int:
        """Count the segments with a score, of those that may be found."""
        return int(np.count_nonzero(self.has & searched))

    def count_by_document(self, view: IndexView, searched: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the segments with a score, of those that may be found, that each document has."""
        return view.count_by_document(self.has & searched)

    @abstractmethod
    def best(self, n: int, searched: NDArray[np.bool_]) -> tuple[Rows, float]:
        """Find segments that score high.

        Args:
            n: How many.
            searched: `[n_segments]`, which may be found.

        Returns:
            Rows in any order, and a score that no other segment exceeds.
        """


class KnownScores(SegmentScores):
    """Scores that are known of all segments.

    Args:
        scores: `[n_segments]`, NaN for nothing to compare; or what computes them.
    """

    finds_all = True

    def __init__(self, scores: Scores | Late[Scores]) -> None:
        self._given = scores

    @property
    def _scores(self) -> Scores:
        return self._given.get() if isinstance(self._given, Late) else self._given

    def load(self) -> None:
        """Compute the scores, where they are computed late."""
        if isinstance(self._given, Late):
            self._given.load()

    @classmethod
    def highest(cls, of: Sequence[KnownScores]) -> KnownScores:
        """Return the highest of the scores for several query vectors."""
        return of[0] if len(of) == 1 else cls(np.fmax.reduce([each._scores for each in of]))

    @cached_property
    def has(self) -> NDArray[np.bool_]:
        """Which segments have a score, `[n_segments]`."""
        return ~np.isnan(self._scores)

    @cached_property
    def has_any(self) -> bool:
        """Whether any segment has a score; a query seldom names what is written of documents."""
        if self._scores.strides == (0,):  # one number for all
            return bool((~np.isnan(self._scores[:1])).any())
        some = ~np.isnan(self._scores[::_SAMPLED])
        return bool(some.any() or self.has.any())

    def at(self, rows: Rows) -> Scores:
        """Return the scores of some segments, `[len(rows)]`."""
        return self._scores[rows]

    def at_least(self, score: float) -> NDArray[np.bool_]:
        """Return which segments score so high, `[n_segments]`."""
        high: NDArray[np.bool_] = self._scores >= score  # NaN is not
        return high

    def best(self, n: int, searched: NDArray[np.bool_]) -> tuple[Rows, float]:
        """Return the best `n`; see `SegmentScores.best`."""
        if not self.has_any:
            return np.zeros(0, np.int64), 0.0
        high = self._scores >= self._about_nth(n, searched)
        rows = np.flatnonzero(high if searched.all() else searched & high)
        if len(rows) < n:
            rows = np.flatnonzero(searched & self.has)
        return highest(rows, self._scores[rows], n)

    def add_to(self, total: Scores, share: float) -> None:
        """Add a share of the scores above 0 to others, `[n_segments]`."""
        if not self.has_any:
            return
        scores, buffer = self._scores, np.empty(_BLOCK)
        for begin in range(0, len(total), _BLOCK):  # which stay in the processor's cache
            block = total[begin : begin + _BLOCK]
            added = np.fmax(scores[begin : begin + _BLOCK], 0.0, out=buffer[: len(block)])
            added *= share  # 0 for NaN
            block += added

    def highest_by_document(self, view: IndexView, searched: NDArray[np.bool_]) -> Scores:
        """Return the best score of each document that may be found, 0 without any."""
        if not self.has_any:
            return np.zeros(len(view.table.documents))
        scores = self._scores if searched.all() else np.where(searched, self._scores, np.nan)
        return np.nan_to_num(view.highest_by_document(scores), nan=0.0)

    def _about_nth(self, n: int, searched: NDArray[np.bool_]) -> float:
        """Return a score that is most likely below the `n`-th highest, but not far: of a sample."""
        sample = self._scores[::_SAMPLED][searched[::_SAMPLED]]
        sample = sample[~np.isnan(sample)]
        place = len(sample) - 2 * n // _SAMPLED - 8
        return float(np.partition(sample, place)[place]) if place > 0 else -np.inf


class CosineScores(SegmentScores):
    """Standardised cosines with the vectors of one modality.

    Attributes:
        modality: Of the vectors.

    Args:
        query: `[d]`.
        modality: Of the indexed vectors.
        view: The index.
        mean: What unrelated segments get.
        scale: What counts as a full match, above `mean`.
        named_by: See `SegmentScores`.
        all_named: See `SegmentScores`.
    """

    def __init__(
        self,
        query: NDArray[np.float32],
        modality: str,
        view: IndexView,
        mean: float,
        scale: float,
        named_by: str = "",
        all_named: bool = True,
    ) -> None:
        self._query, self.modality, self._view = query, modality, view
        self.named_by, self.all_named = named_by, all_named
        self._mean, self._scale = mean, scale
        self._cosines: NDArray[np.float32] | None = None
        self._near: tuple[Rows, Scores] | None = None
        # The same by row, and the cosines.
        self._near_rows, self._near_cosines = np.zeros(0, np.int64), np.zeros(0, np.float32)

    @property
    def has(self) -> NDArray[np.bool_]:
        """Which segments have a vector, `[n_segments]`."""
        return self._view.has_vector(self.modality)

    @property
    def finds_all(self) -> bool:
        """False: vectors are compared as few as needed."""
        return False

    @property
    def is_exact(self) -> bool:
        """Whether the vector index misses none of the nearest."""
        return self._index.is_exact

    def at(self, rows: Rows) -> Scores:
        """Return the scores of some segments, `[len(rows)]`."""
        return self._scores_of(self.cosines_at(rows))

    @property
    def near(self) -> tuple[Rows, Scores] | None:
        """What an approximate index compared; see `SegmentScores.near`."""
        return self._near

    def _scores_of(self, cosines: NDArray[np.float32]) -> Scores:
        # A matrix product gives equal vectors cosines that differ by less.
        return np.round((cosines.astype(np.float64) - self._mean) / self._scale, 9)

    def cosines_of(self, scores: Scores) -> Scores:
        """Return the cosines that scores were made of."""
        return scores * self._scale + self._mean

    def cosines_at(self, rows: Rows) -> NDArray[np.float32]:
        """Return the cosines with some segments, `[len(rows)]`; NaN where there is no vector."""
        every = self._rows
        most = _MOST_LOOKED_UP if self.is_exact else _MOST_READ
        if self._cosines is None and len(rows) <= most * len(every):
            return self._looked_up(rows)
        if self._cosines is None:
            self._cosines = self._index.scores_at(self._query, every)
        return self._cosines if len(rows) == len(every) else self._cosines[rows]

    def _looked_up(self, rows: Rows) -> NDArray[np.float32]:
        """Return the cosines with some segments; what was compared is not read again."""
        near = self._near_rows
        if not len(near):
            return self._index.scores_at(self._query, self._rows[rows])
        places = np.minimum(near.searchsorted(rows), len(near) - 1)
        found = self._near_cosines[places]
        others = np.flatnonzero(near[places] != rows)
        found[others] = self._index.scores_at(self._query, self._rows[rows[others]])
        return found

    def best(self, n: int, searched: NDArray[np.bool_]) -> tuple[Rows, float]:
        """Ask the vector index for the nearest `n`; see `SegmentScores.best`."""
        of_vectors = self._view.segment_rows(self.modality)
        allowed = None if searched.all() else searched[of_vectors]
        found, cosines = self._index.compared(self._query, n, allowed)
        scores = self._scores_of(cosines)
        if len(found) > n:
            self._near = of_vectors[found], scores
            order = np.argsort(self._near[0])
            self._near_rows, self._near_cosines = self._near[0][order], cosines[order]
        # A segment without a vector counts as 0.
        least = float(scores[n - 1]) if len(found) >= n else 0.0
        return of_vectors[found[:n]], max(0.0, least)

    def count(self, searched: NDArray[np.bool_]) -> int:
        """Count the segments with a vector, of those that may be found."""
        if searched.all():
            return len(self._index)
        return super().count(searched)

    def count_by_document(self, view: IndexView, searched: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the segments with a vector; of the whole index that is done once."""
        if searched.all():
            return view.count_with_vectors(self.modality)
        return super().count_by_document(view, searched)

    @property
    def _index(self) -> VectorIndex:
        return self._view.snapshot.index("segments", self.modality)

    @property
    def _rows(self) -> NDArray[np.int64]:
        return self._view.vector_rows("segments", self.modality)


def highest(rows: Rows, scores: Scores, n: int) -> tuple[Rows, float]:
    """Return the rows of the `n` highest scores, in any order, and the least of these scores.

    0 for the least where there are fewer: what has no score counts as 0.
    """
    if len(rows) <= n:
        return rows, 0.0
    kept = np.argpartition(-scores, n - 1)[:n]
    return rows[kept], max(0.0, float(scores[kept].min()))


def with_near(rows: Rows, scores: Scores, near: tuple[Rows, Scores]) -> tuple[Rows, Scores]:
    """Join scored segments with those that an index compared; rows ascending, each once."""
    every, of_every = (np.concatenate(pair) for pair in zip((rows, scores), near, strict=True))
    joined, first = np.unique(every, return_index=True)
    return joined, of_every[first]

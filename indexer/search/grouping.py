"""Moments made of ranked segments: neighbours merged, duplicates listed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.index.segment_table import SegmentTable
from indexer.search.results import LONGEST_MOMENT_SECONDS

# A neighbour joins a moment whose best segment scores at most 1 / 0.85 times as much.
_MIN_SHARE_OF_BEST = 0.85
# Cosine of the texts of duplicates, such as an advertisement or a trailer.
_MIN_DUPLICATE_COSINE = 0.97


@dataclass
class Moment:
    """Neighbouring segments, by their rows in the segment table.

    Attributes:
        best: The segment with the highest score.
        first: The first of the segments.
        last: The last of the segments.
        duplicates: Segments elsewhere with nearly the text of `best`.
    """

    best: int
    first: int
    last: int
    duplicates: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RepeatRows:
    """What recurs in several documents, by rows of the segment table.

    Attributes:
        marked: `[n_segments]`, whether a segment is an advert, an intro or the like.
        elsewhere: Moment to the rows in which the same is said, maybe in other words.
    """

    marked: NDArray[np.bool_]
    elsewhere: Callable[[Moment], Sequence[int]]

    @classmethod
    def none(cls, n_segments: int) -> RepeatRows:
        """Return that nothing recurs."""
        return cls(np.zeros(n_segments, bool), lambda _moment: ())


def rank_moments(
    table: SegmentTable,
    scores: NDArray[np.float64],
    searched: NDArray[np.bool_],
    text_vector: Callable[[int], NDArray[np.float32] | None],
    per_document: int = 0,
    repeats: RepeatRows | None = None,
) -> Iterator[Moment]:
    """Yield moments, best first; each segment that is searched is in one, or a duplicate of one.

    With `per_document`, segments of a document that has that many moments are in none.

    A moment gets further duplicates while the iteration goes on; where it ends early,
    `add_duplicates` finds the rest.

    Args:
        table: The segments.
        scores: `[n_segments]`.
        searched: `[n_segments]`, False for those that must not be found.
        text_vector: Row to its unit vector `[d]`, None where it has none.
        per_document: How many moments of one document there are at most; 0 for any number.
        repeats: Adverts and the like do not merge with what stands beside them, and are shown
            once.
    """
    repeats = repeats or RepeatRows.none(len(scores))
    free = searched.copy()
    placed = ~searched
    counts = Counter[int]()
    rows = np.flatnonzero(searched)
    known = _KnownTexts()
    # Equal scores by id: the same order in every run.
    for row in rows[np.lexsort((table.ids[rows], -scores[rows]))].tolist():
        if not free[row]:
            continue
        free[row], placed[row] = False, True
        vector = text_vector(row)
        original = known.find(vector)
        if original is not None:
            original.duplicates.append(row)
            continue
        moment = Moment(row, row, row)
        like = free & (repeats.marked == repeats.marked[row])
        while (neighbour := _best_neighbour(moment, table, scores, like)) is not None:
            free[neighbour], placed[neighbour], like[neighbour] = False, True, False
            moment.first, moment.last = min(moment.first, neighbour), max(moment.last, neighbour)
        known.add(vector, moment)
        repeated = [other for other in repeats.elsewhere(moment) if not placed[other]]
        free[repeated], placed[repeated] = False, True
        moment.duplicates += repeated
        owner = int(table.owners[row])
        counts[owner] += 1
        if counts[owner] == per_document:
            free[table.owners == owner] = False
        yield moment


def _best_neighbour(
    moment: Moment, table: SegmentTable, scores: NDArray[np.float64], free: NDArray[np.bool_]
) -> int | None:
    """Return the better neighbour that may join a moment and leaves it short enough."""
    least = _MIN_SHARE_OF_BEST * scores[moment.best]
    fitting = [
        row
        for row in table.neighbours(moment.first, moment.last)
        if free[row]
        and scores[row] >= least > 0
        and table.seconds(min(row, moment.first), max(row, moment.last)) <= LONGEST_MOMENT_SECONDS
    ]
    return max(fitting, key=lambda row: scores[row], default=None)


def best_moments(moments: Iterator[Moment], k: int, marked: NDArray[np.bool_]) -> list[Moment]:
    """Take the best `k` moments; where all are adverts and the like, the last is another one.

    Args:
        moments: Best first.
        k: How many.
        marked: `[n_segments]`, see `RepeatRows`.
    """
    best = list(islice(moments, k))
    if 1 < len(best) == k and all(marked[moment.best] for moment in best):
        other = next((moment for moment in moments if not marked[moment.best]), None)
        best[-1:] = [other or best[-1]]
    return best


def add_duplicates(
    moments: Sequence[Moment],
    rows: NDArray[np.int64],
    text_cosines: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]],
) -> None:
    """Add to moments their duplicates among rows that were not ranked any more.

    Args:
        moments: The best ones.
        rows: Rows that are searched, best first; those of the moments are passed over.
        text_cosines: `n` rows and `m` rows to `[n, m]`, 0 where one of them has no words.
    """
    if not moments:
        return
    free = np.ones(rows.max(initial=-1) + 1, bool)
    for moment in moments:
        taken = np.array([*range(moment.first, moment.last + 1), *moment.duplicates])
        free[taken[taken < len(free)]] = False
    rest = rows[free[rows]]
    cosines = text_cosines(rest, np.array([m.best for m in moments], np.int64))
    nearest = cosines.argmax(1)
    for place in np.flatnonzero(cosines.max(1) >= _MIN_DUPLICATE_COSINE).tolist():
        moments[nearest[place]].duplicates.append(int(rest[place]))


class _KnownTexts:
    """Text vectors of the moments so far, in a matrix that doubles when it is full."""

    def __init__(self) -> None:
        self._vectors = np.zeros((16, 0), np.float32)
        self._moments: list[Moment] = []

    def add(self, vector: NDArray[np.float32] | None, moment: Moment) -> None:
        if vector is None:
            return
        n = len(self._moments)
        if n == 0:
            self._vectors = np.zeros((16, len(vector)), np.float32)
        elif n == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[n] = vector
        self._moments.append(moment)

    def find(self, vector: NDArray[np.float32] | None) -> Moment | None:
        if vector is None or not self._moments:
            return None
        cosines = self._vectors[: len(self._moments)] @ vector
        nearest = int(np.argmax(cosines))
        return self._moments[nearest] if cosines[nearest] >= _MIN_DUPLICATE_COSINE else None

"""Moments made of ranked segments: neighbours merged, repetitions shown once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.index.segment_table import SegmentTable
from indexer.search.results import LONGEST_MOMENT_SECONDS

# A neighbour that scores this part of the best segment of a moment belongs to it.
_AS_GOOD = 0.85
# Cosine of the texts of segments that say the same: an advertisement, a trailer.
_THE_SAME = 0.97


@dataclass
class Moment:
    """Rows of the table.

    Attributes:
        best: the segment with the highest score.
        first: of neighbouring segments, `best` among them.
        last: the last of these.
        copies: segments elsewhere that say the same as `best`.
    """

    best: int
    first: int
    last: int
    copies: list[int] = field(default_factory=list)


def rank_moments(
    table: SegmentTable,
    scores: NDArray[np.float64],
    searched: NDArray[np.bool_],
    text_vector: Callable[[int], NDArray[np.float32] | None],
) -> Iterator[Moment]:
    """Moments, best first; each segment that is searched is in one, or a copy of one.

    A moment that was given gets further copies while the iteration goes on; where it ends early,
    `add_copies` finds the rest.

    Args:
        table: the segments.
        scores: `[n_segments]`.
        searched: `[n_segments]`, False for those that must not be found.
        text_vector: `[d]` of a row, None where it has none.
    """
    free = searched.copy()
    rows = np.flatnonzero(searched)
    known = _Known()
    # Equal scores are in the order of ids: the same in every run.
    for row in rows[np.lexsort((table.ids[rows], -scores[rows]))].tolist():
        if not free[row]:
            continue
        free[row] = False
        vector = text_vector(row)
        said_before = known.find(vector)
        if said_before is not None:
            said_before.copies.append(row)
            continue
        moment = Moment(row, row, row)
        while (grown := _next(moment, table, scores, free)) is not None:
            free[grown] = False
            moment.first, moment.last = min(moment.first, grown), max(moment.last, grown)
        known.add(vector, moment)
        yield moment


def _next(
    moment: Moment, table: SegmentTable, scores: NDArray[np.float64], free: NDArray[np.bool_]
) -> int | None:
    """The better neighbour that belongs to a moment and leaves it short enough."""
    least = _AS_GOOD * scores[moment.best]
    fitting = [
        row
        for row in table.neighbours(moment.first, moment.last)
        if free[row]
        and scores[row] >= least > 0
        and table.seconds(min(row, moment.first), max(row, moment.last)) <= LONGEST_MOMENT_SECONDS
    ]
    return max(fitting, key=lambda row: scores[row], default=None)


def add_copies(
    moments: Sequence[Moment],
    rows: NDArray[np.int64],
    text_cosines: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]],
) -> None:
    """Give moments the copies among rows that were not ranked any more.

    Args:
        moments: the best ones.
        rows: that are searched, those of the moments among them, best first.
        text_cosines: `n` rows and `m` rows to `[n, m]`, 0 where one of them has no words.
    """
    if not moments:
        return
    taken = {row for m in moments for row in (*range(m.first, m.last + 1), *m.copies)}
    rest = rows[~np.isin(rows, list(taken))]
    cosines = text_cosines(rest, np.array([m.best for m in moments], np.int64))
    like = cosines.argmax(1)
    for place in np.flatnonzero(cosines.max(1) >= _THE_SAME).tolist():
        moments[like[place]].copies.append(int(rest[place]))


class _Known:
    """Text vectors of the moments so far."""

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
        like = int(np.argmax(cosines))
        return self._moments[like] if cosines[like] >= _THE_SAME else None

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
MIN_DUPLICATE_COSINE = 0.97


@dataclass
class Moment:
    """Neighbouring segments, by their rows in the segment table.

    Attributes:
        best: The segment with the highest score.
        first: The first of the segments.
        last: The last of the segments.
        duplicates: Segments elsewhere with nearly the text of `best`.
        repeated: Segments elsewhere in which the same is said, whether they may be found or not.
    """

    best: int
    first: int
    last: int
    duplicates: list[int] = field(default_factory=list)
    repeated: Sequence[int] = ()


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
    rows: NDArray[np.int64],
    scores: NDArray[np.float64],
    text_vector: Callable[[int], NDArray[np.float32] | None],
    per_document: int = 0,
    repeats: RepeatRows | None = None,
) -> Iterator[Moment]:
    """Yield moments, best first; each segment that is given is in one, or a duplicate of one.

    With `per_document`, segments of a document that has that many moments are in none.

    A moment gets further duplicates while the iteration goes on; where it ends early,
    `add_duplicates` finds the rest.

    Args:
        table: All segments.
        rows: `[m]`, rows of those that may be found, ascending.
        scores: `[m]`.
        text_vector: Row to its unit vector `[d]`, None where it has none.
        per_document: How many moments of one document there are at most; 0 for any number.
        repeats: Adverts and the like do not merge with what stands beside them, and are shown
            once.
    """
    repeats = repeats or RepeatRows.none(len(table))
    owners, marked = table.owners[rows], repeats.marked[rows]
    free = np.ones(len(rows), bool)
    placed = np.zeros(len(rows), bool)
    counts = Counter[int]()
    known = _KnownTexts()
    for place in _descending(scores, table.ids[rows]):
        if not free[place]:
            continue
        free[place], placed[place] = False, True
        row = int(rows[place])
        vector = text_vector(row)
        original = known.find(vector)
        if original is not None:
            original.duplicates.append(row)
            continue
        moment = Moment(row, row, row)
        first = last = place
        like = marked == marked[place]
        while True:
            neighbour = _best_neighbour((place, first, last), table, rows, scores, free & like)
            if neighbour is None:
                break
            free[neighbour], placed[neighbour] = False, True
            first, last = min(first, neighbour), max(last, neighbour)
        moment.first, moment.last = int(rows[first]), int(rows[last])
        known.add(vector, moment)
        moment.repeated = repeats.elsewhere(moment)
        elsewhere = _places(rows, moment.repeated)
        repeated = elsewhere[~placed[elsewhere]]
        free[repeated], placed[repeated] = False, True
        moment.duplicates += rows[repeated].tolist()
        counts[int(owners[place])] += 1
        if counts[int(owners[place])] == per_document:
            free[owners == owners[place]] = False
        yield moment


def _descending(scores: NDArray[np.float64], ids: NDArray[np.int64], n: int = 256) -> Iterator[int]:
    """Yield places by score, the highest first; equal ones by id: the same order in every run.

    The best few are mostly all that is asked for: the rest is sorted when it is.
    """
    rest = np.arange(len(scores))
    if n < len(scores):
        least = np.partition(scores, len(scores) - n)[len(scores) - n]
        best = np.flatnonzero(scores >= least)
        yield from best[np.lexsort((ids[best], -scores[best]))].tolist()
        rest = np.flatnonzero(~(scores >= least))
    yield from rest[np.lexsort((ids[rest], -scores[rest]))].tolist()


def _places(rows: NDArray[np.int64], wanted: Sequence[int]) -> NDArray[np.int64]:
    """Return where some rows stand among `rows`, ascending, without those that are not there."""
    sought = np.array(wanted, np.int64)
    places = np.searchsorted(rows, sought)
    there = (places < len(rows)) & (rows[np.minimum(places, len(rows) - 1)] == sought)
    return np.asarray(places[there], np.int64)


def _best_neighbour(
    of: tuple[int, int, int],
    table: SegmentTable,
    rows: NDArray[np.int64],
    scores: NDArray[np.float64],
    free: NDArray[np.bool_],
) -> int | None:
    """Return the better neighbour that may join a moment and leaves it short enough.

    Args:
        of: Places of the best, the first and the last segment of the moment.
        table: All segments.
        rows: See `rank_moments`.
        scores: See `rank_moments`.
        free: `[m]`, which may join.
    """
    best, first, last = of
    least = _MIN_SHARE_OF_BEST * scores[best]
    fitting = []
    for place, beside in ((first - 1, first), (last + 1, last)):
        if not 0 <= place < len(rows) or abs(int(rows[place]) - int(rows[beside])) != 1:
            continue
        begin, end = int(rows[min(place, first)]), int(rows[max(place, last)])
        if (
            free[place]
            and scores[place] >= least > 0
            and table.owners[rows[place]] == table.owners[rows[beside]]
            and table.seconds(begin, end) <= LONGEST_MOMENT_SECONDS
        ):
            fitting.append(place)
    return max(fitting, key=lambda place: scores[place], default=None)


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
    scores: NDArray[np.float64],
    text_cosines: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]],
) -> None:
    """Add to moments their duplicates among rows that were not ranked any more, the best first.

    Args:
        moments: The best ones.
        rows: Rows that may be duplicates; those of the moments are passed over.
        scores: Of these rows.
        text_cosines: `n` rows and `m` rows to `[n, m]`, 0 where one of them has no words.
    """
    if not moments:
        return
    free = np.ones(rows.max(initial=-1) + 1, bool)
    for moment in moments:
        taken = np.array([*range(moment.first, moment.last + 1), *moment.duplicates])
        free[taken[taken < len(free)]] = False
    rest, of_rest = rows[free[rows]], scores[free[rows]]
    cosines = text_cosines(rest, np.array([m.best for m in moments], np.int64))
    nearest = cosines.argmax(1)
    same = np.flatnonzero(cosines.max(1) >= MIN_DUPLICATE_COSINE)
    for place in same[np.argsort(-of_rest[same], kind="stable")].tolist():
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
        return self._moments[nearest] if cosines[nearest] >= MIN_DUPLICATE_COSINE else None

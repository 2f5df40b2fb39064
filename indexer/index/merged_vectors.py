"""The vector indexes of several shards, read as one index."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from indexer.index.search_threads import search_threads
from indexer.index.vector_index import VectorIndex, VectorsElsewhere, best_rows, few_rows

# Of so many vectors the parts are searched side by side; FAISS and NumPy let other threads run.
_LEAST_FOR_THREADS = 1 << 16
# Estimates of several indexes are compared with each other, and the best of them with the query.
# With four times as many, over eight indexes of a million vectors, 119 of 120 questions got the
# same ten moments and documents, the other one the same moments.
_MORE_CANDIDATES = 32
# Each of them is asked for so many times its share of these: to keep more costs as much as the scan
# of the codes. One that has more, because much of what is near stands in it, is asked again.
_MORE_THAN_SHARE = 1.5
_THREADS = search_threads()

# Rows, and cosines or estimates of these.
Found = tuple[NDArray[np.int64], NDArray[np.float32]]


class MergedVectors(VectorsElsewhere):
    """Vectors of several indexes, one after the other, without those that were removed.

    Args:
        parts: At least one.
        live: For each, which of its vectors are in the snapshot, `[n]`; None for all.
    """

    def __init__(
        self, parts: Sequence[VectorIndex], live: Sequence[NDArray[np.bool_] | None]
    ) -> None:
        self._parts, self._live = parts, live
        self.is_exact = all(part.is_exact for part in parts)
        ids = [p.ids if kept is None else p.ids[kept] for p, kept in zip(parts, live, strict=True)]
        self.ids = np.concatenate(ids)
        # Where the vectors of each part begin, and the end.
        self._bounds = np.cumsum([0, *map(len, ids)])
        self._live_rows: dict[int, NDArray[np.int64]] = {}

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return self._parts[0].dimension

    def matrix(self) -> NDArray[np.float32]:
        """Return a copy of all vectors, `[n, d]` in the order of `ids`."""
        return np.concatenate(
            [
                part.matrix() if kept is None else part.matrix()[kept]
                for part, kept in zip(self._parts, self._live, strict=True)
            ]
        )

    def nearest(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of the `n` nearest to `query [d]`; see `VectorIndex.nearest`."""
        rows, cosines = self.compared(query, n, allowed)
        return rows[:n], cosines[:n]

    def compared(
        self, query: NDArray[np.float32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows and cosines of what is compared; see `VectorIndex.compared`."""
        few = None if self.is_exact else few_rows(allowed)
        if few is not None:
            most = max(part.n_candidates(n) for part in self._parts)
            return best_rows(few, self._products(query[None], few)[:, 0], most)
        exact = [i for i, part in enumerate(self._parts) if part.is_exact]
        search = partial(self._candidates, query, n, allowed)
        found = list(self._of_each(search, dict.fromkeys(exact, n)).values())
        if not self.is_exact:
            rows = self._likely(search, n, allowed)
            found.append((rows, self._products(query[None], rows)[:, 0]))
        rows, cosines = _joined(found)
        return best_rows(rows, cosines, n if self.is_exact else len(rows))

    def _likely(
        self, search: Callable[[int, int], Found], n: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Return the candidates of all approximate parts, in any order.

        As many as one index alone would compare, and some for each of the others.

        Args:
            search: Returns so many candidates of a part, by its number.
            n: See `compared`.
            allowed: See `compared`.
        """
        others = [i for i, part in enumerate(self._parts) if not part.is_exact]
        most = max(self._parts[i].n_candidates(n) for i in others)
        most += _MORE_CANDIDATES * (len(others) - 1)
        shares = self._shares(others, allowed)
        wanted = {i: math.ceil(most * min(1.0, _MORE_THAN_SHARE * shares[i])) for i in others}
        found = self._of_each(search, wanted)
        while True:
            rows, estimates = _highest(*_joined(list(found.values())), most)
            least = estimates.min() if len(rows) == most else -np.inf
            # Where all that a part gave are among the best, it may have more of these.
            more = {
                i: min(4 * wanted[i], most)
                for i, (_, of_part) in found.items()
                if 0 < wanted[i] < most and 2 * len(of_part) >= wanted[i] and of_part.min() > least
            }
            if not more:
                return rows
            wanted |= more
            found |= self._of_each(search, more)

    def _shares(
        self, numbers: Sequence[int], allowed: NDArray[np.bool_] | None
    ) -> dict[int, float]:
        """Return which share each of some parts has of what may be found in all of these."""
        counts = {}
        for number in numbers:
            begin, end = self._bounds[number : number + 2].tolist()
            inside = end - begin if allowed is None else np.count_nonzero(allowed[begin:end])
            counts[number] = int(inside)
        total = max(1, sum(counts.values()))
        return {number: count / total for number, count in counts.items()}

    def _of_each(
        self, search: Callable[[int, int], Found], wanted: Mapping[int, int]
    ) -> dict[int, Found]:
        """Search parts, by their numbers, for so many candidates each."""
        if len(self) >= _LEAST_FOR_THREADS:
            found = list(_THREADS.get().map(search, wanted, wanted.values()))
        else:
            found = list(map(search, wanted, wanted.values()))
        return dict(zip(wanted, found, strict=True))

    def _candidates(
        self,
        query: NDArray[np.float32],
        n: int,
        allowed: NDArray[np.bool_] | None,
        number: int,
        wanted: int,
    ) -> Found:
        """Return the candidates of one part, as rows of all parts."""
        part, kept = self._parts[number], self._live[number]
        begin, end = self._bounds[number : number + 2]
        mask = kept if allowed is None else allowed[begin:end]
        if kept is not None and allowed is not None:
            mask = kept.copy()
            mask[kept] = allowed[begin:end]
        places, found = part.candidates(query, n, mask, wanted)
        if kept is not None:  # counted without the removed ones
            places = np.searchsorted(self._places(number), places)
        return places + begin, found

    def _gathered(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        out = np.empty((len(rows), self.dimension), np.float32)
        for part, wanted, places in self._by_part(rows):
            out[wanted] = part._gathered(places)
        return out

    def _products(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        out = np.empty((len(rows), len(queries)), np.float32)
        for part, wanted, places in self._by_part(rows):
            out[wanted] = part._products(queries, places)
        return out

    def _by_part(
        self, rows: NDArray[np.int64]
    ) -> Iterator[tuple[VectorIndex, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each part with which of `rows` it has, and the rows that these are in it."""
        part_of = np.searchsorted(self._bounds, rows, side="right") - 1
        order = np.argsort(part_of, kind="stable")
        begins = np.searchsorted(part_of[order], np.arange(len(self._parts) + 1)).tolist()
        for number, part in enumerate(self._parts):
            wanted = order[begins[number] : begins[number + 1]]
            if len(wanted):
                places = rows[wanted] - self._bounds[number]
                kept = self._live[number]
                yield part, wanted, places if kept is None else self._places(number)[places]

    def _places(self, number: int) -> NDArray[np.int64]:
        """Return which rows of a part are not removed, ascending."""
        if number not in self._live_rows:
            kept = self._live[number]
            whole = np.ones(len(self._parts[number]), bool) if kept is None else kept
            self._live_rows[number] = np.flatnonzero(whole)
        return self._live_rows[number]


def _joined(found: Sequence[Found]) -> Found:
    """Join rows and cosines of several parts."""
    rows, cosines = zip(*found, strict=True)
    return np.concatenate(rows), np.concatenate(cosines)


def _highest(rows: NDArray[np.int64], cosines: NDArray[np.float32], n: int) -> Found:
    """Return the `n` rows of the largest cosines and these, in any order."""
    if len(rows) <= n:
        return rows, cosines
    kept = np.argpartition(-cosines, n - 1)[:n]
    return rows[kept], cosines[kept]


def merged(parts: Sequence[VectorIndex], live: Sequence[NDArray[np.bool_] | None]) -> VectorIndex:
    """Return several indexes as one; the index itself where there is one whole one."""
    if len(parts) == 1 and live[0] is None:
        return parts[0]
    return MergedVectors(parts, live)

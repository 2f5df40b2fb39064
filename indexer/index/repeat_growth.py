"""Repeats of a library that grew: looked for in the new documents alone.

To compare all words of a large library takes minutes. What a new document repeats was said, nearly
always, in a document of about the same time, or is known as a repeat already, as an advert that
runs for months. So the new documents are compared with the known repeats that share a run of words
with them, and with the documents that were added last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.index.repeat_arrays import Ints, RepeatArrays, expand_ranges, join_repeats

# Segments of known repeats that new documents are compared with.
MOST_KNOWN = 4096


class KnownRepeats:
    """The repeats of a snapshot, joined only as far as new documents have to do with them.

    Args:
        parts: Of the snapshot before, without new and removed documents, and with their seeds.
    """

    def __init__(self, parts: Sequence[RepeatArrays]) -> None:
        self._parts = parts

    @property
    def n_numbers(self) -> int:
        """One more than the highest number of a word."""
        return max((part.n_numbers for part in self._parts), default=0)

    def among(self, segments: Ints) -> RepeatArrays:
        """Return those among some segments, in the order in which all would be joined."""
        return join_repeats([p.only(np.isin(p.segments, segments)) for p in self._parts])

    def sharing(self, seeds: NDArray[np.uint64]) -> Ints:
        """Return the ids of segments that hold any of some seeds, at most `MOST_KNOWN`.

        Args:
            seeds: Of the new documents; see `repeat_finder.seed_keys`.
        """
        seeds = np.unique(seeds)
        holding = [part.segments[part.rows_with(seeds)] for part in self._parts]
        known = self.among(np.concatenate([np.zeros(0, np.int64), *holding]))
        return known.segments[known.rows_with(seeds)[-MOST_KNOWN:]]


@dataclass
class _Rows:
    """Rows that are added.

    Attributes:
        of_found: For each the row of what was found.
        marked: Whether it is an advert, an intro or the like.
        words: The numbers of its words.
    """

    of_found: list[int] = field(default_factory=list)
    marked: list[bool] = field(default_factory=list)
    words: list[Ints] = field(default_factory=list)

    def add(self, of_found: int, words: Ints, *, marked: bool) -> None:
        self.of_found.append(of_found)
        self.marked.append(marked)
        self.words.append(words)


def additions(before: KnownRepeats, found: RepeatArrays, new: Ints) -> RepeatArrays:
    """Return what new documents add to what is known.

    A new segment that repeats a known one gets the words of that; where neither was known, both are
    added. A known one that turns out to be an advert is added again as one.

    Args:
        before: Repeats of the snapshot before.
        found: Repeats among the new segments and those that they were compared with.
        new: Keys of the new documents.
    """
    known = before.among(found.segments)
    is_new = found.of_documents(new)
    of_known = known.rows(found.segments)
    every = np.arange(len(found))
    places, numbers = found.words(every)
    order = np.argsort(numbers, kind="stable")
    places, numbers = places[order], numbers[order]
    offset = before.n_numbers
    rows = _Rows()
    added = np.zeros(len(found), bool)
    for place in np.flatnonzero(is_new).tolist():
        own = found.words([place])[1]
        first, last = (np.searchsorted(numbers, own, side=side) for side in ("left", "right"))
        shares = np.zeros(len(found), bool)
        shares[places[expand_ranges(first, last)[1]]] = True
        shares[place] = False
        partners = np.flatnonzero(shares)
        old = partners[of_known[partners] >= 0]
        marked = bool(found.marked[place])
        if len(old):
            words = known.words_of_any(of_known[old])
            rest = old[(found.marked[old] & ~known.marked[of_known[old]]) & ~added[old]]
            for other in rest.tolist():
                rows.add(other, known.words([of_known[other]])[1], marked=True)
            marked |= bool(known.marked[of_known[old]].any())
        else:
            words = own + offset
            rest = partners[~is_new[partners] & ~added[partners]]
            for other in rest.tolist():
                rows.add(other, found.words([other])[1] + offset, marked=bool(found.marked[other]))
        added[rest] = True
        rows.add(place, words, marked=marked)
    return _arrays(found, rows, offset)


def _arrays(found: RepeatArrays, rows: _Rows, offset: int) -> RepeatArrays:
    """Return the rows as arrays; new numbers of words, from `offset` on, without gaps."""
    of_found = np.array(rows.of_found, np.int64)
    owners = np.repeat(np.arange(len(of_found)), [len(words) for words in rows.words])
    words = np.concatenate([np.zeros(0, np.int64), *rows.words])
    is_new = words >= offset
    words[is_new] = offset + np.unique(words[is_new], return_inverse=True)[1].ravel()
    row_of = np.full(len(found), -1, np.int64)
    row_of[of_found] = np.arange(len(of_found))
    seed_rows = row_of[found.seed_rows]
    kept = seed_rows >= 0
    return RepeatArrays.of(
        found.segments[of_found],
        found.documents[found.owners[of_found]],
        np.array(rows.marked, bool),
        (owners, words),
        (found.seeds[kept], seed_rows[kept]),
    )

"""Evaluation of a query: which segments and documents are scored, so that the best are among them.

Where a library is small, or filters leave little, all segments are scored. Elsewhere each channel
names its best, and the union is scored by all channels, with what else can be among the best, as in
R. Fagin, A. Lotem and M. Naor, Optimal aggregation algorithms for middleware, JCSS 2003.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.index.search_threads import search_threads
from indexer.search.best_documents import BestDocuments
from indexer.search.fusion import Weights
from indexer.search.index_view import IndexView
from indexer.search.likely_rows import likely_rows
from indexer.search.results import LONGEST_MOMENT_SECONDS
from indexer.search.scored_documents import ScoredDocuments, nth_highest
from indexer.search.scored_segments import Parts, ScoredSegments
from indexer.search.scores import FusedScores
from indexer.search.scoring import ComparedPart
from indexer.search.segment_scores import KnownScores, Rows, SegmentScores

# Up to so many segments are scored one by one, whatever the vector indexes do.
MOST_SCORED = 1 << 14
# Each channel names so many segments, and four times as many where too much might be better. Of
# vector indexes that may miss some of the nearest fewer are asked, since each costs many
# comparisons; but where one channel of vectors has no others to make up for what it misses, and for
# ranks, which are among what is scored. What was heard in a clip and how it sounds are two things:
# the best by both together are further down by each.
FIRST_CANDIDATES, _APPROXIMATE_CANDIDATES = 256, 64
_RANKED_CANDIDATES, _CLIP_CANDIDATES = 1024, 4096
# Beside approximate ones, the sum of what is known of all segments names so many, and so many that
# are likely the best of what was compared are scored.
_NAMED_BY_WORDS, _LIKELY = 256, 256
# Of the weight of all approximate ones, a channel of vectors that has less names none: to find its
# best costs as much as those of the others.
_LEAST_WEIGHT = 0.1
# For each moment that is wanted so many segments are certain to be the best, or more where moments
# are made of many.
_SEGMENTS_EACH = 3
# Where a larger share of what is searched might be among the best, everything is scored.
_MOST_COMPLETED = 0.2
# Up to this share of all, what a filter leaves is added up alone.
_MOST_SUMMED_ALONE = 0.25
# Sums in another order differ by less.
_ROUNDING = 1e-9

# Those in which vector indexes are asked wait for others that compare: one for each channel, so
# that there is always something to compare.
_THREADS = search_threads(waiting=4)


class Evaluation:
    """Scores of one query, of the segments that were added so far.

    Attributes:
        certain: Every segment that scores at least so high is among them, with those that it can
            be in one moment with; as far as the vector indexes find the nearest.

    Args:
        parts: What each part of the query was compared with, and the weights of the channels.
        index: What is searched.
        searched: `[n_segments]`, which may be found.
        k: How many moments and documents are wanted.
        ranks: See `indexer.search.fusion.fuse`; ranks are of everything, where that can be had.
        exhaustive: Score everything.
        of_clip: The query holds sound and what is said in it.
    """

    def __init__(
        self,
        parts: Parts,
        index: IndexView,
        searched: NDArray[np.bool_],
        k: int = 1,
        *,
        ranks: bool = False,
        exhaustive: bool = False,
        of_clip: bool = False,
    ) -> None:
        self.certain = np.inf
        self._parts, self._index, self._searched, self._k = parts, index, searched, k
        self._scored = ScoredSegments(parts, index, searched)
        self._ranks, self._exhaustive = ranks, exhaustive
        # Of each part, what segments beyond `rows` do not exceed.
        self._others: list[dict[str, list[float]]] = []
        self._depth = _SEGMENTS_EACH * k
        self._is_exact = all(each.is_exact for each in self._compared())
        # Beside approximate indexes, the sum of what is known of all segments.
        self._known: KnownScores | None = None
        # How many candidates the channels named already, and the documents that were scored whole.
        self._asked_for = 0
        self._best_documents: ScoredDocuments | None = None
        self._candidates = FIRST_CANDIDATES
        if not self._is_exact and ranks:
            self._candidates = _RANKED_CANDIDATES
        elif not self._is_exact and self._n_asked() > 1:
            self._candidates = _CLIP_CANDIDATES if of_clip else _APPROXIMATE_CANDIDATES

    @property
    def rows(self) -> Rows:
        """The segments that were scored so far, `[m]`, ascending."""
        return self._scored.rows

    def best(self) -> FusedScores:
        """Score what can be among the best moments and documents."""
        self._add_best()
        documents, scored = self._documents(), self._scored
        best = BestDocuments(scored, self._others, self._k)
        if self._ranks or scored.is_complete:
            if not scored.is_complete:
                documents = best.with_most_candidates(documents)
            of_documents = scored.document_scores(documents)
            return scored.fused(documents, of_documents, ranks=self._ranks)
        if self._best_documents is None:
            score = best.possible if self._is_exact else best.likely
            self._best_documents = score(documents)
        return scored.fused(self._best_documents.documents, self._best_documents.of_parts)

    def _documents(self) -> NDArray[np.int64]:
        """Return the rows of the documents that have a segment with a score."""
        has_any = np.zeros(len(self._index.table.documents), bool)
        searched = self._index.count_by_document(self._searched) > 0
        for each in sorted(self._compared(), key=lambda each: each.finds_all):
            has_any |= each.count_by_document(self._index, self._searched) > 0
            if np.array_equal(has_any, searched):  # mostly: words of all segments have a vector
                break
        return np.flatnonzero(has_any)

    def deepen(self) -> None:
        """Let `best` find four times as many segments that are certain."""
        self._depth *= 4

    def at(self, rows: Rows) -> FusedScores:
        """Score some segments alone, `rows` ascending."""
        self._scored.add(rows)
        none = np.zeros(0, np.int64)
        return self._scored.fused(none, self._scored.document_scores(none), ranks=self._ranks)

    def _add_best(self) -> None:
        """Score the best segments, and what can be in one moment with them."""
        while not self._scored.is_complete:
            everything = self._exhaustive or (self._ranks and self._is_exact)
            if everything or self._scored.n_searched <= max(MOST_SCORED, self._candidates):
                self._scored.add_all()
                break
            if not self._add_candidates():
                break
            least = nth_highest(self._scored.totals(), self._depth)
            if least == -np.inf:
                self._candidates *= 4
                continue
            if not self._is_exact:
                self._add_neighbours(least)
                self.certain = least
                return
            possible = self._possible(least)
            few = len(possible) <= max(MOST_SCORED, _MOST_COMPLETED * self._scored.n_searched)
            if few:
                self._scored.add(possible)
                self._add_neighbours(least)
                self.certain = least
                return
            self._candidates *= 4
        self.certain = -np.inf

    def _add_candidates(self) -> bool:
        """Score what each channel names; return whether any has more than it was asked for."""
        if self._asked_for == self._candidates:  # nothing else is named; see `deepen`
            return True
        self._asked_for = self._candidates
        named = self._named()
        rows = [self.rows, *(rows for rows, _ in named.values())]
        if self._known is not None:
            rows.append(likely_rows(self._parts, self._known, _LIKELY))
        self._scored.add(np.unique(np.concatenate(rows)))
        self._others = [
            {
                name: [
                    # Nothing is known of what was not asked but what the others named.
                    named[each][1] if each in named else np.nanmax(scores, initial=0.0)
                    for each, scores in zip(of_channel, by_vector[name], strict=True)
                ]
                for name, of_channel in compared.segments.items()
            }
            for (compared, _), by_vector in zip(self._parts, self._scored.by_vector, strict=True)
        ]
        return any(len(rows) >= self._candidates for rows, _ in named.values())

    def _named(self) -> dict[SegmentScores, tuple[Rows, float]]:
        """Ask the channels for their best; the vector indexes side by side."""
        asked = {
            each: self._n_named(compared, name)
            for compared, weights in self._parts
            for name, of_channel in compared.segments.items()
            if self._is_asked(compared, weights, name)
            for each in of_channel
        }
        submit, searched = _THREADS.get().submit, self._searched
        looked_up = {e: submit(e.best, n, searched) for e, n in asked.items() if not e.finds_all}
        if not self._is_exact and not self._ranks:  # which waits for the scores of all words
            self._known = self._known_sums()
            asked[self._known] = max(self._candidates, _NAMED_BY_WORDS)
        found = {e: e.best(n, searched) for e, n in asked.items() if e.finds_all}
        return {e: looked_up[e].result() if e in looked_up else found[e] for e in asked}

    def _is_asked(self, compared: ComparedPart, weights: Weights, name: str) -> bool:
        """Return whether a channel names candidates by itself.

        Beside approximate indexes, the sum of what is known of all segments names for these. One
        channel of little weight has none of the best, and some have the same as another one.
        """
        if self._is_exact or self._ranks:
            return True
        if compared.known(name):
            return False
        named_by = {each.named_by for each in compared.segments[name] if each.all_named}
        if any(weights[n] >= weights[name] for n in named_by & set(compared.segments)):
            return False
        of_vectors = sum(weights[n] for n in compared.segments if not compared.known(n))
        return weights[name] >= _LEAST_WEIGHT * of_vectors

    def _n_named(self, compared: ComparedPart, name: str) -> int:
        """Return how many segments a channel names; for another one too, as many as one alone."""
        for_others = {each.named_by for found in compared.segments.values() for each in found}
        return max(self._candidates, FIRST_CANDIDATES if name in for_others else 0)

    def _known_sums(self) -> KnownScores:
        """Add up by weight what is known of all segments: their words and whole documents."""
        of_documents = np.zeros(len(self._index.table.documents))
        known: list[tuple[float, tuple[KnownScores, ...]]] = []
        for compared, weights in self._parts:
            for name, scores in compared.whole.items():
                of_documents += weights[name] / len(self._parts) * scores
            known += [
                (weights[name] / len(self._parts), of_channel)
                for name in compared.segments
                if (of_channel := compared.known(name))
            ]
        if self._scored.n_searched > _MOST_SUMMED_ALONE * len(self._searched):
            total = self._index.of_segments(of_documents)
            for share, of_channel in known:
                KnownScores.highest(of_channel).add_to(total, share)
            return KnownScores(total)
        rows = np.flatnonzero(self._searched)
        sums = of_documents[self._index.table.owners[rows]]
        for share, of_channel in known:
            if any(each.has_any for each in of_channel):
                sums += share * np.fmax(np.fmax.reduce([each.at(rows) for each in of_channel]), 0.0)
        total = np.zeros(len(self._searched))
        total[rows] = sums
        return KnownScores(total)

    def _possible(self, least: float) -> Rows:
        """Return the segments that might score `least` or more, as far as they are not scored.

        A segment that no vector index named has at most what the last named one has, and what is
        known of its words and of its whole document.
        """
        n_documents = len(self._index.table.documents)
        bound, of_documents = 0.0, np.zeros(n_documents)
        known: list[tuple[float, tuple[KnownScores, ...]]] = []
        for (compared, weights), others in zip(self._parts, self._others, strict=True):
            for name, weight in weights.items():
                share = weight / len(self._parts)
                if name in compared.whole:
                    of_documents += share * compared.whole[name]
                    continue
                of_channel = compared.known(name)
                if not of_channel:
                    bound += share * max(others[name])
                elif any(each.has_any for each in of_channel):
                    known.append((share, of_channel))
        least = least - bound - _ROUNDING
        # What reaches that must have its part of it from one of the channels that know all.
        part = (least - of_documents.max(initial=0.0)) / max(1, len(known))
        high = np.zeros(len(self._searched), bool)
        for share, of_channel in known:
            for each in of_channel:
                high |= each.at_least(part / share) if part > 0 else each.has
        rows = np.flatnonzero(high & self._searched)
        total = of_documents[self._index.table.owners[rows]]
        for share, of_channel in known:
            highest = np.fmax.reduce([each.at(rows) for each in of_channel])
            total += share * np.maximum(np.nan_to_num(highest, nan=0.0), 0.0)
        possible: Rows = rows[total >= least]
        documents = np.flatnonzero(of_documents >= least)
        if len(documents):
            whole = self._index.rows_of_documents(documents)
            possible = np.union1d(possible, whole[self._searched[whole]])
        return possible

    def _add_neighbours(self, least: float) -> None:
        """Score what can be in one moment with the segments that score `least` or more."""
        table = self._index.table
        best = self.rows[self._scored.totals() >= least]
        found = [np.zeros(0, np.int64)]
        for step in (1, -1):
            rows, of = best, best
            while len(rows):
                rows = rows + step
                inside = (rows >= 0) & (rows < len(table))
                rows, of = rows[inside], of[inside]
                seconds = np.abs(table.starts[rows] - table.starts[of])
                beside = table.owners[rows] == table.owners[of]
                near = beside & (seconds < LONGEST_MOMENT_SECONDS)  # False without times
                rows, of = rows[near], of[near]
                found.append(rows)
        rows = np.unique(np.concatenate(found))
        self._scored.add(rows[self._searched[rows]])

    def _n_asked(self) -> int:
        """Count the channels that look the nearest up in a vector index."""
        return sum(
            self._is_asked(compared, weights, name)
            for compared, weights in self._parts
            for name in compared.segments
        )

    def _compared(self) -> Iterator[SegmentScores]:
        for compared, _ in self._parts:
            for of_channel in compared.segments.values():
                yield from of_channel

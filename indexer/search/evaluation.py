"""Evaluation of a query: which segments and documents are scored, so that the best are among them.

Where a library is small, or filters leave little, all segments are scored. Elsewhere each channel
names its best, and the union is scored by all channels, with what else can be among the best, as in
R. Fagin, A. Lotem and M. Naor, Optimal aggregation algorithms for middleware, JCSS 2003.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.index.search_threads import search_threads
from indexer.search.fusion import Weights, fuse
from indexer.search.index_view import IndexView
from indexer.search.likely_rows import likely_rows
from indexer.search.results import LONGEST_MOMENT_SECONDS
from indexer.search.scored_documents import ScoredDocuments, nth_highest
from indexer.search.scores import FusedScores, PartScores, Scores
from indexer.search.scoring import ComparedPart
from indexer.search.segment_scores import CosineScores, KnownScores, Rows, SegmentScores

# Up to so many segments are scored one by one, whatever the vector indexes do.
MOST_SCORED = 1 << 14
# Each channel names so many segments, and four times as many where too much might be better. Of
# vector indexes that may miss some of the nearest fewer are asked, since each costs many
# comparisons; but where one channel of vectors has no others to make up for what it misses, and for
# ranks, which are among what is scored. What was heard in a clip and how it sounds are two things:
# the best by both together are further down by each.
FIRST_CANDIDATES, _APPROXIMATE_CANDIDATES = 256, 64
_RANKED_CANDIDATES, _CLIP_CANDIDATES = 1024, 4096
# Beside approximate ones, the sum of what is known of all segments names so many, so many that are
# likely the best of what was compared are scored, and so many documents for each that is wanted, or
# more that have no more segments than these together, as where a filter leaves little of each.
_NAMED_BY_WORDS, _LIKELY, _MOST_DOCUMENTS_EACH, _SEGMENTS_OF_SHORT_EACH = 256, 256, 6, 256
# Of the weight of all approximate ones, a channel of vectors that has less names none: to find its
# best costs as much as those of the others.
_LEAST_WEIGHT = 0.1
# For each moment that is wanted so many segments are certain to be the best, or more where moments
# are made of many.
_SEGMENTS_EACH = 3
# Where a larger share of what is searched might be among the best, everything is scored.
_MOST_COMPLETED = 0.2
# Sums in another order differ by less.
_ROUNDING = 1e-9

# Those in which vector indexes are asked wait for others that compare: one for each channel, so
# that there is always something to compare.
_THREADS = search_threads(waiting=4)

Parts = Sequence[tuple[ComparedPart, Weights]]


class Evaluation:
    """Scores of one query, of the segments that were added so far.

    Attributes:
        rows: `[m]`, these segments, ascending.
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
        self.rows = np.zeros(0, np.int64)
        self.certain = np.inf
        self._parts, self._index, self._searched, self._k = parts, index, searched, k
        self._n_searched = int(np.count_nonzero(searched))
        self._ranks, self._exhaustive = ranks, exhaustive
        self._by_vector = [compared.by_vector(self.rows) for compared, _ in parts]
        # Of each part, what segments beyond `rows` do not exceed.
        self._others: list[dict[str, list[float]]] = []
        self._depth = _SEGMENTS_EACH * k
        self._is_exact = all(each.is_exact for each in self._compared())
        # Beside approximate indexes, the sum of what is known of all segments.
        self._known: KnownScores | None = None
        # How many candidates the channels named already, and the documents that were scored whole.
        self._asked_for = 0
        self._of_documents: tuple[NDArray[np.int64], list[dict[str, Scores]]] | None = None
        self._candidates = FIRST_CANDIDATES
        if not self._is_exact and ranks:
            self._candidates = _RANKED_CANDIDATES
        elif not self._is_exact and self._n_asked() > 1:
            self._candidates = _CLIP_CANDIDATES if of_clip else _APPROXIMATE_CANDIDATES

    @property
    def is_complete(self) -> bool:
        """Whether everything that is searched was scored."""
        return len(self.rows) >= self._n_searched

    def best(self) -> FusedScores:
        """Score what can be among the best moments and documents."""
        self._add_best()
        documents = self._documents()
        if self.is_complete:
            return self._fused(documents, self._document_scores(documents))
        if self._ranks:
            documents = self._with_most_candidates(documents)
            return self._fused(documents, self._document_scores(documents))
        if self._of_documents is None:
            self._of_documents = self._best_documents(documents)
        return self._fused(*self._of_documents)

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
        self._add(rows)
        none = np.zeros(0, np.int64)
        return self._fused(none, self._document_scores(none))

    def _add(self, rows: Rows) -> None:
        """Score further segments."""
        if self.is_complete and self._n_searched:
            return
        new = rows
        if len(self.rows):
            places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
            new = rows[self.rows[places] != rows]
        if not len(new):
            return
        joined = np.concatenate([self.rows, new])
        order = np.argsort(joined, kind="stable") if len(self.rows) else slice(None)
        self.rows = joined[order]
        for place, (compared, _) in enumerate(self._parts):
            added, known = compared.by_vector(new), self._by_vector[place]
            self._by_vector[place] = {
                name: tuple(
                    np.concatenate([old, more])[order]
                    for old, more in zip(known[name], added[name], strict=True)
                )
                for name in added
            }

    def _add_best(self) -> None:
        """Score the best segments, and what can be in one moment with them."""
        while not self.is_complete:
            everything = self._exhaustive or (self._ranks and self._is_exact)
            if everything or self._n_searched <= max(MOST_SCORED, self._candidates):
                self._add_all()
                break
            if not self._add_candidates():
                break
            least = nth_highest(self._totals(), self._depth)
            if least == -np.inf:
                self._candidates *= 4
                continue
            if not self._is_exact:
                self._add_neighbours(least)
                self.certain = least
                return
            possible = self._possible(least)
            few = len(possible) <= max(MOST_SCORED, _MOST_COMPLETED * self._n_searched)
            if few:
                self._add(possible)
                self._add_neighbours(least)
                self.certain = least
                return
            self._candidates *= 4
        self.certain = -np.inf

    def _add_all(self) -> None:
        self._add(np.flatnonzero(self._searched))

    def _add_candidates(self) -> bool:
        """Score what each channel names; return whether any has more than it was asked for."""
        if self._asked_for == self._candidates:  # nothing else is named; see `deepen`
            return True
        self._asked_for = self._candidates
        named = self._named()
        rows = [self.rows, *(rows for rows, _ in named.values())]
        if self._known is not None:
            rows.append(likely_rows(self._parts, self._known, _LIKELY))
        self._add(np.unique(np.concatenate(rows)))
        self._others = [
            {
                name: [
                    # Nothing is known of what was not asked but what the others named.
                    named[each][1] if each in named else np.nanmax(scores, initial=0.0)
                    for each, scores in zip(of_channel, by_vector[name], strict=True)
                ]
                for name, of_channel in compared.segments.items()
            }
            for (compared, _), by_vector in zip(self._parts, self._by_vector, strict=True)
        ]
        return any(len(rows) >= self._candidates for rows, _ in named.values())

    def _named(self) -> dict[SegmentScores, tuple[Rows, float]]:
        """Ask the channels for their best; the vector indexes side by side."""
        asked = {
            each: self._candidates
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
        named_by = {each.named_by for each in compared.segments[name]}
        if any(weights[n] >= weights[name] for n in named_by & set(compared.segments)):
            return False
        of_vectors = sum(weights[n] for n in compared.segments if not compared.known(n))
        return weights[name] >= _LEAST_WEIGHT * of_vectors

    def _known_sums(self) -> KnownScores:
        """Add up by weight what is known of all segments: their words and whole documents."""
        of_documents = np.zeros(len(self._index.table.documents))
        for compared, weights in self._parts:
            for name, scores in compared.whole.items():
                of_documents += weights[name] / len(self._parts) * scores
        total = self._index.of_segments(of_documents)
        for compared, weights in self._parts:
            for name in compared.segments:
                if known := compared.known(name):
                    KnownScores.highest(known).add_to(total, weights[name] / len(self._parts))
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
        best = self.rows[self._totals() >= least]
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
        self._add(rows[self._searched[rows]])

    def _best_documents(
        self, documents: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], list[dict[str, Scores]]]:
        """Score the documents that can be among the best by all of their segments.

        Returns:
            Their rows, and their scores by part of the query.
        """
        k, of_parts = self._k, self._document_bounds()
        bounds = self._weighed(of_parts)[documents]
        order = np.argsort(-bounds, kind="stable")
        documents, bounds = documents[order], bounds[order]
        best = ScoredDocuments(self._document_scores(documents[:0]))
        self._score_documents(documents[:k], best)
        rest = documents[k:][bounds[k:] >= best.nth_highest(k) - _ROUNDING]
        if not self._is_exact:
            of_parts = self._document_bounds(likely=True)
        for (compared, _), of_part in zip(self._parts, of_parts, strict=True):
            of_part |= compared.known_document_scores(rest, self._searched)
        bounds = self._weighed(of_parts)[rest]
        order = np.argsort(-bounds, kind="stable")
        rest, bounds = rest[order], bounds[order]
        if not self._is_exact:
            n_segments = np.cumsum(self._index.count_by_document(self._searched)[rest])
            short = int(np.searchsorted(n_segments, _SEGMENTS_OF_SHORT_EACH * k))
            self._score_documents(rest[: max(_MOST_DOCUMENTS_EACH * k, short)], best)
            return best.documents, best.of_parts
        # Some more, until the bound of the next is below the score of the last that is wanted.
        while len(rest) and bounds[0] >= best.nth_highest(k) - _ROUNDING:
            more = len(best.documents)
            self._score_documents(rest[:more], best)
            rest, bounds = rest[more:], bounds[more:]
        return best.documents, best.of_parts

    def _score_documents(self, documents: NDArray[np.int64], best: ScoredDocuments) -> None:
        rows = self._index.rows_of_documents(documents)
        self._add(rows[self._searched[rows]])
        scores = self._document_scores(documents)
        best.add(documents, scores, self._weighed(scores)[documents])

    def _document_bounds(self, *, likely: bool = False) -> list[dict[str, Scores]]:
        """Return by part of the query, channel or whole what documents do not exceed, roughly.

        Args:
            likely: See `ComparedPart.document_bounds`.
        """
        return [
            compared.document_bounds(self.rows, by_vector, self._searched, others, likely=likely)
            for (compared, _), by_vector, others in zip(
                self._parts, self._by_vector, self._others, strict=True
            )
        ]

    def _with_most_candidates(self, documents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Choose documents by how many segments of theirs are scored, and score all of them."""
        counts = np.bincount(
            self._index.table.owners[self.rows], minlength=len(self._index.table.documents)
        )
        chosen = documents[np.argsort(-counts[documents], kind="stable")[: 4 * self._k]]
        rows = self._index.rows_of_documents(chosen)
        self._add(rows[self._searched[rows]])
        return chosen

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

    def _totals(self) -> Scores:
        """Return the scores of the segments so far, `[m]`; see `indexer.search.fusion.fuse`."""
        owners = self._index.table.owners[self.rows]
        total, of_documents = np.zeros(len(self.rows)), np.zeros(len(self._index.table.documents))
        for (compared, weights), by_vector in zip(self._parts, self._by_vector, strict=True):
            segments = compared.segment_scores(self.rows, by_vector)
            for name, weight in weights.items():
                if name in segments:
                    total += weight / len(self._parts) * np.nan_to_num(segments[name], nan=0.0)
                else:
                    of_documents += weight / len(self._parts) * compared.whole[name]
        return total + of_documents[owners]

    def _document_scores(self, documents: NDArray[np.int64]) -> list[dict[str, Scores]]:
        return [
            compared.document_scores(self.rows, by_vector, documents)
            for (compared, _), by_vector in zip(self._parts, self._by_vector, strict=True)
        ]

    def _weighed(self, of_parts: Sequence[Mapping[str, Scores]]) -> Scores:
        """Add up scores of documents, `[n_documents]`, by weight."""
        total = np.zeros(len(self._index.table.documents))
        for scores, (_, weights) in zip(of_parts, self._parts, strict=True):
            for name, weight in weights.items():
                total += weight / len(of_parts) * scores[name]
        return total

    def _fused(
        self, documents: NDArray[np.int64], of_documents: Sequence[dict[str, Scores]]
    ) -> FusedScores:
        owners = self._index.table.owners[self.rows]
        scored = []
        for (compared, weights), by_vector, of_part in zip(
            self._parts, self._by_vector, of_documents, strict=True
        ):
            segments = compared.segment_scores(self.rows, by_vector)
            scored.append((PartScores(segments, of_part), weights))
        fused = fuse(scored, owners, ranks=self._ranks, rows=self.rows, scored=documents)
        return replace(fused, text_cosines=self._text_cosines())

    def _text_cosines(self) -> Scores | None:
        for (compared, _), by_vector in zip(self._parts, self._by_vector, strict=True):
            for each, scores in zip(
                compared.segments.get("text", ()), by_vector.get("text", ()), strict=True
            ):
                if isinstance(each, CosineScores):
                    return each.cosines_of(scores)
        return None

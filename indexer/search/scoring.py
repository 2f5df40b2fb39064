"""Scoring: how well each segment and document answers a query, by channel."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Snapshot
from indexer.search.channel import Channel
from indexer.search.channels import CHANNELS
from indexer.search.document_scores import score_documents
from indexer.search.index_view import IndexView
from indexer.search.late import Late
from indexer.search.look_ahead import Loadable, LookAhead
from indexer.search.query import Query, QueryPart, QueryVector
from indexer.search.scores import (
    REPEATED_IN_DOCUMENT,
    REPEATED_MOMENT,
    PartScores,
    Scores,
    discounted,
)
from indexer.search.segment_scores import KnownScores, Rows, SegmentScores, with_near


def whole_documents() -> dict[str, Channel]:
    """Map the scores of whole documents, in their order, to the channel that each belongs to."""
    found = [(c.whole_document, c) for c in CHANNELS.values() if c.whole_document is not None]
    return {whole.name: channel for whole, channel in sorted(found, key=lambda w: w[0].order)}


def weighed() -> tuple[str, ...]:
    """List what shares a weight of 1: the channels, then the scores of whole documents."""
    channels = (name for name, channel in CHANNELS.items() if not channel.is_bonus)
    return (*channels, *whole_documents())


def serves(part: QueryPart, channel: Channel) -> bool:
    """Return whether a channel can answer a part of a query."""
    return any(channel.serves(vector) for vector in part.vectors)


class Scorer:
    """Compares queries with the segments and documents of a snapshot.

    Attributes:
        index: What is scored.
    """

    def __init__(self, snapshot: Snapshot, table: SegmentTable) -> None:
        self.index = IndexView(snapshot, table)
        self._ahead = LookAhead()

    def missing_parts(self, channel: Channel) -> list[str]:
        """List the parts of the index that a channel needs and that the snapshot lacks."""
        return [name for name in channel.index_parts if name not in self.index.snapshot.values]

    def reasons(self, query: Query) -> Callable[[Sequence[int]], tuple[str, ...]]:
        """Return what names what channels found about some segments beside their words, once."""
        asked = [
            (channel, vector)
            for part in query.parts
            for channel in self._usable.values()
            if channel.gives_reasons
            for vector in part.vectors
            if channel.serves(vector)
        ]

        def of_rows(rows: Sequence[int]) -> tuple[str, ...]:
            found = (r for channel, vector in asked for r in channel.reasons(vector, index, rows))
            return tuple(dict.fromkeys(found))

        index = self.index
        return of_rows

    @cached_property
    def _usable(self) -> dict[str, Channel]:
        return {n: c for n, c in CHANNELS.items() if not self.missing_parts(c)}

    def compare(self, part: QueryPart, channels: Iterable[str]) -> ComparedPart:
        """Compare a part of a query with the index.

        Args:
            part: What is compared.
            channels: Those that can answer it are used, and scores of whole documents.
        """
        asked, usable = set(channels), self._usable
        segments = {
            name: tuple(self._compare(channel, vector) for vector in vectors)
            for name, channel in usable.items()
            if name in asked and (vectors := [v for v in part.vectors if channel.serves(v)])
        }
        documents = {
            name: tuple(self._whole_documents(channel, vector) for vector in vectors)
            for name, channel in whole_documents().items()
            if name in asked and channel.name in usable
            if (vectors := [v for v in part.vectors if channel.serves(v)])
        }
        return ComparedPart(segments, documents, self.index)

    def look_ahead(self, query: Query) -> None:
        """Begin to compare typed words, whose vectors are not there yet, beside what follows.

        Those of a long text, in pieces, are not: what is found of each takes memory.
        """
        vectors = [vector for part in query.parts for vector in part.vectors]
        if len(vectors) != 1:
            return
        tasks: dict[Hashable, Loadable] = {}
        for channel in self._usable.values():
            if channel.needs_model or not channel.serves(vectors[0]):
                continue
            tasks[_key(channel, vectors[0])] = channel.compare(vectors[0], self.index)
            if channel.whole_document is not None:
                key = _key(channel, vectors[0], whole=True)
                tasks[key] = _score_whole_documents(channel, vectors[0], self.index)
        self._ahead.start(tasks)

    def close(self) -> None:
        """End what is compared ahead."""
        self._ahead.close()

    def _compare(self, channel: Channel, vector: QueryVector) -> SegmentScores:
        begun: SegmentScores | None = None
        if not channel.needs_model:
            begun = self._ahead.get(_key(channel, vector))
        return begun or channel.compare(vector, self.index)

    def _whole_documents(self, channel: Channel, vector: QueryVector) -> Late[Scores]:
        begun: Late[Scores] | None = None
        if not channel.needs_model:
            begun = self._ahead.get(_key(channel, vector, whole=True))
        return begun or _score_whole_documents(channel, vector, self.index)

    def part(
        self, part: QueryPart, channels: Iterable[str], searched: NDArray[np.bool_]
    ) -> PartScores:
        """Score all segments and documents for one part of a query.

        Args:
            part: What is compared.
            channels: See `compare`.
            searched: `[n_segments]`, False for those that must not be found.

        Returns:
            Scores of all segments, NaN for those that are not searched.
        """
        rows = np.flatnonzero(searched)
        compared = self.compare(part, channels)
        by_vector = compared.by_vector(rows)
        segments = {}
        for name, scores in compared.segment_scores(rows, by_vector).items():
            segments[name] = np.full(len(searched), np.nan)
            segments[name][rows] = scores
        return PartScores(segments, compared.document_scores(rows, by_vector))


def _score_whole_documents(channel: Channel, vector: QueryVector, index: IndexView) -> Late[Scores]:
    return Late(partial(channel.score_whole_documents, vector, index))


def _key(channel: Channel, vector: QueryVector, *, whole: bool = False) -> Hashable:
    """Return what stands for a comparison of words, with segments or with whole documents."""
    return channel.name, whole, vector.terms, vector.fuzzy, vector.encoded.get(channel.name)


# Where the best of a document's other segments likely is among what was compared: chosen with
# questions that nothing in the library answers, of which its documents are about as good.
_LIKELY_OTHER = 0.8

# Channel to the scores of segments for each query vector.
ByVector = Mapping[str, Sequence[Scores]]


@dataclass(frozen=True)
class ComparedPart:
    """A part of a query, compared with segments as far as these are asked for.

    Attributes:
        segments: Channel to the scores of segments for each query vector.
        documents: Name to the scores of whole documents, `[n_documents]`, for each query vector.
        index: What it is compared with.
    """

    segments: Mapping[str, tuple[SegmentScores, ...]]
    documents: Mapping[str, tuple[Late[Scores], ...]]
    index: IndexView

    @cached_property
    def whole(self) -> Mapping[str, Scores]:
        """Name to the scores of whole documents, `[n_documents]`, the mean over query vectors."""
        return {
            name: np.mean([each.get() for each in of_vectors], axis=0)
            for name, of_vectors in self.documents.items()
        }

    def by_vector(self, rows: Rows) -> ByVector:
        """Score some segments for each query vector."""
        if not len(rows):  # waits for nothing that is computed late
            return {n: (np.zeros(0),) * len(found) for n, found in self.segments.items()}
        return {n: tuple(each.at(rows) for each in found) for n, found in self.segments.items()}

    def segment_scores(self, rows: Rows, by_vector: ByVector) -> dict[str, Scores]:
        """Return by channel the scores of some segments, `[m]`, by the vector that fits best.

        Args:
            rows: `[m]`.
            by_vector: Their scores for each query vector.
        """
        return {
            name: discounted(_highest(scores), self._marked(name, rows), REPEATED_MOMENT)
            for name, scores in by_vector.items()
        }

    def known(self, channel: str) -> tuple[KnownScores, ...]:
        """Return the scores of a channel that knows those of all segments, else none."""
        found = self.segments[channel]
        known = tuple(e for e in found if isinstance(e, KnownScores) and e.finds_all)
        return known if len(known) == len(found) else ()

    def document_scores(
        self, rows: Rows, by_vector: ByVector, documents: NDArray[np.int64] | None = None
    ) -> dict[str, Scores]:
        """Return by channel, and of wholes, the scores of documents, `[n_documents]`.

        Args:
            rows: `[m]`.
            by_vector: See `segment_scores`.
            documents: Rows of documents all of whose segments that may be found are among `rows`;
                others get no scores by segments. None for all.
        """
        n_documents = len(self.index.table.documents)
        inside: NDArray[np.int64] | slice = slice(None)
        if documents is not None:
            is_wanted = np.zeros(n_documents, bool)
            is_wanted[documents] = True
            inside = np.flatnonzero(is_wanted[self.index.table.owners[rows]])
        owners = self.index.table.owners[rows[inside]]
        found = dict(self.whole)
        for name, scores in by_vector.items():
            marked = self._marked(name, rows[inside])
            found[name] = np.mean(
                [
                    score_documents(
                        discounted(each[inside], marked, REPEATED_IN_DOCUMENT), owners, n_documents
                    )
                    for each in scores
                ],
                axis=0,
            )
        return found

    def document_bounds(
        self,
        rows: Rows,
        by_vector: ByVector,
        searched: NDArray[np.bool_],
        others: Mapping[str, Sequence[float]],
        *,
        likely: bool = False,
    ) -> dict[str, Scores]:
        """Return by channel, and of wholes, what the scores of documents do not exceed.

        Without the channels that score all segments: see `known_document_bounds` and
        `known_document_scores`.

        Args:
            rows: `[m]`.
            by_vector: See `segment_scores`.
            searched: `[n_segments]`, which may be found.
            others: Channel to what segments beyond `rows` do not exceed, for each query vector.
            likely: Rather about what they score: segments that nothing compared are taken for one
                number, a high one of what an approximate index compared (`_LIKELY_OTHER`).
        """
        found = dict(self.whole)
        index, n_documents = self.index, len(self.index.table.documents)
        for name, compared in self.segments.items():
            if self.known(name):
                continue
            bounds = []
            for each, scores, other in zip(compared, by_vector[name], others[name], strict=True):
                counts = each.count_by_document(index, searched)
                given, of_given = rows, scores
                if likely:
                    if each.near is not None:
                        given, of_given = with_near(rows, scores, each.near)
                    other = _likely_other(scores if each.near is None else each.near[1])
                of_given = discounted(of_given, self._marked(name, given), REPEATED_IN_DOCUMENT)
                owners = index.table.owners[given]
                bounds.append(score_documents(of_given, owners, n_documents, counts, other))
            found[name] = np.mean(bounds, axis=0)
        return found

    def known_document_bounds(self, searched: NDArray[np.bool_]) -> dict[str, Scores]:
        """Return the highest score in each document by the channels that know all segments.

        Args:
            searched: `[n_segments]`, which may be found.
        """
        return {
            name: np.mean([each.highest_by_document(self.index, searched) for each in known], 0)
            for name in self.segments
            if (known := self.known(name))
        }

    def known_document_scores(
        self, documents: NDArray[np.int64], searched: NDArray[np.bool_]
    ) -> dict[str, Scores]:
        """Return the scores of some documents by the channels that know all segments.

        Args:
            documents: Their rows; what is returned of others has no meaning.
            searched: `[n_segments]`, which may be found.
        """
        index, n_documents = self.index, len(self.index.table.documents)
        in_order = documents[np.argsort(index.table.first_rows[documents])]
        rows = index.rows_of_documents(in_order)
        rows = rows[searched[rows]]
        owners = index.table.owners[rows]
        found = {}
        for name in self.segments:
            marked = self._marked(name, rows)
            scored = [
                score_documents(
                    discounted(each.at(rows), marked, REPEATED_IN_DOCUMENT), owners, n_documents
                )
                for each in self.known(name)
            ]
            if scored:
                found[name] = np.mean(scored, axis=0)
        return found

    def _marked(self, channel: str, rows: Rows) -> NDArray[np.bool_] | None:
        """Return which segments count less; what is written about a document counts as it is."""
        return None if CHANNELS[channel].is_bonus else self.index.repeated[rows]

    def count(self, channel: str, searched: NDArray[np.bool_]) -> int:
        """Count the searched segments that a channel has scores of."""
        first, *others = self.segments[channel]
        if not others:
            return first.count(searched)
        any_has = np.logical_or.reduce([first.has, *(each.has for each in others)])
        return int(np.count_nonzero(any_has & searched))

    def count_any(self, searched: NDArray[np.bool_]) -> int:
        """Count the searched segments that any channel has scores of."""
        n_searched, most = int(np.count_nonzero(searched)), 0
        every = [each for compared in self.segments.values() for each in compared]
        for each in every:
            most = max(most, each.count(searched))
            if most == n_searched:
                return most
        any_has = np.logical_or.reduce([np.zeros(len(searched), bool), *(e.has for e in every)])
        return int(np.count_nonzero(any_has & searched))


def _highest(scores: Sequence[Scores]) -> Scores:
    return scores[0] if len(scores) == 1 else np.fmax.reduce(scores)


def _likely_other(compared: Scores) -> float:
    """Return what the best of a document's other segments likely score, by what was compared."""
    known = compared[~np.isnan(compared)]
    return max(0.0, float(np.quantile(known, _LIKELY_OTHER))) if len(known) else 0.0

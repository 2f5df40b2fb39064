"""How well each segment and document answers a query, by channel, in comparable numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Background, Snapshot, document_key
from indexer.search.query_encoder import CHANNELS, MODALITIES, QueryPart, QueryVector

Scores = NDArray[np.float64]

# So many standard deviations above what unrelated segments get count as a full match.
FULL_MATCH_STDS = 6.0
# The library's random pairs count like so many segments where a query's own spread is measured.
_PRIOR_COUNT = 30.0
# Scores of whole documents: by the document's own joint vector, and by all of its words.
DOCUMENT, DOCUMENT_WORDS = "document", "document words"
# The channel that each belongs to.
WHOLE_CHANNELS = {DOCUMENT: "joint", DOCUMENT_WORDS: "lexical"}


@dataclass(frozen=True)
class PartScores:
    """Scores of one part of a query; 0 as an unrelated pair, around 1 as a full match.

    Attributes:
        segments: channel to `[n_segments]`, by the probe that fits best. NaN where the segment
            has nothing to compare.
        documents: channel to `[n_documents]`, by the best segment for each probe, the mean over
            probes; and the scores of whole documents that were asked for.
    """

    segments: dict[str, Scores]
    documents: dict[str, Scores]


class Scorer:
    """Scores every segment of a generation: exact, whatever is filtered afterwards."""

    def __init__(self, snapshot: Snapshot, table: SegmentTable) -> None:
        self._generation = snapshot
        self._table = table
        ids = table.ids.tolist()
        keys = [document_key(document.id) for document in table.documents]
        # Looked up once: a query is compared with every segment.
        self._rows = {m: snapshot.index("segments", m).rows(ids) for m in MODALITIES}
        self._document_rows = snapshot.index("documents", "joint").rows(keys)

    def part(
        self, part: QueryPart, channels: Iterable[str], searched: NDArray[np.bool_]
    ) -> PartScores:
        """Score for one part of a query.

        Args:
            part: what is compared.
            channels: those that can answer it are used.
            searched: `[n_segments]`, False for those that must not be found.
        """
        segments, documents = {}, {}
        asked = set(channels)
        for channel in (c for c in CHANNELS if c in asked):
            if probes := [probe for probe in part.probes if probe.serves(channel)]:
                rows = [np.where(searched, self._segments(p, channel), np.nan) for p in probes]
                segments[channel] = np.fmax.reduce(rows)
                documents[channel] = np.mean([self._best_of(row) for row in rows], axis=0)
        for name, channel in WHOLE_CHANNELS.items():
            if name in asked and (probes := [p for p in part.probes if p.serves(channel)]):
                documents[name] = np.mean([self._documents(p, channel) for p in probes], axis=0)
        return PartScores(segments, documents)

    def _best_of(self, scores: Scores) -> Scores:
        """The best score of a segment of each document, `[n_documents]`; 0 without any."""
        best = np.full(len(self._table.documents), np.nan)
        np.fmax.at(best, self._table.owners, scores)
        return np.nan_to_num(best, nan=0.0)

    def _segments(self, probe: QueryVector, channel: str) -> Scores:
        if channel == "lexical":
            found = np.full(len(self._table), np.nan)
            for id_, score in self._generation.lexical.scores(probe.terms, probe.alike).items():
                found[self._table.row(id_)] = score
            return found
        vector, pair = probe.vectors[channel]
        cosines = self._generation.index("segments", channel).scores_at(vector, self._rows[channel])
        return _standardised(cosines, self._generation.background[pair])

    def _documents(self, probe: QueryVector, channel: str) -> Scores:
        if channel == "lexical":
            found = self._generation.lexical.document_scores(probe.terms, probe.alike)
            return np.array([found.get(d.id, 0.0) for d in self._table.documents], np.float64)
        vector, pair = probe.vectors[channel]
        index = self._generation.index("documents", channel)
        cosines = index.scores_at(vector, self._document_rows)
        scores = _standardised(cosines, self._generation.background[pair])
        return np.nan_to_num(scores, nan=0.0)


def _standardised(cosines: NDArray[np.float32], background: Background) -> Scores:
    """Cosines in standard deviations above what this query gets from the library.

    Nearly all of a library is unrelated to a query, so mean and deviation over all of it tell
    what unrelated pairs get: of this query, since short and vague ones get other cosines than
    long and precise ones. In a small library the random pairs of its segments weigh in.
    """
    there = cosines[~np.isnan(cosines)].astype(np.float64)
    n, prior = len(there), _PRIOR_COUNT
    mean = (there.sum() + prior * background.mean) / (n + prior)
    # Mean squared distance from the common mean, of the cosines and of the random pairs.
    of_pairs = background.std**2 + (background.mean - mean) ** 2
    variance = (((there - mean) ** 2).sum() + prior * of_pairs) / (n + prior)
    scores = (cosines.astype(np.float64) - mean) / (FULL_MATCH_STDS * max(variance**0.5, 1e-6))
    return np.round(scores, 9)  # equal vectors come out of a matrix product apart by less

"""Scoring: how well each segment and document answers a query, by channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Snapshot
from indexer.search.channel import Channel
from indexer.search.channels import CHANNELS
from indexer.search.index_view import IndexView
from indexer.search.query import Query, QueryPart
from indexer.search.scores import (
    REPEATED_IN_DOCUMENT,
    REPEATED_MOMENT,
    PartScores,
    discounted,
)


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
    """Scores every segment of a snapshot: exact, whatever is filtered afterwards.

    Attributes:
        index: What is scored.
    """

    def __init__(self, snapshot: Snapshot, table: SegmentTable) -> None:
        self.index = IndexView(snapshot, table)

    def missing_parts(self, channel: Channel) -> list[str]:
        """List the parts of the index that a channel needs and that the snapshot lacks."""
        return [name for name in channel.index_parts if name not in self.index.snapshot.values]

    def reasons(self, query: Query, rows: Sequence[int]) -> tuple[str, ...]:
        """Name what channels found about some segments beside their words, each once."""
        found = (
            reason
            for part in query.parts
            for channel in CHANNELS.values()
            if not self.missing_parts(channel)
            for vector in part.vectors
            if channel.serves(vector)
            for reason in channel.reasons(vector, self.index, rows)
        )
        return tuple(dict.fromkeys(found))

    def part(
        self, part: QueryPart, channels: Iterable[str], searched: NDArray[np.bool_]
    ) -> PartScores:
        """Score for one part of a query.

        Args:
            part: What is compared.
            channels: Those that can answer it are used, and scores of whole documents.
            searched: `[n_segments]`, False for those that must not be found.
        """
        segments, documents = {}, {}
        asked, index = set(channels), self.index
        usable = {n: c for n, c in CHANNELS.items() if not self.missing_parts(c)}
        for name, channel in usable.items():
            if name in asked and (vectors := [v for v in part.vectors if channel.serves(v)]):
                rows = [
                    np.where(searched, channel.score_segments(vector, index), np.nan)
                    for vector in vectors
                ]
                # What is written about a document counts as it is.
                marked = index.repeated & (not channel.is_bonus)
                segments[name] = discounted(np.fmax.reduce(rows), marked, REPEATED_MOMENT)
                rows = [discounted(row, marked, REPEATED_IN_DOCUMENT) for row in rows]
                documents[name] = np.mean(
                    [channel.score_documents(row, index) for row in rows], axis=0
                )
        for name, channel in whole_documents().items():
            if name not in asked or channel.name not in usable:
                continue
            if vectors := [v for v in part.vectors if channel.serves(v)]:
                documents[name] = np.mean(
                    [channel.score_whole_documents(vector, index) for vector in vectors], axis=0
                )
        return PartScores(segments, documents)

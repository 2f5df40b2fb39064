"""Hits made of moments: times, text, shares of the channels, matched words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Snapshot
from indexer.search.grouping import Moment
from indexer.search.query import Query
from indexer.search.results import DocumentHit, Duplicate, Hit
from indexer.search.scores import FusedScores


class HitBuilder:
    """Builder of the hits of one query from rows of the segment table."""

    def __init__(
        self,
        table: SegmentTable,
        snapshot: Snapshot,
        query: Query,
        fused: FusedScores,
        reasons: Callable[[Query, Sequence[int]], tuple[str, ...]],
    ) -> None:
        self._table = table
        self._lexical = snapshot.lexical
        self._repeats = snapshot.repeats
        self._fused = fused
        self._query = query
        self._reasons = reasons

    def hits(self, moments: Sequence[Moment]) -> tuple[Hit, ...]:
        """Return the hits of moments, in their order."""
        if not moments:
            return ()
        ids = [self._ids(moment) for moment in moments]
        all_ids = [id_ for part in ids for id_ in part]
        texts = {segment.id: segment.text for segment in self._lexical.segments(all_ids)}
        query = self._query
        matched = self._lexical.matched_terms(query.terms, all_ids, query.fuzzy_terms)
        return tuple(
            self._hit(
                moment,
                part,
                " ".join(filter(None, (texts[id_] for id_ in part))),
                tuple(word for word, holders in matched.items() if not holders.isdisjoint(part)),
            )
            for moment, part in zip(moments, ids, strict=True)
        )

    def document(self, row: int, moments: tuple[Hit, ...]) -> DocumentHit:
        """Return the hit of a whole document.

        Args:
            row: Of the document.
            moments: Its best moments.
        """
        document = self._table.documents[row]
        shares = {c: round(float(s[row]), 6) for c, s in self._fused.documents.items()}
        score = round(sum(shares.values()), 6)
        rows = np.flatnonzero(self._table.owners == row).tolist()
        return DocumentHit(
            *(document.id, document.name, document.title, score, shares, moments),
            self._reasons(self._query, rows),
        )

    def _ids(self, moment: Moment) -> list[int]:
        return [int(id_) for id_ in self._table.ids[moment.first : moment.last + 1]]

    def _hit(self, moment: Moment, ids: list[int], text: str, words: tuple[str, ...]) -> Hit:
        table = self._table
        document = table.documents[table.owners[moment.best]]
        shares = {c: round(float(s[moment.best]), 6) for c, s in self._fused.segments.items()}
        return Hit(
            document=document.id,
            name=document.name,
            title=document.title,
            path=document.path,
            start=_seconds(table.starts[moment.first]),
            end=_seconds(table.ends[moment.first : moment.last + 1].max()),
            text=text,
            score=round(sum(shares.values()), 6),
            channels=shares,
            words=words,
            duplicates=tuple(self._duplicate(row) for row in self._elsewhere(moment, ids)),
            sounds=self._sounds(moment),
            reasons=self._reasons(self._query, range(moment.first, moment.last + 1)),
            repeat=self._repeats.is_marked(int(table.ids[moment.best])),
            segment=int(table.ids[moment.best]),
            segments=tuple(ids),
        )

    def _sounds(self, moment: Moment) -> tuple[str, ...]:
        noted = "\n".join(self._table.sounds[moment.first : moment.last + 1]).split("\n")
        return tuple(dict.fromkeys(filter(None, noted)))

    def _elsewhere(self, moment: Moment, ids: list[int]) -> list[int]:
        """Return the rows of the duplicates; of a repeat also those that were not searched."""
        repeated = (self._table.row(id_) for id_ in self._repeats.elsewhere(ids))
        return list(dict.fromkeys((*moment.duplicates, *repeated)))

    def _duplicate(self, row: int) -> Duplicate:
        table = self._table
        document = table.documents[table.owners[row]]
        return Duplicate(
            document.id, document.name, _seconds(table.starts[row]), _seconds(table.ends[row])
        )


def _seconds(value: float) -> float | None:
    return None if math.isnan(value) else float(value)

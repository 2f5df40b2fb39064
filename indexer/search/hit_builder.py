"""Hits made of moments: times, text, shares of the channels, matched words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import islice

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
        reasons: Callable[[Sequence[int]], tuple[str, ...]],
    ) -> None:
        self._table = table
        self._lexical = snapshot.lexical
        self._repeats = snapshot.repeats
        self._fused = fused
        self._query = query
        self._reasons = reasons

    def hits_of(self, lists: Sequence[Sequence[Moment]]) -> list[tuple[Hit, ...]]:
        """Return the hits of several lists of moments, in their order."""
        hits = iter(self._hits([moment for moments in lists for moment in moments]))
        return [tuple(islice(hits, len(moments))) for moments in lists]

    def _hits(self, moments: Sequence[Moment]) -> tuple[Hit, ...]:
        if not moments:
            return ()
        ids = [self._ids(moment) for moment in moments]
        all_ids = [id_ for part in ids for id_ in part]
        texts = {segment.id: segment.text for segment in self._lexical.segments(all_ids)}
        doubtful = self._lexical.doubtful_words(all_ids)
        query = self._query
        matched = self._lexical.matched_terms(query.terms, all_ids, query.fuzzy_terms)
        return tuple(
            self._hit(
                moment,
                part,
                " ".join(filter(None, (texts[id_] for id_ in part))),
                tuple(word for word, holders in matched.items() if not holders.isdisjoint(part)),
                _in_a_row([(texts[id_], doubtful.get(id_, ())) for id_ in part]),
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
        first = int(self._table.first_rows[row])
        rows = range(first, first + int(self._table.counts[row]))
        return DocumentHit(
            *(document.id, document.name, document.title, score, shares, moments),
            self._reasons(rows),
        )

    def _ids(self, moment: Moment) -> list[int]:
        return [int(id_) for id_ in self._table.ids[moment.first : moment.last + 1]]

    def _hit(
        self,
        moment: Moment,
        ids: list[int],
        text: str,
        words: tuple[str, ...],
        doubtful: tuple[int, ...],
    ) -> Hit:
        table = self._table
        document = table.documents[table.owners[moment.best]]
        place = self._fused.place(moment.best)
        # Of a repeat also those that were not searched.
        elsewhere = dict.fromkeys((*moment.duplicates, *moment.repeated))
        shares = {c: round(float(s[place]), 6) for c, s in self._fused.segments.items()}
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
            duplicates=tuple(map(self._duplicate, elsewhere)),
            sounds=self._sounds(moment),
            reasons=self._reasons(range(moment.first, moment.last + 1)),
            repeat=self._repeats.is_marked(int(table.ids[moment.best])),
            doubtful=doubtful,
            segment=int(table.ids[moment.best]),
            segments=tuple(ids),
        )

    def _sounds(self, moment: Moment) -> tuple[str, ...]:
        noted = "\n".join(self._table.sounds[moment.first : moment.last + 1]).split("\n")
        return tuple(dict.fromkeys(filter(None, noted)))

    def _duplicate(self, row: int) -> Duplicate:
        table = self._table
        document = table.documents[table.owners[row]]
        return Duplicate(
            document.id, document.name, _seconds(table.starts[row]), _seconds(table.ends[row])
        )


def _in_a_row(parts: Sequence[tuple[str, Sequence[int]]]) -> tuple[int, ...]:
    """Number words of texts in a row by their numbers in each text."""
    found: list[int] = []
    before = 0
    for text, numbers in parts:
        found += (before + number for number in numbers)
        before += len(text.split())
    return tuple(found)


def _seconds(value: float) -> float | None:
    return None if math.isnan(value) else float(value)

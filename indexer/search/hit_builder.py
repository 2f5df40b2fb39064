"""Hits made of moments: times, text, shares of the channels, matched words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Snapshot
from indexer.search.grouping import Moment
from indexer.search.query import Query
from indexer.search.results import DocumentHit, Duplicate, Hit
from indexer.search.scores import FusedScores


@dataclass(frozen=True)
class _Said:
    """What is said in the segments of some moments, by their rows.

    Attributes:
        texts: Of all of them.
        doubtful: Of those that have doubtful words, the numbers of these.
        matched: Terms to the segments that hold them.
    """

    texts: Mapping[int, str]
    doubtful: Mapping[int, Sequence[int]]
    matched: Mapping[str, set[int]]


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
        # Many are in two lists; words are looked up once for all.
        every = (row for moments in lists for moment in moments for row in _rows(moment))
        said = self._said(list(dict.fromkeys(every)))
        return [tuple(self._hit(moment, said) for moment in moments) for moments in lists]

    def _said(self, rows: Sequence[int]) -> _Said:
        """Look up what is said in some segments; at once for all."""
        if not rows:
            return _Said({}, {}, {})
        query, lexical = self._query, self._lexical
        ids = self._table.ids[rows].tolist()
        row_of = dict(zip(ids, rows, strict=True))
        doubtful = {row_of[id_]: words for id_, words in lexical.doubtful_words(ids).items()}
        matched = lexical.matched_terms(query.terms, rows, query.fuzzy_terms)
        return _Said(lexical.texts_at(rows), doubtful, matched)

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

    def _hit(self, moment: Moment, said: _Said) -> Hit:
        table, rows = self._table, _rows(moment)
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
            text=" ".join(filter(None, (said.texts[row] for row in rows))),
            score=round(sum(shares.values()), 6),
            channels=shares,
            words=tuple(w for w, having in said.matched.items() if not having.isdisjoint(rows)),
            duplicates=tuple(map(self._duplicate, elsewhere)),
            sounds=self._sounds(moment),
            reasons=self._reasons(rows),
            repeat=self._repeats.is_marked(int(table.ids[moment.best])),
            doubtful=_in_a_row([(said.texts[row], said.doubtful.get(row, ())) for row in rows]),
            segment=int(table.ids[moment.best]),
            segments=tuple(table.ids[rows.start : rows.stop].tolist()),
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


def _rows(moment: Moment) -> range:
    return range(moment.first, moment.last + 1)


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

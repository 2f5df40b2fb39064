"""The metadata channel: what is written about a document, and who speaks in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from indexer.index.metadata_index import MetadataMatch
from indexer.index.metadata_tables import CHAPTER, FILE_NAME, SOUND, SPEAKER, TITLE, TITLE_PART
from indexer.search.channel import Channel
from indexer.search.channels import CHANNELS
from indexer.search.index_view import IndexView
from indexer.search.query import TYPED, QueryInput, QueryVector
from indexer.search.scores import Scores

# Texts that say the same of a document count once.
_ONE = {TITLE_PART: TITLE, FILE_NAME: TITLE}
_LEAST_REASON = 0.05


class Metadata(Channel):
    """Words of titles, names of speakers and files, labels, chapters, descriptions, sounds."""

    name = "metadata"
    label = "By title or name"
    help = "title, speaker, label, chapter, description, file name"
    colour = "red"
    # A title that was typed comes first, whatever the others say of other documents: an unrelated
    # one may get 1.2 of them, and the right one nothing.
    weights: ClassVar[Mapping[str, float]] = {"typed": 1.5}
    is_bonus = True
    unanswered = "it compares typed words with what is written about documents"
    needs_model = False
    gives_reasons = True

    def encode(self, query: QueryInput) -> str | None:
        """Return the typed words."""
        return query.text if query.kind == TYPED and query.text else None

    def score_segments(self, vector: QueryVector, index: IndexView) -> Scores:
        """Score segments of documents whose metadata the query names, NaN for all others."""
        matches = _matches(vector, index)
        if not matches:  # as of nearly all questions: no memory for a million of them
            return np.broadcast_to(np.float64(np.nan), len(index.table))
        scores: dict[str, Scores] = {}
        is_found = np.zeros(len(index.table), bool)
        for match in matches:
            kind = _ONE.get(match.field, match.field)
            of_kind = scores.setdefault(kind, np.zeros(len(is_found)))
            rows = _rows(match, index)
            of_kind[rows] = np.maximum(of_kind[rows], match.score)
            is_found[rows] = True
        found = np.full(len(is_found), np.nan)
        rows = np.flatnonzero(is_found)  # few, of a large library
        missed = np.ones(len(rows))
        for of_kind in scores.values():
            missed *= 1 - of_kind[rows]
        found[rows] = np.where(missed < 1, 1 - missed, np.nan)
        return found

    def reasons(
        self, vector: QueryVector, index: IndexView, rows: Sequence[int]
    ) -> tuple[str, ...]:
        """Name the kinds of text that the query names, the best first."""
        best: dict[str, float] = defaultdict(float)
        document = index.table.documents[index.table.owners[rows[0]]].id
        for match in _matches(vector, index):
            if match.document != document or match.score < _LEAST_REASON:
                continue
            if not set(rows).isdisjoint(_rows(match, index).tolist()):
                field = TITLE if match.field == TITLE_PART else match.field
                best[field] = max(best[field], match.score)
        return tuple(sorted(best, key=lambda field: -best[field]))


def _matches(vector: QueryVector, index: IndexView) -> Sequence[MetadataMatch]:
    return index.snapshot.metadata.matches(vector.encoded[Metadata.name], vector.terms)


def _rows(match: MetadataMatch, index: IndexView) -> NDArray[np.int64]:
    """Return the segments that a text is about: those of its speaker, its chapter, or all."""
    table = index.table
    rows = index.rows_of(match.document)
    if match.field == CHAPTER and match.start is not None:
        middles = (table.starts[rows] + table.ends[rows]) / 2
        return rows[(middles >= match.start) & (middles < (match.end or np.inf))]
    if match.field in (SPEAKER, SOUND):
        column = "speakers" if match.field == SPEAKER else "sounds"
        named = rows[index.lists(column, match.text)[rows]]
        return named if len(named) else rows
    return rows


CHANNELS.add(Metadata.name, Metadata(), order=2)

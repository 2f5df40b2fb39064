"""The lexical channel: the words of the query, in segments by BM25 and in whole documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from indexer.search.channel import Channel, WholeDocumentScore
from indexer.search.channels import CHANNELS
from indexer.search.index_view import IndexView
from indexer.search.query import QueryInput, QueryVector
from indexer.search.scores import Scores
from indexer.search.segment_scores import SegmentScores
from indexer.search.word_candidates import NamedByWords


class Lexical(Channel):
    """Scores as shares of the weight of the query."""

    name = "lexical"
    label = "By words"
    help = "the very words"
    colour = "orange"
    # Default weights of the built-in channels for typed words and clips: chosen with questions
    # about made speech that no training learned from (benchmarks/README.md). For moments: by
    # reasoning, nothing was fitted.
    weights: ClassVar[Mapping[str, float]] = {"typed": 0.22, "clip": 0.70, "moment": 0.15}
    unanswered = "there are no words in the query; try --channel audio"
    needs_model = False
    # Alone, half and half: chosen on `known_items.jsonl` and on hearings that are not reported.
    whole_document = WholeDocumentScore("document words", {"typed": 0.13}, share_alone=0.5, order=2)

    def encode(self, query: QueryInput) -> None:
        """Return nothing: a query vector holds its terms without any channel."""

    def serves(self, vector: QueryVector) -> bool:
        """Return whether there are words to look up."""
        return bool(vector.terms)

    def compare(self, vector: QueryVector, index: IndexView) -> SegmentScores:
        """Score all segments; where an engine ranks by words, those that are asked for."""
        snapshot = index.snapshot
        if snapshot.words is not None:
            asked = snapshot.lexical.word_query(vector.terms, vector.fuzzy)
            if asked is not None:
                return NamedByWords(
                    snapshot.words, asked, snapshot.lexical, vector.terms, vector.fuzzy
                )
        return super().compare(vector, index)

    def score_segments(self, vector: QueryVector, index: IndexView) -> Scores:
        """Score segments that hold words of the query, NaN for all others."""
        return index.snapshot.lexical.scores(vector.terms, vector.fuzzy, nan=True)

    def score_whole_documents(self, vector: QueryVector, index: IndexView) -> Scores:
        """Score documents by all of their words, however far apart."""
        scores = np.zeros(len(index.table.documents))
        found = index.snapshot.lexical.document_scores(vector.terms, vector.fuzzy)
        scores[index.table.rows_of_ids] = found
        return scores


CHANNELS.add(Lexical.name, Lexical(), order=1)

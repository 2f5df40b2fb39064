"""The base of all channels: one way of scoring segments for a query."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from indexer.search.index_view import IndexView
from indexer.search.late import Late
from indexer.search.query import QueryInput, QueryVector
from indexer.search.scores import Scores
from indexer.search.segment_scores import KnownScores, SegmentScores


@dataclass(frozen=True)
class WholeDocumentScore:
    """A second score of a channel: of whole documents, shared by all of their moments.

    Attributes:
        name: Under which it is weighed and tuned.
        weights: Kind of query to its default weight; 0 where absent.
        share_alone: Its weight beside the channel's own where a search asks for this channel
            only; both sum to 1. For kinds of queries that `weights` has.
        order: Its place among those of other channels; low ones come first.
    """

    name: str
    weights: Mapping[str, float]
    share_alone: float = 0.0
    order: int = 100


class Channel(ABC):
    """One way of scoring segments; a member of `indexer.search.channels.CHANNELS`.

    Attributes:
        name: As in `--channel`, in JSON and in the catalog's tuned weights.
        label: As people see it, in plain words: `By meaning`. The name is the technical term.
        help: A few words on what it compares, for help texts.
        colour: Of its badge in the app, one of Streamlit's names.
        weights: Kind of query (`typed`, `clip`, `moment`) to its default weight in `auto`. All
            weights are divided by the sum of those of the channels that can answer.
        is_bonus: Whether its share is added to the others', whose weights sum to 1, and takes
            nothing from them: for evidence that few documents have. A segment without it is
            scored as if there were no such channel; it is not tuned.
        unanswered: Why it cannot answer a query that it does not serve.
        same: What is similar where this channel alone compares moments: a choice of `--same`.
        needs_model: Whether typed words must be embedded for it. Where not, it is asked while they
            are, and what `encode` returns is hashable.
        index_parts: Names of its parts of the index (`indexer.index.segment_values`).
        whole_document: Its score of whole documents, None where it has none.
        gives_reasons: Whether `reasons` names any.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    colour: ClassVar[str] = "gray"
    weights: ClassVar[Mapping[str, float]] = {}
    is_bonus: ClassVar[bool] = False
    unanswered: ClassVar[str] = "there is nothing in the query that it compares"
    same: ClassVar[str | None] = None
    needs_model: ClassVar[bool] = True
    index_parts: ClassVar[tuple[str, ...]] = ()
    whole_document: ClassVar[WholeDocumentScore | None] = None
    gives_reasons: ClassVar[bool] = False

    @abstractmethod
    def encode(self, query: QueryInput) -> Any | None:
        """Return what is compared with segments, for `QueryVector.encoded`; None for nothing."""

    def serves(self, vector: QueryVector) -> bool:
        """Return whether the channel can answer."""
        return self.name in vector.encoded

    @abstractmethod
    def score_segments(self, vector: QueryVector, index: IndexView) -> Scores:
        """Score all segments for a query that the channel serves.

        Returns:
            `[n_segments]`, 0 as an unrelated pair and around 1 as a full match; NaN where a
            segment has nothing to compare.
        """

    def compare(self, vector: QueryVector, index: IndexView) -> SegmentScores:
        """Compare a query that the channel serves with segments, as far as that is asked for.

        It returns at once: all segments are scored when the first score is asked for. Channels
        whose scores of all segments take long override this.
        """
        return KnownScores(Late(partial(self.score_segments, vector, index)))

    def reasons(
        self, vector: QueryVector, index: IndexView, rows: Sequence[int]
    ) -> tuple[str, ...]:
        """Name what it found about some segments where their own words do not show it.

        Args:
            vector: Of a query that the channel serves.
            index: What the segments are of.
            rows: Of a moment's segments, or of a document's; at least one.
        """
        return ()

    def score_whole_documents(self, vector: QueryVector, index: IndexView) -> Scores:
        """Score documents as wholes, for `whole_document`: `[n_documents]`, without NaN."""
        raise NotImplementedError(f"the {self.name} channel does not score whole documents")

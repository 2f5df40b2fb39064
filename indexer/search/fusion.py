"""Scores of several channels as one: a weighted sum, or reciprocal ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import QueryError
from indexer.search.query_encoder import CHANNELS, QueryPart
from indexer.search.scoring import DOCUMENT, DOCUMENT_WORDS, WHOLE_CHANNELS, PartScores, Scores

if TYPE_CHECKING:
    from indexer.index.library_store import LibraryStore

# Under which tuned weights are kept in the catalog.
WEIGHTS_SETTING = "weights"
# What a search can be asked to score by.
AUTO, RRF = "auto", "rrf"
WAYS = (AUTO, RRF, *CHANNELS)
Weights = Mapping[str, float]

# Weights by kind of query: of the channels, and of what a moment gains from its whole document.
# Typed words and clips: chosen with questions about made speech that no training learned from
# (benchmarks/README.md). Moments: by reasoning, nothing was fitted.
DEFAULT_WEIGHTS: Mapping[str, Weights] = {
    "typed": {
        **{"lexical": 0.25, "text": 0.27, "audio": 0.02, "joint": 0.16},
        **{DOCUMENT: 0.15, DOCUMENT_WORDS: 0.15},
    },
    "clip": {"lexical": 0.70, "text": 0.03, "audio": 0.18, "joint": 0.07, DOCUMENT: 0.02},
    "moment": {"lexical": 0.15, "text": 0.40, "audio": 0.15, "joint": 0.25, DOCUMENT: 0.05},
}
# A search through the joint channel alone.
_JOINT_ONLY: Weights = {"joint": 0.75, DOCUMENT: 0.25}
# G. V. Cormack, C. L. A. Clarke and S. Buettcher, Reciprocal rank fusion, SIGIR 2009.
_RRF_K = 60


@dataclass(frozen=True)
class FusedScores:
    """Shares of each channel, whose sum is the score.

    Attributes:
        segments: channel to `[n_segments]`.
        documents: channel to `[n_documents]`.
        found: `[n_segments]`, whether any channel that was asked has something to say of it.
    """

    segments: dict[str, Scores]
    documents: dict[str, Scores]
    found: NDArray[np.bool_]

    @property
    def segment_scores(self) -> Scores:
        """The sum over channels, `[n_segments]`."""
        return np.sum(list(self.segments.values()), axis=0)

    @property
    def document_scores(self) -> Scores:
        """The sum over channels, `[n_documents]`."""
        return np.sum(list(self.documents.values()), axis=0)


def part_weights(part: QueryPart, way: str, weights: Mapping[str, Weights]) -> dict[str, float]:
    """Weights of the channels that can answer a part of a query; their sum is 1.

    Raises:
        QueryError: the channel cannot answer it.
    """
    if way not in WAYS:
        raise QueryError(f"no channel '{way}'; use " + ", ".join(WAYS))
    if way in (AUTO, RRF):
        given = weights[part.kind] if way == AUTO else dict.fromkeys(CHANNELS, 1.0)
    else:
        given = _JOINT_ONLY if way == "joint" else {way: 1.0}
    served = {
        channel: weight
        for channel, weight in given.items()
        if weight and part.serves(WHOLE_CHANNELS.get(channel, channel))
    }
    whole = sum(served.values())
    return {channel: weight / whole for channel, weight in served.items()} if whole else {}


def unserved(way: str) -> QueryError:
    """Why no part of a query can be answered this way."""
    if way in ("lexical", "text"):
        return QueryError(
            f"the {way} channel cannot answer: there are no words in the query; try --channel audio"
        )
    return QueryError(f"the {way} channel cannot answer: there is no sound to compare with")


def library_weights(library: LibraryStore) -> dict[str, Weights]:
    """Weights by kind of query: those that were tuned on the library, else the defaults."""
    tuned: dict[str, Weights] = library.catalog.get_settings().get(WEIGHTS_SETTING, {})
    return {kind: tuned.get(kind, weights) for kind, weights in DEFAULT_WEIGHTS.items()}


def fuse(
    parts: Sequence[tuple[PartScores, Weights]], owners: NDArray[np.int64], *, ranks: bool = False
) -> FusedScores:
    """Weigh the channels of each part, and the parts alike.

    Args:
        parts: scores and weights of the channels.
        owners: `[n_segments]`, the document of each.
        ranks: fuse reciprocal ranks instead of scores.
    """
    segments: dict[str, Scores] = {}
    documents: dict[str, Scores] = {}
    found = np.zeros(len(owners), bool)
    for scores, weights in parts:
        for channel, weight in weights.items():
            shown = WHOLE_CHANNELS.get(channel, channel)
            share = weight / len(parts)
            whole = scores.documents[channel]
            if channel in WHOLE_CHANNELS:
                each = whole[owners]
            else:
                each = scores.segments[channel]
                found |= ~np.isnan(each)
            if ranks:
                each, whole = _reciprocal_ranks(each), _reciprocal_ranks(whole)
            each = np.nan_to_num(each, nan=0.0)  # nothing speaks for it
            segments[shown] = segments.get(shown, 0.0) + share * each
            documents[shown] = documents.get(shown, 0.0) + share * whole
    return FusedScores(segments, documents, found)


def _reciprocal_ranks(scores: Scores) -> Scores:
    """61 / (60 + rank): 1 for the best; 0 for what has no score. Equal scores share a rank."""
    known = np.nan_to_num(scores, nan=-np.inf)
    _, place, count = np.unique(-known, return_inverse=True, return_counts=True)
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) + 1  # rank of the first of equals
    return np.where(np.isnan(scores), 0.0, (_RRF_K + 1) / (_RRF_K + first[place]))

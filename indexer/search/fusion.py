"""Fusion of the channels' scores: a weighted sum, or reciprocal ranks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import QueryError
from indexer.search.channels import CHANNELS
from indexer.search.query import KINDS, QueryPart
from indexer.search.scores import FusedScores, PartScores, Scores
from indexer.search.scoring import serves, whole_documents

if TYPE_CHECKING:
    from indexer.index.library_store import LibraryStore

# Under which tuned weights are kept in the catalog.
WEIGHTS_SETTING = "weights"
# Methods of a search that use all channels.
AUTO, RRF = "auto", "rrf"
Weights = Mapping[str, float]
# G. V. Cormack, C. L. A. Clarke and S. Buettcher, Reciprocal rank fusion, SIGIR 2009.
_RRF_K = 60


def methods() -> tuple[str, ...]:
    """List what a search can be asked to score by: all channels in two ways, or one of them."""
    return (AUTO, RRF, *CHANNELS)


def check_method(method: str) -> None:
    """Refuse a method that does not exist.

    Raises:
        QueryError: Names those that do.
    """
    if method not in methods():
        raise QueryError(f"no channel '{method}'; use " + ", ".join(methods()))


def default_weights() -> dict[str, Weights]:
    """Collect the default weights of all channels and whole documents, by kind of query."""
    given = {name: channel.weights for name, channel in CHANNELS.items()}
    for name, channel in whole_documents().items():
        if channel.whole_document is not None:
            given[name] = channel.whole_document.weights
    return {
        kind: {name: weights[kind] for name, weights in given.items() if kind in weights}
        for kind in KINDS
    }


def library_weights(library: LibraryStore) -> dict[str, Weights]:
    """Return the weights by kind of query: those tuned on the library, else the defaults.

    A bonus is not tuned: its default goes with tuned weights too.
    """
    tuned: dict[str, Weights] = library.catalog.get_settings().get(WEIGHTS_SETTING, {})
    found: dict[str, Weights] = {}
    for kind, weights in default_weights().items():
        bonuses = {name: weights[name] for name in bonus_channels() if name in weights}
        found[kind] = {**bonuses, **tuned[kind]} if kind in tuned else weights
    return found


def bonus_channels() -> frozenset[str]:
    """Name the channels whose share is added to that of the others."""
    return frozenset(name for name, channel in CHANNELS.items() if channel.is_bonus)


def part_weights(
    part: QueryPart,
    method: str,
    weights: Mapping[str, Weights],
    unusable: Collection[str] = (),
) -> dict[str, float]:
    """Weigh the channels that can answer a part of a query; their sum, without bonuses, is 1.

    Args:
        part: Of the query.
        method: `auto`, `rrf` or a channel.
        weights: By kind of query, for `auto`.
        unusable: Channels that lack something in the index.

    Raises:
        QueryError: There is no such method.
    """
    check_method(method)
    whole = whole_documents()
    served = {}
    for name, weight in _method_weights(part.kind, method, weights).items():
        channel = whole.get(name) or CHANNELS.get(name)  # None: tuned with one that is not there
        usable = channel is not None and channel.name not in unusable
        if weight and channel is not None and usable and serves(part, channel):
            served[name] = weight
    bonuses = {name: served[name] for name in bonus_channels() & set(served)}
    shared = {name: weight for name, weight in served.items() if name not in bonuses} or bonuses
    total = sum(shared.values())
    divided = {name: weight / total for name, weight in shared.items()} if total else {}
    return {**bonuses, **divided}


def _method_weights(kind: str, method: str, weights: Mapping[str, Weights]) -> Weights:
    if method == AUTO:
        return weights[kind]
    if method == RRF:
        return dict.fromkeys(CHANNELS, 1.0)
    whole = CHANNELS[method].whole_document
    if whole is None or not whole.share_alone or kind not in whole.weights:
        return {method: 1.0}
    return {method: 1.0 - whole.share_alone, whole.name: whole.share_alone}


def unserved(method: str) -> QueryError:
    """Return why no part of a query can be answered by this method."""
    channel = CHANNELS.get(method)
    reason = channel.unanswered if channel else "there is no sound to compare with"
    return QueryError(f"the {method} channel cannot answer: {reason}")


def fuse(
    parts: Sequence[tuple[PartScores, Weights]],
    owners: NDArray[np.int64],
    *,
    ranks: bool = False,
    rows: NDArray[np.int64] | None = None,
    scored: NDArray[np.int64] | None = None,
) -> FusedScores:
    """Add up the channels of each part by weight, and the parts with equal weights.

    Args:
        parts: Scores and weights of the channels.
        owners: `[m]`, the row of the document of each segment that is scored.
        ranks: Fuse reciprocal ranks instead of scores; of bonuses the scores, since all documents
            but few have none.
        rows: `[m]`, the rows of these segments; None for all.
        scored: Rows of the documents that are scored; None for all.
    """
    of_channel = {name: channel.name for name, channel in whole_documents().items()}
    segments: dict[str, Scores] = {}
    documents: dict[str, Scores] = {}
    found = np.zeros(len(owners), bool)
    bonuses = bonus_channels()
    n_documents = max((len(w) for scores, _ in parts for w in scores.documents.values()), default=0)
    for scores, weights in parts:
        for channel, weight in weights.items():
            credited = of_channel.get(channel, channel)
            share = weight / len(parts)
            whole = scores.documents[channel]
            if channel in of_channel:
                each = _reciprocal_ranks(whole[owners]) if ranks else whole[owners]
            else:
                each = scores.segments[channel]
                known = ~np.isnan(each)
                if channel in bonuses and not known.any():
                    continue
                found |= known
                if ranks and channel not in bonuses:
                    each = _reciprocal_ranks(each)
                if not known.all():
                    each = np.where(known, each, 0.0)
            if ranks and channel not in bonuses:
                whole = _reciprocal_ranks(whole)
            segments[credited] = segments.get(credited, 0.0) + share * each
            documents[credited] = documents.get(credited, 0.0) + share * whole
    return FusedScores(
        np.arange(len(owners)) if rows is None else rows,
        segments,
        documents,
        found,
        n_documents,
        np.arange(n_documents) if scored is None else scored,
        tuple(scores for scores, _ in parts),
    )


def _reciprocal_ranks(scores: Scores) -> Scores:
    """Return 61 / (60 + rank): 1 for the best, 0 without a score. Equal scores share a rank.

    Args:
        scores: `[n]`, NaN for none.
    """
    known = np.nan_to_num(scores, nan=-np.inf)
    _, place, count = np.unique(-known, return_inverse=True, return_counts=True)
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) + 1  # rank shared by equal scores
    return np.where(np.isnan(scores), 0.0, (_RRF_K + 1) / (_RRF_K + first[place]))

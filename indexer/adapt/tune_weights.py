"""Fit the weights of the channels to known items, and keep them where they find more."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from hilbert.retrieval_metrics import known_item_metrics
from hilbert.stats import bootstrap_interval
from hilbert.system_faults import raise_system_fault
from indexer.adapt.eval_queries import EvalQuery, start_queries
from indexer.base.errors import AudioError, QueryError
from indexer.base.progress import Progress, SilentProgress
from indexer.index.library_store import LibraryStore
from indexer.search.channels import CHANNELS
from indexer.search.fusion import WEIGHTS_SETTING, Weights, default_weights
from indexer.search.scores import PartScores
from indexer.search.scoring import weighed, whole_documents
from indexer.search.searcher import Searcher

log = logging.getLogger(__name__)

FEWEST_QUESTIONS = 20
_FOLDS = 5
# A full match, 1, beside unrelated ones, 0, is a matter of course: e^10 against 1.
_SHARPNESS = 10.0
# How much a weight's distance from where it starts costs, beside the mean loss of a query.
_RIDGE = 0.02
_MOST_ROWS = 2000
# No channel of segments is dropped: it may be the only one that can answer a query.
_LEAST_WEIGHT = 0.01
_METRIC = "mrr@10"


@dataclass(frozen=True)
class Example:
    """Scores of the candidates of one query by channel, and which are right.

    Attributes:
        wanted: Name of the document; the queries for one are in one fold.
        documents: `[n_documents, channels]` in the order of `weighed()`.
        right_documents: `[n_documents]`.
        segments: `[n_segments, channels]`; empty where no moment is wanted.
        right_segments: `[n_segments]`.
    """

    wanted: str
    documents: NDArray[np.float64]
    right_documents: NDArray[np.bool_]
    segments: NDArray[np.float64]
    right_segments: NDArray[np.bool_]


@dataclass(frozen=True)
class Tuning:
    """Result of fitting the weights.

    Attributes:
        kind: Of the queries, `typed` or `clip`.
        questions: Number of queries that could be learned from.
        before: The weights in use.
        after: Weights fitted to all queries.
        found_before: Mean of MRR@10 of documents and of moments, with the weights in use.
        found_after: The same with weights that were fitted without the query's fold.
        interval: 95 % interval of the difference, documents redrawn.
        better: Whether `found_after` is higher and the interval's lower end no loss.
    """

    kind: str
    questions: int
    before: dict[str, float]
    after: dict[str, float]
    found_before: float
    found_after: float
    interval: tuple[float, float]
    better: bool


def tune(
    searcher: Searcher,
    queries: Sequence[EvalQuery],
    progress: Progress | None = None,
) -> Tuning:
    """Fit weights to queries of one kind; cross-validated, nothing is stored.

    Args:
        searcher: Of the library.
        queries: Known items, all typed or all clips.
        progress: Receives one stage, in queries.

    Raises:
        QueryError: Too few of them can be learned from.
    """
    kind = "typed" if queries and queries[0].clip is None else "clip"
    examples = list(_examples(searcher, queries, progress or SilentProgress()))
    if len({example.wanted for example in examples}) < FEWEST_QUESTIONS:
        raise QueryError(
            f"weights are fitted to questions about at least {FEWEST_QUESTIONS} documents of this "
            f"library; these are {len({example.wanted for example in examples})}"
        )
    before = _as_array(searcher.weights[kind])
    start = _as_array(default_weights()[kind])
    fold = _folds([example.wanted for example in examples])
    held_out = np.zeros(len(examples))
    for number in range(_FOLDS):
        weights = fit([e for e, f in zip(examples, fold, strict=True) if f != number], start)
        for row in np.flatnonzero(fold == number):
            held_out[row] = _found(examples[row], weights)
    now = np.array([_found(example, before) for example in examples])
    low, high = bootstrap_interval(
        (held_out - now).tolist(), [example.wanted for example in examples]
    )
    return Tuning(
        kind,
        len(examples),
        _as_weights(before),
        _as_weights(fit(examples, start)),
        float(now.mean()),
        float(held_out.mean()),
        (low, high),
        bool(held_out.mean() > now.mean() and low >= 0),
    )


def store(library: LibraryStore, tunings: Sequence[Tuning]) -> None:
    """Store weights that searches of the library use from now on."""
    with library.writing():
        weights: dict[str, Weights] = dict(library.catalog.get_settings().get(WEIGHTS_SETTING, {}))
        weights.update({tuning.kind: tuning.after for tuning in tunings})
        with library.catalog.transaction():
            library.catalog.put_settings({WEIGHTS_SETTING: weights})


def fit(examples: Sequence[Example], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights `[channels]`, none below 0, those of segments above it, their sum 1.

    They minimise the cross-entropy of the right documents and moments under a softmax over all
    candidates, which is smooth where ranks are not. Its scale is free: a channel that is right
    more often than not is trusted the more the surer the sum may be.
    """

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros_like(weights)
        for example in examples:
            for scores, right in (
                (example.documents, example.right_documents),
                (example.segments, example.right_segments),
            ):
                if right.any():
                    value, gradient = _cross_entropy(scores, right, weights)
                    total, slope = total + value, slope + gradient
        away = weights / _SHARPNESS - start
        ridge = _RIDGE * float(away @ away) * len(examples)
        return (total + ridge) / len(examples), (
            slope + 2 * _RIDGE * len(examples) * away / _SHARPNESS
        ) / len(examples)

    bounds = [(_LEAST_WEIGHT * _SHARPNESS * (c in CHANNELS), None) for c in weighed()]
    found = minimize(loss, _SHARPNESS * start, jac=True, bounds=bounds, method="L-BFGS-B")
    weights = np.maximum(found.x, 0.0)
    return weights / weights.sum() if weights.sum() > 0 else start


def _cross_entropy(
    scores: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return -log of the share of the right ones, and its derivative by the weights."""
    logits = scores @ weights
    logits = logits - logits.max()
    shares = np.exp(logits)
    of_all, of_right = shares / shares.sum(), shares * right / max(shares[right].sum(), 1e-300)
    return -float(np.log(max(of_all[right].sum(), 1e-300))), scores.T @ (of_all - of_right)


def _examples(
    searcher: Searcher,
    queries: Sequence[EvalQuery],
    progress: Progress,
) -> Iterator[Example]:
    searched = np.ones(len(searcher.table), bool)
    start_queries(progress, queries)
    for done, wanted in enumerate(queries, 1):
        try:
            query = searcher.embed(wanted.text, clip=wanted.clip)
        except (AudioError, QueryError, OSError, ValueError) as error:
            raise_system_fault(error)
            log.debug("could not embed the query of line %s", wanted.line, exc_info=True)
            query = None  # `hilbert evaluate` says which and why
        if query is not None:
            (part,) = query.parts
            example = _example(searcher, searcher.scorer.part(part, weighed(), searched), wanted)
            if example.right_documents.any():
                yield example
        progress.update(done)


def _example(searcher: Searcher, scores: PartScores, wanted: EvalQuery) -> Example:
    table = searcher.table
    right = np.array([wanted.document in (d.name, d.id) for d in table.documents])
    documents = _columns(scores.documents, len(table.documents))
    segments, right_segments = np.zeros((0, len(weighed()))), np.zeros(0, bool)
    if wanted.start is not None and wanted.end is not None:
        segments = _columns(
            scores.segments
            | {
                name: scores.documents[name][table.owners]
                for name in whole_documents()
                if name in scores.documents
            },
            len(table),
        )
        right_segments = (
            right[table.owners] & (table.starts < wanted.end) & (table.ends > wanted.start)
        )
        # In a large library the best of each channel and the right ones stand for all.
        kept = right_segments.copy()
        for column in segments.T:
            kept[np.argsort(-column, kind="stable")[:_MOST_ROWS]] = True
        segments, right_segments = segments[kept], right_segments[kept]
    return Example(wanted.document, documents, right, segments, right_segments)


def _columns(scores: dict[str, NDArray[np.float64]], rows: int) -> NDArray[np.float64]:
    none = np.zeros(rows)
    return np.stack([np.nan_to_num(scores.get(c, none), nan=0.0) for c in weighed()], axis=1)


def _found(example: Example, weights: NDArray[np.float64]) -> float:
    """Return the mean of MRR@10 of documents and, where one is wanted, of moments."""
    values = [
        known_item_metrics(scores @ weights, right)[_METRIC]
        for scores, right in (
            (example.documents, example.right_documents),
            (example.segments, example.right_segments),
        )
        if right.any()
    ]
    return float(np.mean(values))


def _folds(wanted: Sequence[str]) -> NDArray[np.int64]:
    names = sorted(set(wanted))
    places = np.random.default_rng(0).permutation(len(names)) % _FOLDS
    of_name = dict(zip(names, places.tolist(), strict=True))
    return np.array([of_name[name] for name in wanted], np.int64)


def _as_array(weights: Weights) -> NDArray[np.float64]:
    return np.array([weights.get(channel, 0.0) for channel in weighed()], np.float64)


def _as_weights(values: NDArray[np.float64]) -> dict[str, float]:
    return {c: round(float(v), 4) for c, v in zip(weighed(), values, strict=True)}

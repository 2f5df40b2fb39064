"""Scores of a classifier by class, on weighted documents (numpy only).

A row of weights says how often each document counts: ones for all documents, 0 and 1 for a
fold, counts for a bootstrap redraw. So one function serves all three. A score that does not
exist, of a class without documents or without others, is NaN, and `macro` leaves it out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hilbert.stats import draw_group_counts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def f1_by_class(truth: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Compute F1 of each class, `[samples, classes]`.

    `2 TP / (2 TP + FP + FN)` (van Rijsbergen 1979). The prediction is the likeliest class, the
    first of equals.

    Args:
        truth: `[n]`, number of each document's class.
        probabilities: `[n, classes]`.
        weights: `[samples, n]`, not negative.
    """
    classes = np.arange(probabilities.shape[1])
    is_class = truth[:, None] == classes  # [n, classes]
    is_found = probabilities.argmax(1)[:, None] == classes  # [n, classes]
    right = weights @ (is_class & is_found)  # [samples, classes]
    there, found = weights @ is_class, weights @ is_found
    return np.where(there > 0, 2 * right / np.maximum(there + found, 1.0), np.nan)


def auc_by_class(truth: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Compute the area under the ROC curve of each class against the rest, `[samples, classes]`.

    The chance that a document of the class gets a higher probability for it than one of another
    class, ties half (Hanley and McNeil 1982). Arguments as in `f1_by_class`.
    """
    columns = []
    for number in range(probabilities.shape[1]):
        inside = truth == number
        score = probabilities[:, number]
        above = score[inside, None] - score[~inside]  # [inside, outside]
        wins = (np.sign(above) + 1.0) / 2.0
        ours, others = weights[:, inside], weights[:, ~inside]
        won = ((ours @ wins) * others).sum(1)  # [samples]
        pairs = ours.sum(1) * others.sum(1)
        columns.append(np.where(pairs > 0, won / np.maximum(pairs, 1.0), np.nan))
    return np.stack(columns, axis=1)


def macro(by_class: FloatArray) -> FloatArray:
    """Average over the classes that have a score, `[samples]`; NaN where none has.

    Args:
        by_class: `[samples, classes]`.
    """
    exists = ~np.isnan(by_class)
    total = np.where(exists, by_class, 0.0).sum(1)
    return np.where(exists.any(1), total / np.maximum(exists.sum(1), 1), np.nan)


def redraws(groups: IntArray, samples: int, seed: int) -> FloatArray:
    """Draw how often each document is in a bootstrap redraw of whole groups, `[samples, n]`.

    Documents of one group are not independent; drawn singly they make intervals too narrow. The
    same groups and seed give the same redraws, so that classifiers are compared on the same.

    Args:
        groups: `[n]`, number of each document's group, from 0.
        samples: Number of redraws.
        seed: Seed of the redraws.
    """
    drawn = draw_group_counts(int(groups.max()) + 1, samples, seed)
    return drawn[:, groups].astype(np.float64)

"""The gap between two modalities: distances, and whether a linear probe separates them.

A small gap is no aim in itself: closing it need not improve retrieval (arXiv 2601.18525), so
read these beside recall.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from hilbert.diagnostics.arrays import FloatArray, different_rows, matched_rows, rows_of

_FOLDS = 5


def centroid_gap(a: ArrayLike, t: ArrayLike) -> float:
    """Compute the distance of the modalities' means, `||mean a - mean t||`, 0 to 2.

    Liang 2022 (arXiv 2203.02053). `a` is `[n, d]`, `t` is `[m, d]`.
    """
    return float(np.linalg.norm(rows_of(a).mean(0) - rows_of(t).mean(0)))


def relative_modality_gap(a: ArrayLike, t: ArrayLike) -> float:
    """Compare the distance of matched pairs with distances within a modality, 0 to 1.

    `d_pair / ((d_aa + d_tt) / 2 + d_pair)`, `d = (1 - cos) / 2`, where `d_aa` and `d_tt` are
    means over different rows (Schrodi 2024, arXiv 2404.07983). 0: matched pairs coincide; 0.5:
    a pair is as far apart as two unrelated things of one modality. `a`, `t`: `[n, d]`, n >= 2.
    """
    x, y = matched_rows(a, t)
    pair = float((1.0 - (x * y).sum(1)).mean() / 2)
    within = ((1.0 - _mean_cosine(x)) / 2 + (1.0 - _mean_cosine(y)) / 2) / 2
    return float(pair / max(within + pair, 1e-12))


def alignment(a: ArrayLike, t: ArrayLike) -> float:
    """Compute the mean squared distance of matched pairs, `E ||a - t||^2`, 0 to 4.

    Wang and Isola 2020 (arXiv 2005.10242). `a`, `t`: `[n, d]`.
    """
    x, y = matched_rows(a, t)
    return float(((x - y) ** 2).sum(1).mean())


def separability(a: ArrayLike, t: ArrayLike, groups: Sequence[int] | None = None) -> float:
    """Compute the accuracy of a linear probe for the modality, 0.5 (mixed) to 1 (apart).

    Logistic regression on standardised vectors, cross-validated; matched rows, and rows of one
    group, are in one fold. The linear separability of modalities is from Shi 2023 (Towards
    understanding the modality gap in CLIP); below 0.5 is noise and read as 0.5.

    Args:
        a: `[n, d]`, n >= 2.
        t: `[n, d]`, matched with `a`.
        groups: `[n]`, what is not to be split between folds, a document for instance.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = matched_rows(a, t)
    different_rows(x)
    kept = np.arange(len(x)) if groups is None else np.unique(groups, return_inverse=True)[1]
    if kept.max() == 0:  # one document: its rows are all there is to hold out
        kept = np.arange(len(x))
    both, is_text = np.concatenate([x, y]), np.repeat([0, 1], len(x))
    of_group = np.concatenate([kept, kept])
    right = 0
    for train, test in GroupKFold(min(_FOLDS, kept.max() + 1)).split(both, is_text, of_group):
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
        probe.fit(both[train], is_text[train])
        right += int((probe.predict(both[test]) == is_text[test]).sum())
    return max(0.5, right / len(both))


def _mean_cosine(x: FloatArray) -> float:
    """Return the mean cosine of different rows of unit vectors, from the norm of their sum."""
    n = len(different_rows(x))
    total = x.sum(0)
    return float((total @ total - (x * x).sum()) / (n * (n - 1)))

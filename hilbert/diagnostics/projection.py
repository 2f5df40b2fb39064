"""Projections of vectors to a plane: PCA and t-SNE."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from hilbert.diagnostics.arrays import FloatArray, rows_of


def pca_map(groups: Mapping[str, ArrayLike]) -> dict[str, FloatArray]:
    """Project named sets of vectors onto the first two principal axes of all of them.

    Linear and without any randomness, so distances on the map are never larger than real ones
    and two runs give one picture. An axis's sign, which PCA leaves open, is chosen so that its
    largest loading is positive.

    Args:
        groups: Name to `[n, d]`, at least one row in all.

    Returns:
        Name to `[n, 2]`.
    """
    arrays = {name: rows_of(vectors) for name, vectors in groups.items()}
    stacked = np.concatenate(list(arrays.values()))
    if not len(stacked):
        raise ValueError("a map needs at least one vector")
    mean = stacked.mean(0)
    centred = stacked - mean
    _, axes = np.linalg.eigh(centred.T @ centred)  # columns by rising eigenvalue
    axes = axes[:, ::-1][:, :2]  # [d, 2]
    largest = np.abs(axes).argmax(0)
    axes = axes * np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    return {name: (vectors - mean) @ axes for name, vectors in arrays.items()}


def tsne_map(groups: Mapping[str, ArrayLike], seed: int = 0) -> dict[str, FloatArray]:
    """Place named sets of vectors so that what is near stays near: t-SNE.

    Van der Maaten and Hinton 2008 (JMLR 9), from PCA, by cosine distance. It shows
    neighbourhoods; distances between far clusters, and their sizes, mean nothing.

    Args:
        groups: Name to `[n, d]`, at least four rows in all.
        seed: Seed of the optimisation; on one machine the same seed gives the same map.

    Returns:
        Name to `[n, 2]`.
    """
    from sklearn.manifold import TSNE

    arrays = {name: rows_of(vectors) for name, vectors in groups.items()}
    stacked = np.concatenate(list(arrays.values()))
    if len(stacked) < 4:
        raise ValueError("a map of neighbourhoods needs at least four vectors")
    perplexity = min(30.0, (len(stacked) - 1) / 3)
    placed = TSNE(perplexity=perplexity, init="pca", metric="cosine", random_state=seed)
    points = placed.fit_transform(stacked.astype(np.float32)).astype(np.float64)
    ends = np.cumsum([len(rows) for rows in arrays.values()])[:-1]
    return dict(zip(arrays, np.split(points, ends), strict=True))

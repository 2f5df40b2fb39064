"""Features that a classifier sees: checked, and standardised by the documents it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# A feature that hardly varies says nothing; divided by its spread it would be all noise.
_SMALLEST_SPREAD = 1e-6

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Standardiser:
    """Shift and scale of each feature to mean 0 and spread 1 over the fitting documents.

    A modality that a document lacks is a block of zeros. It stays zeros, the mean of those that
    have it, and it is left out of mean and spread.

    Attributes:
        width: Features of one modality.
        mean: `[inputs]`; inputs is a multiple of the width.
        scale: `[inputs]`, positive.
    """

    width: int
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]

    @classmethod
    def of(cls, x: FloatArray, width: int) -> Standardiser:
        """Return what standardises the documents `x [n, inputs]`."""
        has = _has_modality(x, width)  # [n, inputs]
        count = np.maximum(has.sum(0), 1)
        mean = (x * has).sum(0) / count
        spread = np.sqrt((np.square(x - mean) * has).sum(0) / count)
        scale = np.where(spread > _SMALLEST_SPREAD, spread, 1.0)
        return cls(width, mean.astype(np.float32), scale.astype(np.float32))

    def __call__(self, x: FloatArray) -> NDArray[np.float32]:
        """Return `x [n, inputs]` shifted and scaled."""
        standard = (x - self.mean) / self.scale * _has_modality(x, self.width)
        return standard.astype(np.float32)


def checked_features(x: ArrayLike, width: int = 1) -> FloatArray:
    """Return features as float64 `[n, inputs]`, inputs a multiple of the width of a modality.

    Raises:
        ValueError: They are no blocks of `width`, or one is not finite.
    """
    array = np.asarray(x, dtype=np.float64)
    if array.ndim != 2 or width < 1 or not array.shape[1] or array.shape[1] % width:
        raise ValueError(
            f"features must be [documents, one or more modalities of {width}], got "
            f"{list(array.shape)}"
        )
    if (bad := np.flatnonzero(~np.isfinite(array).all(1))).size:
        raise ValueError(
            f"features of {bad.size} documents are not finite, the first is row {bad[0]}; embed "
            "them again, or leave them out"
        )
    return array


def checked_labels(y: Sequence[str], count: int) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the sorted names of the classes, and the number of each document's class `[n]`.

    Raises:
        ValueError: There are not `count` labels, or fewer than two classes.
    """
    if len(y) != count:
        raise ValueError(f"{count} documents and {len(y)} labels: need a label for each document")
    names, truth = np.unique(np.asarray(y, dtype=np.str_), return_inverse=True)
    if len(names) < 2:
        raise ValueError(
            f"all {count} documents have the label {str(names[0])!r}" if count else "no documents"
        )
    return tuple(map(str, names)), truth.astype(np.int64)


def _has_modality(x: FloatArray, width: int) -> NDArray[np.bool_]:
    """Say for each entry of `x [n, inputs]` whether its modality is there."""
    has = x.reshape(len(x), -1, width).any(-1)  # [n, modalities]
    return np.repeat(has, width, axis=1)

"""Similarity of two representations of the same things: CKA and mutual information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hilbert.diagnostics.arrays import FloatArray, matched_rows, rows_of, unit_rows

# Under this HSIC of a kernel with itself the ratio would be noise over noise.
_FLOOR = 1e-9
# The bound holds at any temperature; the tightest of these is reported.
TEMPERATURES = (0.02, 0.05, 0.1, 0.2, 0.5)


def unbiased_cka(x: ArrayLike, y: ArrayLike) -> float:
    """Compute linear CKA without the bias of small samples, about 0 (unrelated) to 1 (equal).

    The same as `hilbert.objectives.cka.cka`, where formula and sources are, by way of the
    features instead of all pairs of rows: `[d1, d2]` where that holds `[n, n]`. `x` is
    `[n, d1]`, `y` is `[n, d2]`, n >= 4; with fewer rows, or where all rows are equal, 0.
    """
    first, second = rows_of(x), rows_of(y)
    if len(first) < 4:
        return 0.0
    own, other = _hsic_1(first, first), _hsic_1(second, second)
    if min(own, other) < _FLOOR:
        return 0.0
    return float(np.clip(_hsic_1(first, second) / np.sqrt(own * other), -1.0, 1.0))


def _hsic_1(x: FloatArray, y: FloatArray) -> float:
    """Return the unbiased HSIC of linear kernels, see `hilbert.objectives.cka.hsic_1`."""
    n = len(x)
    # Of xx' and yy' with their diagonals taken out: the sum of products, and the sums of rows.
    x_own, y_own = (x * x).sum(1), (y * y).sum(1)
    trace = ((x.T @ y) ** 2).sum() - x_own @ y_own
    x_rows, y_rows = x @ x.sum(0) - x_own, y @ y.sum(0) - y_own
    sums = x_rows.sum() * y_rows.sum() / ((n - 1) * (n - 2))
    return float((trace + sums - 2.0 / (n - 2) * (x_rows @ y_rows)) / (n * (n - 3)))


@dataclass(frozen=True)
class Information:
    """Lower bounds of mutual information, in nats.

    Attributes:
        audio_text: Of audio and text.
        audio_joint: Of audio and the joint.
        text_joint: Of text and the joint.
        most: What the bound can reach with so many rows at a time, `log N`.
    """

    audio_text: float
    audio_joint: float
    text_joint: float
    most: float

    @property
    def balance(self) -> float:
        """Information of text and joint minus that of audio and joint; 0 is balanced."""
        return self.text_joint - self.audio_joint


def information(a: ArrayLike, t: ArrayLike, joint: ArrayLike, rows: int = 256) -> Information:
    """Estimate the mutual information of the modalities and the joint: `log N - InfoNCE`.

    Van den Oord 2018 (arXiv 1807.03748). It saturates at `log N`: pairs that are easily
    distinguished all read the same, so a balance near 0 says nothing by itself.

    Args:
        a: `[n, d]`, audio.
        t: `[n, d]`, text.
        joint: `[n, d]`.
        rows: `N`, contrasted with each other at a time; drawn in a fixed order by chance, since
            neighbouring ones may be of one recording.
    """
    x, y = matched_rows(a, t)
    order = np.random.default_rng(0).permutation(len(x))
    x, y, z = x[order], y[order], matched_rows(x, joint)[1][order]
    size = min(rows, len(x))
    parts = len(x) // size
    # Of each modality `[parts, size, d]`; rows that fill no whole part are left out.
    units = [unit_rows(v[: parts * size]).reshape(parts, size, -1) for v in (x, y, z)]

    def bound(first: int, second: int) -> float:
        cosines = [a @ b.T for a, b in zip(units[first], units[second], strict=True)]
        losses = [np.mean([info_nce(c / tau) for c in cosines]) for tau in TEMPERATURES]
        return float(max(0.0, np.log(size) - min(losses)))

    return Information(bound(0, 1), bound(0, 2), bound(1, 2), float(np.log(size)))


def info_nce(logits: FloatArray) -> float:
    """Compute symmetric InfoNCE; formula and sources are in `hilbert.objectives.info_nce`.

    Args:
        logits: `[n, n]`, cosines of two sets of rows over the temperature; those of rows that
            belong together stand on the diagonal.

    Returns:
        The loss in nats; 0 for a single row, which has nothing to be contrasted with.
    """
    own = logits.diagonal()
    return float((_log_sum_exp(logits) - own + _log_sum_exp(logits.T) - own).mean() / 2)


def _log_sum_exp(logits: FloatArray) -> FloatArray:
    """Return the logarithm of the sum of each row's exponentials, without overflow."""
    top = logits.max(1)
    total: FloatArray = np.log(np.exp(logits - top[:, None]).sum(1)) + top
    return total

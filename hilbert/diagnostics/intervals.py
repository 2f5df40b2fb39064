"""Confidence intervals of the numbers of a space."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from hilbert.blas_threads import one_blas_thread
from hilbert.diagnostics.measures.registry import MEASURES
from hilbert.diagnostics.measures.space import Space
from hilbert.stats import jackknife_error

_THREADS = min(4, os.cpu_count() or 1)


def flatten(numbers: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Return nested numbers under names such as `recall.mixed.recall_at_1`; lists left out."""
    found: dict[str, float] = {}
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            found |= flatten(value, f"{prefix}{name}.")
        elif not isinstance(value, Sequence):
            found[prefix + name] = float(value)
    return found


def jackknife(
    space: Space,
    numbers: Mapping[str, Any],
    measured: Callable[[Space], Mapping[str, Any]],
    parts: int = 6,
) -> dict[str, tuple[float, float]]:
    """Estimate 95 % intervals of all numbers, for other documents of this collection.

    The delete-a-group jackknife: all is measured again without each part of the documents,
    `se^2 = (g - 1) / g sum (x_i - mean x)^2` (Kott 2001, J. Official Statistics 17), Student's t
    with `g - 1` degrees of freedom. Works for measures of pairs of rows, which a bootstrap's
    repeated rows would spoil. The parts are the same in every run.

    Args:
        space: The sample.
        numbers: What was measured of it.
        measured: Called with the space without a part of its documents.
        parts: `g`, at most the number of documents; no intervals with fewer than three.

    Returns:
        Low and high end by the name of a number (`flatten`). Counts have none, and those of
        shares stay within [0, 1] (`hilbert.diagnostics.measures.Measure`).
    """
    from scipy.stats import t as student

    m = len(space.document_seconds)
    groups = min(parts, m)
    if groups < 3:
        return {}
    without_parts = [
        space.without(part)
        for part in np.array_split(np.random.default_rng(0).permutation(m), groups)
    ]
    # Numpy lets other threads run while it multiplies; each of them multiplies on one core.
    with one_blas_thread(), ThreadPoolExecutor(_THREADS) as pool:
        measurements = pool.map(measured, without_parts)
        without = [flatten(left_out) for left_out in measurements]
    wide = float(student.ppf(0.975, groups - 1))
    found = {}
    for name, value in flatten(numbers).items():
        member = MEASURES.get(name.partition(".")[0])
        if member and member.is_count(name):
            continue
        values = np.array([left_out[name] for left_out in without])
        error = jackknife_error(values)
        low, high = value - wide * error, value + wide * error
        if member and member.is_share(name):
            low, high = min(value, max(0.0, low)), max(value, min(1.0, high))
        found[name] = (low, high)
    return found

"""Expressions by which an engine keeps to some rows before it ranks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.published.engine import ranges, rows_in

# An expression of more ranges is searched in parts: the server reads it anew for each search.
_MOST_RANGES = 2000
_MOST_NUMBERS = 8192


def expressions(rows: NDArray[np.int64]) -> Iterator[str]:
    """Yield expressions which together stand for some rows, ascending."""
    if not len(rows):
        return
    breaks = np.flatnonzero(np.diff(rows) > 1)
    begins = rows[np.concatenate([[0], breaks + 1])]
    ends = rows[np.concatenate([breaks, [len(rows) - 1]])] + 1
    if len(begins) * 2 > len(rows):  # hardly two in a row
        for first in range(0, len(rows), _MOST_NUMBERS):
            yield rows_in(rows[first : first + _MOST_NUMBERS])
        return
    bounds = list(zip(begins.tolist(), ends.tolist(), strict=True))
    for first in range(0, len(bounds), _MOST_RANGES):
        yield ranges(bounds[first : first + _MOST_RANGES])

"""Look-up of rows by 63-bit id, without a Python object per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class IdLookup:
    """Rows of an array of distinct ids: 12 bytes each, against some 100 in a dictionary.

    Args:
        ids: `[n]`, in any order.
    """

    def __init__(self, ids: NDArray[np.int64]) -> None:
        order = np.argsort(ids)
        self._sorted: NDArray[np.int64] = ids[order]
        self._order: NDArray[np.int32] = order.astype(np.int32)

    def rows(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of `ids [m]`, -1 for those that are not there, `[m]`."""
        wanted = np.asarray(ids, np.int64)
        if not len(self._sorted):
            return np.full(len(wanted), -1, np.int64)
        places = np.searchsorted(self._sorted, wanted)
        places[places == len(self._sorted)] = 0
        found = self._sorted[places] == wanted
        return np.where(found, self._order[places], np.int64(-1))

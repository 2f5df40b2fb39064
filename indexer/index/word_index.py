"""Words of segments in an engine, which names the segments that hold some of them best."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_NAMED = 16_384
"""How many segments a `WordIndex` is asked for at most."""


@dataclass(frozen=True)
class WordQuery:
    """What an engine is asked for the words of a query.

    Attributes:
        weights: Stem to its inverse document frequency, as a share of the weight of the query.
            With how well a segment holds each stem (`FulltextIndex.term_weights`) they sum to
            its score, or to more where a term stands for several stems, of which the best counts.
        rest: What words that are not among them add to a score at most.
    """

    weights: Mapping[str, float]
    rest: float


class WordIndex(ABC):
    """The segments of a snapshot by the stems of their words, rows as in `FulltextIndex`."""

    @abstractmethod
    def best(
        self, weights: Mapping[str, float], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the `n` rows of the highest sums of weights, and these, best first.

        Args:
            weights: See `WordQuery`.
            n: At most `MOST_NAMED`.
            allowed: Rows that may be returned, `[n_segments]`; None for all.

        Returns:
            Fewer than `n` where no others hold any of the stems.
        """

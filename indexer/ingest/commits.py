"""When a long run commits: what is indexed is searchable, and an interrupted day loses minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# A commit writes a whole snapshot: of a run that takes hours it may take a twentieth.
_MIN_SECONDS = 300.0
_TIMES_COST = 20.0


class CommitSchedule:
    """Tells when the next commit of a run is due, by what the last one cost."""

    def __init__(
        self,
        min_seconds: float = _MIN_SECONDS,
        times_cost: float = _TIMES_COST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the clock.

        Args:
            min_seconds: Between two commits.
            times_cost: How many times as long as a commit takes is waited for the next.
            clock: Returns seconds from any start.
        """
        self._min_seconds, self._times_cost = min_seconds, times_cost
        self._clock = clock
        self._cost = 0.0
        self._ended = clock()

    @property
    def is_due(self) -> bool:
        """Whether it is time for a commit."""
        waited = self._clock() - self._ended
        return waited >= max(self._min_seconds, self._times_cost * self._cost)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure a commit, which is what is done within the context."""
        started = self._clock()
        yield
        self._ended = self._clock()
        self._cost = self._ended - started

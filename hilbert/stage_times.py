"""Where the time of a run goes: wall and processor seconds by stage, over all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True)
class StageSeconds:
    """Seconds of a stage, summed over the threads that ran it.

    Attributes:
        wall: Seconds by the clock.
        processor: Seconds of processor time of the threads that were measured, which is less than
            the stage's where a library computes in further threads.
    """

    wall: float = 0.0
    processor: float = 0.0

    def __add__(self, other: StageSeconds) -> StageSeconds:
        return StageSeconds(self.wall + other.wall, self.processor + other.processor)

    def __sub__(self, other: StageSeconds) -> StageSeconds:
        return StageSeconds(self.wall - other.wall, self.processor - other.processor)


class StageTimes:
    """A stopwatch with a count for each stage; threads may use it at the same time.

    A stage within another one is subtracted from that: no second counts twice in a thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: dict[str, StageSeconds] = {}
        self._local = threading.local()

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Count the time within the context as time of a stage."""
        outer: list[StageSeconds] = getattr(self._local, "inner", [])
        inner: list[StageSeconds] = []
        self._local.inner = inner
        started = _now()
        try:
            yield
        finally:
            whole = _now() - started
            self._local.inner = outer
            outer.append(whole)
            self._add(stage, whole - sum(inner, StageSeconds()))

    def over(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Yield items, and count the time that each takes to come as time of a stage."""
        iterator, end = iter(items), object()
        while True:
            with self.measure(stage):
                item = next(iterator, end)
            if item is end:
                return
            yield cast(T, item)

    def totals(self) -> dict[str, StageSeconds]:
        """Return the seconds of each stage so far, in the order in which they began."""
        with self._lock:
            return dict(self._seconds)

    def _add(self, stage: str, seconds: StageSeconds) -> None:
        with self._lock:
            self._seconds[stage] = self._seconds.get(stage, StageSeconds()) + seconds


def difference(
    after: Mapping[str, StageSeconds], before: Mapping[str, StageSeconds]
) -> dict[str, StageSeconds]:
    """Return what was counted between two totals."""
    found = {stage: seconds - before.get(stage, StageSeconds()) for stage, seconds in after.items()}
    return {stage: seconds for stage, seconds in found.items() if seconds.wall > 0}


def _now() -> StageSeconds:
    return StageSeconds(time.perf_counter(), time.thread_time())

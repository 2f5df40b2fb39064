"""Times and memory of one kind of work, measured in this process."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one kind of work.

    Attributes:
        median: By the clock.
        p95: By the clock.
        processor: Median of the processor time of all threads.
        count: How often it was done.
    """

    median: float
    p95: float
    processor: float
    count: int

    @classmethod
    def of(cls, runs: Sequence[tuple[float, float]]) -> Timing:
        """Summarise pairs of seconds, by the clock and of the processor."""
        wall = sorted(each for each, _ in runs)
        last = wall[min(len(wall) - 1, int(0.95 * len(wall)))]
        processor = statistics.median(each for _, each in runs)
        return cls(
            round(1000 * statistics.median(wall), 2),
            round(1000 * last, 2),
            round(1000 * processor, 2),
            len(wall),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def measured(work: Callable[[], T], runs: list[tuple[float, float]]) -> T:
    """Do some work, and add its seconds to a list."""
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    runs.append((time.perf_counter() - wall, time.process_time() - processor))
    return done


def memory() -> dict[str, float]:
    """Return the resident mebibytes of this process: now, in files that are mapped, at most."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    found = {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(":")
            if name in ("VmRSS", "RssFile"):
                key = {"VmRSS": "resident", "RssFile": "mapped_files"}[name]
                found[key] = int(value.split()[0]) / 1024
    return {name: round(value, 1) for name, value in found.items()}


def written_bytes() -> int:
    """Return how many bytes this process gave to be written so far; 0 where that is not known."""
    path = Path("/proc/self/io")
    if not path.exists():
        return 0
    counts = dict(line.split(": ") for line in path.read_text(encoding="ascii").splitlines())
    return int(counts["wchar"])
